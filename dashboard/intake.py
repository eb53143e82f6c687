"""What a steward decides about a file, turned into a source's description. Pure: no page, no database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from data.describe import KINDS as MODELS
from data.describe import holds, is_required, mapped_columns, words_of
from data.personal import is_personal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

KINDS = (
    "school", "gate", "bell_slot", "calendar", "post", "duty", "duty_exception", "venue", "hazard",
    "incident", "area", "road", "basemap",
)  # fmt: skip
"""Kinds that a page takes in, in the order in which they build on each other; the register is none."""
DATUMS = ("cgcs2000", "wgs84", "gcj02", "bd09")
PLACES = ("lonlat", "text", "wkt")
"""How a table says where its rows are."""
PLACE_COLUMNS = {"lonlat": ("lon", "lat"), "text": ("text",), "wkt": ("wkt",)}
TABLES = (".xlsx", ".csv", ".tsv", ".txt")
NAME = re.compile(r"[^\s:/\\\x00-\x1f]{1,80}")
TRACEABLE = tuple(kind for kind in KINDS if kind != "incident")
CORRECTABLE = ("school", "gate", "post", "venue", "hazard", "bell_slot")


@dataclass(frozen=True, slots=True)
class Target:
    """A column of a kind."""

    name: str
    required: bool
    words: tuple[str, ...]
    """The closed list of what it holds; empty where it is open."""
    holds: str
    """``text``, ``number`` or ``other``."""


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What a kind of input is made of."""

    name: str
    targets: tuple[Target, ...]
    has_place: bool


@cache
def facts_of(kind: str) -> KindFacts:
    """Say what a kind is made of, from the models.

    Parameters
    ----------
    kind
        One of `KINDS`.
    """
    model = next(model for model in MODELS if model.__tablename__ == kind)
    columns = mapped_columns(model)
    targets = tuple(
        Target(each.name, is_required(model, each), words_of(each), holds(each))
        for each in columns
        if holds(each) != "shape"
    )
    return KindFacts(kind, targets, any(holds(each) == "shape" for each in columns))


def correctable(kind: str) -> tuple[Target, ...]:
    """Give the columns of a kind that a form can correct."""
    return tuple(
        target for target in facts_of(kind).targets if target.holds != "other" and target.name != "code"
    )


def shown(rule: Any) -> str | None:
    """Say which column of the file a rule takes; None where it takes none."""
    source = rule.get("from") if isinstance(rule, dict) else rule
    if isinstance(source, list | tuple):
        return " / ".join(str(name) for name in source)
    return None if source is None else str(source)


def way_of(geometry: Mapping[str, Any]) -> str | None:
    """Say how a table says where its rows are; None where it does not."""
    ways = (way for way in PLACES if all(geometry.get(name) for name in PLACE_COLUMNS[way]))
    return next(ways, None)


def with_columns(definition: Mapping[str, Any], chosen: Mapping[str, str | None]) -> dict[str, Any]:
    """Give a description with the columns that were chosen.

    Parameters
    ----------
    definition
        As drafted: what it says beside the columns is kept, and a column's value map too.
    chosen
        Column of the file by target; None for a target that the file does not fill.

    Returns
    -------
    dict
        A new description.
    """
    before: Mapping[str, Any] = definition.get("columns", {})
    columns = {
        target: _rule(before.get(target), source)
        for target, source in chosen.items()
        if source or _is_constant(before.get(target))
    }
    return {**definition, "columns": columns}


def _rule(rule: Any, source: str | None) -> Any:
    """Give a target's rule: the drafted one where its column stays, else that with the other column."""
    if source is None or shown(rule) == source:
        return rule
    return {**rule, "from": source} if isinstance(rule, dict) and "value" not in rule else source


def _is_constant(rule: Any) -> bool:
    """Tell whether a rule is a constant of the draft, which no column stands for."""
    return isinstance(rule, dict) and "value" in rule


def with_place(
    definition: Mapping[str, Any], way: str | None, columns: Mapping[str, str | None]
) -> dict[str, Any]:
    """Give a description with the place's columns that were chosen; a vector file needs none."""
    rest = {name: value for name, value in definition.items() if name != "geometry"}
    found = {name: columns.get(name) for name in PLACE_COLUMNS.get(way or "", ())}
    if not found or not all(found.values()):
        return rest
    order = definition.get("geometry", {}).get("order") if way == "text" else None
    return {**rest, "geometry": {**found, **({"order": order} if order else {})}}


def lacking(definition: Mapping[str, Any], *, suffix: str) -> list[str]:
    """Name what a new source's description still needs: targets, and ``geometry``, ``crs``, ``name``.

    A roster's grid says by itself where its rows come from.
    """
    facts = facts_of(str(definition["kind"]))
    if "grid" in definition:
        return [] if NAME.fullmatch(str(definition.get("name") or "")) else ["name"]
    columns: Mapping[str, Any] = definition.get("columns", {})
    lacks = [target.name for target in facts.targets if target.required and not columns.get(target.name)]
    places = facts.has_place and needs_place(definition, suffix)
    if places and "geometry" not in definition and not columns.get("school_code"):
        lacks.append("geometry")
    if facts.has_place and not definition.get("crs") and ("geometry" in definition or not places):
        lacks.append("crs")
    if not NAME.fullmatch(str(definition.get("name") or "")):
        lacks.append("name")
    return lacks


def needs_place(definition: Mapping[str, Any], suffix: str) -> bool:
    """Tell whether a file has its places in cells, rather than in shapes of its own."""
    return suffix in TABLES or bool(definition.get("records"))


def holds_personal_words(definition: Mapping[str, Any]) -> bool:
    """Tell whether a description holds what looks like somebody's ID number or mobile number."""
    return any(is_personal(word) for word in _words(definition))


def _words(part: object) -> Iterator[str]:
    """Walk every word of a description."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield str(name)
            yield from _words(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _words(value)
    elif part is not None:
        yield str(part)


def suggested_name(kind: str, taken: Sequence[str]) -> str:
    """Suggest a name for a new source that no other has."""
    stem = kind.replace("_", "-")
    numbers = (f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in numbers if name not in taken)
