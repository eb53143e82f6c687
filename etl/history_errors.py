"""What can keep a load from being undone, or its words from being understood; sentences in `history`."""

from __future__ import annotations

from types import MappingProxyType

from etl.errors import IntakeError


class UnknownBatchError(IntakeError):
    """There is no such batch."""

    key = "history.unknown_batch"


class AlreadyUndoneError(IntakeError):
    """The batch was undone before."""

    key = "history.already_undone"


class UndoOfUndoError(IntakeError):
    """The batch is an undo itself; what it took back comes back by loading the file again."""

    key = "history.undo_of_undo"


class PageBatchError(IntakeError):
    """The batch holds changes made on pages, which are revoked there."""

    key = "history.page_batch"


class BuiltOnError(IntakeError):
    """Later loads changed what this one brought; they come first."""

    key = "history.built_on"


class StillReferredError(IntakeError):
    """Rows of another kind name a code that would be gone."""

    key = "history.still_referred"
    spoken = MappingProxyType({"kind": "history.kind."})


class UndoAloneError(IntakeError):
    """`--undo` or `--overrides` stands beside words that belong to the load of a file."""

    key = "history.stands_alone"
    exit_code = 2


class NoFileGivenError(IntakeError):
    """A load names no file, or no source."""

    key = "history.no_file_given"
    exit_code = 2


class ReportFormatError(IntakeError):
    """The ending of a report's name belongs to none of its forms."""

    key = "history.report_format"
    exit_code = 2
