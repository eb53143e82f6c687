"""What stands around every page: title, language, training banner, and the line that says how to treat it."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.language import HTML_LANG
from dashboard.texts import KEY, lang, moment, say
from data.messages import LANGS, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.navigation.page import StreamlitPage

    from dashboard.queries import Situation

STYLE = Path(__file__).parent.parent / "page.css"


def page_head(page: StreamlitPage, ways: Mapping[str, StreamlitPage]) -> None:
    """Write the title row with the ways to the pages and the language switch; goes first on every page.

    Parameters
    ----------
    page
        The page that is shown.
    ways
        All pages by name, in order.
    """
    st.html(STYLE)
    set_words(":root", skip=say("intake_page.skip"))
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.html(f'<h1 class="campus-title">{escape(say("pages.title"))}</h1>')
        with st.container(horizontal=True, key="nav", width="content"):
            for number, (name, each) in enumerate(ways.items()):
                here = "here" if each == page else "there"
                with st.container(key=f"nav_{here}_{number}", width="content"):
                    st.page_link(each, label=name, query_params={KEY: lang()})
        st.session_state[KEY] = lang()
        st.segmented_control(
            text("pages.language", "zh"), LANGS, key=KEY, required=True, label_visibility="collapsed",
            on_change=_keep_language, format_func=lambda word: text("pages.language_name", word),
        )  # fmt: skip
    # the page's document was written before the language was switched here
    st.html(
        f"<script>document.documentElement.lang = {HTML_LANG[lang()]!r};</script>",
        unsafe_allow_javascript=True,
    )


def set_words(place: str, **words: str) -> None:
    """Hand texts to the style sheet, which puts them where the library has words in English alone.

    Parameters
    ----------
    place
        Selector of what they are for.
    **words
        Text by the name of its variable, ``--campus-<name>``.
    """
    said = "".join(
        f"--campus-{name}: {json.dumps(text, ensure_ascii=False)};" for name, text in words.items()
    )
    st.html(f"<style>{place} {{ {said} }}</style>")


def _keep_language() -> None:
    """Write the language into the address, so that a reload and a link keep it."""
    st.query_params[KEY] = lang()


def notices(situation: Situation) -> None:
    """Say what the data are and how to treat them: never left out, never closed."""
    parts = [say("pages.internal")]
    if situation.built_at is not None:
        parts.append(
            say("pages.built", time=moment(situation.built_at, situation.timezone), run=situation.run_id)
        )
        parts.append(say("pages.as_of", date=situation.as_of))
    training = (
        f'<strong role="note">{escape(say("pages.training"))}</strong>' if situation.is_training else ""
    )
    st.html(f'<div class="campus-notices">{training}<span>{escape(" · ".join(parts))}</span></div>')
