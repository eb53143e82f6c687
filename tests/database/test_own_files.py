"""What README.md and docs/OWN_FILES.md say to a person with files of their own is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from etl.cli import run
from etl.declared import parse_yaml
from etl.definitions import parse_definition
from tests.own_files import PAGE, ROOT, blocks, extracts, follow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST_LINES = 10
SOURCES = [
    pytest.param(block.text, id=f"{page.name}:{block.name}")
    for page in (ROOT / "README.md", PAGE)
    for block in blocks(page.read_text(encoding="utf-8"))
    if block.language == "yaml"
]
SECTIONS = ("Helsinki, from a gpkg", "Helsinki, straight from OpenStreetMap", "geodanet, in feet")


@pytest.fixture
def folder(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    extracts(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("text", SOURCES)
def test_a_source_that_is_shown_is_short_and_is_one(text: str) -> None:
    assert len(text.splitlines()) <= MOST_LINES
    parse_definition(parse_yaml(text))


def test_both_pages_show_sources() -> None:
    assert len(SOURCES) >= 2 + 5


@pytest.mark.parametrize("title", SECTIONS)
def test_every_command_says_what_the_page_says(
    title: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = follow(title, folder, capsys)
    assert {command.words: command.said for command in given} == {
        command.words: command.promised for command in given
    }


def test_the_readme_takes_a_gpkg_with_schools_and_one_with_stations(folder: Path) -> None:
    files = {block.name: block.text for block in blocks((ROOT / "README.md").read_text(encoding="utf-8"))}
    for name in ("schools.yml", "stations.yml"):
        (folder / name).write_text(files[name], encoding="utf-8")
    square = gpd.GeoDataFrame(
        {"osm_id": ["w1"], "name": [None]}, geometry=[shapely.box(24.94, 60.17, 24.941, 60.171)], crs=4326
    )
    square.to_file("schools.gpkg", layer="school_polygons")
    station = gpd.GeoDataFrame({"station_name": ["A"]}, geometry=[shapely.Point(24.95, 60.17)], crs=4326)
    station.to_file("stations.gpkg", layer="stations")
    assert run(["load", "schools.gpkg", "--source", "schools.yml", "--report", "schools.json"]) == 0
    assert run(["load", "stations.gpkg", "--source", "stations.yml"]) == 0
    assert run(["build"]) == 0
    assert run(["export", "coverage_gap", "gaps.gpkg"]) == 0
    assert len(gpd.read_file("gaps.gpkg")) > 0


@pytest.mark.parametrize(("ending", "read"), [
    ("gpkg", gpd.read_file),
    ("geojson", gpd.read_file),
    ("csv", pd.read_csv),
    ("xlsx", pd.read_excel),
])  # fmt: skip
def test_results_leave_in_every_format_and_can_be_read_again(
    folder: Path, ending: str, read: Callable[[str], pd.DataFrame]
) -> None:
    for name, text in (("s.yml", "name: s\nkind: school\ncrs: wgs84\ncolumns: {name: n}\ngeometry: {lon: x, lat: y}\n"),
                       ("s.csv", "n,x,y\n一小,119.5,31.7\n=1+1,119.6,31.7\n")):  # fmt: skip
        (folder / name).write_text(text, encoding="utf-8")
    assert run(["load", "s.csv", "--source", "s.yml"]) == 0
    assert run(["build"]) == 0
    for table, rows in (("coverage_gap", 12), ("out.coverage", 12), ("perimeter", 6), ("gate_slot", 0)):
        file = f"{table}.{ending}"
        assert run(["export", table, file]) == 0
        frame = read(file)
        assert len(frame) == rows
        assert frame.empty or "notice" in frame.columns
    assert run(["export", "nothing", f"nothing.{ending}"]) == 2
