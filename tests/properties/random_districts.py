"""Small districts by chance, quickly: a few schools, gates, posts and duties that can meet."""

from __future__ import annotations

from datetime import date
from random import Random

from tests.references.ledger_by_the_minute import District

AS_OF = date(2026, 9, 23)
DAYS = [date(2026, 9, 24), date(2026, 9, 26)]
WEEKDAYS = [None, None, [0, 1, 2, 3, 4], [2], [2, 3, 5], []]


def random_district(seed: int) -> District:
    """Make a district of one to three schools; the same for the same seed."""
    chance = Random(seed)  # noqa: S311 -- a test's data
    pick = chance.choice
    codes = [f"S{number}" for number in range(pick([1, 2, 3]))]
    schools = [
        {"school_id": number + 1, "school_code": code, "stage": pick(["primary", "junior"]), "pupils": pick([None, 300, 901])}
        for number, code in enumerate(codes)
    ]  # fmt: skip
    gates = [
        {"gate_id": number + 1, "school_code": pick(codes), "name": f"g{number}", "x": 40.0 * pick(range(4)),
         "y": 30.0 * pick(range(2))}
        for number in range(pick([1, 2, 3, 5]))
    ]  # fmt: skip
    names = [None, "g0", "g1", "g2"]
    bells = [
        {"bell_slot_id": number + 1, "school_code": pick(codes), "gate": pick(names), "direction": pick(["in", "out"]),
         "weekdays": pick(WEEKDAYS), "start": 360 + 30 * pick(range(9)), "end": pick([None, 600]), "date_from": None,
         "date_to": pick([None, None, AS_OF])}
        for number in range(pick([1, 2, 4]))
    ]  # fmt: skip
    posts = [
        {"post_id": number + 1, "post_code": f"P{number}", "type": pick(["guard_post", "guard_post", "police_station"]),
         "force": pick([None, "police", "police", "teacher", "school_guard"]), "mobility": "foot",
         "x": 40.0 * pick(range(5)), "y": 30.0 * pick(range(3))}
        for number in range(pick([1, 2, 3, 5]))
    ]  # fmt: skip
    post_codes = [post["post_code"] for post in posts]
    starts = [30 * pick(range(10, 24)) for _ in range(pick([0, 2, 5, 8]))]
    duties = [
        {"post_code": pick(post_codes), "school_code": pick([None, *codes]), "gate": pick(names), "weekdays": pick(WEEKDAYS),
         "start": start, "end": (start + 15 * pick(range(1, 90))) % 1440, "date_from": None, "date_to": pick([None, None, AS_OF])}
        for start in starts
    ]  # fmt: skip
    exceptions = [
        {"date": DAYS[0], "post_code": code, "change": pick(["absent", "hours"]), "replaced_by": None, "start": 400, "end": 500}
        for code in post_codes[: pick([0, 1, 2])]
    ]  # fmt: skip
    times = {
        (post["post_code"], gate["gate_id"]): float(chance.randrange(700))
        for post in posts for gate in gates if pick(range(5))
    }  # fmt: skip
    return District(
        schools, gates, bells, posts, duties, exceptions, [], times, manned=frozenset({"police_station"})
    )
