"""What the committee wants of the rule book, written there in its own transaction and in its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from data.repositories import rules
from data.rule_book import RuleVersion, shipped_rules
from data.session import unit_of_work
from data.settings import DbRole

if TYPE_CHECKING:
    from collections.abc import Mapping


def run(words: Mapping[str, Any], *, by: str) -> dict[str, Any]:
    """Write a version, or take one back.

    Parameters
    ----------
    words
        ``rule``, a version as `data.rule_book.RuleVersion` has it, or ``take_back``, the number of one.
    by
        Number of the account that asked.

    Returns
    -------
    dict
        ``code`` of the rule, and ``rule_id`` of a version that was written.

    Raises
    ------
    data.repositories.rules.UnknownRuleError, EarlierThanStandingError, StillEndsError
        The book has no place for it.
    """
    with unit_of_work(DbRole.LOADER) as connection:
        rules.ship(connection, shipped_rules())
        if words.get("rule") is None:
            done: dict[str, Any] = {"code": rules.take_back(connection, int(words["take_back"]), by=by)}
        else:
            version = RuleVersion.model_validate(words["rule"])
            done = {"code": version.code, "rule_id": rules.put(connection, version, by=by)}
        connection.commit()
    return done
