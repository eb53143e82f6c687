"""Passwords: hashed with argon2id, made for one time, held to a policy. They are never written anywhere.

Parameters are the second recommended set of RFC 9106 section 4 (64 MiB, 3 passes, 4 lanes), for machines with
little memory. The web computes the whole encoded hash from the salt that the database gives, and the database
compares (`data/sql/0010_sign_in.sql`).
"""

from __future__ import annotations

import base64
import re
import secrets
import threading
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from argon2.low_level import Type, hash_secret
from argon2.profiles import RFC_9106_LOW_MEMORY

from data.errors import DataError
from data.personal import is_personal

if TYPE_CHECKING:
    from argon2 import Parameters

COST: Parameters = RFC_9106_LOW_MEMORY
"""What a new password is hashed with; tests put a cheaper one here, no setting does."""
AT_ONCE = threading.BoundedSemaphore(2)
"""Hashes computed at the same time: each takes 64 MiB, and whoever floods the sign-in waits in line."""
SHORTEST, LONGEST = 12, 128
OWN_PART = 8
"""Characters that a password which holds the account's name must have beside it."""
FEWEST_DIFFERENT = 5
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No i, l, o, 0 or 1, which look like one another on paper."""
GROUPS, GROUP = 4, 5
"""20 of 31 letters are 99 bits."""
SALT = re.compile(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)")
NAME = re.compile(r"[^\s\x00-\x1f\x7f<>&\"'/\\$%]{2,60}")
COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
"""Passwords of twelve letters and more that stand in every list of leaked ones, and those of this trade."""


class ShortPasswordError(DataError):
    """A new password has fewer than ``shortest`` characters."""

    key = "gate.password.short"
    exit_code = 2


class LongPasswordError(DataError):
    """A new password has more than ``longest`` characters."""

    key = "gate.password.long"
    exit_code = 2


class CommonPasswordError(DataError):
    """A new password is one that everybody tries first, or repeats a few characters."""

    key = "gate.password.common"
    exit_code = 2


class NamedPasswordError(DataError):
    """A new password is the account's name with little beside it."""

    key = "gate.password.named"
    exit_code = 2


class BadNameError(DataError):
    """No name of an account: 2 to 60 characters, without spaces, and nothing like an ID or mobile number."""

    key = "gate.account.bad_name"
    exit_code = 2


def plain_name(given: str) -> str:
    """Write an account's name in the one form in which it is kept.

    Parameters
    ----------
    given
        As typed, in whatever width and case.

    Returns
    -------
    str
        NFKC, lower case, without spaces round it; any text gives one.
    """
    return unicodedata.normalize("NFKC", given).strip().lower()


def checked_name(given: str) -> str:
    """Give the form of a new account's name.

    Raises
    ------
    BadNameError
        It is none; it is not repeated, since it may be a person's number.
    """
    name = plain_name(given)
    if not NAME.fullmatch(name) or is_personal(name) or name == "local":
        raise BadNameError
    return name


def salt_part(encoded: str) -> str:
    """Give parameters and salt of an encoded hash."""
    return encoded.rpartition("$")[0]


def encode(password: str, salt: str | None = None) -> str:
    """Hash a password with argon2id.

    Parameters
    ----------
    password
        As typed; it is brought to NFKC first, so that every keyboard gives the same.
    salt
        ``$argon2id$v=19$m=..,t=..,p=..$salt``, as the database gives it; a new one with `COST` if not given.

    Returns
    -------
    str
        The whole encoded hash, 32 bytes of tag.

    Raises
    ------
    ValueError
        The salt has another form: a fault of the program.
    """
    if salt is None:
        memory, passes, lanes, raw = (
            COST.memory_cost, COST.time_cost, COST.parallelism, secrets.token_bytes(16),
        )  # fmt: skip
    else:
        match = SALT.fullmatch(salt)
        if match is None:
            raise ValueError
        memory, passes, lanes = (int(part) for part in match.groups()[:3])
        raw = base64.b64decode(match[4] + "=" * (-len(match[4]) % 4))
    given = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    with AT_ONCE:
        return hash_secret(
            given, raw, time_cost=passes, memory_cost=memory, parallelism=lanes, hash_len=32, type=Type.ID
        ).decode("ascii")


def one_time_password() -> str:
    """Make a password that can be read aloud and typed from paper, with 99 random bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def check_policy(password: str, name: str) -> None:
    """Hold a new password to the policy: long, not the account's name, none that everybody tries first.

    Follows NIST SP 800-63B section 5.1.1.2: length and a list of common ones, no rules about letters.

    Parameters
    ----------
    password
        As typed.
    name
        Of the account.

    Raises
    ------
    ShortPasswordError, LongPasswordError, CommonPasswordError, NamedPasswordError
        It does not pass; it is not repeated.
    """
    plain, own = unicodedata.normalize("NFKC", password).lower(), plain_name(name)
    if len(plain) < SHORTEST:
        raise ShortPasswordError(shortest=SHORTEST)
    if len(plain) > LONGEST:
        raise LongPasswordError(longest=LONGEST)
    if plain in COMMON or plain.strip("!.?#*@ ") in COMMON or len(set(plain)) < FEWEST_DIFFERENT:
        raise CommonPasswordError
    if own and own in plain and len(plain.replace(own, "")) < OWN_PART:
        raise NamedPasswordError
