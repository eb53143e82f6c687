"""Whoever is proposed for an open gate can be there in time and opens no other; nobody nearer could."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from geo.ledger import LedgerRules
from geo.orders import MOST, day_orders
from tests.properties import orders_by_hand
from tests.properties.amount import examples
from tests.properties.test_ledger_properties import DAYS, MANNED, districts, facts_of

RULES = LedgerRules(manned=MANNED)
DAY = DAYS[0]
ANY_DAY = {"date_from": None, "date_to": None, "weekdays": None}
x_places = st.sampled_from([0.0, 40.0, 80.0, 400.0, 440.0, 900.0])


@st.composite
def busy_districts(draw: st.DrawFn) -> orders_by_hand.District:
    """Gates close together, whose windows overlap, and posts that are on duty about then."""
    gates = [
        {
            "gate_id": number + 1,
            "school_code": draw(st.sampled_from(["S0", "S1"])),
            "name": f"g{number}",
            "x": draw(x_places),
            "y": 0.0,
        }
        for number in range(draw(st.integers(2, 5)))
    ]
    bells = [
        {
            "bell_slot_id": number + 1,
            "school_code": school,
            "gate": draw(st.sampled_from([None, None, "g0", "g1"])),
            "direction": "in",
            "start": draw(st.integers(44, 52)) * 10,
            "end": None,
            **ANY_DAY,
        }
        for number, school in enumerate(draw(st.lists(st.sampled_from(["S0", "S1"]), min_size=1, max_size=3)))
    ]
    posts = [
        {
            "post_id": number + 1,
            "post_code": f"P{9 - number}",
            "type": "guard_post",
            "force": draw(st.sampled_from([None, "police", "teacher", "police", "school_guard"])),
            "mobility": "foot",
            "x": draw(x_places),
            "y": 0.0,
        }
        for number in range(draw(st.integers(1, 5)))
    ]
    duties = [
        {
            "post_code": post["post_code"],
            "school_code": draw(st.sampled_from([None, "S0", "S1"])),
            "gate": draw(st.sampled_from([None, "g0", "g1", "g2"])),
            "start": draw(st.integers(36, 45)) * 10,
            "end": draw(st.integers(50, 60)) * 10,
            **ANY_DAY,
        }
        for post in posts
        for _ in range(draw(st.integers(1, 2)))
    ]
    exceptions = [
        {
            "date": DAY,
            "post_code": code,
            "change": draw(st.sampled_from(["absent", "replaced", "hours"])),
            "replaced_by": draw(st.sampled_from([None, "P9", "P8"])),
            "start": 400,
            "end": 560,
        }
        for code in draw(st.lists(st.sampled_from(["P9", "P8", "P7"]), max_size=1))
    ]
    pupils = st.one_of(st.none(), st.integers(0, 900))
    travel = st.one_of(
        st.none(), st.integers(0, 4).map(lambda step: step * 150.0), st.integers(0, 1500).map(float)
    )
    times = {
        (post["post_code"], gate["gate_id"]): time
        for post in posts
        for gate in gates
        if (time := draw(travel)) is not None
    }
    return orders_by_hand.District(
        schools=[{"school_id": n, "school_code": f"S{n}", "stage": "primary", "pupils": draw(pupils)} for n in range(2)],
        gates=gates, bells=bells, posts=posts, duties=duties, travel_s=times, manned=MANNED,
        exceptions=[row for row in exceptions if row["replaced_by"] != row["post_code"]],
    )  # fmt: skip


def by_slot(table) -> dict[tuple[int, int], list[tuple[str, float]]]:
    found: dict[tuple[int, int], list[tuple[str, float]]] = {}
    for gate, bell, code, travel in table[["gate_id", "bell_slot_id", "post_code", "travel_s"]].itertuples(index=False, name=None):  # fmt: skip
        found.setdefault((gate, bell), []).append((code, travel))
    return found


@settings(max_examples=examples(60), deadline=None)
@given(st.one_of(busy_districts(), busy_districts(), districts()))
def test_proposals_are_what_trying_out_every_departure_finds(district) -> None:
    wanted = orders_by_hand.proposals(district, DAY, MOST)
    found = day_orders(facts_of(district), DAY, rules=RULES)
    assert set(wanted) == set(zip(found.slots["gate_id"], found.slots["bell_slot_id"], strict=True))
    assert by_slot(found.proposals) == {key: able for key, able in wanted.items() if able}
    assert found.proposals.empty or found.proposals["rank"].between(1, MOST).all()


@settings(max_examples=examples(60), deadline=None)
@given(busy_districts())
def test_all_orders_of_a_day_can_be_followed_at_once(district) -> None:
    found = day_orders(facts_of(district), DAY, rules=RULES)
    chosen = by_slot(found.chosen)
    proposed = by_slot(found.proposals)
    assert all(len(posts) == 1 and posts[0] in proposed[key] for key, posts in chosen.items())
    windows = {orders_by_hand.key_of(window): window for window in orders_by_hand.windows_of(district, DAY)}
    trips = tuple(orders_by_hand.trip_of(windows[key], *posts[0]) for key, posts in chosen.items())
    for number, (code, leaves, back, *_rest) in enumerate(trips):
        for other, starts, stops, *_more in trips[:number]:
            assert code != other or back <= starts or stops <= leaves
    assert not orders_by_hand.opens(district, DAY, trips, set(chosen))
    after = orders_by_hand.uncovered(orders_by_hand.sending(district, trips), DAY)
    assert all(after[key] == 0 for key in chosen)
    if proposed:
        assert chosen


def test_nobody_leaves_before_the_hour_that_is_past() -> None:
    facts = facts_of(district_with_a_patrol())
    early = day_orders(facts, DAY, rules=RULES)
    assert early.proposals[["post_code", "leaves_min", "back_min"]].to_numpy().tolist() == [["P0", 435, 515]]
    assert len(day_orders(facts, DAY, rules=RULES, not_before=435).chosen) == 1
    late = day_orders(facts, DAY, rules=RULES, not_before=436)
    assert (len(late.slots), len(late.proposals), len(late.chosen)) == (1, 0, 0)


def test_two_who_could_each_leave_do_not_leave_their_gate_together() -> None:
    district = district_with_a_patrol()
    district.gates += [{**district.gates[0], "gate_id": n, "name": f"g{n}", "x": 900.0 * n} for n in (2, 3)]
    district.posts = [{**district.posts[0], "post_code": code, "x": 0.0} for code in ("P1", "P0")]
    district.duties = [{**district.duties[0], "post_code": code} for code in ("P0", "P1")]
    district.travel_s = {(code, gate): 300.0 for code in ("P0", "P1") for gate in (2, 3)}
    found = day_orders(facts_of(district), DAY, rules=RULES)
    both = [("P0", 300.0), ("P1", 300.0)]
    assert by_slot(found.proposals) == {(2, 1): both, (3, 1): both}
    assert by_slot(found.chosen) == {(2, 1): both[:1]}


def district_with_a_patrol() -> orders_by_hand.District:
    """One gate whose window is 07:20 to 08:30, and one post five minutes away."""
    always = {"date_from": None, "date_to": None, "weekdays": None}
    return orders_by_hand.District(
        schools=[{"school_id": 1, "school_code": "S0", "stage": "primary", "pupils": 100}],
        gates=[{"gate_id": 1, "school_code": "S0", "name": "g0", "x": 0.0, "y": 0.0}],
        bells=[{"bell_slot_id": 1, "school_code": "S0", "gate": None, "direction": "in", "start": 460, "end": 480, **always}],
        posts=[{"post_id": 1, "post_code": "P0", "type": "patrol_point", "force": "police", "mobility": "foot", "x": 900.0, "y": 0.0}],
        duties=[{"post_code": "P0", "school_code": None, "gate": None, "start": 400, "end": 600, **always}],
        travel_s={("P0", 1): 300.0}, manned=MANNED,
    )  # fmt: skip


def test_without_roads_nobody_is_proposed_and_the_slots_are_said() -> None:
    district = district_with_a_patrol()
    district.has_roads = False
    found = day_orders(facts_of(district), date(2026, 9, 24), rules=RULES)
    assert (len(found.slots), len(found.proposals)) == (1, 0)
