"""A docx that looks like an official paper: A4, its fonts and sizes, what every page carries, tables.

Margins, fonts and sizes follow GB/T 9704-2012 as far as an annex to a meeting wants them: title size 2,
text FangSong size 3 on lines of 28 pt, headings SimHei, tables small 4. A font has to be named for
``w:eastAsia`` of its own, or Word writes Chinese in the Latin one.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from dashboard.papers.material import Imprint
    from data.messages import Lang

LATIN = "Times New Roman"
TITLE_PT, TEXT_PT, TABLE_PT, FOOT_PT = 22.0, 16.0, 12.0, 10.5
LINE_PT, TABLE_LINE_PT = 28.0, 18.0
INDENT_CHARS = 2
PAGE_MM, MARGINS_MM = (210.0, 297.0), (37.0, 26.0, 35.0, 28.0)
"""Width and height; top, right, bottom, left."""
WIDE_MARGINS_MM = (24.0, 15.0, 18.0, 15.0)
NUMBER_MM = 12.0
TALLEST = 0.97
"""Share of the room between the margins that a picture may fill, so that it stays on its page."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document under way, with its language and what stands on every page."""

    document: Any
    lang: Lang
    imprint: Imprint

    def say(self, key: str, **params: object) -> str:
        """Give a sentence in the document's language."""
        return text(key, self.lang, **params)


def new_paper(imprint: Imprint, lang: Lang, *, title: str) -> Paper:
    """Begin a document; its properties name nobody.

    Parameters
    ----------
    imprint
        What every page carries.
    lang
        Its language.
    title
        For the file's properties.
    """
    import docx  # noqa: PLC0415 -- the web process starts without it

    paper = Paper(docx.Document(), lang, imprint)
    properties = paper.document.core_properties
    properties.author, properties.last_modified_by, properties.comments = "", "", ""
    properties.title, properties.created = title, imprint.made_at.replace(tzinfo=None)
    properties.modified = properties.created
    _set_font(paper.document.styles["Normal"], text("papers.font.text", lang), TEXT_PT)
    _lay_out(paper.document.sections[0], MARGINS_MM, is_wide=False)
    _stamp(paper, paper.document.sections[0])
    return paper


def to_bytes(paper: Paper) -> bytes:
    """Write a document."""
    target = io.BytesIO()
    paper.document.save(target)
    return target.getvalue()


def add_title(paper: Paper, words: str, below: str = "") -> None:
    """Write the title in the middle, and a line below it."""
    _line(paper, words, "papers.font.title", TITLE_PT, is_centred=True)
    if below:
        _line(paper, below, "papers.font.kai", TEXT_PT, is_centred=True)


def add_heading(paper: Paper, words: str, *, level: int = 1) -> None:
    """Write a heading that a reader's outline shows."""
    font = "papers.font.heading" if level == 1 else "papers.font.kai"
    _line(paper, words, font, TEXT_PT, style=f"Heading {level}")


def add_text(paper: Paper, words: str, *, is_indented: bool = True) -> None:
    """Write a paragraph, its first line two characters in; whom a paper is for stands at the edge."""
    from docx.shared import Pt  # noqa: PLC0415

    paragraph = _line(paper, words, "papers.font.text", TEXT_PT)
    if is_indented:
        paragraph.paragraph_format.first_line_indent = Pt(INDENT_CHARS * TEXT_PT)


def add_table(
    paper: Paper, headings: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]
) -> None:
    """Write a numbered table whose head comes again on every page.

    Parameters
    ----------
    paper
        Where.
    headings
        Of the columns behind the number.
    rows
        Words of the cells; empty ones stay blank.
    widths
        Of the columns behind the number, relative to each other.
    """
    from docx.shared import Mm  # noqa: PLC0415

    lines = [[paper.say("papers.column.number"), *headings]]
    lines += [[str(number), *row] for number, row in enumerate(rows, start=1)]
    table = paper.document.add_table(rows=len(lines), cols=len(lines[0]), style="Table Grid")
    table.autofit = False
    room = PAGE_MM[0] - MARGINS_MM[1] - MARGINS_MM[3] - NUMBER_MM
    measures = [Mm(NUMBER_MM), *(Mm(room * width / sum(widths)) for width in widths)]
    cells = list(table._cells)  # noqa: SLF001 -- rows[].cells is square in the number of rows
    for at, words in enumerate(word for line in lines for word in line):
        _fill(paper, cells[at], words, measures[at % len(measures)], is_head=at < len(measures))
    for row in table.rows:
        _mark(row._tr.get_or_add_trPr(), "w:cantSplit")  # noqa: SLF001 -- python-docx has no word for it
    _mark(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")  # noqa: SLF001 -- nor for this


def add_frame(paper: Paper, frame: pd.DataFrame, widths: Sequence[float], *, if_empty: str) -> None:
    """Write a frame of words as a table, its columns named by the catalogue; say where it is empty."""
    if frame.empty:
        add_text(paper, if_empty)
        return
    headings = [paper.say(f"papers.column.{name}") for name in frame.columns]
    add_table(paper, headings, frame.astype(str).to_numpy().tolist(), widths)


def add_page_break(paper: Paper) -> None:
    """Go on at the top of a page."""
    paper.document.add_page_break()


def add_wide_picture(paper: Paper, png: bytes, heading: str) -> None:
    """Put a picture on a page of its own, turned, as large as fits."""
    from docx.enum.section import WD_SECTION  # noqa: PLC0415
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Mm, Pt  # noqa: PLC0415

    section = paper.document.add_section(WD_SECTION.NEW_PAGE)
    _lay_out(section, WIDE_MARGINS_MM, is_wide=True)
    _stamp(paper, section)
    add_heading(paper, heading)
    top, _, bottom, _ = WIDE_MARGINS_MM
    paragraph = paper.document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(0)
    room = PAGE_MM[0] - top - bottom - LINE_PT * 25.4 / 72
    paragraph.add_run().add_picture(io.BytesIO(png), height=Mm(room * TALLEST))


def _line(
    paper: Paper, words: str, font: str, size_pt: float, *, is_centred: bool = False, style: str = "Normal"
) -> Any:
    """Write a line in a font of its own."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Pt, RGBColor  # noqa: PLC0415

    paragraph = paper.document.add_paragraph(style=style)
    shape = paragraph.paragraph_format
    shape.line_spacing, shape.space_before, shape.space_after = Pt(max(LINE_PT, size_pt * 1.5)), Pt(0), Pt(0)
    if is_centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(words)
    run.font.color.rgb = RGBColor(0, 0, 0)
    run.font.bold = False
    _set_font(run, paper.say(font), size_pt)
    return paragraph


def _set_font(target: Any, east_asian: str, size_pt: float) -> None:
    """Set the fonts of a run or style, Chinese and Latin."""
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    target.font.name, target.font.size = LATIN, Pt(size_pt)
    fonts = target.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), east_asian)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _fill(paper: Paper, cell: Any, words: str, width: Any, *, is_head: bool) -> None:
    """Write a cell."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    cell.width = width
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.line_spacing = Pt(TABLE_LINE_PT)
    paragraph.paragraph_format.space_after = Pt(0)
    if is_head:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    font = "papers.font.heading" if is_head else "papers.font.text"
    _set_font(paragraph.add_run(words), paper.say(font), TABLE_PT)


def _mark(properties: Any, name: str) -> None:
    """Switch a property of a row on."""
    from docx.oxml import OxmlElement  # noqa: PLC0415

    properties.append(OxmlElement(name))


def _lay_out(section: Any, margins_mm: tuple[float, float, float, float], *, is_wide: bool) -> None:
    """Give a section its page."""
    from docx.enum.section import WD_ORIENT  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    width, height = PAGE_MM[::-1] if is_wide else PAGE_MM
    section.orientation = WD_ORIENT.LANDSCAPE if is_wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    top, right, bottom, left = (Mm(value) for value in margins_mm)
    section.top_margin, section.right_margin = top, right
    section.bottom_margin, section.left_margin = bottom, left
    section.header_distance = section.footer_distance = Mm(10)


def _stamp(paper: Paper, section: Any) -> None:
    """Write head and foot of a section's pages."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415

    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    words = [paper.say("pages.internal")]
    words += [paper.say("pages.training")] if paper.imprint.is_training else []
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _set_font(head.add_run("　".join(words)), paper.say("papers.font.heading"), FOOT_PT)
    _set_font(foot.add_run(imprint_line(paper.imprint, paper.lang)), paper.say("papers.font.text"), FOOT_PT)
    page = section.footer.add_paragraph()
    page.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for before, code in (("— ", ""), ("", "PAGE"), (" —", "")):
        run = page.add_run(before)
        _set_font(run, paper.say("papers.font.text"), FOOT_PT)
        if code:
            _field(run, code)


def _field(run: Any, code: str) -> None:
    """Let Word fill a run in, such as the number of the page."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    for kind in ("begin", None, "end"):
        part = OxmlElement("w:instrText" if kind is None else "w:fldChar")
        if kind is None:
            part.text = code
        else:
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)  # noqa: SLF001 -- python-docx has no fields


def imprint_line(imprint: Imprint, lang: Lang) -> str:
    """Write who asked, when, and of which build and day the data are."""
    none = text("papers.none", lang)
    return text(
        "papers.imprint", lang, account=imprint.account, time=f"{imprint.made_at:%Y-%m-%d %H:%M}",
        run=none if imprint.run_id is None else imprint.run_id, day=imprint.as_of or none,
    )  # fmt: skip
