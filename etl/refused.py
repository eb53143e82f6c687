"""Categories that are never taken in, by name (DESIGN 8.6 and 8.7), whatever a source maps them to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.refused_words import is_refused
from etl.kind_errors import RefusedCategoryError, TimeAsCodeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.definitions import Definition

CATEGORY = "category"
"""The column in which kinds say what a row is about."""
KINDS_WITH_CATEGORY = frozenset({"incident", "venue", "hazard"})


def check_categories(definition: Definition) -> None:
    """Refuse a description that takes in by its own words what is never taken in.

    Raises
    ------
    RefusedCategoryError
        A value map, a default or a constant of the category names it.
    TimeAsCodeError
        An event's code comes from the column of its time or place: it would keep what is coarsened.
    """
    if definition.kind in KINDS_WITH_CATEGORY:
        for word in _declared(definition):
            if is_refused(word, definition.kind):
                raise RefusedCategoryError(word=word)
    if definition.spec.coarsened and (code := definition.columns.get("code")) is not None:
        exact = set(definition.columns["occurred_at"].columns)
        exact |= set(definition.geometry.columns if definition.geometry else ())
        if exact & set(code.columns):
            raise TimeAsCodeError


def _declared(definition: Definition) -> Iterator[str]:
    """Give every word of a description that may become a category, or is mapped to one."""
    rule = definition.columns.get(CATEGORY)
    if rule is None:
        return
    given = (rule.default, rule.value, *(rule.map or ()), *(rule.map or {}).values())
    yield from (word for word in given if word is not None)
