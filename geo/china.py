"""A coarse outline of China, to choose planes and recognise swapped axes; it says nothing on any border."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from geo.arrays import Flags

# Drawn by hand, a fifth to half a degree outside the land, round Taiwan, Hainan and the islands that have
# schools. It only chooses between two planes that measure equally well, so a neighbour's border town inside
# it loses nothing; it says nothing on any border.
_CHINA_OUTLINE = shapely.Polygon(
    [
        (73.2, 39.9), (73.4, 38.3), (74.4, 36.7), (77.4, 35.1), (78.4, 33.0), (78.2, 31.2),
        (80.8, 29.9), (84.2, 28.4), (86.2, 27.75), (88.7, 27.0), (89.1, 27.9), (91.6, 27.7),
        (92.0, 26.8), (94.0, 27.2), (97.0, 27.7), (98.3, 25.8), (97.3, 24.6), (97.4, 23.7),
        (98.7, 23.4), (99.2, 21.9), (101.6, 20.9), (102.3, 22.2), (104.0, 22.3), (105.2, 22.9),
        (106.5, 21.8), (108.0, 21.2), (108.0, 18.0), (110.5, 15.5), (113.5, 15.5), (117.5, 20.2),
        (120.5, 21.4), (122.5, 21.4), (122.7, 25.6), (124.0, 31.5), (123.3, 37.5), (124.4, 39.8),
        (126.5, 40.9), (128.4, 41.2), (129.8, 42.2), (130.8, 42.2), (131.5, 44.5), (133.6, 45.4),
        (134.9, 48.6), (131.0, 48.9), (128.0, 50.1), (126.6, 52.3), (125.0, 53.5), (121.3, 53.8),
        (119.5, 52.4), (116.9, 50.1), (115.1, 48.1), (118.2, 47.2), (115.9, 46.7), (111.6, 45.4),
        (111.4, 43.9), (105.0, 42.1), (97.0, 43.1), (91.3, 45.5), (90.9, 47.6), (87.8, 49.5),
        (85.1, 47.4), (82.7, 47.0), (82.0, 45.6), (79.9, 45.2), (79.9, 42.4), (76.3, 40.8),
    ]
)  # fmt: skip
shapely.prepare(_CHINA_OUTLINE)


def in_china(lon: object, lat: object) -> Flags:
    """Tell which positions lie in the coarse outline of China (degrees; False where not finite)."""
    inside: Flags = shapely.contains_xy(_CHINA_OUTLINE, np.asarray(lon, float), np.asarray(lat, float))
    return inside
