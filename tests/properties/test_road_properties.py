"""What holds on every network of roads, not only on those somebody thought of."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.road_reach import nearest_times, reach_sets
from geo.travel import Sites, snap, travel_times
from tests.references.roads_by_networkx import Roads, times
from tests.unit.road_speeds import SPEEDS, moving, network

if TYPE_CHECKING:
    from geo.roads import Network

USUAL = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
PLACES = np.random.default_rng(7).uniform(0, 1500, (14, 2)).round(2)
"""Where roads bend and meet: in general position, so that nothing is equally near by chance."""
NEAR = np.array([[0, 0], [0, 0], [0, 0], [0.3, 0.1], [-0.12, 0.41], [0.6, 0.2]])
"""By how much an end may miss the place that it is meant for."""
MOBILITIES = np.array(["foot", "ebike", "car"], dtype=object)


class Given(NamedTuple):
    """Roads, and where posts and gates are."""

    lines: list[shapely.Geometry]
    oneway: list[bool]
    speed_kmh: list[float]
    posts: np.ndarray
    gates: np.ndarray

    def built(self, rows=None, *, oneway=True) -> Network:
        rows = range(len(self.lines)) if rows is None else rows
        return network(
            *(self.lines[row] for row in rows),
            oneway=[at for at, row in enumerate(rows) if oneway and self.oneway[row]],
            speed_kmh=[self.speed_kmh[row] for row in rows],
        )


@st.composite
def roads(draw: st.DrawFn) -> Given:
    """Roads over shared places, no stretch twice; some ends miss, some lie on the middle of another road."""
    lines, used = [], set()
    for _ in range(draw(st.integers(1, 9))):
        stops = draw(st.lists(st.integers(0, len(PLACES) - 1), min_size=2, max_size=5))
        pairs = {frozenset(pair) for pair in pairwise(stops)}
        if used & pairs or len(pairs) < len(stops) - 1 or any(len(pair) < 2 for pair in pairs):
            continue
        used |= pairs
        line = PLACES[stops].copy()
        line[-1] += NEAR[draw(st.integers(0, len(NEAR) - 1))]
        apart = [other for other in lines if other.distance(shapely.Point(line[1])) > 2]
        if apart and draw(st.booleans()):
            other = draw(st.sampled_from(apart))
            line[0] = other.interpolate(draw(st.floats(0.1, 0.9)), normalized=True).coords[0]
        lines.append(shapely.LineString(line))
    if not lines:
        lines = [shapely.LineString(PLACES[:2])]
    count = len(lines)
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return Given(
        lines,
        draw(st.lists(st.booleans(), min_size=count, max_size=count)),
        draw(st.lists(st.sampled_from([20.0, 50.0, 80.0]), min_size=count, max_size=count)),
        shapely.points(chance.uniform(-100, 1600, (6, 2))),
        shapely.points(chance.uniform(-100, 1600, (6, 2))),
    )


def between(found: Network, posts, gates, how) -> np.ndarray:
    starts, goals = (snap(found, points, limit_m=500) for points in (posts, gates))
    return travel_times(found, starts, how, goals, speeds=SPEEDS)


def at_nodes(found: Network) -> Sites:
    """The nodes themselves as places: at the beginning or the end of some edge."""
    edge, along = np.zeros(len(found.nodes), dtype=np.int64), np.zeros(len(found.nodes))
    every = np.arange(len(found.tail))
    edge[found.head], along[found.head] = every, found.length_m
    edge[found.tail], along[found.tail] = every, 0.0
    return Sites(edge, along, np.zeros(len(edge)))


@USUAL
@given(roads())
def test_times_are_those_of_networkx(given: Given) -> None:
    how = np.tile(MOBILITIES, 2)
    reference = Roads(given.lines, np.array(given.speed_kmh) / 3.6, given.oneway, 0.5)
    expected = times(reference, given.posts, how, given.gates)
    found = between(given.built(), given.posts, given.gates, how)
    np.testing.assert_allclose(found, expected, atol=0.01)


@USUAL
@given(roads(), st.randoms(use_true_random=False))
def test_the_order_of_the_roads_does_not_matter(given: Given, random) -> None:
    rows = list(range(len(given.lines)))
    random.shuffle(rows)
    one, other = given.built(), given.built(rows)
    np.testing.assert_array_equal(one.nodes, other.nodes)
    how = np.tile(MOBILITIES, 2)
    np.testing.assert_allclose(
        between(one, given.posts, given.gates, how), between(other, given.posts, given.gates, how), atol=1e-3
    )


@USUAL
@given(roads())
def test_without_oneways_the_way_back_takes_as_long_and_no_detour_is_quicker(given: Given) -> None:
    found = given.built(oneway=False)
    for kind in MOBILITIES:
        there = between(found, given.posts, given.posts, moving(kind, 6))
        np.testing.assert_allclose(there, there.T, rtol=1e-9)
        via = (there[:, :, np.newaxis] + there).min(axis=1)
        assert np.all(there <= via + 1e-6)


@USUAL
@given(roads())
def test_another_road_never_makes_a_way_longer(given: Given) -> None:
    places = shapely.points([line.coords[0] for line in given.lines[:-1]] or [given.lines[0].coords[0]])
    how = np.resize(MOBILITIES, len(places))
    fewer = given.built(range(max(1, len(given.lines) - 1)))
    before, after = between(fewer, places, places, how), between(given.built(), places, places, how)
    assert np.all(after <= before + 0.01)


@USUAL
@given(roads(), st.floats(0, 900) | st.just(np.inf))
def test_reach_sets_and_nearest_times_are_those_between_places(given: Given, within_s: float) -> None:
    found = given.built()
    posts, how = snap(found, given.posts, limit_m=500), np.tile(MOBILITIES, 2)
    expected = travel_times(found, posts, how, at_nodes(found), speeds=SPEEDS)
    np.testing.assert_allclose(nearest_times(found, posts, how, speeds=SPEEDS), expected.min(axis=0))
    sets = reach_sets(found, posts, how, within_s, speeds=SPEEDS)
    clear = ~np.isclose(expected, within_s, rtol=0, atol=1e-6)
    assert np.isfinite(sets.seconds).all()
    reached = np.full(expected.shape, np.inf)
    reached[sets.owner, sets.node] = sets.seconds
    assert np.array_equal(np.isfinite(reached)[clear], (expected <= within_s)[clear])
    np.testing.assert_allclose(sets.seconds, expected[sets.owner, sets.node])
    assert np.all(np.diff(sets.owner * len(found.nodes) + sets.node) > 0)
