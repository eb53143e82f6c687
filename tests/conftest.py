"""What all suites share: one embedded server for the session, a fresh database for each test that wants one."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import etl  # noqa: F401 - chooses how workbooks are read before a test imports what reads them

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = "CAMPUS_TEST_FULL"
TEMPLATE = "campus"
SHARED = "campus_test_shared"
NAMES = (f"campus_test_{number}" for number in itertools.count(1))
QUICK = ("fsync = off", "full_page_writes = off")
"""No test pulls the plug. A commit still reaches the kernel first, or a killed server would lose it."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the large simulations to `campus test full`."""
    if os.environ.get(FULL):
        return
    large = [item for item in items if item.get_closest_marker("full")]
    config.hook.pytest_deselected(items=large)
    items[:] = [item for item in items if item not in large]


@pytest.fixture(scope="session")
def shared_files() -> Path:
    """The folder of real files beside the checkout; tests that want one skip where it is missing."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real files is not beside this checkout")
    return folder


@pytest.fixture(scope="session", autouse=True)
def own_environment() -> Iterator[None]:
    """Keep whatever database the machine's user works with out of every test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("CAMPUS_", "PG")) and not name.startswith("CAMPUS_TEST_"):
                patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def own_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test leave its language to the next: ``--lang`` is in force for the process it stands in."""
    monkeypatch.setenv("CAMPUS_LANG", "en")


@pytest.fixture(scope="session")
def home(own_environment: None) -> Iterator[Path]:
    """A `CAMPUS_HOME` of this session, with its server started and migrated."""
    from data import cluster
    from data.migrate import ensure_database
    from data.session import dispose_engines

    folder = Path(tempfile.mkdtemp(prefix="campus-test-"))
    folder.chmod(0o711)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAMPUS_HOME", str(folder))
        try:
            cluster.ensure_running()
            hurry(folder)
            ensure_database()
            dispose_engines()
            yield folder
        finally:
            dispose_engines()
            cluster.stop(folder)
            shutil.rmtree(cluster.status(folder).data.parent)
            shutil.rmtree(folder)


def hurry(home: Path) -> None:
    """Let a test's server write without waiting for the disk."""
    from data.cluster_databases import connect

    with connect(home, "postgres") as connection:
        for setting in QUICK:
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture
def database(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the name of a fresh migrated database, which all code of the product uses during the test."""
    from data import cluster
    from data.session import dispose_engines

    name = next(NAMES)
    cluster.copy_database(name, template=TEMPLATE, home=home)
    monkeypatch.setenv("CAMPUS_DATABASE_NAME", name)
    yield name
    dispose_engines()
    cluster.drop_database(name, home=home)


@pytest.fixture(scope="module")
def shared_database(home: Path) -> Iterator[str]:
    """Give the name of a fresh migrated database, which all code of the product uses during the module."""
    from data import cluster
    from data.session import dispose_engines

    cluster.copy_database(SHARED, template=TEMPLATE, home=home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAMPUS_DATABASE_NAME", SHARED)
        yield SHARED
        dispose_engines()
    cluster.drop_database(SHARED, home=home)


@pytest.fixture
def local_assets() -> Iterator[None]:
    """Point folium at this server, and back afterwards."""
    from folium.elements import JSCSSMixin

    from layers.offline import use_local_assets

    def below(kind: type) -> Iterator[type]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    before = [(kind, kind.default_js, kind.default_css) for kind in (JSCSSMixin, *below(JSCSSMixin))]
    use_local_assets(lambda name: f"/assets/x/{name}")
    yield
    for kind, scripts, styles in before:
        kind.default_js, kind.default_css = scripts, styles
