"""A plan, laid out for the map: its posts' ghosts, the gates that it helps or harms, the next change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import streamlit as st

from dashboard import plan_clicks
from dashboard.view_ledger import POLICE, RESPONSE
from geo.arrays import points_of
from geo.crs import to_storage
from geo.plan_changes import AddPost, MovePost, RemovePost
from layers.plan import ADDED, BETTER, HOURS, MOVED, PICKED, REMOVED, WORSE, Ghost, plan_paint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from dashboard.plan_queries import District
    from geo.errors import CampusError
    from geo.ledger_difference import Difference
    from geo.plan_changes import Change
    from layers.plan import Point

_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Considered:
    """A district with a plan that nobody has saved.

    Parameters
    ----------
    district
        As it is.
    changes
        The plan's.
    told
        What they do; None where there are none, or they do not fit.
    problem
        Why they do not fit.
    """

    district: District
    changes: tuple[Change, ...] = ()
    told: Difference | None = None
    problem: CampusError | None = None


def plan_state(plan: Considered, mode: str, force: str, gate_id: int | None) -> dict[str, Any]:
    """Say what the map shows of a plan.

    Parameters
    ----------
    plan
        The plan.
    mode, force
        What the page is about: gates are told apart by their minutes, or by how soon help comes.
    gate_id
        The selected gate.
    """
    homes = post_places(plan.district)
    ghosts = ghosts_of(plan.changes, homes)
    now = {each.post: each.at for each in ghosts if each.kind != REMOVED}
    kind, code = plan_clicks.kind(), str(st.session_state.get(plan_clicks.POST))
    chosen = None if kind == plan_clicks.ADD else now.get(code) or homes.get(code)
    needs_place = kind in plan_clicks.NEEDS_PLACE
    target = _target(plan.district, gate_id) if needs_place else None
    if target is not None and (chosen is not None or kind == plan_clicks.ADD):
        ghosts = [*ghosts, Ghost("", PICKED, target, chosen)]
    gates = {} if plan.told is None else changed_gates(plan.told.gates, mode, force)
    asks = "post" if chosen is None and kind != plan_clicks.ADD else "place"
    return plan_paint(ghosts, gates, chosen=chosen, asks=asks, picks=needs_place and asks == "place")


def post_places(district: District) -> dict[str, Point]:
    """Give where the posts stand today, degrees EPSG:4490, by code."""
    posts = district.desk.facts.posts
    there = shapely.get_coordinates(to_storage(points_of(posts), district.desk.epsg))
    return {
        str(code): (float(lon), float(lat))
        for code, (lon, lat) in zip(posts["post_code"], there, strict=True)
    }


def ghosts_of(changes: Sequence[Change], homes: Mapping[str, Point]) -> list[Ghost]:
    """Fold changes, made one after the other, into one ghost a post.

    Parameters
    ----------
    changes
        In order.
    homes
        Where the posts stand today; what a plan itself added stands in none of them.
    """
    found: dict[str, Ghost] = {}
    for change in changes:
        code, before, home = change.code, found.get(change.code), homes.get(change.code)
        if isinstance(change, AddPost):
            found[code] = Ghost(code, ADDED, (change.lon, change.lat))
        elif isinstance(change, MovePost):
            at = (change.lon, change.lat)
            is_new = before is not None and before.kind == ADDED
            found[code] = Ghost(code, ADDED, at) if is_new else Ghost(code, MOVED, at, home)
        elif isinstance(change, RemovePost):
            if home is None:
                found.pop(code, None)
            else:
                found[code] = Ghost(code, REMOVED, home)
        elif before is None and home is not None:
            found[code] = Ghost(code, HOURS, home)
    return [replace(each, origin=None) if each.origin == each.at else each for each in found.values()]


def changed_gates(gates: pd.DataFrame, mode: str, force: str) -> dict[int, str]:
    """Tell gates that a plan helps from those that it harms, in what the page is about.

    Parameters
    ----------
    gates
        `geo.ledger_difference.Difference.gates`; a missing time is that of nobody.
    mode, force
        Words of `dashboard.view_ledger`.
    """
    if mode == RESPONSE:
        name = "response_s"
    else:
        name = "uncovered_police_min" if force == POLICE else "uncovered_min"
    before, after = (
        np.nan_to_num(gates[f"{name}_{side}"].to_numpy(dtype=np.float64), nan=1e9)
        for side in ("before", "after")
    )
    return {
        int(gate): BETTER if grown < 0 else WORSE
        for gate, grown in zip(gates["gate_id"], after - before, strict=True)
        if abs(grown) > _LEAST
    }


def _target(district: District, gate_id: int | None) -> Point | None:
    """Give the place that the form names: its gate, else its position."""
    key, picked = plan_clicks.gate_key(gate_id), st.session_state.get(plan_clicks.PICKED)
    gate = st.session_state.get(key, None if picked is not None else gate_id)
    if gate is not None:
        rows = district.gates[district.gates["gate_id"] == gate]
        if len(rows):
            return float(rows["lon"].iloc[0]), float(rows["lat"].iloc[0])
    return plan_clicks.position_of(st.session_state.get(plan_clicks.POSITION)) or picked
