"""Who could be sent where, tried out one by one: the whole day is walked through anew for every departure."""

from __future__ import annotations

import copy
from math import ceil, inf
from typing import TYPE_CHECKING

from tests.references.ledger_by_the_minute import District

if TYPE_CHECKING:
    from datetime import date

NOWHERE = {"x": 1e9, "y": 1e9}


class Sending(District):
    """A district in which some posts are away from their places, and stand at a gate for a part of it."""

    trips: tuple = ()
    """(post code, leaves, back, its duty at the gate as `stretches` has them)"""

    def manned_at(self, found, minute):
        here = super().manned_at(found, minute)
        for code, leaves, back, duty in self.trips:
            if leaves <= minute < back:
                here = [each for each in here if each[0]["post_code"] != code]
            if duty[2] <= minute < duty[3]:
                here.append(duty)
        return here

    def at_gate(self, code: str, gate: dict, begin: int, end: int) -> tuple:
        """The duty of a post that was sent; it went by road, so its place is no help to others."""
        duty = {"school_code": gate["school_code"], "gate": gate["name"]}
        return self.by_code(code), NOWHERE | {"post_code": f"sent {code}"}, begin, end, duty


def sending(district: District, trips: tuple) -> Sending:
    made = Sending(
        **{
            name: getattr(district, name)
            for name in District.__dataclass_fields__
            if District.__dataclass_fields__[name].init
        }
    )
    made.trips = tuple((*trip[:3], made.at_gate(trip[0], *trip[3:])) for trip in trips)
    return made


def windows_of(district: District, day: date) -> list[dict]:
    """Every window of the day, with the weekday that runs at its school."""
    found = []
    for school in district.schools:
        weekday = district.weekday_at(school, day)
        if weekday is not None:
            found += [window | {"weekday": weekday} for window in district.windows(weekday, day, school)]
    return found


def uncovered(district: District, day: date) -> dict[tuple[int, int], int]:
    """Uncovered minutes by gate and bell."""
    district = copy.deepcopy(district)
    return {key[:2]: row["uncovered_min"] for key, row in district.ledger(day, [day], weekdays=()).items()}


def candidates(district: District, day: date, window: dict) -> list[tuple[float, str]]:
    """Posts on duty from their departure to the end of the window, with their seconds, nearest first."""
    district = copy.deepcopy(district)
    stretches = district.stretches(window["weekday"], day, dated=True)
    moved = district.moved
    begin, end = window["start"], window["stop"]
    found: dict[str, float] = {}
    for place in district.posts:
        travel = district.travel_s.get((place["post_code"], window["gate"]["gate_id"]), inf)
        if travel == inf or not district.has_roads:
            continue
        minutes = range(begin - ceil(travel / 60), end)
        crews = []
        for minute in minutes:
            district.moved = moved
            crews.append({who["post_code"] for who, at, *_ in district.manned_at(stretches, minute)
                          if at["post_code"] == place["post_code"] and who["force"] != "school_guard"})  # fmt: skip
        for code in set.intersection(*crews) if crews else ():
            found[code] = min(found.get(code, inf), travel)
    return sorted((travel, code) for code, travel in found.items())


def trip_of(window: dict, code: str, travel: float) -> tuple:
    way = ceil(travel / 60)
    begin, end = window["start"], window["stop"]
    return (code, begin - way, end + way, window["gate"], begin, end)


def opens(district: District, day: date, trips: tuple, helped: set[tuple[int, int]]) -> bool:
    """Whether any window but those that are helped has more uncovered minutes than without the trips."""
    before, after = uncovered(district, day), uncovered(sending(district, trips), day)
    return any(after[key] > before[key] for key in before if key not in helped)


def key_of(window: dict) -> tuple[int, int]:
    return (window["gate"]["gate_id"], window["bell"]["bell_slot_id"])


def proposals(district: District, day: date, most: int) -> dict[tuple[int, int], list[tuple[str, float]]]:
    """For each window that is not covered all through, who could be sent."""
    before = uncovered(district, day)
    found = {}
    for window in windows_of(district, day):
        if before[key_of(window)] <= 0:
            continue
        able = [
            (code, travel) for travel, code in candidates(district, day, window)
            if not opens(district, day, (trip_of(window, code, travel),), {key_of(window)})
        ]  # fmt: skip
        found[key_of(window)] = able[:most]
    return found
