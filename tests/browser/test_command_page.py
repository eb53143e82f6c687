"""The perimeter mode of the command page, and the page's frame, in a browser that can reach nothing but this server."""

from __future__ import annotations

import pytest

from tests.browser.conftest import WANTS_SCREENSHOTS
from tests.browser.visit import ask

PERIMETER = "/?mode=perimeter"
BASE_LAYERS = {"perimeter", "coverage_gap", "school", "post"}
DESKTOP = {"width": 1320, "height": 830}
PICTURES = {
    "command": {"address": PERIMETER, "screen": DESKTOP},
    "command-school": {"address": PERIMETER + "&ring=500", "screen": DESKTOP, "zoom": True},
    "command-dark-en": {
        "address": PERIMETER + "&lang=en",
        "screen": {**DESKTOP, "theme": "dark"},
        "zoom": True,
    },
    "command-phone": {"address": PERIMETER, "screen": {"width": 390, "height": 844}},
}


def test_the_map_draws_without_any_other_host(visit) -> None:
    seen = visit(PERIMETER)
    counts = {
        key: seen.evaluate(f"document.querySelectorAll('.leaflet-pane path.cm-{key}').length")
        for key in BASE_LAYERS
    }
    assert all(count > 80 for count in counts.values()), counts
    assert any("/tiles/road/" in url for url in seen.requests)
    assert any("/tiles/basemap/" in url for url in seen.requests)


def test_roads_are_painted(visit) -> None:
    seen = visit(PERIMETER)
    seen.page.wait_for_timeout(1500)
    painted = seen.evaluate("""() => [...document.querySelectorAll(".leaflet-cm-road-pane canvas")].some((tile) => {
      const pixels = tile.getContext("2d").getImageData(0, 0, tile.width, tile.height).data;
      return pixels.some((value, at) => at % 4 === 3 && value > 0);
    })""")
    assert painted


@pytest.mark.parametrize(("press", "changed"), [
    ("500 米", {"perimeter", "coverage_gap", "school"}),
    ("下午放学", {"coverage_gap", "school", "post"}),
    ("休息日", {"coverage_gap", "school", "post"}),
])  # fmt: skip
def test_ring_slot_and_day_change_what_is_drawn(visit, press, changed) -> None:
    seen = visit(PERIMETER)
    before, frame = seen.painted(), seen.map
    seen.press(press)
    seen.wait_until(
        lambda: {key for key, drawn in seen.painted().items() if drawn != before[key]} >= changed,
        "the map still draws the same",
    )
    assert seen.map == frame, "the map was loaded anew"


def test_a_town_dims_the_others_and_shortens_the_table(visit) -> None:
    seen = visit(PERIMETER)
    seen.page.locator(".st-key-town_zh input").click()
    seen.page.get_by_role("option").nth(1).click()
    seen.wait_drawn()
    dimmed = "document.querySelectorAll('.leaflet-pane path.cm-school--9').length"
    seen.wait_until(lambda: seen.evaluate(dimmed) > 0, "no school is dimmed")
    assert seen.evaluate(dimmed) < seen.evaluate(
        "document.querySelectorAll('.leaflet-pane path.cm-school').length"
    )


def test_a_school_clicked_on_the_map_is_selected_in_the_table(visit) -> None:
    seen = visit(PERIMETER)
    seen.look_at_town()
    code = seen.click_school()
    assert seen.evaluate("CampusMap.state.selected") == code
    name = seen.page.locator(".campus-card h2").inner_text()
    assert name in seen.selected_row()


def test_a_row_chosen_in_the_table_is_flown_to_and_marked(visit) -> None:
    seen = visit(PERIMETER)
    before = seen.evaluate("CampusMap.state.map.getZoom()")
    code = seen.click_row(2)
    assert seen.evaluate("CampusMap.state.selected") == code
    assert seen.evaluate("CampusMap.state.map.getZoom()") > before
    assert seen.evaluate("document.querySelectorAll('.leaflet-pane path.cm-selected').length") >= 1
    inside = seen.evaluate("""() => { const s = CampusMap.state;
      const found = Object.values(s.layers.school.features).find((m) => m[0]._cmFeature.properties.code === s.selected);
      return s.map.getBounds().contains(found[found.length - 1].getLatLng()); }""")
    assert inside


def test_the_same_school_can_be_clicked_again_after_another_was_chosen(visit) -> None:
    seen = visit(PERIMETER)
    seen.look_at_town()
    first = seen.click_school()
    assert seen.click_row(4) != first
    seen.look_at_town()
    assert seen.click_school() == first


def test_moving_the_map_runs_nothing(visit) -> None:
    seen = visit(PERIMETER)
    # what a frame must say to have the page run; the page's own look at the database goes on meanwhile
    seen.page.evaluate(
        "window.runs = 0; addEventListener('message', ({data}) => {"
        " if (data.type === 'streamlit:setComponentValue') window.runs++; })"
    )
    seen.evaluate("CampusMap.state.map.panBy([180, 60], {animate: false})")
    seen.evaluate("CampusMap.state.map.setZoom(13, {animate: false})")
    seen.page.wait_for_timeout(1500)
    assert seen.page.evaluate("window.runs") == 0
    seen.look_at_town()
    seen.click_school()
    assert seen.page.evaluate("window.runs") > 0


def test_the_legend_switches_layers_here_in_the_browser(visit) -> None:
    seen = visit(PERIMETER)
    seen.evaluate("document.querySelector('.cm-legend input[data-layer=perimeter]').click()")
    assert seen.evaluate("document.querySelectorAll('.leaflet-pane path.cm-perimeter').length") == 0
    seen.evaluate("document.querySelector('.cm-legend input[data-layer=police_area]').click()")
    assert seen.evaluate("document.querySelectorAll('.leaflet-pane path.cm-police_area').length") >= 12


def test_the_language_switches_the_whole_page_and_the_map(visit) -> None:
    seen = visit(PERIMETER)
    assert seen.page.evaluate("document.documentElement.lang") == "zh-CN"
    seen.page.get_by_text("English", exact=True).click()
    seen.wait_drawn()
    assert seen.page.evaluate("document.documentElement.lang") == "en"
    assert seen.page.title() == "Campus Perimeter"
    assert "Legend and layers" in seen.evaluate("document.body.innerText")
    filters = seen.page.locator(".st-key-filters").inner_text()
    assert "Morning in" in filters
    assert seen.page.locator(".st-key-town_en input").input_value() == "All towns"
    assert "早上" not in filters


def test_the_first_answer_is_in_the_language_of_the_address(server) -> None:
    assert b'<html lang="en"' in ask(server, PERIMETER + "&lang=en").body
    assert b'<html lang="zh-CN"' in ask(server, "/").body


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_phone_sees_everything_without_scrolling_sideways(visit, lang) -> None:
    seen = visit(f"{PERIMETER}&lang={lang}", width=390, height=844)
    widths = seen.page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMain] *')].map((e) => e.scrollWidth > e.clientWidth"
        " && getComputedStyle(e).overflowX === 'visible' && e.getBoundingClientRect().right > 391)"
    )
    assert not any(widths)
    assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    box = seen.page.locator(".st-key-map iframe").bounding_box()
    assert box is not None
    assert box["width"] > 340
    assert box["height"] > 400


def test_the_map_follows_a_dark_room(visit) -> None:
    light, dark = visit(PERIMETER), visit(PERIMETER, theme="dark")
    ground = "getComputedStyle(document.querySelector('.leaflet-container')).backgroundColor"
    assert light.evaluate(ground) != dark.evaluate(ground)


def test_training_is_written_on_page_and_map(visit) -> None:
    seen = visit(PERIMETER)
    assert "训练数据·非真实" in seen.page.locator(".campus-notices").inner_text()
    assert "训练数据·非真实" in seen.evaluate("document.querySelector('.cm-watermark').textContent")
    assert "内部资料 注意保管" in seen.page.locator(".campus-notices").inner_text()


def test_scale_north_and_attribution_are_on_the_map(visit) -> None:
    seen = visit(PERIMETER)
    for part in (
        ".leaflet-control-scale",
        ".cm-north",
        ".leaflet-control-attribution",
        ".cm-legend",
        ".leaflet-control-zoom",
    ):
        assert seen.evaluate(f"!!document.querySelector('{part}')"), part
    assert "Leaflet" not in seen.evaluate(
        "document.querySelector('.leaflet-control-attribution').textContent"
    )


@pytest.mark.parametrize(
    "path", ["/", "/layers/school", "/tiles/road/11/1712/815", "/static/nothing", "/layers/x"]
)
def test_every_answer_carries_the_policy(server, path) -> None:
    answer = ask(server, path)
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", [
    "/layers", "/layers/", "/layers/nope", "/layers/road", "/layers/school/more", "/layers/perimeter?ring_m=x",
    "/layers/coverage_gap?ring_m=200&slot=never", "/tiles", "/tiles/school/1/1/1", "/tiles/road/99/1/1",
    "/tiles/road/2/9/9", "/tiles/road/a/b/c", "/assets/", "/assets/0/leaflet/leaflet.js", "/intake", "/intake/999999/rows", "/intake/x/rows", "/intake/1/rejected.xlsx", "/assets/../pyproject.toml",
])  # fmt: skip
def test_what_does_not_exist_is_no_page(server, path) -> None:
    answer = ask(server, path)
    assert answer.status in (400, 404)
    assert b"<html" not in answer.body


def test_an_empty_tile_is_empty(server) -> None:
    assert ask(server, "/tiles/road/12/0/0").status == 204


def test_who_guards_what_is_kept_in_no_cache(server, visit) -> None:
    paths = [url.removeprefix(server) for url in visit(PERIMETER).requests if "/layers/" in url]
    kept = {path.split("/")[2].split("?")[0]: ask(server, path).headers["Cache-Control"] for path in paths}
    assert kept["post"] == kept["coverage_gap"] == "private, no-store"
    assert kept["school"] == kept["perimeter"] == "private, no-store", "a school sees its own alone"
    assert all(value.startswith("private") for value in kept.values())
    alike = [path for path in paths if path.startswith(("/layers/district", "/layers/town"))]
    assert alike
    assert all("max-age" in ask(server, path).headers["Cache-Control"] for path in alike)
    assert ask(server, "/layers/town?v=older").headers["Cache-Control"] == "private, no-store"


@pytest.mark.skipif(not WANTS_SCREENSHOTS, reason="pictures are made when asked for")
@pytest.mark.parametrize(("name", "options"), PICTURES.items())
def test_pictures_for_the_readme(visit, name, options) -> None:
    seen = visit(options["address"], **options["screen"])
    if "zoom" in options:
        seen.look_at_town()
        seen.click_school()
    seen.picture(name)
