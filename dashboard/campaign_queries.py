"""What the part on campaigns reads and writes, as the viewer of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.queries import KEEP, KEEP_S
from dashboard.viewer import viewer_token
from data.repositories import campaign_zones, campaigns, plan_facts
from data.session import kept_transaction, viewer_transaction, viewer_work
from geo.errors import CampusError

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

    from dashboard.queries import Situation
    from data.repositories.campaigns import CampaignWords, TaskWords

Row = dict[str, Any]


class NoDistrictError(CampusError):
    """There is no school yet: nothing can be planned for."""

    key = "campaigns.no_district"


def zones(now: Situation) -> pd.DataFrame:
    """Give the proposed zones, best placed first (`data.repositories.campaign_zones.read_ranked`)."""
    return _zones(now.stamp, _token=viewer_token())


@st.cache_data(ttl=KEEP_S, max_entries=KEEP, show_spinner=False)
def _zones(stamp: str, *, _token: str) -> pd.DataFrame:  # noqa: ARG001 -- the key of the cache
    with kept_transaction(_token) as connection:
        return campaign_zones.read_ranked(connection)


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """Give a frame's rows by the names of its columns."""
    return [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def campaigns_listed() -> list[Row]:
    """List the campaigns, the newest first."""
    with viewer_transaction(viewer_token()) as connection:
        return campaigns.listed(connection)


def tasks_listed() -> list[Row]:
    """List the tasks, the most urgent first, those that are done last."""
    with viewer_transaction(viewer_token()) as connection:
        return campaigns.tasks(connection)


def save(number: int | None, words: CampaignWords, district: str | None = None) -> tuple[int, int]:
    """Make a campaign, or change one; give its number and that of the worker's job."""
    with viewer_work(viewer_token()) as connection:
        if number is None:
            made = campaigns.add(connection, district or _district(connection), words)
        else:
            made = number, campaigns.change(connection, number, words)
        connection.commit()
    return made


def close(number: int) -> int:
    """Close a campaign; give the number of the worker's job."""
    with viewer_work(viewer_token()) as connection:
        asked = campaigns.close(connection, number)
        connection.commit()
    return asked


def ask(kind: str, number: int) -> int:
    """Ask for a campaign's figures anew; give the number of the worker's job."""
    with viewer_work(viewer_token()) as connection:
        asked = campaigns.ask(connection, kind, number)
        connection.commit()
    return asked


def add_task(words: TaskWords, district: str | None = None) -> int:
    """Write a task down; give its number."""
    with viewer_work(viewer_token()) as connection:
        number = campaigns.add_task(connection, district or _district(connection), words)
        connection.commit()
    return number


def mark_task(number: int, *, is_done: bool) -> None:
    """Say that a task is done, or that it is not."""
    with viewer_work(viewer_token()) as connection:
        campaigns.mark_task(connection, number, is_done=is_done)
        connection.commit()


def _district(connection: Connection) -> str:
    """Give the largest district that the viewer sees."""
    codes = plan_facts.districts(connection)
    if not codes:
        raise NoDistrictError
    return codes[0]
