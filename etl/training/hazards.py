"""The hazards: some 150 things to be put right around schools, each with a party, a unit and a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np

from etl.training.areas import town_name
from etl.training.chance import stream
from geo.terms import Party

if TYPE_CHECKING:
    from etl.training.chance import Floats
    from etl.training.gates import Gate
    from etl.training.schools import School

COUNT = 150
_WITHOUT_PLACE = 0.27
"""So many are known by their school alone."""
_NEAR_M = 140.0
_DAYS = 300
_KINDS = (
    ("路面破损", Party.DEPARTMENT, "交通运输局"), ("斑马线磨损", Party.REGULATOR, "交警大队"),
    ("护栏缺失", Party.DEPARTMENT, "交通运输局"), ("消防通道堵塞", Party.REGULATOR, "消防救援大队"),
    ("流动摊贩占道", Party.REGULATOR, "城市管理局"), ("机动车违停", Party.REGULATOR, "交警大队"),
    ("围墙破损", Party.SCHOOL, ""), ("监控损坏", Party.SCHOOL, ""), ("照明不足", Party.LOCALITY, ""),
    ("高空悬挂物", Party.LOCALITY, ""), ("施工围挡不牢", Party.DEPARTMENT, "住房和城乡建设局"),
    ("燃气管线裸露", Party.DEPARTMENT, "住房和城乡建设局"), ("水域无警示", Party.DEPARTMENT, "水利局"),
    ("无证食品摊点", Party.REGULATOR, "市场监督管理局"),
)  # fmt: skip


@dataclass(frozen=True)
class Hazard:
    """One hazard; metres from the origin."""

    code: str
    category: str
    found_at: datetime
    deadline: date
    party: Party
    unit: str
    school: int
    """Number of the school it concerns."""
    names_school: bool
    """Whether the list says which school."""
    point: Floats | None
    """None where only the school is known."""


def find_hazards(seed: int, schools: list[School], gates: list[Gate], as_of: date) -> list[Hazard]:
    """Find 150 hazards in the ten months before a day.

    Parameters
    ----------
    seed
        The district's seed.
    schools, gates
        What they lie near, in metres.
    as_of
        The day that counts as today: some deadlines are past, some to come.
    """
    rng = stream(seed, "hazards")
    return [_hazard(rng, number, schools, gates, as_of) for number in range(1, COUNT + 1)]


def _hazard(
    rng: np.random.Generator, number: int, schools: list[School], gates: list[Gate], as_of: date
) -> Hazard:
    category, party, unit = _KINDS[rng.integers(len(_KINDS))]
    gate = gates[rng.integers(len(gates))]
    school = schools[gate.school]
    own = {Party.SCHOOL: school.name, Party.LOCALITY: f"{town_name(school.town)}人民政府"}
    found = as_of - timedelta(days=int(rng.integers(1, _DAYS)))
    placeless = party is Party.SCHOOL or rng.random() < _WITHOUT_PLACE / 2
    point = None if placeless else np.round(gate.point + rng.normal(0, _NEAR_M / 2, 2), 2)
    return Hazard(
        code=f"XYH{number:04d}",
        category=category,
        found_at=datetime.combine(found, time(int(rng.integers(8, 18)), int(rng.integers(0, 60)))),
        deadline=found + timedelta(days=int(rng.choice([7, 15, 30, 60]))),
        party=party,
        unit=unit or own[party],
        school=gate.school,
        names_school=placeless or rng.random() < 0.7,  # noqa: PLR2004 -- most lists say it
        point=point,
    )
