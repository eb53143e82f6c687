"""What a file for the register must not carry, by what it is about: its list is `data/refused_contents.yml`.

A text is looked at as a reader would see it: full-width and accented letters are plain ones, invisible
characters are not there, letters of other alphabets that look like Latin ones are those, traditional
characters are simplified ones, blanks and signs between characters do not count.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

FILE = Path(__file__).with_name("refused_contents.yml")
SEARCHED_ANYWHERE = 6
"""Letters from which on a Latin word is searched within a run of letters, too."""
MOST_PARTS = 4
"""Parts of a heading that are tried as one word: date_of_birth."""
_UNSEEN = ("Cf", "Mn", "Cc", "Me")
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһкмтвнАЕОРСУХІЈЅКМТВНαορνκτιυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ0@$",
    "aeopcyxijsdhkmtbhAEOPCYXIJSKMTBHaopvktiuABEZHIKMNOPTYXoas",
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PARTS = re.compile(r"[a-z]+")
_NOT_CHARACTERS = re.compile(r"[^\u3007\u3400-\u4dbf\u4e00-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


class Found(NamedTuple):
    """What a text is about that does not belong in a register file."""

    category: str
    word: str
    """The word of the product's own list."""
    is_whole: bool
    """Whether the text says nothing else, so that it may be named by that word."""


@dataclass(frozen=True)
class _Words:
    """The words of one category for one place."""

    category: str
    chinese: tuple[str, ...]
    latin: frozenset[str]


@dataclass(frozen=True)
class _Lists:
    """The whole list."""

    headings: tuple[_Words, ...]
    cells: tuple[_Words, ...]
    allowed: frozenset[str]
    places: frozenset[str]


@cache
def _simplified() -> dict[int, str]:
    """Give the table from traditional to simplified characters."""
    pairs = yaml.safe_load(FILE.read_text(encoding="utf-8"))["traditional"].split()
    return {ord(pair[0]): pair[1] for pair in pairs}


@cache
def _lists() -> _Lists:
    """Read the list."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))

    def words(place: str) -> tuple[_Words, ...]:
        found = []
        for category, lists in content["categories"].items():
            given = (lists[place] or "").split() if isinstance(lists[place], str) else []
            chinese = sorted((word for word in given if _HAN.search(word)), key=len, reverse=True)
            found.append(_Words(category, tuple(chinese), frozenset(given).difference(chinese)))
        return tuple(found)

    allowed = frozenset(content["allowed"]["headings"].split())
    return _Lists(words("headings"), words("cells"), allowed, frozenset(content["places"].split()))


def categories() -> tuple[str, ...]:
    """Name the categories, in the list's order."""
    return tuple(words.category for words in _lists().headings)


def places() -> frozenset[str]:
    """Give the stems of places that begin like a surname."""
    return _lists().places


def shown(text: str) -> str:
    """Give a text as a reader sees it: plain letters, simplified characters, nothing invisible."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    seen = "".join(sign for sign in folded if unicodedata.category(sign) not in _UNSEEN)
    return unicodedata.normalize("NFKC", seen).translate(_simplified())


def refused_heading(text: str) -> Found | None:
    """Find what a heading is about that a register file must not carry.

    Parameters
    ----------
    text
        The heading as it stands in the file.
    """
    lists = _lists()
    plain = shown(text)
    bare = "".join(sign for sign in plain.casefold() if sign.isalnum())
    return None if bare in lists.allowed else _find(plain, bare, lists.headings)


def refused_cell(text: str) -> Found | None:
    """Find what a cell is about that a register file must not carry, by words alone.

    Parameters
    ----------
    text
        The cell as it stands in the file.
    """
    plain = shown(text)
    bare = "".join(sign for sign in plain.casefold() if sign.isalnum())
    return _find(plain, bare, _lists().cells)


def _find(plain: str, bare: str, lists: tuple[_Words, ...]) -> Found | None:
    """Find the longest word of the list that a text holds."""
    chinese = _NOT_CHARACTERS.sub("", plain)
    latin = _latin_forms(plain)
    found: list[Found] = []
    for words in lists:
        hits = [word for word in words.chinese if word in chinese]
        hits += [
            word
            for word in words.latin
            if word in latin or (len(word) >= SEARCHED_ANYWHERE and any(word in form for form in latin))
        ]
        found += [Found(words.category, word, word == bare) for word in hits]
    return max(found, key=lambda one: (one.is_whole, len(one.word)), default=None)


def _latin_forms(plain: str) -> frozenset[str]:
    """Give the Latin words of a text, and rows of up to four of them joined: idCard, id_card, i d card."""
    forms: set[str] = set()
    for variant in {plain, plain.translate(_LOOKALIKES)}:
        for text in (_CAMEL.sub(" ", variant).casefold(), variant.casefold()):
            parts = _PARTS.findall(text)
            for start in range(len(parts)):
                for end in range(start + 1, min(len(parts), start + MOST_PARTS) + 1):
                    forms.add("".join(parts[start:end]))
            # letters set apart, as in n a m e
            if parts and all(len(part) == 1 for part in parts):
                forms.add("".join(parts))
    return frozenset(forms)
