"""What the page looks at: ring, slot, kind of day, town and school, and the figures that follow from them.

Pure: frames in, frames and numbers out. Streamlit keeps the choices, `dashboard.queries` brings the frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geo.terms import UNNAMED, Metric, Slot
from layers import schools as school_layer

if TYPE_CHECKING:
    from collections.abc import Sequence

DIMMED = "9"
"""Code of a school outside the chosen town."""
FARTHEST = 5
M2_PER_HA = 10_000
DEFAULT_RING_M = 200


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at the district.

    Parameters
    ----------
    ring_m
        Distance from the boundary, m.
    slot, day_type
        Words of `geo.terms.Slot` and `geo.terms.DayType`.
    town
        Code of a town; None for all.
    metric
        Word of `geo.terms.Metric`.
    """

    ring_m: int
    slot: str
    day_type: str
    town: str | None = None
    metric: str = Metric.STRAIGHT


@dataclass(frozen=True, slots=True)
class Figures:
    """What the headline says; metres and square metres."""

    schools: int
    measured: int
    unreached: int
    median_nearest_m: float | None
    gap_area_m2: float
    no_posts_at_all: bool


def default_slot(slots: Sequence[str]) -> str:
    """Choose what to open with: the morning where it is known, else whatever there is."""
    known = [slot for slot in (Slot.MORNING_IN, Slot.ALL, *Slot) if slot in slots]
    return str(known[0]) if known else str(Slot.ALL)


def default_ring(rings: Sequence[int]) -> int:
    """Choose the ring to open with: 200 m where it is built, else the one in the middle."""
    if DEFAULT_RING_M in rings or not rings:
        return DEFAULT_RING_M
    return sorted(rings)[len(rings) // 2]


def told_apart(schools: pd.DataFrame, unnamed: str) -> pd.DataFrame:
    """Name schools so that each can be told from the others.

    Parameters
    ----------
    schools
        ``name, code``.
    unnamed
        What is said in the place of `geo.terms.UNNAMED`.

    Returns
    -------
    pandas.DataFrame
        The same rows; no name, and one that stands more than once, has the school's code behind it.
    """
    names = schools["name"]
    unclear = names.duplicated(keep=False) | (names == UNNAMED)
    said = names.replace(UNNAMED, unnamed)
    return schools.assign(name=said.where(~unclear, said + " · " + schools["code"]))


def school_table(schools: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """Put the figures of one view beside the schools, farthest post first.

    Parameters
    ----------
    schools
        ``id, code, name, stage, town_code, town_name, is_boundary_estimated``.
    coverage
        ``school_id, post_count, nearest_post_m, covered_share, gap_area_m2`` of one view.

    Returns
    -------
    pandas.DataFrame
        One row a school, ``gap_ha`` added. First those that no post is on duty for, then by distance; schools
        without a figure in this view come last.
    """
    figures = coverage.rename(columns={"school_id": "id"})
    table = schools.merge(figures, on="id", how="left", validate="one_to_one")
    table["gap_ha"] = table["gap_area_m2"] / M2_PER_HA
    unknown = table["covered_share"].isna()
    distance = table["nearest_post_m"].where(table["nearest_post_m"].notna(), float("inf"))
    order = pd.DataFrame(
        {"unknown": unknown, "distance": -distance, "gap": -table["gap_ha"], "code": table["code"]}
    )
    return table.loc[order.sort_values(list(order.columns)).index].reset_index(drop=True)


def in_town(table: pd.DataFrame, town: str | None) -> pd.DataFrame:
    """Keep the schools of one town; all where none is chosen."""
    return table if town is None else table[table["town_code"] == town].reset_index(drop=True)


def figures_of(table: pd.DataFrame) -> Figures:
    """Sum up a table of `school_table`."""
    measured = table[table["covered_share"].notna()]
    nearest = measured["nearest_post_m"]
    return Figures(
        schools=len(table),
        measured=len(measured),
        unreached=int((measured["post_count"] == 0).sum()),
        median_nearest_m=None if nearest.isna().all() else float(nearest.median()),
        gap_area_m2=float(measured["gap_area_m2"].sum()),
        no_posts_at_all=bool(len(measured) and nearest.isna().all()),
    )


def farthest(table: pd.DataFrame) -> pd.DataFrame:
    """Give the few schools whose nearest post on duty is farthest, or that have none."""
    return table[table["covered_share"].notna()].head(FARTHEST)


def codes_of(schools: pd.DataFrame, table: pd.DataFrame, town: str | None) -> str:
    """Give one code a school in the order of the map's features.

    Parameters
    ----------
    schools
        As the map has them.
    table
        `school_table` of the view, whatever its order.
    town
        Code of the chosen town; schools elsewhere are `DIMMED`.
    """
    counts = table.set_index("id")["post_count"].reindex(schools["id"])
    codes = school_layer.codes(counts)
    if town is None:
        return codes
    inside = (schools["town_code"] == town).tolist()
    return "".join(code if here else DIMMED for code, here in zip(codes, inside, strict=True))
