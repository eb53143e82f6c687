"""PostgreSQL's client programs run with pipes: what they read and write need never lie on a disk."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PIECE_BYTES = 64 << 10


def run_program(
    words: list[str],
    environment: Mapping[str, str],
    *,
    given: Iterator[bytes] | None = None,
    output: Callable[[bytes], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end.

    Parameters
    ----------
    words
        Program and arguments.
    environment
        All that it sees of the environment.
    given
        What it reads; read to its end even where the program stops early, so that all of it is checked.
    output
        Takes what it writes, piece by piece; kept as text where not given.

    Returns
    -------
    subprocess.CompletedProcess
        With what it said, and what it wrote where that was kept.
    """
    kept = bytearray()
    with (
        subprocess.Popen(  # noqa: S603 - the words are the callers' own
            words,
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
        ) as process,
        ThreadPoolExecutor(2) as pool,
    ):
        errors = bytearray()
        readers = [
            pool.submit(_drain, process.stdout, output or kept.extend),
            pool.submit(_drain, process.stderr, errors.extend),
        ]
        try:
            _feed(process.stdin, given)
            for reader in readers:
                reader.result()
        except BaseException:
            process.kill()
            raise
    said = errors.decode("utf-8", "replace")
    return subprocess.CompletedProcess(words, process.returncode, kept.decode("utf-8", "replace"), said)


def _drain(stream: IO[bytes] | None, take: Callable[[bytes], None]) -> None:
    """Read a stream to its end."""
    while stream is not None and (piece := stream.read(PIECE_BYTES)):
        take(piece)


def _feed(stream: IO[bytes] | None, given: Iterator[bytes] | None) -> None:
    """Write what a program reads; one that reads no further is let be."""
    if stream is None or given is None:
        return
    listens = True
    for piece in given:
        if listens:
            try:
                stream.write(piece)
            except BrokenPipeError:
                listens = False
    with suppress(BrokenPipeError):
        stream.close()
