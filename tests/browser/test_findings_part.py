"""Findings and the rule book in the browser: list, map, card and sheet are one; another rule, another build, seen by all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from tests.browser.visit import ask

if TYPE_CHECKING:
    from tests.browser.visit import Visit

WAIT_MS = 60_000
FINDINGS, RULES = "/rectification?rect=findings", "/rectification?rect=rules"
DRAWN = "() => { const s = CampusMap.state, v = s && s.settled && s.layers.venue; return !!(v && v.group && v.codes); }"
SIGNS = """() => {
  const made = CampusMap.state.layers.venue.features;
  return Object.values(made).map((each) => each[each.length - 1]._cmClass.split(" ")[1]).sort();
}"""
SHOW = """(code) => {
  const state = CampusMap.state, made = Object.values(state.layers.venue.features);
  const layer = made.map((each) => each[each.length - 1]).find((each) => each._cmFeature.properties.code === code);
  state.map.setView(layer.getLatLng(), 15, { animate: false });
  const point = state.map.latLngToContainerPoint(layer.getLatLng());
  return [point.x, point.y];
}"""
AT = "() => { const c = CampusMap.state.map.getCenter(); return [c.lng, c.lat]; }"
OPEN = "SELECT count(*) FROM out.rule_finding WHERE status <> 'clear'"


def rows(statement: str, **values: object) -> list[tuple]:
    with unit_of_work(DbRole.OWNER) as connection:
        return [tuple(each) for each in connection.execute(text(statement), values)]


def open_part(visit, address: str = "", **more) -> Visit:
    seen = visit(f"{FINDINGS}{address}", **more)
    seen.page.locator(".campus-headline").wait_for(timeout=WAIT_MS)
    seen.map.wait_for_function(DRAWN, timeout=WAIT_MS)
    return seen


def headline(seen: Visit) -> list[int]:
    """The numbers of the sentence: to verify, to measure, venues, schools."""
    return [int(word) for word in seen.page.locator(".campus-headline strong").all_inner_texts()]


def test_list_map_card_and_sheet_show_the_same_venue(visit, server: str) -> None:
    seen = open_part(visit)
    assert sum(headline(seen)[:2]) == rows(OPEN)[0][0]
    signs = seen.evaluate(SIGNS)
    assert (
        len(signs)
        == rows("SELECT count(*) FROM core.venue WHERE valid_to IS NULL AND ended_by IS NULL")[0][0]
    )
    worst = rows("SELECT count(DISTINCT venue_code) FROM out.rule_finding WHERE status = 'candidate'")[0][0]
    assert signs.count("cm-venue--K") == worst
    code, school, rule = rows(
        "SELECT venue_code, school_code, rule_id FROM out.rule_finding WHERE status = 'candidate' ORDER BY 1, 2, 3"
    )[0]
    x, y = seen.map.evaluate(SHOW, code)
    seen.page.locator(".st-key-map iframe").click(position={"x": x, "y": y})
    seen.page.locator(f'.campus-card[data-venue="{code}"]').wait_for(timeout=WAIT_MS)
    assert json.dumps(code)[1:-1].replace(":", "%3A") in seen.page.url
    seen.wait_idle()
    before = seen.evaluate(AT)
    box = seen.page.locator('[data-testid="stDataFrame"]').first.bounding_box()
    seen.page.mouse.click(box["x"] + 18, box["y"] + 35 * 3 + 52)
    seen.wait_until(lambda: seen.evaluate(AT) != before, "the map stayed where it was")
    chosen = seen.page.locator(".campus-card").get_attribute("data-venue")
    lon, lat = rows("SELECT ST_X(geom), ST_Y(geom) FROM core.venue WHERE code = :code AND valid_to IS NULL AND ended_by IS NULL", code=chosen)[0]  # fmt: skip
    seen.wait_until(
        lambda: abs(seen.evaluate(AT)[0] - lon) + abs(seen.evaluate(AT)[1] - lat) < 1e-4, "elsewhere"
    )
    links = seen.page.locator(".st-key-sheets a").all()
    assert links
    assert ask(server, links[0].get_attribute("href").removeprefix(server)).status == 200
    assert ask(server, f"/print/dispute?venue={code}&school={school}&rule={rule}").status == 200


def test_the_sheet_is_one_a4_page(visit, server: str) -> None:
    seen = open_part(visit)
    for venue, school, rule in rows(
        "SELECT venue_code, school_code, rule_id FROM out.rule_finding ORDER BY 1, 2, 3"
    )[:6]:
        for lang in ("zh", "en"):
            seen.page.goto(f"{server}/print/dispute?venue={venue}&school={school}&rule={rule}&lang={lang}")
            pdf = seen.page.pdf(prefer_css_page_size=True)
            assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page/") == 1, (venue, lang)


def test_another_rule_changes_the_findings_and_a_second_person_sees_it(visit) -> None:
    (before,) = rows(OPEN)[0]
    other = open_part(visit)
    seen = visit(RULES, has_map=False)
    seen.page.get_by_text("新增一条规定").click()
    fill = lambda label, words: seen.page.get_by_label(label, exact=True).fill(words)  # noqa: E731 -- three uses, one line
    fill("规定编号", "browser-tobacco")
    fill("米数", "120")
    fill("文件名称（必填）", "训练区合理布局规定")
    choose(seen, "场所类别", "烟草零售")
    choose(seen, "学段", "小学")
    seen.page.get_by_role("button", name="提交", exact=True).click()
    seen.page.get_by_text("未提交，请补正：来源").wait_for(timeout=WAIT_MS)
    fill("来源：距离和量法写在哪里（必填）", "训练用网页")
    seen.page.get_by_role("button", name="提交", exact=True).click()
    seen.page.get_by_text("已按新规定重新核查").wait_for(timeout=WAIT_MS)
    (after,) = rows(OPEN)[0]
    assert after > before
    other.page.reload()
    other.wait_drawn()
    other.wait_until(lambda: sum(headline(other)[:2]) == after, "the second person sees the old findings")
    set_by, number = rows(
        "SELECT set_by, id FROM core.rule WHERE code = 'browser-tobacco' AND ended_at IS NULL"
    )[0]
    committee = [each[0] for each in rows("SELECT id::text FROM auth.account WHERE role = 'committee'")]
    assert set_by in committee
    book = other
    book.page.goto(f"{book.server}{RULES}")
    book.page.locator(".campus-headline").wait_for(timeout=WAIT_MS)
    book.wait_idle()
    pick_rule(book, "browser-tobacco")
    book.page.get_by_role("button", name=f"撤回版本 {number}").click()
    book.page.get_by_text("已按新规定重新核查").wait_for(timeout=WAIT_MS)
    assert rows(OPEN)[0][0] == before
    ((ended_by,),) = rows("SELECT ended_by FROM core.rule WHERE id = :id", id=number)
    assert ended_by in committee
    assert ended_by != set_by


def choose(seen: Visit, label: str, word: str) -> None:
    """Choose a word of a list that opens."""
    seen.page.get_by_label(label, exact=False).last.click()
    seen.page.get_by_role("option", name=word, exact=True).click()
    seen.page.keyboard.press("Escape")
    seen.wait_idle()


def pick_rule(seen: Visit, code: str) -> None:
    """Select a rule's row: those with metres stand first, of the same place by code."""
    local = rows(
        "SELECT code FROM core.rule WHERE ended_at IS NULL AND jurisdiction = '' AND metres IS NOT NULL ORDER BY code"
    )
    place = [each[0] for each in local].index(code)
    box = seen.page.locator('[data-testid="stDataFrame"]').first.bounding_box()
    seen.page.mouse.click(box["x"] + 18, box["y"] + 35 * place + 52)
    seen.page.get_by_text(f"{code} 的全部版本").wait_for(timeout=WAIT_MS)
    seen.wait_idle()


def test_on_a_phone_nothing_is_wider_than_the_screen(visit) -> None:
    code = rows("SELECT venue_code FROM out.rule_finding WHERE status = 'candidate' ORDER BY 1")[0][0]
    seen = open_part(visit, f"&venue={code}", width=390, height=844)
    seen.page.locator(f'.campus-card[data-venue="{code}"]').wait_for(timeout=WAIT_MS)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    seen.page.goto(f"{seen.server}{RULES}")
    seen.page.locator(".campus-headline").wait_for(timeout=WAIT_MS)
    seen.wait_idle()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
