"""The made-up district goes in through the product's own `load`, and every verdict is the manifest's."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from data.migrate import ensure_database
from data.session import unit_of_work
from data.settings import DbRole
from etl.intake import LoadReport, Options, load
from etl.training import Manifest, write_training_district

AS_OF = date(2026, 11, 24)
LISTED = ("repaired", "rejected")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return write_training_district(tmp_path_factory.mktemp("training"), as_of=AS_OF)


def load_all(manifest: Manifest) -> dict[str, LoadReport]:
    return {path.name: load(path, source, Options(valid_from=AS_OF)) for path, source in manifest.files}


def count(statement: str) -> int:
    with unit_of_work(DbRole.LOADER) as connection:
        return int(connection.execute(text(statement)).scalar_one())


def test_every_row_gets_the_verdict_that_was_planted_and_a_second_load_changes_nothing(
    database: str, manifest: Manifest
) -> None:
    ensure_database(training=True)
    reports = load_all(manifest)
    for one in manifest.written:
        report = reports[one.file]
        expected = {
            (row.row, row.verdict, row.reason, row.column) for row in one.planted if row.verdict in LISTED
        }
        assert {(row.row, row.verdict, row.reason, row.column) for row in report.rows} == expected, one.file
        assert {name: getattr(report, name) for name in one.counts} == one.counts, one.file
    _look_at_what_is_there()
    again = load_all(manifest)
    for name, report in again.items():
        assert (report.added, report.changed, report.ended) == (0, 0, 0), name
        merged = sum("duplicate_merged" in row.reason for row in report.rows)
        assert report.unchanged == report.accepted + report.repaired - merged, name


def _look_at_what_is_there() -> None:
    """Check what the facts add up to once everything is loaded."""
    current = "valid_to IS NULL AND ended_by IS NULL"
    assert count(f"SELECT count(*) FROM core.school WHERE {current}") == 121
    assert count(f"SELECT count(*) FROM core.school WHERE {current} AND is_boundary_estimated") == 6
    assert count(f"SELECT count(*) FROM core.post WHERE {current}") == 180
    assert count(f"SELECT count(*) FROM core.area WHERE {current} AND level = 'police_area'") == 12
    assert count(f"SELECT count(*) FROM core.venue WHERE {current}") == 400
    assert count(f"SELECT count(*) FROM core.hazard WHERE {current}") == 150
    assert count(f"SELECT count(*) FROM core.incident WHERE {current}") == 1_500
    for table in ("school", "gate", "bell_slot", "post", "duty", "duty_exception", "calendar", "hazard"):
        assert (
            count(f"SELECT count(*) FROM core.{table} WHERE {current} AND district_code <> '320999'") == 0
        ), table
    assert count(f"SELECT count(DISTINCT police_area_code) FROM core.school WHERE {current}") == 12
    # Along the district's edge some venues and events lie just outside.
    for table in ("venue", "incident"):
        assert count(f"SELECT count(*) FROM core.{table} WHERE district_code <> '320999'") < 40, table
    assert count("SELECT count(*) FROM core.incident WHERE geom IS NULL") > 50
    inside = (
        "SELECT count(*) FROM core.incident i JOIN core.school s ON ST_Intersects(i.geom, s.geom) "
        "WHERE ST_Dimension(s.geom) = 2"
    )
    assert count(inside) == 0, "no point is kept on a school's ground"
    apart = (
        "SELECT count(*) FROM core.gate g JOIN core.school s ON s.code = g.school_code "
        "WHERE NOT ST_DWithin(g.geom::geography, s.geom::geography, 1) AND g.valid_to IS NULL AND s.valid_to IS NULL"
    )
    assert count("SELECT count(*) FROM core.duty WHERE source = 'training-roster'") > 50
    assert count("SELECT count(*) FROM raw.row r WHERE r::text LIKE '%训练员%'") == 0, "names of a roster"
    assert count(apart) == 0, "gates in one datum lie on the boundaries in another"
