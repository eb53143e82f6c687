"""Hotspots in the browser: period and way of showing change what is drawn, a hexagon opens its card, a place is gone to."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tests.browser.conftest import WANTS_SCREENSHOTS
from tests.browser.visit import WAIT_MS, ask

PAGE = "/rectification?rect=hotspots"
DRAWN = """() => {
  const state = window.CampusMap && CampusMap.state, entry = state && state.settled && state.layers.hotspot;
  return !!entry && !!entry.group && !!state.painted.hotspot && entry.order === state.painted.hotspot.order;
}"""
CODES = "CampusMap.state.painted.hotspot.codes"
DRAWN_HOT = "document.querySelectorAll('.leaflet-pane path.cm-hotspot--h').length"
VISIBLE = "[...document.querySelectorAll('.cm-legend-layer--hotspot .cm-legend-line')].filter((row) => !row.hidden).map((row) => row.dataset.code)"
HEXAGON_IN_VIEW = """() => {
  const s = CampusMap.state, cells = s.layers.hotspot.features;
  for (const id in cells) {
    const path = cells[id][0]._path, box = path && path.getBoundingClientRect();
    if (!box || box.width < 20 || id === s.cell || !path.classList.contains("cm-hotspot--h")) continue;
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (x > 70 && y > 60 && y < 430 && document.elementFromPoint(x, y) === path) return [id, x, y];
  }
  return null;
}"""
LARGEST_LAYER = 120_000
DESKTOP = {"width": 1320, "height": 830}
PICTURES = {
    "hotspots": {"screen": DESKTOP},
    "hotspots-dark-en": {"address": "&lang=en&hot_show=counts", "screen": {**DESKTOP, "theme": "dark"}},
    "hotspots-phone": {"screen": {"width": 390, "height": 844}},
}


def wait(seen: Any) -> None:
    seen.wait_idle()
    seen.map.wait_for_function(DRAWN, timeout=WAIT_MS)


def opened(visit: Any, address: str = "", **screen: Any) -> Any:
    seen = visit(PAGE + address, has_map=False, **screen)
    wait(seen)
    return seen


def test_significant_hexagons_are_hatched_and_the_legend_says_so(visit) -> None:
    seen = opened(visit)
    assert seen.evaluate(DRAWN_HOT) == seen.evaluate(CODES).count("h") > 50
    assert seen.evaluate(VISIBLE) == ["h", "e"]
    fill = seen.evaluate("getComputedStyle(document.querySelector('.leaflet-pane path.cm-hotspot--h')).fill")
    assert "cm-hot" in fill


def test_another_way_of_showing_and_another_period_redraw_without_fetching_again(visit) -> None:
    seen = opened(visit)
    frame, before = seen.map, seen.evaluate(CODES)
    for words, lines in (
        ("起数", ["1", "2", "3", "4"]),
        ("密度", ["5", "6", "7", "8"]),
        ("多发区域", ["h", "e"]),
    ):
        seen.page.locator(".st-key-filters button", has_text=words).first.click()
        wait(seen)
        seen.wait_until(
            lambda lines=lines: seen.evaluate(VISIBLE) == lines, f"the legend does not follow {words}"
        )
        assert set(seen.evaluate(CODES)) <= {*lines, "-"}
    assert seen.evaluate(CODES) == before
    headline = seen.page.locator(".campus-headline").inner_text()
    seen.page.locator(".st-key-hot_period_zh input").click()
    seen.page.get_by_role("option", name="2026年9月").click()
    wait(seen)
    seen.wait_until(lambda: seen.evaluate(CODES) != before, "the map still draws the year")
    assert "2026年9月" in seen.page.locator(".campus-headline").inner_text() != headline
    assert seen.map == frame, "the map was loaded anew"
    assert len([url for url in seen.requests if "/layers/hotspot" in url]) == 1


def test_a_listed_place_is_gone_to_and_a_hexagon_on_the_map_opens_its_card(visit) -> None:
    seen = opened(visit)
    seen.page.locator(".st-key-hot_places button").first.click()
    card = seen.page.locator(".campus-hexagon")
    card.wait_for(timeout=WAIT_MS)
    wait(seen)
    first = card.get_attribute("data-cell")
    seen.wait_until(lambda: seen.evaluate(HEXAGON_IN_VIEW) is not None, "the map did not go there")
    assert seen.evaluate("CampusMap.state.cell") == first
    cell, x, y = seen.evaluate(HEXAGON_IN_VIEW)
    box = seen.page.locator(".st-key-map iframe").bounding_box()
    seen.page.mouse.click(box["x"] + x, box["y"] + y)
    wait(seen)
    seen.wait_until(lambda: card.get_attribute("data-cell") == cell, "the card does not follow the click")
    assert f"cell={cell}" in seen.page.url


def test_the_layer_is_small_and_no_cache_keeps_it(visit, server) -> None:
    seen = opened(visit)
    (url,) = {one for one in seen.requests if "/layers/hotspot" in one}
    answer = ask(server, url.removeprefix(server))
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(gzip.compress(answer.body)) < LARGEST_LAYER


@pytest.mark.skipif(not WANTS_SCREENSHOTS, reason="pictures are taken when asked for")
@pytest.mark.parametrize("name", PICTURES)
def test_pictures(visit, name) -> None:
    picture = PICTURES[name]
    seen = opened(visit, picture.get("address", ""), **picture["screen"])
    seen.page.locator(".st-key-hot_places button").first.click()
    wait(seen)
    seen.page.wait_for_timeout(1500)
    seen.picture(name)
