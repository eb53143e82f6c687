"""What a campaign could show: held to draws, and to common sense."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from data.messages import LANGS, text
from geo.campaign_counts import CampaignUnits, PeriodCounts
from geo.campaign_power import LONGEST_MONTHS, CampaignPower, campaign_power
from geo.campaign_ratio import ENOUGH_POWER, Contrast, detection_power, rate_ratio
from geo.errors import CampaignDatesError
from geo.terms import CampaignLimit, PowerVerdict
from tests.properties.campaign_districts import Kind, campaign, scattered


def power_of(kind: Kind, after_days: int, seed: int = 1) -> CampaignPower:
    counted, units, dates = campaign(kind, seed)
    return campaign_power(
        counted, units, before_from=dates.before_from, start=dates.start, after_days=after_days
    )


@pytest.mark.parametrize("ratio", [0.5, 0.7, 1.6, 2.0])
@pytest.mark.parametrize("dispersion", [1.0, 2.5])
def test_the_stated_power_is_the_share_of_draws_that_are_claimed(ratio: float, dispersion: float) -> None:
    contrast = Contrast(treated=120.0, control=400.0, variance=0.012, dispersion=dispersion, freedom=500.0)
    chance, change, draws = np.random.default_rng(7), 0.4, 1500
    logs = chance.normal(0.0, contrast.variance**0.5, draws)
    treated = scattered(chance, ratio * change * contrast.treated * np.exp(logs), dispersion)
    control = scattered(chance, np.full(draws, change * contrast.control), dispersion)
    found = [rate_ratio(int(a), int(c), contrast) for a, c in zip(treated, control, strict=True)]
    claimed = np.mean([one.high < 1.0 if ratio < 1.0 else one.low > 1.0 for one in found])
    assert detection_power(contrast, change, ratio) == pytest.approx(claimed, abs=0.05)


@pytest.mark.parametrize("dispersion", [1.0, 3.0])
def test_longer_campaigns_and_greater_falls_show_more(dispersion: float) -> None:
    answers = [power_of(Kind(dispersion, mean=0.5), days) for days in (30, 60, 120, 240, 480)]
    halved = [one.power_halved for one in answers]
    # Counts are whole: power goes up in small steps and slips a little between them.
    assert (np.diff(halved) > -0.03).all()
    assert halved[-1] > halved[0]
    assert all(one.power_halved >= one.power_less_by_30 for one in answers)
    falls = [one.smallest_fall for one in answers if np.isfinite(one.smallest_fall)]
    assert falls == sorted(falls, reverse=True)


def test_the_smallest_fall_and_the_months_needed_are_where_power_is_enough() -> None:
    answer = power_of(Kind(mean=0.3), 60)
    assert answer.verdict is PowerVerdict.NOT_SHOWABLE
    assert answer.months_needed is not None
    assert answer.months_needed > 2
    longer = power_of(Kind(mean=0.3), round(answer.months_needed * 30.4375))
    assert longer.verdict is PowerVerdict.SHOWABLE
    assert longer.smallest_fall <= 0.5 + 1e-6
    assert longer.power_halved >= ENOUGH_POWER


def test_three_events_a_month_show_nothing_in_two_months() -> None:
    counts = np.zeros((60, 24), dtype=np.int64)
    counts[:6] = np.random.default_rng(1).poisson(0.5, (6, 24))
    counts[6:] = np.random.default_rng(2).poisson(0.4, (54, 24))
    starts = (np.datetime64("2024-01", "M") + np.arange(25)).astype("datetime64[D]")
    units = CampaignUnits(
        np.arange(60) < 6, np.where(np.arange(60) < 6, 0.0, 3000.0), np.full(60, 800.0),
        np.full(60, "primary", dtype=object),
    )  # fmt: skip
    answer = campaign_power(
        PeriodCounts(counts, starts[:-1], np.diff(starts).astype(np.int64)), units,
        before_from=dt.date(2024, 1, 1), start=dt.date(2026, 1, 1), after_days=61,
    )  # fmt: skip
    assert answer.events_per_month == pytest.approx(3.0, abs=0.7)
    assert answer.verdict is PowerVerdict.NOT_SHOWABLE
    assert answer.power_halved < 0.5
    words = text(answer.key, "en", **answer.params)
    assert "events a month: no result can be shown in 2 months" in words
    assert "起" in text(answer.key, "zh", **answer.params)


def test_what_no_length_could_show_is_said() -> None:
    answer = power_of(Kind(3.0, mean=0.005), 60)
    assert answer.limit is not None or answer.months_needed is None
    counted, units, dates = campaign(Kind(3.0, mean=0.05, is_chosen=False), 8)
    answer = campaign_power(counted, units, before_from=dates.before_from, start=dates.start, after_days=60)
    assert answer.months_needed is None
    assert str(LONGEST_MONTHS) in text(answer.key, "en", **answer.params)


@pytest.mark.parametrize(
    "limit",
    [CampaignLimit.NO_BEFORE, CampaignLimit.NO_TREATED, CampaignLimit.NO_CONTROLS, CampaignLimit.NO_EVENTS],
)
def test_what_cannot_be_compared_is_said(limit: CampaignLimit) -> None:
    counted, units, dates = campaign(Kind(), 1)
    first = dates.start if limit is CampaignLimit.NO_BEFORE else dates.before_from
    if limit is CampaignLimit.NO_TREATED:
        units = dataclasses.replace(units, is_treated=np.zeros(120, dtype=bool))
    if limit is CampaignLimit.NO_CONTROLS:
        units = dataclasses.replace(units, zone_distance_m=np.zeros(120))
    if limit is CampaignLimit.NO_EVENTS:
        counted = dataclasses.replace(counted, counts=counted.counts * 0)
    answer = campaign_power(counted, units, before_from=first, start=dates.start, after_days=60)
    assert (answer.verdict, answer.limit) == (PowerVerdict.NOT_COMPARABLE, limit)
    assert answer.power_halved == 0.0
    assert all(text(answer.key, lang, **answer.params | {"before": 0, "after": 0}) for lang in LANGS)


def test_a_campaign_of_no_days_is_refused() -> None:
    with pytest.raises(CampaignDatesError):
        power_of(Kind(), 0)
