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
    """Lines that one can travel on; points are put upon them before `times` is asked."""

    def __init__(self, lines, car_ms, oneway, tolerance_m):
        self.lines = [line if line is not None and line.length > 0 else None for line in lines]
        self.car_ms, self.oneway = car_ms, oneway
        self.extra = defaultdict(list)  # road -> [(metres along, place)]
        self.joins = []  # (place, place, metres, road)
        self.tree = shapely.STRtree(self.lines)
        self.corners = [set() if line is None else set(map(spot, line.coords)) for line in self.lines]
        self.join(tolerance_m)

    def join(self, tolerance_m):
        for line in self.lines:
            for end in () if line is None else (line.coords[0], line.coords[-1]):
                point = shapely.Point(end)
                for road in self.tree.query(point.buffer(tolerance_m + 1)):
                    apart = self.lines[road].distance(point)
                    if spot(end) in self.corners[road] or apart > max(tolerance_m, 0.001):
                        continue
                    self.joins.append((spot(end), self.put(road, point), apart, road))

    def put(self, road, point):
        """Put a point on a road; gives the name of its place there."""
        along = self.lines[road].project(point)
        name = (int(road), round(along, 9))
        self.extra[road].append((along, name))
        return name

    def snap(self, point, limit_m):
        """Put a point on the nearest road; gives its place and the distance, or None."""
        nearest = self.tree.query(point.buffer(limit_m))
        if not len(nearest):
            return None
        apart, road = min((self.lines[road].distance(point), road) for road in nearest)
        return (self.put(road, point), apart) if apart <= limit_m else None

    def graph(self, mobility):
        """Make the graph with the seconds of one mobility."""
        graph = nx.MultiDiGraph()
        for road, line in enumerate(self.lines):
            if line is None:
                continue
            ms = self.speed(road, mobility)
            corners = np.asarray(line.coords)
            steps = np.hypot(*np.diff(corners, axis=0).T)
            along = np.concatenate([[0], np.cumsum(steps)])
            stops = [(at, 0, spot(corner)) for at, corner in zip(along, corners, strict=True)]
            stops = sorted([*stops, *((at, 1, name) for at, name in self.extra[road])], key=lambda s: s[:2])
            for (begin, _, left), (end, _, right) in pairwise(stops):
                graph.add_edge(left, right, seconds=(end - begin) / ms)
                if mobility == "foot" or not self.oneway[road] or end - begin < 0.001:
                    graph.add_edge(right, left, seconds=(end - begin) / ms)
        for end, name, apart, road in self.joins:
            graph.add_edge(end, name, seconds=apart / self.speed(road, mobility))
            graph.add_edge(name, end, seconds=apart / self.speed(road, mobility))
        return graph

    def speed(self, road, mobility):
        return {"foot": RUN_MS, "ebike": EBIKE_MS}.get(mobility) or self.car_ms[road]


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
