"""The training district's hotspots: nothing is lost, every hexagon is there, and no small count leaves in a file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from scipy.optimize import linprog

from data.bulk import read_frame
from data.migrate import ensure_database
from data.session import unit_of_work
from data.settings import DbRole
from etl.build import build
from etl.cli import run
from etl.intake import load
from etl.training import write_training_district
from geo.hexagons import neighbour_pairs

if TYPE_CHECKING:
    from pathlib import Path

TODAY = datetime.now(tz=ZoneInfo("Asia/Shanghai")).date()
KINDS_READ = {"area", "school", "basemap", "incident"}
SMALL = 10


@pytest.fixture(scope="module")
def district(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the code of the training district, with its events judged."""
    folder = tmp_path_factory.mktemp("training")
    ensure_database(training=True)
    manifest = write_training_district(folder, as_of=TODAY)
    kind_of = {one.file: one.kind for one in manifest.written}
    for path, source in manifest.files:
        if kind_of[path.name] in KINDS_READ:
            load(path, source)
    build(["hotspots"])
    return str(rows("SELECT code FROM core.area WHERE level = 'district'")["code"][0])


def rows(query: str) -> pd.DataFrame:
    with unit_of_work(DbRole.LOADER) as connection:
        return read_frame(connection, query)


def test_no_event_is_lost_and_none_counted_twice(district: str) -> None:
    (loaded,) = rows("SELECT count(*) AS n FROM core.incident")["n"]
    assert loaded == 1500
    sums = rows(
        "SELECT length(period) AS digits, category = 'all' AS whole, sum(count) AS n FROM out.hotspot_sum GROUP BY 1, 2"
    )
    assert sums["n"].tolist() == [loaded] * 4
    totals = rows("SELECT sum(events) AS n FROM out.hotspot_grid")
    assert totals["n"].tolist() == [loaded]


def test_every_hexagon_that_touches_the_district_is_there_and_postgis_agrees(district: str) -> None:
    found = rows(
        f"""
        WITH own AS (SELECT ST_Translate(ST_Transform(geom, 4549), -500000, 0) AS g FROM core.area
                      WHERE level = 'district' AND code = '{district}')
        SELECT (SELECT count(*) FROM own, ST_HexagonGrid(100, own.g) AS h WHERE ST_Intersects(h.geom, own.g)) AS wanted,
               (SELECT count(*) FROM out.hotspot_cell AS c, own WHERE c.district_code = '{district}'
                   AND ST_Intersects(ST_Translate(ST_Transform(c.geom, 4549), -500000, 0), own.g)) AS held,
               (SELECT count(*) FROM out.hotspot_cell WHERE district_code = '{district}') AS cells
        """
    )
    wanted, held, cells = found.iloc[0]
    assert wanted > 30_000
    # The border is drawn anew in metres: a hexagon that it only grazes may fall on either side.
    assert abs(held - wanted) <= 2
    assert cells - held <= 2


def test_points_that_were_hidden_are_counted_in_their_hexagons(district: str) -> None:
    found = rows(
        f"""
        SELECT (SELECT count(*) FROM core.incident WHERE geom IS NULL AND district_code = '{district}') AS hidden,
               (SELECT count(*) FROM core.incident AS i LEFT JOIN
                       (SELECT cell_id, sum(count) AS n FROM out.hotspot_sum
                         WHERE category = 'all' AND length(period) = 4 GROUP BY 1) AS s USING (cell_id)
                 WHERE i.geom IS NULL AND i.district_code = '{district}' AND s.n IS NULL) AS lost
        """
    )
    assert found["hidden"][0] > SMALL
    assert found["lost"][0] == 0


def test_periods_say_how_they_changed_and_give_no_percentage_of_few(district: str) -> None:
    told = rows("SELECT period, category, events, measures FROM out.hotspot_period")
    changes = [one["change"] for one in told["measures"] if one["change"]]
    assert len(changes) > SMALL
    for change in changes:
        if min(change["before"], change["after"]) < 5:
            assert change.get("percent") is None
            assert change.get("ratio") is None
    clusters = [one["clusters"] for one in told["measures"] if one["clusters"]]
    assert any(one["found"] for one in clusters)
    assert all(
        cell.startswith("4549_100_") for one in clusters for each in one["found"] for cell in each["cells"]
    )


def test_from_the_file_no_count_under_10_can_be_worked_out(district: str, tmp_path: Path) -> None:
    assert run(["export", "hotspot", str(tmp_path / "h.csv"), "--lang", "en"]) == 0
    file = pd.read_csv(tmp_path / "h.csv")
    truth = rows(
        "SELECT district_code, cell_id, period, category, count, p FROM out.hotspot_sum WHERE length(period) = 4 AND category = 'all'"
    )
    figures = ["count", "expected", "z", "p", "q"]
    is_year = (file["category"] == "all") & file["period"].astype(str).str.fullmatch("[0-9]{4}")
    assert file.loc[~is_year, figures].isna().all(axis=None)
    assert (file["count"].dropna() >= SMALL).all()
    assert set(file.loc[is_year & file["count"].isna(), "count_class"]) == {"<10"}
    assert file["count"].notna().any()
    assert file["p"].notna().any()
    cells = rows("SELECT district_code, cell_id FROM out.hotspot_cell")
    for (code, period), told in file[is_year].groupby(["district_code", "period"]):
        own = cells.loc[cells["district_code"] == code, "cell_id"].to_numpy(dtype=object)
        real = truth[(truth["district_code"] == code) & (truth["period"] == str(period))]
        assert_nothing_follows(told, real.set_index("cell_id")["count"], own)


def assert_nothing_follows(told: pd.DataFrame, real: pd.Series, cells: np.ndarray) -> None:
    """Work out, as an attacker would, what each withheld count can be: p gives sums, expected the total."""
    spots = {cell: row for row, cell in enumerate(cells)}
    first, second = neighbour_pairs(cells)
    sizes = np.bincount(first, minlength=len(cells)) + 1
    counted = told[told["count"].notna()]
    known = {
        spots[cell]: int(count) for cell, count in zip(counted["cell_id"], counted["count"], strict=True)
    }
    peaks = told[told["p"].notna()]
    sums = []
    for cell, p, expected in zip(peaks["cell_id"], peaks["p"], peaks["expected"], strict=True):
        row = spots[cell]
        total = round(expected * len(cells) / sizes[row])
        tails = scipy.stats.binom.sf(np.arange(total), total, sizes[row] / len(cells))
        held = int(np.abs(np.log(np.maximum(tails, 1e-300)) - np.log(p)).argmin()) + 1
        around = {row, *second[first == row].tolist()}
        assert held == sum(real.get(cells[one], 0) for one in around)  # the attack does work
        sums.append((around, held))
    asked = sorted(set().union(*(around for around, _ in sums)) - known.keys()) if sums else []
    column = {cell: number for number, cell in enumerate(asked)}
    # One more unknown is all the rest of the district.
    equal = np.zeros((len(sums), len(asked)))
    right = np.zeros(len(sums))
    for number, (around, held) in enumerate(sums):
        equal[number, [column[cell] for cell in around - known.keys()]] = 1
        right[number] = held - sum(known[cell] for cell in around & known.keys())
    for cell in asked:
        cost = np.zeros(len(asked))
        cost[column[cell]] = 1
        ends = [
            sign * linprog(sign * cost, A_eq=equal, b_eq=right, bounds=(0, SMALL - 1)).fun for sign in (1, -1)
        ]
        assert ends[1] - ends[0] >= 2
    if told["expected"].notna().any():
        row = told[told["expected"].notna()].iloc[0]
        total = round(row["expected"] * len(cells) / sizes[spots[row["cell_id"]]])
        within = set().union(*(around for around, _ in sums)) if sums else set()
        rest = (
            total - sum(held for _, held in sums) - sum(n for cell, n in known.items() if cell not in within)
        )
        assert rest >= SMALL
