"""What one commander changes, another sees: a day's change after the build, a plan after a reload; and the list to print."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from tests.browser.conftest import WANTS_SCREENSHOTS
from tests.browser.days import next_day, today
from tests.browser.visit import ask

if TYPE_CHECKING:
    from tests.browser.visit import Visit

WAIT_MS = 120_000
TOOLS = ":is(.st-key-tools, .st-key-plan_desk)"
"""The tools below the map, and beside it where a plan's next change is made."""
DAY = next_day(2) if next_day(2) > today() else next_day(2) + timedelta(days=7)
"""A Wednesday to come: on the day itself the morning may be past."""
MORNING = f"/?day={DAY}&slot=morning_in"
GUARDED = """
    SELECT l.gate_id, min(d.post_code)
      FROM out.gate_slot AS l
      JOIN core.gate AS g ON g.id = l.gate_id AND g.valid_to IS NULL AND g.ended_by IS NULL
      JOIN core.duty AS d ON d.school_code = g.school_code AND d.gate = g.name AND d.valid_to IS NULL AND d.ended_by IS NULL
     WHERE l.date_type = 'wed' AND l.slot = 'morning_in' AND l.guard_reason = 'covered' AND l.guard_depth = 1
     GROUP BY l.gate_id HAVING count(DISTINCT d.post_code) = 1
     ORDER BY 1 LIMIT 1
"""


def rows(statement: str, **values: object) -> list[tuple]:
    with unit_of_work(DbRole.OWNER) as connection:
        return [tuple(each) for each in connection.execute(text(statement), values)]


def pick(seen: Visit, label: str, words: str) -> None:
    """Choose from a list by what stands above it."""
    box = seen.page.get_by_role("combobox", name=label, exact=False).first
    box.click()
    box.fill(words)
    seen.page.get_by_role("option").filter(has_text=words).first.click()
    seen.wait_idle()


def name_of(post: str) -> str:
    return str(rows("SELECT name FROM core.post WHERE code = :code AND valid_to IS NULL", code=post)[0][0])


def choose(seen: Visit, words: str) -> None:
    """Press one of a row of choices."""
    seen.page.locator(f"{TOOLS} [data-testid=stButtonGroup]").get_by_text(words, exact=True).click()
    seen.wait_idle()


def press(seen: Visit, words: str) -> None:
    seen.page.locator(TOOLS).get_by_role("button", name=words, exact=True).first.click()
    seen.wait_idle()


def uncovered(gate: int) -> float:
    """What the build says of the gate's morning on the day: its own rows stand before the weekday's."""
    dated = rows(
        "SELECT 1 FROM out.gate_slot WHERE gate_id = :gate AND date_type = :day", gate=gate, day=str(DAY)
    )
    found = rows("SELECT sum(uncovered_min) FROM out.gate_slot WHERE gate_id = :gate AND slot = 'morning_in' AND date_type = :word",
                 gate=gate, word=str(DAY) if dated else "wed")  # fmt: skip
    return float(found[0][0])


def test_an_absence_takes_three_clicks_is_seen_by_another_after_the_build_and_undone_in_one(visit) -> None:
    gate, post = rows(GUARDED)[0]
    seen, other = visit(f"{MORNING}&gate={gate}"), visit(f"{MORNING}&gate={gate}")
    assert uncovered(gate) == 0
    before = other.page.locator(".campus-card dl").inner_text()
    choose(seen, name_of(post))
    choose(seen, "缺勤")
    press(seen, "确认调整")
    seen.page.get_by_text("已按调整重算").wait_for(timeout=WAIT_MS)
    assert uncovered(gate) > 0
    other.page.reload()
    other.wait_drawn()
    other.page.locator(".st-key-tools").get_by_text("缺勤").first.wait_for()
    assert "当日已有调整（1）" in other.page.locator(".st-key-tools").inner_text()
    assert other.page.locator(".campus-card dl").inner_text() != before
    press(other, "撤销")
    other.page.get_by_text("已按调整重算").wait_for(timeout=WAIT_MS)
    assert uncovered(gate) == 0
    assert "当日已有调整（0）" in other.page.locator(".st-key-tools").inner_text()


def test_a_plan_is_weighed_kept_and_seen_by_another_who_compares_it(visit) -> None:
    gate, post = rows(GUARDED)[0]
    name = name_of(post)
    seen = visit(f"{MORNING}&gate={gate}&tool=plan")
    for plan, kind in (("甲案", "撤除岗位"), ("乙案", "改时间")):
        choose(seen, kind)
        pick(seen, "岗位", name)
        press(seen, "加入方案")
        seen.page.locator(".st-key-tools [data-testid=stMetric]").first.wait_for()
        seen.page.get_by_label("方案名称").fill(plan)
        seen.page.keyboard.press("Enter")
        seen.wait_idle()
        press(seen, "保存为新方案")
        press(seen, "移除")
    other = visit(f"{MORNING}&tool=plan")
    pick(other, "方案甲", "甲案")
    pick(other, "方案乙", "乙案")
    assert other.page.locator(".st-key-tools [data-testid=stDataFrame]").count() >= 1
    pick(other, "打开方案", "甲案")
    assert f"撤除 {name}" in other.page.locator(".st-key-plan_desk").inner_text()
    for plan in ("甲案", "乙案"):
        pick(other, "打开方案", plan)
        press(other, f"删除“{plan}”")
    assert rows("SELECT count(*) FROM work.plan") == [(0,)]


def test_orders_open_as_a_list_that_loads_nothing_else(visit, server) -> None:
    seen = visit(f"{MORNING}&tool=orders")
    seen.page.locator(".st-key-tools [data-testid=stDataFrame]").wait_for(timeout=WAIT_MS)
    seen.page.get_by_text("复制今日指令").click()
    assert "护学岗增援指令" in seen.page.locator(".st-key-tools code").inner_text()
    with seen.page.expect_popup() as opened:
        seen.page.get_by_text("打印勾选单").click()
    sheet = opened.value
    sheet.wait_for_selector("td.tick")
    assert sheet.locator("script").count() == 0
    assert "内部资料 注意保管" in sheet.locator("body").inner_text()
    answer = ask(server, f"/print/orders?date={DAY}&slot=morning_in")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert b"<script" not in answer.body
    assert ask(server, "/print/orders").status == ask(server, "/print").status == 404
    sheet.close()


@pytest.mark.skipif(not WANTS_SCREENSHOTS, reason="pictures are made when asked for")
def test_a_picture_of_the_orders(visit) -> None:
    seen = visit(f"{MORNING}&tool=orders", width=1440, height=1100)
    seen.page.locator(".st-key-tools").scroll_into_view_if_needed()
    seen.page.locator(".st-key-tools [data-testid=stDataFrame]").first.wait_for(timeout=WAIT_MS)
    seen.page.evaluate("document.querySelector('.st-key-tools').scrollIntoView({block: 'start'})")
    seen.picture("command-orders")
