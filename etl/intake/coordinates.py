"""Coordinates as people write them -> decimal degrees: one coordinate, or a pair of them in one text.

Read are decimals, degrees with minutes and seconds (by signs, letters, Chinese words, colons, dots, blanks),
packed digits with a hemisphere (``4007.38N``), decimal commas, and a hemisphere before, behind or nowhere.
A text is read only if it can be read in one way: every place where a pair may fall apart is tried, and two
different readings are as good as none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from etl.intake.signs import degree_signs
from etl.intake.verdicts import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 200
"""What is longer is no coordinate."""

Axis = Literal["lat", "lon"]

_AXES: dict[str, Axis] = {"N": "lat", "S": "lat", "A": "lat", "E": "lon", "W": "lon", "O": "lon"}
_LIMITS: dict[Axis | None, float] = {"lat": 90.0, "lon": 180.0, None: 180.0}
_NUMBER = r"[0-9]{1,12}(?:[.,][0-9]{1,20})?"
_PLAIN = rf"(?P<plain>{_NUMBER}|\.[0-9]{{1,20}}|[0-9]{{1,12}}\.) ?°?"
_MARKED = rf"({_NUMBER}) ?°(?: ?({_NUMBER})(?: ?'(?: ?({_NUMBER}) ?\"?)?| ({_NUMBER}) ?\"?)?)?"
_COLONS = rf"({_NUMBER}) ?: ?({_NUMBER})(?: ?: ?({_NUMBER}))?"
_DOTS = r"([0-9]{1,3})\.([0-9]{1,2})\.([0-9]{1,2}(?:\.[0-9]{1,20})?)"
_BLANKS = rf"({_NUMBER}) ({_NUMBER}) ?'?(?: ({_NUMBER}) ?\"?)?"
_FORMS = tuple(
    re.compile(rf"(?:([AO]) ?[:=]? ?)?(?:([NSEW]) ?:? ?)?([-+] ?)?{form}(?: ?([NSEW]))?")
    for form in (_PLAIN, _MARKED, _COLONS, _DOTS, _BLANKS)
)
_SPACED = _FORMS[-1]
_PACKED = re.compile(r"([0-9]{2,3}?)([0-9]{2})([0-9]{2})?((?:\.[0-9]+)?)")
_GAP = re.compile(r" ?[,;/|] ?| |(?<=[NSEW])(?=.)|(?<=.)(?=[NSEWAO])|(?<=[°'\"])(?=[-+0-9])")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "【": "】", "<": ">"}


class Coordinate(NamedTuple):
    """One coordinate."""

    value: float
    axis: Axis | None
    """Which one it says it is; None where it has no hemisphere."""
    parts: int = 1
    """Into how many parts it is split by blanks alone: 2 for ``40 7.38``; 1 where signs tell them apart."""


class Pair(NamedTuple):
    """Two coordinates in the order in which they are written."""

    first: float
    second: float
    latitude_first: bool | None
    """As their hemispheres say; None where there are none."""


def parse_angle(text: str) -> Coordinate | Reason:
    """Read one coordinate.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    Coordinate or Reason
        Degrees, south and west negative; `Reason.OUT_OF_RANGE` where the form is right and the numbers are
        not (60 minutes, more than 180 degrees, more than 90 with N or S).
    """
    return _angle(_plain(text)) if len(text) <= LONGEST else Reason.NOT_A_COORDINATE


def parse_pair(text: str) -> Pair | Reason:
    """Read a pair of coordinates.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    Pair or Reason
        A pair only if there is exactly one way to read the text as one.
    """
    if len(text) > LONGEST:
        return Reason.NOT_A_COORDINATE
    plain = _plain(text)
    readings = {put_together(_angle(left), _angle(right)) for left, right in _halves(plain)}
    pairs = [one for one in readings if isinstance(one, Pair)]
    if len(pairs) == 1:
        return pairs[0]
    return Reason.OUT_OF_RANGE if not pairs and Reason.OUT_OF_RANGE in readings else Reason.NOT_A_COORDINATE


def put_together(first: Coordinate | Reason, second: Coordinate | Reason) -> Pair | Reason:
    """Put two coordinates together.

    Returns
    -------
    Pair or Reason
        No pair are two of one axis, nor those that blanks alone split into unlike numbers of parts.
    """
    if Reason.NOT_A_COORDINATE in (first, second):
        return Reason.NOT_A_COORDINATE
    if isinstance(first, Reason) or isinstance(second, Reason):
        return Reason.OUT_OF_RANGE
    same_axis = first.axis is not None and first.axis == second.axis
    # 40 7.38 and 74 7.38, but not 40 and 7 74.7: blanks alone must split both in the same way.
    if same_axis or first.parts != second.parts:
        return Reason.NOT_A_COORDINATE
    said = first.axis or {"lat": "lon", "lon": "lat", None: None}[second.axis]
    return Pair(first.value, second.value, None if said is None else said == "lat")


def _plain(text: str) -> str:
    """Give a text in plain signs, without brackets around it and stops behind it."""
    plain = degree_signs(text)
    if plain and _BRACKETS.get(plain[0]) == plain[-1]:
        plain = plain[1:-1].strip()
    return plain.rstrip(",; ")


def _halves(text: str) -> Iterator[tuple[str, str]]:
    """Give every way in which a text may fall into two."""
    # With points in it, commas are no decimal points.
    commas = "." not in text
    for gap in _GAP.finditer(text):
        left, right = text[: gap.start()], text[gap.end() :]
        if commas or "," not in left + right:
            yield left, right


def _angle(text: str) -> Coordinate | Reason:
    """Read one coordinate in plain signs."""
    for form in _FORMS:
        if match := form.fullmatch(text):
            label, before, sign, *numbers, after = match.groups()
            if before and after:
                return Reason.NOT_A_COORDINATE
            return _placed(label, before or after, sign, _numbers(numbers), spaced=form is _SPACED)
    return Reason.NOT_A_COORDINATE


def _numbers(texts: list[str | None]) -> list[str]:
    return [text.replace(",", ".") for text in texts if text is not None]


def _placed(
    label: str | None, hemisphere: str | None, sign: str | None, numbers: list[str], *, spaced: bool
) -> Coordinate | Reason:
    """Give the degrees of parts with the hemisphere or sign that they have."""
    axes = {_AXES[letter] for letter in (label, hemisphere) if letter}
    is_negative = sign is not None and sign[0] == "-"
    if len(axes) == 2 or (is_negative and hemisphere):  # noqa: PLR2004 -- a latitude and a longitude
        return Reason.NOT_A_COORDINATE
    axis = axes.pop() if axes else None
    if hemisphere and len(numbers) == 1:
        numbers = _unpacked(numbers[0], axis)
    if any("." in number for number in numbers[:-1]):
        return Reason.NOT_A_COORDINATE
    degrees, *rest = map(float, numbers)
    size = degrees + sum(part / 60**power for power, part in enumerate(rest, 1))
    if any(part >= 60 for part in rest) or size > _LIMITS[axis]:  # noqa: PLR2004 -- minutes and seconds
        return Reason.OUT_OF_RANGE
    return Coordinate(
        -size if is_negative or hemisphere in ("S", "W") else size, axis, len(numbers) if spaced else 1
    )


def _unpacked(number: str, axis: Axis | None) -> list[str]:
    """Take DDMM.mm or DDMMSS.s apart: four to seven digits before the point, of a latitude four or six."""
    match = _PACKED.fullmatch(number)
    if match is None:
        return [number]
    degrees, minutes, seconds, fraction = match.groups()
    if axis == "lat" and len(degrees) != 2:  # noqa: PLR2004 -- digits of a latitude's degrees
        return [number]
    return [degrees, minutes + fraction] if seconds is None else [degrees, minutes, seconds + fraction]
