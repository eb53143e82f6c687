"""Why a batch's coordinates are not what was declared; `--accept-datum` takes them so all the same."""

from __future__ import annotations

from etl.errors import IntakeError


class DatumError(IntakeError):
    """The batch looks like another datum than was declared."""

    key = "forensics.datum"


class AxesSwappedError(IntakeError):
    """First and second coordinate look exchanged."""

    key = "forensics.swapped"


class RowsSwappedError(IntakeError):
    """Nearly every row has longitude and latitude exchanged, which shows without anything known."""

    key = "forensics.rows_swapped"


class OtherZoneError(IntakeError):
    """The batch looks like another zone than the declared plane's."""

    key = "forensics.zone"


class DegreesError(IntakeError):
    """The batch is declared to be in a plane and holds degrees."""

    key = "forensics.degrees"


class DisplacedError(IntakeError):
    """The batch lies off as a whole, and no known datum explains how."""

    key = "forensics.displaced"
