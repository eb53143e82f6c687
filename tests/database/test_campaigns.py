"""Campaigns are made, changed and closed by who may; the worker says what one could show and what came of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.messages import LANGS
from data.messages import text as sentence
from data.repositories import campaign_facts, campaigns, map_layers
from data.repositories.campaigns import CampaignWords, TaskWords
from data.session import set_viewer, unit_of_work, viewer_transaction
from data.settings import DbRole
from etl import worker
from geo.errors import BadCellError
from geo.hexagons import cell_ids
from geo.terms import TaskOrigin
from tests.database.campaign_district import (
    DISTRICT,
    END,
    SOUTH,
    START,
    STEP_DEG,
    WEST,
    plant,
    put_events,
    put_schools,
)  # fmt: skip
from tests.database.viewers import account_of, as_owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("database")
CELLS = tuple(cell_ids([WEST + 0.0005, WEST + 0.003], [SOUTH + 0.0005, SOUTH + 0.0005]).tolist())


def words(codes: list[str], **other: Any) -> CampaignWords:
    given: dict[str, Any] = {
        "name": "校园周边集中整治", "topic": "traffic_order", "zones": (CELLS,), "school_codes": tuple(codes),
        "lead_unit": "政法委", "joint_units": ("公安分局", "城管局"), "starts_on": START, "ends_on": END,
    }  # fmt: skip
    return CampaignWords(**{**given, **other})


def task(**other: Any) -> TaskWords:
    given: dict[str, Any] = {"origin": TaskOrigin.CAMPAIGN, "item": "清理占道食品摊点", "lead_unit": "城管局",
                             "deadline": date(2026, 6, 15)}  # fmt: skip
    return TaskWords(**{**given, **other})


def act(token: str, action: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Do something as a viewer and keep it."""
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        result = action(connection, *given, **named)
        connection.commit()
    return result


def seen(token: str, number: int) -> dict[str, Any]:
    with viewer_transaction(token) as connection:
        return next(row for row in campaigns.listed(connection) if row["id"] == number)


def work() -> None:
    """Let the worker do all that waits."""
    while worker.step():
        pass


def job(number: int) -> Any:
    with unit_of_work(DbRole.LOADER) as connection:
        return connection.execute(text("SELECT * FROM work.job WHERE id = :id"), {"id": number}).one()


def judged(codes: list[str], **other: Any) -> dict[str, Any]:
    """Make a campaign, close it, let the worker answer; give the row."""
    token = sign_in(DISTRICT, role="committee")
    number, _ = act(token, campaigns.add, DISTRICT, words(codes, **other))
    act(token, campaigns.close, number)
    work()
    return seen(token, number)


# --- who may do what


def test_a_campaign_made_is_seen_by_its_deciders_and_asks_for_its_forecast() -> None:
    put_schools(4)
    token = sign_in(DISTRICT, role="committee")
    number, asked = act(token, campaigns.add, DISTRICT, words(["S000", "S001"]))
    row = seen(sign_in(DISTRICT), number)
    assert (row["name"], row["topic"], row["lead_unit"]) == ("校园周边集中整治", "traffic_order", "政法委")
    assert (row["zones"], row["school_codes"]) == ([list(CELLS)], ["S000", "S001"])
    assert (row["forecast"], row["result"], row["closed_at"]) == (None, None, None)
    assert (job(asked).kind, job(asked).args) == ("campaign_forecast", {"campaign": number})
    assert as_owner("SELECT created_by FROM work.campaign") == account_of(token)


@pytest.mark.parametrize("role", ["bureau", "school", "unit", "steward"])
def test_others_neither_see_nor_make_nor_close_campaigns(role: str) -> None:
    put_schools(4)
    number, _ = act(sign_in(DISTRICT), campaigns.add, DISTRICT, words(["S000"]))
    other = sign_in(DISTRICT, role=role)
    with viewer_transaction(other) as connection:
        assert campaigns.listed(connection) == []
    with pytest.raises(DBAPIError, match="row-level security"):
        act(other, campaigns.add, DISTRICT, words(["S000"]))
    with pytest.raises(campaigns.CampaignGoneError):
        act(other, campaigns.close, number)


def test_a_campaign_of_another_district_is_not_there() -> None:
    put_schools(4)
    number, _ = act(sign_in(DISTRICT), campaigns.add, DISTRICT, words(["S000"]))
    other = sign_in("d2")
    with pytest.raises(campaigns.CampaignGoneError):
        act(other, campaigns.change, number, words(["S001"]))
    with pytest.raises(DBAPIError, match="row-level security"):
        act(other, campaigns.add, DISTRICT, words(["S000"]))


def test_a_closed_campaign_stays_as_it_was() -> None:
    put_schools(4)
    token = sign_in(DISTRICT)
    number, _ = act(token, campaigns.add, DISTRICT, words(["S000"]))
    assert job(act(token, campaigns.close, number)).kind == "campaign_result"
    for action, given in [(campaigns.close, ()), (campaigns.change, (words(["S001"]),))]:
        with pytest.raises(campaigns.CampaignGoneError):
            act(token, action, number, *given)
    with pytest.raises(campaigns.CampaignGoneError):
        act(token, campaigns.add_task, DISTRICT, task(campaign_id=number))
    assert as_owner("SELECT closed_by FROM work.campaign") == account_of(token)


BAD = [
    ({"name": ""}, campaigns.LackingWordsError), ({"name": "x" * 61}, campaigns.LackingWordsError),
    ({"topic": "题" * 41}, campaigns.LackingWordsError), ({"lead_unit": "  "}, campaigns.LackingWordsError),
    ({"topic": "涉校欺凌"}, campaigns.PersonsNamedError), ({"name": "信访人员稳控"}, campaigns.PersonsNamedError),
    ({"name": "张某 13812345678"}, campaigns.PersonalWordsError),
    ({"joint_units": ("城管局 32048219870314123X",)}, campaigns.PersonalWordsError),
    ({"starts_on": None}, campaigns.CampaignDaysError), ({"ends_on": START - timedelta(1)}, campaigns.CampaignDaysError),
    ({"ends_on": START + timedelta(2000)}, campaigns.CampaignDaysError), ({"school_codes": ()}, campaigns.NoZoneError),
    ({"zones": (("nowhere",),)}, BadCellError),
]  # fmt: skip


@pytest.mark.parametrize(("other", "error"), BAD)
def test_a_campaign_that_says_what_none_may_is_refused_and_not_repeated(
    other: dict[str, Any], error: Any
) -> None:
    with pytest.raises(error) as raised:
        act(sign_in(DISTRICT), campaigns.add, DISTRICT, words(["S000"], **other))
    said = [sentence(raised.value.key, lang, **raised.value.params) for lang in LANGS]
    assert not any(
        str(value) in line
        for value in other.values()
        for line in said
        if isinstance(value, str) and value.strip()
    )
    assert as_owner("SELECT count(*) FROM work.campaign") == 0


# --- tasks


def test_a_task_is_done_and_undone_and_everybody_in_scope_sees_it() -> None:
    put_schools(4)
    token, unit = sign_in(DISTRICT, role="committee"), sign_in(DISTRICT, role="unit")
    number, _ = act(token, campaigns.add, DISTRICT, words(["S000"]))
    made = act(token, campaigns.add_task, DISTRICT, task(campaign_id=number))
    decided = act(token, campaigns.add_task, DISTRICT, task(origin=TaskOrigin.MEETING, zone_id="T1:S000"))
    with viewer_transaction(unit) as connection:
        assert [row["id"] for row in campaigns.tasks(connection)] == [made, decided]
        before = map_layers.data_version(connection)
    act(unit, campaigns.mark_task, made, is_done=True)
    with viewer_transaction(token) as connection:
        assert [(row["id"], row["done_at"] is None) for row in campaigns.tasks(connection)] == [
            (decided, True), (made, False)
        ]  # fmt: skip
        assert map_layers.data_version(connection) != before
    assert as_owner("SELECT done_by FROM work.task WHERE id = :id", id=made) == account_of(unit)
    act(token, campaigns.mark_task, made, is_done=False)
    assert as_owner("SELECT count(*) FROM work.task WHERE done_at IS NULL AND done_by IS NULL") == 2
    for stranger in (sign_in("d2"), sign_in()):
        with pytest.raises(campaigns.TaskGoneError):
            act(stranger, campaigns.mark_task, made, is_done=True)


@pytest.mark.parametrize(("other", "error"), [
    ({"item": ""}, campaigns.LackingWordsError), ({"item": "走访学生家庭"}, campaigns.PersonsNamedError),
    ({"item": "联系 138-1234-5678"}, campaigns.PersonalWordsError), ({"lead_unit": ""}, campaigns.LackingWordsError),
    ({"campaign_id": 12345}, campaigns.CampaignGoneError), ({"deadline": None}, campaigns.DeadlineError),
])  # fmt: skip
def test_a_task_that_says_what_none_may_is_refused(other: dict[str, Any], error: Any) -> None:
    with pytest.raises(error):
        act(sign_in(DISTRICT), campaigns.add_task, DISTRICT, task(**other))
    assert as_owner("SELECT count(*) FROM work.task") == 0


def test_a_task_is_in_the_district_of_its_campaign() -> None:
    put_schools(4)
    both = sign_in(DISTRICT, "d2")
    number, _ = act(both, campaigns.add, DISTRICT, words(["S000"]))
    act(both, campaigns.add_task, "d2", task(campaign_id=number))
    act(both, campaigns.add_task, "d2", task(origin=TaskOrigin.MEETING))
    assert as_owner("SELECT array_agg(district_code ORDER BY id) FROM work.task") == [DISTRICT, "d2"]


def test_units_write_no_tasks() -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        act(sign_in(DISTRICT, role="unit"), campaigns.add_task, DISTRICT, task())


# --- the worker's answers


def test_a_halved_rate_is_found_and_what_stands_behind_is_shown() -> None:
    planted = plant(ratio=0.5)
    treated = planted.codes[:12]
    row = judged(treated)
    result, forecast = row["result"], row["forecast"]
    assert (result["verdict"], result["key"]) == ("effect", "campaigns.verdict.effect")
    assert result["power_halved"] >= 0.9
    assert result["ratio"]["low"] < 0.5 < result["ratio"]["high"] < 1
    is_treated = planted.events["school"] < 12
    after = planted.events["day"] >= pd.Timestamp(START)
    assert result["treated"]["after"] == {
        "events": int((is_treated & after).sum()), "days": 92,
        "per_month": pytest.approx(int((is_treated & after).sum()) / 92 * 365.25 / 12, abs=1e-5),
    }  # fmt: skip
    assert result["treated"]["before"]["events"] == int((is_treated & ~after).sum())
    controls = {pair["control"] for pair in result["matching"]["pairs"]}
    assert not controls & set(treated)
    assert {pair["treated"] for pair in result["matching"]["pairs"]} == set(treated)
    assert [line["feature"] for line in result["matching"]["balance"]] == [
        "rate_per_month",
        "trend",
        "pupils",
        "same_stage",
    ]
    assert forecast["verdict"] == "showable"
    assert result["asked"] == forecast["asked"] == campaigns.asked_of(row)
    assert as_owner("SELECT job FROM audit.run WHERE id = :id", id=result["run_id"]) == "campaign_result"
    for told in (result, forecast):
        for lang in LANGS:
            assert "{" not in sentence(told["key"], lang, **told["params"])


def test_nothing_of_a_single_event_is_written_down() -> None:
    planted = plant(schools=20, treated=5, ratio=0.5)
    row = judged(planted.codes[:5])
    kept = json.dumps([row["result"], row["forecast"]], default=str)
    lon, lat = planted.events[["lon", "lat"]].to_numpy().T
    assert not [place for place in (*lon, *lat) if f"{place:.4f}"[:8] in kept]
    assert not [cell for cell in cell_ids(lon, lat) if cell in kept]
    assert "theft" not in kept


def test_where_nothing_changed_no_effect_is_claimed() -> None:
    planted = plant(ratio=1.0)
    assert judged(planted.codes[:12])["result"]["verdict"] == "none_seen"


def test_three_events_a_month_cannot_show_a_result_in_two_months_and_that_is_said_before() -> None:
    planted = plant(monthly=1.0, treated=3, ratio=0.5)
    row = judged(planted.codes[:3], ends_on=START + timedelta(days=60))
    assert row["forecast"]["verdict"] == "not_showable"
    assert row["forecast"]["params"]["events"] in {"2.7", "2.8", "2.9", "3", "3.1", "3.2", "3.3"}
    assert row["forecast"]["params"]["months"] == "2"
    assert (row["result"]["verdict"], row["result"]["key"]) == (
        "not_enough_data",
        "campaigns.limit.low_power",
    )
    assert row["result"]["power_halved"] < 0.8


def test_a_campaign_closed_before_its_first_day_has_no_days_to_judge_by() -> None:
    planted = plant(schools=20)
    tomorrow = date.today() + timedelta(days=1)  # noqa: DTZ011 -- any day from now on
    row = judged(planted.codes[:5], starts_on=tomorrow, ends_on=tomorrow + timedelta(days=60))
    assert row["result"]["key"] == "campaigns.limit.no_after"
    assert row["result"]["treated"]["before"]["events"] > 0


@pytest.mark.parametrize(("start", "key"), [(date(2025, 1, 1), "no_before"), (date(2019, 1, 1), "no_before")])
def test_a_campaign_without_days_before_it_is_told_so(start: date, key: str) -> None:
    planted = plant(schools=20)
    row = judged(planted.codes[:5], starts_on=start, ends_on=start + timedelta(days=90))
    assert (row["forecast"]["key"], row["result"]["key"]) == (
        f"campaigns.limit.{key}",
        f"campaigns.limit.{key}",
    )


def test_without_any_event_and_with_schools_that_are_gone_there_is_a_sentence() -> None:
    put_schools(20)
    assert judged(["S000"])["result"]["key"] == "campaigns.limit.no_before"
    assert judged(["GONE"])["result"]["key"] == "campaigns.limit.no_before"
    as_owner("DELETE FROM core.school")
    assert judged(["GONE"])["result"]["key"] == "campaigns.limit.no_before"


def test_an_event_counts_at_one_school_and_a_hidden_one_where_its_hexagon_lies() -> None:
    put_schools(4)
    beside = WEST + 0.001 + 0.0015
    days = pd.to_datetime(["2026-05-01", "2026-05-02", "2026-05-03"])
    put_events(
        pd.DataFrame({"day": days, "lon": WEST + 0.0005, "lat": SOUTH + 0.0005}), prefix="H", is_hidden=True
    )
    put_events(pd.DataFrame({"day": days[:2], "lon": beside, "lat": SOUTH + 0.0005}))
    far = WEST + 0.001 + 0.0075
    put_events(pd.DataFrame({"day": days[:1], "lon": far, "lat": SOUTH + 0.0005}), prefix="R")
    from etl.campaigns import count

    campaign = {"district_code": DISTRICT, "zones": [], "school_codes": ["S000"], "starts_on": START}
    with unit_of_work(DbRole.LOADER) as connection:
        counts = count(connection, campaign, date(2026, 11, 1), "Asia/Shanghai")
    assert counts.events.periods.counts.sum(axis=1).tolist() == [5, 0, 0, 0]
    assert counts.events.ring.tolist() == [1, 0, 0]
    assert counts.units.is_treated.tolist() == [True, False, False, False]
    assert counts.units.zone_distance_m[0] == 0
    np.testing.assert_allclose(counts.units.zone_distance_m[1], STEP_DEG * 94_900 - 94.9 - 200, rtol=0.01)


def test_events_ahead_of_today_are_not_believed() -> None:
    put_schools(4)
    days = pd.to_datetime(["2026-05-01", "2099-01-01"])
    put_events(pd.DataFrame({"day": days, "lon": WEST, "lat": SOUTH}))
    from etl.campaigns import count

    campaign = {"district_code": DISTRICT, "zones": [], "school_codes": ["S000"], "starts_on": START}
    with unit_of_work(DbRole.LOADER) as connection:
        counts = count(connection, campaign, date(2026, 11, 1), "Asia/Shanghai")
    assert int(counts.events.periods.counts.sum()) == 1
    assert counts.end == date(2026, 5, 2)


def test_a_job_may_run_twice_and_a_change_makes_the_old_answer_known_as_old() -> None:
    planted = plant(schools=20, treated=5)
    token = sign_in(DISTRICT)
    number, _ = act(token, campaigns.add, DISTRICT, words(planted.codes[:5]))
    work()
    first = seen(token, number)
    act(token, campaigns.ask, campaigns.FORECAST, number)
    work()
    again = seen(token, number)
    drop = {"run_id": 0}
    assert {**again["forecast"], **drop} == {**first["forecast"], **drop}
    act(token, campaigns.change, number, words(planted.codes[:6]))
    changed = seen(token, number)
    assert changed["forecast"]["asked"] != campaigns.asked_of(changed)
    work()
    done = seen(token, number)
    assert done["forecast"]["asked"] == campaigns.asked_of(done)


def is_waited_for() -> bool:
    """Tell whether somebody waits for a lock within a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if as_owner("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            return True
        time.sleep(0.05)
    return False


def test_a_worker_killed_in_between_leaves_nothing_half_done_and_the_next_one_answers() -> None:
    planted = plant(schools=20, treated=5)
    token = sign_in(DISTRICT)
    number, asked = act(token, campaigns.add, DISTRICT, words(planted.codes[:5]))
    process = subprocess.Popen([sys.executable, "-P", "-m", "etl.cli", "worker"], start_new_session=True)
    with unit_of_work(DbRole.OWNER) as connection:
        # its child waits for this lock right before it would commit
        connection.execute(text("SELECT * FROM work.campaign FOR UPDATE"))
        try:
            assert is_waited_for()
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)
    assert job(asked).status == "running"
    assert seen(token, number)["forecast"] is None
    assert as_owner("SELECT count(*) FROM audit.run") == 0
    as_owner("UPDATE work.job SET heartbeat_at = now() - interval '1 hour'")
    with unit_of_work(DbRole.LOADER) as connection:
        assert worker.queue.requeue_lost(connection) == 1
        connection.commit()
    work()
    assert job(asked).status == "done"
    assert seen(token, number)["forecast"]["verdict"]


@pytest.mark.parametrize("args", [{}, {"campaign": "1"}, {"campaign": 0}, {"campaign": 1, "x": 2}])
def test_a_job_with_other_words_is_refused(args: dict[str, Any]) -> None:
    with unit_of_work(DbRole.LOADER) as connection:
        number = worker.queue.add(connection, "campaign_forecast", args)
        connection.commit()
    work()
    assert (job(number).status, job(number).result["key"]) == ("failed", "intake_page.bad_words")


def test_a_campaign_that_is_gone_fails_with_a_sentence() -> None:
    with unit_of_work(DbRole.LOADER) as connection:
        number = worker.queue.add(connection, "campaign_result", {"campaign": 77})
        connection.commit()
    work()
    assert (job(number).status, job(number).result["key"]) == ("failed", "campaigns.gone")
    assert all(job(number).result["said"][lang] for lang in LANGS)


def test_events_that_come_in_ask_for_every_campaign_anew() -> None:
    put_schools(4)
    token = sign_in(DISTRICT)
    first, _ = act(token, campaigns.add, DISTRICT, words(["S000"]))
    second, _ = act(token, campaigns.add, DISTRICT, words(["S001"]))
    act(token, campaigns.close, second)
    as_owner("DELETE FROM work.job")
    for _ in range(2):
        with unit_of_work(DbRole.LOADER) as connection:
            campaign_facts.renew(connection)
            connection.commit()
    with unit_of_work(DbRole.LOADER) as connection:
        waiting = [(one.kind, one.args) for one in worker.queue.open_jobs(connection)]
    assert waiting == [("campaign_forecast", {"campaign": first}), ("campaign_result", {"campaign": second})]
