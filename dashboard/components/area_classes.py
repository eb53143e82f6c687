"""Registered cases by police area and half-year, in classes: a plain table, by code, without colour or order.

It is background. There is no map of it, nothing to click, no sum and no rank; a school, a ring or a drawn
shape never has a number of it.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import class_queries
from dashboard.class_words import class_text, half_year_text
from dashboard.texts import NOTHING, say

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.queries import Situation

SEES_AREA_CLASSES = frozenset({"commander", "committee"})


def area_classes_part(situation: Situation) -> None:
    """Show the table to those who may see it, where there is any cell; nothing to others."""
    if situation.role not in SEES_AREA_CLASSES:
        return
    cells = class_queries.area_classes(situation)
    if cells.empty:
        return
    with st.expander(say("classes.background")):
        st.html(table_html(cells))


def table_html(cells: pd.DataFrame) -> str:
    """Write heading, the sentence on how to read it, and the table; every text in it is escaped.

    Parameters
    ----------
    cells
        ``area_code``, ``name``, ``half_year``, ``class``.
    """
    half_years = sorted(set(cells["half_year"]))
    head = "".join(f'<th scope="col">{escape(half_year_text(word))}</th>' for word in half_years)
    rows = "".join(
        _row_html(str(code), of_area, half_years) for code, of_area in cells.groupby("area_code", sort=True)
    )
    return (
        f"<section><h3>{escape(say('classes.title'))}</h3><p>{escape(say('classes.why'))}</p>"
        f'<div class="campus-wide"><table class="campus-table"><thead><tr><th scope="col">'
        f"{escape(say('classes.area'))}</th>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _row_html(code: str, cells: pd.DataFrame, half_years: list[str]) -> str:
    """Write an area's row; a dash where a half-year has no cell of it."""
    name = cells["name"].iloc[0]
    told = dict(zip(cells["half_year"], cells["class"], strict=True))
    words = [class_text(told[word]) if word in told else NOTHING for word in half_years]
    cells_html = "".join(f"<td>{escape(word)}</td>" for word in words)
    return f'<tr><th scope="row">{escape(name if isinstance(name, str) else code)}</th>{cells_html}</tr>'
