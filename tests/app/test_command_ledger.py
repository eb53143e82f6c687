"""The command page opens on the gates and uncovered minutes of the slot at hand, and never makes up a zero."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text as sql

from dashboard.components import command_ledger as ledger_page
from dashboard.components import gate_card, ledger_filters, ledger_headline, ledger_totals
from data.messages import LANGS, text
from data.session import unit_of_work
from data.settings import DbRole
from tests.app.signed_in import look_as
from tests.app.small_district import make_district
from tests.app.small_ledger import (
    AFTERNOON,
    SATURDAY,
    SUNDAY,
    WEDNESDAY,
    at,
    put_calendar,
    put_gates,
    put_ledger,
    row,
    week,
)
from tests.database.viewers import sign_in

if TYPE_CHECKING:
    from datetime import datetime

    from streamlit.testing.v1 import AppTest

CLOCKS = (gate_card, ledger_filters, ledger_headline, ledger_totals, ledger_page)
REASONS = ("covered", "no_post", "not_on_duty", "partly_on_duty", "shared_elsewhere", "no_data")


@pytest.fixture
def clock(monkeypatch):
    """Set the district's clock."""

    def set_to(moment: datetime) -> None:
        for module in CLOCKS:
            monkeypatch.setattr(module, "local_now", lambda _zone: moment)

    set_to(at(WEDNESDAY, "07:30"))
    return set_to


@pytest.fixture
def gates(page, clock) -> list[int]:
    """Six schools whose gates are guarded in six ways, with a morning and, at two of them, an afternoon."""
    make_district(schools=6, posts=2)
    ids = put_gates(6)
    answers = ("in_time", "too_far", "unreachable", "in_time", "no_post", "no_data")
    rows = [row(gate, n, REASONS[n], answers[n]) for n, gate in enumerate(ids)]
    late = {"slot": AFTERNOON, "bell_slot_id": -2, "window_start": at(SUNDAY, "16:00").time(),
            "window_end": at(SUNDAY, "17:10").time()}  # fmt: skip
    rows += [row(gate, n, "no_post", **late) for n, gate in enumerate(ids[:2])]
    put_ledger(week(rows))
    return ids


def html_of(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html")]


def headline(app: AppTest) -> str:
    return next(body for body in html_of(app) if 'class="campus-headline"' in body)


def card(app: AppTest) -> str:
    return next(body for body in html_of(app) if body.startswith("<section") and "data-gate" in body)


def table(app: AppTest):
    return app.dataframe[0].value


def box(app: AppTest, key: str):
    return next(each for each in app.selectbox if each.key == key)


def buttons(app: AppTest, key: str):
    return next(group for group in app.get("button_group") if group.key == key)


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_opens_on_the_slot_at_hand_with_a_sentence_of_numbers(page, gates, lang) -> None:
    app = page(lang=lang)
    assert not app.exception
    said = headline(app)
    for number in ("6", "4", "3", "230"):  # gate-slots, open, empty, gate-minutes
        assert f"<strong>{number}</strong>" in said
    assert text(f"pages.slots.{'morning_in'}", lang) in said
    assert text("command.headline.and_unknown", lang, unknown="<strong>1</strong>") in said


def test_a_gate_without_data_has_no_minutes_rather_than_all_or_none(page, gates) -> None:
    shown = table(page())
    assert shown["uncovered_min"].isna().sum() == 1
    assert shown["reason"].iloc[-1] == text("command.guard_reason.no_data", "zh")
    assert shown["uncovered_min"].dropna().is_monotonic_decreasing


@pytest.mark.parametrize(
    ("moment", "slot", "state"),
    [("05:00", "morning_in", "before"), ("07:30", "morning_in", "now"), ("12:00", AFTERNOON, "before"),
     ("16:30", AFTERNOON, "now"), ("22:00", AFTERNOON, "over")],
)  # fmt: skip
def test_the_slot_at_hand_follows_the_clock(page, gates, clock, moment, slot, state) -> None:
    clock(at(WEDNESDAY, moment))
    hours = {"morning_in": "07:00–08:10", AFTERNOON: "16:00–17:10"}[slot]
    when = text(
        f"command.when.{state}", "zh", day="3月4日 周三", slot=text(f"pages.slots.{slot}", "zh"), hours=hours
    )
    assert when in headline(page())


def test_an_open_page_follows_the_clock_until_a_slot_is_chosen(page, gates, clock) -> None:
    app = page()
    clock(at(WEDNESDAY, "16:30"))
    app.run()
    assert "16:00–17:10" in headline(app)
    buttons(app, "slot_zh").set_value("morning_in").run()
    assert "07:00–08:10" in headline(app)
    assert app.query_params["slot"] == "morning_in"
    clock(at(WEDNESDAY, "16:40"))
    app.run()
    assert "07:00–08:10" in headline(app)


@pytest.mark.parametrize("lang", LANGS)
def test_a_sunday_has_no_school_and_says_when_there_is(page, gates, clock, lang) -> None:
    clock(at(SUNDAY, "07:30"))
    app = page(lang=lang)
    assert not app.exception
    said = headline(app)
    when, following = {"zh": ("3月8日 周日", "3月9日 周一"), "en": ("Sun 8 Mar", "Mon 9 Mar")}[lang]
    assert text("command.headline.no_school", lang, when=when) in said
    assert (
        text("command.headline.next_day", lang, when=following, kind=text("command.day.school", lang)) in said
    )
    assert "<strong>" not in said
    assert not app.dataframe or "uncovered_min" not in app.dataframe[0].value.columns


def test_a_make_up_saturday_says_which_weekday_runs(page, gates, clock) -> None:
    put_calendar(SATURDAY, runs_as=2)
    clock(at(SATURDAY, "07:30"))
    app = page()
    runs = text("command.day.made_up", "zh", weekday="周三")
    assert runs in headline(app)
    assert runs in box(app, "day_zh").options[0]
    assert len(table(app)) == 6


def test_a_day_without_school_by_calendar_is_told_in_the_list_of_days(page, gates, clock) -> None:
    put_calendar(WEDNESDAY + timedelta(days=1), is_school_day=False)
    options = box(page(), "day_zh").options
    assert len(options) == 14
    assert text("command.day.today", "zh", day="3月4日 周三") in options[0]
    assert text("command.day.rest", "zh") in options[1]


def test_a_date_that_differs_stands_before_the_weekday(page, gates, clock) -> None:
    put_ledger([*week([row(gate, n) for n, gate in enumerate(gates)]),
                row(gates[0], 0, "no_post", date_type=str(WEDNESDAY))])  # fmt: skip
    app = page()
    assert "<strong>70</strong>" in headline(app)
    assert len(table(app)) == 6


def test_police_alone_leave_more_uncovered_and_say_why(page, gates) -> None:
    put_ledger(week([row(gates[0], 0, "covered", uncovered_police_min=70.0)]))
    app = page()
    assert "<strong>70</strong>" not in headline(app)
    buttons(app, "force_zh").set_value("police").run()
    assert "<strong>70</strong>" in headline(app)
    assert table(app)["reason"].tolist() == [text("command.guard_reason.other_force", "zh")]


def test_a_reason_leaves_its_gates_alone(page, gates) -> None:
    app = page()
    choice = box(app, "guard_reason_zh")
    choice.set_value("shared_elsewhere").run()
    assert table(app)["reason"].tolist() == [text("command.guard_reason.shared_elsewhere", "zh")]
    assert "<strong>6</strong>" in headline(app), "the sentence is about all"


@pytest.mark.parametrize("lang", LANGS)
def test_response_says_who_comes_too_late_and_keeps_the_unknown_apart(page, gates, lang) -> None:
    app = page(mode="response", lang=lang)
    assert not app.exception
    assert "<strong>3</strong>" in headline(app)  # too far, no road, no post
    shown = table(app)
    assert shown["minutes"].isna().sum() == 3
    words = [text(f"command.response_reason.{word}", lang) for word in ("unreachable", "no_post", "too_far")]
    assert shown["reason"].tolist()[:3] == words
    assert shown["reason"].tolist()[-1] == text("command.response_reason.no_data", lang)


@pytest.mark.parametrize("lang", LANGS)
def test_without_roads_response_is_missing_and_no_straight_line_stands_in(page, gates, lang) -> None:
    put_ledger(week([row(gate, n, answer="no_data") for n, gate in enumerate(gates)]))
    app = page(mode="response", lang=lang)
    assert text("command.empty.no_roads", lang) in [info.value for info in app.info]
    assert "minutes" not in table(app).columns


@pytest.mark.parametrize("lang", LANGS)
def test_without_posts_the_page_says_that_none_is_known(page, clock, lang) -> None:
    make_district(schools=2, posts=0)
    put_ledger(week([row(-1, 0, "no_post", "no_post"), row(-2, 1, "no_post", "no_post")]))
    app = page(lang=lang)
    said = [info.value for info in app.info]
    assert text("command.empty.no_posts", lang) in said
    assert text("command.empty.no_gates", lang) in said


@pytest.mark.parametrize("lang", LANGS)
def test_without_rosters_nobody_can_say(page, gates, lang) -> None:
    put_ledger(week([row(gate, n, "no_data") for n, gate in enumerate(gates)]))
    app = page(lang=lang)
    assert text("command.empty.no_data", lang) in [info.value for info in app.info]
    assert "uncovered_min" in table(app).columns
    assert table(app)["uncovered_min"].isna().all()


@pytest.mark.parametrize("lang", LANGS)
def test_without_bells_there_is_no_ledger_and_no_number(page, clock, lang) -> None:
    make_district(schools=2, posts=1)
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(sql("DELETE FROM out.gate_slot"))
        connection.commit()
    app = page(lang=lang, mode="guard")
    assert text("command.empty.no_bells", lang) in [info.value for info in app.info]
    assert not app.dataframe
    surroundings = page(lang=lang)
    assert text("command.empty.no_bells", lang) in [info.value for info in surroundings.info]
    assert len(surroundings.dataframe) == 1


def test_without_a_build_the_page_asks_for_one(page, clock) -> None:
    make_district(schools=2, posts=1, built=False)
    assert text("pages.empty.no_build", "zh") in [info.value for info in page().info]


@pytest.mark.parametrize("lang", LANGS)
def test_a_gate_in_the_address_shows_its_day_its_week_and_its_posts(page, gates, lang) -> None:
    app = page(gate=str(gates[3]), lang=lang)
    assert not app.exception
    said = card(app)
    assert f'data-gate="{gates[3]}"' in said
    assert said.count('class="campus-window') == 1
    assert said.count('<li class="campus-day') == 7
    assert text("command.timeline.open", lang, hours="07:00–08:10", what=text("pages.slots.morning_in", lang),
                uncovered="20", required="70") in said  # fmt: skip
    assert app.session_state["selected_gate"] == gates[3]


def test_a_gate_without_a_window_that_day_still_shows_its_week(page, gates, clock) -> None:
    clock(at(SUNDAY, "07:30"))
    said = card(page(gate=str(gates[1])))
    assert text("command.card.no_window", "zh") in said
    assert "训练第2学校 东门" in said
    assert said.count('<li class="campus-day') == 7
    assert "campus-window" not in said


def test_searching_a_school_selects_its_gate_and_the_address_keeps_it(page, gates) -> None:
    app = page()
    app.selectbox(key="search").set_value("S001").run()
    assert app.query_params["gate"] == str(gates[1])
    assert f'data-gate="{gates[1]}"' in card(app)
    assert table(app)["gate"].iloc[0].startswith("训练第2学校")


def test_an_assumed_gate_is_called_so(page, gates) -> None:
    put_ledger(week([row(-5, 2)]))
    app = page(gate="-5")
    assert text("command.gate_estimated", "zh") in card(app)
    assert text("command.card.estimated", "zh") in card(app)


def test_names_from_files_are_escaped_in_the_card(page, clock) -> None:
    make_district(schools=1, posts=1)
    ids = put_gates(1)
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(sql("UPDATE core.gate SET name = '<img src=x onerror=alert(1)>'"))
        connection.commit()
    put_ledger(week([row(ids[0], 0, "no_post")]))
    assert not any("<img" in body for body in html_of(page(gate=str(ids[0]))))


def test_sums_of_slot_day_and_month_are_of_the_same_rows(page, gates) -> None:
    app = page()
    buttons(app, "level_zh").set_value("town").run()
    slot = app.dataframe[1].value
    assert slot["uncovered"].tolist() == [230]
    buttons(app, "period_zh").set_value("day").run()
    assert app.dataframe[1].value["uncovered"].tolist() == [370]
    buttons(app, "period_zh").set_value("month").run()
    assert app.dataframe[1].value["uncovered"].tolist() == [
        370 * 22
    ]  # March 2026 has 22 days of Monday to Friday
    buttons(app, "level_zh").set_value("date").run()
    assert app.dataframe[1].value["uncovered"].tolist() == [370] * 22


@pytest.mark.parametrize("role", ["unit", "steward", "auditor", "admin"])
def test_who_may_not_see_the_ledger_sees_nothing_of_it(page, gates, monkeypatch, role) -> None:
    become(monkeypatch, role)
    app = page(mode="guard", gate=str(gates[1]))
    assert not app.exception
    assert "mode_zh" not in {group.key for group in app.get("button_group")}
    assert not any("data-gate" in body and "<section" in body for body in html_of(app))


def test_the_committee_sees_today_and_no_roster(page, gates, monkeypatch) -> None:
    become(monkeypatch, "committee")
    app = page(day=str(WEDNESDAY + timedelta(days=1)), gate=str(gates[0]))
    assert not app.exception
    assert "day_zh" not in {each.key for each in app.selectbox}
    assert "3月4日" in headline(app)
    said = card(app)
    assert said.count('<li class="campus-day') == 3, "no day after today"
    assert text("command.posts.label", "zh") not in said


def become(monkeypatch, role: str) -> None:
    token = sign_in(sees_all=True, role=role)
    look_as(monkeypatch, token)
