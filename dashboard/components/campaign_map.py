"""The map of a campaign: its zones over schools and roads; in the form, where a zone is drawn by clicks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import streamlit as st
from streamlit_folium import st_folium

from dashboard.selection import point_of_click
from dashboard.texts import lang, say
from geo.hexagons import cell_polygons
from layers.campaign_areas import DRAWN, PROPOSED, Area, area_paint
from layers.drawing import Words, draw_map, paint, painted
from layers.registry import layers_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from dashboard.queries import Situation

HEIGHT = 420
GROUND = ("basemap", "road", "district", "town", "school")
CORNERS = "campaign_corners"
MARGIN_DEG = 0.004


def areas_of(chosen: Iterable[Any], zones: pd.DataFrame) -> list[Area]:
    """Give the outlines of a campaign's zones; a proposed one that is no longer there has none.

    Parameters
    ----------
    chosen
        Zones' ids, and drawn ones as lists of hexagons.
    zones
        `data.repositories.campaign_zones.read_ranked`.
    """
    shapes = dict(zip(zones["zone_id"], zones["geom"], strict=True))
    found = []
    for zone in chosen:
        if not isinstance(zone, str):
            found.append(Area(DRAWN, shapely.union_all(cell_polygons(zone))))
        elif zone in shapes:
            found.append(Area(PROPOSED, shapes[zone]))
    return found


def campaign_map(
    now: Situation, areas: Sequence[Area], *, key: str, draws: bool = False, fits: bool = True
) -> None:
    """Draw the map.

    Parameters
    ----------
    now
        Version of the data, extent, and whether they are made up.
    areas
        Outlines.
    key
        Of the component, letters and digits; one map each.
    draws
        Whether clicks add corners to the zone that is being drawn.
    fits
        Whether the map begins with the outlines rather than the district.
    """
    specs = [spec for spec in layers_for(now.role) if spec.key in GROUND and spec.key in now.held]
    source = say("pages.attribution.training" if now.is_training else "pages.attribution.real")
    words = Words(
        say=say,
        attribution=" · ".join(filter(None, (now.attribution, source))),
        watermark=say("pages.training") if now.is_training else "",
    )
    state: Mapping[str, Any] = {
        # nothing is said of posts here: signs of schools have one look, and no line in the legend
        "layers": {
            spec.key: paint(spec, lines=() if spec.key == "school" else None, version=now.stamp)
            for spec in specs
        },
        "theme": "dark" if st.context.theme.type == "dark" else "light",
        "selected": None,
        "gate": None,
        "subject": None,
        "focus": 0,
        "plan": area_paint(areas, corners() if draws else (), picks=draws),
    }
    bounds = _bounds(areas) if fits and areas else now.bounds
    with st.container(key="campaign_map"):
        _folium(draw_map(specs, bounds=bounds, words=words, lang=lang()), key, state, draws=draws)
    st.caption(say("campaigns.map_help"))


def _folium(made: Any, key: str, state: Mapping[str, Any], *, draws: bool) -> None:
    """Put the map on the page; only a map that is drawn on makes the page run."""
    st_folium(
        made, key=key, height=HEIGHT, use_container_width=True,
        returned_objects=["last_object_clicked_popup"], feature_group_to_add=painted(state),
        on_change=(lambda: _clicked(key)) if draws else None,
    )  # fmt: skip


def corners() -> tuple[tuple[float, float], ...]:
    """Give the corners of the zone that is being drawn."""
    found: tuple[tuple[float, float], ...] = st.session_state.setdefault(CORNERS, ())
    return found


def _clicked(key: str) -> None:
    """Take a position that was clicked as the next corner."""
    point = point_of_click(st.session_state.get(key))
    if point is not None and point not in corners():
        st.session_state[CORNERS] = (*corners(), point)


def _bounds(areas: Sequence[Area]) -> tuple[float, float, float, float]:
    shapes = np.array([area.shape for area in areas], dtype=object)
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG
