"""KML and kmz before OGR opens them: no links to elsewhere, no definitions, and how many places there are."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING
from xml.parsers.expat import ExpatError

from etl.errors import UnreadableFileError
from etl.readers.archive import check_archive, check_entry
from etl.readers.damage import damaged
from etl.readers.errors import FileTooLargeError, NetworkLinkError, NoKmlError
from etl.readers.markup import walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST_MB = 256
"""The library builds the whole document in memory."""
MAIN = "doc.kml"


def check_kml(path: Path) -> tuple[str, int]:
    """Look through a KML file, or the one in a kmz archive.

    Returns
    -------
    tuple
        What OGR is to open, and how many places it must find there.

    Raises
    ------
    UnreadableFileError
        It is no KML, or too large for being read as a whole.
    MarkupError
        It defines entities or is nested too deeply.
    NetworkLinkError
        It refers to places in another file.
    NoKmlError
        The archive does not hold one clear KML file.
    """
    entry = _main(path) if path.suffix.lower() == ".kmz" else None
    with _opened(path, entry) as (stream, size):
        if size > LARGEST_MB << 20:
            raise FileTooLargeError(format="kml", most=LARGEST_MB)
        count = _count_places(stream)
    return (str(path) if entry is None else f"/vsizip/{{{path.resolve()}}}/{entry}"), count


def _main(path: Path) -> str:
    """Name the KML file of a kmz archive: doc.kml, else the only one."""
    names = [name for name in check_archive(path, format_name="kmz") if name.lower().endswith(".kml")]
    names = [name for name in names if not name.startswith("__MACOSX/")]
    chosen = [name for name in names if name.lower() == MAIN] or names
    if len(chosen) != 1:
        raise NoKmlError
    check_entry(path, chosen[0], format_name="kmz")
    return chosen[0]


@contextmanager
def _opened(path: Path, entry: str | None) -> Iterator[tuple[IO[bytes], int]]:
    if entry is None:
        with path.open("rb") as stream:
            yield stream, path.stat().st_size
        return
    with damaged("kmz"), zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
        yield stream, archive.getinfo(entry).file_size


def _count_places(stream: IO[bytes]) -> int:
    """Count the places of a document while going through it once."""
    counts = {"Placemark": 0, "NetworkLink": 0}
    roots: list[str] = []

    def begun(name: str) -> None:
        if not roots:
            roots.append(name)
        if name in counts:
            counts[name] += 1

    try:
        walk(stream, "kml", begun)
    except (ExpatError, ValueError, LookupError) as error:
        raise UnreadableFileError(format="kml") from error
    if roots != ["kml"]:
        raise UnreadableFileError(format="kml")
    if counts["NetworkLink"]:
        raise NetworkLinkError
    return counts["Placemark"]
