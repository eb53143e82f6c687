"""The map opens on what there is to see, and offers only what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.repositories.runs import shown_run
from data.repositories.situation import extent, held_layers
from data.session import open_local_session, viewer_transaction
from etl.build import build
from tests.app.small_district import SINCE, SIZE_DEG, SOUTH, STEP_DEG, WEST, make_district, put_bare_schools

if TYPE_CHECKING:
    from data.repositories.situation import Box


def looked_at() -> tuple[Box | None, frozenset[str]]:
    with viewer_transaction(open_local_session()) as connection:
        return extent(connection), held_layers(connection)


def test_an_empty_database_has_no_extent_and_no_layer(database: str) -> None:
    assert looked_at() == (None, frozenset())


def test_before_the_build_it_is_the_schools_with_a_margin(database: str) -> None:
    put_bare_schools(1)
    box, held = looked_at()
    assert box is not None
    assert box[0] < WEST - 0.005
    assert box[3] > SOUTH + SIZE_DEG + 0.005
    assert held == {"school"}


def test_after_it_the_largest_zones_just_fit(database: str) -> None:
    put_bare_schools(2)
    build(["all"])
    box, held = looked_at()
    assert box is not None
    half_km_of_latitude = 500 / 111_000
    assert abs((SOUTH - box[1]) - half_km_of_latitude) < 0.0001
    assert box[2] > WEST + STEP_DEG + SIZE_DEG
    assert held == {"school", "perimeter", "coverage_gap", "focus_zone"}


def test_areas_are_told_by_their_level(database: str) -> None:
    make_district(schools=1, posts=1)
    assert looked_at()[1] == {
        "school", "post", "district", "town", "perimeter", "coverage_gap", "focus_zone",
    }  # fmt: skip


def shown() -> list[int]:
    with viewer_transaction(open_local_session()) as connection:
        return shown_run(connection)["id"].tolist()


def test_a_build_for_an_earlier_day_is_not_what_the_page_is_of(database: str) -> None:
    assert shown() == []
    make_district(schools=1, posts=1)
    before = shown()
    assert len(before) == 1
    build(["all"], as_of=SINCE)
    assert shown() == before
    build(["all"])
    assert shown() > before
