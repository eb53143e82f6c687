"""Where the embedded server keeps its data, its socket and its log."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import CopiedHomeError, LostDataError, UnsafeRuntimeError
from data.settings import campus_home

if TYPE_CHECKING:
    from data.cluster_account import Account

STATE_FOLDER = Path("/var/lib/campus")
POINTER = "cluster.json"
HOME_FILE = "home"
DATABASE_VARIABLE = "CAMPUS_DATABASE_NAME"
DEFAULT_NAME = "campus"
SHORT = 60
"""A session folder shorter than this leaves room for the socket's own name (107 bytes in all)."""
SOCKET_LINE = 4
"""Line of postmaster.pid, counted from 0, that names the socket's folder."""


@dataclass(frozen=True)
class Places:
    """The folders and files of one cluster.

    Attributes
    ----------
    home
        The `CAMPUS_HOME` it belongs to.
    data
        PostgreSQL's data folder, in the home or under /var/lib/campus.
    passwords
        Digest of the passwords that the server's roles were given; None while it is being made.
    """

    home: Path
    data: Path
    passwords: str | None = None

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.data.with_name("server.log")

    @property
    def pid_file(self) -> Path:
        """PostgreSQL's own lock file."""
        return self.data / "postmaster.pid"

    @property
    def runtime(self) -> Path:
        """Folder of the socket: where the server put it, else where it will."""
        try:
            return Path(self.pid_file.read_text(encoding="utf-8").splitlines()[SOCKET_LINE])
        except (OSError, IndexError):
            return _short_folder(self.home)

    @property
    def is_outside(self) -> bool:
        """Whether the data lie outside of the home."""
        return not self.data.is_relative_to(self.home)

    def save(self, passwords: str | None) -> None:
        """Write the pointer in the home, whole or not at all; data in the home are named relative to it.

        Parameters
        ----------
        passwords
            See the attribute.
        """
        data = self.data if self.is_outside else self.data.relative_to(self.home)
        part = self.home / f".{POINTER}.part"
        part.write_text(json.dumps({"data": str(data), "passwords": passwords}), encoding="utf-8")
        part.replace(self.home / POINTER)


def database_name() -> str:
    """Give the database's name; tests name copies by `CAMPUS_DATABASE_NAME`."""
    return os.environ.get(DATABASE_VARIABLE, DEFAULT_NAME)


def runtime_folder(home: Path | None = None) -> Path:
    """Give the short folder of the socket.

    Parameters
    ----------
    home
        A home; `CAMPUS_HOME` if not given.
    """
    return places_of((home or campus_home()).resolve()).runtime


def _mark_of(home: Path) -> str:
    """Give the short mark that tells one home's folders from another's."""
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]


def _short_folder(home: Path) -> Path:
    """Give the folder where a server started now puts its socket."""
    if os.geteuid() == 0:
        return Path("/run") / f"campus-{_mark_of(home)}"
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    if 0 < len(session) < SHORT and _is_ours(Path(session), os.geteuid()):
        return Path(session) / f"campus-{_mark_of(home)}"
    return Path("/tmp") / f"campus-{os.geteuid()}-{_mark_of(home)}"  # noqa: S108 - checked before use


def _is_ours(folder: Path, uid: int) -> bool:
    """Whether it is a real folder of an account, closed to all others."""
    try:
        info = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(info.st_mode) and info.st_uid == uid and not info.st_mode & 0o077


def places_of(home: Path) -> Places:
    """Give the places of a home's cluster; where there is none yet, those it would like best.

    Parameters
    ----------
    home
        Absolute, without links.
    """
    try:
        known = json.loads((home / POINTER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Places(home, home / "pg" / "data")
    return Places(home, home / known["data"], known.get("passwords"))


def check_places(places: Places) -> None:
    """See that the data which the pointer names are there and are this home's own.

    Raises
    ------
    LostDataError
        They are gone: an empty database must not quietly take their place.
    CopiedHomeError
        The home is a copy of another one that still uses them.
    """
    if places.passwords is not None and not (places.data / "PG_VERSION").exists():
        raise LostDataError(data=str(places.data), pointer=str(places.home / POINTER))
    note = places.data.with_name(HOME_FILE)
    if not places.is_outside or not note.exists():
        return
    other = Path(note.read_text(encoding="utf-8"))
    if other != places.home and (other / POINTER).exists() and places_of(other).data == places.data:
        raise CopiedHomeError(home=str(places.home), other=str(other))


def choose_places(home: Path, account: Account) -> Places:
    """Find or make the folder for a home's cluster: in it, or under /var/lib where the server cannot get in.

    The choice is written down before anything lies there, so that a killed first start is taken up again and
    a new home at an old home's place never meets the old data.

    Parameters
    ----------
    home
        Absolute, without links.
    account
        Whom the server runs as.
    """
    if (home / POINTER).exists():
        return places_of(home)
    inside = home / "pg"
    if _can_be_made(inside, account):
        places = Places(home, inside / "data")
    else:
        places = Places(home, _free_folder(home) / "data")
    places.save(None)
    return places


def _can_be_made(folder: Path, account: Account) -> bool:
    """Make a folder for an account; False, and no folder, where the account could not work in it."""
    try:
        account.make_folder(folder)
        if account.may_work_in(folder):
            return True
        folder.rmdir()
    except OSError:
        pass
    return False


def _free_folder(home: Path) -> Path:
    """Give a folder under /var/lib that no cluster lies in."""
    names = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    folders = (STATE_FOLDER / (_mark_of(home) + name) for name in names)
    return next(folder for folder in folders if not (folder / "data").exists())


def prepare_folders(places: Places, account: Account) -> None:
    """Make the folders of data and socket, or refuse one that somebody else put there first.

    Raises
    ------
    UnsafeRuntimeError
        The socket's folder is a link, no folder, somebody else's, or open to others.
    """
    if places.is_outside:
        STATE_FOLDER.mkdir(exist_ok=True)
        STATE_FOLDER.chmod(0o755)
    account.make_folder(places.data.parent)
    if places.is_outside:
        account.write(places.data.with_name(HOME_FILE), str(places.home))
    _prepare_runtime(_short_folder(places.home), account)


def _prepare_runtime(folder: Path, account: Account) -> None:
    """Make the socket's folder; one that a killed start of ours left is taken up, a stranger's is not."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account.is_other and _is_ours(folder, os.geteuid()):
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    if not _is_ours(folder, account.uid):
        raise UnsafeRuntimeError(folder=str(folder))


def new_runtime(places: Places) -> Path:
    """Give the folder in which a server that is started now puts its socket."""
    return _short_folder(places.home)
