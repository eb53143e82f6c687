"""Files of packages: read whole and once, written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from etl.packages.errors import PackageTooLargeError, UnreadablePackageError, UnwritablePackageError

if TYPE_CHECKING:
    from pathlib import Path


def read_bytes(path: Path, *, most: int) -> bytes:
    """Read a file once: what is checked is what is used, whoever writes to it meanwhile.

    Parameters
    ----------
    path
        The file.
    most
        Bytes that it may have.

    Raises
    ------
    UnreadablePackageError
        It is not there, is no file, or may not be read.
    PackageTooLargeError
        It has more.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for who writes to it
            raise UnreadablePackageError(name=path.name, why=os.strerror(errno.EISDIR))
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise UnreadablePackageError(name=path.name, why=error.strerror or "-") from error
    if len(content) > most:
        raise PackageTooLargeError(name=path.name)
    return content


def write_bytes(path: Path, content: bytes) -> None:
    """Write beside the place, for the own account alone, and rename.

    Raises
    ------
    UnwritablePackageError
        The place takes no file.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise UnwritablePackageError(name=path.name, why=error.strerror or "-") from error
