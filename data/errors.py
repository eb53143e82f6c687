"""What can be wrong with the database, one class a cause."""

from __future__ import annotations

from geo.errors import CampusError


class DataError(CampusError):
    """Something about the database."""

    key = "server.error"


class NoPostgresError(DataError):
    """PostgreSQL 15 or later with PostGIS is not installed."""

    key = "server.no_postgres"


class VersionMisfitError(DataError):
    """The data were written by a PostgreSQL version that is not installed."""

    key = "server.version_misfit"


class ForeignHomeError(DataError):
    """`CAMPUS_HOME` belongs to another account."""

    key = "server.foreign_home"


class UnsafeRuntimeError(DataError):
    """The folder for the socket exists and is not ours alone."""

    key = "server.unsafe_runtime"


class StartError(DataError):
    """The server does not start; its log says why."""

    key = "server.does_not_start"


class InitError(DataError):
    """The cluster cannot be made."""

    key = "server.cannot_make"


class DatabaseDownError(DataError):
    """The database does not answer or went away."""

    key = "server.down"


class SessionEndedError(DataError):
    """The viewer's session ended while a page or answer was being made; nothing of it is kept."""

    key = "gate.gone"


class DiskFullError(DataError):
    """The database's disk is full."""

    key = "server.disk_full"


class LostDataError(DataError):
    """The pointer names data that are gone."""

    key = "server.lost_data"


class CopiedHomeError(DataError):
    """`CAMPUS_HOME` is a copy of another one, and both would use the same data."""

    key = "server.copied_home"


class UnreachableDataError(DataError):
    """The server's account can no longer reach the data folder."""

    key = "server.unreachable_data"


class BadUrlError(DataError):
    """A URL in the environment is none of a PostgreSQL database."""

    key = "server.bad_url"
