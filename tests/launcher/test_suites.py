"""`campus test` runs every suite, ends one that is stuck, counts, and says so in one last line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from etl.commands import quality
from etl.commands.quality import CHECKS, SYSTEM, Suite

ROOT = Path(__file__).parents[2]
MIXED = """
import pytest
def test_good(): pass
@pytest.mark.parametrize("n", [1, 2])
def test_many(n): pass
def test_bad(): assert False
@pytest.mark.skip(reason="no reason")
def test_left(): pass
"""
SLOW = """
import pathlib, time, pytest
@pytest.fixture
def server():
    yield
    pathlib.Path(__file__).with_name("ended").touch()
def test_slow(server): time.sleep(60)
"""


@pytest.fixture
def suites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.setattr(quality, "CHECKS", ())
    monkeypatch.setattr(quality, "SYSTEM", ())
    return tmp_path


def suite(folder: Path, name: str, content: str, *, budget_s: int = 60) -> Suite:
    (folder / f"test_{name}.py").write_text(content)
    return Suite(name, budget_s, ("pytest", str(folder / f"test_{name}.py"), "-p", "no:cacheprovider"))


def test_all_suites_together_take_less_than_twenty_minutes() -> None:
    assert sum(one.budget_s for one in (*CHECKS, *SYSTEM)) <= 20 * 60


def test_ci_has_its_answer_within_ninety_minutes_even_where_every_suite_is_stuck() -> None:
    assert quality.STUCK * sum(one.budget_s for one in (*CHECKS, *SYSTEM)) < 90 * 60


def test_every_folder_of_tests_is_run_by_a_suite() -> None:
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert folders <= {one.command[1] for one in (*CHECKS, *SYSTEM) if one.is_pytest}


def test_the_last_line_adds_all_suites_up(
    suites: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    good = suite(suites, "good", "def test_good(): pass")
    monkeypatch.setattr(quality, "CHECKS", (good, suite(suites, "mixed", MIXED)))
    monkeypatch.setattr(quality, "SYSTEM", (Suite("check", 60, ("python", "-c", "")),))
    assert quality.test([]) == 1
    assert capfd.readouterr().out.splitlines()[-1] == "5 passed, 1 failed, 1 skipped"
    assert quality.test(["unit"]) == 1
    monkeypatch.setattr(quality, "CHECKS", (good,))
    assert quality.test(["unit"]) == 0
    assert capfd.readouterr().out.splitlines()[-1] == "1 passed, 0 failed, 0 skipped"


@pytest.mark.parametrize("content", ["", "import nothing_of_that_name", "def test_("])
def test_a_suite_that_runs_no_test_has_failed(
    suites: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setattr(quality, "CHECKS", (suite(suites, "broken", content),))
    assert quality.test(["unit"]) == 1


def test_a_check_that_finds_something_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "CHECKS", (Suite("check", 60, ("python", "-c", "raise SystemExit(3)")),))
    assert quality.test(["unit"]) == 1


def test_a_stuck_suite_is_ended_with_its_servers_and_has_failed(
    suites: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(quality, "CHECKS", (suite(suites, "slow", SLOW, budget_s=3),))
    begin = time.monotonic()
    assert quality.test(["unit"]) == 1
    assert time.monotonic() - begin < 40
    assert (suites / "ended").exists()
    out, err = capfd.readouterr()
    assert out.splitlines()[-1].startswith("0 passed, 1 failed")
    assert "slow took" in err


def test_a_suite_that_takes_longer_than_its_budget_is_named_and_counts(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    slow = Suite("slow", 1, ("python", "-c", "import time; time.sleep(2)"))
    monkeypatch.setattr(quality, "CHECKS", (slow,))
    assert quality.test(["unit"]) == 0
    assert "slow took" in capfd.readouterr().err


def test_other_words_go_to_pytest_as_they_are(suites: Path, capfd: pytest.CaptureFixture[str]) -> None:
    suite(suites, "mixed", MIXED)
    words = [str(suites / "test_mixed.py"), "-q", "-k", "many", "-p", "no:cacheprovider"]
    assert quality.test(words) == 0
    assert "2 passed" in capfd.readouterr().out
