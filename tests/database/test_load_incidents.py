"""Of events neither minute nor sensitive place is kept anywhere; the same event is always the same event."""

from __future__ import annotations

import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from sqlalchemy import text

from data.cluster import copy_database, drop_database
from data.repositories import incidents
from data.session import dispose_engines, unit_of_work
from data.settings import DbRole
from etl.intake import LoadReport, Options, load
from etl.reports import WRITERS
from etl.undo import undo
from geo.hexagons import cell_ids

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

INCIDENTS = """
name: calls
kind: incident
crs: wgs84
columns:
  category: {from: 类别, map: {盗窃: theft, 打架: affray}}
  occurred_at: 时间
geometry: {lon: x, lat: y}
"""
CODED = INCIDENTS.replace("columns:", "columns:\n  code: 编号")
HEADING = "编号,类别,时间,x,y"
AREAS = "name: areas\nkind: area\ncolumns: {code: code, name: name, level: level}\n"
SCHOOLS = "name: s\nkind: school\ncolumns: {code: code, name: name}\n"
BUILDINGS = "name: b\nkind: basemap\ncolumns: {class: class}\n"
EMPTY_PLACE = (119.4567891, 31.7123456)
SCHOOL_PLACE = (119.5123457, 31.7234567)
HOUSE_PLACE = (119.5323459, 31.7345671)
WATER_PLACE = (119.5523461, 31.7456782)
FACT = "code, district_code, source, digest, valid_from, recorded_by, geom"
MANY = (
    "SELECT n::text, 'unassigned', 's', 'x', now()::date, 1, "
    "ST_Multi(ST_SetSRID(ST_Expand(ST_MakePoint(n % 170, n / 170), 0.1), 4490)), 'building' "
    "FROM generate_series(1, 4000) n"
)
MANY_GROUNDS = (
    f"INSERT INTO core.school ({FACT}, name) {MANY}",
    f"INSERT INTO core.basemap ({FACT}, class) {MANY}",
)
MINUTE = re.compile(r"03-05.(?:21|13):43")
"""Of every event here, local and UTC."""
BAND = "2026-03-05 20:00"


def square(lon: float, lat: float, half: float = 0.001) -> dict[str, Any]:
    return shapely.geometry.mapping(shapely.box(lon - half, lat - half, lon + half, lat + half))


def event(
    place: tuple[float, float], code: str = "", category: str = "盗窃", time: str = "2026-03-05 21:43:17"
) -> str:
    return f"{code},{category},{time},{place[0]},{place[1]}"


class Desk:
    """Writes small files and loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def events(self, *lines: str, source: str = INCIDENTS, **options: Any) -> LoadReport:
        file = self.folder / "events.csv"
        file.write_text("\n".join([HEADING, *lines]) + "\n", encoding="utf-8")
        return load(file, self._source(source), Options(**options))

    def features(self, source: str, *features: tuple[dict[str, Any], dict[str, Any]]) -> LoadReport:
        file = self.folder / "features.geojson"
        content = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
        file.write_text(json.dumps({"type": "FeatureCollection", "features": content}), encoding="utf-8")
        return load(file, self._source(source), Options(force=True))

    def school(self, place: tuple[float, float] = SCHOOL_PLACE) -> LoadReport:
        return self.features(SCHOOLS, ({"code": "s1", "name": "一小"}, square(*place)))

    def basemap(self) -> LoadReport:
        return self.features(
            BUILDINGS,
            ({"class": "building"}, square(*HOUSE_PLACE)),
            ({"class": "water"}, square(*WATER_PLACE)),
        )

    def _source(self, content: str) -> Path:
        path = self.folder / "source.yml"
        path.write_text(content, encoding="utf-8")
        return path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def rows(query: str) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.LOADER) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def traces(place: tuple[float, float]) -> list[str]:
    """In how a position could stand somewhere: as it was written, as WKB, with or without SRID."""
    lon, lat = np.float64(place[0]).tobytes().hex(), np.float64(place[1]).tobytes().hex()
    return [str(place[0]), str(place[1]), lon, lat, lon.upper(), lat.upper()]


def everything() -> str:
    """All that the tables of a load hold, as text."""
    names = ("core.incident", "raw.row", "raw.batch", "raw.source")
    return "\n".join(str(row) for name in names for row in rows(f"SELECT t::text FROM {name} t"))


def test_times_are_bands_and_open_places_stay(desk: Desk) -> None:
    report = desk.events(event(EMPTY_PLACE), event(EMPTY_PLACE, category="打架"))
    assert report.added == 2
    found = rows(
        "SELECT category, occurred_at AT TIME ZONE 'Asia/Shanghai', ST_X(geom), cell_id FROM core.incident ORDER BY 1"
    )
    assert [(category, str(when), x) for category, when, x, _ in found] == [
        ("affray", "2026-03-05 20:00:00", EMPTY_PLACE[0]), ("theft", "2026-03-05 20:00:00", EMPTY_PLACE[0])
    ]  # fmt: skip
    assert {cell for *_, cell in found} == set(cell_ids(*EMPTY_PLACE))
    assert rows("SELECT payload FROM raw.row ORDER BY row")[0] == (
        {"类别": "盗窃", "时间": BAND, "geometry": {"x": str(EMPTY_PLACE[0]), "y": str(EMPTY_PLACE[1])}},
    )
    assert not MINUTE.search(everything())


@pytest.mark.parametrize("order", ["before", "after"])
def test_points_on_school_grounds_and_in_buildings_are_kept_as_hexagons_alone(desk: Desk, order: str) -> None:
    lines = [event(place) for place in (EMPTY_PLACE, SCHOOL_PLACE, HOUSE_PLACE, WATER_PLACE)]
    if order == "before":
        desk.school()
        desk.basemap()
    desk.events(*lines)
    if order == "after":
        desk.school()
        desk.basemap()
    kept = rows("SELECT ST_X(geom) FROM core.incident WHERE geom IS NOT NULL ORDER BY 1")
    assert kept == [(EMPTY_PLACE[0],), (WATER_PLACE[0],)]
    hidden = rows("SELECT cell_id FROM core.incident WHERE geom IS NULL")
    assert {cell for (cell,) in hidden} == {*cell_ids(*SCHOOL_PLACE), *cell_ids(*HOUSE_PLACE)}
    held = everything()
    for place in (SCHOOL_PLACE, HOUSE_PLACE):
        assert not [trace for trace in traces(place) if trace in held]
    for place in (EMPTY_PLACE, WATER_PLACE):
        assert [trace for trace in traces(place) if trace in held]


def test_what_was_hidden_before_or_after_is_the_same_and_loads_again_unchanged(desk: Desk) -> None:
    lines = [event(place) for place in (EMPTY_PLACE, SCHOOL_PLACE, HOUSE_PLACE)]
    desk.events(*lines)
    desk.school()
    desk.basemap()
    columns = "code, category, occurred_at, geom::text, cell_id, digest"
    before = rows(f"SELECT {columns} FROM core.incident ORDER BY code")
    report = desk.events(*lines)
    assert (report.unchanged, report.changed, report.added) == (3, 0, 0)
    rows_now = rows(f"SELECT {columns} FROM core.incident ORDER BY code")
    assert rows_now == before


def test_earlier_versions_are_hidden_too(desk: Desk) -> None:
    desk.events(event(SCHOOL_PLACE, code="A1"), source=CODED, valid_from=None)
    desk.events(event(HOUSE_PLACE, code="A1"), source=CODED, force=True)
    assert len(rows("SELECT 1 FROM core.incident")) == 2
    desk.school()
    assert rows("SELECT count(*) FROM core.incident WHERE geom IS NULL") == [(1,)]
    held = everything()
    assert not [trace for trace in traces(SCHOOL_PLACE) if trace in held]


def test_a_point_that_moves_from_one_hexagon_to_another_on_a_ground_is_a_change(desk: Desk) -> None:
    far = (SCHOOL_PLACE[0] + 0.0009, SCHOOL_PLACE[1] + 0.0009)
    near = (SCHOOL_PLACE[0] - 0.0009, SCHOOL_PLACE[1] - 0.0009)
    assert cell_ids(*far) != cell_ids(*near)
    desk.school()
    desk.events(event(far, code="A1"), source=CODED)
    assert desk.events(event(near, code="A1"), source=CODED, force=True).changed == 1


def test_a_school_that_is_a_point_hides_nothing(desk: Desk) -> None:
    desk.events(event(SCHOOL_PLACE))
    point = {"type": "Point", "coordinates": list(SCHOOL_PLACE)}
    desk.features(SCHOOLS, ({"code": "s1", "name": "一小"}, point))
    assert rows("SELECT geom IS NULL FROM core.incident") == [(False,)]


def test_refused_rows_keep_neither_minute_nor_place(desk: Desk) -> None:
    report = desk.events(
        event(EMPTY_PLACE),
        event((119.4444441, 31.7), category="其他"),
        event((119.4444442, 31.7), time="2026年3月5日下午九点四十三分左右"),
        event((119.4444443, 31.7), time=""),
        event((119.4444444, 91.7)),
        event(EMPTY_PLACE, category="打架", code="again"),
        event(HOUSE_PLACE, category="打架"),
        event(WATER_PLACE, category="打架"),
    )
    assert [row.reason for row in report.rows] == [
        "unknown_value",
        "not_a_moment",
        "missing_value",
        "out_of_range",
    ]
    refused = rows("SELECT payload FROM raw.row WHERE verdict = 'rejected' ORDER BY row")
    assert [payload["时间"] for (payload,) in refused] == [BAND, "***", None, BAND]
    assert not [payload for (payload,) in refused if payload.get("geometry")]
    held = everything()
    assert "119.444444" not in held
    assert not MINUTE.search(held)
    assert "四十三" not in held


def test_rows_refused_by_the_database_lose_their_place_too(desk: Desk) -> None:
    desk.events(
        event(EMPTY_PLACE, code="A1"), event(HOUSE_PLACE, code="A1"), event(WATER_PLACE, "A2"), source=CODED
    )
    held = everything()
    assert not [trace for trace in traces(HOUSE_PLACE) if trace in held]


def test_of_a_refused_category_only_the_row_number_is_kept(desk: Desk) -> None:
    report = desk.events(
        event(EMPTY_PLACE, "A1"),
        event(HOUSE_PLACE, "A2", category="校园欺凌"),
        event(HOUSE_PLACE, "A3", category="性侵"),
        event(EMPTY_PLACE, "A4"), event(EMPTY_PLACE, "A5"),
        source=CODED,
    )  # fmt: skip
    assert [(row.row, row.code, row.reason, row.column) for row in report.rows] == [
        (3, None, "refused_category", "category"), (4, None, "refused_category", "category")
    ]  # fmt: skip
    held = everything()
    for word in ("欺凌", "性侵", "A2", "A3", *traces(HOUSE_PLACE)):
        assert word not in held


@pytest.mark.parametrize("kind", ["venue", "hazard"])
def test_venues_and_hazards_of_refused_categories_are_not_kept(desk: Desk, kind: str) -> None:
    name = "name: name, " if kind == "venue" else ""
    source = f"name: z\nkind: {kind}\ncolumns: {{{name}category: category}}\n"
    places = [square(*EMPTY_PLACE), square(*HOUSE_PLACE), square(*WATER_PLACE)]
    named = zip(("网吧", "信访人员", "学生用品"), ("甲", "乙某某", "丙"), places, strict=True)
    report = desk.features(source, *(({"category": c, "name": n}, g) for c, n, g in named))
    assert [(row.row, row.code, row.reason) for row in report.rows] == [(2, None, "refused_category")]
    held = everything() + "\n".join(str(row) for row in rows(f"SELECT t::text FROM core.{kind} t"))
    assert "乙某某" not in held
    assert "信访" not in held
    assert len(rows(f"SELECT 1 FROM core.{kind}")) == 2


def test_codes_are_the_same_for_ever_and_no_hash_that_could_be_guessed(desk: Desk) -> None:
    desk.events(event(EMPTY_PLACE), event(HOUSE_PLACE))
    codes = rows("SELECT code FROM core.incident ORDER BY code")
    assert desk.events(event(EMPTY_PLACE), event(HOUSE_PLACE)).unchanged == 2
    assert rows("SELECT code FROM core.incident ORDER BY code") == codes
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(text("UPDATE raw.secret SET value = sha256('another')"))
        connection.commit()
    assert desk.events(event(EMPTY_PLACE), event(HOUSE_PLACE)).added == 2


def test_events_of_one_band_and_hexagon_are_told_apart(desk: Desk) -> None:
    report = desk.events(event(EMPTY_PLACE), event(EMPTY_PLACE, time="2026-03-05 21:44:17"))
    assert report.added == 2


def test_a_file_of_features_is_coarsened_as_well(desk: Desk) -> None:
    desk.school()
    source = "name: f\nkind: incident\ncrs: gcj02\ncolumns: {category: c, occurred_at: t}\n"
    inside = {"type": "Point", "coordinates": [119.5171, 31.7215]}
    open_place = {"type": "Point", "coordinates": [119.6171, 31.7215]}
    given = {"c": "theft", "t": "2026-03-05T21:43:17"}
    desk.features(source, (given, inside), (given, open_place), ({**given, "c": "x"}, open_place))
    assert sorted(rows("SELECT geom IS NULL, cell_id IS NULL FROM core.incident")) == [
        (False, False),
        (True, False),
    ]
    kept = {
        row: payload.get("geometry")
        for row, payload in rows("SELECT row, payload FROM raw.row WHERE batch_id = 2")
    }
    assert [row for row, place in kept.items() if place] == [2]
    assert not MINUTE.search(everything())


@pytest.mark.parametrize("ending", WRITERS)
def test_no_report_tells_a_place_or_a_minute(desk: Desk, ending: str) -> None:
    desk.school()
    desk.events(event(HOUSE_PLACE, "A1"), event(WATER_PLACE, "A2"), source=CODED)
    report = desk.folder / f"report{ending}"
    desk.events(
        event(EMPTY_PLACE, "A1"), event(SCHOOL_PLACE, "A2"), event(WATER_PLACE, "A3"),
        event(WATER_PLACE, "A4", category="其他"), event(HOUSE_PLACE, "A1"),
        source=CODED, report=report, force=True,
    )  # fmt: skip
    content = report.read_bytes()
    if ending == ".xlsx":
        with zipfile.ZipFile(report) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    told = content.decode()
    assert not MINUTE.search(told)
    for place in (EMPTY_PLACE, SCHOOL_PLACE, HOUSE_PLACE, WATER_PLACE):
        assert not [trace for trace in traces(place) if trace in told]
    assert f"{EMPTY_PLACE[0]:.4f}" not in told


def test_what_an_undo_brings_back_hides_events_as_well(desk: Desk) -> None:
    desk.school()
    moved = desk.school(EMPTY_PLACE)
    desk.events(event(SCHOOL_PLACE))
    assert rows("SELECT geom IS NULL FROM core.incident") == [(False,)]
    assert moved.batch_id is not None
    undo(moved.batch_id)
    assert rows("SELECT geom IS NULL FROM core.incident") == [(True,)]
    assert not [trace for trace in traces(SCHOOL_PLACE) if trace in everything()]


def test_absent_events_are_not_ended(desk: Desk) -> None:
    desk.events(event(EMPTY_PLACE))
    report = desk.events(event(HOUSE_PLACE))
    assert (report.added, report.ended) == (1, 0)


def test_hidden_events_follow_new_areas_by_their_hexagon(desk: Desk) -> None:
    desk.school()
    desk.events(event(SCHOOL_PLACE), event(EMPTY_PLACE))
    desk.features(AREAS, ({"code": "320413", "name": "金坛", "level": "district"}, square(119.5, 31.7, 0.2)))
    assert rows("SELECT DISTINCT district_code FROM core.incident") == [("320413",)]


def test_grounds_are_looked_up_by_their_index(desk: Desk) -> None:
    """Half a million buildings must not be walked through for every event."""
    point = "(SELECT ST_SetSRID(ST_MakePoint(1, 2), 4490) AS g) p"
    with unit_of_work(DbRole.LOADER) as connection:
        for statement in MANY_GROUNDS:
            connection.execute(text(statement))
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        found = connection.execute(text(f"EXPLAIN SELECT 1 FROM {point} WHERE {incidents._covers('p.g')}"))
        plan = "\n".join(str(line) for (line,) in found)
    assert "ix_school_geom" in plan
    assert "ix_basemap_geom" in plan


def test_a_copy_of_the_database_makes_the_same_codes(
    desk: Desk, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.events(event(EMPTY_PLACE))
    dispose_engines()
    copy_database("campus_test_copy", template=database)
    try:
        monkeypatch.setenv("CAMPUS_DATABASE_NAME", "campus_test_copy")
        assert desk.events(event(EMPTY_PLACE)).unchanged == 1
    finally:
        dispose_engines()
        drop_database("campus_test_copy")
