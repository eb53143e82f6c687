"""What pages and routes write into the access log: once for what is shown, not once for each run or tile.

It is written before anything is shown or sent: where it cannot be written down, nothing leaves.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.viewer import viewer_token
from data.repositories.audit import record
from data.session import viewer_work
from data.terms import AuditKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEEN = "audit_seen"
"""In the session: what was written down already."""
MOST_SEEN = 500
MOST_KEPT = 20_000
TILES_STEP = 500
"""Of so many tiles of a layer each further batch is written down again: that shows who takes a whole map."""
OPENED = {
    "school": ("selected_school", None), "gate": ("selected_gate", "gate"), "post": ("selected_post", None),
    "zone": ("selected_zone", "zone"), "cell": ("selected_cell", "cell"),
    "venue": ("selected_venue", "venue"), "hazard": ("selected_hazard", "hazard"),
}  # fmt: skip
"""Where pages keep what is opened: in the session, before its first run in the address."""

_fetched: OrderedDict[tuple[str, str, str], int] = OrderedDict()
_guard = threading.Lock()


def write(kind: AuditKind, route: str, codes: Sequence[str] = ()) -> None:
    """Write an event down in the viewer's name.

    Raises
    ------
    geo.errors.CampusError
        The database is away.
    """
    with viewer_work(viewer_token()) as connection:
        record(connection, kind, route, codes)
        connection.commit()


def viewed(route: str, stamp: str, codes: Iterable[str] = (), *, kind: AuditKind = AuditKind.VIEW) -> None:
    """Write down what a page shows, once in a session for each state of the data.

    Parameters
    ----------
    route
        The page, and its part.
    stamp
        Scope and version of the data.
    codes
        What is opened, as ``kind:code``; what is no object is not kept.
    kind
        What is done.
    """
    given = tuple(codes)
    seen: list[tuple[str, str, tuple[str, ...]]] = st.session_state.setdefault(SEEN, [])
    if (route, stamp, given) in seen:
        return
    write(kind, route, given)
    seen.append((route, stamp, given))
    del seen[:-MOST_SEEN]


def opened(*names: str) -> list[str]:
    """Give what is opened of some kinds, as ``kind:code``."""
    found = []
    for name in names:
        state, address = OPENED[name]
        held = st.query_params.get(address) if address else None
        held = st.session_state.get(state, held)
        if held not in (None, ""):
            found.append(f"{name}:{held}")
    return found


def fetched(route: str, stamp: str) -> None:
    """Write down that a session fetches a layer: its first answer, then every five hundredth.

    Parameters
    ----------
    route
        Address of the layer, without its tiles.
    stamp
        Scope and version of the data.
    """
    key = (hashlib.sha256(viewer_token().encode()).hexdigest(), route, stamp)
    with _guard:
        count = _fetched.get(key, 0)
    if count % TILES_STEP == 0:
        write(AuditKind.TILES, route, [f"tiles:{count}"] if count else [])
    with _guard:
        _fetched[key] = _fetched.get(key, 0) + 1
        _fetched.move_to_end(key)
        while len(_fetched) > MOST_KEPT:
            _fetched.popitem(last=False)
