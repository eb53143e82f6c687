"""What is in the database and in the folders, said so that two moments can be compared."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

COLUMNS = """
SELECT n.nspname, c.relname, a.attname, t.typname
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid
  JOIN pg_type t ON t.oid = a.atttypid
 WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
   AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
   AND (n.nspname, c.relname) <> ('public', 'spatial_ref_sys')
 ORDER BY n.nspname, c.relname, a.attnum
"""
OTHER_BACKENDS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
HANDED_OUT = re.compile(r"(^|_)id$|_by$")
"""Columns whose numbers come from sequences: a second try gets other numbers for the same rows."""

INTEGERS = ("int2", "int4", "int8")
MOMENTS = ("timestamptz", "timestamp")

EMPTY = "0 rows "
VOLATILE_KEYS = ("batch_id", "run_id", "seconds")
"""Keys of JSON values, in columns and in reports, that differ between two runs of one command."""


@dataclass(frozen=True)
class State:
    """Every table of the database as two digests.

    Parameters
    ----------
    exact
        Digest by table of everything that stands in it.
    settled
        The same with numbers from sequences replaced by their rank and moments by whether there is one: equal for
        two runs of one command, whenever they ran and whatever was rolled back between them.
    """

    exact: dict[str, str]
    settled: dict[str, str]

    def changed(self, other: State) -> list[str]:
        """Name the tables that are not exactly as in another state."""
        return differing(self.exact, other.exact)

    def changed_in_meaning(self, other: State) -> list[str]:
        """Name the tables that say something else than in another state."""
        return differing(self.settled, other.settled)


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Name the keys whose values differ or that only one side has."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def read_state(url: str) -> State:
    """Read the digests of all tables in one transaction, when no other session is left that could still write."""
    with psycopg.connect(url) as connection:
        wait_until_alone(connection)
        tables: dict[str, list[tuple[str, str]]] = {}
        for schema, table, column, kind in connection.execute(COLUMNS):
            tables.setdefault(f'"{schema}"."{table}"', []).append((column, kind))
        parts = [digest_query(name, tables[name]) for name in filled(connection, tables)]
        rows = connection.execute(" UNION ALL ".join(parts)).fetchall() if parts else []
    by_name = {name: (exact, settled) for name, exact, settled in rows}
    found = {name.replace('"', ""): by_name.get(name, (EMPTY, EMPTY)) for name in tables}
    return State(
        {name: exact for name, (exact, _) in found.items()},
        {name: settled for name, (_, settled) in found.items()},
    )


def filled(connection: psycopg.Connection[Any], tables: Iterable[str]) -> list[str]:
    """Name the tables that have rows: most have none, and planning their digests would cost more than all else."""
    asked = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables]
    return [name for (name,) in connection.execute(" UNION ALL ".join(asked))] if asked else []


def wait_until_alone(connection: psycopg.Connection[Any], *, patience_s: float = 30.0) -> None:
    """Wait until the sessions of killed clients have ended: until then nothing is decided."""
    until = time.monotonic() + patience_s
    name = connection.info.dbname
    while connection.execute(OTHER_BACKENDS, [name]).fetchall()[0][0]:
        connection.rollback()
        if time.monotonic() > until:
            raise TimeoutError(f"sessions are left in {name}")
        time.sleep(0.005)
    connection.rollback()


def digest_query(table: str, columns: list[tuple[str, str]]) -> str:
    """Give the SELECT for the two digests of one table; the order of rows does not count."""
    row = ", ".join(settled_column(column, kind) for column, kind in columns)
    return (
        f"SELECT '{table}' AS name,"
        " count(*) || ' rows ' || coalesce(md5(string_agg(exact, '' ORDER BY exact)), '') AS exact,"
        " count(*) || ' rows ' || coalesce(md5(string_agg(settled, '' ORDER BY settled)), '') AS settled"
        f' FROM (SELECT md5(t::text) COLLATE "C" AS exact, md5(ROW({row})::text) COLLATE "C" AS settled'
        f" FROM {table} t) rows"
    )


def settled_column(column: str, kind: str) -> str:
    """Give the expression of a column without what legitimately differs between two tries."""
    name = f't."{column}"'
    if kind in INTEGERS and HANDED_OUT.search(column):
        return f"CASE WHEN {name} IS NOT NULL THEN dense_rank() OVER (ORDER BY {name}) END"
    if kind in MOMENTS or column == "as_of":  # the day may end between two tries
        return f"{name} IS NOT NULL"
    if kind == "_text" and column == "codes":  # what is written down names batches and runs by their numbers
        return f"regexp_replace(array_to_string({name}, ' '), '[0-9]+', 'n', 'g')"
    if kind == "jsonb":
        volatile = ", ".join(f"'{key}'" for key in VOLATILE_KEYS)
        return f"CASE jsonb_typeof({name}) WHEN 'object' THEN {name} - ARRAY[{volatile}] ELSE {name} END"
    return f"{name}::text"


def names_below(folders: Iterable[Path], *, leave_out: Iterable[Path] = ()) -> set[str]:
    """Name every file below some folders, so that what a killed command left behind is seen."""
    skipped = tuple(leave_out)
    return {
        f"{folder.name}/{path.relative_to(folder)}"
        for folder in folders
        for path in folder.rglob("*")
        if not any(path.is_relative_to(one) for one in skipped) and not path.is_dir()
    }


def fault_of_report(path: Path, keys: set[str]) -> str:
    """Say what is wrong with a report file that must be absent or whole; empty if nothing is."""
    if not path.exists():
        return ""
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError:
        return f"{path.name} is half-written"
    return "" if set(content) == keys else f"{path.name} lacks {sorted(keys - set(content))}"
