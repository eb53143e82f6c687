"""Markup is looked at before a library builds a tree of it: no definitions, no depth, no end of words."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from etl.readers.errors import MarkupError

if TYPE_CHECKING:
    from collections.abc import Callable

DEEPEST = 200
"""Elements within one another; libraries walk trees by calling themselves."""
LONGEST_PROLOGUE = 1 << 20
"""Bytes before a document's root."""
_BLOCK = 1 << 16


class _RootReachedError(Exception):
    """The root element stands open: nothing may be defined behind it."""


def check_prologue(stream: IO[bytes], format_name: str) -> None:
    """Refuse markup that defines entities or refers to a definition elsewhere, before its root is read.

    Raises
    ------
    MarkupError
        It has a document type, or no root for longer than any real one. What is no markup at all is left to
        whoever reads it.
    """

    def stop(*_: object) -> None:
        raise _RootReachedError

    parser = expat.ParserCreate()
    parser.StartElementHandler = stop
    parser.StartDoctypeDeclHandler = _refuser(format_name)
    try:
        for _ in range(LONGEST_PROLOGUE // _BLOCK):
            parser.Parse(stream.read(_BLOCK), False)
    except (_RootReachedError, expat.ExpatError, ValueError, LookupError):
        return
    if stream.read(1):
        raise MarkupError(format=format_name)


def walk(stream: IO[bytes], format_name: str, begun: Callable[[str], None]) -> None:
    """Go through the whole of a document and tell of each element that begins.

    Raises
    ------
    MarkupError
        It has a document type, or is deeper than any real one.
    xml.parsers.expat.ExpatError, LookupError, ValueError
        It is not well formed, or in an encoding that nobody knows.
    """
    depth = 0

    def begin(name: str, _: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise MarkupError(format=format_name)
        begun(name.rpartition(":")[2])

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = _refuser(format_name)
    while block := stream.read(_BLOCK):
        parser.Parse(block, False)
    parser.Parse(b"", True)


def _refuser(format_name: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise MarkupError(format=format_name)

    return refuse
