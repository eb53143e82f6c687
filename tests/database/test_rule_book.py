"""The rule book: shipped once, changed by the committee alone, never rewritten, read as it was on any day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from data.repositories import jobs as queue
from data.repositories import rules as book
from data.repositories.map_layers import data_version
from data.repositories.rules import EarlierThanStandingError, StillEndsError, UnknownRuleError
from data.rule_book import RuleVersion, shipped_rules
from data.session import set_viewer, unit_of_work, viewer_transaction
from data.settings import DbRole
from etl import worker
from etl.build import build
from etl.rule_changes import run
from tests.database.viewers import account_of, as_owner, sign_in

OLD, NEW, LATER = date(2020, 1, 1), date(2024, 3, 1), date(2026, 1, 1)


def rule(**words: Any) -> RuleVersion:
    given = {
        "code": "local-tobacco", "venue_category": "tobacco", "stages": ["primary"], "metres": 100,
        "school_side": "any_gate", "venue_side": "door", "metric": "straight", "document": "a notice",
        "source": "a page", "strength": "prohibited", "valid_from": OLD, **words,
    }  # fmt: skip
    return RuleVersion.model_validate(given)


def loader(action, *words, **named):
    with unit_of_work(DbRole.LOADER) as connection:
        result = action(connection, *words, **named)
        connection.commit()
    return result


def metres_on(day: date, code: str = "local-tobacco") -> list[float]:
    frame = loader(book.holding, day)
    return frame.loc[frame["code"] == code, "metres"].tolist()


def put(by: str = "7", **words: Any) -> int:
    return loader(book.put, rule(**words), by=by)


@pytest.fixture(autouse=True)
def fresh(database: str) -> str:
    return database


def test_the_shipped_book_says_where_it_has_every_number_from() -> None:
    shipped = shipped_rules()
    assert len({each.code for each in shipped}) == len(shipped)
    national = {each.code: each for each in shipped if each.metres and not each.jurisdiction}
    assert {code: (each.metres, each.school_side, each.metric) for code, each in national.items()} == {
        "net-cafe-boundary": (200, "boundary", "straight"), "net-cafe-walk": (200, "any_gate", "walk"),
    }  # fmt: skip
    assert all(each.source and each.document for each in shipped)
    assert [each.metres for each in shipped if each.jurisdiction in ("32", "3204")] == [None] * 5
    (esports,) = (each for each in shipped if each.venue_category == "esports_hotel")
    assert (esports.metres, esports.strength) == (None, "attention")


def test_shipping_twice_changes_nothing() -> None:
    assert loader(book.ship, shipped_rules()) == len(shipped_rules())
    before = loader(book.history)
    assert loader(book.ship, shipped_rules()) == 0
    assert loader(book.history).equals(before)
    assert before["is_shipped"].all()


def test_a_build_brings_the_book_in_and_another_leaves_it_as_it_is() -> None:
    build(["findings"])
    before = loader(book.history)
    assert len(before) == len(shipped_rules())
    build(["findings"])
    assert loader(book.history).equals(before)


def test_a_new_shipment_closes_the_old_law_and_ends_what_was_wrong() -> None:
    loader(book.ship, [rule(), rule(code="wrong-one")])
    loader(book.ship, [rule(metres=200, valid_from=NEW), rule(code="wrong-one", metres=50)])
    assert (metres_on(OLD), metres_on(NEW)) == ([100], [200])
    assert (metres_on(OLD, "wrong-one"), metres_on(NEW, "wrong-one")) == ([50], [50])
    assert loader(book.ship, [rule(metres=200, valid_from=NEW)]) == 1
    assert metres_on(NEW, "wrong-one") == []


def test_what_the_committee_wrote_or_took_back_is_not_shipped_over() -> None:
    loader(book.ship, [rule(), rule(code="taken-back")])
    put(metres=150, valid_from=NEW)
    history = loader(book.history)
    number = int(history.loc[history["code"] == "taken-back", "rule_id"].iloc[0])
    loader(book.take_back, number, by="7")
    assert loader(book.ship, [rule(metres=999, valid_from=LATER), rule(code="taken-back", metres=999)]) == 0
    assert metres_on(LATER) == [150]
    assert metres_on(LATER, "taken-back") == []


def test_an_old_day_keeps_its_law_and_the_history_tells_who_and_when() -> None:
    put()
    put(by="8", metres=200, valid_from=NEW)
    assert [metres_on(day) for day in (date(2019, 12, 31), OLD, date(2024, 2, 29), NEW)] == [
        [],
        [100],
        [100],
        [200],
    ]
    history = loader(book.history)
    assert history[["metres", "set_by", "valid_from", "valid_to"]].to_numpy().tolist() == [
        [200, "8", NEW, None], [100, "7", OLD, NEW],
    ]  # fmt: skip
    assert history["set_at"].notna().all()


def test_a_version_that_is_taken_back_never_held_and_the_one_before_goes_on() -> None:
    put()
    number = put(metres=200, valid_from=NEW)
    assert loader(book.take_back, number, by="8") == "local-tobacco"
    assert metres_on(LATER) == [100]
    ended = loader(book.history).set_index("rule_id").loc[number]
    assert (ended["metres"], ended["ended_by"]) == (200, "8")
    assert loader(book.take_back, number, by="8") == "local-tobacco"
    with pytest.raises(UnknownRuleError):
        loader(book.take_back, number, by="9")


def test_a_version_replaced_on_its_own_first_day_comes_back() -> None:
    loader(book.ship, [rule()])
    number = put(metres=150)
    assert metres_on(NEW) == [150]
    loader(book.take_back, number, by="7")
    assert metres_on(NEW) == [100]
    first = int(loader(book.history)["rule_id"].min())
    loader(book.take_back, first, by="7")
    assert metres_on(NEW) == []


def test_only_the_newest_version_is_taken_back() -> None:
    first = put()
    put(metres=200, valid_from=NEW)
    with pytest.raises(UnknownRuleError):
        loader(book.take_back, first, by="7")


def test_the_past_is_not_overwritten() -> None:
    put(valid_from=NEW)
    with pytest.raises(EarlierThanStandingError):
        put(metres=10, valid_from=OLD)
    put(code="ends-itself", valid_to=LATER)
    with pytest.raises(StillEndsError):
        put(code="ends-itself", metres=10, valid_from=NEW)
    put(code="ends-itself", metres=10, valid_from=LATER)
    assert metres_on(LATER, "ends-itself") == [10]


def test_saying_the_same_again_writes_nothing() -> None:
    assert put() == put()
    assert len(loader(book.history)) == 1


@pytest.mark.parametrize(
    "words",
    [
        {"source": ""}, {"source": "  "}, {"document": ""}, {"metres": 0}, {"metres": 5001}, {"stages": []},
        {"code": "A"}, {"metric": "walk", "school_side": "boundary"}, {"valid_to": OLD}, {"venue_category": "school"},
        {"jurisdiction": "32%"}, {"document": "two\nlines"},
    ],
)  # fmt: skip
def test_a_rule_without_source_or_sense_is_none(words: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="1 validation error"):
        rule(**words)


def ask(token: str, args: dict[str, Any]) -> int:
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        number = queue.add_as_viewer(connection, "rule", args)
        connection.commit()
    return number


def state(number: int) -> queue.JobState:
    found = loader(queue.state, number)
    assert found is not None
    return found


def test_the_worker_writes_it_in_the_name_of_who_asked_and_wants_the_next_build() -> None:
    token = sign_in("320413", role="committee")
    number = ask(token, {"rule": rule().model_dump(mode="json")})
    assert worker.step()
    done = state(number)
    assert done.status == "done", done.result
    (version,) = loader(book.history).query("code == 'local-tobacco'").to_dict("records")
    assert version["set_by"] == str(account_of(token))
    assert version["rule_id"] == done.result["rule_id"]
    build = done.result["build_job"]
    assert (
        as_owner("SELECT args ->> 'jobs' FROM work.job WHERE id = :id", id=build) == '["findings", "zones"]'
    )
    again = ask(token, {"take_back": version["rule_id"]})
    while state(again).status == "queued":
        worker.step()
    assert metres_on(NEW) == []
    with viewer_transaction(token) as connection:
        assert len(data_version(connection)) == 12


def test_a_wish_that_has_no_place_is_said_in_both_languages() -> None:
    token = sign_in("320413", role="committee")
    number = ask(token, {"take_back": 999})
    assert worker.step()
    assert (state(number).status, state(number).result["key"]) == ("failed", "rules.unknown")
    assert set(state(number).result["said"]) == {"zh", "en"}
    bad = ask(token, {"rule": {**rule().model_dump(mode="json"), "source": ""}})
    assert worker.step()
    assert state(bad).status == "failed"


@pytest.mark.parametrize("role", ["commander", "bureau", "school", "unit", "steward", "auditor", "admin"])
def test_nobody_but_the_committee_asks_for_another_rule(role: str) -> None:
    with pytest.raises(DBAPIError):
        ask(sign_in("320413", role=role), {"rule": rule().model_dump(mode="json")})
    assert as_owner("SELECT count(*) FROM work.job") == 0


def test_everybody_reads_the_book_and_nobody_writes_in_it() -> None:
    run({"rule": rule().model_dump(mode="json")}, by="7")
    with viewer_transaction(sign_in("320413", role="school")) as connection:
        assert len(book.history(connection)) == len(shipped_rules()) + 1
        with pytest.raises(DBAPIError):
            book.put(connection, rule(metres=5), by="7")
