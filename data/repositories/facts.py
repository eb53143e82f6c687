"""The facts that a build reads: those of today, or those that were known to hold on an earlier day.

A load may say what holds from a later day on. Until then its versions are the current ones in `core`, while
today's facts are those that they will replace: where anything begins or ends ahead, today is read as a day.

Every frame comes in the order of its codes, so that the same facts give the same results to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

from data.bulk import read_frame
from data.models.base import CURRENT

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd
    from sqlalchemy import Connection, TextClause

METRES_A_DEGREE = 110_000
"""Metres in a degree of latitude, rather too few."""
_HELD = "valid_from <= :day AND (valid_to IS NULL OR :day < valid_to) AND ended_by IS NULL"
_SCHOOLS_OF_PARTITION = "SELECT code FROM core.school WHERE {held} AND district_code = :district"
_HOURS = """
    floor(extract(epoch FROM start) / 60)::bigint AS start,
    floor(extract(epoch FROM "end") / 60)::bigint AS "end"
"""
_DIGEST = """
    SELECT '{kind}' AS kind, sha256(coalesce(
        string_agg(convert_to(code, 'UTF8') || digest, ''::bytea ORDER BY code COLLATE "C"), ''::bytea
    )) AS part FROM core.{kind} WHERE {held}
"""
_RULES_DIGEST = """
    SELECT 'rule' AS kind, sha256(coalesce(string_agg(convert_to(jsonb_build_array(
        code, venue_category, stages, metres, is_inclusive, school_side, venue_side, metric, jurisdiction,
        valid_from, valid_to)::text, 'UTF8'), ''::bytea
        ORDER BY code COLLATE "C", valid_from NULLS FIRST), ''::bytea
    )) AS part FROM core.rule WHERE ended_at IS NULL
"""
_EXCEPTIONS = f"""
    SELECT date, post_code, change, replaced_by, {_HOURS} FROM work.duty_change WHERE revoked_at IS NULL
    UNION ALL
    SELECT date, post_code, change, replaced_by, {_HOURS} FROM core.duty_exception AS e
     WHERE {{held}} AND NOT EXISTS (SELECT FROM work.duty_change AS c WHERE c.revoked_at IS NULL
                                       AND c.date = e.date AND c.post_code = e.post_code)
     ORDER BY date, post_code
"""
_CALENDAR = f"""
    SELECT date, scope, is_school_day, runs_as_weekday FROM core.calendar
     WHERE {{held}}
       AND (scope IS NULL OR scope IN ({_SCHOOLS_OF_PARTITION})
            OR NOT EXISTS (SELECT FROM core.school AS s WHERE s.code = scope)
               AND NOT EXISTS (SELECT FROM core.area AS a WHERE a.code = scope AND a.code <> :district))
     ORDER BY code
"""
_EXTENT = """
    SELECT ST_XMin(box) AS west, ST_YMin(box) AS south, ST_XMax(box) AS east, ST_YMax(box) AS north
      FROM (SELECT ST_Extent(geom) AS box FROM core.{kind} WHERE {held} AND {place}) AS extent
     WHERE box IS NOT NULL
"""
_INSIDE = "geom && ST_MakeEnvelope(:west, :south, :east, :north, 4490)"
_NEAR = f"({_INSIDE} OR code IN (SELECT replaced_by FROM ({_EXCEPTIONS}) AS stand_in))"
_OF_NEAR = f"post_code IN (SELECT code FROM core.post WHERE {{held}} AND {_NEAR})"
_PLACES = {"area": "level = 'district' AND code = :district", "school": "district_code = :district"}
_KINDS_READ = (
    "area", "bell_slot", "calendar", "duty", "duty_exception", "gate", "post", "road", "school",
    "venue",
)  # fmt: skip
_KINDS_BUILT = (*_KINDS_READ, "hazard", "incident")
"""What builds read; of events no page does."""


class Box(NamedTuple):
    """A box of longitudes and latitudes, degrees."""

    west: float
    south: float
    east: float
    north: float

    def widened(self, margin_m: float) -> Box:
        """Give the box that is wider by so many metres on each side, not beyond the globe's map."""
        up = margin_m / METRES_A_DEGREE
        highest = min(max(abs(self.south), abs(self.north)) + up, 89.0)
        aside = up / cos(radians(highest))
        return Box(
            max(self.west - aside, -180.0), max(self.south - up, -90.0),
            min(self.east + aside, 180.0), min(self.north + up, 90.0),
        )  # fmt: skip


_NOWHERE = Box(181.0, 91.0, 181.0, 91.0)
"""A box in which nothing lies."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one moment, read through one connection.

    Parameters
    ----------
    connection
        In a transaction that sees one state of the database from its first statement to its last.
    day
        The local date on which the facts held; `None` for the present state.
    today
        The local date where the present state is not simply the current versions; see `present_facts`.
    """

    connection: Connection
    day: date | None = None
    today: date | None = None

    def partitions(self) -> pd.DataFrame:
        """List the partitions that have schools: ``district_code``, ``schools`` (their number)."""
        return self.read(
            "SELECT district_code, count(*) AS schools FROM core.school WHERE {held} GROUP BY 1 ORDER BY 1"
        )

    def event_partitions(self) -> list[str]:
        """List the partitions that have events, in order."""
        found = self.read(
            "SELECT district_code FROM core.incident WHERE {held} GROUP BY district_code ORDER BY 1"
        )
        return [str(code) for code in found["district_code"]]

    def events(self, district: str, timezone: str) -> pd.DataFrame:
        """Give a partition's events; for the loader alone.

        Parameters
        ----------
        district
            The partition.
        timezone
            In which days are meant.

        Returns
        -------
        pandas.DataFrame
            ``category``, ``day`` (local date as datetime64), ``lon``, ``lat`` (degrees EPSG:4490; missing
            where only the hexagon is kept), ``cell_id`` (the hexagon of 100 m that was kept, may be missing).
        """
        frame = self.read(
            "SELECT category, date_trunc('day', occurred_at AT TIME ZONE :zone) AS day, "
            "ST_X(geom) AS lon, ST_Y(geom) AS lat, cell_id "
            "FROM core.incident WHERE {held} AND district_code = :district ORDER BY code",
            district=district,
            zone=timezone,
        )
        return frame.astype({"day": "datetime64[us]", "lon": "float64", "lat": "float64"})

    def areas_in(self, district: str) -> pd.DataFrame:
        """Give the areas of all levels within a district: ``code, level, geom``, EPSG:4490."""
        return self.read(
            "SELECT code, level, geom FROM core.area "
            "WHERE {held} AND district_code = :district ORDER BY code",
            district=district,
        )

    def district_areas(self, district: str) -> pd.DataFrame:
        """Give the area of a district as ``geom``, in EPSG:4490; no row where none was loaded."""
        return self.read(
            "SELECT geom FROM core.area WHERE {held} AND level = 'district' AND code = :district",
            district=district,
        )

    def schools(self, district: str) -> pd.DataFrame:
        """Give a partition's schools.

        Returns
        -------
        pandas.DataFrame
            ``school_id``, ``school_code``, ``stage``, ``pupils``, ``geom`` in EPSG:4490.
        """
        return self.read(
            "SELECT id AS school_id, code AS school_code, stage, pupils, geom FROM core.school "
            "WHERE {held} AND district_code = :district ORDER BY code",
            district=district,
        )

    def bells(self, district: str) -> pd.DataFrame:
        """Give the bells of a partition's schools; clock times in minutes of the day (`geo.frames.BELLS`)."""
        frame = self.read(
            f"SELECT id AS bell_slot_id, school_code, gate, direction, weekdays, {_HOURS}, "
            f"date_from, date_to, is_estimated "
            f"FROM core.bell_slot WHERE {{held}} AND school_code IN ({_SCHOOLS_OF_PARTITION}) ORDER BY code",
            district=district,
        )
        return frame.astype({"start": "int64", "end": "float64", "is_estimated": bool})

    def gates(self, district: str) -> pd.DataFrame:
        """Give the gates of a partition's schools.

        Returns
        -------
        pandas.DataFrame
            ``gate_id``, ``school_code``, ``name``, ``geom`` in EPSG:4490.
        """
        return self.read(
            f"SELECT id AS gate_id, school_code, name, geom FROM core.gate "
            f"WHERE {{held}} AND school_code IN ({_SCHOOLS_OF_PARTITION}) ORDER BY code",
            district=district,
        )

    def gates_with_rank(self, district: str) -> pd.DataFrame:
        """Give the gates of a partition's schools as `gates` does, and ``is_main`` (missing: not said)."""
        return self.read(
            f"SELECT id AS gate_id, school_code, name, is_main, geom FROM core.gate "
            f"WHERE {{held}} AND school_code IN ({_SCHOOLS_OF_PARTITION}) ORDER BY code",
            district=district,
        )

    def venues_round(self, district: str, margin_m: float) -> pd.DataFrame:
        """Give the venues in and round a partition, whatever their district: a rule ends at no border.

        Returns
        -------
        pandas.DataFrame
            ``venue_code``, ``word`` (the category as the source has it, or missing), ``licence_from``,
            ``licence_to``, ``established_on``, ``district_code``, ``geom`` in EPSG:4490.
        """
        return self.read(
            "SELECT code AS venue_code, category AS word, licence_from, licence_to, established_on, "
            f"district_code, geom FROM core.venue WHERE {{held}} AND {_INSIDE} ORDER BY code",
            **_sides(self.road_box(district, margin_m) or _NOWHERE),
        )

    def calendar(self, district: str) -> pd.DataFrame:
        """Give the calendar's rows for a partition: everybody's, its stages', its own and its schools'.

        Returns
        -------
        pandas.DataFrame
            ``date``, ``scope``, ``is_school_day``, ``runs_as_weekday`` (0 = Monday, missing: its own).
        """
        return self.read(_CALENDAR, district=district)

    def posts(self, box: Box | None = None) -> pd.DataFrame:
        """Give the posts, whatever their district, since a reach ends at no border.

        Parameters
        ----------
        box
            Only those in it, and those that stand in for others; all by default.

        Returns
        -------
        pandas.DataFrame
            ``post_id``, ``post_code``, ``district_code``, ``type``, ``force``, ``mobility``, ``geom`` in
            EPSG:4490.
        """
        return self.read(
            "SELECT id AS post_id, code AS post_code, district_code, type, force, mobility, geom "
            f"FROM core.post WHERE {{held}} AND {_where(_NEAR, box)} ORDER BY code",
            **_sides(box),
        )

    def duties(self, box: Box | None = None) -> pd.DataFrame:
        """Give the duties of `posts`; clock times in minutes of the day (`geo.frames.DUTIES`)."""
        frame = self.read(
            f"SELECT post_code, school_code, gate, weekdays, {_HOURS}, date_from, date_to "
            f"FROM core.duty WHERE {{held}} AND {_where(_OF_NEAR, box)} ORDER BY code",
            **_sides(box),
        )
        return frame.astype({"start": "int64", "end": "int64"})

    def exceptions(self, box: Box | None = None) -> pd.DataFrame:
        """Give one-day changes of `posts`: those of files, and those made on pages, which stand before them.

        Returns
        -------
        pandas.DataFrame
            ``date``, ``post_code``, each pair once; ``change``, ``replaced_by``; ``start``, ``end`` in
            minutes of the day, missing where the change names none.
        """
        frame = self.read(
            f"SELECT * FROM ({_EXCEPTIONS}) AS change WHERE {_where(_OF_NEAR, box)} ORDER BY date, post_code",
            **_sides(box),
        )
        return frame.astype({"start": "float64", "end": "float64"})

    def of_ledger(self, district: str, margin_m: float) -> dict[str, pd.DataFrame]:
        """Give all that a partition's ledger is kept from, but for the roads (`geo.layouts.laid_out`).

        Parameters
        ----------
        district, margin_m
            As for `road_box`: posts outside of it are out of the ledger's sight.
        """
        box = self.road_box(district, margin_m) or _NOWHERE
        return {
            "schools": self.schools(district), "gates": self.gates(district), "bells": self.bells(district),
            "posts": self.posts(box), "duties": self.duties(box), "exceptions": self.exceptions(box),
            "calendar": self.calendar(district),
        }  # fmt: skip

    def road_box(self, district: str, margin_m: float) -> Box | None:
        """Give the box within which a partition's roads lie: round its area, else round its schools.

        Parameters
        ----------
        district
            The partition.
        margin_m
            Metres by which the box is wider on each side, since help comes over borders too.

        Returns
        -------
        Box or None
            None where there is neither area nor school.
        """
        for kind, place in _PLACES.items():
            box = self.read(_EXTENT.format(kind=kind, held="{held}", place=place), district=district)
            if len(box):
                return Box(*box.to_numpy(dtype=float)[0].tolist()).widened(margin_m)
        return None

    def roads_round(self, district: str, margin_m: float) -> pd.DataFrame:
        """Give the roads in and round a partition, as `roads` does; none where `road_box` is none."""
        return self.roads(self.road_box(district, margin_m) or _NOWHERE)

    def roads(self, box: Box) -> pd.DataFrame:
        """Give the roads that come into a box, whatever their district; found through the spatial index.

        Returns
        -------
        pandas.DataFrame
            ``code``, ``class``, ``speed_kmh`` (NaN: by class), ``oneway``, ``geom`` in EPSG:4490.
        """
        frame = self.read(
            "SELECT code, class, speed_kmh, coalesce(oneway, false) AS oneway, geom FROM core.road "
            f"WHERE {{held}} AND {_INSIDE} ORDER BY code",
            **_sides(box),
        )
        return frame.astype({"speed_kmh": "float64", "oneway": bool})

    def digest(self) -> str:
        """Give a hash of everything that a build reads, the same for the same facts in any database."""
        kinds = [_DIGEST.format(kind=kind, held="{held}") for kind in _KINDS_BUILT]
        parts = " UNION ALL ".join([*kinds, _RULES_DIGEST])
        whole = (
            f"SELECT encode(sha256(string_agg(part, ''::bytea ORDER BY kind)), 'hex') FROM ({parts}) AS parts"
        )
        return str(self.connection.execute(self._statement(whole)).scalar_one())

    def read(self, sql: str, **values: object) -> pd.DataFrame:
        """Read another repository's statement, in which ``{held}`` picks the versions of `core` that held."""
        return read_frame(self.connection, self._statement(sql).bindparams(**values))

    def _statement(self, sql: str) -> TextClause:
        day = self.day or self.today
        statement = text(sql.replace("{held}", CURRENT if day is None else _HELD))
        return statement if day is None else statement.bindparams(day=day)


def _where(condition: str, box: Box | None) -> str:
    """Write a condition that a box makes, or that nothing is asked for."""
    return condition if box is not None else "true"


def _sides(box: Box | None) -> dict[str, float]:
    """Give a box's sides as a statement's values."""
    return {} if box is None else box._asdict()


def present_facts(connection: Connection, today: date, *, for_build: bool = False) -> Facts:
    """Give the facts of the present state.

    Parameters
    ----------
    connection
        In a transaction that sees one state of the database.
    today
        The local date; it is only looked at where something in `core` begins or ends after it.
    for_build
        Whether events are read too, which no page may.
    """
    kinds = _KINDS_BUILT if for_build else _KINDS_READ
    ahead = " OR ".join(
        f"EXISTS (SELECT FROM core.{kind} "
        f"WHERE ended_by IS NULL AND (valid_from > :today OR valid_to > :today))"
        for kind in kinds
    )
    if connection.execute(text(f"SELECT {ahead}"), {"today": today}).scalar_one():
        return Facts(connection, today=today)
    return Facts(connection)
