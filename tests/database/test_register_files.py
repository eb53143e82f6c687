"""Sixty files that carry more than they may are refused by name of the column, twenty good ones go in, none leaves a trace."""

from __future__ import annotations

import subprocess
import tempfile
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

import etl.accounts
from data import cluster
from data.backup import backup
from data.repositories import register
from data.terms import ViewerRole
from etl.accounts import Account
from etl.cli import run
from tests.database import planted
from tests.database.register_files import MARK, Made, bad, good
from tests.database.register_reads import register_work
from tests.database.viewers import as_owner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOD, BAD = good(), bad()
ENABLER = Account(901, "enabler", ViewerRole.ADMIN)
LOADER = Account(902, "loader", ViewerRole.STEWARD)
PASSWORD = "correct horse"  # noqa: S105 - of nobody
COUNT = "SELECT count(*) FROM restricted.key_person"


def checked(name: str, password: str) -> Account:
    """Stand in for sign-in: it has its own tests."""
    assert password == PASSWORD
    return {one.name: one for one in (ENABLER, LOADER)}[name]


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def spoken() -> list[str]:
    """Everything that was said, over all tests of this module."""
    return []


@pytest.fixture(scope="module")
def there(shared_database: str, temporary: Path) -> Iterator[str]:
    """A database for the module, with a temporary folder of its own and no terminal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAMPUS_PASSWORD", PASSWORD)
        patch.setenv("TMPDIR", str(temporary))
        patch.setattr(tempfile, "tempdir", str(temporary))
        patch.setattr(etl.accounts, "checked", checked)
        yield shared_database


def rows_there() -> int:
    with register_work() as connection:
        return int(connection.execute(text(COUNT)).scalar_one())


def campus(capsys: pytest.CaptureFixture[str], spoken: list[str], *words: str) -> tuple[int, str]:
    code = run([*words, "--lang=en"])
    said = "".join(capsys.readouterr())
    spoken.append(said)
    return code, said


def load(
    made: Made, folder: Path, capsys: pytest.CaptureFixture[str], spoken: list[str], *more: str
) -> tuple[int, str]:
    path, description = folder / f"{made.name}{made.suffix}", folder / f"{made.name}.yml"
    made.write(path)
    description.write_text(made.source, encoding="utf-8")
    return campus(capsys, spoken, "load", str(path), "--source", str(description), "--as", "loader", *more)


def test_there_are_sixty_and_twenty() -> None:
    assert (len(BAD), len(GOOD)) == (60, 20)
    assert len({made.name for made in [*BAD, *GOOD]}) == 80


@pytest.mark.parametrize("made", BAD, ids=lambda made: made.name)
def test_a_file_that_carries_more_is_refused_whole_also_while_the_register_is_off(
    made: Made, there: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoken: list[str]
) -> None:
    code, said = load(made, tmp_path, capsys, spoken, "--declare")
    assert code == 1
    assert made.says in said
    assert made.about in said
    for secret in made.hidden:
        assert secret not in said
    assert rows_there() == 0


@pytest.mark.parametrize("made", GOOD[:3], ids=lambda made: made.name)
def test_while_the_register_is_off_a_good_file_costs_one_sentence(
    made: Made, there: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoken: list[str]
) -> None:
    code, said = load(made, tmp_path, capsys, spoken, "--declare")
    assert code == 1
    assert said.startswith("The register is off")
    assert said.count("\n") == 1
    assert rows_there() == 0


@pytest.fixture(scope="module")
def enabled(there: str) -> str:
    """Turn the register on by another account than the one that loads."""
    words = [
        "register",
        "enable",
        "--assessment",
        "评估2026-7",
        "--date",
        "2026-09-01",
        "--volume",
        "luks",
        "--as",
    ]
    assert run([*words, "enabler"]) == 0
    return there


@pytest.mark.parametrize("made", GOOD, ids=lambda made: made.name)
def test_a_good_file_goes_in(
    made: Made, enabled: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoken: list[str]
) -> None:
    before = rows_there()
    code, said = load(made, tmp_path, capsys, spoken, "--declare")
    assert (code, said) == (
        0,
        "Loaded into the register: 3 rows read, 3 new, 0 changed, 0 unchanged, 0 deleted.\n",
    )
    assert rows_there() == before + 3
    assert load(made, tmp_path, capsys, spoken, "--declare")[1].count("3 unchanged") == 1


@pytest.mark.parametrize("made", BAD[::6], ids=lambda made: made.name)
def test_a_file_that_carries_more_is_refused_while_the_register_is_on_too(
    made: Made, enabled: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoken: list[str]
) -> None:
    before = rows_there()
    code, said = load(made, tmp_path, capsys, spoken, "--declare")
    assert code == 1
    assert made.says in said
    assert rows_there() == before


@pytest.mark.parametrize("made", GOOD[:1])
def test_without_the_declaration_nothing_is_taken(
    made: Made, enabled: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoken: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        patch.setattr("typer.confirm", lambda *_, **__: False)
        code, said = load(made, tmp_path, capsys, spoken)
    assert code == 1
    assert "--declare" in said
    # where nobody can be asked, who loads under a password declares by that, and is told so
    code, said = load(made, tmp_path, capsys, spoken)
    assert code == 0
    assert "declares" in said


def test_whoever_turned_the_register_on_loads_nothing(
    enabled: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoken: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(etl.accounts, "checked", lambda *_: Account(901, "enabler", ViewerRole.STEWARD))
    code, said = load(GOOD[0], tmp_path, capsys, spoken, "--declare")
    assert code == 1
    assert "two different accounts" in said


@pytest.mark.parametrize("role", sorted(set(ViewerRole) - {ViewerRole.STEWARD, ViewerRole.COMMANDER}))
def test_no_other_role_loads_the_register(
    role: ViewerRole, enabled: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoken: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(etl.accounts, "checked", lambda *_: Account(903, "x", role))
    code, said = load(GOOD[0], tmp_path, capsys, spoken, "--declare")
    assert code == 1
    assert str(role) in said


def test_each_load_is_declared_and_in_the_audit_without_a_reference(enabled: str) -> None:
    with register_work() as connection:
        loads = connection.execute(
            text("SELECT count(*), min(account_id), max(account_id) FROM restricted.declaration")
        ).one()
    assert loads[0] >= 2 * len(GOOD)
    assert set(loads[1:]) == {LOADER.id}
    assert as_owner("SELECT count(*) FROM audit.event WHERE route = 'register.load'") == loads[0]
    assert as_owner("SELECT count(*) FROM audit.event WHERE route = 'register.enable'") == 1
    assert as_owner("SELECT count(*) FROM audit.register_intent WHERE purpose = 'load'") > loads[0]
    assert as_owner("SELECT count(*) FROM audit.event WHERE codes::text ~ 'QZ-'") == 0


def traces(content: bytes) -> list[str]:
    """Say what of the files stands in some bytes: planted values of the bad ones, rows of the good ones."""
    signs = {what: sign for text_ in (MARK, "QZ-0") for what, sign in writings_of(text_).items()}
    return [*planted.search(content, ""), *(what for what, sign in signs.items() if sign in content)]


def writings_of(word: str) -> dict[str, bytes]:
    encodings = ("utf-8", "gb18030", "utf-16-le")
    return {f"{word} {encoding}": word.encode(encoding) for encoding in encodings}


def test_the_search_would_find_a_row(tmp_path: Path) -> None:
    for made in (GOOD[0], GOOD[2], BAD[0], BAD[1]):
        made.write(tmp_path / "x")
        content = (tmp_path / "x").read_bytes()
        unpacked = b"" if content[:2] == b"PK" else content
        assert traces(unpacked or content), made.name


def test_nothing_was_said_of_any_row(enabled: str, spoken: list[str]) -> None:
    assert len(spoken) > 100
    assert not traces("".join(spoken).encode())


def test_nothing_is_left_in_files_logs_or_the_temporary_folder(
    enabled: str, home: Path, temporary: Path
) -> None:
    assert not [path for path in temporary.rglob("*") if path.is_file()]
    data = cluster.status(home).data
    searched = 0
    for path in [*home.rglob("*"), data.with_name("server.log"), *data.rglob("*.log")]:
        inside = data in path.parents and path.suffix != ".log"
        if path.is_file() and not inside:
            searched += 1
            assert not traces(path.name.encode() + path.read_bytes()), path
    assert searched > 3


def test_nothing_is_in_raw_or_any_other_schema_or_a_plain_backup(enabled: str, tmp_path: Path) -> None:
    path = tmp_path / "plain.backup"
    backup(path)
    done = subprocess.run(["pg_restore", "--file=-", str(path)], capture_output=True, check=True)
    assert b"restricted.key_person" in done.stdout
    assert not traces(done.stdout)
    assert not traces(path.read_bytes())
    assert as_owner("SELECT count(*) FROM raw.source") == 0


def test_a_statement_that_fails_says_nothing_of_its_row(
    enabled: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = ("QZ-0", MARK * 20, "order_in_force", "JBF-29", "2027-01-01", b"", "d", "p")

    def fail() -> None:
        with register.work("load", LOADER.id) as connection:
            register.write(connection, added=[row], changed=[], source="x", account_id=1)

    with pytest.raises(register.RegisterDatabaseError) as caught:
        fail()
    found: list[BaseException | None] = [caught.value]
    while found[-1] is not None:
        assert not traces(repr(found[-1]).encode() + str(found[-1]).encode())
        found.append(found[-1].__context__)
    assert len(found) > 2
    assert not traces(cluster.status(home).data.with_name("server.log").read_bytes())
