"""The words of the product's own machinery: jobs, runs, sources, accounts. The field's: `geo.terms`."""

from __future__ import annotations

from enum import StrEnum


class Instance(StrEnum):
    """Which of the two instances a database belongs to."""

    POLICE = "police"
    JOINT = "joint"


class Mode(StrEnum):
    """Whether a source's file replaces its rows or adds to them."""

    SNAPSHOT = "snapshot"
    APPEND = "append"


class Verdict(StrEnum):
    """What became of one row of a file."""

    ACCEPTED = "accepted"
    REPAIRED = "repaired"
    REJECTED = "rejected"


class JobStatus(StrEnum):
    """How far a job of the queue is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RunStatus(StrEnum):
    """How a build run ended."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ViewerRole(StrEnum):
    """Who looks; `LOCAL` is the one permissive viewer of a database without accounts."""

    LOCAL = "local"
    COMMANDER = "commander"
    COMMITTEE = "committee"
    BUREAU = "bureau"
    SCHOOL = "school"
    UNIT = "unit"
    STEWARD = "steward"
    AUDITOR = "auditor"
    ADMIN = "admin"


class AuthMode(StrEnum):
    """Who signs accounts in beside the product itself: nobody, a provider of identities, a listed proxy."""

    LOCAL = "local"
    OIDC = "oidc"
    PROXY = "proxy"


class Basis(StrEnum):
    """Why a row may stand in the register: conduct that endangers others now, nothing else."""

    ORDER_IN_FORCE = "order_in_force"
    THREAT_UNDER_INVESTIGATION = "threat_under_investigation"


class DeletionReason(StrEnum):
    """Why a row of the register was deleted."""

    EXPIRED = "expired"
    ORDER_ENDED = "order_ended"
    ABSENT = "absent"
    PURGED = "purged"
    ON_REQUEST = "on_request"


class AuditKind(StrEnum):
    """What an event of the audit is: someone looked, took, brought, changed, came or went."""

    VIEW = "view"
    TILES = "tiles"
    EXPORT = "export"
    LOAD = "load"
    UNDO = "undo"
    BUILD = "build"
    CHANGE = "change"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    ACCOUNT = "account"
    REGISTER = "register"
    BACKUP = "backup"
    AUDIT = "audit"
    PACKAGE = "package"
