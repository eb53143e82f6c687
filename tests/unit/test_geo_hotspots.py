"""Hotspots kept as few rows say what a table of all cells would say, over the cells that were promised."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import hexagons
from geo.crs import to_metric, to_storage
from geo.errors import FrameError
from geo.getis import benjamini_hochberg, binomial_tail, gi_star, neighbourhoods, sizes_of
from geo.hotspot_cells import cells_of_areas, cells_round
from geo.hotspots import hotspots

JINTAN, EPSG = (119.6, 31.7), 4549
CELLS = hexagons.cells_around(hexagons.cell_ids(*JINTAN), 8)
NEIGHBOURS = neighbourhoods(hexagons.neighbour_pairs(CELLS), len(CELLS))
MEASURES = ["count", "neighbourhood_count", "expected", "z", "p", "q", "class"]


def made_up(seed: int, count: int) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "cell": np.minimum(chance.geometric(0.02, count) - 1, len(CELLS) - 1),
            "month": chance.choice(["2024-03", "2024-11", "2025-03"], count).astype(object),
            "category": chance.choice(["theft", "affray", "fire"], count).astype(object),
        }
    )


def every_cell(found, period: str, category: str, neighbours=NEIGHBOURS) -> pd.DataFrame:
    """Join the two frames by the size of the neighbourhood, as a reader of the tables would."""
    near = found.near[(found.near["period"] == period) & (found.near["category"] == category)]
    rest = found.elsewhere[(found.elsewhere["period"] == period) & (found.elsewhere["category"] == category)]
    cells = pd.DataFrame({"cell": np.arange(neighbours.shape[0]), "size": sizes_of(neighbours)})
    blank = {"count": 0, "neighbourhood_count": 0, "p": 1.0, "q": 1.0, "class": "not_significant"}
    filled = cells.merge(rest[["size", "expected", "z"]], on="size").assign(**blank)
    filled = filled.set_index("cell").sort_index()[MEASURES]
    filled.loc[near["cell"], MEASURES] = near.set_index("cell")[MEASURES]
    return filled


def straightforward(counts: np.ndarray, neighbours=NEIGHBOURS) -> dict[str, np.ndarray]:
    cells, sizes = len(counts), sizes_of(neighbours)
    sums = neighbours @ counts
    p = binomial_tail(sums, counts.sum(), sizes, cells)
    q = benjamini_hochberg(p)
    return {
        "count": counts, "neighbourhood_count": sums, "expected": counts.sum() * sizes / cells,
        "z": gi_star(neighbours, counts), "p": p, "q": q,
        "class": np.where(q <= 0.05, "hot", "not_significant"),
    }  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 30, 400]))
def test_the_few_rows_say_what_a_table_of_all_cells_says(seed: int, count: int) -> None:
    events = made_up(seed, count)
    found = hotspots(events, NEIGHBOURS)
    pairs = 0
    for period in ("2024", "2025", "2024-03", "2024-11", "2025-03"):
        for category in ("all", "theft", "affray", "fire"):
            here = events[events["month"].str.startswith(period)]
            here = here if category == "all" else here[here["category"] == category]
            if not len(here):
                assert not ((found.near["period"] == period) & (found.near["category"] == category)).any()
                continue
            pairs += 1
            expected = straightforward(np.bincount(here["cell"], minlength=len(CELLS)))
            filled = every_cell(found, period, category)
            for name, values in expected.items():
                assert np.array_equal(filled[name], values, equal_nan=name == "z"), (period, category, name)
    assert len(found.elsewhere) == 7 * pairs
    assert not found.near.duplicated(["period", "category", "cell"]).any()


def test_only_cells_near_an_event_are_kept() -> None:
    events = pd.DataFrame({"cell": [40], "month": ["2025-02"], "category": ["theft"]})
    found = hotspots(events, NEIGHBOURS)
    assert len(found.near) == 4 * NEIGHBOURS[[40]].nnz
    assert (found.near["neighbourhood_count"] == 1).all()
    assert found.elsewhere["total"].eq(1).all()


def test_without_events_there_is_nothing_to_say() -> None:
    found = hotspots(made_up(1, 0), NEIGHBOURS)
    assert found.near.empty
    assert found.elsewhere.empty


def test_all_at_one_point_is_hot_around_it_and_nowhere_else() -> None:
    events = pd.DataFrame({"cell": [100] * 60, "month": ["2025-02"] * 60, "category": ["theft"] * 60})
    near = hotspots(events, NEIGHBOURS).near
    assert (near["class"] == "hot").all()
    assert set(near["cell"]) == set(NEIGHBOURS[[100]].indices)


def test_the_level_is_a_parameter() -> None:
    near = hotspots(made_up(3, 300), NEIGHBOURS, level=0.3).near
    assert ((near["class"] == "hot") == (near["q"] <= 0.3)).all()
    assert (near["class"] == "hot").sum() > (
        hotspots(made_up(3, 300), NEIGHBOURS).near["class"] == "hot"
    ).sum()


def test_a_month_that_is_none_is_refused() -> None:
    with pytest.raises(FrameError):
        hotspots(made_up(1, 5).assign(month="2025-13"), NEIGHBOURS)


def placed(shape: shapely.Geometry) -> shapely.Geometry:
    return to_storage([shape], EPSG)[0]


def middle(cell: str) -> shapely.Point:
    return to_metric(hexagons.cell_centres([cell]), EPSG)[0]


def test_cells_of_a_district_are_all_that_it_touches() -> None:
    centre = middle(CELLS[0])
    district = centre.buffer(900) - centre.buffer(350)
    found = cells_of_areas([placed(district)])
    nearby = hexagons.cells_around(hexagons.cell_ids(*hexagons.cell_centres(CELLS[:1])[0].coords[0]), 9)
    touching = district.intersects(hexagons.cells_in_metres(hexagons.read_ids(nearby)))
    assert set(found) == set(nearby[touching])
    assert set(cells_of_areas([placed(district), None, shapely.Polygon()])) == set(found)
    assert len(cells_of_areas([])) == 0


@pytest.mark.parametrize("gap", [-0.01, 0.01])
def test_a_border_that_only_touches_a_cell_counts(gap: float) -> None:
    east = middle(CELLS[50]).x + 100.0
    y = middle(CELLS[50]).y
    district = shapely.Polygon([(east + gap, y), (east + 40, y + 5), (east + 40, y - 5)])
    assert (CELLS[50] in cells_of_areas([placed(district)])) == (gap < 0)


@pytest.mark.parametrize("radius", [100, 200, 500])
def test_cells_round_events_are_all_within_500_m(radius: int) -> None:
    chance = np.random.default_rng(radius)
    spots = np.array(JINTAN) + chance.uniform(-0.02, 0.02, (12, 2))
    found = cells_round(*spots.T, radius_m=radius)
    candidates = hexagons.cells_around(hexagons.cell_ids(*spots.T, radius), 12)
    flat = to_metric(shapely.points(spots), EPSG)
    shapes = hexagons.cells_in_metres(hexagons.read_ids(candidates))
    near = shapely.distance(shapes[:, None], flat[None, :]).min(axis=1) <= 500
    assert set(found) == set(candidates[near])
    assert set(hexagons.cell_ids(*spots.T, radius)) <= set(found)


def test_a_corner_exactly_500_m_from_the_middle_of_a_cell_is_within() -> None:
    centre = hexagons.cell_centres(["4549_100_-253_20384"])[0]
    found = cells_round([centre.x], [centre.y])
    assert "4549_100_-249_20382" in found  # its western corner is 600 - 100 m east
    assert "4549_100_-249_20382" not in cells_round([centre.x - 1e-6], [centre.y])
    assert len(found) == len(set(found))


def test_cells_on_both_sides_of_a_seam_are_found() -> None:
    """Zones meet at 118.5 degrees east."""
    found = cells_round([118.501], [31.7])
    assert {one.split("_")[0] for one in found} == {"4549", "4548"}
    beyond = [one for one in found if one.startswith("4548")]
    polygons = hexagons.cell_polygons(beyond)
    assert (shapely.bounds(polygons)[:, 0] < 118.5).all()
    assert len(cells_round([], [])) == 0
