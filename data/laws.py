"""The dated list of laws that an entry of the register may rest on (`data/laws.yml`)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date  # noqa: TC003 - pydantic reads the annotations
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from data.terms import Basis  # noqa: TC001 - pydantic reads the annotations

FILE = Path(__file__).with_name("laws.yml")
Said = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Law(BaseModel):
    """One article, the days on which it is in force, and the bases that it can carry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{3,20}$")]
    law: Said
    article: Said
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]
    valid_from: date
    valid_to: date | None = None
    note: Said

    def is_in_force(self, day: date) -> bool:
        """Tell whether it is in force on a day; ``valid_to`` is the first day on which it no longer is."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@cache
def laws() -> dict[str, Law]:
    """Give the list by code, in the file's order."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {law.code: law for law in (Law.model_validate(entry) for entry in content["laws"])}


_DIGITS = {word: number for number, word in enumerate("零一二三四五六七八九")}
_TENS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = re.compile("[零一二三四五六七八九十百千]+")
_ARTICLE = re.compile(r"第?(\d+)条(?:之(\d+))?")
_CUSTOMARY = "中华人民共和国"


def find_law(reference: str) -> Law | None:
    """Find an entry by its code, or by law and article as an agency writes them.

    Parameters
    ----------
    reference
        ``XF-37-1``, ``《刑法》第三十七条之一``, ``中华人民共和国刑法第37条之一`` ...

    Returns
    -------
    Law or None
        None where no entry, or more than one, is meant.
    """
    plain = unicodedata.normalize("NFKC", reference).strip()
    if (law := laws().get(plain.upper())) is not None:
        return law
    name, articles = _law_and_articles(plain)
    if len(articles) != 1:
        return None
    found = [
        law for law in laws().values() if law.law == name and articles <= _law_and_articles(law.article)[1]
    ]
    return found[0] if len(found) == 1 else None


def _law_and_articles(text: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """Take a reference apart: the law's name, and its articles as (number, number behind 之 or empty)."""
    words = re.sub(r"[\s《》、,]", "", text).replace(_CUSTOMARY, "")
    digits = _NUMERAL.sub(lambda found: str(_number(found[0])), words)
    articles = frozenset((found[1], found[2] or "") for found in _ARTICLE.finditer(digits))
    return _ARTICLE.split(digits, maxsplit=1)[0], articles


def _number(numeral: str) -> int:
    """Read a Chinese numeral under ten thousand: 九百九十七, 十二, 一百一十二."""
    total, digit = 0, 0
    for sign in numeral:
        if sign in _TENS:
            total += (digit or 1) * _TENS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit
