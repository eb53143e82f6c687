"""`campus export`: a published table as a file, with the viewer's rights and the marks every file carries."""

from __future__ import annotations

import errno
import json
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd

from data.migrate import ensure_database, is_training
from data.repositories import exports
from data.repositories import settings as settings_repository
from data.repositories.audit import record_for
from data.session import open_local_session, unit_of_work, viewer_transaction
from data.settings import DbRole
from data.terms import AuditKind
from etl.cells import escaped
from etl.language import say
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Table

SHEET_ROWS = 1_048_575
SHEET_CHARACTERS = 32_767
"""What a workbook holds below its heading and in a cell; what is longer would be cut off without a word."""


class UnknownTableError(CampusError):
    """There is no published table of that name."""

    key = "cli.unknown_table"
    exit_code = 2


class UnknownFormatError(CampusError):
    """The file's ending names no format that can be written."""

    key = "cli.unknown_format"
    exit_code = 2


class NoFolderError(CampusError):
    """The folder to write into does not exist."""

    key = "cli.export_folder"


class UnwritableFileError(CampusError):
    """The file cannot be made: no right to write there, or something else of that name."""

    key = "cli.export_unwritable"


class SheetTooSmallError(CampusError):
    """The table has more rows, or longer cells, than a workbook holds."""

    key = "cli.export_sheet"


def export(name: str, path: Path) -> None:
    """Write the current rows of a table to a file whose ending chooses the format.

    Raises
    ------
    UnknownTableError, UnknownFormatError, NoFolderError, UnwritableFileError
        The words name no table, no format, or no place.
    SheetTooSmallError
        A workbook cannot hold it all; nothing is written.
    """
    table = _table(name)
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UnknownFormatError(suffix=path.suffix or path.name, known=", ".join(WRITERS))
    if not path.absolute().parent.is_dir():
        raise NoFolderError(name=path.name)
    frame = _marked(_read(table))
    _record(table, path)
    _write_whole(path, lambda part: writer(frame, part, str(table.name)))
    sys.stderr.write(say("cli.exported", rows=len(frame), table=table.fullname, file=path.name) + "\n")


def _table(name: str) -> Table:
    """Find the table or say which there are."""
    table = exports.find(name)
    if table is None:
        raise UnknownTableError(given=name, known=", ".join(exports.tables()))
    return table


def _read(table: Table) -> pd.DataFrame:
    """Read a table as the local viewer."""
    ensure_database()
    with viewer_transaction(open_local_session()) as connection:
        return exports.read(connection, table)


def _record(table: Table, path: Path) -> None:
    """Write down that the operator took a table; before the file is there."""
    with unit_of_work(DbRole.LOADER) as connection:
        record_for(connection, AuditKind.EXPORT, table.fullname, [path.suffix.lower()])
        connection.commit()


def _marked(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the column that says what the file is: internal, of when, and whether it is made up."""
    with unit_of_work(DbRole.LOADER) as connection:
        zone = ZoneInfo(settings_repository.read(connection).timezone)
        training = is_training(connection)
    words = [say("cli.notice"), f"{datetime.now(tz=zone):%Y-%m-%d %H:%M}"]
    if training:
        words.insert(0, say("cli.training"))
    return frame.assign(notice=" · ".join(words))


def _write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the place and rename, so that a reader sees the whole file or none."""
    part = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        # the system says why not in words that are the same for all formats
        part.touch()
        part.unlink()
        write(part)
        part.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise UnwritableFileError(name=path.name, why=error.strerror or "-") from error
    finally:
        part.unlink(missing_ok=True)


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the frame as a sheet holds it: geometry as WKT, lists joined, formulas made harmless."""
    sheet = pd.DataFrame(frame)
    for column in sheet.columns:
        if isinstance(frame[column], gpd.GeoSeries):
            sheet[column] = gpd.GeoSeries(frame[column]).to_wkt(rounding_precision=7)
        elif sheet[column].dtype == object or pd.api.types.is_string_dtype(sheet[column].dtype):
            sheet[column] = sheet[column].map(_harmless, na_action="ignore")
    return sheet


def _harmless(value: object) -> object:
    """Write lists and objects as text, and keep a spreadsheet from running a text cell."""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        value = ",".join(str(item) for item in value)
    return escaped(value) if isinstance(value, str) else value


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the frame with column types that every vector format knows."""
    lists = [
        column
        for column in frame.columns
        if frame[column].dtype == object
        and frame[column].map(lambda v: isinstance(v, (list, tuple, dict))).any()
    ]
    return frame.assign(**{column: frame[column].map(_harmless).astype("string") for column in lists})


def _vector(driver: str) -> Callable[[pd.DataFrame, Path, str], None]:
    """Make the writer of a vector format; tables without geometry go in as attributes."""

    def write(frame: pd.DataFrame, path: Path, layer: str) -> None:
        plain = _plain(frame)
        if not isinstance(plain, gpd.GeoDataFrame):
            plain = gpd.GeoDataFrame(plain, geometry=gpd.GeoSeries([None] * len(plain), crs="EPSG:4490"))
        plain.to_file(path, driver=driver, layer=layer, engine="pyogrio")

    return write


def _csv(frame: pd.DataFrame, path: Path, layer: str) -> None:
    """Write a csv that Chinese spreadsheets open rightly."""
    del layer
    _as_text(frame).to_csv(path, index=False, encoding="utf-8-sig")


def _xlsx(frame: pd.DataFrame, path: Path, layer: str) -> None:
    """Write a workbook of one sheet; no cell is a formula or a link."""
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    sheet = _as_text(frame)
    _check_fits(sheet, layer)
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": options}) as book:
        zoned = sheet.select_dtypes(include=["datetimetz"]).columns
        sheet = sheet.assign(**{column: sheet[column].dt.tz_localize(None) for column in zoned})
        sheet.to_excel(book, sheet_name=layer[:31], index=False)


def _check_fits(sheet: pd.DataFrame, layer: str) -> None:
    """Refuse what a workbook would cut off."""
    texts = sheet.select_dtypes(include=["object", "str"])
    too_long = any((texts[column].astype("str").str.len() > SHEET_CHARACTERS).any() for column in texts)
    if len(sheet) > SHEET_ROWS or too_long:
        raise SheetTooSmallError(table=layer, rows=SHEET_ROWS, characters=SHEET_CHARACTERS)


WRITERS: dict[str, Callable[[pd.DataFrame, Path, str], None]] = {
    ".gpkg": _vector("GPKG"),
    ".geojson": _vector("GeoJSON"),
    ".csv": _csv,
    ".xlsx": _xlsx,
}
