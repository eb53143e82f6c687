"""`campus source draft`: YAML that loads once the datum is said, and says what it is unsure of."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from etl.cli import run
from etl.declared import parse_yaml
from etl.definitions import parse_definition, read_definition
from etl.kinds import KINDS
from etl.training import write_training_district
from etl.training.manifest import SOURCES, Manifest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return write_training_district(tmp_path_factory.mktemp("training"), as_of=date(2026, 9, 1))


def drafted(capsys: pytest.CaptureFixture[str], file: Path, kind: str, *more: str) -> str:
    assert run(["source", "draft", str(file), "--kind", kind, *more]) == 0
    return capsys.readouterr().out


def test_the_training_files_are_drafted_as_they_were_described_by_hand(manifest: Manifest, capsys) -> None:
    for one in manifest.written:
        own = read_definition(SOURCES / f"{one.source}.yml")
        if not own.columns or getattr(own, "grid", None) is not None:
            continue
        text = drafted(capsys, manifest.folder / one.file, one.kind)
        draft = parse_definition(parse_yaml(text)) if "???  required" not in text else None
        lines = {line.split(":")[0].strip(): line for line in text.splitlines()}
        for target, rule in own.columns.items():
            if rule.value is not None or draft is None:
                continue
            found = draft.columns.get(target)
            assert found is not None, (one.source, target, text)
            assert found.columns == rule.columns or "not sure" in lines[target], (one.source, target)
            for word, value in (rule.map or {}).items() if KINDS[one.kind].column(target).words else ():
                assert (found.map or {}).get(word) == value, (one.source, target, word)
        if own.geometry is not None and draft is not None:
            assert draft.geometry == own.geometry.model_copy(update={"order": "auto"}), one.source


def test_the_datum_is_asked_for_and_never_filled_in(tmp_path: Path, capsys) -> None:
    file = tmp_path / "x.csv"
    file.write_text("学校名称,经度（高德）,纬度（高德）\na,119.5,31.7\n", encoding="utf-8")
    text = drafted(capsys, file, "school")
    assert parse_definition(parse_yaml(text)).crs is None
    assert "# crs: wgs84" in text
    assert "gcj02: please confirm" in text


def test_only_mapped_headings_are_named(tmp_path: Path, capsys) -> None:
    file = tmp_path / "x.csv"
    file.write_text("校名,欧阳娜,联系人姓名,经度,纬度\na,b,c,119.5,31.7\n", encoding="utf-8")
    assert run(["source", "draft", str(file), "--kind", "school"]) == 0
    said = capsys.readouterr()
    assert "欧阳娜" not in said.out + said.err
    assert "联系人" not in said.out + said.err
    assert said.err == "2 more columns are not used and will not be read.\n"


@pytest.mark.parametrize(("kind", "code"), [("pupil", 1), ("shcool", 1), ("key_person", 1)])
def test_kinds_that_are_not_loaded_are_refused(tmp_path: Path, kind: str, code: int, capsys) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    assert run(["source", "draft", str(file), "--kind", kind]) == code
    assert capsys.readouterr().out == ""


def test_the_draft_speaks_chinese_too(tmp_path: Path, capsys) -> None:
    file = tmp_path / "x.csv"
    file.write_text("单位全称,经度,纬度\na,119.5,31.7\n", encoding="utf-8")
    text = drafted(capsys, file, "school", "--lang", "zh")
    assert "不确定" in text
