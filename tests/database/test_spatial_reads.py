"""Reads by box and by tile give exactly the rows that the policies would, and find them through the spatial index."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pyogrio
import pytest
import shapely

from data.repositories import map_layers
from data.repositories.service_areas import read_service_areas
from data.session import viewer_transaction
from tests.database.catalogue import as_superuser
from tests.database.viewers import as_owner, seen, sign_in

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

ROWS = 20_000
WEST, SOUTH, COLUMNS = 119.3, 31.5, 200
STEP_X, STEP_Y = 0.002, 0.003
PLACES = f"""
    SELECT i, {WEST} + {STEP_X} * (i % {COLUMNS}) AS x, {SOUTH} + {STEP_Y} * (i / {COLUMNS}) AS y,
           (ARRAY['d1', 'd2', 'unassigned'])[1 + i % 3] AS district, 1 + i % 4 AS turn
      FROM generate_series(0, {ROWS - 1}) AS i
"""
POLYGON = "ST_Multi(ST_MakeEnvelope(x, y, x + 0.0015, y + 0.001, 4490))"
POINT = "ST_SetSRID(ST_MakePoint(x, y), 4490)"
LINE = "ST_SetSRID(ST_MakeLine(ST_MakePoint(x, y), ST_MakePoint(x + 0.002, y + 0.001)), 4490)"
FACTS: dict[str, dict[str, str]] = {
    "school": {"name": "'S' || i", "stage": "(ARRAY['primary', 'junior', NULL])[1 + i % 5]", "geom": POLYGON},
    "gate": {"school_code": "'S' || i", "geom": POINT},
    "post": {"name": "'P' || i", "type": "(ARRAY['guard_post', 'police_box'])[1 + i % 5]", "geom": POINT},
    "road": {
        "class": "(ARRAY['motorway', 'tertiary', 'service'])[1 + i % 5]",
        "oneway": "i % 2 = 0",
        "geom": LINE,
    },
    "basemap": {"class": "(ARRAY['water', 'building'])[1 + i % 5]", "geom": POLYGON},
    "area": {"name": "'A' || i", "level": "(ARRAY['town', 'police_area', NULL])[1 + i % 5]", "geom": POLYGON},
}
COMMON = {
    "code": "'c' || i", "district_code": "district", "source": "'test'", "digest": "''", "recorded_by": "1",
    "valid_from": "'2026-01-01'::date", "valid_to": "CASE WHEN i % 10 = 0 THEN '2026-06-01'::date END",
    "ended_by": "CASE WHEN i % 11 = 0 THEN 2 END",
}  # fmt: skip
RESULT = {
    "school_id": "i",
    "school_code": "'S' || i",
    "district_code": "district",
    "area_m2": "1",
    "run_id": "0",
}
RESULTS: dict[str, dict[str, str]] = {
    "perimeter": {"ring_m": "(ARRAY[50, 200])[1 + i % 2]", "geom": POLYGON},
    "coverage_gap": {
        "ring_m": "(ARRAY[50, 200])[1 + i % 2]", "metric": "(ARRAY['straight', 'road'])[1 + i / 2 % 2]",
        "day_type": "(ARRAY['school_day', 'rest_day'])[1 + i / 4 % 2]", "slot": "(ARRAY['all', 'noon_in'])[1 + i / 8 % 2]",
        "geom": POLYGON,
    },
}  # fmt: skip
SERVICE_AREA = {
    "post_id": "i", "post_code": "'P' || i % 7", "minutes": "(ARRAY[1, 3.5])[1 + i % 2]", "mobility": "'foot'",
    "district_code": "district", "area_m2": "1", "run_id": "0", "geom": POLYGON,
}  # fmt: skip
TABLES = {**{f"core.{kind}": COMMON | own for kind, own in FACTS.items()},
          **{f"out.{name}": RESULT | own for name, own in RESULTS.items()}, "out.service_area": SERVICE_AREA}  # fmt: skip
CURRENT = "valid_to IS NULL AND ended_by IS NULL"
LAYERS = [name.partition(".")[2] for name in TABLES]

FILTERS: dict[str, list[tuple[dict[str, Any], str]]] = {
    "school": [({"stages": ["junior"]}, "stage = 'junior'"), ({"stages": []}, "false")],
    "gate": [({}, "true")],
    "post": [({"types": ["guard_post", "police_box"]}, "type IS NOT NULL")],
    "road": [({"classes": ["service"]}, "class = 'service'")],
    "basemap": [({"classes": ["water"]}, "class = 'water'")],
    "area": [({"level": "town"}, "level = 'town'")],
    "perimeter": [({"ring_m": 200}, "ring_m = 200")],
    "coverage_gap": [
        ({"ring_m": 50, "slot": "all"}, "ring_m = 50 AND slot = 'all'"),
        ({"metric": "road", "day_type": "rest_day"}, "metric = 'road' AND day_type = 'rest_day'"),
    ],
    "service_area": [({"post_code": "P3"}, "post_code = 'P3'"), ({"minutes": 3.5}, "minutes = 3.5")],
}
"""Arguments of each function, and the condition that they stand for."""
TILES: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "road": ("id", "class, oneway", {}, "true"),
    "basemap": ("id", "class", {}, "(:z >= 13 OR class IS DISTINCT FROM 'building')"),
    "area": ("id", "code, name, level", {"level": "town"}, "level = 'town'"),
    "perimeter": ("school_id", "school_code, ring_m", {"ring_m": 200}, "ring_m = 200"),
    "coverage_gap": (
        "school_id", "school_code, area_m2",
        {"ring_m": 200, "metric": "straight", "day_type": "school_day", "slot": "all"},
        "ring_m = 200 AND metric = 'straight' AND day_type = 'school_day' AND slot = 'all'",
    ),
}  # fmt: skip
"""Feature's id, attributes, filters and the condition that they stand for."""
ROAD_CLASSES = {10: ["motorway"], 12: ["motorway", "tertiary"], 13: ["motorway", "tertiary"]}
"""Those of the classes above that zooms below 14 show; zoom 14 shows all."""
PLACES_OF_TILES = [(10, 851, 417), (13, 6814, 3338), (14, 13628, 6677), (12, 3406, 1670)]
VIEWERS = ("all", "d1", "nobody")
CALLS = 8
"""From the sixth call on PL/pgSQL may keep one plan for all boxes."""


@pytest.fixture(scope="module")
def tokens(shared_database: str) -> dict[str, str]:
    """Fill every table that is read by place; give a token of each viewer."""
    as_owner(
        "INSERT INTO audit.run (id, job, as_of, params, code_version, input_hash) VALUES (0, 't', now(), '{}', '', '')"
    )
    for name, columns in TABLES.items():
        as_owner(
            f"INSERT INTO {name} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM ({PLACES}) AS p"
        )
        as_owner(f"ANALYZE {name}")
    return {"all": sign_in(sees_all=True), "d1": sign_in("d1"), "nobody": "forged"}


def table_of(layer: str) -> str:
    return f"core.{layer}" if layer in FACTS else f"out.{layer}"


def held(layer: str) -> str:
    return CURRENT if layer in FACTS else "true"


def boxes() -> list[tuple[float, float, float, float]]:
    """Give boxes of all sizes: one that touches edges exactly, one without area, one that lies elsewhere, some by chance."""
    chance = random.Random(4)  # noqa: S311 -- where boxes lie is no secret
    corner = [(chance.uniform(WEST, WEST + 0.4), chance.uniform(SOUTH, SOUTH + 0.3)) for _ in range(6)]
    made = [(x, y, x + chance.uniform(0, 0.03), y + chance.uniform(0, 0.03)) for x, y in corner]
    edge = (WEST + 0.0015, SOUTH + 0.001, WEST + STEP_X, SOUTH + STEP_Y)
    return [*made, edge, (WEST, SOUTH, WEST, SOUTH), (0.0, 0.0, 1.0, 1.0)]


BOXES = "(VALUES {}) AS b (n, xmin, ymin, xmax, ymax)".format(
    ", ".join(f"({n}, {', '.join(f'{edge!r}::float8' for edge in box)})" for n, box in enumerate(boxes()))
)
EDGES = "b.xmin, b.ymin, b.xmax, b.ymax"


def through_function(token: str, layer: str, **filters: Any) -> list[tuple[Any, ...]]:
    given = "".join(f", {name} => :{name}" for name in filters)
    call = f"out.in_box_{layer}({EDGES}{given})"
    return seen(
        token, f"SELECT b.n, t::text FROM {BOXES} CROSS JOIN LATERAL {call} AS t ORDER BY 1, 2", **filters
    )


def through_policies(token: str, layer: str, condition: str = "true") -> list[tuple[Any, ...]]:
    statement = (
        f"SELECT b.n, t::text FROM {BOXES} JOIN {table_of(layer)} AS t ON t.geom && ST_MakeEnvelope({EDGES}, 4490)"
        f" WHERE {held(layer)} AND {condition} ORDER BY 1, 2"
    )
    return seen(token, statement)


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_box_gives_exactly_what_the_policies_would(tokens: dict[str, str], layer: str, viewer: str) -> None:
    found = through_function(tokens[viewer], layer)
    assert found == through_policies(tokens[viewer], layer)
    assert (len(found) > 50) is (viewer != "nobody")


@pytest.mark.parametrize("layer", LAYERS)
def test_filters_of_a_box_are_conditions_and_nothing_else(tokens: dict[str, str], layer: str) -> None:
    for given, condition in FILTERS[layer]:
        found = through_function(tokens["d1"], layer, **given)
        assert found == through_policies(tokens["d1"], layer, condition)
        assert bool(found) is (condition != "false")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_limit_cuts_a_box_short_and_lets_nothing_else_in(tokens: dict[str, str], layer: str) -> None:
    call = f"SELECT t::text FROM out.in_box_{layer}(-180, -90, 180, 90, row_limit => 7) AS t"
    some = {row for (row,) in seen(tokens["d1"], call)}
    every = seen(tokens["d1"], f"SELECT t::text FROM {table_of(layer)} AS t WHERE {held(layer)}")
    assert len(some) == 7
    assert some <= {row for (row,) in every}


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("layer", LAYERS)
def test_the_whole_world_is_all_that_the_viewer_sees(tokens: dict[str, str], layer: str, viewer: str) -> None:
    world = f"SELECT count(*) FROM out.in_box_{layer}(-180, -90, 180, 90)"
    own = f"SELECT count(*) FROM {table_of(layer)} WHERE {held(layer)}"
    assert seen(tokens[viewer], world) == seen(tokens[viewer], own)


@pytest.mark.parametrize("role", ["committee", "bureau", "school", "unit", "steward", "auditor", "admin"])
def test_service_areas_are_given_to_commanders_alone(tokens: dict[str, str], role: str) -> None:
    world = "SELECT count(*) FROM out.in_box_service_area(-180, -90, 180, 90)"
    assert seen(sign_in(sees_all=True, role=role), world) == [(0,)]
    with viewer_transaction(sign_in(sees_all=True, role=role)) as connection:
        assert read_service_areas(connection, post="P3").empty


def test_only_the_chosen_posts_areas_are_read_the_longest_time_first(tokens: dict[str, str]) -> None:
    with viewer_transaction(tokens["all"]) as connection:
        found = read_service_areas(connection, post="P3")
        assert read_service_areas(connection, post="").empty
    assert set(found["post_code"]) == {"P3"}
    assert found["minutes"].is_monotonic_decreasing
    assert set(found["minutes"]) == {1, 3.5}


def test_a_box_with_an_edge_missing_is_empty(tokens: dict[str, str]) -> None:
    assert seen(tokens["all"], "SELECT count(*) FROM out.in_box_school(119, NULL, 120, 32)") == [(0,)]


# --- tiles


def decoded(tile: bytes, folder: Path, place: tuple[int, int, int]) -> gpd.GeoDataFrame:
    """Read a tile by GDAL, which knows from the file's path where on earth it lies."""
    z, x, y = place
    path = folder / str(z) / str(x) / f"{y}.pbf"
    path.parent.mkdir(parents=True)
    path.write_bytes(tile)
    return pyogrio.read_dataframe(path, CLIP="NO").set_index("mvt_id")


def expected_of_tile(token: str, layer: str, place: tuple[int, int, int]) -> dict[int, tuple[Any, ...]]:
    """Give id and attributes of the rows that the policies let into a tile."""
    number, attributes, _, condition = TILES[layer]
    z, x, y = place
    if layer == "road" and z in ROAD_CLASSES:
        condition = f"class IN ({', '.join(repr(name) for name in ROAD_CLASSES[z])})"
    statement = (
        f"SELECT {number}, {attributes} FROM {table_of(layer)} WHERE geom && out.tile_box(:z, :x, :y) AND {held(layer)}"
        f" AND {condition} AND out.tile_shape(geom, :z, :x, :y) IS NOT NULL"
    )
    return {row[0]: row[1:] for row in seen(token, statement, z=z, x=x, y=y)}


@pytest.mark.parametrize("viewer", ["all", "d1"])
@pytest.mark.parametrize("place", PLACES_OF_TILES, ids=str)
@pytest.mark.parametrize("layer", TILES)
def test_a_tile_holds_exactly_what_the_policies_would_let_in(
    tokens: dict[str, str], tmp_path: Path, layer: str, place: tuple[int, int, int], viewer: str
) -> None:
    expected = expected_of_tile(tokens[viewer], layer, place)
    with viewer_transaction(tokens[viewer]) as connection:
        tile = map_layers.read_tile(connection, layer, *place, **TILES[layer][2])
    features = decoded(tile, tmp_path, place)
    assert set(features.index) == set(expected)
    for at, name in enumerate(TILES[layer][1].split(", ")):
        values = [none_if_missing(value) for value in features[name]]
        assert values == [expected[number][at] for number in features.index]


def none_if_missing(value: Any) -> Any:
    return None if value != value else value  # noqa: PLR0124 -- NaN


@pytest.mark.parametrize("layer", TILES)
@pytest.mark.parametrize("token", ["nobody", ""])
def test_a_tile_is_empty_for_nobody(tokens: dict[str, str], layer: str, token: str) -> None:
    with viewer_transaction(tokens.get(token, token)) as connection:
        assert map_layers.read_tile(connection, layer, 13, 6814, 3338, **TILES[layer][2]) == b""


@pytest.mark.parametrize("layer", TILES)
@pytest.mark.parametrize("place", [(-1, 0, 0), (23, 0, 0), (5, 32, 0), (5, 0, -1), (13, 0, 0)], ids=str)
def test_a_tile_that_does_not_exist_or_holds_nothing_is_empty(
    tokens: dict[str, str], layer: str, place: tuple[int, int, int]
) -> None:
    with viewer_transaction(tokens["all"]) as connection:
        assert map_layers.read_tile(connection, layer, *place, **TILES[layer][2]) == b""


def test_shapes_in_a_tile_lie_where_they_lie_on_earth(tokens: dict[str, str], tmp_path: Path) -> None:
    place = (15, 27257, 13354)
    with viewer_transaction(tokens["all"]) as connection:
        tile = map_layers.read_tile(connection, "perimeter", *place, ring_m=200)
    features = decoded(tile, tmp_path, place).to_crs(4326)
    stored = dict(seen(tokens["all"], "SELECT school_id, ST_AsText(geom) FROM out.perimeter"))
    frame = shapely.box(*seen(tokens["all"], TILE_EDGES, z=place[0], x=place[1], y=place[2])[0])
    assert len(features) > 5
    for number, shape in features.geometry.items():
        known = shapely.from_wkt(stored[number]).intersection(frame)
        assert shapely.hausdorff_distance(known, shape) < 2 * 360 / 2**15 / 4096


TILE_EDGES = """
    SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)
      FROM (SELECT ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.015625), 4326) AS e) AS t
"""


# --- plans


def plans(home: Path, database: str, token: str, call: str) -> list[dict[str, Any]]:
    """Call something again and again as the web's role; give the plan of every statement that ran inside."""
    told: list[str] = []
    with as_superuser(home, database) as connection:
        connection.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
        connection.execute(
            "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;"
            " SET auto_explain.log_format = json; SET client_min_messages = log; SET SESSION AUTHORIZATION campus_app"
        )
        connection.execute("SELECT set_config('campus.session', %s, false)", [token])
        for _ in range(CALLS):
            connection.execute(call)
    found = [json.loads(line.partition("plan:")[2]) for line in told if "plan:" in line]
    # what a viewer is confined to is looked up beside it, by other ways
    return [
        each["Plan"]
        for each in found
        if "my_" not in each["Query Text"] and "ON true" not in each["Query Text"]
    ]


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for inner in plan.get("Plans", []) for node in nodes(inner))]


def assert_indexed(found: list[dict[str, Any]], layer: str) -> None:
    """See that every statement on the table came by its spatial index, with the box as the index's own condition."""
    table = [plan for plan in found if any(node.get("Relation Name") == layer for node in nodes(plan))]
    assert len(table) == CALLS
    for plan in table:
        scans = [node for node in nodes(plan) if node.get("Index Name") == f"ix_{layer}_geom"]
        assert scans, plan
        assert all("&&" in scan["Index Cond"] for scan in scans)
        assert not [
            node for node in nodes(plan) if node["Node Type"] == "Seq Scan" and node["Relation Name"] == layer
        ]


@pytest.mark.parametrize("viewer", ["all", "d1"])
@pytest.mark.parametrize("layer", LAYERS)
def test_a_box_is_found_through_the_spatial_index(
    home: Path, shared_database: str, tokens: dict[str, str], layer: str, viewer: str
) -> None:
    call = f"SELECT * FROM out.in_box_{layer}(119.4, 31.6, 119.41, 31.61)"
    assert_indexed(plans(home, shared_database, tokens[viewer], call), layer)


@pytest.mark.parametrize("viewer", ["all", "d1"])
@pytest.mark.parametrize("layer", TILES)
def test_a_tile_is_found_through_the_spatial_index(
    home: Path, shared_database: str, tokens: dict[str, str], layer: str, viewer: str
) -> None:
    given = "".join(f", {name} => {value!r}" for name, value in TILES[layer][2].items())
    call = f"SELECT out.tile_{layer}(15, 27257, 13354{given})"
    assert_indexed(plans(home, shared_database, tokens[viewer], call), layer)
