"""What came of a campaign, at its close.

Difference in differences of counts: treated schools after, against what matched controls and shrunk baselines
let expect. A fall is claimed at `geo.campaign_ratio.CLAIM_LEVEL`, one-sided, and only where a halved rate
would have been found with a probability of `geo.campaign_ratio.ENOUGH_POWER`: below it the verdict is that
the data are not enough, whatever the counts did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.campaign_comparison import Comparison, compare, ring_contrast
from geo.campaign_counts import PeriodTotal, check_counts, periods_between, plain_number, split_phases
from geo.campaign_ratio import ENOUGH_POWER, INTERVAL_SHARE, RateRatio, detection_power, rate_ratio
from geo.errors import CampaignShapeError
from geo.terms import CampaignLimit, CampaignVerdict, RingVerdict

if TYPE_CHECKING:
    from geo.arrays import Integers
    from geo.campaign_counts import CampaignDates, CampaignUnits, PeriodCounts, Phases
    from geo.campaign_matching import Matching

HALVED, DOUBLED = 0.5, 2.0


class BeforeAfter(NamedTuple):
    """A group's events before and after."""

    before: PeriodTotal
    after: PeriodTotal


@dataclass(frozen=True)
class RingChange:
    """What became of the ring of 500 to 1000 m.

    Attributes
    ----------
    totals
        Events before and after.
    ratio
        Ratio of rates to the controls', NaN where nothing can be compared.
    verdict
        ``rose`` where the interval lies above 1; ``not_enough_data`` where a doubling could be missed.
    power_doubled
        How probably a doubled rate would have been seen.
    """

    totals: BeforeAfter
    ratio: RateRatio
    verdict: RingVerdict
    power_doubled: float

    @property
    def key(self) -> str:
        """The catalogue's sentence."""
        return f"campaigns.ring.{self.verdict}"

    @property
    def params(self) -> dict[str, object]:
        """The numbers of the sentence."""
        return {"before": self.totals.before.events, "after": self.totals.after.events} | _percents(
            self.ratio
        )


@dataclass(frozen=True)
class CampaignEffect:
    """The answer.

    Attributes
    ----------
    verdict
        Effect, none seen, not enough data.
    limit
        What stands in the way of an answer, `None` where there is one.
    treated, controls
        Events before and after; of the controls, of the matched ones only.
    expected_after
        Events that the treated schools would have had after without a campaign, NaN without controls.
    ratio
        Ratio of rates after to what was expected, with its interval of `INTERVAL_SHARE`.
    power_halved
        How probably a halved rate would have been found; from days before, lengths and the general change.
    dispersion
        Variance by mean from month to month; the interval also allows for schools that drift.
    ring
        The ring, `None` where it was not counted.
    matching
        Pairs and balance, to be shown; `None` without days before.
    """

    verdict: CampaignVerdict
    limit: CampaignLimit | None
    treated: BeforeAfter
    controls: BeforeAfter
    expected_after: float
    ratio: RateRatio
    power_halved: float
    dispersion: float
    ring: RingChange | None
    matching: Matching | None

    @property
    def key(self) -> str:
        """The catalogue's sentence: the limit's where there is one."""
        return f"campaigns.limit.{self.limit}" if self.limit else f"campaigns.verdict.{self.verdict}"

    @property
    def params(self) -> dict[str, object]:
        """The numbers of the sentence: whole events, per cent."""
        return {
            "before": self.treated.before.events,
            "after": self.treated.after.events,
            "expected": plain_number(self.expected_after),
            "power": round(100 * self.power_halved),
            "enough": round(100 * ENOUGH_POWER),
            "share": round(100 * INTERVAL_SHARE),
        } | _percents(self.ratio)


def campaign_effect(
    counted: PeriodCounts, units: CampaignUnits, dates: CampaignDates, *, ring: Integers | None = None
) -> CampaignEffect:
    """Measure what came of a campaign.

    Parameters
    ----------
    counted
        Events by school and period: every school of the district, since all tell how far schools differ.
    units
        Which are treated, and what they are matched by.
    dates
        The days before and after.
    ring
        Events from 500 to 1000 m around the treated zones and in none of them, by period, shape (t,).

    Returns
    -------
    CampaignEffect
        With a limit, and without a ratio where there is none to be had.

    Raises
    ------
    CampaignShapeError, CampaignNumberError, CampaignOverlapError, CampaignDatesError
        Counts or dates that no campaign can have.
    """
    check_counts(counted, units)
    phases = split_phases(counted, dates)
    limit = _limit(phases, units)
    if limit in (CampaignLimit.NO_BEFORE, CampaignLimit.NO_TREATED):
        return _unanswered(limit, phases, units, _ring_totals(counted, dates, phases, ring))
    comparison = compare(phases, units)
    contrast, control_rows = comparison.contrast, comparison.matching.controls
    treated, controls = (_totals(phases, rows) for rows in (np.flatnonzero(units.is_treated), control_rows))
    ratio = rate_ratio(treated.after.events, controls.after.events, contrast)
    power = detection_power(contrast, comparison.change, HALVED)
    if limit is None and power < ENOUGH_POWER:
        limit = CampaignLimit.LOW_POWER
    return CampaignEffect(
        verdict=_verdict(limit, ratio),
        limit=limit,
        treated=treated,
        controls=controls,
        expected_after=_expected(controls, comparison),
        ratio=ratio,
        power_halved=power,
        dispersion=contrast.dispersion,
        ring=_ring_change(comparison, controls, _ring_totals(counted, dates, phases, ring)),
        matching=comparison.matching,
    )


def _limit(phases: Phases, units: CampaignUnits) -> CampaignLimit | None:
    faults = {
        CampaignLimit.NO_BEFORE: not phases.before_days,
        CampaignLimit.NO_TREATED: not units.is_treated.any(),
        CampaignLimit.NO_AFTER: not phases.after_days,
        CampaignLimit.NO_EVENTS: not phases.before[units.is_treated].any()
        and not phases.after[units.is_treated].any(),
        CampaignLimit.NO_CONTROLS: not units.is_candidate.any(),
    }
    return next((limit for limit, is_met in faults.items() if is_met), None)


def _verdict(limit: CampaignLimit | None, ratio: RateRatio) -> CampaignVerdict:
    if limit is not None:
        return CampaignVerdict.NOT_ENOUGH_DATA
    return CampaignVerdict.EFFECT if ratio.high < 1.0 else CampaignVerdict.NONE_SEEN


def _expected(controls: BeforeAfter, comparison: Comparison) -> float:
    contrast = comparison.contrast
    if not controls.after.days or contrast.control <= 0:
        return float("nan")
    return contrast.treated * controls.after.events / contrast.control


def _totals(phases: Phases, rows: Integers) -> BeforeAfter:
    return BeforeAfter(
        PeriodTotal(int(phases.before[rows].sum()), phases.before_days),
        PeriodTotal(int(phases.after[rows].sum()), phases.after_days),
    )


def _ring_totals(
    counted: PeriodCounts, dates: CampaignDates, phases: Phases, ring: Integers | None
) -> BeforeAfter | None:
    if ring is None:
        return None
    if ring.shape != counted.days.shape:
        raise CampaignShapeError
    before, after = (int(ring[periods_between(counted, *days)].sum()) for days in (dates[:2], dates[2:]))
    return BeforeAfter(PeriodTotal(before, phases.before_days), PeriodTotal(after, phases.after_days))


def _ring_change(
    comparison: Comparison, controls: BeforeAfter, totals: BeforeAfter | None
) -> RingChange | None:
    if totals is None:
        return None
    contrast = ring_contrast(comparison, totals.before.events)
    ratio = rate_ratio(totals.after.events, controls.after.events, contrast)
    power = detection_power(contrast, comparison.change, DOUBLED)
    verdict = RingVerdict.NO_RISE_SEEN if power >= ENOUGH_POWER else RingVerdict.NOT_ENOUGH_DATA
    # A rise that shows is said even where it might have been missed: silence would be the worse fault here.
    return RingChange(totals, ratio, RingVerdict.ROSE if ratio.low > 1.0 else verdict, power)


def _unanswered(
    limit: CampaignLimit, phases: Phases, units: CampaignUnits, ring: BeforeAfter | None
) -> CampaignEffect:
    """Say what was counted, and that nothing can be compared."""
    unknown = RateRatio(float("nan"), 0.0, float("inf"))
    return CampaignEffect(
        verdict=CampaignVerdict.NOT_ENOUGH_DATA,
        limit=limit,
        treated=_totals(phases, np.flatnonzero(units.is_treated)),
        controls=_totals(phases, np.empty(0, dtype=np.int64)),
        expected_after=float("nan"),
        ratio=unknown,
        power_halved=0.0,
        dispersion=float("nan"),
        ring=RingChange(ring, unknown, RingVerdict.NOT_ENOUGH_DATA, 0.0) if ring else None,
        matching=None,
    )


def _percents(ratio: RateRatio) -> dict[str, object]:
    """Write a ratio as changes in per cent with their signs; a dash for what is unknown or has no end."""
    names = {"change": ratio.ratio, "low": ratio.low, "high": ratio.high}
    return {name: f"{100 * (value - 1):+.0f}" if np.isfinite(value) else "-" for name, value in names.items()}
