"""The map of a meeting: equal bytes for equal input, Chinese that can be read, circles clear of each other."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from dashboard.papers.map_labels import apart
from dashboard.papers.sheet_map import font_family, map_sheet, nice_length
from tests.unit.paper_material import IMPRINT, WANTED, backdrop, material


def sheet(kind="pdf", lang="zh", wanted=WANTED, imprint=IMPRINT) -> bytes:
    return map_sheet(material(), backdrop(), wanted, imprint, lang, kind=kind)


def letters(pdf: bytes) -> set[str]:
    """The letters that the file's fonts can be read back as."""
    streams = [zlib.decompress(found) for found in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
               if found[:1] == b"x"]  # fmt: skip
    maps = b"\n".join(stream for stream in streams if b"beginbfchar" in stream or b"beginbfrange" in stream)
    return {chr(int(code, 16)) for code in re.findall(rb"[<\[]([0-9a-fA-F]{4})>", maps)}


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_equal_input_gives_equal_bytes_and_another_time_others(kind) -> None:
    first = sheet(kind)
    assert sheet(kind) == first
    assert sheet(kind, imprint=replace(IMPRINT, run_id=18)) != first


def test_the_file_names_no_program_and_no_moment() -> None:
    pdf = sheet()
    assert not re.search(rb"CreationDate|Producer|[Mm]atplotlib", pdf)
    with Image.open(io.BytesIO(sheet("png"))) as picture:
        assert "Software" not in picture.info


def test_the_sheet_is_an_a4_page_on_its_side() -> None:
    width, height = map(float, re.search(rb"MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", sheet()).groups())
    assert (round(width * 25.4 / 72), round(height * 25.4 / 72)) == (297, 210)


@pytest.mark.skipif("CJK" not in font_family(), reason="the machine has no Chinese font")
def test_chinese_labels_can_be_read_back_from_the_file() -> None:
    assert set("内部资料注意保管图例已议定重点整治区域训练一镇审图号并列第名") <= letters(sheet())


@pytest.mark.skipif("CJK" not in font_family(), reason="the machine has no Chinese font")
def test_a_title_with_a_dollar_is_written_as_it_is() -> None:
    assert "$" in letters(sheet(wanted=replace(WANTED, title="会议$x$")))


def test_both_files_are_small_enough_to_be_sent() -> None:
    assert max(len(sheet()), len(sheet("png"))) < 300_000


def test_nothing_to_draw_still_gives_a_sheet() -> None:
    known, under = material(), backdrop()
    bare = replace(under, district=under.district.iloc[:0], schools=under.schools.iloc[:0], towns=under.towns.iloc[:0],
                   basemap=under.basemap.iloc[:0], roads=under.roads.iloc[:0])  # fmt: skip
    empty = replace(known, zones=known.zones.iloc[:0])
    assert map_sheet(empty, bare, WANTED, IMPRINT, "en", kind="pdf").startswith(b"%PDF")
    assert map_sheet(known, bare, WANTED, IMPRINT, "en", kind="png").startswith(b"\x89PNG")


@pytest.mark.parametrize("count", [1, 5, 20])
@pytest.mark.parametrize("spread", [0.0, 2.0, 100.0])
def test_circles_are_clear_of_each_other_and_inside(count, spread) -> None:
    points = np.random.default_rng(count).uniform(0, spread, (count, 2)) + 50
    inside = np.array([[0.0, 0.0], [200.0, 200.0]])
    placed = apart(points, size=5.0, inside=inside)
    gaps = np.linalg.norm(placed[:, None] - placed[None], axis=2) + np.eye(count) * 99
    assert gaps.min() >= 5.0 - 1e-6
    assert (placed >= inside[0]).all()
    assert (placed <= inside[1]).all()


@pytest.mark.parametrize(("metres", "nice"), [(999.0, 500.0), (1000.0, 1000.0), (4999.0, 2000.0), (0.3, 0.2)])
def test_the_bar_has_a_round_length(metres, nice) -> None:
    assert nice_length(metres) == pytest.approx(nice)
