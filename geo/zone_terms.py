"""The terms of focus zones, counted: what lies in a zone or belongs to its schools.

An event, a hexagon, a hazard and a venue count once for a zone, however many of its schools they are near. A
hazard that names a school counts in that school's zone alone, any other one where it lies. What is to be
verified is counted as venues: somebody has to go there once, whatever the number of rules and schools.

None stands for what was never loaded or built, and NaN for what is not known of a zone; neither is made 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.focus_zones import FocusZones, focus_zones, within_zones
from geo.terms import ZoneTerm

if TYPE_CHECKING:
    from geo.arrays import Floats, Geometries, Integers

M2_PER_KM2 = 1e6
EVENTS, BY_SCHOOL, KM2 = "events", "events_by_school", "km2"
"""Events once a zone, events once for each school that they are near, and the zone's area."""
_SCHOOL_COLUMNS = ["school_code", "town_code", "police_area_code", "pupils"]


@dataclass(frozen=True, slots=True)
class Around:
    """What there is round schools, in metres of the schools' plane.

    Parameters
    ----------
    events
        Points, a row an event, of the days that count.
    hot_cells
        Significant hexagons.
    findings
        ``venue_code, school_code`` of what is to be verified.
    hazards
        ``school_code`` (may be missing), ``is_overdue`` of those that are not closed.
    hazard_places
        Their geometries, `None` where there is none.
    uncovered
        ``school_code, uncovered_min`` of a plain week; schools that are not known are missing.
    """

    events: Geometries | None
    hot_cells: Geometries | None
    findings: pd.DataFrame | None
    hazards: pd.DataFrame | None
    hazard_places: Geometries
    uncovered: pd.DataFrame | None


def zone_counts(schools: pd.DataFrame, zones: Geometries, around: Around) -> tuple[FocusZones, pd.DataFrame]:
    """Join schools to zones and count what is in them.

    Parameters
    ----------
    schools
        ``school_code, town_code, police_area_code, pupils``.
    zones
        Each school's zone of 200 m, ground included, in metres, shape (schools,).
    around
        What is counted.

    Returns
    -------
    tuple
        The zones, and by row ``zone_id``, ``events``, ``events_by_school``, ``km2`` and every `ZoneTerm`
        but the rate, float64.

    Raises
    ------
    FrameError
        As `geo.focus_zones.focus_zones`.
    """
    found = focus_zones(schools[_SCHOOL_COLUMNS], zones)
    zone_of, count = found.zone_of, len(found.frame)
    at = pd.Series(zone_of, index=schools["school_code"].to_numpy())
    pairs, late = None, None
    if around.hazards is not None:
        pairs = _hazards(zones, zone_of, at, around.hazards, around.hazard_places)
        flags = around.hazards["is_overdue"].to_numpy(dtype=bool)
        late = pairs[flags[pairs["row"].to_numpy()]]
    terms = {
        ZoneTerm.SIGNIFICANT_CELLS: _inside(zones, zone_of, around.hot_cells),
        ZoneTerm.FINDINGS: _distinct(at, around.findings, count),
        ZoneTerm.HAZARDS_OPEN: _tally(pairs, count),
        ZoneTerm.HAZARDS_OVERDUE: _tally(late, count),
        ZoneTerm.UNCOVERED_MIN: _sum(at, around.uncovered, "uncovered_min", count),
        ZoneTerm.PUPILS: _sum(at, schools, "pupils", count),
    }
    frame = pd.DataFrame(
        {
            "zone_id": found.frame["zone_id"].to_numpy(dtype=object),
            EVENTS: _inside(zones, zone_of, around.events),
            BY_SCHOOL: _by_school(zones, zone_of, around.events),
            KM2: shapely.area(found.geometries) / M2_PER_KM2,
            **{str(term): values for term, values in terms.items()},
        }
    )
    return found, frame


def _inside(zones: Geometries, zone_of: Integers, shapes: Geometries | None) -> Floats:
    if shapes is None:
        return np.full(int(zone_of.max(initial=-1)) + 1, np.nan)
    return within_zones(zones, zone_of, shapes).per_zone.astype(np.float64)


def _by_school(zones: Geometries, zone_of: Integers, shapes: Geometries | None) -> Floats:
    count = int(zone_of.max(initial=-1)) + 1
    if shapes is None:
        return np.full(count, np.nan)
    each = within_zones(zones, zone_of, shapes).per_school
    return np.bincount(zone_of, each, minlength=count).astype(np.float64)


def _hazards(
    zones: Geometries, zone_of: Integers, at: pd.Series, hazards: pd.DataFrame, places: Geometries
) -> pd.DataFrame:
    """Pair hazards with zones: ``row`` of the hazard, ``zone``; each pair once."""
    named = hazards["school_code"].isin(at.index).to_numpy()
    rows = np.flatnonzero(named)
    own = pd.DataFrame({"row": rows, "zone": at.reindex(hazards["school_code"].iloc[rows]).to_numpy()})
    free = np.flatnonzero(~named)
    hit, school = shapely.STRtree(zones).query(places[free], predicate="intersects")
    lying = pd.DataFrame({"row": free[hit], "zone": zone_of[school]})
    return pd.concat([own, lying]).drop_duplicates().astype(np.int64)


def _tally(pairs: pd.DataFrame | None, count: int) -> Floats:
    if pairs is None:
        return np.full(count, np.nan)
    return _in_zones(pairs["zone"].to_numpy(dtype=np.int64), count)


def _in_zones(zone: Integers, count: int) -> Floats:
    tally: Floats = np.bincount(zone, minlength=count).astype(np.float64)
    return tally


def _distinct(at: pd.Series, findings: pd.DataFrame | None, count: int) -> Floats:
    """Count each zone's venues."""
    if findings is None:
        return np.full(count, np.nan)
    known = findings[findings["school_code"].isin(at.index)]
    pairs = pd.DataFrame(
        {"zone": at.reindex(known["school_code"]).to_numpy(), "venue": known["venue_code"].to_numpy()}
    ).drop_duplicates()
    return _tally(pairs.astype({"zone": np.int64}), count)


def _sum(at: pd.Series, frame: pd.DataFrame | None, column: str, count: int) -> Floats:
    """Add up what is known of each zone's schools; NaN where nothing is."""
    if frame is None:
        return np.full(count, np.nan)
    known = frame[frame["school_code"].isin(at.index) & frame[column].notna()]
    zone = at.reindex(known["school_code"]).to_numpy(dtype=np.int64)
    values = known[column].to_numpy(dtype=np.float64)
    sums = np.bincount(zone, weights=values, minlength=count).astype(np.float64)
    sums[np.bincount(zone, minlength=count) == 0] = np.nan
    return sums
