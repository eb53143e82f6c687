"""The posts: guard posts at gates, stations, boxes, traffic posts and patrol points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from etl.training.areas import police_name
from etl.training.chance import stream
from etl.training.network import RANK
from etl.training.schools import ordinal
from geo.terms import Force, Mobility, PostType, Stage

if TYPE_CHECKING:
    from etl.training.areas import Areas
    from etl.training.chance import Floats
    from etl.training.gates import Gate
    from etl.training.network import Roads
    from etl.training.schools import School

_GUARDS, _BOXES, _TRAFFIC, _PATROL = 128, 12, 16, 12
"""With a station for each of the 12 police areas: 180."""
_SHARED = 17
"""So many guard posts serve two gates of one school."""
_SHARED_REACH_M = 240.0
_FORCES = (
    Force.POLICE,
    Force.AUXILIARY,
    Force.SCHOOL_GUARD,
    Force.TEACHER,
    Force.VOLUNTEER,
    Force.PATROL_SWAT,
)
_FORCE_SHARES = (0.25, 0.22, 0.24, 0.09, 0.14, 0.06)


@dataclass(frozen=True)
class Post:
    """One post, metres from the origin."""

    code: str
    name: str
    type: PostType
    force: Force
    mobility: Mobility | None
    staff_count: int
    point: Floats
    gates: tuple[int, ...] = ()
    """The gates that it serves, by number."""


def man_posts(seed: int, areas: Areas, schools: list[School], gates: list[Gate], roads: Roads) -> list[Post]:
    """Set up 180 posts.

    Parameters
    ----------
    seed
        The district's seed.
    areas, schools, gates, roads
        What they stand in, at and on, in metres.

    Returns
    -------
    list of Post
        Stations, boxes, traffic posts, patrol points, then guard posts; codes in this order.
    """
    rng = stream(seed, "posts")
    crossings = _crossings(roads)
    guards, served = _guards(rng, schools, gates)
    posts = [
        *_stations(rng, areas, schools, crossings),
        *_boxes(rng, schools, crossings),
        *_traffic(rng, gates, served, crossings),
        *_patrols(rng, roads),
        *guards,
    ]
    return [Post(**{**vars(post), "code": f"XLG{number:04d}"}) for number, post in enumerate(posts, start=1)]


def _crossings(roads: Roads) -> Floats:
    """Give the corners where at least three streets of some traffic meet."""
    busy = roads.rank <= RANK["tertiary"]
    corner, count = np.unique(np.concatenate([roads.tail[busy], roads.head[busy]]), return_counts=True)
    busy_corners: Floats = roads.corners[corner[count >= 3]]  # noqa: PLR2004  # three ways make a crossing
    return busy_corners


def _beside(point: Floats, rng: np.random.Generator, *, metres: float) -> Floats:
    turn = rng.uniform(0, 2 * np.pi)
    beside: Floats = np.round(point + metres * np.array([np.cos(turn), np.sin(turn)]), 2)
    return beside


def _stations(rng: np.random.Generator, areas: Areas, schools: list[School], crossings: Floats) -> list[Post]:
    """Put each area's station at a crossing near the middle of its schools."""
    middles = np.array([shapely.get_coordinates(school.ground.centroid)[0] for school in schools])
    area_of = np.array([school.police_area for school in schools])
    posts = []
    for number, shape in enumerate(areas.police):
        own = middles[area_of == number]
        middle = (
            np.median(own, axis=0) if len(own) else shapely.get_coordinates(shape.representative_point())[0]
        )
        inside = crossings[shapely.contains_xy(shape, crossings)] if len(crossings) else crossings
        at = inside[cKDTree(inside).query(middle)[1]] if len(inside) else middle
        place = _beside(at, rng, metres=32)
        posts.append(
            Post(
                "",
                police_name(number),
                PostType.POLICE_STATION,
                Force.POLICE,
                Mobility.CAR,
                int(rng.integers(8, 27)),
                place,
            )
        )
    return posts


def _boxes(rng: np.random.Generator, schools: list[School], crossings: Floats) -> list[Post]:
    """Put boxes at crossings among the schools of the seat."""
    seat = np.array(
        [shapely.get_coordinates(school.ground.centroid)[0] for school in schools if school.place == "seat"]
    )
    chosen = seat[rng.choice(len(seat), _BOXES, replace=False)]
    spots = crossings[np.unique(cKDTree(crossings).query(chosen)[1])]
    while len(spots) < _BOXES:
        spots = np.vstack([spots, crossings[rng.integers(len(crossings))]])
    forces = (Force.POLICE, Force.AUXILIARY)
    return [
        Post("", f"训练第{ordinal(n)}警务室", PostType.POLICE_BOX, forces[rng.integers(2)], Mobility.EBIKE,
              int(rng.integers(2, 6)), _beside(spot, rng, metres=18))
        for n, spot in enumerate(spots, start=1)
    ]  # fmt: skip


def _traffic(rng: np.random.Generator, gates: list[Gate], served: set[int], crossings: Floats) -> list[Post]:
    """Put traffic posts at the crossings nearest to gates that no guard post serves."""
    bare = np.array([number for number in range(len(gates)) if number not in served])
    far, at = map(np.asarray, cKDTree(crossings).query(np.array([gates[number].point for number in bare])))
    order = np.argsort(far)[:_TRAFFIC]
    return [
        Post("", f"训练第{ordinal(n)}交通岗", PostType.TRAFFIC_POST, Force.TRAFFIC,
             Mobility.EBIKE if n % 3 else Mobility.FOOT, int(rng.integers(1, 4)),
             _beside(crossings[at[which]], rng, metres=9), (int(bare[which]),))
        for n, which in enumerate(order, start=1)
    ]  # fmt: skip


def _patrols(rng: np.random.Generator, roads: Roads) -> list[Post]:
    spots = np.unique(np.concatenate([roads.tail, roads.head])[np.tile(roads.rank, 2) <= RANK["secondary"]])
    return [
        Post("", f"训练第{ordinal(n)}巡逻点", PostType.PATROL_POINT, Force.PATROL_SWAT, Mobility.CAR,
             int(rng.integers(2, 5)), _beside(roads.corners[spot], rng, metres=8))
        for n, spot in enumerate(rng.choice(spots, _PATROL, replace=False), start=1)
    ]  # fmt: skip


def _guards(
    rng: np.random.Generator, schools: list[School], gates: list[Gate]
) -> tuple[list[Post], set[int]]:
    """Choose the gates that get a guard post: main gates and large schools first, but not all of them."""
    want = np.array([_need(rng, gate, schools[gate.school]) for gate in gates])
    order = np.argsort(-want)[:_GUARDS]
    chosen = {int(number) for number in order}
    partner = _partners(gates, chosen)
    lone = rng.permutation(len(partner))[:_SHARED]
    shared = {partner[n][0]: partner[n][1] for n in sorted(lone)}
    posts = [_guard(rng, gates, schools, number, shared.get(number)) for number in sorted(chosen)]
    return posts, chosen | set(shared.values())


def _need(rng: np.random.Generator, gate: Gate, school: School) -> float:
    young = school.stage in (Stage.PRIMARY, Stage.NINE_YEAR, Stage.KINDERGARTEN)
    return 1.1 * gate.is_main + 0.25 * young + school.pupils / 3_000 + float(rng.normal(0, 0.42))


def _partners(gates: list[Gate], chosen: set[int]) -> list[tuple[int, int]]:
    """Pair chosen gates with a bare gate of the same school that one post could serve as well."""
    pairs: dict[int, int] = {}
    for bare in range(len(gates)):
        near = [
            number
            for number in sorted(chosen - set(pairs))
            if gates[number].school == gates[bare].school
            and np.hypot(*(gates[number].point - gates[bare].point)) < _SHARED_REACH_M
        ]
        if bare not in chosen and near:
            pairs[near[0]] = bare
    return sorted(pairs.items())


def _guard(
    rng: np.random.Generator, gates: list[Gate], schools: list[School], number: int, also: int | None
) -> Post:
    gate = gates[number]
    force = Force(rng.choice(_FORCES, p=_FORCE_SHARES))
    police = force in (Force.POLICE, Force.PATROL_SWAT)
    mobility = Mobility(
        rng.choice(["foot", "ebike", "car"], p=(0.72, 0.18, 0.1) if police else (0.93, 0.07, 0.0))
    )
    return Post(
        code="",
        name=f"{schools[gate.school].name}{gate.name}护学岗",
        type=PostType.GUARD_POST,
        force=force,
        mobility=None if rng.random() < 0.03 else mobility,  # noqa: PLR2004  # some lists leave it out
        staff_count=int(rng.integers(1, 5)),
        point=np.round(gate.point + gate.outward * rng.uniform(3, 8), 2),
        gates=(number,) if also is None else (number, also),
    )
