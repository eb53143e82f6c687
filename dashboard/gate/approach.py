"""Where a request comes from and what it asks for; what it claims is believed from a listed proxy alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dashboard.viewer import SESSION_HEADER

if TYPE_CHECKING:
    from starlette.types import Scope

    from data.gate_settings import GateSettings

HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
BAD_PATH = re.compile(r"//|[\\%\x00-\x1f\x7f]|/\.{1,2}(?:/|$)")
"""What no address of ours has: empty and dotted steps, backslashes, double escapes, control characters."""
ESCAPED_STEP = re.compile(rb"%2f|%5c|%00|%25|%2e%2e", re.IGNORECASE)
"""Escapes in the address as sent that hide a step of it; names with such letters are written in the query."""
IDENTITY = frozenset(
    {
        SESSION_HEADER, "forwarded", "x-real-ip", "x-client-ip", "x-remote-user", "remote-user", "x-user",
        "x-email", "x-auth-request-user", "x-auth-request-email", "x-auth-request-preferred-username",
        "x-authenticated-user", "x-webauth-user", "x-streamlit-user",
    }
)  # fmt: skip
"""Headers in which servers and proxies name people."""
FORWARDED = "x-forwarded-"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_NAME = 200
WEB_SCHEME = {"ws": "http", "wss": "https", "http": "http", "https": "https"}


@dataclass(frozen=True)
class Approach:
    """A request as it stands before the gate."""

    scope: Scope
    settings: GateSettings
    headers: dict[str, list[str]] = field(repr=False)
    is_proxied: bool
    """Whether its peer is a listed proxy."""
    address: str
    """Of the browser, as far as it can be known."""
    scheme: str
    """``http`` or ``https``, as the browser sees it."""
    host: str
    """Name and port that the browser asked; empty where it says none, two, or nonsense."""

    @property
    def path(self) -> str:
        """The decoded path."""
        return str(self.scope["path"])

    @property
    def is_well_formed(self) -> bool:
        """Whether its address is one that a browser of ours asks for, with one host."""
        raw = self.scope.get("raw_path") or b""
        return bool(
            self.host
            and self.path.startswith("/")
            and not BAD_PATH.search(self.path)
            and not ESCAPED_STEP.search(raw)
        )

    @property
    def is_open_to_listeners(self) -> bool:
        """Whether it came past the proxy that is there to encrypt it."""
        return bool(self.settings.proxies) and not self.settings.is_tls and not self.is_proxied

    @property
    def is_own(self) -> bool | None:
        """Whether a page of ours sent it; None where it does not say, which browsers that write always do."""
        origins = self.headers.get("origin", [])
        if origins:
            return origins == [f"{self.scheme}://{self.host}"]
        site = self.headers.get("sec-fetch-site")
        if site:
            return site == ["same-origin"]
        referrers = self.headers.get("referer")
        if referrers:
            parts = urlsplit(referrers[0])
            return (parts.scheme, parts.netloc) == (self.scheme, self.host)
        return None

    @property
    def wants_page(self) -> bool:
        """Whether a person waits for a page to read."""
        accepts = ",".join(self.headers.get("accept", []))
        return self.scope.get("method") in {"GET", "HEAD"} and "text/html" in accepts

    @property
    def vouched_name(self) -> str:
        """The account that a listed proxy names; empty where none does, or several."""
        names = self.headers.get(self.settings.proxy_header, []) if self.settings.proxy_header else []
        return names[0].strip()[:LONGEST_NAME] if self.is_proxied and len(names) == 1 else ""

    def cookie(self, name: str) -> str:
        """Give a cookie's value; empty where there is none, or several that differ."""
        pairs = (
            part.strip().partition("=") for line in self.headers.get("cookie", []) for part in line.split(";")
        )
        found = {value for key, _, value in pairs if key == name}
        return found.pop() if len(found) == 1 else ""

    def admitted(self, token: str) -> Scope:
        """Give the scope as those behind the gate see it: what the request claims of itself is struck out.

        Parameters
        ----------
        token
            Of the session, written under the name that the gate alone writes.
        """
        own = self.settings.proxy_header
        kept = [
            (name, value)
            for name, value in self.scope["headers"]
            if (low := name.decode("latin-1").lower()) not in IDENTITY
            and low != own
            and not low.startswith(FORWARDED)
        ]
        if token:
            kept.append((SESSION_HEADER.encode(), token.encode("latin-1")))
        scheme = self.scheme
        if self.scope["type"] == "websocket":
            scheme = "wss" if scheme == "https" else "ws"
        return {**self.scope, "headers": kept, "scheme": scheme, "client": (self.address, 0)}


def look_at(scope: Scope, settings: GateSettings) -> Approach:
    """Look at a request.

    Parameters
    ----------
    scope
        Of http or websocket, as the server gives it: no part of it was rewritten from headers.
    settings
        Which proxies are listed.
    """
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    peer = (scope.get("client") or ("", 0))[0] or ""
    is_proxied = settings.trusts(peer)
    hosts = headers.get("host", [])
    host = hosts[0].lower() if len(hosts) == 1 and HOST.fullmatch(hosts[0]) else ""
    scheme = WEB_SCHEME.get(scope.get("scheme", "http"), "http")
    address = peer
    if is_proxied:
        scheme = _last(headers.get("x-forwarded-proto", [])) or "https"
        scheme = scheme if scheme in {"http", "https"} else "http"
        address = _browser(headers.get("x-forwarded-for", []), peer, settings)
    return Approach(scope, settings, headers, is_proxied, address, scheme, host)


def _last(lines: list[str]) -> str:
    """Give the last entry of a header with commas: the one that the nearest proxy wrote."""
    return ",".join(lines).rpartition(",")[2].strip().lower()


def _browser(lines: list[str], peer: str, settings: GateSettings) -> str:
    """Give the nearest address that is no listed proxy: what stands before it, anybody may have written."""
    for entry in reversed([part.strip() for part in ",".join(lines).split(",")]):
        if entry and not settings.trusts(entry):
            return entry[:64]
    return peer
