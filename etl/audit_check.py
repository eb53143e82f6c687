"""The audit's chain held against its events, itself, and the heads that were signed outside of the database.

Pure: links in, findings out. What each finding means is a sentence of the catalogue `audit`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from data.audit_chain import START, chain_hash, digest_of, row_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data.audit_chain import Link
    from data.audit_files import Kept, Line

NAMED = 20
"""Numbers that a finding carries at most; its count says how many there are."""
COMPARED = 400
"""Rows that do not fit and are held against each other, to tell an exchange from an edit."""
HEAD_KINDS = ("head", "newest", "restored")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or, as a note, worth knowing.

    Parameters
    ----------
    kind
        Which; the catalogue has a sentence for each.
    count
        How many rows.
    named
        The first of their numbers.
    given
        What else its sentence says.
    """

    kind: str
    count: int = 1
    named: tuple[int, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in the database beside the chain.

    Parameters
    ----------
    heads
        Position and chain hash of the checkpoints that this home's key signed.
    forged
        Positions of checkpoints that it did not sign.
    strays
        Events without a link that do not wait for one.
    lost
        Events that were gone before they got a link.
    """

    heads: tuple[tuple[int, bytes], ...] = ()
    forged: tuple[int, ...] = ()
    strays: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found.

    Parameters
    ----------
    links, events
        How many links there are, and how many of their events are still kept.
    findings
        Empty: all is well.
    notes
        What is no fault.
    """

    links: int
    events: int
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Walked:
    """What was met on the way along the chain."""

    last: int = 0
    events: int = 0
    missing: int = 0
    missed: list[int] = field(default_factory=list)
    unfit: list[tuple[Link, bytes]] = field(default_factory=list)
    edited: list[Link] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    cut: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    hashes: dict[int, bytes] = field(default_factory=dict)


def check(links: Iterable[Link], kept: Kept, beside: Beside) -> Report:
    """Verify a chain.

    Parameters
    ----------
    links
        All links by position, each with its event.
    kept
        The files outside, as they were before the newest events were sealed.
    beside
        What else the database has.
    """
    expected = _expected(kept, beside)
    walked = _walk(links, {position for position, _ in expected})
    findings = [
        *_of_rows(walked),
        *_of_heads(walked, expected),
        *_of_cuts(walked, kept),
        *_of_files(kept, beside),
    ]
    findings += [_named("stray", beside.strays)] if beside.strays else []
    findings += [_named("lost", beside.lost)] if beside.lost else []
    return Report(walked.last, walked.events, tuple(findings), tuple(_notes(kept, walked)))


def _named(kind: str, numbers: Iterable[int], **given: Any) -> Finding:
    """Make a finding of some numbers."""
    found = sorted(numbers)
    return Finding(kind, len(found), tuple(found[:NAMED]), given)


# --- the chain in itself


def _walk(links: Iterable[Link], wanted: set[int]) -> _Walked:
    """Go along the chain once; only what does not fit is kept."""
    walked, before = _Walked(), START
    for link in links:
        if link.position != walked.last + 1:
            # a position can be any number: count them, name the first
            walked.missing += link.position - walked.last - 1
            walked.missed += range(walked.last + 1, min(link.position, walked.last + 1 + NAMED))
        elif chain_hash(before, link.position, link.row_hash) != link.chain_hash:
            walked.unfit.append((link, before))
        if link.event is None:
            if link.cut_id is None:
                walked.deleted.append(link.event_id)
            else:
                walked.cut[link.cut_id].append(link.position)
        else:
            walked.events += 1
            if row_hash(link.event) != link.row_hash:
                walked.edited.append(link)
        if link.position in wanted:
            walked.hashes[link.position] = link.chain_hash
        before, walked.last = link.chain_hash, link.position
    return walked


def _of_rows(walked: _Walked) -> Iterable[Finding]:
    """Name what was edited, deleted, or put in another order."""
    moved = _exchanged_links(walked.unfit)
    moved_events = _exchanged_events(walked.edited)
    if moved or moved_events:
        yield _named("reordered", moved | moved_events)
    edited = [link.event_id for link in walked.edited if link.position not in moved_events]
    if edited:
        yield _named("edited", edited)
    if walked.deleted:
        yield _named("deleted", walked.deleted)
    if walked.missing:
        yield Finding("missing", walked.missing, tuple(walked.missed[:NAMED]))
    # behind an exchanged link the next one does not fit either
    unfit = {link.position for link, _ in walked.unfit} - moved - {place + 1 for place in moved}
    if unfit:
        yield _named("unfit", unfit)


def _exchanged_links(unfit: list[tuple[Link, bytes]]) -> set[int]:
    """Find the positions whose own link stands at another one: hashed for this place it fits here."""
    moved: set[int] = set()
    for link, before in unfit[:COMPARED]:
        for other, _ in unfit[:COMPARED]:
            if other is not link:
                fit = chain_hash(before, link.position, other.row_hash)
                if fit in (link.chain_hash, other.chain_hash):
                    moved |= {link.position, other.position}
    return moved


def _exchanged_events(edited: list[Link]) -> set[int]:
    """Find the positions whose events were exchanged: the link to it, its number, or all but its number."""
    known = {link.row_hash: link.position for link in edited}
    moved: set[int] = set()
    for link in edited[:COMPARED]:
        if link.event is None:
            continue
        tried = [link.event, *(link.event._replace(id=other.event_id) for other in edited[:COMPARED])]
        for event in tried:
            at = known.get(row_hash(event))
            if at is not None and at != link.position:
                moved |= {at, link.position}
    return moved


# --- the chain against what was signed


def _expected(kept: Kept, beside: Beside) -> list[tuple[int, bytes]]:
    """Give the heads that must be found again, by position.

    What was signed before a backup took the database's place counts as far as the backup goes, and not at all
    where the backup is of another chain.
    """
    begin, limit = _restored(kept)
    before = [line for line in kept.lines[:begin] if limit is not None and line.position <= limit]
    lines = [*before, *kept.lines[begin:], *([kept.head] if kept.head else [])]
    found = {(line.position, line.chain) for line in lines if line.is_signed and line.kind in HEAD_KINDS}
    found |= {_head_of(line) for line in kept.lines[begin:] if line.is_signed and line.kind == "broken"}
    if limit is not None or begin == 0:
        found |= set(beside.heads)
    return sorted((position, chain) for position, chain in found if position > 0)


def _restored(kept: Kept) -> tuple[int, int | None]:
    """Give the place of the last line about a restored backup, and how far what is before it still counts."""
    for place in range(len(kept.lines) - 1, -1, -1):
        line = kept.lines[place]
        if line.kind == "restored" and line.is_signed:
            return place, line.position if line.facts.get("fits") is True else None
    return 0, None


def _head_of(line: Line) -> tuple[int, bytes]:
    """Give the head from which a chain did not go on."""
    try:
        return int(line.facts["head"]), bytes.fromhex(line.facts["head_chain"])
    except (KeyError, TypeError, ValueError):
        return 0, b""


def _of_heads(walked: _Walked, expected: list[tuple[int, bytes]]) -> Iterable[Finding]:
    """Say whether the chain was cut off at its end, or is another one than was signed."""
    furthest = max((position for position, _ in expected), default=0)
    if furthest > walked.last:
        yield Finding("cut_off", furthest - walked.last, given={"signed": furthest, "left": walked.last})
    reached = [(position, chain) for position, chain in expected if position <= walked.last]
    good = [position for position, chain in reached if walked.hashes.get(position) == chain]
    bad = [position for position, chain in reached if walked.hashes.get(position) != chain]
    if bad:
        first = bad[0]
        before = max((position for position in good if position < first), default=0)
        kind = "rewritten" if before else "rewritten_whole"
        yield Finding(kind, walked.last - before, given={"start": before + 1, "signed": first})


def _of_cuts(walked: _Walked, kept: Kept) -> Iterable[Finding]:
    """Hold what is gone because its time was over against the cuts that were signed."""
    told = {
        (line.facts.get("cut"), line.facts.get("events"), line.facts.get("digest"))
        for line in kept.lines
        if line.kind == "cut" and line.is_signed
    }
    for number, positions in sorted(walked.cut.items()):
        if (number, len(positions), digest_of(positions).hex()) not in told:
            yield _named("false_cut", positions, cut=number)


def _of_files(kept: Kept, beside: Beside) -> Iterable[Finding]:
    """See that the signed files are whole, and that what the database has of them is theirs."""
    begin, limit = _restored(kept)
    unsigned = [number for number, line in enumerate(kept.lines, start=1) if not line.is_signed]
    if unsigned:
        yield _named("bad_line", unsigned)
    gaps = [number for number, line in enumerate(kept.lines, start=1) if not line.follows]
    told = kept.head.facts.get("lines", 0) if kept.head else 0
    if gaps or (isinstance(told, int) and told > len(kept.lines)):
        yield Finding("lines_gone")
    if kept.head is not None and not kept.head.is_signed:
        yield Finding("bad_head")
    if kept.is_empty and (beside.heads or beside.forged):
        yield Finding("heads_gone")
    elif beside.forged and (limit is not None or begin == 0):
        yield _named("forged", beside.forged)
    for line in kept.lines[begin:]:
        if line.kind == "broken" and line.is_signed:
            head, left = _head_of(line)[0], int(line.facts.get("left", 0))
            yield Finding("broken", max(head - left, 0), given={"at": line.at, "signed": head, "left": left})


def _notes(kept: Kept, walked: _Walked) -> Iterable[Finding]:
    """Say what is no fault: a home without heads, restored backups, what was cut in time."""
    if kept.is_empty and walked.last:
        yield Finding("fresh")
    for line in kept.lines:
        if line.kind == "restored" and line.is_signed:
            given = {"at": line.at, "signed": line.facts.get("head", 0), "left": line.position}
            yield Finding("restored" if line.facts.get("fits") is True else "restored_other", given=given)
    if walked.cut:
        yield Finding("cut", sum(map(len, walked.cut.values())))
