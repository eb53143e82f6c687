"""The schools: stages, names, places, pupils; and the ground each of them stands on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from etl.training.campuses import Campus, Wish, place_campuses
from etl.training.chance import stream
from geo.terms import Stage

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.areas import Areas
    from etl.training.chance import Floats
    from etl.training.land import Land
    from etl.training.network import Roads
    from etl.training.settlements import Settlement

_DIGITS = "零一二三四五六七八九"
_NAMES = {
    Stage.KINDERGARTEN: "幼儿园",
    Stage.PRIMARY: "小学",
    Stage.JUNIOR: "初级中学",
    Stage.SENIOR: "高级中学",
    Stage.NINE_YEAR: "九年制学校",
    Stage.TWELVE_YEAR: "十二年制学校",
    Stage.VOCATIONAL: "职业学校",
    Stage.SPECIAL: "特殊教育学校",
}
STAGE_WORDS = {
    Stage.KINDERGARTEN: "幼儿园",
    Stage.PRIMARY: "小学",
    Stage.JUNIOR: "初中",
    Stage.SENIOR: "高中",
    Stage.NINE_YEAR: "九年一贯制",
    Stage.TWELVE_YEAR: "十二年一贯制",
    Stage.VOCATIONAL: "中职",
    Stage.SPECIAL: "特殊教育",
}
"""The bureaus' words for the stages, as the Chinese files have them."""
_SHARES = {
    "seat": {
        "kindergarten": 22,
        "primary": 13,
        "junior": 6,
        "nine_year": 2,
        "senior": 5,
        "twelve_year": 1,
        "vocational": 2,
        "special": 1,
    },
    "town": {
        "kindergarten": 18,
        "primary": 16,
        "junior": 8,
        "nine_year": 4,
        "senior": 1,
        "vocational": 1,
        "special": 1,
    },
    "village": {"kindergarten": 10, "primary": 8, "nine_year": 1},
}
"""How many schools of each stage stand where: 120."""
_GROUND_M = {
    "kindergarten": (42, 75, 40, 70), "primary": (85, 165, 90, 150), "junior": (130, 210, 120, 190),
    "senior": (200, 290, 190, 290), "nine_year": (150, 240, 140, 210), "twelve_year": (230, 300, 210, 290),
    "vocational": (200, 300, 190, 280), "special": (60, 95, 55, 90),
}  # fmt: skip
"""Least and greatest front, least and greatest depth in metres."""
_PUPILS = {
    "kindergarten": 270, "primary": 1_150, "junior": 1_050, "senior": 1_900, "nine_year": 1_700,
    "twelve_year": 2_900, "vocational": 2_400, "special": 130,
}  # fmt: skip
_BOARDING = {
    "senior": 0.62,
    "vocational": 0.7,
    "twelve_year": 0.4,
    "special": 0.25,
    "junior": 0.12,
    "nine_year": 0.08,
}
_PLACE_SIZE = {"seat": 1.15, "town": 0.9, "village": 0.38}
_POINT_ONLY = 6
_STAGES = tuple(Stage)


@dataclass(frozen=True)
class School:
    """One school; metres from the origin."""

    code: str
    name: str
    stage: Stage
    place: str
    """What it stands in: `seat`, `town` or `village`."""
    pupils: int
    staff: int
    boarders: int
    ground: Shape
    front: Floats
    """The two ends of its side along the road, shape (2, 2)."""
    town: int = -1
    police_area: int = -1
    is_point: bool = False
    """Only its position is known: the files carry a point."""


def found_schools(
    seed: int, land: Land, areas: Areas, settlements: list[Settlement], roads: Roads
) -> tuple[list[School], Roads]:
    """Found 120 schools beside the roads.

    Parameters
    ----------
    seed
        The district's seed.
    land, areas, settlements, roads
        What is there, in metres.

    Returns
    -------
    tuple of list of School and Roads
        The schools in the order of their codes, and the roads without those that had to give way.
    """
    rng = stream(seed, "schools")
    wishes = _wish(rng, settlements)
    campuses, roads = place_campuses(stream(seed, "campuses"), land, areas.district, roads, wishes)
    order = sorted(
        range(len(wishes)), key=lambda at: (_STAGES.index(wishes[at].stage), wishes[at].settlement, at)
    )
    middles = np.array([shapely.get_coordinates(campuses[at].ground.centroid)[0] for at in order])
    towns, police = areas.town_of(middles), areas.police_of(middles)
    schools: list[School] = []
    for number, at in enumerate(order):
        place = settlements[wishes[at].settlement].kind
        like = 1 + sum(school.stage == wishes[at].stage for school in schools)
        school = _open_school(rng, wishes[at].stage, place, campuses[at], number=number, like=like)
        schools.append(replace(school, town=int(towns[number]), police_area=int(police[number])))
    return _forget_grounds(rng, schools), roads


def _open_school(
    rng: np.random.Generator, stage: Stage, place: str, campus: Campus, *, number: int, like: int
) -> School:
    """Name and fill one school: the `number`-th of all from 0, the `like`-th of its stage from 1."""
    pupils, staff, boarders = _people(rng, stage, place)
    return School(
        code=f"320999{number + 1:04d}",
        name=f"训练第{ordinal(like)}{_NAMES[stage]}",
        stage=stage,
        place=place,
        pupils=pupils,
        staff=staff,
        boarders=boarders,
        ground=campus.ground,
        front=campus.front,
    )


def ordinal(number: int) -> str:
    """Write 1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十") + (
        _DIGITS[ones] if ones else ""
    )


def _wish(rng: np.random.Generator, settlements: list[Settlement]) -> list[Wish]:
    """List which school is wanted where; the large ones are placed first."""
    at = {kind: [n for n, place in enumerate(settlements) if place.kind == kind] for kind in _SHARES}
    villages = sorted(at["village"], key=lambda number: -settlements[number].radius)
    wishes: list[Wish] = []
    for kind, stages in _SHARES.items():
        for stage, count in stages.items():
            places = villages[: 2 * count] if kind == "village" else at[kind]
            chosen = [places[(turn * (2 if kind == "village" else 1)) % len(places)] for turn in range(count)]
            wishes += [_one_wish(rng, Stage(stage), kind, number) for number in chosen]
    return sorted(wishes, key=lambda wish: -wish.front_m * wish.depth_m)


def _one_wish(rng: np.random.Generator, stage: Stage, kind: str, settlement: int) -> Wish:
    least, most, shallow, deep = _GROUND_M[stage]
    size = 0.62 if kind == "village" and stage != Stage.KINDERGARTEN else 1.0
    return Wish(
        stage, settlement, float(rng.uniform(least, most) * size), float(rng.uniform(shallow, deep) * size)
    )


def _people(rng: np.random.Generator, stage: Stage, place: str) -> tuple[int, int, int]:
    """Give pupils, staff and boarders."""
    pupils = round(_PUPILS[stage] * _PLACE_SIZE[place] * rng.lognormal(-0.03, 0.26))
    boarding = _BOARDING.get(stage, 0.0) * (
        rng.uniform(0.6, 1.2) if stage != Stage.JUNIOR else rng.integers(0, 2)
    )
    per_teacher = 8.5 if stage == Stage.KINDERGARTEN else 4.0 if stage == Stage.SPECIAL else 13.5
    return pupils, round(pupils / per_teacher) + 3, round(pupils * min(boarding, 0.9))


def _forget_grounds(rng: np.random.Generator, schools: list[School]) -> list[School]:
    """Leave a few small schools with a position only."""
    small = [
        n for n, school in enumerate(schools) if school.stage == Stage.KINDERGARTEN and school.place != "seat"
    ]
    small += [
        n for n, school in enumerate(schools) if school.stage == Stage.PRIMARY and school.place == "village"
    ]
    chosen = set(rng.choice(small, _POINT_ONLY, replace=False).tolist())
    return [replace(school, is_point=n in chosen) for n, school in enumerate(schools)]
