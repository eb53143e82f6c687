"""`load`: one file into the database, all of it or nothing, in one transaction."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.messages import sentence
from data.repositories import history, incidents, places
from data.repositories import intake as repository
from data.repositories import settings as settings_repository
from data.repositories.overrides import keep_file_values
from data.session import unit_of_work
from data.settings import DbRole
from etl.definitions import check_ordinary, read_definition
from etl.errors import (
    AllRejectedError,
    BackdatedError,
    KindChangedError,
    NeedsForceError,
    NoReportFolderError,
    PersonalSourceError,
    RealSourceError,
    ReportLostError,
    ReportPlaceError,
    TooManyRejectedError,
    TrainingSourceError,
)
from etl.grids.places import with_places
from etl.intake.areas import Areas
from etl.intake.coarsening import find_discretion
from etl.intake.forensics import Finding, Received, examine
from etl.intake.overrides import hold_overrides
from etl.intake.places import resolve_again, resolve_places
from etl.intake.plan import read_changes, share_filled
from etl.intake.privacy import is_personal
from etl.intake.remarks import Remarks, notes_of
from etl.intake.staging import Context, stage_chunk
from etl.intake.targets import target_of_kind
from etl.interrupts import finishing
from etl.kinds import Place
from etl.language import lang
from etl.progress import silent
from etl.readers import read_file
from etl.readers.shapefiles import sibling
from etl.report import LoadReport, RowVerdict
from etl.reports import Material, check_format, placed
from etl.reports.mended import adapted, recognise
from geo.crs import parse_crs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from data.config import Settings
    from data.repositories.history import Plan
    from data.repositories.intake import Load, Target
    from etl.definitions import Definition
    from etl.progress import ProgressCallback
    from etl.report import Conflict
    from geo.errors import CampusError


@dataclass(frozen=True)
class Options:
    """What the command says beside file and source.

    Parameters
    ----------
    crs
        What the coordinates mean; stands before what the source and the file say.
    dry_run
        Do everything but keep it.
    valid_from
        Local date from which changes hold; today in the setting ``timezone`` where not given.
    force
        Apply a load that ends or moves more of its source's rows than the setting ``max_end_share``.
    report
        Where to write the report, one place or several; each ending chooses a form (`etl.reports`). Also
        written when too many rows are refused.
    accept_datum
        Take the coordinates as declared, whatever they look like.
    progress
        Told how far the load is.
    """

    crs: str | None = None
    dry_run: bool = False
    valid_from: date | None = None
    force: bool = False
    accept_datum: bool = False
    report: Path | Sequence[Path] | None = None
    progress: ProgressCallback = silent

    @property
    def reports(self) -> tuple[Path, ...]:
        """The places for reports, once each."""
        given = self.report or ()
        return (given,) if isinstance(given, Path) else tuple(dict.fromkeys(given))


def load(path: str | Path, source: str | Path, options: Options = Options()) -> LoadReport:
    """Load a file through its source description.

    Parameters
    ----------
    path
        The file.
    source
        A YAML file, or the name of a built-in source.
    options
        See `Options`.

    Returns
    -------
    LoadReport
        Counts and the rows that were repaired or refused.

    Raises
    ------
    etl.errors.IntakeError
        The file, its description or what they would do is not as it must be; nothing is kept.
    data.errors.DatabaseError
        The database cannot be reached or written.
    """
    definition, file = read_definition(source), Path(path)
    check_ordinary(definition.kind)
    if options.crs is not None:
        parse_crs(options.crs)
    _check_words(definition)
    for place in options.reports:
        _check_report(place, file, source)
    with finishing() as no_return, unit_of_work(DbRole.LOADER) as connection:
        outcome, refusal = _load(connection, file, definition, options)
        keep = refusal is None and not options.dry_run
        spoken = None if refusal is None else sentence(refusal, lang())
        material = Material(outcome, definition, connection, spoken, options.dry_run)
        with _reported(material, options.reports, is_kept=keep):
            if keep:
                no_return()
                connection.commit()
    if refusal is not None:
        raise refusal
    return outcome


@contextmanager
def _reported(material: Material, paths: Sequence[Path], *, is_kept: bool) -> Iterator[None]:
    """Have the reports in place after the block; a load that is kept without them is said to be kept."""
    block_ended = False
    try:
        with placed(paths, material):
            yield
            block_ended = True
    except OSError as error:
        if is_kept and block_ended:
            raise ReportLostError(batch=material.outcome.batch_id) from error
        raise


def _check_words(definition: Definition) -> None:
    """Refuse a description that holds a number of somebody: it is kept, and its constants fill rows."""
    words: list[object] = [definition.model_dump(mode="json")]
    while words:
        word = words.pop()
        if isinstance(word, dict):
            words += [*word, *word.values()]
        elif isinstance(word, list):
            words += word
        elif is_personal(str(word)):
            raise PersonalSourceError


def _check_report(report: Path, *inputs: str | Path) -> None:
    """Refuse a place for the report where none can be, or where something else is; or a form there is not."""
    if not report.absolute().parent.is_dir():
        raise NoReportFolderError
    try:
        taken = report.exists() and (
            not report.is_file() or any(Path(one).exists() and report.samefile(one) for one in inputs)
        )
    except OSError as error:
        raise ReportPlaceError from error
    # A folder, a device, or the file that is being loaded.
    if taken or not report.name:
        raise ReportPlaceError
    check_format(report)


def _load(
    connection: Connection, file: Path, definition: Definition, options: Options
) -> tuple[LoadReport, CampusError | None]:
    """Do a whole load in an open transaction; give the report, and the reason where it must not be kept."""
    settings = settings_repository.read(connection)
    repository.lock_loads(connection)
    _check_source(connection, definition)
    target = target_of_kind(definition.spec)
    repository.create_staging(connection, target)
    mended = recognise(file)
    read, found = _stage(connection, file, adapted(definition, mended), target, options)
    this = replace(_describe(definition, settings, options), is_part=mended is not None)
    conflicts = _check_staged(connection, definition, target, this)
    refusal = found.refusal or _refuse_rejected(connection, read, settings)
    plan = history.make_plan(connection, target, this)
    options.progress("intake.step.applied", 0, 1)
    report = replace(
        _report(connection, read, plan),
        changes=read_changes(connection, target, definition.spec, this),
        filled=share_filled(connection, definition),
        is_part=this.is_part,
        conflicts=conflicts,
        datum=found.datum,
        notes=found.notes,
    )
    refusal = refusal or _refuse_plan(plan, this, settings, options)
    if refusal is None and not options.dry_run:
        report = _apply(connection, file, target, this, report)
    options.progress("intake.step.applied", 1, 1)
    return report, refusal


def _describe(definition: Definition, settings: Settings, options: Options) -> Load:
    day = options.valid_from or datetime.now(tz=ZoneInfo(settings.timezone)).date()
    return repository.Load(
        source=definition.name,
        kind=definition.kind,
        mode=str(definition.effective_mode),
        owner=definition.owner,
        training=definition.training,
        day=day,
        scope=definition.scope.model_dump() if definition.scope else {},
        definition=definition.model_dump(mode="json", by_alias=True, exclude_defaults=True),
    )


def _check_source(connection: Connection, definition: Definition) -> None:
    """Hold the source against the database: made-up and real rows never mix, and a name keeps its kind."""
    training = repository.is_training(connection)
    if definition.training and not training:
        raise TrainingSourceError(source=definition.name)
    if training and not definition.training:
        raise RealSourceError(source=definition.name)
    known = repository.kind_of_source(connection, definition.name)
    if known not in (None, definition.kind):
        raise KindChangedError(source=definition.name, known=known, kind=definition.kind)


def _stage(
    connection: Connection, file: Path, definition: Definition, target: Target, options: Options
) -> tuple[int, Finding]:
    """Read the file chunk by chunk into the staging table; give the rows' number and what was found."""
    areas = Areas.from_frame(places.read_areas(connection))
    received, remarks = Received(), Remarks()
    discretion = find_discretion(connection, definition)
    context = Context(definition, areas, options.crs, discretion, received, remarks)
    read = 0
    for chunk in with_places(read_file(file, definition), connection, definition):
        staged = stage_chunk(chunk, context)
        repository.copy_staged(connection, target, staged)
        read += len(chunk)
        options.progress("intake.step.read", read, 0)
    repository.finish_staging(connection)
    found = examine(connection, definition.spec, received, areas, accepted=options.accept_datum)
    return read, replace(found, notes=notes_of(remarks, received, definition))


def _check_staged(
    connection: Connection, definition: Definition, target: Target, this: Load
) -> tuple[Conflict, ...]:
    """Hold what is staged against itself, against pages, whose changes stand, and against what is known."""
    repository.merge_duplicates(connection)
    conflicts = hold_overrides(connection, definition.spec, target)
    for column in definition.spec.columns:
        if column.refers_to:
            repository.reject_unknown(connection, column.name, column.refers_to)
    repository.reject_foreign(connection, target, this)
    if definition.spec.stand_in:
        repository.inherit_district(connection, definition.spec.stand_in, "school", placeless=True)
    if definition.spec.place is Place.SCHOOL:
        repository.inherit_district(connection, "school_code", "school")
    elif definition.spec.place is Place.POST:
        repository.inherit_district(connection, "post_code", "post")
    elif definition.spec.place is Place.SCOPE:
        repository.scope_district(connection)
    if definition.spec.coarsened:
        incidents.hide_refused(connection)
    return conflicts


def _refuse_rejected(connection: Connection, read: int, settings: Settings) -> CampusError | None:
    """Refuse a file of which too little can be used."""
    rejected = repository.count_verdicts(connection).get("rejected", 0)
    if (
        not rejected
        or rejected / read <= settings.max_reject_share < 1
        or (settings.max_reject_share >= 1 and rejected < read)
    ):
        return None
    given = {"rejected": rejected, "read": read, "reason": repository.commonest_reason(connection)}
    return AllRejectedError(**given) if rejected == read else TooManyRejectedError(**given)


def _refuse_plan(plan: Plan, this: Load, settings: Settings, options: Options) -> CampusError | None:
    """Refuse what would rewrite the past, and ask about what would change too much at once."""
    if plan.begins_later is not None:
        return BackdatedError(day=this.day.isoformat(), later=plan.begins_later.isoformat())
    touched = plan.ended + plan.moved
    if options.force or options.dry_run or touched <= settings.max_end_share * plan.current:
        return None
    return NeedsForceError(ended=plan.ended, moved=plan.moved, current=plan.current)


def _report(connection: Connection, read: int, plan: Plan) -> LoadReport:
    verdicts = repository.count_verdicts(connection)
    return LoadReport(
        read=read,
        accepted=verdicts.get("accepted", 0),
        repaired=verdicts.get("repaired", 0),
        rejected=verdicts.get("rejected", 0),
        unchanged=plan.unchanged,
        added=plan.added,
        changed=plan.changed,
        ended=plan.ended,
        rows=tuple(RowVerdict(*row) for row in repository.read_verdicts(connection)),
    )


def _apply(connection: Connection, file: Path, target: Target, this: Load, report: LoadReport) -> LoadReport:
    """Write the batch, the versions and the rows as received; let areas and followers catch up."""
    counts = report.counts if report.quality is None else report.counts | {"quality": report.quality}
    batch_id = history.record_batch(connection, this, file_sha256=file_digest(file), counts=counts)
    history.apply_plan(connection, target, this, batch_id)
    keep_file_values(connection, target, batch_id)
    history.keep_rows(connection, batch_id)
    if report.added + report.changed + report.ended:
        resolve_places(connection, this.kind)
        if report.conflicts:  # a place that a page has changed may lie in another area than the file's
            resolve_again(connection, this.kind)
    return replace(report, batch_id=batch_id)


def file_digest(file: Path) -> str:
    """Give the SHA-256 of a file; of a bare shapefile with its table."""
    digest = hashlib.sha256()
    parts = [file, sibling(file, ".dbf")] if file.suffix.lower() == ".shp" else [file]
    for part in parts:
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
