"""Whatever loads and undos come one after another: each day has what the loads that stand gave it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from etl.history_errors import AlreadyUndoneError, BuiltOnError
from etl.intake import Options, load
from etl.undo import undo

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

DAY = date(2026, 9, 1)
NUMBERS = itertools.count(1)
CONTENT = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["甲", "乙"]), max_size=3)
LOAD = st.tuples(st.integers(0, 1), CONTENT)
UNDO = st.integers(0, 5)
"""Which of the loads so far, counted from the newest."""
STEPS = st.lists(LOAD | UNDO, min_size=2, max_size=9)
SLOW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Model:
    """What must be: by code, the loads that touched it and still stand, with the day and the value."""

    touched: dict[str, list[tuple[int, date, str | None]]] = field(default_factory=dict)

    def now(self) -> dict[str, str]:
        last = {code: stack[-1][2] for code, stack in self.touched.items() if stack}
        return {code: value for code, value in last.items() if value is not None}

    def on(self, day: date) -> dict[str, str]:
        return Model(
            {code: [one for one in stack if one[1] <= day] for code, stack in self.touched.items()}
        ).now()

    def load(self, number: int, day: date, content: dict[str, str]) -> None:
        before = self.now()
        for code in before.keys() | content.keys():
            if before.get(code) != content.get(code):
                self.touched.setdefault(code, []).append((number, day, content.get(code)))

    def undo(self, number: int) -> bool:
        """Take a load back; False where a later one touched the same code."""
        numbers = {code: [one[0] for one in stack] for code, stack in self.touched.items()}
        if any(number in stack and stack[-1] != number for stack in numbers.values()):
            return False
        for code, stack in self.touched.items():
            self.touched[code] = [one for one in stack if one[0] != number]
        return True


class Bureau:
    """A source of its own for each example, so that all can share a database."""

    def __init__(self, folder: Path) -> None:
        self.name = f"u{next(NUMBERS)}"
        self.table, self.source = folder / f"{self.name}.csv", folder / f"{self.name}.yml"
        self.source.write_text(
            f"name: {self.name}\nkind: post\ncrs: wgs84\ncolumns: {{code: code, name: name}}\n"
            "geometry: {lon: lon, lat: lat}\n",
            encoding="utf-8",
        )

    def load(self, content: dict[str, str], day: date) -> int:
        lines = [f"{self.name}{code},{name},119.5,31.7\n" for code, name in content.items()]
        self.table.write_text("code,name,lon,lat\n" + "".join(lines), encoding="utf-8")
        batch = load(self.table, self.source, Options(valid_from=day, force=True)).batch_id
        assert batch is not None
        return batch

    def read(self, columns: str, condition: str, **values: Any) -> list[Any]:
        query = f"SELECT {columns} FROM core.post WHERE source = :source AND ended_by IS NULL AND {condition}"
        with unit_of_work(DbRole.LOADER) as connection:
            return [*connection.execute(text(query), {"source": self.name} | values)]

    def held(self, condition: str, **values: Any) -> dict[str, str]:
        found = self.read("code, name", condition, **values)
        assert len({code for code, _ in found}) == len(found)
        return {code.removeprefix(self.name): name for code, name in found}

    def on(self, day: date) -> dict[str, str]:
        return self.held("valid_from <= :day AND (valid_to IS NULL OR :day < valid_to)", day=day)

    def versions(self) -> list[Any]:
        columns = "id, code, name, digest, district_code, valid_from, valid_to, ST_AsText(geom)"
        return sorted(self.read(columns, "true"))


def take_back(batch: int) -> bool:
    try:
        undo(batch)
    except BuiltOnError:
        return False
    return True


@given(steps=STEPS)
@SLOW
def test_every_day_has_what_the_loads_that_stand_gave_it(steps: list[Any], tmp_path: Path) -> None:
    bureau, model, day = Bureau(tmp_path), Model(), DAY
    batches: list[int] = []
    undone: set[int] = set()
    for step in steps:
        if isinstance(step, tuple):
            day += timedelta(days=step[0])
            batches.append(bureau.load(step[1], day))
            model.load(batches[-1], day, step[1])
        elif step < len(batches):
            batch = batches[-1 - step]
            if batch in undone:
                with pytest.raises(AlreadyUndoneError):
                    undo(batch)
            elif take_back(batch):
                assert model.undo(batch)
                undone.add(batch)
            else:
                assert not model.undo(batch)
        assert bureau.held("valid_to IS NULL") == model.now()
        for offset in range(-1, 10):
            assert bureau.on(DAY + timedelta(days=offset)) == model.on(DAY + timedelta(days=offset))


@given(before=CONTENT, content=CONTENT, wait=st.integers(0, 2))
@SLOW
def test_load_undo_load_again_gives_the_same_tables(
    before: dict[str, str], content: dict[str, str], wait: int, tmp_path: Path
) -> None:
    bureau, day = Bureau(tmp_path), DAY + timedelta(days=wait)
    bureau.load(before, DAY)
    without = bureau.versions()
    batch = bureau.load(content, day)
    loaded = [row[1:] for row in bureau.versions()]
    undo(batch)
    assert bureau.versions() == without
    bureau.load(content, day)
    again = bureau.versions()
    assert sorted(row[1:] for row in again) == sorted(loaded)
    ids: dict[str, set[int]] = {}
    for row in again:
        ids.setdefault(row[1], set()).add(row[0])
    assert all(len(numbers) == 1 for numbers in ids.values())
