"""Frames go into tables and come out of them unchanged, or not at all."""

from __future__ import annotations

import datetime as dt
import gc
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.exc import DBAPIError

from data.bulk import CHUNK_ROWS, UnknownColumnError, copy_frame, read_frame
from data.models.core import Post, School
from data.session import unit_of_work
from data.settings import DbRole
from tests.database.viewers import as_owner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

TYPES = {
    "whole2": "smallint", "whole4": "integer", "whole8": "bigint", "real4": "real", "real8": "double precision",
    "flag": "boolean", "words": "text", "bytes": "bytea", "day": "date", "clock": "time", "moment": "timestamptz",
    "facts": "jsonb", "weekdays": "smallint[]", "codes": "text[]", "geom": "geometry(Geometry, 4490)",
    "number": "numeric",
}  # fmt: skip
LAYOUT = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
NOON = dt.datetime(2026, 9, 1, 12, 0, 0, 123456, tzinfo=dt.UTC)
SQUARE = shapely.box(119.5, 31.7, 119.6, 31.8)
WHOLE: dict[str, list[Any]] = {
    "whole2": [-(2**15), 0, 2**15 - 1],
    "whole4": [-(2**31), 0, 2**31 - 1],
    "whole8": [-(2**63), 0, 2**63 - 1],
    "real8": [-1.5, 1e-300, float("inf")],
    "real4": [-1.5, 0.25, 2.0**100],
    "flag": [True, False, True],
    "words": ["护校安园", "", "a\tb\n\\N'\"\\."],
    "bytes": [b"", b"\x00\xff", b"\n"],
    "day": [dt.date(1, 1, 1), dt.date(2026, 2, 28), dt.date(9999, 12, 31)],
    "clock": [dt.time(0, 0), dt.time(7, 30, 15, 999999), dt.time(23, 59)],
    "moment": [NOON, NOON + dt.timedelta(microseconds=1), dt.datetime(1970, 1, 1, tzinfo=dt.UTC)],
    "facts": [{"甲": [1, None, "x"]}, [], "text"],
    "weekdays": [[0, 1, 2], [], [6]],
    "codes": [["一", "二"], [], ["", 'a"b,c{}']],
    "geom": [shapely.Point(119.5, 31.7), shapely.MultiPolygon([SQUARE]), shapely.Point()],
}
"""Values at the edges of each type."""
ABSENT = {"None": None, "NaN": float("nan"), "NaT": pd.NaT, "NA": pd.NA}


@pytest.fixture(scope="module")
def laid_out(shared_database: str) -> str:
    """Give the name of a database with a table `held` of every type."""
    as_owner(f"CREATE TABLE public.held (turn bigint GENERATED ALWAYS AS IDENTITY, {LAYOUT})")
    return shared_database


@pytest.fixture
def table(laid_out: str) -> Iterator[Connection]:
    """Give a connection to that database, with the table empty."""
    as_owner("TRUNCATE public.held")
    with unit_of_work(DbRole.OWNER) as connection:
        yield connection


def objects(values: list[Any]) -> pd.Series:
    return pd.Series(values, dtype=object)


def read_back(connection: Connection, *names: str) -> pd.DataFrame:
    """Read in the order of writing: a row may take the place of one that was rolled back."""
    return read_frame(connection, f"SELECT {', '.join(names)} FROM public.held ORDER BY turn")


def without_missing(values: pd.Series) -> list[Any]:
    return [None if value is None or value is pd.NA or value != value else value for value in values]  # noqa: PLR0124


@pytest.mark.parametrize("name", WHOLE)
def test_values_at_the_edge_of_every_type_come_back_as_they_went_in(table: Connection, name: str) -> None:
    assert copy_frame(table, "public.held", pd.DataFrame({name: objects(WHOLE[name])})) == 3
    assert list(read_back(table, name)[name]) == WHOLE[name]


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("absent", ABSENT)
def test_a_missing_value_of_any_kind_is_null_and_comes_back_missing(
    table: Connection, name: str, absent: str
) -> None:
    some = WHOLE[name][1]
    copy_frame(table, "public.held", pd.DataFrame({name: objects([ABSENT[absent], some])}))
    nulls = table.execute(text(f"SELECT count(*) FROM public.held WHERE {name} IS NULL")).scalar_one()
    assert nulls == 1
    assert without_missing(read_back(table, name)[name]) == [None, some]


@pytest.mark.parametrize("name", WHOLE)
def test_a_column_that_is_all_missing_comes_back_so(table: Connection, name: str) -> None:
    copy_frame(table, "public.held", pd.DataFrame({name: objects([None, None])}))
    assert read_back(table, name)[name].isna().tolist() == [True, True]


@pytest.mark.parametrize(
    ("name", "dtype", "values", "dtype_back"),
    [
        ("whole2", "int8", [1, 2], "int64"),
        ("whole4", "uint16", [1, 65535], "int64"),
        ("whole8", "int64", [1, 2**62], "int64"),
        ("whole8", "Int64", [1, None], "Int64"),
        ("whole4", "float64", [1.0, np.nan], "Int64"),
        ("real8", "float32", [0.5, np.nan], "float64"),
        ("real8", "Float64", [0.5, None], "float64"),
        ("real8", "int64", [1, 2], "float64"),
        ("flag", "bool", [True, False], "bool"),
        ("flag", "boolean", [True, None], "boolean"),
        ("words", "str", ["a", None], "str"),
        ("words", "string", ["a", None], "str"),
        ("words", "category", ["a", "b"], "str"),
        ("moment", "datetime64[ns, Asia/Shanghai]", ["2026-09-01", None], "datetime64[us, UTC]"),
        ("moment", "datetime64[us, UTC]", ["2026-09-01", None], "datetime64[us, UTC]"),
        ("day", "datetime64[ns]", ["2026-09-01", None], "object"),
    ],
)
def test_every_dtype_of_pandas_goes_in_and_one_comes_out(
    table: Connection, name: str, dtype: str, values: list[Any], dtype_back: str
) -> None:
    series = pd.Series(values).astype(dtype)
    copy_frame(table, "public.held", pd.DataFrame({name: series}))
    found = read_back(table, name)[name]
    assert str(found.dtype) == dtype_back
    assert found.isna().tolist() == series.isna().tolist()
    if name == "day":
        assert found[0] == dt.date(2026, 9, 1)
    else:
        assert found.dropna().tolist() == series.dropna().tolist()


def test_moments_come_back_in_utc_whatever_the_zone_they_went_in_with(table: Connection) -> None:
    local = NOON.astimezone(ZoneInfo("Asia/Shanghai"))
    copy_frame(table, "public.held", pd.DataFrame({"moment": objects([local])}))
    found = read_back(table, "moment")["moment"]
    assert (str(found.dt.tz), found[0]) == ("UTC", NOON)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("whole2", 2**15), ("whole2", -(2**15) - 1), ("whole4", 2**31), ("whole8", 2**63), ("whole8", 2**70),
        ("whole4", 1.5), ("whole4", "seven"), ("whole4", np.uint64(2**63)),
        ("real8", "x"), ("real4", 1e300), ("flag", 1), ("flag", "true"),
        ("words", "a\0b"), ("words", "\ud800"), ("bytes", "text"), ("bytes", 5),
        ("day", "2026-01-01"), ("day", NOON), ("day", 7),
        ("clock", "07:00"), ("clock", 420), ("clock", dt.time(7, tzinfo=dt.UTC)), ("clock", NOON),
        ("moment", NOON.replace(tzinfo=None)), ("moment", "2026-01-01"), ("moment", dt.date(2026, 1, 1)),
        ("facts", {1, 2}), ("facts", float("inf")), ("facts", "a\0"),
        ("weekdays", [70000]), ("weekdays", [1.5]), ("weekdays", ["x"]), ("weekdays", 5), ("weekdays", [True]),
        ("codes", "abc"), ("codes", [1]), ("codes", b"abc"),
        ("geom", "POINT(1 2)"), ("geom", 5), ("geom", shapely.set_srid(shapely.Point(5e5, 3.5e6), 4549)),
        ("number", 1.5),
    ],
    ids=lambda value: ascii(value)[:30],
)  # fmt: skip
def test_a_value_that_does_not_fit_fails_and_leaves_nothing(table: Connection, name: str, value: Any) -> None:
    good = WHOLE[name][0] if name in WHOLE else None
    with pytest.raises((ValueError, TypeError, psycopg.DataError)):
        copy_frame(table, "public.held", pd.DataFrame({name: objects([good, value])}))
    table.rollback()
    assert read_back(table, name).empty
    copy_frame(table, "public.held", pd.DataFrame({"words": ["still usable"]}))
    assert len(read_back(table, "words")) == 1


def test_a_frame_in_metres_is_refused_and_not_taken_for_degrees(table: Connection) -> None:
    metres = gpd.GeoDataFrame(geometry=[shapely.Point(5e5, 3.5e6)], crs=4549)
    with pytest.raises(ValueError, match="4490"):
        copy_frame(table, "public.held", metres)


def test_a_shape_of_another_kind_than_the_columns_is_refused(shared_database: str) -> None:
    with unit_of_work(DbRole.LOADER) as connection:
        connection.execute(text("CREATE TEMPORARY TABLE points (LIKE core.post) ON COMMIT DROP"))
        with pytest.raises(psycopg.DataError):
            copy_frame(connection, "points", gpd.GeoDataFrame(geometry=[SQUARE], crs=4490))


def test_shapes_keep_their_numbers_to_the_last_bit_and_the_frame_says_their_system(table: Connection) -> None:
    chance = np.random.default_rng(3)
    shapes = shapely.points(chance.uniform(-180, 180, (500, 2)))
    frame = gpd.GeoDataFrame({"whole4": range(500)}, geometry=shapes, crs=4490)
    copy_frame(table, "public.held", frame)
    found = read_frame(table, "SELECT whole4, geom FROM public.held ORDER BY whole4")
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs == "EPSG:4490"
    assert shapely.equals_exact(found.geom.to_numpy(), shapes).all()
    assert table.execute(text("SELECT DISTINCT ST_SRID(geom) FROM public.held")).scalars().all() == [4490]


def test_an_active_geometry_of_any_name_goes_to_geom(table: Connection) -> None:
    frame = gpd.GeoDataFrame({"place": [shapely.Point(1, 2)]}, geometry="place", crs=4490)
    copy_frame(table, "public.held", frame)
    assert list(read_back(table, "geom").geom) == [shapely.Point(1, 2)]


def test_another_column_of_shapes_can_be_the_active_one(table: Connection) -> None:
    copy_frame(table, "public.held", pd.DataFrame({"geom": objects([SQUARE, None])}))
    query = "SELECT geom, ST_Centroid(geom) AS middle, ST_AsBinary(geom) AS wkb FROM public.held"
    for name in ("geom", "middle", "wkb"):
        found = read_frame(table, query, geometry=name)
        assert found.active_geometry_name == name
        assert found[name].isna().tolist() == [False, True]
    assert read_frame(table, query, geometry="wkb")["wkb"][0].equals(SQUARE)


def test_an_empty_frame_writes_nothing_and_an_empty_answer_has_its_columns_and_dtypes(
    table: Connection,
) -> None:
    empty = pd.DataFrame({name: objects([]) for name in WHOLE})
    assert copy_frame(table, "public.held", empty) == 0
    found = read_back(table, *WHOLE)
    assert list(found.columns) == list(WHOLE)
    assert len(found) == 0
    assert found.crs == "EPSG:4490"
    assert [str(found[name].dtype) for name in ("whole8", "real8", "flag", "words", "moment")] == [
        "int64", "float64", "bool", "str", "datetime64[us, UTC]"
    ]  # fmt: skip


def test_columns_that_a_frame_leaves_out_get_their_defaults(shared_database: str) -> None:
    with unit_of_work(DbRole.OWNER) as connection:
        frame = pd.DataFrame({"kind": ["build"], "created_by": ["cli"]})
        assert copy_frame(connection, "work.job", frame) == 1
        job = read_frame(connection, "SELECT status, args, created_at, started_at FROM work.job")
    assert (job["status"][0], job["args"][0]) == ("queued", {})
    assert job["started_at"].isna().all()
    assert job["created_at"].notna().all()


def test_a_column_that_the_table_has_not_is_named_also_where_the_frame_is_empty(table: Connection) -> None:
    for rows in ([1], []):
        with pytest.raises(UnknownColumnError, match="surprise"):
            copy_frame(table, "public.held", pd.DataFrame({"surprise": rows}))


def test_a_table_can_be_given_as_model_as_table_or_by_name(shared_database: str) -> None:
    row = {
        "code": ["p"], "district_code": ["d"], "source": ["s"], "digest": [b"x"], "name": ["岗"], "recorded_by": [1],
        "valid_from": [dt.date(2026, 9, 1)],
    }  # fmt: skip
    with unit_of_work(DbRole.OWNER) as connection:
        for target in (Post, Post.__table__, "core.post"):
            frame = gpd.GeoDataFrame(row, geometry=[shapely.Point(119.5, 31.7)], crs=4490)
            assert copy_frame(connection, target, frame) == 1
            connection.rollback()


def test_a_constraint_of_the_table_holds_for_copied_rows_too(shared_database: str) -> None:
    with unit_of_work(DbRole.OWNER) as connection:
        with pytest.raises(psycopg.errors.CheckViolation):
            copy_frame(
                connection, "work.job", pd.DataFrame({"kind": ["b"], "created_by": ["x"], "status": ["odd"]})
            )
        connection.rollback()
        assert read_frame(connection, "SELECT id FROM work.job").empty


def test_nothing_is_kept_that_was_not_committed(shared_database: str) -> None:
    frame = pd.DataFrame({"kind": ["build"], "created_by": ["cli"]})
    with unit_of_work(DbRole.OWNER) as connection:
        copy_frame(connection, "work.job", frame)
    with unit_of_work(DbRole.OWNER) as connection:
        assert read_frame(connection, "SELECT id FROM work.job").empty
        copy_frame(connection, "work.job", frame)
        connection.commit()
    with unit_of_work(DbRole.OWNER) as connection:
        assert len(read_frame(connection, "SELECT id FROM work.job")) == 1


# --- large


@pytest.mark.parametrize("streamed", [False, True])
def test_more_rows_than_one_piece_come_back_in_order(table: Connection, streamed: bool) -> None:  # noqa: FBT001
    count = 2 * CHUNK_ROWS + 1
    corners = np.arange(count)
    frame = gpd.GeoDataFrame(
        {"whole4": corners, "words": [f"S{number}" for number in corners], "real8": corners / 7},
        geometry=shapely.box(corners / 1e3, 0, corners / 1e3 + 1, 1),
        crs=4490,
    )
    frame.loc[corners % 100 == 0, "geometry"] = None
    assert copy_frame(table, "public.held", frame) == count
    found = read_frame(
        table, "SELECT whole4, words, real8, geom FROM public.held ORDER BY whole4", streamed=streamed
    )
    assert (found["whole4"] == corners).all()
    assert (found["words"] == frame["words"]).all()
    assert (found["real8"] == frame["real8"]).all()
    assert found.geom.isna().tolist() == frame.geometry.isna().tolist()
    held = frame.geometry.notna().to_numpy()
    assert shapely.equals_exact(found.geom.to_numpy()[held], frame.geometry.to_numpy()[held]).all()


def test_two_streamed_reads_may_follow_each_other_in_one_transaction(table: Connection) -> None:
    copy_frame(table, "public.held", pd.DataFrame({"whole4": [1, 2]}))
    for _ in range(2):
        found = read_frame(table, "SELECT whole4 FROM public.held ORDER BY 1", streamed=True)
        assert found["whole4"].tolist() == [1, 2]


@pytest.mark.parametrize("was_on", [True, False])
def test_the_garbage_collector_is_as_it_was_also_after_a_failure(table: Connection, was_on: bool) -> None:  # noqa: FBT001
    before = gc.isenabled()
    try:
        (gc.enable if was_on else gc.disable)()
        copy_frame(table, "public.held", pd.DataFrame({"whole4": [1]}))
        assert gc.isenabled() is was_on
        with pytest.raises(TypeError):
            copy_frame(table, "public.held", pd.DataFrame({"clock": ["07:00"]}))
        assert gc.isenabled() is was_on
    finally:
        (gc.enable if before else gc.disable)()


# --- statements


def test_statements_may_be_text_or_sqlalchemys_with_values_or_without(table: Connection) -> None:
    copy_frame(table, "public.held", pd.DataFrame({"whole4": [1, 2, 3], "words": ["50%", "b", "c"]}))
    percent = "SELECT whole4 FROM public.held WHERE words LIKE '50%'"
    assert read_frame(table, percent)["whole4"].tolist() == [1]
    assert read_frame(table, text(percent))["whole4"].tolist() == [1]
    given_value = "SELECT whole4 FROM public.held WHERE whole4 > %(least)s AND words <> '50%%'"
    assert read_frame(table, given_value, {"least": 2})["whole4"].tolist() == [3]
    bound = text("SELECT whole4 FROM public.held WHERE whole4 > :least AND words <> '50%'")
    assert read_frame(table, bound, {"least": 2})["whole4"].tolist() == [3]
    several = text("SELECT whole4 FROM public.held WHERE whole4 IN :some").bindparams(
        bindparam("some", expanding=True)
    )
    assert sorted(read_frame(table, several.bindparams(some=[1, 3]))["whole4"]) == [1, 3]


def test_a_select_of_a_models_columns_knows_its_shapes(shared_database: str) -> None:
    with unit_of_work(DbRole.OWNER) as connection:
        found = read_frame(connection, select(School.code, School.geom, func.length(School.name).label("n")))
    assert list(found.columns) == ["code", "geom", "n"]
    assert found.active_geometry_name == "geom"


def test_a_failing_statement_is_the_drivers_error_and_the_connection_can_roll_back(table: Connection) -> None:
    with pytest.raises((psycopg.Error, DBAPIError)):
        read_frame(table, "SELECT nothing FROM public.held")
    table.rollback()
    assert read_back(table, "words").empty


# --- by chance

ROW = st.fixed_dictionaries(
    {
        "whole8": st.none() | st.integers(-(2**63), 2**63 - 1),
        "real8": st.none() | st.floats(allow_nan=False),
        "flag": st.none() | st.booleans(),
        "words": st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        "bytes": st.none() | st.binary(),
        "day": st.none() | st.dates(),
        "clock": st.none() | st.times(),
        "moment": st.none()
        | st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001
        "weekdays": st.none() | st.lists(st.none() | st.integers(0, 6)),
        "codes": st.none() | st.lists(st.none() | st.text("甲a\\\",{}' \n")),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=5))
def test_whatever_a_row_holds_comes_back(table: Connection, rows: list[dict[str, Any]]) -> None:
    frame = pd.DataFrame({name: objects([row[name] for row in rows]) for name in rows[0]})
    copy_frame(table, "public.held", frame)
    found = read_back(table, *frame.columns)
    table.rollback()
    for name in frame:
        assert without_missing(found[name]) == [row[name] for row in rows]
