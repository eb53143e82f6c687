"""The spool: files on their way from a page to the worker, and short replies on their way back.

A page may not read files and the worker has no page; between them stands a folder that only this account may
enter. A file is known by a random token and its ending: never by the name that its sender gave it, which may
be a person's. It is deleted when its job ends; what was left by a kill or a closed page is swept away.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import DataError, DiskFullError
from data.settings import campus_home

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

SPOOL_VARIABLE = "CAMPUS_SPOOL"
"""Names the folder to a process that does not know the home."""
MAX_BYTES = 50 << 20
SUFFIXES = (
    ".xlsx", ".csv", ".tsv", ".txt", ".gpkg", ".geojson", ".json", ".zip", ".kml", ".kmz", ".pbf",
    ".xls", ".xlsb", ".xlsm", ".et", ".ods",
)  # fmt: skip
"""Endings of the files that the intake reads, a shapefile in its zip; and those of workbooks of which it says
how they become such a file."""
REPLY = ".reply"
ROOM = ".room"
KEEP_FILE_S = 24 * 3600
KEEP_REPLY_S = 3600
"""A reply names columns of a file that nobody mapped yet: it stays no longer than a page may need."""
_TOKEN = re.compile(r"[0-9a-f]{32}")


class UnknownSuffixError(DataError):
    """A file's name ends as none that the intake reads; ``known`` lists those."""

    key = "intake_page.unknown_suffix"


class TooLargeFileError(DataError):
    """A file is larger than ``most`` megabytes."""

    key = "intake_page.too_large"


class GoneFileError(DataError):
    """A file is no longer in the spool: its job had ended, or it waited too long."""

    key = "intake_page.gone"


def folder() -> Path:
    """Give the spool's folder, made on first use; only this account enters it."""
    given = os.environ.get(SPOOL_VARIABLE)
    place = Path(given) if given else campus_home() / "spool"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.chmod(0o700)
    return place


def suffix_of(name: str) -> str:
    """Give the ending of a sender's file name, the one part of it that is kept.

    Raises
    ------
    UnknownSuffixError
        The intake reads no such files.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise UnknownSuffixError(known=" ".join(SUFFIXES))
    return suffix


def put(content: bytes, suffix: str) -> str:
    """Write a file into the spool and give its token.

    Raises
    ------
    TooLargeFileError, UnknownSuffixError, DiskFullError
        It is not taken.
    """
    if suffix not in SUFFIXES:
        raise UnknownSuffixError(known=" ".join(SUFFIXES))
    if len(content) > MAX_BYTES:
        raise TooLargeFileError(most=MAX_BYTES >> 20)
    token = secrets.token_hex(16)
    _write(folder() / f"{token}{suffix}", content)
    return token


def file_of(token: str, suffix: str) -> Path:
    """Give the place of a file.

    Raises
    ------
    GoneFileError
        It is not there.
    """
    path = folder() / f"{token}{suffix}"
    if not _is_token(token) or suffix not in SUFFIXES or not path.is_file():
        raise GoneFileError
    return path


def remove(token: str) -> None:
    """Delete a file, whatever its ending; nothing to do where it is gone."""
    if _is_token(token):
        for path in folder().glob(f"{token}.*"):
            path.unlink(missing_ok=True)


def reply(content: dict[str, Any]) -> str:
    """Leave a reply that one page may take; give its token."""
    token = secrets.token_hex(16)
    _write(folder() / f"{token}{REPLY}", json.dumps(content, ensure_ascii=False).encode())
    return token


def take_reply(token: str) -> dict[str, Any]:
    """Take a reply out of the spool.

    Raises
    ------
    GoneFileError
        Somebody took it, or it waited too long.
    """
    path = folder() / f"{token}{REPLY}"
    if not _is_token(token) or not path.is_file():
        raise GoneFileError
    content: dict[str, Any] = json.loads(path.read_bytes())
    path.unlink(missing_ok=True)
    return content


def room(number: int) -> Path:
    """Give an empty folder for a job to work in; what a killed run of the same job left there is gone."""
    place = folder() / f"{number}{ROOM}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    return place


def clear_room(number: int) -> None:
    """Delete a job's folder."""
    shutil.rmtree(folder() / f"{number}{ROOM}", ignore_errors=True)


def sweep(*, waiting: Collection[str], rooms: Collection[int], now: float | None = None) -> int:
    """Delete what nobody will come for, and say how many.

    Parameters
    ----------
    waiting
        Tokens of jobs that wait or run: their files stay, however old.
    rooms
        Numbers of jobs that run.
    now
        Seconds since 1970; the clock's where not given.
    """
    moment = time.time() if now is None else now
    old = [path for path in _strangers(waiting, rooms) if _age(path, moment) > _keep(path)]
    for path in old:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(old)


def _strangers(waiting: Collection[str], rooms: Collection[int]) -> Iterator[Path]:
    """List what belongs to no job that waits or runs."""
    for path in folder().iterdir():
        owner = path.name.lstrip(".").partition(".")[0]
        if owner not in waiting and owner not in {str(number) for number in rooms}:
            yield path


def _keep(path: Path) -> float:
    """Say for how long a stranger may stay, in seconds."""
    return KEEP_REPLY_S if path.suffix in (REPLY, ROOM) else KEEP_FILE_S


def _age(path: Path, now: float) -> float:
    """Give the age of a file in seconds; a file that is gone has none."""
    with suppress(OSError):
        return now - path.stat().st_mtime
    return 0.0


def _is_token(token: str) -> bool:
    """Tell whether a word is a token; nothing else ever becomes part of a path."""
    return _TOKEN.fullmatch(token) is not None


def _write(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all, for this account alone."""
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError from error
        raise
