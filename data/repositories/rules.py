"""`core.rule`: the rule book with its history. Versions are closed or ended, never rewritten.

A version holds from its first day up to the next one's. One that was wrong is ended: it never held. What the
committee wrote is the committee's; a later shipment of the product leaves that rule alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from data.bulk import read_frame
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd
    from sqlalchemy import Connection

    from data.rule_book import RuleVersion

SHIPPED = "shipped"
"""Who wrote and ended what came with the product."""
CONTENT = (
    "venue_category", "stages", "metres", "is_inclusive", "school_side", "venue_side", "metric",
    "jurisdiction", "document", "article", "source", "strength", "valid_from", "valid_to",
)  # fmt: skip
"""Columns that say what a version is."""
_COLUMNS = ("code", *CONTENT)
_STANDING = "ended_at IS NULL"
_HOLDS = (
    f"{_STANDING} AND (valid_from IS NULL OR valid_from <= :day) AND (valid_to IS NULL OR :day < valid_to)"
)
_ALL = f"id AS rule_id, {', '.join(_COLUMNS)}, is_shipped, set_by, set_at, ended_by, ended_at"


class UnknownRuleError(CampusError):
    """No version of that number stands, or a later one of its rule does."""

    key = "rules.unknown"


class EarlierThanStandingError(CampusError):
    """A version would begin on ``given``, before the one that stands, which began on ``begins``."""

    key = "rules.earlier_than_standing"


class StillEndsError(CampusError):
    """The version that stands has a last day of its own, ``ends``, after the new one's first."""

    key = "rules.still_ends"


def holding(connection: Connection, day: date) -> pd.DataFrame:
    """Read the rules that hold on a day.

    Parameters
    ----------
    connection
        Of any role that reads core.
    day
        The local date.

    Returns
    -------
    pandas.DataFrame
        ``rule_id``, ``code``, the columns of `CONTENT`, ``is_shipped``, ``set_by``, ``set_at``; by id.
    """
    found = read_frame(
        connection, text(f"SELECT {_ALL} FROM core.rule WHERE {_HOLDS} ORDER BY id").bindparams(day=day)
    )
    return found.astype({"metres": "float64"}).drop(columns=["ended_by", "ended_at"])


def history(connection: Connection) -> pd.DataFrame:
    """Read every version there ever was, by code, the newest first; with who wrote and ended it."""
    found = read_frame(
        connection,
        f"SELECT {_ALL} FROM core.rule ORDER BY code, valid_from DESC NULLS LAST, id DESC",
    )
    return found.astype({"metres": "float64"})


def ship(connection: Connection, rules: Iterable[RuleVersion]) -> int:
    """Bring the rules that come with the product into the book; done twice it changes nothing.

    Parameters
    ----------
    connection
        The loader's; the caller commits.
    rules
        Each code once.

    Returns
    -------
    int
        Rules that were written or ended. A rule that anybody else wrote, or took back, is left alone. What
        the product no longer brings is ended.
    """
    _lock(connection)
    wanted = {rule.code: rule for rule in rules}
    known = _by_code(connection)
    written = 0
    for code, rule in wanted.items():
        versions = known.get(code, [])
        if _is_touched(versions) or _is_there(versions, rule):
            continue
        _write(connection, rule, versions, by=SHIPPED)
        written += 1
    for code in known.keys() - wanted.keys():
        standing = _standing(known[code])
        if not _is_touched(known[code]) and standing is not None:
            _end(connection, standing["id"], by=SHIPPED)
            written += 1
    return written


def put(connection: Connection, rule: RuleVersion, *, by: str) -> int:
    """Write a version of a rule, new or known.

    Parameters
    ----------
    connection
        The loader's; the caller commits.
    rule
        What it says. It holds from its first day on; one that begins with the standing version replaces it.
    by
        Number of the account.

    Returns
    -------
    int
        Its number, or that of the standing version where it says the same.

    Raises
    ------
    EarlierThanStandingError
        It would begin before the version that stands: that one is to be taken back first.
    StillEndsError
        The standing version ends by itself, later than this one begins.
    """
    _lock(connection)
    versions = _by_code(connection).get(rule.code, [])
    standing = _standing(versions)
    if standing is not None and _is_there(versions, rule):
        return int(standing["id"])
    return _write(connection, rule, versions, by=by)


def take_back(connection: Connection, number: int, *, by: str) -> str:
    """End the newest version of a rule, as if it had never held; the one before it goes on.

    Parameters
    ----------
    connection
        The loader's; the caller commits.
    number
        The version.
    by
        Number of the account.

    Returns
    -------
    str
        Code of the rule; what the same account took back before stays as it is.

    Raises
    ------
    UnknownRuleError
        It does not stand, or is not the newest of its rule.
    """
    _lock(connection)
    for code, versions in _by_code(connection).items():
        standing = _standing(versions)
        if any(each["id"] == number and each["ended_by"] == by for each in versions):
            return code
        if standing is not None and standing["id"] == number:
            _end(connection, number, by=by)
            _go_on(connection, versions, standing)
            return code
    raise UnknownRuleError(number=number)


def _go_on(connection: Connection, versions: list[dict[str, Any]], ended: dict[str, Any]) -> None:
    """Let go on what a version came after: the one that it replaced outright, else the one it closed."""
    # what a version replaces is ended in the transaction that writes it
    replaced = [each["id"] for each in versions if each["ended_at"] == ended["set_at"]]
    if replaced:
        statement = text("UPDATE core.rule SET ended_at = NULL, ended_by = NULL WHERE id = ANY (:ids)")
        connection.execute(statement, {"ids": replaced})
    elif ended["valid_from"] is not None:
        connection.execute(
            text(
                f"UPDATE core.rule SET valid_to = NULL WHERE code = :code AND valid_to = :day AND {_STANDING}"
            ),
            {"code": ended["code"], "day": ended["valid_from"]},
        )


def _lock(connection: Connection) -> None:
    """Let one at a time write in the book."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('core.rule'))"))


def _by_code(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Read all versions by their rule."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(text("SELECT * FROM core.rule ORDER BY id")).mappings():
        found.setdefault(str(row["code"]), []).append(dict(row))
    return found


def _standing(versions: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Give the version that begins last of those that were not ended."""
    standing = [each for each in versions if each["ended_at"] is None]
    return max(
        standing, key=lambda each: (each["valid_from"] is not None, each["valid_from"] or 0), default=None
    )


def _is_touched(versions: list[dict[str, Any]]) -> bool:
    """Tell whether anybody but the product wrote or ended a version."""
    return any(not each["is_shipped"] or each["ended_by"] not in (None, SHIPPED) for each in versions)


def _is_there(versions: list[dict[str, Any]], rule: RuleVersion) -> bool:
    """Tell whether a rule stands as it is wanted."""
    standing, wanted = _standing(versions), rule.columns()
    return standing is not None and all(standing[name] == wanted[name] for name in CONTENT)


def _write(connection: Connection, rule: RuleVersion, versions: list[dict[str, Any]], *, by: str) -> int:
    """Make room for a version and write it."""
    standing = _standing(versions)
    if standing is not None:
        _make_room(connection, standing, rule, by=by)
    return _insert(connection, rule.columns() | {"is_shipped": by == SHIPPED, "set_by": by})


def _insert(connection: Connection, values: dict[str, Any]) -> int:
    """Write a row and give its number."""
    names = ", ".join((*_COLUMNS, "is_shipped", "set_by"))
    places = ", ".join(f":{name}" for name in (*_COLUMNS, "is_shipped", "set_by"))
    statement = text(f"INSERT INTO core.rule ({names}) VALUES ({places}) RETURNING id")
    return int(connection.execute(statement, values).scalar_one())


def _make_room(connection: Connection, standing: dict[str, Any], rule: RuleVersion, *, by: str) -> None:
    """Close the standing version where the new one begins, or end it where both begin together."""
    begins, ends = standing["valid_from"], standing["valid_to"]
    if begins == rule.valid_from:
        _end(connection, standing["id"], by=by)
    elif begins is not None and (rule.valid_from is None or rule.valid_from < begins):
        raise EarlierThanStandingError(given=rule.valid_from or "-", begins=begins)
    elif ends is not None and rule.valid_from is not None and ends > rule.valid_from:
        raise StillEndsError(ends=ends)
    elif ends is None:
        connection.execute(
            text("UPDATE core.rule SET valid_to = :day WHERE id = :id"),
            {"day": rule.valid_from, "id": standing["id"]},
        )


def _end(connection: Connection, number: int, *, by: str) -> None:
    """Write down that a version never held, and who says so."""
    connection.execute(
        text("UPDATE core.rule SET ended_at = now(), ended_by = :by WHERE id = :id"), {"by": by, "id": number}
    )
