"""What every map layer promises."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import layers
from data.messages import LANGS, text
from layers import gates, posts, schools
from layers.registry import LAYERS, find_layer, layers_for
from layers.spec import Draw

STYLES = (Path(layers.__file__).parent / "browser" / "campus_map.css").read_text(encoding="utf-8")


def test_layers_have_names_of_their_own() -> None:
    assert len({spec.key for spec in LAYERS}) == len(LAYERS)


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.key)
@pytest.mark.parametrize("lang", LANGS)
def test_title_and_legend_are_said_in_both_languages(spec, lang) -> None:
    assert text(spec.title_key, lang)
    assert [text(entry.label_key, lang) for entry in spec.legend]


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.key)
def test_every_layer_is_served_from_here_under_its_version(spec) -> None:
    params = {"ring_m": 200, "slot": "all", "day_type": "school_day", "metric": "straight", "post": "P1"}
    address = spec.address(version="v1", **params)
    assert address.startswith("/tiles/" if spec.draw is Draw.TILES else "/layers/")
    assert "v=v1" in address


@pytest.mark.parametrize("spec", LAYERS, ids=lambda spec: spec.key)
def test_every_layer_has_a_look(spec) -> None:
    assert re.search(rf"\.cm-{spec.key}[ ,.]", STYLES)


def test_a_role_nobody_knows_sees_nothing() -> None:
    assert layers_for("") == ()
    assert find_layer("school", "stranger", tiles=False) is None


def test_who_guards_what_and_where_events_are_is_kept_from_units_and_caches() -> None:
    guarded = {spec.key for spec in LAYERS if spec.is_sensitive}
    assert guarded == {"post", "coverage_gap", "service_area", "focus_zone", "hotspot"}
    assert not guarded & {spec.key for spec in layers_for("unit")}


def test_a_layer_of_tiles_is_no_layer_of_features() -> None:
    assert find_layer("road", "local", tiles=False) is None
    assert find_layer("school", "local", tiles=True) is None


def test_schools_are_told_apart_by_how_many_posts_reach_them() -> None:
    counts = pd.Series([0, 1, 2, 40, float("nan")])
    assert schools.codes(counts) == "01223"


def test_gates_are_told_apart_by_who_is_there() -> None:
    table = pd.DataFrame(
        {
            "uncovered_min": [0, 10, 60, 60, float("nan")],
            "required_min": [60] * 5,
            "guard_reason": ["covered", "partly_on_duty", "no_post", "shared_elsewhere", "no_data"],
        }
    )
    assert gates.guard_codes(table) == ["c", "p", "u", "s", "n"]


def test_gates_are_told_apart_by_how_soon_help_is_there() -> None:
    table = pd.DataFrame(
        {
            "tier": pd.array([1, 3, 5, None, None, None, None], dtype="Int64"),
            "response_reason": [*["in_time"] * 3, "too_far", "unreachable", "no_post", "no_data"],
        }
    )
    assert gates.response_codes(table, (1, 3, 5)) == ["1", "2", "3", "l", "r", "o", "m"]


@pytest.mark.parametrize("tiers", [(3,), (2, 4), (1, 2, 3, 5)])
def test_however_many_tiers_there_are_the_last_is_in_time_and_beyond_is_late(tiers) -> None:
    table = pd.DataFrame({"tier": [*map(float, tiers), float("nan")], "response_reason": "in_time"})
    codes = gates.response_codes(table, tiers)
    assert set(codes[:-1]) <= set(gates.TIERS)
    assert codes[-1] == gates.LATE


def test_gates_without_the_slot_say_so_in_the_order_of_the_map() -> None:
    assert gates.in_order(pd.Series([7, -3, 9]), {-3: "u", 9: "c"}) == "xuc"


def test_every_code_of_a_gate_has_a_sign_and_a_look() -> None:
    signs = {entry.code: entry.shape for entry in gates.SPEC.legend}
    assert {*gates.GUARD_LINES, *gates.RESPONSE_LINES} <= signs.keys()
    for lines in (gates.GUARD_LINES, gates.RESPONSE_LINES):
        assert len({signs[code] for code in lines}) == len(lines)
        assert all(f".cm-gate--{code}" in STYLES for code in lines)


def test_no_schools_give_no_codes() -> None:
    assert schools.codes(pd.Series([], dtype="float64")) == ""


def test_posts_are_on_duty_or_not() -> None:
    assert posts.codes([True, False, True]) == "101"
