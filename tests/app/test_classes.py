"""Classes of small numbers on the command page: background for those who command, the school's own for education."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.messages import text
from tests.app.signed_in import sign_in_as
from tests.app.small_district import make_district
from tests.database.viewers import as_owner

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

BACKGROUND, TITLE = text("classes.background", "zh"), text("classes.title", "zh")
CELL = """
    INSERT INTO out.area_person_class (district_code, area_code, half_year, class, run_id)
    SELECT '999901', 'P1', '2026-H1', '10-24', max(id) FROM audit.run
"""
YEAR = """
    INSERT INTO out.school_event_class (district_code, school_id, school_year, school_code, class, run_id)
    SELECT s.district_code, s.id, extract(year FROM r.as_of - interval '8 months'), s.code, '<10', r.id
      FROM core.school AS s, (SELECT id, as_of FROM audit.run ORDER BY id DESC LIMIT 1) AS r WHERE s.code = 'S000'
"""


@pytest.fixture
def told(page):
    """A district with a cell by police area and a class of one school's events."""
    make_district(schools=2, posts=1)
    as_owner(CELL)
    as_owner(YEAR)
    return page


def shown(app: AppTest) -> str:
    assert not app.exception
    return "".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("role", ["commander", "committee"])
def test_those_who_command_find_the_table_under_background(told, monkeypatch, role: str) -> None:
    sign_in_as(monkeypatch, role)
    app = told(mode="perimeter")
    app.selectbox(key="search").set_value("S000").run()
    assert BACKGROUND in [part.label for part in app.expander]
    assert TITLE in shown(app)
    assert "<td>10–24</td>" in shown(app)
    assert '<dl class="campus-classes">' not in shown(app)
    assert len(app.dataframe) == 1, "nothing of it can be sorted"


@pytest.mark.parametrize("role", ["bureau", "school"])
def test_education_sees_the_class_of_its_school_and_nothing_of_areas(told, monkeypatch, role: str) -> None:
    sign_in_as(monkeypatch, role, schools=["S000"] if role == "school" else ())
    app = told(mode="perimeter")
    if role == "bureau":  # a school's page opens on the school
        app.selectbox(key="search").set_value("S000").run()
    assert BACKGROUND not in [part.label for part in app.expander]
    assert TITLE not in shown(app)
    assert f"<dd>{text('classes.word.under_10', 'zh')}</dd>" in shown(app)


def test_without_a_cell_there_is_no_background(page, monkeypatch) -> None:
    make_district(schools=2, posts=1)
    sign_in_as(monkeypatch, "commander")
    app = page(mode="perimeter")
    assert not app.exception
    assert BACKGROUND not in [part.label for part in app.expander]
