"""The words that a page may put into a job, read strictly: what is not here is refused, none is an option."""

from __future__ import annotations

import json
import re
from datetime import date  # noqa: TC003 -- pydantic reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from data.rule_book import RuleVersion  # noqa: TC001 -- pydantic reads the annotations
from data.spool import SUFFIXES
from etl.kinds import KINDS
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Mapping

Token = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BadWordsError(CampusError):
    """A job's words are not those of its ``kind``; they are not repeated."""

    key = "intake_page.bad_words"


class Words(BaseModel):
    """Read-only, nothing but what is declared, every value of its own type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FileWords(Words):
    """Which file of the spool."""

    token: Token
    suffix: str

    @field_validator("suffix")
    @classmethod
    def _known_suffix(cls, given: str) -> str:
        if given not in SUFFIXES:
            raise ValueError
        return given


class DraftWords(FileWords):
    """Read a file's headings and propose what they mean."""

    kind: str

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, given: str) -> str:
        if given not in KINDS:
            raise ValueError
        return given


class LoadWords(FileWords):
    """Load a file, or only say what that would do."""

    definition: dict[str, Any]
    crs: str | None = Field(default=None, max_length=80)
    dry_run: bool = False
    force: bool = False
    accept_datum: bool = False
    valid_from: date | None = None

    @field_validator("crs")
    @classmethod
    def _plain(cls, given: str | None) -> str | None:
        if given is not None and _CONTROL.search(given):
            raise ValueError
        return given


class UndoWords(Words):
    """Take a batch back."""

    batch: int = Field(gt=0)


class OverrideWords(Words):
    """Bring the facts of a kind, or of all, into agreement with what people corrected on pages."""

    kind: str | None = None

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, given: str | None) -> str | None:
        if given is not None and given not in KINDS:
            raise ValueError
        return given


class RuleWords(BaseModel):
    """Write a version of a rule, or take one back: one of the two."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: RuleVersion | None = None
    take_back: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.rule is None) == (self.take_back is None):
            raise ValueError
        return self


class CampaignWords(Words):
    """Compute what a campaign could show, or what came of it."""

    campaign: int = Field(gt=0)


W = TypeVar("W", bound=BaseModel)


def read_words(kind: str, args: Mapping[str, Any], form: type[W]) -> W:
    """Read the words of a job.

    Parameters
    ----------
    kind
        The job's kind.
    args
        What its row holds.
    form
        What they must be.

    Raises
    ------
    BadWordsError
        A word is missing, unknown, or no value of its kind.
    """
    try:
        return form.model_validate_json(json.dumps(dict(args)))
    except ValidationError:
        raise BadWordsError(kind=kind) from None
