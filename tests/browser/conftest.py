"""A real server on a free port over the training district, and a Chromium that can reach nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.days import settle_days
from tests.browser.visit import COOKIE, Visit, ask, role_for
from tests.database.viewers import account_of, as_owner, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
AS_OF = date(2026, 11, 2)
RENAME = "UPDATE auth.account SET name = :name WHERE id = :id"
START_WITHIN_S = 90
WANTS_SCREENSHOTS = bool(os.environ.get("CAMPUS_SCREENSHOTS"))
CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


@pytest.fixture(scope="session")
def district(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Load and build the training district once, in a database of its own; give the database's name."""
    from data.migrate import ensure_database
    from etl.build import build
    from etl.intake import Options, load
    from etl.training import write_training_district

    with own_database("campus_browser", home) as name:
        ensure_database(training=True)
        for path, source in write_training_district(tmp_path_factory.mktemp("district"), as_of=AS_OF).files:
            load(path, source, Options(force=True))
        settle_days()
        build(["all"])
        yield name


@pytest.fixture(scope="session")
def server(home: Path, district: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the district as `campus serve` does; give the address."""
    with serving(home, district, tmp_path_factory.mktemp("server")) as address:
        yield address


@contextmanager
def own_database(name: str, home: Path) -> Iterator[str]:
    """Make a database which all code of the product uses, and drop it in the end."""
    from data import cluster
    from data.session import dispose_engines

    cluster.copy_database(name, template="campus", home=home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAMPUS_DATABASE_NAME", name)
        yield name
        dispose_engines()
    cluster.drop_database(name, home=home)


@contextmanager
def serving(home: Path, database: str, folder: Path) -> Iterator[str]:
    """Serve a database as `campus serve` does; give the address. What it says goes into the folder."""
    from data.session import dispose_engines

    dispose_engines()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "CAMPUS_HOME": str(home), "CAMPUS_DATABASE_NAME": database}
    said = folder / "said"
    with said.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "etl.cli", "serve", "--port", str(port)],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=file,
        )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}", process, said)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_for(address: str, process: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + START_WITHIN_S
    while time.monotonic() < until:
        assert process.poll() is None, said.read_text()
        try:
            status = ask(address, "/healthz", role="").status
        except OSError:
            status = 0
        if status == 200:
            return
        time.sleep(0.2)
    pytest.fail("the server does not answer")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, whose resolver knows no other host."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, server: str) -> Iterator[Callable[..., Visit]]:
    """Open the page; whatever was visited must have stayed here, without a failure or an error."""
    with visiting(chromium, server) as opened:
        yield opened


@contextmanager
def visiting(chromium: Browser, server: str) -> Iterator[Callable[..., Visit]]:
    """Give what opens the page of a server, and hold against it what it asked for and what failed."""
    visits: list[Visit] = []

    def opened(
        address: str = "", *, width: int = 1440, height: int = 900, theme: str = "light", scale: float = 1,
        has_map: bool = True, role: str = "", account: str = "", **scope: Any,
    ) -> Visit:  # fmt: skip
        token = sign_in(role=role or role_for(address), **({"sees_all": True} | scope))
        if account:
            as_owner(RENAME, name=account, id=account_of(token))
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, locale="zh-CN",
            reduced_motion="reduce", device_scale_factor=scale,
        )  # fmt: skip
        context.add_cookies(
            [{"name": COOKIE, "value": token, "url": server, "httpOnly": True, "sameSite": "Strict"}]
        )
        visits.append(Visit(context.new_page(), server))
        visits[-1].open(address, has_map=has_map)
        return visits[-1]

    yield opened
    for each in visits:
        each.page.context.close()
        assert each.faults == []
