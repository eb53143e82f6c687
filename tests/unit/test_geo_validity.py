"""A received geometry is kept, kept with a named repair, or refused with a reason: never silently changed."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import from_wkt

from geo.validity import Refusal, Repair, decode, decode_text, mend, polygonal_part

SQUARE = from_wkt("POLYGON ((119 31, 119.1 31, 119.1 31.1, 119 31.1, 119 31))")
BOW_TIE = from_wkt("POLYGON ((119 31, 119.1 31.1, 119.1 31, 119 31.1, 119 31))")
OVERLAPPING = from_wkt(
    "MULTIPOLYGON (((119 31, 119.2 31, 119.2 31.2, 119 31.2, 119 31)),"
    " ((119.1 31.1, 119.3 31.1, 119.3 31.3, 119.1 31.3, 119.1 31.1)))"
)


def with_nan() -> shapely.LineString:
    with np.errstate(invalid="ignore"):
        return from_wkt("LINESTRING (119 31, NaN 31)")


def one(geometry: object, wanted: str) -> tuple[object, tuple[str, ...], str | None]:
    result = mend([geometry], wanted)
    return result.geometries[0], result.repairs[0], result.refusals[0]


def test_a_sound_polygon_comes_back_as_a_multipolygon_without_repair() -> None:
    geometry, repairs, refusal = one(SQUARE, "polygon")
    assert geometry.geom_type == "MultiPolygon"
    assert geometry.equals(SQUARE)
    assert (repairs, refusal) == ((), None)


@pytest.mark.parametrize(
    ("geometry", "wanted", "area"),
    [(BOW_TIE, "polygon", 0.005), (OVERLAPPING, "polygon", 0.07), (OVERLAPPING, "place", 0.07)],
)
def test_a_broken_outline_is_made_valid_and_keeps_its_ground(geometry, wanted, area) -> None:
    mended, repairs, refusal = one(geometry, wanted)
    assert mended.is_valid
    assert mended.area == pytest.approx(area)
    assert (repairs, refusal) == ((Repair.MADE_VALID,), None)


@pytest.mark.parametrize(
    ("wkt", "wanted", "repairs"),
    [
        ("POINT Z (119 31 8)", "point", (Repair.Z_DROPPED,)),
        ("POLYGON Z ((119 31 1, 119.1 31 1, 119.1 31.1 1, 119 31 1))", "polygon", (Repair.Z_DROPPED,)),
        ("LINESTRING (119 31, 119.1 31, 119.1 31.1, 119 31)", "place", (Repair.RING_TO_POLYGON,)),
        (
            "GEOMETRYCOLLECTION (POLYGON ((119 31, 119.1 31, 119.1 31.1, 119 31)), POINT (119 31))",
            "polygon",
            (Repair.PARTS_DROPPED,),
        ),
        ("MULTILINESTRING ((119 31, 119.1 31), (119.1 31, 119.2 31))", "line", (Repair.LINES_MERGED,)),
        ("MULTIPOINT ((119 31))", "point", ()),
    ],
)
def test_each_repair_is_named(wkt, wanted, repairs) -> None:
    mended, named, refusal = one(from_wkt(wkt), wanted)
    assert refusal is None
    assert named == repairs
    assert mended.is_valid
    assert not mended.has_z


@pytest.mark.parametrize(
    ("geometry", "wanted", "reason"),
    [
        (None, "point", Refusal.EMPTY_GEOMETRY),
        (from_wkt("POLYGON EMPTY"), "polygon", Refusal.EMPTY_GEOMETRY),
        (from_wkt("POINT EMPTY"), "any", Refusal.EMPTY_GEOMETRY),
        (from_wkt("POINT (0 0)"), "point", Refusal.NULL_ISLAND),
        (from_wkt("POLYGON ((0 0, 119.1 31, 119.1 31.1, 0 0))"), "polygon", Refusal.NULL_ISLAND),
        (shapely.points([np.inf, 31.0]), "point", Refusal.NOT_FINITE),
        (with_nan(), "line", Refusal.NOT_FINITE),
        (from_wkt("POINT (31.7 119.5)"), "point", Refusal.AXES_SWAPPED),
        (from_wkt("POINT (39.47 75.99)"), "point", Refusal.AXES_SWAPPED),
        (shapely.box(31.7, 119.5, 31.8, 119.6), "polygon", Refusal.AXES_SWAPPED),
        (from_wkt("POINT (500000 3500000)"), "point", Refusal.OUT_OF_RANGE),
        (from_wkt("POINT (119.5 -91)"), "point", Refusal.OUT_OF_RANGE),
        (from_wkt("POINT (119 31)"), "polygon", Refusal.WRONG_GEOMETRY_TYPE),
        (SQUARE, "point", Refusal.WRONG_GEOMETRY_TYPE),
        (SQUARE, "line", Refusal.WRONG_GEOMETRY_TYPE),
        (from_wkt("LINESTRING (119 31, 119.1 31, 119.1 31.1)"), "place", Refusal.WRONG_GEOMETRY_TYPE),
        (from_wkt("MULTIPOINT ((119 31), (119.1 31))"), "point", Refusal.SEVERAL_PARTS),
        (
            from_wkt("MULTILINESTRING ((119 31, 119.1 31), (119.5 31, 119.6 31))"),
            "line",
            Refusal.SEVERAL_PARTS,
        ),
        (from_wkt("POLYGON ((119 31, 119.1 31, 119 31))"), "polygon", Refusal.ZERO_AREA),
        (from_wkt("LINESTRING (119 31, 119 31)"), "line", Refusal.ZERO_LENGTH),
    ],
)
def test_what_cannot_be_mended_without_guessing_is_refused_with_a_reason(geometry, wanted, reason) -> None:
    assert one(geometry, wanted) == (None, (), reason)


@pytest.mark.parametrize("wkt", ["POINT (15.63 78.22)", "POINT (24.94 60.17)", "POINT (-70.9 -53.1)"])
def test_places_that_only_look_odd_are_kept(wkt) -> None:
    assert one(from_wkt(wkt), "point")[2] is None


def test_rows_are_judged_one_by_one_and_the_input_is_left_alone() -> None:
    given = np.array([SQUARE, None, BOW_TIE, from_wkt("POINT (119 31)")], dtype=object)
    before = given.copy()
    result = mend(given, "place")
    assert [refusal is None for refusal in result.refusals] == [True, False, True, True]
    assert all(now is then for now, then in zip(given, before, strict=True))


def test_no_rows_give_no_rows() -> None:
    result = mend([], "polygon")
    assert [len(part) for part in result] == [0, 0, 0]


def test_bytes_are_read_one_by_one_as_far_as_they_can_be_read() -> None:
    open_ring = bytes.fromhex("01030000000100000004000000") + np.array([0, 0, 1, 0, 1, 1, 0, 1.0]).tobytes()
    curve = bytes.fromhex("010800000003000000") + np.array([0, 0, 1, 1, 2, 0.0]).tobytes()
    wkb = np.array([shapely.to_wkb(SQUARE), None, b"broken", open_ring, curve], dtype=object)
    read = decode(wkb)
    assert read.geometries[0].equals(SQUARE)
    assert read.closed.tolist() == [False, False, False, True, False]
    assert read.unreadable.tolist() == [False, False, True, False, True]
    assert read.geometries[3].is_valid
    assert read.geometries[1] is None


def test_only_polygons_are_kept_of_nested_collections() -> None:
    nested = from_wkt(
        "GEOMETRYCOLLECTION (GEOMETRYCOLLECTION (POLYGON ((0 0, 2 0, 2 2, 0 0))), LINESTRING (0 0, 9 9))"
    )
    kept = polygonal_part(np.array([nested, from_wkt("POINT (1 1)")], dtype=object))
    assert kept[0].area == 2.0
    assert kept[1].is_empty


@pytest.mark.parametrize(
    ("geometry", "refusal"),
    [
        (shapely.box(-180, -90, 180, 90), Refusal.OUT_OF_RANGE),
        (shapely.Point(0, 90), Refusal.OUT_OF_RANGE),
        (shapely.box(75, 20, 134, 53), Refusal.TOO_WIDE),
        (shapely.box(119, 31, 119.1, 32.1), Refusal.TOO_WIDE),
        (shapely.union(shapely.box(10, 10, 10.1, 10.1), shapely.box(12, 10, 12.1, 10.1)), Refusal.TOO_WIDE),
        # Drawn the long way round the globe instead of across 180 degrees.
        (
            shapely.Polygon([(179.99, 10), (-179.99, 10), (-179.99, 10.01), (179.99, 10.01)]),
            Refusal.TOO_WIDE,
        ),
        (shapely.union(shapely.box(179.99, 10, 180, 10.01), shapely.box(-180, 10, -179.99, 10.01)), None),
        (shapely.box(-0.4, 51, 0.4, 51.4), None),
        (shapely.Point(15.6, 78.2), None),
    ],
)
def test_a_place_that_no_plane_holds_is_refused_so_that_all_others_can_be_measured(geometry, refusal) -> None:
    assert one(geometry, "place")[2] == refusal
    assert one(geometry, "any")[2] is None


def test_texts_are_read_one_by_one_and_open_rings_closed() -> None:
    texts = [
        "POINT (119 31)",
        "POLYGON ((119 31, 119.1 31, 119.1 31.1))",
        "CURVEPOLYGON (CIRCULARSTRING (119 31, 119.1 31.1, 119.2 31, 119.1 30.9, 119 31))",
        "here",
        None,
    ]
    decoded = decode_text(np.array(texts, dtype=object))
    assert [geometry is not None for geometry in decoded.geometries] == [True, True, False, False, False]
    assert decoded.closed.tolist() == [False, True, False, False, False]
    assert decoded.unreadable.tolist() == [False, False, True, True, False]
