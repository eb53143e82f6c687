"""The gate's own addresses: sign in, sign out, change the password, and whether the server is well."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, to_thread
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from dashboard.gate.cookies import FORM, SESSION, cookie_name, drop_cookie, form_key, set_cookie
from dashboard.gate.forms import HOME, Field, Page, answer, guarded, login_address, onward
from data.errors import DataError
from data.messages import sentence, text
from data.repositories import sign_in
from data.repositories.sign_in import LockedError, SessionGoneError, WrongPasswordError
from data.terms import AuthMode
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.gate.visit import Visit
    from data.repositories.sign_in import SignedIn

SEE_OTHER, BAD, UNAUTHORIZED, FORBIDDEN, MISSING, TOO_MANY, BAD_GATEWAY, AWAY = (
    303, 400, 401, 403, 404, 429, 502, 503,
)  # fmt: skip
LOCKED_S = 900
STATUS: dict[type[CampusError], int] = {
    WrongPasswordError: UNAUTHORIZED, LockedError: TOO_MANY, SessionGoneError: UNAUTHORIZED,
}  # fmt: skip
IN_LINE = 40
"""Sign-ins that may wait for their turn; more are sent away."""


class BusyError(DataError):
    """More sign in at once than can be worked on."""

    key = "gate.busy"


class Entry:
    """The handlers of the gate's own addresses.

    Few sign-ins are worked on at once, in threads of their own: hashing is slow on purpose, and must not keep
    those waiting who are in already.
    """

    def __init__(self) -> None:
        self._turn: CapacityLimiter | None = None
        self._waiting = 0

    async def healthz(self, _visit: Visit) -> Response:
        """Say whether the database answers."""
        try:
            is_well = await to_thread.run_sync(sign_in.answers)
        except CampusError:
            is_well = False
        answered = PlainTextResponse("ok" if is_well else "away", status_code=200 if is_well else AWAY)
        return guarded(answered)

    async def nothing(self, _visit: Visit) -> Response:
        """Answer what every browser asks of its own accord, and nobody has."""
        return guarded(Response(status_code=204))

    async def login(self, visit: Visit) -> Response:
        """Show the form, or sign in who sent it."""
        if visit.approach.scope["method"] == "POST":
            return await self._sign_in(visit)
        vouched = visit.approach.vouched_name
        if visit.settings.mode is AuthMode.PROXY and vouched and visit.seen is None:
            return await self._let_in_vouched(visit, vouched)
        if visit.seen is not None:
            return leave(visit.next)
        is_strange = visit.approach.headers.get("sec-fetch-site") == ["cross-site"]
        if is_strange and not visit.approach.cookie(cookie_name(SESSION, visit.settings)):
            return onward(login_address(visit.next, visit.lang), visit.lang)
        return self.form(visit, good="gate.signed_out" if visit.query.get("out") else "")

    async def logout(self, visit: Visit) -> Response:
        """Ask whether to sign out, and do."""
        if visit.approach.scope["method"] == "POST":
            if visit.seen is not None:
                if not visit.is_from_form:
                    return _logout_page(visit, status=FORBIDDEN)
                await to_thread.run_sync(sign_in.sign_out, visit.token)
            left = leave(login_address(lang=visit.lang) + ("&" if visit.lang == "en" else "?") + "out=1")
            drop_cookie(left, SESSION, visit.settings)
            left.headers["Clear-Site-Data"] = '"cache"'
            return left
        return leave(login_address(lang=visit.lang)) if visit.seen is None else _logout_page(visit)

    async def password(self, visit: Visit) -> Response:
        """Show the form for a new password, or take it."""
        if visit.seen is None:
            return leave(login_address(lang=visit.lang))
        if visit.seen.is_external:
            return guarded(PlainTextResponse("not found", status_code=MISSING))
        if visit.approach.scope["method"] != "POST":
            return _password_page(visit)
        return await self._change_password(visit, visit.seen.name)

    async def _change_password(self, visit: Visit, name: str) -> Response:
        """Take a new password."""
        if not visit.is_from_form:
            return _password_page(visit, bad=text("gate.old_form", visit.lang), status=FORBIDDEN)
        old, new = visit.form.get("old", ""), visit.form.get("new", "")
        if new != visit.form.get("again"):
            return _password_page(visit, bad=text("gate.password.differ", visit.lang), status=BAD)
        try:
            opened = await self._in_turn(partial(sign_in.change_password, visit.token, old, new, name=name))
        except CampusError as error:
            if isinstance(error, SessionGoneError | LockedError):
                return leave(login_address(lang=visit.lang))
            return _password_page(visit, bad=sentence(error, visit.lang), status=STATUS.get(type(error), BAD))
        return self.let_in(visit, opened)

    def form(self, visit: Visit, *, bad: str = "", good: str = "", status: int = 200) -> Response:
        """Show the sign-in."""
        if not form_key(visit.approach):
            visit.new_form_key = secrets.token_hex(32)
        lang = visit.lang
        page = Page(
            "/login", lang, text("gate.sign_in", lang), text("gate.sign_in", lang),
            (
                Field("name", text("gate.name", lang), "text", "username"),
                Field("password", text("gate.password.word", lang)),
            ),
            {"token": visit.form_token("/login")}, bad=bad, good=text(good, lang) if good else "",
            hint=text("gate.forgotten", lang), way=_other_way(visit), next=visit.next,
        )  # fmt: skip
        shown = answer(page, status)
        if visit.new_form_key:
            set_cookie(shown, FORM, visit.new_form_key, visit.settings)
        return shown

    def let_in(self, visit: Visit, opened: SignedIn, *, by_page: bool = False) -> Response:
        """Give the browser its session, which the database has just made: it never keeps what it brought."""
        goal = "/password" if opened.must_change else visit.next
        if opened.must_change and visit.lang != "zh":
            goal += f"?lang={visit.lang}"
        entered = onward(goal, visit.lang) if by_page else leave(goal)
        set_cookie(entered, SESSION, opened.token, visit.settings)
        drop_cookie(entered, FORM, visit.settings)
        return entered

    async def _sign_in(self, visit: Visit) -> Response:
        """Check a name and a password."""
        if not visit.is_from_form:
            return self.form(visit, bad=text("gate.old_form", visit.lang), status=FORBIDDEN)
        words = visit.form.get("name", ""), visit.form.get("password", "")
        try:
            opened = await self._in_turn(partial(sign_in.sign_in, *words, address=visit.approach.address))
        except CampusError as error:
            refused = self.form(visit, bad=sentence(error, visit.lang), status=STATUS.get(type(error), AWAY))
            if isinstance(error, LockedError):
                refused.headers["Retry-After"] = str(LOCKED_S)
            return refused
        if visit.token:
            await to_thread.run_sync(sign_in.sign_out, visit.token)
        return self.let_in(visit, opened)

    async def _let_in_vouched(self, visit: Visit, name: str) -> Response:
        """Sign in whom a listed proxy names."""
        try:
            opened = await to_thread.run_sync(sign_in.sign_in_external, name, AuthMode.PROXY)
        except CampusError as error:
            key = "gate.not_known" if isinstance(error, WrongPasswordError) else error.key
            return self.form(visit, bad=text(key, visit.lang), status=FORBIDDEN)
        return self.let_in(visit, opened)

    async def _in_turn(self, work: Callable[[], SignedIn]) -> SignedIn:
        """Do one of the slow things, few at a time.

        Raises
        ------
        BusyError
            Too many wait already.
        """
        if self._turn is None:
            self._turn = CapacityLimiter(2)
        if self._waiting >= IN_LINE:
            raise BusyError
        self._waiting += 1
        try:
            return await to_thread.run_sync(work, limiter=self._turn)
        finally:
            self._waiting -= 1


def leave(address: str) -> Response:
    """Send a browser to another address of ours."""
    return guarded(RedirectResponse(address or HOME, status_code=SEE_OTHER))


def _other_way(visit: Visit) -> tuple[str, str] | None:
    """Offer the unit's own sign-in, where there is one."""
    if visit.settings.mode is not AuthMode.OIDC:
        return None
    goal = login_address(visit.next, visit.lang).replace("/login", "/oidc/login", 1)
    return goal, text("gate.by_unit", visit.lang)


def _logout_page(visit: Visit, status: int = 200) -> Response:
    """Ask whether to sign out."""
    lang, name = visit.lang, visit.seen.name if visit.seen else ""
    page = Page(
        "/logout", lang, text("gate.sign_out", lang), text("gate.sign_out", lang),
        hidden={"token": visit.form_token("/logout")}, hint=text("gate.sign_out_as", lang, name=name),
    )  # fmt: skip
    return answer(page, status)


def _password_page(visit: Visit, *, bad: str = "", status: int = 200) -> Response:
    """Ask for the old password and, twice, for the new one."""
    lang = visit.lang
    must = visit.seen is not None and visit.seen.must_change
    page = Page(
        "/password", lang, text("gate.password.change", lang), text("gate.password.change", lang),
        (
            Field("old", text("gate.password.old", lang)),
            Field("new", text("gate.password.new", lang), fills="new-password"),
            Field("again", text("gate.password.again", lang), fills="new-password"),
        ),
        {"token": visit.form_token("/password")}, bad=bad, hint=text("gate.password.policy", lang),
        good=text("gate.password.must", lang) if must and not bad else "", next=visit.next,
    )  # fmt: skip
    return answer(page, status)
