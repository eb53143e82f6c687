"""Whatever files come one after another: the current rows are the last file's, and every day has its own."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from etl.intake import Options, load

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("database")

DAY = date(2026, 9, 1)
NUMBERS = itertools.count(1)
CODES = st.sampled_from("abcde")
CONTENT = st.dictionaries(
    CODES, st.tuples(st.sampled_from(["甲", "乙"]), st.sampled_from(["119.5", "119.6"])), max_size=5
)
FILES = st.lists(st.tuples(st.integers(0, 2), CONTENT), min_size=1, max_size=6)
SLOW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Bureau:
    """A source of its own for each example, so that all can share a database."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.name = f"s{next(NUMBERS)}"
        self.table = folder / f"{self.name}.csv"
        self.source = folder / f"{self.name}.yml"
        self.source.write_text(
            f"name: {self.name}\nkind: post\nmode: {mode}\ncrs: wgs84\ncolumns: {{code: code, name: name}}\n"
            "geometry: {lon: lon, lat: lat}\n",
            encoding="utf-8",
        )

    def load(self, content: dict[str, tuple[str, str]], day: date, **options: Any) -> Any:
        lines = [f"{self.name}{code},{name},{lon},31.7\n" for code, (name, lon) in content.items()]
        self.table.write_text("code,name,lon,lat\n" + "".join(lines), encoding="utf-8")
        return load(
            self.table, self.source, Options(valid_from=day, force=True, accept_datum=True, **options)
        )

    def read(self, condition: str, **values: Any) -> dict[str, tuple[str, str]]:
        query = (
            "SELECT code, name, round(ST_X(geom)::numeric, 1)::text FROM core.post "
            f"WHERE source = :source AND {condition}"
        )
        with unit_of_work(DbRole.LOADER) as connection:
            found = connection.execute(text(query), {"source": self.name} | values).all()
        assert len({row[0] for row in found}) == len(found)
        return {row[0].removeprefix(self.name): (row[1], row[2]) for row in found}

    def current(self) -> dict[str, tuple[str, str]]:
        return self.read("valid_to IS NULL AND ended_by IS NULL")

    def on(self, day: date) -> dict[str, tuple[str, str]]:
        held = "valid_from <= :day AND (valid_to IS NULL OR :day < valid_to) AND ended_by IS NULL"
        return self.read(held, day=day)


@given(files=FILES)
@SLOW
def test_snapshots_leave_the_last_file_and_every_day_its_own(files: list[Any], tmp_path: Path) -> None:
    bureau, day = Bureau(tmp_path, "snapshot"), DAY
    in_force: dict[date, dict[str, tuple[str, str]]] = {}
    for wait, content in files:
        day += timedelta(days=wait)
        bureau.load(content, day)
        in_force[day] = content
        assert bureau.current() == content
    wanted: dict[str, tuple[str, str]] = {}
    for offset in range(-1, 14):
        wanted = in_force.get(DAY + timedelta(days=offset), wanted)
        assert bureau.on(DAY + timedelta(days=offset)) == wanted


@given(files=FILES)
@SLOW
def test_appended_files_add_up_and_end_nothing(files: list[Any], tmp_path: Path) -> None:
    bureau, day, wanted = Bureau(tmp_path, "append"), DAY, {}
    for wait, content in files:
        day += timedelta(days=wait)
        report = bureau.load(content, day)
        wanted = wanted | content
        assert report.ended == 0
    assert bureau.current() == wanted


@given(first=CONTENT, second=CONTENT, wait=st.integers(0, 3))
@SLOW
def test_counts_say_exactly_what_a_load_did(first: Any, second: Any, wait: int, tmp_path: Path) -> None:
    bureau = Bureau(tmp_path, "snapshot")
    bureau.load(first, DAY)
    planned = bureau.load(second, DAY + timedelta(days=wait), dry_run=True)
    assert bureau.current() == first
    done = bureau.load(second, DAY + timedelta(days=wait))
    both = first.keys() & second.keys()
    wanted = {
        "added": len(second.keys() - first.keys()),
        "ended": len(first.keys() - second.keys()),
        "changed": sum(first[code] != second[code] for code in both),
        "unchanged": sum(first[code] == second[code] for code in both),
        "accepted": len(second),
    }
    for report in (planned, done):
        assert {name: getattr(report, name) for name in wanted} == wanted
    again = bureau.load(second, DAY + timedelta(days=wait))
    assert (again.unchanged, again.added, again.changed, again.ended) == (len(second), 0, 0, 0)
