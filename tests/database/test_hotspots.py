"""What a build says of hotspots is what esda, scipy and statsmodels say of the same counts; bad input is answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import libpysal
import numpy as np
import pytest
import scipy.sparse
import scipy.stats
import shapely
from esda.getisord import G_Local
from libpysal.weights import WSP
from statsmodels.stats.multitest import fdrcorrection

from data.bulk import read_frame
from data.repositories import settings
from data.session import unit_of_work
from data.settings import DbRole
from etl.build import build
from etl.cli import run
from etl.intake import Options, load
from geo.hexagons import cell_ids

if TYPE_CHECKING:
    import pandas as pd

pytestmark = pytest.mark.usefixtures("database")

TODAY = datetime.now(tz=ZoneInfo("Asia/Shanghai")).date()
GEODANET = Path(libpysal.__file__).parent / "examples" / "geodanet"
CRIMES = "name: crimes\nkind: incident\ncolumns: {code: POLYID, category: {value: theft}, occurred_at: {value: '2025-03-05 21:43'}}\n"
CALLS = """
name: calls
kind: incident
crs: wgs84
columns: {category: category, occurred_at: time}
geometry: {lon: x, lat: y}
"""
TABLES = ("hotspot_grid", "hotspot_cell", "hotspot_period", "hotspot_sum", "event_density")
PLACE = (119.58, 31.74)
MILLIMETRE = 0.001


def rows(query: str) -> pd.DataFrame:
    with unit_of_work(DbRole.LOADER) as connection:
        return read_frame(connection, query)


def calls(folder: Path, *lines: str, source: str = CALLS, **options: Any) -> None:
    file, described = folder / "calls.csv", folder / "calls.yml"
    described.write_text(source, encoding="utf-8")
    file.write_text("\n".join(["category,time,x,y", *lines]) + "\n", encoding="utf-8")
    load(file, described, Options(**options))


def call(time: str = "2025-03-05 21:43", place: tuple[float, float] = PLACE, category: str = "theft") -> str:
    return f"{category},{time},{place[0]},{place[1]}"


def counts_by_table(schema: str = "out") -> dict[str, int]:
    return {table: int(rows(f"SELECT count(*) AS n FROM {schema}.{table}")["n"][0]) for table in TABLES}


def digest(*, without_run: bool = False) -> list[str]:
    row = "to_jsonb(t) - 'run_id'" if without_run else "t"
    parts = (
        f"SELECT md5(string_agg(({row})::text, '|' ORDER BY ({row})::text)) AS d FROM out.{t} AS t"
        for t in TABLES
    )
    return [str(rows(part)["d"][0]) for part in parts]


def touching(shapes: Any) -> tuple[Any, Any]:
    """Pair hexagons that touch, itself included, by their drawn shapes."""
    tree = shapely.STRtree(shapes)
    return tree.query(shapely.buffer(shapes, 1e-7), predicate="intersects")


def test_every_hexagon_of_geodanet_has_the_figures_of_the_libraries_that_others_trust(tmp_path: Path) -> None:
    described = tmp_path / "crimes.yml"
    described.write_text(CRIMES, encoding="utf-8")
    assert load(GEODANET / "crimes.shp", described).accepted == 287
    build(["hotspots"])
    every = rows("SELECT * FROM out.hotspot ORDER BY period, category, cell_id")
    assert set(zip(every["period"], every["category"], strict=True)) == {
        (period, category) for period in ("2025", "2025-03") for category in ("all", "theft")
    }
    found = every[(every["period"] == "2025") & (every["category"] == "all")].reset_index(drop=True)
    assert found["count"].sum() == 287
    pairs = touching(found["geom"].to_numpy())
    n = len(found)
    weights = scipy.sparse.csr_matrix((np.ones(len(pairs[0])), pairs), shape=(n, n))
    sizes = np.asarray(weights.sum(axis=1)).ravel()
    assert set(sizes) <= set(range(1, 8))
    star = WSP(weights).to_W(silence_warnings=True)
    z = G_Local(found["count"].to_numpy(float), star, transform="B", permutations=0, star=True).Zs
    assert np.abs(found["z"].to_numpy() - z).max() < 1e-9
    p = scipy.stats.binom.sf(weights @ found["count"].to_numpy() - 1, 287, sizes / n)
    np.testing.assert_allclose(found["p"], p, rtol=1e-9)
    np.testing.assert_allclose(found["q"], fdrcorrection(p)[1], rtol=1e-9)
    np.testing.assert_allclose(found["expected"], 287 * sizes / n)
    assert ((found["class"] == "hot") == (found["q"] <= 0.05)).all()
    assert (found["class"] == "hot").any()


def test_without_an_area_every_hexagon_within_500_m_of_an_event_is_there(tmp_path: Path) -> None:
    calls(tmp_path, call(), call(place=(119.6, 31.75)))
    build(["hotspots"])
    away = rows(
        """
        SELECT c.cell_id, min(ST_Distance(ST_Transform(c.geom, 4549), ST_Transform(i.geom, 4549))) AS m
          FROM out.hotspot_cell AS c CROSS JOIN core.incident AS i GROUP BY 1
        """
    )
    assert away["m"].max() <= 500 + MILLIMETRE
    area = np.pi * 500**2  # hexagons that touch a disc cover it, and no more than one more ring
    cell = 1.5 * np.sqrt(3) * 100**2
    assert 2 * area / cell < len(away) < 2 * np.pi * 700**2 / cell


def test_no_events_is_a_sentence_and_no_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", "hotspots", "--lang", "en"]) == 0
    assert "no events" in capsys.readouterr().err
    assert set(counts_by_table().values()) == {0}


def test_events_that_all_lie_at_one_point_have_honest_rows(tmp_path: Path) -> None:
    calls(tmp_path, *[call(f"2025-03-{day:02d} 08:00") for day in range(1, 31)])
    build(["hotspots"])
    found = rows("SELECT * FROM out.hotspot WHERE period = '2025' AND category = 'all'")
    hot = found[found["class"] == "hot"]
    assert (found["count"].sum(), found["count"].max(), len(hot)) == (30, 30, 7)
    measures = rows("SELECT measures FROM out.hotspot_period WHERE period = '2025' AND category = 'all'")[
        "measures"
    ][0]
    assert [cluster["events"] for cluster in measures["clusters"]["found"]] == [30]
    assert rows("SELECT measures FROM out.hotspot_grid")["measures"][0]["rounding"]["is_stacked"]


def test_a_single_event_is_no_hotspot_of_certainty(tmp_path: Path) -> None:
    calls(tmp_path, call())
    build(["hotspots"])
    found = rows("SELECT * FROM out.hotspot WHERE category = 'all' AND period = '2025'")
    assert found["count"].sum() == 1
    assert found["p"].min() == pytest.approx(7 / len(found))
    assert (found["class"] == "not_significant").all()


def test_events_after_today_are_left_out_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    later = (TODAY + timedelta(days=3)).isoformat()
    calls(tmp_path, call(), call(f"{later} 08:00"))
    assert run(["build", "hotspots", "--lang", "en"]) == 0
    assert f"1 events are dated after {TODAY.isoformat()}" in capsys.readouterr().err
    grid = rows("SELECT events, measures FROM out.hotspot_grid")
    assert (grid["events"][0], grid["measures"][0]["left_out"]) == (1, {"future": 1})
    assert set(rows("SELECT DISTINCT period FROM out.hotspot_period")["period"]) == {"2025", "2025-03"}


def test_only_future_events_have_no_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls(tmp_path, call(f"{(TODAY + timedelta(days=3)).isoformat()} 08:00"))
    assert run(["build", "hotspots", "--lang", "en"]) == 0
    assert "left out" in capsys.readouterr().err
    assert set(counts_by_table().values()) == {0}


def test_months_are_those_of_the_districts_clock(tmp_path: Path) -> None:
    calls(tmp_path, call("2025-03-31T17:30:00Z"), call("2025-12-31T15:59:00Z"))
    build(["hotspots"])
    assert set(rows("SELECT DISTINCT period FROM out.hotspot_period")["period"]) == {
        "2025",
        "2025-04",
        "2025-12",
    }


def test_grids_of_two_zones_are_judged_apart(tmp_path: Path) -> None:
    far = (117.3, 31.74)
    calls(tmp_path, *[call()] * 1, *[call(f"2025-03-{day:02d} 08:00", far) for day in range(1, 6)])
    build(["hotspots"])
    periods = rows(
        "SELECT epsg, events FROM out.hotspot_period WHERE period = '2025' AND category = 'all' ORDER BY 1"
    )
    assert periods.to_numpy().tolist() == [[4548, 5], [4549, 1]]
    view = rows(
        "SELECT cell_id, sum(count) AS n, count(*) AS times FROM out.hotspot WHERE period = '2025' AND category = 'all' GROUP BY 1"
    )
    assert (view["times"] == 1).all()
    assert view["n"].sum() == 6


def test_building_twice_gives_the_same_rows_and_a_build_of_changes_none(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    spots = rng.normal(PLACE, 0.01, (200, 2))
    lines = [
        call(f"2025-{1 + n % 12:02d}-11 08:00", tuple(spot), ["theft", "affray"][n % 2])
        for n, spot in enumerate(spots)
    ]
    calls(tmp_path, *lines)
    build(["hotspots"])
    before = digest(without_run=True)
    build(["hotspots"])
    assert digest(without_run=True) == before
    as_built = digest()
    assert build(["hotspots"], only_changed=True).rows == 0
    assert digest() == as_built
    calls(tmp_path, call(place=(119.59, 31.75)))
    assert build(["hotspots"], only_changed=True).rows > 0
    assert rows("SELECT events FROM out.hotspot_grid")["events"][0] == 201


def test_an_earlier_day_has_the_events_of_that_day_and_leaves_the_present_alone(tmp_path: Path) -> None:
    week, month = TODAY - timedelta(days=7), TODAY - timedelta(days=30)
    calls(tmp_path, call(), valid_from=month)
    calls(tmp_path, call(place=(119.581, 31.741)), source=CALLS.replace("calls", "more"), valid_from=TODAY)
    build(["hotspots"])
    present = digest()
    build(["hotspots"], as_of=week)
    assert digest() == present
    assert rows("SELECT events FROM out.hotspot_grid")["events"].tolist() == [2]
    assert rows("SELECT events FROM out_asof.hotspot_grid")["events"].tolist() == [1]
    shown = rows(
        f"SELECT sum(count) AS n FROM out_asof.hotspot WHERE period = '2025' AND category = 'all' AND as_of = '{week}'"
    )
    assert shown["n"].tolist() == [1]
    build(["hotspots"], as_of=month - timedelta(days=1))
    assert rows("SELECT count(*) AS n FROM out_asof.hotspot_grid")["n"].tolist() == [1]


def test_events_that_are_gone_leave_no_rows(tmp_path: Path) -> None:
    calls(tmp_path, call())
    build(["hotspots"])
    assert all(counts_by_table().values())
    with unit_of_work(DbRole.OWNER) as connection:
        connection.exec_driver_sql(
            "UPDATE core.incident SET ended_by = recorded_by, valid_to = valid_from + 1"
        )
        connection.commit()
    build(["hotspots"])
    assert set(counts_by_table().values()) == {0}


@pytest.mark.parametrize("radius", [100, 200])
def test_an_event_that_is_known_by_its_hexagon_only_is_counted_there(tmp_path: Path, radius: int) -> None:
    with unit_of_work(DbRole.LOADER) as connection:
        settings.write(connection, "hexagon_m", radius, set_by="test")
        connection.commit()
    calls(tmp_path, call(), call("2025-04-01 08:00", (119.59, 31.745)))
    with unit_of_work(DbRole.OWNER) as connection:
        connection.exec_driver_sql("UPDATE core.incident SET geom = NULL WHERE occurred_at < '2025-03-31'")
        connection.commit()
    build(["hotspots"])
    (own,) = cell_ids(*PLACE)
    found = rows(
        "SELECT cell_id, geom FROM out.hotspot WHERE period = '2025-03' AND category = 'all' AND count = 1"
    )
    assert len(found) == 1
    if radius == 100:
        assert found["cell_id"][0] == own
    assert found["geom"].iloc[0].intersects(shapely.Point(PLACE).buffer(0.001))
    assert rows("SELECT measures FROM out.hotspot_grid")["measures"][0]["hidden"] == 1
