"""How people sign in and over what they come, from the environment: for `campus serve` and the web process.

=========================  =================================================================================
CAMPUS_AUTH                ``local`` (default), ``oidc`` or ``proxy``
CAMPUS_TRUSTED_PROXIES     addresses and networks of proxies, with commas; their X-Forwarded-* headers count
CAMPUS_PROXY_HEADER        header in which a listed proxy names the account (``proxy``)
CAMPUS_OIDC_ISSUER         ``https://`` address of the provider (``oidc``)
CAMPUS_OIDC_CLIENT_ID      what the provider calls this product
CAMPUS_OIDC_SECRET_FILE    file that holds the client's secret
CAMPUS_OIDC_NAME_CLAIM     claim that names the account; ``preferred_username`` if not given
CAMPUS_OIDC_CA_FILE        certificates of the provider's authority, where it is the network's own
CAMPUS_TLS_CERT, _KEY      files for `campus serve`, which hands them to the server and sets CAMPUS_TLS
=========================  =================================================================================
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from data.errors import DataError
from data.terms import AuthMode

if TYPE_CHECKING:
    from collections.abc import Mapping

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

TLS_VARIABLE = "CAMPUS_TLS"
CERT_VARIABLE, KEY_VARIABLE = "CAMPUS_TLS_CERT", "CAMPUS_TLS_KEY"
WEB_VARIABLES = (
    "CAMPUS_AUTH", "CAMPUS_TRUSTED_PROXIES", "CAMPUS_PROXY_HEADER", "CAMPUS_OIDC_ISSUER",
    "CAMPUS_OIDC_CLIENT_ID", "CAMPUS_OIDC_SECRET_FILE", "CAMPUS_OIDC_NAME_CLAIM", "CAMPUS_OIDC_CA_FILE",
)  # fmt: skip
"""What the web process is handed of the environment to read the same settings."""
OWN_NAMES = re.compile(r"[a-z0-9][a-z0-9-]*")
NOT_NAMES = frozenset(
    {
        "cookie",
        "host",
        "origin",
        "referer",
        "authorization",
        "content-length",
        "content-type",
        "x-campus-session",
    }
)
"""Headers that browsers write themselves, or that mean something else."""
LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")


class BadAuthModeError(DataError):
    """``CAMPUS_AUTH`` is none of its three words."""

    key = "gate.settings.bad_mode"
    exit_code = 2


class BadProxiesError(DataError):
    """``CAMPUS_TRUSTED_PROXIES`` holds something that is no address or network, or every address there is."""

    key = "gate.settings.bad_proxies"
    exit_code = 2


class MissingSettingError(DataError):
    """The way of signing in needs the variable ``name``, which is missing or cannot be used."""

    key = "gate.settings.missing"
    exit_code = 2


@dataclass(frozen=True)
class Oidc:
    """A provider of identities."""

    issuer: str
    client_id: str
    secret: str
    name_claim: str
    ca_file: str | None = None


@dataclass(frozen=True)
class GateSettings:
    """How people sign in, and over what they come."""

    mode: AuthMode = AuthMode.LOCAL
    is_tls: bool = False
    proxies: tuple[Network, ...] = ()
    proxy_header: str = ""
    oidc: Oidc | None = None

    @property
    def is_secure(self) -> bool:
        """Whether browsers come over TLS alone: ours, or a listed proxy's."""
        return self.is_tls or bool(self.proxies)

    def trusts(self, address: str) -> bool:
        """Whether a peer is a listed proxy."""
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = getattr(known, "ipv4_mapped", None) or known
        return any(mapped in network for network in self.proxies)


def read_settings(given: Mapping[str, str]) -> GateSettings:
    """Read the settings of the gate.

    Parameters
    ----------
    given
        An environment.

    Raises
    ------
    BadAuthModeError, BadProxiesError, MissingSettingError
        Something is missing or cannot be meant; nothing is guessed.
    """
    word = given.get("CAMPUS_AUTH") or AuthMode.LOCAL.value
    if word not in set(AuthMode):
        raise BadAuthModeError
    mode, proxies = AuthMode(word), _proxies(given.get("CAMPUS_TRUSTED_PROXIES", ""))
    header = given.get("CAMPUS_PROXY_HEADER", "").strip().lower()
    if mode is AuthMode.PROXY:
        if not proxies:
            raise MissingSettingError(name="CAMPUS_TRUSTED_PROXIES")
        if not OWN_NAMES.fullmatch(header) or header in NOT_NAMES or header.startswith("x-forwarded-"):
            raise MissingSettingError(name="CAMPUS_PROXY_HEADER")
    oidc = _oidc(given) if mode is AuthMode.OIDC else None
    return GateSettings(mode, given.get(TLS_VARIABLE) == "1", proxies, header, oidc)


def _proxies(listed: str) -> tuple[Network, ...]:
    """Read addresses and networks; a list that trusts everybody is refused."""
    try:
        found = tuple(ipaddress.ip_network(word.strip()) for word in listed.split(",") if word.strip())
    except ValueError as error:
        raise BadProxiesError from error
    if any(network.prefixlen == 0 for network in found):
        raise BadProxiesError
    return found


def _oidc(given: Mapping[str, str]) -> Oidc:
    """Read what is known of a provider of identities."""
    issuer = given.get("CAMPUS_OIDC_ISSUER", "").rstrip("/")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS):
        raise MissingSettingError(name="CAMPUS_OIDC_ISSUER")
    if not given.get("CAMPUS_OIDC_CLIENT_ID"):
        raise MissingSettingError(name="CAMPUS_OIDC_CLIENT_ID")
    try:
        secret = Path(given.get("CAMPUS_OIDC_SECRET_FILE", "")).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MissingSettingError(name="CAMPUS_OIDC_SECRET_FILE") from error
    if not secret:
        raise MissingSettingError(name="CAMPUS_OIDC_SECRET_FILE")
    claim = given.get("CAMPUS_OIDC_NAME_CLAIM") or "preferred_username"
    return Oidc(
        issuer, given["CAMPUS_OIDC_CLIENT_ID"], secret, claim, given.get("CAMPUS_OIDC_CA_FILE") or None
    )
