"""A small load and a small build, killed after each statement and file operation: all of it is there, or nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.conftest import FULL
from tests.kill import inputs
from tests.kill.operations import SMALL, Operation
from tests.kill.trials import Ground, Trials, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY, TENTH = 1, 10


@pytest.fixture(scope="module", params=SMALL, ids=lambda operation: operation.name)
def trials(request: pytest.FixtureRequest, ground: Ground) -> Iterator[Trials]:
    """One operation with all that is known of its undisturbed run."""
    operation: Operation = request.param
    inputs.write_all(ground.files)
    yield prepare(ground, operation, empty="migrated")
    ground.server.forget(f"before_{operation.name}")


def kill_all(trials: Trials, victim: str, step: int) -> list[str]:
    """Kill a victim at the chosen points and give what went wrong."""
    points = trials.sample(victim, step * (1 if os.environ.get(FULL) else trials.operation.stride))
    assert points
    return [fault for at in points for fault in trials.trial(victim, at=at)]


def test_the_hooks_see_the_statements_the_commit_and_the_files(trials: Trials) -> None:
    assert len(trials.points) > 20
    assert trials.points.count("sql commit") >= 1
    assert trials.points[-1] == "end"
    assert any(point.startswith("file rename") for point in trials.points) is bool(trials.operation.report)
    assert any(point.startswith("sql copy_end") for point in trials.points) is trials.operation.copies


def test_the_operation_changes_the_database_and_doing_it_again_does_not_undo_it(trials: Trials) -> None:
    assert trials.before.changed_in_meaning(trials.after)
    facts = [name for name in trials.after.changed_in_meaning(trials.after_again) if name.startswith("core.")]
    trials.reset()
    assert facts == []


def test_killing_the_client_after_any_operation_leaves_all_or_nothing(trials: Trials) -> None:
    assert kill_all(trials, "client", EVERY) == []


@pytest.mark.parametrize("step", [TENTH, pytest.param(EVERY, marks=pytest.mark.full)])
@pytest.mark.parametrize("victim", ["backend", "postmaster"])
def test_killing_the_server_under_the_client_leaves_all_or_nothing(
    trials: Trials, victim: str, step: int
) -> None:
    assert kill_all(trials, victim, step) == []


@pytest.mark.parametrize("step", [3 * TENTH, pytest.param(EVERY, marks=pytest.mark.full)])
def test_stopping_the_database_in_the_middle_is_one_sentence(trials: Trials, step: int) -> None:
    assert kill_all(trials, "shutdown", step) == []


@pytest.mark.parametrize("step", [TENTH // 2, pytest.param(EVERY, marks=pytest.mark.full)])
def test_ctrl_c_leaves_the_database_as_it_was(trials: Trials, step: int) -> None:
    assert kill_all(trials, "interrupt", step) == []


def test_a_full_disk_leaves_the_database_as_it_was(trials: Trials) -> None:
    assert kill_all(trials, "disk", EVERY) == []
