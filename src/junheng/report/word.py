"""`自查自评报告.docx`: the county's self-assessment in the official format, prose from a template that it may edit."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from junheng.errors import UsageError
from junheng.report.charts import Chart, county_chart
from junheng.report.facts import Facts, Row
from junheng.report.ledger import Ledger
from junheng.report.paths import safe
from junheng.report.texts import Texts
from junheng.report.word_context import CHARTS, TABLES, Context, placeholder_mark
from junheng.report.word_format import TEXT_WIDTH_MM, highlight, merge_repeated, put_picture, put_table, remove, saved
from junheng.report.word_tables import Tables

TEMPLATES = Path(__file__).parent / "templates"
DOCUMENT_LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}


def write_word(facts: Facts, folder: Path, language: str, ledger: Ledger, template: Path | None = None) -> int:
    """Write a self-assessment for each county of the judged year. Gives the number of files.

    Raises UsageError when the template is none or names a placeholder that is not there.
    """
    texts = Texts(language)
    source = template or TEMPLATES / f"self_assessment.{language}.docx"
    for county in facts.counties:
        target = folder / safe(county.county_code) / f"{texts.text('word.file')}.docx"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_document(facts, county, texts, ledger, source))
    return len(facts.counties)


def _document(facts: Facts, county: Row, texts: Texts, ledger: Ledger, source: Path) -> bytes:
    template = _opened(source)
    rendered = _rendered(template, Context(facts, county, texts), source)
    tables = Tables(facts, county, texts, ledger)
    for place, name in _places(rendered):
        if name in TABLES:
            table = tables.table(name)
            drawn = put_table(rendered, place, table.columns, table.rows)
            for column in table.merged:
                merge_repeated(drawn, column)
        else:
            _chart(rendered, place, county_chart(facts, texts, CHARTS[name], county))
    highlight(rendered)
    return saved(
        rendered,
        facts.built_at,
        title=texts.word(county, "headline"),
        author="junheng",
        language=DOCUMENT_LANGUAGES[texts.language],
    )


def _chart(document: Document, place: Paragraph, chart: Chart | None) -> None:
    """A chart with its sentence and note below it, in the place of a paragraph; without data there is none."""
    if chart is None:
        remove(place)
        return
    put_picture(document, place, chart.png(), TEXT_WIDTH_MM, chart.title, chart.note)


def _opened(source: Path) -> Any:
    try:
        template = DocxTemplate(BytesIO(source.read_bytes()))
        template.init_docx()
    except OSError as error:
        raise UsageError("word_template_unreadable", file=source, found=error.strerror) from error
    except (BadZipFile, KeyError, ValueError, SyntaxError, PackageNotFoundError) as error:
        raise UsageError("word_template_unreadable", file=source, found=str(error)) from error
    return template


def _rendered(template: Any, context: Context, source: Path) -> Document:
    """The document with its prose filled in; tables and pictures are still marks."""
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        used = template.get_undeclared_template_variables(environment)
        values = context.values(used)
        unknown = sorted(used - set(values))
        if unknown:
            raise UsageError(
                "word_placeholder_unknown",
                file=source,
                found=", ".join(unknown),
                expected=", ".join(sorted(values)),
            )
        template.render(values, environment)
    except TemplateError as error:
        raise UsageError("word_placeholder_unknown", file=source, found=error.message) from error
    document: Document = template.docx
    return document


def _places(document: Document) -> Iterator[tuple[Paragraph, str]]:
    marks = {placeholder_mark(name): name for name in (*TABLES, *CHARTS)}
    for paragraph in list(document.paragraphs):
        if paragraph.text.strip() in marks:
            yield paragraph, marks[paragraph.text.strip()]
