"""Campaigns and tasks in words: topics, states, zones, units, days."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dashboard.texts import number, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import pandas as pd

TOPICS = (
    "traffic_order",
    "food_stalls",
    "net_bars",
    "venues_near",
    "fire_safety",
    "public_order",
    "facilities",
)
"""Topics that are proposed; their texts are the catalogue's. Others are written freely."""
STATES = ("planned", "running", "ended", "closed")
_BETWEEN_UNITS = re.compile(r"[、,，;；\n]+")


def topic_text(topic: str) -> str:
    """Give a topic's text: the catalogue's for one that is proposed, else what was written."""
    return say(f"campaigns.topic.{topic}") if topic in TOPICS else topic


def state_of(campaign: Mapping[str, Any], today: date) -> str:
    """Say how far a campaign is."""
    if campaign["closed_at"] is not None:
        return "closed"
    starts_on, ends_on = campaign["starts_on"], campaign["ends_on"]
    if starts_on is None or starts_on > today:
        return "planned"
    return "running" if ends_on is None or today <= ends_on else "ended"


def units_of(written: str) -> tuple[str, ...]:
    """Read units as people list them."""
    return tuple(dict.fromkeys(part.strip() for part in _BETWEEN_UNITS.split(written) if part.strip()))


def zone_name(zone: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Name a proposed zone by its place, its town and its schools.

    Parameters
    ----------
    zone
        A row of `data.repositories.campaign_zones.read_ranked`.
    names
        Names of schools by code.
    """
    schools = [names.get(code, code) for code in zone["school_codes"]]
    first = schools[0] if schools else ""
    is_one = len(schools) == 1
    place = first if is_one else say("campaigns.zone_many", school=first, count=number(len(schools)))
    town = zone["town_name"]
    label = place if not isinstance(town, str) else f"{town} · {place}"
    decided = f" · {say('campaigns.decided')}" if zone["is_decided"] else ""
    return say("campaigns.zone_place", rank=number(zone["rank"]), zone=label) + decided


def school_names(schools: pd.DataFrame) -> dict[str, str]:
    """Give the names of schools by code; the code where there is no name, and beside one that comes twice."""
    count = schools["name"].value_counts()
    return {
        str(code): str(name) if count.get(name, 0) == 1 else f"{name or ''} {code}".strip()
        for code, name in zip(schools["code"], schools["name"], strict=True)
    }


def is_overdue(task: Mapping[str, Any], today: date) -> bool:
    """Tell whether a task should be done by now and is not."""
    return task["done_at"] is None and task["deadline"] < today


def tasks_in_short(tasks: Sequence[Mapping[str, Any]], today: date) -> str:
    """Say how many of some tasks are done, and how many late."""
    if not tasks:
        return say("campaigns.no_tasks")
    done, late = (
        sum(task["done_at"] is not None for task in tasks),
        sum(is_overdue(task, today) for task in tasks),
    )
    told = say("campaigns.tasks_done", done=number(done), all=number(len(tasks)))
    return told + (f" · {say('campaigns.tasks_late', late=number(late))}" if late else "")


def listed(units: Iterable[str]) -> str:
    """Write units in one line."""
    return "、".join(units)
