"""Hotspots on the page: plain words, doubt where there is doubt, and nothing at all for those who see no events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import streamlit as st
from sqlalchemy import text as sql
from streamlit.testing.v1 import AppTest

from data.messages import LANGS, text
from data.repositories import hotspots
from data.session import unit_of_work, viewer_transaction
from data.settings import DbRole
from etl.build import build
from layers.registry import find_layer
from tests.app.signed_in import sign_in_as
from tests.app.small_district import make_district, place, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TAG = re.compile(r"<[^>]+>")
METHODS = ("Gi*", "PAI", "DBSCAN", "Benjamini", " q ", "p值", "乱点")


def zh(key: str, **params: object) -> str:
    return text(f"hotspots.{key}", "zh", **params)


def script() -> None:
    from dashboard.app_pages.rectification import rectification_page

    rectification_page()


@pytest.fixture
def page(database: str, local_assets: None) -> Iterator[Callable[..., AppTest]]:
    """Open the part; arguments are the address's."""
    st.cache_data.clear()

    def opened(**address: str) -> AppTest:
        app = AppTest.from_function(script, default_timeout=60)
        for name, value in {"rect": "hotspots", **address}.items():
            app.query_params[name] = value
        return app.run()

    yield opened
    st.cache_data.clear()


def put_events(
    near: list[int], *, month: str = "2025-03", category: str = "theft", apart: float = 1e-5
) -> None:
    """Put an event beside each of some schools; every code once in a test."""
    x, y = zip(*(place(number) for number in near), strict=True)
    codes = [f"E{month}{category}{turn}" for turn in range(len(near))]
    shapes = shapely.points([lon - 0.0007 - apart * turn for turn, lon in enumerate(x)], y)
    rows = pd.DataFrame(
        {"code": codes, "category": category, "occurred_at": pd.Timestamp(f"{month}-05 12:00Z")}
    )
    put("incident", gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4490"))


@pytest.fixture
def district(page: Callable[..., AppTest]) -> Callable[..., AppTest]:
    """Four schools; many events beside the first one, few beside the others."""
    make_district(schools=4, posts=0, built=False)
    put_events([0] * 24 + [1, 2])
    put_events([0] * 3, month="2025-06", category="affray")
    put_events([2] * 8, month="2024-01", category="affray")
    build(["hotspots"])
    return page


def html(app: AppTest) -> str:
    return "\n".join(TAG.sub(" ", each.proto.body) for each in app.get("html"))


def rows(statement: str) -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.LOADER) as connection:
        return [tuple(row) for row in connection.execute(sql(statement))]


def hot(period: str, category: str) -> int:
    """Count the significant hexagons in the database."""
    where = f"class = 'hot' AND period = '{period}' AND category = '{category}'"
    return int(rows(f"SELECT count(*) FROM out.hotspot_sum WHERE {where}")[0][0])


@pytest.mark.parametrize("lang", LANGS)
def test_without_events_the_page_says_so(page, lang) -> None:
    make_district(schools=2, posts=0, built=False)
    build(["hotspots"])
    app = page(lang=lang)
    assert not app.exception
    assert [each.value for each in app.info] == [text("hotspots.empty", lang)]


@pytest.mark.parametrize("lang", LANGS)
def test_the_headline_counts_places_in_plain_words_and_methods_stand_behind(district, lang) -> None:
    app = district(lang=lang)
    assert not app.exception
    said = html(app)
    expected = text(
        "hotspots.headline.some", lang, period=text("hotspots.period.year", lang, year=2025),
        category=text("hotspots.category.all", lang), events=29, places=1, hexagons=hot("2025", "all"),
    )  # fmt: skip
    assert expected in said
    assert not [word for word in METHODS if word in said]
    assert text("hotspots.note.sparse", lang) in said
    assert any("Gi*" in each.value for each in app.markdown)


def test_a_place_is_called_by_its_school_and_pressing_it_shows_the_hexagons_months(district) -> None:
    app = district()
    row = next(each for each in app.button if each.key == "hot_place_1")
    assert "训练第1学校" in row.label
    row.click().run()
    assert not app.exception
    said = html(app)
    assert zh("card.about", period=zh("period.year", year=2025), category=zh("category.all")) in said
    assert zh("card.hot") in said
    given = app.query_params["cell"]
    cell = given if isinstance(given, str) else given[0]
    (count,) = rows(
        f"SELECT count FROM out.hotspot_sum WHERE cell_id = '{cell}' AND period = '2025' AND category = 'theft'"
    )
    assert zh("card.kind", category=zh("category.theft"), count=count[0]) in said


def test_period_and_category_change_what_is_said(district) -> None:
    app = district(hot_period="2025-06", hot_category="affray")
    assert zh(
        "headline.some", period=zh("period.month", year=2025, month=6), category=zh("category.affray"),
        events=3, places=1, hexagons=hot("2025-06", "affray"),
    ) in html(app)  # fmt: skip
    again = district(hot_period="2024")
    assert zh("period.year", year=2024) in html(again)
    assert zh("change.no_earlier") in html(again)


def test_few_events_have_no_percentage(district) -> None:
    app = district(hot_period="2025", hot_category="affray")
    said = html(app)
    assert zh("change.counts", before=8, after=3) + zh("change.too_few") in said
    assert "%（九成把握" not in said


def test_rounded_positions_are_said(page) -> None:
    make_district(schools=1, posts=0, built=False)
    put_events([0] * 40, apart=0.0)
    build(["hotspots"])
    app = page()
    assert not app.exception
    assert "取整" in html(app)


@pytest.mark.parametrize(
    ("role", "sees"),
    [("commander", True), ("committee", True), ("bureau", False), ("school", False), ("unit", False)],
)
def test_only_those_who_decide_see_anything_of_it(district, monkeypatch, role: str, sees: bool) -> None:  # noqa: FBT001 -- a case
    token = sign_in_as(monkeypatch, role)
    app = district()
    assert not app.exception
    said = html(app) + " ".join(str(each.value) for each in app.info)
    assert (zh("places.title") in said) is sees
    assert (find_layer("hotspot", role, tiles=False) is not None) is sees
    with viewer_transaction(token) as connection:
        reads: list[Any] = [
            hotspots.read_grids(connection), hotspots.read_drawn(connection),
            hotspots.read_periods(connection, "999901", 4551),
        ]  # fmt: skip
    assert [len(each) > 0 for each in reads[:2]] == [sees, sees]


def test_the_layers_geometry_is_never_kept_and_never_given_to_schools(district) -> None:
    spec = find_layer("hotspot", "commander", tiles=False)
    assert spec is not None
    assert spec.is_sensitive
    assert spec.columns == ()
