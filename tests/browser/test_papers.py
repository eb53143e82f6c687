"""A meeting's papers in a browser: one button, files that open; what was agreed is seen by somebody else."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import docx
import pytest
from sqlalchemy import text as sql

from data.messages import text
from data.session import unit_of_work
from data.settings import DbRole
from tests.app.small_zones import put_zones
from tests.browser.conftest import WANTS_SCREENSHOTS
from tests.browser.visit import SCREENSHOTS, WAIT_MS

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "/rectification?rect=papers"
PAPERS = SCREENSHOTS.parent / "papers"
LARGEST_BYTES = 300_000
DECIDE = """
    INSERT INTO work.zone_choice (district_code, zone_id, school_codes, decision, reason, set_by)
    SELECT district_code, zone_id, school_codes, 'decided', 'picture', 0 FROM out.focus_zone
     WHERE NOT EXISTS (SELECT FROM work.zone_choice WHERE revoked_at IS NULL) ORDER BY rank, zone_id LIMIT 1
"""
ITEM = "清理训练一小校门前摊点"


def zh(key: str) -> str:
    return text(f"papers.{key}", "zh")


@pytest.fixture(scope="module")
def zones(district: str) -> None:
    """Zones of the training district, where no build has made them."""
    with unit_of_work(DbRole.OWNER) as connection:
        if connection.execute(sql("SELECT EXISTS (SELECT FROM out.focus_zone)")).scalar_one():
            return
        schools = connection.execute(
            sql("SELECT code FROM core.school WHERE valid_to IS NULL ORDER BY code LIMIT 6")
        )
        codes = list(schools.scalars())
    put_zones(codes, events=(7, 23, 12, 0, 40, 11))


@contextmanager
def decided() -> Iterator[None]:
    """The first zone decided on, for as long as pictures are made."""
    with unit_of_work(DbRole.OWNER) as connection:
        connection.execute(sql(DECIDE))
        connection.commit()
    try:
        yield
    finally:
        with unit_of_work(DbRole.OWNER) as connection:
            connection.execute(sql("DELETE FROM work.zone_choice WHERE reason = 'picture'"))
            connection.commit()


def take(seen: Any, words: str) -> bytes:
    """Fetch what a link offers, with the browser's own session."""
    link = seen.page.get_by_role("link", name=words)
    link.wait_for(timeout=WAIT_MS)
    answer = seen.page.context.request.get(seen.server + link.get_attribute("href").removeprefix(seen.server))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.body()


def test_one_button_makes_papers_map_and_notices(zones, visit) -> None:
    seen = visit(PAGE, has_map=False)
    seen.page.locator(".st-key-papers_make button").click()
    seen.page.get_by_text(zh("page.ready")).wait_for(timeout=WAIT_MS)
    seen.wait_idle()
    paper = docx.Document(io.BytesIO(take(seen, zh("page.file.meeting"))))
    headings = [paragraph.text for paragraph in paper.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings == [zh(f"section.{name}") for name in ("overview", "zones", "problems", "tasks", "duties", "decisions", "map")]  # fmt: skip
    assert take(seen, zh("page.file.map_pdf")).startswith(b"%PDF")
    assert take(seen, zh("page.file.map_png")).startswith(b"\x89PNG")
    seen.page.locator(".st-key-papers_make_notices button").click()
    notices = docx.Document(io.BytesIO(take(seen, zh("page.file.notices"))))
    assert len(notices.tables) > 1


def test_a_link_that_is_pressed_saves_the_file_under_its_name(zones, visit) -> None:
    seen = visit(PAGE, has_map=False)
    seen.page.locator(".st-key-papers_make button").click()
    link = seen.page.get_by_role("link", name=zh("page.file.meeting"))
    link.wait_for(timeout=WAIT_MS)
    files: list[Any] = []

    def keep(download: Any) -> None:
        files.append(download)

    seen.page.context.on("page", lambda opened: opened.on("download", keep))
    seen.page.on("download", keep)
    link.click()
    seen.wait_until(lambda: bool(files), "nothing was downloaded")
    assert files[0].suggested_filename == f"{zh('file.meeting')}.docx"


def test_what_was_agreed_is_seen_by_another_browser(zones, visit) -> None:
    seen = visit(PAGE, has_map=False)
    for field, words in (("item", ITEM), ("lead", "城市管理局"), ("joint", "交警大队")):
        seen.page.locator(f".st-key-task_meeting_0_{field} input").fill(words)
    seen.page.locator(".st-key-task_meeting_0_add button").click()
    seen.page.locator(".campus-task", has_text=ITEM).wait_for(timeout=WAIT_MS)
    other = visit(PAGE, has_map=False)
    other.page.locator(".campus-task", has_text=ITEM).wait_for(timeout=WAIT_MS)
    other.page.locator(".st-key-papers_make button").click()
    paper = docx.Document(io.BytesIO(take(other, zh("page.file.meeting"))))
    assert sum(cell.text == ITEM for each in paper.tables for cell in each._cells) == 2


@pytest.mark.skipif(not WANTS_SCREENSHOTS, reason="only for the papers in the documentation")
def test_a_set_of_papers_for_the_documentation(zones, visit) -> None:
    with decided():
        seen = visit(PAGE, has_map=False)
        seen.page.locator(".st-key-papers_make button").click()
        seen.page.get_by_text(zh("page.ready")).wait_for(timeout=WAIT_MS)
        seen.page.locator(".st-key-papers_make_notices button").click()
        seen.page.get_by_role("link", name=zh("page.file.notices")).wait_for(timeout=WAIT_MS)
        seen.picture("rectification-papers")
        PAPERS.mkdir(exist_ok=True)
        names = {
            "meeting": "meeting.docx",
            "map_pdf": "map.pdf",
            "map_png": "map.png",
            "notices": "notices.docx",
        }
        for word, name in names.items():
            content = take(seen, zh(f"page.file.{word}"))
            assert len(content) < LARGEST_BYTES
            (PAPERS / name).write_bytes(content)
