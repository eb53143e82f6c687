"""Codes of a package's rows become the joint database's own numbers; what it does not know is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.repositories.packages import ASSUMED_BELL, NAMED, OWN_NUMBERS
from geo.gates import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.repositories.packages import Known

UNKNOWN_SCHOOL, UNKNOWN_GATE, UNKNOWN_BELL = "school", "gate", "bell"
UNKNOWN_RULE, UNKNOWN_VENUE, UNKNOWN_AREA = "rule", "venue", "area"
_ASSUMED = re.compile(rf"{re.escape(ASSUMED_BELL)}([1-9][0-9]?)")
_CODES = tuple(column for columns in OWN_NUMBERS.values() for column in columns)


def localised(name: str, frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give rows with this database's numbers.

    Parameters
    ----------
    name
        The table.
    frame
        Its rows as in the package.
    known
        What this database knows.

    Returns
    -------
    tuple
        The rows whose objects are known, with the table's own columns; and how many are not, by what is not
        known first: school, gate, bell, rule, venue, area. A school that lies in another district here is not
        known: its rows would be seen by the wrong people.
    """
    left_out: dict[str, int] = {}
    for reason, resolve in map(RESOLVERS.__getitem__, NAMED[name]):
        frame, gone = _kept(*resolve(frame, known))
        if gone:
            left_out[reason] = gone
    return frame.drop(columns=[column for column in _CODES if column in frame]), left_out


def _kept(frame: pd.DataFrame, is_known: Iterable[bool]) -> tuple[pd.DataFrame, int]:
    """Give the rows that are known, and the number of the others."""
    flags = pd.Series(list(is_known), index=frame.index, dtype=bool)
    return frame[flags].reset_index(drop=True), int((~flags).sum())


def _numbered(
    frame: pd.DataFrame, column: str, keys: list[tuple[Any, ...]], numbers: dict[tuple[Any, ...], int]
) -> tuple[pd.DataFrame, Iterable[bool]]:
    """Look keys up; rows without a number are not known."""
    found = pd.array([numbers.get(key) for key in keys], dtype="Int64")
    return frame.assign(**{column: found}), ~pd.isna(found)


def _table(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Give rows of some columns; what is missing is None."""
    lists = [frame[column].astype(object).where(frame[column].notna(), None) for column in columns]
    return list(zip(*lists, strict=True))


def _numbers(frame: pd.DataFrame, *columns: str) -> dict[tuple[Any, ...], int]:
    """Give the number, which stands in the last column, by the others."""
    return {row[:-1]: int(row[-1]) for row in _table(frame, *columns)}


def _schools(frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, Iterable[bool]]:
    numbers = _numbers(known.schools, "district_code", "school_code", "school_id")
    return _numbered(frame, "school_id", _table(frame, "district_code", "school_code"), numbers)


def _named_schools(frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, Iterable[bool]]:
    """Know a row that names its school by code alone."""
    held = set(_table(known.schools, "district_code", "school_code"))
    return frame, [key in held for key in _table(frame, "district_code", "school_code")]


def _gates(frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, Iterable[bool]]:
    """Find gates; the one that a build makes has its school's number, negative."""
    numbers = _numbers(known.gates, "school_code", "gate_code", "gate_id")
    for school, number in _table(known.schools, "school_code", "school_id"):
        numbers[school, f"{PREFIX}{school}"] = -int(number)
    return _numbered(frame, "gate_id", _table(frame, "school_code", "gate_code"), numbers)


def _bells(frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, Iterable[bool]]:
    """Find bells; one that is assumed by stage has its place among the stage's, negative."""
    numbers = _numbers(known.bells, "school_code", "bell_code", "bell_slot_id")
    keys = _table(frame, "school_code", "bell_code")
    for school, code in keys:
        assumed = _ASSUMED.fullmatch(code or "")
        if assumed:
            numbers[school, code] = -int(assumed[1])
    return _numbered(frame, "bell_slot_id", keys, numbers)


def _rules(frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, Iterable[bool]]:
    numbers = _numbers(known.rules, "rule_code", "rule_valid_from", "rule_id")
    return _numbered(frame, "rule_id", _table(frame, "rule_code", "rule_valid_from"), numbers)


def _venues(frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, Iterable[bool]]:
    return frame, frame["venue_code"].isin(list(known.venues))


def _areas(frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, Iterable[bool]]:
    return frame, frame["area_code"].isin(list(known.areas))


def _zone_schools(frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, Iterable[bool]]:
    """Know a zone all of whose schools are known in its district."""
    held = set(_table(known.schools, "district_code", "school_code"))
    rows = zip(frame["district_code"], frame["school_codes"], strict=True)
    return frame, [all((district, code) in held for code in codes or ()) for district, codes in rows]


RESOLVERS = {
    "school_number": (UNKNOWN_SCHOOL, _schools),
    "school": (UNKNOWN_SCHOOL, _named_schools),
    "schools": (UNKNOWN_SCHOOL, _zone_schools),
    "gate": (UNKNOWN_GATE, _gates),
    "bell": (UNKNOWN_BELL, _bells),
    "rule": (UNKNOWN_RULE, _rules),
    "venue": (UNKNOWN_VENUE, _venues),
    "area": (UNKNOWN_AREA, _areas),
}
"""How what a row names (`data.repositories.packages.NAMED`) is found, and what it is called if it is not."""
