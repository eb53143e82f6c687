"""审计 / Audit: who looked at what kind of thing, and whether that is whole; for auditors."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dashboard import audit, audit_queries, queries
from dashboard.choice import choose
from dashboard.components.audit_tables import chain_state, events, summary, sweeps
from dashboard.components.frame import notices
from dashboard.components.watch import renew_when_up
from dashboard.texts import say
from data.terms import AuditKind, ViewerRole
from geo.errors import CampusError

DAYS = ("1", "7", "30", "180")
ALL = -1
PARTS = ("summary", "sweeps", "failed", "taken", "register", "kept")


def audit_page() -> None:
    """Show the page; whatever is missing is said in a sentence, and the page heals by itself."""
    try:
        _page(queries.situation())
    except CampusError:
        renew_when_up()


def _page(situation: queries.Situation) -> None:
    """Show the access log to an auditor, and a sentence to anybody else."""
    notices(situation)
    if situation.role != ViewerRole.AUDITOR:
        st.info(say("audit.page.auditors_only"))
        st.stop()
    st.html(f'<h2 class="campus-step">{say("audit.page.title")}</h2>')
    st.caption(say("audit.page.purpose"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        days = choose(
            "days",
            DAYS,
            default="7",
            label=say("audit.page.days"),
            show=lambda word: say(f"audit.page.days.{word}"),
        )
        names = {ALL: say("audit.page.every_account"), **audit_queries.accounts()}
        account = st.selectbox(
            say("audit.page.account"), list(names), key="audit_account",
            format_func=lambda number: names.get(number, str(number)), width=260,
        )  # fmt: skip
    now = datetime.now(tz=UTC)
    # the auditor is written down too, before anything is read; an hour later it is another look
    filters = [f"days:{days}", *([f"account:{account}"] if account != ALL else [])]
    audit.viewed("/audit", f"{now:%Y-%m-%dT%H}", filters, kind=AuditKind.AUDIT)
    span = audit_queries.span_of(int(days), None if account == ALL else account, now, situation.timezone)
    _show(situation, audit_queries.read(span))


def _show(situation: queries.Situation, found: audit_queries.Read) -> None:
    """Show the chain's state, then the part that is asked for."""
    chain_state(found.chain, situation)
    with st.container(key="parts"):
        part = choose(
            "audit", PARTS, default=PARTS[0], label=say("audit.page.part.label"),
            show=lambda word: say(f"audit.page.part.{word}"),
        )  # fmt: skip
    match part:
        case "summary":
            summary(found.summary, situation)
        case "sweeps":
            sweeps(found.sweeps, situation)
        case _:
            events(getattr(found, part), situation, part)
