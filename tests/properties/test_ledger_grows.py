"""More posts never leave more uncovered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.ledger import LedgerRules, gate_slots
from tests.properties.ledger_frames import facts_of
from tests.properties.random_districts import AS_OF, DAYS, random_district

if TYPE_CHECKING:
    import pandas as pd

    from tests.references.ledger_by_the_minute import District


def small_ledger(district: District) -> pd.DataFrame:
    rules = LedgerRules(manned=district.manned)
    return gate_slots(facts_of(district), as_of=AS_OF, days=DAYS, weekdays=(1, 2), rules=rules)


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 4))
def test_a_post_less_never_uncovers_less_and_never_brings_help_sooner(seed: int, chosen: int) -> None:
    plain = random_district(seed)
    gone = plain.posts[chosen % len(plain.posts)]["post_code"]
    fewer = replace(
        plain,
        posts=[post for post in plain.posts if post["post_code"] != gone],
        duties=[duty for duty in plain.duties if duty["post_code"] != gone],
    )
    with_it, without = small_ledger(plain), small_ledger(fewer)
    for minutes in ("uncovered_min", "uncovered_police_min"):
        assert with_it[minutes].sum() <= without[minutes].sum()
        by_day = [each.groupby("date_type")[minutes].sum() for each in (with_it, without)]
        assert (by_day[0] <= by_day[1]).all()
    for seconds in ("response_s", "second_response_s"):
        before, after = (each[seconds].fillna(np.inf).to_numpy() for each in (with_it, without))
        assert (before <= after).all()
