"""The rows of a file on trial: the sign says what became of a row, and so does the colour."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from layers.geojson import order_of
from layers.spec import Draw, LayerSpec, LegendEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

SHAPES = {"accepted": "circle", "repaired": "diamond", "rejected": "cross"}
RANK = {"rejected": 0, "repaired": 1, "accepted": 2}
LEAST_EXTENT_DEG = 0.01

SPEC = LayerSpec(
    key="intake_row",
    url="/intake/{job}/rows?lang={lang}",
    id_column="id",
    title_key="intake_page.map.title",
    columns=("verdict", "name"),
    legend=tuple(
        LegendEntry(verdict, f"intake_page.map.{verdict}", shape) for verdict, shape in SHAPES.items()
    ),
    roles=frozenset({"local", "steward"}),
    draw=Draw.GLYPH,
    style_columns=("verdict",),
    shape_column="verdict",
    is_sensitive=True,
)


def to_geojson(features: Iterable[Mapping[str, Any]], name: Callable[[Mapping[str, Any]], str]) -> bytes:
    """Write a load's rows as the browser draws them.

    Parameters
    ----------
    features
        Points with ``row, verdict, reason, code``, as a load reports them, EPSG:4490.
    name
        Gives the words of a row from its properties.

    Returns
    -------
    bytes
        A FeatureCollection; what was refused is drawn last, on top.
    """
    chosen = sorted(_points(features), key=lambda each: RANK[each["properties"]["verdict"]], reverse=True)
    drawn = [
        {
            "type": "Feature",
            "id": str(number),
            "properties": {"verdict": each["properties"]["verdict"], "name": name(each["properties"])},
            "geometry": each["geometry"],
        }
        for number, each in enumerate(chosen)
    ]
    order = order_of(each["id"] for each in drawn)
    whole = {"type": "FeatureCollection", "order": order, "features": drawn}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def bounds_of(features: Iterable[Mapping[str, Any]]) -> tuple[float, float, float, float] | None:
    """Give west, south, east, north of the rows that were taken, else of all; None where none has a place."""
    points = _points(features)
    taken = [each for each in points if each["properties"]["verdict"] != "rejected"] or points
    places: list[Sequence[float]] = [each["geometry"]["coordinates"] for each in taken]
    if not places:
        return None
    lons, lats = [float(place[0]) for place in places], [float(place[1]) for place in places]
    room = max(LEAST_EXTENT_DEG - (max(lons) - min(lons)), LEAST_EXTENT_DEG - (max(lats) - min(lats)), 0) / 2
    return min(lons) - room, min(lats) - room, max(lons) + room, max(lats) + room


def _points(features: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Keep the features that are points of a known verdict."""
    return [
        each
        for each in features
        if (each.get("geometry") or {}).get("type") == "Point" and each["properties"].get("verdict") in RANK
    ]
