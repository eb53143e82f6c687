"""Guard cover: how many minutes of each gate's windows a post stands there, one post at one gate at a time.

All days and gates are worked through at once. Gates that can share posts form a component; the ends of its
windows and duties cut its day into intervals in which nothing changes. Only where a post could stand at two
gates that are open in the same interval is there anything to decide: `geo.assignment` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.assignment import assign
from geo.disc_sets import ranges

if TYPE_CHECKING:
    from geo.arrays import Flags, Floats, Integers

_AXIS = 1 << 14
"""Minutes by which components lie one behind the other on one axis; a day with its neighbours is 4320."""
_ZERO = 1 << 12
"""Where midnight lies on a component's piece of the axis."""


class Windows(NamedTuple):
    """Windows in which gates are to be guarded; each array has shape (windows,)."""

    day: Integers
    """Number of the day; windows and stretches of different days have nothing to do with each other."""
    gate: Integers
    """Row of the gate."""
    start: Integers
    stop: Integers
    """Minutes of the day, from -1440 to 2880; a window with ``stop == start`` has no minutes."""
    pupils: Floats
    """How many pupils pass; 0 where unknown."""


class AtGates(NamedTuple):
    """Stretches in which a post could stand at a gate; each array has shape (stretches,)."""

    day: Integers
    post: Integers
    gate: Integers
    start: Integers
    stop: Integers


class Guarded(NamedTuple):
    """What becomes of each window; each array has shape (windows,)."""

    guarded_min: Floats
    """Minutes in which a post stands at the gate."""
    shared_min: Floats
    """Minutes in which nobody does, though a post on duty could: it stands at another gate."""
    depth: Integers
    """Fewest posts at once in the window; 0 for a window without minutes."""


class _Cells(NamedTuple):
    """A gate that is open in an interval; each array has shape (cells,)."""

    interval: Integers
    gate: Integers
    windows: Integers
    """How many windows are open at once."""
    pupils: Floats


def guard(windows: Windows, stretches: AtGates, gate_ids: Integers) -> Guarded:
    """Guard the windows as well as the posts can.

    Parameters
    ----------
    windows
        What is asked.
    stretches
        Who could stand where and when; a post may be given for several gates at once.
    gate_ids
        What decides between gates that weigh the same, the smaller first; shape (gates,).

    Returns
    -------
    Guarded
        For each component and interval the posts stand so that the fewest window minutes are uncovered, then
        the fewest pupils times minutes; what is still equal goes to the gates of smaller ids.
    """
    near = _open_at_all(windows, stretches)
    stretches = AtGates(*(column[near] for column in stretches))
    component_of_window, component_of_stretch = _components(windows, stretches, len(gate_ids))
    axis = _intervals(windows, stretches, component_of_window, component_of_stretch)
    window, interval = _within(axis, component_of_window, windows.start, windows.stop)
    cells, cell_of = _cells(windows, window, interval, len(gate_ids))
    standing, could = _standing(cells, axis, stretches, component_of_stretch, gate_ids)
    minutes = np.diff(axis)[interval].astype(np.float64)
    here = standing[cell_of]
    count = len(windows.gate)
    depth = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(depth, window, here)
    depth[depth == np.iinfo(np.int64).max] = 0
    return Guarded(
        _sums(window, minutes * (here > 0), count),
        _sums(window, minutes * ((here == 0) & could[cell_of]), count),
        depth,
    )


def _sums(group: Integers, values: Floats, groups: int) -> Floats:
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64)


def _open_at_all(windows: Windows, stretches: AtGates) -> Flags:
    """Leave stretches aside at gates that have no window that day."""
    asked = np.unique(np.stack([windows.day, windows.gate], axis=1), axis=0)
    width = int(max(windows.gate.max(initial=0), stretches.gate.max(initial=0))) + 1
    return np.isin(stretches.day * width + stretches.gate, asked[:, 0] * width + asked[:, 1])


def _components(windows: Windows, stretches: AtGates, gates: int) -> tuple[Integers, Integers]:
    """Give the group of gates that share posts that day, for each window and for each stretch."""
    days = int(max(windows.day.max(initial=-1), stretches.day.max(initial=-1))) + 1
    posts = int(stretches.post.max(initial=-1)) + 1
    size = days * (gates + posts)
    gate = stretches.day * gates + stretches.gate
    post = days * gates + stretches.day * posts + stretches.post
    links = coo_array((np.ones(len(gate), dtype=bool), (gate, post)), shape=(size, size))
    labels = connected_components(links, directed=False)[1].astype(np.int64)
    return labels[windows.day * gates + windows.gate], labels[gate]


def _intervals(windows: Windows, stretches: AtGates, of_window: Integers, of_stretch: Integers) -> Integers:
    """Give all ends of windows and duties, component behind component, each once and ascending."""
    component = np.concatenate([of_window, of_window, of_stretch, of_stretch])
    minute = np.concatenate([windows.start, windows.stop, stretches.start, stretches.stop])
    return np.unique(component * _AXIS + minute + _ZERO)


def _within(
    axis: Integers, component: Integers, start: Integers, stop: Integers
) -> tuple[Integers, Integers]:
    """Give the intervals that lie within [start, stop) of a component: number of the row, interval."""
    first = np.searchsorted(axis, component * _AXIS + start + _ZERO)
    size = np.searchsorted(axis, component * _AXIS + stop + _ZERO) - first
    return np.repeat(np.arange(len(start)), size), ranges(first, size)


def _cells(windows: Windows, window: Integers, interval: Integers, gates: int) -> tuple[_Cells, Integers]:
    """Give every gate and interval in which it is open, and which of them each window's interval is."""
    gate = windows.gate[window]
    key, cell_of = np.unique(interval * gates + gate, return_inverse=True)
    pupils = _sums(cell_of, windows.pupils[window], len(key))
    open_windows = np.bincount(cell_of, minlength=len(key))
    return _Cells(key // max(gates, 1), key % max(gates, 1), open_windows, pupils), cell_of


def _standing(
    cells: _Cells, axis: Integers, stretches: AtGates, component: Integers, gate_ids: Integers
) -> tuple[Integers, Flags]:
    """Give how many posts stand in each cell, and whether a post on duty could."""
    stretch, interval = _within(axis, component, stretches.start, stretches.stop)
    gates = max(len(gate_ids), 1)
    key = cells.interval * gates + cells.gate
    wanted = interval * gates + stretches.gate[stretch]
    place = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
    is_open = key[place] == wanted if len(key) else np.zeros(len(wanted), dtype=bool)
    pairs = np.unique(np.stack([place, stretches.post[stretch]], axis=1)[is_open], axis=0)
    cell, post = pairs[:, 0], pairs[:, 1]
    count = np.bincount(cell, minlength=len(key))
    could = count > 0
    _share_out(cells, cell, post, count, gate_ids)
    return count, could


def _share_out(cells: _Cells, cell: Integers, post: Integers, count: Integers, gate_ids: Integers) -> None:
    """Where a post could stand at two open gates at once, put it at one of them; writes ``count``."""
    width = int(post.max(initial=0)) + 1
    place = cells.interval[cell] * width + post
    _, first, times = np.unique(place, return_index=True, return_counts=True)
    contested = np.unique(cells.interval[cell[first[times > 1]]])
    if not len(contested):
        return
    order = np.argsort(cells.interval[cell], kind="stable")
    cell, post = cell[order], post[order]
    low = np.searchsorted(cells.interval[cell], contested)
    high = np.searchsorted(cells.interval[cell], contested, side="right")
    known: dict[bytes, Integers] = {}
    for begin, end in zip(low, high, strict=True):
        own, local = np.unique(cell[begin:end], return_inverse=True)
        weights = np.stack([-cells.windows[own], -cells.pupils[own], gate_ids[cells.gate[own]]])
        name = weights.tobytes() + post[begin:end].tobytes() + local.tobytes()
        if name not in known:
            known[name] = _solve(post[begin:end], local, np.lexsort(weights[::-1]))
        count[own] = known[name]


def _solve(post: Integers, gate: Integers, order: Integers) -> Integers:
    """Give how many posts stand at each gate."""
    _, local = np.unique(post, return_inverse=True)
    place = assign(local, gate, order.tolist())
    return np.bincount(place, minlength=len(order))
