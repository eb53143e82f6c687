"""Zones of a campaign travel as rounded rings, with holes, in order; corners as they were clicked."""

from __future__ import annotations

import json
from pathlib import Path

import shapely

import layers
from layers.campaign_areas import DRAWN, PROPOSED, SNAPPED, Area, area_paint

STYLES = (Path(layers.__file__).parent / "browser" / "campus_map.css").read_text(encoding="utf-8")


def test_each_part_of_a_shape_is_an_area_with_its_holes() -> None:
    ring = shapely.box(0, 0, 1, 1).difference(shapely.box(0.25, 0.25, 0.75, 0.75))
    both = shapely.MultiPolygon([ring, shapely.box(2, 2, 3, 3)])
    state = area_paint([Area(PROPOSED, both), Area(DRAWN, shapely.box(5, 5, 6, 6))])
    assert [(each["kind"], len(each["rings"])) for each in state["areas"]] == [("p", 2), ("p", 1), ("d", 1)]
    again = [shapely.Polygon(each["rings"][0], each["rings"][1:]) for each in state["areas"]]
    assert shapely.union_all(again[:2]).equals(both)
    assert json.loads(json.dumps(state)) == state


def test_corners_and_clicks_are_there_only_while_drawing() -> None:
    assert (area_paint([])["corners"], area_paint([])["picks"]) == ([], False)
    state = area_paint([], [(119.12345678, 31.7)], picks=True)
    assert (state["corners"], state["picks"], state["asks"]) == ([[119.123457, 31.7]], True, "place")


def test_an_empty_shape_draws_nothing_and_every_kind_has_a_look() -> None:
    assert area_paint([Area(SNAPPED, shapely.Polygon())])["areas"] == []
    assert ".cm-area " in STYLES
    assert all(f".cm-area--{kind}" in STYLES for kind in (DRAWN, SNAPPED))
