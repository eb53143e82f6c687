"""Accounts from a workbook: columns name, role, district, police_area, school, unit; nothing else is read.

Several codes in a cell stand with commas or spaces between them. A cell that looks like an ID or mobile
number refuses the file; no cell is repeated in what is said.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import yaml

from data.errors import DataError
from data.messages import LANGS, text
from data.passwords import BadNameError, checked_name
from data.personal import is_personal
from data.repositories.accounts import GIVEN_ROLES, AccountWords
from etl.readers.archive import check_archive
from etl.readers.damage import damaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEADINGS = Path(__file__).with_name("account_headings.yml")
FORMAT = "xlsx"
MOST_ROWS, MOST_COLUMNS = 5000, 50
BETWEEN = re.compile("[,;\\s\u3001\uff0c\uff1b]+")
"""What stands between codes, also as Chinese keyboards write it."""
REQUIRED = ("name", "role")
CODES = ("district", "police_area", "school")


class NoAccountsError(DataError):
    """A workbook of accounts holds no row under its heading."""

    key = "users.file.empty"


class TooManyAccountsError(DataError):
    """A workbook of accounts has more than ``most`` rows."""

    key = "users.file.too_many"


class MissingColumnError(DataError):
    """A workbook of accounts lacks the ``column``, or has it twice."""

    key = "users.file.missing_column"


class AccountCellError(DataError):
    """A ``row`` of a workbook of accounts cannot be used for its ``column``; each subclass is one cause."""


class PersonalCellError(AccountCellError):
    """A cell looks like an ID or mobile number."""

    key = "users.file.personal"


class NameCellError(AccountCellError):
    """A cell is no name of an account."""

    key = "users.file.name"


class RoleCellError(AccountCellError):
    """A cell is no role."""

    key = "users.file.role"


class TwiceError(AccountCellError):
    """A name stands in the file twice."""

    key = "users.file.twice"


class AccountRowError(DataError):
    """The account of a ``row`` is refused; ``why`` is the sentence."""

    key = "users.file.row"


@dataclass(frozen=True)
class Row:
    """One account, and where it stands."""

    number: int
    words: AccountWords


def read_accounts(path: Path) -> list[Row]:
    """Read a workbook's first sheet.

    Parameters
    ----------
    path
        An xlsx file; its first row is the heading.

    Returns
    -------
    list of Row
        In the order of the sheet; rows are numbered as it numbers them.

    Raises
    ------
    NoAccountsError, TooManyAccountsError, MissingColumnError, AccountCellError
        It cannot be used as it is; nothing of it is kept.
    etl.errors.UnreadableFileError, ArchiveTooLargeError, UnsafeArchiveError
        It is no workbook, or a harmful one.
    """
    check_archive(path, format_name=FORMAT)
    lines = _lines(path)
    columns = _columns(next(lines, (0, ()))[1])
    rows, known = [], {}
    for number, cells in lines:
        if not any(cells):
            continue
        row = _row(number, {name: cells[place] for name, place in columns.items() if place < len(cells)})
        if row.words.name in known:
            raise TwiceError(row=number, column="name")
        known[row.words.name] = number
        rows.append(row)
    if not rows:
        raise NoAccountsError
    if len(rows) > MOST_ROWS:
        raise TooManyAccountsError(most=MOST_ROWS)
    return rows


def _lines(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Give the rows of the first sheet as text."""
    with damaged(FORMAT), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles that nobody asked for
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            read = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
            for number, cells in enumerate(islice(read, MOST_ROWS + 2), start=1):
                yield number, [_text(cell) for cell in cells]
        finally:
            book.close()


def _text(cell: object) -> str:
    """Write a cell; a code that a spreadsheet took for a number has no decimal point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _columns(heading: Sequence[str]) -> dict[str, int]:
    """Find the columns."""
    plain = [word.lower() for word in heading]
    found: dict[str, int] = {}
    for name, spellings in yaml.safe_load(HEADINGS.read_text(encoding="utf-8")).items():
        places = [place for place, word in enumerate(plain) if word in spellings]
        if len(places) > 1 or (not places and name in REQUIRED):
            raise MissingColumnError(column=name)
        if places:
            found[name] = places[0]
    return found


def _row(number: int, cells: dict[str, str]) -> Row:
    """Make an account of a row."""
    for column, cell in cells.items():
        if is_personal(cell):
            raise PersonalCellError(row=number, column=column)
    try:
        name = checked_name(cells["name"])
    except BadNameError as error:
        raise NameCellError(row=number, column="name") from error
    role = _roles().get(cells["role"].lower())
    if role is None:
        raise RoleCellError(row=number, column="role")
    districts, police_areas, schools = (
        tuple(code for code in BETWEEN.split(cells.get(column, "")) if code) for column in CODES
    )
    words = AccountWords(
        name, role, districts=districts, police_areas=police_areas, school_codes=schools,
        unit=cells.get("unit") or None,
    )  # fmt: skip
    return Row(number, words.with_usual_scope())


@cache
def _roles() -> dict[str, str]:
    """Give the roles by their codes and by what both languages call them."""
    named = {text(f"pages.role.{role}", lang).lower(): role.value for role in GIVEN_ROLES for lang in LANGS}
    return named | {role.value: role.value for role in GIVEN_ROLES}
