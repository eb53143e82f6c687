"""The ranking in words: place, why, doubt, way off the list; and what may not leave the screen in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from babel.numbers import format_decimal

from data.messages import text
from geo.terms import ZoneDecision, ZoneTerm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from data.messages import Lang

LEAST_EVENTS = 10
"""Smaller counts of events stay on screen (DESIGN 8.6)."""
TOP_TERMS = 3
NAMED_SCHOOLS = 2
RATE = str(ZoneTerm.INCIDENT_RATE)
_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
_SEPARATORS = {"zh": "、", "en": ", "}
_CLAUSES = {"zh": "；", "en": "; "}


@dataclass(frozen=True, slots=True)
class ZoneWords:
    """A zone as the papers tell it."""

    place: str
    """Town and schools."""
    rank: str
    sentences: tuple[str, ...]
    """Why, doubt, what would take it off."""


def amount(value: float, lang: Lang, pattern: str = "#,##0.#") -> str:
    """Write a number as people of the language do."""
    return str(format_decimal(value, format=pattern, locale=_LOCALES[lang]))


def listed(words: list[str], lang: Lang) -> str:
    """Write a list of words in one line."""
    return _SEPARATORS[lang].join(words)


def clauses(words: list[str], lang: Lang) -> str:
    """Write a list of clauses in one line."""
    return _CLAUSES[lang].join(words)


def day(value: object, lang: Lang) -> str:
    """Write a date; a dash where there is none."""
    missing = value is None or value is pd.NaT or value != value  # noqa: PLR0124 -- NaN differs from itself
    if missing:
        return text("papers.none", lang)
    moment: date = pd.Timestamp(value).date()  # type: ignore[arg-type]  # whatever a column gives
    return text("papers.date", lang, year=moment.year, month=moment.month, day=moment.day)


def are_events_few(terms: Mapping[str, Any]) -> bool:
    """Tell whether a zone's count of events may not be written; one that is not known may not either."""
    events = terms.get(RATE, {}).get("events")
    return events is None or not float(events) >= LEAST_EVENTS


def place_name(zone: Mapping[str, Any], names: Mapping[str, str], lang: Lang) -> str:
    """Name a zone by its town and its first schools."""
    schools = [names.get(code, code) for code in zone["school_codes"]]
    key = "papers.place.schools" if len(schools) <= NAMED_SCHOOLS else "papers.place.many"
    told = text(key, lang, names=listed(schools[:NAMED_SCHOOLS], lang), count=len(schools))
    town = zone.get("town_name")
    return text("papers.place.in_town", lang, town=town, schools=told) if isinstance(town, str) else told


def zone_words(zone: Mapping[str, Any], names: Mapping[str, str], lang: Lang, *, is_tied: bool) -> ZoneWords:
    """Tell of one zone.

    Parameters
    ----------
    zone
        A row of `material.Material.zones`.
    names
        The schools' names by code.
    lang
        Language of the papers.
    is_tied
        Whether another zone of the district shares its place.
    """
    key = "papers.rank.tied" if is_tied else "papers.rank.place"
    told = [_decision(zone, lang), _why(zone["terms"], lang), *_doubt(zone, lang), _off(zone, lang)]
    return ZoneWords(
        place_name(zone, names, lang),
        text(key, lang, rank=int(zone["rank"])),
        tuple(sentence for sentence in told if sentence),
    )


def _decision(zone: Mapping[str, Any], lang: Lang) -> str:
    """Say whether the committee decided on it; a proposal says so too."""
    is_decided = zone.get("decision") == ZoneDecision.DECIDED
    return text(f"papers.decision.{'decided' if is_decided else 'proposed'}", lang)


def _why(terms: Mapping[str, Any], lang: Lang) -> str:
    """Name the terms that weigh most, largest part first; events that are few come last."""
    few = are_events_few(terms)
    weighty = [term for term in map(str, ZoneTerm) if terms.get(term, {}).get("part")]
    ordered = sorted(weighty, key=lambda term: -float(terms[term]["part"]))
    told = [_term(term, terms[term], lang) for term in ordered if not (few and term == RATE)][:TOP_TERMS]
    if few:
        told.append(_few(terms, lang))
    return text("papers.why", lang, terms=clauses(told, lang))


def _few(terms: Mapping[str, Any], lang: Lang) -> str:
    """Write that there are few events, or that none are known."""
    known = terms.get(RATE, {}).get("events") is not None
    return text(f"papers.events.{'under_10' if known else 'unknown'}", lang)


def _term(term: str, entry: Mapping[str, Any], lang: Lang) -> str:
    """Write one term with its number."""
    if term == RATE:
        return text("papers.events.count", lang, events=amount(float(entry["events"]), lang),
                    days=amount(float(entry.get("days") or 0), lang))  # fmt: skip
    return text(f"papers.term.{term}", lang, value=amount(float(entry["value"]), lang, "#,##0"))


def _doubt(zone: Mapping[str, Any], lang: Lang) -> list[str]:
    """Write how sure the place is: of the data, of the weights, and what is not known at all."""
    told = []
    if zone["is_enough_data"] and not pd.isna(zone["rank_low"]):
        told.append(_interval("data", zone["rank_low"], zone["rank_high"], lang))
    else:
        told.append(text("papers.doubt.not_enough", lang))
    if not pd.isna(zone["weights_rank_low"]):
        told.append(_interval("weights", zone["weights_rank_low"], zone["weights_rank_high"], lang))
    missing = [text(f"papers.name.{term}", lang) for term in map(str, ZoneTerm)
               if term in zone["terms"] and not zone["terms"][term]["counts"]]  # fmt: skip
    if missing:
        told.append(text("papers.doubt.missing", lang, terms=listed(missing, lang)))
    return told


def _interval(kind: str, low: float, high: float, lang: Lang) -> str:
    """Write an interval of places; one of a single place is no interval."""
    key = f"papers.doubt.{kind}_sure" if low == high else f"papers.doubt.{kind}"
    return text(key, lang, low=int(low), high=int(high))


def _off(zone: Mapping[str, Any], lang: Lang) -> str:
    """Write what would take it off the first places; nothing of events where they are few."""
    way = zone["way_off"]
    if not isinstance(way, dict):
        return ""
    skipped = {RATE} if are_events_few(zone["terms"]) else set()
    ways = [text(f"papers.way.{term}", lang, amount=amount(float(step["amount"]), lang, "#,##0"))
            for term, step in way["terms"].items() if step and term not in skipped]  # fmt: skip
    if not ways:
        return text("papers.way.none", lang, places=way["first_places"])
    return text("papers.way.these", lang, places=way["first_places"], ways=clauses(ways, lang))


def weights_words(written: object, lang: Lang) -> str:
    """Write the weights in per cent, the heaviest first; empty where there are none."""
    given = written.get("weights", written) if isinstance(written, dict) else {}
    known = {term: float(given[term]) for term in map(str, ZoneTerm) if given.get(term)}
    told = [text("papers.weight", lang, term=text(f"papers.name.{term}", lang),
                 share=amount(100 * known[term] / sum(known.values()), lang, "#,##0"))
            for term in sorted(known, key=lambda term: -known[term])]  # fmt: skip
    return listed(told, lang)
