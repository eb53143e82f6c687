"""docs/DATA.md is what the models say, and what they say of the kinds of input is what the intake takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from data.describe import KINDS as MODELS
from data.describe import is_required, mapped_columns, render, words_of
from data.models import SCHEMAS, Base
from etl.kinds import KINDS

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "DATA.md"
SHAPES = {
    "place": "GEOMETRY", "point": "POINT", "line": "LINESTRING", "any": "GEOMETRY", "polygon": "MULTIPOLYGON",
}  # fmt: skip
"""What the intake calls a geometry, and how it is stored."""
by_kind = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__tablename__)


def without_shape(model: type[Any]) -> list[Any]:
    return [column for column in mapped_columns(model) if column.name != "geom"]


def test_the_document_is_what_the_models_say_now() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")
    assert written == render(), "write it anew: python -m data.describe > docs/DATA.md"


def test_the_module_prints_the_document() -> None:
    words = [sys.executable, "-P", "-m", "data.describe"]
    printed = subprocess.run(words, capture_output=True, check=True, text=True, encoding="utf-8")
    assert printed.stdout == render()


def test_every_schema_table_and_column_is_in_the_document() -> None:
    lines = render().splitlines()
    assert [f"### Schema {name}" for name in SCHEMAS] == [
        line for line in lines if line.startswith("### Schema ")
    ]
    for table in Base.metadata.tables.values():
        assert f"#### {table.fullname}" in lines
        for column in table.columns:
            assert any(f"`{column.name}`" in line and str(column.comment) in line for line in lines), column


def test_the_kinds_of_input_stand_near_the_top_with_a_link_to_each() -> None:
    lines = render().splitlines()
    assert lines.index("## Kinds of input") < 15
    for model in MODELS:
        assert f"### {model.__tablename__}" in lines
        assert f"[{model.__tablename__}](#{model.__tablename__})" in "\n".join(lines[:30])


def test_every_kind_that_the_intake_knows_is_described() -> None:
    assert {model.__tablename__ for model in MODELS} == set(KINDS)


@by_kind
def test_a_source_may_map_what_the_document_says(model: type[Any]) -> None:
    assert {column.name for column in without_shape(model)} == {
        c.name for c in KINDS[model.__tablename__].columns
    }


@by_kind
def test_a_source_must_map_what_the_document_calls_required(model: type[Any]) -> None:
    required = {column.name for column in without_shape(model) if is_required(model, column)}
    assert required == {column.name for column in KINDS[model.__tablename__].required}


@by_kind
def test_the_words_of_a_column_are_those_that_the_intake_takes(model: type[Any]) -> None:
    kind = KINDS[model.__tablename__]
    for column in without_shape(model):
        if model.__tablename__ != "key_person":
            assert words_of(column) == kind.column(column.name).words, column


@by_kind
def test_a_kind_has_a_geometry_where_the_intake_wants_one(model: type[Any]) -> None:
    found = [column.type.geometry_type for column in mapped_columns(model) if column.name == "geom"]
    wanted = KINDS[model.__tablename__].geometry
    assert found == ([] if wanted is None else [SHAPES[wanted]])


def test_the_readme_sends_source_authors_to_the_kinds_of_input() -> None:
    assert "(docs/DATA.md#kinds-of-input)" in (ROOT / "README.md").read_text(encoding="utf-8")
