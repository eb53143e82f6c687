"""Who gets in and who does not: the database compares, counts, ends, and tells nothing to who only asks."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from data import passwords
from data.repositories import accounts
from data.repositories.accounts import (
    AccountWords,
    ExternalAccountError,
    ForbiddenError,
    NoSchoolError,
    NoUnitError,
    OwnAccountError,
    TakenNameError,
    UnknownAccountError,
)
from data.repositories.sign_in import (
    LockedError,
    MustChangeError,
    SessionGoneError,
    WrongPasswordError,
    change_password,
    check_password,
    sign_in,
    sign_in_external,
    sign_out,
    touch,
)
from data.session import unit_of_work, viewer_transaction
from data.settings import DbRole
from data.terms import AuthMode
from tests.database.accounts import PASSWORD, act, add, hash_cheaply, start_over
from tests.database.viewers import as_owner, hash_of

OTHER = "otter-Bridge-9-lantern"


FIRST_EVENT: list[int] = []


@pytest.fixture(autouse=True)
def nobody_yet(monkeypatch, shared_database):
    hash_cheaply(monkeypatch)
    start_over()
    FIRST_EVENT[:] = [int(as_owner("SELECT coalesce(max(id), 0) FROM audit.event"))]


def sees(token: str) -> bool:
    """Whether a session is a viewer at all."""
    with viewer_transaction(token) as connection:
        return bool(connection.execute(text("SELECT EXISTS (SELECT FROM auth.viewer())")).scalar_one())


def shift(token: str, **moments: str) -> None:
    """Move the times of a session, such as ``idle_until='-1 second'``."""
    for column, offset in moments.items():
        as_owner(f"UPDATE auth.session SET {column} = now() + CAST(:offset AS interval) WHERE token_hash = :hash",
                 offset=offset, hash=hash_of(token))  # fmt: skip


def fail(name: str, times: int, address: str = "10.0.0.1") -> None:
    for _ in range(times):
        with pytest.raises(WrongPasswordError):
            sign_in(name, "wrong", address=address)


def routes() -> list[str]:
    with unit_of_work(DbRole.AUDITOR) as connection:
        return list(
            connection.execute(
                text("SELECT route FROM audit.event WHERE id > :n ORDER BY id"), {"n": FIRST_EVENT[0]}
            ).scalars()
        )


# --- in and out


def test_the_right_password_opens_a_session_with_the_accounts_role_and_scope():
    add("wang", "commander", districts=("d1",), police_areas=("p1",))
    opened = sign_in("wang", PASSWORD, address="10.0.0.1")
    assert not opened.must_change
    assert len(opened.token) == 64
    with viewer_transaction(opened.token) as connection:
        row = connection.execute(
            text("SELECT role, all_districts, districts, police_areas FROM auth.viewer()")
        ).one()
    assert tuple(row) == ("commander", False, ["d1"], ["p1"])
    assert routes() == ["account.add", "sign_in"]


@pytest.mark.parametrize("typed", ["Wang", " WANG ", "ｗａｎｇ"])
def test_a_name_is_one_whatever_its_case_and_width(typed):
    add("wang")
    assert touch(sign_in(typed, PASSWORD, address="a").token).name == "wang"


def test_wrong_unknown_disabled_built_in_and_external_are_told_apart_by_nobody():
    add("wang")
    add("shut")
    add("unit", password=None)
    act(lambda c: accounts.set_disabled(c, "shut", is_disabled=True))
    for number, (name, password) in enumerate(
        [
            ("wang", "wrong"),
            ("nobody", PASSWORD),
            ("shut", PASSWORD),
            ("local", PASSWORD),
            ("unit", PASSWORD),
            ("", ""),
        ]
    ):
        with pytest.raises(WrongPasswordError) as caught:
            sign_in(name, password, address=f"a{number}")
        assert caught.value.params == {}


def test_the_salt_of_nobody_looks_like_a_real_one_and_stays_the_same():
    add("wang")
    with unit_of_work(DbRole.APP) as connection:
        asked = [connection.execute(text("SELECT auth.salt_of(:n, 'a')"), {"n": n}).scalar_one()
                 for n in ("wang", "nobody", "nobody", "other", "local")]  # fmt: skip
    assert asked[1] == asked[2] != asked[3]
    for salt in asked:
        assert passwords.SALT.fullmatch(salt)
        assert salt.rpartition("$")[0] == asked[0].rpartition("$")[0]
        assert len(salt) == len(asked[0])


def test_an_unknown_name_takes_as_long_as_a_known_one(monkeypatch):
    hashed = []
    real = passwords.hash_secret
    monkeypatch.setattr(
        passwords, "hash_secret", lambda *a, **k: hashed.append(k["memory_cost"]) or real(*a, **k)
    )
    add("wang")
    hashed.clear()
    fail("wang", 1)
    fail("nobody", 1)
    assert len(hashed) == 2
    assert hashed[0] == hashed[1]


def test_what_is_stored_of_a_password_opens_nothing():
    add("wang")
    kept = as_owner("SELECT password_hash FROM auth.account WHERE name = 'wang'")
    with unit_of_work(DbRole.APP) as connection:
        for guess in (kept, kept.rpartition("$")[2], "", None):
            found = connection.execute(
                text("SELECT * FROM auth.sign_in('wang', :e, 'a')"), {"e": guess}
            ).one()
            assert found.token is None


def test_the_web_cannot_ask_for_a_hash_by_any_function_or_table():
    add("wang")
    token = sign_in("wang", PASSWORD, address="a").token
    for statement in ("SELECT * FROM auth.account", "SELECT * FROM auth.attempt", "SELECT * FROM auth.secret",
                      "SELECT * FROM auth.mode", "SELECT auth.new_session(1)", "SELECT auth.set_mode('proxy')",
                      "SELECT auth.open_local_session()", "SELECT auth.keyed('a', 'b')"):  # fmt: skip
        with (
            viewer_transaction(token) as connection,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            connection.execute(text(statement))


def test_signing_out_ends_the_session_and_no_other():
    add("wang")
    one, two = (sign_in("wang", PASSWORD, address="a").token for _ in range(2))
    sign_out(one)
    assert not sees(one)
    assert touch(one) is None
    assert sees(two)
    assert routes()[-1] == "sign_out"


@pytest.mark.parametrize(
    "token", ["", "forged", "0" * 64, "'; DROP TABLE auth.session; --", "\x00", "é", "a" * 5000]
)
def test_a_forged_token_is_nobodys(token):
    assert touch(token) is None


# --- how long


def test_a_session_ends_after_half_an_hour_of_rest_and_lives_on_when_it_is_used():
    add("wang")
    token = sign_in("wang", PASSWORD, address="a").token
    shift(token, idle_until="10 seconds", last_seen_at="-29 minutes")
    assert touch(token)
    left = as_owner(
        "SELECT idle_until - now() > interval '29 minutes' FROM auth.session WHERE token_hash = :h",
        h=hash_of(token),
    )
    assert left
    shift(token, idle_until="-1 second")
    assert touch(token) is None
    assert not sees(token)


def test_no_use_of_a_session_moves_its_end_after_twelve_hours():
    add("wang")
    token = sign_in("wang", PASSWORD, address="a").token
    ends = "SELECT expires_at FROM auth.session WHERE token_hash = :h"
    before = as_owner(ends, h=hash_of(token))
    assert as_owner(
        "SELECT CAST(:t AS timestamptz) - now() BETWEEN interval '11:59' AND interval '12:00'", t=before
    )
    shift(token, last_seen_at="-1 hour")
    assert touch(token)
    assert as_owner(ends, h=hash_of(token)) == before
    shift(token, expires_at="-1 second")
    assert touch(token) is None
    assert not sees(token)


def test_a_session_that_was_just_seen_is_not_written_again():
    add("wang")
    token = sign_in("wang", PASSWORD, address="a").token
    written = "SELECT xmin::text FROM auth.session WHERE token_hash = :h"
    before = as_owner(written, h=hash_of(token))
    assert touch(token)
    assert as_owner(written, h=hash_of(token)) == before


# --- failures


def test_five_failures_shut_a_name_for_its_address_and_the_right_password_does_not_open_it():
    add("wang")
    fail("wang", 5)
    with pytest.raises(LockedError):
        sign_in("wang", PASSWORD, address="10.0.0.1")
    assert sign_in("wang", PASSWORD, address="10.0.0.2").token
    assert routes().count("sign_in_failed") == 5


def test_an_unknown_name_is_shut_like_a_known_one():
    fail("nobody", 5)
    with pytest.raises(LockedError):
        sign_in("nobody", "wrong", address="10.0.0.1")


def test_a_shut_name_opens_after_fifteen_minutes():
    add("wang")
    fail("wang", 5)
    as_owner("UPDATE auth.attempt SET at = at - interval '15 minutes'")
    assert sign_in("wang", PASSWORD, address="10.0.0.1").token


def test_the_right_password_forgives_failures_before_it():
    add("wang")
    for _ in range(3):
        fail("wang", 4)
        assert sign_in("wang", PASSWORD, address="10.0.0.1").token


def test_many_addresses_cannot_share_the_guessing_of_one_name():
    add("wang")
    sign_in("wang", PASSWORD, address="home")
    for number in range(50):
        fail("wang", 1, f"10.0.1.{number}")
    with pytest.raises(LockedError):
        sign_in("wang", PASSWORD, address="10.9.9.9")
    assert sign_in("wang", PASSWORD, address="home").token, (
        "an address that had the password is not shut out by others"
    )


def test_one_address_cannot_go_through_all_names():
    add("wang")
    for number in range(100):
        fail(f"name{number}", 1)
    with pytest.raises(LockedError):
        sign_in("wang", PASSWORD, address="10.0.0.1")


def test_tries_at_once_are_counted_one_by_one():
    add("wang")
    outcomes: list[str] = []

    def guess():
        try:
            sign_in("wang", "wrong", address="a")
        except (WrongPasswordError, LockedError) as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=guess) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("WrongPasswordError") == 5
    assert outcomes.count("LockedError") == 4


def test_attempts_hold_no_name_and_no_address_and_are_gone_after_a_day():
    fail("nobody", 1, "192.0.2.77")
    with unit_of_work(DbRole.OWNER) as connection:
        row = connection.execute(text("SELECT name_hash, address_hash FROM auth.attempt")).one()
        other = connection.execute(text("SELECT sha256('nobody'), sha256('192.0.2.77')")).one()
    assert all(len(each) == 32 for each in row)
    assert not set(map(bytes, row)) & set(map(bytes, other))
    as_owner("UPDATE auth.attempt SET at = at - interval '25 hours'")
    fail("other", 1)
    assert as_owner("SELECT count(*) FROM auth.attempt") == 1


def test_the_audit_never_holds_what_was_typed():
    fail("planted-name", 5, "planted-address")
    with pytest.raises(LockedError):
        sign_in("planted-name", "planted-password", address="planted-address")
    with unit_of_work(DbRole.AUDITOR) as connection:
        rows = str(connection.execute(text("SELECT * FROM audit.event")).all())
    assert routes().count("sign_in_failed") == 5
    assert "planted" not in rows


# --- passwords


def test_a_password_that_others_gave_has_to_be_changed_before_anything_is_seen():
    add("wang", must_change=True)
    opened = sign_in("wang", PASSWORD, address="a")
    assert opened.must_change
    assert touch(opened.token).must_change
    assert not sees(opened.token)
    with pytest.raises(MustChangeError):
        check_password("wang", PASSWORD)
    changed = change_password(opened.token, PASSWORD, OTHER, name="wang")
    assert sees(changed.token)
    assert check_password("wang", OTHER).token


def test_a_change_gives_a_new_token_and_ends_every_other_session():
    add("wang")
    old, elsewhere = (sign_in("wang", PASSWORD, address="a").token for _ in range(2))
    new = change_password(old, PASSWORD, OTHER, name="wang").token
    assert new not in (old, elsewhere)
    assert sees(new)
    assert not sees(old)
    assert not sees(elsewhere)
    with pytest.raises(WrongPasswordError):
        sign_in("wang", PASSWORD, address="b")


def test_five_wrong_old_passwords_end_the_session():
    add("wang")
    token = sign_in("wang", PASSWORD, address="a").token
    for _ in range(4):
        with pytest.raises(WrongPasswordError):
            change_password(token, "wrong", OTHER, name="wang")
    with pytest.raises(LockedError):
        change_password(token, "wrong", OTHER, name="wang")
    with pytest.raises(SessionGoneError):
        change_password(token, PASSWORD, OTHER, name="wang")


@pytest.mark.parametrize(
    ("new", "error"),
    [
        ("short-1", passwords.ShortPasswordError),
        ("x" * 200, passwords.LongPasswordError),
        ("qwerty123456", passwords.CommonPasswordError),
        ("Administrator!", passwords.CommonPasswordError),
        ("abababababab", passwords.CommonPasswordError),
        ("wangjianguo-2026", passwords.NamedPasswordError),
        (PASSWORD, passwords.CommonPasswordError),
    ],
)
def test_a_new_password_is_held_to_the_policy(new, error):
    add("wangjianguo")
    token = sign_in("wangjianguo", PASSWORD, address="a").token
    with pytest.raises(error) as caught:
        change_password(token, PASSWORD, new, name="wangjianguo")
    assert new not in str(caught.value)
    assert sign_in("wangjianguo", PASSWORD, address="a").token


def test_one_time_passwords_are_readable_long_and_pass_the_policy():
    made = {passwords.one_time_password() for _ in range(200)}
    assert len(made) == 200
    for each in made:
        assert not set(each) & set("ilo01IO ")
        assert len(each.replace("-", "")) == 20
        passwords.check_policy(each, "wang")


def test_in_earnest_a_password_costs_what_the_rfc_recommends(monkeypatch):
    monkeypatch.setattr(passwords, "COST", passwords.RFC_9106_LOW_MEMORY)
    began = time.monotonic()
    assert passwords.encode("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert time.monotonic() - began < 10


# --- who vouches


@pytest.mark.parametrize("via", [AuthMode.OIDC, AuthMode.PROXY])
def test_others_sign_in_only_accounts_without_a_password_and_only_where_it_is_set(via):
    add("unit", "unit", password=None, unit="市场监管局")
    add("wang")
    other = AuthMode.PROXY if via is AuthMode.OIDC else AuthMode.OIDC
    with pytest.raises(WrongPasswordError):
        sign_in_external("unit", via)
    accounts.set_mode(other)
    with pytest.raises(WrongPasswordError):
        sign_in_external("unit", via)
    accounts.set_mode(via)
    assert touch(sign_in_external("UNIT", via).token).is_external
    for name in ("wang", "nobody", "local"):
        with pytest.raises(WrongPasswordError):
            sign_in_external(name, via)
    act(lambda c: accounts.set_disabled(c, "unit", is_disabled=True))
    with pytest.raises(WrongPasswordError):
        sign_in_external("unit", via)


def test_an_account_that_others_sign_in_changes_no_password():
    add("unit", password=None)
    accounts.set_mode(AuthMode.OIDC)
    token = sign_in_external("unit", AuthMode.OIDC).token
    with pytest.raises(SessionGoneError):
        change_password(token, PASSWORD, OTHER, name="unit")
    with pytest.raises(ExternalAccountError):
        act(lambda c: accounts.reset_password(c, "unit", OTHER))


# --- administration


@pytest.mark.parametrize("role", ["commander", "committee", "bureau", "school", "unit", "steward", "auditor"])
def test_only_an_admin_adds_accounts(role):
    scope = {"school_codes": ("s1",), "districts": ("d1",), "unit": "市场监管局"}
    add("someone", role, **scope)
    token = sign_in("someone", PASSWORD, address="a").token
    for what in (accounts.add, lambda c, words, **_: accounts.set_scope(c, words)):
        with pytest.raises(ForbiddenError):
            act(lambda c, w=what: w(c, AccountWords("new", "admin"), password=PASSWORD), token)
    with pytest.raises(ForbiddenError):
        act(lambda c: accounts.add(c, AccountWords("new", "admin"), password=PASSWORD), "forged")


def test_an_admin_adds_accounts_whose_password_must_be_changed_and_sees_no_hash():
    add("chief", "admin")
    token = sign_in("chief", PASSWORD, address="a").token
    act(lambda c: accounts.add(c, AccountWords("new", "auditor"), password=OTHER, must_change=False), token)
    assert sign_in("new", OTHER, address="a").must_change
    listed = act(accounts.list_accounts, token)
    assert list(listed["name"]) == ["chief", "new"]
    assert "argon2" not in listed.to_csv()
    assert listed.set_index("name").loc["chief", "open_sessions"] == 1


@pytest.mark.parametrize("role", ["local", "root", "", "Admin"])
def test_nobody_can_be_made_local_or_anything_else(role):
    with pytest.raises(accounts.BadRoleError):
        add("new", role)
    add("wang")
    with pytest.raises(accounts.BadRoleError):
        act(lambda c: accounts.set_scope(c, AccountWords("wang", role)))


def test_a_name_is_taken_once_and_a_school_and_a_unit_say_which():
    add("wang")
    with pytest.raises(TakenNameError):
        add("wang")
    with pytest.raises(NoSchoolError):
        add("school1", "school")
    with pytest.raises(NoUnitError):
        add("unit1", "unit")


@pytest.mark.parametrize(
    "name", ["", "x", "a b", "a<b", "x" * 61, "local", "13812345678", "110101199003070011", "a\tb"]
)
def test_a_name_is_short_plain_and_no_persons_number(name):
    with pytest.raises(passwords.BadNameError) as caught:
        passwords.checked_name(name)
    assert not caught.value.params


@pytest.mark.parametrize(
    "change",
    [
        lambda c: accounts.set_disabled(c, "wang", is_disabled=True),
        lambda c: accounts.reset_password(c, "wang", OTHER),
        lambda c: accounts.set_scope(c, AccountWords("wang", "committee", all_districts=True)),
        lambda c: accounts.set_scope(c, AccountWords("wang", "commander", districts=("d2",))),
        lambda c: accounts.revoke_sessions(c, "wang"),
    ],
    ids=["disable", "reset", "role", "scope", "revoke"],
)  # fmt: skip
def test_what_changes_an_account_ends_its_sessions_at_once(change):
    add("wang", districts=("d1",))
    add("other")
    token, others = (sign_in(name, PASSWORD, address="a").token for name in ("wang", "other"))
    act(change)
    assert not sees(token)
    assert touch(token) is None
    assert sees(others)


def test_a_session_cannot_come_back_when_its_account_does():
    add("wang")
    token = sign_in("wang", PASSWORD, address="a").token
    for is_disabled in (True, False):
        act(lambda c, d=is_disabled: accounts.set_disabled(c, "wang", is_disabled=d))
    assert not sees(token)
    assert sign_in("wang", PASSWORD, address="a").token


def test_nobody_shuts_the_own_account_out_or_resets_its_password_this_way():
    add("chief", "admin")
    token = sign_in("chief", PASSWORD, address="a").token
    for change in (lambda c: accounts.set_disabled(c, "chief", is_disabled=True),
                   lambda c: accounts.reset_password(c, "chief", OTHER),
                   lambda c: accounts.set_scope(c, AccountWords("chief", "commander"))):  # fmt: skip
        with pytest.raises(OwnAccountError):
            act(change, token)


def test_the_bureau_reaches_accounts_of_schools_in_its_districts_and_no_other():
    add("bureau", "bureau", districts=("d1",))
    add("own", "school", districts=("d1",), school_codes=("s1",))
    add("foreign", "school", districts=("d2",), school_codes=("s2",))
    add("both", "school", districts=("d1", "d2"), school_codes=("s1",))
    add("nowhere", "school", school_codes=("s3",))
    add("everywhere", "school", all_districts=True, school_codes=("s4",))
    add("wang", "commander", districts=("d1",))
    token = sign_in("bureau", PASSWORD, address="a").token
    assert list(act(accounts.list_accounts, token)["name"]) == ["own"]
    act(lambda c: accounts.reset_password(c, "own", OTHER, must_change=False), token)
    assert sign_in("own", OTHER, address="a").must_change
    act(lambda c: accounts.set_disabled(c, "own", is_disabled=True), token)
    for name in ("foreign", "both", "nowhere", "everywhere", "wang", "bureau", "local", "nobody"):
        for change in (lambda c, n=name: accounts.set_disabled(c, n, is_disabled=True),
                       lambda c, n=name: accounts.reset_password(c, n, OTHER),
                       lambda c, n=name: accounts.revoke_sessions(c, n)):  # fmt: skip
            with pytest.raises(UnknownAccountError):
                act(change, token)


def test_the_operators_session_is_shut_out_by_nobody():
    with pytest.raises(UnknownAccountError):
        act(lambda c: accounts.set_disabled(c, "local", is_disabled=True))


def test_a_password_that_is_no_hash_of_argon2id_is_not_stored():
    for encoded in ("", "plain", "$argon2i$v=19$m=8,t=1,p=1$" + "a" * 22 + "$" + "b" * 43):
        with pytest.raises(DBAPIError, match="argon2id"):
            act(lambda c, e=encoded: c.execute(text(
                "SELECT auth.add_account('x1', 'admin', :e, true, false, '{}', '{}', '{}', NULL)"), {"e": e}))  # fmt: skip


def test_accounts_are_written_down_by_number_alone():
    add("wang")
    act(lambda c: accounts.set_disabled(c, "wang", is_disabled=True))
    act(lambda c: accounts.set_disabled(c, "wang", is_disabled=False))
    act(lambda c: accounts.reset_password(c, "wang", OTHER))
    act(lambda c: accounts.revoke_sessions(c, "wang"))
    assert routes() == ["account.add", "account.disable", "account.enable", "account.reset", "account.revoke"]
    number = str(as_owner("SELECT id FROM auth.account WHERE name = 'wang'"))
    with unit_of_work(DbRole.AUDITOR) as connection:
        codes = (
            connection.execute(
                text("SELECT DISTINCT codes[1] FROM audit.event WHERE id > :n"), {"n": FIRST_EVENT[0]}
            )
            .scalars()
            .all()
        )
    assert codes == [number]
