"""`campus load` on the command line: one line out, one sentence when it cannot, the right exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from data.messages import LANGS, catalogue
from data.session import unit_of_work
from data.settings import DbRole
from etl import errors
from etl.cli import run
from etl.intake.verdicts import Mend, Reason
from geo.validity import Refusal, Repair

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "name: s\nkind: school\ncrs: wgs84\ncolumns: {code: a, name: b}\ngeometry: {lon: x, lat: y}\n"


@pytest.fixture
def folder(database: str, tmp_path: Path) -> Path:
    (tmp_path / "s.yml").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "s.csv").write_text(
        "a,b,x,y\n1,一小,119.5,31.7\n2,,119.5,31.7\n3,三小,119.6,31.7\n", encoding="utf-8"
    )
    return tmp_path


def count() -> int:
    with unit_of_work(DbRole.LOADER) as connection:
        return int(connection.execute(text("SELECT count(*) FROM core.school")).scalar_one())


def test_a_load_says_what_became_of_the_rows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = folder / "r.json"
    words = [
        "load",
        str(folder / "s.csv"),
        "--source",
        str(folder / "s.yml"),
        "--report",
        str(report),
        "--lang",
        "zh",
    ]
    assert run(words) == 0
    out, err = capsys.readouterr()
    assert "读取 3 行" in out
    assert "缺少必填项" in err
    assert json.loads(report.read_text(encoding="utf-8"))["rejected"] == 1
    assert count() == 2


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        ({}, ["--crs", "EPSG:999999"], "EPSG:999999"),
        ({"s.yml": SOURCE.replace("crs: wgs84\n", "")}, [], "coordinates mean"),
        ({"s.yml": SOURCE + "colour: red\n"}, [], "colour"),
        ({"s.yml": SOURCE.replace("b}", "nmae}")}, [], "nmae"),
        ({"s.csv": "a,b,x,y\n1,,119.5,31.7\n"}, [], "Not one of the 1 rows"),
        ({"s.csv": ""}, [], "empty"),
        ({"s.yml": SOURCE.replace("school", "petition")}, [], "refused"),
    ],
)
def test_what_cannot_be_loaded_is_one_sentence_and_exit_1(
    folder: Path,
    change: dict[str, str],
    options: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, content in change.items():
        (folder / name).write_text(content, encoding="utf-8")
    words = ["load", str(folder / "s.csv"), "--source", str(folder / "s.yml"), *options, "--lang", "en"]
    assert run(words) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert count() == 0


def test_a_missing_source_is_wrong_usage(folder: Path) -> None:
    assert run(["load", str(folder / "s.csv")]) == 2


@pytest.mark.parametrize("lang", LANGS)
def test_every_cause_reason_and_repair_has_its_words(lang: str) -> None:
    known = catalogue("intake", lang)  # type: ignore[arg-type]
    causes = [
        value.key for value in vars(errors).values() if isinstance(value, type) and hasattr(value, "key")
    ]
    keys = {key for key in causes if key.startswith("intake.")}
    keys |= {f"intake.reason.{reason}" for reason in (*Reason, *Refusal)}
    keys |= {f"intake.repair.{repair}" for repair in (*Mend, *Repair)}
    assert keys <= known.keys()
