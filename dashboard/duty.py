"""Which posts are on duty in a slot, asked as the build asks it. Pure: frames in, flags out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.terms import Slot
from geo.timetable import on_duty, roster, school_cases, school_slots

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd

    from geo.timetable import SlotRules


@dataclass(frozen=True, slots=True)
class Hours:
    """What is known of bells and duties.

    Parameters
    ----------
    schools
        ``school_code, stage``.
    bells, duties
        `geo.frames.BELLS` and `geo.frames.DUTIES`.
    posts
        ``id, post_code, type``, in the order of the map's features.
    """

    schools: pd.DataFrame
    bells: pd.DataFrame
    duties: pd.DataFrame
    posts: pd.DataFrame


def posts_on_duty(
    hours: Hours, *, slot: str, day_type: str, as_of: date, rules: SlotRules, manned: Iterable[str]
) -> list[bool]:
    """Tell for each post whether it is on duty for the whole slot of at least one school that has it.

    Parameters
    ----------
    hours
        Bells, duties and posts.
    slot, day_type
        Words of `geo.terms`; every post counts where the slot is ``all``.
    as_of
        The local date whose bells and duties count.
    rules, manned
        As the build has them.

    Returns
    -------
    list of bool
        In the order of ``hours.posts``.
    """
    if slot == Slot.ALL or hours.posts.empty:
        return [True] * len(hours.posts)
    slots = school_slots(hours.schools, hours.bells, as_of=as_of, rules=rules)
    cases, spans = school_cases(hours.schools, slots)
    asked = cases.loc[(cases["slot"].astype(str) == slot) & (cases["day_type"] == day_type), "span"].unique()
    held = on_duty(roster(hours.posts, hours.duties, as_of=as_of, manned=manned), spans)
    flags: list[bool] = held[asked].any(axis=0).tolist()
    return flags
