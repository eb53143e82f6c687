"""How a job says how far it is: a plain callable, so that jobs know nothing of terminals.

``progress(step, done, total)``: ``step`` is a catalogue key (``build.step.rings``), an unknown ``total`` 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from data.messages import text

if TYPE_CHECKING:
    from data.messages import Lang

ProgressCallback = Callable[[str, int, int], None]


def silent(step: str, done: int, total: int) -> None:
    """Say nothing: the default of every job."""
    del step, done, total


@contextmanager
def bars(lang: Lang) -> Iterator[ProgressCallback]:
    """Draw one bar a step on standard error while the block runs; nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(text(step, lang), total=total or None)
            progress.update(tasks[step], completed=done, total=total or None)

        yield report
