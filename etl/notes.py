"""What a command has to say beside its numbers: keys of the catalogue, put into words at the very end."""

from __future__ import annotations

from typing import NamedTuple


class Note(NamedTuple):
    """A sentence of the catalogue and what stands in it."""

    key: str
    given: dict[str, object]
