"""The form in which a campaign is made or changed: zones of the ranking, or drawn on the map and snapped."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import streamlit as st

from dashboard import campaign_queries, queries
from dashboard.campaign_words import TOPICS, school_names, topic_text, units_of, zone_name
from dashboard.clock import local_now
from dashboard.components.campaign_map import CORNERS, areas_of, campaign_map, corners
from dashboard.texts import lang, number, say
from data.messages import sentence
from data.repositories.campaigns import LONGEST_NAME, LONGEST_UNIT, CampaignWords
from geo.drawn_zones import snap_zone
from geo.errors import CampusError
from geo.hexagons import cell_ids, cell_polygons, cells_around
from layers.campaign_areas import SNAPPED, Area

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from dashboard.queries import Situation

DRAWN_ZONES = "campaign_drawn"
LONGEST_UNITS = 400
LEAST_CORNERS = 3
USUAL_DAYS = 60


@dataclass(frozen=True, slots=True)
class Desk:
    """What the form stands on.

    Parameters
    ----------
    key
        Beginning of its widgets' keys; another form, another key.
    campaign
        The one that is changed; None for a new one.
    zones
        `data.repositories.campaign_zones.read_ranked`.
    schools
        `dashboard.queries.schools`.
    """

    key: str
    campaign: Mapping[str, Any] | None
    zones: pd.DataFrame
    schools: pd.DataFrame

    def given(self, name: str, otherwise: Any) -> Any:
        """Give what the campaign has, or what a new one begins with."""
        return otherwise if self.campaign is None or self.campaign[name] is None else self.campaign[name]


def campaign_form(
    now: Situation,
    campaign: Mapping[str, Any] | None,
    *,
    key: str,
    saved: Callable[[int, int], None],
    left: Callable[[], None],
) -> None:
    """Show the form.

    Parameters
    ----------
    now
        Who looks.
    campaign
        The one to change; None for a new one.
    key
        Beginning of its widgets' keys.
    saved
        Called with the campaign's number and the worker's job.
    left
        Called when nothing is to be kept.
    """
    desk = Desk(key, campaign, campaign_queries.zones(now), queries.schools(now))
    st.session_state.setdefault(f"{DRAWN_ZONES}_{key}", _drawn(desk))
    words_side, map_side = st.columns([0.5, 0.5])
    with words_side:
        name, topic = _about(desk)
        zones = _zones(desk)
        schools = _schools(desk, zones)
        lead, joint = _units(desk)
        starts_on, ends_on = _days(desk, now)
    with map_side:
        _map(now, desk, zones)
    words = CampaignWords(name, topic, zones, schools, lead, joint, starts_on, ends_on)
    with st.container(horizontal=True):
        if st.button(say("campaigns.save"), key="campaign_save", type="primary"):
            _save(desk, words, saved)
        if st.button(say("campaigns.leave"), key="campaign_leave"):
            left()


def _save(desk: Desk, words: CampaignWords, saved: Callable[[int, int], None]) -> None:
    """Keep the campaign; an error is a sentence."""
    number_of = None if desk.campaign is None else int(desk.campaign["id"])
    districts = desk.schools.set_index("code")["district_code"]
    district = str(districts[words.school_codes[0]]) if words.school_codes else None
    try:
        made, job = campaign_queries.save(number_of, words, district)
    except CampusError as error:
        st.error(sentence(error, lang()))
        return
    saved(made, job)


def _drawn(desk: Desk) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(zone) for zone in desk.given("zones", []) if not isinstance(zone, str))


def _about(desk: Desk) -> tuple[str, str]:
    """Ask for name and topic."""
    name = st.text_input(
        say("campaigns.name"), desk.given("name", ""), key=f"{desk.key}_name", max_chars=LONGEST_NAME
    )
    topic = desk.given("topic", None)
    options = [*TOPICS, *([topic] if topic not in (None, *TOPICS) else [])]
    chosen = st.selectbox(
        say("campaigns.topic"), options, index=options.index(topic) if topic else None,
        key=f"{desk.key}_topic", format_func=topic_text, accept_new_options=True,
        placeholder=say("campaigns.topic_hint"), help=say("campaigns.topic_help"),
    )  # fmt: skip
    return name or "", str(chosen or "")


def _zones(desk: Desk) -> tuple[Any, ...]:
    """Choose zones of the ranking; list those that were drawn."""
    names = school_names(desk.schools)
    labels = {row["zone_id"]: zone_name(row, names) for row in campaign_queries.rows_of(desk.zones)}
    kept = [zone for zone in desk.given("zones", []) if isinstance(zone, str)]
    labels |= {zone: zone for zone in kept if zone not in labels}
    chosen = st.multiselect(
        say("campaigns.zones"), list(labels), kept, key=f"{desk.key}_zones",
        format_func=lambda zone: labels.get(zone, zone), placeholder=say("campaigns.zones_hint"),
    )  # fmt: skip
    drawn: tuple[tuple[str, ...], ...] = st.session_state[f"{DRAWN_ZONES}_{desk.key}"]
    for place, cells in enumerate(drawn):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                say("campaigns.drawn_zone", place=number(place + 1), cells=number(len(cells))),
                width="stretch",
            )
            if st.button(say("campaigns.drop_zone"), key=f"{desk.key}_drop_{place}"):
                st.session_state[f"{DRAWN_ZONES}_{desk.key}"] = (*drawn[:place], *drawn[place + 1 :])
                st.rerun()
    return (*chosen, *drawn)


def _schools(desk: Desk, zones: Sequence[Any]) -> tuple[str, ...]:
    """Choose the schools that take part: those of the zones first, then as people say."""
    names = school_names(desk.schools)
    kept = desk.given("zones", None)
    is_as_kept = kept is not None and _plain(kept) == _plain(zones)
    proposed = desk.given("school_codes", []) if is_as_kept else schools_of(zones, desk.zones, desk.schools)
    digest = hashlib.sha256(_plain(zones).encode()).hexdigest()[:8]
    return tuple(
        st.multiselect(
            say("campaigns.schools"), list(names), [code for code in proposed if code in names],
            key=f"{desk.key}_schools_{digest}", format_func=lambda code: names.get(code, code),
            placeholder=say("campaigns.schools_hint"),
        )
    )  # fmt: skip


def _plain(zones: Sequence[Any]) -> str:
    return json.dumps(list(zones))


def schools_of(zones: Sequence[Any], ranked: pd.DataFrame, schools: pd.DataFrame) -> list[str]:
    """Give the schools of zones: of proposed ones their own, of drawn ones those within a hexagon of them."""
    own = dict(zip(ranked["zone_id"], ranked["school_codes"], strict=True))
    found = {code for zone in zones if isinstance(zone, str) for code in own.get(zone, [])}
    drawn = [cell for zone in zones if not isinstance(zone, str) for cell in zone]
    if drawn and len(schools):
        cells = cell_ids(schools["lon"].to_numpy(), schools["lat"].to_numpy())
        found |= set(schools["code"][np.isin(cells.astype(str), cells_around(drawn).astype(str))])
    return sorted(found)


def _units(desk: Desk) -> tuple[str, tuple[str, ...]]:
    """Ask for the units."""
    left, right = st.columns([0.4, 0.6])
    lead = left.text_input(
        say("campaigns.lead"), desk.given("lead_unit", ""), key=f"{desk.key}_lead", max_chars=LONGEST_UNIT
    )
    joint = right.text_input(
        say("campaigns.joint"), "、".join(desk.given("joint_units", [])), key=f"{desk.key}_joint",
        max_chars=LONGEST_UNITS, help=say("campaigns.joint_help"),
    )  # fmt: skip
    return lead or "", units_of(joint or "")


def _days(desk: Desk, now: Situation) -> tuple[Any, Any]:
    """Ask for the first and the last day."""
    tomorrow = local_now(now.timezone).date() + timedelta(days=1)
    left, right = st.columns(2)
    first = left.date_input(
        say("campaigns.starts_on"),
        desk.given("starts_on", tomorrow),
        key=f"{desk.key}_starts",
        format="YYYY-MM-DD",
    )
    last = right.date_input(
        say("campaigns.ends_on"), desk.given("ends_on", tomorrow + timedelta(days=USUAL_DAYS)),
        key=f"{desk.key}_ends", format="YYYY-MM-DD",
    )  # fmt: skip
    return first, last


def _map(now: Situation, desk: Desk, zones: Sequence[Any]) -> None:
    """Show the zones; draw one more by clicking its corners, which is snapped before it is kept."""
    draws = st.toggle(say("campaigns.draw"), key=f"{desk.key}_draw")
    areas = areas_of(zones, desk.zones)
    cells, fault = _snapped() if draws else (None, None)
    if cells is not None:
        areas.append(Area(SNAPPED, shapely.union_all(cell_polygons(cells))))
    campaign_map(now, areas, key=f"zones{desk.key}", draws=draws, fits=desk.campaign is not None)
    # below the map: what comes and goes above it would make the browser load it anew
    if fault is not None:
        st.warning(sentence(fault, lang()))
    if draws:
        _drawing(desk, cells)


def _snapped() -> tuple[tuple[str, ...] | None, CampusError | None]:
    """Give the hexagons that the zone that is being drawn stands for, else what is wrong with it."""
    if len(corners()) < LEAST_CORNERS:
        return None, None
    try:
        return tuple(snap_zone(shapely.Polygon(corners())).tolist()), None
    except CampusError as error:
        return None, error


def _drawing(desk: Desk, cells: tuple[str, ...] | None) -> None:
    """Say how to draw, and offer what can be done with what is drawn."""
    key = "campaigns.draw_help" if cells is None else "campaigns.draw_snapped"
    st.caption(say(key, corners=number(len(corners())), cells=number(len(cells or ()))))
    with st.container(horizontal=True):
        if st.button(
            say("campaigns.draw_keep"), key="campaign_draw_keep", type="primary", disabled=cells is None
        ):
            kept = f"{DRAWN_ZONES}_{desk.key}"
            st.session_state[kept] = (*st.session_state[kept], cells)
            _let_go(())
        if st.button(say("campaigns.draw_back"), key="campaign_draw_back", disabled=not corners()):
            _let_go(corners()[:-1])
        if st.button(say("campaigns.draw_clear"), key="campaign_draw_clear", disabled=not corners()):
            _let_go(())


def _let_go(left: tuple[tuple[float, float], ...]) -> None:
    st.session_state[CORNERS] = left
    st.rerun()
