"""The register over time: who turns it on, what a file replaces, what is deleted with a proof, what a backup brings back."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

import etl.accounts
from data.backup import backup, restore
from data.cluster import copy_database, drop_database
from data.migrate import mark_training
from data.repositories import register
from data.sealed import BadKeyFileError, NeedsKeyError, WrongKeyError, make_keys
from data.session import dispose_engines, unit_of_work
from data.settings import DbRole
from data.terms import DeletionReason, ViewerRole
from etl import intake
from etl.accounts import Account
from etl.cli import run
from etl.errors import NeedsForceError, RealSourceError, RegisterAloneError, TrainingSourceError
from etl.register import Options, load_register
from etl.register.errors import (
    BrokenRuleError,
    MoreThanCellsError,
    NotDeclaredError,
    RefusedContentError,
    RegisterFileError,
    RegisterOffError,
    RegisterSourceError,
    SeveralTablesError,
    TakenReferenceError,
)
from etl.schedule import Nightly, expire
from etl.training.areas import cut_areas
from etl.training.district import SEED
from etl.training.land import draw_land
from etl.training.manifest import Manifest
from etl.training.register import write_register
from etl.training.settlements import place_settlements
from tests.database import planted
from tests.database.register_files import (
    HEADINGS,
    TODAY,
    Table,
    as_csv,
    as_geojson,
    as_gpkg,
    as_xlsx,
    rows,
    source,
)
from tests.database.register_reads import register_work
from tests.database.viewers import as_owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LOADER = Account(902, "loader", ViewerRole.STEWARD)
DECLARED = Options(declared=True)
ADD = """
    INSERT INTO restricted.key_person
        (case_ref, district_code, police_area_code, geom, basis, legal_ref, review_due, recorded_by)
    VALUES (:ref, 'd', 'p', 'SRID=4490;POINT(119 31)', 'order_in_force', 'JBF-29', :due, 1)
"""


def asked(statement: str, **values: object) -> list[tuple[object, ...]]:
    with register_work() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def write(statement: str, **values: object) -> None:
    with register_work() as connection:
        connection.execute(text(statement), values)
        connection.commit()


def references() -> list[object]:
    return [row[0] for row in asked("SELECT case_ref FROM restricted.key_person ORDER BY 1")]


@pytest.fixture
def enabled(database: str) -> str:
    enable()
    return database


@pytest.fixture(scope="module")
def refusing(shared_database: str) -> str:
    """A database with the register on, in which nothing is kept."""
    enable()
    return shared_database


def enable(account: int = 901) -> None:
    with register.work("enable", account) as connection:
        register.enable(connection, number="7", day=TODAY, volume="luks", account_id=account)
        connection.commit()


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., object]:
    def act(
        table: Table | None = None, *, name: str = "s", mode: str = "", options: Options = DECLARED,
        write: Callable[[Path], None] | None = None, suffix: str = ".csv", more: str = "", place: bool = True,
    ) -> object:  # fmt: skip
        path, description = tmp_path / f"file{suffix}", tmp_path / "s.yml"
        path.unlink(missing_ok=True)
        (write or as_csv(table or Table(rows=rows("A"))))(path)
        description.write_text(source(name, place=place) + (f"mode: {mode}\n" if mode else "") + more)
        return load_register(path, description, LOADER, options)

    return act


# --- the database's own defences


def test_no_row_comes_in_while_the_register_is_off(database: str) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        write(ADD, ref="CASE-1", due=TODAY)
    enable()
    write(ADD, ref="CASE-1", due=TODAY)
    write("UPDATE restricted.assessment SET superseded_at = now()")
    with pytest.raises(ProgrammingError, match="row-level security"):
        write("UPDATE restricted.key_person SET address = 'x'")
    write("DELETE FROM restricted.key_person")


def test_who_turned_it_on_cannot_declare(enabled: str) -> None:
    declare = """
        INSERT INTO restricted.declaration (account_id, source, is_training, added, changed, unchanged, deleted)
        VALUES (:by, 's', false, 0, 0, 0, 0)
    """
    with pytest.raises(ProgrammingError, match="row-level security"):
        write(declare, by=901)
    write(declare, by=902)


def test_one_assessment_is_the_current_one(enabled: str) -> None:
    enable(903)
    current = asked("SELECT enabled_by FROM restricted.assessment WHERE superseded_at IS NULL")
    assert current == [(903,)]
    assert asked("SELECT restricted.is_enabled()") == [(True,)]


@pytest.mark.parametrize("table", ["declaration", "deletion", "secret"])
def test_proofs_and_declarations_are_only_added_to(refusing: str, table: str) -> None:
    for statement in (f"DELETE FROM restricted.{table}", f"UPDATE restricted.{table} SET id = 1"):
        with pytest.raises(ProgrammingError):
            write(statement)


@pytest.mark.parametrize("role", [role for role in DbRole if role not in (DbRole.REGISTER, DbRole.OWNER)])
@pytest.mark.parametrize("table", ["key_person", "assessment", "declaration", "deletion", "secret"])
def test_no_other_role_reads_any_of_it(refusing: str, role: DbRole, table: str) -> None:
    with unit_of_work(role) as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(f"SELECT 1 FROM restricted.{table}"))


def test_a_use_that_is_rolled_back_has_its_intent_in_the_audit(database: str) -> None:
    class GivenUpError(Exception):
        pass

    def give_up() -> None:
        with register.work("proof", 5):
            raise GivenUpError

    with pytest.raises(GivenUpError):
        give_up()
    assert (
        as_owner("SELECT count(*) FROM audit.register_intent WHERE purpose = 'proof' AND account_id = 5") == 1
    )


# --- loading


def test_a_snapshot_replaces_its_sources_rows_and_proves_what_it_deletes(enabled: str, load) -> None:
    load(Table(rows=rows("A", 3)))
    load(Table(rows=rows("B", 2)), name="other")
    changed = load(
        Table(rows=rows("A", 2, address="新测试路9号")), options=Options(declared=True, force=True)
    )
    assert (changed.added, changed.changed, changed.unchanged, changed.deleted) == (0, 1, 1, 1)
    assert references() == ["QZ-A-0001", "QZ-A-0002", "QZ-B-0001", "QZ-B-0002"]
    with register.work("proof", None) as connection:
        assert [one.reason for one in register.deletions_of(connection, "QZ-A-0003")] == [
            DeletionReason.ABSENT
        ]
        assert register.deletions_of(connection, "QZ-A-0001") == []


def test_a_file_that_lacks_most_rows_wants_force(enabled: str, load) -> None:
    load(Table(rows=rows("A", 3)))
    with pytest.raises(NeedsForceError):
        load(Table(rows=rows("A", 1)))
    assert len(references()) == 3


def test_appending_deletes_nothing(enabled: str, load) -> None:
    load(Table(rows=rows("A", 3)), mode="append")
    assert load(Table(rows=rows("B", 1)), mode="append").deleted == 0
    assert len(references()) == 4


def test_a_reference_belongs_to_one_source(enabled: str, load) -> None:
    load()
    with pytest.raises(TakenReferenceError) as caught:
        load(name="other")
    assert caught.value.params == {"row": 2}


def test_a_dry_run_keeps_nothing(enabled: str, load) -> None:
    assert load(options=Options(declared=True, dry_run=True)).added == 3
    assert references() == []


def test_a_row_knows_its_police_area_and_has_none_outside(enabled: str, load, tmp_path: Path) -> None:
    area = '{"type":"Polygon","coordinates":[[[119.5,31.7],[119.515,31.7],[119.515,31.72],[119.5,31.72],[119.5,31.7]]]}'
    feature = '{{"type":"Feature","properties":{{"code":"{0}","name":"{0}","level":"{1}"}},"geometry":{2}}}'
    features = ",".join(feature.format(*one, area) for one in (("D1", "district"), ("P1", "police_area")))
    (tmp_path / "areas.geojson").write_text(f'{{"type":"FeatureCollection","features":[{features}]}}')
    (tmp_path / "areas.yml").write_text(
        "name: areas\nkind: area\ncolumns: {code: code, name: name, level: level}\n"
    )
    intake.load(tmp_path / "areas.geojson", tmp_path / "areas.yml")
    load()
    found = asked("SELECT police_area_code, district_code FROM restricted.key_person ORDER BY case_ref")
    assert found == [("P1", "D1"), ("unassigned", "unassigned"), ("unassigned", "unassigned")]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("case_ref", "abc", "bad_reference"),
        ("case_ref", "X" * 21, "bad_reference"),
        ("case_ref", "QZ-R-0001", "repeated"),
        ("case_ref", "ZHANG-SAN", "name"),
        ("case_ref", "2024SU0413XC12", "docket"),
        ("legal_ref", "XSF-112", "other_basis"),
        ("legal_ref", "刑法", "unknown_law"),
        ("review_due", (TODAY - timedelta(days=1)).isoformat(), "review_past"),
        ("review_due", TODAY.replace(year=TODAY.year + 1).isoformat(), None),
        ("review_due", (TODAY.replace(year=TODAY.year + 1) + timedelta(days=1)).isoformat(), "review_late"),
        ("address", "测试路" * 21, "long_address"),
        ("basis", "order", "unknown_value"),
        ("review_due", "soon", "not_a_date"),
        ("lon", "", "missing_value"),
    ],
)
def test_one_faulty_row_refuses_the_whole_file(
    refusing: str, load, column: str, cell: str, reason: str | None
) -> None:
    table = Table(rows=rows("R", 3, **{column: cell}))
    if reason is None:
        assert load(table, options=Options(declared=True, dry_run=True)).added == 3
        return
    with pytest.raises(RegisterFileError) as caught:
        load(table)
    assert caught.value.params["row"] == 3
    assert caught.value.params.get("reason", caught.value.params.get("what")) == reason
    assert not cell or cell not in str(caught.value)
    assert references() == []


def test_a_threat_is_reviewed_within_ninety_days(refusing: str, load) -> None:
    def due(days: int) -> Table:
        day = (TODAY + timedelta(days=days)).isoformat()
        return Table(
            rows=rows("T", 2, basis="threat_under_investigation", legal_ref="XSF-112", review_due=day)
        )

    with pytest.raises(BrokenRuleError) as caught:
        load(due(91))
    assert caught.value.params["reason"] == "review_late_threat"
    assert load(due(90), options=Options(declared=True, dry_run=True)).added == 2


NAME = planted.NAMES[0]


@pytest.mark.parametrize(
    ("write", "suffix", "error"),
    [
        (as_xlsx(Table(rows=rows("X")), comment=NAME), ".xlsx", MoreThanCellsError),
        (as_xlsx(Table(rows=rows("X")), Table(rows=rows("Y"))), ".xlsx", SeveralTablesError),
        (as_geojson(Table(rows=rows("X")), contact=NAME), ".geojson", None),
        (as_geojson(Table(rows=rows("X")), name=NAME), ".geojson", RefusedContentError),
        (as_gpkg(Table((*HEADINGS, NAME), tuple((*row, "x") for row in rows("X")))), ".gpkg", None),
        (lambda path: path.write_text("{"), ".geojson", None),
        (lambda path: path.write_text(f'case_ref,"{NAME}'), ".csv", None),
        (lambda path: path.write_bytes(b"PK\x03\x04" + NAME.encode()), ".xlsx", None),
        (lambda path: path.write_text(NAME), ".kml", None),
    ],
)
def test_what_is_more_than_a_table_is_refused(refusing: str, load, write, suffix: str, error) -> None:
    with pytest.raises(error or Exception) as caught:
        load(write=write, suffix=suffix, place=suffix not in (".geojson", ".gpkg"))
    assert caught.value.exit_code == 1
    assert NAME not in str(caught.value)


@pytest.mark.parametrize(
    "more",
    ["where: a = 1\n", "sheet: x\n", "records: a.b\n", "scope: {district_code: x}\n", "layers: [a]\n"],
)
def test_a_description_with_keys_of_other_kinds_is_refused(refusing: str, load, more: str) -> None:
    with pytest.raises(RegisterSourceError):
        load(more=more)


def test_a_value_map_brings_in_no_conviction(refusing: str, tmp_path: Path) -> None:
    as_csv(Table(rows=rows("M")))(tmp_path / "x.csv")
    text_ = source("m").replace('basis: "basis"', "basis: {from: basis, map: {刑满释放: order_in_force}}")
    (tmp_path / "m.yml").write_text(text_, encoding="utf-8")
    with pytest.raises(RegisterSourceError):
        load_register(tmp_path / "x.csv", tmp_path / "m.yml", LOADER, DECLARED)


def test_the_ordinary_intake_reads_nothing_of_a_register_file(refusing: str, tmp_path: Path) -> None:
    as_csv(Table(rows=rows("O")))(tmp_path / "x.csv")
    (tmp_path / "o.yml").write_text(source("o"))
    with pytest.raises(RegisterAloneError):
        intake.load(tmp_path / "x.csv", tmp_path / "o.yml")
    assert as_owner("SELECT count(*) FROM raw.row") == 0


# --- training


def test_made_up_and_real_rows_never_mix(enabled: str, load) -> None:
    with pytest.raises(TrainingSourceError):
        load(more="training: true\n")
    mark_training()
    with pytest.raises(RealSourceError):
        load()


def test_a_training_database_takes_the_training_district_and_says_that_it_is_made_up(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mark_training()
    land = draw_land(SEED)
    write_register(tmp_path, SEED, cut_areas(SEED, land, place_settlements(SEED, land)), TODAY)
    path, description = Manifest(tmp_path, SEED, TODAY.isoformat()).register
    with pytest.raises(RegisterOffError):
        load_register(path, description, LOADER)
    enable()
    monkeypatch.setattr(etl.accounts, "checked", lambda *_: LOADER)
    monkeypatch.setenv("CAMPUS_PASSWORD", "x")
    assert run(["load", str(path), "--source", str(description), "--as", "loader", "--lang=en"]) == 0
    said = capsys.readouterr()
    assert "the rows are made up" in said.err
    assert len(references()) >= 300
    assert asked("SELECT is_training FROM restricted.declaration") == [(True,)]


def test_a_real_database_wants_the_declaration(refusing: str, load) -> None:
    with pytest.raises(NotDeclaredError):
        load(options=Options())


def test_the_joint_instance_has_no_register_and_looks_through_a_file_all_the_same(
    database: str, load, capsys: pytest.CaptureFixture[str]
) -> None:
    as_owner("UPDATE core.instance SET instance = 'joint'")
    with pytest.raises(RefusedContentError):
        load(Table(rows=rows("J", 2, address=NAME)))
    with pytest.raises(register.NoRegisterError):
        load()
    assert run(["register", "status", "--lang=en"]) == 1
    assert "joint" in capsys.readouterr().err
    assert expire(datetime.now(tz=UTC)) == 0


# --- deletion and expiry


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(etl.accounts, "checked", lambda *_: LOADER)
    monkeypatch.setenv("CAMPUS_PASSWORD", "x")
    monkeypatch.setenv("CAMPUS_LANG", "en")


def test_a_row_is_deleted_on_request_and_its_deletion_can_be_proved(
    enabled: str, load, acting: None, capsys: pytest.CaptureFixture[str]
) -> None:
    load()
    assert run(["register", "was-deleted", "QZ-A-0001"]) == 0
    assert "No row" in capsys.readouterr().out
    assert run(["register", "delete", "QZ-A-0001", "--as", "loader"]) == 0
    assert run(["register", "delete", "QZ-A-0002", "--as", "loader", "--order-ended"]) == 0
    assert run(["register", "delete", "QZ-A-0001", "--as", "loader"]) == 1
    said = "".join(capsys.readouterr())
    assert "QZ-A" not in said
    assert run(["register", "was-deleted", "QZ-A-0001"]) == 0
    assert "on request" in capsys.readouterr().out
    assert references() == ["QZ-A-0003"]
    assert asked("SELECT count(DISTINCT proof) FROM restricted.deletion") == [(2,)]
    assert as_owner("SELECT count(*) FROM audit.event WHERE route = 'register.delete'") == 2
    assert as_owner("SELECT count(*) FROM audit.event WHERE codes::text ~ 'QZ'") == 0


def test_rows_past_review_are_deleted_the_next_night_and_once_a_day(enabled: str) -> None:
    for number, days in enumerate((-40, -1, 0, 1)):
        write(ADD, ref=f"CASE-{number}", due=TODAY + timedelta(days=days))
    nightly, now = Nightly(), datetime.now(tz=UTC)
    assert nightly.expire_register(now)
    assert references() == ["CASE-2", "CASE-3"]
    assert not nightly.expire_register(now)
    assert nightly.expire_register(now + timedelta(days=1))
    assert references() == ["CASE-3"]
    assert asked("SELECT DISTINCT reason FROM restricted.deletion") == [("expired",)]
    assert expire(now) == 0


def test_the_state_of_the_register_tells_no_number_of_rows(
    enabled: str, load, capsys: pytest.CaptureFixture[str]
) -> None:
    load(Table(rows=rows("N", 7)))
    assert run(["register", "status", "--lang=en"]) == 0
    out = capsys.readouterr().out
    assert "impact assessment 7" in out
    assert run(["register", "expire", "--lang=en"]) == 0
    assert not any(sign.isdigit() for sign in capsys.readouterr().err)


@pytest.mark.parametrize(
    ("number", "day", "volume"),
    [("", "2026-01-01", "luks"), ("7", "2999-01-01", "luks"), ("7", "2026-01-01", " "), ("7", "2026-01-01", "x" * 201),
     (planted.PHONES[0], "2026-01-01", "luks"), ("7\n8", "2026-01-01", "luks")],
)  # fmt: skip
def test_an_assessment_that_cannot_be_turns_nothing_on(
    database: str, acting: None, number: str, day: str, volume: str
) -> None:
    words = ["--assessment", number, "--date", day, "--volume", volume, "--as", "loader"]
    assert run(["register", "enable", *words]) == 1
    assert asked("SELECT restricted.is_enabled()") == [(False,)]


def test_without_a_password_nobody_acts(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAMPUS_PASSWORD", raising=False)
    words = ["--assessment", "7", "--date", "2026-01-01", "--volume", "x", "--as", "loader"]
    assert run(["register", "enable", *words]) == 1


# --- backups


@pytest.fixture
def second(home: Path, database: str) -> Iterator[str]:
    name = f"{database}_second"
    copy_database(name, template="campus", home=home)
    yield name
    dispose_engines()
    drop_database(name, home=home)


@pytest.fixture
def sealed(enabled: str, load, tmp_path: Path) -> tuple[Path, Path]:
    """A sealed backup with three rows, one of them due yesterday, and its key."""
    load()
    write(
        "UPDATE restricted.key_person SET review_due = :due WHERE case_ref = 'QZ-A-0003'",
        due=TODAY - timedelta(days=1),
    )
    key = tmp_path / "key"
    public = make_keys(key)
    backup(tmp_path / "sealed.backup", recipient=public)
    return tmp_path / "sealed.backup", key


def test_a_sealed_backup_brings_the_register_back_without_what_is_past_review(
    sealed: tuple[Path, Path], second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, key = sealed
    before = asked("SELECT to_jsonb(k) FROM restricted.key_person AS k ORDER BY case_ref")
    token = sign_in("d1")
    backup(path, recipient=key.with_name("key.pub").read_text())
    dispose_engines()
    monkeypatch.setenv("CAMPUS_DATABASE_NAME", second)
    restore(path, key=key)
    assert asked("SELECT to_jsonb(k) FROM restricted.key_person AS k ORDER BY case_ref") == before[:2]
    assert asked("SELECT reason FROM restricted.deletion") == [("purged",)]
    assert asked("SELECT restricted.is_enabled()") == [(True,)]
    assert asked("SELECT account_id FROM restricted.declaration") == [(LOADER.id,)]
    assert token
    assert as_owner("SELECT count(*) FROM auth.session WHERE revoked_at IS NULL") == 0
    assert as_owner("SELECT count(*) FROM audit.event WHERE route = 'db.backup'") >= 1
    write("INSERT INTO restricted.deletion (proof, reason) VALUES (:proof, 'expired')", proof=b"x" * 32)


def test_rows_deleted_since_the_backup_do_not_come_back(sealed: tuple[Path, Path]) -> None:
    path, key = sealed
    with register.work("delete", LOADER.id) as connection:
        register.delete(connection, ["QZ-A-0001"], DeletionReason.ON_REQUEST)
        connection.commit()
    restore(path, key=key)
    assert references() == ["QZ-A-0002"]
    with register.work("proof", None) as connection:
        found = register.deletions_of(connection, "QZ-A-0001")
    assert [one.reason for one in found] == [DeletionReason.ON_REQUEST]


def test_a_plain_backup_leaves_the_proofs_that_there_are(enabled: str, load, tmp_path: Path) -> None:
    load()
    with register.work("delete", LOADER.id) as connection:
        register.delete(connection, ["QZ-A-0001"], DeletionReason.ON_REQUEST)
        connection.commit()
    backup(tmp_path / "plain.backup")
    restore(tmp_path / "plain.backup")
    assert references() == []
    assert asked("SELECT restricted.is_enabled()") == [(False,)]
    with register.work("proof", None) as connection:
        assert len(register.deletions_of(connection, "QZ-A-0001")) == 1


def test_without_its_key_a_sealed_backup_tells_and_restores_nothing(
    sealed: tuple[Path, Path], tmp_path: Path
) -> None:
    path, key = sealed
    content = path.read_bytes()
    assert b"QZ-A" not in content
    assert b"key_person" not in content
    assert b"PGDMP" not in content
    with pytest.raises(NeedsKeyError):
        restore(path)
    with pytest.raises(BadKeyFileError):
        restore(path, key=key.with_name("key.pub"))
    make_keys(tmp_path / "other")
    with pytest.raises(WrongKeyError):
        restore(path, key=tmp_path / "other")
    assert len(references()) == 3


@pytest.mark.parametrize("harm", ["cut", "flipped", "longer"])
def test_a_changed_sealed_backup_changes_nothing(sealed: tuple[Path, Path], harm: str) -> None:
    path, key = sealed
    content = bytearray(path.read_bytes())
    if harm == "cut":
        del content[-1000:]
    elif harm == "flipped":
        content[-10] ^= 1
    else:
        content += b"x" * 100
    path.write_bytes(content)
    with pytest.raises(WrongKeyError):
        restore(path, key=key)
    assert len(references()) == 3


def test_the_words_of_a_backup_with_the_register_go_together(
    enabled: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, key = str(tmp_path / "b"), str(tmp_path / "k")
    assert run(["db", "backup", file, "--with-register"]) == 2
    assert run(["db", "backup", file, "--recipient", "x"]) == 2
    assert run(["db", "backup", file, "--with-register", "--recipient", "x"]) == 1
    assert run(["register", "keygen", key]) == 0
    assert run(["register", "keygen", key]) == 1
    capsys.readouterr()
    assert run(["db", "backup", file, "--with-register", "--recipient", f"{key}.pub"]) == 0
    assert subprocess.run(["pg_restore", "--list", file], capture_output=True, check=False).returncode != 0
    assert run(["db", "restore", file, "--key", key]) == 0
