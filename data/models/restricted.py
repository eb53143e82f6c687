"""Schema `restricted`: the register; in the police instance only, behind forced row-level security."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

from geoalchemy2 import WKBElement
from sqlalchemy import BigInteger, CheckConstraint, Date, Index, Text
from sqlalchemy.orm import Mapped

from data.models.base import COMPUTED, NOW, Base, field, moment, one_of, shape
from data.models.fact import OwnCode
from data.terms import Basis

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem


class KeyPerson(Base):
    """One row of the register: a case known to its agency, a place, a basis in law and a date of review."""

    __tablename__ = "key_person"
    schema = "restricted"
    own_code: ClassVar[OwnCode] = OwnCode.NEVER
    told_apart_by: ClassVar[str] = "case_ref"

    case_ref: Mapped[str] = field(
        Text, "reference known to the owning agency, no court docket number", primary_key=True
    )
    district_code: Mapped[str] = field(Text, "district it lies in, or unassigned", info=COMPUTED)
    police_area_code: Mapped[str] = field(Text, "police area it lies in, or unassigned", info=COMPUTED)
    address: Mapped[str | None] = field(Text, "place, at most 60 characters")
    geom: Mapped[WKBElement] = shape("POINT", "where it is, EPSG:4490")
    basis: Mapped[str] = field(Text, "closed code of conduct that endangers others now")
    legal_ref: Mapped[str] = field(Text, "entry of the dated list of laws")
    review_due: Mapped[date] = field(Date, "local date of the next review, within 12 months")
    recorded_at: Mapped[datetime] = moment("when it was loaded", server_default=NOW, info=COMPUTED)
    recorded_by: Mapped[int] = field(BigInteger, "account that loaded it", info=COMPUTED)

    @classmethod
    def constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold the forms that the register's rules name."""
        return (
            CheckConstraint("case_ref ~ '^[A-Z0-9-]{4,20}$'", name="case_ref"),
            CheckConstraint("char_length(address) <= 60", name="address"),
            one_of("basis", Basis),
            Index(None, "police_area_code"),
            Index(None, "review_due"),
        )
