"""Every parameter of the analyses: type, default, limits; `core.setting` holds what differs.

A run keeps the values it used. Clock times are local, lengths metres, durations as the name says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations
from datetime import time
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_serializer,
    field_validator,
    model_validator,
)

from geo.errors import CampusError
from geo.terms import Direction, Force, Mobility, PostType, Stage, ZoneTerm

LONGEST_EXAMPLE = 120
Metres = Annotated[float, Field(gt=0, le=100_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Kmh = Annotated[float, Field(gt=0, le=200)]
Line = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Text without line breaks and other control characters, which a database would refuse or a map break at."""


def _local(value: time) -> time:
    """Refuse a zone, which a number of seconds has too: clock times are local."""
    if value.tzinfo is not None:
        raise ValueError(value)
    return value


Clock = Annotated[time, AfterValidator(_local)]


class UnknownSettingError(CampusError):
    """There is no setting of that name."""

    key = "data.unknown_setting"
    exit_code = 2


class BadSettingError(CampusError):
    """A value does not fit its setting."""

    key = "data.bad_setting"
    exit_code = 2


class Part(BaseModel):
    """A group of values that belong together; nothing in it changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reach(Part):
    """How far a post reaches in a straight line, m."""

    foot: Metres = 180
    ebike: Metres = 400
    car: Metres = 800

    def of(self, mobility: Mobility) -> float:
        """Give the reach of one mobility, m."""
        return float(getattr(self, mobility.value))


CAR_SPEEDS: Mapping[str, float] = MappingProxyType(
    {
        "motorway": 80,
        "motorway_link": 40,
        "trunk": 60,
        "trunk_link": 40,
        "primary": 45,
        "primary_link": 35,
        "secondary": 40,
        "secondary_link": 30,
        "tertiary": 35,
        "tertiary_link": 30,
        "residential": 25,
        "unclassified": 25,
        "living_street": 15,
        "service": 15,
    }
)
"""How fast a car goes by class of road, km/h; other classes go as unclassified."""


class Speeds(Part):
    """How fast a post moves on the road, km/h; a car goes by the road's class."""

    foot: Kmh = 5
    run: Kmh = 10.8
    ebike: Kmh = 20
    car: Mapping[str, Kmh] = Field(default_factory=lambda: dict(CAR_SPEEDS))


class Bell(Part):
    """A bell time that is assumed where a school's own are not known."""

    direction: Direction
    start: Clock
    end: Clock | None = None


def _bell(direction: Direction, start: str, end: str) -> Bell:
    """Write a default bell shortly."""
    return Bell(direction=direction, start=time.fromisoformat(start), end=time.fromisoformat(end))


_IN, _OUT = Direction.IN, Direction.OUT
_LOWER = (_bell(_IN, "07:40", "08:00"), _bell(_OUT, "16:30", "17:00"))
_UPPER = (_bell(_IN, "07:00", "07:30"), _bell(_OUT, "17:30", "18:00"))
_EVENING = (_bell(_IN, "06:50", "07:20"), _bell(_OUT, "21:20", "21:50"))
DEFAULT_BELLS: Mapping[Stage, tuple[Bell, ...]] = MappingProxyType(
    {
        Stage.KINDERGARTEN: (_bell(_IN, "08:00", "08:30"), _bell(_OUT, "16:15", "16:45")),
        Stage.PRIMARY: _LOWER,
        Stage.JUNIOR: _UPPER,
        Stage.SENIOR: _EVENING,
        Stage.NINE_YEAR: _LOWER,
        Stage.TWELVE_YEAR: _UPPER,
        Stage.VOCATIONAL: _UPPER,
        Stage.SPECIAL: _LOWER,
    }
)
"""What schools of a stage usually keep; the bureau's own bells replace them."""

ZONE_WEIGHTS: Mapping[ZoneTerm, int] = MappingProxyType(
    {
        ZoneTerm.INCIDENT_RATE: 30,
        ZoneTerm.SIGNIFICANT_CELLS: 10,
        ZoneTerm.FINDINGS: 15,
        ZoneTerm.HAZARDS_OPEN: 10,
        ZoneTerm.HAZARDS_OVERDUE: 15,
        ZoneTerm.UNCOVERED_MIN: 15,
        ZoneTerm.PUPILS: 5,
    }
)
"""Where a committee may begin. Events lead, but have less than half with their hexagons: who records less
must not get off the list by that alone. Hexagons show the same events again, so they add little. What a
campaign can settle (venues, hazards, open gates) has more than half together; a late hazard, which is an open
one too, weighs more than twice as much as one in time. Pupils only tip the balance: a large school is not a
bad one."""


class Settings(BaseModel):
    """All parameters; a field's name is its key in `campus config`."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    timezone: str = "Asia/Shanghai"
    """The zone in which days and clock times are meant."""
    district: Line | None = None
    """Code of the district that pages open with; None: the only one there is."""
    district_name: Line = ""
    """Its name on screen where no area was loaded."""

    rings_m: tuple[Annotated[int, Field(gt=0, le=100_000)], ...] = (50, 200, 500)
    """Distances from the boundary for which perimeters are built."""
    quad_segs: Annotated[int, Field(ge=8, le=64)] = 16
    """Segments a quarter circle has in buffers."""
    reach_m: Reach = Reach()
    default_mobility: Mobility = Mobility.FOOT
    """How a post moves that says nothing."""
    duty_assumed: frozenset[PostType] = frozenset(
        {PostType.POLICE_STATION, PostType.POLICE_BOX, PostType.TRAFFIC_POST}
    )
    """Types of post that count as on duty all day while they have no duty rows."""

    morning_in_before: Clock = time(11, 0)
    """Arrivals before this are the morning's, later ones noon's."""
    noon_out_before: Clock = time(13, 30)
    """Departures before this are noon's."""
    afternoon_out_before: Clock = time(18, 30)
    """Departures before this are the afternoon's, later ones the evening's."""
    window_before_min: Annotated[int, Field(ge=0, le=120)] = 20
    """Minutes before a bell at which its window opens."""
    window_after_min: Annotated[int, Field(ge=0, le=120)] = 30
    """Minutes after a bell at which its window closes."""
    default_bells: Mapping[Stage, tuple[Bell, ...]] = Field(default_factory=lambda: dict(DEFAULT_BELLS))
    """Bells assumed by stage."""

    guard_radius_m: Metres = 50
    """Distance from a gate within which a post stands at it."""
    guard_counts_school_guards: bool = False
    """Whether the school's own guards count as guarding a gate."""
    police_forces: frozenset[Force] = frozenset({Force.POLICE, Force.TRAFFIC, Force.PATROL_SWAT})
    """The forces that count as police at a gate; auxiliaries are counted with any force."""
    response_forces: frozenset[Force] = frozenset(Force)
    """The forces whose posts come when help is wanted; school guards only if they count as guards."""
    tiers_min: tuple[Annotated[float, Field(gt=0, le=60)], ...] = (1, 3, 5)
    """Response tiers: minutes within which help arrives."""
    school_tier_min: Annotated[float, Field(gt=0, le=60)] = 5
    """The tier in which a school gate is to lie."""
    unit_tiers_min: tuple[Annotated[float, Field(gt=0, le=60)], ...] = (1, 3, 5)
    """The other reading of 1-3-5: minutes to self-rescue, mutual rescue and reinforcement."""
    speeds_kmh: Speeds = Speeds()
    turnout_s: Annotated[float, Field(ge=0, le=600)] = 30
    """Seconds before a car moves."""
    snap_tolerance_m: Annotated[float, Field(ge=0, le=10)] = 0.5
    """Distance at which ends of roads are one junction."""
    snap_limit_m: Metres = 500
    """Distance from every road beyond which a point has none."""
    road_margin_m: Metres = 20_000
    """Distance round a district within which roads are read for it."""
    service_buffer_m: Metres = 25
    """Width to each side of a road that a service area takes in."""

    hexagon_m: Annotated[int, Field(ge=50, le=10_000)] = 100
    """Radius of the hexagons of hotspots, whole metres: the grid's ids are made with it."""
    finding_band_m: Annotated[float, Field(ge=0, le=200)] = 15
    """Half width of the band around a rule's distance in which only a survey decides."""

    finding_margin_m: Annotated[float, Field(ge=0, le=5000)] = 300
    """How far beyond a rule's distance and band a venue is still listed, as one with nothing found."""

    zone_weights: Mapping[ZoneTerm, Annotated[int, Field(ge=0, le=100)]] = Field(
        default_factory=lambda: dict(ZONE_WEIGHTS)
    )
    """Weights of the terms by which focus zones are ranked until the committee sets its own."""
    zone_days: Annotated[int, Field(ge=30, le=3_660)] = 365
    """Days before the day whose events count for focus zones."""
    zone_first_places: Annotated[int, Field(ge=1, le=100)] = 10
    """Places of the list of focus zones that are acted on."""

    max_reject_share: Share = 0.5
    """Share of rejected rows above which a load fails."""
    max_end_share: Share = 0.2
    """Share of a source's rows that a load may end or move before it asks for --force."""
    nightly_build_at: Clock = time(2, 30)
    """When the worker builds everything anew."""
    audit_sweep_objects: Annotated[int, Field(ge=5, le=10_000)] = 60
    """Different schools, gates and other objects opened in an hour from which the audit's page lists it."""
    audit_sweep_tiles: Annotated[int, Field(ge=500, le=1_000_000)] = 5000
    """Map tiles fetched in an hour from which the audit's page lists it."""

    map_attribution: Line = ""
    """Whose map data are shown; stands on every map."""
    map_approval_no: Line = ""
    """Number of the map's approval, where it has one."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        """Refuse a zone that there is not."""
        try:
            ZoneInfo(value)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError(value) from error
        return value

    @field_validator("rings_m", "tiers_min", "unit_tiers_min")
    @classmethod
    def _rising(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        """Want at least one, each once, the smallest first."""
        if not value or any(later <= earlier for earlier, later in pairwise(value)):
            raise ValueError(value)
        return value

    @field_validator("zone_weights")
    @classmethod
    def _any_weight(cls, value: Mapping[ZoneTerm, int]) -> Mapping[ZoneTerm, int]:
        """Want one weight above 0: else there is no order."""
        if not any(value.values()):
            raise ValueError(value)
        return value

    @field_serializer("duty_assumed", "police_forces", "response_forces", when_used="json")
    def _in_one_order(self, value: frozenset[PostType] | frozenset[Force]) -> list[str]:
        """Write the set the same way every time, since runs keep and hash it."""
        return sorted(value)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Want the slots' borders in order, and the school's tier among the tiers."""
        if not self.noon_out_before < self.afternoon_out_before:
            raise ValueError(self.afternoon_out_before)
        if self.school_tier_min not in self.tiers_min:
            raise ValueError(self.school_tier_min)
        return self


def with_values(values: Mapping[str, Any], *, asked: str = "-") -> Settings:
    """Make settings of the values that differ from the defaults.

    Parameters
    ----------
    values
        By field name, as JSON has them.
    asked
        Which of them is new, to be named where it does not go with the others.

    Returns
    -------
    Settings
        Validated, frozen.

    Raises
    ------
    UnknownSettingError
        A name is none of the fields.
    BadSettingError
        A value does not fit.
    """
    unknown = [key for key in values if key not in Settings.model_fields]
    if unknown:
        raise UnknownSettingError(given=unknown[0])
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as error:
        # The checker's own words are English and for programmers; a value that fits says more.
        where = error.errors(include_url=False)[0]["loc"]
        name = str(where[0]) if where else asked
        raise BadSettingError(name=".".join(map(str, where)) or asked, default=_default(name)) from error


def _default(name: str) -> str:
    """Write a setting's default as one would type it, shortened where it is long."""
    known = Settings().model_dump(mode="json")
    written = json.dumps(known[name], ensure_ascii=False) if name in known else "-"
    return written if len(written) <= LONGEST_EXAMPLE else written[:LONGEST_EXAMPLE] + " ..."
