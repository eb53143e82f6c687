"""What every answer carries, whatever made it: the content security policy and its companions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; "
    # streamlit and streamlit-folium evaluate scripts of their own making
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss: data: blob:; frame-src 'self' data: blob:; frame-ancestors 'self'; "
    "form-action 'self'; base-uri 'self'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


HSTS = "max-age=31536000"
"""Under TLS: a browser that was here once never comes over a plain connection again."""


class SecurityHeaders:
    """ASGI middleware that sets `HEADERS` on every HTTP answer, also on that of a fault.

    Parameters
    ----------
    app
        What makes the answers.
    is_secure
        Whether browsers come over TLS alone.
    """

    def __init__(self, app: ASGIApp, *, is_secure: bool = False) -> None:
        self.app = app
        self.headers = HEADERS | ({"Strict-Transport-Security": HSTS} if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and dress its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_begun = False

        async def dressed(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                own_policy = headers.get("Content-Security-Policy")
                for name, value in self.headers.items():
                    headers[name] = value
                # the gate's own pages run no script at all
                headers["Content-Security-Policy"] = own_policy or POLICY
            await send(message)

        try:
            await self.app(scope, receive, dressed)
        except Exception:
            if not has_begun:
                failed = PlainTextResponse("error", status_code=500, headers={"Cache-Control": "no-store"})
                await failed(scope, receive, dressed)
            raise
