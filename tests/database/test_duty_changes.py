"""A one-day change made on a page: for commanders, before a file's, taken back but never rewritten, built at once."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.repositories import duty_changes, map_layers
from data.repositories import jobs as queue
from data.repositories.duty_changes import BUILD, DutyChange, UnknownPostError, UselessChangeError
from data.repositories.facts import Facts
from data.session import set_viewer, unit_of_work, viewer_transaction
from data.settings import DbRole
from etl.worker import command_of
from geo.terms import Change
from tests.database.viewers import as_owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = date(2026, 11, 2)
POST = """
    INSERT INTO core.post (code, district_code, name, type, force, geom, source, digest, valid_from, recorded_by)
    VALUES (:code, :district, :code, 'guard_post', 'police', 'SRID=4490;POINT(119.5 31.7)', 's', '', '2026-01-01', 1)
"""
EXCEPTION = """
    INSERT INTO core.duty_exception (code, district_code, date, post_code, change, start, "end", source, digest,
                                     valid_from, recorded_by)
    VALUES (:post || :date, 'd1', CAST(:date AS date), :post, 'hours', '08:00', '09:00', 's', '', '2026-01-01', 1)
"""


@pytest.fixture
def commander(database: str) -> str:
    """Give the token of a commander of d1, which has posts A and B; C is of d2."""
    for code, district in (("A", "d1"), ("B", "d1"), ("C", "d2")):
        as_owner(POST, code=code, district=district)
    return sign_in("d1")


def act(token: str, action: Callable[..., Any], *words: Any) -> Any:
    """Do something as a viewer and keep it."""
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        result = action(connection, *words)
        connection.commit()
    return result


def absent(code: str = "A", day: date = DAY) -> DutyChange:
    return DutyChange(day, code, Change.ABSENT)


def standing(token: str) -> list[tuple[Any, ...]]:
    with viewer_transaction(token) as connection:
        return [(row["post_code"], row["change"]) for row in duty_changes.standing(connection, DAY)]


def in_force() -> list[tuple[Any, ...]]:
    with unit_of_work(DbRole.LOADER) as connection:
        frame = Facts(connection).exceptions()
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False)]


def versions(token: str) -> tuple[str, str]:
    with viewer_transaction(token) as connection:
        facts = str(connection.execute(text("SELECT core.facts_version()")).scalar_one())
        return map_layers.data_version(connection), facts


def test_a_change_stands_before_a_files_for_its_date_and_post_alone(commander: str) -> None:
    for post, day in (("A", "2026-11-02"), ("A", "2026-11-03"), ("B", "2026-11-02")):
        as_owner(EXCEPTION, post=post, date=day)
    act(commander, duty_changes.put, absent())
    hours = ("hours", None, 480, 540)
    assert in_force() == [
        (DAY, "A", "absent", None, None, None), (DAY, "B", *hours), (date(2026, 11, 3), "A", *hours)
    ]  # fmt: skip
    act(commander, duty_changes.put, DutyChange(DAY, "A", Change.HOURS, start=time(6, 30), end=time(7)))
    assert in_force()[0] == (DAY, "A", "hours", None, 390, 420)
    number = as_owner("SELECT id FROM work.duty_change WHERE revoked_at IS NULL")
    act(commander, duty_changes.take_back, number)
    assert in_force()[0] == (DAY, "A", *hours)


def test_a_new_change_takes_the_old_one_back_and_rewrites_nothing(commander: str) -> None:
    act(commander, duty_changes.put, absent())
    act(commander, duty_changes.put, DutyChange(DAY, "A", Change.REPLACED, replaced_by="B"))
    assert standing(commander) == [("A", "replaced")]
    assert as_owner("SELECT array_agg(change || (revoked_at IS NULL) ORDER BY id) FROM work.duty_change") == [
        "absentfalse", "replacedtrue"
    ]  # fmt: skip
    with pytest.raises(DBAPIError, match="uq_duty_change_standing"):
        as_owner(
            "INSERT INTO work.duty_change (district_code, date, post_code, change, set_by) "
            "VALUES ('d1', '2026-11-02', 'A', 'absent', 1)"
        )


def test_setting_and_taking_back_each_ask_for_a_build_of_what_changed(commander: str) -> None:
    first = act(commander, duty_changes.put, absent())
    number = as_owner("SELECT id FROM work.duty_change")
    second = act(commander, duty_changes.take_back, number)
    assert act(commander, duty_changes.take_back, number) is None
    assert as_owner("SELECT array_agg(id ORDER BY id) FROM work.job") == [first, second]
    assert as_owner("SELECT args FROM work.job ORDER BY id LIMIT 1") == BUILD
    assert as_owner("SELECT every(revoked_by = set_by) FROM work.duty_change")


@pytest.mark.parametrize(("given", "words"), [(True, ["--changed", "--", "all"]), ("x", ["--", "all"]), (None, ["--", "all"])])  # fmt: skip
def test_the_worker_builds_what_changed_alone_where_it_is_told_so(given: Any, words: list[str]) -> None:
    command = command_of(queue.Job(id=1, kind="build", args={"jobs": ["all"], "changed": given}))
    assert command[command.index("build") + 1 :] == words


def test_the_datas_version_moves_with_changes_and_plans_the_facts_version_does_not(commander: str) -> None:
    seen = [versions(commander)]
    act(commander, duty_changes.put, absent())
    seen.append(versions(commander))
    act(commander, duty_changes.take_back, as_owner("SELECT id FROM work.duty_change"))
    seen.append(versions(commander))
    as_owner("INSERT INTO work.plan (district_code, name, created_by) VALUES ('d1', 'p', 1)")
    seen.append(versions(commander))
    as_owner("UPDATE work.plan SET changes = '[1]', changed_at = now()")
    seen.append(versions(commander))
    as_owner("DELETE FROM work.plan")
    seen.append(versions(commander))
    assert len({data for data, _ in seen[:5]}) == 5
    assert seen[5][0] != seen[4][0]
    assert len({facts for _, facts in seen}) == 1


@pytest.mark.parametrize("code", ["C", "nobody"])
def test_a_post_that_is_not_the_viewers_is_not_known(commander: str, code: str) -> None:
    for change in (absent(code), DutyChange(DAY, "A", Change.REPLACED, replaced_by=code)):
        with pytest.raises(UnknownPostError):
            act(commander, duty_changes.put, change)
    assert standing(commander) == []


@pytest.mark.parametrize("change", [
    DutyChange(DAY, "A", Change.REPLACED), DutyChange(DAY, "A", Change.REPLACED, replaced_by="A"),
    DutyChange(DAY, "A", Change.HOURS, start=time(7)), DutyChange(DAY, "A", Change.HOURS, start=time(7), end=time(7)),
])  # fmt: skip
def test_a_change_that_changes_nothing_is_refused(commander: str, change: DutyChange) -> None:
    with pytest.raises(UselessChangeError):
        act(commander, duty_changes.put, change)
    assert as_owner("SELECT count(*) FROM work.job") == 0


@pytest.mark.parametrize("role", ["committee", "bureau", "school", "steward"])
def test_nobody_but_a_commander_changes_a_duty(commander: str, role: str) -> None:
    act(commander, duty_changes.put, absent())
    other = sign_in("d1", role=role)
    assert standing(other) == []
    # a school that has nothing to do with a post does not even see it
    with pytest.raises((DBAPIError, duty_changes.UnknownPostError), match=r"row-level security|unknown_post"):
        act(other, duty_changes.put, absent("B"))
    assert act(other, duty_changes.take_back, as_owner("SELECT id FROM work.duty_change")) is None
    assert standing(commander) == [("A", "absent")]
