"""The job of the counts: classes by school for education, and by police area for those who command."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import etl.jobs.counts as job
from data.bulk import copy_frame, read_frame
from data.config import Settings
from data.migrate import ensure_database
from data.repositories import register_counts
from data.repositories.area_classes import read_area_classes
from data.repositories.school_events import read_event_classes
from data.session import unit_of_work
from data.settings import DbRole
from etl.build import build
from geo.disclosure import are_suppressed, codes_of_words, keep_open
from geo.hexagons import cell_ids
from tests.database.register_reads import register_work
from tests.database.viewers import as_owner

if TYPE_CHECKING:
    import pandas as pd

REFERENCE = Path(__file__).parents[1] / "references" / "school_events_in_postgis.sql"
ZONE = Settings().timezone
TODAY = datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date()
WEST, SOUTH = 119.5, 31.7
DISTRICTS = ("320413", "320481")
POLICE_AREAS = [f"P{number:02}" for number in range(12)]
LONG_AGO = date(2020, 1, 1)
FACTS = ("area", "school", "incident")


def put(kind: str, rows: pd.DataFrame) -> None:
    whole = rows.assign(digest=[hashlib.sha256(code.encode()).digest() for code in rows["code"]], source="by-hand",
                        valid_from=LONG_AGO, recorded_by=1)  # fmt: skip
    with unit_of_work(DbRole.OWNER) as connection:
        copy_frame(connection, f"core.{kind}", whole)
        connection.commit()


def put_areas() -> None:
    """Two districts side by side, and twelve police areas of the first, the last one of the second."""
    halves = [
        shapely.box(WEST, SOUTH, WEST + 0.03, SOUTH + 0.06),
        shapely.box(WEST + 0.03, SOUTH, WEST + 0.06, SOUTH + 0.06),
    ]
    shapes = [shapely.MultiPolygon([half]) for half in halves]
    districts = gpd.GeoDataFrame(
        {"code": DISTRICTS, "name": ["训练区", "训练市"], "level": "district", "district_code": DISTRICTS},
        geometry=shapes,
        crs=4490,
    )
    own = [DISTRICTS[0]] * 11 + [DISTRICTS[1]]
    areas = gpd.GeoDataFrame(
        {"code": POLICE_AREAS, "name": [f"训练{code}派出所辖区" for code in POLICE_AREAS], "level": "police_area", "district_code": own},
        geometry=[shapes[DISTRICTS.index(code)] for code in own], crs=4490,
    )  # fmt: skip
    for frame in (districts, areas):
        put("area", frame)


def put_schools_and_events(rng: np.random.Generator) -> None:
    """Schools so dense that many events lie near several, also over the border; grounds that touch; a point."""
    lon, lat = WEST + rng.uniform(0, 0.06, 40), SOUTH + rng.uniform(0, 0.06, 40)
    shapes = [
        shapely.MultiPolygon([shapely.box(x, y, x + 0.001, y + 0.0012)])
        for x, y in zip(lon, lat, strict=True)
    ]
    shapes[1] = shapely.MultiPolygon([shapely.box(lon[0] + 0.001, lat[0], lon[0] + 0.002, lat[0] + 0.0012)])
    shapes[2] = shapely.Point(lon[2], lat[2])
    where = [DISTRICTS[int(shapely.centroid(shape).x > WEST + 0.03)] for shape in shapes]
    put("school", gpd.GeoDataFrame(
        {"code": [f"S{number:02}" for number in rng.permutation(40)], "name": "训练学校", "stage": "primary",
         "is_boundary_estimated": False, "district_code": where}, geometry=shapes, crs=4490))  # fmt: skip
    x, y = WEST + rng.uniform(0, 0.06, 3000), SOUTH + rng.uniform(0, 0.06, 3000)
    days = rng.integers(-3, 900, 3000)
    at = [
        datetime(TODAY.year, TODAY.month, TODAY.day, 20, tzinfo=ZoneInfo(ZONE)) - timedelta(days=int(n))
        for n in days
    ]
    points = np.array(shapely.points(x, y), dtype=object)
    points[rng.random(3000) < 0.3] = None
    put("incident", gpd.GeoDataFrame(
        {"code": [f"E{number}" for number in range(3000)], "category": "theft", "occurred_at": at, "cell_id": cell_ids(x, y),
         "district_code": np.where(x > WEST + 0.03, DISTRICTS[1], DISTRICTS[0])}, geometry=gpd.GeoSeries(points, crs=4490)))  # fmt: skip


def register(rows: dict[str, int], *, due: date = TODAY, first: int = 0) -> None:
    """Put made-up rows into the register of some police areas."""
    add = text(
        "INSERT INTO restricted.key_person (case_ref, district_code, police_area_code, geom, basis, legal_ref, review_due, recorded_by) "
        "SELECT CAST(:prefix AS text) || '-' || n, '320413', :area, ST_SetSRID(ST_MakePoint(119.5, 31.7), 4490), 'order_in_force', 'law', :due, 0 "
        "FROM generate_series(CAST(:first AS int) + 1, CAST(:first AS int) + CAST(:rows AS int)) AS n"
    )
    with register_work() as connection:
        for area, number in rows.items():
            connection.execute(
                add,
                {
                    "prefix": f"CASE-{area.upper()[:3]}",
                    "area": area,
                    "due": due,
                    "first": first,
                    "rows": number,
                },
            )
        connection.commit()


def in_use(is_enabled: bool = True) -> None:  # noqa: FBT001, FBT002 -- the one word it takes
    """Say by hand whether the register was enabled."""
    as_owner(
        "CREATE OR REPLACE FUNCTION restricted.is_enabled() RETURNS boolean LANGUAGE sql STABLE "
        f"SET search_path = pg_catalog, pg_temp AS $$ SELECT {is_enabled} $$"
    )
    as_owner("GRANT EXECUTE ON FUNCTION restricted.is_enabled() TO campus_register")


def cells() -> pd.DataFrame:
    with unit_of_work(DbRole.LOADER) as connection:
        return read_frame(connection, "SELECT * FROM out.area_person_class ORDER BY area_code, half_year")


def intents() -> int:
    return int(as_owner("SELECT count(*) FROM audit.register_intent WHERE purpose <> 'test'"))


@pytest.fixture
def areas(database: str) -> str:
    ensure_database()
    put_areas()
    return database


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let tests say which half-year it is."""
    now = ["2026-H1"]
    monkeypatch.setattr(job, "half_year_of", lambda _: now[0])
    return now


def test_classes_of_schools_are_those_that_postgis_counts(database: str) -> None:
    ensure_database()
    put_areas()
    put_schools_and_events(np.random.default_rng(7))
    build(["counts"])
    with unit_of_work(DbRole.OWNER) as connection:
        expected = read_frame(
            connection, REFERENCE.read_text(encoding="utf-8"), {"srid": 4549, "day": TODAY, "zone": ZONE}
        )
        made = read_frame(
            connection,
            "SELECT * FROM out.school_event_class ORDER BY district_code, school_code, school_year",
        )
    columns = ["district_code", "school_id", "school_code", "school_year", "class"]
    assert made[columns].to_numpy().tolist() == expected[columns].to_numpy().tolist()
    assert set(made["class"]) == {"<10", "10-24", "25-49"}
    assert len(made) == 40 * made["school_year"].nunique()
    # an earlier day has rows of its own, of the events that had happened by then, and leaves today's alone
    earlier = TODAY - timedelta(days=400)
    build(["counts"], as_of=earlier)
    with unit_of_work(DbRole.OWNER) as connection:
        expected = read_frame(
            connection, REFERENCE.read_text(encoding="utf-8"), {"srid": 4549, "day": earlier, "zone": ZONE}
        )
        back = read_frame(
            connection,
            "SELECT * FROM out_asof.school_event_class ORDER BY district_code, school_code, school_year",
        )
        again = read_frame(
            connection,
            "SELECT * FROM out.school_event_class ORDER BY district_code, school_code, school_year",
        )
    assert back[columns].to_numpy().tolist() == expected[columns].to_numpy().tolist()
    assert set(back["as_of"]) == {earlier}
    assert again.equals(made)


def test_while_the_register_is_not_in_use_nothing_of_it_is_read_or_written(areas: str) -> None:
    for _ in range(2):
        report = build(["counts"])
        assert [note.key for note in report.results[0].notes] == ["classes.build.no_register"]
        assert (len(cells()), intents()) == (0, 0)
        in_use(is_enabled=False)


def test_the_joint_instance_has_nothing_to_read(areas: str) -> None:
    in_use()
    as_owner("UPDATE core.instance SET instance = 'joint'")
    report = build(["counts"])
    assert [note.key for note in report.results[0].notes] == ["classes.build.joint"]
    assert (len(cells()), intents()) == (0, 0)


def test_a_build_for_an_earlier_day_never_looks_at_the_register(areas: str) -> None:
    in_use()
    report = build(["counts"], as_of=TODAY - timedelta(days=200))
    assert [note.key for note in report.results[0].notes] == ["classes.build.never_as_of"]
    assert (len(cells()), intents()) == (0, 0)


def test_every_police_area_gets_one_cell_a_half_year_that_never_changes(areas: str, clock: list[str]) -> None:
    in_use()
    register({"P01": 3, "P02": 10, "P03": 30, "P04": 60, "P05": 150, "unassigned": 40})
    register({"P06": 30}, due=TODAY - timedelta(days=1))
    report = build(["counts"])
    first = cells()
    told = dict(zip(first["area_code"], first["class"], strict=True))
    assert told == dict.fromkeys(POLICE_AREAS, "<10") | {
        "P02": "10-24",
        "P03": "25-49",
        "P04": "50-99",
        "P05": "100+",
    }
    assert set(first["half_year"]) == {"2026-H1"}
    assert dict(zip(first["area_code"], first["district_code"], strict=True))["P11"] == DISTRICTS[1]
    assert (report.results[0].rows, intents()) == (12, 1)
    assert report.results[0].notes[0].given == {"count": 12, "half_year": "2026-H1"}
    register({"P01": 40}, first=100)
    assert build(["counts"]).results[0].rows == 0
    assert intents() == 1, "where every cell is there already, nothing is read"
    clock[0] = "2025-H2"
    build(["counts"])
    assert cells().equals(first), "a clock that went back adds no cell before those there are"
    clock[0] = "2026-H2"
    build(["counts"])
    both = cells()
    assert both[both["half_year"] == "2026-H1"].reset_index(drop=True).equals(first)
    assert both["half_year"].value_counts().to_dict() == {"2026-H1": 12, "2026-H2": 12}


def test_over_the_years_no_suppressed_cell_becomes_known_and_the_coin_falls_the_same_way(
    areas: str, clock: list[str]
) -> None:
    in_use()
    rng = np.random.default_rng(3)
    for number in range(6):
        clock[0] = f"{2026 + number // 2}-H{1 + number % 2}"
        register({code: int(rng.integers(0, 3)) for code in POLICE_AREAS[:8]}, first=10 * number)
        build(["counts"])
    made = cells()
    told = codes_of_words(made["class"]).reshape(len(POLICE_AREAS), 6)
    assert keep_open(told).all()
    assert are_suppressed(told[:, 0]).all()
    assert 0 < (made["class"] == "withheld").sum() < len(made) - len(POLICE_AREAS)
    hidden = made.loc[made["class"] == "withheld", ["area_code", "half_year"]]
    as_owner("DELETE FROM out.area_person_class")
    for number in range(6):
        clock[0] = f"{2026 + number // 2}-H{1 + number % 2}"
        build(["counts"])
    again = cells()
    unmoved = POLICE_AREAS[8:]
    kept = again[again["area_code"].isin(unmoved) & (again["class"] == "withheld")]
    assert (
        kept[["area_code", "half_year"]].to_numpy().tolist()
        == hidden[hidden["area_code"].isin(unmoved)].to_numpy().tolist()
    )


def test_the_intent_stands_before_the_read_and_stays_when_the_read_or_the_build_fails(
    areas: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_use()
    monkeypatch.setattr(register_counts, "_COUNTS", "SELECT 1 / 0, :today")
    with pytest.raises(SQLAlchemyError):
        build(["counts"])
    assert (len(cells()), intents()) == (0, 1)
    assert as_owner("SELECT purpose FROM audit.register_intent") == register_counts.PURPOSE


def test_only_numbers_by_area_leave_the_reader(areas: str) -> None:
    in_use()
    register({"P01": 3, "P02": 12})
    assert register_counts.count_register(TODAY) == {"P01": 3, "P02": 12}
    assert register_counts.count_register(TODAY + timedelta(days=1)) == {}
    assert intents() == 2


def test_pages_read_the_cells_by_area_and_a_school_s_classes_by_year(areas: str) -> None:
    in_use()
    register({"P02": 12})
    put_schools_and_events(np.random.default_rng(7))
    build(["counts"])
    with unit_of_work(DbRole.OWNER) as connection:
        shown = read_area_classes(connection)
        school = read_event_classes(connection, "S00")
        made = read_frame(
            connection, "SELECT school_year, class FROM out.school_event_class WHERE school_code = 'S00'"
        )
    assert shown["area_code"].tolist() == POLICE_AREAS
    assert shown.iloc[2].tolist()[:2] == ["P02", "训练P02派出所辖区"]
    assert shown["class"].tolist() == ["10-24" if code == "P02" else "<10" for code in POLICE_AREAS]
    assert school == dict(zip(made["school_year"], made["class"], strict=True))


def test_no_number_of_the_register_is_written_down_anywhere_else(areas: str) -> None:
    in_use()
    before = set(as_owner("SELECT coalesce(array_agg(md5(r::text)), '{}') FROM audit.run AS r"))
    register({"P03": 7919})
    report = build(["counts"])
    whole = as_owner(
        "SELECT string_agg(r::text, ' ') FROM audit.run AS r WHERE md5(r::text) <> ALL (:before)",
        before=list(before),
    )
    assert "7919" not in str(report)
    assert "7919" not in whole
    assert "7919" not in str(as_owner("SELECT string_agg(i::text, ' ') FROM audit.register_intent AS i"))
    with unit_of_work(DbRole.LOADER) as connection, pytest.raises(SQLAlchemyError):
        connection.execute(text("SELECT count(*) FROM restricted.key_person"))
