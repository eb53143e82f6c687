"""A bureau's sheet from file to map through the page alone, in a browser that can reach nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from data.session import unit_of_work
from data.settings import DbRole
from tests.browser.around import load_around
from tests.browser.bureau_file import BAD, BAD_WITH_A_PLACE, GOOD, HEADMASTER, schools, write_sheet
from tests.browser.conftest import WANTS_SCREENSHOTS, own_database, serving, visiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.visit import Visit

WAIT_MS = 60_000
METRE_DEG = 1e-5
LATIN = re.compile(r"[A-Za-z]{3,}")
LATIN_WORDS = {
    "English", "Language", "xlsx", "csv", "gpkg", "geojson", "shapefile", "zip", "kml", "html", "CGCS", "GCJ", "EPSG",
    "school", "sheet", "posts", "areas",
}  # fmt: skip
"""What a Chinese page may say in Latin letters: formats, datums, and names that the test itself gave."""
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture(scope="module")
def served(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a district that has boundaries and posts and no schools yet; give the address."""
    from data.migrate import ensure_database

    with own_database("campus_data_page", home) as database:
        ensure_database()
        load_around(tmp_path_factory.mktemp("around"))
        with serving(home, database, tmp_path_factory.mktemp("data_page")) as address:
            yield address


@pytest.fixture
def visit(chromium: Browser, served: str) -> Iterator[Callable[..., Visit]]:
    """Open a page of the district; whatever was visited stayed here, without a failure or an error."""
    with visiting(chromium, served) as opened:
        yield opened


@pytest.fixture(scope="module")
def walk(chromium: Browser, served: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Take the sheet through the page, from file to map, and give what was seen on the way."""
    sheet = tmp_path_factory.mktemp("sheet") / "丁一丁13912345678.xlsx"
    write_sheet(sheet)
    found: dict[str, Any] = {}
    with visiting(chromium, served) as opened:
        seen = opened("/data", has_map=False, width=1366, height=830)
        found["first"] = words_of(seen)
        upload(seen, sheet)
        found["datum"] = seen.page.locator('[class*="st-key-datum_"]').inner_text()
        found["may_try"] = seen.page.locator(".st-key-intake_try button").is_enabled()
        choose(seen, '[class*="st-key-datum_"]', "国测局")
        seen.page.locator(".st-key-intake_try button").click()
        found |= trial(seen)
        found["after_trial"] = counted("SELECT count(*) FROM core.school")
        seen.page.locator(".st-key-intake_apply button").click()
        seen.page.get_by_text("已重新计算").wait_for(timeout=WAIT_MS)
        found["applied"] = words_of(seen)
        # what a steward loaded a commander sees
        seen = opened("/command")
        found["map"] = seen.evaluate(
            "Object.fromEntries(Object.values(CampusMap.state.layers.school.features).map((made) => "
            "[made[0]._cmFeature.properties.code, made[0]._cmFeature.geometry.coordinates]))"
        )
        found["table"] = seen.page.locator('[data-testid="stDataFrame"]').first.inner_text()
    return found


def upload(seen: Visit, sheet: Path) -> None:
    seen.page.locator(".st-key-upload input[type=file]").set_input_files(sheet)
    seen.page.wait_for_selector(".st-key-intake_try", timeout=WAIT_MS)
    seen.wait_idle()


def choose(seen: Visit, box: str, words: str) -> None:
    field = seen.page.locator(f"{box} input")
    field.scroll_into_view_if_needed()  # a list that opens while the page scrolls closes again
    seen.wait_idle()
    field.click()
    seen.page.get_by_role("option", name=words).click()
    seen.wait_idle()


def trial(seen: Visit, picture: str = "data") -> dict[str, Any]:
    """Read what the trial says: counts, shapes on its map, words."""
    seen.page.wait_for_selector(".campus-report", timeout=WAIT_MS)
    seen.page.wait_for_selector(".st-key-rows_map iframe", timeout=WAIT_MS)
    seen.wait_idle()
    seen.map.wait_for_function(
        "window.CampusMap && CampusMap.state && CampusMap.state.layers.intake_row.group", timeout=WAIT_MS
    )
    verdicts = ("accepted", "repaired", "rejected")
    drawn = {
        each: seen.evaluate(
            f"[...document.querySelectorAll('.leaflet-pane path.cm-intake_row--{each}')]"
            ".map((path) => path.getAttribute('d').split('L').length)"
        )
        for each in verdicts
    }
    names = ("read", *verdicts, "added", "changed", "ended", "unchanged")
    counts = {n: int(seen.page.locator(f".campus-count--{n} dd").inner_text()) for n in names}
    if WANTS_SCREENSHOTS and picture:
        # the file's own name is a planted one
        seen.page.evaluate(
            "document.querySelector('[data-testid=stFileChipName]').textContent = '学校名录.xlsx'"
        )
        seen.picture(picture)
    return {"counts": counts, "drawn": drawn, "tried": words_of(seen)}


WORDS = """() => {
  const walker = document.createTreeWalker(document.querySelector("[data-testid=stApp]"), NodeFilter.SHOW_TEXT);
  const said = [];
  while (walker.nextNode()) {
    const about = walker.currentNode.parentElement;
    const isSign = about.closest("[data-testid=stIconMaterial], style, script, canvas");
    if (!isSign && about.checkVisibility() && getComputedStyle(about).fontSize !== "0px") said.push(walker.currentNode.data);
  }
  return said.join(" | ");
}"""


def words_of(seen: Visit) -> str:
    """Everything that the page shows or reads out, but for what stands in frames and on canvas."""
    return re.sub(r"account-[0-9a-f]+", "", str(seen.page.evaluate(WORDS)))


def counted(statement: str) -> int:
    with unit_of_work(DbRole.OWNER) as connection:
        return int(connection.execute(text(statement)).scalar_one())


def held(words: str) -> list[str]:
    """Name the tables in which a text stands anywhere."""
    with unit_of_work(DbRole.OWNER) as connection:
        tables = connection.execute(
            text(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
                "WHERE schemaname IN ('raw', 'core', 'work', 'out', 'audit')"
            )
        ).scalars()
        query = "SELECT EXISTS (SELECT FROM {} AS t WHERE t::text LIKE :like)"
        like = {"like": f"%{words}%"}
        return [t for t in tables if connection.execute(text(query.format(t)), like).scalar_one()]


# --- from file to map


def test_nothing_can_be_tried_before_the_datum_is_chosen(walk) -> None:
    assert "请选择" in walk["datum"] or "坐标系" in walk["datum"]
    assert not walk["may_try"]


def test_the_trial_names_ten_bad_rows_and_keeps_nothing(walk) -> None:
    assert walk["counts"] == {
        "read": GOOD + BAD, "accepted": GOOD / 2, "repaired": GOOD / 2, "rejected": BAD,
        "added": GOOD, "changed": 0, "ended": 0, "unchanged": 0,
    }  # fmt: skip
    assert walk["after_trial"] == 0


def test_verdicts_differ_by_shape_on_the_map(walk) -> None:
    assert {name: len(shapes) for name, shapes in walk["drawn"].items()} == {
        "accepted": GOOD / 2, "repaired": GOOD / 2, "rejected": BAD_WITH_A_PLACE,
    }  # fmt: skip
    corners = {name: set(shapes) for name, shapes in walk["drawn"].items()}
    assert not corners["accepted"] & corners["repaired"]
    assert not corners["rejected"] & (corners["accepted"] | corners["repaired"])


def test_the_schools_stand_on_the_map_where_they_stand_on_the_ground(walk) -> None:
    assert set(walk["map"]) == {each.code for each in schools()}
    for each in schools():
        lon, lat = walk["map"][each.code]
        assert abs(lon - each.lon) < 2 * METRE_DEG
        assert abs(lat - each.lat) < 2 * METRE_DEG


@pytest.mark.parametrize("state", ["first", "tried", "applied"])
def test_the_page_speaks_chinese_throughout(walk, state) -> None:
    assert set(LATIN.findall(walk[state])) <= LATIN_WORDS


def test_nothing_of_columns_that_nobody_mapped_and_no_file_is_left(walk, home) -> None:
    assert held(HEADMASTER) == []
    assert held("13912345678") == held("13987654321") == held("13812345678") == []
    assert [path.name for path in (home / "spool").iterdir()] == []


# --- the other parts of the page


def test_a_correction_stands_against_the_next_file_and_is_listed_as_a_conflict(walk, visit, tmp_path) -> None:
    code, sheet = schools()[3].code, tmp_path / "again.xlsx"
    seen = visit("/data?part=correct", has_map=False)
    seen.page.locator(".st-key-correct_code input").fill(code)
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector(".st-key-correct_save", timeout=WAIT_MS)
    choose(seen, ".st-key-correct_field_school", "学生数")
    seen.page.locator('[class*="st-key-correct_value"] input').fill("999")
    seen.page.keyboard.press("Enter")
    seen.wait_idle()
    seen.page.locator(".st-key-correct_save button").click()
    seen.page.get_by_text("更正已处理。").wait_for(timeout=WAIT_MS)
    pupils = f"SELECT pupils FROM core.school WHERE code = '{code}' AND valid_to IS NULL AND ended_by IS NULL"
    assert counted(pupils) == 999
    seen.page.get_by_text("已重新计算").wait_for(timeout=WAIT_MS)
    seen.page.locator(".st-key-parts button", has_text="导入").first.click()
    seen.page.wait_for_selector(".st-key-upload", timeout=WAIT_MS)
    choose(seen, ".st-key-intake_source", "school-1")
    write_sheet(sheet)
    upload(seen, sheet)
    seen.page.locator(".st-key-intake_try button").click()
    counts = trial(seen, picture="")["counts"]
    assert counts["changed"] == counts["ended"] == counts["added"] == 0
    assert "与页面更正不一致：1" in words_of(seen)
    assert seen.page.locator(".st-key-intake_apply button").is_disabled()


def test_a_load_is_listed_traced_and_taken_back_after_asking(walk, visit) -> None:
    seen = visit("/data?part=trace", has_map=False)
    seen.page.locator(".st-key-trace_code input").fill(schools()[4].code)
    seen.page.keyboard.press("Enter")
    seen.page.locator('[data-testid="stDataFrame"]').wait_for(timeout=WAIT_MS)
    seen.page.locator(".st-key-parts button", has_text="导入记录").click()
    seen.page.wait_for_selector(".st-key-undo_do", timeout=WAIT_MS)
    seen.wait_idle()
    assert seen.page.locator(".st-key-undo_do button").is_disabled()
    choose(seen, ".st-key-undo_batch", "school")
    seen.page.locator(".st-key-undo_sure label").click()
    seen.wait_idle()
    before = counted("SELECT count(*) FROM core.school WHERE valid_to IS NULL AND ended_by IS NULL")
    seen.page.locator(".st-key-undo_do button").click()
    seen.page.get_by_text("已撤销。").wait_for(timeout=WAIT_MS)
    after = counted("SELECT count(*) FROM core.school WHERE valid_to IS NULL AND ended_by IS NULL")
    assert (before, after) == (GOOD, 0)


def test_a_page_is_reached_by_keyboard_and_keeps_its_language(walk, visit) -> None:
    seen = visit("/?lang=en", has_map=False, role="steward")
    link = seen.page.get_by_role("link", name="Data")
    link.focus()
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector(".st-key-upload", timeout=WAIT_MS)
    seen.wait_idle()
    assert "lang=en" in seen.page.url
    spoken = words_of(seen).replace("中文", "")
    assert CHINESE.findall(spoken) == []
    assert seen.page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("part", ["load", "history", "sources", "trace", "correct"])
def test_a_phone_sees_every_part_without_scrolling_sideways(walk, visit, part) -> None:
    seen = visit(f"/data?part={part}", has_map=False, width=390, height=844, theme="dark")
    assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    beyond = seen.page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMain] *')].filter((e) => e.scrollWidth > e.clientWidth"
        " && getComputedStyle(e).overflowX === 'visible' && e.getBoundingClientRect().right > 391).length"
    )
    assert beyond == 0
