"""How classes of small numbers and the periods that they are of are said."""

from __future__ import annotations

from dashboard.texts import say
from geo.terms import CountClass

_KEYS = {
    CountClass.UNDER_10: "under_10", CountClass.FROM_10: "from_10", CountClass.FROM_25: "from_25",
    CountClass.FROM_50: "from_50", CountClass.FROM_100: "from_100", CountClass.WITHHELD: "withheld",
}  # fmt: skip


def class_text(word: str) -> str:
    """Say a class; the smallest is said in words, without a number to compare."""
    return say(f"classes.word.{_KEYS[CountClass(word)]}")


def half_year_text(half_year: str) -> str:
    """Say a half-year such as ``2026-H1``."""
    year, _, half = half_year.partition("-H")
    return say("classes.half_year" if half == "1" else "classes.second_half_year", year=year)
