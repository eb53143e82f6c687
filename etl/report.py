"""What a load says about a file: counts that add up, and a line for every row that was not simply taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from etl.language import say

if TYPE_CHECKING:
    from etl.notes import Note


class RowVerdict(NamedTuple):
    """What became of one row that was repaired or refused."""

    row: int
    verdict: str
    code: str | None
    reason: str
    """Key of the refusal, or of the repair; several repairs stand with commas between them."""
    column: str | None


class Change(NamedTuple):
    """What a load does to one object."""

    row: int | None
    """None for what the file leaves out."""
    code: str
    action: str
    """changed, ended or added."""
    fields: dict[str, Any]
    """Of a changed row canonical texts before and after; `geometry` has ``moved_m`` and ``area_m2``."""


class Conflict(NamedTuple):
    """A change made on a page that the file contradicts, or that cannot be used."""

    code: str
    field: str
    page: str | None
    """The page's value, which stands; of a shape nothing is told."""
    file: str | None
    set_at: str
    """When the page's value was set, ISO 8601."""
    reason: str | None = None
    """Why the page's value could not be used, so that the file's stands; None where the page's stands."""


@dataclass(frozen=True)
class LoadReport:
    """The outcome of one load.

    ``accepted + repaired + rejected = read``, and ``added + changed + unchanged = accepted + repaired`` less
    the rows that were merged into the same row before them (`duplicate_merged`, counted as repaired).
    """

    read: int = 0
    accepted: int = 0
    repaired: int = 0
    rejected: int = 0
    unchanged: int = 0
    added: int = 0
    changed: int = 0
    ended: int = 0
    batch_id: int | None = None
    """None where nothing was written: a dry run, or a load that was refused."""
    rows: tuple[RowVerdict, ...] = field(default=(), repr=False)
    changes: tuple[Change, ...] = field(default=(), repr=False)
    """What would be done row by row, changed rows first; `MOST_CHANGES` at most, the counts say how many."""
    conflicts: tuple[Conflict, ...] = field(default=(), repr=False)
    datum: dict[str, Any] | None = None
    """What the positions look like, where that was found out."""
    notes: tuple[Note, ...] = ()
    """What there is to say of the file beside its rows."""
    is_part: bool = False
    """Whether the file was a sheet of refused rows, mended, which ends nothing; not in the JSON."""
    filled: float | None = None
    """Share of the usable rows' cells that are filled, in mapped optional columns; not in the JSON."""

    @property
    def quality(self) -> int | None:
        """Rate the file from 0 to 100; None where it has no rows.

        Of 100 points 60 are for the share of rows that can be used, 20 for the share that needs no repair,
        and 20 for how many cells are filled in the mapped optional columns (all 20 where there are none).
        A file whose positions look like another datum than declared gets `QUALITY_OF_WRONG_DATUM` at most.
        """
        if not self.read:
            return None
        usable = (self.accepted + self.repaired) / self.read
        filled = 1.0 if self.filled is None and usable else self.filled or 0.0
        points = round(60 * usable + 20 * self.accepted / self.read + 20 * filled)
        looks_like = (self.datum or {}).get("looks_like")
        wrong = looks_like is not None and looks_like != (self.datum or {}).get("declared")
        return min(points, QUALITY_OF_WRONG_DATUM) if wrong else points

    @property
    def counts(self) -> dict[str, int]:
        """Give the eight counts."""
        return {name: getattr(self, name) for name in COUNTS}

    def as_json(self) -> dict[str, object]:
        """Give the report as DESIGN 6 writes it, and behind it what the plan, pages and positions say."""
        return {
            **self.counts,
            "batch_id": self.batch_id,
            "rows": [row._asdict() for row in self.rows],
            "changes": [change._asdict() for change in self.changes],
            "conflicts": [conflict._asdict() for conflict in self.conflicts],
            "datum": self.datum,
            "quality": self.quality,
            "notes": [note._asdict() | {"text": say(note.key, **note.given)} for note in self.notes],
        }


COUNTS = ("read", "accepted", "repaired", "rejected", "unchanged", "added", "changed", "ended")
MOST_CHANGES = 1_000
QUALITY_OF_WRONG_DATUM = 50
