"""Which installed PostgreSQL serves: the one that wrote the data, else the newest that has PostGIS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.errors import NoPostgresError, VersionMisfitError

INSTALLED = Path("/usr/lib/postgresql")
EXTENSIONS = Path("/usr/share/postgresql")
OLDEST = 15


@dataclass(frozen=True)
class Software:
    """One installed PostgreSQL."""

    version: int
    folder: Path

    def tool(self, name: str) -> str:
        """Give the path of one of its programs."""
        return str(self.folder / name)


def _has_postgis(version: int) -> bool:
    """Whether PostGIS is installed for a version."""
    return (EXTENSIONS / str(version) / "extension" / "postgis.control").exists()


def installed() -> list[Software]:
    """Give every PostgreSQL of this machine that can serve, newest first."""
    versions = [int(path.name) for path in INSTALLED.glob("*") if path.name.isdigit()]
    return [
        Software(version, INSTALLED / str(version) / "bin")
        for version in sorted(versions, reverse=True)
        if version >= OLDEST
        and (INSTALLED / str(version) / "bin" / "initdb").exists()
        and _has_postgis(version)
    ]


def find_software(data: Path) -> Software:
    """Find the programs for a data folder, which may not exist yet.

    Raises
    ------
    NoPostgresError
        None is installed.
    VersionMisfitError
        The data were written by a version that is not installed.
    """
    found = installed()
    if not found:
        raise NoPostgresError
    written = data / "PG_VERSION"
    if not written.exists():
        return found[0]
    version = written.read_text(encoding="ascii").strip()
    for software in found:
        if str(software.version) == version:
            return software
    there = ", ".join(str(software.version) for software in found)
    raise VersionMisfitError(data=str(data), written=version, installed=there)
