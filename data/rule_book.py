"""The rule book as it comes with the product, and what a version of a rule must be, whoever writes it."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotations
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from geo.terms import RuleMetric, SchoolSide, Stage, Strength, VenueCategory, VenueSide

FILE = Path(__file__).with_name("rule_book.yml")
CODE = r"^[a-z0-9-]{3,60}$"
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Said = Annotated[Words, StringConstraints(min_length=1)]


class RuleVersion(BaseModel):
    """One version of a rule, as `core.rule` holds it; without document and source there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, StringConstraints(pattern=CODE)]
    venue_category: VenueCategory
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    metres: Annotated[float, Field(gt=0, le=5000)] | None = None
    is_inclusive: bool = True
    school_side: SchoolSide
    venue_side: VenueSide
    metric: RuleMetric
    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,12}$")] = ""
    document: Said
    article: Words | None = None
    source: Said
    strength: Strength
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Want days in order, and no walk from a fence."""
        if self.valid_from is not None and self.valid_to is not None and self.valid_from >= self.valid_to:
            raise ValueError(self.valid_to)
        if self.metric is RuleMetric.WALK and self.school_side is SchoolSide.BOUNDARY:
            raise ValueError(self.school_side)
        return self

    def columns(self) -> dict[str, Any]:
        """Give the values as the table's columns take them."""
        values = self.model_dump()
        words = ("venue_category", "school_side", "venue_side", "metric", "strength")
        return (
            values | {name: str(values[name]) for name in words} | {"stages": [str(s) for s in self.stages]}
        )


@cache
def shipped_rules() -> tuple[RuleVersion, ...]:
    """Read the rules that come with the product; each code once."""
    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(RuleVersion.model_validate(rule) for rule in read["rules"])
