"""A published table becomes a whole file that says what it is, or no file at all; nothing else leaves this way."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from data.messages import text as sentence
from data.repositories import exports
from etl.cli import run
from etl.commands.export import SHEET_ROWS, WRITERS, SheetTooSmallError, _check_fits
from tests.database.one_row_each import fill
from tests.database.viewers import as_owner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMATS = (".gpkg", ".geojson", ".csv", ".xlsx")
VECTOR = (".gpkg", ".geojson")
PUBLISHED = (
    "area_person_class", "coverage", "coverage_gap", "focus_zone", "gate_slot", "hotspot", "perimeter", "rule_finding",
    "school_event_class", "service_area",
)  # fmt: skip
NEVER = (
    "core.incident", "incident", "core.school", "school", "core.post", "restricted.key_person", "key_person", "raw.row", "row",
    "raw.batch", "auth.session", "audit.event", "work.plan", "out_asof.coverage", "out_asof.hotspot", *sorted(exports.WITHHELD),
    "alembic_version", "", "out.", "coverage; DROP TABLE out.coverage",
)  # fmt: skip
SHAPE = shapely.MultiPolygon([shapely.Polygon([(119.5, 31.7), (119.51, 31.7), (119.51, 31.71)])])


@pytest.fixture(scope="module")
def filled(shared_database: str) -> str:
    """Give the name of a database with two rows in every table of results."""
    fill(["out"], ["d1", "d2"])
    return shared_database


@pytest.fixture
def training(filled: str) -> Iterator[None]:
    """Make the database one of made-up data for a while."""
    as_owner("UPDATE core.instance SET training = true")
    yield
    as_owner("UPDATE core.instance SET training = false")


def export(name: str, path: Path, *words: str) -> int:
    return run(["export", name, str(path), "--lang", "en", *words])


def read(path: Path) -> pd.DataFrame:
    if path.suffix in VECTOR:
        return gpd.read_file(path)
    return pd.read_csv(path, dtype={"date_type": str}) if path.suffix == ".csv" else pd.read_excel(path)


def columns_of(table: str, suffix: str) -> set[str]:
    names = {column.name for column in exports.tables()[f"out.{table}"].columns} | {"notice"}
    return (names - {"geom"}) | {"geometry"} if suffix in VECTOR else names


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("table", PUBLISHED)
def test_every_published_table_becomes_a_file_of_every_format(
    filled: str, tmp_path: Path, table: str, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"结果{suffix}"
    assert export(table, path) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert f"2 rows of out.{table}" in err
    frame = read(path)
    assert set(frame.columns) == columns_of(table, suffix)
    assert list(frame["district_code"]) == ["d1", "d2"]
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", FORMATS)
def test_shapes_keep_their_place_and_vector_files_their_system(
    filled: str, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"p{suffix}"
    export("out.perimeter", path)
    frame = read(path)
    if suffix in VECTOR:
        assert frame.crs == "EPSG:4490"
        assert all(shape.equals_exact(SHAPE, 1e-9) for shape in frame.geometry)
    else:
        assert all(shapely.from_wkt(words).equals_exact(SHAPE, 1e-7) for words in frame["geom"])


@pytest.mark.parametrize("suffix", FORMATS)
def test_lists_objects_numbers_and_clock_times_can_be_read_back(
    filled: str, tmp_path: Path, suffix: str
) -> None:
    written = {"甲": 2, "incident_rate": {"events": 10}}
    as_owner("UPDATE out.focus_zone SET terms = CAST(:terms AS jsonb)", terms=json.dumps(written))
    export("focus_zone", tmp_path / f"z{suffix}")
    zone = read(tmp_path / f"z{suffix}").iloc[1]
    assert zone["school_codes"] == "一,二"
    assert as_object(zone["terms"]) == written
    assert (zone["rank"], zone["score"], bool(zone["is_enough_data"])) == (2, 0.2, True)
    export("gate_slot", tmp_path / f"g{suffix}")
    slot = read(tmp_path / f"g{suffix}").iloc[0]
    assert (str(slot["window_start"]), str(slot["window_end"])) == ("07:30:00", "17:30:00")


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_zone_with_fewer_than_ten_events_leaves_without_their_number_and_what_tells_it(
    filled: str, tmp_path: Path, suffix: str
) -> None:
    for district, events in (("d1", 9), ("d2", 10)):
        rate = {"events": events, "value": 3.25, "share": 0.625, "part": 0.1875, "known": True, "half": 1.95}
        pupils = {"value": 7, "share": 0.5, "part": 0.125}
        off = {"first_places": 10, "below": 0.21875, "terms": {"incident_rate": {"amount": 40, "to": 1.95}}}
        as_owner(
            "UPDATE out.focus_zone SET score = 0.3125, terms = CAST(:terms AS jsonb), way_off = CAST(:off AS jsonb) "
            "WHERE district_code = :district",
            district=district, off=json.dumps(off), terms=json.dumps({"incident_rate": rate, "pupils": pupils}),
        )  # fmt: skip
    export("focus_zone", tmp_path / f"z{suffix}")
    few, enough = (row for _, row in read(tmp_path / f"z{suffix}").iterrows())
    rate = as_object(few["terms"])["incident_rate"]
    assert {rate[key] for key in ("events", "value", "share", "part")} == {None}
    assert rate["withheld"] == "under_10"
    assert as_object(few["terms"])["pupils"]["part"] == 0.125
    assert pd.isna(few["score"])
    assert as_object(few["way_off"]) == {"first_places": 10, "withheld": "under_10"}
    assert as_object(enough["terms"])["incident_rate"]["events"] == 10
    assert enough["score"] == 0.3125
    assert as_object(enough["way_off"])["terms"]["incident_rate"]["amount"] == 40
    # the score behind the first places is some zone's own
    assert "below" not in as_object(enough["way_off"])


def as_object(cell: Any) -> dict[str, Any]:
    return dict(cell if isinstance(cell, dict) else json.loads(cell))


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_empty_in_the_table_is_empty_in_the_file(filled: str, tmp_path: Path, suffix: str) -> None:
    as_owner(
        "UPDATE out.gate_slot SET response_s = NULL, tier = NULL, pupils = NULL WHERE district_code = 'd1'"
    )
    export("gate_slot", tmp_path / f"g{suffix}")
    frame = read(tmp_path / f"g{suffix}")
    for column in ("response_s", "tier", "pupils"):
        assert frame[column].isna().tolist() == [True, False]


def test_an_empty_table_becomes_a_file_with_its_columns(database: str, tmp_path: Path) -> None:
    for table, suffix in itertools.product(("coverage", "perimeter"), FORMATS):
        path = tmp_path / f"{table}{suffix}"
        assert export(table, path) == 0
        frame = read(path)
        assert len(frame) == 0
        if suffix != ".geojson":
            assert set(frame.columns) == columns_of(table, suffix)


def test_a_csv_is_opened_rightly_by_chinese_spreadsheets(filled: str, tmp_path: Path) -> None:
    export("focus_zone", tmp_path / "z.csv")
    assert (tmp_path / "z.csv").read_bytes().startswith(b"\xef\xbb\xbfdistrict_code,")


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_row_says_that_it_is_internal_and_of_when(
    filled: str, tmp_path: Path, suffix: str, lang: str
) -> None:
    export("coverage", tmp_path / f"c{suffix}", "--lang", lang)
    for notice in read(tmp_path / f"c{suffix}")["notice"]:
        words, when = notice.split(" · ")
        assert words == sentence("cli.notice", lang)
        assert pd.Timestamp(when) <= pd.Timestamp.now(tz="Asia/Shanghai").tz_localize(None)


@pytest.mark.parametrize("suffix", FORMATS)
def test_made_up_data_are_marked_in_every_row(training: None, tmp_path: Path, suffix: str) -> None:
    export("coverage", tmp_path / f"c{suffix}")
    marks = read(tmp_path / f"c{suffix}")["notice"]
    assert all(mark.startswith(sentence("cli.training", "en")) for mark in marks)


@pytest.mark.parametrize("name", NEVER)
def test_what_is_not_published_never_becomes_a_file(
    filled: str, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(name, tmp_path / "x.csv") == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "out.coverage_gap" in err
    assert list(tmp_path.iterdir()) == []


def test_the_tables_that_can_be_exported_are_the_published_ones() -> None:
    assert sorted(exports.tables()) == [f"out.{name}" for name in PUBLISHED]
    assert all(exports.find(name) is exports.find(f"out.{name}") is not None for name in PUBLISHED)


@pytest.mark.parametrize("name", ["x.pdf", "x", ".csv", "x.shp", "x.gpkg.zip"])
def test_a_format_that_cannot_be_written_is_wrong_usage(
    filled: str, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export("coverage", tmp_path / name) == 2
    assert ".gpkg, .geojson, .csv, .xlsx" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def assert_one_sentence(capsys: pytest.CaptureFixture[str], name: str) -> None:
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert name in err
    assert "fault" not in err


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_folder_that_is_missing_or_takes_no_files_is_one_sentence(
    filled: str, tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (f"{tmp_path}/missing", "/proc"):
        assert run(["export", "coverage", f"{folder}/x{suffix}", "--lang", "en"]) == 1
        assert_one_sentence(capsys, f"x{suffix}")


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_folder_of_the_files_name_is_left_alone(
    filled: str, tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"x{suffix}"
    path.mkdir()
    assert export("coverage", path) == 1
    assert_one_sentence(capsys, path.name)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_that_is_there_is_replaced_whole(filled: str, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    path.write_bytes(b"old" * 100_000)
    assert export("coverage", path) == 0
    assert len(read(path)) == 2


def test_a_cell_that_a_workbook_would_cut_off_stops_the_export_and_the_old_file_stays(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(["out"], ["d1"])
    as_owner("UPDATE out.perimeter SET geom = ST_Multi(ST_Buffer(geom, 0.01, 'quad_segs=500'))")
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"old")
    assert export("perimeter", path) == 1
    assert_one_sentence(capsys, "perimeter")
    assert path.read_bytes() == b"old"
    assert export("perimeter", tmp_path / "x.csv") == 0
    assert len(read(tmp_path / "x.csv")["geom"][0]) > 32_767
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["x.csv", "x.xlsx"]


def test_more_rows_than_a_sheet_has_are_refused() -> None:
    _check_fits(pd.DataFrame(index=range(SHEET_ROWS)), "coverage")
    with pytest.raises(SheetTooSmallError):
        _check_fits(pd.DataFrame(index=range(SHEET_ROWS + 1)), "coverage")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_run_by_a_spreadsheet(filled: str, tmp_path: Path, start: str) -> None:
    formula = f'{start}HYPERLINK("http://x")'
    as_owner(
        "UPDATE out.focus_zone SET town_code = :f, school_codes = ARRAY[:f] WHERE district_code = 'd1'",
        f=formula,
    )
    export("focus_zone", tmp_path / "z.csv")
    export("focus_zone", tmp_path / "z.xlsx")
    sheet = pd.read_csv(tmp_path / "z.csv", lineterminator="\n", dtype=str)
    for column in ("town_code", "school_codes"):
        assert sheet[column][0].startswith("'")
    cells: list[Any] = [
        cell for row in openpyxl.load_workbook(tmp_path / "z.xlsx").active.rows for cell in row
    ]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
    assert not [cell for cell in cells if cell.hyperlink]


def test_every_format_that_is_offered_is_tried_here() -> None:
    assert tuple(WRITERS) == FORMATS
