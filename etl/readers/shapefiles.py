"""The files of a shapefile: which belong together, and in which encoding its table is written."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from etl.readers.delimited import known_encoding

if TYPE_CHECKING:
    from pathlib import Path

    from etl.definitions import Definition

_CHINESE = ("gbk", "gb2312", "gb_2312", "gb18030", "936", "54936", "77")
"""Ways in which a .cpg file says GB18030 or a part of it; 77 is the mark within a table."""
_UTF8 = ("utf8", "65001")
_SAID = re.compile(r"(?:ansi|oem|windows|ldid|ms|cp|x)?[\s_/-]*(.+?)(?:-80)?", re.DOTALL)
_HEADER_BYTES = 32
_WORD = re.compile(rb"[\x80-\xff](?:[\x00-\xff]{0,200}[\x80-\xff])?(?=[\x00-\x7f])")
"""A run that begins and ends in bytes that are not ASCII; what is cut at its end is left out."""
_ENOUGH = 0.9


def sibling(path: Path, suffix: str) -> Path:
    """Give the file that lies beside a shapefile, however its ending is written.

    Parameters
    ----------
    path
        The .shp file.
    suffix
        Ending of the other, in small letters; a file that is not there is named in small letters, too.
    """
    usual = path.with_suffix(suffix)
    if usual.is_file():
        return usual
    there = (one for one in path.parent.glob(f"{_literal(path.stem)}.*") if one.suffix.lower() == suffix)
    return next(there, usual)


def _literal(name: str) -> str:
    """Take their meaning from the signs that stand for other signs in a pattern."""
    return re.sub(r"([*?[])", r"[\1]", name)


def table_encoding(sample: bytes, codepage: bytes, definition: Definition) -> str | None:
    """Give the encoding of a shapefile's table.

    Parameters
    ----------
    sample
        The beginning of the .dbf file.
    codepage
        The .cpg file; empty where there is none.
    definition
        Its `encoding` stands before all else.

    Returns
    -------
    str or None
        What is declared, else what the .cpg says unless the bytes belie it, else what the bytes fit.
    """
    if definition.encoding != "auto":
        known_encoding(definition.encoding)
        return definition.encoding
    words = _WORD.findall(sample[_HEADER_BYTES:])
    fits_utf8 = not words or sum(_decodes(word, "utf-8") for word in words) >= _ENOUGH * len(words)
    said = _said(codepage)
    if said is None or (said == "utf-8" and not fits_utf8):
        return "utf-8" if fits_utf8 else "gb18030"
    return said


def _decodes(word: bytes, encoding: str) -> bool:
    try:
        word.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _said(codepage: bytes) -> str | None:
    """Read a .cpg file; None where it says nothing that is known."""
    found = _SAID.fullmatch(codepage[:40].decode("ascii", "replace").strip().lower())
    if found is None:
        return None
    name = found[1]
    if name.replace("-", "") in _UTF8:
        return "utf-8"
    if name in _CHINESE:
        return "gb18030"
    for written in (name, f"cp{name}", name.replace("8859", "iso8859-", 1)):
        try:
            "".encode(written)
            return codecs.lookup(written).name
        except (LookupError, ValueError):
            continue
    return None
