"""No file breaks the reader: it is read, row by row refused, or refused whole with one named error."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from etl.declared import parse_yaml
from etl.definitions import parse_definition
from etl.intake.areas import Areas
from etl.intake.privacy import is_personal
from etl.intake.staging import Context, stage_chunk
from etl.intake.weekdays import parse_weekdays
from etl.readers import read_file
from geo.errors import CampusError

if TYPE_CHECKING:
    from pathlib import Path

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SOURCE = "name: x\nkind: school\ncrs: wgs84\ncolumns: {code: a, name: b, stage: c, pupils: d}\n"
TABLE = parse_definition(parse_yaml(SOURCE + "geometry: {text: e}\n"))
VECTOR = parse_definition(parse_yaml(SOURCE))
HEAD = b"a,b,c,d,e\n"


def take(path: Path, content: bytes, definition: object) -> None:
    path.write_bytes(content)
    with suppress(CampusError):
        for chunk in read_file(path, definition):  # type: ignore[arg-type]
            staged = stage_chunk(chunk, Context(definition, Areas(), None))  # type: ignore[arg-type]
            assert {len(column) for column in staged.values()} == {len(chunk)}


@given(content=st.binary(max_size=400))
@QUICK
def test_random_bytes_are_refused_or_read(content: bytes, tmp_path: Path) -> None:
    for name in ("a.csv", "a.xlsx", "a.gpkg", "a.geojson", "a.zip", "a.shp", "a.pbf"):
        take(tmp_path / name, content, TABLE if name[2:] in ("csv", "xlsx") else VECTOR)


@given(text=st.text(max_size=300))
@example(text='"')
@example(text="1,2,primary,\ud7ff\x00,(1 2)")
@example(text="1,2,primary,3,1e999 1e999\n" * 3)
@QUICK
def test_random_tables_get_a_verdict_for_every_row(text: str, tmp_path: Path) -> None:
    take(tmp_path / "a.csv", HEAD + text.encode("utf-8", "replace"), TABLE)


@given(geometry=st.recursive(
    st.none() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=4), max_leaves=12,
), kind=st.sampled_from(["Point", "Polygon", "MultiPolygon", "LineString", "GeometryCollection", "Nothing"]))  # fmt: skip
@QUICK
def test_random_geojson_is_refused_or_read(geometry: object, kind: str, tmp_path: Path) -> None:
    import json

    feature = {"type": "Feature", "properties": {"a": 1, "b": "x", "c": None, "d": 1.5},
               "geometry": {"type": kind, "coordinates": geometry}}  # fmt: skip
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    take(tmp_path / "a.geojson", content, VECTOR)


@given(
    names=st.lists(st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=12), max_size=4),
    content=st.binary(max_size=60),
)
@QUICK
def test_random_archives_are_refused(names: list[str], content: bytes, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in dict.fromkeys(names):
            archive.writestr(name.encode("utf-8", "replace").decode(), content)
    for name in ("a.zip", "a.xlsx"):
        take(tmp_path / name, packed.getvalue(), TABLE if name == "a.xlsx" else VECTOR)


@given(text=st.text(max_size=200))
@QUICK
def test_random_descriptions_are_read_or_refused(text: str) -> None:
    for content in (text, SOURCE + text):
        with suppress(CampusError):
            parse_definition(parse_yaml(content))


@given(text=st.text(max_size=60))
@QUICK
def test_weekdays_are_ordered_days_or_none(text: str) -> None:
    days = parse_weekdays(text)
    assert list(days) == sorted(set(days))
    assert set(days) <= set(range(7))


@given(
    before=st.text(alphabet=st.characters(exclude_categories=["Nd", "No", "Nl", "Cs"]), max_size=8),
    digits=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True, alphabet="0123456789"),
    after=st.text(alphabet=st.characters(exclude_categories=["Nd", "No", "Nl", "Cs"]), max_size=8),
)
@QUICK
def test_a_mobile_number_is_found_wherever_it_stands(before: str, digits: str, after: str) -> None:
    assert is_personal(before + digits + after)


@pytest.mark.parametrize("width", ["０", "٠", "𝟎"])
@given(digits=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True, alphabet="0123456789"))
@QUICK
def test_a_mobile_number_is_found_in_every_kind_of_digits(width: str, digits: str) -> None:
    assert is_personal("".join(chr(ord(width) + int(digit)) for digit in digits))
