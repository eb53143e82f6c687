"""Hazards in the browser: map, table and card are linked; every step is pressed, and another person sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from tests.browser.conftest import WANTS_SCREENSHOTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.visit import Visit

WAIT_MS = 60_000
TRIES = 3
STEPS = ".st-key-hazard_steps"
PART = "/rectification?rect=hazards"
SIGNS = """() => {
  const made = CampusMap.state.layers.hazard.features;
  return Object.values(made).map((each) => each[0]._cmClass.split(" ")[1]).sort();
}"""
ON_SCREEN = """() => {
  const state = CampusMap.state, made = state.layers.hazard.features;
  for (const id in made) {
    const layer = made[id][0], point = state.map.latLngToContainerPoint(layer.getLatLng());
    if (document.elementFromPoint(point.x, point.y) === layer._path && point.y < 400) {
      return [layer._cmFeature.properties.code, point.x, point.y];
    }
  }
  return null;
}"""
DRAWN = "() => { const s = CampusMap.state, h = s && s.settled && s.layers.hazard; return !!(h && h.group && h.codes); }"
AT = "() => { const c = CampusMap.state.map.getCenter(); return [c.lng, c.lat, CampusMap.state.map.getZoom()]; }"


def rows(statement: str, **values: object) -> list[tuple]:
    with unit_of_work(DbRole.OWNER) as connection:
        return [tuple(each) for each in connection.execute(text(statement), values)]


def headline(seen: Visit) -> list[int]:
    """The numbers of the sentence: found, open, overdue, waiting, closed."""
    strong = seen.page.locator(".campus-headline strong").all_inner_texts()
    return [int(word.replace(",", "")) for word in strong[:5]]


def press(seen: Visit, words: str) -> None:
    """Press a step until something came of it: a page that is just renewed after a build may miss a click."""
    before = headline(seen), card(seen)
    for _ in range(TRIES):
        seen.page.locator(STEPS).get_by_role("button", name=words, exact=True).first.click()
        if holds(seen, lambda: (headline(seen), card(seen)) != before):
            break
    else:
        pytest.fail(f"{words}: nothing came of it")
    seen.wait_idle()


def press_and_be_told(seen: Visit, words: str, told: str) -> None:
    """Press a step that is refused, and read why."""
    for _ in range(TRIES):
        unfold(seen)
        seen.page.locator(STEPS).get_by_role("button", name=words, exact=True).click()
        if holds(seen, lambda: seen.page.get_by_text(told).count() > 0):
            return
    pytest.fail(f"{words}: nobody said {told}")


def holds(seen: Visit, condition: Callable[[], bool]) -> bool:
    for _ in range(200):
        if condition():
            return True
        seen.page.wait_for_timeout(100)
    return False


def unfold(seen: Visit) -> None:
    """Open what lies under the step that leads on, where it is not open."""
    seen.wait_idle()
    folded = seen.page.locator(f"{STEPS} details")
    if not folded.evaluate("(box) => box.open"):
        folded.locator("summary").click()
        seen.page.wait_for_timeout(600)


def write(seen: Visit, words: str, *, number: int = 0) -> None:
    is_only_one = seen.page.locator(STEPS).get_by_label("备注").count() == 1
    if number or (is_only_one and seen.page.locator(f"{STEPS} details").count()):
        unfold(seen)
    seen.page.locator(STEPS).get_by_label("备注").nth(number).fill(words)


def card(seen: Visit) -> str:
    return str(seen.page.locator(".campus-card").inner_text())


def open_part(visit, address: str = "", **more) -> Visit:
    seen = visit(f"{PART}{address}", **more)
    seen.page.locator(".campus-headline").wait_for(timeout=WAIT_MS)
    seen.map.wait_for_function(DRAWN, timeout=WAIT_MS)
    return seen


def test_every_step_is_pressed_changes_the_headline_at_once_and_is_seen_by_another(visit) -> None:
    code = rows(
        "SELECT code FROM core.hazard WHERE deadline < current_date AND valid_to IS NULL ORDER BY code"
    )[0][0]
    seen = open_part(visit, f"&hazard={code}")
    found, still_open, overdue, waiting, closed = headline(seen)
    assert (found, closed) == (150, 0)
    press(seen, "交办")
    assert headline(seen) == [found, still_open, overdue - 1, waiting, closed]
    assert "账号" in card(seen)
    write(seen, "护栏已补装")
    press(seen, "整改完成")
    assert headline(seen) == [found, still_open, overdue - 1, waiting + 1, closed]
    press_and_be_told(seen, "退回整改", "请在备注中写明原因")
    write(seen, "仍有缺口", number=1)
    press(seen, "退回整改")
    assert "仍有缺口" in card(seen)
    for words in ("整改完成", "复核通过", "销号"):
        press(seen, words)
    assert headline(seen) == [found, still_open - 1, overdue - 1, waiting, closed + 1]
    other = open_part(visit, f"&hazard={code}")
    assert headline(other) == headline(seen)
    assert "已销号" in card(other)
    write(other, "护栏又被拆")
    press(other, "重新交办")
    assert headline(other) == [found, still_open, overdue - 1, waiting, closed]
    steps = "SELECT string_agg(left(step, 1), '' ORDER BY id) FROM work.hazard_step WHERE hazard_code = :code"
    assert rows(steps, code=code) == [("ararvca",)]


def test_map_table_and_card_show_the_same_hazard(visit) -> None:
    seen = open_part(visit)
    assert len(seen.evaluate(SIGNS)) == 150
    code, x, y = seen.evaluate(ON_SCREEN)
    seen.page.locator(".st-key-map iframe").click(position={"x": x, "y": y})
    seen.page.locator(f'.campus-card[data-hazard="{code}"]').wait_for(timeout=WAIT_MS)
    assert f"hazard={code}" in seen.page.url
    seen.wait_idle()
    before = seen.evaluate(AT)
    box = seen.page.locator('[data-testid="stDataFrame"]').first.bounding_box()
    seen.page.mouse.click(box["x"] + 18, box["y"] + 35 * 3 + 52)
    seen.wait_until(
        lambda: seen.page.locator(f'.campus-card[data-hazard="{code}"]').count() == 0, "no other card"
    )
    seen.wait_until(lambda: seen.evaluate(AT) != before, "the map stayed where it was")
    chosen = seen.page.locator(".campus-card").get_attribute("data-hazard")
    lon, lat = rows(
        "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(coalesce(h.geom, s.geom)) AS p FROM core.hazard AS h "
        "LEFT JOIN core.school AS s ON s.code = h.school_code AND s.valid_to IS NULL AND s.ended_by IS NULL "
        "WHERE h.code = :code AND h.valid_to IS NULL AND h.ended_by IS NULL) AS q", code=chosen,
    )[0]  # fmt: skip
    seen.wait_until(
        lambda: abs(seen.evaluate(AT)[0] - lon) + abs(seen.evaluate(AT)[1] - lat) < 1e-4, "elsewhere"
    )


def test_filters_stand_in_the_address_and_dim_the_others(visit) -> None:
    seen = open_part(visit, "&hazard_party=school&hazard_late=overdue")
    count = rows("SELECT count(*), count(*) FILTER (WHERE deadline < current_date) FROM core.hazard "
                 "WHERE party = 'school' AND valid_to IS NULL AND ended_by IS NULL")[0]  # fmt: skip
    assert headline(seen)[0] == count[0]
    assert 150 - seen.evaluate(SIGNS).count("cm-hazard--9") <= count[1]
    # other pages say nothing of hazards, so neither do their maps
    assert "hazard" not in visit().evaluate("() => Object.keys(CampusMap.state.layers)")


def test_a_round_is_made_and_looked_at_and_another_finds_it(visit) -> None:
    seen = open_part(visit)
    seen.page.get_by_text("新建排查轮次").click()
    seen.page.locator(".st-key-hazard_rounds").get_by_label("名称").fill("秋季开学排查")
    seen.page.locator(".st-key-hazard_rounds").get_by_role("button", name="新建", exact=True).click()
    seen.wait_until(lambda: "hazard_round=" in seen.page.url, "no round in the address")
    seen.wait_idle()
    other = open_part(visit)
    other.page.get_by_text("分类汇总").click()
    other.page.locator(".st-key-hazard_totals [data-testid=stButtonGroup]").get_by_text("排查轮次").click()
    other.wait_idle()
    assert rows("SELECT name FROM work.hazard_round") == [("秋季开学排查",)]
    assert "hazard_level=round" in other.page.url


def test_on_a_phone_nothing_is_wider_than_the_screen(visit) -> None:
    code = rows("SELECT code FROM core.hazard WHERE valid_to IS NULL ORDER BY code DESC")[0][0]
    seen = open_part(visit, f"&hazard={code}", width=390, height=844)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    seen.page.locator(".st-key-hazard_steps").scroll_into_view_if_needed()
    press(seen, "交办")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    if WANTS_SCREENSHOTS:
        seen.picture("hazards-phone")


@pytest.mark.skipif(not WANTS_SCREENSHOTS, reason="makes the pictures of the documents")
@pytest.mark.parametrize(
    ("name", "theme", "lang"), [("hazards", "light", "zh"), ("hazards-dark-en", "dark", "en")]
)
def test_pictures_of_the_board(visit, name: str, theme: str, lang: str) -> None:
    code = rows(
        "SELECT code FROM core.hazard WHERE school_code IS NOT NULL AND valid_to IS NULL ORDER BY code"
    )[3][0]
    seen = open_part(visit, f"&hazard={code}&lang={lang}", theme=theme)
    assert "150" in seen.page.locator(".campus-headline").inner_text()
    seen.picture(name)
