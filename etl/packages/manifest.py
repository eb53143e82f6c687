"""What a package says of itself, in the one way in which it is written and signed."""

from __future__ import annotations

import json
from datetime import date, datetime  # noqa: TC003 -- pydantic reads the annotations
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data.repositories.packages import TABLES
from etl.packages.errors import NotAPackageError

if TYPE_CHECKING:
    from typing import Self

Code = Annotated[str, Field(pattern=r"^[^\x00-\x20\x7f-\x9f]{1,60}$")]
"""A district's or column's code: no blanks and nothing that a terminal obeys."""
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
Notice = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,60}$")]


class _Part(BaseModel):
    """Unknown keys and values of another type are errors; nothing changes once it is made."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PackedTable(_Part):
    """One table: its file's digest, columns, and rows by district."""

    name: Literal[TABLES]  # type: ignore[valid-type]  # a tuple of words is what Literal takes
    sha256: Digest
    columns: list[Code]
    rows: dict[Code, Count]


class OriginalRun(_Part):
    """A build of the police instance that made rows of the package."""

    id: int
    job: Code
    as_of: date
    code_version: Code


class Manifest(_Part):
    """What a package holds, of when, and who answers for it; account numbers, never names."""

    format: Literal[1] = 1
    instance: Literal["police"]
    training: bool
    notice: Notice
    made_at: datetime
    as_of: date
    made_by: Count
    reviewed_at: datetime | None
    reviewed_by: Count | None
    code_version: Code
    districts: list[Code]
    tables: list[PackedTable]
    runs: list[OriginalRun]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Hold tables, districts and the review together."""
        names = [table.name for table in self.tables]
        ordered = [name for name in TABLES if name in names]
        by_district = all(list(table.rows) == self.districts for table in self.tables)
        both = (self.reviewed_at is None) == (self.reviewed_by is None)
        if names != ordered or not names or not by_district or not both:
            raise ValueError("parts")
        if self.districts != sorted(set(self.districts)) or not self.districts:
            raise ValueError("districts")
        return self

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(sum(table.rows.values()) for table in self.tables)


def as_bytes(manifest: Manifest) -> bytes:
    """Write a manifest: JSON with sorted keys and no blanks, UTF-8."""
    facts = manifest.model_dump(mode="json")
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read(written: bytes) -> Manifest:
    """Read a manifest that is written as `as_bytes` writes it, and in no other way.

    Raises
    ------
    NotAPackageError
        It is none.
    """
    try:
        manifest = Manifest.model_validate_json(written)
        same = as_bytes(manifest) == written
    except (ValidationError, ValueError, RecursionError) as error:
        raise NotAPackageError from error
    if not same:
        raise NotAPackageError
    return manifest
