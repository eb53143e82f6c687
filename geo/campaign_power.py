"""What a campaign could show at all, before it begins.

The comparison that will be made at its close (`geo.campaign_effect`) is made ready from the history:
baselines, matched controls, how far counts scatter. Which changes it would find then follows without waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.campaign_comparison import compare
from geo.campaign_counts import MONTH_DAYS, CampaignDates, check_counts, plain_number, split_phases
from geo.campaign_effect import HALVED
from geo.campaign_ratio import ENOUGH_POWER, Contrast, detection_power
from geo.errors import CampaignDatesError
from geo.terms import CampaignLimit, PowerVerdict

if TYPE_CHECKING:
    import datetime as dt

    from geo.campaign_counts import CampaignUnits, PeriodCounts, Phases
    from geo.campaign_matching import Matching

LESS_BY_30 = 0.7
LONGEST_MONTHS = 36
"""Longer campaigns are not planned: whoever needs more is told so."""
_HALVINGS = 20


@dataclass(frozen=True)
class CampaignPower:
    """The answer.

    Attributes
    ----------
    verdict
        ``showable`` where a halved rate would be found with a probability of `ENOUGH_POWER`;
        ``not_comparable`` where there is no comparison at all.
    limit
        Why there is none, else `None`.
    events_per_month
        In the treated schools, in the days before.
    after_months
        Planned length.
    power_halved, power_less_by_30
        How probably a fall of 50 and of 30 per cent would be found.
    smallest_fall
        The smallest fall found with a probability of `ENOUGH_POWER`, as a share; NaN where even the end of
        all events would not be.
    months_needed
        Whole months after which a halved rate would be found, `None` beyond `LONGEST_MONTHS`.
    dispersion
        Variance by mean that all this allows for.
    matching
        The controls as they would be chosen today; `None` without a comparison.
    """

    verdict: PowerVerdict
    limit: CampaignLimit | None
    events_per_month: float
    after_months: float
    power_halved: float
    power_less_by_30: float
    smallest_fall: float
    months_needed: int | None
    dispersion: float
    matching: Matching | None

    @property
    def key(self) -> str:
        """The catalogue's sentence."""
        if self.limit is not None:
            return f"campaigns.limit.{self.limit}"
        if self.verdict is PowerVerdict.NOT_SHOWABLE and self.months_needed is None:
            return "campaigns.power.never_showable"
        return f"campaigns.power.{self.verdict}"

    @property
    def params(self) -> dict[str, object]:
        """The numbers of the sentence."""
        return {
            "events": plain_number(self.events_per_month),
            "months": plain_number(self.after_months),
            "power": round(100 * self.power_halved),
            "fall": plain_number(round(100 * self.smallest_fall, 0)),
            "needed": self.months_needed or "-",
            "longest": LONGEST_MONTHS,
        }


def campaign_power(
    counted: PeriodCounts, units: CampaignUnits, *, before_from: dt.date, start: dt.date, after_days: int
) -> CampaignPower:
    """Compute what a campaign could show.

    Parameters
    ----------
    counted
        Events by school and period up to now, every school of the district.
    units
        Which are to be treated, and what they are matched by.
    before_from, start
        The days that will count as before it: [before_from, start). Of days to come nothing is counted yet.
    after_days
        Planned days that count after, at least 1. Counts after are taken to be those before in proportion:
        the season is not foreseen.

    Returns
    -------
    CampaignPower
        With a limit where nothing can be compared.

    Raises
    ------
    CampaignShapeError, CampaignNumberError, CampaignOverlapError, CampaignDatesError
        Counts or dates that no campaign can have.
    """
    if after_days < 1:
        raise CampaignDatesError
    check_counts(counted, units)
    phases = split_phases(counted, CampaignDates(before_from, start, start, start))
    events = float(phases.before[units.is_treated].sum())
    per_month = events / phases.before_days * MONTH_DAYS if phases.before_days else 0.0
    limit = _limit(phases, units)
    if limit is not None:
        return _incomparable(limit, per_month, after_days)
    comparison = compare(phases, units)
    contrast, change = comparison.contrast, after_days / phases.before_days
    power = detection_power(contrast, change, HALVED)
    return CampaignPower(
        verdict=PowerVerdict.SHOWABLE if power >= ENOUGH_POWER else PowerVerdict.NOT_SHOWABLE,
        limit=None,
        events_per_month=per_month,
        after_months=after_days / MONTH_DAYS,
        power_halved=power,
        power_less_by_30=detection_power(contrast, change, LESS_BY_30),
        smallest_fall=_smallest_fall(contrast, change),
        months_needed=_months_needed(contrast, phases.before_days),
        dispersion=contrast.dispersion,
        matching=comparison.matching,
    )


def _limit(phases: Phases, units: CampaignUnits) -> CampaignLimit | None:
    faults = {
        CampaignLimit.NO_BEFORE: not phases.before_days,
        CampaignLimit.NO_TREATED: not units.is_treated.any(),
        CampaignLimit.NO_EVENTS: not phases.before[units.is_treated].any(),
        CampaignLimit.NO_CONTROLS: not units.is_candidate.any(),
    }
    return next((limit for limit, is_met in faults.items() if is_met), None)


def _smallest_fall(contrast: Contrast, change: float) -> float:
    """Find the least fall that is found often enough, by halving: greater falls are found more often."""
    least, most = 0.0, 1.0 - 1e-6
    if detection_power(contrast, change, 1.0 - most) < ENOUGH_POWER:
        return float("nan")
    for _ in range(_HALVINGS):
        middle = (least + most) / 2.0
        is_found = detection_power(contrast, change, 1.0 - middle) >= ENOUGH_POWER
        least, most = (least, middle) if is_found else (middle, most)
    return most


def _months_needed(contrast: Contrast, before_days: int) -> int | None:
    months = range(1, LONGEST_MONTHS + 1)
    enough = (
        month
        for month in months
        if detection_power(contrast, month * MONTH_DAYS / before_days, HALVED) >= ENOUGH_POWER
    )
    return next(enough, None)


def _incomparable(limit: CampaignLimit, per_month: float, after_days: int) -> CampaignPower:
    return CampaignPower(
        verdict=PowerVerdict.NOT_COMPARABLE,
        limit=limit,
        events_per_month=per_month,
        after_months=after_days / MONTH_DAYS,
        power_halved=0.0,
        power_less_by_30=0.0,
        smallest_fall=float("nan"),
        months_needed=None,
        dispersion=float("nan"),
        matching=None,
    )
