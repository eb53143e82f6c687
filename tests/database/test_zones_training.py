"""The zones of the made-up district have what loops and PostGIS find in them; weights and days do what they say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from sqlalchemy import text

from data.bulk import read_frame
from data.config import Settings
from data.migrate import ensure_database
from data.session import unit_of_work
from data.settings import DbRole
from etl.build import build
from etl.intake import Options, load
from etl.training import write_training_district
from geo import crs
from geo.terms import HazardStep
from geo.zone_scores import TERMS
from tests.database.viewers import as_owner
from tests.database.zones_by_hand import Zone, zones_by_hand

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

DAY = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
MADE_UP = DAY - timedelta(days=3)
PERIOD = str(DAY.year - 1)
CELLS = """
    WITH cell AS (
        SELECT DISTINCT ON (cell_id) cell_id, district_code, ST_Transform(ST_Buffer(ST_SetSRID(ST_MakePoint(
               500000 + 150 * split_part(cell_id, '_', 3)::float8,
               100 * sqrt(3::float8) * (split_part(cell_id, '_', 4)::float8 + split_part(cell_id, '_', 3)::float8 / 2)), 4549), 95), 4490) AS geom
          FROM core.incident WHERE cell_id IS NOT NULL AND district_code <> 'unassigned'
    ), kept AS (
        INSERT INTO out.hotspot_cell (district_code, epsg, cell_id, neighbourhood, geom, run_id)
        SELECT district_code, 4549, cell_id, 7, geom, :run FROM cell
    ), periods AS (
        INSERT INTO out.hotspot_period (district_code, epsg, period, category, events, empty_expected, empty_z, measures, run_id)
        SELECT DISTINCT district_code, 4549, p, 'all', 9, '{0}'::float8[], '{0}'::float8[], '{}'::jsonb, CAST(:run AS bigint)
          FROM cell CROSS JOIN unnest(CAST(:periods AS text[])) AS p
    )
    INSERT INTO out.hotspot_sum (district_code, period, category, cell_id, count, expected, z, p, q, class, run_id)
    SELECT district_code, p, 'all', cell_id, 3, 1, 3, 0.001, 0.01,
           CASE WHEN (hashtext(cell_id || p) % 3) = 0 THEN 'hot' ELSE 'not_significant' END, :run
      FROM cell CROSS JOIN unnest(CAST(:periods AS text[])) AS p
"""
FINDINGS = """
    INSERT INTO out.rule_finding (district_code, venue_code, school_code, rule_id, distance_straight_m, band_m, status, run_id)
    SELECT s.district_code, v.code, s.code, r, ST_Distance(s.geom::geography, v.geom::geography), 15,
           (ARRAY['clear', 'needs_survey', 'candidate'])[1 + abs(hashtext(v.code || s.code)) % 3], :run
      FROM core.school s JOIN core.venue v ON ST_DWithin(s.geom::geography, v.geom::geography, 400) CROSS JOIN generate_series(1, 2) AS r
     WHERE s.valid_to IS NULL AND s.ended_by IS NULL AND v.valid_to IS NULL AND v.ended_by IS NULL
"""
STEPS = """
    INSERT INTO work.hazard_step (district_code, hazard_code, step, deadline, done_by, done_at, follows, came_from)
    SELECT district_code, code, :step, CASE WHEN :step = 'assigned' THEN CAST(:late AS date) END, 0, now(), w.id, w.step
      FROM core.hazard
      LEFT JOIN LATERAL (SELECT id, step FROM work.hazard_step
                          WHERE hazard_code = code ORDER BY id DESC LIMIT 1) AS w ON true
     WHERE valid_to IS NULL AND ended_by IS NULL AND abs(hashtext(code)) % 4 = :turn
"""


@pytest.fixture(scope="module")
def district(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The made-up district with its ledger; hexagons, findings and hazards' steps are put in by hand."""
    ensure_database(training=True)
    folder: Path = tmp_path_factory.mktemp("district")
    for path, source in write_training_district(folder, as_of=MADE_UP).files:
        load(path, source, Options(force=True))
    build(["coverage"])
    run = as_owner("SELECT max(id) FROM audit.run")
    as_owner(CELLS, run=run, periods=[PERIOD, str(DAY.year)])
    as_owner(FINDINGS, run=run)
    late = DAY - timedelta(days=1)
    as_owner(STEPS, late=late, turn=0, step="assigned")
    as_owner(STEPS, late=DAY, turn=1, step="assigned")
    for step in HazardStep:
        as_owner(STEPS, late=late, turn=2, step=str(step))
    build(["zones"])
    return shared_database


def published(schema: str = "out") -> pd.DataFrame:
    with unit_of_work(DbRole.OWNER) as connection:
        return read_frame(connection, f"SELECT * FROM {schema}.focus_zone ORDER BY zone_id")


def values(frame: pd.DataFrame, term: str) -> list[float | None]:
    return [written[term]["value"] for written in frame["terms"]]


@pytest.fixture(scope="module")
def by_hand(district: str) -> dict[str, Zone]:
    first = as_owner(
        "SELECT min((occurred_at AT TIME ZONE 'Asia/Shanghai')::date) FROM core.incident WHERE district_code <> 'unassigned'"
    )
    return zones_by_hand(max(first, DAY - timedelta(days=365)), DAY, PERIOD)


def test_the_zones_are_those_that_loops_find(by_hand: dict[str, Zone]) -> None:
    made = published()
    assert made["zone_id"].tolist() == sorted(by_hand)
    assert made["school_codes"].tolist() == [by_hand[zone].schools for zone in made["zone_id"]]
    assert made["pupils"].tolist() == [by_hand[zone].pupils for zone in made["zone_id"]]
    shapes = made["geom"].to_numpy()
    assert shapely.is_valid(shapes).all()
    areas = [by_hand[zone].area_m2 for zone in made["zone_id"]]
    np.testing.assert_allclose(shapely.area(crs.to_metric(shapes, 4549)), areas, rtol=1e-6)
    written = [each["incident_rate"]["km2"] for each in made["terms"]]
    np.testing.assert_allclose(written, np.array(areas) / 1e6, rtol=1e-6)


def test_every_count_equals_brute_force(by_hand: dict[str, Zone]) -> None:
    made = published()
    wanted = [by_hand[zone] for zone in made["zone_id"]]
    assert [each["incident_rate"]["events"] for each in made["terms"]] == [
        len(z.found["event"]) for z in wanted
    ]
    assert values(made, "significant_cells") == [len(z.found["cell"]) for z in wanted]
    assert {each["significant_cells"]["period"] for each in made["terms"]} == {PERIOD}
    assert values(made, "findings") == [len(z.found["venue"]) for z in wanted]
    assert values(made, "uncovered_min") == [z.minutes for z in wanted]
    assert values(made, "pupils") == [z.pupils for z in wanted]
    assert sum(len(z.found["event"]) for z in wanted) > 100
    assert sum(len(z.found["cell"]) for z in wanted) > 10
    assert sum(len(z.found["venue"]) for z in wanted) > 10


def test_hazards_count_until_they_are_closed_and_are_overdue_past_the_last_deadline(
    by_hand: dict[str, Zone],
) -> None:
    made = published()
    turn = dict(rows("SELECT code, abs(hashtext(code)) % 4 FROM core.hazard"))
    own = dict(rows("SELECT code, deadline FROM core.hazard"))
    late = {code: own[code] is not None and own[code] < DAY for code in own}
    wanted_open, wanted_late = [], []
    for zone in made["zone_id"]:
        still = [code for code in by_hand[zone].found["hazard"] if turn[code] != 2]
        wanted_open.append(len(still))
        wanted_late.append(sum({0: True, 1: False}.get(turn[code], late[code]) for code in still))
    assert values(made, "hazards_open") == wanted_open
    assert values(made, "hazards_overdue") == wanted_late
    assert 0 < sum(wanted_late) < sum(wanted_open)


def rows(statement: str) -> list[Any]:
    with unit_of_work(DbRole.OWNER) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_rates_lie_between_the_zones_own_and_the_districts(district: str) -> None:
    made = published()
    about = [each["incident_rate"] for each in made["terms"]]
    years = about[0]["days"] / 365.25
    assert 365 - 5 <= about[0]["days"] <= 365
    raw = np.array([each["events"] / (each["km2"] * years) for each in about])
    pooled = sum(each["events"] for each in about) / sum(each["km2"] * years for each in about)
    shrunk = np.array(values(made, "incident_rate"))
    assert ((shrunk - raw) * (pooled - raw) >= -1e-9).mean() > 0.95
    assert made["rank"].min() == 1
    assert (made["score"].rank(method="min", ascending=False) == made["rank"]).all()


def test_the_default_weights_are_said_to_be_nobodys(district: str) -> None:
    weights = published()["weights"]
    given = {str(term): value / 100 for term, value in Settings().zone_weights.items()}
    assert all(each == weights[0] for each in weights)
    assert weights[0]["weights"] == pytest.approx(given)
    assert (weights[0]["set_by"], weights[0]["set_role"], weights[0]["set_at"]) == ("default", None, None)


def test_the_newest_weights_of_the_district_hold_in_the_next_build(district: str) -> None:
    code = as_owner("SELECT district_code FROM out.focus_zone LIMIT 1")
    add = "INSERT INTO work.weighting (district_code, weights, set_by) VALUES (:district, CAST(:weights AS jsonb), :by)"
    before = published()
    as_owner(add, district=code, weights='{"incident_rate": 5}', by=7)
    as_owner(add, district=code, weights='{"pupils": 80, "findings": 0}', by=8)
    as_owner(add, district="elsewhere", weights='{"findings": 1}', by=9)
    build(["zones"])
    made = published()
    as_owner("DELETE FROM work.weighting")
    assert made["weights"][0]["weights"] == {term: float(term == "pupils") for term in TERMS}
    assert (made["weights"][0]["set_by"], made["weights"][0]["set_role"]) == (8, "committee")
    assert datetime.fromisoformat(made["weights"][0]["set_at"]).tzinfo is not None
    assert made["rank"].tolist() != before["rank"].tolist()
    assert made.loc[made["rank"] == 1, "pupils"].item() == made["pupils"].max()


def test_an_earlier_day_has_rows_of_its_own_and_knows_no_later_event(district: str) -> None:
    before = published()
    day = DAY - timedelta(days=1)
    as_owner("UPDATE core.school SET valid_from = '2020-01-01'")
    as_owner("UPDATE core.incident SET valid_from = '2020-01-01'")
    build(["zones"], as_of=day)
    then = published("out_asof")
    assert published().equals(before)
    assert set(then["as_of"]) == {day}
    about = then["terms"][0]["incident_rate"]
    assert date.fromisoformat(about["until"]) < day
    assert date.fromisoformat(about["since"]) >= day - timedelta(days=365)
    # no job was run for that day: what it would have said is not known, and counts for nobody
    assert values(then, "significant_cells")[0] is None
    assert not then["terms"][0]["findings"]["counts"]
