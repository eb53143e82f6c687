"""What can keep a file from being loaded; one class a cause, its sentence in the catalogue `intake`."""

from __future__ import annotations

from types import MappingProxyType

from geo.errors import CampusError


class IntakeError(CampusError):
    """A file, its source description, or what they would do to the database is not as it must be."""

    key = "intake.error"


class NoFileError(IntakeError):
    """There is no such file."""

    key = "intake.no_file"


class NotAFileError(IntakeError):
    """A folder stands where a file is due."""

    key = "intake.not_a_file"


class NoAccessError(IntakeError):
    """The file is there and cannot be opened."""

    key = "intake.no_access"


class EmptyFileError(IntakeError):
    """The file holds nothing."""

    key = "intake.empty_file"


class UnknownFormatError(IntakeError):
    """The name's ending belongs to no format that is read."""

    key = "intake.unknown_format"


class UnreadableFileError(IntakeError):
    """The file is damaged, cut off, or not what its ending says."""

    key = "intake.unreadable_file"


class WrongEncodingError(IntakeError):
    """The text of the file cannot be read in the encoding declared or found."""

    key = "intake.wrong_encoding"


class OpenQuoteError(IntakeError):
    """A quote in a text table is never closed, so that one cell holds all that follows."""

    key = "intake.open_quote"


class UnknownEncodingError(IntakeError):
    """The source description names an encoding that does not exist."""

    key = "intake.unknown_encoding"


class MissingColumnError(IntakeError):
    """The file lacks a column that the source description maps."""

    key = "intake.missing_column"


class MissingColumnNearError(MissingColumnError):
    """The file lacks a mapped column and has one with nearly the same heading."""

    key = "intake.missing_column_near"


class RepeatedColumnError(IntakeError):
    """A mapped heading stands twice in the file."""

    key = "intake.repeated_column"


class UnknownLayerError(IntakeError):
    """The file has no such layer."""

    key = "intake.unknown_layer"


class SeveralLayersError(IntakeError):
    """The file has several layers and the source description names none."""

    key = "intake.several_layers"


class UnknownSheetError(IntakeError):
    """The workbook has no such sheet."""

    key = "intake.unknown_sheet"


class WhereOnTableError(IntakeError):
    """`where` is OGR SQL and a table has none."""

    key = "intake.where_on_table"


class BadWhereError(IntakeError):
    """OGR cannot read the condition of `where`."""

    key = "intake.bad_where"


class BadRecordsError(IntakeError):
    """The JSON file has no list of objects at the path that `records` names."""

    key = "intake.bad_records"


class FileNameError(IntakeError):
    """The file's path holds a sign that means something else to the library that reads it."""

    key = "intake.file_name"


class NoShapefileError(IntakeError):
    """The archive holds no shapefile."""

    key = "intake.no_shapefile"


class SeveralShapefilesError(IntakeError):
    """The archive holds several shapefiles and the source description names none."""

    key = "intake.several_shapefiles"


class UnsafeArchiveError(IntakeError):
    """An entry of the archive points outside of it."""

    key = "intake.unsafe_archive"


class ArchiveTooLargeError(IntakeError):
    """The archive unpacks to more than is plausible."""

    key = "intake.archive_too_large"


class NoCrsError(IntakeError):
    """Neither the command, nor the source description, nor the file says what the coordinates mean."""

    key = "intake.no_crs"


class NoGeometryRuleError(IntakeError):
    """A table brings places and the source description does not say which columns hold them."""

    key = "intake.no_geometry_rule"


class UnknownSourceError(IntakeError):
    """The source is neither a file nor a built-in one."""

    key = "intake.unknown_source"


class BadYamlError(IntakeError):
    """The source description is not YAML."""

    key = "intake.bad_yaml"


class NoKeysError(BadYamlError):
    """The source description is YAML and holds no keys."""

    key = "intake.no_keys"


class RepeatedKeyError(BadYamlError):
    """A key of the source description stands twice."""

    key = "intake.repeated_key"


class PersonalSourceError(IntakeError):
    """The source description itself holds what looks like an ID number or a mobile number."""

    key = "intake.personal_source"


class UnknownKeyError(IntakeError):
    """The source description has a key that means nothing."""

    key = "intake.unknown_key"


class UnknownKeyNearError(UnknownKeyError):
    """The source description has a key that means nothing and is nearly one that does."""

    key = "intake.unknown_key_near"


class MissingKeyError(IntakeError):
    """The source description lacks a required key."""

    key = "intake.missing_key"


class BadKeyError(IntakeError):
    """A key of the source description holds something it cannot hold."""

    key = "intake.bad_key"


class UnknownKindError(IntakeError):
    """There is no such kind of input."""

    key = "intake.unknown_kind"


class RefusedKindError(IntakeError):
    """The kind of input is about people and is not kept here, whoever asks."""

    key = "intake.refused_kind"


class RegisterAloneError(IntakeError):
    """The kind goes into the register and by no other way: nothing of such a file is read here."""

    key = "intake.register_alone"


class UnknownTargetError(IntakeError):
    """A column is mapped to something that the kind does not have."""

    key = "intake.unknown_target"


class MissingTargetError(IntakeError):
    """No column is mapped to something that the kind requires."""

    key = "intake.missing_target"


_REASON = MappingProxyType({"reason": "intake.reason."})


class AllRejectedError(IntakeError):
    """Not one row of the file can be used."""

    key = "intake.all_rejected"
    spoken = _REASON


class TooManyRejectedError(IntakeError):
    """More rows than the setting allows cannot be used."""

    key = "intake.too_many_rejected"
    spoken = _REASON


class NeedsForceError(IntakeError):
    """The load would end or move more of its source's rows than is likely to be meant."""

    key = "intake.needs_force"


class BackdatedError(IntakeError):
    """The load would change what is recorded to begin on a later day."""

    key = "intake.backdated"


class ReportLostError(IntakeError):
    """The load is kept, its report is not: its place took no file."""

    key = "intake.report_lost"
    exit_code = 0


class ReportPlaceError(IntakeError):
    """No report can be written at the place that is named for it."""

    key = "intake.report_place"


class NoReportFolderError(IntakeError):
    """The folder in which the report is to be written does not exist."""

    key = "intake.no_report_folder"


class TrainingSourceError(IntakeError):
    """Made-up rows are not let into a database of real ones."""

    key = "intake.training_source"


class RealSourceError(IntakeError):
    """Real rows are not let into a training database."""

    key = "intake.real_source"


class KindChangedError(IntakeError):
    """The source's name is known with another kind."""

    key = "intake.kind_changed"
