"""One file into the register: looked through first, whether or not it is on; then taken whole, or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from data.personal import is_personal
from data.refused_contents import refused_cell
from data.repositories import intake as intake_repository
from data.repositories import places, register
from data.repositories import settings as settings_repository
from data.session import unit_of_work
from data.settings import DbRole
from data.terms import DeletionReason, Instance, Mode, ViewerRole
from etl.definitions import read_definition
from etl.errors import (
    EmptyFileError,
    NeedsForceError,
    PersonalSourceError,
    RealSourceError,
    TrainingSourceError,
)
from etl.intake.areas import Areas
from etl.register.contents import check_cells, check_headings
from etl.register.errors import (
    NotDeclaredError,
    RegisterOffError,
    RegisterSourceError,
    SameAccountError,
    TakenReferenceError,
    WrongRoleError,
)
from etl.register.reading import read_whole
from etl.register.rows import check_rows
from etl.register.table import as_chunk, only_table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from etl.accounts import Account
    from etl.definitions import Definition
    from etl.register.rows import Numbered, Row

KIND = "key_person"
LOADERS = frozenset((ViewerRole.STEWARD, ViewerRole.COMMANDER))
ENABLERS = frozenset((ViewerRole.ADMIN, ViewerRole.COMMANDER, ViewerRole.COMMITTEE, ViewerRole.STEWARD))


@dataclass(frozen=True)
class Options:
    """What the command says beside file, source and account.

    Parameters
    ----------
    crs
        What the coordinates mean; stands before what the source and the file say.
    declared
        Whether the account declares that no one is under 18 and no record is sealed.
    dry_run
        Do everything but keep it.
    force
        Take a file that lacks more of its source's rows than the setting ``max_end_share``.
    """

    crs: str | None = None
    declared: bool = False
    dry_run: bool = False
    force: bool = False


@dataclass(frozen=True)
class Examined:
    """A file that carries nothing but what the register may hold."""

    definition: Definition
    rows: tuple[Numbered, ...]
    is_training: bool
    instance: Instance
    max_end_share: float


@dataclass(frozen=True)
class Outcome:
    """How many rows came, changed, stayed and went."""

    read: int
    added: int
    changed: int
    unchanged: int
    deleted: int
    is_training: bool


def load_register(
    path: str | Path, source: str | Path, account: Account, options: Options = Options()
) -> Outcome:
    """Load a file into the register.

    Parameters
    ----------
    path
        The file.
    source
        A YAML file with ``kind: key_person``.
    account
        Who loads, its password checked (`etl.accounts.acting_account`).
    options
        See `Options`.

    Returns
    -------
    Outcome
        Counts only; nothing else is told of a register file.

    Raises
    ------
    etl.errors.IntakeError
        See `examine` and `store`; nothing of the file is kept.
    """
    return store(examine(path, source, crs=options.crs), account, options)


def examine(path: str | Path, source: str | Path, *, crs: str | None = None) -> Examined:
    """Look through a file: headings and cells before anything else, then every rule of its rows.

    Parameters
    ----------
    path, source, crs
        See `load_register`.

    Raises
    ------
    etl.register.errors.RegisterFileError
        The file carries more than it may, or a row breaks a rule; it is refused whole.
    """
    definition = read_definition(source)
    _check_source(definition)
    tables = [table for table in read_whole(Path(path), definition) if not table.is_empty]
    if not tables:
        raise EmptyFileError
    check_headings(tables, definition)
    check_cells(tables, definition)
    table = only_table(tables)
    with unit_of_work(DbRole.LOADER) as connection:
        settings = settings_repository.read(connection)
        is_training = intake_repository.is_training(connection)
        instance = register.instance(connection)
        areas = Areas.from_frame(places.read_areas(connection))
    today = datetime.now(tz=ZoneInfo(settings.timezone)).date()
    rows = check_rows(as_chunk(table, definition), definition, crs=crs, areas=areas, today=today)
    if definition.training and not is_training:
        raise TrainingSourceError(source=definition.name)
    if is_training and not definition.training:
        raise RealSourceError(source=definition.name)
    return Examined(definition, tuple(rows), is_training, instance, settings.max_end_share)


def _check_source(definition: Definition) -> None:
    """Refuse a description that is none of the register's, or itself holds what the register must not."""
    for name in ("where", "records", "layers", "sheet", "scope", "grid"):
        if getattr(definition, name):
            raise RegisterSourceError(name=name)
    for target, rule in definition.columns.items():
        if rule.lenient:
            raise RegisterSourceError(name=f"columns.{target}.lenient")
        if target in ("case_ref", "address") and (rule.value or rule.default or rule.map):
            raise RegisterSourceError(name=f"columns.{target}")
        words = (rule.value, rule.default, *(rule.map or ()))
        if any(word and (refused_cell(word) or is_personal(word)) for word in words):
            raise RegisterSourceError(name=f"columns.{target}")
    if is_personal(definition.name) or any(map(is_personal, definition.source_columns)):
        raise PersonalSourceError


def store(examined: Examined, account: Account, options: Options = Options()) -> Outcome:
    """Take an examined file into the register, in one transaction.

    Parameters
    ----------
    examined
        What `examine` gave.
    account
        Who loads.
    options
        See `Options`.

    Raises
    ------
    NoRegisterError, RegisterOffError
        There is none, or it is off.
    WrongRoleError, SameAccountError
        The account may not load it.
    NotDeclaredError
        The declaration is missing; in a training database it is taken as made.
    NeedsForceError
        The file lacks more of its source's rows than is likely to be meant.
    TakenReferenceError
        A reference stands in the register from another source.
    """
    if examined.instance is Instance.JOINT:
        raise register.NoRegisterError
    with register.work("load", account.id) as connection:
        assessment = register.current_assessment(connection)
        if assessment is None:
            raise RegisterOffError
        if account.role not in LOADERS:
            raise WrongRoleError(role=account.role)
        if assessment.enabled_by == account.id:
            raise SameAccountError
        if not (options.declared or examined.is_training):
            raise NotDeclaredError
        register.lock(connection)
        plan = _plan(examined, register.held(connection), options)
        counts = Outcome(
            read=len(examined.rows),
            added=len(plan.added),
            changed=len(plan.changed),
            unchanged=len(examined.rows) - len(plan.added) - len(plan.changed),
            deleted=len(plan.absent),
            is_training=examined.is_training,
        )
        if not options.dry_run:
            _apply(connection, examined, account, plan, counts)
            connection.commit()
    return counts


class _Plan(NamedTuple):
    """What a file would do."""

    added: list[Row]
    changed: list[Row]
    absent: list[str]


def _plan(examined: Examined, held: dict[str, register.Held], options: Options) -> _Plan:
    """Hold the file against what stands; a snapshot speaks for its source's rows alone."""
    name = examined.definition.name
    added, changed = [], []
    for number, row in examined.rows:
        before = held.get(row.case_ref)
        if before is None:
            added.append(row)
        elif before.source != name:
            raise TakenReferenceError(row=number)
        elif before.values != tuple(row):
            changed.append(row)
    here = {row.case_ref for _, row in examined.rows}
    own = {reference for reference, one in held.items() if one.source == name}
    is_snapshot = examined.definition.effective_mode is Mode.SNAPSHOT
    absent = sorted(own - here) if is_snapshot else []
    if len(absent) > examined.max_end_share * len(own) and not (options.force or options.dry_run):
        raise NeedsForceError(ended=len(absent), moved=0, current=len(own))
    return _Plan(added, changed, absent)


def _apply(
    connection: Connection, examined: Examined, account: Account, plan: _Plan, outcome: Outcome
) -> None:
    """Write rows, proofs and the declaration."""
    name = examined.definition.name
    register.write(connection, added=plan.added, changed=plan.changed, source=name, account_id=account.id)
    register.delete(connection, plan.absent, DeletionReason.ABSENT)
    counts = {key: getattr(outcome, key) for key in ("added", "changed", "unchanged", "deleted")}
    register.declare(
        connection, account_id=account.id, source=name, is_training=examined.is_training, counts=counts
    )
