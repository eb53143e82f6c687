"""What a text needs so that a spreadsheet shows it and never runs it, and the way back."""

from __future__ import annotations

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text cell that starts so is run by a spreadsheet; East Asian ones take the wide signs as well."""
MARK = "'"
_RUN = re.compile(f"{MARK}*[{re.escape(''.join(FORMULA_STARTS))}]")
_MARKED = re.compile(MARK + _RUN.pattern)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')


def escaped(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run; plain numbers stay numbers.

    Parameters
    ----------
    text
        A cell to be written to a csv file or a workbook.

    Examples
    --------
    >>> escaped("=1+1"), escaped("-12.5"), escaped("一小")
    ("'=1+1", '-12.5', '一小')
    """
    return MARK + text if _RUN.match(text) and not _NUMBER.fullmatch(text) else text


def unescaped(text: str) -> str:
    """Give a cell as it was before `escaped`, so that a sheet that was handed out can be loaded again.

    ``="0012"``, with which a csv keeps a code's zeros in a spreadsheet, gives its text. Nothing is evaluated.
    """
    if not text.startswith((MARK, "=")):
        return text
    if _MARKED.match(text):
        return text[1:]
    kept = _KEPT_AS_TEXT.fullmatch(text)
    return kept[1] if kept else text
