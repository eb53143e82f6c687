"""A plan on the map: gates that it helps or harms, posts where it puts them; nothing of it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.spec import LegendEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

BETTER, WORSE = "w", "l"
MOVED, ADDED, REMOVED, HOURS, PICKED = "m", "a", "x", "h", "k"
KEY = "plan"
TITLE_KEY = "plan.legend.title"
LEGEND = (
    LegendEntry(BETTER, "plan.legend.better", "circle"),
    LegendEntry(WORSE, "plan.legend.worse", "diamond"),
    LegendEntry(MOVED, "plan.legend.moved", "circle"),
    LegendEntry(ADDED, "plan.legend.added", "shield"),
    LegendEntry(REMOVED, "plan.legend.removed", "cross"),
    LegendEntry(HOURS, "plan.legend.hours", "square"),
    LegendEntry(PICKED, "plan.legend.picked", "dot"),
)
DIGITS = 6

Point = tuple[float, float]
"""Longitude and latitude, degrees EPSG:4490."""


@dataclass(frozen=True, slots=True)
class Ghost:
    """A post as a plan has it.

    Parameters
    ----------
    post
        Its code; a click on the ghost names it.
    kind
        `MOVED`, `ADDED`, `REMOVED`, `HOURS`, or `PICKED`: a place that is chosen but not yet in the plan.
    at
        Where it stands then, or stood where it is removed.
    origin
        Where it stands today; None where it does not.
    """

    post: str
    kind: str
    at: Point
    origin: Point | None = None


def plan_base(say: Callable[[str], str]) -> dict[str, Any]:
    """Describe the legend of plans to the browser, once."""
    legend = [{"code": each.code, "shape": each.shape, "label": say(each.label_key)} for each in LEGEND]
    return {"key": KEY, "title": say(TITLE_KEY), "legend": legend}


def plan_paint(
    ghosts: Sequence[Ghost], gates: Mapping[int, str], *, chosen: Point | None, asks: str, picks: bool
) -> dict[str, Any]:
    """Say what a rerun shows of a plan.

    Parameters
    ----------
    ghosts
        Posts that the plan touches.
    gates
        `BETTER` or `WORSE` by gate; only those that change.
    chosen
        Where the post stands that the next change is about.
    asks
        ``post`` or ``place``: what the form waits for; its signs then lie on top.
    picks
        Whether a click on free ground gives a position.

    Returns
    -------
    dict
        JSON for ``browser/plan_map.js``.
    """
    return {
        "ghosts": [
            {"post": each.post, "kind": each.kind, "at": _rounded(each.at), "from": _rounded(each.origin)}
            for each in ghosts
        ],
        "gates": {str(gate): code for gate, code in gates.items()},
        "chosen": _rounded(chosen),
        "asks": asks,
        "picks": picks,
    }


def _rounded(point: Point | None) -> list[float] | None:
    """Keep the decimals that a post can be placed by."""
    return None if point is None else [round(degrees, DIGITS) for degrees in point]
