"""Signing in at the unit's own provider of identities: OpenID Connect, authorization code flow with PKCE.

The provider says who somebody is; the account must exist here, without a password, and the session is ours.
State, nonce and verifier lie in a cookie that only this process can have made. Every address is the issuer's.
References: OpenID Connect Core 1.0 sections 3.1.2 and 3.1.3.7; RFC 7636 (PKCE); RFC 9700 (current practice).
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from anyio import to_thread
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from dashboard.gate.cookies import PROVIDER, cookie_name, drop_cookie, is_signed, set_cookie, signed
from dashboard.gate.entry import BAD_GATEWAY, FORBIDDEN, leave
from data.errors import DataError
from data.messages import text
from data.repositories.sign_in import WrongPasswordError, sign_in_external
from data.terms import AuthMode
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import Response as Answer
    from starlette.responses import Response

    from dashboard.gate.entry import Entry
    from dashboard.gate.visit import Visit
    from data.gate_settings import Oidc

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""With a key pair alone: a provider's public key must not pass for a shared secret."""
WITHIN_S = 600
TIMEOUT_S = 10.0
LEEWAY_S = 60


class ProviderError(DataError):
    """The provider of identities cannot be reached, or says what it must not."""

    key = "gate.provider_away"


class StaleSignInError(DataError):
    """The answer of a provider belongs to no sign-in that this browser began within ten minutes."""

    key = "gate.old_form"


class Provider:
    """One provider of identities.

    Parameters
    ----------
    known
        Its settings.
    entry
        What lets people in.
    """

    def __init__(self, known: Oidc, entry: Entry) -> None:
        self.known = known
        self.entry = entry

    async def login(self, visit: Visit) -> Response:
        """Send a browser to the provider."""
        words = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        try:
            goal = await to_thread.run_sync(partial(self._goal, visit, words))
        except CampusError as error:
            return self.entry.form(visit, bad=text(error.key, visit.lang), status=BAD_GATEWAY)
        left = leave(goal)
        kept = words | {"next": visit.next, "lang": visit.lang, "until": str(int(time.time()) + WITHIN_S)}
        set_cookie(left, PROVIDER, _packed(kept), visit.settings, site="lax")
        return left

    async def callback(self, visit: Visit) -> Response:
        """Take the provider's answer."""
        kept = _unpacked(visit.approach.cookie(cookie_name(PROVIDER, visit.settings)))
        visit.form = {"next": kept.get("next", ""), "lang": kept.get("lang", "")}
        try:
            name = await to_thread.run_sync(partial(self._name, visit, kept))
            opened = await to_thread.run_sync(sign_in_external, name, AuthMode.OIDC)
        except CampusError as error:
            key = "gate.not_known" if isinstance(error, WrongPasswordError) else error.key
            answered = self.entry.form(visit, bad=text(key, visit.lang), status=FORBIDDEN)
        else:
            # the browser comes from another site: a redirect would leave the strict cookie behind
            answered = self.entry.let_in(visit, opened, by_page=True)
        drop_cookie(answered, PROVIDER, visit.settings)
        return answered

    def _goal(self, visit: Visit, words: Mapping[str, str]) -> str:
        """Give the provider's address for one sign-in."""
        with self._client(visit) as client:
            found = self._discovered(client)
            address, _ = client.create_authorization_url(
                found["authorization_endpoint"], state=words["state"], nonce=words["nonce"],
                code_verifier=words["verifier"],
            )  # fmt: skip
        return str(address)

    def _name(self, visit: Visit, kept: Mapping[str, str]) -> str:
        """Exchange the code of an answer, and give the account's name that its token holds.

        Raises
        ------
        StaleSignInError
            State and cookie do not belong together.
        ProviderError
            The provider does not answer, refuses, or its token is not for us, not fresh or not signed by it.
        """
        state, code = visit.query.get("state", ""), visit.query.get("code", "")
        if not kept or not hmac.compare_digest(state.encode(), kept["state"].encode()):
            raise StaleSignInError
        if not code or visit.query.get("iss", self.known.issuer).rstrip("/") != self.known.issuer:
            raise ProviderError
        try:
            with self._client(visit) as client:
                found = self._discovered(client)
                answered = client.fetch_token(
                    found["token_endpoint"], code=code, code_verifier=kept["verifier"],
                    grant_type="authorization_code",
                )  # fmt: skip
                keys = KeySet.import_key_set(_json(client.get(found["jwks_uri"], withhold_token=True)))
            claims = jwt.decode(str(answered["id_token"]), keys, algorithms=list(ALGORITHMS)).claims
            self._check(claims, kept["nonce"])
        except (RequestException, OAuthError, JoseError, KeyError, ValueError) as error:
            raise ProviderError from error
        return str(claims.get(self.known.name_claim) or "")

    def _check(self, claims: dict[str, Any], nonce: str) -> None:
        """Hold a token's claims to what they must say (OpenID Connect Core 3.1.3.7)."""
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "values": [self.known.issuer, f"{self.known.issuer}/"]},
            aud={"essential": True, "value": self.known.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        registry.validate(claims)
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", self.known.client_id) != self.known.client_id or len(audiences) != 1:
            raise ProviderError

    def _discovered(self, client: OAuth2Session) -> dict[str, str]:
        """Read the provider's own description; every address in it must be the issuer's."""
        try:
            found = _json(
                client.get(f"{self.known.issuer}/.well-known/openid-configuration", withhold_token=True)
            )
        except (RequestException, ValueError) as error:
            raise ProviderError from error
        if not isinstance(found, dict) or str(found.get("issuer", "")).rstrip("/") != self.known.issuer:
            raise ProviderError
        origin = urlsplit(self.known.issuer)[:2]
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if any(urlsplit(str(found.get(name, "")))[:2] != origin for name in needed):
            raise ProviderError
        return {name: str(found[name]) for name in needed}

    def _client(self, visit: Visit) -> OAuth2Session:
        """Make a client that follows no redirect and no proxy of the environment."""
        client = OAuth2Session(
            self.known.client_id, self.known.secret, scope="openid profile", code_challenge_method="S256",
            redirect_uri=f"{visit.approach.scheme}://{visit.approach.host}/oidc/callback",
            default_timeout=TIMEOUT_S,
        )  # fmt: skip
        client.trust_env = False
        client.max_redirects = 0
        if self.known.ca_file:
            client.verify = self.known.ca_file
        return client


def _json(response: Answer) -> Any:
    """Read an answer that went well."""
    response.raise_for_status()
    return response.json()


def _packed(words: Mapping[str, str]) -> str:
    """Write words so that they fit a cookie, signed."""
    packed = base64.urlsafe_b64encode(json.dumps(words).encode()).decode().rstrip("=")
    return f"{packed}.{signed('provider', packed)}"


def _unpacked(value: str) -> dict[str, str]:
    """Read words that this process has signed within ten minutes; none where it has not."""
    packed, _, signature = value.partition(".")
    if not packed or not is_signed(signature, "provider", packed):
        return {}
    words: dict[str, str] = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    return words if int(words["until"]) >= time.time() else {}
