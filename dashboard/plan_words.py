"""What a plan's changes are called on screen, and how hours are typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dashboard.texts import say
from geo.plan_changes import AddPost, GateName, Hours, MovePost, RemovePost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.plan_queries import District
    from geo.plan_changes import Change

_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~～至到]\s*(\d{1,2})[:：](\d{2})")
_BETWEEN = re.compile(r"[\s,，;；、]*")


def hours_of(written: str) -> tuple[Hours, ...] | None:
    """Read hours as people type them, such as ``07:00-08:10, 16:00-17:30``; None where they are none."""
    rest, found = written.strip(), []
    while rest:
        match = _SPAN.match(rest)
        if match is None:
            return None
        hour, minute, until, past = (int(part) for part in match.groups())
        if max(minute, past) > 59 or max(hour, until) > 24:  # noqa: PLR2004 -- clocks
            return None
        try:
            found.append(Hours(hour * 60 + minute, until * 60 + past))
        except ValueError:
            return None
        rest = _BETWEEN.sub("", rest[match.end() :], count=1)
    return tuple(found) or None


def written_hours(hours: tuple[Hours, ...]) -> str:
    """Write hours as they are typed."""
    return ", ".join(
        f"{each.start // 60:02}:{each.start % 60:02}-{each.end // 60:02}:{each.end % 60:02}" for each in hours
    )


def post_name(code: str, district: District) -> str:
    """Name a post, also one that only a plan knows."""
    return district.posts.get(code, code)


def gate_text(row: Mapping[Any, Any]) -> str:
    """Name a gate with its school."""
    name = row["name"] if isinstance(row["name"], str) else say("plan.gate_unnamed")
    return f"{row['school_name']} {name}"


def gate_names(district: District) -> dict[int, str]:
    """Name all gates, by id."""
    return {int(row["gate_id"]): gate_text(row) for row in district.gates.to_dict("records")}


def change_words(change: Change, district: District) -> str:
    """Say in a line what a change does."""
    post = change.name if isinstance(change, AddPost) and change.name else post_name(change.code, district)
    if isinstance(change, RemovePost):
        return say("plan.says.remove_post", post=post)
    if isinstance(change, MovePost):
        return say(
            "plan.says.move_post", post=post, place=_place(change.serves, (change.lon, change.lat), district)
        )
    hours = written_hours(change.hours)
    if isinstance(change, AddPost):
        place = _place(change.serves, (change.lon, change.lat), district)
        return say("plan.says.add_post", post=post, place=place, hours=hours)
    return say("plan.says.set_hours", post=post, hours=hours)


def _place(serves: GateName | None, at: tuple[float, float], district: District) -> str:
    """Name a gate, or give the position."""
    if serves is not None:
        for row in district.gates.to_dict("records"):
            if row["school_code"] == serves.school_code and (row["name"] or None) == serves.gate:
                return gate_text(row)
    return f"{at[0]:.5f}, {at[1]:.5f}"
