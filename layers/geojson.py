"""A frame of geometries -> the GeoJSON that a layer's route answers."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from layers.spec import LayerSpec

DECIMALS = 6
"""A tenth of a metre: finer than any screen shows."""


def order_of(ids: Iterable[object]) -> str:
    """Give a short digest of the features' ids in their order.

    Codes are sent as one character a feature, in this order; a browser that holds other features sees that
    the digest differs, and leaves them unpainted rather than painting them wrongly.

    Parameters
    ----------
    ids
        Feature ids in order.

    Returns
    -------
    str
        Twelve hexadecimal characters.
    """
    joined = "\n".join(str(value) for value in ids)
    return hashlib.sha256(joined.encode()).hexdigest()[:12]


def to_geojson(spec: LayerSpec, frame: gpd.GeoDataFrame) -> bytes:
    """Write a layer's features.

    Parameters
    ----------
    spec
        Which columns travel, and how far lines are simplified.
    frame
        One row a feature, with ``spec.id_column``, ``spec.columns`` and an active geometry in EPSG:4490.

    Returns
    -------
    bytes
        A FeatureCollection with the member ``order`` (`order_of`); coordinates are degrees of six decimals.
        An empty frame gives a collection without features.
    """
    shapes = _shapes(frame, spec.tolerance_deg)
    ids = [str(value) for value in frame[spec.id_column]]
    properties = _properties(frame, spec)
    features = (
        f'{{"type":"Feature","id":{json.dumps(key)},"properties":{values},"geometry":{shape or "null"}}}'
        for key, values, shape in zip(ids, properties, shapes, strict=True)
    )
    head = f'{{"type":"FeatureCollection","order":"{order_of(ids)}","features":['
    return (head + ",".join(features) + "]}").encode()


def _shapes(frame: gpd.GeoDataFrame, tolerance_deg: float) -> list[str]:
    """Write the geometries, simplified and rounded."""
    if frame.empty:
        return []
    simple = shapely.simplify(frame.geometry.to_numpy(), tolerance_deg, preserve_topology=True)
    rounded = shapely.transform(simple, lambda xy: np.round(xy, DECIMALS))
    return list(shapely.to_geojson(rounded))


def _properties(frame: gpd.GeoDataFrame, spec: LayerSpec) -> list[str]:
    """Write the columns that travel, one object a row."""
    columns: list[list[Any]] = [_plain(frame[name]) for name in spec.columns]
    rows = zip(*columns, strict=True) if columns else ((),) * len(frame)
    return [
        json.dumps(dict(zip(spec.columns, row, strict=True)), ensure_ascii=False, separators=(",", ":"))
        for row in rows
    ]


def _plain(column: pd.Series) -> list[Any]:
    """Give a column's values as JSON knows them; what is missing is null."""
    return [None if pd.isna(value) else value for value in column.astype(object).tolist()]
