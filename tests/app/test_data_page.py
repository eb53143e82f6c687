"""The page of data says who may use it, refuses what no page may write down, and survives a database that is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import streamlit as st
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest

from dashboard import intake
from data import cluster
from data.messages import LANGS, text
from data.session import dispose_engines, unit_of_work
from data.settings import DbRole
from tests.app.signed_in import look_as
from tests.app.small_district import make_district
from tests.database.viewers import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def script() -> None:
    from dashboard.app_pages.data import data_page

    data_page()


@pytest.fixture
def data(database: str, local_assets: None) -> Iterator[Callable[..., AppTest]]:
    """Open the page; arguments are the address's."""
    st.cache_data.clear()

    def opened(**address: str) -> AppTest:
        app = AppTest.from_function(script, default_timeout=60)
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    yield opened
    st.cache_data.clear()


def rows(statement: str) -> int:
    with unit_of_work(DbRole.OWNER) as connection:
        return int(connection.execute(sql(statement)).scalar_one())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("part", ["load", "history", "sources", "trace", "correct"])
def test_every_part_of_an_empty_database_says_so(data, lang, part) -> None:
    app = data(lang=lang, part=part)
    assert not app.exception
    said = [each.value for each in (*app.info, *app.caption)]
    wanted = {
        "history": "history.none",
        "sources": "sources.none",
        "trace": "trace.help",
        "correct": "correct.help",
    }
    assert part == "load" or text(f"intake_page.{wanted[part]}", lang) in said


@pytest.mark.parametrize("role", ["commander", "committee", "bureau", "school", "unit", "auditor", "admin"])
def test_who_is_no_steward_gets_a_sentence_and_nothing_else(data, monkeypatch, role) -> None:
    token = sign_in(sees_all=True, role=role)
    look_as(monkeypatch, token)
    app = data()
    assert [each.value for each in app.info] == [text("intake_page.stewards_only", "zh")]
    assert not app.selectbox
    assert not app.button


def test_a_steward_gets_the_whole_page(data, monkeypatch) -> None:
    token = sign_in(sees_all=True, role="steward")
    look_as(monkeypatch, token)
    app = data()
    assert not app.exception
    assert {box.key for box in app.selectbox} == {"intake_source", "intake_kind"}


def test_a_number_of_somebody_is_no_correction_and_is_written_nowhere(data) -> None:
    make_district(schools=2, posts=1, built=False)
    app = data(part="correct")
    app.text_input(key="correct_code").set_value("S001").run()
    app.text_input(key="correct_value_school_S001_name").set_value("值班 13812345678").run()
    assert [each.value for each in app.error] == [text("intake_page.lacks.personal", "zh")]
    assert "correct_save" not in [each.key for each in app.button]
    assert rows("SELECT count(*) FROM work.override") == rows("SELECT count(*) FROM work.job") == 0


def test_a_correction_is_written_in_the_viewers_name_with_a_job_that_applies_it(data) -> None:
    make_district(schools=2, posts=1, built=False)
    app = data(part="correct")
    app.text_input(key="correct_code").set_value("S001").run()
    app.text_input(key="correct_value_school_S001_name").set_value("新校名").run()
    app.button(key="correct_save").click().run()
    assert not app.exception
    assert rows("SELECT count(*) FROM work.override WHERE value = '\"新校名\"' AND set_by = 0") == 1
    assert rows("SELECT count(*) FROM work.job WHERE kind = 'override' AND created_by = '0'") == 1
    number = rows("SELECT max(id) FROM work.override")
    app.button(key=f"take_back_{number}").click().run()
    assert rows("SELECT count(*) FROM work.override WHERE revoked_at IS NULL") == 0


def test_an_undo_is_asked_for_once_and_only_after_the_tick(data) -> None:
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(
            sql(
                "INSERT INTO raw.source (name, kind, mode, definition) VALUES ('s', 'school', 'snapshot', '{}')"
            )
        )
        connection.execute(
            sql(
                "INSERT INTO raw.batch (source, kind, file_sha256, valid_from, counts) VALUES ('s', 'school', 'x', now(), '{\"read\": 1}')"
            )
        )
        connection.commit()
    app = data(part="history")
    assert app.button(key="undo_do").disabled
    app.selectbox(key="undo_batch").select_index(0).run()
    assert app.button(key="undo_do").disabled
    app.checkbox(key="undo_sure").check().run()
    app.button(key="undo_do").click().run()
    assert rows("SELECT count(*) FROM work.job WHERE kind = 'undo'") == 1


@pytest.mark.parametrize("lang", LANGS)
def test_a_database_that_is_away_gets_a_sentence_and_comes_back(data, home, lang) -> None:
    dispose_engines()
    cluster.stop(home)
    try:
        app = data(lang=lang)
        assert not app.exception
        assert [warning.value for warning in app.warning] == [text("server.down", lang)]
    finally:
        cluster.ensure_running(home)
    app.run()
    assert not app.warning


# --- what a steward decides, turned into a description

DRAFT = {
    "kind": "school", "header_row": 2,
    "columns": {"name": "校名", "stage": {"from": "学段", "map": {"小学": "primary"}}, "pupils": {"value": "1"}},
    "geometry": {"text": "位置", "order": "lonlat"},
}  # fmt: skip


def test_a_column_that_is_changed_keeps_its_value_map_and_one_that_is_cleared_goes() -> None:
    chosen = {"name": None, "stage": "类别", "staff": "教工", "pupils": None}
    columns = intake.with_columns(DRAFT, chosen)["columns"]
    assert columns == {
        "stage": {"from": "类别", "map": {"小学": "primary"}},
        "staff": "教工",
        "pupils": {"value": "1"},
    }
    assert DRAFT["columns"]["name"] == "校名"


def test_a_place_is_written_one_way_or_not_at_all() -> None:
    both = {"lon": "经度", "lat": "纬度"}
    assert intake.with_place(DRAFT, "lonlat", both)["geometry"] == both
    assert "geometry" not in intake.with_place(DRAFT, "lonlat", {"lon": "经度", "lat": None})
    assert intake.with_place(DRAFT, "text", {"text": "坐标"})["geometry"] == {
        "text": "坐标",
        "order": "lonlat",
    }


@pytest.mark.parametrize(("definition", "suffix", "lacks"), [
    (DRAFT, ".xlsx", ["crs", "name"]),
    ({**DRAFT, "crs": "gcj02", "name": "a"}, ".xlsx", []),
    ({"kind": "school", "columns": {}, "name": "a b"}, ".csv", ["name", "geometry", "name"]),
    ({"kind": "school", "columns": {"name": "x"}, "name": "a"}, ".gpkg", ["crs"]),
    ({"kind": "bell_slot", "columns": {"school_code": "x", "direction": "y", "start": "z"}, "name": "a"}, ".xlsx", []),
    ({"kind": "hazard", "columns": {"category": "x", "school_code": "y"}, "name": "a"}, ".xlsx", []),
    ({"kind": "duty", "columns": {}, "grid": {}, "name": "a"}, ".xlsx", []),
])  # fmt: skip
def test_what_is_missing_is_named(definition, suffix, lacks) -> None:
    assert intake.lacking(definition, suffix=suffix) == lacks


@pytest.mark.parametrize("place", ["name", "columns", "map", "geometry"])
def test_a_number_of_somebody_anywhere_in_a_description_is_seen(place) -> None:
    number = "13812345678"
    holding = {
        "name": {"name": number}, "columns": {"columns": {"name": number}}, "geometry": {"geometry": {"text": number}},
        "map": {"columns": {"stage": {"from": "x", "map": {number: "primary"}}}},
    }  # fmt: skip
    assert intake.holds_personal_words({**DRAFT, **holding[place]})
    assert not intake.holds_personal_words(DRAFT)


def test_every_kind_that_a_page_takes_in_is_named_and_so_are_its_columns() -> None:
    from dashboard.intake_words import column_name, kind_name

    for kind in intake.KINDS:
        for lang in LANGS:
            assert kind_name(kind, lang) != kind or lang == "en"
            assert all(
                text(f"intake_page.column.{each.name}", lang) for each in intake.facts_of(kind).targets
            )
            assert column_name("lon", lang)
    assert "key_person" not in intake.KINDS


@pytest.mark.parametrize(("result", "asked"), [
    ({"key": "intake.needs_force"}, ["force"]),
    ({"key": "forensics.looks_like"}, ["accept_datum"]),
    ({"report": {"datum": {"declared": "cgcs2000", "looks_like": "mixed"}}}, ["accept_datum"]),
    ({"report": {"datum": {"declared": "cgcs2000", "looks_like": "cgcs2000"}}}, []),
    ({"report": {"datum": None}}, []), ({"key": "intake.missing_column"}, []), ({}, []),
])  # fmt: skip
def test_only_what_a_steward_may_overrule_is_asked(result, asked) -> None:
    from dashboard.components.intake_outcome import asks
    from data.repositories.jobs import JobState

    assert asks(JobState(1, "load", "failed", result)) == asked
