"""Every read of the pages, as the viewer of the session, kept by viewer scope and data version.

Streamlit's caches are shared by all visitors, so the first arguments of every cached read say whose scope and
which state of the data it belongs to. The token itself is no part of a key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard.duty import Hours, posts_on_duty
from dashboard.viewer import viewer_token
from data.repositories import focus_zones, hotspots, ledger, map_layers, runs, settings
from data.repositories.facts import Facts
from data.repositories.finding_reads import read_venue_points
from data.repositories.hazards import read_hazard_points
from data.repositories.service_areas import read_service_areas
from data.repositories.situation import extent, held_layers
from data.session import kept_transaction, viewer_transaction
from data.slot_rules import slot_rules
from geo.terms import UNNAMED, Metric
from layers import posts
from layers.geojson import order_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    import geopandas as gpd
    from sqlalchemy import Connection

    from dashboard.view import View
    from data.config import Settings

Frame = pd.DataFrame
KEEP_S = 600
KEEP = 200
CHINA = (108.0, 20.0, 122.0, 41.0)
"""Where an empty map looks."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Who looks, and at which state of the data.

    Parameters
    ----------
    role
        Word of the viewer's role.
    stamp
        Scope and version in one word, for addresses and caches.
    is_training
        Whether the data are made up.
    run_id, built_at, as_of
        The last build; None before the first.
    timezone
        Of the district.
    tiers_min
        Response tiers, minutes, ascending.
    school_tier_min
        The tier in which a gate is to lie, minutes.
    bounds
        West, south, east, north, degrees EPSG:4490.
    held
        Keys of the map layers that have anything in them.
    attribution
        Whose map data are shown; empty where nobody says.
    account
        Name of the viewer's account.
    confined
        To what the viewer is confined within the districts: ``schools``, ``police_areas``, or nothing.
    """

    role: str
    stamp: str
    is_training: bool
    run_id: int | None
    built_at: datetime | None
    as_of: date | None
    timezone: str
    bounds: tuple[float, float, float, float]
    held: frozenset[str]
    attribution: str
    tiers_min: tuple[float, ...] = (1, 3, 5)
    school_tier_min: float = 5
    account: str = ""
    confined: str = ""

    @property
    def has_posts(self) -> bool:
        """Whether there is a post in the viewer's scope today."""
        return "post" in self.held


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which features of a layer."""

    ring_m: int
    slot: str
    day_type: str
    post: str = ""
    """Code of the chosen post; empty: none, and nothing of any post is drawn."""
    metric: str = Metric.STRAIGHT


@dataclass(frozen=True, slots=True)
class Choices:
    """What has been built."""

    rings: tuple[int, ...]
    slots: tuple[str, ...]
    metrics: tuple[str, ...] = (Metric.STRAIGHT,)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Who asks at this moment, and which state of the data answers."""

    token: str
    role: str
    scope: str
    version: str
    account: str = ""
    confined: str = ""


def _standing() -> _Standing:
    """Ask the database who looks and which state it is in; nothing of it is kept."""
    token = viewer_token()
    with viewer_transaction(token) as connection:
        viewer = map_layers.viewer(connection)
        version = map_layers.data_version(connection)
    if viewer is None:
        return _Standing(token, "", "", version)
    return _Standing(token, viewer.role.value, viewer.scope, version, viewer.account, viewer.confined)


def situation() -> Situation:
    """Say who looks, and at which state of the data.

    Raises
    ------
    geo.errors.CampusError
        The database is away.
    """
    now = _standing()
    # what is kept is shared by accounts of one scope; the name is not
    return replace(
        _situation(now.scope, now.version, now.role, _token=now.token),
        account=now.account,
        confined=now.confined,
    )


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _situation(scope: str, version: str, role: str, *, _token: str) -> Situation:
    """Read what a state of the data is; for nobody it is empty."""
    with kept_transaction(_token) if role else viewer_transaction(_token) as connection:
        instance = map_layers.instance(connection)
        last = _facts_of(runs.shown_run(connection))
        rules = settings.read(connection)
        return Situation(
            role=role,
            stamp=f"{version}-{scope}",
            is_training=instance is not None and instance.training,
            run_id=last[0],
            built_at=last[1],
            as_of=last[2],
            timezone=rules.timezone,
            bounds=extent(connection) or CHINA,
            held=held_layers(connection),
            attribution=rules.map_attribution,
            tiers_min=rules.tiers_min,
            school_tier_min=rules.school_tier_min,
        )


def _facts_of(run: pd.DataFrame) -> tuple[int | None, datetime | None, date | None]:
    """Give number, end and day of the build that is shown; nothing before the first."""
    if run.empty:
        return None, None, None
    last = run.iloc[0]
    return int(last["id"]), last["ended"].to_pydatetime(), last["as_of"]


def schools(now: Situation) -> pd.DataFrame:
    """Give the schools in the order of the map's features, without shapes."""
    return _schools(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _schools(stamp: str, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    """Read the list of schools."""
    with kept_transaction(_token) as connection:
        return map_layers.read_school_list(connection)


def choices(now: Situation) -> Choices:
    """Say which rings and slots are built."""
    return _choices(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _choices(stamp: str, *, _token: str) -> Choices:  # noqa: ARG001 -- the key of the cache
    """Read what is built."""
    with kept_transaction(_token) as connection:
        views = map_layers.views(connection)
    rings, slots = sorted(set(views["ring_m"].tolist())), sorted(set(views["slot"].tolist()))
    metrics = [str(metric) for metric in Metric if metric in set(views["metric"])]
    return Choices(
        rings=tuple(int(ring) for ring in rings),
        slots=tuple(str(slot) for slot in slots),
        metrics=tuple(metrics) or (Metric.STRAIGHT,),
    )


def coverage(now: Situation, view: View) -> pd.DataFrame:
    """Give the cover of all schools in one view."""
    token = viewer_token()
    return _coverage(now.stamp, view.ring_m, view.day_type, view.slot, view.metric, _token=token)


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _coverage(
    stamp: str,  # noqa: ARG001 -- the key of the cache
    ring_m: int,
    day_type: str,
    slot: str,
    metric: str,
    *,
    _token: str,
) -> pd.DataFrame:
    """Read one view."""
    with kept_transaction(_token) as connection:
        found = map_layers.read_coverage(
            connection, ring_m=ring_m, day_type=day_type, slot=slot, metric=metric
        )
    return found[["school_id", "post_count", "nearest_post_m", "covered_share", "gap_area_m2"]]


def duty_codes(now: Situation, view: View, day: date | None = None) -> tuple[str, str] | None:
    """Give one code a post for the view, and the digest of their order; None before the first build.

    Bells and duties are those of the day, by default of the day of the build.
    """
    if now.as_of is None:
        return None
    return _duty_codes(now.stamp, view.day_type, view.slot, day or now.as_of, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _duty_codes(stamp: str, day_type: str, slot: str, as_of: date, *, _token: str) -> tuple[str, str]:
    """Ask who is on duty."""
    hours, rules, manned = _hours(stamp, _token=_token)
    flags = posts_on_duty(
        hours, slot=slot, day_type=day_type, as_of=as_of, rules=slot_rules(rules), manned=manned
    )
    return posts.codes(flags), order_of(hours.posts["id"])


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _hours(stamp: str, *, _token: str) -> tuple[Hours, Settings, tuple[str, ...]]:  # noqa: ARG001 -- the key of the cache
    """Read bells, duties, posts, and the settings that say how they count."""
    with kept_transaction(_token) as connection:
        known, rules = Facts(connection), settings.read(connection)
        bells = [known.bells(district) for district in known.partitions()["district_code"]]
        schools = map_layers.read_school_list(connection)
        hours = Hours(
            schools=schools.rename(columns={"code": "school_code"})[["school_code", "stage"]],
            bells=pd.concat(bells, ignore_index=True),
            duties=known.duties(),
            posts=pd.DataFrame(map_layers.read_posts(connection)[["id", "code", "type"]]).rename(
                columns={"code": "post_code"}
            ),
        )
    return hours, rules, tuple(str(kind) for kind in rules.duty_assumed)


def features(key: str, wanted: Wanted) -> gpd.GeoDataFrame:
    """Read the features of a layer for its route; the database cuts them down to the viewer's scope.

    Raises
    ------
    KeyError
        There is no such layer of features.
    """
    read = FEATURES[key]
    with viewer_transaction(viewer_token()) as connection:
        return read(connection, wanted)


def _nameless(frame: gpd.GeoDataFrame, column: str = "name") -> gpd.GeoDataFrame:
    """Leave the name of what has none empty: the map writes nothing there, in no language."""
    named: gpd.GeoDataFrame = frame.assign(**{column: frame[column].where(frame[column] != UNNAMED)})
    return named


FEATURES: dict[str, Callable[[Connection, Wanted], gpd.GeoDataFrame]] = {
    "school": lambda c, _: _nameless(map_layers.read_schools(c)),
    "gate": lambda c, _: _nameless(ledger.read_gates(c), "school_name"),
    "post": lambda c, _: _nameless(map_layers.read_posts(c)),
    "district": lambda c, _: map_layers.read_areas(c, "district"),
    "town": lambda c, _: map_layers.read_areas(c, "town"),
    "police_area": lambda c, _: map_layers.read_areas(c, "police_area"),
    "perimeter": lambda c, wanted: map_layers.read_perimeters(c, ring_m=wanted.ring_m),
    "coverage_gap": lambda c, wanted: map_layers.read_gaps(
        c, ring_m=wanted.ring_m, day_type=wanted.day_type, slot=wanted.slot, metric=wanted.metric
    ),
    "hazard": lambda c, _: read_hazard_points(c),
    "venue": lambda c, _: _nameless(read_venue_points(c)),
    "focus_zone": lambda c, _: focus_zones.read_shapes(c),
    "hotspot": lambda c, _: hotspots.read_drawn(c),
    "service_area": lambda c, wanted: read_service_areas(c, post=wanted.post),
}


def tile(key: str, place: tuple[int, int, int]) -> bytes:
    """Read a vector tile; empty where there is nothing in it."""
    with viewer_transaction(viewer_token()) as connection:
        return map_layers.read_tile(connection, key, *place)
