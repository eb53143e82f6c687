"""A migration makes exactly the tables that the models declare, takes them back whole, and refuses what is not its own."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.schema import CreateSchema

from data.cluster import copy_database, drop_database, superuser_url
from data.cluster_databases import make_database
from data.migrate import (
    LOCK,
    HoldsRealDataError,
    NeedsAdministratorError,
    NewerDatabaseError,
    OtherInstanceError,
    alembic_config,
    ensure_database,
    is_training,
    mark_training,
    migrate,
    revision,
    rollback,
    set_passwords,
)
from data.migrations import HEAD, REVISIONS
from data.models import SCHEMAS, Base
from data.models.hotspots import HOTSPOT
from data.session import dispose_engines, unit_of_work
from data.settings import DbRole, role_password, role_url
from data.terms import Instance
from tests.database.catalogue import as_superuser, differences, everything, tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLANK = "campus_test_blank"
EMPTY = "campus_test_empty"
MODELS = "campus_test_models"
ADD_SOURCE = "INSERT INTO raw.source (name, kind, mode, definition) VALUES ('s', 'school', 'snapshot', '{}')"
ADD_BATCH = "INSERT INTO raw.batch (source, kind, file_sha256, valid_from) VALUES ('s', 'school', '', now())"


@pytest.fixture(scope="module")
def blank(home: Path) -> Iterator[str]:
    """Give the name of a database with nothing but PostGIS in it, to copy."""
    make_database(BLANK, home=home)
    yield BLANK
    drop_database(BLANK, home=home)


@pytest.fixture
def empty(home: Path, blank: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the name of a copy of it, which the product takes for its own."""
    copy_database(EMPTY, template=blank, home=home)
    monkeypatch.setenv("CAMPUS_DATABASE_NAME", EMPTY)
    yield EMPTY
    dispose_engines()
    drop_database(EMPTY, home=home)


@pytest.fixture
def modelled(home: Path, blank: str) -> Iterator[str]:
    """Give the name of a database that SQLAlchemy laid out from the models."""
    copy_database(MODELS, template=blank, home=home)
    engine = create_engine(role_url(DbRole.OWNER).replace("/campus?", f"/{MODELS}?"))
    with engine.begin() as connection:
        for schema in SCHEMAS:
            connection.execute(CreateSchema(schema))
        Base.metadata.create_all(connection)
    engine.dispose()
    yield MODELS
    drop_database(MODELS, home=home)


def as_owner(*statements: str) -> None:
    with unit_of_work(DbRole.OWNER) as connection:
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()


def value(home: Path, statement: str, database: str = EMPTY) -> object:
    with as_superuser(home, database) as connection:
        row = connection.execute(statement).fetchone()
    return None if row is None else row[0]


@pytest.mark.parametrize("instance", Instance)
def test_up_down_and_up_again_gives_the_same_shape_and_down_leaves_nothing_behind(
    home: Path, empty: str, instance: Instance
) -> None:
    before = everything(home, empty)
    migrate(instance)
    first = everything(home, empty)
    rollback()
    assert differences(before, everything(home, empty)) == []
    migrate(instance)
    assert differences(first, everything(home, empty)) == []
    assert len(first) > len(before) + 1000


def test_taking_back_takes_the_rows_too(home: Path, empty: str) -> None:
    before = everything(home, empty)
    migrate()
    as_owner(ADD_SOURCE, ADD_BATCH)
    rollback()
    assert differences(before, everything(home, empty)) == []
    migrate()
    assert value(home, "SELECT count(*) FROM raw.batch") == 0


def test_the_database_is_what_the_models_declare(home: Path, modelled: str) -> None:
    views = tuple(f"{schema}.{HOTSPOT.name}: " for schema in ("out", "out_asof"))
    laid_out, declared = (
        [line for line in tables(home, name) if not line.startswith(("public.", *views))]
        for name in ("campus", modelled)
    )
    assert differences(declared, laid_out) == []
    assert len(laid_out) > 1000


def test_the_view_of_hotspots_has_the_columns_that_are_told(home: Path) -> None:
    found = "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass ORDER BY attnum"
    told = [(name, kind.replace("polygon, ", "Polygon,")) for name, kind, _ in HOTSPOT.columns]
    with as_superuser(home, "campus") as connection:
        assert connection.execute(found, ["out.hotspot"]).fetchall() == told
        as_of = connection.execute(found, ["out_asof.hotspot"]).fetchall()
    assert as_of == [told[0], ("as_of", "date"), *told[1:]]


def test_every_table_and_every_column_says_what_it_means() -> None:
    silent = [
        str(item)
        for table in Base.metadata.tables.values()
        for item in (table, *table.columns)
        if not item.comment
    ]
    assert silent == []


def test_the_revisions_are_those_that_alembic_finds() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    found = [each.revision for each in script.walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS
    assert script.get_heads() == [HEAD]


def test_a_migration_leaves_its_revision_and_the_instance(empty: str) -> None:
    migrate("joint", training=True)
    with unit_of_work(DbRole.OWNER) as connection:
        found = connection.execute(text("SELECT instance, training FROM core.instance")).all()
        assert revision(connection) == HEAD
        assert is_training(connection)
    assert [tuple(row) for row in found] == [("joint", True)]


def test_the_joint_instance_has_nothing_of_the_register(home: Path, empty: str) -> None:
    migrate("joint")
    lines = everything(home, empty)
    assert value(home, "SELECT count(*) FROM pg_namespace WHERE nspname = 'restricted'") == 0
    assert [line for line in lines if "restricted" in line or "key_person" in line] == []


def test_the_joint_instance_has_all_that_the_police_instance_has_beside_the_register(
    home: Path, empty: str
) -> None:
    migrate("joint")
    police = [line for line in everything(home, "campus") if "restricted" not in line]
    assert differences(police, everything(home, empty)) == []


def test_two_migrations_at_once_both_succeed(home: Path, empty: str) -> None:
    with as_superuser(home, empty) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        words = [sys.executable, "-P", "-m", "etl.cli", "db", "migrate"]
        both = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        wait_for(home, "SELECT count(*) = 2 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    said = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert differences(everything(home, "campus"), everything(home, empty)) == []
    assert value(home, "SELECT count(*) FROM core.instance") == 1


def wait_for(home: Path, condition: str) -> None:
    until = time.monotonic() + 60
    while not value(home, condition):
        assert time.monotonic() < until, condition
        time.sleep(0.02)


def test_a_migration_that_fails_leaves_the_old_shape(home: Path, empty: str) -> None:
    as_owner("CREATE SCHEMA work")
    before = everything(home, empty)
    with pytest.raises(psycopg.errors.DuplicateSchema):
        migrate()
    assert differences(before, everything(home, empty)) == []


def test_a_database_of_a_later_version_is_refused_and_left_alone(home: Path, empty: str) -> None:
    migrate()
    as_owner("UPDATE public.alembic_version SET version_num = '9999'")
    before = everything(home, empty)
    with pytest.raises(NewerDatabaseError) as caught:
        migrate()
    assert caught.value.params == {"found": "9999", "known": HEAD}
    assert differences(before, everything(home, empty)) == []


def test_one_instances_database_is_not_taken_for_the_others(empty: str) -> None:
    migrate("joint")
    with pytest.raises(OtherInstanceError):
        migrate("police")
    migrate()
    migrate("joint")


def test_made_up_data_get_an_empty_database_only(empty: str) -> None:
    migrate()
    ensure_database(training=True)
    as_owner("UPDATE core.instance SET training = false", ADD_SOURCE, ADD_BATCH)
    with pytest.raises(HoldsRealDataError):
        ensure_database(training=True)
    with pytest.raises(HoldsRealDataError):
        mark_training()
    ensure_database()
    with unit_of_work(DbRole.OWNER) as connection:
        assert not is_training(connection)


def test_where_the_owner_may_not_make_the_extension_the_administrator_gets_the_sql(
    home: Path, empty: str
) -> None:
    with as_superuser(home, empty) as connection:
        connection.execute("DROP EXTENSION postgis")
        with pytest.raises(NeedsAdministratorError) as caught:
            migrate()
        connection.execute(str(caught.value.params["sql"]))
    migrate()
    assert differences(everything(home, "campus"), everything(home, empty)) == []


def test_where_the_owner_may_not_make_the_roles_the_administrator_gets_the_sql_without_passwords(
    home: Path, empty: str
) -> None:
    with as_superuser(home, empty) as connection:
        connection.execute("ALTER ROLE campus_auditor RENAME TO campus_test_aside")
        try:
            with pytest.raises(NeedsAdministratorError) as caught:
                migrate()
            printed = str(caught.value.params["sql"])
            assert role_password(DbRole.AUDITOR) not in printed
            connection.execute(printed)
            with unit_of_work(DbRole.AUDITOR) as auditor:
                assert auditor.execute(text("SELECT 1")).scalar_one() == 1
        finally:
            dispose_engines()
            connection.execute("DROP ROLE IF EXISTS campus_auditor")
            connection.execute("ALTER ROLE campus_test_aside RENAME TO campus_auditor")


def test_an_owner_that_may_not_set_passwords_hands_them_to_the_administrator(empty: str) -> None:
    with pytest.raises(NeedsAdministratorError) as caught:
        set_passwords()
    printed = str(caught.value.params["sql"])
    assert printed.count("ALTER ROLE") == 4
    assert [role for role in DbRole if role_password(role) in printed] == []


def test_the_owner_is_no_superuser_and_cannot_become_another_role(empty: str) -> None:
    for role in DbRole:
        if role is not DbRole.OWNER:
            with pytest.raises(ProgrammingError):
                as_owner(f"SET ROLE {role.login}")
    assert superuser_url() != role_url(DbRole.OWNER)
