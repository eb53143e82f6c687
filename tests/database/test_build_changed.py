"""`build --changed`: whatever was edited, the results are those of a full build, and what nothing touched stands."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import shapely

from etl.build import build
from tests.conftest import FULL
from tests.database.edits import Edits
from tests.database.test_build import TODAY, Facts, rows
from tests.database.viewers import account_of, as_owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

JOBS = ("perimeters", "coverage")
"""Those that leave schools alone; the others take the whole district each time, or nothing."""
TABLES = ("perimeter", "coverage", "coverage_gap", "gate_slot", "service_area")
KEYS = (
    "school_code",
    "gate_id",
    "bell_slot_id",
    "date_type",
    "post_code",
    "minutes",
    "ring_m",
    "metric",
    "day_type",
    "slot",
)
LON, LAT = 119.5, 31.7
STEP = 0.004
pytestmark = pytest.mark.usefixtures("database")


def results(table: str) -> pd.DataFrame:
    """All rows of a result in the order of their keys, without the run that made them."""
    found = rows(f"SELECT * FROM out.{table}").drop(columns="run_id")
    keys = [name for name in KEYS if name in found]
    return found.sort_values(keys, ignore_index=True)


def assert_equal(one: pd.DataFrame, other: pd.DataFrame, what: str) -> None:
    """Want the same rows; areas and outlines to a tenth of a millimetre, for schools measured together or alone."""
    keys = [name for name in KEYS if name in one]
    own, others = (set(frame[keys].astype(str).itertuples(index=False, name=None)) for frame in (one, other))
    assert own ^ others == set(), f"{what}; {len(own - others)} rows too many, {len(others - own)} too few"
    pd.testing.assert_frame_equal(
        one.drop(columns="geom", errors="ignore"), other.drop(columns="geom", errors="ignore"), rtol=1e-9, atol=1e-6,
        obj=what,
    )  # fmt: skip
    if "geom" in one:
        mine, theirs = (frame["geom"].to_numpy() for frame in (one, other))
        far = ~shapely.equals_exact(mine, theirs, tolerance=1e-9)
        apart = shapely.area(shapely.symmetric_difference(mine[far], theirs[far]))
        assert (apart <= shapely.length(mine[far]) * 1e-9).all(), what


def runs(table: str) -> pd.DataFrame:
    """The runs that a school's rows of a result are of."""
    by = "post_code" if table == "service_area" else "school_code"
    return rows(f"SELECT DISTINCT {by}, run_id FROM out.{table} ORDER BY 1, 2")


def assert_as_a_full_build(what: str) -> None:
    made = {table: results(table) for table in TABLES}
    build(JOBS)
    for table, rows_before in made.items():
        assert_equal(rows_before, results(table), f"{table} after {what}")


@pytest.fixture
def facts() -> Facts:
    return Facts()


@pytest.fixture
def edits(facts: Facts) -> Edits:
    return Edits(facts, seed=11, day=TODAY, account=account_of(sign_in("d1")))


@pytest.fixture
def district(facts: Facts) -> Facts:
    """Ten schools on two grids of streets that no road joins, with posts, duties, bells and days of their own."""
    for grid in range(2):
        west = LON + grid * 0.05
        for line in range(4):
            at = line * STEP
            for begin in range(3):
                east, north = west + begin * STEP, LAT + begin * STEP
                facts.add(
                    "road",
                    geom=shapely.LineString([(east, LAT + at), (east + STEP, LAT + at)]),
                    **{"class": "tertiary"},
                )
                facts.add(
                    "road",
                    geom=shapely.LineString([(west + at, north), (west + at, north + STEP)]),
                    oneway=line == 2,
                )
        for number in range(5):
            lon, lat = west + (number % 3 + 0.5) * STEP, LAT + (number // 3 + 0.4) * STEP
            school = facts.school(
                lon, lat, point=number == 4, stage="primary", pupils=[None, 500][number % 2]
            )
            if number != 1:
                facts.add("gate", school_code=school, name="east", geom=shapely.Point(lon + 0.001, lat))
            if number == 2:
                facts.add("gate", school_code=school, name="west", geom=shapely.Point(lon - 0.001, lat))
            if number != 3:
                facts.add("bell_slot", school_code=school, direction="in", start="07:50")
                facts.add(
                    "bell_slot", school_code=school, direction="out", start="16:30", weekdays=[0, 1, 2, 3, 4]
                )
            post = facts.post(lon + 0.0012, lat, force="police" if number % 2 else "auxiliary")
            facts.add(
                "duty", post_code=post, school_code=[school, None][number % 2], start="07:30", end="08:00"
            )
            other = facts.post(
                west + number * 0.002, LAT + STEP, mobility=["foot", "car"][number % 2], force=None
            )
            facts.add("duty", post_code=other, start="07:00", end="18:00", weekdays=[0, 1, 2, 3, 4])
    facts.post(LON + 0.2, LAT, type="police_station")  # on duty all day, and no road leads away from it
    facts.add("duty_exception", date=TODAY + timedelta(days=1), post_code=post, change="absent")
    facts.add("calendar", date=TODAY + timedelta(days=4), is_school_day=False)
    return facts


def test_nothing_edited_nothing_written_and_a_full_build_says_the_same(district) -> None:
    build(JOBS)
    before = {table: runs(table) for table in TABLES}
    report = build(JOBS, only_changed=True)
    # zones are so little work that they are always ranked anew
    assert {result.rows for result in report.results if result.job != "zones"} == {0}
    for table in TABLES:
        pd.testing.assert_frame_equal(before[table], runs(table))
        assert len(before[table])
    assert_as_a_full_build("nothing")


def touched(edit: Callable[[], object], table: str = "gate_slot") -> set[str]:
    """Build, edit, build what changed; gives the schools whose rows were written anew."""
    build(JOBS)
    before = runs(table)
    edit()
    build(JOBS, only_changed=True)
    return set(
        runs(table).merge(before, how="left", indicator=True).query("_merge == 'left_only'").iloc[:, 0]
    )


@pytest.mark.parametrize("table", ["coverage", "gate_slot"])
def test_what_is_edited_on_one_side_leaves_the_other_side_alone(table, district) -> None:
    posts = rows("SELECT code FROM core.post WHERE ST_X(geom) < 119.53 ORDER BY code")["code"]
    near = set(rows("SELECT code FROM core.school WHERE ST_X(ST_Centroid(geom)) < 119.53")["code"])
    changed = touched(
        lambda: as_owner(
            "UPDATE core.duty SET start = '06:30', \"end\" = '06:40' WHERE post_code = :code", code=posts[0]
        ),
        table,
    )
    assert changed
    assert changed <= near
    assert_as_a_full_build("an edit on one side")


def test_a_name_changes_no_figure_and_a_bell_only_its_own_school(district) -> None:
    assert touched(lambda: as_owner("UPDATE core.school SET name = 'other', digest = 'x'")) == set()
    school = rows("SELECT school_code FROM core.bell_slot ORDER BY code LIMIT 1")["school_code"][0]
    bell = "UPDATE core.bell_slot SET start = '08:10' WHERE school_code = :code AND direction = 'in'"
    assert school in touched(lambda: as_owner(bell, code=school))
    assert_as_a_full_build("names and a bell")


def test_a_school_that_is_gone_leaves_no_row(district) -> None:
    school = rows("SELECT min(code) AS code FROM core.school")["code"][0]
    touched(lambda: as_owner("DELETE FROM core.school WHERE code = :code", code=school))
    for table in TABLES[:-1]:
        assert rows(f"SELECT count(*) AS n FROM out.{table} WHERE school_code = '{school}'")["n"][0] == 0
    assert_as_a_full_build("a school less")


def test_200_random_edits_each_end_as_a_full_build_would(district, edits) -> None:
    each = 1 if os.environ.get(FULL) else 20
    build(JOBS)
    done: list[str] = []
    for number in range(1, 201):
        done.append(edits.any())
        build(JOBS, only_changed=True)
        if number % each == 0:
            assert_as_a_full_build(f"edit {number}: {done[-each:]}")
