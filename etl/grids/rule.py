"""What a source description says of a roster grid, and which columns of the kind the grid fills."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from etl.grids.errors import GridColumnError, GridDateError, GridKindError, GridPlaceError, GridTargetError

if TYPE_CHECKING:
    from etl.declared import Declared
    from etl.definitions import Definition


class Axis(StrEnum):
    """What the headings of a grid's rows or columns are."""

    WEEKDAY = "weekday"
    DATE = "date"
    PERIOD = "period"
    SCHOOL = "school"
    GATE = "gate"
    POST = "post"


DAYS = (Axis.WEEKDAY, Axis.DATE)
TIMES = (*DAYS, Axis.PERIOD)
PLACES = (Axis.SCHOOL, Axis.GATE, Axis.POST)
KINDS = ("duty", "duty_exception")
_MONTH = re.compile(r"(20[0-9]{2})-(0?[1-9]|1[0-2])")


class GridRule(BaseModel):
    """The key ``grid`` of a source description."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: tuple[Axis, ...] = Field(min_length=1, max_length=4)
    """What the headings of the rows are, one for each column that holds such headings."""
    row_heading: tuple[str, ...] = ()
    """The headings of those columns; the first columns of the sheet where none is said."""
    columns: Axis
    """What the headings of the other columns are."""
    header_rows: int | None = Field(default=None, ge=1, le=3)
    """Rows that the columns' headings go over; found where they are merged or plain."""
    cells: Literal["times"] = "times"
    """The only thing that is read from a cell."""
    month: str | None = None
    """Year and month of headings that are days of a month alone."""
    year: int | None = Field(default=None, ge=2000, le=2100)
    """Year of headings without one."""
    posts: dict[str, str] = {}
    """Headings that are no names of posts, and the codes of the posts that they mean."""
    schools: dict[str, str] = {}
    """Headings that are no names of schools, and the codes of the schools that they mean."""

    @field_validator("rows", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        return given if isinstance(given, (list, tuple)) else (given,)

    @field_validator("row_heading", mode="before")
    @classmethod
    def _texts(cls, given: Any) -> Any:
        return tuple(str(name) for name in (given if isinstance(given, (list, tuple)) else (given,)))

    @field_validator("posts", "schools", mode="before")
    @classmethod
    def _codes(cls, given: Any) -> Any:
        return {str(key): str(code) for key, code in given.items()} if isinstance(given, dict) else given

    @field_validator("month")
    @classmethod
    def _is_month(cls, given: str | None) -> str | None:
        if given is not None and not _MONTH.fullmatch(given):
            raise ValueError
        return given

    @model_validator(mode="after")
    def _fits(self) -> GridRule:
        axes = self.axes
        several_days = sum(axis in DAYS for axis in axes) > 1
        if several_days or len(set(axes)) < len(axes) or (self.month is not None and self.year is not None):
            raise ValueError
        if self.row_heading and len(self.row_heading) != len(self.rows):
            raise ValueError
        return self

    @property
    def axes(self) -> tuple[Axis, ...]:
        """What all headings are."""
        return (*self.rows, self.columns)

    @property
    def places(self) -> tuple[Axis, ...]:
        """Those headings that are places."""
        return tuple(axis for axis in PLACES if axis in self.axes)

    @property
    def known_year(self) -> int | None:
        """The year of days whose headings name none."""
        return int(self.month[:4]) if self.month else self.year

    @property
    def known_month(self) -> int | None:
        """The month of days whose headings name none."""
        return int(self.month[5:]) if self.month else None

    def fills(self, kind: str, constants: frozenset[str]) -> tuple[str, ...]:
        """Name the columns of the kind that the grid gives.

        Parameters
        ----------
        kind
            `duty` or `duty_exception`.
        constants
            Columns of the kind that the source description gives beside it.
        """
        dated = Axis.DATE in self.axes
        targets = {"post_code": bool(self.places), "start": True, "end": True}
        if kind == "duty_exception":
            targets |= {"date": dated, "change": True}
        else:
            by_gate = Axis.GATE in self.axes
            by_school = Axis.SCHOOL in self.axes
            targets |= {
                "school_code": by_school or (by_gate and "school_code" not in constants),
                "gate": by_gate or (by_school and Axis.POST in self.axes),
                "weekdays": dated or Axis.WEEKDAY in self.axes,
                "date_from": dated,
                "date_to": dated,
            }
        return tuple(name for name, is_given in targets.items() if is_given)


def add_grid_columns(given: Any) -> Any:
    """Map what a grid gives to columns of the same names, so that it goes on as any other table.

    Parameters
    ----------
    given
        The content of a source description; faults in it are left to be found where they stand.
    """
    if not isinstance(given, dict) or not isinstance(given.get("grid"), dict):
        return given
    declared = given.get("columns") or {}
    try:
        rule = GridRule.model_validate(given["grid"])
    except ValidationError:
        return given
    if not isinstance(declared, dict):
        return given
    filled = rule.fills(str(given.get("kind")), frozenset(declared))
    return given | {"columns": {name: {"from": name} for name in filled} | declared}


def check_grid(definition: Definition, declared: Declared) -> None:
    """Hold a grid against the kind and the columns that stand beside it.

    Raises
    ------
    etl.errors.IntakeError
        They do not fit together; the error names the line.
    """
    rule = definition.grid
    if rule is None:
        return
    line = declared.line(("grid",))
    if definition.kind not in KINDS:
        raise GridKindError(kind=definition.kind, line=line)
    beside = {
        name: one for name, one in (declared.content.get("columns") or {}).items() if not _is_own(name, one)
    }
    filled = rule.fills(definition.kind, frozenset(beside))
    for target in beside:
        if target in filled:
            raise GridTargetError(target=target, line=declared.line(("columns", target)))
        if definition.columns[target].columns:
            raise GridColumnError(target=target, line=declared.line(("columns", target)))
    if not rule.places and "post_code" not in beside:
        raise GridPlaceError(line=line)
    undated = Axis.DATE not in rule.axes and "date" not in beside
    if definition.kind == "duty_exception" and (undated or Axis.WEEKDAY in rule.axes):
        raise GridDateError(line=line)


def _is_own(name: str, declared: object) -> bool:
    """Tell whether a column is what `add_grid_columns` has written, in a description that was kept."""
    return isinstance(declared, dict) and list(declared) == ["from"] and list(declared["from"]) == [name]
