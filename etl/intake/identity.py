"""Who a row is (its code) and whether it changed (its digest)."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import numpy as np
import shapely

from etl.intake.privacy import is_personal
from etl.intake.verdicts import is_missing, only_where
from etl.kinds import CODE, POSITION
from etl.readers.chunk import as_objects
from geo.points import representative_points

if TYPE_CHECKING:
    from etl.definitions import Definition
    from etl.intake.checks import Values
    from etl.kinds import Kind
    from etl.readers import Chunk
    from geo.arrays import Flags, Geometries, Objects

CODE_HEX = 16
"""Hexadecimal digits of a hashed key: among a million rows two are alike once in 40 million files."""
DIGEST_BYTES = 16
_BETWEEN = "\x1f"
_ABSENT = "\x00"


def give_codes(
    values: Values, geometries: Geometries, chunk: Chunk, definition: Definition, secret: bytes = b""
) -> Objects:
    """Give each row its code.

    The source's own, else ``<source>:<feature id>``, else ``<source>:<hash of the natural key>``, never a row
    number; None where a row has nothing to be known by, for which it is refused elsewhere.
    """
    kind = definition.spec
    codes: Objects = values.get(CODE, np.full(len(chunk), None, dtype=object)).copy()
    open_rows = is_missing(codes)
    if kind.by_feature and chunk.features is not None:
        named = open_rows & _usable(chunk.features)
        codes[named] = [f"{definition.name}:{feature}" for feature in chunk.features[named]]
        open_rows &= ~named
    if open_rows.any() and kind.natural_key:
        hashed, whole = _natural_keys(values, geometries, kind, secret)
        chosen = open_rows & whole
        codes[chosen] = [f"{definition.name}:{key}" for key in hashed[chosen]]
    return codes


def _usable(features: Objects) -> Flags:
    """Tell which feature ids may become codes: not one that looks like a number of somebody.

    Ids with a letter before them, as OSM's have, are no numbers of anybody.
    """
    bare = (None if one is None or (one.isdigit() and is_personal(one)) else one for one in features)
    return ~is_missing(as_objects(bare))


def _natural_keys(values: Values, geometries: Geometries, kind: Kind, secret: bytes) -> tuple[Objects, Flags]:
    """Hash the natural key of each row, with the secret where there is one; flags tell where it is whole."""
    parts, whole = [], np.ones(len(geometries), dtype=bool)
    for name in kind.natural_key:
        if name == POSITION:
            position = _positions(geometries, kind)
            whole &= ~is_missing(geometries) | stood_in_for(values, kind)
            parts.append(_unless_named(position, values) if kind.name == "gate" else position)
        else:
            parts.append(values[name])
    for column in kind.required:
        whole &= ~is_missing(values[column.name])
    parts = _sole_key_first(parts, values, kind)
    texts = [
        _BETWEEN.join(_ABSENT if part is None else part for part in row) for row in zip(*parts, strict=True)
    ]
    hashed: Objects = np.empty(len(texts), dtype=object)
    hashed[:] = [_hashed(text.encode(), secret)[:CODE_HEX] for text in texts]
    return hashed, whole


def _hashed(key: bytes, secret: bytes) -> str:
    """Hash a key; with a secret nobody else can try all keys until one fits."""
    return hmac.new(secret, key, "sha256").hexdigest() if secret else hashlib.sha256(key).hexdigest()


def stood_in_for(values: Values, kind: Kind) -> Flags:
    """Tell where a reference says where a row is."""
    if kind.stand_in is None:
        return np.zeros(len(next(iter(values.values()))), dtype=bool)
    return ~is_missing(values[kind.stand_in])


def _sole_key_first(parts: list[Objects], values: Values, kind: Kind) -> list[Objects]:
    """Put a kind's sole key, where it is filled, in the place of the whole natural key."""
    if kind.sole_key is None:
        return parts
    sole = values[kind.sole_key]
    return [*(only_where(is_missing(sole), part) for part in parts), sole]


def _unless_named(positions: Objects, values: Values) -> Objects:
    """Leave the position out where a name tells a school's gates apart."""
    return only_where(is_missing(values["name"]), positions)


def _positions(geometries: Geometries, kind: Kind) -> Objects:
    """Give each row's position for its natural key: rounded, or the whole geometry where it is all."""
    positions: Objects = np.full(len(geometries), None, dtype=object)
    there = np.flatnonzero(~is_missing(geometries))
    if kind.natural_key == (POSITION,):
        positions[there] = list(shapely.to_wkb(geometries[there], hex=True))
        return positions
    x, y = representative_points(geometries[there])
    digits = kind.position_digits
    positions[there] = [f"{lon:.{digits}f} {lat:.{digits}f}" for lon, lat in zip(x, y, strict=True)]
    return positions


def give_digests(values: Values, wkb: Objects, kind: Kind) -> Objects:
    """Hash the values and the geometry of each row: equal digests mean an unchanged row.

    Parameters
    ----------
    values
        Canonical texts by target column.
    wkb
        Stored geometries as WKB, None where there is none.
    kind
        Says which columns count.

    Returns
    -------
    numpy.ndarray
        16 bytes a row.
    """
    columns = [values[column.name] for column in kind.values]
    if kind.coarsened:
        # The hexagon stands for a place that is not kept.
        columns.append(only_where(is_missing(wkb), values["cell_id"]))
    texts = (
        _BETWEEN.join(_ABSENT if part is None else part for part in row) for row in zip(*columns, strict=True)
    )
    digests: Objects = np.empty(len(wkb), dtype=object)
    digests[:] = [
        hashlib.blake2b(text.encode() + _BETWEEN.encode() + (shape or b""), digest_size=DIGEST_BYTES).digest()
        for text, shape in zip(texts, wkb, strict=True)
    ]
    return digests
