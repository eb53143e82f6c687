"""The kill harness itself: it finds every point, and a command with a fault does not get past it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kill import toys
from tests.kill.operations import Operation
from tests.kill.trials import Ground, Trials, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    Toy = Callable[[str], Trials]


@pytest.fixture(scope="module")
def empty(ground: Ground) -> str:
    """A template database with one table."""
    ground.server.restore("migrated")
    with ground.server.admin(ground.server.database) as connection:
        connection.execute(toys.TABLE)
    ground.server.keep("toys")
    return "toys"


@pytest.fixture
def toy(ground: Ground, empty: str) -> Toy:
    """Make the trials of a made-up command."""

    def make(name: str) -> Trials:
        words = (ground.server.url, "{work}/toy.json")
        operation = Operation(name, words, report="toy.json", target=f"tests.kill.toys:{name}")
        return prepare(ground, operation, empty=empty)

    return make


def faults(trials: Trials, victim: str) -> list[str]:
    """Kill a victim at every point."""
    return [fault for at in range(len(trials.points)) for fault in trials.trial(victim, at=at)]


def test_every_statement_and_file_operation_is_a_point(toy: Toy) -> None:
    points = [" ".join(point.split()[:3]) for point in toy("honest").points]
    assert points == [
        "sql connect",
        *["sql execute INSERT"] * 3,
        "sql execute DELETE",
        "sql start_copy COPY",
        "sql copy_to",
        "sql copy_end",
        "sql commit",
        "file open for",
        "file write toy.part",
        "file close toy.part",
        "file rename toy.part",
        "end",
    ]


@pytest.mark.parametrize("victim", ["client", "interrupt", "backend", "shutdown", "postmaster"])
def test_an_honest_command_survives_the_death_of(victim: str, toy: Toy) -> None:
    assert faults(toy("honest"), victim) == []


@pytest.mark.parametrize(
    ("name", "victim", "fault"),
    [
        ("two_commits", "client", "something between: differs from before in ['toy.thing']"),
        ("report_in_place", "client", "toy.json is half-written"),
        ("stray", "client", "stray files stay"),
        ("forgetful", "client", "the next run failed: somebody else is at work"),
        ("talkative", "backend", "instead of one sentence"),
    ],
)
def test_a_command_with_a_fault_is_caught(name: str, victim: str, fault: str, toy: Toy) -> None:
    found = faults(toy(name), victim)
    assert any(fault in one for one in found)
