"""How classes of small numbers stand on pages: in words, without a number, sum, order or colour of their own."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import pytest

from dashboard import class_queries
from dashboard.class_words import class_text
from dashboard.components import area_classes, event_class
from geo.terms import CountClass

if TYPE_CHECKING:
    from dashboard.queries import Situation

ROLES = ("commander", "committee", "bureau", "school", "unit", "steward", "auditor", "admin", "")


def cells(*rows: tuple[str, str | None, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["area_code", "name", "half_year", "class"])


CELLS = cells(
    ("P2", "<b>二所</b>", "2026-H1", "10-24"), ("P2", "<b>二所</b>", "2026-H2", "withheld"), ("P1", "一所", "2026-H2", "<10"),
    ("P3", None, "2026-H1", "100+"),
)  # fmt: skip


def words(html: str) -> list[list[str]]:
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", html)]


def situation(role: str) -> Situation:
    return cast("Situation", SimpleNamespace(role=role, as_of=pd.Timestamp("2026-10-01").date(), stamp="s"))


def test_the_table_has_an_area_a_row_by_code_and_a_half_year_a_column_and_no_sum() -> None:
    html = area_classes.table_html(CELLS)
    assert words(html) == [
        ["派出所辖区", "2026年上半年", "2026年下半年"],
        ["一所", "–", "少于10，不公布"],
        ["&lt;b&gt;二所&lt;/b&gt;", "10–24", "本期不公布"],
        ["P3", "100及以上", "–"],
    ]
    assert "依法登记对象数（按辖区，分档）" in html
    assert html.index("大多数辖区显示“少于10，不公布”") < html.index("<table")
    assert "style=" not in html
    assert "重点人员" not in html


def test_every_class_has_words_of_its_own() -> None:
    said = [class_text(str(word)) for word in CountClass]
    assert len(set(said)) == len(said)
    assert said[0] == "少于10，不公布"


@pytest.mark.parametrize("role", ROLES)
def test_only_commander_and_committee_ever_ask_for_classes_of_areas(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(now: Situation) -> pd.DataFrame:
        asked.append(now.role)
        return CELLS.iloc[:0]

    monkeypatch.setattr(class_queries, "area_classes", ask)
    area_classes.area_classes_part(situation(role))
    assert asked == ([role] if role in {"commander", "committee"} else [])


def test_a_school_s_card_says_the_classes_of_this_and_the_last_school_year() -> None:
    html = event_class.classes_html({2026: "<10", 2025: "10-24", 2024: "100+"}, 2026)
    assert re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html) == [
        ("本学年（2026–2027）周边500米警情", "少于10，不公布"),
        ("上学年（2025–2026）周边500米警情", "10–24"),
    ]
    assert "–</dd>" in event_class.classes_html({2026: "<10"}, 2026)


@pytest.mark.parametrize("role", ROLES)
def test_the_card_says_them_to_education_alone(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_: Any) -> dict[int, str]:
        return {2026: "<10"}

    monkeypatch.setattr(class_queries, "event_classes", ask)
    assert bool(event_class.event_class_html(situation(role), "S1")) == (role in {"bureau", "school"})
    monkeypatch.setattr(class_queries, "event_classes", lambda *_: {})
    assert event_class.event_class_html(situation(role), "S1") == ""
