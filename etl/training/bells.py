"""Bell times: by stage, staggered by grade, some by gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.training.chance import stream
from geo.terms import Direction, Stage

if TYPE_CHECKING:
    import numpy as np

    from etl.training.gates import Gate
    from etl.training.schools import School

WEEK, MON_THU, FRIDAY, SATURDAY, SUNDAY, SIX = (
    (0, 1, 2, 3, 4),
    (0, 1, 2, 3),
    (4,),
    (5,),
    (6,),
    (0, 1, 2, 3, 4, 5),
)
_IN, _OUT = Direction.IN, Direction.OUT
_Line = tuple[str, Direction, tuple[int, ...], str, str]

_KINDERGARTEN: tuple[_Line, ...] = (
    ("小班", _IN, WEEK, "08:00", "08:30"), ("中班", _IN, WEEK, "07:55", "08:20"),
    ("大班", _IN, WEEK, "07:50", "08:15"),
    ("小班", _OUT, WEEK, "16:10", "16:25"), ("中班", _OUT, WEEK, "16:20", "16:35"),
    ("大班", _OUT, WEEK, "16:30", "16:45"),
)  # fmt: skip
_PRIMARY: tuple[_Line, ...] = (
    ("一至三年级", _IN, WEEK, "07:40", "08:00"), ("四至六年级", _IN, WEEK, "07:30", "07:50"),
    ("一、二年级", _OUT, FRIDAY, "15:40", "15:55"), ("三至六年级", _OUT, FRIDAY, "16:00", "16:20"),
    ("一、二年级", _OUT, MON_THU, "17:10", "17:25"), ("三、四年级", _OUT, MON_THU, "17:20", "17:35"),
    ("五、六年级", _OUT, MON_THU, "17:30", "17:45"),
)  # fmt: skip
_NOON: tuple[_Line, ...] = (("全校", _OUT, WEEK, "11:30", "11:50"), ("全校", _IN, WEEK, "13:10", "13:40"))
_JUNIOR: tuple[_Line, ...] = (
    ("七年级", _IN, WEEK, "07:10", "07:30"), ("八年级", _IN, WEEK, "07:05", "07:25"),
    ("九年级", _IN, WEEK, "06:50", "07:15"),
    ("七年级", _OUT, WEEK, "17:20", "17:35"), ("八年级", _OUT, WEEK, "17:30", "17:45"),
    ("九年级", _OUT, FRIDAY, "17:40", "17:55"), ("九年级", _OUT, MON_THU, "20:30", "20:50"),
)  # fmt: skip
_SENIOR: tuple[_Line, ...] = (
    ("走读生", _IN, SIX, "06:40", "07:10"),
    ("走读生", _OUT, SIX, "11:50", "12:15"), ("走读生", _IN, WEEK, "13:40", "14:10"),
    ("高一", _OUT, WEEK, "21:20", "21:40"), ("高二", _OUT, WEEK, "21:30", "21:50"),
    ("高三", _OUT, WEEK, "21:50", "22:10"),
    ("住校生", _OUT, SATURDAY, "11:50", "12:40"), ("住校生", _IN, SUNDAY, "15:30", "18:00"),
)  # fmt: skip
_VOCATIONAL: tuple[_Line, ...] = (
    ("走读生", _IN, WEEK, "07:40", "08:10"), ("走读生", _OUT, WEEK, "16:40", "17:10"),
    ("住校生", _OUT, FRIDAY, "15:30", "16:30"), ("住校生", _IN, SUNDAY, "15:00", "17:30"),
)  # fmt: skip
_SPECIAL: tuple[_Line, ...] = (("全校", _IN, WEEK, "08:00", "08:30"), ("全校", _OUT, WEEK, "15:30", "16:00"))
_TABLES = {
    Stage.KINDERGARTEN: _KINDERGARTEN, Stage.PRIMARY: _PRIMARY, Stage.JUNIOR: _JUNIOR, Stage.SENIOR: _SENIOR,
    Stage.NINE_YEAR: _PRIMARY + _JUNIOR, Stage.TWELVE_YEAR: _PRIMARY + _JUNIOR + _SENIOR,
    Stage.VOCATIONAL: _VOCATIONAL, Stage.SPECIAL: _SPECIAL,
}  # fmt: skip
_SILENT = 4
"""So many schools have sent no bell times: the defaults by stage stand for them."""


@dataclass(frozen=True)
class Bell:
    """One bell row; minutes after midnight, weekdays 0 = Monday."""

    school: int
    gate: str
    grade: str
    direction: Direction
    weekdays: tuple[int, ...]
    start: int
    end: int


def ring_bells(seed: int, schools: list[School], gates: list[Gate]) -> list[Bell]:
    """Give the schools' bell times.

    Parameters
    ----------
    seed
        The district's seed.
    schools, gates
        The schools and their gates; some schools send grades through different gates.

    Returns
    -------
    list of Bell
        By school. A few schools have none.
    """
    rng = stream(seed, "bells")
    silent = set(rng.choice(len(schools), _SILENT, replace=False).tolist())
    names = [[gate.name for gate in gates if gate.school == number] for number in range(len(schools))]
    return [
        bell
        for number, school in enumerate(schools)
        if number not in silent
        for bell in _school_bells(rng, number, school, names[number])
    ]


def _school_bells(rng: np.random.Generator, number: int, school: School, gates: list[str]) -> list[Bell]:
    shift = {_IN: 5 * int(rng.integers(-2, 3)), _OUT: 5 * int(rng.integers(-2, 4))}
    lines = _TABLES[school.stage]
    if school.stage in (Stage.PRIMARY, Stage.JUNIOR) and (school.place == "village" or rng.random() < 0.2):  # noqa: PLR2004
        lines = lines + _NOON
    by_gate = len(gates) > 1 and rng.random() < 0.3  # noqa: PLR2004  # a third of the schools with several gates
    grades = list(dict.fromkeys(line[0] for line in lines))
    return [
        Bell(
            school=number,
            gate=gates[grades.index(grade) % len(gates)] if by_gate and grade != "全校" else "",
            grade=grade,
            direction=direction,
            weekdays=weekdays,
            start=minutes(start) + shift[direction],
            end=minutes(end) + shift[direction],
        )
        for grade, direction, weekdays, start, end in lines
    ]


def minutes(clock: str) -> int:
    """Read HH:MM as minutes after midnight."""
    hours, rest = clock.split(":")
    return 60 * int(hours) + int(rest)


def clock(minute: int) -> str:
    """Write minutes after midnight as HH:MM; 24:00 and later is the next day's clock."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
