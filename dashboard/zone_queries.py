"""The pages' reads of focus zones, kept by viewer scope and data version, and what the committee writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.queries import KEEP_S
from dashboard.view_zones import as_slider
from dashboard.viewer import viewer_token
from data.repositories import focus_zones, settings
from data.session import kept_transaction, viewer_work

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from dashboard.queries import Situation
    from geo.terms import ZoneDecision

KEEP = 20


@dataclass(frozen=True, slots=True)
class Held:
    """The weights in force in a district.

    Parameters
    ----------
    id
        Number of the weighting; 0 for the default.
    weights
        From 0 to 100 for each term.
    set_by, set_at
        Account and moment; None for the default.
    first_places
        How many places are acted on.
    """

    id: int
    weights: dict[str, int]
    set_by: int | None
    set_at: datetime | None
    first_places: int


def zones(now: Situation) -> pd.DataFrame:
    """Give the zones of every district that the viewer sees, in the order of the map's features."""
    return _zones(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _zones(stamp: str, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return focus_zones.read_zones(connection)


def districts(now: Situation) -> dict[str, str]:
    """Give code and name of the districts that have zones: the one of the settings, then by their number."""
    return _districts(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _districts(stamp: str, *, _token: str) -> dict[str, str]:
    counts = _zones(stamp, _token=_token)["district_code"].value_counts()
    with kept_transaction(_token) as connection:
        named = focus_zones.district_names(connection)
        first = settings.read(connection).district
    codes = sorted(counts.index, key=lambda code: (code != first, -counts[code], code))
    return {str(code): named.get(str(code), str(code)) for code in codes}


def held(now: Situation, district: str) -> Held:
    """Give the weights in force."""
    return _held(now.stamp, district, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _held(stamp: str, district: str, *, _token: str) -> Held:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        rules = settings.read(connection)
        found = focus_zones.read_weighting(connection, district)
    places = rules.zone_first_places
    if found is None:
        default = {str(term): weight for term, weight in rules.zone_weights.items()}
        return Held(0, as_slider(default), None, None, places)
    return Held(found.id, as_slider(found.weights), found.set_by, found.set_at, places)


def choices(now: Situation) -> dict[str, dict[str, Any]]:
    """Give the decisions that stand, by zone."""
    return _choices(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _choices(stamp: str, *, _token: str) -> dict[str, dict[str, Any]]:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return {row["zone_id"]: row for row in focus_zones.choices(connection)}


def save_weights(district: str, weights: Mapping[str, int]) -> int:
    """Set the weights of a district; give the number of the build that follows."""
    with viewer_work(viewer_token()) as connection:
        number = focus_zones.set_weights(connection, district, weights)
        connection.commit()
    return number


def choose(zone_id: str, decision: ZoneDecision, reason: str) -> None:
    """Write down what was decided of a zone."""
    with viewer_work(viewer_token()) as connection:
        focus_zones.choose(connection, zone_id, decision, reason)
        connection.commit()


def take_back(number: int) -> None:
    """Take a decision back."""
    with viewer_work(viewer_token()) as connection:
        focus_zones.take_back(connection, number)
        connection.commit()
