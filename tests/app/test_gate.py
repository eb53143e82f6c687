"""The gate, attacked: an inner application says what reaches it, and nothing may but what a living session asks for."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from dashboard.gate.middleware import Gate
from dashboard.gate.rights import UPLOAD
from dashboard.headers import HEADERS, SecurityHeaders
from dashboard.viewer import OF_REQUEST, SESSION_HEADER
from data.gate_settings import (
    BadAuthModeError,
    BadProxiesError,
    GateSettings,
    MissingSettingError,
    read_settings,
)
from data.repositories import accounts, sign_in
from data.rights import rights
from data.terms import AuthMode, ViewerRole
from tests.database.accounts import PASSWORD, act, add, hash_cheaply, start_over
from tests.database.viewers import as_owner, hash_of

OTHER = "otter-Bridge-9-lantern"
HERE = "http://testserver"
BROWSER = {"accept": "text/html", "origin": HERE}
STREAM = "/_stcore/stream"
TILE = "/tiles/road/1/0/0"


async def _say(request):
    given = {
        name: request.headers.getlist(name)
        for name in ("x-campus-session", "x-remote-user", "x-forwarded-for")
    }
    return JSONResponse({"given": given, "of_request": OF_REQUEST.get(), "client": request.client.host,
                         "scheme": request.url.scheme, "path": request.url.path})  # fmt: skip


async def _take(request):
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    return PlainTextResponse(str(size))


def _fail(request):
    raise RuntimeError


async def _stream(websocket):
    await websocket.accept()
    await websocket.send_text(",".join(websocket.headers.getlist(SESSION_HEADER)))
    await websocket.close()


INNER = [
    Route("/_stcore/upload_file/{a}/{b}", _take, methods=["PUT"]),
    Route("/layers/fail", _fail),
    WebSocketRoute("/{any:path}", _stream),
    Route("/{any:path}", _say, methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"]),
]


def browser(
    settings: GateSettings | None = None, *, base: str = HERE, peer: str = "testclient"
) -> TestClient:
    """Give a browser in front of the gate that follows no redirect."""
    known = settings or GateSettings()
    app = Starlette(routes=INNER, middleware=[
        Middleware(SecurityHeaders, is_secure=known.is_secure), Middleware(Gate, settings=known)])  # fmt: skip
    return TestClient(
        app, base_url=base, follow_redirects=False, raise_server_exceptions=False, client=(peer, 50000)
    )


@pytest.fixture(autouse=True)
def nobody_yet(monkeypatch, shared_database):
    hash_cheaply(monkeypatch)
    start_over()


def field(page: str, name: str) -> str:
    """Give a hidden field of a form."""
    match = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert match
    return unescape(match[1])


def log_in(client: TestClient, name: str = "wang", password: str = PASSWORD, *, next_: str = "", **more: str):
    """Fill in the form as a person does."""
    page = client.get("/login", params={"next": next_} if next_ else {}, headers=BROWSER)
    data = {
        "name": name,
        "password": password,
        "token": field(page.text, "token"),
        "next": field(page.text, "next"),
    }
    return client.post(
        "/login", data=data | more, headers=BROWSER | {"origin": str(client.base_url).rstrip("/")}
    )


@pytest.fixture
def inside() -> TestClient:
    """Give a browser with a commander's session."""
    add("wang", districts=("d1",))
    client = browser()
    assert log_in(client).status_code == 303
    return client


def token_of(client: TestClient) -> str:
    return str(client.cookies.get("campus"))


# --- who is in


def test_who_signs_in_gets_a_cookie_that_no_script_reads_and_reaches_what_is_behind(inside):
    answered = inside.get(TILE)
    token = token_of(inside)
    assert answered.json()["given"]["x-campus-session"] == [token]
    assert answered.json()["of_request"] == token
    assert OF_REQUEST.get() == ""


def test_the_cookie_is_strict_http_only_and_of_the_whole_host():
    add("wang")
    set_ = [line for line in log_in(browser()).headers.get_list("set-cookie") if line.startswith("campus=")]
    assert len(set_) == 1
    words = {word.strip().lower() for word in set_[0].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= words
    assert not [word for word in words if word.startswith(("domain", "secure"))]


def test_under_tls_the_cookie_is_secure_and_bound_to_the_host_and_browsers_are_told_so():
    add("wang")
    client = browser(GateSettings(is_tls=True), base="https://testserver")
    answered = log_in(client)
    line = next(line for line in answered.headers.get_list("set-cookie") if line.startswith("__Host-campus="))
    assert "secure" in line.lower()
    assert "domain" not in line.lower()
    assert answered.headers["strict-transport-security"].startswith("max-age=31536000")
    assert client.get(TILE).json()["given"]["x-campus-session"] == [client.cookies.get("__Host-campus")]


@pytest.mark.parametrize("cookie", ["", "forged", "0" * 64, "a; campus=b", "'; DROP TABLE auth.session; --"])
@pytest.mark.parametrize("path", ["/", "/command", TILE, "/layers/school", "/papers/x", "/_stcore/host-config",
                                  "/static/js/index.js", "/media/x.csv", "/_stcore/upload_file/a/b", "/nowhere"])  # fmt: skip
def test_without_a_living_session_nothing_is_answered(path, cookie):
    client = browser()
    headers = {"cookie": f"campus={cookie}"} if cookie else {}
    assert client.get(path, headers=headers).status_code == 401
    page = client.get(path, headers=headers | {"accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"].startswith("/login")
    for method in ("POST", "PUT", "DELETE"):
        assert client.request(method, path, headers=headers | {"origin": HERE}).status_code == 401


def test_two_cookies_that_differ_are_none(inside):
    token = token_of(inside)
    client = browser()
    assert client.get(TILE, headers={"cookie": f"campus={token}; campus=other"}).status_code == 401
    assert client.get(TILE, headers={"cookie": f"campus={token}"}).status_code == 200


@pytest.mark.parametrize("name", [SESSION_HEADER, "X-Campus-Session", "x-remote-user"])
def test_an_identity_that_a_request_brings_is_struck_out(inside, name):
    assert browser().get(TILE, headers={name: token_of(inside)}).status_code == 401
    given = inside.get(TILE, headers={name: "forged"}).json()["given"]
    assert given["x-campus-session"] == [token_of(inside)]
    assert given["x-remote-user"] == []


def test_a_session_that_ends_lets_nothing_through_any_more(inside):
    token = token_of(inside)
    for change in (
        "idle_until = now() - interval '1 second'",
        "expires_at = now() - interval '1 second'",
        "revoked_at = now()",
    ):
        as_owner(
            "UPDATE auth.session SET revoked_at = NULL, idle_until = now() + interval '1 hour', expires_at = now() + interval '1 hour'"
        )
        assert inside.get(TILE).status_code == 200
        as_owner(f"UPDATE auth.session SET {change} WHERE token_hash = :h", h=hash_of(token))
        assert inside.get(TILE).status_code == 401


def test_a_disabled_account_is_out_at_once(inside):
    assert inside.get(TILE).status_code == 200
    act(lambda c: accounts.set_disabled(c, "wang", is_disabled=True))
    assert inside.get(TILE).status_code == 401
    assert log_in(browser()).status_code == 401


def test_the_operators_session_is_never_the_webs():
    from data.session import open_local_session

    assert browser().get(TILE, headers={"cookie": f"campus={open_local_session()}"}).status_code == 404


# --- rights


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("commander", "/command", 200), ("commander", "/accounts", 404), ("commander", "/print/orders", 200),
        ("admin", "/accounts", 200), ("admin", TILE, 404), ("admin", "/layers/school", 404), ("admin", "/command", 404),
        ("admin", "/_stcore/upload_file/a/b", 404), ("auditor", TILE, 404), ("auditor", "/_stcore/host-config", 200),
        ("steward", "/intake/1/rows", 200), ("steward", "/print/orders", 404), ("commander", "/nowhere", 404),
        ("commander", "/_stcore/metrics", 404), ("commander", "/_stcore/agent/mcp", 404), ("commander", "/auth/login", 404),
        ("commander", "/oauth2callback", 404), ("commander", "/tilesx/1", 404), ("commander", "/commandx", 404),
        ("commander", "/command/x", 404),
    ],
)  # fmt: skip
def test_what_a_role_may_not_have_is_not_there(role, path, status):
    add("someone", role, districts=("d1",))
    client = browser()
    log_in(client, "someone")
    assert client.get(path).status_code == status


@pytest.mark.parametrize("role", [role.value for role in ViewerRole if role is not ViewerRole.LOCAL])
def test_every_role_has_exactly_the_pages_and_routes_of_the_matrix(role):
    scope = {"school": {"school_codes": ("S1",)}, "unit": {"unit": "城管局"}}.get(role, {})
    add("someone", role, districts=("d1",), **scope)
    client = browser()
    assert log_in(client, "someone").status_code == 303
    asked = {f"/{page}": roles for page, roles in rights().pages.items()}
    asked |= {f"{route}/a/b": roles for route, roles in rights().routes.items() if route != UPLOAD}
    assert len(asked) > 10
    for path, roles in asked.items():
        assert client.get(path).status_code == (200 if role in roles else 404), path
    sent = client.put(f"{UPLOAD}/a/b", content=b"x", headers={"origin": HERE})
    assert sent.status_code == (200 if role in rights().routes[UPLOAD] else 404)


# --- the sign-in


def test_the_form_is_chinese_first_english_on_demand_and_runs_no_script():
    client = browser()
    for query, words in (("", "护校安园"), ("?lang=en", "Campus Perimeter"), ("?lang=xx", "护校安园")):
        answered = client.get(f"/login{query}")
        assert answered.status_code == 200
        assert words in answered.text
        assert "<script" not in answered.text
        assert "script" not in answered.headers["content-security-policy"]
        assert answered.headers["cache-control"] == "no-store"


def test_wrong_unknown_and_disabled_get_the_same_answer():
    add("wang")
    add("shut")
    act(lambda c: accounts.set_disabled(c, "shut", is_disabled=True))
    answers = []
    for name in ("wang", "shut", "nobody", "local", "<b>x"):
        answered = log_in(browser(), name, "wrong")
        assert answered.status_code == 401
        assert not [line for line in answered.headers.get_list("set-cookie") if line.startswith("campus=")]
        answers.append(re.sub(r'value="[0-9a-f]{64}"', "", answered.text))
    assert len(set(answers)) == 1


def test_five_failures_shut_the_name_for_the_address_and_say_for_how_long():
    add("wang")
    client = browser()
    for _ in range(5):
        assert log_in(client, "wang", "wrong").status_code == 401
    answered = log_in(client)
    assert answered.status_code == 429
    assert answered.headers["retry-after"] == "900"
    assert log_in(browser(peer="10.0.0.9")).status_code == 303


def test_a_form_without_its_token_or_from_another_browser_is_refused():
    add("wang")
    one, two = browser(), browser()
    page = one.get("/login")
    data = {"name": "wang", "password": PASSWORD}
    for client, token in ((two, field(page.text, "token")), (one, ""), (one, "0" * 64), (one, "é")):
        answered = client.post("/login", data=data | {"token": token}, headers=BROWSER)
        assert answered.status_code == 403
        assert not [line for line in answered.headers.get_list("set-cookie") if line.startswith("campus=")]
    assert (
        one.post("/login", data=data | {"token": field(page.text, "token")}, headers=BROWSER).status_code
        == 303
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "https://testserver"},
        {"origin": "http://testserver:81"}, {"origin": "http://testserver.evil.example"},
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"referer": "https://evil.example/http://testserver"},
    ],
    ids=str,
)  # fmt: skip
def test_nothing_is_written_for_a_page_of_somebody_else(inside, headers):
    page = inside.get("/logout")
    data = {"token": field(page.text, "token")}
    assert inside.post("/logout", data=data, headers=headers).status_code == 403
    assert inside.put("/_stcore/upload_file/a/b", content=b"x", headers=headers).status_code == 403
    assert inside.get(TILE).status_code == 200


@pytest.fixture
def loader() -> TestClient:
    """Give a browser with the session of somebody who loads files."""
    add("steward", "steward", all_districts=True)
    client = browser()
    log_in(client, "steward")
    return client


def test_a_write_that_says_nothing_of_its_page_is_refused_beside_the_forms(loader):
    assert loader.put("/_stcore/upload_file/a/b", content=b"x").status_code == 403
    assert loader.put("/_stcore/upload_file/a/b", content=b"x", headers={"origin": HERE}).status_code == 200


def test_a_session_is_never_one_that_the_browser_brought():
    add("wang")
    client = browser()
    page = client.get("/login")
    data = {"name": "wang", "password": PASSWORD, "token": field(page.text, "token")}
    cookies = f"campus={'a' * 64}; campus_form={client.cookies['campus_form']}"
    entered = browser().post("/login", data=data, headers=BROWSER | {"cookie": cookies})
    assert entered.status_code == 303
    assert entered.cookies["campus"] != "a" * 64
    assert sign_in.touch("a" * 64) is None


def test_signing_in_again_ends_the_session_that_the_browser_had(inside):
    first = token_of(inside)
    page = browser().get("/login")
    data = {"name": "wang", "password": PASSWORD, "token": field(page.text, "token")}
    form = page.cookies.get("campus_form")
    answered = browser().post(
        "/login", data=data, headers=BROWSER | {"cookie": f"campus={first}; campus_form={form}"}
    )
    assert answered.status_code == 303
    assert sign_in.touch(first) is None


@pytest.mark.parametrize(
    "goal",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/%5cevil.example", "\\\\evil.example", "/\tevil", "javascript:alert(1)",
     "http:evil", "/login", "/logout", "///evil.example", "/..//evil.example", "/a\r\nSet-Cookie: x=1", "command", "/x" * 800],
)  # fmt: skip
def test_the_way_on_stays_here(goal):
    add("wang")
    answered = log_in(browser(), next_=goal)
    assert answered.status_code == 303
    assert answered.headers["location"] == "/"


@pytest.mark.parametrize("goal", ["/command", "/command?lang=en&slot=noon_in", "/rectification?part=x%26y"])
def test_the_way_on_is_what_was_asked_for(goal):
    add("wang")
    client = browser()
    sent = client.get(goal, headers={"accept": "text/html"})
    page = client.get(sent.headers["location"])
    data = {
        "name": "wang",
        "password": PASSWORD,
        "token": field(page.text, "token"),
        "next": field(page.text, "next"),
    }
    assert client.post("/login", data=data, headers=BROWSER).headers["location"] == goal


def test_what_is_typed_comes_back_escaped_or_not_at_all():
    answered = browser().get("/login", params={"next": '/x"><script>alert(1)</script>', "lang": '"><script>'})
    assert "<script" not in answered.text


def test_a_form_that_never_ends_is_cut_off():
    client = browser()
    assert client.post("/login", content=b"a" * 100_000, headers=BROWSER).status_code == 413


def test_a_link_from_elsewhere_finds_the_session_that_the_strict_cookie_left_behind(inside):
    answered = browser().get(
        "/login?next=/command", headers={"accept": "text/html", "sec-fetch-site": "cross-site"}
    )
    assert 'http-equiv="refresh"' in answered.text
    assert "/login?next=%2Fcommand" in answered.text
    assert (
        inside.get("/login?next=/command", headers={"sec-fetch-site": "same-origin"}).headers["location"]
        == "/command"
    )


# --- out, and new passwords


def test_signing_out_asks_first_and_ends_the_session(inside):
    token = token_of(inside)
    page = inside.get("/logout")
    assert inside.get(TILE).status_code == 200
    assert inside.post("/logout", data={"token": "x"}, headers=BROWSER).status_code == 403
    answered = inside.post("/logout", data={"token": field(page.text, "token")}, headers=BROWSER)
    assert answered.headers["location"].startswith("/login?")
    assert "campus" not in inside.cookies
    assert sign_in.touch(token) is None


def test_a_one_time_password_opens_nothing_but_its_own_change():
    add("wang", must_change=True)
    client = browser()
    assert log_in(client).headers["location"] == "/password"
    first = token_of(client)
    assert client.get("/command", headers={"accept": "text/html"}).headers["location"] == "/password"
    assert client.get(TILE).status_code == 401
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(STREAM, headers={"origin": HERE}):
        pass
    page = client.get("/password")
    words = {"token": field(page.text, "token"), "old": PASSWORD, "new": OTHER, "again": OTHER}
    assert client.post("/password", data=words | {"again": "x"}, headers=BROWSER).status_code == 400
    assert (
        client.post("/password", data=words | {"new": "short", "again": "short"}, headers=BROWSER).status_code
        == 400
    )
    assert client.post("/password", data=words | {"old": "wrong"}, headers=BROWSER).status_code == 401
    assert client.post("/password", data=words | {"token": "x"}, headers=BROWSER).status_code == 403
    assert client.post("/password", data=words, headers=BROWSER).headers["location"] == "/"
    assert token_of(client) != first
    assert client.get(TILE).status_code == 200
    assert sign_in.touch(first) is None


# --- addresses


@pytest.mark.parametrize(
    "path",
    ["/login/../layers/x", "/login/..%2flayers/x", "/login%2f..%2flayers", "//layers/x", "/healthz/../layers/x", "/login/",
     "/login/x", "/LOGIN", "/login%00", "/login;x", "/oidc/../layers/x", "/./login", "/%6cayers/%2e%2e/x", "/login%5c..%5clayers",
     "/healthz%2f", "/healthz/", "/oidc/", "/oidc/login", "/static/../layers/x"],
)  # fmt: skip
def test_no_spelling_of_an_open_address_leads_to_a_closed_one(path):
    client = browser()
    for headers in ({}, {"accept": "text/html"}):
        answered = client.get(path, headers=headers)
        assert answered.status_code in {401, 404, 303, 200}
        if answered.status_code == 200:
            assert "x-campus-session" not in answered.text
            assert 'action="/login"' in answered.text
        if answered.status_code == 303:
            assert answered.headers["location"].startswith("/login")


@pytest.mark.parametrize(
    "path", ["/tiles/../print/orders", "/assets//x", "/tiles/%252e%252e/x", "/layers/a%5cb", "/tiles/./x"]
)
def test_who_is_in_is_not_led_astray_by_spellings_either(inside, path):
    assert _raw(inside, path) == 404


def _raw(client: TestClient, path: str) -> int:
    """Ask for an address as it is written, which a client library would tidy up."""
    import asyncio
    from urllib.parse import unquote

    seen: list[int] = []

    async def send(message):
        if message["type"] == "http.response.start":
            seen.append(message["status"])

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": unquote(path), "raw_path": path.encode(), "query_string": b"",
             "headers": [(b"host", b"testserver"), (b"cookie", f"campus={token_of(client)}".encode())],
             "scheme": "http", "server": ("testserver", 80), "client": ("testclient", 1), "root_path": "",
             "http_version": "1.1", "asgi": {"version": "3.0"}}  # fmt: skip
    asyncio.run(client.app(scope, receive, send))
    return seen[0]


@pytest.mark.parametrize("host", ["", "a b", "evil.example/x", "x@y", "a,b"])
def test_a_host_that_is_none_is_refused(host):
    assert browser().get("/login", headers={"host": host}).status_code == 400


# --- websockets


def test_a_websocket_of_a_living_session_carries_its_token_whatever_the_browser_says(inside):
    headers = {"origin": HERE, SESSION_HEADER: "forged"}
    with inside.websocket_connect(STREAM, headers=headers) as websocket:
        assert websocket.receive_text() == token_of(inside)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (STREAM, {}), (STREAM, {"origin": "https://evil.example"}), (STREAM, {"origin": "null"}),
        (STREAM, {"origin": "https://testserver"}), ("/other", {"origin": HERE}), ("/_stcore/stream/", {"origin": HERE}),
    ],
)  # fmt: skip
def test_a_websocket_from_elsewhere_or_to_elsewhere_is_refused_before_it_is_accepted(inside, path, headers):
    with pytest.raises(WebSocketDisconnect) as caught, inside.websocket_connect(path, headers=headers):
        pass
    assert caught.value.code == 1008


@pytest.mark.parametrize("cookie", ["", "campus=forged", f"campus={'0' * 64}"])
def test_a_websocket_without_a_session_is_refused_before_it_is_accepted(cookie):
    headers = {"origin": HERE} | ({"cookie": cookie} if cookie else {})
    with pytest.raises(WebSocketDisconnect), browser().websocket_connect(STREAM, headers=headers):
        pass


def test_a_websocket_of_a_session_that_ended_is_refused(inside):
    act(lambda c: accounts.revoke_sessions(c, "wang"))
    with pytest.raises(WebSocketDisconnect), inside.websocket_connect(STREAM, headers={"origin": HERE}):
        pass


# --- uploads, health, headers


def test_an_upload_is_counted_while_it_comes_in_whatever_it_says_of_its_length(loader, monkeypatch):
    monkeypatch.setattr("dashboard.gate.middleware.config.get_option", lambda _name: 1)

    def chunks(count: int):
        return (b"x" * 65536 for _ in range(count))

    headers = {"origin": HERE}
    assert loader.put("/_stcore/upload_file/a/b", content=chunks(16), headers=headers).text == str(
        1024 * 1024
    )
    assert loader.put("/_stcore/upload_file/a/b", content=chunks(64), headers=headers).status_code == 413


def test_health_is_told_to_everybody_and_nothing_else(monkeypatch):
    answered = browser().get("/healthz")
    assert (answered.status_code, answered.text) == (200, "ok")
    monkeypatch.setenv("CAMPUS_APP_URL", "postgresql+psycopg://campus_app:x@/none?host=/nowhere")
    answered = browser().get("/healthz")
    assert (answered.status_code, answered.text) == (503, "away")


def test_while_the_database_is_away_nobody_is_let_in(inside, monkeypatch):
    monkeypatch.setenv("CAMPUS_APP_URL", "postgresql+psycopg://campus_app:x@/none?host=/nowhere")
    assert inside.get(TILE).status_code == 503
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        inside.websocket_connect(STREAM, headers={"origin": HERE}),
    ):
        pass
    assert caught.value.code == 1013


@pytest.mark.parametrize(
    "path",
    ["/login", "/healthz", "/command", "/nowhere", TILE, "/login/../x", "/layers/fail", "/print/orders"],
)
def test_every_answer_carries_the_headers_that_browsers_heed(inside, path):
    for client in (inside, browser()):
        answered = client.get(path)
        for name in HEADERS:
            assert answered.headers.get(name), (path, name)
        assert "strict-transport-security" not in answered.headers
        assert answered.headers["cache-control"].endswith("no-store")


# --- proxies


PROXY = read_settings(
    {
        "CAMPUS_AUTH": "proxy",
        "CAMPUS_PROXY_HEADER": "X-Remote-User",
        "CAMPUS_TRUSTED_PROXIES": "10.1.0.0/24, 10.2.0.1",
    }
)
SECURE = "https://testserver"


def test_a_listed_proxy_vouches_for_an_account_without_a_password():
    add("unit", "unit", password=None, unit="城管局")
    accounts.set_mode(AuthMode.PROXY)
    client = browser(PROXY, base=SECURE, peer="10.1.0.7")
    headers = {
        "x-remote-user": "Unit",
        "accept": "text/html",
        "x-forwarded-for": "9.9.9.9, 172.16.0.5, 10.2.0.1",
    }
    sent = client.get("/rectification", headers=headers)
    entered = client.get(sent.headers["location"], headers=headers)
    assert entered.headers["location"] == "/rectification"
    seen = client.get("/rectification", headers=headers).json()
    assert seen["given"]["x-remote-user"] == []
    assert seen["given"]["x-forwarded-for"] == []
    assert seen["client"] == "172.16.0.5"
    assert seen["scheme"] == "https"
    other = client.get("/rectification", headers=headers | {"x-remote-user": "somebody"})
    assert other.status_code == 303, "a session ends when the proxy names somebody else"
    assert client.get("/rectification", headers={"accept": "text/html"}).status_code == 303


@pytest.mark.parametrize("peer", ["10.9.9.9", "testclient", "127.0.0.1", "10.1.1.7"])
def test_nobody_but_a_listed_proxy_vouches(peer):
    add("unit", "unit", password=None, unit="城管局")
    accounts.set_mode(AuthMode.PROXY)
    client = browser(PROXY, base=SECURE, peer=peer)
    for path in ("/login", "/command"):
        answered = client.get(path, headers={"x-remote-user": "unit", "accept": "text/html"})
        assert answered.status_code == 403
        assert "set-cookie" not in answered.headers


@pytest.mark.parametrize("name", ["wang", "nobody", "local", ""])
def test_a_proxy_does_not_vouch_for_accounts_with_a_password(name):
    add("wang")
    accounts.set_mode(AuthMode.PROXY)
    client = browser(PROXY, base=SECURE, peer="10.1.0.7")
    answered = client.get("/login", headers={"x-remote-user": name} if name else {})
    assert answered.status_code == (403 if name else 200)
    assert not [line for line in answered.headers.get_list("set-cookie") if line.startswith("__Host-campus=")]


def test_a_proxys_word_counts_for_nothing_where_accounts_are_local():
    add("unit", "unit", password=None, unit="城管局")
    settings = read_settings({"CAMPUS_TRUSTED_PROXIES": "10.1.0.7", "CAMPUS_PROXY_HEADER": "x-remote-user"})
    client = browser(settings, base=SECURE, peer="10.1.0.7")
    assert 'action="/login"' in client.get("/login", headers={"x-remote-user": "unit"}).text


def test_failures_are_counted_for_the_browser_behind_a_proxy_and_not_for_what_it_claims():
    add("wang")
    settings = read_settings({"CAMPUS_TRUSTED_PROXIES": "10.1.0.7"})

    def attempt(forwarded: str, password: str) -> int:
        client = browser(settings, base=SECURE, peer="10.1.0.7")
        client.headers["x-forwarded-for"] = forwarded
        return log_in(client, password=password).status_code

    for number in range(5):
        assert attempt(f"1.1.1.{number}, 172.16.0.5", "wrong") == 401
    assert attempt("8.8.8.8, 172.16.0.5", PASSWORD) == 429
    assert attempt("172.16.0.6", PASSWORD) == 303


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"CAMPUS_AUTH": "ldap"}, BadAuthModeError),
        ({"CAMPUS_TRUSTED_PROXIES": "10.0.0.1, all"}, BadProxiesError),
        ({"CAMPUS_TRUSTED_PROXIES": "0.0.0.0/0"}, BadProxiesError),
        ({"CAMPUS_TRUSTED_PROXIES": "::/0"}, BadProxiesError),
        ({"CAMPUS_AUTH": "proxy", "CAMPUS_PROXY_HEADER": "x-user"}, MissingSettingError),
        ({"CAMPUS_AUTH": "proxy", "CAMPUS_TRUSTED_PROXIES": "10.0.0.1"}, MissingSettingError),
        ({"CAMPUS_AUTH": "proxy", "CAMPUS_TRUSTED_PROXIES": "10.0.0.1", "CAMPUS_PROXY_HEADER": "Cookie"}, MissingSettingError),
        ({"CAMPUS_AUTH": "oidc"}, MissingSettingError),
        ({"CAMPUS_AUTH": "oidc", "CAMPUS_OIDC_ISSUER": "http://sso.example.org"}, MissingSettingError),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant_are_refused(given, error):
    with pytest.raises(error):
        read_settings(given)
