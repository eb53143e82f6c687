"""What came of a campaign: held to a model of statsmodels, and honest where there is nothing to hold."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from data.messages import LANGS, sentence, text
from geo.campaign_counts import CampaignDates, CampaignUnits, PeriodCounts
from geo.campaign_effect import CampaignEffect, campaign_effect
from geo.campaign_ratio import critical_score
from geo.errors import (
    CampaignDatesError,
    CampaignNumberError,
    CampaignOverlapError,
    CampaignShapeError,
    GeoError,
)
from geo.terms import CampaignLimit, CampaignVerdict, RingVerdict
from tests.properties.campaign_districts import Kind, campaign, scattered
from tests.references.effect_by_glm import difference_in_differences

SEEDS = range(6)
DAY = dt.timedelta(days=1)


def said(effect: CampaignEffect) -> str:
    texts = [text(effect.key, lang, **effect.params) for lang in LANGS]
    assert all(texts)
    return texts[1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dispersion", [1.0, 2.0])
def test_with_plenty_of_events_it_is_the_quasi_poisson_model(seed: int, dispersion: float) -> None:
    """Schools that differ by far more than chance are not shrunk: then the two models are the same."""
    counted, units, dates = campaign(Kind(is_chosen=False), seed)
    chance = np.random.default_rng(seed)
    rates = chance.uniform(60.0, 900.0, len(units.is_treated))
    means = rates[:, None] * np.where(np.arange(18) < 12, 1.0, 1.2)
    means[np.ix_(units.is_treated, np.arange(18) >= 12)] *= 0.8
    counted = dataclasses.replace(counted, counts=scattered(chance, means, dispersion))
    effect = campaign_effect(counted, units, dates)
    assert effect.matching is not None
    rows = np.concatenate([np.flatnonzero(units.is_treated), effect.matching.controls])
    fit = difference_in_differences(
        counted.counts[rows, :12], counted.counts[rows, 12:], units.is_treated[rows]
    )
    assert effect.ratio.ratio == pytest.approx(fit.ratio, rel=0.003)
    error = np.log(effect.ratio.high / effect.ratio.low) / (2 * critical_score(1e6))
    assert error == pytest.approx(fit.error, rel=0.25)
    assert effect.dispersion == pytest.approx(fit.dispersion, rel=0.15)


def test_what_was_counted_is_said_as_it_was() -> None:
    counted, units, dates = campaign(Kind(), 3)
    effect = campaign_effect(counted, units, dates)
    treated = counted.counts[units.is_treated]
    assert effect.treated.before.events == treated[:, :12].sum()
    assert effect.treated.after.events == treated[:, 12:].sum()
    assert effect.treated.before.days == (dates.start - dates.before_from).days
    assert effect.treated.before.per_month == pytest.approx(treated[:, :12].sum() / 12, rel=0.002)
    assert effect.matching is not None
    assert effect.controls.after.events == counted.counts[effect.matching.controls, 12:].sum()
    assert effect.ratio.ratio == pytest.approx(effect.treated.after.events / effect.expected_after)
    assert effect.ratio.low < effect.ratio.ratio < effect.ratio.high


def test_a_period_that_lies_across_a_date_counts_as_neither() -> None:
    counted, units, dates = campaign(Kind(), 3)
    later = dates._replace(start=dates.start + DAY, after_from=dates.after_from + DAY)
    effect = campaign_effect(counted, units, later)
    assert effect.treated.after.days == sum(counted.days[13:])
    assert effect.treated.after.events == counted.counts[units.is_treated, 13:].sum()
    assert effect.treated.before == campaign_effect(counted, units, dates).treated.before


def test_days_and_months_say_the_same() -> None:
    counted, units, dates = campaign(Kind(2.0), 5)
    chance = np.random.default_rng(1)
    daily = [
        [chance.multinomial(count, np.full(days, 1 / days)) for count in counted.counts[:, month]]
        for month, days in enumerate(counted.days)
    ]
    days = np.arange(counted.starts[0], counted.starts[0] + counted.days.sum())
    by_day = PeriodCounts(np.concatenate(daily, axis=1), days, np.ones(len(days), dtype=np.int64))
    months, same = campaign_effect(counted, units, dates), campaign_effect(by_day, units, dates)
    assert same.treated == months.treated
    assert same.ratio == months.ratio
    assert same.dispersion == months.dispersion


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_schools_means_nothing(seed: int) -> None:
    counted, units, dates = campaign(Kind(2.0), seed)
    order = np.random.default_rng(seed).permutation(len(units.pupils))
    moved = CampaignUnits(
        units.is_treated[order], units.zone_distance_m[order], units.pupils[order], units.stage[order]
    )
    other = campaign_effect(dataclasses.replace(counted, counts=counted.counts[order]), moved, dates)
    assert other.ratio == pytest.approx(campaign_effect(counted, units, dates).ratio)


def limited(limit: CampaignLimit) -> CampaignEffect:
    counted, units, dates = campaign(Kind(dispersion=1.5), 1)
    treated = units.is_treated
    match limit:
        case CampaignLimit.NO_BEFORE:
            dates = dates._replace(before_from=dates.start)
        case CampaignLimit.NO_AFTER:
            dates = dates._replace(after_to=dates.after_from)
        case CampaignLimit.NO_TREATED:
            units = dataclasses.replace(units, is_treated=np.zeros_like(treated))
        case CampaignLimit.NO_CONTROLS:
            units = dataclasses.replace(units, zone_distance_m=np.where(treated, 0.0, 999.9))
        case CampaignLimit.NO_EVENTS:
            counted = dataclasses.replace(counted, counts=np.where(treated[:, None], 0, counted.counts))
        case CampaignLimit.LOW_POWER:
            counted = dataclasses.replace(counted, counts=np.minimum(counted.counts // 3, 1))
            dates = dates._replace(after_to=dates.after_from + 31 * DAY)
    return campaign_effect(counted, units, dates, ring=np.ones(18, dtype=np.int64))


@pytest.mark.parametrize("limit", CampaignLimit)
def test_nothing_to_judge_by_is_said_for_what_it_is(limit: CampaignLimit) -> None:
    effect = limited(limit)
    assert (effect.verdict, effect.limit) == (CampaignVerdict.NOT_ENOUGH_DATA, limit)
    assert said(effect).startswith("Not enough data")
    assert effect.ring is not None
    assert effect.ring.verdict is not RingVerdict.ROSE
    assert text(effect.ring.key, "en", **effect.ring.params)


def test_without_controls_before_and_after_are_still_given() -> None:
    effect = limited(CampaignLimit.NO_CONTROLS)
    assert effect.treated.before.events > 0 < effect.treated.after.events
    assert np.isnan(effect.ratio.ratio)
    assert effect.controls.after.events == 0


def test_a_district_without_any_event_or_school_is_answered() -> None:
    counted, units, dates = campaign(Kind(), 1)
    none = campaign_effect(dataclasses.replace(counted, counts=counted.counts * 0), units, dates)
    assert none.limit is CampaignLimit.NO_EVENTS
    nobody = CampaignUnits(
        *(part[:0] for part in (units.is_treated, units.pupils, units.pupils, units.stage))
    )
    empty = campaign_effect(dataclasses.replace(counted, counts=counted.counts[:0]), nobody, dates)
    assert empty.limit is CampaignLimit.NO_TREATED


def test_a_single_period_before_is_no_ground_for_a_claim_of_chance_alone() -> None:
    counted, units, dates = campaign(Kind(3.0, ratio=0.5), 2)
    short = dates._replace(before_from=counted.starts[11].item())
    effect = campaign_effect(counted, units, short)
    assert effect.treated.before.days == counted.days[11]
    assert effect.ratio.high > campaign_effect(counted, units, dates).ratio.high


@pytest.mark.parametrize(("factor", "verdict"), [(3, RingVerdict.ROSE), (1, RingVerdict.NO_RISE_SEEN)])
def test_a_ring_that_rose_is_said(factor: int, verdict: RingVerdict) -> None:
    counted, units, dates = campaign(Kind(), 4)
    others = counted.counts[units.is_candidate][:40].sum(axis=0)
    ring = others * np.where(np.arange(18) < 12, 1, factor)
    effect = campaign_effect(counted, units, dates, ring=ring)
    assert effect.ring is not None
    assert effect.ring.verdict is verdict
    assert effect.ring.totals.before.events == ring[:12].sum()
    assert effect.ring.ratio.ratio == pytest.approx(factor, rel=0.2)
    for lang in LANGS:
        assert str(ring[12:].sum()) in text(effect.ring.key, lang, **effect.ring.params)


def test_a_fall_is_claimed_in_words_with_its_interval() -> None:
    effect = campaign_effect(*campaign(Kind(mean=4.0, ratio=0.4), 2))
    assert effect.verdict is CampaignVerdict.EFFECT
    assert effect.power_halved > 0.9
    assert f"{effect.treated.after.events} events since it began" in said(effect)
    none = campaign_effect(*campaign(Kind(mean=4.0, ratio=1.3), 2))
    assert none.verdict is CampaignVerdict.NONE_SEEN
    assert said(none).startswith("No effect seen")


def broken(what: str) -> tuple[PeriodCounts, CampaignUnits, CampaignDates]:
    counted, units, dates = campaign(Kind(), 1)
    changes: dict[str, dict[str, object]] = {
        "shape": {"counts": counted.counts[:-1]},
        "whole": {"counts": counted.counts - 1_000},
        "overlap": {"days": counted.days + 1},
    }
    return dataclasses.replace(counted, **changes[what]), units, dates


@pytest.mark.parametrize(
    ("what", "error"),
    [("shape", CampaignShapeError), ("whole", CampaignNumberError), ("overlap", CampaignOverlapError)],
)
def test_counts_that_cannot_be_are_refused(what: str, error: type[GeoError]) -> None:
    with pytest.raises(error) as caught:
        campaign_effect(*broken(what))
    assert all(sentence(caught.value, lang) for lang in LANGS)


def test_a_ring_of_another_length_is_refused() -> None:
    with pytest.raises(CampaignShapeError):
        campaign_effect(*campaign(Kind(), 1), ring=np.ones(3, dtype=np.int64))


def test_dates_out_of_order_are_refused() -> None:
    counted, units, dates = campaign(Kind(), 1)
    with pytest.raises(CampaignDatesError) as caught:
        campaign_effect(counted, units, dates._replace(after_to=dates.before_from))
    assert all(sentence(caught.value, lang) for lang in LANGS)
