"""What the generator has written, and what the intake must say about every dirty row."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from data.terms import Verdict

SOURCES = Path(__file__).parent / "sources"
"""The source descriptions of the training files."""
FILE_NAME = "manifest.json"
REGISTER_FILE, REGISTER_SOURCE = "登记库.csv", "training-register"


@dataclass(frozen=True)
class Planted:
    """One row that is not clean; a row that is `accepted` nevertheless is in no load report."""

    row: int
    """As the load report numbers it: the sheet's own row, or the feature's place in the file from 1."""
    verdict: Verdict
    reason: str
    column: str | None
    """The kind's own column (`geometry` for the place), None where the reason is about the whole row."""


@dataclass(frozen=True)
class Written:
    """One file."""

    file: str
    source: str
    """Name of the source description, without its ending."""
    kind: str
    read: int
    planted: tuple[Planted, ...] = ()
    loaded: bool = True
    """False for kinds that the product cannot load yet."""

    @property
    def counts(self) -> dict[str, int]:
        """Give the load report's counts."""
        repaired = sum(row.verdict == Verdict.REPAIRED for row in self.planted)
        rejected = sum(row.verdict == Verdict.REJECTED for row in self.planted)
        return {
            "read": self.read,
            "accepted": self.read - repaired - rejected,
            "repaired": repaired,
            "rejected": rejected,
        }


@dataclass(frozen=True)
class Manifest:
    """All files of one training district, in the order in which they load."""

    folder: Path
    seed: int
    as_of: str
    written: tuple[Written, ...] = field(default=())

    @property
    def files(self) -> list[tuple[Path, Path]]:
        """Give each file to load with its source description."""
        return [(self.folder / one.file, SOURCES / f"{one.source}.yml") for one in self.written if one.loaded]

    @property
    def register(self) -> tuple[Path, Path]:
        """Give the register's file with its source description; it loads by its own way, `etl.register`."""
        return self.folder / REGISTER_FILE, SOURCES / f"{REGISTER_SOURCE}.yml"

    def write(self) -> Path:
        """Write the manifest beside the files; the folder's own path is left out."""
        content = {
            "seed": self.seed,
            "as_of": self.as_of,
            "files": [asdict(one) | {"counts": one.counts} for one in self.written],
        }
        path = self.folder / FILE_NAME
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return path


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a folder that the generator has written.

    Parameters
    ----------
    folder
        The folder with the files.

    Raises
    ------
    FileNotFoundError
        The folder holds none.
    """
    content = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    written = tuple(
        Written(
            **{key: value for key, value in one.items() if key not in ("counts", "planted")},
            planted=tuple(Planted(**row | {"verdict": Verdict(row["verdict"])}) for row in one["planted"]),
        )
        for one in content["files"]
    )
    return Manifest(folder=folder, seed=content["seed"], as_of=content["as_of"], written=written)
