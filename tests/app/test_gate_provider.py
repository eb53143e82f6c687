"""Signing in at a provider of identities, tried with a provider on this machine that says what it is told to."""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests

from dashboard.gate import oidc
from data.gate_settings import read_settings
from data.repositories import accounts
from data.terms import AuthMode
from tests.app.test_gate import BROWSER, HERE, TILE, browser, log_in, nobody_yet  # noqa: F401 -- a fixture
from tests.database.accounts import act, add

# the provider that stands in runs in this process, and is written for an older release of its library
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")


@pytest.fixture(scope="module")
def provider():
    """Give the address of a provider that signs in anybody by name."""
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def settings(provider, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a-secret\n")
    accounts.set_mode(AuthMode.OIDC)
    return read_settings(
        {"CAMPUS_AUTH": "oidc", "CAMPUS_OIDC_ISSUER": provider, "CAMPUS_OIDC_CLIENT_ID": "campus",
         "CAMPUS_OIDC_SECRET_FILE": str(secret), "CAMPUS_OIDC_NAME_CLAIM": "sub"}
    )  # fmt: skip


def at_provider(address: str, name: str) -> str:
    """Sign in at the provider as a person does; gives where it sends the browser."""
    answered = requests.post(address, data={"sub": name}, allow_redirects=False, timeout=10)
    assert answered.status_code in {302, 303}
    return answered.headers["location"]


def begin(client, goal: str = "/rectification") -> str:
    sent = client.get("/oidc/login", params={"next": goal}, headers=BROWSER)
    assert sent.status_code == 303
    return sent.headers["location"]


def finish(client, location: str):
    """Follow the provider's redirect, as a browser that comes from another site."""
    parts = urlsplit(location)
    assert f"{parts.scheme}://{parts.netloc}" == HERE
    return client.get(
        f"{parts.path}?{parts.query}", headers={"accept": "text/html", "sec-fetch-site": "cross-site"}
    )


def has_session(answered) -> bool:
    return any(
        line.startswith("campus=") and "max-age=0" not in line.lower()
        for line in answered.headers.get_list("set-cookie")
    )


def test_an_account_without_a_password_comes_in_by_its_providers_word(settings):
    add("unit", "unit", password=None, unit="城管局")
    client = browser(settings)
    assert "/oidc/login" in client.get("/login").text
    entered = finish(client, at_provider(begin(client), "Unit"))
    assert entered.status_code == 200
    assert re.search(r'url=([^"]+)"', unescape(entered.text))[1] == "/rectification"
    assert client.get("/rectification").status_code == 200


def test_what_is_sent_to_the_provider_binds_its_answer(settings):
    asked = parse_qs(urlsplit(begin(browser(settings))).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{HERE}/oidc/callback"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) >= 40
    again = parse_qs(urlsplit(begin(browser(settings))).query)
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize("name", ["nobody", "wang", "local", "shut"])
def test_nobody_else_comes_in(settings, name):
    add("wang")
    add("shut", "unit", password=None, unit="城管局")
    act(lambda c: accounts.set_disabled(c, "shut", is_disabled=True))
    client = browser(settings)
    answered = finish(client, at_provider(begin(client), name))
    assert answered.status_code == 403
    assert not has_session(answered)


def test_an_answer_belongs_to_the_browser_that_asked_and_counts_once(settings):
    add("unit", "unit", password=None, unit="城管局")
    one, two = browser(settings), browser(settings)
    location = at_provider(begin(one), "unit")
    begin(two)
    assert not has_session(finish(two, location))
    assert not has_session(finish(browser(settings), location))
    assert has_session(finish(one, location))
    assert not has_session(finish(one, location))


@pytest.mark.parametrize("change", [lambda q: q.replace("state=", "state=x"), lambda q: re.sub("code=[^&]+", "code=forged", q),
                                    lambda q: re.sub("code=[^&]+", "error=access_denied", q), lambda _: ""])  # fmt: skip
def test_an_answer_that_was_changed_is_refused(settings, change):
    add("unit", "unit", password=None, unit="城管局")
    client = browser(settings)
    parts = urlsplit(at_provider(begin(client), "unit"))
    answered = client.get(f"{parts.path}?{change(parts.query)}", headers=BROWSER)
    assert answered.status_code == 403
    assert not has_session(answered)


def test_the_code_is_exchanged_with_the_verifier_of_the_challenge(settings, monkeypatch):
    add("unit", "unit", password=None, unit="城管局")
    client = browser(settings)
    asked = begin(client)
    location = at_provider(asked, "unit")
    given: list[str] = []
    real = oidc.OAuth2Session.fetch_token
    monkeypatch.setattr(
        oidc.OAuth2Session,
        "fetch_token",
        lambda self, *a, **k: given.append(k["code_verifier"]) or real(self, *a, **k),
    )
    assert has_session(finish(client, location))
    digest = base64.urlsafe_b64encode(hashlib.sha256(given[0].encode()).digest()).decode().rstrip("=")
    assert parse_qs(urlsplit(asked).query)["code_challenge"] == [digest]


def test_a_token_for_another_sign_in_is_refused(settings, monkeypatch):
    add("unit", "unit", password=None, unit="城管局")
    client = browser(settings)
    location = at_provider(begin(client), "unit")
    real = oidc._unpacked
    monkeypatch.setattr(oidc, "_unpacked", lambda value: real(value) | {"nonce": "x" * 43})
    assert not has_session(finish(client, location))


def test_a_sign_in_that_took_more_than_ten_minutes_is_over(settings, monkeypatch):
    add("unit", "unit", password=None, unit="城管局")
    client = browser(settings)
    location = at_provider(begin(client), "unit")
    now = oidc.time.time()
    monkeypatch.setattr(oidc.time, "time", lambda: now + 601)
    assert not has_session(finish(client, location))


@pytest.mark.parametrize(
    "lie",
    [{"issuer": "http://localhost:1"}, {"token_endpoint": "http://127.0.0.2:9/token"}, {"jwks_uri": "http://evil.example/jwks"},
     {"authorization_endpoint": "https://evil.example/a"}],
)  # fmt: skip
def test_the_provider_is_asked_at_its_own_addresses_alone(settings, monkeypatch, lie):
    asked: list[str] = []
    real = oidc.OAuth2Session.request

    def request(self, method, url, **more):
        asked.append(url)
        return real(self, method, url, **more)

    true = oidc._json
    monkeypatch.setattr(oidc.OAuth2Session, "request", request)
    monkeypatch.setattr(oidc, "_json", lambda response: true(response) | lie)
    answered = browser(settings).get("/oidc/login", headers=BROWSER)
    assert answered.status_code == 502
    assert asked == [f"{settings.oidc.issuer}/.well-known/openid-configuration"]


def test_while_the_provider_is_away_the_form_says_so_and_an_admin_still_gets_in(tmp_path):
    add("chief", "admin")
    secret = tmp_path / "secret"
    secret.write_text("x")
    gone = read_settings({"CAMPUS_AUTH": "oidc", "CAMPUS_OIDC_ISSUER": "http://localhost:9", "CAMPUS_OIDC_CLIENT_ID": "campus",
                          "CAMPUS_OIDC_SECRET_FILE": str(secret)})  # fmt: skip
    client = browser(gone)
    answered = client.get("/oidc/login", headers=BROWSER)
    assert answered.status_code == 502
    assert 'action="/login"' in answered.text
    assert log_in(client, "chief").status_code == 303
    assert client.get("/accounts").status_code == 200


def test_without_a_provider_its_addresses_are_not_there():
    client = browser()
    assert client.get("/oidc/login").status_code == 401
    assert client.get(TILE).status_code == 401
