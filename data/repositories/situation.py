"""What a page stands on: who looks, what the database is, and how new its data are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from data.terms import Instance, ViewerRole

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """What the database is."""

    training: bool
    instance: Instance


@dataclass(frozen=True, slots=True)
class ViewerFacts:
    """Who looks: the role, and a short word for what the rows are cut down to, for the keys of caches."""

    role: ViewerRole
    scope: str


def viewer(connection: Connection) -> ViewerFacts | None:
    """Say who looks.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    ViewerFacts or None
        None without a viewer.
    """
    row = connection.execute(text("SELECT role, all_districts, districts FROM auth.viewer()")).first()
    if row is None:
        return None
    scope = json.dumps([row.role, row.all_districts, sorted(row.districts or ())])
    return ViewerFacts(role=ViewerRole(row.role), scope=hashlib.sha256(scope.encode()).hexdigest()[:12])


def data_version(connection: Connection) -> str:
    """Give a short word that changes whenever a load, an undo, a build, a setting or an edit was committed.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    str
        Twelve hexadecimal characters; empty without a viewer.
    """
    return str(connection.execute(text("SELECT core.data_version()")).scalar_one() or "")


def instance(connection: Connection) -> InstanceFacts | None:
    """Say what the database is.

    Parameters
    ----------
    connection
        A viewer's transaction.

    Returns
    -------
    InstanceFacts or None
        None without a viewer.
    """
    row = connection.execute(text("SELECT training, instance FROM core.instance")).first()
    return None if row is None else InstanceFacts(training=row.training, instance=Instance(row.instance))
