"""docs/DATA.md, written from the models: the kinds of input for who writes a source, then every table.

``python -m data.describe > docs/DATA.md`` writes it anew; a test holds the file to what comes out here.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    Integer,
    SmallInteger,
    Text,
    Time,
)
from sqlalchemy.dialects import postgresql

from data import models
from data.models.base import described
from data.models.core import FACTS
from data.models.fact import OwnCode
from data.models.hotspots import HOTSPOT
from data.models.restricted import KeyPerson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Column, Table
    from sqlalchemy.types import TypeEngine

    from data.models.hotspots import View

TITLE = """\
# Data

Generated from the models by `python -m data.describe > docs/DATA.md`; do not edit.

Geometry is EPSG:4490 (CGCS2000 longitude and latitude) in a column named `geom`; lengths are metres (`_m`),
areas square metres (`_m2`), durations seconds (`_s`) or minutes (`_min`). Weekdays count from 0 = Monday to
6 = Sunday; clock times and days are local, moments carry their zone. `unassigned` is the district of what
lies in none.
"""
KINDS_INTRO = """\
## Kinds of input

What a source (a YAML file, see the README) may map: `kind:` is a heading below, each target under `columns:`
is a column of its table, and nothing else is ever read. Required columns are mapped, and filled in every row.
`geometry` is no column: it comes with a vector file, or from the columns that the source's `geometry:` names,
in the coordinate system that the source or the file declares. There is no column for a person's name or
telephone. A kind that a release does not load yet is refused by name.
"""
CODE_MEANING = "the source's own code; a row without one is told apart as said above"
TABLES_INTRO = """\
## Tables

A name in bold belongs to the key. A required column is never empty; one that is not required may be left out
when a row is written.
"""
COMMON_INTRO = """\
#### Columns of every kind of input

Every version of an object has these beside its kind's own. In the current one `valid_to` and `ended_by` are
empty.
"""
KINDS: tuple[type[Any], ...] = (*FACTS, KeyPerson)
FACT_TABLES = tuple(models.Base.metadata.tables[f"core.{model.__tablename__}"] for model in FACTS)
SCHEMA_MODULES = {"out_asof": "out"}
"""Schemas whose tables another schema's module declares."""
CELLS: dict[type[TypeEngine[Any]], str] = {
    Text: "text",
    SmallInteger: "whole number",
    Integer: "whole number",
    BigInteger: "whole number",
    Double: "number",
    Boolean: "yes or no",
    Date: "date",
    Time: "clock time",
    DateTime: "moment",
    ARRAY: "list of weekdays",
}
"""What cells of a file hold for a column; readers take many ways of writing it."""
SHAPES = {"POINT": "point", "LINESTRING": "line", "MULTIPOLYGON": "polygon", "GEOMETRY": "shape"}
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


def render() -> str:
    """Write the whole document.

    Returns
    -------
    str
        Markdown: the kinds of input, then each schema with each of its tables.
    """
    kinds = [KINDS_INTRO, _contents(), *(_kind(model) for model in KINDS)]
    schemas = [_schema(name) for name in models.SCHEMAS]
    return "\n".join([TITLE, *kinds, TABLES_INTRO, *schemas]).rstrip() + "\n"


def mapped_columns(model: type[Any]) -> list[Column[Any]]:
    """Give the columns of a kind that a source may map.

    Parameters
    ----------
    model
        One of `data.models.core.FACTS`, or the register's.

    Returns
    -------
    list
        In the table's order, the geometry last; `code` first where a file may bring one.
    """
    own = [column for column in _own_columns(model.__table__) if not column.info.get("computed")]
    code = [] if model.own_code is OwnCode.NEVER else [model.__table__.c.code]
    return [*code, *sorted(own, key=lambda column: isinstance(column.type, Geometry))]


def is_required(model: type[Any], column: Column[Any]) -> bool:
    """Say whether a source must map a column and every row must fill it.

    Parameters
    ----------
    model
        The column's kind.
    column
        One of `mapped_columns`.
    """
    if column.name == "code":
        return bool(model.own_code is OwnCode.REQUIRED)
    return bool(column.info.get("required", not column.nullable))


def words_of(column: Column[Any]) -> tuple[str, ...]:
    """Give the closed list of words that a column may hold; empty where it is open.

    Parameters
    ----------
    column
        Of any table.
    """
    for constraint in column.table.constraints:
        if isinstance(constraint, CheckConstraint) and constraint.info.get("column") == column.name:
            return tuple(str(word) for word in constraint.info["words"])
    return ()


def holds(column: Column[Any]) -> str:
    """Sort what a column holds into what a form can ask for: ``shape``, ``number``, ``text`` or ``other``."""
    if isinstance(column.type, Geometry):
        return "shape"
    if isinstance(column.type, Integer | SmallInteger | Double):
        return "number"
    return "text" if isinstance(column.type, Text) else "other"


def _contents() -> str:
    """Link to every kind."""
    return " · ".join(f"[{model.__tablename__}](#{model.__tablename__})" for model in KINDS) + "\n"


def _kind(model: type[Any]) -> str:
    """Describe one kind as who writes a source sees it."""
    rows = [
        (
            "`geometry`" if isinstance(column.type, Geometry) else f"`{column.name}`",
            "yes" if is_required(model, column) else "",
            _cells(column),
            CODE_MEANING if column.name == "code" and not is_required(model, column) else str(column.comment),
        )
        for column in mapped_columns(model)
    ]
    told = f"{described(model)} Rows are told apart by: {model.told_apart_by}."
    return _section(f"### {model.__tablename__}", told, ("column", "required", "cells hold", "meaning"), rows)


def _cells(column: Column[Any]) -> str:
    """Say what a file's cells hold for a column."""
    if isinstance(column.type, Geometry):
        return SHAPES[str(column.type.geometry_type)]
    if words := words_of(column):
        return _listed(words)
    return next(name for kind, name in CELLS.items() if isinstance(column.type, kind))


def _schema(name: str) -> str:
    """Describe a schema and its tables."""
    module = getattr(models, SCHEMA_MODULES.get(name, name))
    tables = [table for table in models.Base.metadata.tables.values() if table.schema == name]
    common = [COMMON_INTRO, _columns(_common_columns(), key=())] if name == "core" else []
    told = f"### Schema {name}\n\n{inspect.cleandoc(module.__doc__ or '')}\n"
    views = [_view(HOTSPOT)] if name == "out" else []
    return "\n".join(
        [told, *common, *(_table(table) for table in sorted(tables, key=lambda t: t.name)), *views]
    )


def _view(view: View) -> str:
    """Describe a view as a table is described."""
    key = ", ".join(f"`{name}`" for name in view.key)
    rows = [
        (f"**`{name}`**" if name in view.key else f"`{name}`", kind, "", meaning)
        for name, kind, meaning in view.columns
    ]
    grid = _grid(("column", "type", "required", "meaning"), rows)
    return f"#### out.{view.name}\n\n{view.comment} Key: {key}. A view; `out_asof` has the same.\n\n{grid}"


def _table(table: Table) -> str:
    """Describe a table: its meaning, its key, its columns."""
    key = tuple(column.name for column in table.primary_key)
    told = f"#### {table.fullname}\n\n{table.comment} Key: {', '.join(f'`{name}`' for name in key)}.\n"
    twin = models.Base.metadata.tables.get(table.fullname.replace("out_asof.", "out."))
    if table.schema == "out_asof" and twin is not None:
        return f"{told}\nColumns: those of `{twin.fullname}`, and `as_of`, {table.c.as_of.comment}.\n"
    return f"{told}\n{_columns(_own_columns(table), key=key)}"


def _columns(columns: Iterable[Column[Any]], *, key: Sequence[str]) -> str:
    """Tabulate columns as the database has them."""
    rows = [
        (
            f"**`{column.name}`**" if column.name in key else f"`{column.name}`",
            _sql_type(column),
            "" if column.nullable or column.server_default is not None or column.identity else "yes",
            _meaning(column),
        )
        for column in columns
    ]
    return _grid(("column", "type", "required", "meaning"), rows)


def _sql_type(column: Column[Any]) -> str:
    """Name a column's type as PostgreSQL does."""
    if isinstance(column.type, Geometry):
        return f"geometry({column.type.geometry_type}, {column.type.srid})".lower()
    return str(column.type.compile(dialect=DIALECT)).lower()


def _meaning(column: Column[Any]) -> str:
    """Give a column's meaning and unit, the words that it may hold, and the table that it refers to."""
    words = [word for word in words_of(column) if word not in str(column.comment)]
    listed = f"; {_listed(words_of(column))}" if words else ""
    refers = "".join(f"; refers to `{key.target_fullname}`" for key in column.foreign_keys)
    return f"{column.comment}{listed}{refers}"


def _listed(words: Iterable[str]) -> str:
    """Write a closed list."""
    return "one of " + ", ".join(f"`{word}`" for word in words)


def _common_columns() -> list[Column[Any]]:
    """Give the columns that all kinds of input have."""
    names = set.intersection(*(set(table.columns.keys()) for table in FACT_TABLES))
    return [column for column in FACT_TABLES[0].columns if column.name in names]


def _own_columns(table: Table) -> list[Column[Any]]:
    """Give a table's columns without those that all kinds of input have."""
    common = {column.name for column in _common_columns()} if table in FACT_TABLES else set()
    return [column for column in table.columns if column.name not in common]


def _section(heading: str, told: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a heading, what is told under it, and a table."""
    return f"{heading}\n\n{told}\n\n{_grid(titles, rows)}"


def _grid(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |\n" for line in lines)


def main() -> None:
    """Print the document."""
    sys.stdout.write(render())


if __name__ == "__main__":
    main()
