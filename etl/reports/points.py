"""The rows of a load as points with their verdicts, for a preview map."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from data.repositories.received import read_positions
from etl.kinds import WITHOUT_PLACE
from etl.readers.chunk import as_objects
from geo.points import representative_points

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.reports import Material

DIGITS = 7
"""A centimetre."""


def write_points(material: Material, path: Path) -> None:
    """Write every row with a readable position as a point on its shape (EPSG:4490), as GeoJSON.

    Kinds whose places are nobody's business, and kinds without places, give an empty collection.
    """
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type": "FeatureCollection", "features": [')
        for number, feature in enumerate(_features(material)):
            file.write(",\n" if number else "\n")
            file.write(json.dumps(feature, ensure_ascii=False))
        file.write("\n]}\n")


def _features(material: Material) -> Iterator[dict[str, Any]]:
    spec = material.definition.spec
    if spec.geometry is None or spec.name in WITHOUT_PLACE:
        return
    for block in read_positions(material.connection):
        lon, lat = representative_points(as_objects(shape for *_, shape in block))
        for (row, verdict, reason, code, _), x, y in zip(block, lon.tolist(), lat.tolist(), strict=True):
            yield {
                "type": "Feature",
                "properties": {"row": row, "verdict": verdict, "reason": reason, "code": code},
                "geometry": {"type": "Point", "coordinates": [round(x, DIGITS), round(y, DIGITS)]},
            }
