"""The map as the browser gets it: no geometry, no foreign host, nothing that a name could break out of."""

from __future__ import annotations

import json

import branca.colormap
import folium
import folium.plugins
import geopandas as gpd
import pytest
import shapely
from folium.elements import JSCSSMixin

from data.messages import text
from layers import areas, coverage_gaps, perimeters, schools
from layers.drawing import Words, draw_map, paint, painted
from layers.elements import script_json
from layers.geojson import order_of, to_geojson
from layers.offline import RemoteLinkError, check_links
from layers.registry import LAYERS

BOUNDS = (120.0, 34.0, 121.0, 35.0)
WORDS = Words(say=lambda key: text(key, "zh"), attribution="训练数据·非真实", watermark="训练数据·非真实")


def _all_subclasses(kind):
    for child in kind.__subclasses__():
        yield child
        yield from _all_subclasses(child)


def frame(*shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4490")


def test_stock_folium_is_refused_since_it_asks_other_hosts() -> None:
    with pytest.raises(RemoteLinkError):
        check_links(folium.Map(tiles=None))


def test_our_map_names_this_server_alone(local_assets) -> None:
    page = draw_map(LAYERS, bounds=BOUNDS, words=WORDS, lang="zh").get_root().render()
    assert "http://" not in page
    assert "https://" not in page
    assert "/assets/x/leaflet/leaflet.js" in page


def test_an_element_with_a_foreign_link_is_refused(local_assets) -> None:
    made = folium.Map(tiles=None)
    plugin = folium.plugins.Fullscreen()
    plugin.default_js = [("away", "https://example.org/x.js")]
    plugin.add_to(made)
    with pytest.raises(RemoteLinkError):
        check_links(made)


def test_a_colour_map_is_refused_since_its_scripts_cannot_be_replaced(local_assets) -> None:
    made = folium.Map(tiles=None)
    made.add_child(branca.colormap.LinearColormap(["red", "blue"]))
    with pytest.raises(RemoteLinkError):
        check_links(made)


def test_every_class_of_folium_is_cut_off(local_assets) -> None:
    away = [
        (kind.__name__, link)
        for kind in _all_subclasses(JSCSSMixin)
        for _, link in (*kind.default_js, *kind.default_css)
        if not link.startswith("/assets/")
    ]
    assert away == []


def test_the_map_holds_no_geometry_and_no_value(local_assets) -> None:
    page = draw_map(LAYERS, bounds=BOUNDS, words=WORDS, lang="zh").get_root().render()
    assert "coordinates" not in page
    assert "codes" not in page


def test_a_rerun_of_two_thousand_schools_is_under_ten_kilobytes(local_assets) -> None:
    state = {"layers": {"school": paint(schools.SPEC, "0" * 2000, order="x", version="v")}, "theme": "light"}
    group = painted(state)
    assert len(str(group._children)) < 10_000
    script = next(iter(group._children.values())).state
    assert len(script) < 10_000


def test_paint_follows_ring_slot_and_day() -> None:
    one = paint(
        coverage_gaps.SPEC, version="v", ring_m=200, slot="all", day_type="school_day", metric="straight"
    )
    two = paint(
        coverage_gaps.SPEC, version="v", ring_m=200, slot="all", day_type="rest_day", metric="straight"
    )
    three = paint(perimeters.SPEC, version="v", ring_m=500)
    assert len({one["url"], two["url"], three["url"]}) == 3
    assert "codes" not in one


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", "{{'x'}}", "a & b", "\u2028", "'\""])
def test_no_text_breaks_out_of_the_script(name) -> None:
    written = script_json({"name": name})
    assert not set("<>&'\u2028") & set(written)
    assert json.loads(written) == {"name": name}


def test_geojson_carries_ids_columns_and_order() -> None:
    rows = frame(
        shapely.Point(120.12345678, 34.1), shapely.box(120, 34, 120.1, 34.1),
        id=[7, 9], code=["a", "b"], name=["甲<b>", None], stage=["primary", None], is_boundary_estimated=[True, False],
    )  # fmt: skip
    made = json.loads(to_geojson(schools.SPEC, rows))
    assert [feature["id"] for feature in made["features"]] == ["7", "9"]
    assert made["order"] == order_of([7, 9])
    assert made["features"][0]["geometry"]["coordinates"] == [120.123457, 34.1]
    assert made["features"][1]["properties"] == {
        "code": "b", "name": None, "stage": None, "is_boundary_estimated": False
    }  # fmt: skip


def test_geojson_of_nothing_is_a_collection_without_features() -> None:
    empty = gpd.GeoDataFrame({"id": [], "name": []}, geometry=[], crs="EPSG:4490")
    assert json.loads(to_geojson(areas.TOWNS, empty))["features"] == []


def test_order_tells_other_ids_and_other_places_apart() -> None:
    assert order_of([1, 2]) == order_of(["1", "2"])
    assert len({order_of([1, 2]), order_of([2, 1]), order_of([12]), order_of([])}) == 4


def test_simplifying_stays_within_a_metre() -> None:
    ring = shapely.Point(120.5, 34.5).buffer(0.002, quad_segs=64)
    made = json.loads(to_geojson(perimeters.SPEC, frame(ring, school_id=[1])))
    drawn = shapely.geometry.shape(made["features"][0]["geometry"])
    assert shapely.hausdorff_distance(drawn.exterior, ring.exterior, densify=0.01) < 1e-5
