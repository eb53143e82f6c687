"""Vector files through OGR: gpkg, geojson, shapefile, kml, kmz, pbf; only mapped fields are read."""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio

from etl.errors import (
    BadWhereError,
    EmptyFileError,
    SeveralLayersError,
    UnknownLayerError,
    UnreadableFileError,
)
from etl.readers.chunk import ROWS, CellFault, Chunk, as_objects, cell_text, missing_column
from etl.readers.damage import damaged
from etl.readers.errors import SeveralUnnamedLayersError, UnknownUnnamedLayerError
from etl.readers.geojson import every_feature_has_id
from etl.readers.osm import osm_features, osm_options
from etl.readers.vector_files import OgrFile, locate
from geo.errors import CampusError
from geo.validity import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from etl.definitions import Definition
    from geo.arrays import Objects

DRIVERS = {
    "gpkg": ("GPKG",),
    "geojson": ("GeoJSON", "GeoJSONSeq"),
    "shp": ("ESRI Shapefile",),
    "pbf": ("OSM",),
    "kml": ("LIBKML",),
}
"""Which of its drivers OGR must have taken for a file; it tries them all."""
EVERY_LAYER = ("*",)
NOWHERE = {"GDAL_HTTP_PROXY": "127.0.0.1:9", "GDAL_HTTP_TIMEOUT": "1", "GDAL_HTTP_MAX_RETRY": "0"}
"""What a file might still make OGR fetch is asked of a port where nobody listens."""
KML_OPTIONS = {
    "LIBKML_LAUNDER_FIELD_NAMES": "NO",  # else names lose what is not ASCII, and two are one
    "LIBKML_READ_GROUND_OVERLAY": "NO",  # a picture on the ground is no place
    "LIBKML_RESOLVE_STYLE": "NO",
    "LIBKML_EXTERNAL_STYLE": "NO",
}
pyogrio.set_gdal_config_options(NOWHERE | KML_OPTIONS)
GEOMETRY_FIELD = "wkb_geometry"


@dataclass
class _Layer:
    """One layer of a file, and which of the mapped columns it has."""

    file: OgrFile
    name: str
    info: dict[str, Any]
    with_geometry: bool
    mark: str | None = ""
    """Stands before feature ids where several layers are read: each counts its own from the beginning. None
    where the source does not name them: a file's own names of layers are not kept, and so are no ids."""
    columns: list[str] = field(default_factory=list)


def read_vector(path: Path, definition: Definition) -> Iterator[Chunk]:
    """Read the mapped fields and the geometry of a vector file chunk by chunk.

    Parameters
    ----------
    path
        The file.
    definition
        `layers` (may be left out where there is one), `where`, `encoding` of a shapefile.

    Raises
    ------
    UnreadableFileError
        It is damaged, or not what its ending says.
    UnknownLayerError, SeveralLayersError
        It is not clear which layer is meant.
    MissingColumnError
        No layer has a mapped column.
    BadWhereError
        OGR cannot read the condition.
    """
    with _quiet(), osm_options(path, definition) as options, locate(path, definition) as file:
        layers = _find_layers(file, definition, options)
        _find_fields(layers, definition)
        number = 1
        for layer in layers:
            for chunk in _read_layer(layer, definition, options, number):
                number += len(chunk)
                yield chunk


def fields_of(path: Path, definition: Definition) -> tuple[list[str], str | None]:
    """Name the fields of a vector file, and the coordinate system that it states; None where it states none.

    Parameters
    ----------
    path
        The file.
    definition
        As for `read_vector`; its columns do not matter.

    Raises
    ------
    UnreadableFileError, UnknownLayerError, SeveralLayersError
        See `read_vector`.
    """
    with _quiet(), osm_options(path, definition) as options, locate(path, definition) as file:
        layers = _find_layers(file, definition, options)
        stated = {_declared(layer.info["crs"]) for layer in layers if layer.with_geometry}
        names = [str(name) for layer in layers for name in layer.info["fields"]]
    return names, stated.pop() if len(stated) == 1 else None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep OGR's remarks on single geometries to ourselves: the rows' verdicts say what they say."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _find_layers(file: OgrFile, definition: Definition, options: dict[str, Any]) -> list[_Layer]:
    with_geometry = definition.spec.geometry is not None
    with damaged(file.format):
        kinds = {str(name): kind for name, kind in pyogrio.list_layers(file.path)}
        # Where the features have been counted, they are counted in every layer.
        infos = _infos(file, kinds if file.count is not None else (), options)
        names = _meant(file, definition, kinds, {name: info["features"] for name, info in infos.items()})
        infos = infos or _infos(file, names, options)
    if any(info["driver"] not in DRIVERS[file.format] for info in infos.values()):
        raise UnreadableFileError(format=file.format)
    if file.count is not None and sum(info["features"] for info in infos.values()) != file.count:
        raise UnreadableFileError(format=file.format)
    return [
        _Layer(
            file,
            name,
            infos[name],
            with_geometry and infos[name]["geometry_type"] is not None,
            mark=_mark(name, definition) if len(names) > 1 else "",
        )
        for name in names
    ]


def _mark(name: str, definition: Definition) -> str | None:
    """Tell a layer's ids apart by its name, where that is the source's own word."""
    return f"{name}/" if name in definition.layers else None


def _infos(file: OgrFile, names: Iterable[str], options: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Read what layers say of themselves."""
    read = partial(pyogrio.read_info, file.path, encoding=file.encoding, **options)
    return {name: read(layer=name) for name in names}


def _meant(file: OgrFile, definition: Definition, kinds: dict[str, Any], counts: dict[str, int]) -> list[str]:
    """Name the layers that are to be read."""
    known = [name for name, kind in kinds.items() if kind is not None or definition.spec.geometry is None]
    # A folder of a KML file that holds nothing but folders is a layer, too.
    known = [name for name in known if counts.get(name) != 0 or len(known) == 1]
    is_said = bool(file.only_layer or definition.layers)
    names = known
    if file.only_layer:
        names = [file.only_layer]
    elif definition.layers not in ((), EVERY_LAYER):
        names = list(definition.layers)
    for name in names:
        if name not in kinds:
            raise _unknown_layer(file, name, kinds)
    if not names:
        raise UnreadableFileError(format=file.format)
    if len(names) > 1 and not is_said:
        raise (
            SeveralLayersError(layers=", ".join(names))
            if file.format == "pbf"
            else SeveralUnnamedLayersError(count=len(names))
        )
    return names


def _unknown_layer(file: OgrFile, name: str, there: Iterable[str]) -> UnknownLayerError:
    """Say that there is no such layer; which there are is no secret where the format names them."""
    if file.format == "pbf":
        return UnknownLayerError(layer=name, known=", ".join(there))
    return UnknownUnnamedLayerError(layer=name, count=len(list(there)))


def _find_fields(layers: list[_Layer], definition: Definition) -> None:
    """Give each layer the mapped columns it has; each must be somewhere."""
    everywhere: list[str] = []
    for layer in layers:
        there = [*map(str, layer.info["fields"]), *_feature_id_names(layer)]
        everywhere += there
        layer.columns = [name for name in definition.source_columns if name in there]
    for name in definition.source_columns:
        if name in everywhere:
            continue
        # A GeoJSON file without features has no fields either.
        if all(layer.info.get("features") == 0 for layer in layers):
            raise EmptyFileError
        raise missing_column(name, everywhere)


def _feature_id_names(layer: _Layer) -> list[str]:
    """Name the feature id as a column, where the format stores one; it is not among the fields."""
    stored = str(layer.info.get("fid_column") or "")
    return [stored] if stored and layer.file.format == "gpkg" else []


def _read_layer(
    layer: _Layer, definition: Definition, options: dict[str, Any], number: int
) -> Iterator[Chunk]:
    """Read one layer; rows are numbered from ``number``."""
    fields = [name for name in layer.columns if name not in _feature_id_names(layer)]
    extra = [name for name in layer.file.key_fields if name in layer.info["fields"] and name not in fields]
    wanted = {
        "layer": layer.name,
        "columns": [*fields, *extra],
        "read_geometry": layer.with_geometry,
        "where": definition.where,
        "encoding": layer.file.encoding,
        "batch_size": ROWS,
        "use_pyarrow": True,
        "return_fids": True,
        "datetime_as_string": True,
    }
    counted = _Counter(layer)
    try:
        with pyogrio.raw.open_arrow(layer.file.path, **wanted, **options) as (meta, reader):
            for batch in reader:
                yield _chunk(batch, layer, definition, meta, number + counted.rows)
                counted.rows += batch.num_rows
            counted.check(definition)
    except CampusError:
        raise
    except Exception as error:
        # The file itself has been looked at by now: what fails on the first row is the condition.
        if definition.where is not None and not counted.rows:
            raise BadWhereError from error
        raise UnreadableFileError(format=layer.file.format) from error


@dataclass
class _Counter:
    """Counts what was read: a damaged file may simply end early."""

    layer: _Layer
    rows: int = 0

    def check(self, definition: Definition) -> None:
        # A shapefile's count has its deleted records in it; what is cut off there shows in its lengths.
        promised = -1 if self.layer.file.format == "shp" else self.layer.info.get("features", -1)
        if definition.where is None and self.rows < promised:
            raise UnreadableFileError(format=self.layer.file.format)


def _chunk(
    batch: pa.RecordBatch, layer: _Layer, definition: Definition, meta: dict[str, Any], number: int
) -> Chunk:
    fids = batch.column(batch.schema.get_field_index(meta["fid_column"] or "OGC_FID"))
    cells, faults = {}, {}
    for name in definition.source_columns:
        if name not in layer.columns:
            cells[name] = pd.Series([None] * batch.num_rows, dtype="str")
            continue
        cells[name], broken = _texts(fids if name in _feature_id_names(layer) else batch.column(name))
        if broken is not None:
            faults[name] = broken
    wkb = None
    if layer.with_geometry:
        wkb = (
            batch.column(meta["geometry_name"] or GEOMETRY_FIELD)
            .to_numpy(zero_copy_only=False)
            .astype(object)
        )
    return Chunk(
        rows=np.arange(number, number + batch.num_rows),
        cells=pd.DataFrame(cells, index=range(batch.num_rows)),
        ragged=np.zeros(batch.num_rows, dtype=bool),
        shapes=None if wkb is None else decode(wkb),
        wkb=wkb,
        crs=layer.file.crs or _declared(meta["crs"]),
        features=_features(batch, layer, fids, number),
        faults=faults,
    )


def _declared(crs: str | None) -> str | None:
    """Give what the file says of its coordinates; GeoPackage has two systems that mean "not known"."""
    return None if crs is None or re.match(r'[A-Z_]+\["Undefined ', crs) else crs


def _texts(values: pa.Array) -> tuple[pd.Series, Objects | None]:
    """Give a column as text, blank cells missing; and which of them are broken, where any is."""
    broken: Objects | None = None
    if pa.types.is_floating(values.type):
        # A whole number stored as a float is a whole number to whoever wrote it.
        numbers = values.to_numpy(zero_copy_only=False)
        texts = [None if np.isnan(n) else str(int(n)) if n.is_integer() else repr(float(n)) for n in numbers]
        return pd.Series(texts, dtype="str"), broken
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        texts, broken = _whole_texts(values)
    else:
        try:
            texts = values.cast(pa.string())
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
            texts = [cell_text(value) for value in values.to_pylist()]
    series = pd.Series(pd.array(texts, dtype="str"))
    blank = series.str.strip() == ""
    return (series.mask(blank) if blank.any() else series), broken


def _whole_texts(values: pa.Array) -> tuple[Any, Objects | None]:
    """Give texts as they are, or, where bytes are no text, what can be read of them and where that is."""
    try:
        values.validate(full=True)
    except pa.ArrowInvalid:
        binary = pa.large_binary() if pa.types.is_large_string(values.type) else pa.binary()
        found = [
            None if one is None else one.decode("utf-8", "replace") for one in values.view(binary).to_pylist()
        ]
        marks = [CellFault.BROKEN_TEXT if one and "\ufffd" in one else None for one in found]
        return found, as_objects(marks)
    return values, None


def _features(batch: pa.RecordBatch, layer: _Layer, fids: pa.Array, number: int) -> Objects | None:
    """Give the ids of features where the format stores any."""
    if layer.file.format == "pbf":
        return osm_features(batch, layer.name)
    if layer.file.format == "geojson" and layer.file.has_ids and number == 1:
        # OGR numbers the features that have no id: an id counts only where every feature has one.
        layer.file.has_ids = not _is_count(fids, number) and every_feature_has_id(layer.file.source)
    if layer.mark is None or (layer.file.format == "gpkg" and not _feature_id_names(layer)):
        return None  # a view, or a table without a key: its ids are row numbers
    return as_objects(f"{layer.mark}{fid}" for fid in fids.to_pylist()) if layer.file.has_ids else None


def _is_count(fids: pa.Array, number: int) -> bool:
    """Tell whether ids are merely the features' order: OGR makes such where a GeoJSON file has none."""
    given = fids.to_numpy()
    return number == 1 and len(given) > 0 and bool((given == np.arange(len(given))).all())
