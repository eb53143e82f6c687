"""The routes beside the pages: a layer's geometry, vector tiles, the map's scripts. All else is a 404.

The endpoints are plain functions, so that Starlette runs them in its thread pool: a slow database holds up
nobody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard import audit, intake_queries, queries
from dashboard.assets import asset_response
from dashboard.dispute_sheet import dispute_routes
from dashboard.intake_words import row_words
from dashboard.language import lang_of_query
from dashboard.orders_print import print_routes
from dashboard.papers_routes import papers_routes
from data.rights import is_seen_alike
from geo.errors import CampusError
from geo.terms import DayType, Metric, Slot
from layers import intake_rows
from layers.geojson import to_geojson
from layers.registry import find_layer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from layers.spec import LayerSpec

KEPT = "private, max-age=86400"
NOT_KEPT = "private, no-store"
MAX_ZOOM = 22
MAX_RING_M = 100_000
MAX_CODE = 200
GEOJSON = "application/geo+json"
TILE = "application/vnd.mapbox-vector-tile"


def routes() -> list[BaseRoute]:
    """List the routes; each family refuses what it does not know, where Streamlit would give its page."""
    return [
        Route("/assets/{digest}/{name:path}", _asset),
        Route("/layers/{key}", _layer),
        Route("/tiles/{key}/{z:int}/{x:int}/{y:int}", _tile),
        Route("/intake/{job:int}/rows", _intake_rows),
        *print_routes(),
        *dispute_routes(),
        *papers_routes(),
        *(
            Route(f"/{family}{rest}", _missing)
            for family in ("assets", "layers", "tiles", "intake", "print", "papers")
            for rest in ("", "/{rest:path}")
        ),
    ]


def _missing(_request: Request) -> Response:
    """Say that there is no such thing."""
    return PlainTextResponse("not found", status_code=404, headers={"Cache-Control": "no-store"})


def _asset(request: Request) -> Response:
    """Give a script or style of the map."""
    return asset_response(request.path_params["digest"], request.path_params["name"])


def _layer(request: Request) -> Response:
    """Give the features of a layer."""
    try:
        situation = queries.situation()
        spec = find_layer(request.path_params["key"], situation.role, tiles=False)
        wanted = _wanted(request)
        if spec is None or wanted is None:
            return _missing(request)
        body = to_geojson(spec, queries.features(spec.key, wanted))
        audit.fetched(f"/layers/{spec.key}", situation.stamp)
    except CampusError as error:
        return _unavailable(error)
    return Response(body, media_type=GEOJSON, headers={"Cache-Control": _caching(request, spec, situation)})


def _tile(request: Request) -> Response:
    """Give one vector tile; 204 where there is nothing in it."""
    z, x, y = (int(request.path_params[name]) for name in "zxy")
    try:
        situation = queries.situation()
        spec = find_layer(request.path_params["key"], situation.role, tiles=True)
        if spec is None or z > MAX_ZOOM or max(x, y) >= 1 << z:
            return _missing(request)
        body = queries.tile(spec.key, (z, x, y))
        audit.fetched(f"/tiles/{spec.key}", situation.stamp)
    except CampusError as error:
        return _unavailable(error)
    headers = {"Cache-Control": _caching(request, spec, situation)}
    return (
        Response(body, media_type=TILE, headers=headers)
        if body
        else Response(status_code=204, headers=headers)
    )


def _intake_rows(request: Request) -> Response:
    """Give the rows of a file on trial as points; the database gives them to stewards alone."""
    lang = lang_of_query(request.url.query.encode())
    try:
        points, _ = intake_queries.job_points(int(request.path_params["job"]))
        if points:
            audit.fetched("/intake/rows", str(request.path_params["job"]))
    except CampusError as error:
        return _unavailable(error)
    if not points:
        return _missing(request)
    body = intake_rows.to_geojson(points, lambda row: row_words(row, lang))
    return Response(body, media_type=GEOJSON, headers={"Cache-Control": NOT_KEPT})


def _unavailable(error: CampusError) -> Response:
    """Say that the database is away; the map asks again by itself."""
    return PlainTextResponse(
        error.key, status_code=503, headers={"Cache-Control": NOT_KEPT, "Retry-After": "3"}
    )


def _caching(request: Request, spec: LayerSpec, situation: queries.Situation) -> str:
    """Let a browser keep what no role sees otherwise and was asked for under its own version (DESIGN 8.8)."""
    is_current = request.query_params.get("v") == situation.stamp
    return KEPT if is_current and not spec.is_sensitive and is_seen_alike(spec.key) else NOT_KEPT


def _wanted(request: Request) -> queries.Wanted | None:
    """Read the parameters of a layer; None where one is no value of its kind."""
    given = request.query_params
    ring = given.get("ring_m", "0")
    slot, day = given.get("slot", Slot.ALL), given.get("day_type", DayType.SCHOOL_DAY)
    metric, post = given.get("metric", Metric.STRAIGHT), given.get("post", "")
    is_code = len(post) <= MAX_CODE and (not post or post.isprintable())
    is_ring = ring.isascii() and ring.isdigit() and len(ring) < len(str(MAX_RING_M)) + 1
    words = ((slot, Slot), (day, DayType), (metric, Metric))
    if not is_ring or not is_code or any(word not in set(known) for word, known in words):
        return None
    return queries.Wanted(int(ring), slot, day, post=post, metric=metric)
