"""How the Word report looks (GB/T 9704): page, fonts, paragraphs, tables, marks, and the same bytes every time."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

# What only people know stands in these brackets and is highlighted; its words are of both languages.
TO_FILL = re.compile(r"(【(?:待补充|To be added)[^】]*】)")
# Control characters have no place in XML: they are shown, not swallowed.
CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
TEXT_WIDTH_MM = 156
BODY, HEADING, SUBHEADING, TITLE, TABLE = "仿宋", "黑体", "楷体", "方正小标宋简体", "宋体"
LATIN = "Times New Roman"
TABLE_STYLE = "Junheng Table"
ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its width in millimetres and how its cells are aligned."""

    head: str
    width: float
    align: str = "center"


def printable(text: object) -> str:
    """A text as Word can hold it: a control character becomes a visible sign, a percentage stays on one line."""
    return CONTROL.sub("�", str(text)).replace(" %", "\u00a0%")


def set_font(run: Run, east_asian: str, size: float, *, bold: bool = False) -> None:
    """The fonts of a run: the Chinese one, Times New Roman for Latin letters and digits."""
    run.font.name = LATIN
    run.font.size = Pt(size)
    run.font.bold = bold or None
    properties = run._element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    fonts.set(qn("w:eastAsia"), east_asian)
    fonts.set(qn("w:cs"), LATIN)


def highlight(document: Document) -> int:
    """Mark every 【待补充：…】 of the document. Gives how many there are."""
    found = 0
    for element in document.element.body.iter(qn("w:p")):
        paragraph = Paragraph(element, document)
        for run in paragraph.runs:
            found += _highlight_run(run)
    return found


def _highlight_run(run: Run) -> int:
    parts = [part for part in TO_FILL.split(run.text) if part]
    marked = [bool(TO_FILL.fullmatch(part)) for part in parts]
    if not any(marked):
        return 0
    element = run._element
    for part, is_marked in zip(parts, marked, strict=True):
        copy = deepcopy(element)
        element.addprevious(copy)
        own = Run(copy, run._parent)
        own.text = part
        if is_marked:
            own.font.highlight_color = WD_COLOR_INDEX.YELLOW
    element.getparent().remove(element)
    return sum(marked)


def put_table(document: Document, place: Paragraph, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Table:
    """A table in the place of a paragraph: heads repeated on every page, rows not broken, widths written out."""
    table: Table = document.add_table(rows=1, cols=len(columns))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _borders(table)
    _widths(table, columns)
    style = table_style(document)
    for cell, column in zip(table.rows[0].cells, columns, strict=True):
        _fill(cell, style, column.head, "center", column.width, bold=True)
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:cantSplit"))
    head.append(OxmlElement("w:tblHeader"))
    for row in rows:
        added = table.add_row()  # type: ignore[no-untyped-call]
        added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, column, text in zip(added.cells, columns, row, strict=True):
            _fill(cell, style, text, column.align, column.width)
    place._element.addprevious(table._element)
    _empty(place)
    return table


def table_style(document: Document) -> Any:
    """The style of text in tables; a county's own template may lack it."""
    if TABLE_STYLE not in document.styles:
        style = document.styles.add_style(TABLE_STYLE, WD_STYLE_TYPE.PARAGRAPH)
        style.paragraph_format.line_spacing = 1.0
    return document.styles[TABLE_STYLE]


def merge_repeated(table: Table, column: int) -> None:
    """Merge the cells of a column that say the same one below the other."""
    cells = [row.cells[column] for row in table.rows[1:]]
    start = 0
    while start < len(cells):
        end = start
        while end + 1 < len(cells) and cells[end + 1].text == cells[start].text:
            end += 1
        for number in range(start, end + 1):
            merge = OxmlElement("w:vMerge")
            if number == start and end > start:
                merge.set(qn("w:val"), "restart")
            if end > start:
                _merge_into(cells[number], merge, first=number == start)
        start = end + 1


def _merge_into(cell: _Cell, merge: Any, *, first: bool) -> None:
    properties = cell._tc.get_or_add_tcPr()
    width = properties.find(qn("w:tcW"))
    width.addnext(merge)
    if not first:
        for run in cell.paragraphs[0].runs:
            run._element.getparent().remove(run._element)


def put_picture(document: Document, place: Paragraph, png: bytes, width_mm: float, title: str, note: str) -> None:
    """A picture in the place of a paragraph, below it the sentence that it shows and where it comes from."""
    for run in place.runs:
        run._element.getparent().remove(run._element)
    place.style = table_style(document)
    place.alignment = WD_ALIGN_PARAGRAPH.CENTER
    place.paragraph_format.keep_with_next = True
    shape = place.add_run().add_picture(BytesIO(png), width=Mm(width_mm))
    shape._inline.docPr.set("descr", printable(title))
    below = place
    for text, font, size in ((title, HEADING, 10.5), (note, TABLE, 9)):
        paragraph = Paragraph(deepcopy(place._element), place._parent)
        for run in paragraph.runs:
            run._element.getparent().remove(run._element)
        paragraph.paragraph_format.keep_with_next = text == title
        set_font(paragraph.add_run(printable(text)), font, size)
        below._element.addnext(paragraph._element)
        below = paragraph


def remove(place: Paragraph) -> None:
    """Take a paragraph out of its document."""
    place._element.getparent().remove(place._element)


def _empty(place: Paragraph) -> None:
    """What remains of the paragraph below a table is a narrow space."""
    for run in place.runs:
        run._element.getparent().remove(run._element)
    place.paragraph_format.line_spacing = Pt(8)
    place.paragraph_format.first_line_indent = Pt(0)


def _fill(cell: _Cell, style: Any, text: str, align: str, width: float, *, bold: bool = False) -> None:
    cell.width = Mm(width)
    properties = cell._tc.get_or_add_tcPr()
    vertical = OxmlElement("w:vAlign")
    vertical.set(qn("w:val"), "center")
    properties.append(vertical)
    paragraph = cell.paragraphs[0]
    for number, line in enumerate(text.split("\n")):
        if number:
            paragraph = cell.add_paragraph()
        paragraph.style = style
        paragraph.alignment = ALIGNMENTS[align]
        set_font(paragraph.add_run(printable(line)), HEADING if bold else TABLE, 10.5)


def _borders(table: Table) -> None:
    properties = table._tbl.tblPr
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "60")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)


def _widths(table: Table, columns: Sequence[Column]) -> None:
    for grid, column in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), columns, strict=True):
        grid.set(qn("w:w"), str(int(Mm(column.width).twips)))


def stamped(content: bytes, moment: datetime) -> bytes:
    """An Office file whose entries all carry one time: the same content is the same bytes."""
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return written.getvalue()


def saved(document: Any, moment: datetime, *, title: str, author: str, language: str) -> bytes:
    """The bytes of a document, its properties and times those of the build."""
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = printable(title)[:255], author, author
    properties.created = properties.modified = moment.replace(microsecond=0)
    properties.revision, properties.language = 1, language
    properties.comments, properties.keywords, properties.subject = "", "", ""
    content = BytesIO()
    document.save(content)
    return stamped(content.getvalue(), moment)
