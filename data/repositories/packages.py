"""What of `out` passes from the police instance to the joint one, and how its rows come to stand there.

Numbers differ between databases, so a row that passes names its school, gate, bell and rule by codes. Counts
of events (hotspots, density) and service areas do not pass, nor do the ledger's dates: days to come stay
with commanders. The class counts of the register are only ever added to, here as there.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import psycopg
from sqlalchemy import ARRAY, Boolean, Date, Double, Integer, Text, Time, text
from sqlalchemy import exc as driver_errors
from sqlalchemy.dialects.postgresql import JSONB

from data.bulk import read_frame
from data.models import Base
from data.models.base import CURRENT
from data.repositories.audit import record_for
from data.repositories.packaged import BUILT_ANEW, JOB
from data.repositories.results import APPEND_ONLY, replace_results
from data.terms import AuditKind
from data.withheld import WORD, withhold_zones
from geo.errors import CampusError
from geo.gates import PREFIX
from geo.terms import ZoneTerm

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Connection

TABLES = (*BUILT_ANEW, "area_person_class")
"""The tables that pass."""
ASSUMED_BELL = "default:"
"""What the code of a bell assumed by stage begins with; its number among the stage's follows."""
RATE = str(ZoneTerm.INCIDENT_RATE)
OWN_NUMBERS = {
    "school_id": (),
    "gate_id": ("gate_code",),
    "bell_slot_id": ("bell_code",),
    "rule_id": ("rule_code", "rule_valid_from"),
}
"""Columns that mean something in one database only, and what stands in the file beside `school_code`."""
NAMED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("perimeter", "coverage", "coverage_gap", "school_event_class"), ("school_number",)),
    "gate_slot": ("school", "gate", "bell"),
    "rule_finding": ("school", "venue", "rule"),
    "focus_zone": ("schools",),
    "area_person_class": ("area",),
}
"""What a row of each table names, all of which the joint database must know, in this order."""
_KINDS = (
    (JSONB, "json"), (ARRAY, "texts"), (Boolean, "bool"), (Integer, "int"), (Double, "double"),
    (Date, "date"), (Time, "time"), (Text, "text"),
)  # fmt: skip
_OF_A_NUMBER = {
    "gate_code": f"CASE WHEN t.gate_id < 0 THEN '{PREFIX}' || t.school_code ELSE g.code END",
    "bell_code": f"CASE WHEN t.bell_slot_id < 0 THEN '{ASSUMED_BELL}' || -t.bell_slot_id ELSE b.code END",
    "rule_code": "r.code",
    "rule_valid_from": "r.valid_from",
}
# a code's number is the same in all of its versions
_JOINED = {
    "gate_slot": (
        "LEFT JOIN (SELECT DISTINCT id, code FROM core.gate) AS g ON g.id = t.gate_id "
        "LEFT JOIN (SELECT DISTINCT id, code FROM core.bell_slot) AS b ON b.id = t.bell_slot_id"
    ),
    "rule_finding": "JOIN core.rule AS r ON r.id = t.rule_id",
}
_WHERE = {"gate_slot": " AND t.date_type !~ '^[0-9]'"}


class RefusedRowsError(CampusError):
    """Rows of a table named ``table`` hold what the table cannot hold."""

    key = "packages.bad_rows"


class ClassDiffersError(CampusError):
    """A class that was published for ``area`` and ``half_year`` stands here and is another in the package."""

    key = "packages.class_differs"


class Known(NamedTuple):
    """What a database knows of the objects that rows name.

    Parameters
    ----------
    schools
        ``district_code``, ``school_code``, ``school_id``.
    gates
        ``school_code``, ``gate_code``, ``gate_id``.
    bells
        ``school_code``, ``bell_code``, ``bell_slot_id``.
    rules
        ``rule_code``, ``rule_valid_from`` (a date, or None: always), ``rule_id``.
    venues
        Codes.
    areas
        Codes of police areas.
    """

    schools: pd.DataFrame
    gates: pd.DataFrame
    bells: pd.DataFrame
    rules: pd.DataFrame
    venues: frozenset[str]
    areas: frozenset[str]


def file_columns(name: str) -> dict[str, str]:
    """Give the columns of a table as a package holds them.

    Parameters
    ----------
    name
        One of `TABLES`.

    Returns
    -------
    dict
        By column, in order: ``text``, ``int``, ``double``, ``bool``, ``date``, ``time``, ``texts`` (a list),
        ``json`` or ``geometry``.
    """
    found: dict[str, str] = {}
    for column in Base.metadata.tables[f"out.{name}"].columns:
        if column.name in OWN_NUMBERS:
            extra = OWN_NUMBERS[column.name]
            found |= {word: "date" if word.endswith("valid_from") else "text" for word in extra}
        elif column.name != "run_id":
            found[column.name] = _kind(column.type)
    return found


def _kind(type_: Any) -> str:
    """Give the plain word for a column's type."""
    return next((word for kind, word in _KINDS if isinstance(type_, kind)), "geometry")


def districts(connection: Connection, names: Collection[str]) -> list[str]:
    """Give the districts that have a row in any of some tables, in the order of codes."""
    union = " UNION ".join(f"SELECT district_code FROM out.{name}" for name in sorted(names))
    return [str(code) for code in connection.execute(text(f"{union} ORDER BY 1")).scalars()]


def read_table(connection: Connection, name: str, wanted: Sequence[str]) -> pd.DataFrame:
    """Read a table's rows of some districts as they pass.

    Parameters
    ----------
    connection
        The loader's.
    name
        One of `TABLES`.
    wanted
        Districts.

    Returns
    -------
    DataFrame or GeoDataFrame
        The columns of `file_columns`, by the table's key; geometry in EPSG:4490. Focus zones without what no
        file may hold (`data.withheld`).
    """
    columns = ", ".join(
        f"{_OF_A_NUMBER.get(column, f't.{column}')} AS {column}" for column in file_columns(name)
    )
    key = ", ".join(f"t.{column.name}" for column in Base.metadata.tables[f"out.{name}"].primary_key)
    found = read_frame(
        connection,
        f"SELECT {columns} FROM out.{name} AS t {_JOINED.get(name, '')} "
        f"WHERE t.district_code = ANY (%(districts)s){_WHERE.get(name, '')} ORDER BY {key}",
        {"districts": list(wanted)},
    )
    return as_passed(found) if name == "focus_zone" else found


def as_passed(zones: pd.DataFrame) -> pd.DataFrame:
    """Take out of focus zones what no file may hold, so that a page can still rank what is left.

    Parameters
    ----------
    zones
        Rows of ``out.focus_zone`` of one or more districts.

    Returns
    -------
    pandas.DataFrame
        The same rows. The rate of events counts for no zone, as where it is not known, for its middle value
        stays behind: share and part are 0, the score is the sum of the other parts. Places are those of the
        build. A zone with fewer than ten events says nothing of what would take it off the list.
    """
    left = withhold_zones(zones)
    terms = [_without_rate(each) for each in left["terms"]]
    ways = [None if isinstance(way, dict) and WORD in way else way for way in left["way_off"]]
    sums = [sum(float(entry["part"]) for entry in each.values()) for each in terms]
    return left.assign(
        terms=pd.Series(terms, index=left.index, dtype=object),
        way_off=pd.Series(ways, index=left.index, dtype=object),
        score=pd.Series(sums, index=left.index, dtype="float64"),
    )


def _without_rate(terms: dict[str, Any]) -> dict[str, Any]:
    """Write the rate so that it counts for nobody."""
    silent = {"share": 0.0, "part": 0.0, "half": 0.0, "counts": False}
    return {**terms, RATE: {**terms.get(RATE, {}), **silent}}


def run_numbers(connection: Connection, names: Collection[str], wanted: Sequence[str]) -> list[int]:
    """Give the runs that rows of some tables and districts carry."""
    union = " UNION ".join(
        f"SELECT run_id FROM out.{name} WHERE district_code = ANY (:districts)" for name in sorted(names)
    )
    found = connection.execute(text(f"{union} ORDER BY 1"), {"districts": list(wanted)})
    return [int(number) for number in found.scalars()]


def runs(connection: Connection, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Describe runs: ``id``, ``job``, ``as_of``, ``code_version``; for a viewer's transaction."""
    statement = text(
        "SELECT id, job, as_of, code_version FROM audit.recent_runs(NULL) WHERE id = ANY (:ids) ORDER BY id"
    )
    return [dict(row) for row in connection.execute(statement, {"ids": list(numbers)}).mappings()]


def newest_package(connection: Connection, names: Collection[str], wanted: Sequence[str]) -> Any:
    """Give the latest day of the packages whose rows stand, or None; for a viewer's transaction."""
    union = " UNION ".join(
        f"SELECT run_id FROM out.{name} WHERE district_code = ANY (:districts)"
        for name in sorted(set(names) - APPEND_ONLY)
    )
    if not union:
        return None
    statement = text(
        f"SELECT max(r.as_of) FROM audit.recent_runs(NULL) AS r JOIN ({union}) AS t ON t.run_id = r.id "
        "WHERE r.job = :job"
    )
    return connection.execute(statement, {"districts": list(wanted), "job": JOB}).scalar_one()


def known(connection: Connection) -> Known:
    """Read what the joint database knows of schools, gates, bells, rules, venues and police areas."""

    def read(columns: str, table: str, holds: str = CURRENT) -> pd.DataFrame:
        return read_frame(connection, f"SELECT {columns} FROM core.{table} WHERE {holds}")

    area = f"{CURRENT} AND level = 'police_area'"
    return Known(
        read("district_code, code AS school_code, id AS school_id", "school"),
        read("school_code, code AS gate_code, id AS gate_id", "gate"),
        read("school_code, code AS bell_code, id AS bell_slot_id", "bell_slot"),
        read("code AS rule_code, valid_from AS rule_valid_from, id AS rule_id", "rule", "ended_at IS NULL"),
        frozenset(read("code", "venue")["code"]),
        frozenset(read("code", "area", area)["code"]),
    )


def put_table(
    connection: Connection, name: str, wanted: Sequence[str], frame: pd.DataFrame, *, run_id: int
) -> int:
    """Put a package's rows of some districts in the place of those that stand; class counts are added.

    Parameters
    ----------
    connection
        The loader's, in the transaction that holds the whole package.
    name
        One of `TABLES`.
    wanted
        The districts whose rows are replaced.
    frame
        Rows with this database's own numbers; none is of another district.
    run_id
        The package's run.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    RefusedRowsError
        A row is not one that the table holds.
    ClassDiffersError
        A published class would change.
    """
    with _refusing(name):
        if name in APPEND_ONLY:
            return _add_classes(connection, frame, run_id=run_id)
        return sum(
            replace_results(connection, name, code, frame[frame["district_code"] == code], run_id=run_id)
            for code in wanted
        )


@contextmanager
def _refusing(table: str) -> Iterator[None]:
    """Take what keys, closed words and types say against rows for one named error."""
    refusals = (
        psycopg.DataError, psycopg.IntegrityError, driver_errors.DataError, driver_errors.IntegrityError,
        ValueError, TypeError,
    )  # fmt: skip
    try:
        yield
    except refusals as error:
        raise RefusedRowsError(table=table) from error


def _add_classes(connection: Connection, frame: pd.DataFrame, *, run_id: int) -> int:
    """Add the class counts that are not there yet."""
    standing = read_frame(
        connection, "SELECT district_code, area_code, half_year, class FROM out.area_person_class"
    )
    key = ["district_code", "area_code", "half_year"]
    held = dict(zip(standing[key].itertuples(index=False, name=None), standing["class"], strict=True))
    new = []
    for row in frame[[*key, "class"]].itertuples(index=False, name=None):
        before = held.get(row[:3])
        if before is None:
            new.append(dict(zip((*key, "class"), row, strict=True)) | {"run_id": run_id})
        elif before != row[3]:
            raise ClassDiffersError(area=row[1], half_year=row[2])
    if new:
        connection.execute(
            text(
                "INSERT INTO out.area_person_class (district_code, area_code, half_year, class, run_id) "
                "VALUES (:district_code, :area_code, :half_year, :class, :run_id)"
            ),
            new,
        )
    return len(new)


def note(connection: Connection, account: int, route: str, codes: Sequence[str]) -> None:
    """Write down who made, reviewed or took which package.

    Parameters
    ----------
    connection
        The loader's, in the transaction of what is written down.
    account
        Number of the account; 0 is the operator.
    route
        Such as ``package.make``.
    codes
        Tables and districts.
    """
    record_for(connection, AuditKind.PACKAGE, route, codes, account=account)
