"""A source is a file of data, not a branch in code: what a file's columns mean, read strictly.

Unknown keys are errors that name the line and the nearest key. Built-in sources stand in `etl/sources`.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from data.terms import Mode
from etl.declared import Declared, read_yaml
from etl.errors import (
    BadKeyError,
    MissingKeyError,
    MissingTargetError,
    NoAccessError,
    RefusedKindError,
    RegisterAloneError,
    UnknownKeyError,
    UnknownKeyNearError,
    UnknownKindError,
    UnknownSourceError,
    UnknownTargetError,
)
from etl.grids.rule import GridRule, add_grid_columns, check_grid
from etl.kinds import KINDS, REFUSED, Kind
from etl.refused import check_categories

FOLDER = Path(__file__).parent / "sources"
LAST_HEADER_ROW = 10_000
ANYTHING_ELSE = "*"
"""The key of a value map under which stands what every value not named becomes."""


class Strict(BaseModel):
    """Read-only, and nothing but what is declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ColumnRule(Strict):
    """Where a target's values come from."""

    columns: tuple[str, ...] = Field(default=(), alias="from")
    """Source columns; the first that is filled in a row counts."""
    map: dict[str, str | None] | None = None
    default: str | None = None
    value: str | None = None
    lenient: bool = False
    """Whether a value that cannot be read is dropped, and said so, rather than its row."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        return given if isinstance(given, dict) else {"from": given}

    @field_validator("columns", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        return tuple(_text(name) for name in given) if isinstance(given, (list, tuple)) else (_text(given),)

    @field_validator("map", mode="before")
    @classmethod
    def _texts(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {str(key): None if value is None else _text(value) for key, value in given.items()}

    @field_validator("default", "value", mode="before")
    @classmethod
    def _as_text(cls, given: Any) -> Any:
        return None if given is None else _text(given)

    @model_validator(mode="after")
    def _either_or(self) -> ColumnRule:
        if bool(self.columns) == (self.value is not None):
            raise ValueError
        return self


class GeometryRule(Strict):
    """Which columns of a table hold the place."""

    lon: str | None = None
    lat: str | None = None
    wkt: str | None = None
    text: str | None = None
    order: Literal["latlon", "lonlat", "auto"] = "auto"

    @model_validator(mode="after")
    def _one_way(self) -> GeometryRule:
        ways = [self.lon is not None and self.lat is not None, self.wkt is not None, self.text is not None]
        if ways.count(True) != 1 or (self.lon is None) != (self.lat is None):
            raise ValueError
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The source columns that it reads."""
        return tuple(name for name in (self.lon, self.lat, self.wkt, self.text) if name is not None)


class Scope(Strict):
    """The part of its rows for which a snapshot speaks."""

    district_code: str

    @field_validator("district_code", mode="before")
    @classmethod
    def _as_text(cls, given: Any) -> Any:
        return _text(given)


class Definition(Strict):
    """One source description (DESIGN 5)."""

    name: str = Field(min_length=1, max_length=80, pattern=r"^[^\s:/\\\x00-\x1f]+$")
    kind: str
    mode: Mode | None = None
    scope: Scope | None = None
    layers: tuple[str, ...] = ()
    sheet: str | None = None
    header_row: int | None = Field(default=None, ge=1, le=LAST_HEADER_ROW)
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    records: str | None = None
    crs: str | None = None
    training: bool = False
    owner: bool = False
    encoding: str = "auto"
    timezone: str = "Asia/Shanghai"
    where: str | None = None
    licence: str | None = None
    grid: GridRule | None = None
    columns: dict[str, ColumnRule] = Field(min_length=1)
    geometry: GeometryRule | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_grid(cls, given: Any) -> Any:
        return add_grid_columns(given)

    @field_validator("name", "sheet", "crs", "licence", mode="before")
    @classmethod
    def _as_text(cls, given: Any) -> Any:
        return _text(given) if isinstance(given, (int, float)) else given

    @field_validator("layers", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        return tuple(_text(name) for name in given) if isinstance(given, (list, tuple)) else (_text(given),)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, given: str) -> str:
        if given not in available_timezones():
            raise ValueError
        return given

    @property
    def spec(self) -> Kind:
        """The kind that it brings."""
        return KINDS[self.kind]

    @property
    def effective_mode(self) -> Mode:
        """The mode declared, else the kind's own."""
        return self.mode or Mode(self.spec.mode)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its clock times are meant."""
        return ZoneInfo(self.timezone)

    @property
    def source_columns(self) -> tuple[str, ...]:
        """Every source column that is read, once each; nothing else of a file ever is."""
        names = [name for rule in self.columns.values() for name in rule.columns]
        return tuple(dict.fromkeys([*names, *(self.geometry.columns if self.geometry else ())]))


def _text(value: object) -> str:
    """Give a scalar of YAML as it would stand in a cell; ValueError where it is none."""
    if not isinstance(value, (str, int, float)):
        raise ValueError  # noqa: TRY004 -- what pydantic takes for a fault of the file
    return str(value).lower() if isinstance(value, bool) else str(value)


def built_in() -> tuple[str, ...]:
    """Name the sources that come with the product."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yml")))


def read_definition(source: str | Path) -> Definition:
    """Read a source description.

    Parameters
    ----------
    source
        A YAML file, or the name of a built-in source.

    Raises
    ------
    UnknownSourceError
        Neither such a file nor such a built-in source.
    etl.errors.IntakeError
        Its text is no source description; the error names the key and its line.
    """
    if str(source) in built_in() and not Path(source).is_file():
        return parse_definition(read_yaml(FOLDER / f"{source}.yml"))
    try:
        if not Path(source).is_file():
            raise UnknownSourceError(source=str(source), known=", ".join(built_in()))
        declared = read_yaml(Path(source))
    except OSError as error:
        raise NoAccessError from error
    return parse_definition(declared)


def parse_definition(declared: Declared) -> Definition:
    """Check a source description that has been read from YAML.

    Raises
    ------
    etl.errors.IntakeError
        See `read_definition`.
    """
    try:
        definition = Definition.model_validate(declared.content)
    except ValidationError as error:
        raise _explained(error, declared) from None
    check_kind(definition.kind)
    check_grid(definition, declared)
    _check_targets(definition, declared)
    check_categories(definition)
    return definition


def _explained(error: ValidationError, declared: Declared) -> Exception:
    """Turn the first fault into a sentence's error; the checker's own words are for programmers."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    path = tuple(part for part in first["loc"] if part != "function-before")
    name, line = ".".join(str(part) for part in path), declared.line(path)
    if first["type"] == "missing":
        return MissingKeyError(name=name)
    if first["type"] != "extra_forbidden":
        return BadKeyError(name=name or "-", line=line)
    near = difflib.get_close_matches(str(path[-1]), _keys_at(path), n=1, cutoff=0.5)
    return (
        UnknownKeyNearError(name=name, line=line, near=near[0])
        if near
        else UnknownKeyError(name=name, line=line)
    )


def _keys_at(path: tuple[int | str, ...]) -> list[str]:
    """Name the keys that may stand where an unknown one was found."""
    parts: dict[str, type[BaseModel]] = {
        "columns": ColumnRule, "geometry": GeometryRule, "scope": Scope, "grid": GridRule,
    }  # fmt: skip
    model = parts.get(str(path[0]), Definition) if len(path) > 1 else Definition
    return [field.alias or name for name, field in model.model_fields.items()]


def check_kind(kind: str) -> None:
    """Refuse a kind that there is not, or that is refused by name."""
    if kind.lower() in REFUSED:
        raise RefusedKindError(kind=kind)
    if kind not in KINDS:
        raise UnknownKindError(kind=kind, known=", ".join(KINDS))


def check_ordinary(kind: str) -> None:
    """Refuse a kind that goes into the register: no other way may read such a file.

    Raises
    ------
    RegisterAloneError
        It does.
    etl.errors.IntakeError
        See `check_kind`.
    """
    check_kind(kind)
    if KINDS[kind].in_register:
        raise RegisterAloneError(kind=kind)


def _check_targets(definition: Definition, declared: Declared) -> None:
    known = [column.name for column in definition.spec.columns]
    for target in definition.columns:
        if target not in known:
            near = difflib.get_close_matches(target, known, n=1, cutoff=0.0)[0]
            line = declared.line(("columns", target))
            raise UnknownTargetError(target=target, kind=definition.kind, line=line, near=near)
    missing = [column.name for column in definition.spec.required if column.name not in definition.columns]
    if missing:
        raise MissingTargetError(kind=definition.kind, targets=", ".join(missing))
