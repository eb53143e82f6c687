"""A source description says exactly what it means, or one sentence says which line does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.declared import parse_yaml
from etl.definitions import built_in, parse_definition, read_definition
from etl.errors import (
    BadKeyError,
    BadYamlError,
    MissingKeyError,
    MissingTargetError,
    NoAccessError,
    NoKeysError,
    RefusedKindError,
    RepeatedKeyError,
    UnknownKeyError,
    UnknownKeyNearError,
    UnknownKindError,
    UnknownSourceError,
    UnknownTargetError,
)

if TYPE_CHECKING:
    from pathlib import Path

START = "name: x\nkind: school\n"


@pytest.mark.parametrize(
    ("content", "error", "params"),
    [
        (START + "colums: {name: a}\n", UnknownKeyNearError, {"name": "colums", "line": 3, "near": "columns"}),
        (START + "zzz: 1\ncolumns: {name: a}\n", UnknownKeyError, {"name": "zzz", "line": 3}),
        (START + "columns:\n  name: {form: b}\n", UnknownKeyNearError, {"name": "columns.name.form", "line": 4, "near": "from"}),
        (START + "columns:\n  nam: b\n", UnknownTargetError, {"target": "nam", "line": 4, "near": "name"}),
        (START + "columns:\n  code: b\n", MissingTargetError, {"targets": "name"}),
        (START + "mode: snap\ncolumns: {name: a}\n", BadKeyError, {"name": "mode", "line": 3}),
        (START + "geometry: {lon: a}\ncolumns: {name: a}\n", BadKeyError, {"name": "geometry", "line": 3}),
        (START + "timezone: Mars/Base\ncolumns: {name: a}\n", BadKeyError, {"name": "timezone", "line": 3}),
        (START + "columns: {name: {from: a, value: b}}\n", BadKeyError, {"name": "columns.name", "line": 3}),
        (START + "columns:\n  name:\n", BadKeyError, {"name": "columns.name.from", "line": 4}),
        (START + "columns: {name: {from: {a: b}}}\n", BadKeyError, {"line": 3}),
        (START + "columns: {name: [a, [b]]}\n", BadKeyError, {"line": 3}),
        (START + "columns: {name: {from: a, map: {b: [c]}}}\n", BadKeyError, {"line": 3}),
        (START + "columns: {name: {from: a, default: [c]}}\n", BadKeyError, {"line": 3}),
        (START + "scope: {district_code: }\ncolumns: {name: a}\n", BadKeyError, {"line": 3}),
        (START + "layers: [[a]]\ncolumns: {name: a}\n", BadKeyError, {"line": 3}),
        (START + "header_row: 100000000000000000000\ncolumns: {name: a}\n", BadKeyError, {"line": 3}),
        (START + "columns: {name: a}\nkind: post\n", RepeatedKeyError, {"name": "kind", "line": 4}),
        ("- a\n- b\n", NoKeysError, {}),
        ("", NoKeysError, {}),
        ("kind: school\ncolumns: {name: a}\n", MissingKeyError, {"name": "name"}),
        ("name: x\nkind: schol\ncolumns: {name: a}\n", UnknownKindError, {"kind": "schol"}),
        ("name: x\nkind: key_person\ncolumns: {case_ref: a}\n", MissingTargetError, {"targets": "basis, legal_ref, review_due"}),
        ("name: x\nkind: 学生\ncolumns: {name: a}\n", RefusedKindError, {"kind": "学生"}),
    ],
)  # fmt: skip
def test_a_faulty_description_is_refused_with_the_key_and_its_line(
    content: str, error: type[Exception], params: dict[str, object]
) -> None:
    with pytest.raises(error) as caught:
        parse_definition(parse_yaml(content))
    assert type(caught.value) is error
    assert params.items() <= caught.value.params.items()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "content",
    [
        "a: [1",
        "- 1",
        "a: 1\na: 2\n",
        "a: &x 1\nb: *x\n",
        "\t: x",
        "",
        "7",
        "a: !!python/name:os.system x",
        'a: "x\\0"',
        'a: "\\ud800"',
    ],
)
def test_what_is_no_plain_yaml_mapping_is_refused(content: str) -> None:
    with pytest.raises(BadYamlError):
        parse_yaml(content)


def test_words_of_yaml_stay_words() -> None:
    content = "name: x\nkind: road\ncolumns:\n  oneway: {from: o, map: {yes: true, no: false, on: 2024-09-01, 1: true}}\n"
    rule = parse_definition(parse_yaml(content)).columns["oneway"]
    assert rule.map == {"yes": "true", "no": "false", "on": "2024-09-01", "1": "true"}


def test_the_built_in_sources_are_found_by_name() -> None:
    assert built_in() == ("osm-basemap", "osm-police-posts", "osm-roads", "osm-schools")
    assert {read_definition(name).kind for name in built_in()} == {"basemap", "post", "road", "school"}


def test_an_unknown_source_names_those_there_are() -> None:
    with pytest.raises(UnknownSourceError) as caught:
        read_definition("osm-shools")
    assert "osm-schools" in str(caught.value.params["known"])


def test_a_source_of_ten_lines_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("name: mine\nkind: school\ncolumns:\n  code: id\n  name: school_name\n", encoding="utf-8")
    definition = read_definition(path)
    assert (definition.source_columns, definition.effective_mode) == (("id", "school_name"), "snapshot")


def test_a_description_that_cannot_be_opened_is_said_so() -> None:
    with pytest.raises(NoAccessError):
        read_definition("a" * 300)
