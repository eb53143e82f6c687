"""Someone who can run any SQL as the web's role: what is closed stays closed, whatever is asked and however."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from data.models import Base
from data.session import set_viewer, unit_of_work, viewer_transaction
from data.settings import DbRole
from tests.database.catalogue import as_superuser
from tests.database.one_row_each import fill
from tests.database.viewers import account_of, as_owner, seen, sign_in

if TYPE_CHECKING:
    from pathlib import Path

REGISTER = sorted(name for name in Base.metadata.tables if name.startswith("restricted."))
CLOSED = sorted(
    name for name in Base.metadata.tables if name.split(".")[0] in ("restricted", "auth", "audit", "raw")
)
WAYS = (
    "SELECT * FROM {}", "SELECT count(*) FROM {}", "SELECT 1 FROM {} LIMIT 1", "SELECT t FROM {} AS t",
    "SELECT EXISTS (SELECT FROM {})", "COPY {} TO STDOUT", "TABLE {}", "WITH x AS (SELECT * FROM {}) SELECT 1 FROM x",
    "EXPLAIN ANALYZE SELECT * FROM {}", "SELECT to_jsonb(t) FROM {} AS t", "SELECT * FROM {} FOR UPDATE",
    "CREATE TEMP TABLE x AS SELECT * FROM {}", "DECLARE c CURSOR FOR SELECT * FROM {}", "LOCK TABLE {}",
    "ANALYZE {}",
)  # fmt: skip
SWITCHES = (
    "SET ROLE campus_owner", "SET ROLE campus_register", "SET SESSION AUTHORIZATION campus_register",
    "SET SESSION AUTHORIZATION campus_owner", "SELECT set_config('role', 'campus_register', true)",
    "RESET SESSION AUTHORIZATION; SET ROLE campus_loader",
)  # fmt: skip
FILES = (
    "SELECT pg_read_file('/etc/passwd')", "SELECT pg_ls_dir('.')", "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY core.school TO '/tmp/x'", "SELECT lo_import('/etc/passwd')", "CREATE EXTENSION dblink",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE TABLE public.x (a int)",
    "CREATE SCHEMA x", "SELECT * FROM pg_authid", "SELECT * FROM pg_user_mapping", "SELECT * FROM pg_statistic",
    "ALTER TABLE core.school DISABLE ROW LEVEL SECURITY", "DROP POLICY viewer_sees ON core.school",
    "GRANT SELECT ON restricted.key_person TO campus_app", "ALTER ROLE campus_app BYPASSRLS",
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(shared_database: str) -> str:
    """Give the name of a database with rows of two districts."""
    fill(("core", "work", "out", "out_asof"), ("d1", "d2", "unassigned"))
    return shared_database


@pytest.fixture(scope="module")
def commander(filled: str) -> str:
    """Give the token of a commander of d1."""
    return sign_in("d1")


def refused(token: str, statement: str) -> None:
    """Try a statement as the web's role, in a viewer's own session; it is for want of rights that it fails."""
    with unit_of_work(DbRole.APP) as connection:
        set_viewer(connection, token)
        driver = connection.connection.driver_connection
        assert driver is not None
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            driver.execute(statement)


@pytest.mark.parametrize("table", CLOSED)
def test_no_way_of_asking_reads_a_closed_table(commander: str, table: str) -> None:
    for way in WAYS:
        if way.startswith("ANALYZE"):
            continue  # gives a warning, no rows; its statistics are closed below
        refused(commander, way.format(table))


def test_no_column_of_the_register_is_read_and_no_count_of_it_made(commander: str) -> None:
    assert len(REGISTER) > 0
    for name in REGISTER:
        for column in Base.metadata.tables[name].columns:
            refused(commander, f'SELECT "{column.name}" FROM {name}')
            refused(commander, f'SELECT max("{column.name}"::text) FROM {name}')


def test_what_the_planner_knows_of_a_closed_table_is_not_told(
    home: Path, filled: str, commander: str
) -> None:
    with as_superuser(home, filled) as connection:
        connection.execute("ANALYZE")
    for view in ("pg_stats", "pg_stats_ext"):
        assert (
            seen(
                commander, f"SELECT * FROM {view} WHERE schemaname IN ('restricted', 'auth', 'audit', 'raw')"
            )
            == []
        )


@pytest.mark.parametrize("statement", [*SWITCHES, *FILES])
def test_the_webs_role_becomes_nobody_else_and_makes_nothing(commander: str, statement: str) -> None:
    refused(commander, statement)


@pytest.mark.parametrize("schema", ["core", "work", "out", "out_asof"])
def test_a_forged_word_in_the_setting_of_the_session_opens_nothing(
    filled: str, commander: str, schema: str
) -> None:
    number = account_of(commander)
    hashed = hashlib.sha256(commander.encode())
    forged = [
        "", " ", "0", str(number), "local", "campus_owner", "true", hashed.hexdigest(), f"\\x{hashed.hexdigest()}",
        commander.upper() if commander.upper() != commander else commander + "0", f" {commander}", f"{commander} ",
        commander[:-1], "' OR true --", "%", "\u0130",
    ]  # fmt: skip
    tables = [
        name for name in Base.metadata.tables if name.startswith(f"{schema}.") and name != "core.incident"
    ]
    readable = [name for name in tables if name != "work.built"]
    for token in forged:
        for name in readable:
            with viewer_transaction(token) as connection:
                assert connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() == 0, (
                    token,
                    name,
                )


def test_a_token_set_for_the_whole_connection_is_gone_with_the_next_viewers_transaction(
    filled: str, commander: str
) -> None:
    other = sign_in("d2")
    with unit_of_work(DbRole.APP) as connection:
        connection.execute(text("SELECT set_config('campus.session', :token, false)"), {"token": commander})
        connection.commit()
        set_viewer(connection, other)
        assert connection.execute(text("SELECT code FROM core.school")).scalars().all() == ["code-2"]
    with viewer_transaction("") as connection:
        assert connection.execute(text("SELECT count(*) FROM core.school")).scalar_one() == 0


def test_no_error_text_tells_what_a_row_holds_that_the_viewer_may_not_see(
    filled: str, commander: str
) -> None:
    asked = (
        "SELECT 1 / (CASE WHEN name LIKE 'name-2%' THEN 0 ELSE 1 END) FROM core.school",
        "SELECT name::int FROM core.school WHERE district_code = 'd2'",
        "SELECT ST_GeomFromText(name) FROM core.school WHERE code = 'code-2'",
    )
    for statement in asked:
        assert seen(commander, f"SELECT count(*) FROM ({statement}) AS x")[0][0] in (0, 1)


def test_a_function_of_the_attackers_own_sees_no_row_before_the_policies_do(
    filled: str, commander: str
) -> None:
    # the web's role makes no function, and those it has that raise or tell are run after the policies
    told = seen(
        commander,
        "SELECT count(*) FROM core.school WHERE (CASE WHEN code <> 'code-1' THEN (1 / (length(code) - length(code)))::text ELSE code END) <> ''",
    )
    assert told == [(1,)]


def test_a_write_can_neither_name_another_author_nor_reach_another_district(
    filled: str, commander: str
) -> None:
    me = account_of(commander)
    other = sign_in("d2")
    plan = "INSERT INTO work.plan (district_code, name, created_by) VALUES ('{}', 'x', {})"
    for district, author in (("d2", me), ("d1", account_of(other)), ("d1", 0)):
        refused(commander, plan.format(district, author))
    for statement in (
        "UPDATE work.plan SET district_code = 'd2'",
        "UPDATE core.setting SET value = '1'",
        "INSERT INTO core.setting (key, value) VALUES ('x', '1')",
        "UPDATE core.instance SET training = true",
        "DELETE FROM work.hazard_step",
        "TRUNCATE work.plan",
    ):
        refused(commander, statement)


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_a_session_that_keeps_accounts_or_audits_reads_no_object_of_the_field(filled: str, role: str) -> None:
    token = sign_in("d1", sees_all=True, role=role)
    for name in Base.metadata.tables:
        if name.startswith(("core.", "work.", "out.", "out_asof.")) and name not in (
            "core.incident", "work.built", "core.instance", "core.setting",
        ):  # fmt: skip
            assert seen(token, f"SELECT count(*) FROM {name}") == [(0,)], name


def test_a_session_is_gone_at_the_next_statement_however_it_ended(filled: str) -> None:
    ends = (
        "UPDATE auth.session SET revoked_at = now() WHERE account_id = :id",
        "UPDATE auth.session SET expires_at = now() WHERE account_id = :id",
        "UPDATE auth.session SET idle_until = now() WHERE account_id = :id",
        "UPDATE auth.account SET is_disabled = true WHERE id = :id",
        "UPDATE auth.account SET must_change_password = true WHERE id = :id",
        "DELETE FROM auth.session WHERE account_id = :id",
    )
    for end in ends:
        token = sign_in("d1")
        with viewer_transaction(token) as connection:
            count = text("SELECT count(*) FROM core.school")
            assert connection.execute(count).scalar_one() == 1
            as_owner(end, id=account_of(token))
            if (
                "auth.account" in end
            ):  # each of two defences alone: the account's state, and its sessions' end
                as_owner(
                    "UPDATE auth.session SET revoked_at = NULL WHERE account_id = :id", id=account_of(token)
                )
            assert connection.execute(count).scalar_one() == 0, end
