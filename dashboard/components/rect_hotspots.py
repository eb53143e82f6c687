"""The part of the rectification page that shows where there are significantly many events, and how sure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import hotspot_queries, queries
from dashboard.choice import choose
from dashboard.components.hotspot_card import hotspot_card
from dashboard.components.map_view import About, map_view
from dashboard.hotspot_queries import Chosen
from dashboard.hotspot_words import (
    category_text,
    change_text,
    cluster_texts,
    concentration_text,
    foresight_text,
    headline_text,
    notes_of,
    period_text,
    place_text,
    town_texts,
)
from dashboard.selection import cell_chosen_on_map, select_cell, selected_cell
from dashboard.texts import number, say
from dashboard.view import DEFAULT_RING_M, View, told_apart
from dashboard.view_hotspots import (
    Named,
    categories_of,
    default_period,
    named,
    periods_of,
    significant_places,
)
from geo.hexagons import cell_centres
from geo.hotspots import ALL
from geo.terms import DayType, Slot
from layers import hotspots as layer
from layers.geojson import order_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEFT_OUT = ("perimeter", "coverage_gap", "service_area", "gate", "post")
NO_VIEW = View(DEFAULT_RING_M, str(Slot.ALL), str(DayType.SCHOOL_DAY))
PLACES_LISTED, CLUSTERS_LISTED = 8, 10
_YEAR = 4


def hotspots_part(situation: queries.Situation) -> None:
    """Show the part."""
    grids = hotspot_queries.grids(situation)
    if grids.empty:
        st.info(say("hotspots.empty"))
        return
    with st.container(key="filters", horizontal=True, vertical_alignment="bottom"):
        grid = _grid(grids)
        periods = hotspot_queries.periods(situation, str(grid["district_code"]), int(grid["epsg"]))
        chosen = _chosen(grid, periods)
        mode = choose(
            "hot_show", [*layer.MODES], default="significant", label=say("hotspots.show.label"),
            show=lambda word: say(f"hotspots.show.{word}"),
        )  # fmt: skip
    _show(situation, grid, periods, chosen, mode)


def _grid(grids: pd.DataFrame) -> dict[str, Any]:
    """Let the viewer choose a grid where there are several."""
    records = [{str(name): value for name, value in row.items()} for row in grids.to_dict("records")]
    rows = {f"{row['district_code']}-{row['epsg']}": row for row in records}
    key = next(iter(rows))
    if len(rows) > 1:
        key = choose(
            "hot_grid", [*rows], default=key, label=say("hotspots.grid"), list_width=190,
            show=lambda word: grid_name(rows[word]),
        )  # fmt: skip
    return rows[key]


def grid_name(grid: Mapping[str, Any]) -> str:
    """Name a grid by its district."""
    return str(grid["name"]) if isinstance(grid["name"], str) else say("hotspots.no_district")


def _chosen(grid: Mapping[str, Any], periods: pd.DataFrame) -> Chosen:
    """Let the viewer choose period and category."""
    period = choose(
        "hot_period", periods_of(periods), default=default_period(periods),
        label=say("hotspots.period.label"), show=period_text, list_width=150,
    )  # fmt: skip
    category = choose(
        "hot_category", categories_of(periods, period), default=ALL,
        label=say("hotspots.category.label"), show=category_text, list_width=150,
    )  # fmt: skip
    return Chosen(str(grid["district_code"]), int(grid["epsg"]), period, category)


def _show(
    situation: queries.Situation, grid: Mapping[str, Any], periods: pd.DataFrame, chosen: Chosen, mode: str
) -> None:
    """Show headline, map, card and list."""
    own = periods[(periods["period"] == chosen.period) & (periods["category"] == chosen.category)]
    events = int(own["events"].iloc[0])
    cells = hotspot_queries.cells(situation, chosen)
    schools = told_apart(queries.schools(situation), say("pages.unnamed"))
    places = significant_places(cells, schools, chosen.epsg)
    told = hotspot_queries.measures(situation, chosen)
    headline = headline_text((chosen.period, chosen.category), events, places, told)
    st.html(f'<p class="campus-headline">{escape(headline)}</p>')
    notes = notes_of(grid, events, chosen.period)
    st.html("".join(f'<p class="campus-zone-line">{escape(note)}</p>' for note in notes))
    left, right = st.columns([0.58, 0.42], gap="small")
    with left:
        _map(situation, chosen, (cells, places), mode)
    with right:
        cell = selected_cell()
        own_place = None if cell is None else _name_of(cell, schools, chosen.epsg)
        hotspot_card(situation, chosen, periods, own_place)
        _places(places)
        _sentences(grid, told, schools, chosen)
    with st.expander(say("hotspots.method.title")):
        st.markdown(say("hotspots.method.text", radius=grid["radius_m"]))


def _name_of(cell: str, schools: pd.DataFrame, epsg: int) -> str | None:
    """Name a hexagon's place; None for what is no hexagon of this grid."""
    if not cell.startswith(f"{epsg}_"):
        return None
    (middle,) = cell_centres([cell])
    return place_text(named(([middle.x], [middle.y]), schools, epsg)[0])


def _map(
    situation: queries.Situation, chosen: Chosen, found: tuple[pd.DataFrame, pd.DataFrame], mode: str
) -> None:
    """Draw the hexagons; the places that are listed have the numbers of the list."""
    cells, places = found
    numbers = {str(top): str(row) for row, top in enumerate(places["top"].head(PLACES_LISTED), start=1)}
    ids = hotspot_queries.drawn(situation)
    density = hotspot_queries.density(situation, chosen.district, chosen.period[:_YEAR])
    if mode == "density" and (len(chosen.period) > _YEAR or chosen.category != ALL):
        st.caption(say("hotspots.show.density_of_year", period=period_text(chosen.period[:_YEAR])))
    map_view(
        situation, NO_VIEW,
        codes={"hotspot": (layer.codes(ids, cells, density, mode), order_of(ids))},
        left_out=LEFT_OUT,
        lines={"school": (), "hotspot": layer.MODES[mode]},
        about=About(
            subject="hotspot", cell=selected_cell(), on_click=cell_chosen_on_map,
            labels={} if mode == "density" else {"hotspot": [numbers.get(one, "") for one in ids]},
        ),
    )  # fmt: skip


def _places(places: pd.DataFrame) -> None:
    """List the significant places; one that is pressed is gone to."""
    if places.empty:
        return
    st.html(f'<h3 class="campus-step">{escape(say("hotspots.places.title"))}</h3>')
    with st.container(key="hot_places", gap=None):
        for row, place in enumerate(places.head(PLACES_LISTED).to_dict("records"), start=1):
            st.button(
                say("hotspots.places.row", row=row, place=place_text(Named(*place["named"])),
                    events=number(int(place["events"])), hexagons=number(int(place["cells"]))),
                key=f"hot_place_{row}", type="tertiary",
                on_click=select_cell, args=(str(place["top"]),),
            )  # fmt: skip
    if len(places) > PLACES_LISTED:
        st.caption(say("hotspots.places.more", count=number(len(places) - PLACES_LISTED)))


def _sentences(
    grid: Mapping[str, Any], told: Mapping[str, Any], schools: pd.DataFrame, chosen: Chosen
) -> None:
    """Say how events are concentrated, how they changed, how well that foretells; towns and clusters."""
    lines = [concentration_text(told), change_text(told), foresight_text(grid)]
    st.html("".join(f"<p>{escape(line)}</p>" for line in lines))
    towns = {
        str(code): str(name)
        for code, name in zip(schools["town_code"], schools["town_name"], strict=True)
        if isinstance(name, str)
    }
    _listed(say("hotspots.change.towns"), town_texts(told, towns))
    found = (told.get("clusters") or {}).get("found", [])[:CLUSTERS_LISTED]
    _listed(say("hotspots.clusters"), cluster_texts(told, _names_of(found, schools, chosen.epsg)))


def _names_of(clusters: Sequence[Mapping[str, Any]], schools: pd.DataFrame, epsg: int) -> list[Named]:
    """Name clusters by the middle of their hexagons."""
    middles = [[(point.x, point.y) for point in cell_centres(one["cells"])] for one in clusters]
    means = [pd.DataFrame(points, columns=["lon", "lat"]).mean() for points in middles]
    return named(([one["lon"] for one in means], [one["lat"] for one in means]), schools, epsg)


def _listed(title: str, lines: Sequence[str]) -> None:
    """Show lines behind a title that opens; nothing where there are none."""
    if lines:
        with st.expander(title):
            st.html("<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>")
