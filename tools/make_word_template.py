"""Writes the Word templates of the self-assessment from `tools/word_template/*.txt`.

Run it after a change of these texts or of the items in seeds/standards/evaluation_items.csv:
`python tools/make_word_template.py`.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from junheng.report.word_format import BODY, HEADING, LATIN, SUBHEADING, TABLE, TITLE, saved, set_font  # noqa: E402

TARGET = ROOT / "src/junheng/report/templates"
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
LINE = 28.9
NUMERALS = "一二三四五六七八九十"


def numeral(number: int) -> str:
    """A number up to 19 in Chinese."""
    return NUMERALS[number - 1] if number <= 10 else "十" + NUMERALS[number - 11]


def items(group: str, language: str) -> Iterator[tuple[str, str]]:
    """The lines of the items of a group: each can be edited on its own. Items that a standard adds come last."""
    with (ROOT / "seeds/standards/evaluation_items.csv").open(encoding="utf-8") as file:
        found = [row for row in csv.DictReader(file) if row["grp"] == group]
    for row in found:
        name, number = row["item_id"], int(row["item_no"])
        head = f"指标{numeral(number)}：" if language == "zh" else f"Item {number}: "
        yield "I", f"{head if len(found) > 1 else ''}{{{{ {name}.name }}}}{'。' if language == 'zh' else '.'}"
        yield "P", f"{{{{ {name}.facts }}}}"
        yield "K", f"{{{{ {name}.conclusion }}}}"
    yield "P", f"{{%p for item in other_{group} %}}"
    yield "I", "{{ item.name }}" + ("。" if language == "zh" else ".")
    yield "P", "{{ item.facts }}"
    yield "K", "{{ item.conclusion }}"
    yield "P", "{%p endfor %}"


def lines(language: str) -> Iterator[tuple[str, str]]:
    """Kind and text of every paragraph."""
    text = (ROOT / f"tools/word_template/self_assessment.{language}.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("@items "):
            yield from items(line.removeprefix("@items "), language)
        else:
            kind, _, content = line.partition("|")
            yield kind, content


def base(language: str) -> Any:
    """An empty document with page, styles and page number."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.left_margin = Mm(37), Mm(28)
    section.bottom_margin, section.right_margin = Mm(35), Mm(26)
    section.footer_distance = Mm(23)
    grid = section._sectPr.find(qn("w:docGrid"))
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(int(LINE * 20)))
    document.settings.odd_and_even_pages_header_footer = True
    _style(document.styles["Normal"], BODY, 16, language)
    for name, font, size, align in (
        ("Junheng Body", BODY, 16, None),
        ("Junheng Item", BODY, 16, None),
        ("Junheng Conclusion", BODY, 16, None),
        ("Junheng Table", TABLE, 10.5, None),
        ("Junheng Caption", HEADING, 12, WD_ALIGN_PARAGRAPH.CENTER),
        ("Junheng Title", TITLE, 22, WD_ALIGN_PARAGRAPH.CENTER),
    ):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        _style(style, font, size, language)
        style.paragraph_format.alignment = align
    document.styles["Junheng Item"].font.bold = True
    for level, font in ((1, HEADING), (2, SUBHEADING)):
        style = document.styles[f"Heading {level}"]
        _style(style, font, 16, language)
        style.font.bold = False
        style.font.color.rgb = None
        colour = style.element.rPr.find(qn("w:color"))
        if colour is not None:
            style.element.rPr.remove(colour)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        _indent(style)
    for name in ("Junheng Body", "Junheng Item", "Junheng Conclusion"):
        _indent(document.styles[name])
    document.styles["Junheng Item"].paragraph_format.keep_with_next = True
    table = document.styles["Junheng Table"].paragraph_format
    table.line_spacing_rule, table.line_spacing = WD_LINE_SPACING.SINGLE, 1.0
    table.space_before = table.space_after = Pt(1.5)
    grid_off = OxmlElement("w:snapToGrid")
    grid_off.set(qn("w:val"), "0")
    document.styles["Junheng Table"].element.get_or_add_pPr().insert(0, grid_off)
    caption = document.styles["Junheng Caption"].paragraph_format
    caption.keep_with_next = True
    caption.space_before = Pt(6)
    caption.line_spacing = Pt(20)
    title = document.styles["Junheng Title"].paragraph_format
    title.line_spacing = Pt(36)
    _page_number(section.footer, "right")
    _page_number(section.even_page_footer, "left")
    return document


def _style(style: Any, font: str, size: float, language: str) -> None:
    style.font.name, style.font.size = LATIN, Pt(size)
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for name, value in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", font)):
        fonts.set(qn(f"w:{name}"), value)
    for former in properties.findall(qn("w:lang")):
        properties.remove(former)
    words = OxmlElement("w:lang")
    words.set(qn("w:val"), LANGUAGES[language] if language == "en" else "en-US")
    words.set(qn("w:eastAsia"), "zh-CN")
    properties.append(words)
    form = style.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE)
    form.space_before = form.space_after = Pt(0)


def _indent(style: Any) -> None:
    """Two characters at the start of a paragraph."""
    style.paragraph_format.first_line_indent = Pt(32)
    style.element.pPr.find(qn("w:ind")).set(qn("w:firstLineChars"), "200")


def _page_number(footer: Any, side: str) -> None:
    """— 1 — on the outer side, one character in from the edge."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.style.paragraph_format.tab_stops.clear_all()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if side == "right" else WD_ALIGN_PARAGRAPH.LEFT
    form = paragraph.paragraph_format
    form.right_indent, form.left_indent = (Pt(14), None) if side == "right" else (None, Pt(14))
    set_font(paragraph.add_run("— "), TABLE, 14)
    for kind, text in (("begin", None), (None, " PAGE "), ("separate", None), ("text", "1"), ("end", None)):
        run = paragraph.add_run()
        set_font(run, TABLE, 14)
        if kind in ("begin", "separate", "end"):
            field = OxmlElement("w:fldChar")
            field.set(qn("w:fldCharType"), kind)
            run._element.append(field)
        elif kind == "text":
            run.text = text
        else:
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = text
            run._element.append(instruction)
    set_font(paragraph.add_run(" —"), TABLE, 14)


STYLES = {
    "T": "Junheng Title",
    "1": "Heading 1",
    "2": "Heading 2",
    "P": "Junheng Body",
    "I": "Junheng Item",
    "K": "Junheng Conclusion",
    "C": "Junheng Caption",
    "X": "Junheng Caption",
    "F": "Junheng Caption",
}


def template(language: str) -> bytes:
    """The template of one language."""
    document = base(language)
    titles = []
    for kind, text in lines(language):
        if kind == "T":
            titles.append(document.add_paragraph(text, style=STYLES[kind]))
        elif kind == "B":
            document.add_paragraph().add_run().add_break(WD_BREAK.LINE)
        elif kind in "XF":
            document.add_paragraph(f"{{{{ {text} }}}}", style=STYLES[kind])
        else:
            document.add_paragraph(text, style=STYLES[kind])
    titles[0].paragraph_format.space_before = titles[-1].paragraph_format.space_after = Pt(LINE)
    return saved(document, datetime(2000, 1, 1), title="", author="junheng", language=LANGUAGES[language])


def main() -> None:
    """Write both templates."""
    for language in LANGUAGES:
        (TARGET / f"self_assessment.{language}.docx").write_bytes(template(language))


if __name__ == "__main__":
    main()
