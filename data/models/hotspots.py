"""The columns of the hotspot tables of `out`; the view `out.hotspot` joins them to one row a hexagon.

A hexagon without events in its neighbourhood has the same figures as every other one with as many neighbours.
So these stand once a period and category, and only hexagons near events have rows of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from geoalchemy2 import WKBElement
from sqlalchemy import CheckConstraint, Double, Integer, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from data.models.base import field, one_of, shape
from geo.terms import HotspotClass

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem


class HotspotGridRows:
    """The hexagons in which a district's events were counted, and how well their places are known."""

    __tablename__ = "hotspot_grid"
    own_key = ("epsg", "radius_m")

    epsg: Mapped[int] = field(Integer, "metric CRS whose grid it is; grids of two do not join")
    radius_m: Mapped[int] = field(Integer, "circumradius of the hexagons, m")
    cells: Mapped[int] = field(Integer, "hexagons in all, empty ones included")
    events: Mapped[int] = field(Integer, "events that were counted")
    measures: Mapped[dict[str, Any]] = field(
        JSONB, "rounded positions and the finest grid that makes sense; how well one period foretold the next"
    )


class HotspotCellRows:
    """A hexagon of the grid."""

    __tablename__ = "hotspot_cell"
    own_key = ("cell_id",)

    cell_id: Mapped[str] = field(Text, "hexagon, the same for ever")
    epsg: Mapped[int] = field(Integer, "metric CRS whose grid it is of")
    neighbourhood: Mapped[int] = field(SmallInteger, "hexagons of its neighbourhood, itself included, 1 to 7")
    geom: Mapped[WKBElement] = shape("POLYGON", "the hexagon, EPSG:4490")


class HotspotPeriodRows:
    """A period and category that has events: their number, and what hexagons without any nearby have."""

    __tablename__ = "hotspot_period"
    own_key = ("epsg", "period", "category")

    epsg: Mapped[int] = field(Integer, "metric CRS whose grid it is of")
    period: Mapped[str] = field(Text, "YYYY or YYYY-MM")
    category: Mapped[str] = field(Text, "category of event, or all")
    events: Mapped[int] = field(Integer, "events in all")
    empty_expected: Mapped[list[float]] = field(
        ARRAY(Double), "events expected in a neighbourhood of 1 to 7 hexagons"
    )
    empty_z: Mapped[list[float | None]] = field(
        ARRAY(Double), "Gi* of a neighbourhood of 1 to 7 hexagons without events"
    )
    measures: Mapped[dict[str, Any]] = field(
        JSONB, "concentration, clusters and change against the same period of the year before"
    )

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Hold the period's form."""
        return (CheckConstraint(r"period ~ '^\d{4}(-\d{2})?$'", name="period"),)


class HotspotSumRows:
    """A hexagon in whose neighbourhood there are events of a period and category."""

    __tablename__ = "hotspot_sum"
    own_key = ("period", "category", "cell_id")

    period: Mapped[str] = field(Text, "YYYY or YYYY-MM")
    category: Mapped[str] = field(Text, "category of event, or all")
    cell_id: Mapped[str] = field(Text, "hexagon, the same for ever")
    count: Mapped[int] = field(Integer, "events in the hexagon")
    expected: Mapped[float] = field(Double, "events expected in its neighbourhood")
    z: Mapped[float | None] = field(Double, "analytic Gi*; empty where it is not defined")
    p: Mapped[float] = field(Double, "exact binomial tail of the neighbourhood sum, given the total")
    q: Mapped[float] = field(Double, "p after Benjamini-Hochberg over all hexagons")
    class_: Mapped[str] = field(Text, "what the map shows of it", name="class")

    @classmethod
    def own_constraints(cls) -> tuple[SchemaItem, ...]:
        """Close the classes."""
        return (one_of("class", HotspotClass),)


class EventDensityRows:
    """The smoothed density of a year's events in a hexagon; none under a hundredth of the peak."""

    __tablename__ = "event_density"
    own_key = ("period", "cell_id")

    period: Mapped[str] = field(Text, "YYYY")
    cell_id: Mapped[str] = field(Text, "hexagon, the same for ever")
    density: Mapped[float] = field(Double, "events per km2 and year, smoothed")


class View(NamedTuple):
    """A published table that the database joins when it is read."""

    name: str
    comment: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, str, str], ...]
    """Name, type and meaning of each."""


HOTSPOT = View(
    "hotspot",
    "Events of one period and category in one hexagon and its neighbourhood: every hexagon of the grid, also "
    "where there are none, for every period and category that has events.",
    ("district_code", "cell_id", "period", "category"),
    (
        ("district_code", "text", "district, or unassigned; the partition"),
        ("cell_id", "text", "hexagon, the same for ever"),
        ("period", "text", "YYYY or YYYY-MM"),
        ("category", "text", "category of event, or all"),
        ("count", "integer", "events in the hexagon"),
        ("expected", "double precision", "events expected in its neighbourhood"),
        ("z", "double precision", "analytic Gi*; empty where it is not defined"),
        ("p", "double precision", "exact binomial tail of the neighbourhood sum, given the total"),
        ("q", "double precision", "p after Benjamini-Hochberg over all hexagons"),
        ("class", "text", "what the map shows of it; one of `hot`, `not_significant`"),
        ("geom", "geometry(polygon, 4490)", "the hexagon, EPSG:4490"),
        ("run_id", "bigint", "run that wrote it"),
    ),
)
