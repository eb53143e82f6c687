"""The orders of a slot as an A4 list to tick off: no scripts, for commanders alone, kept in no cache."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard import audit, plan_queries, queries
from dashboard.clock import local_now
from dashboard.components.orders_part import not_before
from dashboard.language import HTML_LANG, lang_of_query
from dashboard.orders_text import line_words, order_table
from dashboard.texts import account_words
from dashboard.view_ledger import DAYS_AHEAD, SEES_AHEAD
from data.messages import text
from data.terms import AuditKind
from geo.errors import CampusError
from geo.terms import Slot

if TYPE_CHECKING:
    import pandas as pd
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from dashboard.queries import Situation
    from data.messages import Lang

NOT_KEPT = {"Cache-Control": "private, no-store"}
STYLE = Path(__file__).with_name("orders_print.css")
COLUMNS = ("tick", "school", "gate", "window", "post", "leaves")


def print_routes() -> list[BaseRoute]:
    """List the routes of what is printed."""
    return [Route("/print/orders", _orders)]


def _orders(request: Request) -> Response:
    """Give the list of a day and slot; rights are asked anew at every look."""
    lang = lang_of_query(request.url.query.encode())
    try:
        situation = queries.situation()
        wanted = _wanted(request, situation)
        if wanted is None:
            return PlainTextResponse("not found", status_code=404, headers={"Cache-Control": "no-store"})
        page = _page(situation, *wanted, lang)
        # written down before the list leaves
        audit.write(AuditKind.EXPORT, "/print/orders", [f"date:{wanted[0].isoformat()}", f"slot:{wanted[1]}"])
        return HTMLResponse(page, headers=NOT_KEPT)
    except CampusError as error:
        return PlainTextResponse(error.key, status_code=503, headers={**NOT_KEPT, "Retry-After": "3"})


def _wanted(request: Request, situation: Situation) -> tuple[date, str] | None:
    """Read day and slot; None where one is none, or the viewer may not see it."""
    slot = request.query_params.get("slot", "")
    try:
        day = date.fromisoformat(request.query_params.get("date", ""))
    except ValueError:
        return None
    today = local_now(situation.timezone).date()
    ahead = today <= day < today + timedelta(days=DAYS_AHEAD)
    known = slot in set(Slot) and slot != Slot.ALL
    return (day, slot) if situation.role in SEES_AHEAD and ahead and known else None


def _page(situation: Situation, day: date, slot: str, lang: Lang) -> str:
    """Write the page; every text in it is escaped."""
    now = local_now(situation.timezone)
    district = plan_queries.district(situation, now.date())
    name = text(f"pages.slots.{slot}", lang)
    title = escape(text("plan.print.title", lang, date=day.isoformat(), slot=name))
    body = f"<p>{escape(text('plan.print.nothing', lang))}</p>"
    if district is not None:
        orders = plan_queries.orders(situation, day, now.date(), not_before=not_before(now, day))
        table = order_table(orders, district, slot)
        body = _stations(table, lang) if len(table) else body
    made = escape(
        text("plan.print.made", lang, account=account_words(situation.account, situation.role, lang),
             time=f"{now:%Y-%m-%d %H:%M}", run=situation.run_id or "–")
    )  # fmt: skip
    training = (
        f'<p class="training">{escape(text("pages.training", lang))}</p>' if situation.is_training else ""
    )
    return (
        f'<!DOCTYPE html><html lang="{HTML_LANG[lang]}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body>{training}<h1>{title}</h1>"
        f'<p class="treat">{escape(text("pages.internal", lang))}</p><p>{made}</p>{body}</body></html>'
    )


def _stations(table: pd.DataFrame, lang: Lang) -> str:
    """Write one table a police station."""
    stations = table["police_area"].fillna(text("plan.orders.no_station", lang))
    head = "".join(f"<th>{escape(text(f'plan.print.{name}', lang))}</th>" for name in COLUMNS)
    parts = []
    for station in dict.fromkeys(stations):
        rows = "".join(_row(row, lang) for row in table[stations == station].to_dict("records"))
        parts.append(
            f"<h2>{escape(str(station))}</h2><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )
    return "".join(parts)


def _row(row: dict[str, object], lang: Lang) -> str:
    """Write one order."""
    words = {name: escape(str(value)) for name, value in line_words(row, lang).items()}
    return (
        f'<tr><td class="tick"><span></span></td><td>{words["school"]}</td><td>{words["gate"]}</td>'
        f'<td class="time">{words["begin"]}–{words["end"]}</td><td>{words["post"]}</td>'
        f'<td class="time">{words["leaves"]}</td></tr>'
    )
