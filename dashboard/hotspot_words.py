"""What the page says of hotspots: periods, categories, places, and each measure in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.texts import number, say, share
from dashboard.view_hotspots import SPARSE, events_a_cell_and_year
from geo.terms import ChangeWord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from dashboard.view_hotspots import Named

_YEAR = 4
_SMALLEST_SHARE = 0.0001


def period_text(period: str) -> str:
    """Write a year, quarter or month."""
    year, rest = period[:_YEAR], period[_YEAR + 1 :]
    if not rest:
        return say("hotspots.period.year", year=year)
    if rest.startswith("Q"):
        return say("hotspots.period.quarter", year=year, quarter=rest[1:])
    return say("hotspots.period.month", year=year, month=int(rest))


def category_text(category: str) -> str:
    """Name a category of event."""
    return say(f"hotspots.category.{category}")


def place_text(place: Named) -> str:
    """Name a place by school or town, never by a person or an address."""
    if place.school is not None:
        town = place.town or ""
        return say("hotspots.place.school", town=town, school=place.school, metres=number(place.metres))
    return say("hotspots.place.town", town=place.town) if place.town else say("hotspots.place.none")


def small_share(value: float) -> str:
    """Write a share that may be far below one per cent."""
    if 0 < value < _SMALLEST_SHARE:
        return "<" + number(_SMALLEST_SHARE * 100, "0.00") + "%"
    return number(value * 100, "0.00") + "%"


def headline_text(chosen: tuple[str, str], events: int, places: pd.DataFrame, told: Mapping[str, Any]) -> str:
    """Write what there is to say first.

    Parameters
    ----------
    chosen
        Period and category.
    events
        How many there are.
    places
        `dashboard.view_hotspots.significant_places`.
    told
        The period's measures.
    """
    words = {"period": period_text(chosen[0]), "category": category_text(chosen[1]), "events": number(events)}
    if len(places):
        hexagons = int(places["cells"].sum())
        said = say("hotspots.headline.some", **words, places=number(len(places)), hexagons=number(hexagons))
    else:
        said = say("hotspots.headline.none", **words)
    if concentration := told.get("concentration"):
        said += say("hotspots.headline.half", hexagons=number(concentration["half_held_by"]))
    return said


def concentration_text(told: Mapping[str, Any]) -> str:
    """Write how few hexagons hold most events, held against chance."""
    found = told.get("concentration")
    if not found:
        return say("hotspots.concentration.too_few")
    low, _, high = found["by_chance"]
    return say(
        "hotspots.concentration.more" if found["is_concentrated"] else "hotspots.concentration.chance",
        hexagons=number(found["held_by"]), share=small_share(found["share"]),
        low=small_share(low), high=small_share(high),
    )  # fmt: skip


def change_text(told: Mapping[str, Any]) -> str:
    """Write the change against the same period of the year before."""
    change = told.get("change")
    if not change:
        return say("hotspots.change.no_earlier")
    against = period_text(change["period"])
    if change["until"]:
        against = say("hotspots.change.until", period=against, day=change["until"][_YEAR + 1 :])
    return say("hotspots.change.said", against=against, words=compared_text(change))


def compared_text(change: Mapping[str, Any]) -> str:
    """Write two counts and what they say; no percentage of few."""
    counts = say("hotspots.change.counts", before=number(change["before"]), after=number(change["after"]))
    word = change["word"]
    if change.get("percent") is None:
        clear = word in (ChangeWord.MORE, ChangeWord.FEWER)
        return counts + say(f"hotspots.change.few_{word}" if clear else "hotspots.change.too_few")
    ends = {name: _signed(100 * (change[name] - 1)) for name in ("low", "high")}
    return counts + say(f"hotspots.change.{word}", percent=_signed(change["percent"]), **ends)


def _signed(percent: float) -> str:
    return number(percent, "+0;-0") + "%"


def town_texts(told: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """Write the change of each town, those with most events first."""
    towns = sorted(told.get("towns") or [], key=lambda one: (-one["after"], one["code"]))
    return [
        say("hotspots.change.town", town=names.get(one["code"], one["code"]), words=compared_text(one))
        for one in towns
    ]


def cluster_texts(told: Mapping[str, Any], names: Sequence[Named]) -> list[str]:
    """Write the clusters, those with most events first."""
    found = (told.get("clusters") or {}).get("found", [])
    return [
        say("hotspots.cluster", place=place_text(name), events=number(one["events"]),
            hexagons=number(len(one["cells"])))
        for one, name in zip(found, names, strict=False)
    ]  # fmt: skip


def notes_of(grid: Mapping[str, Any], events: int, period: str) -> list[str]:
    """Write what must not be overlooked: rounded places, sparse events, events that were left out."""
    measures = grid["measures"]
    notes = []
    rounding = measures.get("rounding") or {}
    if rounding.get("is_rounded"):
        finest = rounding["finest_radius_m"]
        kind = "rounded" if finest is not None else "rounded_too_coarse"
        notes.append(say(f"hotspots.note.{kind}", finest=finest, radius=grid["radius_m"]))
    if events_a_cell_and_year(events, int(grid["cells"]), period) < SPARSE:
        notes.append(say("hotspots.note.sparse"))
    if future := (measures.get("left_out") or {}).get("future"):
        notes.append(say("hotspots.note.future", count=number(future), day=measures.get("day", "")))
    return notes


def foresight_text(grid: Mapping[str, Any]) -> str:
    """Write how well the significant hexagons of one period foresaw the next."""
    found = grid["measures"].get("foresight") or {}
    if not found:
        return say("hotspots.foresight.none", least=50)
    if found["reason"] is not None:
        later = period_text(found["held_out"]) if "held_out" in found else ""
        return say(f"hotspots.foresight.{found['reason']}", later=later, events=number(found["events"]),
                   least=found["least"])  # fmt: skip
    return say(
        "hotspots.foresight.said",
        earlier=period_text(found["chosen_by"]), later=period_text(found["held_out"]),
        caught=number(found["caught"]), events=number(found["events"]),
        share=share(found["caught"] / found["events"]), times=number(found["pai"], "#,##0"),
        low=number(found["pai_interval"][0], "#,##0"), high=number(found["pai_interval"][1], "#,##0"),
        hexagons=number(found["chosen"]),
    )  # fmt: skip
