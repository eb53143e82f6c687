"""The first answer already says which language the page is in.

Streamlit's own document says ``lang="en"`` and is called Streamlit; both are replaced on the way out. When
the language is switched on the open page, a line of script there follows (`dashboard.components.frame`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders

from data.messages import LANGS, text

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from data.messages import Lang

HTML_LANG = {"zh": "zh-CN", "en": "en"}
LIBRARY_TITLE = b"<title>Streamlit</title>"
HOME_SCRIPT = b"<head><script>window.__streamlit={BACKEND_BASE_URL:location.origin}</script>"
"""Tells a page's document where the server is; it would first look below its own address, and fail."""


def lang_of_query(query: bytes) -> Lang:
    """Read the language from an address's query; Chinese where it names none that there is."""
    given = parse_qs(query.decode("latin-1")).get("lang", [""])[0]
    return next((lang for lang in LANGS if lang == given), "zh")


class DocumentLanguage:
    """ASGI middleware that writes language and title into Streamlit's document.

    Parameters
    ----------
    app
        What makes the document.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold a document back until it is whole and rewrite its first tags; pass all else on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []
        lang = lang_of_query(scope.get("query_string", b""))

        async def rewritten(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_document(message):
                held.append(message)
            elif held and message["type"] == "http.response.body":
                held.append(message)
                if not message.get("more_body"):
                    for part in _rewrite(held, lang):
                        await send(part)
            else:
                await send(message)

        await self.app(_plain(scope), receive, rewritten)


def _is_document(start: Message) -> bool:
    """Whether an answer is a whole HTML page."""
    headers = MutableHeaders(scope=start)
    return start["status"] == 200 and headers.get("content-type", "").startswith("text/html")  # noqa: PLR2004 -- OK


def _plain(scope: Scope) -> Scope:
    """Ask for pages uncompressed, since they are rewritten here; everything else stays compressed."""
    accepts = dict(scope["headers"]).get(b"accept", b"")
    if b"text/html" not in accepts:
        return scope
    unwanted = {b"accept-encoding", b"range", b"if-none-match", b"if-modified-since"}
    return {**scope, "headers": [(key, value) for key, value in scope["headers"] if key not in unwanted]}


def _rewrite(held: list[Message], lang: Lang) -> list[Message]:
    """Write language and title into a page."""
    body = b"".join(message.get("body", b"") for message in held[1:])
    if LIBRARY_TITLE not in body:  # a page of our own, such as one to print
        return [held[0], {"type": "http.response.body", "body": body, "more_body": False}]
    title = text("pages.title", lang).encode()
    body = body.replace(b'<html lang="en"', f'<html lang="{HTML_LANG[lang]}"'.encode(), 1)
    body = body.replace(b"<head>", HOME_SCRIPT, 1)
    body = body.replace(LIBRARY_TITLE, b"<title>" + title + b"</title>", 1)
    headers = MutableHeaders(scope=held[0])
    headers["content-length"] = str(len(body))
    for name in ("etag", "last-modified"):
        del headers[name]
    return [held[0], {"type": "http.response.body", "body": body, "more_body": False}]
