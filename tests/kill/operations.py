"""The commands that are killed: each a command line, the commands that lead up to it, and what it may leave behind.

A new word of the command line joins the harness with one more `Operation`.
"""

from __future__ import annotations

from dataclasses import dataclass

CAMPUS = "etl.cli:run"
REPORT_KEYS = frozenset(
    "read accepted repaired rejected unchanged added changed ended batch_id rows changes conflicts datum quality notes".split()  # noqa: SIM905 -- in the order of the file
)


@dataclass(frozen=True)
class Operation:
    """One command under test.

    Parameters
    ----------
    name
        For test names and template databases.
    words
        The command line; ``{files}`` stands for the folder of input files and ``{work}`` for that of reports.
    leading
        Command lines that make the state before it from an empty, migrated database.
    report
        Name of the report file below ``{work}``, if it writes one.
    target
        What is called with the words.
    copies
        Whether it brings rows by COPY.
    once
        Whether a second run is refused, with one sentence, since the first has done it.
    stride
        Of its many points a plain run of the suite dies at every so many, the full one at each.
    """

    name: str
    words: tuple[str, ...]
    leading: tuple[tuple[str, ...], ...] = ()
    report: str = ""
    target: str = CAMPUS
    copies: bool = True
    once: bool = False
    stride: int = 4


def load(file: str, source: str, *more: str) -> tuple[str, ...]:
    """Give the command line that loads a file of the small district; the day is fixed."""
    return ("load", f"{{files}}/{file}", "--source", f"{{files}}/{source}.yml", "--valid-from", *more)


FIRST, NEXT = "2026-09-01", "2026-10-01"
LEADING = (
    load("areas.gpkg", "kill-areas", FIRST),
    load("schools-old.gpkg", "kill-schools", FIRST),
)
LOADED = (
    *LEADING,
    load("posts.csv", "kill-posts", FIRST),
    load("duties.csv", "kill-duties", FIRST),
)
SMALL = (
    Operation(
        "load_schools",
        load("schools-new.gpkg", "kill-schools", NEXT, "--force", "--report", "{work}/schools.json"),
        LEADING,
        report="schools.json",
    ),
    Operation(
        "load_posts",
        load("posts.csv", "kill-posts", FIRST, "--report", "{work}/posts.json"),
        LEADING,
        report="posts.json",
    ),
    Operation("build", ("build", "perimeters", "coverage"), LOADED, stride=32),
    Operation(
        "undo_schools",
        ("load", "--undo", "3"),
        (*LEADING, load("schools-new.gpkg", "kill-schools", NEXT, "--force")),
        copies=False,
        once=True,
    ),
)
