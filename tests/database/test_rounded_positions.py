"""Positions that were rounded before they came are said, by `load` and by `build hotspots`; clean ones are not."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.migrate import ensure_database
from etl.cli import run
from etl.training import write_training_district
from geo.datums import wgs84_to_gcj02

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

SOURCE = """
name: calls
kind: incident
crs: {crs}
columns:
  category: {{value: theft}}
  occurred_at: time
geometry: {{lon: x, lat: y}}
"""
EVENTS = 600
HEADING = "time,x,y"


def places(seed: int = 1) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    return rng.normal(119.58, 0.03, EVENTS), rng.normal(31.74, 0.03, EVENTS)


def write(folder: Path, x: Any, y: Any, *, crs: str = "wgs84", digits: int = 7) -> tuple[Path, Path]:
    file, source = folder / "events.csv", folder / "source.yml"
    source.write_text(SOURCE.format(crs=crs), encoding="utf-8")
    lines = [
        f"2025-{1 + number % 12:02d}-05 21:43,{lon:.{digits}f},{lat:.{digits}f}"
        for number, (lon, lat) in enumerate(zip(x, y, strict=True))
    ]
    file.write_text("\n".join([HEADING, *lines]) + "\n", encoding="utf-8")
    return file, source


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run([*words]) == 0
    return capsys.readouterr().err


def loaded(capsys: pytest.CaptureFixture[str], folder: Path, lang: str, *files: Path) -> tuple[str, Any]:
    report = folder / "report.json"
    file, source = map(str, files)
    err = said(capsys, "load", file, "--source", source, "--report", str(report), "--lang", lang)
    return err, json.loads(report.read_text(encoding="utf-8"))["notes"]


@pytest.mark.parametrize(("lang", "words"), [("en", "rounded"), ("zh", "取整（rounded）")])
@pytest.mark.parametrize("crs", ["wgs84", "gcj02"])
def test_three_decimals_are_said_in_both_languages_and_in_whichever_datum(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, words: str, crs: str
) -> None:
    x, y = places()
    if crs == "gcj02":
        x, y = wgs84_to_gcj02(x, y)
    err, notes = loaded(capsys, tmp_path, lang, *write(tmp_path, x, y, crs=crs, digits=3))
    assert words in err
    assert "111" in err
    assert "hexagon_m=200" in err
    told = [note for note in notes if "rounded" in note["text"]]
    assert [note["given"]["finest"] for note in told] == [200]
    err = said(capsys, "build", "hotspots", "--lang", lang)
    assert words in err
    assert "hexagon_m=200" in err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_events_that_were_matched_to_few_addresses_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    x, y = places()
    shared = np.arange(EVENTS) % 40
    err, notes = loaded(capsys, tmp_path, lang, *write(tmp_path, x[shared], y[shared]))
    assert "rounded" in err
    assert [note["given"]["positions"] for note in notes if "rounded" in note["text"]] == [40]
    assert "rounded" in said(capsys, "build", "hotspots", "--lang", lang)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_exact_places_are_not(tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str) -> None:
    err, notes = loaded(capsys, tmp_path, lang, *write(tmp_path, *places()))
    assert "rounded" not in err
    assert [note["key"] for note in notes] == ["hotspots.load.local_times"]
    err = said(capsys, "build", "hotspots", "--lang", lang)
    assert "rounded" not in err
    assert "hotspots" in err


def test_times_without_a_zone_are_local_and_said_and_those_with_one_are_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, source = write(tmp_path, *places())
    err, _ = loaded(capsys, tmp_path, "en", file, source)
    assert f"{EVENTS} times name no time zone" in err
    assert "Asia/Shanghai" in err
    zoned = file.read_text(encoding="utf-8").replace(" 21:43,", "T21:43+08:00,").replace("-05T", "-06T", 7)
    file.write_text(zoned, encoding="utf-8")
    err, notes = loaded(capsys, tmp_path, "en", file, source)
    assert "time zone" not in err
    assert notes == []


def test_the_training_districts_places_are_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ensure_database(training=True)
    today = datetime.now(tz=ZoneInfo("Asia/Shanghai")).date()
    manifest = write_training_district(tmp_path, as_of=today)
    kinds = {one.file: one.kind for one in manifest.written}
    (files,) = [(path, source) for path, source in manifest.files if kinds[path.name] == "incident"]
    _, notes = loaded(capsys, tmp_path, "en", *files)
    assert [note["key"] for note in notes] == ["hotspots.load.local_times"]
    assert not [note for note in notes if "rounded" in note["text"]]
    assert "rounded" not in said(capsys, "build", "hotspots", "--lang", "en")
