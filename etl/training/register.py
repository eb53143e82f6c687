"""Made-up rows of the register: some 350 cases, few in some police areas, many in others; none is real."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import shapely

from data.laws import laws
from data.terms import Basis
from etl.training.areas import police_name
from etl.training.chance import stream
from etl.training.files import to_degrees
from etl.training.manifest import REGISTER_FILE

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.areas import Areas
    from etl.training.chance import Floats

HEADINGS = ("案件编号", "地点", "依据类型", "法律依据", "复核期限", "经度", "纬度")
_BASES = {Basis.ORDER_IN_FORCE: "命令生效中", Basis.THREAT_UNDER_INVESTIGATION: "威胁侦查中"}
_COUNTS = (3, 7, 9, 12, 15, 18, 22, 26, 34, 41, 55, 104)
"""Cases by police area: some of every class of what is published."""
_ORDERS_SHARE = 0.75
_ORDER_DAYS, _THREAT_DAYS = (20, 330), (10, 85)


def write_register(folder: Path, seed: int, areas: Areas, as_of: date) -> int:
    """Write the register's made-up file; it is no ordinary one and loads by its own way.

    Parameters
    ----------
    folder
        Where to.
    seed, areas
        The district's.
    as_of
        The day that counts as today: reviews are due after it.

    Returns
    -------
    int
        How many rows.
    """
    rng = stream(seed, "register")
    rows: list[tuple[object, ...]] = []
    for area, count in zip(rng.permutation(len(areas.police)), _COUNTS, strict=True):
        for lon, lat in to_degrees(_points(rng, areas.police[area], count)):
            rows.append((*_row(rng, len(rows) + 1, int(area), as_of), f"{lon:.7f}", f"{lat:.7f}"))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([HEADINGS, *rows])
    part = folder / f"part-{REGISTER_FILE}"
    part.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    part.replace(folder / REGISTER_FILE)
    return len(rows)


def _points(rng: np.random.Generator, area: Shape, count: int) -> Floats:
    """Scatter points over an area."""
    west, south, east, north = area.bounds
    shapely.prepare(area)
    found: Floats = np.empty((0, 2))
    while len(found) < count:
        tried = rng.uniform((west, south), (east, north), (4 * count, 2))
        found = np.concatenate([found, tried[shapely.contains_xy(area, tried)]])
    return found[:count]


def _row(rng: np.random.Generator, number: int, area: int, as_of: date) -> tuple[object, ...]:
    """Make a row up, but for its place."""
    is_order = rng.random() < _ORDERS_SHARE
    basis = Basis.ORDER_IN_FORCE if is_order else Basis.THREAT_UNDER_INVESTIGATION
    codes = [law.code for law in laws().values() if basis in law.basis and law.is_in_force(as_of)]
    due = as_of + timedelta(days=int(rng.integers(*(_ORDER_DAYS if is_order else _THREAT_DAYS))))
    place = f"{police_name(area)}辖区第{rng.integers(1, 30)}村{rng.integers(1, 120)}号"
    return (f"XL-{as_of.year}-{number:04d}", place, _BASES[basis], str(rng.choice(codes)), due.isoformat())
