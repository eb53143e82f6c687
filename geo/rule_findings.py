"""Distances and rules -> findings: clear, to be measured, or to be verified; never a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from geo.rule_distances import MM, Distances, distances, main_gate_known
from geo.terms import UNASSIGNED, FindingStatus, FindingWhy, RuleMetric, SchoolSide

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from datetime import date

    from geo.arrays import Flags, Floats, Integers, Objects
    from geo.rule_distances import Sides

COLUMNS = (
    "venue_code", "school_code", "rule_id", "distance_straight_m", "distance_walk_m", "band_m", "status",
    "why",
)  # fmt: skip
_SURFACE = 2


@dataclass(frozen=True, slots=True)
class Checking:
    """How findings are judged.

    Parameters
    ----------
    band_m
        Half width of the band round a rule's distance in which only a survey decides; 0: none does.
    margin_m
        How far beyond rule and band a pair is still written, so that one sees what is just outside.
    day
        The local date: a licence that has run out by then protects nobody.
    """

    band_m: float
    margin_m: float
    day: date


class Counted(NamedTuple):
    """What of the venues could not be checked."""

    unknown: int
    """Venues whose category no list knows."""
    missing: int
    """Venues without any category."""


def applying(rules: pd.DataFrame, district: str) -> pd.DataFrame:
    """Keep the rules that hold in a district and name a distance.

    Parameters
    ----------
    rules
        ``jurisdiction`` (beginning of district codes, empty: everywhere), ``metres``.
    district
        A district's code, or ``unassigned``, where only what holds everywhere holds.
    """
    prefixes = rules["jurisdiction"].astype(object)
    here = [
        not prefix or (district != UNASSIGNED and district.startswith(prefix)) for prefix in prefixes.tolist()
    ]
    kept: pd.DataFrame = rules[np.array(here, dtype=bool) & rules["metres"].notna().to_numpy(dtype=bool)]
    return kept.reset_index(drop=True)


def counted(venues: pd.DataFrame) -> Counted:
    """Count the venues that no rule can be asked of; ``word`` is the bureau's, ``category`` ours."""
    said = venues["word"].fillna("").astype(str).str.strip() != ""
    is_known = venues["category"].notna()
    return Counted(unknown=int((said & ~is_known).sum()), missing=int((~said).sum()))


def findings(
    sides: Sides, venues: pd.DataFrame, schools: pd.DataFrame, rules: pd.DataFrame, checking: Checking
) -> pd.DataFrame:
    """Hold every venue against every school of which a rule speaks.

    Parameters
    ----------
    sides
        Geometries in metres; rows as in the frames.
    venues
        ``venue_code``, ``category`` (word of `geo.terms.VenueCategory` or missing), ``licence_from``,
        ``licence_to``, ``established_on``; optionally ``geocode_error_m``, which widens the band.
    schools
        ``school_code``, ``stage``.
    rules
        ``rule_id``, ``venue_category``, ``stages``, ``metres``, ``is_inclusive``, ``school_side``,
        ``metric``, ``valid_from``; those that hold in this place (`applying`).
    checking
        Band, margin and day.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, by venue, school and rule. What is farther than rule, band and margin has no row.
    """
    if rules.empty or venues.empty or schools.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    bands = _bands(venues, checking.band_m)
    widest = float(rules["metres"].max() + bands.max() + checking.margin_m)
    # a millimetre more: what rounds to the border belongs to it
    spoken_of = np.flatnonzero(venues["category"].isin(rules["venue_category"]).to_numpy(dtype=bool))
    asked = _only(sides, spoken_of)
    found = distances(asked, widest + 1 / MM)
    found = found._replace(venue=spoken_of[found.venue])
    case = _Case(venues, schools, sides, found, bands, checking)
    parts = [case.of_rule(rule) for rule in rules.to_dict("records")]
    whole = pd.concat(parts, ignore_index=True)
    order = ["venue_code", "school_code", "rule_id"]
    return whole[list(COLUMNS)].sort_values(order, ignore_index=True)


def status_of(measure_m: Floats, metres: float, band_m: Floats, *, is_inclusive: bool) -> Objects:
    """Say what a distance means under a rule.

    Parameters
    ----------
    measure_m
        As the rule measures, shape (n,).
    metres
        The rule's distance.
    band_m
        Half width of the band, shape (n,); its edges belong to it. 0: the distance alone decides.
    is_inclusive
        Whether exactly the rule's distance is within; counts only where there is no band.

    Returns
    -------
    numpy.ndarray
        Words of `geo.terms.FindingStatus`.
    """
    measure, limit, band = (np.rint(np.asarray(value) * MM) for value in (measure_m, metres, band_m))
    bare = band == 0
    within = np.where(bare, (measure < limit) | (is_inclusive & (measure == limit)), measure < limit - band)
    beyond = np.where(bare, ~within, measure > limit + band)
    words = np.where(within, FindingStatus.CANDIDATE.value, FindingStatus.NEEDS_SURVEY.value).astype(object)
    words[beyond.astype(bool)] = FindingStatus.CLEAR.value
    return words


def grandfathered(venues: pd.DataFrame, valid_from: date | None, day: date) -> Flags:
    """Tell the venues that were there, or licensed, before a rule held, and whose licence has not run out.

    Parameters
    ----------
    venues
        ``licence_from``, ``licence_to``, ``established_on``: dates or missing.
    valid_from
        The rule's first day; without one nothing was there before.
    day
        The local date of the check.
    """
    if valid_from is None or pd.isna(valid_from):
        return np.zeros(len(venues), dtype=bool)
    first = _days(venues["licence_from"], "9999-12-31")
    founded = _days(venues["established_on"], "9999-12-31")
    until = _days(venues["licence_to"], "9999-12-31")
    earlier: Flags = np.minimum(first, founded) < np.datetime64(valid_from, "D")
    return earlier & (until >= np.datetime64(day, "D"))


def _days(dates: pd.Series, missing: str) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    given = [np.datetime64(missing if pd.isna(day) else day, "D") for day in dates.tolist()]
    return np.array(given, dtype="datetime64[D]")


def _bands(venues: pd.DataFrame, band_m: float) -> Floats:
    """Give each venue's band: the setting's, or what its position may be off where that is known and more."""
    bands = np.full(len(venues), band_m)
    if band_m > 0 and "geocode_error_m" in venues:
        bands = np.fmax(bands, venues["geocode_error_m"].to_numpy(dtype=np.float64, na_value=np.nan))
    return bands


def _only(sides: Sides, rows: Integers) -> Sides:
    """Keep some venues."""
    return type(sides)(sides.venues[rows], sides.schools, sides.gates, sides.network, sides.limit_m)


class _Case:
    """Everything measured, to be held against one rule after the other."""

    def __init__(
        self, venues: pd.DataFrame, schools: pd.DataFrame, sides: Sides, found: Distances, bands: Floats,
        checking: Checking,
    ) -> None:  # fmt: skip
        self.venues, self.schools, self.found, self.checking = venues, schools, found, checking
        self.bands = bands
        self.category = venues["category"].to_numpy(dtype=object)[found.venue]
        self.stage = schools["stage"].to_numpy(dtype=object)[found.school]
        self.has_roads = bool(len(sides.network.lines))
        self.unsure = _unsure(sides)

    def of_rule(self, rule: Mapping[Hashable, Any]) -> pd.DataFrame:
        """Give the findings under one rule."""
        side, metres = SchoolSide(str(rule["school_side"])), float(rule["metres"])
        stages: Sequence[str] = rule["stages"]
        spoken_of = (self.category == rule["venue_category"]) & np.isin(self.stage, list(stages))
        walks = rule["metric"] == RuleMetric.WALK
        straight, walk = self.found.straight[side], self.found.walk[side]
        # without a way the straight line says how far at least it is
        known = np.isfinite(walk) if walks else np.ones(len(walk), dtype=bool)
        measure = np.where(known & walks, walk, straight)
        limit = metres + self.bands[self.found.venue] + self.checking.margin_m
        rows = np.flatnonzero(spoken_of & (np.rint(measure * MM) <= np.rint(limit * MM)))
        found = self.found.venue[rows], self.found.school[rows]
        band = self.bands[found[0]]
        status = status_of(measure[rows], metres, band, is_inclusive=bool(rule["is_inclusive"]))
        why = _plain_why(status)
        _doubt(status, why, ~known[rows], self._no_way())
        for reason in _matters(side, is_walk=bool(walks)):
            _doubt(status, why, self.unsure[reason][found[1]], reason)
        own = self.venues.iloc[found[0]]
        old = grandfathered(own, rule["valid_from"], self.checking.day)
        why[old & (status != FindingStatus.CLEAR.value)] = FindingWhy.GRANDFATHERED.value
        return pd.DataFrame(
            {
                "venue_code": own["venue_code"].to_numpy(dtype=object),
                "school_code": self.schools["school_code"].to_numpy(dtype=object)[found[1]],
                "rule_id": np.full(len(rows), rule["rule_id"], dtype=np.int64),
                "distance_straight_m": straight[rows],
                "distance_walk_m": np.where(np.isfinite(walk[rows]), walk[rows], np.nan),
                "band_m": band, "status": status, "why": why,
            }
        )  # fmt: skip

    def _no_way(self) -> FindingWhy:
        return FindingWhy.UNREACHABLE if self.has_roads else FindingWhy.NO_ROADS


def _unsure(sides: Sides) -> dict[FindingWhy, Flags]:
    """Tell for each reason of doubt the schools that give it."""
    count = len(sides.schools)
    own = sides.gates["school"].to_numpy(dtype=np.int64)
    assumed = sides.gates["is_estimated"].to_numpy(dtype=bool)
    return {
        FindingWhy.BOUNDARY_ESTIMATED: shapely.get_dimensions(sides.schools) != _SURFACE,
        FindingWhy.GATE_ESTIMATED: np.bincount(own, weights=assumed, minlength=count) > 0,
        FindingWhy.MAIN_GATE_UNKNOWN: ~main_gate_known(sides.gates, count),
    }


def _matters(side: SchoolSide, *, is_walk: bool) -> tuple[FindingWhy, ...]:
    """Give what of a school must be known before its distance can be."""
    if side is SchoolSide.BOUNDARY and not is_walk:
        return (FindingWhy.BOUNDARY_ESTIMATED,)
    if side is SchoolSide.MAIN_GATE:
        return (FindingWhy.MAIN_GATE_UNKNOWN, FindingWhy.GATE_ESTIMATED)
    return (FindingWhy.GATE_ESTIMATED,)


def _plain_why(status: Objects) -> Objects:
    """Give the reason that the distance alone is."""
    words = {
        FindingStatus.CANDIDATE.value: FindingWhy.WITHIN.value,
        FindingStatus.NEEDS_SURVEY.value: FindingWhy.NEAR_LIMIT.value,
        FindingStatus.CLEAR.value: FindingWhy.BEYOND.value,
    }
    found: Objects = np.array([words[word] for word in status], dtype=object)
    return found


def _doubt(status: Objects, why: Objects, unsure: Flags, reason: FindingWhy) -> None:
    """Leave what is not clear, and rests on something unknown, to a survey."""
    rows = unsure & (status != FindingStatus.CLEAR.value)
    status[rows] = FindingStatus.NEEDS_SURVEY.value
    why[rows] = reason.value
