"""Whatever files, undos and pages say one after another: the page's value stands over the files that stand."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from etl.overrides import run as bring_into_line
from tests.properties.test_intake_undo import CONTENT, LOAD, SLOW, UNDO, Bureau, Model, take_back

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

DAY = date(2026, 9, 1)
CODES = st.sampled_from("abc")
PAGE = st.tuples(st.just("page"), CODES, st.sampled_from(["甲", "乙", "丙"]) | st.none())
"""A page sets a name, or takes it back."""
STEPS = st.lists(LOAD | UNDO | PAGE, min_size=2, max_size=9)
FEW = settings(SLOW, max_examples=20)


class Page:
    """Sets and takes back names as pages do, and has that put in force."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau = bureau
        self.names: dict[str, str] = {}

    def set(self, code: str, name: str | None, day: date) -> None:
        self.names.pop(code, None)
        values = {"code": f"{self.bureau.name}{code}", "at": f"{day} 12:00+08", "value": json.dumps(name)}
        with unit_of_work(DbRole.LOADER) as connection:
            connection.execute(
                text(
                    "UPDATE work.override SET revoked_at = :at, revoked_by = 1 WHERE code = :code "
                    "AND revoked_at IS NULL"
                ),
                values,
            )
            if name is not None:
                self.names[code] = name
                connection.execute(
                    text(
                        "INSERT INTO work.override (district_code, kind, code, field, value, set_by, set_at) "
                        "VALUES ('x', 'post', :code, 'name', CAST(:value AS jsonb), 1, :at)"
                    ),
                    values,
                )
            connection.commit()
        bring_into_line("post")

    def over(self, files: dict[str, str]) -> dict[str, str]:
        return {code: self.names.get(code, name) for code, name in files.items()}


@given(steps=STEPS)
@FEW
def test_pages_stand_over_the_files_that_stand(steps: list[Any], tmp_path: Path) -> None:
    bureau, model, day = Bureau(tmp_path), Model(), DAY
    page = Page(bureau)
    batches: list[int] = []
    undone: set[int] = set()
    for step in steps:
        if isinstance(step, int):
            batch = batches[-1 - step] if step < len(batches) else None
            if batch is not None and batch not in undone:
                done = take_back(batch)
                assert done == model.undo(batch)
                undone |= {batch} if done else set()
        elif step[0] == "page":
            page.set(step[1], step[2], day)
        else:
            day += timedelta(days=step[0])
            batches.append(bureau.load(step[1], day))
            model.load(batches[-1], day, step[1])
        assert bureau.held("valid_to IS NULL") == page.over(model.now())
        assert bring_into_line("post").changed == 0


@given(first=CONTENT, second=CONTENT, names=CONTENT)
@FEW
def test_pages_that_take_all_back_leave_the_file(
    first: dict[str, str], second: dict[str, str], names: dict[str, str], tmp_path: Path
) -> None:
    bureau = Bureau(tmp_path)
    page = Page(bureau)
    bureau.load(first, DAY)
    for code, name in names.items():
        page.set(code, name, DAY)
    bureau.load(second, DAY + timedelta(days=1))
    for code in names:
        page.set(code, None, DAY + timedelta(days=1))
    assert bureau.held("valid_to IS NULL") == second
    bureau.load(second, DAY + timedelta(days=1))
    assert bureau.held("valid_to IS NULL") == second
