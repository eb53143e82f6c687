"""One edited school, one edited post: computed anew with what is prepared, whatever the number of schools.

And one moved post in the training district: what the plan would win and lose, before anything is saved.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import shapely

from data import cluster
from data.repositories import plan_facts, settings
from data.session import unit_of_work
from data.settings import DbRole, campus_home
from etl.intake import load
from etl.training import write_training_district
from geo.coverage import cover
from geo.crs import to_storage
from geo.plan_changes import MovePost
from geo.reach import Reach, reach_of
from tests.benchmarks._database import fresh_database
from tests.benchmarks.gaps import District, district

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geo.desk import Desk
    from tests.benchmarks._harness import Measure, Row

RINGS = (50, 200, 500)
COUNTS = (120, 50_000)
EDITS, PLANS = 101, 40
EDIT_MS, PLAN_MS = 5, 100
STEP_M = 40.0
CASES = pd.DataFrame({"school": np.arange(1_000), "day_type": "school_day", "slot": "all", "span": -1})
"""What is asked of schools; a timetable does not change with a place."""
TODAY = datetime.now(tz=ZoneInfo("Asia/Shanghai")).date()


def covered(ground: np.ndarray, posts: Reach) -> pd.DataFrame:
    """Give the cover of some schools' rings."""
    cases = CASES.iloc[: len(ground)]
    (chunk,) = cover(ground, RINGS, posts, cases)
    return chunk.table


def nobody(count: int) -> np.ndarray:
    """No span of duty."""
    return np.zeros((0, count), dtype=bool)


def edited_post(given: District, schools: shapely.STRtree, posts: shapely.STRtree, row: int) -> pd.DataFrame:
    """Move a post, and cover the schools that it reached or now reaches."""
    moved = shapely.transform(given.positions[row], lambda xy: xy + STEP_M)
    within_m = given.reach_m[row] + max(RINGS) * 1.02
    spots = np.array([given.positions[row], moved], dtype=object)
    touched = np.unique(schools.query(spots, predicate="dwithin", distance=within_m)[1])
    ground = given.ground[touched]
    near = np.unique(posts.query(ground, predicate="dwithin", distance=max(RINGS) * 1.02)[1])
    positions = given.positions[near].copy()
    positions[near == row] = moved
    return covered(ground, reach_of(positions, given.reach_m[near], nobody(len(near))))


def edits(measure: Measure, count: int) -> Iterator[Row]:
    """Edit schools and posts of one number of schools."""
    given = district(count)
    posts = reach_of(given.positions, given.reach_m, nobody(len(given.positions)))
    discs = shapely.STRtree(shapely.buffer(given.positions, given.reach_m))
    schools = shapely.STRtree(given.ground)
    chance = np.random.default_rng(5)

    def school() -> None:
        row = chance.integers(count)
        covered(shapely.transform(given.ground[row : row + 1], lambda xy: xy + STEP_M), posts)

    def post() -> None:
        edited_post(given, schools, discs, int(chance.integers(len(given.positions))))

    for name, work in (("a school", school), ("a post", post)):
        yield measure.limit(name, count, _half(measure, work, EDITS), goal=EDIT_MS, unit="CPU ms, p50")


def _half(measure: Measure, work: Callable[[], None], times: int) -> float:
    """Give the time that half of the turns keep within, ms."""
    work()
    spent = []
    for _ in range(times):
        begun = measure.cpu_seconds()
        work()
        spent.append(measure.cpu_seconds() - begun)
    return median(spent) * 1000


def training_desk() -> Desk:
    """Load the training district, and lay it out as the page does."""
    with tempfile.TemporaryDirectory() as folder:
        for path, source in write_training_district(Path(folder), as_of=TODAY).files:
            load(path, source)
    with unit_of_work(DbRole.LOADER) as connection:
        rules = settings.read(connection)
        code = plan_facts.districts(connection)[0]
        frames = plan_facts.read_district(connection, code, today=TODAY, road_margin_m=rules.road_margin_m)
    return plan_facts.lay_out(frames, rules, code, TODAY)


def plans(measure: Measure) -> Iterator[Row]:
    """Move a post with duties in the training district."""
    cluster.ensure_running(campus_home())
    with fresh_database(training=True):
        desk = training_desk()
    posts = desk.facts.posts[desk.facts.posts["post_code"].isin(desk.facts.duties["post_code"])]
    chance = np.random.default_rng(5)

    def move() -> None:
        post = posts.iloc[int(chance.integers(len(posts)))]
        spot = np.array([shapely.Point(post["x"] + STEP_M, post["y"])], dtype=object)
        (lon,), (lat,) = (read(to_storage(spot, desk.epsg)) for read in (shapely.get_x, shapely.get_y))
        desk.considered([MovePost(post["post_code"], float(lon), float(lat))])

    schools = len(desk.facts.schools)
    yield measure.limit(
        "what if a post moved", schools, _half(measure, move, PLANS), goal=PLAN_MS, unit="CPU ms, p50"
    )


def run(measure: Measure) -> Iterator[Row]:
    """Hold each edit against the clock."""
    for count in COUNTS:
        yield from edits(measure, count)
    yield from plans(measure)
