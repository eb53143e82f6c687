"""What a load says about a file: counts that add up, and a line for every row that was not simply taken."""

from __future__ import annotations

import errno
import json
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from etl.errors import ReportPlaceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class RowVerdict(NamedTuple):
    """What became of one row that was repaired or refused."""

    row: int
    verdict: str
    code: str | None
    reason: str
    """Key of the refusal, or of the repair; several repairs stand with commas between them."""
    column: str | None


@dataclass(frozen=True)
class LoadReport:
    """The outcome of one load.

    ``accepted + repaired + rejected = read``, and ``added + changed + unchanged = accepted + repaired`` less the
    rows that were merged into the same row before them (`duplicate_merged`, counted as repaired).
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

    def as_json(self) -> dict[str, object]:
        """Give the report as DESIGN 6 writes it."""
        counts = {name: getattr(self, name) for name in COUNTS}
        return {**counts, "batch_id": self.batch_id, "rows": [row._asdict() for row in self.rows]}

    @contextmanager
    def placed(self, path: Path | None) -> Iterator[None]:
        """Have the report on the disk, beside its place, before the block runs, and in its place afterwards.

        The block commits: without room for the report nothing is committed, and a reader sees all of a report
        or nothing. What a killed run leaves beside the place the next one writes over.

        Parameters
        ----------
        path
            Where to; None for no report.

        Raises
        ------
        ReportPlaceError
            No file can be written there.
        """
        if path is None:
            yield
            return
        beside = path.with_name(f".{path.name}.part")
        try:
            self._write(beside)
            yield
            beside.replace(path)
        finally:
            with suppress(OSError):
                beside.unlink()

    def _write(self, beside: Path) -> None:
        """Write the report and have it on the disk; a full disk is somebody else's to name."""
        try:
            with beside.open("w", encoding="utf-8") as file:
                file.write(json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise ReportPlaceError from error


COUNTS = ("read", "accepted", "repaired", "rejected", "unchanged", "added", "changed", "ended")
