"""The part of the rectification page that shows where a joint clean-up should go first, why, and how sure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import queries, zone_queries
from dashboard.choice import choose
from dashboard.components.map_view import About, map_view
from dashboard.components.zone_card import zone_card
from dashboard.components.zone_list import zone_list
from dashboard.components.zone_weights import tried_weights, weights_part
from dashboard.scope_words import whole_place
from dashboard.selection import ZONE_ROWS, selected_zone, zone_chosen_on_map
from dashboard.texts import number, say
from dashboard.view import DEFAULT_RING_M, View
from dashboard.view_zones import named, ranked, unknown_terms
from dashboard.zone_words import interval_text, zone_name
from geo.terms import DayType, Slot
from geo.zone_scores import BadWeightsError
from layers import focus_zones as layer
from layers.geojson import order_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.view_zones import Ranked
    from dashboard.zone_queries import Held

LEFT_OUT = ("perimeter", "coverage_gap", "service_area", "gate", "post")
NO_VIEW = View(DEFAULT_RING_M, str(Slot.ALL), str(DayType.SCHOOL_DAY))


def zones_part(situation: queries.Situation) -> None:
    """Show the part."""
    districts = zone_queries.districts(situation)
    if not districts:
        st.info(say("zones.empty.no_zones"))
        return
    district = next(iter(districts))
    if len(districts) > 1:
        district = choose(
            "zone_district", [*districts], default=district, label=say("zones.district"),
            show=lambda code: districts[code], list_width=260,
        )  # fmt: skip
    _district(situation, district)


def _district(situation: queries.Situation, district: str) -> None:
    """Show the zones of a district, ranked by the weights that the sliders stand at."""
    every = zone_queries.zones(situation)
    own = _with_names(situation, every[every["district_code"] == district])
    st.session_state[ZONE_ROWS] = list(zip(own["zone_id"], own["school_codes"], strict=True))
    held, choices = zone_queries.held(situation, district), zone_queries.choices(situation)
    tried = tried_weights(held, district)
    try:
        ranks = ranked(own, tried, held.first_places)
    except BadWeightsError:
        st.warning(say("zones.bad_weights"))
        ranks = ranked(own, own["weights"].iloc[0]["weights"], held.first_places)
    place = whole_place(situation, queries.schools(situation))
    headline = headline_text(ranks, held, choices, place=place, is_tried=tried != held.weights)
    st.html(f'<p class="campus-headline">{escape(headline)}</p>')
    st.html(f'<p class="campus-zone-line">{escape(_notes(own))}</p>')
    left, right = st.columns([0.55, 0.45], gap="small")
    with left:
        _map(situation, every, ranks, choices, held.first_places)
        zone_card(situation, ranks, choices)
    with right:
        weights_part(situation, held, district, is_built=ranks.is_built)
        zone_list(ranks, choices, held.first_places)
    with st.expander(say("zones.method.title")):
        period = own["terms"].iloc[0]["significant_cells"].get("period")
        st.markdown(say("zones.method.text", period=period or ""))


def _with_names(situation: queries.Situation, zones: pd.DataFrame) -> pd.DataFrame:
    """Put the names of schools and police areas beside zones."""
    schools = queries.schools(situation)
    police = dict(zip(schools["police_area_code"], schools["police_area_name"], strict=True))
    areas = [
        [name if isinstance(name := police.get(code), str) else str(code) for code in codes]
        for codes in zones["police_area_codes"]
    ]
    with_areas = zones.assign(police_areas=pd.Series(areas, index=zones.index, dtype=object))
    return named(with_areas, schools, say("pages.unnamed")).reset_index(drop=True)


def headline_text(
    ranks: Ranked, held: Held, choices: Mapping[str, dict[str, Any]], *, place: str, is_tried: bool
) -> str:
    """Write what there is to say first: which zone leads, and how sure that is."""
    zones = ranks.zones
    decided = sum(
        row["decision"] == "decided" for row in choices.values() if row["zone_id"] in set(zones["zone_id"])
    )
    first = zones.iloc[0]
    weights = say("zones.headline.by_default" if held.set_by is None else "zones.headline.by_committee")
    words = {"count": number(len(zones)), "name": zone_name(first), "weights": weights, "place": place}
    tied = int((zones["place"] == first["place"]).sum())
    if not ranks.parts.any():
        said = say("zones.headline.nothing", count=words["count"])
    elif not ranks.is_built or is_tried:
        said = say("zones.headline.trying", count=words["count"], name=words["name"], place=place)
    elif tied > 1:
        said = say("zones.headline.tied", count=words["count"], tied=tied, weights=weights, place=place)
    else:
        said = say("zones.headline.first", **words, interval=interval_text(first))
    return said + (say("zones.headline.decided", decided=decided) if decided else "")


def _notes(zones: pd.DataFrame) -> str:
    """Write what must not be overlooked."""
    unknown = [say(f"zones.term.{term}") for term in unknown_terms(zones)]
    notes = [say("zones.caution")]
    if unknown:
        notes.append(say("zones.unknown_terms", terms=" · ".join(unknown)))
    return " ".join(notes)


def _map(
    situation: queries.Situation,
    every: pd.DataFrame,
    ranks: Ranked,
    choices: Mapping[str, dict[str, Any]],
    first_places: int,
) -> None:
    """Draw the zones of all districts; only those that are ranked have places."""
    places = dict(zip(ranks.zones["zone_id"], ranks.zones["place"].tolist(), strict=True))
    ids = every["zone_id"].tolist()
    decisions = {zone: row["decision"] for zone, row in choices.items()}
    first = [places.get(zone, first_places + 1) <= first_places for zone in ids]
    map_view(
        situation, NO_VIEW,
        codes={"focus_zone": (layer.codes(ids, first, decisions), order_of(ids))},
        left_out=LEFT_OUT,
        lines={"school": ()},
        about=About(
            zone=selected_zone(), on_click=zone_chosen_on_map,
            labels={"focus_zone": [str(places.get(zone, "")) for zone in ids]},
        ),
    )  # fmt: skip
