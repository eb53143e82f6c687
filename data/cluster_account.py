"""The account that the embedded server runs as: oneself, or `postgres` for root (initdb refuses root)."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.errors import NoPostgresError

if TYPE_CHECKING:
    from pathlib import Path

SERVER_ACCOUNT = "postgres"


@dataclass(frozen=True)
class Account:
    """An operating-system account, and what is done in its name."""

    uid: int
    gid: int
    groups: tuple[int, ...]

    @property
    def is_other(self) -> bool:
        """Whether it is not the account of this process."""
        return self.uid != os.geteuid()

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a tool as this account, away from our terminal, pipes, folder and locale.

        Output goes to a file, not a pipe: a server left behind would hold a pipe open for ever, and with it
        whoever waits for ours to end.

        Parameters
        ----------
        command
            Program and words.

        Returns
        -------
        subprocess.CompletedProcess
            With all that was said, on either stream, as ``stderr``.
        """
        other = self.is_other
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(  # noqa: S603 - the words are this package's own
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                cwd="/",
                check=False,
                start_new_session=True,
                user=self.uid if other else None,
                group=self.gid if other else None,
                extra_groups=list(self.groups) if other else None,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, "", output.read())

    def make_folder(self, folder: Path) -> None:
        """Make a folder that this account alone may enter.

        Parameters
        ----------
        folder
            Its parent exists.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.is_other:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def write(self, path: Path, content: str) -> None:
        """Write a file that this account alone may read.

        Parameters
        ----------
        path
            Never followed where it is a link.
        content
            What it is to hold.
        """
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if self.is_other:
                os.fchown(file.fileno(), self.uid, self.gid)
            file.write(content)

    def may_work_in(self, folder: Path) -> bool:
        """Ask the kernel, as this account, whether it can pass all parents of a folder and write in it.

        Permission bits alone would not say: access lists, read-only mounts and user namespaces decide too.

        Parameters
        ----------
        folder
            One that exists.
        """
        return self.run(["/usr/bin/test", "-w", str(folder), "-a", "-x", str(folder)]).returncode == 0


def server_account() -> Account:
    """Give the account that the server of this process's account runs as.

    Raises
    ------
    NoPostgresError
        We are root and the packages' account does not exist.
    """
    if os.geteuid():
        return Account(os.geteuid(), os.getegid(), tuple(os.getgroups()))
    try:
        entry = pwd.getpwnam(SERVER_ACCOUNT)
    except KeyError as error:
        raise NoPostgresError from error
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return Account(entry.pw_uid, entry.pw_gid, groups)
