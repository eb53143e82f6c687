"""The made-up district, loaded as any other, has the cover that PostGIS finds by brute force."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely

from data.bulk import read_frame
from data.migrate import ensure_database
from data.session import unit_of_work
from data.settings import DbRole
from etl.build import build
from etl.intake import load
from etl.training import write_training_district
from geo import crs
from tests.database import brute_force

if TYPE_CHECKING:
    from pathlib import Path

TODAY = datetime.now(tz=ZoneInfo("Asia/Shanghai")).date()
KINDS_READ = {"area", "school", "bell_slot", "post", "duty"}


@pytest.mark.usefixtures("database")
def test_the_training_districts_cover_equals_brute_force_in_postgis(tmp_path: Path) -> None:
    ensure_database(training=True)
    manifest = write_training_district(tmp_path, as_of=TODAY)
    kind_of = {one.file: one.kind for one in manifest.written}
    for path, source in manifest.files:
        if kind_of[path.name] in KINDS_READ:
            load(path, source)
    report = build([])
    both = brute_force.assert_equal(day=TODAY, epsg=4549)
    assert {result.schools for result in report.results} == {both["school_code"].nunique()}
    assert set(both["slot"]) >= {"all", "morning_in", "afternoon_out"}
    assert 0.1 < both["covered_share"].mean() < 0.9
    with unit_of_work(DbRole.LOADER) as connection:
        for table in ("perimeter", "coverage_gap"):
            made = read_frame(connection, f"SELECT geom, area_m2 FROM out.{table}")
            shapes = made["geom"].to_numpy()
            assert shapely.is_valid(shapes).all()
            np.testing.assert_allclose(shapely.area(crs.to_metric(shapes, 4549)), made["area_m2"], atol=0.01)
