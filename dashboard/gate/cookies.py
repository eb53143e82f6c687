"""The gate's cookies, and the tokens in its forms: made by this process, thrown away with it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.responses import Response

    from dashboard.gate.approach import Approach
    from data.gate_settings import GateSettings

SESSION, FORM, PROVIDER = "campus", "campus_form", "campus_provider"
_KEY: Final = secrets.token_bytes(32)
"""Forms that a process gave out are dead after it: they are shown anew."""
HALF_A_DAY_S = 12 * 3600
SIGN_IN = "/login"


def cookie_name(word: str, settings: GateSettings) -> str:
    """Give a cookie's name; under TLS one that no other host and no plain connection can set."""
    return f"__Host-{word}" if settings.is_secure else word


def set_cookie(
    response: Response, word: str, value: str, settings: GateSettings, *, site: str = "strict"
) -> None:
    """Set a cookie that no script reads, for the whole host and half a day."""
    response.set_cookie(
        cookie_name(word, settings), value, max_age=HALF_A_DAY_S, path="/", secure=settings.is_secure,
        httponly=True, samesite="lax" if site == "lax" else "strict",
    )  # fmt: skip


def drop_cookie(response: Response, word: str, settings: GateSettings) -> None:
    """Take a cookie back."""
    response.set_cookie(
        cookie_name(word, settings), "", max_age=0, path="/", secure=settings.is_secure, httponly=True,
        samesite="strict",
    )  # fmt: skip


def signed(*words: str) -> str:
    """Sign words so that only this process could have."""
    return hmac.new(_KEY, "\x1f".join(words).encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def is_signed(given: str, *words: str) -> bool:
    """Whether a signature is of these words."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), signed(*words).encode())


def form_key(approach: Approach) -> str:
    """Give what a form is bound to: the session, and at the sign-in the cookie that came with the form."""
    word = FORM if approach.path == SIGN_IN else SESSION
    return approach.cookie(cookie_name(word, approach.settings))
