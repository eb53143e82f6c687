"""`campus load` on the command line: one line out, one sentence when it cannot, the right exit code."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from data.messages import LANGS, catalogue
from data.session import dispose_engines, unit_of_work
from data.settings import DbRole, role_url
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
        (
            {"s.csv": "a,b,x,y\n1,,119.5,31.7\n"},
            [],
            "Not one of the 1 rows can be used; most often: required value missing.",
        ),
        ({"s.csv": 'a,b,x,y\n1,"一,119.5,31.7\n2,二,119.5,31.7\n'}, [], "row 2"),
        ({"s.yml": ""}, [], "no keys"),
        ({"s.yml": SOURCE + "kind: post\n"}, [], "second time"),
        ({"s.yml": SOURCE + "licence: ask 138 1234 5678\n"}, [], "looks like"),
        ({"s.yml": SOURCE.replace("b}", "{value: '１３８１２３４５６７８'}}")}, [], "looks like"),
        ({}, ["--report", "."], "report"),
        ({}, ["--report", "/proc/r.json"], "report"),
        ({}, ["--report", "r" * 250 + ".json"], "report"),
        ({}, ["--report", "r" * 300], "report"),
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


def test_a_report_is_not_written_over_what_is_loaded(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("s.csv", "s.yml"):
        before = (folder / name).read_bytes()
        words = ["load", str(folder / "s.csv"), "--source", str(folder / "s.yml"), "--lang", "en"]
        assert run([*words, "--report", str(folder / name)]) == 1
        assert "report" in capsys.readouterr().err
        assert (folder / name).read_bytes() == before
    os.mkfifo(folder / "device")
    assert run([*words, "--report", str(folder / "device")]) == 1
    assert (folder / "device").is_fifo()
    assert count() == 0


@pytest.mark.parametrize("words", [["load"], ["build"], ["config", "set", "quad_segs", "20"]])
def test_a_read_only_database_is_one_sentence(
    folder: Path, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = role_url(DbRole.LOADER)
    monkeypatch.setenv(DbRole.LOADER.variable, f"{url}&options=-c%20default_transaction_read_only%3Don")
    dispose_engines()
    more = [str(folder / "s.csv"), "--source", str(folder / "s.yml")] if words == ["load"] else []
    assert run([*words, *more, "--lang", "zh"]) == 1
    dispose_engines()
    assert capsys.readouterr().err == "数据库目前为只读，未作任何更改。\n"


@pytest.mark.parametrize("value", ["a\0b", "\ud800", "x" * 501])
def test_a_setting_holds_one_line_of_text(
    folder: Path, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["config", "set", "map_attribution", value, "--lang", "en"]) == 2
    assert "map_attribution" in capsys.readouterr().err


def test_a_value_that_fits_only_alone_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "set", "rings_m", "[100]"]) == 0
    capsys.readouterr()
    assert run(["config", "set", "school_tier_min", "4", "--lang", "en"]) == 2
    assert "school_tier_min" in capsys.readouterr().err
    assert run(["config", "set", "rings_m", "[" * 100_000]) == 2


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
