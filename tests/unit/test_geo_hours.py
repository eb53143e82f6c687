"""Who is on duty where, when posts stand in for each other."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from geo.hours import State, roster_of, stretches

FRIDAY = date(2026, 9, 25)


def test_a_duty_that_was_cut_short_still_began_on_its_own_day() -> None:
    """On Thursday B stands in for A; what is left of B's own night is Thursday's, and no stand-in's on Friday."""
    posts = pd.DataFrame({"post_code": ["A", "B"], "type": ["guard_post", "guard_post"]})
    hours = [("A", 570, 435), ("B", 990, 660)]  # 09:30 to 07:15, 16:30 to 11:00
    duties = pd.DataFrame(
        [
            {
                "post_code": code,
                "weekdays": None,
                "start": start,
                "end": end,
                "date_from": None,
                "date_to": None,
            }
            for code, start, end in hours
        ]
    )
    changes = [(FRIDAY - timedelta(days=1), "A", "B"), (FRIDAY, "B", "A")]
    exceptions = pd.DataFrame(
        [
            {
                "date": day,
                "post_code": code,
                "change": "replaced",
                "replaced_by": other,
                "start": None,
                "end": None,
            }
            for day, code, other in changes
        ]
    )
    found = stretches(
        roster_of(posts, duties, manned=()), posts, exceptions, [State(4, FRIDAY, is_date=True)]
    )
    here = sorted(
        zip(found.who.tolist(), found.place.tolist(), found.start.tolist(), found.stop.tolist(), strict=True)
    )
    friday = [row for row in here if row[2] < 1440 and row[3] > 0]
    assert friday == [
        (0, 0, 570, 990),  # A at home until it stands in for B
        (0, 1, 990, 2100),
        (1, 0, -870, 435),  # B for A since Thursday, then the rest of its own night
        (1, 1, 435, 660),
    ]
