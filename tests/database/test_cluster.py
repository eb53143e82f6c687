"""The embedded server starts past everything that has been met, and never loses or shares its data."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from data import cluster
from data.cluster_account import server_account
from data.cluster_databases import connect
from data.cluster_places import POINTER, places_of
from data.cluster_processes import is_alive, server_processes
from data.errors import (
    CopiedHomeError,
    DataError,
    DiskFullError,
    ForeignHomeError,
    InitError,
    LostDataError,
    StartError,
    UnreachableDataError,
    UnsafeRuntimeError,
    VersionMisfitError,
)
from data.settings import DbRole, role_url
from tests.conftest import hurry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another account")


def end(home: Path) -> None:
    """Stop a home's server and remove what lies outside of the home."""
    places = places_of(home.resolve())
    with suppress(DataError):
        cluster.stop(home)
    for pid in server_processes(places.data):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if places.is_outside:
        shutil.rmtree(places.data.parent, ignore_errors=True)
    shutil.rmtree(places.runtime, ignore_errors=True)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A home whose cluster was made and stopped; copied where a test needs one that it may harm."""
    with tempfile.TemporaryDirectory(prefix="campus-made-") as folder:
        Path(folder).chmod(0o711)
        home = Path(folder) / "home"
        cluster.ensure_running(home)
        hurry(home)
        end(home)
        yield home


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the server's account can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="campus-place-"))
    folder.chmod(0o711)
    yield folder
    for pointer in folder.rglob(POINTER):
        end(pointer.parent)
    shutil.rmtree(folder)


@pytest.fixture
def home(made: Path, place: Path) -> Path:
    """A home of this test's own with a cluster that is not running."""
    return copy(made, place / "home")


def copy(made: Path, home: Path) -> Path:
    subprocess.run(["cp", "-a", str(made), str(home)], check=True)
    return home


def answer(home: Path) -> object:
    with connect(home.resolve(), "campus") as connection:
        return connection.execute("SELECT current_setting('server_encoding')").fetchall()[0][0]


def postmaster(home: Path) -> int:
    pid = cluster.status(home).pid
    assert pid is not None
    return pid


def python(home: Path, code: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run code of the product in a process of its own, as a command would."""
    given = options.pop("env", {})
    env = {**os.environ, "CAMPUS_HOME": str(home), **given}  # type: ignore[dict-item]
    command = [sys.executable, "-P", "-c", f"from data import cluster\n{code}"]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env=env, cwd="/", timeout=120, **options
    )  # type: ignore[call-overload,no-any-return]


def another(uid: int, gid: int) -> str:
    """Give the code that makes a process another account's for good.

    It begins as ours, so that it can read this checkout, which may lie in a folder closed to all others.
    """
    return (
        "import os, psycopg, geo.errors; from data.settings import *\n"
        f"os.setgroups([]); os.setgid({gid}); os.setuid({uid})\n"
    )


# --- what it is


def test_it_listens_on_its_socket_only_and_asks_everyone_for_a_password(home: Path) -> None:
    cluster.ensure_running(home)
    with connect(home, "campus") as connection:
        assert connection.execute("SHOW listen_addresses").fetchall() == [("",)]
        assert connection.execute("SHOW fsync").fetchall()[0][0] == "off", "the test's own setting is kept"
    runtime = cluster.status(home).runtime
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    for login in (*(role.login for role in DbRole), "campus_super"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"host={runtime} user={login} dbname=campus password=wrong")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"host={runtime} user={login} dbname=campus passfile=/dev/null")


def test_each_role_has_its_own_password_and_none_is_more_than_a_login(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPUS_HOME", str(home))
    cluster.ensure_running()
    urls = [role_url(role).replace("+psycopg", "", 1) for role in DbRole]
    passwords = {re.search(r":([^:@]+)@", url).group(1) for url in urls}  # type: ignore[union-attr]
    assert len(passwords) == len(DbRole)
    rights = "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication FROM pg_roles"
    for role, url in zip(DbRole, urls, strict=True):
        with psycopg.connect(url) as connection:
            row = connection.execute(f"{rights} WHERE rolname = current_user").fetchall()
            assert (connection.info.user, row) == (role.login, [(False,)])


def test_secrets_are_for_one_account_alone_whatever_the_umask_is(place: Path) -> None:
    before = os.umask(0)
    try:
        cluster.ensure_running(place / "home")
    finally:
        os.umask(before)
    secrets = place / "home" / "secrets"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()} == {0o600}
    assert stat.S_IMODE(cluster.status(place / "home").data.parent.stat().st_mode) == 0o700


def test_a_role_whose_password_file_was_lost_gets_a_new_password(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPUS_HOME", str(home))
    cluster.ensure_running()
    (home / "secrets" / "campus_app.password").unlink()
    cluster.ensure_running()
    psycopg.connect(role_url(DbRole.APP).replace("+psycopg", "", 1)).close()


def test_no_error_of_a_statement_reaches_the_servers_log(home: Path) -> None:
    cluster.ensure_running(home)
    with connect(home, "campus") as connection, pytest.raises(psycopg.Error):
        connection.execute("SELECT '13900001111x'::int")
    assert "13900001111" not in places_of(home).log.read_text()


# --- starting


def test_where_it_runs_nothing_is_touched_and_it_takes_milliseconds(home: Path) -> None:
    cluster.ensure_running(home)

    def look() -> set[tuple[str, int]]:
        files = [path for path in home.rglob("*") if "data" not in path.parts]
        return {(str(path), path.stat().st_mtime_ns) for path in files}

    before, pid = look(), postmaster(home)
    times = []
    for _ in range(10):
        begin = time.perf_counter()
        cluster.ensure_running(home)
        times.append(time.perf_counter() - begin)
    assert (look(), postmaster(home)) == (before, pid)
    assert sorted(times)[5] < 0.2, "a connection and a few small files, not a start"


@pytest.mark.parametrize("language", ["C", "POSIX", "zh_CN.UTF-8", "de_DE.ISO-8859-1"])
def test_the_database_is_utf8_whatever_the_language_of_the_terminal(place: Path, language: str) -> None:
    code = "cluster.ensure_running()"
    done = python(place / "家 home", code, env={"LANG": language, "LC_ALL": language, "PYTHONUTF8": "1"})
    assert (done.returncode, done.stderr) == (0, "")
    assert answer(place / "家 home") == "UTF8"


@pytest.mark.parametrize("name", ["x" * 200, "空 格", "a'b\"c$HOME`d`\\e", "-D", "%s%d"])
def test_any_path_will_do(made: Path, place: Path, name: str) -> None:
    home = copy(made, place / name)
    cluster.ensure_running(home)
    assert answer(home) == "UTF8"
    assert len(str(cluster.status(home).runtime)) < 60


def test_a_home_below_a_link_is_the_same_home(home: Path, place: Path) -> None:
    (place / "link").symlink_to(home)
    cluster.ensure_running(place / "link")
    pid = postmaster(home)
    cluster.ensure_running(home)
    assert postmaster(home) == pid


def test_several_homes_run_side_by_side(made: Path, place: Path) -> None:
    homes = [copy(made, place / name) for name in ("one", "two", "three")]
    for home in homes:
        cluster.ensure_running(home)
    assert len({postmaster(home) for home in homes}) == 3
    with connect(homes[0], "campus") as connection:
        connection.execute("CREATE TABLE only_here ()")
    with connect(homes[1], "campus") as connection:
        assert connection.execute("SELECT to_regclass('only_here')").fetchall() == [(None,)]
    assert cluster.stop(homes[0])
    assert answer(homes[1]) == "UTF8"


@pytest.mark.parametrize("state", ["nothing", "stopped"])
def test_starts_at_once_make_one_server(place: Path, made: Path, state: str) -> None:
    home = place / "home"
    if state == "stopped":
        copy(made, home)
    command = [sys.executable, "-P", "-c", "from data import cluster; cluster.ensure_running()"]
    env = {**os.environ, "CAMPUS_HOME": str(home)}
    starts = [
        subprocess.Popen(command, env=env, cwd="/", stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert [(start.communicate()[1], start.returncode) for start in starts] == [("", 0)] * 4
    assert answer(home) == "UTF8"
    masters = [pid for pid in server_processes(places_of(home).data) if pid == postmaster(home)]
    assert len(masters) == 1


def test_the_server_holds_nothing_of_its_starter_open(home: Path) -> None:
    """Otherwise ``x=$(./campus db url)`` would wait for the server's end."""
    begin = time.monotonic()
    done = python(home, "cluster.ensure_running(); print('ready')")
    assert done.stdout == "ready\n"
    assert time.monotonic() - begin < 30
    fds = [Path(f"/proc/{postmaster(home)}/fd/{name}").readlink() for name in "012"]
    assert fds == [Path("/dev/null"), places_of(home).log, places_of(home).log]
    assert not [
        link for link in Path(f"/proc/{postmaster(home)}/fd").iterdir() if "lock" in link.readlink().name
    ]


# --- what a kill leaves behind


def test_a_pid_file_that_names_another_process_is_no_server(home: Path) -> None:
    data = places_of(home).data
    pid_file = data / "postmaster.pid"
    other = subprocess.Popen(["sleep", "60"], user=server_account().uid if os.geteuid() == 0 else None)
    try:
        pid_file.write_text(f"{other.pid}\n{data}\n1\n5432\n/run/nowhere\n\n 1 1\nready   \n")
        assert not cluster.status(home).running
        cluster.ensure_running(home)
        assert answer(home) == "UTF8"
        assert is_alive(other.pid)
    finally:
        other.kill()
        other.wait()


def test_a_socket_and_its_lock_that_outlived_their_server_are_cleared(home: Path) -> None:
    cluster.ensure_running(home)
    runtime, pid = cluster.status(home).runtime, postmaster(home)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(pid))
    (runtime / ".s.PGSQL.5432.lock").write_text("1\n/x\n1\n5432\n/x\n")
    cluster.ensure_running(home)
    assert answer(home) == "UTF8"


def wait_for(condition: Callable[[], bool], patience_s: float = 10) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_after_the_postmaster_was_killed_what_was_committed_is_there(home: Path) -> None:
    cluster.ensure_running(home)
    with connect(home, "campus") as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    os.kill(postmaster(home), signal.SIGKILL)
    cluster.ensure_running(home)
    with connect(home, "campus") as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchall() == [(1000,)]


def test_a_backend_that_computes_on_after_its_postmaster_is_ended(home: Path) -> None:
    cluster.ensure_running(home)
    busy = "from data.cluster_databases import connect; from pathlib import Path\n"
    busy += f"connect(Path({str(home)!r}), 'campus').execute('SELECT count(*) FROM generate_series(1, 100000000000)')"
    client = subprocess.Popen([sys.executable, "-P", "-c", busy], cwd="/", stderr=subprocess.DEVNULL)
    data = places_of(home).data
    try:

        def backends() -> list[int]:
            with connect(home, "campus") as connection:
                query = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%100000000000%' AND pid <> pg_backend_pid()"
                return [row[0] for row in connection.execute(query).fetchall()]  # type: ignore[misc]

        wait_for(lambda: bool(backends()))
        backend, pid = backends()[0], postmaster(home)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not is_alive(pid))
        assert backend in list(server_processes(data))
        cluster.ensure_running(home)
        assert backend not in list(server_processes(data))
        assert answer(home) == "UTF8"
    finally:
        client.kill()
        client.wait()


def test_a_killed_first_start_is_taken_up_again(place: Path) -> None:
    for pause in (0.05, 0.3, 0.6, 0.9):
        env = {**os.environ, "CAMPUS_HOME": str(place / "home")}
        code = "from data import cluster; cluster.ensure_running()"
        first = subprocess.Popen([sys.executable, "-P", "-c", code], env=env, cwd="/", start_new_session=True)
        time.sleep(pause)
        first.kill()
        first.wait()
    cluster.ensure_running(place / "home")
    assert answer(place / "home") == "UTF8"
    left = {path.name for path in places_of(place / "home").data.parent.iterdir()}
    assert left <= {"data", "server.log"}


def test_a_home_that_moved_keeps_its_data_also_while_it_runs(home: Path, place: Path) -> None:
    cluster.ensure_running(home)
    with connect(home, "campus") as connection:
        connection.execute("CREATE TABLE kept ()")
    pid, runtime = postmaster(home), cluster.status(home).runtime
    moved = home.rename(place / "moved")
    cluster.ensure_running(moved)
    assert (postmaster(moved), cluster.status(moved).runtime) == (pid, runtime)
    assert cluster.stop(moved)
    cluster.ensure_running(moved)
    with connect(moved, "campus") as connection:
        assert connection.execute("SELECT to_regclass('kept')::text").fetchall() == [("kept",)]
    assert not runtime.exists()


def test_a_socket_folder_that_was_cleared_under_the_server_comes_back(home: Path) -> None:
    """A session's runtime folder goes when its last login ends; the server does not."""
    cluster.ensure_running(home)
    shutil.rmtree(cluster.status(home).runtime)
    cluster.ensure_running(home)
    assert answer(home) == "UTF8"


def test_data_that_are_gone_are_not_replaced_by_an_empty_database(home: Path) -> None:
    shutil.rmtree(places_of(home).data)
    with pytest.raises(LostDataError):
        cluster.ensure_running(home)
    assert not places_of(home).data.exists()


# --- refusals: one sentence each, and nothing touched


def test_data_of_a_version_that_is_not_installed_are_refused(home: Path) -> None:
    (places_of(home).data / "PG_VERSION").write_text("14\n")
    with pytest.raises(VersionMisfitError) as caught:
        cluster.ensure_running(home)
    assert caught.value.params["written"] == "14"


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with (places_of(home).data / "postgresql.conf").open("a") as file:
        file.write("\nno_such_setting = 1\n")
    with pytest.raises(StartError) as caught:
        cluster.ensure_running(home)
    assert "postgresql.conf" in str(caught.value.params["why"])


def test_a_socket_folder_that_somebody_else_put_there_is_refused(home: Path, place: Path) -> None:
    runtime = cluster.runtime_folder(home)
    (place / "trap").mkdir(mode=0o777)
    runtime.symlink_to(place / "trap")
    try:
        with pytest.raises(UnsafeRuntimeError):
            cluster.ensure_running(home)
    finally:
        runtime.unlink()
    assert list((place / "trap").iterdir()) == []


def test_a_socket_folder_open_to_others_is_refused(home: Path) -> None:
    runtime = cluster.runtime_folder(home)
    runtime.mkdir()
    runtime.chmod(0o777)
    with pytest.raises(UnsafeRuntimeError):
        cluster.ensure_running(home)


@as_root
def test_another_accounts_home_is_refused_in_one_sentence(home: Path) -> None:
    os.chown(home, 65534, 65534)
    with pytest.raises(ForeignHomeError):
        cluster.ensure_running(home)
    with pytest.raises(ForeignHomeError):
        cluster.stop(home)


@as_root
def test_another_account_gets_no_password_out_of_a_home(home: Path) -> None:
    code = "try: role_url(DbRole.OWNER)\nexcept geo.errors.CampusError as error: print(error.key)"
    done = python(home, another(65534, 65534) + code)
    assert (done.stdout.strip(), done.stderr) == ("server.foreign_home", "")


@as_root
def test_data_behind_a_closed_folder_lie_under_var_lib(place: Path) -> None:
    place.chmod(0o700)
    home = place / "home"
    cluster.ensure_running(home)
    data = cluster.status(home).data
    assert data.is_relative_to("/var/lib/campus")
    assert json.loads((home / POINTER).read_text())["data"] == str(data)
    assert answer(home) == "UTF8"
    cluster.stop(home)
    cluster.ensure_running(home)
    assert cluster.status(home).data == data


@as_root
def test_a_new_home_at_an_old_ones_place_never_meets_the_old_data(place: Path) -> None:
    place.chmod(0o700)
    home = place / "home"
    cluster.ensure_running(home)
    old = cluster.status(home).data
    cluster.stop(home)
    shutil.rmtree(home)
    try:
        cluster.ensure_running(home)
        assert cluster.status(home).data != old
        assert answer(home) == "UTF8"
    finally:
        shutil.rmtree(old.parent)


@as_root
def test_a_copied_home_does_not_share_the_originals_data(place: Path) -> None:
    place.chmod(0o700)
    home = place / "home"
    cluster.ensure_running(home)
    other = copy(home, place / "copy")
    try:
        with pytest.raises(CopiedHomeError):
            cluster.ensure_running(other)
    finally:
        shutil.rmtree(other)


@as_root
def test_data_that_a_parent_folder_closed_off_later_are_named(home: Path, place: Path) -> None:
    place.chmod(0o700)
    with pytest.raises(UnreachableDataError):
        cluster.ensure_running(home)


@as_root
def test_a_full_disk_is_said_in_one_sentence_and_the_next_start_succeeds(place: Path) -> None:
    home = place / "small"
    home.mkdir(mode=0o711)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=30m,mode=711", "tmpfs", str(home)], check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with pytest.raises((DiskFullError, InitError)) as caught:
            cluster.ensure_running(home)
        assert caught.type is DiskFullError
        subprocess.run(["mount", "-o", "remount,size=600m", str(home)], check=True)
        cluster.ensure_running(home)
        assert answer(home) == "UTF8"
    finally:
        end(home)
        subprocess.run(["umount", str(home)], check=True)


@as_root
def test_an_ordinary_account_runs_its_own_server(place: Path) -> None:
    login = f"campus{os.getpid()}"
    subprocess.run(["useradd", "--create-home", "--base-dir", str(place), login], check=True)
    try:
        person = place / login
        environment = {
            "HOME": str(person),
            "XDG_RUNTIME_DIR": "/run/nobody",
            "CAMPUS_HOME": str(person / "h"),
        }
        code = (
            "cluster.ensure_running(); cluster.ensure_running(); s = cluster.status()\n"
            "psycopg.connect(role_url(DbRole.LOADER).replace('+psycopg', '')).close()\n"
            "print(s.data.owner(), s.runtime, cluster.stop())"
        )
        account = person.stat()
        done = python(person / "h", another(account.st_uid, account.st_gid) + code, env=environment)
        assert (done.stderr, done.returncode) == ("", 0)
        assert re.fullmatch(rf"{login} /tmp/campus-\d+-[0-9a-f]+ True", done.stdout.strip())
    finally:
        subprocess.run(["userdel", login], check=True, stderr=subprocess.DEVNULL)


# --- stopping


def test_stopping_twice_is_stopping_once(home: Path, place: Path) -> None:
    cluster.ensure_running(home)
    pid = postmaster(home)
    assert cluster.stop(home)
    assert not cluster.stop(home)
    assert not cluster.stop(place / "never made")
    assert not is_alive(pid)
    assert list(server_processes(places_of(home).data)) == []
