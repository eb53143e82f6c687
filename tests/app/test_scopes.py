"""Two viewers of different districts in one process: no row of one reaches the other, through any cache."""

from __future__ import annotations

import hashlib
import itertools
import random

import pytest
import streamlit as st
from sqlalchemy import text

from dashboard import queries, viewer
from dashboard.view import View
from data.errors import SessionEndedError
from data.session import unit_of_work
from data.settings import DbRole
from tests.app.signed_in import look_as
from tests.app.small_district import make_district

TOKENS = {"999901": "a" * 40, "999902": "b" * 40}


@pytest.fixture
def two_viewers(database, monkeypatch):
    """Schools in two districts, and a session for each; give a switch."""
    make_district(schools=8, posts=4)
    with unit_of_work(DbRole.OWNER) as connection:
        for table in ("core.school", "out.perimeter", "out.coverage", "out.coverage_gap"):
            column = "code" if table == "core.school" else "school_code"
            connection.execute(text(f"UPDATE {table} SET district_code = '999902' WHERE {column} >= 'S004'"))
        for number, (district, token) in enumerate(TOKENS.items(), start=1):
            connection.execute(
                text(
                    "INSERT INTO auth.account (id, name, role, districts, must_change_password)"
                    " VALUES (:id, :name, 'commander', :d, false)"
                ),
                {"id": number, "name": district, "d": [district]},
            )
            connection.execute(
                text(
                    "INSERT INTO auth.session (token_hash, account_id, role, districts, expires_at)"
                    " VALUES (:hash, :id, 'commander', :d, now() + interval '1 hour')"
                ),
                {"hash": hashlib.sha256(token.encode()).digest(), "id": number, "d": [district]},
            )
        connection.commit()
    st.cache_data.clear()
    who = itertools.cycle(TOKENS)
    held = {"district": next(who)}
    monkeypatch.setattr(viewer, "_of_page", lambda: TOKENS[held["district"]])
    yield held
    st.cache_data.clear()


def seen(held, district: str) -> set[str]:
    """Codes of all schools that a viewer gets by any read of the pages."""
    held["district"] = district
    now = queries.situation()
    view, wanted = View(200, "morning_in", "school_day"), queries.Wanted(200, "morning_in", "school_day")
    schools = queries.schools(now)
    codes = dict(zip(schools["id"], schools["code"], strict=True))
    found = set(schools["code"]) | set(queries.features("school", wanted)["code"])
    found |= set(queries.features("perimeter", wanted)["school_code"])
    found |= set(queries.features("coverage_gap", wanted)["school_code"])
    return found | {codes.get(number, "foreign") for number in queries.coverage(now, view)["school_id"]}


def test_a_hundred_turns_of_two_viewers_cross_nothing(two_viewers) -> None:
    expected = {"999901": {f"S{n:03}" for n in range(4)}, "999902": {f"S{n:03}" for n in range(4, 8)}}
    chance = random.Random(7)  # noqa: S311 -- the order of turns is no secret
    for _ in range(100):
        district = chance.choice(list(TOKENS))
        assert seen(two_viewers, district) == expected[district]


def test_addresses_of_two_viewers_differ(two_viewers) -> None:
    stamps = []
    for district in TOKENS:
        two_viewers["district"] = district
        stamps.append(queries.situation().stamp)
    assert len(set(stamps)) == 2


def test_a_viewer_that_is_nobody_sees_nothing(two_viewers, monkeypatch) -> None:
    look_as(monkeypatch, "forged")
    now = queries.situation()
    assert now.role == ""
    with pytest.raises(SessionEndedError):
        queries.schools(now)
