"""The worker's part of campaigns: what one could show before it starts, and what came of it at its close.

Secret facts are read as the loader and leave as sums: no event, place or day of one is written down. Both
jobs are one transaction and may run twice; what they depended on is kept beside the answer, so that a page
sees an answer to an earlier question for what it is.

The days that count after are those of the campaign itself, from its first day to its last or its close, as
far as events are known; those before are the two years up to its first day.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from data.migrate import ensure_database
from data.repositories import campaign_facts, campaigns, runs
from data.repositories import settings as settings_repository
from data.repositories.facts import present_facts
from data.repositories.provenance import newest_batches
from data.session import unit_of_work
from data.settings import DbRole
from etl.build import code_version
from geo.arrays import shapes_of
from geo.campaign_counts import CampaignDates, CampaignUnits
from geo.campaign_effect import campaign_effect
from geo.campaign_events import CampaignGround, count_events, treated_ground, zone_distances
from geo.campaign_power import campaign_power
from geo.campaign_reports import report_effect, report_power
from geo.crs import common_metric_epsg, in_plane, to_metric
from geo.hexagons import cell_centres, cell_polygons

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

    from data.repositories.facts import Facts
    from geo.arrays import Geometries
    from geo.campaign_events import CountedEvents

BEFORE = timedelta(days=730)
"""Two whole years before: each season as often as any other."""
ANY_PLANE = 4549
"""Where there is no school, nothing is measured."""


@dataclass(frozen=True, slots=True)
class CampaignCounts:
    """What a campaign is judged by.

    Parameters
    ----------
    codes
        Of the schools, in the order of the counts.
    units
        The schools.
    events
        Counts by day, and those of the ring.
    first, end
        The days of which events are known: [first, end).
    """

    codes: list[str]
    units: CampaignUnits
    events: CountedEvents
    first: date
    end: date

    @property
    def digest(self) -> str:
        """A hash of the counts."""
        parts = (self.events.periods.counts, self.events.ring, self.events.periods.starts)
        return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()


def run(outcome: str, number: int) -> dict[str, Any]:
    """Compute a campaign's forecast or result and write it down, in one transaction.

    Parameters
    ----------
    outcome
        ``forecast`` or ``result``.
    number
        The campaign's.

    Returns
    -------
    dict
        ``verdict`` and ``key`` of the sentence.

    Raises
    ------
    data.repositories.campaigns.CampaignGoneError
        There is no such campaign, or it is not closed and has no result yet.
    data.repositories.campaigns.CampaignDaysError
        It has no days.
    """
    ensure_database()
    with unit_of_work(DbRole.LOADER) as connection:
        campaign = campaign_facts.read_campaign(connection, number)
        if campaign is None or (outcome == "result" and campaign["closed_at"] is None):
            raise campaigns.CampaignGoneError
        if campaign["starts_on"] is None or campaign["ends_on"] is None:
            raise campaigns.CampaignDaysError(longest=campaigns.LONGEST_DAYS)
        zone = ZoneInfo(settings_repository.read(connection).timezone)
        today = datetime.now(tz=zone).date()
        counts = count(connection, campaign, today, str(zone))
        told = _forecast(campaign, counts) if outcome == "forecast" else _result(campaign, counts, zone)
        told |= _provenance(connection, campaign, counts, outcome, today)
        campaign_facts.write_outcome(connection, number, outcome, told)
        connection.commit()
    return {"verdict": told["verdict"], "key": told["key"]}


def count(connection: Connection, campaign: dict[str, Any], today: date, timezone: str) -> CampaignCounts:
    """Read facts and count, every school of the campaign's district.

    Parameters
    ----------
    connection
        The loader's.
    campaign
        `data.repositories.campaign_facts.read_campaign`.
    today
        The local date: later events are not believed.
    timezone
        Of the district.
    """
    facts, district = present_facts(connection, today), str(campaign["district_code"])
    schools = _in_one_plane(facts, district, campaign["school_codes"])
    epsg = int(schools.attrs["epsg"])
    is_treated = schools["school_code"].isin(campaign["school_codes"]).to_numpy(dtype=bool)
    flat = to_metric(shapes_of(schools), epsg)
    treated = treated_ground(flat[is_treated], to_metric(_zones(connection, campaign["zones"]), epsg))
    ground = CampaignGround(flat, treated)
    known = campaign_facts.read_events(connection, district, timezone)
    days = known["day"].to_numpy(dtype="datetime64[D]")
    first, end = _known_days(days, today, campaign["starts_on"])
    points = _points(known)
    near = in_plane(points, epsg)
    events = count_events(ground, to_metric(points[near], epsg), days[near], first=first, end=end)
    units = CampaignUnits(
        is_treated,
        zone_distances(ground),
        schools["pupils"].to_numpy(dtype=np.float64),
        schools["stage"].astype(object).where(schools["stage"].notna(), None).to_numpy(dtype=object),
    )
    return CampaignCounts(schools["school_code"].tolist(), units, events, first, end)


def _in_one_plane(facts: Facts, district: str, treated: list[str]) -> pd.DataFrame:
    """Read the schools that are measured in the plane of those treated; its code is in ``attrs``."""
    schools = facts.schools(district)
    own = schools[schools["school_code"].isin(treated)]
    epsg = common_metric_epsg(shapes_of(own if len(own) else schools)) if len(schools) else ANY_PLANE
    kept = schools[in_plane(shapes_of(schools), epsg)].reset_index(drop=True)
    kept.attrs["epsg"] = epsg
    return kept


def _zones(connection: Connection, zones: list[Any]) -> Geometries:
    """Give the shapes of a campaign's zones in degrees: proposed ones that there still are, drawn ones."""
    proposed = campaign_facts.read_zones(connection, [zone for zone in zones if isinstance(zone, str)])
    drawn = cell_polygons([cell for zone in zones if not isinstance(zone, str) for cell in zone])
    return np.concatenate([shapes_of(proposed), drawn])


def _points(events: pd.DataFrame) -> Geometries:
    """Give where events happened; of those that are hidden, the centres of their hexagons."""
    points = shapes_of(events).copy()
    hidden = events["geom"].isna().to_numpy(dtype=bool)
    points[hidden] = cell_centres(events["cell_id"][hidden])
    return points


def _known_days(days: np.ndarray, today: date, start: date) -> tuple[date, date]:
    """Give the first day that counts, and the one after the last of which an event is known."""
    past = days[days <= np.datetime64(today)]
    if not len(past):
        return start, start
    end: date = past.max().astype(object) + timedelta(days=1)
    return max(past.min().astype(object), start - BEFORE), end


def _forecast(campaign: dict[str, Any], counts: CampaignCounts) -> dict[str, Any]:
    starts_on, ends_on = campaign["starts_on"], campaign["ends_on"]
    power = campaign_power(
        counts.events.periods,
        counts.units,
        before_from=min(counts.first, starts_on),
        start=starts_on,
        after_days=(ends_on - starts_on).days + 1,
    )
    return report_power(power, counts.codes)


def _result(campaign: dict[str, Any], counts: CampaignCounts, zone: ZoneInfo) -> dict[str, Any]:
    starts_on, closed_on = campaign["starts_on"], campaign["closed_at"].astimezone(zone).date()
    last = min(campaign["ends_on"] + timedelta(days=1), closed_on)
    dates = CampaignDates(min(counts.first, starts_on), starts_on, starts_on, max(starts_on, last))
    effect = campaign_effect(counts.events.periods, counts.units, dates, ring=counts.events.ring)
    days = {"before_from": dates.before_from, "start": starts_on, "after_to": dates.after_to}
    told = report_effect(effect, counts.codes)
    return told | {"dates": {name: day.isoformat() for name, day in days.items()}}


def _provenance(
    connection: Connection, campaign: dict[str, Any], counts: CampaignCounts, outcome: str, today: date
) -> dict[str, Any]:
    """Write down the run; give what an answer carries of it."""
    params = {"campaign": campaign["id"], "batches": newest_batches(connection)}
    run_id = runs.start_run(
        connection,
        campaign_facts.JOB_OF[outcome],
        today,
        params,
        code_version=code_version(),
        input_hash=counts.digest,
    )
    runs.finish_run(connection, run_id)
    known = {"first": counts.first.isoformat(), "end": counts.end.isoformat()}
    return {
        "asked": campaigns.asked_of(campaign), "run_id": run_id, "day": today.isoformat(), "known": known,
        "schools": len(counts.codes),
    }  # fmt: skip
