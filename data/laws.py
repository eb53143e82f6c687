"""The dated list of laws that an entry of the register may rest on (`data/laws.yml`)."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotations
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from data.terms import Basis  # noqa: TC001 - pydantic reads the annotations

FILE = Path(__file__).with_name("laws.yml")
Said = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Law(BaseModel):
    """One article, the days on which it is in force, and the bases that it can carry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{3,20}$")]
    law: Said
    article: Said
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]
    valid_from: date
    valid_to: date | None = None
    note: Said

    def is_in_force(self, day: date) -> bool:
        """Tell whether it is in force on a day; ``valid_to`` is the first day on which it no longer is."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@cache
def laws() -> dict[str, Law]:
    """Give the list by code, in the file's order."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {law.code: law for law in (Law.model_validate(entry) for entry in content["laws"])}
