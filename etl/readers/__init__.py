"""Files as they come in -> chunks of the mapped columns, as text, and nothing else of the file.

Every reader gives the same thing, a stream of `Chunk`; what the cells mean is `etl.intake`'s business. A file
that cannot be read costs one sentence and nothing more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.errors import (
    EmptyFileError,
    NoAccessError,
    NoFileError,
    NotAFileError,
    UnknownFormatError,
    WhereOnTableError,
)
from etl.grids.errors import GridFileError
from etl.readers.chunk import Chunk
from etl.readers.delimited import read_delimited
from etl.readers.errors import SaveAsXlsxError
from etl.readers.records import read_records
from etl.readers.vector import read_vector
from etl.readers.workbook import read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from etl.definitions import Definition

__all__ = ["FORMATS", "Chunk", "check_file", "is_table", "read_file"]

TABLES: dict[str, Callable[[Path, Definition], Iterator[Chunk]]] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".txt": read_delimited,
    ".xlsx": read_workbook,
}
VECTORS = (".gpkg", ".geojson", ".json", ".zip", ".shp", ".kml", ".kmz", ".pbf")
OTHER_WORKBOOKS = (".xls", ".xlsb", ".xlsm", ".et", ".ods")
"""Workbooks that people have, and which their programs save as xlsx."""
FORMATS = (*TABLES, *VECTORS)


def is_table(path: Path, definition: Definition) -> bool:
    """Tell whether the places of a file stand in its cells."""
    return path.suffix.lower() in TABLES or (
        path.suffix.lower() == ".json" and definition.records is not None
    )


def read_file(path: Path, definition: Definition) -> Iterator[Chunk]:
    """Read the mapped columns of a file, chunk by chunk.

    Parameters
    ----------
    path
        A file whose name ends as one of `FORMATS`.
    definition
        Says which columns, layers, sheet, encoding.

    Yields
    ------
    Chunk
        At least one; the last may be empty.

    Raises
    ------
    etl.errors.IntakeError
        The file cannot be read as what it is declared to be.
    """
    check_file(path)
    suffix = path.suffix.lower()
    if definition.grid is not None:
        if suffix not in TABLES:
            raise GridFileError(known=" ".join(TABLES))
        from etl.readers.grid import read_grid  # noqa: PLC0415 -- the intake, whose weekdays it reads, imports this

        yield from read_grid(path, definition)
        return
    if not is_table(path, definition):
        yield from read_vector(path, definition)
        return
    if definition.where is not None:
        raise WhereOnTableError
    yield from (read_records if suffix == ".json" else TABLES[suffix])(path, definition)


def check_file(path: Path) -> None:
    """Refuse what is no file of a known format before any library sees it.

    Raises
    ------
    etl.errors.IntakeError
        There is none, it cannot be opened, it is empty, or its ending is none of `FORMATS`.
    """
    try:
        if path.is_dir():
            raise NotAFileError
        if not path.is_file():
            raise NoFileError
        if path.suffix.lower() in OTHER_WORKBOOKS:
            raise SaveAsXlsxError
        if path.suffix.lower() not in FORMATS:
            raise UnknownFormatError(known=" ".join(FORMATS))
        if path.stat().st_size == 0:
            raise EmptyFileError
        path.open("rb").close()
    except OSError as error:
        raise NoAccessError from error
