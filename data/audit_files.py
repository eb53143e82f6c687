"""The audit chain's head outside of the database: signed files in `CAMPUS_HOME/audit`, this account's alone.

`head.json` holds the newest head. `heads.jsonl` is only ever added to, a signed line each time: ``head`` once
a day, ``cut`` when events were deleted because their time was over, ``restored`` when a backup took the
database's place, ``broken`` when the chain no longer went on from its head. Every line carries the hash of
the line before, and the head how many lines there are, so that none goes without being missed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from data.cluster_places import DEFAULT_NAME, database_name
from data.errors import ForeignHomeError
from data.settings import campus_home
from data.signing import is_signed, private_key, signed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = "audit.ed25519"
HEAD_FILE = "head.json"
LINES_FILE = "heads.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of `heads.jsonl`, or the head.

    Parameters
    ----------
    facts
        ``kind``, ``position``, ``chain`` (hexadecimal), ``at`` (ISO, UTC), and what else its kind has.
    is_signed
        Whether this home's key signed it.
    follows
        Whether the line before it is the one that stood there when it was written.
    """

    facts: dict[str, Any]
    is_signed: bool
    follows: bool = True

    @property
    def kind(self) -> str:
        """What the line says."""
        return str(self.facts.get("kind", ""))

    @property
    def position(self) -> int:
        """The chain's end as it was signed; 0 where the line has none."""
        found = self.facts.get("position")
        return found if isinstance(found, int) else 0

    @property
    def chain(self) -> bytes:
        """The chain hash of that position."""
        try:
            return bytes.fromhex(str(self.facts.get("chain", "")))
        except ValueError:
            return b""

    @property
    def at(self) -> str:
        """When it was signed, ISO, UTC."""
        return str(self.facts.get("at", ""))


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept outside of the database."""

    head: Line | None = None
    lines: tuple[Line, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever signed here."""
        return self.head is None and not self.lines


def now_text() -> str:
    """Give the present moment as lines carry it."""
    return datetime.now(tz=UTC).isoformat()


class HeadFiles:
    """The files of one database's chain.

    Raises
    ------
    ForeignHomeError
        On use: the home is another account's.
    """

    def __init__(self) -> None:
        name = database_name()
        place = campus_home() / "audit"
        self.folder: Path = place if name == DEFAULT_NAME else place / name
        self._key: Ed25519PrivateKey | None = None

    @property
    def key(self) -> Ed25519PrivateKey:
        """The key that signs, made on first use."""
        self._key = self._key or private_key(KEY)
        return self._key

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let no other process write here until the block ends."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        except PermissionError as error:
            raise ForeignHomeError(home=str(campus_home())) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def read(self) -> Kept:
        """Read head and lines with whether their signatures hold."""
        lines, before = [], ""
        for raw in self._raw_lines():
            facts = _parsed(raw)
            lines.append(Line(facts, is_signed(facts, self.key), facts.get("before") == before))
            before = _hash_of(raw)
        return Kept(self.head(), tuple(lines))

    def head(self) -> Line | None:
        """Read the newest head; None where there is none."""
        try:
            facts = _parsed((self.folder / HEAD_FILE).read_bytes())
        except FileNotFoundError:
            return None
        return Line(facts, is_signed(facts, self.key))

    def put_head(self, position: int, chain: bytes, **facts: Any) -> None:
        """Write the newest head, whole or not at all; call it under the lock."""
        raw = self._raw_lines()
        said = {"kind": "newest", "position": position, "chain": chain.hex(), "at": now_text(), **facts}
        said |= {"lines": len(raw), "last_line": _hash_of(raw[-1]) if raw else ""}
        part = self.folder / f".{HEAD_FILE}.part"
        _write(part, json.dumps(signed(said, self.key)).encode(), os.O_TRUNC)
        part.replace(self.folder / HEAD_FILE)

    def append(self, kind: str, position: int, chain: bytes, **facts: Any) -> None:
        """Add a signed line; call it under the lock."""
        raw = self._raw_lines()
        said = {"kind": kind, "position": position, "chain": chain.hex(), "at": now_text(), **facts}
        said["before"] = _hash_of(raw[-1]) if raw else ""
        _write(self.folder / LINES_FILE, json.dumps(signed(said, self.key)).encode() + b"\n", os.O_APPEND)

    def _raw_lines(self) -> list[bytes]:
        """Give the lines as they lie there."""
        try:
            return (self.folder / LINES_FILE).read_bytes().splitlines()
        except FileNotFoundError:
            return []


def _write(path: Path, content: bytes, how: int) -> None:
    """Write a file of this account alone, and have the disk hold it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _hash_of(raw: bytes) -> str:
    """Give a line's SHA-256, hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def _parsed(raw: bytes) -> dict[str, Any]:
    """Read a line; what is no object is an empty one, which nobody signed."""
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
