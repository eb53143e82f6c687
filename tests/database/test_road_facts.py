"""The roads of a partition: those in its box, of today, through the spatial index."""

from __future__ import annotations

import pytest
import shapely
from sqlalchemy import text

from data.config import Settings
from data.repositories.facts import Box, Facts
from data.road_rules import road_speeds
from data.session import unit_of_work
from data.settings import DbRole

pytestmark = pytest.mark.usefixtures("shared_database")

COMMON = "source, digest, recorded_by, valid_from, district_code"
VALUES = "'test', '', 1, '2026-01-01'::date"
ROADS = f"""
    INSERT INTO core.road (code, class, speed_kmh, oneway, geom, ended_by, {COMMON})
    SELECT to_char(i, 'FM00000'), CASE WHEN i % 2 = 0 THEN 'primary' END, CASE WHEN i % 3 = 0 THEN 30 END,
           CASE WHEN i % 5 > 0 THEN i % 5 = 1 END,
           ST_SetSRID(ST_MakeLine(ST_MakePoint(100 + i / 100.0, 31), ST_MakePoint(100 + i / 100.0, 31.001)), 4490),
           CASE WHEN i % 7 = 0 THEN 2 END, {VALUES}, 'd' || i % 2
      FROM generate_series(0, 3999) AS i
"""
SCHOOL = f"""
    INSERT INTO core.school (code, name, geom, is_boundary_estimated, {COMMON})
    VALUES ('s', 's', ST_SetSRID(ST_MakePoint(110, 31), 4490), true, {VALUES}, 'd1')
"""
AREA = f"""
    INSERT INTO core.area (code, name, level, geom, {COMMON})
    VALUES ('d2', 'd2', 'district', ST_Multi(ST_MakeEnvelope(120, 30, 120.5, 32, 4490)), {VALUES}, 'd2')
"""


@pytest.fixture(scope="module", autouse=True)
def filled(shared_database: str) -> None:
    with unit_of_work(DbRole.OWNER) as connection:
        for statement in (ROADS, SCHOOL, AREA):
            connection.execute(text(statement))
        connection.commit()
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(text("ANALYZE core.road"))
        connection.commit()


def test_roads_round_a_partition_are_those_of_its_box_whatever_their_district() -> None:
    with unit_of_work(DbRole.LOADER) as connection:
        facts = Facts(connection)
        box = facts.road_box("d1", 20_000)
        roads = facts.roads(box)
    expected = [f"{i:05}" for i in range(4000) if i % 7 and box.west <= 100 + i / 100 <= box.east]
    assert roads["code"].tolist() == expected
    assert roads.columns.tolist() == ["code", "class", "speed_kmh", "oneway", "geom"]
    assert roads["speed_kmh"].isna().tolist() == [int(code) % 3 > 0 for code in expected]
    assert roads["oneway"].tolist() == [int(code) % 5 == 1 for code in expected]
    assert {line.geom_type for line in roads["geom"]} == {"LineString"}


def test_the_box_is_that_of_the_area_else_of_the_schools_and_wide_enough() -> None:
    with unit_of_work(DbRole.LOADER) as connection:
        facts = Facts(connection)
        round_school, round_area = (facts.road_box(district, 20_000) for district in ("d1", "d2"))
        assert facts.road_box("d9", 20_000) is None
    degree = 111_320
    assert round_area.south <= 30 - 20_000 / degree
    assert round_area.west <= 120 - 20_000 / degree / 0.848
    assert round_school.north == pytest.approx(31 + 20_000 / degree, abs=0.01)
    assert round_school.east == pytest.approx(110 + 20_000 / degree / 0.857, abs=0.01)


def test_a_box_near_a_pole_and_the_date_line_stays_on_the_map() -> None:
    wide = Box(179, 88, 180, 90).widened(100_000)
    assert wide.west >= -180
    assert (wide.east, wide.north) == (180, 90)


def test_roads_are_found_through_the_index() -> None:
    box = shapely.box(110, 31, 110.05, 31.1).bounds
    with unit_of_work(DbRole.LOADER) as connection:
        plan = connection.execute(
            text(
                "EXPLAIN SELECT code FROM core.road WHERE valid_to IS NULL AND ended_by IS NULL "
                "AND geom && ST_MakeEnvelope(:a, :b, :c, :d, 4490)"
            ),
            dict(zip("abcd", box, strict=True)),
        )
        assert any("geom" in row[0] and "Index" in row[0] for row in plan)


def test_settings_become_speeds_and_unclassified_is_never_missing() -> None:
    usual = road_speeds(Settings())
    assert (usual.run_ms, usual.turnout_s) == (pytest.approx(3.0), 30.0)
    assert usual.ebike_ms == pytest.approx(20 / 3.6)
    own = road_speeds(Settings(speeds_kmh={"car": {"primary": 50}}))
    assert own.car_kmh == {"primary": 50, "unclassified": usual.car_kmh["unclassified"]}
