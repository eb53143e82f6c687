"""What can keep a file of one format from being read; one class a cause, said by the catalogue `formats`.

Names of layers, sheets and entries are never repeated: who made the file may have named them after people.
"""

from __future__ import annotations

from etl.errors import (
    IntakeError,
    MissingColumnError,
    NoShapefileError,
    SeveralLayersError,
    SeveralShapefilesError,
    UnknownFormatError,
    UnknownLayerError,
    UnreadableFileError,
    UnsafeArchiveError,
)


class SaveAsXlsxError(UnknownFormatError):
    """A workbook of an older or another kind."""

    key = "formats.save_as_xlsx"


class ProtectedFileError(UnreadableFileError):
    """The file can be opened with a password only."""

    key = "formats.protected"


class MarkupError(UnreadableFileError):
    """The file defines words of its own, or refers to other files; none of the formats needs that."""

    key = "formats.markup"


class LongLineError(UnreadableFileError):
    """A line of a text table is longer than any table's."""

    key = "formats.long_line"


class FileTooLargeError(UnreadableFileError):
    """The file is read as a whole and too large for it."""

    key = "formats.too_large"


class SeveralSheetsError(IntakeError):
    """Several sheets have the mapped columns, and the source description does not say which are meant."""

    key = "formats.several_sheets"


class PartialSheetError(MissingColumnError):
    """One of the sheets that are to be read has some of the mapped columns and lacks another."""

    key = "formats.partial_sheet"


class TooManySheetsError(IntakeError):
    """More sheets than rows can be numbered for."""

    key = "formats.too_many_sheets"


class LinkedCrsError(UnreadableFileError):
    """The coordinate system is given by an address, which is never followed."""

    key = "formats.linked_crs"


class RecordsNeededError(UnreadableFileError):
    """JSON that is no GeoJSON, without a word on where its list of records stands."""

    key = "formats.records_needed"


class NetworkLinkError(UnreadableFileError):
    """A KML file that refers to places in another file."""

    key = "formats.network_link"


class NoKmlError(UnreadableFileError):
    """A kmz archive without one clear KML file."""

    key = "formats.no_kml"


class OpenElsewhereError(UnreadableFileError):
    """A GeoPackage whose last changes still lie in another program's journal."""

    key = "formats.open_elsewhere"


class LivelyDatabaseError(UnreadableFileError):
    """A GeoPackage whose layers are computed without end, or are tables elsewhere."""

    key = "formats.lively_database"


class UnpackFirstError(NoShapefileError):
    """An archive that holds a file of another known format instead of a shapefile."""

    key = "formats.unpack_first"


class LinkInArchiveError(UnsafeArchiveError):
    """An entry of the archive is a link to something else."""

    key = "formats.link_in_archive"


class SeveralUnnamedLayersError(SeveralLayersError):
    """The file has several layers and the source description names none."""

    key = "formats.several_layers"


class UnknownUnnamedLayerError(UnknownLayerError):
    """The file has no such layer."""

    key = "formats.unknown_layer"


class SeveralUnnamedShapefilesError(SeveralShapefilesError):
    """The archive holds several shapefiles and the source description names none."""

    key = "formats.several_shapefiles"
