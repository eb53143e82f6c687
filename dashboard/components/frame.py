"""What stands around every page: title, language, training banner, and the line that says how to treat it."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import streamlit as st

from dashboard.gate.forms import HOME, login_address, next_path
from dashboard.language import HTML_LANG
from dashboard.texts import KEY, lang, moment, say
from data.messages import LANGS, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.navigation.page import StreamlitPage

    from dashboard.queries import Situation
    from data.repositories.sign_in import Seen

STYLE = Path(__file__).parent.parent / "page.css"


def page_head(viewer: Seen, page: StreamlitPage | None, ways: Mapping[str, StreamlitPage]) -> None:
    """Write the title row with the ways to the pages, who looks, and the language; goes first on every page.

    Parameters
    ----------
    viewer
        Who looks.
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
        _whose(viewer)
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


def _whose(viewer: Seen) -> None:
    """Say which account looks, where it changes its password, and where it signs out."""
    words = f"{escape(viewer.name)} · {escape(say(f'pages.role.{viewer.role}'))}"
    ways = [] if viewer.is_external else [("password", "gate.password.link")]
    links = "".join(
        f'<a href="/{way}?lang={lang()}" target="_self">{escape(say(key))}</a>'
        for way, key in [*ways, ("logout", "gate.sign_out_link")]
    )
    st.html(f'<div class="campus-who"><span>{words}</span>{links}</div>', width="content")


def session_ended() -> None:
    """Say that the session is over, and where to sign in and come back: all that is left of an open page."""
    here = urlsplit(st.context.url or "").path or HOME
    asked = urlencode(st.query_params.to_dict())
    address = login_address(next_path(f"{here}?{asked}" if asked else here), lang())
    way = f'<a href="{escape(address)}" target="_self">{escape(say("gate.sign_in_again"))}</a>'
    st.html(STYLE)
    st.html(f'<div class="campus-over" role="alert"><p>{escape(say("gate.gone_page"))}</p>{way}</div>')


def nothing_to_see() -> None:
    """Say that there is no page for the viewer's role."""
    st.html(f'<div class="campus-hint"><p>{escape(say("gate.no_page"))}</p></div>')


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
