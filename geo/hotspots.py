"""Hotspots: hexagons whose neighbourhood holds significantly many events, by period and category.

Most cells have no event near them in most months. So only cells with an event in their neighbourhood are
rows; what all other cells have follows from the size of their neighbourhood, in a second, short frame. A join
of the two by size gives every cell, and nobody has to keep it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa
from scipy import sparse

from geo.frames import checked
from geo.getis import benjamini_hochberg, binomial_tail, sizes_of, standard_scores
from geo.terms import HotspotClass

if TYPE_CHECKING:
    from geo.arrays import Flags, Floats, Integers, Objects

FDR_LEVEL = 0.05
ALL = "all"
"""The category that is all of them together."""
LARGEST = 7
"""Cells of a whole neighbourhood: a hexagon and its six neighbours."""
_YEAR = 4

EVENTS = pa.DataFrameSchema(
    {
        "cell": pa.Column("int64", pa.Check.ge(0)),
        "month": pa.Column(None, pa.Check.str_matches(r"^[0-9]{4}-(0[1-9]|1[0-2])$")),
        "category": pa.Column(None, pa.Check.ne(ALL)),
    },
    name="events",
)
"""A row an event: the row of its cell among the cells, its local month as ``YYYY-MM``, its category."""


class Hotspots(NamedTuple):
    """What was found.

    ``near``: a row a period, category and cell whose neighbourhood holds an event; columns period, category,
    cell (its row), count (in the cell itself), neighbourhood_count, expected (events in the neighbourhood,
    were all spread evenly), z, p, q, class; in the order of the first three.

    ``elsewhere``: what every other cell has, by how many cells its neighbourhood has: columns period,
    category, total (events), cells, size, expected, z; p and q are 1, counts 0, the class
    ``not_significant``.
    """

    near: pd.DataFrame
    elsewhere: pd.DataFrame


def hotspots(events: pd.DataFrame, neighbours: sparse.csr_array, *, level: float = FDR_LEVEL) -> Hotspots:
    """Look for hotspots in every year and month that has events, of each category and of all.

    Parameters
    ----------
    events
        As `EVENTS`; every event lies in one of the cells.
    neighbours
        As `geo.getis.neighbourhoods`, shape (n, n), at most `LARGEST` cells in each.
    level
        Share of false claims allowed among the hexagons called hot, on average, in each period and category.

    Returns
    -------
    Hotspots
        As documented there; q is adjusted over all n cells, not only over those listed.

    Raises
    ------
    geo.errors.FrameError
        ``events`` is not what `EVENTS` says.
    """
    rows = checked(events, EVENTS)
    labels, counts = _counted(rows, neighbours.shape[0])
    moments = (_sums(counts), _sums(sparse.csc_array(counts.multiply(counts))))
    near = _near(labels, counts, neighbours, moments, level)
    return Hotspots(near, _elsewhere(labels, moments, neighbours.shape[0]))


def hot_cells(counts: Integers, neighbours: sparse.csr_array, *, level: float = FDR_LEVEL) -> Flags:
    """Tell which cells are hot by counts of any period.

    Parameters
    ----------
    counts
        Events in each cell, shape (n,).
    neighbours, level
        As for `hotspots`.

    Returns
    -------
    numpy.ndarray
        Flags, shape (n,): as `hotspots` would call them for these events.
    """
    cells = neighbours.shape[0]
    sums = neighbours @ np.asarray(counts, dtype=np.float64)
    p = binomial_tail(sums, int(np.sum(counts)), sizes_of(neighbours), cells)
    hot: Flags = benjamini_hochberg(p) <= level
    return hot


def _sums(columns: sparse.csc_array) -> Floats:
    """Add up each column."""
    return np.asarray(columns.sum(axis=0), dtype=np.float64)


def _counted(events: pd.DataFrame, cells: int) -> tuple[pd.DataFrame, sparse.csc_array]:
    """Count events by cell, and by period and category: labels, and a column for each."""
    month, category = events["month"].astype(str).to_numpy(), events["category"].astype(str).to_numpy()
    every = np.full(len(events), ALL, dtype=object)
    years = np.array([text[:_YEAR] for text in month], dtype=object)
    said = pd.DataFrame(
        {
            "period": np.concatenate([years, years, month, month]).astype(object),
            "category": np.concatenate([every, category, every, category]).astype(object),
        }
    )
    groups = said.groupby(["period", "category"], sort=True)
    column = groups.ngroup().to_numpy()
    labels = groups.size().index.to_frame(index=False)
    row = np.tile(events["cell"].to_numpy(), 4)
    entries = sparse.coo_array((np.ones(len(row)), (row, column)), shape=(cells, len(labels)))
    return labels, sparse.csc_array(entries)


def _near(
    labels: pd.DataFrame,
    counts: sparse.csc_array,
    neighbours: sparse.csr_array,
    moments: tuple[Floats, Floats],
    level: float,
) -> pd.DataFrame:
    """Judge the cells whose neighbourhood holds an event."""
    cells = neighbours.shape[0]
    sums = sparse.csc_array(neighbours @ counts)
    sums.sort_indices()
    column = np.repeat(np.arange(len(labels)), np.diff(sums.indptr))
    row, held = sums.indices.astype(np.int64), sums.data
    sizes, totals, squares = sizes_of(neighbours)[row], moments[0][column], moments[1][column]
    p = binomial_tail(held, totals, sizes, cells)
    q = np.empty_like(p)
    for start, stop in zip(sums.indptr[:-1], sums.indptr[1:], strict=True):
        q[start:stop] = benjamini_hochberg(p[start:stop], tests=cells)
    return pd.DataFrame(
        {
            "period": labels["period"].to_numpy()[column],
            "category": labels["category"].to_numpy()[column],
            "cell": row,
            "count": _own(counts, row, column),
            "neighbourhood_count": held.astype(np.int64),
            "expected": totals * sizes / cells,
            "z": standard_scores(held, sizes, (totals, squares), cells),
            "p": p,
            "q": q,
            "class": _classes(q, level),
        }
    )


def _own(counts: sparse.csc_array, row: Integers, column: Integers) -> Integers:
    """Give the events in cells themselves, where each cell that has some is among the rows."""
    counts.sort_indices()
    cells = counts.shape[0]
    has = np.repeat(np.arange(counts.shape[1]), np.diff(counts.indptr)) * cells + counts.indices
    own = np.zeros(len(row), dtype=np.int64)
    own[np.searchsorted(column * cells + row, has)] = counts.data
    return own


def _classes(q: Floats, level: float) -> Objects:
    words: Objects = np.full(len(q), str(HotspotClass.NOT_SIGNIFICANT), dtype=object)
    words[q <= level] = str(HotspotClass.HOT)
    return words


def _elsewhere(labels: pd.DataFrame, moments: tuple[Floats, Floats], cells: int) -> pd.DataFrame:
    """Say what an empty neighbourhood of each size has."""
    column = np.repeat(np.arange(len(labels)), LARGEST)
    sizes = np.tile(np.arange(1, LARGEST + 1), len(labels))
    totals, squares = moments[0][column], moments[1][column]
    return pd.DataFrame(
        {
            "period": labels["period"].to_numpy()[column],
            "category": labels["category"].to_numpy()[column],
            "total": totals.astype(np.int64),
            "cells": np.full(len(column), cells),
            "size": sizes,
            "expected": totals * sizes / cells,
            "z": standard_scores(np.zeros(len(column)), sizes, (totals, squares), cells),
        }
    )
