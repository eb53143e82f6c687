"""The compiled searches: the same floats as Dijkstra's by networkx, whatever the arcs are like."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.buckets import _pace, compiled, reached_by_each, soonest
from geo.searches import Graph, Leads

USUAL = settings(deadline=None, max_examples=300)
ROOT = Path(__file__).parents[2]
SECONDS = (
    st.sampled_from([0.0, 0.001, 1.0, 1e6, np.inf])
    | st.floats(1e-3, 1e6)
    | st.integers(1, 5).map(float)
    | st.floats(0, 1e300)
)


class Drawn(NamedTuple):
    """Arcs as they are drawn, and when sources come to which nodes."""

    nodes: int
    arcs: list[tuple[int, int, float]]
    leads: list[tuple[int, float, int, float]]

    def graph(self) -> Graph:
        arcs = sorted(self.arcs, key=lambda arc: arc[0])
        leaves, comes, seconds = (np.array([arc[part] for arc in arcs]) for part in range(3))
        first = np.searchsorted(leaves, np.arange(self.nodes + 1)).astype(np.int32)
        return Graph(first, comes.astype(np.int32), seconds.astype(float))

    def sources(self) -> Leads:
        table = np.array(self.leads, dtype=float).reshape(-1, 2, 2)
        return Leads(table[:, :, 0].astype(np.int64), table[:, :, 1].copy())

    def by_networkx(self) -> np.ndarray:
        ways = nx.MultiDiGraph()
        ways.add_nodes_from(["outside", *range(self.nodes)])
        ways.add_weighted_edges_from(arc for arc in self.arcs if np.isfinite(arc[2]))
        for one, soon, other, late in self.leads:
            for node, seconds in ((one, soon), (other, late)):
                if np.isfinite(seconds):
                    ways.add_edge("outside", node, weight=seconds)
        times = nx.single_source_dijkstra_path_length(ways, "outside")
        return np.array([times.get(node, np.inf) for node in range(self.nodes)])


@st.composite
def networks(draw: st.DrawFn, seconds: st.SearchStrategy[float] = SECONDS) -> Drawn:
    """Nodes with arcs one way, both ways, side by side, from a node to itself, and some that nothing leads to."""
    nodes = draw(st.integers(1, 9))
    node = st.integers(0, nodes - 1)
    return Drawn(
        nodes,
        draw(st.lists(st.tuples(node, node, seconds), max_size=30)),
        draw(st.lists(st.tuples(node, seconds, node, seconds), max_size=4)),
    )


@USUAL
@given(networks())
def test_the_soonest_times_are_the_floats_of_networkx(drawn: Drawn) -> None:
    np.testing.assert_array_equal(soonest(drawn.graph(), drawn.sources()), drawn.by_networkx())


@USUAL
@given(networks(), SECONDS)
def test_each_source_reaches_what_networkx_reaches_in_time(drawn: Drawn, within_s: float) -> None:
    expected = np.array([drawn._replace(leads=[lead]).by_networkx() for lead in drawn.leads])
    expected = expected.reshape(-1, drawn.nodes)
    owner, node = np.nonzero(np.isfinite(expected) & (expected <= within_s))
    counts, nodes, seconds = reached_by_each(drawn.graph(), drawn.sources(), within_s)
    np.testing.assert_array_equal(counts, np.bincount(owner, minlength=len(drawn.leads)))
    order = np.lexsort((nodes, np.repeat(np.arange(len(counts)), counts)))
    np.testing.assert_array_equal(nodes[order], node)
    np.testing.assert_array_equal(seconds[order], expected[owner, node])


@USUAL
@given(networks(st.floats(0, 1e-290) | st.just(np.inf)))
def test_so_are_times_too_short_to_be_divided_by(drawn: Drawn) -> None:
    np.testing.assert_array_equal(soonest(drawn.graph(), drawn.sources()), drawn.by_networkx())


@USUAL
@given(networks())
def test_the_ring_stays_within_eight_buckets_an_arc(drawn: Drawn) -> None:
    graph, sources = drawn.graph(), drawn.sources()
    buckets = _pace(graph.seconds, sources.seconds.ravel())[1]
    assert buckets <= 8 * (len(graph.to) + sources.node.size + 1)


@pytest.mark.parametrize("exponents", [(0, 0), (0, 2), (-3, 6)])
def test_on_many_streets_they_are_those_of_scipy(exponents: tuple[int, int]) -> None:
    side, chance = 90, np.random.default_rng(3)
    node = np.arange(side * side).reshape(side, side)
    ends = np.concatenate([np.stack([node[:, :-1], node[:, 1:]], -1).reshape(-1, 2),
                           np.stack([node[:-1], node[1:]], -1).reshape(-1, 2)])  # fmt: skip
    ends = np.concatenate([ends, ends[chance.random(len(ends)) < 0.8, ::-1]])
    ends = ends[np.argsort(ends[:, 0], kind="stable")]
    seconds = 10 ** chance.uniform(*exponents, len(ends)) * chance.uniform(0.5, 1.5, len(ends))
    seconds[chance.random(len(ends)) < 0.1] = np.inf
    first = np.searchsorted(ends[:, 0], np.arange(side * side + 1)).astype(np.int32)
    graph = Graph(first, ends[:, 1].astype(np.int32), seconds)
    sources = Leads(chance.integers(0, side * side, (20, 2)), chance.uniform(0, 60, (20, 2)))
    every = np.concatenate([graph.to, sources.node.ravel()])
    rows = np.concatenate([first, first[-1] + 2 * np.arange(1, 21)])
    matrix = csr_array(
        (np.concatenate([seconds, sources.seconds.ravel()]), every, rows), shape=(side * side + 20,) * 2
    )
    expected = dijkstra(matrix, indices=np.arange(side * side, side * side + 20), min_only=True, limit=1e300)
    np.testing.assert_array_equal(soonest(graph, sources), expected[:-20])


def test_arrays_that_may_not_be_written_are_only_read() -> None:
    graph = Graph(np.array([0, 1, 1], np.int32), np.array([1], np.int32), np.array([5.0]))
    sources = Leads(np.array([[0, 0]]), np.array([[2.0, np.inf]]))
    for given_ in (*graph, *sources):
        given_.setflags(write=False)
    assert soonest(graph, sources).tolist() == [2.0, 7.0]
    assert [found.tolist() for found in reached_by_each(graph, sources, 6.0)] == [[1], [0], [2.0]]


def test_what_can_be_kept_nowhere_is_compiled_all_the_same() -> None:
    nowhere: dict = {}
    exec("def doubled(number):\n    return 2 * number", nowhere)  # noqa: S102 - a function of no file
    assert compiled(nowhere["doubled"], is_entry=True)(21) == 42


def test_only_the_search_itself_imports_numba() -> None:
    asked = "import sys, etl.cli, geo.layouts, geo.road_reach, geo.searches, geo.travel; print('numba' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
