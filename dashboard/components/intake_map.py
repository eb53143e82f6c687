"""The map of a file on trial: which rows were taken, mended, refused, and where they would lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit_folium import st_folium

from dashboard import intake_queries
from dashboard.texts import lang, number, say
from layers.drawing import Words, draw_map, paint, painted
from layers.intake_rows import SPEC, bounds_of
from layers.registry import layers_for

if TYPE_CHECKING:
    from dashboard.queries import Situation

HEIGHT = 380
HIDDEN = "incident"
"""The kind whose points nobody but the loader sees."""
GROUND = ("basemap", "road", "district", "town")
"""What helps to see whether a row lies where it should."""


def rows_map(now: Situation, job: int, kind: str) -> None:
    """Draw the rows of a load, where it left any; those without a place are in the table alone."""
    if kind == HIDDEN:
        st.caption(say("intake_page.map.hidden"))
        return
    points, count = intake_queries.job_points(job)
    bounds = bounds_of(points)
    if bounds is None:
        return
    ground = [spec for spec in layers_for(now.role) if spec.key in GROUND and spec.key in now.held]
    specs = [*ground, SPEC]
    source = say("pages.attribution.training" if now.is_training else "pages.attribution.real")
    words = Words(
        say=say,
        attribution=" · ".join(filter(None, (now.attribution, source))),
        watermark=say("pages.training") if now.is_training else "",
    )
    state: dict[str, Any] = {
        "layers": {spec.key: paint(spec, version=now.stamp, job=job, lang=lang()) for spec in specs},
        "theme": "dark" if st.context.theme.type == "dark" else "light",
        "selected": None,
        "focus": 0,
    }
    with st.container(key="rows_map"):
        st_folium(
            draw_map(specs, bounds=bounds, words=words, lang=lang()), key=f"rows{job}", height=HEIGHT,
            use_container_width=True, returned_objects=[], feature_group_to_add=painted(state),
        )  # fmt: skip
    if count > len(points):
        st.caption(say("intake_page.map.cut", most=number(len(points)), all=number(count)))
