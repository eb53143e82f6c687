"""What was computed of a campaign, as JSON: sentences' keys and numbers, sums, matched schools; no event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.campaign_counts import PeriodTotal
    from geo.campaign_effect import BeforeAfter, CampaignEffect, RingChange
    from geo.campaign_matching import Matching
    from geo.campaign_power import CampaignPower
    from geo.campaign_ratio import RateRatio


def report_power(power: CampaignPower, codes: Sequence[str]) -> dict[str, Any]:
    """Write down what a campaign could show.

    Parameters
    ----------
    power
        `geo.campaign_power.campaign_power`.
    codes
        Of the schools, in the order of the counts.
    """
    return {
        "verdict": str(power.verdict),
        "key": power.key,
        "params": power.params,
        "events_per_month": _number(power.events_per_month),
        "after_months": _number(power.after_months),
        "power_halved": _number(power.power_halved),
        "power_less_by_30": _number(power.power_less_by_30),
        "smallest_fall": _number(power.smallest_fall),
        "months_needed": power.months_needed,
        "dispersion": _number(power.dispersion),
        "matching": _matching(power.matching, codes),
    }


def report_effect(effect: CampaignEffect, codes: Sequence[str]) -> dict[str, Any]:
    """Write down what came of a campaign.

    Parameters
    ----------
    effect
        `geo.campaign_effect.campaign_effect`.
    codes
        Of the schools, in the order of the counts.
    """
    return {
        "verdict": str(effect.verdict),
        "key": effect.key,
        "params": effect.params,
        "treated": _both(effect.treated),
        "controls": _both(effect.controls),
        "expected_after": _number(effect.expected_after),
        "ratio": _ratio(effect.ratio),
        "power_halved": _number(effect.power_halved),
        "dispersion": _number(effect.dispersion),
        "ring": None if effect.ring is None else _ring(effect.ring),
        "matching": _matching(effect.matching, codes),
    }


def _number(value: float) -> float | None:
    """Write a number; none where it is unknown or has no end: JSON knows neither."""
    return float(round(value, 6)) if np.isfinite(value) else None


def _both(change: BeforeAfter) -> dict[str, Any]:
    return {"before": _total(change.before), "after": _total(change.after)}


def _total(total: PeriodTotal) -> dict[str, Any]:
    return {"events": total.events, "days": total.days, "per_month": _number(total.per_month)}


def _ratio(ratio: RateRatio) -> dict[str, Any]:
    return {"ratio": _number(ratio.ratio), "low": _number(ratio.low), "high": _number(ratio.high)}


def _ring(ring: RingChange) -> dict[str, Any]:
    return {
        "verdict": str(ring.verdict),
        "key": ring.key,
        "params": ring.params,
        "power_doubled": _number(ring.power_doubled),
        "ratio": _ratio(ring.ratio),
        **_both(ring.totals),
    }


def _matching(matching: Matching | None, codes: Sequence[str]) -> dict[str, Any] | None:
    """Name the pairs by their schools' codes; none where there are no pairs."""
    if matching is None or matching.pairs.empty:
        return None
    pairs = [
        {"treated": codes[treated], "control": codes[control], "distance": _number(distance),
         "is_same_stage": bool(is_same)}
        for treated, control, distance, is_same in matching.pairs.itertuples(index=False, name=None)
    ]  # fmt: skip
    balance = [
        {"feature": str(row.pop("feature")), **{name: _number(float(value)) for name, value in row.items()}}
        for row in matching.balance.to_dict("records")
    ]
    return {"pairs": pairs, "balance": balance}
