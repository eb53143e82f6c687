"""Random edits of what a build reads: each changes, adds or takes away one thing, in the database itself."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import shapely

from data.repositories import settings
from data.session import unit_of_work
from data.settings import DbRole
from tests.database.viewers import as_owner

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.database.test_build import Facts

WEEKDAYS = [None, [0, 1, 2, 3, 4], [0, 2, 4], [5, 6], [0, 1, 2, 3, 4, 5, 6]]
HOURS = ["06:50", "07:10", "07:30", "07:40", "11:40", "13:40", "16:20", "16:50", "23:30"]
ENDS = ["07:35", "07:50", "08:15", "12:00", "14:00", "16:45", "17:10", "18:00", "00:30"]
SETTINGS: dict[str, list[Any]] = {
    "guard_radius_m": [20, 50, 120],
    "window_before_min": [10, 20],
    "window_after_min": [20, 30],
    "rings_m": [[50, 200, 500], [50, 300]],
    "guard_counts_school_guards": [True, False],
    "response_forces": [["police", "traffic"], None],
    "snap_limit_m": [100, 500],
    "service_buffer_m": [20, 25],
    "tiers_min": [[1, 3, 5], [2, 5]],
    "turnout_s": [30, 60],
}


class Edits:
    """Makes edits near the objects that there are.

    Parameters
    ----------
    facts
        Adds rows.
    seed
        The same edits for the same seed and data.
    day
        The day round which one-day changes fall.
    account
        Who makes changes on a page.
    """

    def __init__(self, facts: Facts, *, seed: int, day: date, account: int) -> None:
        self.facts, self.day, self.account = facts, day, account
        self.chance = Random(seed)  # noqa: S311 -- a test's data
        self.kinds: dict[str, Callable[[], str]] = {
            "post": self.post,
            "duty": self.duty,
            "gate": self.gate,
            "bell_slot": self.bell,
            "duty_exception": self.exception,
            "duty_change": self.change,
            "calendar": self.calendar,
            "road": self.road,
            "school": self.school,
            "setting": self.setting,
        }

    def any(self) -> str:
        """Make an edit; gives what was done, in words for whoever reads a failure."""
        name = self.chance.choice([*self.kinds, "post", "duty", "duty", "gate", "bell_slot", "duty_change"])
        return f"{name}: {self.kinds[name]()}"

    # -- rows that there are ---------------------------------------------------------------------------------
    def one_of(self, table: str) -> str | None:
        found = as_owner(
            f"SELECT array_agg(code ORDER BY code) FROM core.{table} WHERE valid_to IS NULL AND ended_by IS NULL"
        )
        return self.chance.choice(found) if found else None

    def value(self, table: str, column: str, code: str) -> Any:
        return as_owner(
            f"SELECT {column} FROM core.{table} WHERE code = :code AND valid_to IS NULL", code=code
        )

    def place(self, table: str) -> shapely.Geometry:
        """A place some metres from an object of a kind."""
        code = self.one_of(table)
        wkt = self.value(table, "ST_AsText(ST_PointOnSurface(geom))", code) if code else "POINT(119.5 31.7)"
        point = shapely.from_wkt(wkt)
        far = self.chance.choice([0.0001, 0.0005, 0.003])
        return shapely.Point(
            point.x + self.chance.uniform(-far, far), point.y + self.chance.uniform(-far, far)
        )

    def set(self, table: str, code: str, **columns: Any) -> str:
        geom = columns.pop("geom", None)
        parts = [f'"{name}" = :{name}' for name in columns]
        if geom is not None:
            parts.append("geom = ST_GeomFromText(:geom, 4490)")
            columns["geom"] = geom.wkt
        # a load gives what it changes another digest
        as_owner(
            f"UPDATE core.{table} SET {', '.join(parts)}, digest = digest || 'x' WHERE code = :where", where=code, **columns
        )  # fmt: skip
        return f"{code} {columns}"

    def end(self, table: str, code: str) -> str:
        as_owner(f"DELETE FROM core.{table} WHERE code = :code", code=code)
        return f"{code} gone"

    def edit(
        self, table: str, add: Callable[[], str], changes: Callable[[], dict[str, Any]], *, least: int = 3
    ) -> str:
        """Add a row, take one away where enough are left, or change one."""
        count = as_owner(f"SELECT count(*) FROM core.{table}")
        what = self.chance.choice(["add", "end", "set", "set"])
        code = self.one_of(table)
        if code is None or count <= least or (what == "add" and count < least * 6):
            return f"{add()} added"
        return self.end(table, code) if what == "end" else self.set(table, code, **changes())

    # -- kinds -----------------------------------------------------------------------------------------------
    def post(self) -> str:
        pick = self.chance.choice
        columns: dict[str, Callable[[], Any]] = {
            "geom": lambda: self.place(pick(["gate", "post", "road"])),
            "force": lambda: pick([None, "police", "auxiliary", "school_guard", "traffic"]),
            "mobility": lambda: pick([None, "foot", "ebike", "car"]),
            "type": lambda: pick(["guard_post", "police_station", "patrol_point"]),
            "name": lambda: pick(["a", "b"]),
        }

        def changes() -> dict[str, Any]:
            name = pick(list(columns))
            return {name: columns[name]()}

        def add() -> str:
            return self.facts.add(
                "post", name="p", **{name: make() for name, make in columns.items() if name != "name"}
            )

        return self.edit("post", add, changes, least=8)

    def duty(self) -> str:
        pick = self.chance.choice
        columns: dict[str, Callable[[], Any]] = {
            "post_code": lambda: self.one_of("post"),
            "school_code": lambda: pick([None, self.one_of("school")]),
            "gate": lambda: pick([None, "east", "west"]),
            "weekdays": lambda: pick(WEEKDAYS),
            "start": lambda: pick(HOURS),
            "end": lambda: pick(ENDS),
            "date_to": lambda: pick([None, None, self.day + timedelta(days=pick([-1, 0, 2]))]),
        }

        def changes() -> dict[str, Any]:
            name = pick(list(columns))
            return {name: columns[name]()}

        return self.edit(
            "duty",
            lambda: self.facts.add("duty", **{name: make() for name, make in columns.items()}),
            changes,
            least=8,
        )

    def gate(self) -> str:
        pick = self.chance.choice
        columns: dict[str, Callable[[], Any]] = {
            "geom": lambda: self.place(pick(["school", "gate", "post"])),
            "name": lambda: pick([None, "east", "west"]),
            "school_code": lambda: self.one_of("school"),
        }

        def changes() -> dict[str, Any]:
            name = pick(list(columns))
            return {name: columns[name]()}

        return self.edit(
            "gate",
            lambda: self.facts.add("gate", **{name: make() for name, make in columns.items()}),
            changes,
            least=4,
        )

    def bell(self) -> str:
        pick = self.chance.choice
        columns: dict[str, Callable[[], Any]] = {
            "school_code": lambda: self.one_of("school"),
            "gate": lambda: pick([None, None, "east"]),
            "direction": lambda: pick(["in", "out"]),
            "weekdays": lambda: pick(WEEKDAYS),
            "start": lambda: pick(HOURS[:-1]),
            "date_from": lambda: pick([None, None, self.day + timedelta(days=pick([0, 3]))]),
        }

        def changes() -> dict[str, Any]:
            name = pick(list(columns))
            return {name: columns[name]()}

        return self.edit(
            "bell_slot", lambda: self.facts.add("bell_slot", **{name: make() for name, make in columns.items()}), changes,
            least=6,
        )  # fmt: skip

    def _one_day(self) -> dict[str, Any]:
        pick = self.chance.choice
        what = pick(["absent", "hours", "replaced"])
        start = pick(HOURS)
        return {
            "date": self.day + timedelta(days=pick([0, 1, 5])), "post_code": self.one_of("post"), "change": what,
            "replaced_by": self.one_of("post") if what == "replaced" else None,
            "start": start if what == "hours" else None, "end": pick(ENDS) if what == "hours" else None,
        }  # fmt: skip

    def exception(self) -> str:
        return self.edit(
            "duty_exception",
            lambda: self.facts.add("duty_exception", **self._one_day()),
            self._one_day,
            least=1,
        )

    def change(self) -> str:
        standing = as_owner("SELECT array_agg(id ORDER BY id) FROM work.duty_change WHERE revoked_at IS NULL")
        if standing and self.chance.random() < 0.4:
            number = self.chance.choice(standing)
            as_owner("UPDATE work.duty_change SET revoked_at = now() WHERE id = :id", id=number)
            return f"{number} taken back"
        row = self._one_day()
        as_owner(
            "UPDATE work.duty_change SET revoked_at = now() WHERE date = :date AND post_code = :post", date=row["date"],
            post=row["post_code"],
        )  # fmt: skip
        as_owner(
            'INSERT INTO work.duty_change (district_code, date, post_code, change, replaced_by, start, "end", set_by) '
            "VALUES ('d1', :date, :post_code, :change, :replaced_by, :start, :end, :by)", by=self.account, **row,
        )  # fmt: skip
        return str(row)

    def calendar(self) -> str:
        pick = self.chance.choice

        def row() -> dict[str, Any]:
            is_school_day = pick([True, False])
            return {
                "date": self.day + timedelta(days=pick([0, 1, 4, 9])), "is_school_day": is_school_day,
                "scope": pick([None, "primary", self.one_of("school")]),
                "runs_as_weekday": pick([None, 0, 4]) if is_school_day else None,
            }  # fmt: skip

        return self.edit("calendar", lambda: self.facts.add("calendar", **row()), row, least=1)

    def road(self) -> str:
        pick = self.chance.choice

        def line() -> shapely.Geometry:
            one, other = self.place("road"), self.place("road")
            return shapely.LineString([one, (other.x + 0.0002, other.y)])

        columns: dict[str, Callable[[], Any]] = {
            "speed_kmh": lambda: pick([None, 20.0, 50.0]),
            "oneway": lambda: pick([True, False]),
            "class": lambda: pick(["primary", "residential", "footway"]),
        }

        def changes() -> dict[str, Any]:
            name = pick([*columns, "geom"])
            return {name: columns[name]() if name in columns else line()}

        return self.edit(
            "road", lambda: self.facts.add("road", geom=line(), **{"class": "residential"}), changes, least=8
        )

    def school(self) -> str:
        pick = self.chance.choice

        def ground() -> shapely.Geometry:
            place = self.place("school")
            return (
                place
                if pick([True, False])
                else shapely.MultiPolygon([place.buffer(0.0007, cap_style="square")])
            )

        columns: dict[str, Callable[[], Any]] = {
            "pupils": lambda: pick([None, 300, 900]),
            "stage": lambda: pick([None, "primary", "junior", "kindergarten"]),
            "name": lambda: pick(["a", "b"]),
            "geom": ground,
        }

        def changes() -> dict[str, Any]:
            name = pick(list(columns))
            return {name: columns[name]()}

        return self.edit("school", lambda: self.facts.school(119.5, 31.7, stage="primary"), changes, least=10)

    def setting(self) -> str:
        key = self.chance.choice(list(SETTINGS))
        value = self.chance.choice(SETTINGS[key])
        with unit_of_work(DbRole.LOADER) as connection:
            settings.write(connection, key, value, set_by="cli")
            connection.commit()
        return f"{key} = {value}"
