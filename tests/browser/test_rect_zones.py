"""Ranked zones in the browser: list and map say the same, weights rank anew live, and what is saved others see."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.browser.conftest import WANTS_SCREENSHOTS
from tests.browser.visit import WAIT_MS

PAGE = "/rectification"
DRAWN = """() => {
  const state = window.CampusMap && CampusMap.state, entry = state && state.settled && state.layers.focus_zone;
  return !!entry && !!entry.group && !!state.painted.focus_zone && entry.url === state.painted.focus_zone.url;
}"""
PLACES = "[...document.querySelectorAll('.cm-label--place')].map((each) => each.textContent).filter(Boolean)"
DRAWN_AS = "document.querySelectorAll('.leaflet-pane path.cm-focus_zone"
FIRST = "document.querySelectorAll('.leaflet-pane path.cm-focus_zone--f').length"
LABEL_OF = "(id) => { const s = CampusMap.state, e = s.layers.focus_zone; return s.words.focus_zone[e.ids.indexOf(id)]; }"
IS_SEEN = "(id) => CampusMap.state.map.getBounds().contains(CampusMap.state.layers.focus_zone.features[id][0].getBounds())"
ZONE_IN_VIEW = """(other) => {
  const s = CampusMap.state, zones = s.layers.focus_zone.features, wide = s.map.getSize().x;
  for (const id in zones) {
    const path = zones[id][0]._path, box = path && path.getBoundingClientRect();
    if (id === other || !box || !box.width) continue;
    for (let x = Math.max(70, box.x); x < Math.min(box.right, wide - 220); x += 6) {
      for (let y = Math.max(60, box.y); y < Math.min(box.bottom, 430); y += 6) {
        if (document.elementFromPoint(x, y) === path) return [id, x, y];
      }
    }
  }
  return null;
}"""


def wait(seen) -> None:
    seen.wait_idle()
    seen.map.wait_for_function(DRAWN, timeout=WAIT_MS)


def listed(seen) -> list[str]:
    return seen.page.locator('[class*="st-key-zone_row_"] button').all_inner_texts()


def open_weights(seen) -> None:
    slider = seen.page.get_by_role("slider", name="在校学生")
    if not slider.is_visible():
        seen.page.locator('[data-testid="stExpander"] summary', has_text="权重").click()
    slider.wait_for(timeout=WAIT_MS)


def move(seen, term: str, key: str) -> None:
    """Move a slider to an end."""
    seen.page.get_by_role("slider", name=term).focus()
    seen.page.keyboard.press(key)
    wait(seen)


def value(seen, term: str) -> str:
    slider = seen.page.get_by_role("slider", name=term)
    return str(slider.evaluate("(thumb) => thumb.getAttribute('aria-valuenow') ?? thumb.value"))


@pytest.fixture
def as_it_was(district: str):
    """Take away in the end what was set here: the district is every test's."""
    yield
    from data.session import unit_of_work
    from data.settings import DbRole
    from etl.build import build

    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(text("DELETE FROM work.weighting"))
        connection.execute(text("DELETE FROM work.zone_choice"))
        connection.commit()
    build(["zones"])


def test_a_row_goes_to_its_zone_and_a_click_on_the_map_opens_the_card(visit) -> None:
    seen = visit(PAGE, has_map=False)
    wait(seen)
    assert len(listed(seen)) == 10
    assert seen.evaluate(FIRST) >= 10
    assert set(seen.evaluate(PLACES)) <= {str(place) for place in range(1, 11)}
    seen.page.locator('[class*="st-key-zone_row_"] button').nth(1).click()
    card = seen.page.locator(".campus-zone")
    card.wait_for(timeout=WAIT_MS)
    wait(seen)
    zone = card.get_attribute("data-zone")
    assert seen.evaluate(f"({LABEL_OF})('{zone}')") == "2"
    assert seen.evaluate("CampusMap.state.map.getZoom()") > 13
    assert seen.evaluate("document.querySelectorAll('path.cm-selected').length") == 1
    assert seen.evaluate(f"({IS_SEEN})('{zone}')")
    seen.evaluate("() => CampusMap.state.map.setZoom(12, { animate: false })")
    seen.page.wait_for_timeout(500)
    other = seen.evaluate(f"({ZONE_IN_VIEW})('{zone}')")
    seen.page.locator(".st-key-map iframe").click(position={"x": other[1], "y": other[2]})
    seen.page.wait_for_selector(f'.campus-zone[data-zone="{other[0]}"]', timeout=WAIT_MS)
    assert f"zone={other[0].split(':')[0]}" in seen.page.url.replace("%3A", ":")


def test_moving_weights_changes_list_and_map_at_once_and_saving_changes_everybodys(visit, as_it_was) -> None:
    seen, other = visit(PAGE, has_map=False), visit(PAGE, has_map=False)
    for each in (seen, other):
        wait(each)
    before = listed(seen)
    first = seen.evaluate("CampusMap.state.words.focus_zone.join()")
    open_weights(seen)
    for term in ("校园周边警情", "一周空岗时长", "逾期未整改隐患", "未销号安全隐患"):
        move(seen, term, "Home")
    move(seen, "在校学生", "End")
    after = listed(seen)
    assert after != before
    assert seen.evaluate("CampusMap.state.words.focus_zone.join()") != first
    assert "九成把握" not in seen.page.content()
    other.page.reload()
    wait(other)
    assert listed(other) == before

    seen.page.locator(".st-key-zone_weights_save button").click()
    seen.page.get_by_text("名次区间已按新权重重新生成").wait_for(timeout=WAIT_MS * 2)
    wait(seen)
    assert listed(seen) == after
    assert "九成把握" in seen.page.content()
    other.page.reload()
    wait(other)
    assert listed(other) == after
    open_weights(other)
    assert (value(other, "在校学生"), value(other, "校园周边警情")) == ("100", "0")
    assert "（政法委）" in other.page.content()
    from data.session import unit_of_work
    from data.settings import DbRole

    with unit_of_work(DbRole.OWNER) as connection:
        used = connection.execute(
            text("SELECT DISTINCT weights -> 'weights' ->> 'incident_rate' FROM out.focus_zone")
        )
        assert [float(row[0]) for row in used] == [0.0]


def test_a_zone_is_decided_declined_and_taken_back_and_another_browser_sees_it(visit, as_it_was) -> None:
    seen, other = visit(PAGE, has_map=False), visit(PAGE, has_map=False)
    wait(seen)
    seen.page.locator('[class*="st-key-zone_row_"] button').first.click()
    seen.page.wait_for_selector(".st-key-zone_decide", timeout=WAIT_MS)
    seen.page.get_by_label("理由（只写事和地点，不写人名）").fill("校门口占道经营")
    seen.page.keyboard.press("Tab")
    wait(seen)
    seen.page.locator(".st-key-zone_decide button").click()
    seen.page.wait_for_selector(".st-key-zone_take_back", timeout=WAIT_MS)
    wait(seen)
    seen.map.wait_for_function(f"{DRAWN_AS}--d').length === 1", timeout=WAIT_MS)
    zone = seen.page.locator(".campus-zone").get_attribute("data-zone")

    other.page.goto(other.server + f"{PAGE}?zone={zone}")
    other.page.wait_for_selector(".st-key-zone_take_back", timeout=WAIT_MS)
    wait(other)
    assert "校门口占道经营" in other.page.content()
    other.page.locator(".st-key-zone_take_back button").click()
    other.page.wait_for_selector(".st-key-zone_decline", timeout=WAIT_MS)
    wait(other)
    other.page.locator(".st-key-zone_decline button").click()
    other.page.wait_for_selector(".st-key-zone_take_back", timeout=WAIT_MS)
    seen.page.reload()
    wait(seen)
    assert "暂不列入" in seen.page.locator(".campus-choice").inner_text()
    assert "校门口占道经营" not in seen.page.content()
    seen.map.wait_for_function(f"{DRAWN_AS}--x').length === 1", timeout=WAIT_MS)


def test_on_a_phone_nothing_is_wider_than_the_screen_and_rows_can_be_pressed(visit) -> None:
    seen = visit(PAGE, width=390, height=844, has_map=False)
    wait(seen)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    button = seen.page.locator('[class*="st-key-zone_row_"] button').first
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    button.click()
    seen.page.wait_for_selector(".campus-zone", timeout=WAIT_MS)
    wait(seen)
    wide = "[...document.querySelectorAll('.campus-zone, .campus-bar')].map((e) => e.getBoundingClientRect().right)"
    assert max(seen.page.evaluate(wide)) <= 390


def test_zones_are_drawn_on_no_other_page(visit) -> None:
    seen = visit("")
    assert seen.evaluate("!CampusMap.state.painted.focus_zone")
    assert (
        seen.evaluate("!(document.querySelector('.cm-legend-layer--focus_zone') || { hidden: true }).hidden")
        is False
    )


@pytest.mark.skipif(not WANTS_SCREENSHOTS, reason="pictures are made when asked for")
@pytest.mark.parametrize(("name", "width", "theme"), [("rectification-zones", 1440, "light"), ("rectification-zones-dark", 1440, "dark"), ("rectification-zones-phone", 390, "light")])  # fmt: skip
def test_a_picture_of_the_zones(visit, name: str, width: int, theme: str) -> None:
    seen = visit(PAGE, width=width, theme=theme, has_map=False)
    wait(seen)
    seen.page.locator('[class*="st-key-zone_row_"] button').first.click()
    seen.page.wait_for_selector(".campus-zone", timeout=WAIT_MS)
    wait(seen)
    seen.picture(name)
