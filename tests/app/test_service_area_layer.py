"""The map draws how far one chosen post comes in time, and nothing of any post that was not chosen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely
import streamlit as st
from starlette.applications import Starlette
from starlette.requests import Request

from dashboard import queries, routes
from dashboard.view import View
from etl.build import build
from layers.service_areas import SPEC
from tests.app.small_district import SOUTH, WEST, make_district, put

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def built(database: str) -> Iterator[None]:
    """Three schools with a post each by one long road, all built."""
    make_district(schools=3, posts=3, built=False)
    road = shapely.LineString([(WEST - 0.02, SOUTH - 0.0002), (WEST + 0.06, SOUTH - 0.0002)])
    rows = {"code": ["R1"], "class": ["primary"], "oneway": [False]}
    put("road", gpd.GeoDataFrame(rows, geometry=[road], crs="EPSG:4490"))
    build(["all"])
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def answer(**params: str) -> tuple[int, str, dict[str, object]]:
    """Ask the route as a browser would; gives status, caching and body."""
    path = SPEC.address(version="v", **{"post": "", **params})
    where, _, query = path.partition("?")
    scope = {
        "type": "http", "method": "GET", "path": where, "query_string": query.encode(), "headers": [],
        "path_params": {"key": "service_area"}, "app": Starlette(),
    }  # fmt: skip
    got = routes._layer(Request(scope))
    body = json.loads(bytes(got.body)) if got.status_code == 200 else {}
    return got.status_code, got.headers["cache-control"], body


def test_the_chosen_posts_areas_come_the_longest_time_first_and_are_kept_nowhere(built: None) -> None:
    status, caching, body = answer(post="P001")
    assert (status, caching) == (200, "private, no-store")
    assert [feature["properties"]["minutes"] for feature in body["features"]] == [5, 3, 1]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in body["features"]]
    assert shapes[0].area > shapes[1].area > shapes[2].area > 0


def test_no_post_and_none_that_there_is_draw_nothing_and_what_can_be_no_code_is_not_asked_for(
    built: None,
) -> None:
    for post in ("", "nobody", "P001' OR '1'='1", "P001&post=P002", "校门 #1?%00"):
        status, _, body = answer(post=post)
        assert status == 200
        assert body["features"] == []
    assert {answer(post=post)[0] for post in ("\x00", "P\n1", "x" * 500)} == {404}
    assert_the_page_mixes_nothing_by_road_in()


def assert_the_page_mixes_nothing_by_road_in() -> None:
    """Hold figures and gaps of the page to one row a school, although rows by road are there."""
    now = queries.situation()
    assert "service_area" in now.held
    found = queries.coverage(now, View(200, "all", "school_day"))
    assert found["school_id"].is_unique
    assert len(found) == 3
    wanted = queries.Wanted(200, "all", "school_day")
    assert queries.features("coverage_gap", wanted)["school_id"].is_unique
