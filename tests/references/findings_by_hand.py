"""Distances of venues and schools the slow way: PostGIS for straight lines, networkx for ways on foot, one by one."""

from __future__ import annotations

import numpy as np

STRAIGHT = """
    SELECT v.code AS venue_code, s.code AS school_code, s.stage, v.category,
           ST_Distance(ST_Transform(v.geom, 4549), ST_Transform(s.geom, 4549)) AS boundary_m,
           (SELECT min(ST_Distance(ST_Transform(v.geom, 4549), ST_Transform(g.geom, 4549)))
              FROM core.gate AS g WHERE g.school_code = s.code AND g.valid_to IS NULL AND g.ended_by IS NULL) AS gate_m,
           (SELECT min(ST_Distance(ST_Transform(v.geom, 4549), ST_Transform(g.geom, 4549)))
              FROM core.gate AS g WHERE g.school_code = s.code AND g.is_main
                                    AND g.valid_to IS NULL AND g.ended_by IS NULL) AS main_m
      FROM core.venue AS v CROSS JOIN core.school AS s
     WHERE v.valid_to IS NULL AND v.ended_by IS NULL AND s.valid_to IS NULL AND s.ended_by IS NULL
     ORDER BY 1, 2
"""
"""Every venue with every school, whatever the distance."""


class Walks:
    """Ways on foot between places, on roads in metres; they go as the reference of travel times goes."""

    def __init__(self, by_networkx, lines, tolerance_m):
        count = len(lines)
        self.by_networkx = by_networkx
        self.roads = by_networkx.Roads(list(lines), [10.0] * count, [False] * count, tolerance_m)

    def metres(self, starts, goals):
        """Give metres from each start to each goal; infinite where no road leads."""
        seconds = self.by_networkx.times(self.roads, starts, ["foot"] * len(starts), goals)
        return seconds * self.by_networkx.RUN_MS


def least_by_school(metres, school_of_gate, schools):
    """Give the least of the gates of each school; shape (venues, schools)."""
    found = np.full((len(metres), len(schools)), np.inf)
    for column, school in enumerate(schools):
        own = [row for row, each in enumerate(school_of_gate) if each == school]
        if own:
            found[:, column] = metres[:, own].min(axis=1)
    return found
