"""Archives are looked through before anything in them is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from etl.errors import ArchiveTooLargeError, UnreadableFileError, UnsafeArchiveError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_BYTES = 4 << 30
SMALL_BYTES = 100 << 20
LARGEST_RATIO = 200
"""Text and shapes pack to a tenth, seldom a fiftieth; past this ratio and `SMALL_BYTES` it is a bomb."""
MOST_ENTRIES = 10_000


def check_archive(path: Path, *, format_name: str) -> list[str]:
    """Look through a zip archive without unpacking it.

    Parameters
    ----------
    path
        The archive.
    format_name
        What to call it in the sentence when it is none.

    Returns
    -------
    list of str
        The names of its entries.

    Raises
    ------
    UnreadableFileError
        It is no archive.
    UnsafeArchiveError
        An entry's name leads out of the archive.
    ArchiveTooLargeError
        It would unpack to more than is plausible.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableFileError(format=format_name) from error
    if any(_leads_out(entry.filename) for entry in entries):
        raise UnsafeArchiveError
    _check_size(entries)
    return [entry.filename for entry in entries if not entry.is_dir()]


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0] if path.parts else False


def _check_size(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    bomb = unpacked > SMALL_BYTES and unpacked / packed > LARGEST_RATIO
    if bomb or unpacked > LARGEST_BYTES or len(entries) > MOST_ENTRIES:
        raise ArchiveTooLargeError
