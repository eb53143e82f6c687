"""Signs and words of coordinates -> the few plain ones that the parser knows."""

from __future__ import annotations

import re

FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Full-width ASCII and the ideographic blank, to plain ASCII."""
TYPED_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ．。｡－＋]")
"""Full-width signs inside a number; brackets and commas are Chinese punctuation as it should be."""

_SIGNS = FULLWIDTH | {
    **dict.fromkeys(map(ord, "°º˚⁰゜◦"), "°"),
    **dict.fromkeys(map(ord, "'’‘′´`＇ʹʼˊ"), "'"),
    **dict.fromkeys(map(ord, '"”“″＂ʺ˝〃〞'), '"'),
    **dict.fromkeys(map(ord, "−–—‐‑﹣－"), "-"),
    **dict.fromkeys(map(ord, "。｡"), "."),
    **dict.fromkeys(map(ord, "、､"), ","),
    **dict.fromkeys(map(ord, "∶：﹕"), ":"),
    **dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"), None),
}
_WORDS = {
    **dict.fromkeys(("北纬", "北緯", "北", "north", "n"), "N"),
    **dict.fromkeys(("南纬", "南緯", "南", "south"), "S"),
    **dict.fromkeys(("东经", "東經", "东", "東", "east", "e"), "E"),
    **dict.fromkeys(("西经", "西經", "西", "west", "w"), "W"),
    **dict.fromkeys(("纬度", "緯度", "latitude", "lat"), "A"),
    **dict.fromkeys(("经度", "經度", "longitude", "lng", "lon"), "O"),
    **dict.fromkeys(("度", "degrees", "degree", "deg", "d"), "°"),
    **dict.fromkeys(("分", "minutes", "minute", "mins", "min", "m"), "'"),
    **dict.fromkeys(("秒", "seconds", "second", "secs", "sec"), '"'),
}
_WORD = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)) + "|[a-z]", re.IGNORECASE)
_FOLLOWED = re.compile(r"\s*(?:[nsew]|[北南东東西])", re.IGNORECASE)
_NO_SIGN = "?"


def degree_signs(text: str) -> str:
    """Write a coordinate in plain signs: ``° ' "``, ``N S E W``, ``A O`` for the words lat and lon.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The text with single blanks; letters that mean nothing become a sign that no coordinate has.

    Notes
    -----
    The letter S is a second behind minutes that are marked by an M of the same case (``7m22.8s``), or where
    another hemisphere follows it; a capital is the south otherwise, and a small one unless minutes stand
    before it: then it could be either and is neither.
    """
    plain = text.translate(_SIGNS)
    plain = _WORD.sub(lambda match: _word(match, plain), plain).replace("''", '"')
    return " ".join(plain.split())


def _word(match: re.Match[str], text: str) -> str:
    word = match[0]
    if word in "sS":
        return _letter_s(word, text, match.start(), match.end())
    return _WORDS.get(word.lower(), _NO_SIGN)


def _letter_s(letter: str, text: str, start: int, end: int) -> str:
    """Tell whether an S is a second or the south."""
    before = text[:start].rstrip()
    if not before or not (before[-1].isdigit() or before[-1] == "."):
        return "S"
    minutes = "m" if letter == "s" else "M"
    if minutes in before or _FOLLOWED.match(text, end):
        return '"'
    return "S" if letter == "S" or not ("'" in before or "分" in before) else _NO_SIGN
