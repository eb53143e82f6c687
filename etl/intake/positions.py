"""The places of a table: cells -> geometries in the coordinates that were declared.

Columns of plain decimals are read at one go; only cells that are not go through the parser, one text once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from etl.intake.coordinates import Pair, parse_angle, parse_pair
from etl.intake.metres import parse_metres, parse_metres_pair
from etl.intake.signs import TYPED_WIDE
from etl.intake.values import fold
from etl.intake.verdicts import Reason
from geo.china import in_china
from geo.validity import Refusal, decode_text
from geo.zones import is_northing

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.definitions import GeometryRule
    from geo.arrays import Flags, Floats, Geometries, Objects

_NUMBER = r"[-+]?[0-9]{1,9}(?:\.[0-9]+)?"
_PAIR = re.compile(rf"[(\[]?\s*({_NUMBER})\s*[°度]?\s*[,;\s、/]\s*({_NUMBER})\s*[°度]?\s*[)\]]?")


class Positions(NamedTuple):
    """Geometries of table rows."""

    geometries: Geometries
    """In the declared coordinates, None where there is none."""
    faults: Objects
    """A `Reason` or `Refusal` where cells are filled and give no geometry, else None."""
    closed: Flags
    """Where an open ring had to be closed."""
    folded: Flags
    """Where full-width digits, letters or points had to be folded."""
    relettered: Flags
    """Where N, S, E or W say another order than was declared; they are followed."""


class _Read(NamedTuple):
    """One column of single coordinates."""

    numbers: Floats
    is_lat: Flags
    is_lon: Flags
    faults: Objects


def read_positions(cells: pd.DataFrame, rule: GeometryRule, *, in_metres: bool = False) -> Positions:
    """Read the places of a table's rows.

    Parameters
    ----------
    cells
        Mapped columns as text.
    rule
        Which columns hold the place and how.
    in_metres
        Whether the coordinates declared are those of a plane, in which nothing is degrees.
    """
    if rule.wkt is not None:
        return _from_wkt(cells[rule.wkt])
    if rule.text is not None:
        return _from_pairs(cells[rule.text], rule.order, in_metres=in_metres)
    return _from_columns(cells[rule.lon or ""], cells[rule.lat or ""], in_metres=in_metres)


def _folded(texts: pd.Series[str]) -> pd.Series[str]:
    """Fold full-width signs where there are any."""
    return texts.map(fold, na_action="ignore").astype("str").str.strip()


def _typed_wide(texts: pd.Series[str], faults: Objects) -> Flags:
    """Tell which cells were read although their numbers are written in full width."""
    wide: Flags = texts.str.contains(TYPED_WIDE.pattern, regex=True, na=False).to_numpy(dtype=bool)
    return wide & pd.isna(faults)


def _numbers(texts: pd.Series[str]) -> Floats:
    numbers: Floats = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isinf(numbers), np.nan, numbers)


def _points(x: Floats, y: Floats) -> Geometries:
    """Make points; none where a coordinate is missing."""
    points: Geometries = np.full(len(x), None, dtype=object)
    whole = ~(np.isnan(x) | np.isnan(y))
    points[whole] = shapely.points(x[whole], y[whole])
    return points


def _parsed(texts: pd.Series[str], rows: Flags, parse: Callable[[str], object]) -> Objects:
    """Parse the texts of some rows, each different one once; None elsewhere."""
    results: Objects = np.full(len(texts), None, dtype=object)
    if rows.any():
        positions, different = pd.factorize(texts[rows])
        table: Objects = np.empty(len(different), dtype=object)
        table[:] = [parse(str(text)) for text in different]
        results[rows] = table[positions]
    return results


def _read_column(texts: pd.Series[str], *, in_metres: bool) -> _Read:
    """Read a column of single coordinates."""
    plain = _folded(texts)
    numbers = _numbers(plain)
    results = _parsed(
        plain, np.isnan(numbers) & plain.notna().to_numpy(), parse_metres if in_metres else parse_angle
    )
    is_lat, is_lon = (np.zeros(len(texts), dtype=bool) for _ in range(2))
    faults: Objects = np.full(len(texts), None, dtype=object)
    for row in np.flatnonzero(pd.notna(results)):
        result = results[row]
        if isinstance(result, Reason):
            faults[row] = result
        else:
            numbers[row], is_lat[row], is_lon[row] = result.value, result.axis == "lat", result.axis == "lon"
    return _Read(numbers, is_lat, is_lon, faults)


def _from_columns(lon: pd.Series[str], lat: pd.Series[str], *, in_metres: bool) -> Positions:
    x, y = _read_column(lon, in_metres=in_metres), _read_column(lat, in_metres=in_metres)
    faults = np.where(pd.isna(x.faults), y.faults, x.faults)
    faults[((x.is_lat & y.is_lat) | (x.is_lon & y.is_lon)) & pd.isna(faults)] = Reason.NOT_A_COORDINATE
    swapped = (x.is_lat | y.is_lon) & pd.isna(faults)
    east, north = np.where(swapped, y.numbers, x.numbers), np.where(swapped, x.numbers, y.numbers)
    east[pd.notna(faults)] = np.nan
    folded = _typed_wide(lon, faults) | _typed_wide(lat, faults)
    return Positions(_points(east, north), faults, np.zeros(len(east), dtype=bool), folded, swapped)


def _from_wkt(texts: pd.Series[str]) -> Positions:
    decoded = decode_text(texts.astype(object).where(texts.notna(), None).to_numpy(dtype=object))
    faults: Objects = np.full(len(texts), None, dtype=object)
    faults[decoded.unreadable] = Refusal.UNREADABLE_GEOMETRY
    nowhere = np.zeros(len(texts), dtype=bool)
    return Positions(decoded.geometries, faults, decoded.closed, nowhere, nowhere)


def _from_pairs(texts: pd.Series[str], order: str, *, in_metres: bool) -> Positions:
    plain = _folded(texts)
    pairs = plain.str.extract(f"^{_PAIR.pattern}$")
    first, second = (pairs[part].to_numpy(dtype=np.float64, na_value=np.nan) for part in (0, 1))
    results = _parsed(
        plain, np.isnan(first) & plain.notna().to_numpy(), parse_metres_pair if in_metres else parse_pair
    )
    faults: Objects = np.full(len(texts), None, dtype=object)
    said, says_latlon = (np.zeros(len(texts), dtype=bool) for _ in range(2))
    for row in np.flatnonzero(pd.notna(results)):
        result = results[row]
        if isinstance(result, Pair):
            first[row], second[row] = result.first, result.second
            said[row], says_latlon[row] = result.latitude_first is not None, bool(result.latitude_first)
        else:
            faults[row] = result
    # Letters are evidence of the row itself; a declaration is of the whole file.
    is_latlon = _is_latlon_metres if in_metres else _is_latlon
    swapped = np.where(said, says_latlon, is_latlon(first, second, order))
    if order == "auto":
        clear = said | swapped | is_latlon(second, first, order)
        swapped, unclear = _like_the_others(swapped, clear, ~np.isnan(first) & pd.isna(faults))
        faults[unclear] = Reason.UNKNOWN_ORDER
    relettered = said & (order != "auto") & (says_latlon != (order == "latlon"))
    x, y = np.where(swapped, second, first), np.where(swapped, first, second)
    nowhere = np.zeros(len(x), dtype=bool)
    return Positions(_points(x, y), faults, nowhere, _typed_wide(texts, faults), relettered)


def _like_the_others(swapped: Flags, clear: Flags, read: Flags) -> tuple[Flags, Flags]:
    """Order unclear pairs as the clear ones of their column, where those all say the same.

    Returns
    -------
    tuple of numpy.ndarray
        Which pairs have the latitude first, and which nobody can tell.
    """
    unclear = read & ~clear
    says = np.unique(swapped[read & clear])
    if len(says) != 1:
        return swapped, unclear
    return np.where(unclear, says[0], swapped), np.zeros(len(read), dtype=bool)


def _is_latlon(first: Floats, second: Floats, order: str) -> np.ndarray:
    """Tell which pairs have the latitude first: declared, out of range otherwise, or only so in China."""
    if order != "auto":
        return np.full(len(first), order == "latlon")
    lat, lon = np.nan_to_num(first), np.nan_to_num(second)
    only_so = (abs(lat) <= 90) & (abs(lon) > 90)  # noqa: PLR2004 -- degrees
    return only_so | (in_china(lon, lat) & ~in_china(lat, lon))


def _is_latlon_metres(first: Floats, second: Floats, order: str) -> np.ndarray:
    """Tell which pairs have the northing first: declared, or only one of them can be one in China."""
    if order != "auto":
        return np.full(len(first), order == "latlon")
    only_so: Flags = is_northing(first) & ~is_northing(second)
    return only_so
