"""The sequencer of the audit and the signed heads it leaves outside of the database.

Only the worker and the command line come here: they have `CAMPUS_HOME`. The database cannot check signatures,
so nothing in it is trusted about them; `etl.audit_check` is what compares the two.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from data.audit_files import HeadFiles
from data.repositories import audit as repository
from data.repositories import audit_links
from data.session import unit_of_work
from data.settings import DbRole
from data.signing import signed

if TYPE_CHECKING:
    from data.audit_files import Line
    from data.repositories.audit import Sealed

ROWS_AT_ONCE = 5000
"""Events sealed in one transaction."""
HEADS = ("head", "newest")
"""Kinds of lines that say where the chain ended."""


def seal_pending() -> Sealed:
    """Give every event that waits a place in the chain, and sign the new end.

    A chain that does not go on from its signed head is not taken for it quietly: that is signed as well, and
    the chain is followed from where it is now.

    Returns
    -------
    Sealed
        How many events, and the chain's end.

    Raises
    ------
    data.errors.DataError
        The database is away, or the home is another account's.
    """
    files = HeadFiles()
    with files.locked():
        head = files.head()
        sealed = _seal_all(head.position if head else 0)
        if sealed.position or head:
            _follow(files, head, sealed)
    return sealed


def _seal_all(known: int) -> Sealed:
    """Seal until nothing waits."""
    count = 0
    while True:
        with unit_of_work(DbRole.LOADER) as connection:
            sealed = repository.seal(connection, known, ROWS_AT_ONCE)
            connection.commit()
        count += sealed.count
        if sealed.count < ROWS_AT_ONCE:
            return replace(sealed, count=count)


def _follow(files: HeadFiles, head: Line | None, sealed: Sealed) -> None:
    """Sign the chain's end where it moved, once a day as a line and in the database too."""
    goes_on = head is None or (head.is_signed and (head.position == 0 or sealed.known_hash == head.chain))
    facts = dict(head.facts) if head else {}
    daily = {name: facts.get(name) for name in ("day", "day_position")}
    if head is not None and not goes_on:
        left = sealed.position - sealed.count
        was = {"head": head.position, "head_chain": head.chain.hex()}
        files.append("broken", sealed.position, sealed.chain_hash, left=left, **was)
    today = datetime.now(tz=UTC).date().isoformat()
    is_due = sealed.position > 0 and daily["day"] != today and daily["day_position"] != sealed.position
    if is_due:
        _sign_checkpoint(files, sealed)
        daily = {"day": today, "day_position": sealed.position}
    if head is None or not goes_on or is_due or head.position != sealed.position:
        files.put_head(sealed.position, sealed.chain_hash, **daily)


def _sign_checkpoint(files: HeadFiles, head: Sealed) -> None:
    """Sign the chain's end as a line of the file and as a row of the database."""
    at = datetime.now(tz=UTC)
    signature = bytes.fromhex(
        signed(checkpoint_facts(head.position, head.chain_hash, at), files.key)["signature"]
    )
    files.append("head", head.position, head.chain_hash)
    with unit_of_work(DbRole.LOADER) as connection:
        repository.note_checkpoint(connection, head, at, signature)
        connection.commit()


def checkpoint_facts(position: int, chain: bytes, at: datetime) -> dict[str, object]:
    """Give what the signature of a checkpoint in the database is of."""
    return {
        "kind": "checkpoint",
        "position": position,
        "chain": chain.hex(),
        "at": at.astimezone(UTC).isoformat(),
    }


def note_restored() -> None:
    """Sign that a backup has taken the database's place, with the head of before and of now.

    Call it when the restored database has this version's shape. Without the note the events that the backup
    does not have would be found as cut off.
    """
    files = HeadFiles()
    with files.locked():
        kept = files.read()
        old = kept.head
        now = _seal_all(0)
        signed_heads = [*kept.lines, *([old] if old else [])]
        heads = {line.position: line.chain for line in signed_heads if line.kind in HEADS and line.is_signed}
        heads = {place: chain for place, chain in heads.items() if 0 < place <= now.position}
        with unit_of_work(DbRole.AUDITOR) as connection:
            fits = audit_links.hashes(connection, [*heads]) == heads
        files.append("restored", now.position, now.chain_hash, head=old.position if old else 0, fits=fits)
        files.put_head(now.position, now.chain_hash)


def cut_old() -> int:
    """Delete the events whose time is over, up to the newest signed checkpoint; give how many.

    The cut is signed before it is committed: a kill between the two leaves a signed line of a cut that never
    was, which takes nothing from anybody, and never a cut that nobody signed.
    """
    files = HeadFiles()
    with files.locked(), unit_of_work(DbRole.LOADER) as connection:
        head, place = files.head(), _newest_checkpoint(files)
        done = repository.cut(connection, place) if place else None
        if done is None or head is None:
            return 0
        files.append("cut", place, b"", cut=done.id, events=done.events, digest=done.digest.hex())
        daily = {name: head.facts.get(name) for name in ("day", "day_position")}
        files.put_head(head.position, head.chain, **daily)
        connection.commit()
    return done.events


def _newest_checkpoint(files: HeadFiles) -> int:
    """Give the newest checkpoint that stands signed both here and in the database; 0 where there is none."""
    lines = files.read().lines
    ours = {(line.position, line.chain) for line in lines if line.kind == "head" and line.is_signed}
    with unit_of_work(DbRole.AUDITOR) as connection:
        found = audit_links.checkpoints(connection)
    return max((position for position, chain, *_ in found if (position, chain) in ours), default=0)
