"""The gates of the schools: how far they are guarded, or how soon help is there, told by sign and colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.terms import GuardReason, ResponseReason
from layers.spec import AT_SCHOOLS, Draw, LayerSpec, LegendEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

PLAIN = ""
"""Code of the legend's line for gates without a code."""
COVERED, PARTLY, SHARED, UNCOVERED, UNKNOWN = "c", "p", "s", "u", "n"
"""Codes: guarded all the time; for a part; the post stands at another gate; nobody; nobody can say."""
TIERS = ("1", "2", "3")
"""Codes: help comes within the first tier; within one between; within the last."""
LATE, CUT_OFF, NO_POST, NO_ANSWER = "l", "r", "o", "m"
"""Codes: later than any tier; by no road; there is no post; nobody can say."""
NOT_ASKED, DIMMED = "x", "9"
"""Codes: the gate has no bell in this slot; it is not among those that are looked at."""
GUARD_LINES = (UNCOVERED, PARTLY, SHARED, COVERED, UNKNOWN, NOT_ASKED)
RESPONSE_LINES = (*TIERS, LATE, CUT_OFF, NO_POST, NO_ANSWER, NOT_ASKED)

SPEC = LayerSpec(
    key="gate",
    url="/layers/gate?v={version}",
    id_column="id",
    title_key="layers.gate.title",
    columns=("name", "is_main", "is_estimated", "school_code", "school_name"),
    legend=(
        LegendEntry(PLAIN, "layers.gate.gate", "gate"),
        LegendEntry(UNCOVERED, "command.map.uncovered", "cross"),
        LegendEntry(PARTLY, "command.map.partly", "half"),
        LegendEntry(SHARED, "command.map.shared", "bow"),
        LegendEntry(COVERED, "command.map.covered", "circle"),
        LegendEntry(UNKNOWN, "command.map.unknown", "hollow"),
        LegendEntry(TIERS[0], "command.map.tier_first", "circle"),
        LegendEntry(TIERS[1], "command.map.tier_between", "square"),
        LegendEntry(TIERS[2], "command.map.tier_last", "half"),
        LegendEntry(LATE, "command.map.late", "cross"),
        LegendEntry(CUT_OFF, "command.map.cut_off", "bow"),
        LegendEntry(NO_POST, "command.map.no_post", "diamond"),
        LegendEntry(NO_ANSWER, "command.map.unknown", "hollow"),
        LegendEntry(NOT_ASKED, "command.map.not_asked", "dot"),
    ),
    roles=AT_SCHOOLS,
    draw=Draw.GLYPH,
    is_shaped_by_code=True,
    min_zoom=14,
)


def guard_codes(table: pd.DataFrame) -> list[str]:
    """Say how far each gate is guarded.

    Parameters
    ----------
    table
        ``uncovered_min`` (missing where nobody can say), ``required_min``, ``guard_reason``; a row a gate.

    Returns
    -------
    list of str
        One of `GUARD_LINES` a row.
    """
    minutes = table["uncovered_min"].to_numpy(dtype=float, na_value=np.nan)
    required = table["required_min"].to_numpy(dtype=float)
    is_shared = (table["guard_reason"] == GuardReason.SHARED_ELSEWHERE).to_numpy(dtype=bool)
    cases = [np.isnan(minutes), minutes <= 0, is_shared, minutes >= required]
    found: list[str] = np.select(cases, [UNKNOWN, COVERED, SHARED, UNCOVERED], default=PARTLY).tolist()
    return found


def response_codes(table: pd.DataFrame, tiers_min: Sequence[float]) -> list[str]:
    """Say how soon help is at each gate.

    Parameters
    ----------
    table
        ``tier`` (minutes), ``response_reason``; a row a gate.
    tiers_min
        The tiers, ascending, minutes.

    Returns
    -------
    list of str
        One of `RESPONSE_LINES` a row.
    """
    words = {
        ResponseReason.TOO_FAR: LATE, ResponseReason.UNREACHABLE: CUT_OFF, ResponseReason.NO_POST: NO_POST,
        ResponseReason.NO_DATA: NO_ANSWER,
    }  # fmt: skip
    tier = table["tier"].to_numpy(dtype=float, na_value=np.nan)
    within = np.select(
        [tier <= tiers_min[0], tier < tiers_min[-1], ~np.isnan(tier)], list(TIERS), default=LATE
    )
    return [
        words.get(reason, str(code))
        for reason, code in zip(table["response_reason"], within.tolist(), strict=True)
    ]


def in_order(ids: pd.Series, found: dict[int, str]) -> str:
    """Put the codes of gates into the order of the layer's features; `NOT_ASKED` for those without.

    Parameters
    ----------
    ids
        Gate ids as the features have them.
    found
        Code by gate id.
    """
    return "".join(found.get(int(number), NOT_ASKED) for number in ids)
