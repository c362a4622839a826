"""An agenda as DOCX: plain styles, so that a ministry's word processor can edit it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

# Both come with the word processor on the ministries' machines, and hold all Kazakh and Tajik letters and the
# Chinese characters. A DOCX only names its fonts; the paper whose letters are inside is the PDF.
LETTERS, CHINESE = "Times New Roman", "SimSun"
TAGS = {"en": "en-GB", "zh": "zh-CN", "ru": "ru-RU"}
QUIET = RGBColor(0x5C, 0x6A, 0x67)
LONGEST_TITLE = 255  # of a file's properties
# What XML does not hold; a vertical tab comes along with text that is pasted from a word processor.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
THEMED = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")


def as_docx(paper: Mapping[str, Any]) -> bytes:
    """The content that `agenda_papers.paper_of` made, as a DOCX file."""
    document, paper = Document(), _written(paper)
    _set_up(document, paper)
    document.add_paragraph(paper["mechanism"], style="Subtitle")
    document.add_paragraph(paper["meeting"], style="Title")
    if paper["when"]:
        document.add_paragraph(paper["when"])
    document.add_paragraph(paper["stage"], style="Heading 1")
    document.add_paragraph(paper["issued"])
    if paper["is_draft"]:
        document.add_paragraph().add_run(paper["notice"]).bold = True
    if paper["states"]:
        document.add_paragraph(f"{paper['states_head']}: {paper['states']}")
    for item in paper["items"]:
        _add_item(document, item)
    if not paper["items"]:
        document.add_paragraph(paper["empty"])
    if paper["supplementary"]:
        document.add_paragraph(paper["supplementary_head"], style="Heading 1")
    for number, title, proposers in paper["supplementary"]:
        line = document.add_paragraph(f"{number}\t{title}" + (f" ({proposers})" if proposers else ""))
        _hang(line, Mm(18), Mm(18))
    if paper["total"]:
        total = document.add_paragraph()
        total.paragraph_format.space_before = Pt(14)
        total.add_run(paper["total"]).bold = True
    _add_footer(document, paper)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _written(value: Any) -> Any:
    """The content with what no DOCX can hold put as spaces."""
    if isinstance(value, str):
        return UNWRITABLE.sub(" ", value)
    if isinstance(value, Mapping):
        return {name: _written(each) for name, each in value.items()}
    return [_written(each) for each in value] if isinstance(value, list) else value


def _set_up(document: Any, paper: Mapping[str, Any]) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(25)
    document.core_properties.title = f"{paper['stage']} · {paper['meeting']}"[:LONGEST_TITLE]
    document.core_properties.author, document.core_properties.comments = "", ""
    document.core_properties.language = TAGS.get(paper["language"], paper["language"])
    sizes = {"Normal": 11, "Title": 18, "Subtitle": 11, "Heading 1": 14, "Heading 2": 12, "Heading 3": 11}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size = LETTERS, Pt(size)
        style.font.italic = False
        style.font.color.rgb = QUIET if name == "Subtitle" else RGBColor(0, 0, 0)
        _set_letters(style.element.get_or_add_rPr())
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _set_letters(defaults)
    language = defaults.find(qn("w:lang"))
    language.set(qn("w:val"), TAGS.get(paper["language"], paper["language"]))
    language.set(qn("w:eastAsia"), TAGS["zh"])


def _set_letters(properties: Any) -> None:
    """Name the fonts for every script; a theme's font would win over them."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name in THEMED:
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), LETTERS)
    fonts.set(qn("w:eastAsia"), CHINESE)


def _add_item(document: Any, item: Mapping[str, Any]) -> None:
    heading = document.add_paragraph(style="Heading 3" if item["is_sub"] else "Heading 2")
    indent, number = (Mm(10) if item["is_sub"] else Mm(0)), Mm(18)
    _hang(heading, indent + number, number)
    heading.add_run(f"{item['number']}\t{item['title']}")
    if item["late"]:
        heading.add_run(f" ({item['late']})").italic = True
    for label, value in item["facts"]:
        fact = document.add_paragraph()
        _hang(fact, indent + number, Mm(0))
        fact.paragraph_format.space_after = Pt(1)
        fact.add_run(f"{label}: ").font.color.rgb = QUIET
        fact.add_run(value)
    for text in item["annotation"]:
        paragraph = document.add_paragraph(text)
        _hang(paragraph, indent + number, Mm(0))
        paragraph.paragraph_format.space_before = Pt(4)


def _hang(paragraph: Any, left: int, hanging: int) -> None:
    paragraph.paragraph_format.left_indent = left
    paragraph.paragraph_format.first_line_indent = -hanging
    if hanging:
        paragraph.paragraph_format.tab_stops.add_tab_stop(left)


def _add_footer(document: Any, paper: Mapping[str, Any]) -> None:
    """The notice, and "Page 1 of 3" in the language's own order; the numbers are the word processor's fields."""
    footer = document.sections[0].footer.paragraphs[0]
    footer.paragraph_format.tab_stops.add_tab_stop(Mm(160), WD_TAB_ALIGNMENT.RIGHT)
    footer.add_run(f"{paper['notice']}\t")
    rest = paper["page"]
    while "{" in rest:
        text, _brace, rest = rest.partition("{")
        name, _brace, rest = rest.partition("}")
        footer.add_run(text)
        _add_field(footer, "PAGE" if name == "page" else "NUMPAGES")
    footer.add_run(rest)
    for run in footer.runs:
        run.font.size, run.font.color.rgb = Pt(8), QUIET


def _add_field(paragraph: Any, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    paragraph._p.append(field)
