"""Signatures with a key that lies in `CAMPUS_HOME` and nowhere in the database: Ed25519 (RFC 8032).

The web process has neither the home nor the key.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from data.settings import secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _new_key() -> str:
    """Make a private key and write it as ASCII."""
    return urlsafe_b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def private_key(name: str, *, home: Path | None = None) -> Ed25519PrivateKey:
    """Give a key of the home, made on first use.

    Parameters
    ----------
    name
        Of its file among the secrets, which is 0600.
    home
        A home; `CAMPUS_HOME` if not given.

    Raises
    ------
    data.errors.ForeignHomeError
        The home is another account's.
    """
    kept = secret(name, home=home, make=_new_key)
    return Ed25519PrivateKey.from_private_bytes(urlsafe_b64decode(kept))


def as_bytes(facts: Mapping[str, Any]) -> bytes:
    """Write facts the one way in which they are signed: JSON with sorted keys and no blanks, UTF-8."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed(facts: Mapping[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """Give facts with their signature, hexadecimal, under ``signature``."""
    return {**facts, "signature": key.sign(as_bytes(facts)).hex()}


def is_signed(given: Mapping[str, Any], key: Ed25519PrivateKey) -> bool:
    """Tell whether facts carry this key's signature of all of them."""
    facts = {name: value for name, value in given.items() if name != "signature"}
    try:
        key.public_key().verify(bytes.fromhex(str(given.get("signature", ""))), as_bytes(facts))
    except (InvalidSignature, ValueError):
        return False
    return True
