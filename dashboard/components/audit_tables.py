"""The tables of the audit's page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard.components.intake_report import table_height
from dashboard.texts import NOTHING, moment, say
from data.repositories.audit_reads import MOST_ROWS

if TYPE_CHECKING:
    from dashboard.queries import Situation
    from data.repositories.audit_reads import ChainState

TABLE_HEIGHT = 520
WELL = "ok"


def chain_state(chain: ChainState, now: Situation) -> None:
    """Say how far the chain is sealed and signed, and what its last verification found."""
    if chain.position is None or chain.sealed_at is None:
        st.html(f'<p class="campus-card">{escape(say("audit.page.chain.none", waiting=chain.waiting))}</p>')
        return
    parts = [
        say(
            "audit.page.chain.sealed",
            position=chain.position,
            at=_moment(chain.sealed_at, now),
            waiting=chain.waiting,
        )
    ]
    if chain.signed_at is not None:
        signed_at = _moment(chain.signed_at, now)
        parts.append(say("audit.page.chain.signed", position=chain.signed_position, at=signed_at))
    verdict = [word for word in chain.verdict if not word.startswith("links:")]
    if chain.verified_at is None:
        parts.append(say("audit.page.chain.unverified"))
    else:
        key = "audit.page.chain.well" if verdict == [WELL] else "audit.page.chain.faults"
        parts.append(say(key, at=_moment(chain.verified_at, now)))
    st.html(f'<p class="campus-card">{"<br>".join(map(escape, parts))}</p>')


def summary(found: pd.DataFrame, now: Situation) -> None:
    """Show who did what where, how often, first and last."""
    if _is_empty(found):
        return
    table = _with_words(found, now, "first", "last")
    _table(table[["account", "role", "kind", "route", "events", "first", "last"]], "summary")


def sweeps(found: pd.DataFrame, now: Situation) -> None:
    """Show the hours in which an account opened unusually much: to look at, which is no accusation."""
    st.caption(say("audit.page.sweeps_help"))
    if _is_empty(found):
        return
    _table(_with_words(found, now, "hour")[["account", "role", "hour", "objects", "tiles"]], "sweeps")


def events(found: pd.DataFrame, now: Situation, part: str) -> None:
    """Show the newest events of some kinds."""
    if _is_empty(found):
        return
    table = _with_words(found, now, "at")
    _table(table[["at", "account", "role", "kind", "route", "codes"]], part)


def _is_empty(found: pd.DataFrame) -> bool:
    """Say where there is nothing, and where not everything is shown."""
    if found.empty:
        st.info(say("audit.page.nothing"))
    elif len(found) >= MOST_ROWS:
        st.caption(say("audit.page.most", count=MOST_ROWS))
    return found.empty


def _with_words(found: pd.DataFrame, now: Situation, *times: str) -> pd.DataFrame:
    """Give a table with words for roles and kinds and local times."""
    words = {name: found[name].map(lambda at: _moment(at, now)) for name in times}
    words["role"] = found["role"].map(lambda role: NOTHING if pd.isna(role) else say(f"pages.role.{role}"))
    words["account"] = found["account"].map(lambda name: say("audit.page.nobody") if pd.isna(name) else name)
    if "kind" in found:
        words["kind"] = found["kind"].map(lambda kind: say(f"audit.kind.{kind}"))
    return found.assign(**words)


def _moment(at: Any, now: Situation) -> str:
    """Write a moment in the district's time."""
    return moment(at, now.timezone)


def _table(table: pd.DataFrame, part: str) -> None:
    """Show a table with its headings in the language on screen."""
    number, words = st.column_config.NumberColumn, st.column_config.TextColumn
    counted = ("events", "objects", "tiles")
    config = {
        name: (number if name in counted else words)(say(f"audit.column.{name}")) for name in table.columns
    }
    st.dataframe(
        table, hide_index=True, height=table_height(len(table), TABLE_HEIGHT), placeholder=NOTHING,
        column_config=config, alt=say(f"audit.page.part.{part}"),
    )  # fmt: skip
