"""The map: its frame is made once, each rerun sends addresses, codes and what is selected."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

import streamlit as st
from streamlit_folium import st_folium

from dashboard.selection import MAP, chosen_on_map, focus, selected, selected_gate, selected_post
from dashboard.texts import lang, number, say
from dashboard.view_ledger import SEES_AHEAD
from layers.drawing import Words, draw_map, paint, painted
from layers.registry import layers_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    from dashboard.queries import Situation
    from dashboard.view import View
    from layers.spec import LayerSpec

HEIGHT = 600
_NO_LINES: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class About:
    """What the page is about.

    Parameters
    ----------
    subject
        The layer that is drawn large; None for none.
    plan
        `layers.plan.plan_paint`, in plan mode.
    on_click
        Called when something was clicked.
    key
        Of the map, in the session.
    chosen
        Layer and id of the sign that is selected, where it is neither a school nor a gate.
    zone
        Id of the focus zone that is selected.
    cell
        Id of the hexagon that is selected.
    labels
        By layer: a text for each feature, in the order of its codes; empty where there is none.
    """

    subject: str | None = None
    plan: Mapping[str, Any] | None = None
    on_click: Callable[[], None] = chosen_on_map
    key: str = MAP
    chosen: tuple[str, str] | None = None
    zone: str | None = None
    cell: str | None = None
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)


NOTHING_SPECIAL = About()


def map_view(
    situation: Situation,
    view: View,
    *,
    codes: Mapping[str, tuple[str, str]],
    left_out: Collection[str] = (),
    lines: Mapping[str, Sequence[str]] = _NO_LINES,
    about: About = NOTHING_SPECIAL,
) -> None:
    """Draw the map of a view.

    Parameters
    ----------
    situation
        Version of the data, extent, and whether they are made up.
    view
        What is looked at.
    codes
        By layer: one code a feature, and the digest of the features' order.
    left_out
        Layers that are not drawn.
    lines
        By layer: codes of the legend's lines that mean something; all where it is not named.
    about
        What the page is about.
    """
    # a layer without anything in it is no choice: neither map nor legend offers it
    specs = [
        spec for spec in layers_for(situation.role)
        if spec.key in situation.held and (spec.key in codes or not spec.is_on_demand)
    ]  # fmt: skip
    source = say("pages.attribution.training" if situation.is_training else "pages.attribution.real")
    words = Words(
        say=legend_words(situation),
        attribution=" · ".join(filter(None, (situation.attribution, source))),
        watermark=say("pages.training") if situation.is_training else "",
    )
    made = draw_map(specs, bounds=situation.bounds, words=words, lang=lang(),
                    has_plans=situation.role in SEES_AHEAD)  # fmt: skip
    state: dict[str, Any] = {
        "layers": {
            spec.key: _paint(spec, situation, view, codes.get(spec.key), lines.get(spec.key))
            for spec in specs
            if spec.key not in left_out
        },
        "theme": "dark" if st.context.theme.type == "dark" else "light",
        **_singled_out(about),
    }
    with st.container(key="map"):
        st_folium(
            made, key=about.key, height=HEIGHT, use_container_width=True,
            returned_objects=["last_object_clicked_popup"],
            feature_group_to_add=painted(state), on_change=about.on_click,
        )  # fmt: skip


def _singled_out(about: About) -> dict[str, Any]:
    """Say what is selected, what the page is about, and where the map is to go."""
    gate = selected_gate()
    return {
        "selected": selected(),
        "gate": str(gate) if about.subject == "gate" and gate is not None else None,
        "chosen": None if about.chosen is None else dict(zip(("layer", "id"), about.chosen, strict=True)),
        "subject": about.subject,
        "zone": about.zone,
        "cell": about.cell,
        "labels": {key: list(words) for key, words in about.labels.items()},
        "focus": focus(),
        "plan": about.plan,
    }


def legend_words(situation: Situation) -> Callable[[str], str]:
    """Give what says the map's texts, the response tiers by their minutes."""
    tiers = situation.tiers_min
    minutes = {"first": tiers[0], "between": tiers[-2] if len(tiers) > 1 else tiers[0], "last": tiers[-1]}
    tier_of = {f"command.map.tier_{place}": value for place, value in minutes.items()}

    def said(key: str) -> str:
        value = tier_of.get(key)
        return say(key) if value is None else say("command.map.within", value=number(value, "#,##0.#"))

    return said


def _paint(
    spec: LayerSpec,
    situation: Situation,
    view: View,
    codes: tuple[str, str] | None,
    lines: Sequence[str] | None,
) -> dict[str, Any]:
    """Say what one layer shows of a view."""
    values, order = codes or (None, None)
    return paint(
        spec, values, order=order, lines=lines, version=situation.stamp,
        ring_m=view.ring_m, slot=view.slot, day_type=view.day_type, metric=view.metric,
        post=quote(selected_post() or "", safe=""),
    )  # fmt: skip
