"""A campaign drawn on the map, its task done, closed and measured; a second person sees each step after a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from tests.browser.conftest import WANTS_SCREENSHOTS
from tests.browser.visit import WAIT_MS

PART = "/rectification?rect=campaigns"
ANSWER_MS = 90_000
DRAWN = """() => {
  const s = window.CampusMap && CampusMap.state;
  return !!(s && s.settled && s.layers.school && s.layers.school.group);
}"""
FOUR = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]
NAME = "城区校园周边集中整治"


def open_form(visit, **how):
    seen = visit(PART, has_map=False, **how)
    seen.page.locator(".st-key-campaign_new button").click()
    seen.page.wait_for_selector(".st-key-campaign_map iframe", timeout=WAIT_MS)
    ready(seen)
    return seen


def ready(seen) -> None:
    """Wait until the map is drawn; a rerun that leaves the card puts another frame in its place."""

    def is_drawn() -> bool:
        try:
            return bool(seen.map.evaluate(DRAWN))
        except Error:
            return False

    seen.wait_idle()
    seen.wait_until(is_drawn, "the map is not drawn")


def write(seen, label: str, words: str, *, within: str = "") -> None:
    seen.page.locator(f'{within} input[aria-label^="{label}"]').first.fill(words)
    seen.page.keyboard.press("Enter")
    seen.wait_idle()


def write_day(seen, ending: str, digits: str) -> None:
    seen.page.locator(f'[class*="{ending}"] [role="spinbutton"]').first.click()
    seen.page.keyboard.type(digits)
    seen.page.keyboard.press("Tab")
    seen.wait_idle()


def toggle(seen, ending: str) -> None:
    seen.page.locator(f'[class*="{ending}"] label').first.click()
    ready(seen)


def draw(seen, corners=FOUR) -> None:
    """Draw a zone around the densest part of the town."""
    toggle(seen, "_draw")
    seen.look_at_town()
    frame = seen.page.locator(".st-key-campaign_map iframe")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    for count, (x, y) in enumerate(corners, start=1):
        frame.click(position={"x": box["width"] * x * 0.7 + 50, "y": box["height"] * y})
        seen.map.wait_for_function(
            f"(CampusMap.state.plan.corners || []).length === {count}", timeout=WAIT_MS
        )
        ready(seen)


def make(seen) -> None:
    """Make a campaign of the past autumn in a zone that is drawn."""
    draw(seen)
    snapped = seen.evaluate("CampusMap.state.plan.areas.filter((each) => each.kind === 'n').length")
    assert snapped == 1
    seen.page.locator(".st-key-campaign_draw_keep button").click()
    seen.map.wait_for_function(
        "CampusMap.state.plan.areas.some((each) => each.kind === 'd')", timeout=WAIT_MS
    )
    ready(seen)
    toggle(seen, "_draw")
    write(seen, "名称", NAME)
    seen.page.locator('[class*="_topic"] input').first.fill("校外托管场所")
    seen.page.keyboard.press("Enter")
    seen.wait_idle()
    write(seen, "牵头单位", "政法委")
    write(seen, "配合单位", "公安分局、城管局")
    write_day(seen, "_starts", "20260701")
    write_day(seen, "_ends", "20261031")
    seen.page.locator(".st-key-campaign_save button").click()
    seen.page.wait_for_selector(f'.campus-campaign:has-text("{NAME}")', timeout=WAIT_MS)


def test_a_campaign_is_drawn_made_measured_and_seen_by_another_at_each_step(visit) -> None:
    seen = open_form(visit)
    make(seen)
    seen.page.wait_for_selector("text=个月内", timeout=ANSWER_MS)
    task = '[class*="st-key-task_campaign"]'
    seen.page.locator(f'{task} input[aria-label^="事项"]').fill("清理占道食品摊点")
    seen.page.locator(f'{task} input[aria-label^="牵头单位"]').fill("城管局")
    seen.page.locator(f'{task} [data-testid="stFormSubmitButton"] button').click()
    seen.page.wait_for_selector('.campus-task:has-text("清理占道食品摊点")', timeout=WAIT_MS)
    number = seen.page.locator(".campus-campaign").get_attribute("data-campaign")

    other = visit(f"{PART}&campaign={number}", has_map=False, theme="dark")
    other.page.wait_for_selector(
        f'.campus-campaign[data-campaign="{number}"]:has-text("{NAME}")', timeout=WAIT_MS
    )
    assert "校外托管场所" in other.page.locator(".campus-campaign").inner_text()
    other.page.locator('[class*="st-key-campaign_task_mark"] button').click()
    other.page.wait_for_selector(".campus-task--done", timeout=WAIT_MS)
    other.page.locator(".st-key-campaign_close_box button").first.click()
    other.page.locator(".st-key-campaign_close button").click()
    other.page.wait_for_selector(".campus-before-after", timeout=ANSWER_MS)

    seen.page.reload()
    seen.page.wait_for_selector(f'.campus-campaign[data-state="closed"]:has-text("{NAME}")', timeout=WAIT_MS)
    assert seen.page.locator(".campus-task--done").count() == 1
    told = seen.page.locator(".campus-before-after").inner_text()
    assert "整治学校周边200米" in told
    assert "外围500至1000米" in told
    assert not seen.page.locator(".st-key-campaign_edit button").count()
    ready(seen)

    phone = visit(f"{PART}&campaign={number}", has_map=False, width=390, height=844)
    ready(phone)
    assert phone.page.evaluate("document.scrollingElement.scrollWidth") <= 390


def test_a_crossed_outline_is_told_and_cannot_be_kept(visit) -> None:
    seen = open_form(visit)
    draw(seen, [(0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)])
    seen.page.wait_for_selector("text=画出的区域无效", timeout=WAIT_MS)
    assert seen.page.locator(".st-key-campaign_draw_keep button").is_disabled()
    seen.page.locator(".st-key-campaign_draw_back button").click()
    seen.map.wait_for_function("CampusMap.state.plan.corners.length === 3", timeout=WAIT_MS)
    ready(seen)
    assert seen.page.locator(".st-key-campaign_draw_keep button").is_enabled()


def test_words_about_pupils_are_refused_in_the_page(visit) -> None:
    seen = open_form(visit)
    seen.page.locator('[class*="_topic"] input').first.fill("涉校欺凌")
    seen.page.keyboard.press("Enter")
    seen.wait_idle()
    write(seen, "名称", "春季行动")
    seen.page.locator(".st-key-campaign_save button").click()
    seen.page.wait_for_selector("text=不能写到学生", timeout=WAIT_MS)


def test_the_form_fits_a_phone(visit) -> None:
    seen = open_form(visit, width=390, height=844)
    assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    seen.page.locator(".st-key-campaign_leave button").click()
    seen.page.wait_for_selector(".st-key-campaign_new", timeout=WAIT_MS)
    assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= 390


@pytest.mark.skipif(not WANTS_SCREENSHOTS, reason="pictures are made when asked for")
def test_a_picture_of_a_campaign(visit) -> None:
    seen = open_form(visit)
    make(seen)
    seen.page.wait_for_selector("text=个月内", timeout=ANSWER_MS)
    ready(seen)
    seen.picture("rectification-campaign")
