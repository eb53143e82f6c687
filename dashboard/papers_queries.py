"""What the papers need, read and made as the viewer of the session, kept by viewer scope and data version.

Documents are made in this process, in the viewer's own transaction: so the database's policies decide what
can stand in them, and no file lies anywhere for somebody else to find. They are made anew for every state of
the data, every day and every wish, and kept for some minutes.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 -- the caches look at the annotations
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.clock import local_now
from dashboard.papers.material import Backdrop, Imprint, Material, Wanted
from dashboard.papers.meeting import meeting_docx
from dashboard.papers.notices import notices_docx
from dashboard.papers.sheet_map import map_sheet
from dashboard.queries import KEEP_S
from dashboard.texts import account_words
from dashboard.viewer import viewer_token
from data.repositories import map_layers, papers, settings
from data.rights import rights
from data.session import kept_transaction, viewer_work

if TYPE_CHECKING:
    from dashboard.queries import Situation
    from data.messages import Lang

DECIDERS = rights().parts["papers"]
"""Who sees the ranking of zones (DESIGN 8.6)."""
FILES = {
    "meeting.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "map.pdf": "application/pdf",
    "map.png": "image/png",
    "notices.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""The files by name, with what they are."""
KEEP = 20


def district(now: Situation) -> str | None:
    """Give the district of the papers: the one that is set, else the largest; None without a school."""
    return _district(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _district(stamp: str, *, _token: str) -> str | None:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        codes = map_layers.districts(connection)["district_code"].tolist()
        wanted = settings.read(connection).district
    return wanted if wanted in codes else next(iter(codes), None)


def material(now: Situation) -> Material | None:
    """Read what the papers are made of; None where there is no district."""
    code = district(now)
    if code is None:
        return None
    return _material(now.stamp, code, local_now(now.timezone).date(), now.timezone, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _material(stamp: str, code: str, today: date, timezone: str, *, _token: str) -> Material:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return Material(
            zones=papers.read_zones(connection, code),
            schools=papers.read_school_names(connection, code),
            findings=papers.read_findings(connection, code),
            hazards=papers.read_open_hazards(connection, code, timezone, today),
            uncovered=papers.read_uncovered(connection, code),
            tasks=papers.read_tasks(connection, code, timezone, today),
        )


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _backdrop(stamp: str, code: str, *, _token: str) -> Backdrop:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return Backdrop(
            district=papers.read_district_shape(connection, code),
            towns=papers.read_towns(connection, code),
            basemap=papers.read_basemap(connection, code),
            roads=papers.read_main_roads(connection, code),
            schools=papers.read_school_shapes(connection, code),
        )


def paper(now: Situation, name: str, wanted: Wanted, lang: Lang) -> bytes | None:
    """Make a file, or give the one that was made for the same scope, state of the data and wishes.

    Parameters
    ----------
    now
        Who looks.
    name
        One of `FILES`.
    wanted
        Which meeting and zones.
    lang
        Language of the papers.

    Returns
    -------
    bytes or None
        None for a viewer who does not decide, and where there is no district.
    """
    if now.role not in DECIDERS or district(now) is None:
        return None
    today = local_now(now.timezone).date()
    return _paper(now.stamp, now.account, name, today, wanted, lang, _now=now)


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _paper(
    stamp: str, account: str, name: str, today: date, wanted: Wanted, lang: Lang, *, _now: Situation
) -> bytes:  # fmt: skip
    """Make a file, which carries the account that asks for it, and is kept for that account alone."""
    token = viewer_token()
    code = _district(stamp, _token=token) or ""
    known = _material(stamp, code, today, _now.timezone, _token=token)
    imprint = _imprint(_now, lang, token)
    if name == "notices.docx":
        return notices_docx(known, imprint, lang)
    if name == "meeting.docx":
        picture = _paper(stamp, account, "map.png", today, wanted, lang, _now=_now)
        return meeting_docx(known, wanted, imprint, picture, lang)
    backdrop = _backdrop(stamp, code, _token=token)
    return map_sheet(known, backdrop, wanted, imprint, lang, kind="pdf" if name == "map.pdf" else "png")


def _imprint(now: Situation, lang: Lang, token: str) -> Imprint:
    """Say what stands on every page."""
    with kept_transaction(token) as connection:
        rules = settings.read(connection)
    return Imprint(
        account=account_words(now.account, now.role, lang), made_at=local_now(now.timezone),
        run_id=now.run_id,
        as_of=now.as_of, is_training=now.is_training, attribution=rules.map_attribution,
        approval_no=rules.map_approval_no,
    )  # fmt: skip


def record_download(name: str) -> None:
    """Write into the access log that the viewer takes a file."""
    with viewer_work(viewer_token()) as connection:
        papers.record_download(connection, f"papers/{name}", [])
        connection.commit()
