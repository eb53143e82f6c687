"""Archives are looked through before anything in them is unpacked."""

from __future__ import annotations

import stat
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from etl.errors import ArchiveTooLargeError, UnreadableFileError, UnsafeArchiveError
from etl.readers.damage import damaged
from etl.readers.errors import LinkInArchiveError, ProtectedFileError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_BYTES = 4 << 30
SMALL_BYTES = 100 << 20
LARGEST_RATIO = 200
"""Text and shapes pack to a tenth, seldom a fiftieth; past this ratio and `SMALL_BYTES` it is a bomb."""
MOST_ENTRIES = 10_000
_ENCRYPTED = 1
_BLOCK = 1 << 20


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
        It is no archive, has an entry without a name, or two of one name: readers differ in what they take.
    UnsafeArchiveError
        An entry's name leads out of the archive, or an entry is a link.
    ArchiveTooLargeError
        It would unpack to more than is plausible.
    ProtectedFileError
        It wants a password.
    """
    with damaged(format_name):
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
        size = path.stat().st_size
    if any(_leads_out(entry.filename) for entry in entries):
        raise UnsafeArchiveError
    if any(stat.S_ISLNK(entry.external_attr >> 16) for entry in entries):
        raise LinkInArchiveError
    _check_size(entries, size)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise ProtectedFileError
    names = [entry.filename for entry in entries if not entry.filename.endswith("/")]
    if len(set(names)) < len(names) or "" in names:
        raise UnreadableFileError(format=format_name)
    return names


def check_entry(path: Path, name: str, *, format_name: str) -> None:
    """Unpack an entry once and hold it against its check sum.

    Raises
    ------
    UnreadableFileError
        It is damaged.
    """
    with damaged(format_name), zipfile.ZipFile(path) as archive, archive.open(name) as entry:
        while entry.read(_BLOCK):
            pass


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0] if path.parts else False


def _check_size(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    # Entries that lie over one another pack more than the file holds.
    bomb = packed > size or (unpacked > SMALL_BYTES and unpacked / max(1, packed) > LARGEST_RATIO)
    if bomb or unpacked > LARGEST_BYTES or len(entries) > MOST_ENTRIES:
        raise ArchiveTooLargeError
