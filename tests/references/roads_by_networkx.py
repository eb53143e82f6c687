"""Travel times the slow way: every vertex a node of a networkx graph, every segment an edge, brute force to join."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import networkx as nx
import numpy as np
import shapely

RUN_MS, EBIKE_MS, TURNOUT_S = 3.0, 20 / 3.6, 30.0


def spot(xy):
    """One place is what is equal to 1 mm."""
    return tuple(np.rint(np.asarray(xy) * 1000).astype(np.int64).tolist())


class Roads:
    """Lines that one can travel on; points are put upon them before a graph is asked for."""

    def __init__(self, lines, car_ms, oneway, tolerance_m):
        self.lines = list(lines)
        self.car_ms, self.oneway = list(car_ms), list(oneway)
        self.ends = {}  # of joins: the names of their two ends
        self.extra = defaultdict(list)  # road -> [(metres along, place)]
        self.same = []  # places that are one
        self.join(tolerance_m)
        self.tree = shapely.STRtree(self.lines)

    def join(self, tolerance_m):
        """Lay a short road of its own from each end to each other road that is near and has no vertex there."""
        tree = shapely.STRtree(self.lines)
        corners = [set(map(spot, line.coords)) for line in self.lines]
        pairs = set()
        for line in list(self.lines):
            for end in (line.coords[0], line.coords[-1]):
                point = shapely.Point(end)
                for road in tree.query(point.buffer(tolerance_m + 1)):
                    apart = self.lines[road].distance(point)
                    if spot(end) in corners[road] or apart > max(tolerance_m, 0.001):
                        continue
                    if (spot(end), road) not in pairs:
                        pairs.add((spot(end), road))
                        self.connect(end, point, road, apart)

    def connect(self, end, point, road, apart):
        name = self.put(road, point)
        if apart < 0.001:
            self.same.append((spot(end), name))
            return
        foot = self.lines[road].interpolate(self.lines[road].project(point))
        self.ends[len(self.lines)] = (spot(end), name)
        self.lines.append(shapely.LineString([end, foot]))
        self.car_ms.append(self.car_ms[road])
        self.oneway.append(False)

    def put(self, road, point):
        """Put a point on a road; gives the name of its place there."""
        along = self.lines[road].project(point)
        name = (int(road), round(along, 9))
        self.extra[road].append((along, name))
        return name

    def snap(self, point, limit_m):
        """Put a point on the nearest road; gives its place and the distance, or None."""
        near = [(self.lines[road].distance(point), road) for road in self.tree.query(point.buffer(limit_m))]
        apart = min(near)[0] if near else np.inf
        if apart > limit_m:
            return None
        return self.put(min(road for off, road in near if off <= apart + 1e-6), point), apart

    def graph(self, mobility):
        """Make the graph with the seconds of one mobility."""
        graph = nx.DiGraph()

        def add(one, other, seconds):
            """Keep the quicker of roads side by side."""
            if seconds < graph.get_edge_data(one, other, {"seconds": np.inf})["seconds"]:
                graph.add_edge(one, other, seconds=seconds)

        for road, line in enumerate(self.lines):
            ms = {"foot": RUN_MS, "ebike": EBIKE_MS}.get(mobility) or self.car_ms[road]
            steps = np.hypot(*np.diff(np.asarray(line.coords), axis=0).T)
            along = np.concatenate([[0], np.cumsum(steps)])
            names = self.ends.get(road) or map(spot, line.coords)
            stops = [(at, 0, name) for at, name in zip(along, names, strict=True)]
            stops = sorted([*stops, *((at, 1, name) for at, name in self.extra[road])], key=lambda s: s[:2])
            for (begin, _, left), (end, _, right) in pairwise(stops):
                add(left, right, (end - begin) / ms)
                if mobility == "foot" or not self.oneway[road] or end - begin < 0.001:
                    add(right, left, (end - begin) / ms)
        for one, other in self.same:
            add(one, other, 0.0)
            add(other, one, 0.0)
        return graph


def times(roads, origins, mobility, destinations, limit_m=500):
    """Give the seconds from each origin to each destination as networkx finds them."""
    starts = [roads.snap(point, limit_m) for point in origins]
    goals = [roads.snap(point, limit_m) for point in destinations]
    graphs = {kind: roads.graph(kind) for kind in set(mobility)}
    found = np.full((len(starts), len(goals)), np.inf)
    for row, (start, kind) in enumerate(zip(starts, mobility, strict=True)):
        if start is None:
            continue
        seconds = nx.single_source_dijkstra_path_length(graphs[kind], start[0], weight="seconds")
        for column, goal in enumerate(goals):
            if goal is not None and goal[0] in seconds:
                off = (start[1] + goal[1]) / RUN_MS
                found[row, column] = seconds[goal[0]] + off + TURNOUT_S * (kind == "car")
    return found
