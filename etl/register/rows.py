"""Rows of a register file held to its rules: forms, laws, days of review, places. One fault refuses all."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from data.laws import find_law
from data.models.base import SRID
from data.person_names import is_name_in_letters
from data.terms import Basis
from etl.intake.checks import require_values, take_values
from etl.intake.faults import take_faults
from etl.intake.shapes import take_shapes
from etl.intake.verdicts import Book
from etl.kinds import PLACE_COLUMN
from etl.register.errors import BrokenRuleError, FaultyRowError, RefusedContentError
from geo.terms import AreaLevel

if TYPE_CHECKING:
    from etl.definitions import Definition
    from etl.intake.areas import Areas
    from etl.intake.checks import Values
    from etl.readers import Chunk
    from geo.arrays import Geometries

REFERENCE = re.compile(r"[A-Z0-9-]{4,20}")
LONGEST_ADDRESS = 60
LONGEST_REVIEW_DAYS = {Basis.THREAT_UNDER_INVESTIGATION: 90}
"""An order is reviewed within a year of the calendar."""
_DOCKET = re.compile(
    r"(?:19|20)[0-9]{2}-?[A-Z]{1,3}[0-9]{2,4}-?(?:XC|XZ|MC|XS|XINGCHU|XINGZHONG|MINCHU)-?[0-9]+"
)
_BIRTH = re.compile(r"(?:^|-)(19[0-9]{2}|200[0-9])(?:-?[01][0-9]-?[0-3][0-9])(?:-|$)")


class Row(NamedTuple):
    """One row as the register holds it."""

    case_ref: str
    address: str | None
    basis: str
    legal_ref: str
    review_due: date
    geom: bytes
    """EWKB, EPSG:4490."""
    district_code: str
    police_area_code: str


class Numbered(NamedTuple):
    """A row with its number in the file."""

    number: int
    row: Row


def check_rows(
    chunk: Chunk, definition: Definition, *, crs: str | None, areas: Areas, today: date
) -> list[Numbered]:
    """Give the rows of a file, or refuse it for the first fault.

    Parameters
    ----------
    chunk
        Mapped columns.
    definition
        What they mean.
    crs
        What the coordinates mean, where the command says so.
    areas
        Districts and police areas.
    today
        Local date.

    Raises
    ------
    FaultyRowError, BrokenRuleError, RefusedContentError
        Row number and column are named, never what stands there.
    """
    book = Book(len(chunk))
    cells = take_faults(chunk, chunk.cells, definition, book)
    values = take_values(cells, definition, book)
    require_values(values, definition, book)
    shapes, _ = take_shapes(chunk, definition, crs, book, np.zeros(len(chunk), dtype=bool))
    standing = book.standing
    if not standing.all():
        at = int(np.flatnonzero(~standing)[0])
        raise FaultyRowError(
            row=int(chunk.rows[at]),
            column=book.columns[at] or PLACE_COLUMN,
            reason=book.reasons[at],
            more=int((~standing).sum()) - 1,
        )
    _check_rules(chunk, values, today)
    return _numbered(chunk, values, shapes, areas)


def _check_rules(chunk: Chunk, values: Values, today: date) -> None:
    """Hold every row to the register's own rules."""
    faults: list[tuple[int, str, str]] = []
    seen: set[str] = set()
    for at, number in enumerate(chunk.rows):
        given = {name: values[name][at] for name in values}
        fault = _fault(given, today) or (("case_ref", "repeated") if given["case_ref"] in seen else None)
        seen.add(given["case_ref"])
        if fault is not None:
            faults.append((int(number), *fault))
    if not faults:
        return
    row, column, reason = faults[0]
    if reason in ("name", "birth_age", "docket"):
        raise RefusedContentError(row=row, column=column, what=reason, more=len(faults) - 1)
    raise BrokenRuleError(row=row, column=column, reason=reason, more=len(faults) - 1)


def _fault(given: dict[str, str], today: date) -> tuple[str, str] | None:
    """Give column and reason of a row's first fault."""
    reference = given["case_ref"]
    if not REFERENCE.fullmatch(reference):
        return "case_ref", "bad_reference"
    if _DOCKET.fullmatch(reference):
        return "case_ref", "docket"
    if is_name_in_letters(reference):
        return "case_ref", "name"
    if _BIRTH.search(reference):
        return "case_ref", "birth_age"
    if len(given["address"] or "") > LONGEST_ADDRESS:
        return "address", "long_address"
    basis, day = Basis(given["basis"]), date.fromisoformat(given["review_due"])
    return _law_fault(given["legal_ref"], basis, today) or _day_fault(day, basis, today)


def _law_fault(code: str, basis: Basis, today: date) -> tuple[str, str] | None:
    law = find_law(code)
    if law is None:
        return "legal_ref", "unknown_law"
    if not law.is_in_force(today):
        return "legal_ref", "law_not_in_force"
    return None if basis in law.basis else ("legal_ref", "other_basis")


def _code_of(reference: str) -> str:
    """Give the code of a law that the checks have found."""
    law = find_law(reference)
    return reference if law is None else law.code


def _day_fault(day: date, basis: Basis, today: date) -> tuple[str, str] | None:
    if day < today:
        return "review_due", "review_past"
    days = LONGEST_REVIEW_DAYS.get(basis)
    latest = _a_year_on(today) if days is None else today + timedelta(days=days)
    return ("review_due", "review_late" if days is None else "review_late_threat") if day > latest else None


def _a_year_on(day: date) -> date:
    """Give the same day of the next year; of a leap day the last of February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _numbered(chunk: Chunk, values: Values, shapes: Geometries, areas: Areas) -> list[Numbered]:
    """Put the rows together with their areas."""
    districts, police = areas.find(shapes, AreaLevel.DISTRICT, AreaLevel.POLICE_AREA)
    geoms = shapely.to_wkb(shapely.set_srid(shapes, SRID), include_srid=True)
    return [
        Numbered(
            int(chunk.rows[at]),
            Row(
                case_ref=values["case_ref"][at],
                address=None if pd.isna(values["address"][at]) else values["address"][at],
                basis=values["basis"][at],
                legal_ref=_code_of(values["legal_ref"][at]),
                review_due=date.fromisoformat(values["review_due"][at]),
                geom=geoms[at],
                district_code=str(districts[at]),
                police_area_code=str(police[at]),
            ),
        )
        for at in range(len(chunk))
    ]
