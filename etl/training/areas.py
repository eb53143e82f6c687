"""The district, its 10 towns and 12 police areas, with borders that meet exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from etl.training.chance import roughen, stream
from etl.training.settlements import TOWNS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry as Shape

    from etl.training.chance import Floats, Ints, Shapes
    from etl.training.land import Land
    from etl.training.settlements import Settlement

DISTRICT_CODE = "320999"
"""A county code that is not in use."""
DISTRICT_NAME = "训练区"
_GRID_M = 0.01
_OVERHANG_M = 20
"""Lines reach so far over the border at which they end: what only just touches may just not touch."""
_DIGITS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Areas:
    """Polygons in metres from the origin; towns and police areas tile the district."""

    district: Shape
    towns: tuple[Shape, ...]
    police: tuple[Shape, ...]
    police_town: tuple[int, ...]

    def town_of(self, points: Floats) -> Ints:
        """Give the number of the town that holds each point, -1 outside."""
        return locate(self.towns, points)

    def police_of(self, points: Floats) -> Ints:
        """Give the number of the police area that holds each point, -1 outside."""
        return locate(self.police, points)


def locate(polygons: tuple[Shape, ...], points: Floats) -> Ints:
    """Give for each point, shape (n, 2), the number of the polygon that holds it, -1 for none."""
    found = np.full(len(points), -1)
    for number, polygon in enumerate(polygons):
        shapely.prepare(polygon)
        found[shapely.contains_xy(polygon, points)] = number
    return found


def town_name(number: int) -> str:
    """Name a town: 训练一镇 .. 训练十镇."""
    return f"训练{_DIGITS[number + 1]}镇"


def town_code(number: int) -> str:
    """Give a town's nine-digit code."""
    return f"{DISTRICT_CODE}{100 + number}"


def police_name(number: int) -> str:
    """Name a police area after its station: 训练第一派出所辖区 .. 训练第十二派出所辖区."""
    tens, ones = divmod(number + 1, 10)
    return f"训练第{'十' * tens}{_DIGITS[ones] if ones else ''}派出所"


def police_code(number: int) -> str:
    """Give a police area's code."""
    return f"{DISTRICT_CODE}PA{number + 1:02d}"


def cut_areas(seed: int, land: Land, settlements: list[Settlement]) -> Areas:
    """Cut the district into towns around their centres, and the seat's town into three police areas.

    Parameters
    ----------
    seed
        The district's seed.
    land
        The coarse outline.
    settlements
        Seat and towns come first.

    Returns
    -------
    Areas
        Polygons that share their borders vertex by vertex.
    """
    rng = stream(seed, "areas")
    centres = np.array([place.centre for place in settlements[:TOWNS]])
    wards = settlements[0].centre + 1_500 * np.array([[-0.9, 0.55], [1.0, 0.6], [0.1, -1.05]])
    faces = _draw_faces(rng, land.coarse, centres, wards)
    part = _owners(faces, np.vstack([wards, centres[1:]]))
    police = tuple(shapely.union_all(faces[part == number]) for number in range(part.max() + 1))
    towns = (shapely.union_all(police[: len(wards)]), *police[len(wards) :])
    home = (0,) * len(wards) + tuple(range(1, TOWNS))
    return Areas(district=shapely.union_all(faces), towns=towns, police=police, police_town=home)


def _owners(faces: Shapes, sites: Floats) -> Ints:
    """Give each face to the site inside it; a splinter without one goes to its longest neighbour."""
    inside = shapely.contains_xy(faces[:, None], sites[None, :, 0], sites[None, :, 1])
    owner = np.where(inside.any(axis=1), inside.argmax(axis=1), -1)
    for splinter in np.flatnonzero(owner < 0):
        shared = shapely.length(
            shapely.intersection(shapely.boundary(faces), shapely.boundary(faces[splinter]))
        )
        owner[splinter] = owner[np.where(owner >= 0, shared, -1).argmax()]
    return owner


def _draw_faces(rng: np.random.Generator, outline: Shape, centres: Floats, wards: Floats) -> np.ndarray:
    """Node the straight lines first and roughen each piece between nodes, so that neighbours share it."""
    town_lines, border = _voronoi_edges(centres, outline), shapely.boundary(outline)
    seat = _face_of(centres[0], shapely.union(town_lines, border))
    lines = [
        border,
        town_lines,
        shapely.intersection(_voronoi_edges(wards, outline), shapely.buffer(seat, _OVERHANG_M)),
    ]
    pieces = shapely.get_parts(shapely.line_merge(shapely.union_all(lines, grid_size=_GRID_M)))
    rough = [
        shapely.LineString(roughen(shapely.get_coordinates(piece), rng, roughness=0.115)) for piece in pieces
    ]
    noded = shapely.union_all(rough, grid_size=_GRID_M)
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))


def _voronoi_edges(sites: Floats, outline: Shape) -> Shape:
    edges = shapely.voronoi_polygons(
        shapely.MultiPoint(sites), only_edges=True, extend_to=outline.buffer(9_000)
    )
    return shapely.intersection(edges, shapely.buffer(outline, _OVERHANG_M))


def _face_of(point: Floats, lines: Shape) -> Shape:
    noded = shapely.union_all(shapely.get_parts(lines), grid_size=_GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    face: Shape = faces[shapely.contains_xy(faces, point[0], point[1]).argmax()]
    return face
