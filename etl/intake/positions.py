"""The places of a table: cells -> geometries in the coordinates that were declared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from etl.intake.values import fold
from etl.intake.verdicts import Reason
from geo.china import in_china
from geo.validity import Refusal, decode_text

if TYPE_CHECKING:
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


def read_positions(cells: pd.DataFrame, rule: GeometryRule) -> Positions:
    """Read the places of a table's rows.

    Parameters
    ----------
    cells
        Mapped columns as text.
    rule
        Which columns hold the place and how.
    """
    if rule.wkt is not None:
        return _from_wkt(cells[rule.wkt])
    if rule.text is not None:
        return _from_pairs(cells[rule.text], rule.order)
    return _from_columns(cells[rule.lon or ""], cells[rule.lat or ""])


def _folded(texts: pd.Series[str]) -> pd.Series[str]:
    """Fold full-width signs where there are any."""
    return texts.map(fold, na_action="ignore").astype("str").str.strip()


def _numbers(texts: pd.Series[str]) -> Floats:
    plain = _folded(texts)
    numbers: Floats = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isinf(numbers), np.nan, numbers)


def _points(x: Floats, y: Floats) -> Geometries:
    """Make points; none where a coordinate is missing."""
    points: Geometries = np.full(len(x), None, dtype=object)
    whole = ~(np.isnan(x) | np.isnan(y))
    points[whole] = shapely.points(x[whole], y[whole])
    return points


def _from_columns(lon: pd.Series[str], lat: pd.Series[str]) -> Positions:
    x, y = _numbers(lon), _numbers(lat)
    faults: Objects = np.full(len(x), None, dtype=object)
    faults[(np.isnan(x) & lon.notna().to_numpy()) | (np.isnan(y) & lat.notna().to_numpy())] = (
        Reason.NOT_A_COORDINATE
    )
    return Positions(_points(x, y), faults, np.zeros(len(x), dtype=bool))


def _from_wkt(texts: pd.Series[str]) -> Positions:
    decoded = decode_text(texts.astype(object).where(texts.notna(), None).to_numpy(dtype=object))
    faults: Objects = np.full(len(texts), None, dtype=object)
    faults[decoded.unreadable] = Refusal.UNREADABLE_GEOMETRY
    return Positions(decoded.geometries, faults, decoded.closed)


def _from_pairs(texts: pd.Series[str], order: str) -> Positions:
    pairs = _folded(texts).str.extract(f"^{_PAIR.pattern}$")
    first, second = (pairs[part].to_numpy(dtype=np.float64, na_value=np.nan) for part in (0, 1))
    faults: Objects = np.full(len(texts), None, dtype=object)
    faults[np.isnan(first) & texts.notna().to_numpy()] = Reason.NOT_A_COORDINATE
    swapped = _is_latlon(first, second, order)
    if order == "auto":
        unclear = ~swapped & ~_is_latlon(second, first, order) & ~np.isnan(first)
        faults[unclear] = Reason.UNKNOWN_ORDER
    x, y = np.where(swapped, second, first), np.where(swapped, first, second)
    return Positions(_points(x, y), faults, np.zeros(len(x), dtype=bool))


def _is_latlon(first: Floats, second: Floats, order: str) -> np.ndarray:
    """Tell which pairs have the latitude first: declared, out of range otherwise, or only so in China."""
    if order != "auto":
        return np.full(len(first), order == "latlon")
    lat, lon = np.nan_to_num(first), np.nan_to_num(second)
    only_so = (abs(lat) <= 90) & (abs(lon) > 90)  # noqa: PLR2004 -- degrees
    return only_so | (in_china(lon, lat) & ~in_china(lat, lon))
