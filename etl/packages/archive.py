"""The file of a package: a zip archive whose every byte follows from its members.

A reader makes the archive anew from the members that it found and takes no other bytes: nothing can hide
between, before or behind them, in no name, comment, time or extra field. Members are stored, not deflated, so
that none can unpack to more than the file holds.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from data.repositories.packages import TABLES
from etl.errors import UnreadableFileError
from etl.packages import manifest as manifests
from etl.packages.errors import ChangedPackageError, NotAPackageError, PackageTooLargeError
from etl.packages.files import read_bytes
from etl.packages.keys import KEY_BYTES, SIGNATURE_BYTES, check
from etl.readers.damage import damaged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.packages.manifest import Manifest

MOST_BYTES = 1 << 30
MOST_MANIFEST = 1 << 20
MANIFEST, SIGNATURE = "manifest.json", "signature"
ENDING = ".parquet"
NAMES = (MANIFEST, SIGNATURE, *(name + ENDING for name in TABLES))
"""The members that there can be, in their order."""
_DAY = (1980, 1, 1, 0, 0, 0)
_UNIX, _MODE = 3, 0o600 << 16


class Sealed(NamedTuple):
    """A package's members as they were found; nothing of them was parsed yet."""

    manifest: bytes
    signature: bytes
    tables: dict[str, bytes]


def pack(sealed: Sealed) -> bytes:
    """Write the archive."""
    members = {MANIFEST: sealed.manifest, SIGNATURE: sealed.signature}
    members |= {name + ENDING: content for name, content in sealed.tables.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in NAMES:
            if name in members:
                archive.writestr(_entry(name), members[name])
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """Describe a member: nothing in it depends on the machine or the hour."""
    entry = zipfile.ZipInfo(name, date_time=_DAY)
    entry.create_system, entry.external_attr = _UNIX, _MODE
    return entry


def unpack(path: Path, *, most: int = MOST_BYTES) -> Sealed:
    """Take a file apart.

    Parameters
    ----------
    path
        The file.
    most
        Bytes that it may have.

    Raises
    ------
    NotAPackageError
        It is not exactly what `pack` writes.
    PackageTooLargeError
        It, or its manifest, is larger than any package.
    UnreadablePackageError
        It cannot be read.
    """
    content = read_bytes(path, most=most)
    try:
        with damaged("zip"), zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = _members(archive, len(content))
    except UnreadableFileError as error:
        raise NotAPackageError from error
    if not {MANIFEST, SIGNATURE} < members.keys() or len(members[SIGNATURE]) != KEY_BYTES + SIGNATURE_BYTES:
        raise NotAPackageError
    tables = {name.removesuffix(ENDING): found for name, found in members.items() if name.endswith(ENDING)}
    sealed = Sealed(members[MANIFEST], members[SIGNATURE], tables)
    if pack(sealed) != content:
        raise NotAPackageError
    return sealed


def _members(archive: zipfile.ZipFile, size: int) -> dict[str, bytes]:
    """Read the members, each of which is a known one and stored as it is."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names) or not set(names) <= set(NAMES):
        raise NotAPackageError
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits for entry in entries):
        raise NotAPackageError
    if sum(entry.file_size for entry in entries) > size:
        raise PackageTooLargeError
    if any(entry.filename == MANIFEST and entry.file_size > MOST_MANIFEST for entry in entries):
        raise PackageTooLargeError
    return {entry.filename: archive.read(entry) for entry in entries}


def opened(sealed: Sealed, key: bytes) -> Manifest:
    """Give what a package says of itself, once signature and digests hold; before that nothing is parsed.

    Raises
    ------
    UnknownKeyError, ChangedPackageError
        It was not signed with the key, or is not as it was signed.
    NotAPackageError
        What was signed is no manifest.
    """
    check(sealed.manifest, sealed.signature, key)
    manifest = manifests.read(sealed.manifest)
    if not is_whole(manifest, sealed.tables):
        raise ChangedPackageError
    return manifest


def is_whole(manifest: Manifest, tables: Mapping[str, bytes]) -> bool:
    """Tell whether the tables are those that the manifest names, byte for byte."""
    found = {name: hashlib.sha256(content).hexdigest() for name, content in tables.items()}
    return found == {table.name: table.sha256 for table in manifest.tables}
