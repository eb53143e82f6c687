"""What each kind of input is: its columns, what they hold, which it needs, and what tells its rows apart.

Kind k is the table `core.k` with these column names; readers, checks and SQL are driven by this table alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from data.terms import Basis
from geo.terms import (
    AreaLevel,
    BasemapClass,
    Change,
    Direction,
    Force,
    IncidentCategory,
    Mobility,
    Party,
    PostType,
    Stage,
)

if TYPE_CHECKING:
    from geo.validity import Wanted


class Holds(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    CODE = "code"
    COUNT = "count"
    SPEED = "speed"
    FLAG = "flag"
    ONEWAY = "oneway"
    DATE = "date"
    MOMENT = "moment"
    TIME = "time"
    WEEKDAY = "weekday"
    WEEKDAYS = "weekdays"
    WORD = "word"


class Place(StrEnum):
    """How a row gets its district."""

    OWN = "own"
    SCHOOL = "school"
    POST = "post"
    SCOPE = "scope"


@dataclass(frozen=True)
class Column:
    """One column of a kind."""

    name: str
    holds: Holds = Holds.TEXT
    required: bool = False
    words: tuple[str, ...] = ()
    """The closed list of a `Holds.WORD` column."""
    refers_to: str | None = None
    """The kind whose code it carries."""


@dataclass(frozen=True)
class Kind:
    """One kind of input."""

    name: str
    columns: tuple[Column, ...]
    natural_key: tuple[str, ...]
    """What tells rows apart where there is no code: target columns, and `POSITION` for where it is."""
    geometry: Wanted | None = None
    coded: bool = True
    """Whether the source may bring a code of its own."""
    by_feature: bool = True
    """Whether a feature's id stands before the natural key."""
    place: Place = Place.OWN
    position_digits: int = 5
    """Decimals of a degree to which positions in the natural key are rounded: 5 is 1 m, 4 is 10 m."""
    sole_key: str | None = None
    """A column that tells rows apart by itself where it is filled, before the natural key."""
    stand_in: str | None = None
    """A reference that says where a row without a geometry is."""
    point_of_area: bool = False
    """Whether an outline is taken as the point inside it."""
    coarsened: bool = False
    """Whether times and places are coarsened before anything is kept, and no report shows a place."""
    in_register: bool = False
    """Whether it goes into the register, by a way of its own and by no other (`etl.register`)."""
    mode: str = "snapshot"

    def column(self, name: str) -> Column:
        """Find a column by its name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def values(self) -> tuple[Column, ...]:
        """The columns without the code, which every kind's table has."""
        return tuple(column for column in self.columns if column.name != CODE)

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns that every row must fill."""
        return tuple(column for column in self.columns if column.required)


POSITION = "@position"
CODE = "code"
PLACE_COLUMN = "geometry"
"""What reports call the place of a row."""
WITHOUT_PLACE = ("incident", "key_person")
"""Kinds of which no report tells a place or a time."""


def _word(name: str, words: type[StrEnum], *, required: bool = False) -> Column:
    return Column(name, Holds.WORD, required, tuple(words))


def _text(name: str, *, required: bool = False) -> Column:
    return Column(name, Holds.TEXT, required)


def _of(name: str, holds: Holds, *, required: bool = False) -> Column:
    return Column(name, holds, required)


def _reference(name: str, kind: str, *, required: bool = False) -> Column:
    return Column(name, Holds.CODE, required, refers_to=kind)


_OWN_CODE = Column(CODE, Holds.CODE)
_FIXED_CODE = Column(CODE, Holds.CODE, required=True)

SCHOOL = Kind(
    "school",
    (
        _OWN_CODE,
        _text("name", required=True),
        _word("stage", Stage),
        *(_of(name, Holds.COUNT) for name in ("pupils", "staff", "boarders")),
    ),
    natural_key=("name", POSITION),
    geometry="place",
    position_digits=4,
)
GATE = Kind(
    "gate",
    (_reference("school_code", "school", required=True), _text("name"), _of("is_main", Holds.FLAG)),
    natural_key=("school_code", "name", POSITION),
    geometry="point",
    coded=False,
    by_feature=False,
    place=Place.SCHOOL,
)
BELL_SLOT = Kind(
    "bell_slot",
    (
        _reference("school_code", "school", required=True),
        _text("gate"),
        _text("grade"),
        _word("direction", Direction, required=True),
        _of("weekdays", Holds.WEEKDAYS),
        _of("start", Holds.TIME, required=True),
        _of("end", Holds.TIME),
        _of("date_from", Holds.DATE),
        _of("date_to", Holds.DATE),
    ),
    natural_key=(
        "school_code", "gate", "grade", "direction", "weekdays", "start", "end", "date_from", "date_to"
    ),
    coded=False,
    by_feature=False,
    place=Place.SCHOOL,
)  # fmt: skip
CALENDAR = Kind(
    "calendar",
    (
        _of("date", Holds.DATE, required=True),
        _text("scope"),
        _of("is_school_day", Holds.FLAG, required=True),
        _of("runs_as_weekday", Holds.WEEKDAY),
    ),
    natural_key=("date", "scope"),
    coded=False,
    by_feature=False,
    place=Place.SCOPE,
)
POST = Kind(
    "post",
    (
        _OWN_CODE,
        _text("name", required=True),
        _word("type", PostType),
        _word("force", Force),
        _word("mobility", Mobility),
        _of("staff_count", Holds.COUNT),
    ),
    natural_key=("name", POSITION),
    geometry="point",
    position_digits=4,
    point_of_area=True,
)
DUTY = Kind(
    "duty",
    (
        _reference("post_code", "post", required=True),
        _reference("school_code", "school"),
        _text("gate"),
        _of("weekdays", Holds.WEEKDAYS),
        _of("start", Holds.TIME, required=True),
        _of("end", Holds.TIME, required=True),
        _of("date_from", Holds.DATE),
        _of("date_to", Holds.DATE),
    ),
    natural_key=("post_code", "school_code", "gate", "weekdays", "start", "end", "date_from", "date_to"),
    coded=False,
    by_feature=False,
    place=Place.POST,
)
DUTY_EXCEPTION = Kind(
    "duty_exception",
    (
        _of("date", Holds.DATE, required=True),
        _reference("post_code", "post", required=True),
        _word("change", Change, required=True),
        _reference("replaced_by", "post"),
        _of("start", Holds.TIME),
        _of("end", Holds.TIME),
    ),
    natural_key=("date", "post_code"),
    coded=False,
    by_feature=False,
    place=Place.POST,
)
ROAD = Kind(
    "road",
    (_text("class"), _of("speed_kmh", Holds.SPEED), _of("oneway", Holds.ONEWAY)),
    natural_key=(POSITION,),
    geometry="line",
    coded=False,
)
BASEMAP = Kind(
    "basemap",
    (_word("class", BasemapClass),),
    natural_key=(POSITION,),
    geometry="any",
    coded=False,
)
AREA = Kind(
    "area",
    (_FIXED_CODE, _text("name", required=True), _word("level", AreaLevel)),
    natural_key=(),
    geometry="polygon",
)
INCIDENT = Kind(
    "incident",
    (
        _OWN_CODE,
        _word("category", IncidentCategory, required=True),
        _of("occurred_at", Holds.MOMENT, required=True),
    ),
    natural_key=("category", "occurred_at", POSITION),
    geometry="point",
    coarsened=True,
    mode="append",
)
VENUE = Kind(
    "venue",
    (
        _OWN_CODE,
        _text("name", required=True),
        _text("category"),
        _text("licence_no"),
        *(_of(name, Holds.DATE) for name in ("licence_from", "licence_to", "established_on")),
    ),
    natural_key=("name", POSITION),
    geometry="place",
    position_digits=4,
    sole_key="licence_no",
)
HAZARD = Kind(
    "hazard",
    (
        _OWN_CODE,
        _text("category", required=True),
        _of("found_at", Holds.MOMENT),
        _of("deadline", Holds.DATE),
        _word("party", Party),
        _text("unit"),
        _reference("school_code", "school"),
    ),
    natural_key=("category", "found_at", "school_code", POSITION),
    geometry="any",
    stand_in="school_code",
)
KEY_PERSON = Kind(
    "key_person",
    (
        _of("case_ref", Holds.CODE, required=True),
        _text("address"),
        _word("basis", Basis, required=True),
        _of("legal_ref", Holds.CODE, required=True),
        _of("review_due", Holds.DATE, required=True),
    ),
    natural_key=("case_ref",),
    geometry="point",
    coded=False,
    in_register=True,
)

KINDS = {
    kind.name: kind
    for kind in (
        SCHOOL, GATE, BELL_SLOT, CALENDAR, POST, DUTY, DUTY_EXCEPTION, ROAD, BASEMAP, AREA,
        INCIDENT, VENUE, HAZARD, KEY_PERSON,
    )
}  # fmt: skip

_REFUSED_WORDS = """
pupil pupils student students child children parent parents guardian guardians patient patients
person persons people petitioner petitioners petition petitions gathering gatherings complaint complaints
suspect suspects 学生 家长 监护人 患者 病人 上访人员 信访 信访人 重点人员 聚集 投诉 网帖 舆情
"""
REFUSED = frozenset(_REFUSED_WORDS.split())
"""Kinds that are refused by name (DESIGN 8.7), so that nobody looks for the right spelling."""
