"""`campus serve` gives the web process two credentials and this machine, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from etl.commands.serve import (
    BadPortError,
    BadTlsError,
    OpenHostError,
    TakenPortError,
    check_place,
    tls_files,
    web_command,
    web_environment,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])  # noqa: S104 -- what is refused
def test_no_host_but_this_machine_in_the_clear(host) -> None:
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
        assert "admin" in process.stderr.readline()
        assert f"http://127.0.0.1:{port}" in process.stderr.readline()
        until = time.monotonic() + 20
        while len(started := children(process.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        assert len(started) == 2
        process.send_signal(number)
        assert process.wait(20) == 130
    assert not [pid for pid in started if alive(pid)]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 -- what is allowed
def test_over_tls_or_behind_a_listed_proxy_others_are_served(host) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    check_place(host, port, is_secure=True)
    with pytest.raises(OpenHostError):
        check_place("", port, is_secure=True)


def test_certificate_and_key_are_both_there_or_neither(tmp_path) -> None:
    cert, key = tmp_path / "c", tmp_path / "k"
    cert.touch()
    key.touch()
    assert tls_files({}) is None
    assert tls_files({"CAMPUS_TLS_CERT": str(cert), "CAMPUS_TLS_KEY": str(key)}) == (str(cert), str(key))
    for given in (
        {"CAMPUS_TLS_CERT": str(cert)},
        {"CAMPUS_TLS_KEY": str(key)},
        {"CAMPUS_TLS_CERT": str(cert), "CAMPUS_TLS_KEY": "/no"},
    ):
        with pytest.raises(BadTlsError):
            tls_files(given)
    assert web_command("::", 8501, (str(cert), str(key)))[-4:] == [
        "--ssl-certfile",
        str(cert),
        "--ssl-keyfile",
        str(key),
    ]


def test_the_server_believes_no_header_itself() -> None:
    assert "--no-proxy-headers" in web_command("127.0.0.1", 8501)


def test_the_web_process_knows_how_people_sign_in(home) -> None:
    ours = {"CAMPUS_AUTH": "proxy", "CAMPUS_TRUSTED_PROXIES": "10.0.0.1", "CAMPUS_PROXY_HEADER": "x-user", "CAMPUS_TLS": "1",
            "CAMPUS_PASSWORD": "w", "CAMPUS_TLS_KEY": "/k"}  # fmt: skip
    given = web_environment(ours)
    assert {name for name in given if name in ours} == {
        "CAMPUS_AUTH",
        "CAMPUS_TRUSTED_PROXIES",
        "CAMPUS_PROXY_HEADER",
    }


def start(port: int, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "etl.cli", "serve", "--port", str(port)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=dict(os.environ) | environment,
    )  # fmt: skip


def test_the_first_serve_makes_an_administrator_tells_its_password_once_and_lets_it_in(database) -> None:
    told: list[str] = []
    for _ in range(2):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with start(port) as process:
            assert process.stderr is not None
            until = time.monotonic() + 60
            while time.monotonic() < until:
                line = process.stderr.readline()
                assert line, told
                told.append(line)
                if f"http://127.0.0.1:{port}" in line:
                    break
            if len(told) == 2:
                password = re.search(r"[a-z2-9]{5}(?:-[a-z2-9]{5}){3}", told[0])
                assert password
                assert "admin" in told[0]
                _sign_in_at(port, password[0])
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    assert len(told) == 3


def _sign_in_at(port: int, password: str) -> None:
    """Sign in at a running server, whose page, routes and websocket are shut before."""
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        assert client.get("/healthz").text == "ok"
        assert client.get("/_stcore/health").status_code == 401
        assert client.get("/").status_code == 401
        page = client.get("/login").text
        token = re.search(r'name="token" value="([^"]*)"', page)
        assert token
        data = {"name": "admin", "password": password, "token": token[1]}
        entered = client.post("/login", data=data, headers={"origin": f"http://127.0.0.1:{port}"})
        assert entered.headers["location"] == "/password"
        assert client.get("/_stcore/health").status_code == 401
        token = re.search(r'name="token" value="([^"]*)"', client.get("/password").text)
        new = "otter-Bridge-9-lantern"
        data = {"old": password, "new": new, "again": new, "token": token[1] if token else ""}
        changed = client.post("/password", data=data, headers={"origin": f"http://127.0.0.1:{port}"})
        assert changed.headers["location"] == "/"
        assert client.get("/_stcore/health").status_code == 200
        cookie = f"campus={client.cookies['campus']}"
    assert "admin · ".encode() in _page_at(port, cookie)
    with pytest.raises(InvalidStatus):
        _page_at(port, "campus=forged")


def _page_at(port: int, cookie: str) -> bytes:
    """Run the page over its websocket as a browser does, until it is done."""
    origin = f"http://127.0.0.1:{port}"
    heard, done = b"", ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY
    with connect(
        f"ws://127.0.0.1:{port}/_stcore/stream", origin=origin, subprotocols=["streamlit"], proxy=None, max_size=None,
        additional_headers={"cookie": cookie, "x-campus-session": "forged"},
    ) as websocket:  # fmt: skip
        websocket.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        while True:
            part = websocket.recv(60)
            heard += part
            if ForwardMsg.FromString(part).script_finished == done and ForwardMsg.FromString(part).HasField(
                "script_finished"
            ):
                return heard
