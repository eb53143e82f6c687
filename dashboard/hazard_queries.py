"""What the page of hazards reads and writes as the session's viewer; reads are kept by scope and version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 -- the cache looks at the annotations
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.queries import KEEP, KEEP_S
from dashboard.viewer import viewer_token
from data.repositories import hazard_steps, hazards
from data.session import kept_transaction, viewer_work

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.queries import Situation
    from data.repositories.hazard_steps import Round, Step


@dataclass(frozen=True, slots=True)
class Board:
    """The hazards of a day.

    Parameters
    ----------
    states
        `data.repositories.hazards.standing_states`, in the order of the map's features.
    steps
        All steps, in the order in which they were taken.
    rounds
        The rounds, the newest first.
    """

    states: pd.DataFrame
    steps: pd.DataFrame
    rounds: pd.DataFrame


def board(now: Situation, today: date) -> Board:
    """Give the hazards as they are."""
    return _board(now.stamp, now.timezone, today, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _board(stamp: str, timezone: str, today: date, *, _token: str) -> Board:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return Board(
            states=hazards.standing_states(connection, timezone, today),
            steps=hazards.read_steps(connection, timezone),
            rounds=hazards.read_rounds(connection),
        )


def take_step(wanted: Step) -> None:
    """Take a step in the viewer's name; the errors of `data.repositories.hazard_steps.take_step`."""
    with viewer_work(viewer_token()) as connection:
        hazard_steps.take_step(connection, wanted)
        connection.commit()


def add_round(made: Round) -> int:
    """Make a round in the viewer's name; the errors of `data.repositories.hazard_steps.add_round`."""
    with viewer_work(viewer_token()) as connection:
        number = hazard_steps.add_round(connection, made)
        connection.commit()
    return number
