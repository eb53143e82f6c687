"""Guard and response in a browser: what is chosen is drawn, map and table lead to each other, a reload keeps it."""

from __future__ import annotations

import pytest

from tests.browser.conftest import WANTS_SCREENSHOTS
from tests.browser.days import next_day
from tests.browser.visit import WAIT_MS

MORNING = f"/?day={next_day(2)}&slot=morning_in"
GATES = "[...document.querySelectorAll('.leaflet-pane path.cm-gate')]"
DESKTOP = {"width": 1440, "height": 900}
PICTURES = {
    "command-guard": {"address": MORNING, "screen": DESKTOP},
    "command-gate": {"address": MORNING, "screen": DESKTOP, "row": 0},
    "command-response-dark-en": {"address": MORNING + "&mode=response&lang=en", "screen": {**DESKTOP, "theme": "dark"}},
    "command-sunday": {"address": f"/?day={next_day(6)}", "screen": DESKTOP},
    "command-make-up": {"address": f"/?day={next_day(5)}", "screen": DESKTOP},
    "command-guard-phone": {"address": MORNING, "screen": {"width": 390, "height": 844}},
}  # fmt: skip


def codes(seen) -> set[str]:
    """The codes with which gates are drawn."""
    classes = seen.evaluate(f"{GATES}.map((path) => path.getAttribute('class'))")
    return {
        word.removeprefix("cm-gate--")
        for each in classes
        for word in each.split()
        if word.startswith("cm-gate--")
    }


def legend(seen) -> set[str]:
    """What the legend explains now."""
    return set(seen.evaluate(
        "[...document.querySelectorAll('.cm-legend-layer:not([hidden]) .cm-legend-line:not([hidden])')]"
        ".filter((line) => line.closest('.cm-legend-layer--gate')).map((line) => line.dataset.code)"
    ))  # fmt: skip


def wait_for_other_gates(seen, before: str) -> None:
    """Wait until the map draws gates otherwise than before; a page that never does fails."""
    seen.wait_until(lambda: seen.painted()["gate"] != before, "the map still draws the same gates")


def click_gate(seen) -> str:
    """Click a gate on the map that nothing covers; give its id."""
    number, x, y = seen.evaluate("""() => {
      const s = CampusMap.state, gates = s.layers.gate.features;
      for (const id in gates) {
        const point = s.map.latLngToContainerPoint(gates[id][0].getLatLng());
        const hit = document.elementFromPoint(point.x, point.y);
        if (point.y > 60 && point.y < 430 && hit === gates[id][0]._path) return [id, point.x, point.y];
      }
      return null;
    }""")
    seen.page.locator(".st-key-map iframe").click(position={"x": x, "y": y})
    seen.page.wait_for_selector(f'.campus-card[data-gate="{number}"]')
    seen.wait_drawn()
    return str(number)


def test_the_page_is_about_gates_and_draws_them_from_afar(visit) -> None:
    seen = visit(MORNING)
    assert seen.evaluate(f"{GATES}.length") > 80
    assert {"c", "u"} <= codes(seen)
    assert codes(seen) <= legend(seen)
    assert seen.evaluate("document.querySelectorAll('.leaflet-pane path.cm-coverage_gap').length") == 0
    assert "门·分钟" in seen.page.locator(".campus-headline").inner_text()


@pytest.mark.parametrize("press", ["响应", "仅民警", "下午放学"])
def test_mode_force_and_slot_change_what_is_drawn_in_the_same_map(visit, press) -> None:
    seen = visit(MORNING)
    before, said, frame = seen.painted()["gate"], seen.page.locator(".campus-headline").inner_text(), seen.map
    seen.press(press)
    wait_for_other_gates(seen, before)
    assert seen.page.locator(".campus-headline").inner_text() != said
    assert seen.map == frame, "the map was loaded anew"


def test_the_perimeter_is_still_there_and_the_way_back_too(visit) -> None:
    seen = visit(MORNING)
    before = seen.painted()
    seen.press("周边")
    wait_for_other_gates(seen, before["gate"])
    assert seen.painted()["coverage_gap"] != before["coverage_gap"]
    assert "c" not in legend(seen)
    there = seen.painted()["gate"]
    seen.press("排岗")
    wait_for_other_gates(seen, there)
    seen.wait_until(lambda: seen.painted()["gate"] == before["gate"], "the gates are not those of before")


def test_a_reason_dims_the_other_gates(visit) -> None:
    seen = visit(MORNING)
    before = seen.painted()["gate"]
    seen.page.locator(".st-key-guard_reason_zh input").click()
    seen.page.get_by_role("option").nth(1).click()
    seen.wait_drawn()
    wait_for_other_gates(seen, before)
    dimmed = seen.evaluate("document.querySelectorAll('.leaflet-pane path.cm-gate--9').length")
    assert 0 < dimmed < seen.evaluate(f"{GATES}.length")


def test_a_row_is_flown_to_and_its_gate_marked_and_a_reload_keeps_it(visit) -> None:
    seen = visit(MORNING)
    before = seen.evaluate("CampusMap.state.map.getZoom()")
    seen.click_row(2)
    gate = seen.page.locator(".campus-card").get_attribute("data-gate")
    assert seen.evaluate("CampusMap.state.gate") == gate
    assert seen.evaluate("CampusMap.state.map.getZoom()") > before
    assert seen.evaluate(
        "() => { const s = CampusMap.state; return s.map.getBounds().contains(s.layers.gate.features[s.gate][0].getLatLng()); }"
    )
    assert f"gate={gate}" in seen.page.url
    seen.page.reload()
    seen.wait_drawn()
    assert seen.page.locator(".campus-card").get_attribute("data-gate") == gate
    assert seen.evaluate("CampusMap.state.gate") == gate


def test_a_gate_clicked_on_the_map_shows_its_day_and_is_selected_in_the_table(visit) -> None:
    seen = visit(MORNING)
    seen.look_at_town()
    gate = click_gate(seen)
    assert seen.evaluate("CampusMap.state.gate") == gate
    card = seen.page.locator(".campus-card")
    assert card.locator(".campus-window").count() >= 1
    assert card.locator(".campus-words li").count() == card.locator(".campus-window").count()
    assert card.locator(".campus-day").count() == 7
    assert card.locator("h2").inner_text() in seen.selected_row()


def test_a_post_clicked_in_response_mode_asks_for_what_it_reaches(visit) -> None:
    seen = visit(MORNING + "&mode=response")
    seen.look_at_town()
    code, x, y = seen.evaluate("""() => {
      const s = CampusMap.state, posts = s.layers.post.features;
      for (const id in posts) {
        const point = s.map.latLngToContainerPoint(posts[id][0].getLatLng());
        const hit = document.elementFromPoint(point.x, point.y);
        if (point.y > 60 && point.y < 430 && hit === posts[id][0]._path) {
          return [posts[id][0]._cmFeature.properties.code, point.x, point.y];
        }
      }
      return null;
    }""")
    seen.page.locator(".st-key-map iframe").click(position={"x": x, "y": y})
    asked = f"CampusMap.state.layers.service_area.url.endsWith('&post={code}')"
    seen.map.wait_for_function(asked, timeout=WAIT_MS)
    seen.wait_drawn()


def test_a_sunday_says_that_there_is_no_school_and_paints_no_gate(visit) -> None:
    seen = visit(f"/?day={next_day(6)}")
    assert "当日无上学安排" in seen.page.locator(".campus-headline").inner_text()
    assert codes(seen) <= {"x", "9"}


def test_a_make_up_saturday_says_which_weekday_runs(visit) -> None:
    seen = visit(f"/?day={next_day(5)}&slot=morning_in")
    assert "调休，按周五课表" in seen.page.locator(".campus-headline").inner_text()
    assert "u" in codes(seen)


def test_a_phone_sees_gate_and_sums_without_scrolling_sideways(visit) -> None:
    seen = visit(MORNING, width=390, height=844, theme="dark")
    assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    chosen = seen.page.locator(".st-key-gate_short_list button").first
    chosen.click()
    seen.page.wait_for_selector(".campus-card[data-gate]")
    seen.page.locator(".st-key-totals summary").click()
    seen.page.wait_for_selector(".st-key-totals [data-testid='stDataFrame']")
    seen.wait_idle()
    assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    wide = seen.page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMain] *')].filter((e) => e.scrollWidth > e.clientWidth"
        " && getComputedStyle(e).overflowX === 'visible' && e.getBoundingClientRect().right > 391)"
        ".map((e) => e.className)"
    )
    assert wide == []


@pytest.mark.skipif(not WANTS_SCREENSHOTS, reason="pictures are made when asked for")
@pytest.mark.parametrize(("name", "options"), PICTURES.items())
def test_pictures_of_the_ledger(visit, name, options) -> None:
    seen = visit(options["address"], **options["screen"])
    if "row" in options:
        seen.click_row(options["row"])
    seen.picture(name)
