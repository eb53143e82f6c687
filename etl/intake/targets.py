"""Which table and columns a kind of input fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.repositories.intake import Target

if TYPE_CHECKING:
    from etl.kinds import Kind

DERIVED = {"school": ("is_boundary_estimated",), "incident": ("cell_id",)}
"""Columns that are found from what a file brings."""


DERIVED = {"school": ("is_boundary_estimated",), "incident": ("cell_id",)}
"""Columns that are found from what a file brings."""


def target_of_kind(kind: Kind) -> Target:
    """Give the table and columns that rows of a kind fill."""
    names = tuple(column.name for column in kind.values)
    return Target(kind.name, (*names, *DERIVED.get(kind.name, ())))
