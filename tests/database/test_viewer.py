"""Who sees which rows, and which role may do what: read from the catalog and tried out with each role's own login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from data.models import Base
from data.repositories.map_layers import data_version, instance, viewer
from data.repositories.runs import recent_runs
from data.session import open_local_session, set_viewer, unit_of_work, viewer_transaction
from data.settings import DbRole
from tests.database.catalogue import as_superuser
from tests.database.one_row_each import fill
from tests.database.register_reads import register_work
from tests.database.viewers import account_of, as_owner, revoke, seen, sign_in

if TYPE_CHECKING:
    from pathlib import Path

BEHIND_POLICIES = ("core", "work", "out", "out_asof")
DISTRICTS = ("d1", "d2", "unassigned")
READ_BY_APP = sorted(
    name for name, table in Base.metadata.tables.items()
    if table.schema in BEHIND_POLICIES and name not in ("core.incident", "work.built")
)  # fmt: skip
WITHOUT_DISTRICT = {"core.instance": 1, "core.rule": 3, "core.setting": 3, "work.job": 3, "work.job_file": 3}
"""Tables that belong to no district, with their rows, as the operator sees them."""
STEWARDS = ("work.job", "work.job_file", "work.override")
"""Tables that a commander sees nothing of. Who sees what by role: test_rights."""

TABLE_RIGHTS = """
    table                       loader  register  app   auditor
    audit.checkpoint            -       -         -     S
    audit.cut_record            -       -         -     S
    audit.event                 -       -         -     S
    audit.link                  -       -         -     S
    audit.pending               -       -         -     S
    audit.register_intent       -       -         -     S
    audit.run                   -       -         -     S
    auth.account                -       -         -     -
    auth.attempt                -       -         -     -
    auth.mode                   -       -         -     -
    auth.secret                 -       -         -     -
    auth.session                -       -         -     -
    core.area                   SIUD    -         S     -
    core.basemap                SIUD    -         S     -
    core.bell_slot              SIUD    -         S     -
    core.calendar               SIUD    -         S     -
    core.duty                   SIUD    -         S     -
    core.duty_exception         SIUD    -         S     -
    core.gate                   SIUD    -         S     -
    core.hazard                 SIUD    -         S     -
    core.incident               SIUD    -         -     -
    core.instance               S       -         S     -
    core.post                   SIUD    -         S     -
    core.road                   SIUD    -         S     -
    core.rule                   SIUD    -         S     -
    core.school                 SIUD    -         S     -
    core.setting                SIUD    -         S     -
    core.venue                  SIUD    -         S     -
    out.area_person_class       SI      -         S     -
    out.coverage                SIUD    -         S     -
    out.coverage_gap            SIUD    -         S     -
    out.focus_zone              SIUD    -         S     -
    out.gate_slot               SIUD    -         S     -
    out.hotspot                 S       -         S     -
    out.event_density           SIUD    -         S     -
    out.hotspot_cell            SIUD    -         S     -
    out.hotspot_grid            SIUD    -         S     -
    out.hotspot_period          SIUD    -         S     -
    out.hotspot_sum             SIUD    -         S     -
    out.perimeter               SIUD    -         S     -
    out.rule_finding            SIUD    -         S     -
    out.school_event_class      SIUD    -         S     -
    out.service_area            SIUD    -         S     -
    out_asof.coverage           SIUD    -         S     -
    out_asof.coverage_gap       SIUD    -         S     -
    out_asof.focus_zone         SIUD    -         S     -
    out_asof.gate_slot          SIUD    -         S     -
    out_asof.hotspot            S       -         S     -
    out_asof.event_density      SIUD    -         S     -
    out_asof.hotspot_cell       SIUD    -         S     -
    out_asof.hotspot_grid       SIUD    -         S     -
    out_asof.hotspot_period     SIUD    -         S     -
    out_asof.hotspot_sum        SIUD    -         S     -
    out_asof.perimeter          SIUD    -         S     -
    out_asof.rule_finding       SIUD    -         S     -
    out_asof.school_event_class SIUD    -         S     -
    out_asof.service_area       SIUD    -         S     -
    public.alembic_version      -       -         -     -
    raw.batch                   SIUD    -         -     -
    raw.file_value              SIUD    -         -     -
    raw.row                     SIUD    -         -     -
    raw.secret                  S       -         -     -
    raw.source                  SIUD    -         -     -
    restricted.assessment       -       SIU       -     -
    restricted.declaration      -       SI        -     -
    restricted.deletion         -       SI        -     -
    restricted.key_person       -       SIUD      -     -
    restricted.secret           -       SI        -     -
    work.attachment             SIUD    -         SID   -
    work.built                  SIUD    -         -     -
    work.campaign               SIUD    -         SIU   -
    work.duty_change            SIUD    -         SIU   -
    work.hazard_round           SIUD    -         SI    -
    work.hazard_step            SIUD    -         SI    -
    work.job                    SIUD    -         SI    -
    work.job_file               SIUD    -         S     -
    work.override               SIUD    -         SIU   -
    work.plan                   SIUD    -         SIUD  -
    work.task                   SIUD    -         SIU   -
    work.weighting              SIUD    -         SI    -
    work.zone_choice            SIUD    -         SIU   -
"""
"""S select, I insert, U update (of some columns at least), D delete; nobody may truncate, refer or add triggers."""
FUNCTION_RIGHTS = {
    "loader": {
        "audit.cut", "audit.finish_run", "audit.note_checkpoint", "audit.record_for", "audit.seal", "audit.start_run",
        "auth.has_accounts", "auth.open_local_session", "auth.set_mode", "core.trace",
    },
    "register": {"audit.intend_register_read", "audit.record_for", "restricted.has_intent", "restricted.is_enabled"},
    "app": {
        "audit.recent_runs", "audit.record", "auth.my_hazards", "auth.my_posts", "auth.my_schools", "auth.my_venues",
        "auth.viewer", "auth.add_account", "auth.change_password",
        "auth.list_accounts", "auth.own_salt", "auth.reset_password", "auth.revoke_sessions", "auth.salt_of",
        "auth.set_disabled", "auth.set_scope", "auth.sign_in", "auth.sign_in_external", "auth.sign_out", "auth.touch",
        "core.data_version", "core.facts_version", "core.local_today", "core.trace", "out.in_box_area", "out.in_box_basemap",
        "out.in_box_coverage_gap", "out.in_box_focus_zone", "out.in_box_gate", "out.in_box_hazard",
        "out.in_box_hotspot", "out.in_box_venue",
        "out.in_box_perimeter", "out.in_box_post", "out.in_box_road", "out.in_box_school",
        "out.in_box_service_area", "out.road_classes",
        "out.tile_area", "out.tile_basemap", "out.tile_box", "out.tile_coverage_gap", "out.tile_perimeter",
        "out.tile_road", "out.tile_shape", "work.intake_batches", "work.intake_sources", "work.intake_trace",
    },
    "auditor": {"audit.accounts"},
}  # fmt: skip
SCHEMA_RIGHTS = {
    "loader": {"audit", "auth", "core", "out", "out_asof", "public", "raw", "work"},
    "register": {"audit", "public", "restricted"},
    "app": {"audit", "auth", "core", "out", "out_asof", "public", "work"},
    "auditor": {"audit", "public"},
}
SEQUENCE_RIGHTS = {"loader": {"core", "raw", "work"}, "register": set(), "app": {"work"}, "auditor": set()}
"""Schemas of whose sequences a role may draw numbers."""
SERVANTS = "unnest(ARRAY['loader', 'register', 'app', 'auditor']) AS role"
NOT_POSTGIS = "NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.objid = {}.oid AND e.deptype = 'e')"
ASKED_TABLES = f"""
    SELECT role, n.nspname || '.' || r.relname, string_agg(left(asked, 1), '' ORDER BY place)
      FROM pg_class AS r JOIN pg_namespace AS n ON n.oid = r.relnamespace
     CROSS JOIN {SERVANTS}
     CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'])
           WITH ORDINALITY AS a (asked, place)
     WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_|^information_schema$'
       AND {NOT_POSTGIS.format("r")}
       AND (has_table_privilege('campus_' || role, r.oid, asked) OR asked IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
            AND has_any_column_privilege('campus_' || role, r.oid, asked))
     GROUP BY 1, 2
"""
TABLE_NAMES = f"""
    SELECT n.nspname || '.' || r.relname FROM pg_class AS r JOIN pg_namespace AS n ON n.oid = r.relnamespace
     WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_|^information_schema$'
       AND {NOT_POSTGIS.format("r")}
"""
ASKED_FUNCTIONS = f"""
    SELECT role, n.nspname || '.' || f.proname
      FROM pg_proc AS f JOIN pg_namespace AS n ON n.oid = f.pronamespace CROSS JOIN {SERVANTS}
     WHERE n.nspname !~ '^pg_|^information_schema$' AND {NOT_POSTGIS.format("f")}
       AND has_function_privilege('campus_' || role, f.oid, 'EXECUTE')
"""
ASKED_SCHEMAS = f"""
    SELECT role, n.nspname FROM pg_namespace AS n CROSS JOIN {SERVANTS}
     WHERE n.nspname !~ '^pg_|^information_schema$' AND has_schema_privilege('campus_' || role, n.oid, 'USAGE')
"""
ASKED_SEQUENCES = f"""
    SELECT role, n.nspname FROM pg_class AS s JOIN pg_namespace AS n ON n.oid = s.relnamespace CROSS JOIN {SERVANTS}
     WHERE s.relkind = 'S' AND has_sequence_privilege('campus_' || role, s.oid, 'USAGE, SELECT, UPDATE')
"""
DEFINERS = f"""
    SELECT f.oid::regprocedure::text, pg_get_userbyid(f.proowner), f.prosecdef, f.proconfig,
           EXISTS (SELECT FROM aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS a WHERE a.grantee = 0)
      FROM pg_proc AS f JOIN pg_namespace AS n ON n.oid = f.pronamespace
     WHERE n.nspname !~ '^pg_|^information_schema$' AND {NOT_POSTGIS.format("f")}
"""
COUNT_ALL = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) FROM {name}" for name in READ_BY_APP)
JOB = "INSERT INTO work.job (kind, status, created_by) VALUES ('build', :status, :by)"
OVERRIDE = """
    INSERT INTO work.override (district_code, kind, code, field, value, set_by)
    VALUES (:district, 'school', :code, 'name', '"x"', :by)
"""
PLAN = "INSERT INTO work.plan (district_code, name, created_by) VALUES (:district, :code, :by)"
DUTY_CHANGE = """
    INSERT INTO work.duty_change (district_code, date, post_code, change, set_by)
    VALUES (:district, '2026-11-02', :code, 'absent', :by)
"""
CAMPAIGN = """
    INSERT INTO work.campaign (district_code, name, topic, created_by) VALUES (:district, :code, 'fire', :by)
"""
HAZARD_STEP = """
    INSERT INTO work.hazard_step (district_code, hazard_code, step, note, done_by)
    VALUES (:district, 'code-1', 'assigned', :code, :by)
"""
ATTACHMENT = """
    INSERT INTO work.attachment (district_code, kind, code, media_type, content, sha256, created_by)
    VALUES (:district, 'hazard', :code, 'image/png', '', '', :by)
"""


REGISTER_ROW = """
    INSERT INTO restricted.key_person
        (case_ref, district_code, police_area_code, geom, basis, legal_ref, review_due, recorded_by)
    VALUES ('CASE-1', 'd', 'p', 'SRID=4490;POINT(119 31)', 'order_in_force', 'x', '2026-12-01', 1)
"""


@pytest.fixture(scope="module")
def filled(home: Path, shared_database: str) -> str:
    """Give the name of a database with a row of each district in every table, and one in the register."""
    fill(BEHIND_POLICIES, DISTRICTS)
    with as_superuser(home, shared_database) as connection:
        connection.execute(REGISTER_ROW)
    return shared_database


@pytest.fixture(scope="module")
def steward(filled: str) -> str:
    """Give the token of a steward of d1."""
    return sign_in("d1", role="steward")


@pytest.fixture(scope="module")
def commander(filled: str) -> str:
    """Give the token of a commander of d1."""
    return sign_in("d1")


def counts(token: str) -> dict[str, int]:
    return {name: count for name, count in seen(token, COUNT_ALL) if count}


def commanders(rows: int) -> dict[str, int]:
    """Give what a commander of some districts sees of every table, in rows; a calendar row for all lies in none."""
    found = dict.fromkeys(READ_BY_APP, rows) | WITHOUT_DISTRICT | {"core.calendar": rows + 1}
    return {name: count for name, count in found.items() if count and name not in STEWARDS}


def write(token: str, statement: str, **values: Any) -> int:
    """Write as a viewer does; gives the rows touched and keeps nothing."""
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        return connection.execute(text(statement), values).rowcount


def asked(home: Path, query: str) -> list[tuple[Any, ...]]:
    with as_superuser(home, "campus") as connection:
        return connection.execute(query).fetchall()


def by_role(rows: list[tuple[Any, ...]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {role: set() for role in FUNCTION_RIGHTS}
    for role, name in rows:
        found[role].add(name)
    return found


# --- policies


def test_every_table_of_core_work_and_out_is_behind_policies_that_do_not_bind_the_owner(home: Path) -> None:
    flags = "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind IN ('r', 'p')"
    for schema in BEHIND_POLICIES:
        rows = asked(home, f"{flags} AND relnamespace = '{schema}'::regnamespace")
        assert rows
        assert {row[1:] for row in rows} == {(True, False)}, schema


def test_the_registers_policies_bind_its_owner_too(home: Path) -> None:
    flags = "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relkind IN ('r', 'p')"
    found = asked(home, f"{flags} AND relnamespace = 'restricted'::regnamespace ORDER BY relname")
    names = ("assessment", "declaration", "deletion", "key_person", "secret")
    assert found == [(name, True, True) for name in names]


def test_there_is_no_view_that_reads_with_its_owners_rights(home: Path) -> None:
    views = f"""
        SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('v', 'm') AND n.nspname !~ '^pg_|^information_schema$' AND {NOT_POSTGIS.format("c")}
           AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
    """
    assert [
        name for (name,) in asked(home, views) if name not in {"geometry_columns", "geography_columns"}
    ] == []


@pytest.mark.parametrize("token", ["", "forged", "0" * 64, "'; DROP TABLE auth.session; --", "\u6821\u56ed"])
def test_a_token_that_no_session_has_sees_no_row_of_any_table(filled: str, token: str) -> None:
    assert counts(token) == {}


def test_without_any_token_there_is_no_row_of_any_table(filled: str) -> None:
    with unit_of_work(DbRole.APP) as connection:
        assert [row for row in connection.execute(text(COUNT_ALL)) if row.count] == []


def test_a_session_that_expired_sees_no_row_of_any_table(filled: str) -> None:
    assert counts(sign_in("d1", sees_all=True, life="-1 second")) == {}


def test_a_session_that_was_revoked_sees_no_row_of_any_table(filled: str) -> None:
    token = sign_in("d1", sees_all=True)
    assert counts(token)
    revoke(token)
    assert counts(token) == {}


def test_a_session_whose_account_was_disabled_sees_no_row_of_any_table(filled: str) -> None:
    token = sign_in("d1", sees_all=True)
    assert counts(token)
    as_owner("UPDATE auth.account SET is_disabled = true WHERE id = :id", id=account_of(token))
    assert counts(token) == {}


def test_a_session_without_districts_sees_only_what_belongs_to_none(filled: str) -> None:
    assert counts(sign_in()) == commanders(0)


def test_the_hash_of_a_token_is_no_token(filled: str, commander: str) -> None:
    hashed = as_owner("SELECT encode(token_hash, 'hex') FROM auth.session LIMIT 1")
    assert counts(hashed) == {}


def test_a_session_of_one_district_sees_exactly_its_rows(filled: str, commander: str) -> None:
    assert counts(commander) == commanders(1)
    for name in READ_BY_APP:
        if name not in (*WITHOUT_DISTRICT, *STEWARDS, "core.calendar"):
            assert seen(commander, f"SELECT DISTINCT district_code FROM {name}") == [("d1",)], name


def test_a_session_of_two_districts_sees_the_rows_of_both(filled: str) -> None:
    token = sign_in("d2", "unassigned", "elsewhere")
    assert counts(token) == commanders(2) | {"core.calendar": 2}


def test_a_session_of_all_districts_sees_every_row(filled: str) -> None:
    assert counts(sign_in(sees_all=True)) == commanders(3) | {"core.calendar": 3}


def test_a_token_is_forgotten_when_its_transaction_ends(filled: str, commander: str) -> None:
    with unit_of_work(DbRole.APP) as connection:
        for end in (connection.rollback, connection.commit):
            set_viewer(connection, commander)
            assert connection.execute(text("SELECT count(*) FROM core.school")).scalar_one() == 1
            end()
            assert connection.execute(text("SELECT count(*) FROM core.school")).scalar_one() == 0
            connection.rollback()


def test_a_viewers_transaction_writes_nothing(filled: str, commander: str) -> None:
    with viewer_transaction(commander) as connection, pytest.raises(DBAPIError, match="read-only"):
        connection.execute(text(PLAN), {"district": "d1", "code": "p", "by": account_of(commander)})


def test_what_a_page_stands_on_is_empty_without_a_viewer(filled: str, commander: str) -> None:
    with viewer_transaction("forged") as connection:
        assert viewer(connection) is None
        assert instance(connection) is None
        assert data_version(connection) == ""
        assert recent_runs(connection).empty
    with viewer_transaction(commander) as connection:
        assert viewer(connection) is not None
        assert len(data_version(connection)) == 12
        assert len(recent_runs(connection)) == 1


# --- the operator's session


def test_the_operator_sees_every_row_also_when_there_are_accounts(database: str) -> None:
    fill(BEHIND_POLICIES, DISTRICTS)
    sign_in("d1", role="school")
    token = open_local_session()
    assert counts(token) == dict.fromkeys(READ_BY_APP, 3) | WITHOUT_DISTRICT
    assert open_local_session() == token


def test_the_web_can_never_open_the_operators_session(database: str) -> None:
    for role in (DbRole.APP, DbRole.AUDITOR, DbRole.REGISTER):
        with unit_of_work(role) as connection, pytest.raises(ProgrammingError) as caught:
            connection.execute(text("SELECT auth.open_local_session()"))
        assert isinstance(caught.value.orig, psycopg.errors.InsufficientPrivilege)


def test_nobody_can_be_given_the_local_role(database: str) -> None:
    with pytest.raises(DBAPIError, match="ck_account_local"):
        sign_in("d1", role="local")


# --- rights


def test_every_role_has_the_rights_on_tables_that_are_written_here_and_no_other(home: Path) -> None:
    heading, *lines = (line.split() for line in TABLE_RIGHTS.strip().splitlines())
    expected = {
        (role, line[0], rights)
        for line in lines
        for role, rights in zip(heading[1:], line[1:], strict=True)
        if rights != "-"
    }
    assert set(asked(home, ASKED_TABLES)) ^ expected == set()
    assert {name for (name,) in asked(home, TABLE_NAMES)} ^ {line[0] for line in lines} == set()


def test_every_role_may_call_the_functions_that_are_written_here_and_no_other(home: Path) -> None:
    assert by_role(asked(home, ASKED_FUNCTIONS)) == FUNCTION_RIGHTS


def test_every_role_gets_into_the_schemas_that_are_written_here_and_no_other(home: Path) -> None:
    assert by_role(asked(home, ASKED_SCHEMAS)) == SCHEMA_RIGHTS


def test_every_role_draws_numbers_only_where_it_writes(home: Path) -> None:
    assert by_role(asked(home, ASKED_SEQUENCES)) == SEQUENCE_RIGHTS


def test_nobody_but_the_owner_makes_anything_in_the_database(home: Path) -> None:
    makers = f"""
        SELECT role, n.nspname FROM pg_namespace AS n CROSS JOIN {SERVANTS}
         WHERE n.nspname !~ '^pg_(toast|temp)' AND has_schema_privilege('campus_' || role, n.oid, 'CREATE')
        UNION ALL SELECT role, current_database() FROM {SERVANTS}
         WHERE has_database_privilege('campus_' || role, current_database(), 'CREATE')
    """
    assert asked(home, makers) == []


def test_only_the_loader_makes_temporary_tables(home: Path) -> None:
    makers = f"SELECT role FROM {SERVANTS} WHERE has_database_privilege('campus_' || role, current_database(), 'TEMP')"
    assert asked(home, makers) == [("loader",)]


def test_no_role_is_a_member_of_another(home: Path) -> None:
    members = "SELECT count(*) FROM pg_auth_members WHERE member::regrole::text LIKE 'campus_%' AND NOT admin_option"
    assert asked(home, members) == [(0,)]


def test_functions_that_run_as_the_owner_search_fixed_schemas_and_are_not_for_everyone(home: Path) -> None:
    rows = asked(home, DEFINERS)
    assert sum(row[2] for row in rows) == 75
    for name, owner, _, settings, everyone in rows:
        assert owner == "campus_owner", name
        assert not everyone, name
        assert settings in (
            ["search_path=pg_catalog, pg_temp"],
            ["search_path=pg_catalog, public, pg_temp"],
        ), name


@pytest.mark.parametrize("table", ["auth.session", "auth.account"])
def test_the_web_reads_no_sessions_and_no_accounts(filled: str, commander: str, table: str) -> None:
    with pytest.raises(ProgrammingError) as caught:
        seen(commander, f"SELECT * FROM {table}")
    assert isinstance(caught.value.orig, psycopg.errors.InsufficientPrivilege)


def test_no_login_but_the_registers_own_reads_the_register_the_owner_not_excepted(filled: str) -> None:
    with register_work() as connection:
        assert connection.execute(text("SELECT count(*) FROM restricted.key_person")).scalar_one() == 1
    assert rows_of(DbRole.REGISTER) == 0, "without an intent"
    assert rows_of(DbRole.OWNER) == 0
    for role in (DbRole.LOADER, DbRole.APP, DbRole.AUDITOR):
        with pytest.raises(ProgrammingError, match="permission denied"):
            rows_of(role)


def rows_of(role: DbRole) -> int:
    with unit_of_work(role) as connection:
        return int(connection.execute(text("SELECT count(*) FROM restricted.key_person")).scalar_one())


# --- what a viewer writes


def test_a_job_goes_into_the_queue_as_its_own_author_and_queued_only(filled: str, commander: str) -> None:
    me = str(account_of(commander))
    assert write(commander, JOB, status="queued", by=me) == 1
    for status, by in [
        ("running", me),
        ("done", me),
        ("queued", "0"),
        ("queued", "cli"),
        ("queued", "schedule"),
    ]:
        with pytest.raises(DBAPIError, match="row-level security"):
            write(commander, JOB, status=status, by=by)
    with pytest.raises(DBAPIError, match="row-level security"):
        write("forged", JOB, status="queued", by=me)


@pytest.mark.parametrize("change", ["UPDATE work.job SET status = 'queued'", "DELETE FROM work.job"])
def test_a_job_once_in_the_queue_is_the_workers(filled: str, commander: str, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        write(commander, change)


@pytest.mark.parametrize("statement", [OVERRIDE, PLAN, DUTY_CHANGE, CAMPAIGN, HAZARD_STEP, ATTACHMENT])
def test_a_work_item_is_written_in_the_viewers_own_district_and_name_only(
    filled: str, commander: str, steward: str, statement: str
) -> None:
    token = steward if statement is OVERRIDE else commander
    me = account_of(token)
    assert write(token, statement, district="d1", code="new", by=me) == 1
    for district, by in [("d2", me), ("unassigned", me), ("d1", me + 1), ("d1", 0)]:
        with pytest.raises(DBAPIError, match="row-level security"):
            write(token, statement, district=district, code="new", by=by)
    with pytest.raises(DBAPIError, match="row-level security"):
        write("", statement, district="d1", code="new", by=me)


@pytest.mark.parametrize(("role", "touched"), [("committee", 1), ("commander", 0), ("bureau", 0)])
def test_weights_and_decisions_of_zones_are_the_committees(filled: str, role: str, touched: int) -> None:
    token = sign_in("d1", role=role)
    me = account_of(token)
    taken_back = "UPDATE work.zone_choice SET revoked_at = now(), revoked_by = :me"
    assert write(token, taken_back, me=me) == touched
    weighed = "INSERT INTO work.weighting (district_code, weights, set_by) VALUES ('d1', '{}', :me)"
    if touched:
        assert write(token, weighed, me=me) == 1
    else:
        with pytest.raises(ProgrammingError, match="row-level security"):
            write(token, weighed, me=me)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE work.override SET set_by = 0",
        "UPDATE work.override SET district_code = 'd2'",
        "UPDATE work.override SET value = '1'",
        "UPDATE work.duty_change SET change = 'absent'",
        "UPDATE work.duty_change SET set_by = 0",
        "DELETE FROM work.duty_change",
        "UPDATE work.campaign SET created_by = 0",
        "UPDATE work.campaign SET result = '{}'",
        "UPDATE work.campaign SET forecast = '{}'",
        "UPDATE work.weighting SET weights = '{}'",
        "UPDATE work.zone_choice SET decision = 'declined'",
        "UPDATE work.task SET item = 'x'",
        "DELETE FROM work.task",
        "INSERT INTO core.rule (code) VALUES ('x')",
        "UPDATE work.campaign SET district_code = 'd2'",
        "UPDATE work.plan SET created_by = 0",
        "UPDATE work.plan SET created_at = now()",
        "DELETE FROM work.hazard_step",
        "UPDATE core.school SET name = 'x'",
        "UPDATE core.instance SET training = true",
        "DELETE FROM out.coverage",
        "INSERT INTO audit.event (route) VALUES ('x')",
    ],
)
def test_author_district_and_facts_are_not_a_viewers_to_change(
    filled: str, commander: str, change: str
) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        write(commander, change)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE work.override SET revoked_at = now(), revoked_by = 0",
        "UPDATE work.override SET revoked_at = now()",
        "UPDATE work.override SET revoked_by = :me",
        "UPDATE work.duty_change SET revoked_at = now(), revoked_by = 0",
        "UPDATE work.duty_change SET revoked_at = now()",
        "UPDATE work.duty_change SET revoked_by = :me",
    ],
)
def test_a_correction_is_taken_back_under_the_viewers_own_account(
    filled: str, commander: str, steward: str, change: str
) -> None:
    token = steward if "override" in change else commander
    me = {"me": account_of(token)} if ":me" in change else {}
    with pytest.raises(ProgrammingError, match="row-level security"):
        write(token, change, **me)


def test_a_correction_that_was_taken_back_stays_so(filled: str, steward: str) -> None:
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, steward)
        taken = text("UPDATE work.override SET revoked_at = now(), revoked_by = :me")
        assert connection.execute(taken, {"me": account_of(steward)}).rowcount == 1
        assert connection.execute(taken, {"me": account_of(steward)}).rowcount == 0


def test_what_was_looked_at_is_written_down_under_the_viewers_own_account(
    filled: str, commander: str
) -> None:
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, commander)
        connection.execute(text("SELECT audit.record('/command', '{d1}')"))
        connection.commit()
    with unit_of_work(DbRole.AUDITOR) as connection:
        found = connection.execute(
            text("SELECT kind, account_id, role, route, codes FROM audit.event WHERE kind = 'view'")
        ).all()
    assert [tuple(row) for row in found] == [("view", account_of(commander), "commander", "/command", ["d1"])]


def test_the_auditor_reads_the_audit_and_changes_nothing(filled: str) -> None:
    with unit_of_work(DbRole.AUDITOR) as connection:
        assert connection.execute(text("SELECT count(*) FROM audit.run")).scalar_one() == 1
        for name in ("run", "event", "link", "pending", "checkpoint", "cut_record", "register_intent"):
            with pytest.raises(ProgrammingError, match="permission denied"), connection.begin_nested():
                connection.execute(text(f"DELETE FROM audit.{name}"))


def test_the_loader_adds_class_counts_and_never_changes_them(filled: str) -> None:
    for change in ("UPDATE out.area_person_class SET class = '100+'", "DELETE FROM out.area_person_class"):
        with (
            unit_of_work(DbRole.LOADER) as connection,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            connection.execute(text(change))
