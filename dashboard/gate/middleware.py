"""The gate: ASGI middleware before everything that Streamlit and our routes serve, over http and websocket.

Nothing is answered without a living session but the sign-in, the health of the server and redirects to them.
What a request says of who it is, is struck out; who it is, the gate alone writes in (`dashboard.viewer`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from streamlit import config

from dashboard.gate.approach import SAFE_METHODS, look_at
from dashboard.gate.cookies import SESSION, cookie_name
from dashboard.gate.entry import AWAY, FORBIDDEN, MISSING, SEE_OTHER, UNAUTHORIZED, Entry
from dashboard.gate.forms import guarded, login_address, next_path
from dashboard.gate.oidc import Provider
from dashboard.gate.rights import STREAM, UPLOAD, may
from dashboard.gate.visit import NO_FORM, TooLargeError, Visit, read_form
from dashboard.language import lang_of_query
from dashboard.viewer import OF_REQUEST
from data.gate_settings import GateSettings, read_settings
from data.passwords import plain_name
from data.repositories.sign_in import Seen, touch
from data.terms import AuthMode
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dashboard.gate.approach import Approach

    Handler = Callable[[Visit], Awaitable[Response]]

BAD_REQUEST, NOT_ALLOWED, TOO_LARGE = 400, 405, 413
POLICY_VIOLATION, TRY_LATER = 1008, 1013
LARGEST_BODY = 65_536
FRAMING = 65_536
"""What a file's upload has round the file."""


class Gate:
    """Let in who has a session, to what the role may have.

    Parameters
    ----------
    app
        What is behind the gate.
    settings
        How people sign in; read from the environment if not given.
    """

    def __init__(self, app: ASGIApp, settings: GateSettings | None = None) -> None:
        self.app = app
        self.settings = read_settings(os.environ) if settings is None else settings
        entry = Entry()
        self._own: dict[str, tuple[Handler, frozenset[str]]] = {
            "/healthz": (entry.healthz, frozenset({"GET", "HEAD"})),
            "/favicon.ico": (entry.nothing, frozenset({"GET", "HEAD"})),
            "/login": (entry.login, frozenset({"GET", "HEAD", "POST"})),
            "/logout": (entry.logout, frozenset({"GET", "HEAD", "POST"})),
            "/password": (entry.password, frozenset({"GET", "HEAD", "POST"})),
        }
        if self.settings.oidc is not None:
            provider = Provider(self.settings.oidc, entry)
            self._own["/oidc/login"] = (provider.login, frozenset({"GET"}))
            self._own["/oidc/callback"] = (provider.callback, frozenset({"GET"}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at a request, and pass it on or answer it."""
        if scope["type"] == "websocket":
            await self._websocket(look_at(scope, self.settings), receive, send)
        elif scope["type"] == "http":
            await self._http(look_at(scope, self.settings), receive, send)
        elif scope["type"] == "lifespan":
            await self.app(scope, receive, send)

    async def _http(self, approach: Approach, receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered by what is behind."""
        own = self._own.get(approach.path)
        refusal = _refusal(approach)
        try:
            if refusal is None and own is not None:
                refusal = await self._answer(approach, *own, receive)
            seen = None if refusal else await self._seen(approach)
        except CampusError:
            seen, refusal = None, _plain("away", AWAY, **{"Retry-After": "3"})
        if refusal is None:
            refusal = _unless_in(approach, seen)
        if refusal is not None:
            await refusal(approach.scope, receive, send)
            return
        await self._pass_on(approach, receive, send)

    async def _answer(
        self, approach: Approach, handler: Handler, methods: frozenset[str], receive: Receive
    ) -> Response:
        """Answer at one of the gate's own addresses."""
        if approach.scope["method"] not in methods:
            return _plain("method not allowed", NOT_ALLOWED, Allow=", ".join(sorted(methods)))
        try:
            form = await read_form(receive) if approach.scope["method"] == "POST" else NO_FORM
        except TooLargeError:
            return _plain("too large", TOO_LARGE)
        seen = None if approach.path == "/healthz" else await self._seen(approach)
        token = self._token(approach) if seen is not None else ""
        return await handler(Visit(approach, token, seen, form))

    async def _pass_on(self, approach: Approach, receive: Receive, send: Send) -> None:
        """Have a request answered by what is behind, with its session and no longer than it may be."""
        has_begun = False

        async def kept_private(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                MutableHeaders(scope=message).setdefault("Cache-Control", "private, no-store")
            await send(message)

        token = self._token(approach)
        before = OF_REQUEST.set(token)
        try:
            await self.app(approach.admitted(token), _limited(approach, receive), kept_private)
        except TooLargeError:
            if not has_begun:
                await _plain("too large", TOO_LARGE)(approach.scope, receive, send)
        finally:
            OF_REQUEST.reset(before)

    async def _websocket(self, approach: Approach, receive: Receive, send: Send) -> None:
        """Let a page's websocket in, or refuse it before it is accepted."""
        code = 0
        if (
            not approach.is_well_formed
            or approach.is_open_to_listeners
            or approach.path != STREAM
            or not approach.headers.get("origin")
            or not approach.is_own
        ):
            code = POLICY_VIOLATION
        else:
            try:
                seen = await self._seen(approach)
            except CampusError:
                seen, code = None, TRY_LATER
            if seen is None or seen.must_change or not may(seen.role, STREAM):
                code = code or POLICY_VIOLATION
        if code:
            await receive()
            await send({"type": "websocket.close", "code": code})
            return
        await self.app(approach.admitted(self._token(approach)), receive, send)

    def _token(self, approach: Approach) -> str:
        """Give the token of the cookie."""
        return approach.cookie(cookie_name(SESSION, self.settings))

    async def _seen(self, approach: Approach) -> Seen | None:
        """Say whose session a request has; a proxy's word for somebody else ends what it vouched for."""
        token = self._token(approach)
        seen = await to_thread.run_sync(touch, token) if token else None
        if seen is None or not seen.is_external or self.settings.mode is not AuthMode.PROXY:
            return seen
        return seen if plain_name(approach.vouched_name) == seen.name else None


def _refusal(approach: Approach) -> Response | None:
    """Refuse what no page of ours sends, whoever sends it."""
    if not approach.host:
        return _plain("bad request", BAD_REQUEST)
    if not approach.is_well_formed:
        return _plain("not found", MISSING)
    if approach.is_open_to_listeners and approach.path != "/healthz":
        return _plain("come through the proxy", FORBIDDEN)
    if approach.scope["method"] not in SAFE_METHODS:
        # only the gate's own forms, which carry a token, may come from a browser that does not say whence
        is_own = approach.is_own
        if is_own is False or (is_own is None and approach.path not in {"/login", "/logout", "/password"}):
            return _plain("forbidden", FORBIDDEN)
    return None


def _unless_in(approach: Approach, seen: Seen | None) -> Response | None:
    """Refuse who is not in, or may not have what is asked for."""
    query = approach.scope.get("query_string", b"")
    lang = lang_of_query(query)
    if seen is None:
        if approach.wants_page:
            asked = approach.path + (f"?{query.decode('latin-1')}" if query else "")
            return guarded(RedirectResponse(login_address(next_path(asked), lang), status_code=SEE_OTHER))
        return _plain("sign in", UNAUTHORIZED)
    if seen.must_change:
        if approach.wants_page:
            goal = "/password" + ("" if lang == "zh" else f"?lang={lang}")
            return guarded(RedirectResponse(goal, status_code=SEE_OTHER))
        return _plain("change the password", UNAUTHORIZED)
    if not may(seen.role, approach.path):
        return _plain("not found", MISSING)
    return None


def _limited(approach: Approach, receive: Receive) -> Receive:
    """Count what a request carries while it comes in, whatever it says of its length."""
    is_upload = approach.path.startswith(f"{UPLOAD}/")
    limit = config.get_option("server.maxUploadSize") * 1024 * 1024 + FRAMING if is_upload else LARGEST_BODY
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > limit:
                raise TooLargeError
        return message

    return counted


def _plain(words: str, status: int, **headers: str) -> Response:
    """Answer in one line."""
    return guarded(PlainTextResponse(words, status_code=status, headers=headers))
