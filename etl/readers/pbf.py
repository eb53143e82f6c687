"""Whether an OSM pbf is whole: GDAL reads a cut or damaged one as if it had no features, and says nothing."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from etl.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

LARGEST_HEADER, LARGEST_BLOB = 64 << 10, 32 << 20
"""Bytes, from the format's own description (wiki.openstreetmap.org/wiki/PBF_Format)."""
_LENGTH_BYTES = 4
_LONGEST_VARINT_BITS = 70
"""Seven bits a byte; a number has 64, and one without end would grow with every byte."""
_HEADER_DATASIZE, _BLOB_ZLIB = 3, 3
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def check_pbf(path: Path) -> None:
    """Walk through the blocks of an OSM pbf to its end.

    Raises
    ------
    UnreadableFileError
        It ends within a block, or a block does not unpack.
    """
    try:
        with path.open("rb") as file:
            while length := file.read(_LENGTH_BYTES):
                header = _exactly(file, int.from_bytes(length, "big"), LARGEST_HEADER)
                _check_blob(_exactly(file, dict(_fields(header))[_HEADER_DATASIZE], LARGEST_BLOB))
    except (ValueError, KeyError, IndexError, zlib.error) as error:
        raise UnreadableFileError(format="pbf") from error


def _exactly(file: BinaryIO, count: int | bytes, most: int) -> bytes:
    """Read so many bytes, no fewer."""
    if not isinstance(count, int) or count > most:
        raise ValueError
    found = file.read(count)
    if len(found) < count:
        raise ValueError
    return found


def _check_blob(blob: bytes) -> None:
    """Unpack a block where it is packed with zlib, as nearly all are; others GDAL may judge."""
    packed = dict(_fields(blob)).get(_BLOB_ZLIB)
    if isinstance(packed, bytes):
        unpacker = zlib.decompressobj()
        unpacker.decompress(packed, LARGEST_BLOB)
        if not unpacker.eof:
            raise ValueError


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Give the fields of a protocol buffer message: number, and a whole number or bytes."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        kind = key & 7
        if kind == _VARINT:
            value, position = _varint(message, position)
            yield key >> 3, value
            continue
        if kind == _BYTES:
            size, position = _varint(message, position)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError
        if position + size > len(message):
            raise ValueError
        yield key >> 3, message[position : position + size]
        position += size


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """Read a whole number of seven bits a byte; give it and the place behind it."""
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if shift > _LONGEST_VARINT_BITS:
            raise ValueError
        if byte < 0x80:  # noqa: PLR2004 -- the bit that says that more follows
            return value, position
