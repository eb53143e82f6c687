"""The made-up district's ledger equals a walk through every minute, with networkx on the roads and every way tried."""

from __future__ import annotations

import os
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from data.bulk import read_frame
from data.config import CAR_SPEEDS, Settings
from data.migrate import ensure_database
from data.session import dispose_engines, unit_of_work
from data.settings import DbRole
from etl.build import build
from etl.intake import load
from etl.training import write_training_district
from tests.conftest import FULL
from tests.database.edits import Edits
from tests.database.test_build import Facts
from tests.database.test_build_changed import JOBS, assert_as_a_full_build
from tests.database.viewers import account_of, as_owner, sign_in
from tests.references.ledger_by_the_minute import District
from tests.references.roads_by_networkx import Roads, times

if TYPE_CHECKING:
    from collections.abc import Iterator

TODAY = datetime.now(tz=ZoneInfo("Asia/Shanghai")).date()
KINDS = {"area", "school", "gate", "bell_slot", "calendar", "post", "duty", "duty_exception", "road"}
TO_METRES = Transformer.from_crs(4490, 4549, always_xy=True)
SPEED_OF_OTHERS = CAR_SPEEDS["unclassified"]
ASKED = 1000
WEEKDAYS = (0, 4)
"""Monday and Friday, at whose end boarders go home."""


def read(statement: str) -> list[dict[str, Any]]:
    """Rows as plain values; clock times as minutes, places as points in metres."""
    with unit_of_work(DbRole.LOADER) as connection:
        frame = read_frame(connection, statement)
    if "geom" in frame:
        frame["geom"] = shapely.transform(frame["geom"].to_numpy(), TO_METRES.transform, interleaved=False)
    return [{str(name): plain(value) for name, value in row.items()} for row in frame.to_dict("records")]


def plain(value: Any) -> Any:
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    if isinstance(value, np.ndarray):
        return [int(each) for each in value]
    if isinstance(value, (list, date, shapely.Geometry)):
        return value
    return None if pd.isna(value) else value


def placed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"x": row["geom"].x, "y": row["geom"].y} for row in rows]


def with_gates(schools: list[dict], gates: list[dict], lines: list[Any]) -> list[dict]:
    """A school without a gate has one where its boundary comes nearest to a road."""
    tree = shapely.STRtree(lines)
    known = {gate["school_code"] for gate in gates}
    made = []
    for school in schools:
        if school["school_code"] in known:
            continue
        ground = school["geom"]
        if ground.geom_type != "Point":
            edge = shapely.union_all([part.exterior for part in ground.geoms])
            road = min(tree.query(ground.buffer(500)), key=lambda row: lines[row].distance(edge))
            ground = shapely.Point(shapely.shortest_line(edge, lines[road]).coords[0])
        made.append(
            {
                "gate_id": -school["school_id"],
                "school_code": school["school_code"],
                "name": None,
                "geom": ground,
            }
        )
    return [*gates, *made]


def with_bells(schools: list[dict], bells: list[dict]) -> list[dict]:
    """A school without bells has those of its stage."""
    known = {bell["school_code"] for bell in bells}
    nothing = {"gate": None, "weekdays": None, "date_from": None, "date_to": None}
    return [
        *bells,
        *(
            {"bell_slot_id": -number, "school_code": school["school_code"], "direction": str(bell.direction),
             "start": plain(bell.start), "end": None if bell.end is None else plain(bell.end), **nothing}
            for school in schools if school["school_code"] not in known and school["stage"] in Settings().default_bells
            for number, bell in enumerate(Settings().default_bells[school["stage"]], start=1)
        ),
    ]  # fmt: skip


def travel(roads: list[dict], posts: list[dict], gates: list[dict]) -> dict[tuple[str, int], float]:
    kmh = [row["speed_kmh"] or CAR_SPEEDS.get(row["class"], SPEED_OF_OTHERS) for row in roads]
    network = Roads(
        [row["geom"] for row in roads], np.array(kmh) / 3.6, [bool(row["oneway"]) for row in roads], 0.5
    )
    seconds = times(
        network,
        [row["geom"] for row in posts],
        [row["mobility"] or "foot" for row in posts],
        [row["geom"] for row in gates],
    )
    return {
        (post["post_code"], gate["gate_id"]): seconds[row, column]
        for row, post in enumerate(posts) for column, gate in enumerate(gates) if np.isfinite(seconds[row, column])
    }  # fmt: skip


def district() -> District:
    """Read the facts as they are stored."""
    now = "valid_to IS NULL AND ended_by IS NULL ORDER BY code"
    span = 'weekdays, start, "end", date_from, date_to'
    schools = read(
        f"SELECT id AS school_id, code AS school_code, stage, pupils, geom FROM core.school WHERE {now}"
    )
    roads = read(f"SELECT class, speed_kmh, oneway, geom FROM core.road WHERE {now}")
    gates = read(f"SELECT id AS gate_id, school_code, name, geom FROM core.gate WHERE {now}")
    gates = with_gates(schools, gates, [row["geom"] for row in roads])
    bells = read(
        f"SELECT id AS bell_slot_id, school_code, gate, direction, {span} FROM core.bell_slot WHERE {now}"
    )
    posts = placed(read(f"SELECT code AS post_code, type, force, mobility, geom FROM core.post WHERE {now}"))
    duties = read(f"SELECT post_code, school_code, gate, {span} FROM core.duty WHERE {now}")
    exceptions = read(
        f'SELECT date, post_code, change, replaced_by, start, "end" FROM core.duty_exception AS e WHERE NOT EXISTS '
        f"(SELECT FROM work.duty_change AS c WHERE (c.date, c.post_code) = (e.date, e.post_code)) AND {now}"
    )
    exceptions += read('SELECT date, post_code, change, replaced_by, start, "end" FROM work.duty_change')
    calendar = read(f"SELECT date, scope, is_school_day, runs_as_weekday FROM core.calendar WHERE {now}")
    return District(
        schools, placed(gates), with_bells(schools, bells), posts, duties, exceptions, calendar,
        travel(roads, posts, gates), manned=frozenset({"police_station", "police_box", "traffic_post"}),
    )  # fmt: skip


def some_changes() -> list[date]:
    """Make the duties of some posts differ today and on the two days after it; gives the dates."""
    chance = Random(7)  # noqa: S311 -- a test's data
    account = account_of(sign_in("999901"))
    posts = [row["post_code"] for row in read("SELECT DISTINCT post_code FROM core.duty ORDER BY 1")]
    days = [TODAY + timedelta(days=ahead) for ahead in (0, 1, 2)]
    for day in days:
        for number, code in enumerate(chance.sample(posts, 9)):
            what = ["absent", "replaced", "hours"][number % 3]
            as_owner(
                'INSERT INTO work.duty_change (district_code, date, post_code, change, replaced_by, start, "end", set_by) '
                "VALUES ('999901', :day, :code, :what, :by, :start, :end, :account)", day=day, code=code, what=what,
                by=chance.choice([each for each in posts if each != code]) if what == "replaced" else None,
                start="07:20" if what == "hours" else None, end="07:45" if what == "hours" else None, account=account,
            )  # fmt: skip
    return days


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["gate_id"], row["bell_slot_id"], row["date_type"]


@pytest.fixture(scope="module")
def training(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Load the made-up district into a database that this module shares."""
    folder = tmp_path_factory.mktemp("district")
    ensure_database(training=True)
    manifest = write_training_district(folder, as_of=TODAY)
    kind_of = {one.file: one.kind for one in manifest.written}
    for path, source in manifest.files:
        if kind_of[path.name] in KINDS:
            load(path, source)
    yield
    dispose_engines()


@pytest.mark.usefixtures("training")
def test_a_thousand_gate_slots_are_those_of_a_walk_through_every_minute() -> None:
    days = some_changes()
    build(["coverage"])
    found = read("SELECT * FROM out.gate_slot ORDER BY gate_id, bell_slot_id, date_type")
    wanted = district().ledger(TODAY, days, WEEKDAYS)
    asked = [row for row in found if key_of(row) in wanted]
    assert {row["date_type"] for row in asked} == {date_type for _, _, date_type in wanted} >= {"mon", "fri"}
    assert {key_of(row) for row in found if row["date_type"] in {"mon", "fri"}} == {
        key for key in wanted if key[2] in {"mon", "fri"}
    }
    for row in Random(3).sample(asked, ASKED):  # noqa: S311 -- a test's data
        expected = wanted[key_of(row)]
        low, high = expected["guard_depth"]
        assert low <= row["guard_depth"] <= high
        for name in (
            "slot",
            "required_min",
            "uncovered_min",
            "uncovered_police_min",
            "guard_reason",
            "response_reason",
        ):
            assert row[name] == expected[name], (name, row, expected)
        assert row["pupils"] == expected["pupils"]
        for name in ("response_s", "second_response_s"):
            assert (row[name] is None) == (expected[name] is None), (name, row, expected)
            assert row[name] is None or row[name] == pytest.approx(expected[name], abs=0.1)


@pytest.mark.usefixtures("training")
def test_five_edits_each_end_as_a_full_build_would() -> None:
    edits = Edits(Facts(), seed=5, day=TODAY, account=account_of(sign_in("999901")))
    build(JOBS)
    done = []
    for kind in ("post", "duty", "gate", "road", "duty_change"):
        done.append(f"{kind}: {edits.kinds[kind]()}")
        build(JOBS, only_changed=True)
        if kind == "duty_change" or os.environ.get(FULL):
            assert_as_a_full_build(str(done))
