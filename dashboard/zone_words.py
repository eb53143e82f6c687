"""What the page says of focus zones: places, names, intervals, reasons, ways off the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.texts import number, say
from dashboard.view_zones import RATE, reasons
from geo.terms import ZoneTerm

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dashboard.view_zones import Ranked

ORDINALS = {1: "1", 2: "2", 3: "3"}
TEENS = range(11, 14)
SCORE = 100


def ordinal(place: int) -> str:
    """Write a place: 第2, 2nd."""
    word = "other" if place % 100 in TEENS else ORDINALS.get(place % 10, "other")
    return say(f"zones.ordinal.{word}", n=place)


def place_text(zone: pd.Series) -> str:
    """Write a zone's place; a shared one is said to be shared."""
    place = ordinal(int(zone["place"]))
    return say("zones.place.tied", place=place) if zone["is_tied"] else place


def zone_name(zone: pd.Series) -> str:
    """Name a zone by its town and its first school."""
    town = zone["town_name"] if isinstance(zone["town_name"], str) else say("zones.no_town")
    schools: Sequence[str] = zone["schools"]
    if len(schools) == 1:
        return f"{town}·{schools[0]}"
    return say("zones.name.several", town=town, school=schools[0], count=len(schools))


def interval_text(zone: pd.Series) -> str:
    """Write the data interval in plain words."""
    if not zone["is_enough_data"]:
        return say("zones.not_enough")
    low, high = int(zone["rank_low"]), int(zone["rank_high"])
    key = "zones.interval.one" if low == high else "zones.interval.between"
    return say(key, low=ordinal(low), high=ordinal(high))


def weights_text(zone: pd.Series) -> str | None:
    """Write the weights interval in plain words; None where there is none."""
    low, high = zone["weights_rank_low"], zone["weights_rank_high"]
    if low != low or low is None or str(low) == "<NA>":  # noqa: PLR0124 -- NaN
        return None
    key = "zones.interval.weights_one" if low == high else "zones.interval.weights"
    return say(key, low=ordinal(int(low)), high=ordinal(int(high)))


def reason_texts(ranks: Ranked, row: int) -> list[str]:
    """Write why a zone stands where it stands, the strongest reason first."""
    return [term_text(term, ranks.zones["terms"].iloc[row][term]) for term in reasons(ranks, row)]


def term_text(term: str, entry: dict[str, Any]) -> str:
    """Write a term with its numbers."""
    values = {"value": number(entry["value"], "#,##0.#" if term == RATE else "#,##0")}
    if term == RATE:
        values |= {key: number(entry.get(key)) for key in ("days", "events", "events_by_school")}
        if entry.get("events_by_school") != entry.get("events"):
            return say("zones.why.incident_rate_shared", **values)
    if term == ZoneTerm.SIGNIFICANT_CELLS:
        values["period"] = str(entry.get("period") or "")
    return say(f"zones.why.{term}", **values)


def off_texts(off: dict[str, Any] | None) -> tuple[str, list[str]]:
    """Write what would take a zone off the first places: what it begins with, and one line a way."""
    if off is None:
        return "", []
    ways = [
        say(f"zones.off.{term}", amount=number(off["terms"][term]["amount"]))
        for term in map(str, ZoneTerm)
        if off["terms"].get(term)
    ]
    key = "zones.off.any" if ways else "zones.off.none"
    return say(key, places=off["first_places"]), ways


def score_text(score: float) -> str:
    """Write a score, 100 at most."""
    return number(score * SCORE, "0.0")
