"""The matrix of `data/rights.yml`, held against the database: every role, table and column, for reading and writing."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from data.models import Base
from data.rights import rights
from data.session import set_viewer, unit_of_work
from data.settings import DbRole
from data.terms import ViewerRole
from tests.database.catalogue import as_superuser
from tests.database.one_row_each import fill
from tests.database.viewers import account_of, as_owner, seen, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from data.rights import TableRights

DISTRICTS = ("d1", "d2", "unassigned")
MINE = {"schools": ("code-1", "school_code-1"), "unit": "lead_unit-1"}
OTHERS = {"schools": ("code-2", "school_code-2", "elsewhere"), "unit": "lead_unit-2"}
ROLES = tuple(role.value for role in ViewerRole if role is not ViewerRole.LOCAL)
TABLES = rights().tables
SHUT = sorted(name for name in Base.metadata.tables if name.replace("out_asof.", "out.") not in TABLES)
"""Tables that no visitor reads: events, the register, accounts, the audit, what came in."""
ALIGNED = (
    "UPDATE out.rule_finding SET venue_code = replace(venue_code, 'venue_code', 'code')",
    "UPDATE work.hazard_step SET hazard_code = replace(hazard_code, 'hazard_code', 'code')",
    "UPDATE work.hazard_step SET unit = replace(unit, 'unit', 'lead_unit')",
    "UPDATE core.hazard SET unit = replace(unit, 'unit', 'lead_unit')",
    "UPDATE core.post SET geom = ST_Translate(geom, 0, 0.01 * right(code, 1)::int)",
    "UPDATE core.gate SET geom = ST_Translate(geom, 0, 0.01 * right(school_code, 1)::int)",
    "UPDATE core.school SET geom = ST_Translate(geom, 0, 0.05 * right(code, 1)::int)",
    "UPDATE core.hazard SET geom = ST_Translate(geom, 0, 0.05 * right(code, 1)::int)",
)
"""What makes one row of each table speak of the others of its district."""
ADDS = {
    "work.job": "(kind, status, created_by) VALUES ({kind}, 'queued', :me)",
    "work.override": "(district_code, kind, code, field, value, set_by) VALUES ('d1', 'school', 'c', 'name', '1', :me)",
    "work.duty_change": "(district_code, date, post_code, change, set_by) VALUES ('d1', now(), 'p', 'absent', :me)",
    "work.plan": "(district_code, name, created_by) VALUES ('d1', 'p', :me)",
    "work.hazard_step": "(district_code, hazard_code, step, note, done_by, follows, came_from)"
    " VALUES ('d1', 'code-1', 'rectified', 'n', :me, (SELECT max(id) FROM work.hazard_step), 'assigned')",
    "work.hazard_round": "(district_code, name, kind, starts_on, ends_on, created_by)"
    " VALUES ('d1', 'r', 'other', now(), now(), :me)",
    "work.weighting": "(district_code, weights, set_by) VALUES ('d1', '{{}}', :me)",
    "work.zone_choice": "(district_code, zone_id, school_codes, decision, set_by)"
    " VALUES ('d1', 'z', '{{}}', 'decided', :me)",
    "work.campaign": "(district_code, name, topic, created_by) VALUES ('d1', 'c', 'fire', :me)",
    "work.task": "(district_code, origin, item, lead_unit, deadline, created_by)"
    " VALUES ('d1', 'meeting', 'i', 'u', now(), :me)",
    "work.attachment": "(district_code, kind, code, media_type, content, sha256, created_by)"
    " VALUES ('d1', 'hazard', 'c', 'image/png', '', '', :me)",
}
CHANGES = {
    "work.override": "revoked_at = now(), revoked_by = :me",
    "work.duty_change": "revoked_at = now(), revoked_by = :me",
    "work.zone_choice": "revoked_at = now(), revoked_by = :me",
    "work.plan": "name = 'new'",
    "work.campaign": "closed_at = now(), closed_by = :me",
    "work.task": "done_at = now(), done_by = :me",
}
NO_ONES = ("counts", "expire", "register", "")
"""Words that no page may put in the queue."""


@pytest.fixture(scope="module")
def filled(home: Path, shared_database: str) -> Iterator[str]:
    """Give the name of a database with a row of each district in every table."""
    fill(("core", "work", "out", "out_asof"), DISTRICTS)
    for statement in ALIGNED:
        as_owner(statement)
    return shared_database


@pytest.fixture(scope="module")
def tokens(filled: str) -> dict[tuple[str, bool], str]:
    """Give a session of each role in d1, to which the first row of every table belongs, or another's."""
    return {
        (role, mine): sign_in("d1", role=role, **(MINE if mine else OTHERS))
        for role in ROLES
        for mine in (True, False)
    }


def rows_of(role: str, table: TableRights, name: str, *, mine: bool) -> int:
    """Give how many of the rows a role in d1 is to see."""
    if role in table.district:
        return 2 if name.endswith("core.calendar") else 1
    if role in table.own:
        return int(mine and name != "work.job")
    return 0 if role not in table.any else (1 if name == "core.instance" else len(DISTRICTS))


def names_of_both() -> list[str]:
    as_of = [
        name.replace("out.", "out_asof.")
        for name in TABLES
        if name.startswith("out.") and name.replace("out.", "out_asof.") in Base.metadata.tables
    ]
    return [*TABLES, *as_of]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_of_every_table_and_column_what_the_matrix_says(
    tokens: dict[tuple[str, bool], str], role: str
) -> None:
    for name, mine in itertools.product(names_of_both(), (True, False)):
        if name == "out.hotspot":
            continue
        table = TABLES[name.replace("out_asof.", "out.")]
        columns = [column.name for column in Base.metadata.tables[name].columns]
        shown = columns if table.columns == "*" else list(table.columns)
        found = seen(tokens[role, mine], f"SELECT {', '.join(map(quoted, shown))} FROM {name}")
        assert len(found) == rows_of(role, table, name, mine=mine), (name, mine)
        for column in set(columns) - set(shown):
            with pytest.raises(ProgrammingError, match="permission denied"):
                seen(tokens[role, mine], f"SELECT {quoted(column)} FROM {name}")


def quoted(name: str) -> str:
    return f'"{name}"'


@pytest.mark.parametrize("role", ROLES)
def test_the_view_of_hotspots_is_for_those_who_see_its_tables(
    tokens: dict[tuple[str, bool], str], role: str
) -> None:
    as_owner(
        "UPDATE out.hotspot_period SET epsg = c.epsg FROM out.hotspot_cell AS c WHERE c.district_code = hotspot_period.district_code"
    )
    found = seen(tokens[role, True], "SELECT district_code FROM out.hotspot")
    assert found == ([("d1",)] if role in TABLES["out.hotspot"].seen_by else [])


@pytest.mark.parametrize("name", SHUT)
def test_no_role_reads_a_single_column_of_what_the_matrix_leaves_out(
    tokens: dict[tuple[str, bool], str], name: str
) -> None:
    assert name.split(".", maxsplit=1)[0] in {"core", "work", "raw", "auth", "audit", "restricted", "out"}
    for column in Base.metadata.tables[name].columns:
        for role in ("commander", "admin", "auditor"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                seen(tokens[role, True], f"SELECT {quoted(column.name)} FROM {name}")


def test_the_web_may_change_exactly_the_columns_of_the_matrix(home: Path, filled: str) -> None:
    asked = """
        SELECT n.nspname || '.' || c.relname, a.attname FROM pg_attribute AS a
          JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('core', 'work', 'out', 'out_asof') AND a.attnum > 0 AND NOT a.attisdropped
           AND has_column_privilege('campus_app', c.oid, a.attnum, 'UPDATE')
    """
    with as_superuser(home, filled) as connection:
        found = {tuple(row) for row in connection.execute(asked)}
    assert found == {(name, column) for name, table in TABLES.items() for column in table.changed}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", sorted(ADDS))
def test_a_role_adds_where_the_matrix_says(tokens: dict[tuple[str, bool], str], name: str, role: str) -> None:
    assert {table for table, row in TABLES.items() if row.adds} == set(ADDS)
    statement = f"INSERT INTO {name} {ADDS[name].format(kind=quoted_value('build'))}"
    assert adds(tokens[role, True], statement, as_text=name == "work.job") is (role in TABLES[name].adds)


@pytest.mark.parametrize("kind", [*rights().jobs, *NO_ONES])
def test_a_role_asks_the_worker_only_for_its_own_work(tokens: dict[tuple[str, bool], str], kind: str) -> None:
    statement = f"INSERT INTO work.job {ADDS['work.job'].format(kind=quoted_value(kind))}"
    for role in ROLES:
        assert adds(tokens[role, True], statement, as_text=True) is (role in rights().jobs.get(kind, ())), (
            role
        )


def quoted_value(word: str) -> str:
    return f"'{word}'"


def adds(token: str, statement: str, *, as_text: bool = False) -> bool:
    """Try to add a row, keep nothing; say whether it could be."""
    me = account_of(token)
    try:
        return write(token, statement, me=str(me) if as_text else me) == 1
    except ProgrammingError as error:
        assert "row-level security" in str(error)  # noqa: PT017 -- any other refusal is a fault of the test
        return False


def write(token: str, statement: str, **values: Any) -> int:
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        return connection.execute(text(statement), values).rowcount


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_role_changes_where_the_matrix_says(
    tokens: dict[tuple[str, bool], str], name: str, role: str
) -> None:
    assert {table for table, row in TABLES.items() if row.changes} == set(CHANGES)
    token = tokens[role, True]
    statement = f"UPDATE {name} SET {CHANGES[name]}"
    me = {"me": account_of(token)} if ":me" in statement else {}
    assert write(token, statement, **me) == int(role in TABLES[name].changes)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_removes_plans_and_its_own_attachments(tokens: dict[tuple[str, bool], str], role: str) -> None:
    token = tokens[role, True]
    assert write(token, "DELETE FROM work.plan") == int(role in TABLES["work.plan"].removes)
    as_owner("UPDATE work.attachment SET created_by = 0")
    assert write(token, "DELETE FROM work.attachment") == 0
    as_owner("UPDATE work.attachment SET created_by = :me WHERE district_code = 'd1'", me=account_of(token))
    assert write(token, "DELETE FROM work.attachment") == int(role in TABLES["work.attachment"].removes)


def test_dates_to_come_are_for_commanders(tokens: dict[tuple[str, bool], str], filled: str) -> None:
    columns = [c.name for c in Base.metadata.tables["out.gate_slot"].columns]
    kept = ", ".join(f'"{name}"' for name in columns if name != "date_type")
    for days in (-1, 0, 1, 30):
        as_owner(
            f"INSERT INTO out.gate_slot (date_type, {kept}) SELECT ((now() AT TIME ZONE 'Asia/Shanghai')::date + {days})::text,"
            f" {kept} FROM out.gate_slot WHERE date_type = 'mon' AND district_code = 'd1'"
        )
    try:
        for role in TABLES["out.gate_slot"].seen_by - {ViewerRole.LOCAL}:
            found = seen(tokens[role, True], "SELECT date_type FROM out.gate_slot")
            assert len(found) == (5 if role in (TABLES["out.gate_slot"].ahead or ()) else 3), role
    finally:
        as_owner("DELETE FROM out.gate_slot WHERE date_type ~ '^[0-9]'")


def test_a_commander_of_police_areas_sees_their_schools_and_classes_alone(filled: str) -> None:
    token = sign_in("d1", "d2", "unassigned", areas=["police_area_code-2", "area_code-2"])
    assert seen(token, "SELECT code FROM core.school") == [("code-2",)]
    assert seen(token, "SELECT area_code FROM out.area_person_class") == [("area_code-2",)]
    as_owner("UPDATE out.perimeter SET school_code = replace(school_code, 'school_code', 'code')")
    assert seen(token, "SELECT school_code FROM out.perimeter") == [("code-2",)]
    assert seen(token, "SELECT count(*) FROM core.post") == [(3,)]
    assert seen(token, "SELECT count(*) FROM out.focus_zone") == [(0,)]
    as_owner("UPDATE out.perimeter SET school_code = replace(school_code, 'code', 'school_code')")


def test_a_school_sees_the_post_at_its_gate_though_no_duty_names_it(filled: str) -> None:
    token = sign_in("d1", "d2", role="school", schools=["school_code-1"])
    assert seen(token, "SELECT code FROM core.post") == [("code-1",)]
    as_owner("UPDATE core.post SET geom = ST_Translate(geom, 0, -0.0101) WHERE code = 'code-2'")
    assert seen(token, "SELECT code FROM core.post ORDER BY 1") == [("code-1",), ("code-2",)]
    as_owner("UPDATE core.post SET geom = ST_Translate(geom, 0, 0.0101) WHERE code = 'code-2'")


def test_nobody_sees_anything_in_the_districts_of_others(filled: str) -> None:
    for role in ROLES:
        token = sign_in("elsewhere", role=role, **MINE)
        for name, table in TABLES.items():
            if not table.any and name not in ("core.calendar", "work.job"):
                assert seen(token, f"SELECT count(*) FROM {name}") == [(0,)], (role, name)
