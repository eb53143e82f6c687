"""A build turns facts into results: all of them or none, partition by partition, for today or an earlier day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import text

from data.bulk import read_frame
from data.repositories import settings as settings_repository
from data.session import unit_of_work
from data.settings import DbRole
from etl import build as builder
from etl.build import FutureDayError, UnknownJobNameError, build
from etl.jobs import JOBS
from etl.jobs.task import Job
from geo import crs
from tests.database import brute_force

TODAY = datetime.now(tz=ZoneInfo("Asia/Shanghai")).date()
pytestmark = pytest.mark.usefixtures("database")


class Facts:
    """Puts facts into core as a load would leave them."""

    def __init__(self) -> None:
        self.number = 0

    def add(
        self, table: str, *, district: str = "d1", since: date = date(2020, 1, 1), **columns: object
    ) -> str:
        self.number += 1
        row = {
            "code": columns.pop("code", f"{table}-{self.number}"),
            "district_code": district,
            "source": "test",
            "digest": f"{table}{self.number}{columns}".encode(),
            "valid_from": since,
            "recorded_by": 1,
            **columns,
        }
        geom = row.pop("geom", None)
        names = ", ".join(f'"{name}"' for name in row)
        places = ", ".join(f":{name}" for name in row)
        if geom is not None:
            names, places = f"{names}, geom", f"{places}, ST_GeomFromText(:geom, 4490)"
            row["geom"] = geom.wkt
        with unit_of_work(DbRole.LOADER) as connection:
            connection.execute(text(f"INSERT INTO core.{table} ({names}) VALUES ({places})"), row)
            connection.commit()
        return str(row["code"])

    def school(self, lon: float = 119.5, lat: float = 31.7, *, point: bool = False, **columns: object) -> str:
        place = shapely.Point(lon, lat)
        ground = place if point else shapely.MultiPolygon([place.buffer(0.001, cap_style="square")])
        return self.add("school", name="School", geom=ground, **columns)

    def post(self, lon: float = 119.5, lat: float = 31.699, **columns: object) -> str:
        return self.add(
            "post", **{"name": "Post", "type": "guard_post", "geom": shapely.Point(lon, lat), **columns}
        )


@pytest.fixture
def facts() -> Facts:
    return Facts()


def rows(query: str) -> pd.DataFrame:
    with unit_of_work(DbRole.LOADER) as connection:
        return read_frame(connection, query)


def digest(*tables: str) -> list[str]:
    own = "md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
    return [str(rows(f"SELECT {own} AS d FROM {table} AS t")["d"][0]) for table in tables]


OUT = ("out.perimeter", "out.coverage", "out.coverage_gap")


def test_a_build_without_schools_writes_nothing_and_is_no_error() -> None:
    report = build([])
    assert [(result.job, result.rows, result.schools) for result in report.results] == [
        (name, 0, 0) for name in JOBS
    ]


def test_every_school_gets_a_zone_of_every_ring(facts) -> None:
    polygon, point = facts.school(), facts.school(119.6, 31.8, point=True)
    build(["perimeters"])
    made = rows(
        "SELECT *, ST_IsValid(geom) AS valid, GeometryType(geom) AS kind FROM out.perimeter ORDER BY ring_m"
    )
    assert sorted(zip(made["school_code"], made["ring_m"], strict=True)) == sorted(
        (school, ring) for school in (polygon, point) for ring in (50, 200, 500)
    )
    assert made["valid"].all()
    assert set(made["kind"]) == {"MULTIPOLYGON"}
    measured = shapely.area(crs.to_metric(made["geom"].to_numpy(), 4549))
    np.testing.assert_allclose(made["area_m2"], measured, atol=0.01)


def test_coverage_equals_brute_force_in_postgis_on_a_random_district(facts) -> None:
    random = np.random.default_rng(4)
    for number in range(8):
        lon, lat = random.uniform([119.49, 31.69], [119.52, 31.71])
        code = facts.school(lon, lat, stage="primary", point=number % 4 == 0)
        if number % 2:
            bell = {"school_code": code, "direction": "in", "start": "07:30", "end": "07:50"}
            facts.add("bell_slot", **bell, weekdays=[0, 1, 2, 3, 4, 5])
            facts.add(
                "bell_slot", **{**bell, "direction": "out", "start": "16:30", "end": None}, weekdays=None
            )
            facts.add("bell_slot", **{**bell, "start": "06:00"}, date_to=TODAY - timedelta(days=1))
    for number in range(30):
        lon, lat = random.uniform([119.485, 31.685], [119.525, 31.715])
        code = facts.post(
            lon,
            lat,
            type=str(random.choice(["guard_post", "police_box", "patrol_point"])),
            mobility=[None, "foot", "ebike", "car"][number % 4],
        )
        if number % 3:
            facts.add("duty", post_code=code, start="07:00", end="07:40", weekdays=[0, 1, 2, 3, 4, 5])
            facts.add(
                "duty", post_code=code, start="07:40", end="08:30" if number % 2 else "07:45", weekdays=None
            )
            facts.add("duty", post_code=code, start="16:00", end="01:00", weekdays=[0, 1, 2, 3, 4, 5, 6])
    build([])
    brute_force.assert_equal(day=TODAY, epsg=4549)


def test_gaps_are_stored_where_there_are_any_and_measure_what_they_say(facts) -> None:
    facts.school()
    facts.post(lat=31.696, mobility="car")
    build(["coverage"])
    gaps = rows("SELECT * FROM out.coverage_gap")
    assert sorted(set(gaps["ring_m"])) == [500]
    cover = rows("SELECT * FROM out.coverage WHERE ring_m < 500")
    assert (cover["covered_share"] == 1).all()
    np.testing.assert_allclose(
        shapely.area(crs.to_metric(gaps["geom"].to_numpy(), 4549)), gaps["area_m2"], atol=0.01
    )


def test_a_post_of_another_district_counts_where_its_reach_ends_up(facts) -> None:
    facts.school(district="d1")
    facts.post(district="d2")
    build(["coverage"])
    assert set(rows("SELECT * FROM out.coverage WHERE slot = 'all'")["post_count"]) == {1}


def test_schools_outside_every_district_are_measured_in_their_own_planes(facts) -> None:
    places = {
        "jintan": (119.5, 31.7),
        "urumqi": (87.6, 43.8),
        "helsinki": (24.94, 60.17),
        "fiji": (179.9999, -17.0),
    }
    for code, (lon, lat) in places.items():
        facts.school(lon, lat, point=True, district="unassigned", code=code)
    build([])
    made = rows("SELECT * FROM out.perimeter WHERE ring_m = 500").set_index("school_code")
    disc = np.pi * 500**2
    for code, (lon, lat) in places.items():
        zone = crs.to_metric([made["geom"][code]], crs.metric_epsg(lon, lat))[0]
        assert zone.area == pytest.approx(disc, rel=0.003)
    assert set(rows("SELECT * FROM out.coverage")["district_code"]) == {"unassigned"}
    assert len(made["geom"]["fiji"].geoms) == 2


def test_a_districts_own_area_decides_its_plane(facts) -> None:
    facts.add(
        "area",
        code="d1",
        name="D",
        level="district",
        geom=shapely.MultiPolygon([shapely.box(117.6, 31, 118.4, 32)]),
    )
    facts.school(118.6, 31.7, point=True)
    build(["perimeters"])
    area = rows("SELECT * FROM out.perimeter WHERE ring_m = 500")["area_m2"][0]
    zone = rows("SELECT * FROM out.perimeter WHERE ring_m = 500")["geom"]
    assert crs.to_metric(zone.to_numpy(), 4548)[0].area == pytest.approx(area, abs=0.01)


def test_results_carry_their_run_and_the_run_says_what_it_used(facts) -> None:
    facts.school()
    report = build([])
    with unit_of_work(DbRole.OWNER) as connection:
        runs = read_frame(connection, "SELECT * FROM audit.run ORDER BY id")
    assert runs["job"].tolist() == list(JOBS)
    assert set(runs["status"]) == {"done"}
    assert runs["id"].tolist() == [result.run_id for result in report.results]
    assert runs["params"][0]["rings_m"] == [50, 200, 500]
    assert set(runs["as_of"]) == {TODAY}
    assert rows("SELECT DISTINCT run_id FROM out.coverage")["run_id"].tolist() == [runs["id"][1]]


def test_the_same_facts_have_the_same_input_hash_and_others_another(facts) -> None:
    facts.school()
    build(["perimeters"])
    build(["perimeters"])
    facts.post()
    build(["perimeters"])
    with unit_of_work(DbRole.OWNER) as connection:
        first, second, third = read_frame(connection, "SELECT input_hash FROM audit.run ORDER BY id")[
            "input_hash"
        ]
    assert first == second != third


def test_building_twice_gives_the_same_rows(facts) -> None:
    facts.school()
    facts.post()
    build([])
    columns = (
        "school_id, ring_m, metric, day_type, slot, covered_area_m2, gap_area_m2, post_count, nearest_post_m"
    )
    before = rows(f"SELECT {columns} FROM out.coverage ORDER BY 1, 2, 4, 5")
    build([])
    pd.testing.assert_frame_equal(rows(f"SELECT {columns} FROM out.coverage ORDER BY 1, 2, 4, 5"), before)


def test_partitions_that_are_no_more_lose_their_rows(facts) -> None:
    facts.school(district="d1")
    facts.school(district="d2")
    build([])
    with unit_of_work(DbRole.LOADER) as connection:
        connection.execute(text("UPDATE core.school SET district_code = 'd3' WHERE district_code = 'd2'"))
        connection.commit()
    build([])
    for table in ("out.perimeter", "out.coverage"):
        assert set(rows(f"SELECT district_code FROM {table}")["district_code"]) == {"d1", "d3"}
    with unit_of_work(DbRole.LOADER) as connection:
        connection.execute(text("UPDATE core.school SET ended_by = 1"))
        connection.commit()
    build([])
    assert [len(rows(f"SELECT * FROM {table}")) for table in OUT] == [0, 0, 0]


def test_an_earlier_day_gives_the_earlier_answer_and_leaves_the_present_alone(facts) -> None:
    old = TODAY - timedelta(days=100)
    facts.school(since=date(2020, 1, 1), code="old", valid_to=TODAY - timedelta(days=10), closed_by=2)
    facts.school(119.6, since=TODAY - timedelta(days=5), code="new")
    facts.school(119.7, since=date(2020, 1, 1), code="undone", ended_by=2)
    build([])
    before = digest(*OUT)
    build([], as_of=old)
    build([], as_of=old + timedelta(days=1))
    assert digest(*OUT) == before
    assert set(rows("SELECT school_code FROM out.perimeter")["school_code"]) == {"new"}
    made = rows("SELECT DISTINCT as_of, school_code FROM out_asof.perimeter ORDER BY 1")
    assert made["as_of"].tolist() == [old, old + timedelta(days=1)]
    assert set(made["school_code"]) == {"old"}


def test_an_earlier_day_uses_the_bells_and_duties_of_that_day(facts) -> None:
    old = TODAY - timedelta(days=100)
    school, post = facts.school(), facts.post()
    bell = {"school_code": school, "direction": "in", "start": "07:30", "end": "07:50"}
    facts.add("bell_slot", **bell, date_to=TODAY - timedelta(days=50))
    facts.add("duty", post_code=post, start="07:00", end="08:00", date_from=TODAY - timedelta(days=50))
    build(["coverage"])
    build(["coverage"], as_of=old)
    assert set(rows("SELECT slot FROM out.coverage")["slot"]) == {"all"}
    then = rows("SELECT DISTINCT slot, post_count FROM out_asof.coverage WHERE ring_m = 200")
    assert dict(zip(then["slot"], then["post_count"], strict=True)) == {"all": 1, "morning_in": 0}


def test_a_day_that_has_not_come_is_refused(facts) -> None:
    facts.school()
    with pytest.raises(FutureDayError):
        build([], as_of=TODAY + timedelta(days=2))


def test_an_unknown_job_is_refused_by_name() -> None:
    with pytest.raises(UnknownJobNameError) as caught:
        build(["perimeters", "coverag"])
    assert caught.value.params["job"] == "coverag"
    assert caught.value.exit_code == 2


def test_jobs_run_in_their_own_order_whatever_order_they_are_asked_in(facts) -> None:
    facts.school()
    assert [result.job for result in build(["coverage", "perimeters", "coverage"]).results] == [
        "perimeters",
        "coverage",
    ]


def test_a_job_that_fails_leaves_everything_as_it_was(facts, monkeypatch) -> None:
    facts.school()
    build([])
    before = digest(*OUT)
    facts.school(119.6)

    def fail(task) -> int:
        raise RuntimeError

    monkeypatch.setattr(builder, "JOBS", {**JOBS, "coverage": Job(fail, ("coverage", "coverage_gap"))})
    with pytest.raises(RuntimeError):
        build([])
    assert digest(*OUT) == before
    with unit_of_work(DbRole.OWNER) as connection:
        assert set(read_frame(connection, "SELECT status FROM audit.run")["status"]) == {"done"}


def test_a_country_is_committed_district_by_district(facts, monkeypatch) -> None:
    for number in range(4):
        facts.school(119.3 + number / 10, district=f"d{number}")
    monkeypatch.setattr(builder, "TOGETHER_SCHOOLS", 2)
    report = build(["perimeters"])
    assert [result.districts for result in report.results] == [("d0", "d1"), ("d2", "d3")]
    assert set(rows("SELECT district_code FROM out.perimeter")["district_code"]) == {"d0", "d1", "d2", "d3"}


def test_settings_are_used(facts) -> None:
    facts.school()
    facts.post(type="patrol_point")
    facts.add(
        "bell_slot",
        school_code=rows("SELECT code FROM core.school")["code"][0],
        direction="in",
        start="07:30",
    )
    with unit_of_work(DbRole.LOADER) as connection:
        settings_repository.write(connection, "rings_m", [100], set_by="cli")
        settings_repository.write(
            connection, "reach_m", {"foot": 300, "ebike": 400, "car": 800}, set_by="cli"
        )
        settings_repository.write(connection, "duty_assumed", ["patrol_point"], set_by="cli")
        connection.commit()
    build([])
    cover = rows("SELECT * FROM out.coverage WHERE slot = 'morning_in' AND day_type = 'school_day'")
    assert cover["ring_m"].tolist() == [100]
    assert cover["post_count"].tolist() == [1]
    assert cover["covered_share"][0] > 0.8


def test_progress_counts_schools_up_to_their_number(facts) -> None:
    for number in range(3):
        facts.school(119.3 + number / 10, district=f"d{number % 2}")
    told: list[tuple[str, int, int]] = []
    build([], progress=lambda step, done, total: told.append((step, done, total)))
    for step in ("build.step.perimeters", "build.step.coverage"):
        own = [(done, total) for name, done, total in told if name == step]
        assert own[-1] == (3, 3)
        assert [done for done, _ in own] == sorted(done for done, _ in own)
