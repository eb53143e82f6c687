"""What is kept in this process and in browsers: nobody is given what was made for somebody else."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import io
import pkgutil
import random
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import streamlit as st
from docx import Document
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

import dashboard
from dashboard import papers_queries, queries, viewer
from dashboard.hotspot_queries import Chosen
from dashboard.papers.material import Wanted
from dashboard.routes import routes
from data.errors import SessionEndedError
from data.rights import rights
from data.session import unit_of_work
from data.settings import DbRole
from layers.registry import LAYERS
from tests.app.small_district import make_district
from tests.app.small_ledger import put_gates, put_ledger, row, week
from tests.app.small_zones import put_overdue_hazard, put_zones
from tests.database.viewers import account_of, as_owner, revoke, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODULES = sorted(
    info.name for info in pkgutil.walk_packages(dashboard.__path__, "dashboard.")
    if info.name not in ("dashboard.main", "dashboard.page")
)  # fmt: skip
KEYS = {("stamp",), ("scope",), ("scope", "version", "role")}
"""What a kept read is kept under, first of all."""
NOT_OF_THE_DATABASE: set[str] = set()
"""Kept functions that hold nothing of the database; a new one is named here with a reason."""
TODAY = date.today()  # noqa: DTZ011 -- any day will do
DISTRICTS = ("999901", "999902")


def kept_functions() -> dict[str, Any]:
    """Find every function of the pages whose answers Streamlit keeps."""
    found = {}
    for name in MODULES:
        module = importlib.import_module(name)
        for word, value in vars(module).items():
            if hasattr(value, "clear") and hasattr(value, "__wrapped__") and value.__module__ == name:
                found[f"{name}.{word}"] = value
    return found


KEPT = kept_functions()


# --- keys


def test_every_file_that_keeps_answers_is_looked_at() -> None:
    decorated = sum(
        inspect.getsource(importlib.import_module(name)).count("\n@st.cache_") for name in MODULES
    )
    assert len(KEPT) == decorated > 30


@pytest.mark.parametrize("name", KEPT)
def test_an_answer_is_kept_under_its_viewers_scope_and_the_state_of_the_data(name: str) -> None:
    if name in NOT_OF_THE_DATABASE:
        return
    function = KEPT[name]
    parameters = list(inspect.signature(function.__wrapped__).parameters.values())
    hashed = tuple(one.name for one in parameters if not one.name.startswith("_"))
    assert hashed[:1] in KEYS or hashed[:3] in KEYS, hashed
    source = inspect.getsource(function.__wrapped__)
    body = source.split('"""', 2)[-1]
    assert "viewer_transaction(" not in body or "kept_transaction(" in body, (
        "an ended session's nothing is kept"
    )
    if "_now.account" in body or "_imprint(_now" in body:
        assert "account" in hashed


# --- several viewers in one process


@pytest.fixture(scope="module")
def gates(shared_database: str) -> Iterator[list[int]]:
    """Two districts with schools, gates, ledger, zones, hazards; every table knows whose a row is."""
    make_district(schools=8, posts=4)
    numbers = put_gates(8)
    put_ledger(week([row(gate, n, "no_post") for n, gate in enumerate(numbers)]))
    put_zones(["S000", "S005"], events=(30, 3))
    for number in range(8):
        put_overdue_hazard(f"H{number}", f"S00{number}", "城管局")
    with unit_of_work(DbRole.OWNER) as connection:
        for table, column in (("core.school", "code"), ("core.gate", "school_code"), ("core.hazard", "school_code"),
                              ("core.bell_slot", "school_code"), ("out.perimeter", "school_code"), ("out.coverage", "school_code"),
                              ("out.coverage_gap", "school_code"), ("out.gate_slot", "school_code")):  # fmt: skip
            connection.execute(text(f"UPDATE {table} SET district_code = '999902' WHERE {column} >= 'S004'"))
        connection.execute(
            text("UPDATE out.focus_zone SET district_code = '999902' WHERE 'S005' = ANY (school_codes)")
        )
        connection.execute(text("UPDATE core.post SET district_code = '999902' WHERE code >= 'P002'"))
        connection.commit()
    st.cache_data.clear()
    st.cache_resource.clear()
    yield numbers
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def look(gates: list[int], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Give a switch of who looks."""
    held = {"token": ""}
    monkeypatch.setattr(viewer, "_of_page", lambda: held["token"])

    def as_(token: str) -> str:
        held["token"] = token
        return token

    return as_


@pytest.fixture(scope="module")
def viewers(gates: list[int]) -> dict[str, str]:
    """Two districts, two schools, and two more roles in the districts of the first."""
    return {
        "commander 1": sign_in("999901"), "commander 2": sign_in("999902"),
        "school 1": sign_in("999901", role="school", schools=["S000"]),
        "school 2": sign_in("999902", role="school", schools=["S005"]),
        "bureau 1": sign_in("999901", role="bureau"), "committee 2": sign_in("999902", role="committee"),
    }  # fmt: skip


def form(value: object) -> object:
    """Write an answer so that two are equal when they say the same."""
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return value.to_csv()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return sorted((str(key), form(each)) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return [form(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    is_plain = isinstance(value, (str, int, float, bool, bytes, date, type(None)))
    return repr(value) if is_plain else type(value).__name__


def asked(function: Callable[..., object], values: dict[str, Any]) -> object:
    """Ask a read for what everybody asks it; a fault is an answer too."""
    names = inspect.signature(function).parameters
    given = {name: values[name] for name in names}
    positional = [given.pop(name) for name, one in names.items() if one.kind is one.POSITIONAL_OR_KEYWORD]
    try:
        return form(function(*positional, **given))
    except Exception as error:  # noqa: BLE001 -- whatever a read raises is its answer here
        return type(error).__name__


def wishes(token: str, gate: int) -> dict[str, Any]:
    """Give the arguments: the same for all viewers, but for who asks and what the page knows of it."""
    now = queries.situation()
    version, _, scope = now.stamp.rpartition("-")
    return {
        "_token": token, "_now": now, "stamp": now.stamp, "scope": scope, "version": version, "role": now.role,
        "today": TODAY, "day": TODAY, "as_of": TODAY, "monday": TODAY - timedelta(days=TODAY.weekday()),
        "days": (TODAY, TODAY + timedelta(days=1)), "not_before": None, "timezone": "Asia/Shanghai", "code": DISTRICTS[0],
        "district": DISTRICTS[0], "ring_m": 200, "day_type": "school_day", "slot": "morning_in", "metric": "straight",
        "gate_id": gate, "level": "school", "number": 1, "name": "report", "school_code": "S000", "cell_id": "4550_1_1_1",
        "year": str(TODAY.year), "epsg": 4550, "chosen": Chosen(DISTRICTS[0], 4550, str(TODAY.year), "all"),
    }  # fmt: skip


def test_a_hundred_turns_of_six_viewers_cross_nothing_in_any_kept_read(
    look: Callable[[str], str], viewers: dict[str, str], gates: list[int]
) -> None:
    reads = {name: one for name, one in KEPT.items() if name != "dashboard.papers_queries._paper"}
    expected: dict[str, dict[str, object]] = {}
    for who, token in viewers.items():
        look(token)
        values = wishes(token, gates[0])
        expected[who] = {name: asked(one.__wrapped__, values) for name, one in reads.items()}
    differ = [name for name in reads if len({str(told[name]) for told in expected.values()}) > 1]
    assert len(differ) > 15, "reads that would show it"
    assert not [
        name for name in reads if all(told[name] in ("KeyError", "TypeError") for told in expected.values())
    ]
    st.cache_data.clear()
    st.cache_resource.clear()
    chance = random.Random(11)  # noqa: S311 -- the order of turns is no secret
    order = list(reads)
    for _ in range(100):
        who = chance.choice(list(viewers))
        look(viewers[who])
        values = wishes(viewers[who], gates[0])
        chance.shuffle(order)
        for name in order:
            assert asked(reads[name], values) == expected[who][name], (who, name)


def test_a_session_that_ends_while_a_page_is_made_leaves_no_empty_answer_to_others(
    look: Callable[[str], str], gates: list[int]
) -> None:
    ending, other = (
        sign_in("999901", role="bureau", areas=["X"]),
        sign_in("999901", role="bureau", areas=["X"]),
    )
    look(ending)
    now = queries.situation()
    revoke(ending)
    with pytest.raises(SessionEndedError):
        queries.schools(now)
    with pytest.raises(SessionEndedError):
        queries._situation("another scope", "v", "bureau", _token=ending)
    look(other)
    assert queries.situation().stamp == now.stamp
    assert set(queries.schools(now)["code"]) == {f"S{n:03}" for n in range(4)}


def test_a_paper_carries_the_account_that_takes_it_though_another_of_its_scope_had_it_made(
    look: Callable[[str], str], gates: list[int]
) -> None:
    names = []
    for token in (sign_in("999901", role="committee"), sign_in("999901", role="committee")):
        look(token)
        now = queries.situation()
        file = papers_queries.paper(now, "notices.docx", Wanted(TODAY, "会议", 3, only_decided=False), "zh")
        assert file is not None
        document = Document(io.BytesIO(file))
        feet = [
            each.text
            for section in document.sections
            for each in (*section.header.paragraphs, *section.footer.paragraphs)
        ]
        whole = "\n".join([*feet, *(each.text for each in document.paragraphs)])
        names.append(now.account)
        assert now.account in whole
        assert names[0] == now.account or names[0] not in whole


# --- browsers


ADDRESSES = ("/layers/school", "/layers/perimeter?ring_m=200", "/layers/gate", "/layers/hazard", "/layers/post", "/layers/venue",
             "/layers/coverage_gap?ring_m=200&slot=morning_in", "/layers/focus_zone", "/layers/hotspot", "/layers/town",
             "/layers/district", "/layers/police_area", "/tiles/road/1/1/0", "/tiles/basemap/1/1/0", "/print/orders?date=2026-03-04&slot=morning_in",
             "/papers/notices.docx?date=2026-03-04&title=x&first=1&decided=0&lang=zh")  # fmt: skip


def test_a_browser_keeps_only_what_every_role_sees_alike(
    look: Callable[[str], str], viewers: dict[str, str]
) -> None:
    alike = {"district", "town", "police_area", "basemap", "road"}
    for layer in LAYERS:
        table = rights().layers.get(layer.key)
        if layer.key in alike:
            assert table is not None
            assert not rights().tables[table].own
    kept = set()
    with TestClient(Starlette(routes=routes())) as client:
        for token in viewers.values():
            look(token)
            stamp = queries.situation().stamp
            for address in ADDRESSES:
                answer = client.get(f"{address}{'&' if '?' in address else '?'}v={stamp}")
                caching = answer.headers["cache-control"]
                if "max-age" in caching:
                    kept.add(address.split("?")[0].split("/")[2])
                    assert caching.startswith("private")
                else:
                    assert caching.endswith("no-store"), address
    assert kept <= alike
    assert {"town", "district"} <= kept


def test_an_address_with_anothers_stamp_gives_the_own_rows_and_is_not_kept(
    look: Callable[[str], str], viewers: dict[str, str]
) -> None:
    stamps, own = {}, {}
    with TestClient(Starlette(routes=routes())) as client:
        for who, token in viewers.items():
            look(token)
            stamps[who] = queries.situation().stamp
            own[who] = {address: client.get(address).content for address in ADDRESSES[:13]}
        assert len(set(stamps.values())) == len(viewers)
        assert (
            own["commander 1"][ADDRESSES[0]]
            != own["commander 2"][ADDRESSES[0]]
            != own["school 2"][ADDRESSES[0]]
        )
        for who, token in viewers.items():
            look(token)
            for other, address in ((o, a) for o in viewers if o != who for a in ADDRESSES[:13]):
                answer = client.get(f"{address}{'&' if '?' in address else '?'}v={stamps[other]}")
                assert answer.content == own[who][address], (who, other, address)
                assert answer.headers["cache-control"].endswith("no-store")


def test_nobody_has_no_key_and_no_row(look: Callable[[str], str], viewers: dict[str, str]) -> None:
    for token in ("", "forged", "0" * 64):
        look(token)
        now = queries.situation()
        assert (now.role, now.stamp, now.account) == ("", "-", "")
        with pytest.raises(SessionEndedError):
            queries.schools(now)
    assert account_of(viewers["school 1"]) != as_owner("SELECT 0")
