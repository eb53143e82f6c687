"""The gate in a real browser, for every role: wrong passwords, the first sign-in, and every way a session ends.

An open page outlives its session by no more than a run: its next one shows that the session is over, and
nothing else. Nothing here may write an error to the console, ask another host, or break the policy of a page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest

from data import passwords
from data.messages import text
from data.repositories import accounts
from data.rights import pages_of, rights
from data.terms import ViewerRole
from tests.browser.visit import COOKIE, WAIT_MS, Visit
from tests.database.accounts import CHEAP, PASSWORD, act, add
from tests.database.viewers import as_owner, hash_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    Enter = Callable[..., "Person"]

ROLES = [role.value for role in ViewerRole if role is not ViewerRole.LOCAL]
TITLES = {
    "command": "pages.command", "rectification": "rectify.title", "data": "intake_page.title",
    "accounts": "accounts.title", "audit": "audit.page.title",
}  # fmt: skip
QUIET = {
    "steward": "/data?part=sources", "unit": "/rectification?hazard_late=overdue", "auditor": "/audit?days=30",
    "admin": "/accounts",
}  # fmt: skip
"""Where each role is when its session ends; those that are not named read the rule book."""
RULES = "/rectification?rect=rules"
LAYERS = ("/layers/school.geojson", "/tiles/road/10/850/416.mvt")
OVER = text("gate.gone_page", "zh")
UNAUTHORIZED, MISSING, TOO_MANY = 401, 404, 429
SCHOOL = "SELECT code FROM core.school WHERE valid_to IS NULL AND ended_by IS NULL ORDER BY code LIMIT 1"
OWN = "UPDATE auth.session SET {} WHERE token_hash = :hash"
ENDINGS = {
    "idle": OWN.format("idle_until = now() - interval '1 second'"),
    "absolute": OWN.format("expires_at = now() - interval '1 second'"),
    "revoked": OWN.format("revoked_at = now()"),
    "disabled": "UPDATE auth.account SET is_disabled = true WHERE id ="
                " (SELECT account_id FROM auth.session WHERE token_hash = :hash)",
}  # fmt: skip


class Person(NamedTuple):
    """Somebody with an account in a browser of their own."""

    name: str
    role: str
    visit: Visit

    @property
    def page(self) -> Page:
        return self.visit.page

    @property
    def token(self) -> str:
        """Of the session, as the browser keeps it."""
        cookies = {each["name"]: each["value"] for each in self.page.context.cookies()}
        return str(cookies.get(COOKIE, ""))

    def sign_in(self, password: str) -> int:
        """Fill in the form and send it; give the status of the answer."""
        self.page.fill("input[name=name]", self.name)
        self.page.fill("input[name=password]", password)
        with self.page.expect_response(lambda each: each.request.method == "POST") as answered:
            self.page.click("form button")
        self.page.wait_for_load_state()
        return int(answered.value.status)

    def wait_in(self) -> None:
        """Wait until a page of the product is there with all its parts, and at rest."""
        self.page.wait_for_selector(".campus-who", timeout=WAIT_MS)
        self.page.wait_for_load_state("networkidle", timeout=WAIT_MS)
        self.visit.wait_idle()

    def refused(self, *statuses: int) -> None:
        """Take it that some requests were answered so, and nothing else went wrong."""
        # a script of the page that was still to come is refused as well
        mine = re.compile(
            f"^({'|'.join(map(str, statuses))}) |status of ({'|'.join(map(str, statuses))})"
            "|Failed to fetch dynamically imported module"
        )
        assert [fault for fault in self.visit.faults if not mine.search(fault)] == []
        self.visit.faults.clear()

    def statuses(self, *paths: str) -> set[int]:
        """Ask for addresses with the browser's cookies."""
        asked = (self.page.context.request.get(self.visit.server + path, max_redirects=0) for path in paths)
        return {answer.status for answer in asked}

    def do_something(self) -> None:
        """Use a control that every page has."""
        self.page.locator(".st-key-head [data-testid='stButtonGroup'] button").last.click()


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "COST", CHEAP)
        yield


@pytest.fixture
def enter(chromium: Browser, server: str) -> Iterator[Enter]:
    """Make an account of a role and a browser at the sign-in; in the end nothing was wrong or asked elsewhere."""
    people: list[Person] = []

    def at(role: str, address: str = "/", *, must_change: bool = False) -> Person:
        name = f"{role}-{len(as_owner('SELECT array_agg(name) FROM auth.account'))}"
        scope: dict[str, Any] = {"all_districts": True}
        if role == ViewerRole.SCHOOL:
            scope = {"school_codes": (as_owner(SCHOOL),)}
        elif role == ViewerRole.UNIT:
            scope["unit"] = as_owner("SELECT max(unit) FROM core.hazard WHERE ended_by IS NULL")
        add(name, role, must_change=must_change, **scope)
        context = chromium.new_context(locale="zh-CN", reduced_motion="reduce")
        people.append(Person(name, role, Visit(context.new_page(), server)))
        people[-1].page.goto(server + address)
        return people[-1]

    yield at
    for person in people:
        person.page.context.close()
        assert person.visit.faults == []


@pytest.mark.parametrize("role", ROLES)
def test_five_wrong_passwords_shut_out_for_a_time_and_then_a_role_has_its_own_pages(
    enter: Enter, role: str
) -> None:
    person = enter(role)
    assert urlsplit(person.page.url).path == "/login"
    for _ in range(5):
        assert person.sign_in(PASSWORD[::-1]) == UNAUTHORIZED
        assert person.page.inner_text("[role=alert]") == text("gate.wrong", "zh")
    assert person.sign_in(PASSWORD) == TOO_MANY
    assert person.page.inner_text("[role=alert]") == text("gate.locked", "zh")
    assert person.token == ""
    person.refused(UNAUTHORIZED, TOO_MANY)
    as_owner("UPDATE auth.attempt SET at = at - interval '16 minutes'")
    person.sign_in(PASSWORD)
    person.wait_in()
    words = person.page.inner_text(".campus-who")
    assert person.name in words
    assert text(f"pages.role.{role}", "zh") in words
    offered = person.page.locator(".st-key-nav a").all_inner_texts()
    assert offered == [text(TITLES[name], "zh") for name in pages_of(role)]
    here = person.page.locator(".st-key-nav [class*='st-key-nav_here'] a").all_inner_texts()
    assert here == offered[:1]
    others = [f"/{name}" for name in rights().pages if name not in pages_of(role)]
    assert person.statuses(*others) <= {MISSING}
    assert person.page.locator("[data-testid=stException]").count() == 0


@pytest.mark.parametrize("role", ROLES)
def test_an_open_page_ends_with_its_session_and_one_comes_back_to_where_one_was(
    enter: Enter, role: str
) -> None:
    address = QUIET.get(role, RULES)
    person = enter(role, address)
    person.sign_in(PASSWORD)
    for name, ending in ENDINGS.items():
        person.wait_in()
        was = person.page.url
        assert was == person.visit.server + address
        as_owner(ending, hash=hash_of(person.token))
        over_at_next_run(person)
        assert person.statuses(*LAYERS) == {UNAUTHORIZED}
        person.refused(UNAUTHORIZED)
        as_owner("UPDATE auth.account SET is_disabled = false WHERE name = :name", name=person.name)
        if name == "revoked":  # by the page's own link; it keeps the language that was just chosen
            person.page.click("[role=alert] a")
            person.page.wait_for_url("**/login?*")
            person.sign_in(PASSWORD)
            person.wait_in()
            assert person.page.url.startswith(was)
            assert person.page.url.endswith("lang=en")
            person.page.goto(was)
            continue
        person.page.goto(was)
        assert urlsplit(person.page.url).path == "/login"
        assert parse_qs(urlsplit(person.page.url).query).get("next", ["/"]) == [address]
        person.sign_in(PASSWORD)
    person.wait_in()
    assert person.page.url == person.visit.server + address


@pytest.mark.parametrize("role", ROLES)
def test_who_signs_out_in_one_tab_is_out_in_the_other(enter: Enter, role: str) -> None:
    person = enter(role, QUIET.get(role, RULES))
    person.sign_in(PASSWORD)
    person.wait_in()
    token = person.token
    other = Visit(person.page.context.new_page(), person.visit.server)
    other.page.goto(person.visit.server + "/logout")
    assert text("gate.sign_out_as", "zh", name=person.name) in other.page.inner_text("main")
    other.page.click("form button")
    other.page.wait_for_load_state()
    assert other.page.inner_text("[role=status]") == text("gate.signed_out", "zh")
    assert other.faults == []
    over_at_next_run(person)
    person.refused(UNAUTHORIZED)
    assert as_owner(
        "SELECT revoked_at IS NOT NULL FROM auth.session WHERE token_hash = :hash", hash=hash_of(token)
    )


def over_at_next_run(person: Person) -> None:
    """Use the page; all that it then shows is that the session is over, and where to sign in."""
    person.do_something()
    person.page.wait_for_selector("[role=alert] a[href^='/login']", timeout=WAIT_MS)
    person.visit.wait_idle()
    for left in (".campus-who", ".campus-notices", "iframe", "[data-testid=stDataFrame]", "button[kind]"):
        assert person.page.locator(f"{left}:visible").count() == 0, left


def test_a_one_time_password_opens_nothing_but_the_change_and_is_dead_after_it(enter: Enter) -> None:
    person = enter("commander", must_change=True)
    person.sign_in(PASSWORD)
    assert urlsplit(person.page.url).path == "/password"
    assert person.page.inner_text("[role=status]") == text("gate.password.must", "zh")
    person.page.goto(person.visit.server + "/command")
    assert urlsplit(person.page.url).path == "/password"
    assert person.statuses(*LAYERS) == {UNAUTHORIZED}
    one_time = person.token
    own = "otter-Bridge-9-lantern"
    for name, value in (("old", PASSWORD), ("new", own), ("again", own)):
        person.page.fill(f"input[name={name}]", value)
    person.page.click("form button")
    person.wait_in()
    assert person.token != one_time
    act(lambda c: accounts.revoke_sessions(c, person.name))
    person.page.goto(person.visit.server + "/")
    assert person.sign_in(PASSWORD) == UNAUTHORIZED
    person.refused(UNAUTHORIZED)
    person.sign_in(own)
    person.wait_in()
