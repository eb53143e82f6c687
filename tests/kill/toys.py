"""Small made-up commands, one honest and some with a fault each, to show that the harness tells them apart.

Each takes a database's URL, a row count and a report file, as a command line does.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from tests.kill.operations import REPORT_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

TABLE = (
    "CREATE SCHEMA toy; CREATE TABLE toy.thing (id bigserial PRIMARY KEY, name text UNIQUE, at timestamptz)"
)
REPORT = json.dumps(dict.fromkeys(sorted(REPORT_KEYS), 0))


def honest(words: list[str]) -> int:
    """Write in one transaction, then the report in one piece."""
    return guarded(lambda: both(words, write_once, report_beside))


def two_commits(words: list[str]) -> int:
    """Commit after each row: a kill leaves some of them."""
    return guarded(lambda: both(words, write_twice, report_beside))


def report_in_place(words: list[str]) -> int:
    """Write the report where it belongs, piece by piece."""
    return guarded(lambda: both(words, write_once, report_at_once))


def stray(words: list[str]) -> int:
    """Take a new name for each temporary file, so that nobody ever finds and removes it."""
    return guarded(lambda: both(words, write_once, report_from_random))


def talkative(words: list[str]) -> int:
    """Show programmers' things to people."""
    try:
        both(words, write_once, report_beside)
    except psycopg.Error as error:
        sys.stderr.write(f"Traceback (most recent call last):\n{error}\n")
        return 1
    return 0


def forgetful(words: list[str]) -> int:
    """Make the next run fail: a lock file is left that only a run which ends well removes."""
    lock = Path(words[1]).with_suffix(".lock")
    if lock.exists():
        sys.stderr.write("somebody else is at work\n")
        return 1
    lock.touch()
    code = honest(words)
    lock.unlink()
    return code


def guarded(action: Callable[[], None]) -> int:
    """Turn the end of a command into an exit code and one sentence."""
    logging.getLogger("psycopg").setLevel(
        logging.CRITICAL
    )  # it tells programmers what goes wrong in a rollback
    try:
        action()
    except psycopg.Error:
        sys.stderr.write("the database has gone\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130
    return 0


def both(words: list[str], write: Callable[[str], None], report: Callable[[Path], None]) -> None:
    """Write rows, then a report."""
    write(words[0])
    report(Path(words[1]))


def write_once(url: str) -> None:
    """Write all rows in one transaction, one of them by COPY."""
    with psycopg.connect(url) as connection:
        for name in ("one", "two", "three"):
            put(connection, name)
        connection.execute("DELETE FROM toy.thing WHERE name = 'copied'")
        with connection.cursor().copy("COPY toy.thing (name) FROM STDIN") as copy:
            copy.write_row(("copied",))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is done cannot be interrupted any more


def write_twice(url: str) -> None:
    """Write as `write_once` does, but commit on the way."""
    with psycopg.connect(url) as connection:
        put(connection, "one")
    write_once(url)


def put(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Put a row that may be there already."""
    statement = (
        "INSERT INTO toy.thing (name, at) VALUES (%s, clock_timestamp()) ON CONFLICT (name) DO NOTHING"
    )
    connection.execute(statement, [name])


def report_beside(path: Path) -> None:
    """Write beside the place, then rename."""
    part = path.with_suffix(".part")
    part.write_text(REPORT)
    part.replace(path)


def report_at_once(path: Path) -> None:
    """Write in place in two pieces."""
    with path.open("w") as file:
        file.write(REPORT[:10])
        file.write(REPORT[10:])


def report_from_random(path: Path) -> None:
    """Write under a random name, then rename."""
    number, name = tempfile.mkstemp(dir=path.parent)
    os.write(number, REPORT.encode())
    os.close(number)
    os.replace(name, path)  # noqa: PTH105 -- the call itself is under test
