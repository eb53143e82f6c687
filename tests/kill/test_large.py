"""The training district's roads and its whole build, killed at random moments, also within a statement."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from etl.training import write_training_district
from tests.kill.operations import Operation
from tests.kill.trials import Ground, Trials, lead, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 20261124
TODAY = date(2026, 11, 24)
ROADS = "training-roads"
VICTIMS = ("client", "backend", "postmaster", "interrupt", "shutdown")
FEW = [
    ("load_roads", "client"),
    ("load_roads", "postmaster"),
    ("build_all", "backend"),
    ("build_all", "interrupt"),
]
"""What every test run does; `campus test full` kills each operation ten times."""


@pytest.fixture(scope="module")
def operations(ground: Ground) -> dict[str, Operation]:
    """The two large operations on a district that has everything but its roads."""
    manifest = write_training_district(ground.files / "district", as_of=TODAY)
    ground.server.restore("migrated")
    with ground.server.admin(ground.server.database) as connection:
        connection.execute("UPDATE core.instance SET training = true")
    words = {source.stem: command(str(path), str(source)) for path, source in manifest.files}
    roads = words.pop(ROADS)
    for one in words.values():
        lead(ground, one)
    ground.server.keep("district")
    return {
        "load_roads": Operation("load_roads", roads),
        "build_all": Operation("build_all", ("build", "all")),
    }


def command(path: str, source: str) -> tuple[str, ...]:
    """Give the command line that loads one file of the district."""
    return ("load", path, "--source", source, "--valid-from", str(TODAY), "--force")


@pytest.fixture(scope="module")
def trials_of(ground: Ground, operations: dict[str, Operation]) -> Callable[[str], Trials]:
    """Give an operation's trials, each prepared once."""
    made: dict[str, Trials] = {}

    def give(name: str) -> Trials:
        if name not in made:
            made[name] = prepare(ground, operations[name], empty="district")
        else:
            made[name].reset()
        return made[name]

    return give


@pytest.mark.parametrize(("name", "victim"), FEW)
def test_a_kill_at_a_random_moment_leaves_all_or_nothing(
    name: str, victim: str, trials_of: Callable[[str], Trials]
) -> None:
    trials = trials_of(name)
    moment = np.random.default_rng([SEED, VICTIMS.index(victim)]).uniform(0.1, 0.9) * trials.seconds
    assert trials.trial(victim, after_s=moment) == []


@pytest.mark.full
@pytest.mark.parametrize("turn", range(10))
@pytest.mark.parametrize("name", ["load_roads", "build_all"])
def test_ten_kills_at_random_moments_leave_all_or_nothing(
    name: str, turn: int, trials_of: Callable[[str], Trials]
) -> None:
    trials = trials_of(name)
    moment = np.random.default_rng([SEED, len(name), turn]).uniform(0, 1) * trials.seconds
    assert trials.trial(VICTIMS[turn % len(VICTIMS)], after_s=moment) == []


def test_the_large_operations_are_large(trials_of: Callable[[str], Trials]) -> None:
    assert rows(trials_of("load_roads"), "core.road") > 15_000
    assert rows(trials_of("build_all"), "out.coverage") > 1_000


def rows(trials: Trials, table: str) -> int:
    """Give the number of rows that an undisturbed run leaves in a table."""
    return int(trials.after.exact[table].split()[0])
