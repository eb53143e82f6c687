"""Where things are: read from the environment when asked, never when imported."""

from __future__ import annotations

import fcntl
import os
import secrets
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from data.errors import BadUrlError, ForeignHomeError

if TYPE_CHECKING:
    from collections.abc import Callable

HOME_VARIABLE = "CAMPUS_HOME"
DATABASE_VARIABLE = "CAMPUS_DATABASE_URL"
DRIVER = "postgresql+psycopg"


class DbRole(StrEnum):
    """The database roles; each may do only what its work needs (DESIGN 5)."""

    OWNER = "owner"
    LOADER = "loader"
    REGISTER = "register"
    APP = "app"
    AUDITOR = "auditor"

    @property
    def login(self) -> str:
        """The role's name in PostgreSQL."""
        return f"campus_{self.value}"

    @property
    def variable(self) -> str:
        """The environment variable that gives a process this role's URL and nothing else."""
        return f"CAMPUS_{self.name}_URL"


def repository_root() -> Path:
    """Give the folder that holds `campus` and pyproject.toml."""
    return Path(__file__).resolve().parent.parent


def campus_home() -> Path:
    """Give the folder that holds all state of one installation: `CAMPUS_HOME`, or `var` in the repository."""
    given = os.environ.get(HOME_VARIABLE)
    return Path(given).expanduser().resolve() if given else repository_root() / "var"


def database_url() -> str | None:
    """Give the owner's URL of a PostGIS server, or None where the embedded one serves."""
    given = os.environ.get(DATABASE_VARIABLE)
    return _with_driver(given) if given else None


def _with_driver(url: str) -> str:
    """Write a URL so that SQLAlchemy takes psycopg for it.

    Raises
    ------
    BadUrlError
        It is no URL of a PostgreSQL database; it is not repeated, since it may hold a password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadUrlError from error
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise BadUrlError
    return parsed.set(drivername=DRIVER).render_as_string(hide_password=False)


def random_word() -> str:
    """Make a random password of 192 bits."""
    return secrets.token_urlsafe(24)


def secret(name: str, *, home: Path | None = None, make: Callable[[], str] = random_word) -> str:
    """Read a password file of `CAMPUS_HOME`, making it with a random password on first use.

    The folder is 0700 and each file 0600, whatever the umask is.

    Parameters
    ----------
    name
        The file's name.
    home
        A home; `CAMPUS_HOME` if not given.
    make
        Makes what the file is to hold, ASCII.

    Raises
    ------
    ForeignHomeError
        The home is another account's.
    """
    home = home or campus_home()
    path = home / "secrets" / name
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    except PermissionError as error:
        raise ForeignHomeError(home=str(home)) from error
    try:
        return _make_secret(path, make)
    except PermissionError as error:
        raise ForeignHomeError(home=str(home)) from error


def _make_secret(path: Path, make: Callable[[], str]) -> str:
    """Make a password file, whole or not at all; of two that make it at once the first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not path.exists():
            part = path.with_name(f".{path.name}.part")
            part.unlink(missing_ok=True)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
    finally:
        os.close(folder)
    return path.read_text(encoding="ascii").strip()


def role_password(role: DbRole, *, home: Path | None = None) -> str:
    """Give a role's password, made at random on first use.

    Parameters
    ----------
    role
        Whose.
    home
        A home; `CAMPUS_HOME` if not given.
    """
    return secret(f"{role.login}.password", home=home)


def socket_url(login: str, password: str, *, folder: Path, database: str) -> str:
    """Write the URL of a database behind a unix socket."""
    place = f"host={quote(str(folder), safe='')}&port=5432"
    return f"{DRIVER}://{login}:{quote(password, safe='')}@/{quote(database)}?{place}"


def role_url(role: DbRole) -> str:
    """Give the URL with which a role connects.

    A process that was handed `CAMPUS_<ROLE>_URL` uses that; else the URL follows from `CAMPUS_DATABASE_URL`
    (the owner's) or from the embedded server, with the password that `CAMPUS_HOME` keeps.

    Parameters
    ----------
    role
        Who connects.
    """
    given = os.environ.get(role.variable)
    if given:
        return _with_driver(given)
    owner = database_url()
    if owner is None:
        from data.cluster_places import database_name, runtime_folder  # noqa: PLC0415 - it imports this module

        return socket_url(role.login, role_password(role), folder=runtime_folder(), database=database_name())
    if role is DbRole.OWNER:
        return owner
    url = make_url(owner).set(username=role.login, password=role_password(role))
    return url.render_as_string(hide_password=False)
