"""`./campus` sets a machine up once, says what it does, and lets nothing of the caller's environment in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.launcher.conftest import CLOSED, NOBODY, ROOT, Checkout

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another account")
LAUNCHER = (ROOT / "campus").read_text(encoding="utf-8")
TOOLS = "bash env cat cut dirname flock grep head mkdir mktemp mv npm readlink rm sha256sum stat tail tee tr"


def only_shims(checkout: Checkout) -> dict[str, str]:
    """Give a path on which nothing is found but what the launcher needs: no chromium, no git, no sudo."""
    bare = checkout.shims / "bare"
    bare.mkdir(exist_ok=True)
    for name in TOOLS.split():
        real = checkout.shims / name if name == "npm" else Path(shutil.which(name) or "/nowhere")
        if not (bare / name).exists():
            (bare / name).symlink_to(real)
    return {"PATH": str(bare)}


# --- what it is


def test_it_is_bash_without_a_fault_in_its_grammar() -> None:
    subprocess.run(["bash", "-n", str(ROOT / "campus")], check=True)
    assert os.access(ROOT / "campus", os.X_OK)


def test_each_of_its_sentences_exists_in_both_languages_and_is_used() -> None:
    sentences = re.findall(r'^    (\w+)\) en="(.+?)" zh="(.+?)" ;;$', LAUNCHER, re.MULTILINE)
    code = "\n".join(line for line in LAUNCHER.splitlines() if " zh=" not in line)
    asked = set(re.findall(r"\b(?:say|stop) ([a-z_]+)", code))
    assert {name for name, *_ in sentences} == asked
    for name, english, chinese in sentences:
        assert re.search(r"[\u4e00-\u9fff]", chinese), name
        assert english.count("$2") == chinese.count("$2"), name


def test_ci_runs_all_tests_and_nothing_else() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert script.rstrip().endswith("exec ./campus test")


def test_the_maps_scripts_are_pinned_by_version_and_digest_and_name_no_host() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    exact = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in exact.values())
    assert {name: locked[f"node_modules/{name}"]["version"] for name in exact} == exact
    packages = [entry for name, entry in locked.items() if name]
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in packages)


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_every_python_package_is_pinned_by_digest_and_no_index_is_named(name: str) -> None:
    text = (ROOT / "locks" / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    assert len(entries) > 50
    assert all(re.match(r"[\w.\[\],-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"https?://|--index|--find-links", text)


# --- setting up


def test_the_second_run_does_nothing_but_run(checkout: Checkout) -> None:
    before, calls = checkout.stamps(), checkout.calls
    done = checkout.run("db", "url", "--role", "app")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["words"] == ["db", "url", "--role", "app"]
    assert (checkout.stamps(), checkout.calls) == (before, calls)


def test_this_checkout_runs_again_without_network_or_installing(checkout: Checkout) -> None:
    """The real thing, with its real locks; it was set up to run this test."""
    if not (ROOT / ".venv" / ".stamp-dev").exists():
        pytest.skip("this checkout's environment was not made by its launcher")
    checkout.run("test", "--version", program=ROOT / "campus")
    stamps = {path: path.stat().st_mtime_ns for path in (ROOT / ".venv").glob(".stamp-*")}
    done = checkout.run("test", "--version", program=ROOT / "campus")
    assert done.returncode == 0, done.stderr
    assert "pytest" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in (ROOT / ".venv").glob(".stamp-*")} == stamps
    assert "apt-get" not in checkout.calls


def test_what_a_killed_set_up_left_half_made_is_made_again(fresh: Checkout) -> None:
    for seconds in (0.2, 1.5, 3.0):
        first = fresh.start("hello", start_new_session=True)
        time.sleep(seconds)
        os.killpg(first.pid, 9)
        first.communicate()
    assert fresh.told("hello")["words"] == ["hello"]
    assert not (fresh.venv / ".installing").exists()
    (fresh.venv / ".installing").touch()
    (fresh.venv / "rubbish").touch()
    fresh.told("hello")
    assert not (fresh.venv / "rubbish").exists()


def test_two_at_once_set_up_once(fresh: Checkout) -> None:
    both = [fresh.start("hello") for _ in range(2)]
    said = sorted((process.communicate(timeout=120)[1] for process in both), key=len)
    assert [process.returncode for process in both] == [0, 0]
    assert said[0] == "Another command is setting up; waiting ...\n" or said[0] == ""
    assert "".join(said).count("Making the private Python environment") == 1


def test_a_checkout_that_moved_makes_its_environment_anew(fresh: Checkout, tmp_path: Path) -> None:
    fresh.told("hello")
    moved = Checkout(fresh.root.rename(tmp_path / "elsewhere"), fresh.shims)
    seen = moved.told("hello")
    assert (seen["here"], seen["python"]) == (str(moved.root / "etl" / "cli.py"), str(moved.venv))


def test_a_changed_lock_is_installed_and_only_then(fresh: Checkout) -> None:
    fresh.told("hello")
    before = fresh.stamps()
    (fresh.root / "locks" / "runtime.txt").write_text("# other\n")
    done = fresh.run("hello")
    assert done.returncode == 0, done.stderr
    assert "Making the private Python environment" in done.stderr
    after = fresh.stamps()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {".venv/.stamp-runtime"}
    assert fresh.run("hello").stderr == ""


def test_tests_and_benchmarks_get_the_developers_tools_and_others_do_not(fresh: Checkout) -> None:
    fresh.told("serve")
    runtime = {".venv/.stamp-made", ".venv/.stamp-runtime", "node_modules/.stamp-runtime"}
    assert set(fresh.stamps()) == runtime
    assert "--omit=dev" in fresh.calls
    fresh.told("--lang", "zh", "bench")
    assert set(fresh.stamps()) == {*runtime, ".venv/.stamp-dev", "node_modules/.stamp-dev"}
    stamps = fresh.stamps()
    fresh.told("test")
    assert fresh.run("serve").stderr == ""
    assert fresh.stamps() == stamps


def test_a_package_that_cannot_be_had_is_one_sentence_after_the_reason(fresh: Checkout) -> None:
    (fresh.root / "locks" / "runtime.txt").write_text(f"nothing-like-it==1.0 --hash=sha256:{'0' * 64}\n")
    done = fresh.run("hello", env={"PIP_RETRIES": "0"})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "The Python packages cannot be installed; the lines above say why."
    assert "nothing-like-it" in done.stderr


def test_scripts_that_cannot_be_had_are_one_sentence_after_the_reason(fresh: Checkout) -> None:
    fresh.shim("npm", '#!/bin/sh\n[ "$1" = --version ] || { echo no such thing; exit 3; }\n')
    done = fresh.run("hello", "--lang", "zh")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == ["no such thing", "地图脚本获取失败，原因见上文。"]


# --- the machine's packages


@as_root
def test_without_sudo_it_names_the_packages_to_ask_for_and_stops(checkout: Checkout) -> None:
    mine = [checkout.root.parent, *checkout.root.parent.rglob("*")]
    for path in mine:
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    opened = [
        folder
        for folder in checkout.root.parents
        if folder.owner() == "root" and folder.stat().st_mode & 7 == 0
    ]
    for folder in opened:
        folder.chmod(folder.stat().st_mode | 0o011)
    try:
        account = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        for words, sentence in {
            ("test",): "This machine lacks packages that this account may not install; ask for: chromium git",
            ("test", "--lang=zh"): "本机缺少以下软件包，当前账户无权安装，请联系管理员安装：chromium git",
        }.items():
            done = checkout.run(*words, env=only_shims(checkout), **account)
            assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence + "\n")
    finally:
        for path in mine:
            os.chown(path, 0, 0, follow_symlinks=False)
        for folder in opened:
            folder.chmod(folder.stat().st_mode & ~0o011)


@as_root
def test_stale_package_lists_are_refreshed_once_and_only_where_needed(checkout: Checkout) -> None:
    bare = only_shims(checkout)
    apt = 'echo "apt $*" >>"$CALLS"; case $* in *update*) touch "$CALLS.fresh" ;; *) [ -e "$CALLS.fresh" ] ;; esac'
    (checkout.shims / "bare" / "apt-get").unlink(missing_ok=True)
    (checkout.shims / "bare" / "apt-get").write_text(f'#!/bin/bash\ntouch() {{ : >"$1"; }}\n{apt}\n')
    (checkout.shims / "bare" / "apt-get").chmod(0o755)
    calls = len(checkout.calls.splitlines())
    done = checkout.run("test", env=bare)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0] == "Installing packages: chromium git"
    steps = [
        re.search("update|install", line)
        for line in checkout.calls.splitlines()[calls:]
        if line.startswith("apt")
    ]
    assert [step.group() for step in steps if step] == ["install", "update", "install"]
    checkout.run("test", env=bare)
    assert len([line for line in checkout.calls.splitlines()[calls:] if "update" in line]) == 1
    (checkout.shims / "bare" / "apt-get").unlink()


@as_root
def test_packages_that_cannot_be_had_are_one_sentence_after_the_reason(checkout: Checkout) -> None:
    bare = only_shims(checkout)
    (checkout.shims / "bare" / "apt-get").write_text("#!/bin/bash\necho E: unable to locate\nexit 100\n")
    (checkout.shims / "bare" / "apt-get").chmod(0o755)
    done = checkout.run("test", env=bare)
    (checkout.shims / "bare" / "apt-get").unlink()
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        "E: unable to locate",
        "The packages cannot be installed: chromium git",
    ]


# --- one account


@as_root
@pytest.mark.parametrize(
    ("lang", "sentence"), [("en", "belongs to another account"), ("zh", "属于另一个账户")]
)
def test_another_accounts_environment_is_refused_in_one_sentence(
    checkout: Checkout, lang: str, sentence: str
) -> None:
    os.chown(checkout.venv, NOBODY, NOBODY)
    try:
        done = checkout.run("hello", "--lang", lang)
    finally:
        os.chown(checkout.venv, 0, 0)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert sentence in done.stderr


@as_root
def test_another_accounts_home_is_refused_in_one_sentence(checkout: Checkout, tmp_path: Path) -> None:
    os.chown(tmp_path, NOBODY, NOBODY)
    done = checkout.run("hello", env={"CAMPUS_HOME": str(tmp_path)})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path} belongs to another account; set CAMPUS_HOME to a folder of your own.\n"


# --- the caller's environment


def test_it_runs_from_any_folder_and_by_a_link(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "c").symlink_to(checkout.root / "campus")
    (tmp_path / "link").symlink_to("bin/c")
    for name in ("data", "etl", "json"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong one')")
    seen = checkout.told("hello", program=tmp_path / "link", cwd=tmp_path)
    assert seen["here"] == str(checkout.root / "etl" / "cli.py")


def test_nothing_of_another_environment_gets_in(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "etl").mkdir()
    (tmp_path / "etl" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    hostile = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONHOME": "/nowhere",
        "PYTHONSTARTUP": "/nowhere",
        "PYTHONWARNINGS": "error",
        "VIRTUAL_ENV": "/nowhere",
        "CONDA_PREFIX": "/nowhere",
        "PROJ_DATA": "/nowhere",
        "PROJ_LIB": "/nowhere",
        "PROJ_NETWORK": "ON",
        "PGCLIENTENCODING": "LATIN1",
        "PGOPTIONS": "-c nothing=1",
        "CDPATH": "/",
        "BASH_ENV": "/dev/null",
    }
    seen = checkout.told("hello", env=hostile)
    kept = {name: value for name, value in seen["env"].items() if not name.startswith("CAMPUS")}
    assert kept == {"PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1", "PROJ_NETWORK": "OFF"}
    assert seen["python"] == str(checkout.venv)


@pytest.mark.parametrize(("mask", "left"), [(0, 0o022), (0o077, 0o077), (0o027, 0o027), (0o022, 0o022)])
def test_nobody_else_may_write_what_it_makes_whatever_the_umask_is(
    checkout: Checkout, mask: int, left: int
) -> None:
    assert checkout.told("hello", umask=mask)["umask"] == left


def test_words_arrive_as_they_were_typed(checkout: Checkout) -> None:
    words = ["load", "文件 名.gpkg", "--source", "a b", "", "$HOME", "*", "--", "--lang", "x"]
    assert checkout.told(*words)["words"] == words


@pytest.mark.parametrize("words", [("--lang", "zh", "db"), ("db", "--lang", "zh"), ("db", "--lang=zh")])
def test_the_language_is_handed_on_wherever_it_stands(checkout: Checkout, words: tuple[str, ...]) -> None:
    assert checkout.told(*words)["env"]["CAMPUS_LANG"] == "zh"


def test_the_closed_address_is_closed() -> None:
    """Else no test here would show that the network is left alone."""
    done = subprocess.run(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9"], capture_output=True, check=False)
    assert done.returncode != 0
    assert CLOSED.endswith(":9")
