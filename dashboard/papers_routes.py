"""Where papers are fetched: rights are asked anew, nothing is kept on the way, every download is logged."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard import papers_queries, queries
from dashboard.language import lang_of_query
from dashboard.papers.material import MOST_TITLE, MOST_ZONES, Wanted
from data.messages import text
from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from data.messages import Lang

NOT_KEPT = {"Cache-Control": "private, no-store"}


def papers_routes() -> list[BaseRoute]:
    """List the routes of the papers."""
    return [Route("/papers/{name}", _paper)]


def address_of(name: str, wanted: Wanted, lang: Lang) -> str:
    """Give the address of a file."""
    words = {
        "date": wanted.meeting_on.isoformat(), "title": wanted.title, "first": wanted.first,
        "decided": int(wanted.only_decided), "lang": lang,
    }  # fmt: skip
    return f"/papers/{name}?" + urlencode(words)


def wanted_of(given: Mapping[str, str]) -> Wanted | None:
    """Read an address's words; None where one is none of its kind."""
    title, first, decided = given.get("title", ""), given.get("first", ""), given.get("decided", "")
    try:
        meeting_on = date.fromisoformat(given.get("date", ""))
    except ValueError:
        return None
    is_count = first.isascii() and first.isdigit() and len(first) <= len(str(MOST_ZONES))
    is_title = 0 < len(title) <= MOST_TITLE and title.isprintable()
    if not is_count or not is_title or decided not in ("0", "1") or not 1 <= int(first) <= MOST_ZONES:
        return None
    return Wanted(meeting_on, title, int(first), only_decided=decided == "1")


def _paper(request: Request) -> Response:
    """Give a file to who may have it; to everybody else there is none."""
    name, lang = request.path_params["name"], lang_of_query(request.url.query.encode())
    wanted = wanted_of(request.query_params)
    try:
        situation = queries.situation()
        allowed = name in papers_queries.FILES and wanted is not None
        body = papers_queries.paper(situation, name, wanted, lang) if allowed and wanted else None
        if body is None:
            return PlainTextResponse("not found", status_code=404, headers={"Cache-Control": "no-store"})
        # written down before the file leaves: a failure here gives none out
        papers_queries.record_download(name)
    except CampusError as error:
        return PlainTextResponse(error.key, status_code=503, headers={**NOT_KEPT, "Retry-After": "3"})
    return Response(body, media_type=papers_queries.FILES[name], headers=_headers(name, lang))


def _headers(name: str, lang: Lang) -> dict[str, str]:
    """Call a file by its name in the language, and by a plain one where that is not understood."""
    kind, _, suffix = name.partition(".")
    shown = quote(f"{text(f'papers.file.{kind}', lang)}.{suffix}")
    return {**NOT_KEPT, "Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{shown}"}
