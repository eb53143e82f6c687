"""Coordinates of a plane as people write them -> metres: thousands set apart, decimal commas, units."""

from __future__ import annotations

import re

from etl.intake.coordinates import LONGEST, Axis, Coordinate, Pair, put_together
from etl.intake.signs import FULLWIDTH
from etl.intake.verdicts import Reason

_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]{1,20})?"
_COMMA = r"[0-9]{1,12},[0-9]{1,20}"
_PLAIN = r"[0-9]{1,12}(?:\.[0-9]{0,20})?"
_FORM = re.compile(
    rf"([en])? ?([-+]?)(?:({_GROUPED})|({_COMMA})|({_PLAIN})) ?(?:m|米|公尺)? ?([en])?", re.IGNORECASE
)
_GAP = re.compile(r" ?[,;/|、] ?| |(?<=[enm米])(?=[-+0-9])|(?<=[0-9])(?=[en])", re.IGNORECASE)
_AXES: dict[str, Axis] = {"e": "lon", "n": "lat"}
_SIGNS = FULLWIDTH | {ord("−"): "-", ord("。"): "."}


def parse_metres(text: str) -> Coordinate | Reason:
    """Read one coordinate of a plane: ``503210.12``, ``3,512,345.6``, ``503210,12``, ``503210.12 m``.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    Coordinate or Reason
        Metres. Digits in threes between commas are thousands.
    """
    read = _metres(_plain(text)) if len(text) <= LONGEST else None
    return Reason.NOT_A_COORDINATE if read is None else read


def parse_metres_pair(text: str) -> Pair | Reason:
    """Read a pair of coordinates of a plane; the letters E and N tell their order where they stand.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    Pair or Reason
        A pair in metres only if there is exactly one way to read the text as one.
    """
    if len(text) > LONGEST:
        return Reason.NOT_A_COORDINATE
    plain = _plain(text)
    gaps = _GAP.finditer(plain)
    halves = [(_metres(plain[: gap.start()]), _metres(plain[gap.end() :])) for gap in gaps]
    readings = {put_together(first, second) for first, second in halves if first and second}
    pairs = [one for one in readings if isinstance(one, Pair)]
    return pairs[0] if len(pairs) == 1 else Reason.NOT_A_COORDINATE


def _plain(text: str) -> str:
    return " ".join(text.translate(_SIGNS).split()).strip("()[]{} ").rstrip(",; ")


def _metres(text: str) -> Coordinate | None:
    """Read metres and the letter beside them, which may be missing."""
    match = _FORM.fullmatch(text)
    if match is None or (match[1] and match[6]):
        return None
    before, sign, grouped, comma, plain, after = match.groups()
    number = grouped.replace(",", "") if grouped else (comma or plain).replace(",", ".")
    return Coordinate(float(sign + number), _AXES.get((before or after or "").lower()))
