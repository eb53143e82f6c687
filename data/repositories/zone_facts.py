"""What focus zones are ranked by, read for a build: events, and the results of the jobs that ran before.

The list is closed (`geo.terms.ZoneTerm`); nothing else is read here, above all nothing about persons. What
was never loaded or built is None: no number is made of it.

As of an earlier day, facts are those that were known to hold then, results those that were built for it, and
weights those that stood in the evening of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import text

from data.bulk import read_frame
from data.repositories.hazards import hazard_states
from geo.terms import FindingStatus, HotspotClass, ZoneTerm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from data.repositories.facts import Box, Facts

DEFAULT = "default"
"""Stands for who set the weights while nobody has."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOCAL_VIEWER = 0
"""Number of the account that is built in."""
_LOCAL_DAY = "(occurred_at AT TIME ZONE :zone)::date"


class Weights(NamedTuple):
    """The weights in force and who set them."""

    weights: dict[str, float]
    """By `ZoneTerm`."""
    set_by: int | str
    """Number of the account, or `DEFAULT`."""
    set_role: str | None
    """Its role: the policies let no other set them."""
    set_at: str | None
    """Moment, ISO 8601."""


def read_schools(facts: Facts, district: str) -> pd.DataFrame:
    """Give a partition's schools: ``school_code, town_code, police_area_code, pupils, geom`` (EPSG:4490)."""
    return facts.read(
        "SELECT code AS school_code, town_code, police_area_code, pupils::float8 AS pupils, geom "
        "FROM core.school WHERE {held} AND district_code = :district ORDER BY code",
        district=district,
    )


def read_event_days(facts: Facts, district: str, timezone: str, before: date) -> tuple[date, date] | None:
    """Give the first and last local date of a partition's events before a day; None without any."""
    found = facts.read(
        f"SELECT min({_LOCAL_DAY}) AS first, max({_LOCAL_DAY}) AS last FROM core.incident "
        f"WHERE {{held}} AND district_code = :district AND {_LOCAL_DAY} < :before",
        zone=timezone,
        district=district,
        before=before,
    )
    first, last = found.iloc[0]["first"], found.iloc[0]["last"]
    return None if first is None else (first, last)


def read_events(
    facts: Facts, box: Box, timezone: str, first: date, last: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the events of some local dates, both included, whatever their district.

    Returns
    -------
    tuple
        Those in the box with their ``geom`` (points, EPSG:4490); and ``cell_id`` of all whose place is kept
        as its hexagon alone. A row an event.
    """
    days = {"zone": timezone, "first": first, "last": last}
    held = f"{{held}} AND {_LOCAL_DAY} BETWEEN :first AND :last"
    placed = facts.read(
        "SELECT geom FROM core.incident "
        f"WHERE {held} AND geom && ST_MakeEnvelope(:west, :south, :east, :north, 4490) ORDER BY code",
        **days,
        **box._asdict(),
    )
    hidden = facts.read(
        f"SELECT cell_id FROM core.incident WHERE {held} AND geom IS NULL ORDER BY code", **days
    )
    return placed, hidden


def read_hot_cells(facts: Facts, district: str, year: int) -> tuple[str, pd.DataFrame] | None:
    """Give the significant hexagons of a partition.

    Parameters
    ----------
    facts, district
        Which state, which partition.
    year
        Of the day.

    Returns
    -------
    tuple or None
        The period: the year before, else the running one, else the newest that has events. Its hexagons,
        ``geom`` in EPSG:4490. None where no period was built.
    """
    periods = _results(
        facts, district,
        f"SELECT period FROM {_out(facts)}.hotspot_period WHERE {_own(facts)} AND category = 'all' "
        "AND period ~ '^[0-9]{4}$' AND period <= :year ORDER BY period DESC",
        year=str(year),
    )["period"].tolist()  # fmt: skip
    wanted = [str(year - 1), str(year), *periods]
    period = next((one for one in wanted if one in periods), None)
    if period is None:
        return None
    cells = _results(
        facts, district,
        f"SELECT c.geom FROM {_out(facts)}.hotspot_cell AS c JOIN {_out(facts)}.hotspot_sum AS s "
        f"USING (district_code, cell_id{', as_of' if facts.day else ''}) WHERE {_own(facts)} "
        f"AND s.category = 'all' AND s.period = :period AND s.class = '{HotspotClass.HOT}' ORDER BY cell_id",
        period=period,
    )  # fmt: skip
    return period, cells


def read_findings(facts: Facts, district: str) -> pd.DataFrame | None:
    """Give ``venue_code, school_code`` of what is to be verified.

    None where nothing was checked: a check leaves rows for what is near and clear, too.
    """
    found = _results(
        facts, district,
        f"SELECT DISTINCT venue_code, school_code, status FROM {_out(facts)}.rule_finding "
        f"WHERE {_own(facts)} ORDER BY 1, 2, 3",
    )  # fmt: skip
    if found.empty:
        return None
    open_ones = found["status"].isin([str(FindingStatus.CANDIDATE), str(FindingStatus.NEEDS_SURVEY)])
    return found.loc[open_ones, ["venue_code", "school_code"]].reset_index(drop=True)


def read_uncovered(facts: Facts, district: str) -> pd.DataFrame | None:
    """Give ``school_code, uncovered_min`` (of its gates in a plain week); None where there is no ledger.

    Schools of which no minute is known are left out.
    """
    found = _results(
        facts, district,
        "SELECT school_code, sum(uncovered_min)::float8 AS uncovered_min "
        f"FROM {_out(facts)}.gate_slot WHERE {_own(facts)} AND date_type = ANY (:days) "
        "GROUP BY 1 HAVING count(uncovered_min) > 0 ORDER BY 1",
        days=list(WEEKDAYS),
    )  # fmt: skip
    return found if len(found) else None


def open_hazards(facts: Facts, district: str, day: date) -> pd.DataFrame | None:
    """Give the hazards of a partition that are not closed; None where none was ever loaded.

    Returns
    -------
    GeoDataFrame or None
        As `hazards.hazard_states` gives them.
    """
    found = hazard_states(facts, district, day)
    return found[found["is_open"]].reset_index(drop=True) if len(found) else None


def read_weights(facts: Facts, district: str, timezone: str, default: Mapping[ZoneTerm, float]) -> Weights:
    """Give the weights in force: the newest that the committee set, else the default."""
    statement = text(
        "SELECT weights, set_by, set_at FROM work.weighting WHERE district_code = :district "
        "AND (CAST(:day AS date) IS NULL OR (set_at AT TIME ZONE :zone)::date <= :day) "
        "ORDER BY id DESC LIMIT 1"
    )
    row = facts.connection.execute(
        statement, {"district": district, "day": facts.day, "zone": timezone}
    ).first()
    if row is None:
        return Weights({str(term): float(weight) for term, weight in default.items()}, DEFAULT, None, None)
    kept = {str(term): float(row.weights.get(str(term), 0)) for term in ZoneTerm}
    role = "local" if row.set_by == LOCAL_VIEWER else "committee"
    return Weights(kept, int(row.set_by), role, row.set_at.isoformat())


def _out(facts: Facts) -> str:
    """Name the schema of a state's results."""
    return "out" if facts.day is None else "out_asof"


def _own(facts: Facts) -> str:
    """Write which rows of it are the partition's."""
    return "district_code = :district" + ("" if facts.day is None else " AND as_of = :as_of")


def _results(facts: Facts, district: str, sql: str, **values: Any) -> pd.DataFrame:
    given = {"district": district, **values} | ({} if facts.day is None else {"as_of": facts.day})
    return read_frame(facts.connection, text(sql).bindparams(**given))
