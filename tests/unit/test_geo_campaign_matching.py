"""Controls: far enough away, each used once, and together the most alike."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from geo.campaign_baselines import shrink_counts
from geo.campaign_counts import CampaignUnits, Phases, split_phases
from geo.campaign_matching import CONTROLS_EACH, Matching, match_controls
from tests.properties.campaign_districts import Kind, campaign


def matched(kind: Kind, seed: int) -> tuple[Matching, Phases, CampaignUnits]:
    counted, units, dates = campaign(kind, seed)
    phases = split_phases(counted, dates)
    return match_controls(phases, shrink_counts(phases.before.sum(axis=1), 1.0), units), phases, units


@pytest.mark.parametrize("seed", range(5))
def test_controls_are_untreated_far_away_and_used_once(seed: int) -> None:
    matching, _, units = matched(Kind(), seed)
    controls = matching.pairs["control"].to_numpy()
    assert len(set(controls)) == len(controls) == CONTROLS_EACH * units.is_treated.sum()
    assert (units.zone_distance_m[controls] >= 1000.0).all()
    assert not units.is_treated[controls].any()
    assert set(matching.pairs["treated"]) == set(np.flatnonzero(units.is_treated))
    same = units.stage[controls] == units.stage[matching.pairs["treated"]]
    assert (matching.pairs["is_same_stage"] == same).all()


def test_the_pairs_are_the_best_of_all_that_could_be_made() -> None:
    _, phases, units = matched(Kind(schools=13, is_chosen=False), 1)
    far = np.isin(np.arange(13), np.flatnonzero(units.is_candidate)[:7])
    units = dataclasses.replace(units, zone_distance_m=np.where(far, 5000.0, 0.0))
    treated, candidates = np.flatnonzero(units.is_treated), np.flatnonzero(units.is_candidate)
    # Fewer than two candidates for each: one control each is sought.
    assert len(treated) <= len(candidates) < 2 * len(treated)
    baselines = shrink_counts(phases.before.sum(axis=1), 1.0)
    # Each treated school and candidate alone gives the distance between the two.
    distance = {}
    for one, other in itertools.product(treated, candidates):
        alone = dataclasses.replace(
            units,
            is_treated=np.arange(13) == one,
            zone_distance_m=np.where(np.arange(13) == other, 5000.0, 0.0),
        )
        distance[one, other] = match_controls(phases, baselines, alone).pairs["distance"][0]
    best = min(
        sum(distance[one, other] for one, other in zip(treated, choice, strict=True))
        for choice in itertools.permutations(candidates, len(treated))
    )
    assert match_controls(phases, baselines, units).pairs["distance"].sum() == pytest.approx(best)


@pytest.mark.parametrize("seed", range(5))
def test_matching_makes_groups_more_alike_and_shows_by_how_much(seed: int) -> None:
    matching, phases, units = matched(Kind(schools=400), seed)
    balance = matching.balance.set_index("feature")
    gaps = balance.loc[["rate_per_month", "pupils"]]
    assert abs(gaps["difference_after"]).sum() < abs(gaps["difference_before"]).sum()
    assert balance.loc["same_stage", "matched"] > balance.loc["same_stage", "candidates"]
    months = phases.before_days / 30.4375
    rates = shrink_counts(phases.before.sum(axis=1), 1.0).mean / months
    assert balance.loc["rate_per_month", "treated"] == pytest.approx(rates[units.is_treated].mean())
    assert balance.loc["rate_per_month", "matched"] == pytest.approx(rates[matching.controls].mean())


def test_unknown_pupils_and_stages_still_find_controls() -> None:
    counted, units, dates = campaign(Kind(), 1)
    phases = split_phases(counted, dates)
    blank = dataclasses.replace(units, pupils=np.full(120, np.nan), stage=np.full(120, None, dtype=object))
    matching = match_controls(phases, shrink_counts(phases.before.sum(axis=1), 1.0), blank)
    assert len(matching.pairs) == CONTROLS_EACH * units.is_treated.sum()
    assert np.isfinite(matching.pairs["distance"]).all()
