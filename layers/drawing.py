"""A layer's description -> what the browser is told: `base` once, `paint` at each rerun; and the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import folium

from layers.elements import Base, Paint
from layers.offline import check_links
from layers.plan import plan_base

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from layers.spec import LayerSpec

MAX_ZOOM = 18
MIN_ZOOM = 3
ZOOM_SNAP = 0.25
"""Whole steps would leave up to half of the map's width empty around a district."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words that the map itself shows.

    Parameters
    ----------
    say
        Gives the catalogue's text of a key.
    attribution
        What the data are, and whose.
    watermark
        Text across the map; empty where the data are real.
    """

    say: Callable[[str], str]
    attribution: str
    watermark: str = ""


def base(spec: LayerSpec, say: Callable[[str], str]) -> dict[str, Any]:
    """Describe a layer to the browser, once.

    Parameters
    ----------
    spec
        The layer.
    say
        Gives the catalogue's text of a key.

    Returns
    -------
    dict
        Name, way of drawing and legend; no geometry, no address.
    """
    legend = [
        {"code": entry.code, "shape": entry.shape, "label": say(entry.label_key)} for entry in spec.legend
    ]
    return {
        "key": spec.key,
        "title": say(spec.title_key),
        "draw": spec.draw.value,
        "styleColumns": list(spec.style_columns),
        "shapeColumn": spec.shape_column,
        "shapedByCode": spec.is_shaped_by_code,
        "shown": spec.is_shown,
        "background": spec.is_background,
        "minZoom": spec.min_zoom,
        "legend": legend,
    }


def paint(
    spec: LayerSpec,
    values: str | None = None,
    *,
    order: str | None = None,
    lines: Sequence[str] | None = None,
    **params: object,
) -> dict[str, Any]:
    """Say what a rerun shows of a layer.

    Parameters
    ----------
    spec
        The layer.
    values
        One code, a character, for each feature; None where the layer has one look.
    order
        `layers.geojson.order_of` the features that the codes belong to.
    lines
        Codes of the legend's lines that mean something now; None for all.
    **params
        What the layer's address names: ``version`` and its own.

    Returns
    -------
    dict
        Address, and codes with their order.
    """
    state: dict[str, Any] = {"url": spec.address(**params)}
    if values is not None:
        state |= {"codes": values, "order": order}
    if lines is not None:
        state["lines"] = list(lines)
    return state


def draw_map(
    specs: Sequence[LayerSpec],
    *,
    bounds: tuple[float, float, float, float],
    words: Words,
    lang: str,
    has_plans: bool = False,
) -> folium.Map:
    """Make the map without a value in it; made anew for each rerun, never cached.

    Parameters
    ----------
    specs
        Layers from the ground up.
    bounds
        West, south, east, north of the first view, degrees EPSG:4490.
    words
        What the map says.
    lang
        ``zh`` or ``en``, for the frame's ``lang``.
    has_plans
        Whether the viewer may see plans; their legend is then there, and shown with a plan.

    Returns
    -------
    folium.Map

    Raises
    ------
    layers.offline.RemoteLinkError
        Something in it would leave this server.
    """
    west, south, east, north = bounds
    made = folium.Map(
        location=((south + north) / 2, (west + east) / 2),
        zoom_start=11,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        min_zoom=MIN_ZOOM,
        max_zoom=MAX_ZOOM,
        zoom_snap=ZOOM_SNAP,
    )
    config = {
        "layers": [base(spec, words.say) for spec in specs],
        "bounds": [[south, west], [north, east]],
        "maxZoom": MAX_ZOOM,
        "lang": lang,
        "attribution": words.attribution,
        "watermark": words.watermark,
        "words": {key: words.say(f"layers.map.{key}") for key in MAP_WORDS},
        "plan": plan_base(words.say) if has_plans else None,
    }
    Base(config).add_to(made)
    check_links(made)
    return made


MAP_WORDS = ("legend", "zoom_in", "zoom_out", "whole", "north", "retry", "estimated", "estimated_gate")


def painted(state: Mapping[str, Any]) -> folium.FeatureGroup:
    """Wrap a rerun's state for st_folium's ``feature_group_to_add``.

    Parameters
    ----------
    state
        ``layers`` (`paint` by key; one that is missing is not drawn, nor is its legend), ``theme``,
        ``selected`` (a school's code), ``gate`` (a gate's id), ``chosen`` (``layer`` and ``id`` of a sign of
        another layer, which then stands before both), ``zone`` (a focus zone's id), ``cell`` (a hexagon's
        id), ``focus``, and ``subject``: the key of the layer that the page is about, which is drawn large and
        at every zoom;
        ``labels`` (by layer, a text for each feature in the order of its codes). ``plan``
        (`layers.plan.plan_paint`) in plan mode alone.

    Returns
    -------
    folium.FeatureGroup
    """
    group = folium.FeatureGroup(name="campus")
    Paint(state).add_to(group)
    check_links(group)
    return group
