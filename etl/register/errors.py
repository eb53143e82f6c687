"""What keeps a file out of the register, or an account from it; one class a cause. None repeats a cell."""

from __future__ import annotations

from types import MappingProxyType

from etl.errors import IntakeError


class RegisterFileError(IntakeError):
    """A file for the register is not as it must be; it is refused whole."""

    key = "register.file"


class RefusedHeadingError(RegisterFileError):
    """A column is about what the register must not carry (``register.more.{what}``); its place is told."""

    key = "register.refused_heading"
    spoken = MappingProxyType({"what": "register.more."})


class NamedHeadingError(RefusedHeadingError):
    """A column's heading is a word of the product's own list, which is named."""

    key = "register.named_heading"


class UnmappedColumnError(RegisterFileError):
    """Columns are not mapped; only their places are told, since a heading may be a person's name."""

    key = "register.unmapped_column"


class RefusedContentError(RegisterFileError):
    """A cell holds what the register must not carry; ``what`` is the category, the cell is not repeated."""

    key = "register.refused_content"
    spoken = MappingProxyType({"what": "register.more."})


class FaultyRowError(RegisterFileError):
    """A row breaks a rule of the intake, so the file is refused whole."""

    key = "register.faulty_row"
    spoken = MappingProxyType({"reason": "intake.reason."})


class BrokenRuleError(RegisterFileError):
    """A row breaks a rule of the register (``register.reason.{reason}``): the file is refused whole."""

    key = "register.faulty_row"
    spoken = MappingProxyType({"reason": "register.reason."})


class RegisterFormatError(RegisterFileError):
    """The file's format is none that the register takes."""

    key = "register.format"


class TooLargeRegisterError(RegisterFileError):
    """The file is larger than any register's: it is read whole, in memory."""

    key = "register.too_large"


class HeadingFirstError(RegisterFileError):
    """Something stands above the heading, or the heading's row is not the first that is filled."""

    key = "register.heading_first"


class SeveralTablesError(RegisterFileError):
    """The file has more than one filled sheet or layer."""

    key = "register.several_tables"


class MoreThanCellsError(RegisterFileError):
    """A workbook or database carries comments, pictures, other tables: more than cells."""

    key = "register.more_than_cells"


class ExtraMemberError(RegisterFileError):
    """A GeoJSON object has members beside those of the format."""

    key = "register.extra_member"


class RegisterSourceError(IntakeError):
    """The source description uses a key that the register does not know; ``name`` is that key."""

    key = "register.source"


class NoAccountError(IntakeError):
    """Loading the register needs an account: ``--as``."""

    key = "register.no_account"


class UnknownOptionError(IntakeError):
    """An option of ordinary loads has no meaning for the register; ``option`` names it."""

    key = "register.no_option"
    exit_code = 2


class NotDeclaredError(IntakeError):
    """The loading account has not declared that no one is under 18 and no record is sealed."""

    key = "register.not_declared"


class RegisterOffError(IntakeError):
    """The register is off: no impact assessment is on record."""

    key = "register.off"


class WrongRoleError(IntakeError):
    """The account's role may not do this with the register."""

    key = "register.wrong_role"


class SameAccountError(IntakeError):
    """Who turned the register on may not load it."""

    key = "register.same_account"


class TakenReferenceError(IntakeError):
    """A reference of the file stands in the register from another source; ``row`` says where in the file."""

    key = "register.taken_reference"


class UnknownReferenceError(IntakeError):
    """The register has no row of the reference that was given."""

    key = "register.unknown_reference"


class BadAssessmentError(IntakeError):
    """Number, date or volume of the impact assessment cannot be what was given."""

    key = "register.bad_assessment"
