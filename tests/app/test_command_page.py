"""The perimeter mode of the command page says what is so, also where nothing is, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dashboard.texts import NOTHING
from data import cluster
from data.messages import LANGS, text
from data.session import dispose_engines
from etl.build import build
from tests.app.small_district import make_district, mark_training, put_bare_schools, put_posts, put_schools

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest


def html_of(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html")]


def table(app: AppTest):
    return app.dataframe[0].value


@pytest.mark.parametrize("lang", LANGS)
def test_an_empty_database_gets_a_sentence(page, lang) -> None:
    app = page(lang=lang, mode="perimeter")
    assert not app.exception
    assert [info.value for info in app.info] == [text("pages.empty.no_schools", lang)]


@pytest.mark.parametrize("lang", LANGS)
def test_schools_without_a_build_are_listed_and_the_page_says_what_is_missing(page, lang) -> None:
    make_district(schools=3, posts=0, built=False)
    app = page(lang=lang, mode="perimeter")
    assert not app.exception
    assert text("pages.empty.no_build", lang) in [info.value for info in app.info]
    assert len(table(app)) == 3


@pytest.mark.parametrize("lang", LANGS)
def test_schools_without_posts_have_no_nearest_post_rather_than_zero(page, lang) -> None:
    make_district(schools=3, posts=0)
    app = page(lang=lang, mode="perimeter")
    assert not app.exception
    assert text("pages.empty.no_posts", lang) in [info.value for info in app.info]
    assert table(app)["nearest_post_m"].isna().all()


@pytest.mark.parametrize("lang", LANGS)
def test_one_school(page, lang) -> None:
    make_district(schools=1, posts=1)
    app = page(lang=lang, mode="perimeter")
    assert not app.exception
    assert table(app)["post_count"].tolist() == [1]


@pytest.mark.parametrize("lang", LANGS)
def test_many_schools_lead_with_a_sentence_of_numbers(page, lang) -> None:
    make_district(schools=30, posts=10)
    app = page(lang=lang, mode="perimeter")
    assert not app.exception
    headline = next(body for body in html_of(app) if "campus-headline" in body)
    assert "<strong>30</strong>" in headline
    assert "<strong>25</strong>" in headline  # ten posts, every second one on duty in the morning
    assert table(app)["nearest_post_m"].is_monotonic_decreasing


def test_the_slot_changes_who_counts(page) -> None:
    make_district(schools=10, posts=10)
    assert (table(page(slot="morning_in", mode="perimeter"))["post_count"] == 0).sum() == 5
    assert (table(page(slot="all", mode="perimeter"))["post_count"] == 0).sum() == 0


def test_a_button_changes_ring_and_address(page) -> None:
    make_district(schools=4, posts=2)
    app = page(mode="perimeter")
    before = table(app)["gap_ha"].sum()
    next(group for group in app.get("button_group") if group.key == "ring_zh").set_value("500").run()
    assert table(app)["gap_ha"].sum() > before
    assert app.query_params["ring"] == "500"


def test_an_address_with_nonsense_opens_the_default_view(page) -> None:
    make_district(schools=2, posts=1)
    app = page(ring="7", slot="<b>", kind="never", town="x", lang="de", mode="perimeter")
    assert not app.exception
    assert app.session_state["ring"] == "200"


def test_choosing_a_school_shows_its_card(page) -> None:
    make_district(schools=3, posts=1)
    app = page(mode="perimeter")
    app.selectbox(key="search").set_value("S001").run()
    card = next(body for body in html_of(app) if "campus-card" in body)
    assert 'data-school="S001"' in card
    assert text("pages.card.estimated", "zh") in card
    assert app.session_state["selected_school"] == "S001"


def test_the_rings_that_are_built_are_the_rings_to_choose(page) -> None:
    make_district(schools=2, posts=1)
    app = page(mode="perimeter")
    rings = next(group for group in app.get("button_group") if group.key == "ring_zh")
    assert list(rings.options) == ["50 米", "200 米", "500 米"]


@pytest.mark.parametrize("lang", LANGS)
def test_training_data_are_called_so(page, lang) -> None:
    make_district(schools=1, posts=1)
    mark_training()
    assert any(text("pages.training", lang) in body for body in html_of(page(lang=lang)))


def test_real_data_are_not_called_training(page) -> None:
    make_district(schools=1, posts=1)
    assert not any(text("pages.training", "zh") in body for body in html_of(page()))


def test_names_from_files_are_escaped(page) -> None:
    evil = "<img src=x onerror=alert(1)>{}"
    put_schools(2, name=evil)
    put_posts(1, name=evil)
    app = page(mode="perimeter")
    app.selectbox(key="search").set_value("S000").run()
    assert not any("<img" in body for body in html_of(app))


@pytest.mark.parametrize("lang", LANGS)
def test_schools_without_a_name_are_told_apart_in_the_language_of_the_page(page, lang) -> None:
    put_bare_schools(2)
    build(["all"])
    unnamed = text("pages.unnamed", lang)
    app = page(lang=lang, mode="perimeter")
    assert sorted(table(app)["name"]) == [f"{unnamed} · S000", f"{unnamed} · S001"]
    app.selectbox(key="search").set_value("S001").run()
    card = next(body for body in html_of(app) if "campus-card" in body)
    assert f"<h2>{unnamed} · S001</h2>" in card
    assert "nan" not in card


def test_what_is_not_known_of_any_school_is_neither_asked_nor_listed(page) -> None:
    put_bare_schools(2)
    build(["all"])
    app = page(slot="morning_in", kind="rest_day", mode="perimeter")
    assert not app.exception
    assert {group.key for group in app.get("button_group")} == {"lang", "mode_zh", "ring_zh", "short_list"}
    assert [box.key for box in app.selectbox] == ["search"]
    assert list(table(app).columns) == ["name", "nearest_post_m", "post_count", "covered_share", "gap_ha"]


@pytest.mark.parametrize("lang", LANGS)
def test_without_any_post_no_distance_is_named(page, lang) -> None:
    put_bare_schools(1)
    build(["all"])
    headline = next(body for body in html_of(page(lang=lang, mode="perimeter")) if "campus-headline" in body)
    assert "<strong>1</strong>" in headline
    assert NOTHING not in headline


@pytest.mark.parametrize("lang", LANGS)
def test_a_database_that_is_away_gets_a_sentence_and_comes_back(page, home, lang) -> None:
    make_district(schools=1, posts=1)
    dispose_engines()
    cluster.stop(home)
    try:
        app = page(lang=lang, mode="perimeter")
        assert not app.exception
        assert [warning.value for warning in app.warning] == [text("server.down", lang)]
    finally:
        cluster.ensure_running(home)
    app.run()
    assert not app.warning
    assert len(table(app)) == 1
