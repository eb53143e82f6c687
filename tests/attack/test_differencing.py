"""Answers held against answers: of roles, routes, pages, files, builds and days. No small number follows from them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import psycopg
import pytest
import streamlit as st
from scipy.optimize import Bounds, LinearConstraint, milp
from sqlalchemy import text as sql
from sqlalchemy.exc import ProgrammingError
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from dashboard import class_queries, queries, viewer
from dashboard.components.area_classes import table_html
from dashboard.routes import routes
from data.models import Base
from data.rights import parts_of, rights
from data.session import unit_of_work, viewer_transaction
from data.settings import DbRole
from etl.build import build
from etl.cli import run
from geo.hexagons import neighbour_pairs
from geo.hotspot_release import LEAST, release
from layers.registry import LAYERS
from tests.app.small_district import make_district
from tests.app.small_zones import put_overdue_hazard, put_zones
from tests.database.viewers import as_owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CELLS = {
    ("P01", "2025-H2"): "50-99",
    ("P01", "2026-H1"): "withheld",
    ("P02", "2025-H2"): "100+",
    ("P02", "2026-H1"): "25-49",
}
CELL = """
    INSERT INTO out.area_person_class (district_code, area_code, half_year, class, run_id)
    SELECT '999901', :area, :half_year, :class, max(id) FROM audit.run
"""
YEAR = """
    INSERT INTO out.school_event_class (district_code, school_id, school_year, school_code, class, run_id)
    SELECT s.district_code, s.id, 2025, s.code, '25-49', r.id
      FROM core.school AS s, (SELECT max(id) AS id FROM audit.run) AS r WHERE s.code IN ('S000', 'S001')
"""
EVENTS = 4711
"""Of a zone: a number that is found wherever it is shown."""
SEES_CLASSES = ("commander", "committee")
ROLES = ("commander", "committee", "bureau", "school", "unit", "steward", "auditor", "admin")
ADDRESSES = (
    *(layer.url for layer in LAYERS if "{" not in layer.url), "/layers/perimeter?ring_m=200", "/layers/area_person_class",
    "/layers/school_event_class", "/layers/police_area?half_year=2025-H2", "/layers/perimeter?ring_m=200&as_of=2025-12-31",
    "/tiles/area_person_class/1/1/0", "/papers/area_person_class", "/papers/notices.docx?date=2026-03-04&title=x&first=1&decided=0&lang=zh",
    "/papers/map.pdf?date=2026-03-04&title=x&first=1&decided=0", "/print/orders?date=2026-03-04&slot=morning_in",
)  # fmt: skip


def rectification() -> None:
    from dashboard.app_pages.rectification import rectification_page

    rectification_page()


def command() -> None:
    from dashboard.app_pages.command import command_page

    command_page()


@pytest.fixture(scope="module")
def told(shared_database: str) -> Iterator[str]:
    """A district with cells by police area, a class of two schools' events, and a zone with many events."""
    make_district(schools=2, posts=1)
    put_zones(["S000"], events=(EVENTS,))
    put_overdue_hazard("H0", "S000", "城管局")
    for (area, half_year), word in CELLS.items():
        as_owner(CELL, area=area, half_year=half_year, **{"class": word})
    as_owner(YEAR)
    st.cache_data.clear()
    yield shared_database
    st.cache_data.clear()


@pytest.fixture
def look(told: str, local_assets: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Give a switch of who looks, by role."""
    held = {"token": ""}
    monkeypatch.setattr(viewer, "_of_page", lambda: held["token"])

    def as_(role: str) -> str:
        held["token"] = sign_in("999901", role=role, schools=["S000"] if role == "school" else ())
        return held["token"]

    return as_


def cells_of(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {
        (row.area_code, row.half_year): row.cls for row in frame.rename(columns={"class": "cls"}).itertuples()
    }


# --- classes by police area


def test_every_role_that_sees_a_cell_sees_the_same_one_on_every_way(
    look: Callable[[str], str], tmp_path: Path
) -> None:
    pages = []
    for role in SEES_CLASSES:
        token = look(role)
        assert cells_of(class_queries.area_classes(queries.situation())) == CELLS
        with viewer_transaction(token) as connection:
            rows = connection.execute(
                sql("SELECT area_code, half_year, class FROM out.area_person_class")
            ).all()
        assert {(row[0], row[1]): row[2] for row in rows} == CELLS
        pages.append(table_html(class_queries.area_classes(queries.situation())))
    assert len(set(pages)) == 1
    for suffix, read in ((".csv", pd.read_csv), (".xlsx", pd.read_excel)):
        path = tmp_path / f"cells{suffix}"
        assert run(["export", "area_person_class", str(path)]) == 0
        assert cells_of(read(path)) == CELLS


def test_one_police_areas_commander_sees_its_cells_as_everybody_does_and_no_others(told: str) -> None:
    token = sign_in("999901", areas=["P01"])
    with viewer_transaction(token) as connection:
        rows = connection.execute(sql("SELECT area_code, half_year, class FROM out.area_person_class")).all()
    assert {(row[0], row[1]): row[2] for row in rows} == {
        key: word for key, word in CELLS.items() if key[0] == "P01"
    }


@pytest.mark.parametrize("role", ROLES)
def test_no_route_gives_a_cell_or_a_class_to_anybody(look: Callable[[str], str], role: str) -> None:
    look(role)
    with TestClient(Starlette(routes=routes())) as client:
        answers = {address: client.get(address) for address in ADDRESSES}
    assert sum(answer.status_code == 200 for answer in answers.values()) > 0 or role in ("auditor", "admin")
    for address, answer in answers.items():
        for word in ("50-99", "50–99", "100+", "25-49", "25–49", "2025-H2", "withheld", str(EVENTS)):
            if word == str(EVENTS) and role in SEES_CLASSES:
                continue
            assert word.encode() not in answer.content, (address, word)


def test_cells_have_no_shape_no_sum_no_earlier_day_and_no_second_place() -> None:
    named = {name for name, table in Base.metadata.tables.items() if "half_year" in table.columns}
    assert named == {"out.area_person_class"}
    columns = set(Base.metadata.tables["out.area_person_class"].columns.keys())
    assert columns == {"district_code", "area_code", "half_year", "class", "run_id"}
    assert "out.area_person_class" not in rights().layers.values()


@pytest.mark.parametrize("role", DbRole)
def test_nobody_rewrites_a_cell(told: str, role: DbRole) -> None:
    if role is DbRole.OWNER:
        return
    again = "INSERT INTO out.area_person_class SELECT district_code, area_code, half_year, '<10', run_id FROM out.area_person_class"
    for statement in (
        "UPDATE out.area_person_class SET class = '<10'", "DELETE FROM out.area_person_class", "TRUNCATE out.area_person_class",
        f"{again} ON CONFLICT (district_code, area_code, half_year) DO UPDATE SET class = excluded.class",
        "ALTER TABLE out.area_person_class DISABLE ROW LEVEL SECURITY",
    ):  # fmt: skip
        with unit_of_work(role) as connection, pytest.raises(ProgrammingError) as caught:
            connection.execute(sql(statement))
        assert isinstance(caught.value.orig, psycopg.errors.InsufficientPrivilege)


def test_no_build_undo_or_look_at_an_earlier_day_changes_a_cell(told: str, tmp_path: Path) -> None:
    def held() -> list[tuple[object, ...]]:
        with unit_of_work(DbRole.OWNER) as connection:
            return [
                tuple(row)
                for row in connection.execute(sql("SELECT * FROM out.area_person_class ORDER BY 2, 3"))
            ]

    before = held()
    files = {"a": "N1,新学校,121.3,34.2", "b": "N1,新学校,121.3,34.2\nN2,又一所,121.31,34.2"}
    for name, rows in files.items():
        (tmp_path / f"{name}.csv").write_text(f"code,name,lon,lat\n{rows}\n", encoding="utf-8")
    (tmp_path / "a.yml").write_text(
        "name: more\nkind: school\ncrs: wgs84\ncolumns: {code: code, name: name}\ngeometry: {lon: lon, lat: lat}\n"
    )
    for name in files:
        assert run(["load", str(tmp_path / f"{name}.csv"), "--source", str(tmp_path / "a.yml")]) == 0
        build(["counts"])
    assert run(["load", "--undo", str(as_owner("SELECT max(id) FROM raw.batch"))]) == 0
    build(["counts"])
    assert run(["build", "counts", "--as-of", "2026-01-31"]) == 0
    assert held() == before
    assert as_owner("SELECT to_regclass('out_asof.area_person_class')") is None


# --- what education and units are told of events


def shown(app: AppTest) -> str:
    assert not app.exception
    parts = [each.proto.body for each in app.get("html")]
    parts += [
        str(getattr(each, "value", ""))
        for kind in ("markdown", "caption", "info", "metric")
        for each in app.get(kind)
    ]
    parts += [frame.value.to_csv() for frame in app.dataframe]
    return "\n".join(parts)


def opened(page: Callable[[], None], **address: str) -> str:
    app = AppTest.from_function(page, default_timeout=90)
    for name, value in address.items():
        app.query_params[name] = value
    return shown(app.run())


@pytest.mark.parametrize("role", ["bureau", "school", "unit"])
def test_who_does_not_decide_is_told_no_number_of_events_on_any_page(
    look: Callable[[str], str], role: str
) -> None:
    as_owner("UPDATE out.school_event_class SET class = '25-49'")
    look("committee")
    assert str(EVENTS) in opened(rectification, rect="zones", zone="T1:S000").replace(",", "")
    look(role)
    asked = [{"rect": part} for part in (*parts_of("local"), "none")]
    whole = [opened(rectification, zone="T1:S000", school="S000", **address) for address in asked]
    if role != "unit":
        whole += [opened(command, mode=mode, school="S000") for mode in ("guard", "response", "perimeter")]
    for page in whole:
        assert str(EVENTS) not in page.replace(",", "")
        assert "2025-H2" not in page
    tables = [
        name for name in Base.metadata.tables if name.startswith(("out.hotspot", "out.event", "out.focus"))
    ]
    token = look(role)
    for name in tables:
        with viewer_transaction(token) as connection:
            assert connection.execute(sql(f"SELECT count(*) FROM {name}")).scalar_one() == 0


# --- files of hotspots, two builds apart


def hexagons(rings: int) -> np.ndarray:
    """Give the ids of a patch of the grid."""
    spans = itertools.product(range(-rings, rings + 1), repeat=2)
    return np.array([f"4549_300_{q}_{r}" for q, r in spans if abs(q + r) <= rings], dtype=object)


class File:
    """What a file of one build tells: counts, sums of neighbourhoods, the total."""

    def __init__(self, ids: np.ndarray, counts: np.ndarray) -> None:
        first, second = neighbour_pairs(ids)
        sizes = np.bincount(first, minlength=len(ids)) + 1
        told = release(ids, counts, sizes, total=int(counts.sum()), cells=len(ids))
        self.rows: list[tuple[np.ndarray, float, float]] = []
        for row in range(len(ids)):
            alone = np.zeros(len(ids))
            alone[row] = 1
            self.rows.append((alone, counts[row], counts[row]) if told.counts[row] else (alone, 0, LEAST - 1))
            if told.sums[row]:
                around = alone.copy()
                around[second[first == row]] = 1
                self.rows.append((around, around @ counts, around @ counts))
        if told.total:
            self.rows.append((np.ones(len(ids)), counts.sum(), counts.sum()))
        self.told = told


def extremes(before: File, after: File, cell: int, cells: int, *, came: int) -> tuple[int, int]:
    """Give the least and most that a count can have been, to somebody with both files who knows how many events came between."""
    rows = [(np.concatenate([a, np.zeros(cells)]), low, high) for a, low, high in before.rows]
    rows += [(np.concatenate([a, a]), low, high) for a, low, high in after.rows]
    rows += [(np.concatenate([np.zeros(cells), np.ones(cells)]), came, came)]
    matrix, low, high = (np.array(each) for each in zip(*rows, strict=True))
    found = []
    for sign in (1, -1):
        goal = np.zeros(2 * cells)
        goal[cell] = sign
        done = milp(
            goal, constraints=LinearConstraint(matrix, low, high), bounds=Bounds(0, np.inf), integrality=1
        )
        assert done.success
        found.append(round(sign * done.fun))
    return found[0], found[1]


@pytest.mark.parametrize("seed", range(6))
def test_two_builds_with_a_known_number_of_events_between_them_tell_no_count_under_ten(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = hexagons(3)
    counts = rng.poisson(3.0, len(ids)) + np.where(
        rng.random(len(ids)) < 0.15, rng.integers(8, 30, len(ids)), 0
    )
    later = counts.copy()
    np.add.at(later, rng.integers(0, len(ids), 2), 1)
    before, after = File(ids, counts), File(ids, later)
    hidden = np.flatnonzero(~before.told.counts & ~after.told.counts)
    assert before.told.counts.any()
    for cell in rng.choice(hidden, min(6, len(hidden)), replace=False):
        least, most = extremes(before, after, int(cell), len(ids), came=2)
        assert least <= counts[cell] <= most
        assert most > least, (seed, cell)
