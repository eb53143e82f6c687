"""A finding on one A4 page: both measures drawn to scale, numbers, rule, source, dates; no verdict."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard import audit, finding_queries, queries
from dashboard.clock import local_now
from dashboard.dispute_drawing import drawing, paper_of
from dashboard.language import HTML_LANG, lang_of_query
from dashboard.texts import NOTHING, account_words, iso_day
from data.messages import text
from data.terms import AuditKind
from geo.errors import CampusError
from geo.terms import UNNAMED

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from dashboard.finding_queries import Case
    from dashboard.queries import Situation
    from data.messages import Lang

NOT_KEPT = {"Cache-Control": "private, no-store"}
STYLE = Path(__file__).with_name("dispute_print.css")
MAX_CODE = 200
MAX_NUMBER = 18
SAME_M = 0.0015
"""A length that differs by less from the build's is the same, to 1 mm."""
KEYS = (
    ("straight", '<path class="straight" d="M0 1.5H9"/>'), ("walk", '<path class="walk" d="M0 1.5H9"/>'),
    ("limit", '<path class="limit" d="M0 1.5H9"/>'),
    ("school", '<rect class="school" x="1" y="0.4" width="7" height="2.2"/>'),
    ("gate", '<rect class="gate" x="3.4" y="0.4" width="2.2" height="2.2"/>'),
    ("gate_assumed", '<rect class="assumed" x="3.4" y="0.4" width="2.2" height="2.2"/>'),
    ("venue", '<circle class="venue" cx="4.5" cy="1.5" r="1.1"/>'),
)  # fmt: skip


def dispute_routes() -> list[BaseRoute]:
    """List the routes of dispute sheets."""
    return [Route("/print/dispute", _dispute)]


def _dispute(request: Request) -> Response:
    """Give the sheet of a finding; rights are asked anew at every look."""
    lang = lang_of_query(request.url.query.encode())
    try:
        situation = queries.situation()
        wanted = _wanted(request)
        case = None if wanted is None else finding_queries.case_of(*wanted)
        if wanted is None or case is None:
            return PlainTextResponse("not found", status_code=404, headers={"Cache-Control": "no-store"})
        page = _page(situation, case, lang)
        venue, school, rule = wanted
        # written down before the sheet leaves
        audit.write(
            AuditKind.EXPORT, "/print/dispute", [f"venue:{venue}", f"school:{school}", f"rule:{rule}"]
        )
        return HTMLResponse(page, headers=NOT_KEPT)
    except CampusError as error:
        return PlainTextResponse(error.key, status_code=503, headers={**NOT_KEPT, "Retry-After": "3"})


def _wanted(request: Request) -> tuple[str, str, int] | None:
    """Read which finding is asked for; None where a word is none."""
    venue, school, rule = (request.query_params.get(name, "") for name in ("venue", "school", "rule"))
    is_code = all(word and len(word) <= MAX_CODE and word.isprintable() for word in (venue, school))
    is_number = rule.isascii() and rule.isdigit() and len(rule) <= MAX_NUMBER
    return (venue, school, int(rule)) if is_code and is_number else None


def _page(situation: Situation, case: Case, lang: Lang) -> str:
    """Write the sheet; every text in it is escaped."""

    def say(key: str, **params: object) -> str:
        return text(key, lang, **params)

    title = escape(say("rules.sheet.title"))
    training = f'<p class="training">{escape(say("pages.training"))}</p>' if situation.is_training else ""
    paper = paper_of(case)
    made = say(
        "rules.sheet.made", account=account_words(situation.account, situation.role, lang),
        time=f"{local_now(situation.timezone):%Y-%m-%d %H:%M}", run=case.row["run_id"],
    )  # fmt: skip
    status = say("rules.sheet.status", status=say(f"rules.status.{case.row['status']}"))
    why = say(f"rules.why.{case.row['why']}")
    return (
        f'<!DOCTYPE html><html lang="{HTML_LANG[lang]}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body>{training}<h1>{title}</h1>"
        f'<p class="treat">{escape(say("pages.internal"))}</p><p>{escape(made)}</p>'
        f'<p class="status">{escape(status)}</p><p>{escape(why)}</p>'
        f"{drawing(case, paper, say)}{_key(case, lang)}"
        f"<p>{escape(say('rules.sheet.scale', scale=paper.scale))}</p>{_table(case, lang)}"
        f'<p class="foot">{escape(say("rules.sheet.foot"))}</p></body></html>'
    )


def _key(case: Case, lang: Lang) -> str:
    """Say what each line and sign means; only those that are drawn."""
    gates = case.sides.gates["is_estimated"]
    left_out = {
        "walk": case.measured.route is None, "limit": case.measured.limit is None,
        "gate": bool(gates.all()), "gate_assumed": not gates.any(),
    }  # fmt: skip
    signs = "".join(
        f'<span><svg viewBox="0 0 9 3" aria-hidden="true">{sign}</svg>'
        f"{escape(text(f'rules.key.{name}', lang))}</span>"
        for name, sign in KEYS
        if not left_out.get(name, False)
    )
    return f'<div class="key">{signs}</div>'


def _table(case: Case, lang: Lang) -> str:
    """Write the numbers, the rule and the dates."""
    row = case.row

    def metres(value: float | None) -> str:
        return NOTHING if pd.isna(value) else text("rules.metres", lang, value=f"{value:.3f}")

    law = " ".join(str(word) for word in (row["document"], row["article"]) if not pd.isna(word))
    rule = text(
        "rules.card.rule", lang, metres=f"{row['metres']:g}",
        side=text(f"rules.side.{row['school_side']}", lang),
        metric=text(f"rules.metric.{row['metric']}", lang),
    )  # fmt: skip
    licence = text(
        "rules.card.licence", lang, established=iso_day(row["established_on"]),
        begins=iso_day(row["licence_from"]), ends=iso_day(row["licence_to"]),
    )  # fmt: skip
    dates = text(
        "rules.card.since", lang, venue=iso_day(row["venue_since"]), school=iso_day(row["school_since"]),
        rule=iso_day(row["rule_from"]),
    )  # fmt: skip
    category = text(f"rules.category.{row['category']}", lang)
    inclusive = text(f"rules.inclusive.{bool(row['is_inclusive'])}", lang)
    strength = text(f"rules.strength.{row['strength']}", lang)
    lines = [
        ("venue", f"{_name(row['venue_name'], row['venue_code'])} · {category} · {row['venue_code']}", ""),
        ("school", f"{_name(row['school_name'], row['school_code'])} · {row['school_code']}", ""),
        ("straight_m", metres(row["distance_straight_m"]), "number"),
        ("walk_m", metres(row["distance_walk_m"]), "number"),
        ("rule", f"{rule} · {inclusive}", ""),
        ("band", metres(row["band_m"]), "number"),
        ("law", f"{strength} · {law} · {row['rule']} / {row['rule_id']}", ""),
        ("source", str(row["source"]), ""), ("licence", licence, ""), ("dates", dates, ""),
    ]  # fmt: skip
    if _has_moved(case):
        lines.append(("moved", text("rules.sheet.moved_why", lang), ""))
    body = "".join(
        f"<tr><th>{escape(text(f'rules.sheet.{name}', lang))}</th>"
        f'<td class="{kind}">{escape(value)}</td></tr>'
        for name, value, kind in lines
    )
    return f"<table>{body}</table>"


def _has_moved(case: Case) -> bool:
    """Tell whether the facts have changed since the build: what is drawn then differs from its numbers."""
    row, now = case.row, case.measured
    pairs = ((row["distance_straight_m"], now.straight_m), (row["distance_walk_m"], now.walk_m))
    for built, drawn in pairs:
        is_gone = pd.isna(built) != (drawn is None)
        if is_gone or (drawn is not None and abs(float(built) - drawn) > SAME_M):
            return True
    return False


def _name(name: object, code: object) -> str:
    return str(code) if not isinstance(name, str) or name == UNNAMED else name
