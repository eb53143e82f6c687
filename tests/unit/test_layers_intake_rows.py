"""The rows of a file on trial: what was refused lies on top, the first view is of what was taken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import layers
from data.messages import LANGS, text
from layers.geojson import order_of
from layers.intake_rows import SPEC, bounds_of, to_geojson

STYLES = (Path(layers.__file__).parent / "browser" / "campus_map.css").read_text(encoding="utf-8")
SCRIPT = (Path(layers.__file__).parent / "browser" / "campus_map.js").read_text(encoding="utf-8")


def point(verdict: str, lon: float, lat: float, row: int = 1) -> dict:
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "properties": {"row": row, "verdict": verdict}, "geometry": geometry}


def test_refused_rows_are_drawn_last_and_every_row_is_named() -> None:
    given = [
        point("rejected", 1, 1, 7),
        point("accepted", 2, 2),
        point("repaired", 3, 3),
        point("unknown", 4, 4),
    ]
    drawn = json.loads(to_geojson(given, lambda row: f"<{row['row']}>"))
    assert [each["properties"]["verdict"] for each in drawn["features"]] == [
        "accepted",
        "repaired",
        "rejected",
    ]
    assert drawn["features"][-1]["properties"]["name"] == "<7>"
    assert drawn["order"] == order_of(each["id"] for each in drawn["features"])


def test_the_first_view_is_of_what_was_taken_and_never_a_single_point() -> None:
    west, south, east, north = (
        bounds_of([point("accepted", 119.5, 31.7), point("rejected", 31.7, 119.5)]) or (0,) * 4
    )
    assert west < 119.5 < east < 120
    assert south < 31.7 < north < 32
    assert bounds_of([point("rejected", 5, 6)]) is not None
    assert bounds_of([]) is None
    assert bounds_of([{**point("accepted", 1, 1), "geometry": None}]) is None


@pytest.mark.parametrize("lang", LANGS)
def test_verdicts_are_told_by_shape_colour_and_word(lang) -> None:
    assert text(SPEC.title_key, lang)
    assert len({entry.shape for entry in SPEC.legend}) == len(SPEC.legend) == 3
    for entry in SPEC.legend:
        assert text(entry.label_key, lang)
        assert f'{entry.code}: "{entry.shape}"' in SCRIPT
    assert re.search(r"\.cm-intake_row--rejected", STYLES)


def test_only_stewards_see_the_layer() -> None:
    assert SPEC.roles == {"local", "steward"}
