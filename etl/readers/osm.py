"""OSM pbf: which tags become fields, and ids that tell nodes, ways and relations apart."""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.readers.chunk import as_objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from etl.definitions import Definition
    from geo.arrays import Objects

_USUAL = """
name amenity building highway junction landuse leisure maxspeed natural oneway ref shop tourism waterway
isced:level school capacity operator:type name:zh name:en office barrier man_made place boundary admin_level
police access surface area
"""
USUAL_TAGS = tuple(_USUAL.split())
"""Tags that conditions of `where` may use without mapping them; mapped ones are added."""
ID_FIELDS = ("osm_id", "osm_way_id")
_LETTER = {"points": "n", "lines": "w", "multipolygons": "r", "multilinestrings": "r", "other_relations": "r"}
_TAG = re.compile(r"[^\s,=\[\]]+")
# From GDAL's own osmconf.ini: ways with these tags are surfaces when they are closed.
SURFACES = (
    "aeroway,amenity,boundary,building,craft,geological,historic,landuse,leisure,military,natural,office,place,"
    "shop,sport,tourism,highway=platform,public_transport=platform"
)


@contextmanager
def osm_options(path: Path, definition: Definition) -> Iterator[dict[str, Any]]:
    """Give OGR's open options for a pbf file while it is read; none for other files.

    GDAL's own configuration has no `amenity` for points and hides most tags in one text, so each read brings
    a configuration with the tags that the source maps.
    """
    if path.suffix.lower() != ".pbf":
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="campus-osm-") as folder:
        configuration = Path(folder) / "osmconf.ini"
        configuration.write_text(configuration_text(definition.source_columns), encoding="utf-8")
        yield {"CONFIG_FILE": str(configuration)}


def configuration_text(columns: tuple[str, ...]) -> str:
    """Write a GDAL OSM configuration whose layers have the usual tags and the mapped ones as fields."""
    mapped = [name for name in columns if name not in ID_FIELDS and _TAG.fullmatch(name)]
    tags = ",".join(dict.fromkeys([*USUAL_TAGS, *mapped]))
    general = ["[general]", f"closed_ways_are_polygons={SURFACES}", "attribute_name_laundering=no"]
    layers = [[f"[{layer}]", "osm_id=yes", f"attributes={tags}", "other_tags=no"] for layer in _LETTER]
    return "\n".join(line for block in [general, *layers] for line in block) + "\n"


def osm_features(batch: pa.RecordBatch, layer: str) -> Objects:
    """Give ids such as ``n12``, ``w34``, ``r56``: nodes, ways and relations are numbered apart."""
    names = batch.schema.names
    own = batch.column("osm_id").to_pylist() if "osm_id" in names else [None] * batch.num_rows
    way = batch.column("osm_way_id").to_pylist() if "osm_way_id" in names else [None] * batch.num_rows
    letter = _LETTER.get(layer, "x")
    return as_objects(
        f"{letter}{one}" if one is not None else f"w{two}" if two is not None else None
        for one, two in zip(own, way, strict=True)
    )
