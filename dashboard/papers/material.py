"""What the papers are made of: what is wanted, the frames, and what is stamped on every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.terms import ZoneDecision

if TYPE_CHECKING:
    from datetime import date, datetime

    import geopandas as gpd
    import pandas as pd

MOST_ZONES = 20
"""More than a meeting can talk through, and than an A4 map can name."""
MOST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which papers.

    Parameters
    ----------
    meeting_on
        Local date of the meeting; things are overdue as of the day on which the papers are made.
    title
        Of the meeting; at most `MOST_TITLE` characters.
    first
        So many first places, with all that share the last of them, 1 to `MOST_ZONES`.
    only_decided
        Only the zones that the committee decided on, whatever their place.
    """

    meeting_on: date
    title: str
    first: int = 5
    only_decided: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """What is known of a district; codes are not names, and no frame has a column about persons.

    Parameters
    ----------
    zones
        ``zone_id, town_name, school_codes, police_area_names, rank, rank_low, rank_high, weights_rank_low,
        weights_rank_high, terms, weights, way_off, is_enough_data, decision`` (of the committee, or missing),
        ``geom`` (EPSG:4490), by rank, then id.
    schools
        ``code, name``.
    findings
        ``venue_code, venue_name, school_code, school_name, distance_straight_m, distance_walk_m, status, why,
        document, metres, metric``; clear ones are not among them.
    hazards
        ``hazard_code, zone_id`` (missing outside of zones), ``category, found_on, school_name, unit,
        deadline, stage, is_overdue, overdue_days``; one in two zones comes twice, closed
        ones never.
    uncovered
        ``school_code, uncovered_min`` in a plain week.
    tasks
        ``id, item, lead_unit, joint_units, deadline, created_on, done_at, origin, zone_id, campaign,
        is_overdue, overdue_days``; overdue is a task that is not done, from the day after its deadline.
    """

    zones: gpd.GeoDataFrame
    schools: pd.DataFrame
    findings: pd.DataFrame
    hazards: pd.DataFrame
    uncovered: pd.DataFrame
    tasks: pd.DataFrame

    def names(self) -> dict[str, str]:
        """Give the schools' names by code."""
        return dict(zip(self.schools["code"], self.schools["name"], strict=True))


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What lies under the zones on the map: frames with ``geom`` in EPSG:4490."""

    district: gpd.GeoDataFrame
    towns: gpd.GeoDataFrame
    """With ``name``."""
    basemap: gpd.GeoDataFrame
    """With ``class``."""
    roads: gpd.GeoDataFrame
    """Main roads."""
    schools: gpd.GeoDataFrame


@dataclass(frozen=True, slots=True)
class Imprint:
    """What every page carries.

    Parameters
    ----------
    account
        Who asked, as the pages name it.
    made_at
        Local time.
    run_id, as_of
        The build that is shown; None before the first.
    is_training
        Whether the data are made up.
    attribution, approval_no
        Whose map data are shown, and the map's approval; empty where nobody says.
    """

    account: str
    made_at: datetime
    run_id: int | None
    as_of: date | None
    is_training: bool
    attribution: str = ""
    approval_no: str = ""


def chosen_zones(zones: gpd.GeoDataFrame, wanted: Wanted) -> gpd.GeoDataFrame:
    """Give the zones that the papers speak of, by rank: a declined one is not among the first places."""
    if wanted.only_decided:
        return zones[zones["decision"] == ZoneDecision.DECIDED]
    return zones[(zones["rank"] <= wanted.first) & (zones["decision"] != ZoneDecision.DECLINED)]
