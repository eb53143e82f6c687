"""The nearest source of every node with networkx, as road networks are held there: roads may lie side by side."""

from __future__ import annotations

import networkx as nx


def graph(matrix, count):
    """Make the graph of scipy's; gives it and its sources, which stand behind the ``count`` nodes."""
    made = nx.MultiDiGraph()
    arcs = matrix.tocoo()
    leaves, comes = (ends.tolist() for ends in arcs.coords)
    made.add_weighted_edges_from(zip(leaves, comes, arcs.data.tolist(), strict=True), weight="seconds")
    return made, set(range(count, matrix.shape[0]))


def nearest(made, sources) -> dict[int, float]:
    """Give the seconds to every node, and to the sources themselves, from the source that is soonest there."""
    return nx.multi_source_dijkstra_path_length(made, sources, weight="seconds")
