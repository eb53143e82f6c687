"""Whether a place and its neighbours hold more events than an even spread would give them.

z is the local Gi* of A. Getis and J. K. Ord, "The Analysis of Spatial Association by Use of Distance
Statistics", Geographical Analysis 24 (1992), in the form of Ord and Getis (1995), with binary weights and the
place itself among its neighbours. Its normal p-values claim far too much on sparse counts, so p is the exact
binomial tail of the neighbourhood's sum, given how many events there are in all, and q the false-discovery
rate of Y. Benjamini and Y. Hochberg, "Controlling the False Discovery Rate", JRSS B 57 (1995).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.special import betainc

if TYPE_CHECKING:
    from geo.arrays import Floats, Integers


def neighbourhoods(pairs: tuple[Integers, Integers], cells: int) -> sparse.csr_array:
    """Make neighbourhoods of pairs of neighbours: each cell's own are its neighbours and itself.

    Parameters
    ----------
    pairs
        A cell and a cell near it, as `geo.hexagons.neighbour_pairs` gives them: each pair once in both
        directions, no cell with itself.
    cells
        How many cells there are.

    Returns
    -------
    scipy.sparse.csr_array
        Ones, shape (cells, cells): row i has the cells of the neighbourhood of i.
    """
    itself = np.arange(cells)
    first, second = np.concatenate([pairs[0], itself]), np.concatenate([pairs[1], itself])
    ones = np.ones(len(first))
    return sparse.csr_array(sparse.coo_array((ones, (first, second)), shape=(cells, cells)))


def sizes_of(neighbours: sparse.csr_array) -> Integers:
    """Count the cells of each neighbourhood, shape (n,)."""
    sizes: Integers = np.diff(neighbours.indptr).astype(np.int64)
    return sizes


def gi_star(neighbours: sparse.csr_array, counts: Floats | Integers | sparse.sparray) -> Floats:
    """Compute the standard score of each neighbourhood's sum, from the moments of a random permutation.

    Parameters
    ----------
    neighbours
        As `neighbourhoods`, shape (n, n).
    counts
        Events in each cell, shape (n,), or (n, k) for many at once; sparse ones are welcome.

    Returns
    -------
    numpy.ndarray
        z in the shape of ``counts``; NaN where it is not defined: all cells equal, fewer than two, or a
        neighbourhood of everything.
    """
    cells = neighbours.shape[0]
    if sparse.issparse(counts):
        columns = sparse.csc_array(counts)
        totals, squares = columns.sum(axis=0), columns.multiply(columns).sum(axis=0)
        sums = (neighbours @ columns).toarray()
    else:
        given = np.asarray(counts, dtype=np.float64)
        totals, squares = given.sum(axis=0), (given * given).sum(axis=0)
        sums = neighbours @ given
    sizes = sizes_of(neighbours)
    return standard_scores(sums, sizes if sums.ndim == 1 else sizes[:, None], (totals, squares), cells)


def standard_scores(
    sums: Floats, sizes: Integers, moments: tuple[Floats | Integers, Floats | Integers], cells: int
) -> Floats:
    """Score sums of neighbourhoods.

    Parameters
    ----------
    sums
        Events in each neighbourhood.
    sizes
        Cells in it.
    moments
        Events in all cells, and the sum of the squares of all cells' counts.
    cells
        How many cells there are in all.

    Returns
    -------
    numpy.ndarray
        z in the shape into which these broadcast, NaN where it is not defined.
    """
    totals, squares = (np.asarray(part, dtype=np.float64) for part in moments)
    # n2 times the variance of the counts: of whole numbers it is exact, and 0 where all cells are equal.
    spread = cells * squares - totals * totals
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = sizes * (cells - sizes) * (spread / (np.float64(cells) ** 2 * (cells - 1.0)))
        z = (sums - sizes * (totals / np.float64(cells))) / np.sqrt(variance)
    # Where nothing varies the variance is 0, with one cell NaN, with none there is nothing.
    scores: Floats = np.where(variance > 0.0, z, np.nan)
    return scores


def binomial_tail(sums: Floats | Integers, total: Floats | int, sizes: Integers, cells: int) -> Floats:
    """Give the chance that a neighbourhood holds as many events, were they spread evenly over all cells.

    Parameters
    ----------
    sums
        Events in each neighbourhood.
    total
        Events in all cells.
    sizes
        Cells in each neighbourhood.
    cells
        How many cells there are in all.

    Returns
    -------
    numpy.ndarray
        P(X >= sum) with X binomial (total, size / cells), in the shape into which these broadcast; 1 for an
        empty neighbourhood.
    """
    held = np.asarray(sums, dtype=np.float64)
    # The tail of a binomial is a regularised incomplete beta function.
    at_least = np.maximum(held, 1.0)
    tail = betainc(at_least, np.maximum(total - at_least + 1.0, 1.0), np.asarray(sizes) / cells)
    chances: Floats = np.where(held > 0.0, tail, 1.0)
    return chances


def benjamini_hochberg(p: Floats, *, tests: int | None = None) -> Floats:
    """Adjust chances so that q <= 0.05 keeps the share of false claims at 5 % on average.

    Parameters
    ----------
    p
        Chances, shape (n,) or (n, k); each column is a family of tests of its own.
    tests
        How many tests there are, where only those with p < 1 are given; the number of rows if missing.

    Returns
    -------
    numpy.ndarray
        q in the shape of ``p``. A test that was left out because its p is 1 has q = 1.
    """
    count = len(p)
    order = np.argsort(p, axis=0, kind="stable")
    ranks = np.arange(1, count + 1).reshape(-1, *([1] * (p.ndim - 1)))
    steps = np.take_along_axis(p, order, axis=0) * ((count if tests is None else tests) / ranks)
    least = np.minimum(np.minimum.accumulate(steps[::-1], axis=0)[::-1], 1.0)
    q = np.empty_like(least)
    np.put_along_axis(q, order, least, axis=0)
    return q
