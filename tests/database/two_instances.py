"""A police and a joint database on one server: the same schools under other numbers, results on one side only."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from data.cluster import copy_database, drop_database
from data.cluster_databases import make_database
from data.migrate import migrate
from data.session import dispose_engines, unit_of_work
from data.settings import DbRole
from tests.app.small_district import make_district, put_areas, put_schools
from tests.app.small_zones import put_zones

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICE, JOINT = "campus_test_police", "campus_test_joint"
DISTRICT = "999901"
SCHOOLS = 4
VENUE = """
    INSERT INTO core.venue (code, district_code, name, category, geom, source, digest, valid_from, recorded_by)
    SELECT 'V1', '999901', '训练网吧', 'internet_cafe', ST_SetSRID(ST_MakePoint(121.002, 34.0005), 4490), 's', '', '2026-01-01', 1
"""
AREA = """
    INSERT INTO core.area (code, district_code, name, level, geom, source, digest, valid_from, recorded_by)
    SELECT 'A' || n, '999901', '训练派出所', 'police_area', geom, 's', decode(n::text || '0', 'hex'), '2026-01-01', 1
      FROM core.area, generate_series(1, 2) AS n WHERE code = '999901'
"""
RULE = """
    INSERT INTO core.rule (code, venue_category, stages, metres, is_inclusive, school_side, venue_side, metric,
                           jurisdiction, document, source, strength, valid_from, set_by)
    VALUES ('made-up-rule', 'internet_cafe', '{primary}', 200, true, 'boundary', 'door', 'straight', '', '文件', '出处',
            'prohibited', '2025-01-01', 'shipped')
"""
RESULTS = (
    """
    INSERT INTO out.rule_finding (district_code, venue_code, school_code, rule_id, distance_straight_m, band_m, status,
                                  why, run_id)
    SELECT '999901', 'V1', 'S000', r.id, 123.456, 5, 'candidate', NULL, (SELECT max(id) FROM audit.run)
      FROM core.rule AS r WHERE r.code = 'made-up-rule'
    """,
    """
    INSERT INTO out.school_event_class (district_code, school_id, school_year, school_code, class, run_id)
    SELECT district_code, id, 2025, code, '<10', (SELECT max(id) FROM audit.run) FROM core.school
    """,
    """
    INSERT INTO out.area_person_class (district_code, area_code, half_year, class, run_id)
    SELECT '999901', area, '2026-H1', class, (SELECT max(id) FROM audit.run)
      FROM (VALUES ('A1', '<10'), ('A2', '10-24'), ('A9', 'withheld')) AS v (area, class)
    """,
    # a date of its own, which stays with commanders
    """
    INSERT INTO out.gate_slot
    SELECT (jsonb_populate_record(g, '{"date_type": "2026-12-01"}')).* FROM out.gate_slot AS g WHERE date_type = 'mon'
    """,
)


@contextmanager
def at(name: str) -> Iterator[None]:
    """Let all code of the product use one of the databases."""
    before = os.environ.get("CAMPUS_DATABASE_NAME")
    os.environ["CAMPUS_DATABASE_NAME"] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ["CAMPUS_DATABASE_NAME"]
        else:
            os.environ["CAMPUS_DATABASE_NAME"] = before


def run_all(*statements: str) -> None:
    """Run statements as the owner of the database in use."""
    with unit_of_work(DbRole.OWNER) as connection:
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()


def put_places() -> None:
    """Write what both sides know beside schools: a venue, two police areas, the book's rule."""
    run_all(VENUE, AREA, RULE)


@contextmanager
def two_instances(home: Path) -> Iterator[None]:
    """Make both databases: the police's with results, the joint one with schools under other numbers."""
    copy_database(POLICE, template="campus", home=home)
    make_database(JOINT, home=home)
    try:
        with at(POLICE):
            make_district(schools=SCHOOLS, posts=4)
            put_places()
            put_zones(["S000", "S001", "S002"], events=(9, 25, 10))
            run_all(*RESULTS)
        with at(JOINT):
            migrate("joint")
            put_areas()
            run_all("ALTER SEQUENCE core.object_id RESTART WITH 7000")
            run_all("ALTER TABLE core.rule ALTER COLUMN id RESTART WITH 9000")
            put_schools(SCHOOLS)
            put_places()
        dispose_engines()
        yield
    finally:
        dispose_engines()
        for name in (POLICE, JOINT):
            drop_database(name, home=home)


@contextmanager
def joint_copy(home: Path, name: str) -> Iterator[None]:
    """Make a copy of the joint database."""
    dispose_engines()
    copy_database(name, template=JOINT, home=home)
    try:
        yield
    finally:
        dispose_engines()
        drop_database(name, home=home)


def rows(table: str, *, without: tuple[str, ...] = ("run_id",)) -> list[tuple[object, ...]]:
    """Give a table's rows as text, in order, without some columns."""
    gone = "".join(f" - '{column}'" for column in without)
    with unit_of_work(DbRole.OWNER) as connection:
        statement = f"SELECT (to_jsonb(t){gone})::text AS row FROM out.{table} AS t ORDER BY 1"
        return [tuple(row) for row in connection.execute(text(statement))]


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Give all rows of all tables that pass, the runs that they carry among them."""
    from data.repositories.packages import TABLES

    return {name: rows(name, without=()) for name in TABLES}
