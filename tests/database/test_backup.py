"""A backup holds everything but the register; restoring takes all of it or changes nothing."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from data.backup import MisfitBackupError, NoBackupError, RestoreError, backup, restore
from data.cluster import copy_database, drop_database, superuser_url
from data.session import dispose_engines, unit_of_work
from data.settings import DbRole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADD_SETTING = """
    INSERT INTO core.setting (key, value, valid_from, set_by) VALUES ('marker', '1', clock_timestamp(), 'test')
"""
COUNT_MARKERS = "SELECT count(*) FROM core.setting WHERE key = 'marker'"
SHAPE = """
    SELECT string_agg(line, chr(10) ORDER BY line) FROM (
        SELECT format('%s.%s %s %s', n.nspname, c.relname, c.relkind, c.relacl) FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('raw', 'core', 'work', 'restricted', 'out', 'out_asof', 'audit', 'auth')
        UNION ALL SELECT format('policy %s %s', polrelid::regclass, polname) FROM pg_policy
        UNION ALL SELECT format('function %s %s', oid::regprocedure, proacl) FROM pg_proc
        WHERE pronamespace::regnamespace::text IN ('out', 'auth', 'audit', 'core')
        UNION ALL SELECT format('database %s', datacl) FROM pg_database WHERE datname = current_database()
    ) AS lines (line)
"""


def as_superuser(home: Path, database: str, statement: str) -> object:
    url = superuser_url(home, database=database).replace("+psycopg", "", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        result = connection.execute(statement)
        return result.fetchall()[0][0] if result.description else None


def mark() -> None:
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(text(ADD_SETTING))
        connection.commit()


def markers() -> int:
    with unit_of_work(DbRole.OWNER) as connection:
        return int(connection.execute(text(COUNT_MARKERS)).scalar_one())


def databases(home: Path) -> object:
    return as_superuser(home, "postgres", "SELECT string_agg(datname, ',' ORDER BY datname) FROM pg_database")


@pytest.fixture
def saved(database: str, tmp_path: Path) -> Path:
    mark()
    path = tmp_path / "城区.backup"
    backup(path)
    return path


@pytest.fixture
def second(home: Path, database: str) -> Iterator[str]:
    """Another database, as it stood before anything was marked."""
    name = f"{database}_second"
    copy_database(name, template="campus", home=home)
    yield name
    dispose_engines()
    drop_database(name, home=home)


def test_a_restored_database_has_the_rows_rights_policies_and_functions_of_the_old_one(
    home: Path, database: str, saved: Path, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPUS_DATABASE_NAME", second)
    assert markers() == 0
    dispose_engines()
    restore(saved)
    assert markers() == 1
    assert as_superuser(home, second, SHAPE) == as_superuser(home, database, SHAPE)


def test_restoring_takes_the_database_from_clients_that_are_connected(
    home: Path, database: str, saved: Path, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPUS_DATABASE_NAME", second)
    client = psycopg.connect(superuser_url(home, database=second).replace("+psycopg", "", 1))
    restore(saved)
    assert markers() == 1
    client.close()


def test_the_registers_rows_are_in_no_backup(home: Path, database: str, tmp_path: Path) -> None:
    case = "ZX-PLANTED-9"
    as_superuser(
        home,
        database,
        "SET session_replication_role = replica; INSERT INTO restricted.key_person (case_ref, district_code,"
        " police_area_code, geom, basis, legal_ref, review_due, recorded_by) VALUES"
        f" ('{case}', 'd', 'p', 'SRID=4490;POINT(119 31)', 'order_in_force', 'x', '2026-12-01', 1)",
    )
    path = tmp_path / "plain.backup"
    backup(path)
    names = as_superuser(home, database, "SELECT count(*) FROM restricted.key_person")
    assert names == 1
    restore(path)
    assert as_superuser(home, database, "SELECT count(*) FROM restricted.key_person") == 0


def test_only_its_account_can_read_a_backup(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "text"])
def test_a_damaged_file_leaves_the_database_as_it_was(
    home: Path, database: str, saved: Path, harm: str
) -> None:
    content = saved.read_bytes()
    middle = len(content) // 2
    harmed = {
        "cut": content[: len(content) * 9 // 10],
        "flipped": content[:middle]
        + bytes(byte ^ 0xFF for byte in content[middle : middle + 400])
        + content[middle + 400 :],
        "empty": b"",
        "text": b"CREATE TABLE core.school ();",
    }
    saved.write_bytes(harmed[harm])
    mark()
    before, known = databases(home), markers()
    with pytest.raises(RestoreError):
        restore(saved)
    assert (databases(home), markers()) == (before, known)


def test_another_products_dump_is_refused(
    home: Path, database: str, tmp_path: Path, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("CAMPUS_DATABASE_NAME", second)
        with unit_of_work(DbRole.OWNER) as connection:
            connection.execute(text("DROP TABLE core.instance CASCADE"))
            connection.commit()
        backup(tmp_path / "other.backup")
    mark()
    with pytest.raises(MisfitBackupError):
        restore(tmp_path / "other.backup")
    assert markers() == 1


def test_the_other_instances_backup_is_refused(
    home: Path, database: str, saved: Path, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPUS_DATABASE_NAME", second)
    as_superuser(home, second, "UPDATE core.instance SET instance = 'joint'")
    with pytest.raises(MisfitBackupError):
        restore(saved)


def test_a_missing_file_is_named(database: str, tmp_path: Path) -> None:
    with pytest.raises(NoBackupError):
        restore(tmp_path / "nothing.backup")


def test_a_file_is_restored_with_the_owners_rights_only(
    home: Path, database: str, tmp_path: Path, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dump can hold any statement, a command of the operating system among them."""
    with monkeypatch.context() as patch:
        patch.setenv("CAMPUS_DATABASE_NAME", second)
        as_superuser(
            home,
            second,
            "CREATE FUNCTION core.grab() RETURNS int LANGUAGE internal STRICT AS 'int4pl';"
            " ALTER FUNCTION core.grab() OWNER TO campus_owner",
        )
        backup(tmp_path / "hostile.backup")
    with pytest.raises(RestoreError):
        restore(tmp_path / "hostile.backup")
