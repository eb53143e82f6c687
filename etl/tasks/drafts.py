"""A first description of a file from its headings: what is sure, what is a guess, and never a datum.

Known headings and values stand in ``headings.yml``. Only the first rows are looked at, and of them only the
headings are given on.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from data.personal import is_personal
from etl.definitions import Definition, check_ordinary
from etl.errors import EmptyFileError
from etl.kinds import KINDS, Holds
from etl.readers import TABLES, check_file
from etl.readers.chunk import heading
from etl.readers.delimited import DELIMITERS, find_encoding, split_rows
from etl.readers.headings import SEARCHED_ROWS, Heading, find_heading
from etl.readers.record_lists import find_records
from etl.readers.sheets import look_through
from etl.readers.vector import fields_of
from etl.readers.workbook import open_book
from etl.tasks.evidence import weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Draft = dict[str, Any]


def proposal(file: Path, kind: str) -> Draft:
    """Propose what the columns of a file mean.

    Parameters
    ----------
    file
        The file.
    kind
        Kind of input that it brings.

    Returns
    -------
    dict
        ``definition`` (without name and datum), ``headings`` (those that a known word stands in: another one
        may be a person's name), ``others`` (how many more there are), ``is_table``, ``sure`` (by target, and
        ``lon``, ``lat``, ``text``, ``wkt``), ``crs`` as the file states it or None, ``crs_hint`` as its
        headings say or None.

    Raises
    ------
    etl.errors.IntakeError
        The file cannot be read.
    """
    check_ordinary(kind)
    check_file(file)
    records = find_records(file, known_words(kind))
    is_table = file.suffix.lower() in TABLES or records is not None
    if records is not None:
        headings, crs = records.names, None
    else:
        headings, crs = (_table_headings(file, kind), None) if is_table else fields_of(file, _blank(kind))
    headings = [name for name in dict.fromkeys(headings) if not is_personal(name)]
    match = _Matches(headings)
    hint = _hint(headings)
    columns = {}
    for column in KINDS[kind].columns:
        if found := match.take(column.name, _synonyms(kind, column.name)):
            columns[column.name] = _rule(found, column.name, is_word=column.holds is Holds.WORD)
    geometry = _place(match) if is_table and KINDS[kind].geometry is not None else {}
    definition = {"kind": kind, "columns": columns, **({"geometry": geometry} if geometry else {})}
    if records is not None:
        definition["records"] = records.path
    weigh(file, definition, match.sure)
    known = [name for name in headings if name in match.taken or _is_known(name, kind)]
    told = {"sure": match.sure, "crs": crs, "crs_hint": hint, "others": len(headings) - len(known)}
    told["is_table"] = is_table
    return {"definition": definition, "headings": known, **told}


class _Matches:
    """Which headings are still free, and how sure each match was."""

    def __init__(self, headings: list[str]) -> None:
        self.free = {name: _plain(name) for name in headings if not _is_of_people(name)}
        self.sure: dict[str, bool] = {}
        self.taken: set[str] = set()

    def take(self, target: str, synonyms: Iterable[str], tries: Iterable[bool] = (True, False)) -> str | None:
        """Take the heading that is a synonym (a sure try), else one that holds one; None where none does."""
        known = [_plain(word) for word in synonyms]
        for is_sure in tries:
            for word in known:
                for name, plain in self.free.items():
                    if plain == word or (not is_sure and len(word) > 1 and word in plain):
                        del self.free[name]
                        self.taken.add(name)
                        self.sure[target] = is_sure
                        return name
        return None


def known_words(kind: str) -> set[str]:
    """Give every heading that a column of the kind is known by."""
    targets = [column.name for column in KINDS[kind].columns]
    words = {word for target in targets for word in _synonyms(kind, target)}
    return words | {word for names in _known()["places"].values() for word in names}


def _is_known(name: str, kind: str) -> bool:
    """Tell whether a known word of the kind stands in a heading, and none that speaks of people."""
    plain = _plain(name)
    words = known_words(kind)
    return not _is_of_people(name) and any(len(word) > 1 and _plain(word) in plain for word in words)


def _is_of_people(name: str) -> bool:
    """Tell whether a column is about persons: no target ever takes it unless a steward says so.

    Chinese words are looked for anywhere, English ones as whole words: a hotel is no telephone.
    """
    folded = _folded(name)
    english = set(re.findall("[a-z]+", unicodedata.normalize("NFKC", name).casefold()))
    return any(word in english if word.isascii() else word in folded for word in _known()["people"])


def _plain(name: str) -> str:
    """Write a heading without width, case, blanks and what stands in brackets."""
    folded = _folded(name)
    return folded.partition("(")[0] or folded


def _folded(name: str) -> str:
    """Write a heading without width, case and blanks."""
    return unicodedata.normalize("NFKC", name).casefold().replace(" ", "").replace("*", "")


@cache
def _known() -> dict[str, Any]:
    """Read the known headings and values."""
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("headings.yml").read_bytes())
    return content


def _synonyms(kind: str, target: str) -> list[str]:
    """List what a target is called, the kind's own words first."""
    own: Mapping[str, list[str]] = _known()["own"].get(kind, {})
    return [*own.get(target, []), *_known()["columns"].get(target, [])]


def _rule(column: str, target: str, *, is_word: bool) -> Any:
    """Write the rule of a target; a closed list gets the words that are known for it."""
    values = _known()["values"].get(target) if is_word else None
    return {"from": column, "map": values} if values else column


def _place(match: _Matches) -> dict[str, str]:
    """Find the columns that say where a row is."""
    places: Mapping[str, list[str]] = _known()["places"]
    for is_sure in (True, False):
        for names in (("lon", "lat"), ("text",), ("wkt",)):
            found = {name: match.take(name, places[name], [is_sure]) for name in names}
            if all(found.values()):
                return {name: str(value) for name, value in found.items()}
    return {}


def _hint(headings: list[str]) -> str | None:
    """Say which datum the headings speak of: a hint for who decides, no decision."""
    spoken = [_folded(name) for name in headings]
    datums: Mapping[str, list[str]] = _known()["datums"]
    found = [
        datum for datum, words in datums.items() if any(word in each for word in words for each in spoken)
    ]
    return found[0] if len(found) == 1 else None


def _blank(kind: str) -> Definition:
    """Give a description that reads no column of a file."""
    return Definition.model_validate({"name": "draft", "kind": kind, "columns": {"name": {"value": "x"}}})


def _table_headings(file: Path, kind: str) -> list[str]:
    """Name the columns of the table that has the most known headings."""
    known = known_words(kind)
    found = _workbook(file, known) if file.suffix.lower() == ".xlsx" else _delimited(file, known)
    best = max(found, key=lambda one: (one.hits, len(one.titles)), default=None)
    if best is None:
        raise EmptyFileError
    # a name that stands twice is told apart by the one above it, where there is one
    names = best.names()
    return [next((n for n in ways if names.count(n) == 1), ways[-1]) for ways in best.titles.values() if ways]


def _workbook(file: Path, known: set[str]) -> list[Heading]:
    """Find the likeliest heading of each sheet."""
    found = []
    with open_book(file) as book:
        for number, page in enumerate(book.worksheets, start=1):
            sheet = look_through(page, number)
            rows = {row: _titles(cells) for row, cells in islice(sheet.rows(), SEARCHED_ROWS)}
            found.append(_likeliest(rows, known, sheet.merges))
    return [one for one in found if one is not None]


def _delimited(file: Path, known: set[str]) -> list[Heading]:
    """Find the likeliest heading of a text table with each delimiter."""
    with file.open(encoding=find_encoding(file, "auto"), newline="") as text:
        lines = list(islice(text, SEARCHED_ROWS * 2))
    found = (_likeliest(split_rows(lines, mark, SEARCHED_ROWS), known, None) for mark in DELIMITERS)
    return [one for one in found if one is not None]


def _titles(cells: Mapping[int, object]) -> dict[int, str]:
    """Give a row's cells as headings."""
    return {column: title for column, cell in cells.items() if (title := heading(cell))}


def _likeliest(rows: Mapping[int, Mapping[int, str]], known: set[str], merges: Any) -> Heading | None:
    """Find the heading with the most known names; where none is known, the first row with several cells."""
    rows = {row: titles for row, titles in rows.items() if titles}
    row = next((row for row, titles in rows.items() if len(titles) > 1), None)
    found = find_heading(rows, known, None, merges)
    return found if found is None or found.hits else find_heading(rows, known, row, merges)
