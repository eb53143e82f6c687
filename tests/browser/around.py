"""What a district has before its bureau sends the list of schools: boundaries and a few posts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from etl.intake import Options, load
from tests.browser.bureau_file import SOUTH, STEP_DEG, WEST

if TYPE_CHECKING:
    from pathlib import Path

AREAS = {
    "name": "areas", "kind": "area", "crs": "cgcs2000",
    "columns": {"code": "code", "name": "name", "level": "level"},
}  # fmt: skip
POSTS = {
    "name": "posts", "kind": "post", "crs": "wgs84",
    "columns": {"code": "code", "name": "name", "type": {"value": "guard_post"},
                "force": {"value": "police"}, "mobility": {"value": "foot"}},
    "geometry": {"lon": "lon", "lat": "lat"},
}  # fmt: skip


def load_around(folder: Path) -> None:
    """Load a district, two towns and eight posts through files, as any other data."""
    west, east, north = WEST - 0.03, WEST + 6.5 * STEP_DEG, SOUTH + 5.5 * STEP_DEG
    middle, south = WEST + 2.7 * STEP_DEG, SOUTH - 0.03
    boxes = {
        ("320482", "某区", "district"): (west, south, east, north),
        ("320482101", "城东镇", "town"): (middle, south, east, north),
        ("320482102", "城西镇", "town"): (west, south, middle, north),
    }
    features = [
        {"type": "Feature", "properties": {"code": code, "name": name, "level": level},
         "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}}
        for (code, name, level), (w, s, e, n) in boxes.items()
    ]  # fmt: skip
    _load(folder, "areas.geojson", json.dumps({"type": "FeatureCollection", "features": features}), AREAS)
    lines = [
        f"P{n},{n + 1}号护学岗,{WEST + STEP_DEG * (n % 4) + 0.001:.6f},{SOUTH + STEP_DEG * (n // 4):.6f}"
        for n in range(8)
    ]
    _load(folder, "posts.csv", "\n".join(["code,name,lon,lat", *lines]), POSTS)


def _load(folder: Path, name: str, content: str, definition: dict[str, object]) -> None:
    """Write a file and its description, and load them."""
    file, source = folder / name, folder / f"{definition['name']}.yml"
    file.write_text(content, encoding="utf-8")
    source.write_text(json.dumps(definition), encoding="utf-8")
    load(file, source, Options(force=True))
