"""The gate-slot ledger, minute by minute and gate by gate, with every way to place the posts tried out.

Slow and plain on purpose: nothing of `geo` is used but its words. Rows are dicts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import product
from math import hypot, inf

DAY = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
POLICE = {"police", "traffic", "patrol_swat"}


@dataclass
class District:
    schools: list[dict]
    gates: list[dict]
    bells: list[dict]
    posts: list[dict]
    duties: list[dict]
    exceptions: list[dict] = field(default_factory=list)
    calendar: list[dict] = field(default_factory=list)
    travel_s: dict[tuple[str, int], float] = field(default_factory=dict)
    """Seconds by post code and gate id; missing: no way."""
    has_roads: bool = True
    manned: frozenset[str] = frozenset()
    before: int = 20
    after: int = 30
    radius: float = 50
    by_post: dict[str, list] = field(default_factory=dict, init=False, repr=False)
    """Duties by post, once they were asked for."""
    names: dict[str, set] = field(default_factory=dict, init=False, repr=False)
    """Of the gates of each school, once they were asked for."""

    # -- what runs -------------------------------------------------------------------------------------------
    def weekday_at(self, school: dict, day: date) -> int | None:
        """The weekday whose timetable runs at a school; None without school."""
        codes = {each["school_code"] for each in self.schools}
        stages = {
            "kindergarten",
            "primary",
            "junior",
            "senior",
            "nine_year",
            "twelve_year",
            "vocational",
            "special",
        }
        rows = [row for row in self.calendar if row["date"] == day]
        for wanted in (
            [row for row in rows if row["scope"] == school["school_code"]],
            [row for row in rows if row["scope"] in stages and row["scope"] == school["stage"]],
            [row for row in rows if row["scope"] not in codes and row["scope"] not in stages],
        ):
            if wanted:
                row = wanted[-1]
                if not row["is_school_day"]:
                    return None
                return day.weekday() if row["runs_as_weekday"] is None else row["runs_as_weekday"]
        return day.weekday()

    # -- who is on duty --------------------------------------------------------------------------------------
    def in_force(self, row: dict, day: date) -> bool:
        return (row["date_from"] is None or row["date_from"] <= day) and (
            row["date_to"] is None or day <= row["date_to"]
        )

    def duties_of(self, post: dict) -> list[dict]:
        if not self.by_post:
            for duty in self.duties:
                self.by_post.setdefault(duty["post_code"], []).append(duty)
        return self.by_post.get(post["post_code"], [])

    def rows_of(self, post: dict, weekday: int, day: date) -> list[tuple[int, int, dict | None]]:
        """Stretches that begin on a day of that weekday: start, stop (minutes of it), duty."""
        own = self.duties_of(post)
        if not own:
            return [(0, DAY, None)] if post["type"] in self.manned else []
        found = []
        for duty in own:
            weekdays = [0, 1, 2, 3, 4] if duty["weekdays"] is None else duty["weekdays"]
            if weekday in weekdays and self.in_force(duty, day):
                stop = duty["end"] + (DAY if duty["end"] < duty["start"] else 0)
                if stop > duty["start"]:
                    found.append((duty["start"], stop, duty))
        return found

    def change_of(self, post: dict, day: date) -> dict | None:
        rows = [row for row in self.exceptions if (row["date"], row["post_code"]) == (day, post["post_code"])]
        return rows[-1] if rows else None

    def by_code(self, code: str | None) -> dict | None:
        return next((post for post in self.posts if post["post_code"] == code), None)

    def stretches(
        self, weekday: int, day: date, *, dated: bool
    ) -> list[tuple[dict, dict, int, int, dict | None]]:
        """(who, place, start, stop, duty) of the day before, the day and the day after."""
        found: list[tuple[dict, dict, int, int, dict | None]] = []
        for offset in (-1, 0, 1):
            its_day = day + timedelta(days=offset) if dated else day
            shift = offset * DAY
            for post in self.posts:
                rows = self.rows_of(post, (weekday + offset) % 7, its_day)
                who = post
                change = self.change_of(post, its_day) if dated else None
                if change is not None:
                    who, rows = self.changed(post, rows, change, its_day)
                found += [(who, post, start + shift, stop + shift, duty) for start, stop, duty in rows]
        return self.without_the_moved(found)

    def changed(self, post: dict, rows: list, change: dict, day: date) -> tuple[dict, list]:
        if change["change"] == "hours":
            if change["start"] is None or change["end"] is None:
                return post, []
            stop = change["end"] + (DAY if change["end"] < change["start"] else 0)
            if stop == change["start"]:
                return post, []
            duties = [duty for _, _, duty in rows] or self.duties_of(post)
            return post, [(change["start"], stop, duty) for duty in (duties or [None])]
        stand_in = self.by_code(change["replaced_by"]) if change["change"] == "replaced" else None
        if stand_in is None or (self.change_of(stand_in, day) or {}).get("change") == "absent":
            return post, []
        return stand_in, rows

    def without_the_moved(self, found: list) -> list:
        """Whoever stands in elsewhere is not at their own place at that minute: kept minute by minute."""
        moved = [(who["post_code"], start, stop) for who, place, start, stop, _ in found if who is not place]
        self.moved = moved
        return found

    def manned_at(self, found: list, minute: int) -> list[tuple]:
        """The stretches of duty that run at a minute."""
        here = [each for each in found if each[2] <= minute < each[3]]
        away = {code for code, start, stop in self.moved if start <= minute < stop}
        return [each for each in here if each[0] is not each[1] or each[0]["post_code"] not in away]

    # -- gates ------------------------------------------------------------------------------------------------
    def serves(self, duty: dict | None, gate: dict) -> bool:
        if duty is None or duty["school_code"] != gate["school_code"]:
            return False
        names = self.gate_names(gate["school_code"])
        return duty["gate"] is None or duty["gate"] not in names or duty["gate"] == gate["name"]

    def gate_names(self, school: str) -> set:
        if school not in self.names:
            self.names[school] = {each["name"] for each in self.gates if each["school_code"] == school}
        return self.names[school]

    def is_near(self, post: dict, gate: dict) -> bool:
        return hypot(post["x"] - gate["x"], post["y"] - gate["y"]) <= self.radius

    def windows(self, weekday: int, day: date, school: dict) -> list[dict]:
        """Gate-slots of a school that runs a weekday's timetable."""
        gates = [gate for gate in self.gates if gate["school_code"] == school["school_code"]]
        names = {gate["name"] for gate in gates}
        found = []
        for bell in self.bells:
            if bell["school_code"] != school["school_code"] or not self.in_force(bell, day):
                continue
            if weekday not in ([0, 1, 2, 3, 4] if bell["weekdays"] is None else bell["weekdays"]):
                continue
            end = bell["start"] if bell["end"] is None else bell["end"]
            end += DAY if end < bell["start"] else 0
            found += [
                {"gate": gate, "bell": bell, "start": bell["start"] - self.before, "stop": end + self.after,
                 "slot": slot_of(bell["direction"], bell["start"]), "bell_start": bell["start"], "bell_end": end}
                for gate in gates
                if bell["gate"] is None or bell["gate"] not in names or bell["gate"] == gate["name"]
            ]  # fmt: skip
        order = {gate["gate_id"]: number for number, gate in enumerate(self.gates)}
        found.sort(key=lambda row: (order[row["gate"]["gate_id"]], row["bell_start"], row["bell_end"],
                                    row["bell"]["bell_slot_id"]))  # fmt: skip
        for slot in {row["slot"] for row in found}:
            rows = [row for row in found if row["slot"] == slot]
            for number, row in enumerate(rows):
                total = school["pupils"]
                row["pupils"] = None if total is None else total // len(rows) + (number < total % len(rows))
        return found

    # -- the ledger -------------------------------------------------------------------------------------------
    def ledger(
        self, as_of: date, days: list[date], weekdays: tuple[int, ...] = tuple(range(7))
    ) -> dict[tuple, dict]:
        """Rows by (gate id, bell id, date type)."""
        rows: dict[tuple, dict] = {}
        for weekday in weekdays:
            running = [(school, weekday) for school in self.schools]
            rows |= self.of_day(running, as_of, WEEKDAYS[weekday], dated=False)
        for day in days:
            running = [(school, self.weekday_at(school, day)) for school in self.schools]
            rows |= self.of_day(
                [each for each in running if each[1] is not None], day, day.isoformat(), dated=True
            )
        return rows

    def of_day(
        self, running: list[tuple[dict, int]], day: date, name: str, *, dated: bool
    ) -> dict[tuple, dict]:
        windows = [
            w | {"weekday": weekday}
            for school, weekday in running
            for w in self.windows(weekday, day, school)
        ]
        for window in windows:
            window |= {
                "guarded": 0,
                "police": 0,
                "shared": 0,
                "depth": [],
                "nearest": [],
                "second": [],
                "manned": True,
            }
        found = {weekday: None for _, weekday in running}
        moved = {}
        for weekday in found:
            found[weekday] = self.stretches(weekday, day, dated=dated)
            moved[weekday] = self.moved
        first = min((w["start"] for w in windows), default=0)
        last = max((w["stop"] for w in windows), default=0)
        known: dict[tuple, list[dict]] = {}
        for minute in range(first, last):
            open_now = [w for w in windows if w["start"] <= minute < w["stop"]]
            if not open_now:
                continue
            on_duty = {}
            for weekday, stretches in found.items():
                self.moved = moved[weekday]
                on_duty[weekday] = self.manned_at(stretches, minute)
            same = (
                tuple(map(id, open_now)),
                *(tuple(map(id, each)) for weekday in on_duty for each in on_duty[weekday]),
            )
            if same not in known:  # nobody comes and nothing opens at most minutes
                known[same] = self.minute(open_now, on_duty)
            for w, said in zip(open_now, known[same], strict=True):
                w["guarded"] += said["guarded"]
                w["police"] += said["police"]
                w["shared"] += said["shared"]
                w["manned"] = w["manned"] and said["manned"]
                for each in ("depth", "nearest", "second"):
                    w[each].append(said[each])
        return {(w["gate"]["gate_id"], w["bell"]["bell_slot_id"], name): self.row(w) for w in windows}

    def minute(self, open_now: list[dict], on_duty: dict[int, list]) -> list[dict]:
        """What holds at one minute, window by window."""
        gates = {w["gate"]["gate_id"]: w["gate"] for w in open_now}
        weekday_of = {w["gate"]["gate_id"]: w["weekday"] for w in open_now}
        weight = {
            gate_id: (sum(w["gate"]["gate_id"] == gate_id for w in open_now),
                      sum(w["pupils"] or 0 for w in open_now if w["gate"]["gate_id"] == gate_id))
            for gate_id in gates
        }  # fmt: skip
        said: list[dict] = [{} for _ in open_now]
        for police_only in (False, True):
            able: dict[str, set[int]] = {}
            for gate_id, gate in gates.items():
                for who, place, _, _, duty in on_duty[weekday_of[gate_id]]:
                    counts = who["force"] in POLICE if police_only else who["force"] != "school_guard"
                    if counts and (self.serves(duty, gate) or self.is_near(place, gate)):
                        able.setdefault(who["post_code"], set()).add(gate_id)
            covered = best_cover(
                tuple(sorted((post, tuple(sorted(at))) for post, at in able.items())),
                tuple(sorted(weight.items())),
            )
            could = {gate_id for at in able.values() for gate_id in at}
            for w, own in zip(open_now, said, strict=True):
                gate_id = w["gate"]["gate_id"]
                if police_only:
                    own["police"] = gate_id in covered
                    continue
                own["guarded"] = gate_id in covered
                own["shared"] = gate_id not in covered and gate_id in could
                alone = [post for post, at in able.items() if at == {gate_id}]
                own["depth"] = (len(alone), sum(gate_id in at for at in able.values()))
        for w, own in zip(open_now, said, strict=True):
            times = sorted(
                {place["post_code"]: self.travel_s.get((place["post_code"], w["gate"]["gate_id"]), inf)
                 for who, place, *_ in on_duty[w["weekday"]] if who["force"] != "school_guard"}.values()
            )  # fmt: skip
            own["manned"] = bool(times)
            own["nearest"] = times[0] if times else inf
            own["second"] = times[1] if len(times) > 1 else inf
        return said

    def row(self, w: dict) -> dict:
        required = w["stop"] - w["start"]
        nearest, second = max(w["nearest"], default=inf), max(w["second"], default=inf)
        return {
            "slot": w["slot"], "required_min": required, "guarded_min": w["guarded"],
            "uncovered_min": required - w["guarded"], "uncovered_police_min": required - w["police"],
            "guard_depth": (min((d[0] for d in w["depth"]), default=0), min((d[1] for d in w["depth"]), default=0)),
            "guard_reason": self.guard_reason(w, required), "pupils": w["pupils"],
            "response_s": None if nearest == inf or not self.has_roads else nearest,
            "second_response_s": None if second == inf or not self.has_roads else second,
            "response_reason": self.response_reason(w, required, nearest),
        }  # fmt: skip

    def has_hours(self, post: dict) -> bool:
        return post["type"] in self.manned or bool(self.duties_of(post))

    def guard_reason(self, w: dict, required: int) -> str:
        own = [
            post for post in self.posts
            if post["force"] != "school_guard" and (self.is_near(post, w["gate"]) or any(
                self.serves(duty, w["gate"]) for duty in self.duties_of(post)))
        ]  # fmt: skip
        if required <= 0:
            return "no_data"
        if w["guarded"] >= required:
            return "covered"
        if not own:
            return "no_post"
        if w["shared"]:
            return "shared_elsewhere"
        if w["guarded"]:
            return "partly_on_duty"
        return "not_on_duty" if any(self.has_hours(post) for post in own) else "no_data"

    def response_reason(self, w: dict, required: int, nearest: float) -> str:
        posts = [post for post in self.posts if post["force"] != "school_guard"]
        if required <= 0:
            return "no_data"
        if not posts:
            return "no_post"
        if not self.has_roads:
            return "no_data"
        if not w["manned"]:
            return "no_post" if any(self.has_hours(post) for post in posts) else "no_data"
        if nearest == inf:
            return "unreachable"
        return "in_time" if nearest <= 300 else "too_far"


def slot_of(direction: str, start: int) -> str:
    if direction == "in":
        return "morning_in" if start < 11 * 60 else "noon_in"
    if start < 13 * 60 + 30:
        return "noon_out"
    return "afternoon_out" if start < 18 * 60 + 30 else "evening_out"


@cache
def best_cover(able: tuple, weight: tuple) -> frozenset[int]:
    """Try every way to place the posts; the most windows, then pupils, then the smallest ids."""
    value = dict(weight)
    groups = components(able)
    return frozenset().union(*(best_of(group, value) for group in groups)) if groups else frozenset()


def components(able: tuple) -> list[list[tuple]]:
    groups: list[list[tuple]] = []
    for each in able:
        touching = [group for group in groups if any(set(each[1]) & set(other[1]) for other in group)]
        groups = [group for group in groups if group not in touching] + [sum(touching, [each])]
    return groups


def best_of(group: list[tuple], value: dict[int, tuple[int, int]]) -> frozenset[int]:
    best: tuple = ((-1, -1, ()), frozenset())
    for way in product(*(gates for _, gates in group)):
        covered = frozenset(way)
        rank = (
            sum(value[gate][0] for gate in covered), sum(value[gate][1] for gate in covered),
            tuple(-gate for gate in sorted(covered)),
        )  # fmt: skip
        if rank > best[0]:
            best = (rank, covered)
    return best[1]
