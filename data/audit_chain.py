"""How an event of the audit becomes a link of its chain: the same as `audit.seal` does, without asking it.

Who verifies trusts no function of the database: whoever could rewrite the rows could rewrite those too.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

START = b""
"""The chain hash before the first link."""


class Event(NamedTuple):
    """All columns of an event; ``at_us`` is its time in microseconds since 1970, UTC."""

    id: int
    at_us: int
    account_id: int | None
    role: str | None
    session_id: int | None
    kind: str
    route: str
    codes: tuple[str, ...]


class Link(NamedTuple):
    """One place of the chain, with the event that the database has for it now; None where it is gone."""

    position: int
    event_id: int
    row_hash: bytes
    chain_hash: bytes
    cut_id: int | None
    event: Event | None


def row_text(event: Event) -> bytes:
    """Write an event so that no two events are written alike.

    Each field is its length in bytes, a colon and itself, a missing one a hyphen; the number of codes stands
    before them. This is the prefix code of netstrings (D. J. Bernstein, 1997), so the text can be read back.
    """
    words = (*event[:7], len(event.codes), *event.codes)
    return b"".join(_field(word) for word in words)


def _field(word: object) -> bytes:
    """Write one field."""
    if word is None:
        return b"-"
    written = str(word).encode()
    return b"%d:%s" % (len(written), written)


def row_hash(event: Event) -> bytes:
    """Give the SHA-256 of an event, 32 bytes."""
    return hashlib.sha256(row_text(event)).digest()


def chain_hash(before: bytes, position: int, row: bytes) -> bytes:
    """Give a link's hash, 32 bytes: of the one before it, its place (eight bytes, big-endian) and its row."""
    return hashlib.sha256(before + position.to_bytes(8, "big", signed=True) + row).digest()


def digest_of(positions: list[int]) -> bytes:
    """Give the SHA-256 of ascending positions, as a cut keeps it."""
    return hashlib.sha256(b"".join(place.to_bytes(8, "big", signed=True) for place in positions)).digest()
