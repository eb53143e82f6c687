"""Whoever holds the register's password reads nothing that the audit does not know of beforehand, and nobody else reads."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from data.models import Base
from data.repositories import register, register_counts
from data.session import open_local_session, unit_of_work
from data.settings import DbRole, role_url
from tests.database.catalogue import as_superuser
from tests.database.register_files import TODAY
from tests.database.register_reads import register_work
from tests.database.viewers import as_owner, sign_in

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE, ADDRESS = "QZ-ATTACK-77", "暗号路4711号"
ROW = """
    INSERT INTO restricted.key_person
        (case_ref, district_code, police_area_code, address, geom, basis, legal_ref, review_due, recorded_by)
    VALUES (:ref, 'd1', 'P1', :address, 'SRID=4490;POINT(119.5 31.7)', 'order_in_force', 'JBF-29', :due, 1)
"""
COUNT = "SELECT count(*) FROM restricted.key_person"
BEHIND_INTENT = ("key_person", "declaration", "deletion", "secret")
USES = (
    COUNT, "SELECT case_ref FROM restricted.key_person LIMIT 1", "SELECT count(*) FROM restricted.deletion",
    "COPY restricted.key_person TO STDOUT",
    "SELECT max(added) FROM restricted.declaration", "SELECT value FROM restricted.secret",
    "DELETE FROM restricted.key_person", "UPDATE restricted.key_person SET address = ''",
    "SELECT 1 FROM restricted.key_person FOR UPDATE", "DECLARE c CURSOR FOR SELECT 1 FROM restricted.key_person",
    "INSERT INTO restricted.deletion (proof, reason) VALUES (sha256(''), 'absent')",
)  # fmt: skip
"""Statements of the register's own role."""
INSERT = ROW.replace(":ref", "'{}'").replace(":address", "''").replace(":due", "current_date")


@pytest.fixture(scope="module")
def held(shared_database: str) -> str:
    """A register that is on and holds one row, one declaration and one proof."""
    with register.work("enable", 901) as connection:
        register.enable(connection, number="7", day=TODAY, volume="luks", account_id=901)
        connection.commit()
    with register_work() as connection:
        connection.execute(text(ROW), {"ref": REFERENCE, "address": ADDRESS, "due": TODAY})
        connection.execute(text(ROW), {"ref": "QZ-ATTACK-78", "address": "", "due": TODAY})
        register.delete(connection, ["QZ-ATTACK-78"], register.DeletionReason.ON_REQUEST)
        register.declare(connection, account_id=902, source="s", is_training=False,
                         counts=dict.fromkeys(("added", "changed", "unchanged", "deleted"), 0))  # fmt: skip
        connection.commit()
    return shared_database


def intents(purpose: str) -> int:
    return int(as_owner("SELECT count(*) FROM audit.register_intent WHERE purpose = :p", p=purpose))


def raw() -> psycopg.Connection[tuple[object, ...]]:
    """Connect with the register's password, as somebody does who found it."""
    return psycopg.connect(role_url(DbRole.REGISTER).replace("+psycopg", ""))


def run(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> object:
    """Run a statement; gives its rows, or how many it touched."""
    if statement.startswith("COPY"):
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            return list(copy)
    done = connection.execute(statement)
    if statement.startswith("DECLARE"):
        done = connection.execute("FETCH ALL FROM c")
    return done.rowcount if done.description is None else done.fetchall()


def name(connection: psycopg.Connection[tuple[object, ...]], number: object, *, local: bool = True) -> None:
    connection.execute("SELECT set_config('campus.register_intent', %s, %s)", (str(number), local))


def intend(connection: psycopg.Connection[tuple[object, ...]], purpose: str = "theft") -> object:
    row = connection.execute("SELECT audit.intend_register_read(%s, NULL)", (purpose,)).fetchone()
    assert row is not None
    return row[0]


# --- an intent first


def tells_nothing(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> None:
    """Run a statement that gives no row, touches none, or is refused."""
    if statement.startswith("INSERT"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(connection, statement)
    else:
        assert run(connection, statement) in ([], [(0,)], [(None,)], [(False,)], 0), statement


@pytest.mark.parametrize("statement", USES)
def test_nothing_of_the_register_is_used_without_an_intent(held: str, statement: str) -> None:
    with raw() as connection:
        tells_nothing(connection, statement)
        connection.rollback()
    with register_work() as connection:
        assert connection.execute(text(COUNT)).scalar_one() == 1


@pytest.mark.parametrize("statement", USES)
def test_an_intent_that_is_rolled_back_with_its_read_reads_nothing(held: str, statement: str) -> None:
    with raw() as connection:
        for begin, end in (("SELECT 1", "SELECT 1"), ("SAVEPOINT s", "RELEASE s")):
            connection.execute(begin)
            number = intend(connection)
            connection.execute(end)
            name(connection, number)
            tells_nothing(connection, statement)
            connection.rollback()
    assert intents("theft") == 0


def test_without_an_intent_nobody_learns_whether_there_is_a_reference(held: str) -> None:
    for reference in (REFERENCE, "QZ-ATTACK-00"):
        with raw() as connection:
            asked = f"SELECT EXISTS (SELECT FROM restricted.key_person WHERE case_ref = '{reference}')"
            assert run(connection, asked) == [(False,)]
        with raw() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level"):
            connection.execute(INSERT.format(reference))


def test_no_intent_of_others_or_of_long_ago_opens_the_register(held: str) -> None:
    with raw() as first, raw() as second:
        number = intend(first, "other")
        name(second, number)
        assert run(second, COUNT) == [(0,)]
        second.rollback()
        first.commit()
        name(second, number)
        assert run(second, COUNT) == [(0,)]
        name(first, number)
        assert run(first, COUNT) == [(1,)]
        first.rollback()
        assert run(first, COUNT) == [(0,)], "each transaction names its intent"
        first.rollback()
        as_owner(
            "UPDATE audit.register_intent SET at = now() - interval '16 minutes' WHERE id = :n", n=number
        )
        name(first, number)
        assert run(first, COUNT) == [(0,)]


@pytest.mark.parametrize(
    "number", ["", "0", "-1", "999999999", "1; SELECT 1", "' OR true --", "9" * 40, "NULL"]
)
def test_no_forged_number_is_an_intent(held: str, number: str) -> None:
    with raw() as connection:
        name(connection, number, local=False)
        assert run(connection, COUNT) == [(0,)]


def test_the_registers_role_neither_writes_nor_removes_intents_by_hand(held: str) -> None:
    for statement in (
        "INSERT INTO audit.register_intent (purpose) VALUES ('x')", "DELETE FROM audit.register_intent",
        "UPDATE audit.register_intent SET backend = pg_backend_pid()", "SELECT * FROM audit.register_intent",
        "DELETE FROM audit.event", "ALTER TABLE restricted.key_person DISABLE ROW LEVEL SECURITY",
        "DROP POLICY register_read ON restricted.key_person", "SET ROLE campus_owner", "SET row_security = off; " + COUNT,
        "CREATE FUNCTION restricted.has_intent() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    ):  # fmt: skip
        with raw() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_every_table_of_rows_and_proofs_is_behind_the_intent(home: Path, held: str) -> None:
    query = """
        SELECT tablename FROM pg_policies
         WHERE schemaname = 'restricted' AND cmd IN ('SELECT', 'ALL') AND qual LIKE '%has_intent()%'
    """
    with as_superuser(home, held) as connection:
        found = {row[0] for row in connection.execute(query).fetchall()}
    assert found == set(BEHIND_INTENT)
    assert {f"restricted.{name}" for name in found} | {"restricted.assessment"} == {
        name for name in Base.metadata.tables if name.startswith("restricted.")
    }


def test_a_reader_that_is_killed_or_gives_up_has_left_its_intent(held: str) -> None:
    script = (
        "import os, signal; from data.repositories import register\n"
        "with register.work('killed', 5) as c: os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", script], check=False, env={**os.environ})
    assert done.returncode == -signal.SIGKILL
    assert intents("killed") == 1

    def give_up() -> None:
        with register.work("given_up", 5) as connection:
            connection.execute(text(COUNT))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        give_up()
    assert intents("given_up") == 1


def test_the_count_job_states_each_of_its_reads(held: str) -> None:
    before = intents("count")
    assert register_counts.count_register(TODAY) == {"P1": 1}
    assert register_counts.count_register(TODAY) == {"P1": 1}
    assert intents("count") == before + 2


# --- nobody else


@pytest.mark.parametrize("role", [role for role in DbRole if role is not DbRole.REGISTER])
def test_no_other_role_has_a_way_in_the_owner_not_excepted(held: str, role: DbRole) -> None:
    for table in BEHIND_INTENT:
        count = text(f"SELECT count(*) FROM restricted.{table}")
        with unit_of_work(role) as connection:
            if role is DbRole.OWNER:
                assert connection.execute(count).scalar_one() == 0, "to the owner a table has no rows"
                continue
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(count)
    for statement in (
        "SELECT audit.intend_register_read('x', NULL)", "SET ROLE campus_register", "SELECT restricted.has_intent()",
    ):  # fmt: skip
        if role is DbRole.OWNER and "SET ROLE" not in statement:
            continue
        with unit_of_work(role) as connection, pytest.raises(ProgrammingError):
            connection.execute(text(statement))


def test_no_function_gives_a_row_of_the_register_to_whoever_calls_it(home: Path, held: str) -> None:
    query = """
        SELECT f.oid::regprocedure::text FROM pg_proc AS f JOIN pg_namespace AS n ON n.oid = f.pronamespace
         WHERE n.nspname IN ('audit', 'auth', 'core', 'work', 'out', 'out_asof', 'raw', 'restricted', 'public')
           AND f.prosrc ~* 'restricted|key_person'
    """
    with as_superuser(home, held) as connection:
        found = {row[0] for row in connection.execute(query).fetchall()}
        views = connection.execute(
            "SELECT count(*) FROM pg_views WHERE definition ~* 'restricted|key_person' AND schemaname !~ '^pg_'"
        ).fetchone()
    assert found == {"restricted.is_enabled()"}
    assert views == (0,)


def test_no_value_of_a_row_is_in_any_other_table_nor_in_what_sessions_can_see(home: Path, held: str) -> None:
    with as_superuser(home, held) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('raw', 'core', 'work', 'out', 'out_asof', 'audit', 'auth')"
        ).fetchall()
        assert len(tables) > 50
        for (table,), sign in itertools.product(tables, (REFERENCE, ADDRESS)):
            found = connection.execute(
                f"SELECT count(*) FROM {table} AS t WHERE position(%s IN t::text) > 0", (sign,)
            ).fetchone()
            assert found == (0,), table
    for token in (open_local_session(), sign_in("d1", sees_all=True)):
        with unit_of_work(DbRole.APP) as connection:
            connection.execute(text("SELECT set_config('campus.session', :t, true)"), {"t": token})
            shown = connection.execute(text("SELECT string_agg(a::text, ' ') FROM pg_stat_activity AS a"))
            assert REFERENCE not in (shown.scalar_one() or "")


def test_an_error_of_the_register_tells_its_state_and_nothing_else(held: str) -> None:
    def again() -> None:
        with register.work("load", 902) as connection:
            connection.execute(text(ROW), {"ref": REFERENCE, "address": ADDRESS, "due": TODAY})

    with pytest.raises(register.RegisterDatabaseError) as caught:
        again()
    assert caught.value.params == {"state": "23505"}
    chain: list[BaseException | None] = [caught.value]
    while chain[-1] is not None:
        assert not isinstance(chain[-1], psycopg.Error), "whose diagnosis quotes the row"
        assert REFERENCE not in repr(chain[-1]) + str(vars(chain[-1]))
        chain.append(chain[-1].__context__)
