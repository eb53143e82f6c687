"""Replies of map services: lists somewhere in JSON, places as pairs, empty lists where text is due."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from etl.declared import parse_yaml
from etl.definitions import parse_definition
from etl.errors import BadRecordsError, IntakeError, UnreadableFileError
from etl.intake.areas import Areas
from etl.intake.staging import Context, stage_chunk
from etl.readers import read_file
from etl.readers.errors import FileTooLargeError

if TYPE_CHECKING:
    from pathlib import Path

BASE = "name: x\nkind: school\ncolumns: {code: id, name: name}\n"


def cells(path: Path, text: str) -> list[list[object]]:
    frame = pd.concat(
        [chunk.cells for chunk in read_file(path, parse_definition(parse_yaml(text)))], ignore_index=True
    )
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


def write(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_real_reply_loads_with_its_shops_where_they_are(shared_files: Path) -> None:
    source = (
        "name: x\nkind: post\nrecords: regeocode.pois\ncrs: gcj02\nmode: append\n"
        "columns: {code: id, name: name, type: {value: patrol_point}}\n"
        "geometry: {text: location, order: lonlat}\n"
    )
    definition = parse_definition(parse_yaml(source))
    (chunk,) = read_file(shared_files / "messy" / "amap_regeo_dasi_town.json", definition)
    staged = stage_chunk(chunk, Context(definition, Areas(), None))
    assert (len(chunk), staged["reason"].tolist()) == (30, [None] * 30)
    places = dict(zip(staged["name"], shapely.from_wkb(staged["geom"]), strict=True))
    school = places["大寺中心小学"]
    shops = [places[name] for name in ("顺发大排档", "平康药店", "钦北利民印刷厂", "大寺市场")]
    _, _, metres = Geod(ellps="GRS80").inv(
        [school.x] * 4, [school.y] * 4, [shop.x for shop in shops], [shop.y for shop in shops]
    )
    assert np.abs(np.array(metres) - [114, 118, 106, 198]).max() < 3


def test_missing_text_is_missing_and_numbers_are_as_they_were_typed(tmp_path: Path) -> None:
    values: list[Any] = ["一", [], {}, None, "", 7, 7.0, 7.5, True, "07", "=1+1", "'=1"]
    records = [{"id": str(number), "name": value} for number, value in enumerate(values)]
    path = write(tmp_path / "a.json", {"a": {"b": records}})
    found = [row[1] for row in cells(path, BASE + "records: a.b\n")]
    assert found == ["一", None, None, None, None, "7", "7", "7.5", "true", "07", "=1+1", "=1"]


def test_the_file_itself_may_be_the_list(tmp_path: Path) -> None:
    records = [{"id": "a", "name": "一小"}, {"id": "b", "name": "二\u2028小"}]
    for text in (
        json.dumps(records),
        "\n".join(json.dumps(one, ensure_ascii=False) for one in records) + "\n\n",
    ):
        assert cells(write(tmp_path / "a.json", text), BASE + 'records: ""\n') == [
            ["a", "一小"],
            ["b", "二\u2028小"],
        ]
    with pytest.raises(UnreadableFileError):
        cells(tmp_path / "a.json", BASE + "records: pois\n")


def test_a_list_within_a_list_is_found_by_its_number(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", {"results": [{"pois": [{"id": "a", "name": "一小"}]}]})
    assert cells(path, BASE + "records: results.0.pois\n") == [["a", "一小"]]
    for way in ("results.1.pois", "results.x.pois", "results.²", "results", "results.0.pois.0.id"):
        with pytest.raises((BadRecordsError, IntakeError)):
            cells(path, BASE + f"records: {way}\n")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1, 2]",
        "[" * 100_000,
        '{"pois": ' + "[" * 100_000,
        "\n\n",
        "9" * 5_000,
        "null",
        '"x"',
        '{"pois": {}}',
        "nan",
    ],
)
@pytest.mark.parametrize("records", ['""', "pois"])
def test_what_is_no_reply_is_refused(tmp_path: Path, text: str, records: str) -> None:
    with pytest.raises(IntakeError):
        cells(write(tmp_path / "a.json", text), BASE + f"records: {records}\n")


def test_a_reply_of_nothing_has_no_rows(tmp_path: Path) -> None:
    assert cells(write(tmp_path / "a.json", {"status": "1", "pois": []}), BASE + "records: pois\n") == []


def test_what_is_too_large_for_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.readers.records.LARGEST_MB", 0)
    with pytest.raises(FileTooLargeError):
        cells(write(tmp_path / "a.json", []), BASE + 'records: ""\n')
