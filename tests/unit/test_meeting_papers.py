"""Meeting papers opened again: the lists are whole, the blank table is blank, and no small count leaves in them."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from dashboard.papers import document, meeting
from dashboard.papers.material import Material, Wanted, chosen_zones
from dashboard.papers.meeting import BLANK_ROWS, meeting_docx
from dashboard.papers.notices import notices_docx, overdue_by_unit
from dashboard.papers.wording import are_events_few, zone_words
from data.messages import LANGS, text
from tests.unit.paper_material import (
    IMPRINT,
    SECRET_PART,
    SECRET_RATE,
    SECRET_SCORE,
    SECRET_SHARE,
    WANTED,
    hazards,
    material,
    tasks,
    terms,
    zones,
)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fe"
    "dccc59e70000000049454e44ae426082"
)


def opened(content: bytes) -> Any:
    return docx.Document(io.BytesIO(content))


def papers(known: Material | None = None, wanted: Wanted = WANTED, lang: Any = "zh") -> Any:
    return opened(meeting_docx(known or material(), wanted, IMPRINT, PNG, lang))


def paragraphs(paper: Any) -> str:
    return "\n".join(paragraph.text for paragraph in paper.paragraphs)


def table(paper: Any, last_heading: str, lang: Any = "zh") -> list[list[str]]:
    """The rows of the table whose second heading is a word of the catalogue."""
    word = text(f"papers.column.{last_heading}", lang)
    found = [t for t in paper.tables if t.rows[0].cells[1].text == word or t.rows[0].cells[3].text == word]
    return [[cell.text for cell in row.cells] for row in found[0].rows[1:]]


def whole_text(content: bytes) -> str:
    """All that the file holds, in every part of it."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = [file.read(name).decode() for name in file.namelist() if name.endswith(".xml")]
    return re.sub(r"<[^>]+>", "", "\n".join(parts))


def with_zone(number: int, **values: Any) -> Material:
    """The district with other values in one zone."""
    known = material()
    for name, value in values.items():
        known.zones.at[number, name] = value
    return known


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_says_how_to_treat_it_who_made_it_when_and_of_which_data(lang) -> None:
    for content in (
        meeting_docx(material(), WANTED, IMPRINT, PNG, lang),
        notices_docx(material(), IMPRINT, lang),
    ):
        for section in opened(content).sections:
            head = section.header.paragraphs[0].text
            assert text("pages.internal", lang) in head
            assert text("pages.training", lang) in head
            foot = section.footer
            assert all(
                word in foot.paragraphs[0].text for word in ("政法委", "2026-11-02 09:30", "17", "2026-11-02")
            )
            assert "PAGE" in foot._element.xml


def test_the_map_has_a_turned_page_of_its_own() -> None:
    paper = papers()
    tall, wide = paper.sections
    assert tall.page_width < tall.page_height
    assert wide.page_width > wide.page_height
    assert len(paper.inline_shapes) == 1


def test_all_chinese_is_in_a_chinese_font() -> None:
    for run in papers().element.body.iter(qn("w:r")):
        fonts = run.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        has_words = "".join(t.text or "" for t in run.iter(qn("w:t")))
        assert not has_words or fonts.get(qn("w:eastAsia"))


def test_ranking_doubt_and_the_warning_stand_in_words() -> None:
    said = paragraphs(papers())
    for words in ("名次为第1，九成把握", "名次在第2至第4之间，九成把握", "权重略作变动时，名次在第2至第4之间", "并列第2名",
                  "数据不足", "未计入排名的指标：学生数", "每周空岗时长240分钟", "漏报"):  # fmt: skip
        assert words in said
    assert said.count("并列第2名") == 2
    assert "并列第1名" not in said


def test_the_first_places_take_all_that_share_the_last_and_no_declined_zone() -> None:
    def shown(first: int, *, decided: bool = False) -> list[str]:
        return chosen_zones(zones(), Wanted(WANTED.meeting_on, "t", first, only_decided=decided))[
            "zone_id"
        ].tolist()

    assert shown(1) == ["T1:S0"]
    assert shown(2) == ["T1:S0", "T1:S1", "T1:S4"]
    assert shown(4) == ["T1:S0", "T1:S1", "T1:S4"]
    assert shown(1, decided=True) == ["T1:S0"]


def test_the_list_of_problems_has_every_finding_hazard_open_gate_and_significant_place() -> None:
    known = with_zone(0, terms=terms(7, significant_cells=2, findings=2))
    rows = table(papers(known), "problem")
    told = ["|".join(row) for row in rows]
    assert [row[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    wanted = {"“网吧甲”：距训练0学校直线186.2米": 1, "“网吧甲”：距训练1学校直线199.4米": 1, "歌舞厅乙": 1, "编号H1），已逾期32天": 1,
              "H2）": 1, "H3），已逾期2天": 1, "训练1学校每周空岗时长200分钟": 1, "训练2学校每周空岗时长40分钟": 1,
              "统计显著）2处": 1, "训练3学校每周": 0, "H4": 0}  # fmt: skip
    assert {words: sum(words in line for line in told) for words in wanted} == wanted


def test_tasks_that_are_not_done_and_proposals_stand_in_both_lists() -> None:
    paper = papers()
    tasks_told, duties_told = table(paper, "task"), next(t for t in paper.tables if len(t.columns) == 5)
    items = [row[1] for row in tasks_told]
    assert items[:2] == ["补划斑马线", "清理校门前摊点"]
    assert "修路灯" not in items
    assert [row[5] for row in tasks_told[:2]] == ["已逾期", "进行中"]
    assert all(row[5] == "待议" and row[4] == "" for row in tasks_told[2:])
    lines = [[cell.text for cell in row.cells] for row in duties_told.rows[1:]]
    assert ["清理校门前摊点", "城市管理局", "交警大队", "2026年11月30日"] in [line[1:] for line in lines]
    assert len(lines) == len(tasks_told) + 1
    assert any(line[1:3] == ["整改销号安全隐患1处（其中逾期1处）", "交通运输局"] for line in lines)


def test_the_table_of_what_is_agreed_is_blank() -> None:
    rows = table(papers(), "item")
    assert rows == [[str(number), "", "", "", ""] for number in range(1, BLANK_ROWS + 1)]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("events", [0, 1, 7, 9, None])
def test_no_count_under_ten_leaves_nor_anything_that_gives_it_away(lang, events) -> None:
    known = with_zone(0, terms=terms(events, findings=3), score=SECRET_SCORE)
    known = replace(known, zones=known.zones.iloc[:1])
    content = meeting_docx(known, WANTED, IMPRINT, PNG, lang)
    said = whole_text(content)
    key = "papers.events.unknown" if events is None else "papers.events.under_10"
    assert text(key, lang) in said
    for secret in (SECRET_RATE, SECRET_PART, SECRET_SHARE, SECRET_SCORE, 0.5813, 46.19, 0.41234):
        assert not re.search(rf"{secret:.2f}"[:-1].replace(".", r"[.,]"), said), secret
    assert text("papers.way.incident_rate", lang, amount="37") not in said
    assert text("papers.way.findings", lang, amount="2") in said


def test_papers_say_the_same_for_every_count_under_ten() -> None:
    told = set()
    for events in range(10):
        part = terms(events, findings=3)
        # rate, part and share move with the count, as in a build
        part["incident_rate"] |= {"value": 3.0 * events, "part": 0.03 * events, "share": 0.1 * events}
        zone = zones().iloc[0].to_dict() | {"terms": part, "score": 0.2 + 0.03 * events}
        told.add(zone_words(zone, {}, "zh", is_tied=False))
    assert len(told) == 1


def test_ten_events_are_written_and_nine_are_not() -> None:
    assert not are_events_few(terms(10))
    assert are_events_few(terms(9))
    assert "警情10起" in paragraphs(papers(with_zone(0, terms=terms(10))))


def test_a_district_without_zones_tasks_or_hazards_says_so() -> None:
    known = material()
    empty = replace(known, zones=known.zones.iloc[:0], hazards=hazards().iloc[:0], tasks=tasks().iloc[:0])
    said = paragraphs(papers(empty))
    assert "没有符合条件的区域" in said
    assert said.count(text("papers.empty.list", "zh")) >= 3
    assert "没有逾期事项" in paragraphs(opened(notices_docx(empty, IMPRINT, "zh")))


def test_a_file_names_no_author() -> None:
    properties = papers().core_properties
    assert (properties.author, properties.last_modified_by) == ("", "")


def test_each_unit_has_a_page_with_all_that_it_has_overdue() -> None:
    units = overdue_by_unit(material(), "zh")
    assert {unit: late["matter"].tolist() for unit, late in units.items()} == {
        "交通运输局": ["安全隐患：护栏缺失（H1）"], "交警大队": ["补划斑马线", "安全隐患：斑马线磨损（H3）"],
    }  # fmt: skip
    paper = opened(notices_docx(material(), IMPRINT, "zh"))
    assert len(paper.tables) == len(units)
    assert paper.element.xml.count('w:type="page"') == len(units) - 1
    rows = [[cell.text for cell in row.cells] for row in paper.tables[0].rows[1:]]
    assert [row[5] for row in rows] == ["13", "2"]
    assert all(row[6] == "" for row in rows)


def test_what_no_unit_answers_for_comes_last_and_is_said() -> None:
    known = material()
    known.hazards.loc[known.hazards["hazard_code"] == "H3", "unit"] = None
    units = overdue_by_unit(known, "zh")
    assert [*units] == ["交警大队", "交通运输局", text("papers.no_unit", "zh")]
    assert sum(map(len, units.values())) == 3


def test_a_hazard_in_two_zones_is_asked_for_once() -> None:
    known = material()
    twice = hazards().iloc[[0, 0, 1, 2, 3]].reset_index(drop=True)
    twice.loc[1, "zone_id"] = "T1:S1"
    units = overdue_by_unit(replace(known, hazards=twice), "zh")
    assert len(units["交通运输局"]) == 1
    rows = papers(replace(known, hazards=twice)).tables
    assert any(cell.text == "整改销号安全隐患1处（其中逾期1处）" for t in rows for cell in t._cells)


def test_a_title_of_the_reader_is_no_markup() -> None:
    title = "会议 <w:p>&amp; {x} $a$"
    assert papers(wanted=Wanted(date(2026, 11, 3), title)).paragraphs[0].text == title
    assert meeting.told_zones(material(), WANTED, "zh")
    assert document.imprint_line(replace(IMPRINT, run_id=None, as_of=None), "en").count("—") == 2


def test_the_web_process_starts_without_the_libraries_that_documents_need() -> None:
    code = "import sys, dashboard.routes, dashboard.components.rect_papers; print({'docx', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
