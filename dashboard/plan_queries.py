"""What the commander's tools read and write, as the viewer of the session: orders, one-day changes, plans.

The district is laid out once for each scope and state of the facts; builds, one-day changes and plans leave
it as it is. What is written is written in the viewer's name; the database lets commanders alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 -- the caches look at the annotations
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely
import streamlit as st

from dashboard.queries import KEEP_S
from dashboard.viewer import viewer_token
from data.repositories import duty_changes, plan_facts, plans, settings
from data.repositories.facts import present_facts
from data.session import kept_transaction, viewer_transaction, viewer_work
from geo.arrays import points_of
from geo.crs import to_storage
from geo.orders import Orders, day_orders
from geo.plan_changes import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.queries import Situation
    from data.repositories.duty_changes import DutyChange
    from geo.desk import Desk
    from geo.ledger_difference import Difference
    from geo.plan_changes import Change

KEEP_DESKS = 4


@dataclass(frozen=True, slots=True)
class District:
    """A district laid out, with the names that people know things by.

    Parameters
    ----------
    code
        Of the partition.
    desk
        Its facts, roads and week.
    posts
        Code -> name, with the code where two are called the same.
    gates
        ``gate_id``, ``school_code``, ``name``, ``lon``, ``lat``, ``school_name``, ``police_area``.
    """

    code: str
    desk: Desk
    posts: dict[str, str]
    gates: pd.DataFrame


def district(now: Situation, today: date) -> District | None:
    """Lay out the largest district that the viewer sees; None without a school."""
    token = viewer_token()
    with viewer_transaction(token) as connection:
        version = plan_facts.facts_version(connection)
        codes = plan_facts.districts(connection)
    if not codes:
        return None
    return _district(f"{version}-{now.stamp.rpartition('-')[2]}", codes[0], today, _token=token)


@st.cache_resource(ttl=KEEP_S * 6, max_entries=KEEP_DESKS, show_spinner=False)
def _district(stamp: str, code: str, today: date, *, _token: str) -> District:  # noqa: ARG001 -- the key of the cache
    """Read a district and lay it out."""
    with kept_transaction(_token) as connection:
        rules = settings.read(connection)
        frames = plan_facts.read_district(connection, code, today=today, road_margin_m=rules.road_margin_m)
        names = plan_facts.post_names(connection)
        places = plan_facts.school_places(connection)
    desk = plan_facts.lay_out(frames, rules, code, today)
    return District(code, desk, _told_apart(names), _gates(desk, places))


def _told_apart(names: dict[str, str]) -> dict[str, str]:
    """Put the code behind a name that is not the only one of its kind."""
    count = pd.Series(names).value_counts()
    return {code: name if count[name] == 1 else f"{name} · {code}" for code, name in names.items()}


def _gates(desk: Desk, places: pd.DataFrame) -> pd.DataFrame:
    """Give the gates with their places and their schools' names; one that is assumed has no name."""
    gates = desk.facts.gates
    there = to_storage(points_of(gates), desk.epsg)
    named = gates[["gate_id", "school_code", "name"]].assign(
        lon=shapely.get_x(there), lat=shapely.get_y(there)
    )
    return named.merge(places, on="school_code", how="left")


def posts(now: Situation) -> dict[str, str]:
    """Give the names of the posts that the viewer sees, by code; those called the same with their codes."""
    return _posts(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=20, show_spinner=False)
def _posts(stamp: str, *, _token: str) -> dict[str, str]:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return _told_apart(plan_facts.post_names(connection))


def hours(now: Situation, today: date) -> pd.DataFrame:
    """Give the posts' duties: ``post_code``, ``start``, ``end`` (minutes of the day) among others."""
    return _hours(now.stamp, today, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=20, show_spinner=False)
def _hours(stamp: str, today: date, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return present_facts(connection, today).duties()


def orders(now: Situation, day: date, today: date, *, not_before: int | None) -> Orders:
    """Propose who could be sent where on a day."""
    return _orders(now.stamp, day, today, not_before, _now=now)


@st.cache_data(ttl=KEEP_S, max_entries=20, show_spinner=False)
def _orders(stamp: str, day: date, today: date, not_before: int | None, *, _now: Situation) -> Orders:  # noqa: ARG001 -- the key of the cache
    """Work out a day's orders."""
    laid_out = district(_now, today)
    if laid_out is None:
        raise LookupError(day)
    with kept_transaction(viewer_token()) as connection:
        exceptions = plan_facts.read_exceptions(connection, today=today)
    facts = laid_out.desk.facts_with(exceptions)
    return day_orders(facts, day, rules=laid_out.desk.rules, not_before=not_before)


def considered(now: Situation, today: date, changes: Sequence[Change]) -> Difference:
    """Say what a plan would win and lose.

    Raises
    ------
    geo.what_if.PlanPostError
        It does not fit the posts that there are.
    """
    laid_out = district(now, today)
    if laid_out is None:
        raise LookupError(today)
    return laid_out.desk.considered(changes)


def put_change(change: DutyChange) -> int:
    """Set a one-day change; give the number of the build that follows."""
    with viewer_work(viewer_token()) as connection:
        number = duty_changes.put(connection, change)
        connection.commit()
    return number


def take_back_change(number: int) -> int | None:
    """Take a one-day change back; give the number of the build that follows, None where it was gone."""
    with viewer_work(viewer_token()) as connection:
        asked = duty_changes.take_back(connection, number)
        connection.commit()
    return asked


def standing_changes(day: date) -> list[dict[str, Any]]:
    """List the one-day changes of a day, made on pages, that stand."""
    with viewer_transaction(viewer_token()) as connection:
        return duty_changes.standing(connection, day)


@dataclass(frozen=True, slots=True)
class Plan:
    """A named plan."""

    id: int
    name: str
    changes: tuple[Change, ...]
    result: dict[str, Any]


def saved_plans() -> list[Plan]:
    """List the plans, by name."""
    with viewer_transaction(viewer_token()) as connection:
        rows = plans.listed(connection)
    return [
        Plan(row["id"], row["name"], from_json(row["changes"]), dict(row["result"] or {})) for row in rows
    ]


def save_plan(laid_out: District, name: str, changes: Sequence[Change], told: Difference) -> int:
    """Keep a plan under a name; a plan of that name that the viewer opened is rewritten by `rewrite_plan`."""
    with viewer_work(viewer_token()) as connection:
        number = plans.save(
            connection, district=laid_out.code, name=name, changes=to_json(changes), result=told.summary()
        )
        connection.commit()
    return number


def rewrite_plan(number: int, changes: Sequence[Change], told: Difference) -> None:
    """Put other changes into a plan."""
    with viewer_work(viewer_token()) as connection:
        plans.rewrite(connection, number, changes=to_json(changes), result=told.summary())
        connection.commit()


def delete_plan(number: int) -> None:
    """Delete a plan."""
    with viewer_work(viewer_token()) as connection:
        plans.delete(connection, number)
        connection.commit()
