"""What every model shares: naming, schemas, comments, column helpers, closed lists and geometry indexes.

A model's docstring becomes the table's comment and every column carries its own; they make docs/DATA.md.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, MappedColumn, declared_attr, mapped_column

if TYPE_CHECKING:
    from enum import StrEnum

    from sqlalchemy.schema import SchemaItem

SRID = 4490
"""Everything is stored as CGCS2000 longitude and latitude."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
NOW = text("now()")
COMPUTED = {"computed": True}
"""The `info` of a column that the product fills in itself, so that no source may map it."""
CURRENT = "valid_to IS NULL AND ended_by IS NULL"
"""The condition that picks the current version of a core row."""


class Base(DeclarativeBase):
    """A table; `schema` names its PostgreSQL schema."""

    metadata = MetaData(naming_convention=NAMING)
    schema: ClassVar[str]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - SQLAlchemy hands the class
        """Give the constraints, the schema and the docstring as comment."""
        return (*cls.constraints(), {"schema": cls.schema, "comment": described(cls)})

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Give the constraints and indexes beside those of the columns."""
        return ()


def described(model: object) -> str:
    """Give a model's docstring on one line."""
    return " ".join(inspect.cleandoc(model.__doc__ or "").split())


def field(kind: Any, comment: str, *more: Any, **options: Any) -> MappedColumn[Any]:
    """Declare a column with its meaning and unit."""
    return mapped_column(kind, *more, comment=comment, **options)


def numbered(comment: str) -> MappedColumn[Any]:
    """Declare a key that the database counts up."""
    return mapped_column(BigInteger, Identity(always=False), primary_key=True, comment=comment)


def moment(comment: str, **options: Any) -> MappedColumn[Any]:
    """Declare a point in time, with zone."""
    return mapped_column(DateTime(timezone=True), comment=comment, **options)


def shape(kind: str, comment: str, **options: Any) -> MappedColumn[Any]:
    """Declare a geometry column, EPSG:4490; the index is declared by `spatial_index`."""
    return mapped_column(Geometry(kind, srid=SRID, spatial_index=False), comment=comment, **options)


def one_of(name: str, words: type[StrEnum]) -> CheckConstraint:
    """Close a text column over a list of words; its `info` says which, for docs/DATA.md."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{name} IN ({listed})", name=name, info={"column": name, "words": tuple(words)})


def primary_key(*names: str) -> PrimaryKeyConstraint:
    """Declare the key with its columns in this order."""
    return PrimaryKeyConstraint(*names)


def spatial_index(table: str, *, where: str | None = None) -> Index:
    """Index the geometry by GiST, for the current rows alone where a condition says so."""
    condition = None if where is None else text(where)
    return Index(f"ix_{table}_geom", "geom", postgresql_using="gist", postgresql_where=condition)
