"""A road network: segments between corners, and its greatest connected part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from etl.training.chance import Flags, Floats, Ints, Shapes

CLASSES = (
    "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "track",
)  # fmt: skip
"""OSM's words, the greatest road first."""
RANK = {name: number for number, name in enumerate(CLASSES)}
_SPEEDS = (80, 60, 50, 40, 40, 30, 20, 15)


@dataclass(frozen=True)
class Roads:
    """Road segments between corners, metres from the origin."""

    corners: Floats
    home: Ints
    """Number of each corner's settlement, negative outside."""
    tail: Ints
    head: Ints
    rank: Ints
    """Place in `CLASSES`."""
    oneway: Ints
    """1 along the segment, -1 against it, 0 both ways."""
    lines: Shapes

    def keep(self, kept: Flags) -> Roads:
        """Give the network with some segments left out."""
        return Roads(
            self.corners,
            self.home,
            self.tail[kept],
            self.head[kept],
            self.rank[kept],
            self.oneway[kept],
            self.lines[kept],
        )

    @property
    def speeds(self) -> Ints:
        """Usual speed in km/h."""
        return np.array(_SPEEDS)[self.rank]


def largest_part(roads: Roads) -> Roads:
    """Keep the greatest connected part of a network."""
    count = len(roads.corners)
    graph = coo_array((np.ones(len(roads.tail)), (roads.tail, roads.head)), shape=(count, count))
    part = connected_components(graph, directed=False)[1]
    main = np.bincount(part[roads.tail]).argmax()
    return roads.keep(part[roads.tail] == main)
