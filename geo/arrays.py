"""Names for the arrays that go in and out of `geo`, and the one way they are worked through in chunks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas as pd

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Objects = NDArray[np.object_]
Geometries = NDArray[np.object_]
"""Shapely geometries, `None` where there is none."""

CHUNK = 2_000
"""Rows worked on at once: larger batches fall out of the cache and cost up to 1.5 times as much."""
THREADS = 2
"""GEOS and PROJ release the interpreter's lock; a third thread gained nothing on the machines measured."""
THREADS_FROM = 1_000
"""Below this many rows starting threads costs more than they save."""

Result = TypeVar("Result")


def as_geometries(values: Iterable[object]) -> Geometries:
    """Give a new one-dimensional object array of geometries, whatever sequence they come in."""
    given = values if isinstance(values, np.ndarray) else list(values)
    array = np.empty(len(given), dtype=object)
    array[:] = given
    return array


def shapes_of(frame: pd.DataFrame) -> Geometries:
    """Give the ``geom`` of a frame's rows as an array."""
    return as_geometries(frame["geom"].tolist())


def points_at(x: Floats, y: Floats) -> Geometries:
    """Give positions as Points, shape (n,)."""
    points: Geometries = np.empty(len(x), dtype=object)
    shapely.points(np.column_stack([x, y]).astype(np.float64), out=points)
    return points


def points_of(frame: pd.DataFrame) -> Geometries:
    """Give the places of rows with ``x`` and ``y`` as points."""
    points: Geometries = np.empty(len(frame), dtype=object)
    shapely.points(frame[["x", "y"]].to_numpy(dtype=np.float64), out=points)
    return points


def chunk_slices(count: int, *, chunk: int = CHUNK) -> list[slice]:
    """Cut ``count`` rows into slices of nearly equal size, none longer than ``chunk``."""
    parts = -(-count // chunk)
    edges = [count * part // parts for part in range(parts + 1)] if parts else []
    return [slice(start, stop) for start, stop in pairwise(edges)]


def each_chunk(
    work: Callable[[slice], Result],
    count: int,
    *,
    chunk: int = CHUNK,
    threads: int = THREADS,
    threads_from: int = THREADS_FROM,
) -> Iterator[Result]:
    """Run ``work`` on every slice of ``count`` rows, in order, on a few threads where that pays.

    Parameters
    ----------
    work
        Takes a slice of row numbers; must not touch what another slice touches.
    count
        Number of rows.
    chunk
        Longest slice.
    threads
        Threads at most.
    threads_from
        Rows below which one thread does it all.

    Yields
    ------
    object
        What ``work`` gave, slice by slice. At most ``threads`` + 1 results wait to be taken, so that memory
        does not grow with ``count``.
    """
    slices = chunk_slices(count, chunk=chunk)
    if threads == 1 or count < threads_from or len(slices) == 1:
        yield from map(work, slices)
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting = [pool.submit(work, part) for part in slices[: threads + 1]]
        try:
            for part in slices[threads + 1 :] + [None] * len(waiting):
                done = waiting.pop(0).result()
                if part is not None:
                    waiting.append(pool.submit(work, part))
                yield done
        finally:
            # An error or an abandoned loop must not leave chunks being worked on behind the caller's back.
            for future in waiting:
                future.cancel()
