"""`campus serve` gives the web process two credentials and this machine, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from etl.commands.serve import (
    BadPortError,
    OpenHostError,
    TakenPortError,
    check_place,
    web_command,
    web_environment,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])  # noqa: S104 -- what is refused
def test_no_host_but_this_machine_until_there_are_accounts(host) -> None:
    with pytest.raises(OpenHostError):
        check_place(host, 8501)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_under_all_its_names(host) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    check_place(host, port)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port) -> None:
    with pytest.raises(BadPortError):
        check_place("127.0.0.1", port)


def test_a_taken_port_is_refused() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(TakenPortError):
            check_place("127.0.0.1", other.getsockname()[1])


def test_the_web_process_holds_two_credentials_and_no_way_to_another(home) -> None:
    ours = {"PATH": "/bin", "CAMPUS_DATABASE_URL": "postgresql://owner@/x", "CAMPUS_HOME": str(home), "PGPASSWORD": "x",
            "CAMPUS_LOADER_URL": "y", "CAMPUS_REGISTER_URL": "z", "CAMPUS_PASSWORD": "w"}  # fmt: skip
    given = web_environment(ours)
    assert {name for name in given if name.startswith(("CAMPUS_", "PG"))} == {
        "CAMPUS_APP_URL",
        "CAMPUS_AUDITOR_URL",
        "CAMPUS_SPOOL",
    }
    assert "campus_app:" in given["CAMPUS_APP_URL"]
    assert "campus_auditor:" in given["CAMPUS_AUDITOR_URL"]


def test_the_application_is_found_by_name() -> None:
    assert "dashboard.main:app" in web_command("127.0.0.1", 8501)


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whatever_was_started_ends_with_it(database, number) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "etl.cli", "serve", "--port", str(port)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert f"http://127.0.0.1:{port}" in process.stderr.readline()
        until = time.monotonic() + 20
        while len(started := children(process.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        assert len(started) == 2
        process.send_signal(number)
        assert process.wait(20) == 130
    assert not [pid for pid in started if alive(pid)]
