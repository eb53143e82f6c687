"""A cluster and a warm process of the kill tests' own: killing a server must not disturb other tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.cluster import status, stop, superuser_url
from tests.kill.server import Server
from tests.kill.trials import Ground
from tests.kill.warm import Order, Warm

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = ("fsync = off", "full_page_writes = off")
"""A process that is killed loses nothing that the kernel already has; only a power cut would, and none is tested.
Each commit is still written before it is answered: what stays in a killed server's memory is lost."""


FIRST = "build"
"""The longest of all groups."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let workers share the suite by what is killed: each operation is prepared once, the longest comes first."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group(group_of(item)))
    items.sort(key=lambda item: FIRST not in [mark.args[0] for mark in item.iter_markers("xdist_group")])


def group_of(item: pytest.Item) -> str:
    """Name the operation that a test kills, else its module."""
    operation = item.callspec.params.get("trials") if hasattr(item, "callspec") else None
    return operation.name if operation else item.path.stem


@pytest.fixture(scope="session")
def base() -> Iterator[Path]:
    """A folder that the server's account can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="campus-kill-"))
    folder.chmod(0o755)
    for name in ("home", "files", "work"):
        (folder / name).mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def warm(base: Path) -> Iterator[Warm]:
    """The process that runs commands; its temporary files lie where strays are looked for."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CAMPUS_")}
    own = {
        "CAMPUS_HOME": str(base / "home"),
        "CAMPUS_LANG": "en",
        "TMPDIR": str(base / "work"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    process = Warm(kept | own)
    yield process
    process.close()


@pytest.fixture(scope="session")
def ground(base: Path, warm: Warm) -> Iterator[Ground]:
    """A running cluster with a migrated database, kept as the template ``migrated``."""
    home = base / "home"

    def start() -> None:
        outcome = warm.run(Order("tests.kill.server:start", []))
        if outcome.code:
            raise RuntimeError(f"the server does not start again: {outcome.err}")

    try:
        start()
        server = Server(superuser_url(home).replace("postgresql+psycopg", "postgresql", 1))
        with server.admin() as connection:
            for setting in QUICK:
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        server.keep("migrated")
        places = status(home)
        yield Ground(warm, server, start, base / "files", base / "work", home, (places.data.parent,))
    finally:
        places = status(home)
        stop(home)
        shutil.rmtree(places.data.parent, ignore_errors=True)
        shutil.rmtree(places.runtime, ignore_errors=True)
