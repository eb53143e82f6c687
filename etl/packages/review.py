"""Review: what a package holds is shown, and a second account signs it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from data.migrate import ensure_database
from data.repositories import packages
from data.session import unit_of_work
from data.settings import DbRole
from etl.interrupts import finishing
from etl.packages import archive, keys
from etl.packages import manifest as manifests
from etl.packages.acting import REVIEWERS
from etl.packages.errors import (
    ChangedPackageError,
    ForeignDraftError,
    NotAReviewerError,
    ReviewedAlreadyError,
    SamePersonError,
    UnknownKeyError,
)
from etl.packages.files import write_bytes
from etl.packages.make import require_police

if TYPE_CHECKING:
    from pathlib import Path

    from etl.packages.acting import Actor
    from etl.packages.manifest import Manifest


class Seal(StrEnum):
    """What is known of a package's signature."""

    HOLDS = "holds"
    CHANGED = "changed"
    OTHER_KEY = "other_key"
    NOT_CHECKED = "not_checked"


class Shown(NamedTuple):
    """What a package says of itself, whether that is so, and the short word of the key that signed it."""

    manifest: Manifest
    seal: Seal
    fingerprint: str


def show(path: Path, *, key: bytes | None) -> Shown:
    """Look into a package; nothing but its manifest is parsed.

    Parameters
    ----------
    path
        The file.
    key
        The public key that is trusted, raw; None: the signature cannot be held against anything.

    Raises
    ------
    NotAPackageError, PackageTooLargeError, UnreadablePackageError
        It is no package.
    """
    sealed = archive.unpack(path)
    manifest = manifests.read(sealed.manifest)
    signer = sealed.signature[: keys.KEY_BYTES]
    seal = Seal.NOT_CHECKED
    try:
        keys.check(sealed.manifest, sealed.signature, signer if key is None else key)
        if key is not None:
            seal = Seal.HOLDS
    except UnknownKeyError:
        seal = Seal.OTHER_KEY
    except ChangedPackageError:
        seal = Seal.CHANGED
    if not archive.is_whole(manifest, sealed.tables):
        seal = Seal.CHANGED
    return Shown(manifest, seal, keys.fingerprint(signer))


def sign(path: Path, *, by: Actor) -> Manifest:
    """Sign a draft that this installation made and that nobody changed since; the file is replaced.

    Parameters
    ----------
    path
        The draft.
    by
        Who reviewed it.

    Returns
    -------
    Manifest
        What the package says of itself now.

    Raises
    ------
    OnlyPoliceError
        This is the joint instance.
    ForeignDraftError, ChangedPackageError
        It was not made here, or is not as it was made.
    ReviewedAlreadyError
        It is signed.
    SamePersonError, NotAReviewerError
        The account made it, or is of another role than those that review.
    NotAPackageError, PackageTooLargeError, UnreadablePackageError, UnwritablePackageError
        It is no package, or cannot be written.
    """
    ensure_database()
    with finishing() as no_return, unit_of_work(DbRole.LOADER) as connection:
        require_police(connection)
        sealed = archive.unpack(path)
        draft = _draft(sealed)
        if by.id == draft.made_by:
            raise SamePersonError
        if by.role not in REVIEWERS:
            raise NotAReviewerError
        now = datetime.now(tz=UTC).replace(microsecond=0)
        signed = draft.model_copy(update={"reviewed_at": now, "reviewed_by": by.id})
        written = manifests.as_bytes(signed)
        packages.note(connection, by.id, "package.sign", [*sealed.tables, *signed.districts])
        no_return()
        connection.commit()
        whole = archive.Sealed(written, keys.sign(written), sealed.tables)
        write_bytes(path, archive.pack(whole))
    return signed


def _draft(sealed: archive.Sealed) -> Manifest:
    """Give the manifest of a draft of this installation."""
    try:
        draft = archive.opened(sealed, keys.own_public_key() or b"")
    except UnknownKeyError as error:
        raise ForeignDraftError from error
    if draft.reviewed_by is not None:
        raise ReviewedAlreadyError
    return draft
