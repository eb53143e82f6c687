"""The matrix of `rights.yml`: role x page x route x table x column, read once and checked when it is read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from data.terms import ViewerRole

FILE = Path(__file__).with_name("rights.yml")
Roles = frozenset[ViewerRole]


class TableRights(BaseModel):
    """What roles see and write of one table; who is in none of the sets sees nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: Literal["*"] | tuple[str, ...]
    """Columns that the web's role reads at all; ``*``: every one."""
    district: Roles = frozenset()
    """Who sees every row of the own districts."""
    own: Roles = frozenset()
    """Who sees what belongs to the own schools, unit or account alone."""
    any: Roles = frozenset()
    """Who sees every row of a table that belongs to no district."""
    ahead: Roles | None = None
    """Who sees dates to come, where not everybody does who sees the rest."""
    adds: Roles = frozenset()
    changes: Roles = frozenset()
    changed: tuple[str, ...] = ()
    """Columns that may be changed."""
    removes: Roles = frozenset()

    @property
    def seen_by(self) -> Roles:
        """Who sees any row."""
        return self.district | self.own | self.any


class Rights(BaseModel):
    """The whole matrix."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pages: dict[str, Roles]
    parts: dict[str, Roles]
    layers: dict[str, str]
    routes: dict[str, Roles]
    jobs: dict[str, Roles]
    tables: dict[str, TableRights] = Field(min_length=1)


@cache
def rights() -> Rights:
    """Give the matrix.

    Returns
    -------
    Rights
        Roles by page, part of a page, route (beginning of the path), kind of job and table;
        tables by layer.
    """
    return Rights.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def pages_of(role: str) -> tuple[str, ...]:
    """List the pages of a role, in the matrix's order; none for a word that is no role."""
    return tuple(name for name, roles in rights().pages.items() if role in roles)


def parts_of(role: str) -> tuple[str, ...]:
    """List the parts of the rectification page that a role has, in order."""
    return tuple(name for name, roles in rights().parts.items() if role in roles)


def is_seen_alike(layer: str) -> bool:
    """Tell whether every role that is given layers at all sees the same rows of a layer's table.

    Parameters
    ----------
    layer
        Its key; one that is not in the matrix is not seen alike.
    """
    table = rights().layers.get(layer)
    if table is None:
        return False
    found = rights().tables[table]
    return not found.own and found.district >= rights().routes["/layers"]
