"""Files that only a recipient can open: X25519, HKDF-SHA256 and ChaCha20-Poly1305 over chunks.

The construction is that of age and of STREAM (Hoang, Reyhanitabar, Rogaway, Vizar, CRYPTO 2015): a fresh
pair of keys for each file, a key derived from the shared secret and both public keys, chunks of 64 KiB whose
nonces count up and mark the last one, so that nothing can be cut off, reordered or joined unnoticed.
"""

from __future__ import annotations

import base64
import binascii
import os
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from data.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAGIC = b"campus-sealed-1\n"
PUBLIC, PRIVATE = "campus-x25519-public:", "campus-x25519-private:"
CHUNK_BYTES = 64 << 10
_KEY_BYTES, _TAG_BYTES = 32, 16


class BadKeyFileError(DataError):
    """A key is none of this product's, or of the wrong half of the pair."""

    key = "register.bad_key"


class KeyExistsError(DataError):
    """A file stands where a new private key is to be; it is never overwritten."""

    key = "register.key_exists"


class WrongKeyError(DataError):
    """The file was sealed for another key, or was changed or cut."""

    key = "register.wrong_key"


class NeedsKeyError(DataError):
    """The backup is sealed, and no key was given."""

    key = "register.needs_key"


def make_keys(path: Path) -> str:
    """Make a pair of keys: the private one in a file that only its owner reads, the public one beside it.

    Parameters
    ----------
    path
        Of the private key; the public one goes to the same name with ``.pub``.

    Returns
    -------
    str
        The public key, as `recipient_of` takes it.

    Raises
    ------
    KeyExistsError
        Such a file is there already.
    """
    private = X25519PrivateKey.generate()
    public = PUBLIC + _encoded(private.public_key().public_bytes_raw())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyExistsError(name=path.name) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(PRIVATE + _encoded(private.private_bytes_raw()) + "\n")
    path.with_name(f"{path.name}.pub").write_text(public + "\n", encoding="ascii")
    return public


def recipient_of(text: str) -> X25519PublicKey:
    """Read a public key.

    Raises
    ------
    BadKeyFileError
        It is none.
    """
    return X25519PublicKey.from_public_bytes(_decoded(text, PUBLIC))


def private_key_of(path: Path) -> X25519PrivateKey:
    """Read a private key from its file.

    Raises
    ------
    BadKeyFileError
        It is none.
    """
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise BadKeyFileError from None
    return X25519PrivateKey.from_private_bytes(_decoded(text, PRIVATE))


def is_sealed(path: Path) -> bool:
    """Tell whether a file was sealed by this module."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


class Sealer:
    """Writes a sealed file; it is whole only after `finish`.

    Parameters
    ----------
    file
        Open for writing.
    recipient
        Who alone will read it.
    """

    def __init__(self, file: BinaryIO, recipient: X25519PublicKey) -> None:
        private = X25519PrivateKey.generate()
        own = private.public_key().public_bytes_raw()
        self._cipher = _cipher(private.exchange(recipient), own, recipient.public_bytes_raw())
        self._file, self._rest, self._number = file, bytearray(), 0
        file.write(MAGIC + own)

    def write(self, content: bytes) -> None:
        """Seal some more bytes."""
        self._rest += content
        while len(self._rest) > CHUNK_BYTES:  # the last chunk, full or not, waits for `finish`
            self._seal(bytes(self._rest[:CHUNK_BYTES]), is_last=False)
            del self._rest[:CHUNK_BYTES]

    def finish(self) -> None:
        """Seal what is left, and mark it as the end."""
        self._seal(bytes(self._rest), is_last=True)

    def _seal(self, chunk: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), chunk, MAGIC))
        self._number += 1


def unsealed(path: Path, private: X25519PrivateKey) -> Iterator[bytes]:
    """Give the content of a sealed file piece by piece, each proved to be as it was written.

    Raises
    ------
    WrongKeyError
        It was sealed for another key, changed or cut; pieces that were given before stand.
    """
    with path.open("rb") as file:
        start = file.read(len(MAGIC) + _KEY_BYTES)
        if not start.startswith(MAGIC) or len(start) < len(MAGIC) + _KEY_BYTES:
            raise WrongKeyError
        own = start[len(MAGIC) :]
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(own))
        except ValueError:
            raise WrongKeyError from None
        cipher = _cipher(shared, own, private.public_key().public_bytes_raw())
        chunk, number = file.read(CHUNK_BYTES + _TAG_BYTES), 0
        while True:
            following = file.read(CHUNK_BYTES + _TAG_BYTES)
            try:
                yield cipher.decrypt(_nonce(number, is_last=not following), chunk, MAGIC)
            except InvalidTag:
                raise WrongKeyError from None
            if not following:
                return
            chunk, number = following, number + 1


def _cipher(shared: bytes, own: bytes, recipient: bytes) -> ChaCha20Poly1305:
    """Derive the file's key (HKDF-SHA256, RFC 5869)."""
    derived = HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=own + recipient, info=MAGIC)
    return ChaCha20Poly1305(derived.derive(shared))


def _nonce(number: int, *, is_last: bool) -> bytes:
    """Give a chunk's nonce: its number, and whether it is the last."""
    return number.to_bytes(11, "big") + bytes([is_last])


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decoded(text: str, prefix: str) -> bytes:
    """Read a key's text; the error repeats nothing of it."""
    word = text.strip()
    try:
        key = base64.b64decode(word.removeprefix(prefix), validate=True)
    except (binascii.Error, ValueError):
        raise BadKeyFileError from None
    if not word.startswith(prefix) or len(key) != _KEY_BYTES:
        raise BadKeyFileError
    return key
