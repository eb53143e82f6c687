"""Headings and cells of a register file, before anything else is asked: whatever is more refuses it whole."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

from data.person_names import has_name
from data.personal import is_personal, plain_digits
from data.refused_contents import refused_cell, refused_heading
from data.refused_words import is_about_persons
from etl.errors import RepeatedColumnError
from etl.intake.faults import target_of
from etl.readers.chunk import heading
from etl.register.errors import (
    NamedHeadingError,
    RefusedContentError,
    RefusedHeadingError,
    UnmappedColumnError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.refused_contents import Found
    from etl.definitions import Definition
    from etl.register.table import Table

ADDRESS = "address"
_AGE = re.compile(
    r"(?<![0-9])[0-9]{1,3}\s*(?:周?岁|years?\s*old|-?year-?old|y/?o\b|yrs?\b)|[一二三四五六七八九十]{1,4}周?岁|[5-9012]0后",
    re.IGNORECASE,
)
_WRITTEN_DAY = re.compile(
    r"(?<![0-9])(?:19|20)[0-9]{2}\s*(?:[./-]\s*[0-9]{1,2}\s*[./-]\s*[0-9]{1,2}(?![0-9])|年(?:\s*[0-9]{1,2}\s*月|生)|年出生)"
)
_PACKED_DAY = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])(?![0-9])")
_LONG_NUMBER = re.compile(
    r"[0-9]{7,}|(?<![0-9])[0-9]{4}[ -][0-9]{4}(?![0-9])|[零〇一二三四五六七八九幺两]{7,}"
)
_PLATE = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][· ]?[A-Z0-9]{5,6}")
_DOCKET = re.compile(
    r"[(\[〔【](?:19|20)[0-9]{2}[)\]〕】]|[刑民行执]初\s*(?:字第)?[0-9]+号?|[刑民行执]终\s*[0-9]+"
)
_SEX = re.compile(r"(?:^|[(,;:、\s])(?:男|女)(?:[),;:、\s]|$)")
_FORMS = (
    ("birth_age", _AGE), ("birth_age", _WRITTEN_DAY), ("docket", _DOCKET), ("movement", _PLATE),
    ("sex", _SEX),
)  # fmt: skip


def check_headings(tables: Sequence[Table], definition: Definition) -> None:
    """Refuse a file for a heading that is about a person, or that the source does not map.

    Parameters
    ----------
    tables
        Every table of the file.
    definition
        Says which columns are mapped.

    Raises
    ------
    RefusedHeadingError, NamedHeadingError
        A heading is about what the register must not carry, mapped or not.
    UnmappedColumnError
        A column is not mapped, or has no heading.
    RepeatedColumnError
        A mapped heading stands twice.
    """
    refused = list(_refused(tables))
    if refused:
        number, column, found = refused[0]
        given = {"table": number, "column": column, "what": found.category, "more": len(refused) - 1}
        raise NamedHeadingError(word=found.word, **given) if found.is_whole else RefusedHeadingError(**given)
    wanted = {heading(name) for name in definition.source_columns}
    for table in tables:
        unknown = [column for column, title in sorted(table.headings.items()) if title not in wanted]
        if unknown:
            raise UnmappedColumnError(table=table.number, columns=", ".join(map(str, unknown)))
        titles = list(table.headings.values())
        for name in definition.source_columns:
            if titles.count(heading(name)) > 1:
                raise RepeatedColumnError(column=name)


def _refused(tables: Sequence[Table]) -> Iterator[tuple[int, int, Found]]:
    """Give table, column and what is found, for each refused heading."""
    for table in tables:
        for column, title in sorted(table.headings.items()):
            found = refused_heading(title)
            if found is None and is_personal(title):
                raise RefusedHeadingError(table=table.number, column=column, what="number", more=0)
            if found is not None:
                yield table.number, column, found


def check_cells(tables: Sequence[Table], definition: Definition) -> None:
    """Refuse a file for a cell that holds more than the register may.

    Parameters
    ----------
    tables
        Every table of the file, with mapped columns only.
    definition
        Says which columns hold coordinates.

    Raises
    ------
    RefusedContentError
        It names row, column and what it is about, never the cell.
    """
    found = list(_more(tables, definition))
    if found:
        row, column, what = found[0]
        rows = len({each[0] for each in found})
        raise RefusedContentError(row=row, column=column, what=what, more=rows - 1)


def _more(tables: Sequence[Table], definition: Definition) -> Iterator[tuple[int, str, str]]:
    """Give row, target and category of each cell that holds more."""
    coordinates = {heading(name) for name in definition.geometry.columns} if definition.geometry else set()
    targets = {heading(name): target_of(name, definition) for name in definition.source_columns}
    for table in tables:
        for row, text in table.loose:
            if what := more_in(text, target=ADDRESS if not text.isdigit() else ""):
                yield row, "geometry", what
        for row, cells in sorted(table.rows.items()):
            for column, text in cells.items():
                title = table.headings[column]
                if what := more_in(text, target=targets[title], is_coordinate=title in coordinates):
                    yield row, targets[title], what


def more_in(text: str, *, target: str, is_coordinate: bool = False) -> str | None:
    """Say what a cell is about that a register file must not carry; None where nothing is found.

    Parameters
    ----------
    text
        The cell.
    target
        What it is mapped to; an address is looked at most closely, since it alone is kept as free text.
    is_coordinate
        Whether digits behind a decimal point are nobody's number.
    """
    if is_personal(text, decimals=is_coordinate):
        return "number"
    if is_coordinate:
        return None
    if found := refused_cell(text):
        return found.category
    if is_about_persons(text):
        return "minor"
    return _more_in_address(text) if target == ADDRESS else None


def _more_in_address(text: str) -> str | None:
    """Look for ages, days, numbers, plates, dockets and names in a place."""
    plain = plain_digits(unicodedata.normalize("NFKC", text))
    if "@" in plain or _LONG_NUMBER.search(plain):
        return "contact"
    for category, form in _FORMS:
        if form.search(plain):
            return category
    if any(_is_day(*map(int, match.groups())) for match in _PACKED_DAY.finditer(plain)):
        return "birth_age"
    return "name" if has_name(text) else None


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
