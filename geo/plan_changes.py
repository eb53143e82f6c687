"""What a what-if plan changes: a post added, moved, taken away, or with other hours; to and from JSON.

Places are lon/lat in EPSG:4490, as they are stored, so that a plan outlives the plane it was thought in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, TypeAdapter, ValidationError, with_config

from geo.errors import GeoError
from geo.terms import Force, Mobility

if TYPE_CHECKING:
    from collections.abc import Sequence

_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
LONGEST_DUTY_MIN = 16 * 60
MOST_CHANGES = 200

Code = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Minute = Annotated[int, Field(ge=0, le=24 * 60)]
Weekday = Annotated[int, Field(ge=0, le=6)]


class BadPlanError(GeoError):
    """A plan holds what is no change of a plan; ``where`` names it, without its value."""

    key = "plan.bad_plan"


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of duty in minutes of the day; an end before the start is on the next day."""

    start: Minute
    end: Minute

    def __post_init__(self) -> None:
        """Refuse no minute at all, and more than a post can stand."""
        length = (self.end - self.start) % (24 * 60)
        if not 0 < length <= LONGEST_DUTY_MIN:
            raise ValueError(length)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class GateName:
    """A gate as rosters name it: its school, and its name where it has one."""

    school_code: Code
    gate: Code | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class AddPost:
    """A new guard post.

    Parameters
    ----------
    code
        No other post's; plans make their own.
    lon, lat
        Where it stands, degrees EPSG:4490.
    hours
        When, on each of ``weekdays`` (0 = Monday).
    serves
        The gate at which it stands, if any.
    """

    code: Code
    lon: Longitude
    lat: Latitude
    hours: Annotated[tuple[Hours, ...], Field(min_length=1, max_length=8)]
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = (0, 1, 2, 3, 4)
    force: Force = Force.POLICE
    mobility: Mobility = Mobility.FOOT
    serves: GateName | None = None
    name: Name = ""
    kind: Literal["add_post"] = "add_post"


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class MovePost:
    """A post that stands elsewhere; it lets go of the gates it served, for ``serves`` if that is given."""

    code: Code
    lon: Longitude
    lat: Latitude
    serves: GateName | None = None
    kind: Literal["move_post"] = "move_post"


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class RemovePost:
    """A post that is given up."""

    code: Code
    kind: Literal["remove_post"] = "remove_post"


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class SetHours:
    """Other hours for a post, at the gates that it serves, in the place of all its duties."""

    code: Code
    hours: Annotated[tuple[Hours, ...], Field(min_length=1, max_length=8)]
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = (0, 1, 2, 3, 4)
    kind: Literal["set_hours"] = "set_hours"


Change = AddPost | MovePost | RemovePost | SetHours
_CHANGES: TypeAdapter[tuple[Change, ...]] = TypeAdapter(
    Annotated[tuple[Annotated[Change, Discriminator("kind")], ...], Field(max_length=MOST_CHANGES)]
)


def to_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Write changes as `work.plan` keeps them."""
    written: list[dict[str, Any]] = _CHANGES.dump_python(tuple(changes), mode="json")
    return written


def from_json(value: object) -> tuple[Change, ...]:
    """Read changes as `work.plan` keeps them.

    Raises
    ------
    BadPlanError
        They are none; ``where`` says which word of which change is at fault.
    """
    try:
        return _CHANGES.validate_python(value)
    except ValidationError as error:
        where = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise BadPlanError(where=".".join(map(str, where))) from None
