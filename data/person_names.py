"""What looks like somebody's name in an address, in Chinese characters or in pinyin.

Nobody can tell for sure: two or three characters that begin with a common surname and do not end as places do
are taken for a name. An address that is refused for it is mended by its whole name of the place.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import yaml

from data.refused_contents import places, shown

_LISTS = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
_SURNAMES = "".join(_LISTS["surnames"].split())
_COMPOUND = "|".join(_LISTS["compound"].split())
_ENDS = frozenset("".join(_LISTS["ends"].split()))
"""Characters with which names of places end."""
_UNITS = re.compile(r"^(?:号楼|单元|[号室栋幢楼层组弄座户房巷之队排米])+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_DIRECTIONS = re.compile(
    r"(?:[东南西北中上下左右前后内外](?:侧|首|面|边|门|头|端|方|角|部|段)?|附近|对面|旁边|隔壁|路口|交叉口"
    r"|门口|门面|楼上|楼下|以[东南西北]|交界处?|一带)+$"
)
_KEPT_BY = re.compile(
    rf"(?:{_COMPOUND}|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}"
    r"(?:先生|女士|小姐|同志|老师|师傅|家中|家里|(?<![人之酒农渔皇专])家|宅|住处|暂住|租住|居住|租房|本人|寄居|收)$"
)
_SOMEBODY = re.compile(rf"某(?![\u4e00-\u9fff]{{0,2}}[{re.escape(''.join(sorted(_ENDS)))}])")
"""Somebody whose name is left out: not a place whose name is, such as 某镇某村."""
_WHOLE = re.compile(rf"(?:(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})")
_CALLED = re.compile(rf"[老小阿](?:{_COMPOUND}|[{_SURNAMES}])(?:家)?")
_PLACE_WORDS = frozenset(_LISTS["place_words"].split())
_PINYIN_SURNAMES = frozenset(_LISTS["pinyin_surnames"].split())
_SYLLABLE = (
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uan|uai|ai|ei|ui|ao|ou|iu|ie|ue"
    r"|an|en|in|un|ua|uo|ia|er|a|o|e|i|u|v))"
)
_GIVEN = re.compile(rf"{_SYLLABLE}{{1,2}}")
_LATIN_RUN = re.compile(r"[A-Za-z]+(?:[ \-'·.]{1,3}[A-Za-z]+)*")
_FEWEST_LETTERS = 5
_LONGEST_NAME = 4


def has_name(address: str) -> bool:
    """Tell whether an address holds what looks like a name.

    Parameters
    ----------
    address
        Any text.
    """
    plain = shown(address)
    if _SOMEBODY.search(plain) or any(_is_latin_name(run[0]) for run in _LATIN_RUN.finditer(plain)):
        return True
    return any(_names_somebody(token[0]) for token in _HAN.finditer(plain))


def is_name_in_letters(text: str) -> bool:
    """Tell whether a reference without any digit is a name in pinyin, such as ZHANG-SAN."""
    return not any(sign.isdigit() for sign in text) and _is_latin_name(text)


def _names_somebody(token: str) -> bool:
    """Tell whether a run of Chinese characters is, or ends in, a name."""
    rest = _UNITS.sub("", token)
    if not rest or rest in places():
        return False
    if _CALLED.fullmatch(rest) or _KEPT_BY.search(rest):
        return True
    tail = _after_places(_DIRECTIONS.sub("", rest))
    return tail not in places() and _WHOLE.fullmatch(tail) is not None


def _after_places(text: str) -> str:
    """Give what stands behind the last character with which a place's name ends; all where there is none."""
    last = max((at for at, sign in enumerate(text) if sign in _ENDS), default=-1)
    tail = text[last + 1 :]
    stem = next((stem for stem in sorted(places(), key=len, reverse=True) if tail.startswith(stem)), "")
    return tail[len(stem) :] if tail != stem else ""


def _is_latin_name(run: str) -> bool:
    """Tell whether a row of Latin words is a name in pinyin: a surname, and one or two syllables."""
    words = [word.casefold() for word in re.findall(r"[A-Za-z]+", run)]
    if not words or any(word in _PLACE_WORDS or word in places() for word in words):
        return False
    if any(
        (a in _PINYIN_SURNAMES and _GIVEN.fullmatch(b)) or (b in _PINYIN_SURNAMES and _GIVEN.fullmatch(a))
        for a, b in pairwise(words)
    ):
        return True
    return len(words) == 1 and any(
        words[0].startswith(surname) and _GIVEN.fullmatch(words[0][len(surname) :])
        for surname in _PINYIN_SURNAMES
        if len(words[0]) >= _FEWEST_LETTERS or (len(words[0]) == _LONGEST_NAME and surname == words[0][:2])
    )
