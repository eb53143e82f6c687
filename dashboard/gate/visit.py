"""One request inside the gate: who sent it, in which language, with which form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from dashboard.gate.cookies import form_key, is_signed, signed
from dashboard.gate.forms import next_path
from dashboard.language import lang_of_query
from data.messages import LANGS

if TYPE_CHECKING:
    from starlette.types import Receive

    from dashboard.gate.approach import Approach
    from data.gate_settings import GateSettings
    from data.messages import Lang
    from data.repositories.sign_in import Seen

LARGEST_FORM = 16_384
NO_FORM: dict[str, str] = {}


class TooLargeError(Exception):
    """A request's body is larger than anything it may carry."""


@dataclass
class Visit:
    """A request with its session."""

    approach: Approach
    token: str
    """Of the cookie; empty where it is nobody's any more."""
    seen: Seen | None
    form: dict[str, str]
    new_form_key: str = ""
    """What becomes the form's cookie, where there is no session to bind it to."""

    @property
    def settings(self) -> GateSettings:
        """The gate's."""
        return self.approach.settings

    @cached_property
    def query(self) -> dict[str, str]:
        """The address's query, the first value of each name."""
        return _pairs(self.approach.scope.get("query_string", b""))

    @property
    def lang(self) -> Lang:
        """The form's language, else the address's."""
        given = self.form.get("lang")
        known: Lang | None = next((lang for lang in LANGS if lang == given), None)
        return known or lang_of_query(self.approach.scope.get("query_string", b""))

    @property
    def next(self) -> str:
        """Where to go on to."""
        return next_path(self.form.get("next") or self.query.get("next", ""))

    @property
    def is_from_form(self) -> bool:
        """Whether it is one of our own forms that was sent, in the browser that was given it."""
        key = form_key(self.approach)
        return bool(key) and is_signed(self.form.get("token", ""), key, self.approach.path)

    def form_token(self, path: str) -> str:
        """Sign a form for this browser; see `new_form_key`."""
        return signed(self.new_form_key or form_key(self.approach), path)


async def read_form(receive: Receive) -> dict[str, str]:
    """Read a form as browsers send it.

    Raises
    ------
    TooLargeError
        It is larger than any of ours.
    """
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return NO_FORM
        body += message.get("body", b"")
        if len(body) > LARGEST_FORM:
            raise TooLargeError
        if not message.get("more_body"):
            return _pairs(body)


def _pairs(encoded: bytes) -> dict[str, str]:
    """Read names and values, the first of each name."""
    try:
        found = parse_qs(
            encoded.decode("latin-1"), keep_blank_values=True, errors="replace", max_num_fields=20
        )
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}
