"""The key with which one installation signs its packages: Ed25519 (RFC 8032).

The secret lies in `CAMPUS_HOME` and nowhere in the database. A signature covers the manifest, which holds the
digest of every table.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from data.settings import campus_home, secret
from etl.packages.errors import ChangedPackageError, NoKeyFileError, UnknownKeyError
from etl.packages.files import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "package.key"  # noqa: S105 -- the name of a file
CONTEXT = b"campus-package-1\n"
"""Stands before what is signed: no other text that the key might sign is taken for a manifest."""
KEY_BYTES, SIGNATURE_BYTES = 32, 64
MOST_KEY_FILE = 4096


def private_key() -> Ed25519PrivateKey:
    """Give this installation's key, made on first use; its file is 0600.

    Raises
    ------
    data.errors.ForeignHomeError
        The home is another account's.
    """
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(CONTEXT + secret(SECRET).encode()).digest())


def own_public_key() -> bytes | None:
    """Give the public half, raw, where this installation has a key; none is made."""
    there = (campus_home() / "secrets" / SECRET).exists()
    return private_key().public_key().public_bytes_raw() if there else None


def as_pem() -> str:
    """Write the public half as the joint instance is given it."""
    written = private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return written.decode("ascii")


def trusted(path: Path) -> bytes:
    """Read a public key, raw.

    Raises
    ------
    NoKeyFileError
        The file holds none of this kind.
    UnreadablePackageError
        It cannot be read.
    """
    written = read_bytes(path, most=MOST_KEY_FILE)
    try:
        key = load_pem_public_key(written)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NoKeyFileError(name=path.name) from error
    if not isinstance(key, Ed25519PublicKey):
        raise NoKeyFileError(name=path.name)
    return key.public_bytes_raw()


def fingerprint(key: bytes) -> str:
    """Give the short word by which two people compare a key: the first 16 digits of its SHA-256."""
    return hashlib.sha256(key).hexdigest()[:16]


def sign(manifest: bytes) -> bytes:
    """Give the public key and the signature of a manifest, one after the other."""
    key = private_key()
    return key.public_key().public_bytes_raw() + key.sign(CONTEXT + manifest)


def check(manifest: bytes, signature: bytes, key: bytes) -> None:
    """Hold a signature against a key that is trusted.

    Raises
    ------
    UnknownKeyError
        It was made with another key.
    ChangedPackageError
        It is not that of this manifest.
    """
    if signature[:KEY_BYTES] != key:
        raise UnknownKeyError(given=fingerprint(signature[:KEY_BYTES]), trusted=fingerprint(key))
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature[KEY_BYTES:], CONTEXT + manifest)
    except InvalidSignature as error:
        raise ChangedPackageError from error
