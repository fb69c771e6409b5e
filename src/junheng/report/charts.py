"""Charts of a county: a declarative specification each, drawn as SVG for pages and as PNG for Word.

Titles and figures are texts of the warehouse; only positions are numbers here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from junheng.messages import Messages
from junheng.report import chart_specs
from junheng.report.facts import Facts, Row
from junheng.report.growth_words import change_in_words
from junheng.report.masking import rules
from junheng.report.signs import FONT
from junheng.report.texts import Texts

POINTS_PER_INCH = 200
# Vega writes the font at every text and positions with fifteen digits.
FONT_OF_TEXT = re.compile(r' font-family="[^"]*"')
PLACES = re.compile(r' (?:d|transform|x|y|x2|y2|width|height)="[^"]*"')
SIZE = re.compile(r' width="[\d.]+" height="[\d.]+" viewBox="[^"]*"')
# A drawing is one picture with one description: its marks are none of their own.
MARKS_FOR_READERS = re.compile(r' (?:role|aria-roledescription|aria-label)="[^"]*"')
LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")


@dataclass(frozen=True)
class Chart:
    """One chart: `title` is a sentence, `note` has unit, n, date and source; neither is part of the drawing."""

    name: str
    title: str
    note: str
    spec: Mapping[str, Any]

    def svg(self) -> Markup:
        """The drawing for a page, its texts as text, with title and description for readers who do not see it."""
        import vl_convert

        # Vega measures texts with a short name much faster than with a list of fonts; the drawing carries the list.
        plain = {**self.spec, "config": {**self.spec["config"], "font": "sans-serif"}}
        drawn = PLACES.sub(_shorter, FONT_OF_TEXT.sub("", vl_convert.vegalite_to_svg(plain)))
        attributes, rest = drawn.removeprefix("<svg").split(">", 1)
        rest = MARKS_FOR_READERS.sub("", rest)
        title, desc = f"{self.name}-title", f"{self.name}-desc"
        return Markup(  # noqa: S704 (Vega escapes the texts of the drawing)
            f'<svg xmlns="http://www.w3.org/2000/svg"{_size(attributes)}'
            f' role="img" aria-labelledby="{title} {desc}" font-family="{escape(FONT)}">'
            f'<title id="{title}">{escape(self.title)}</title><desc id="{desc}">{escape(self.note)}</desc>{rest}'
        )

    def png(self) -> bytes:
        """The same drawing for Word, at 200 points to the inch."""
        import vl_convert

        drawn: bytes = vl_convert.svg_to_png(str(self.svg()), ppi=POINTS_PER_INCH)
        return drawn


def _shorter(found: re.Match[str]) -> str:
    return LONG_NUMBER.sub(lambda number: f"{float(number.group()):.2f}", found.group())


def _size(attributes: str) -> str:
    found = SIZE.search(attributes)
    if found is None:
        raise ValueError(attributes)
    return found.group()


Maker = Callable[[Facts, Texts, Row], "Chart | None"]


def county_chart(facts: Facts, texts: Texts, name: str, county: Row) -> Chart | None:
    """A chart of a county by its name in `MAKERS`; None without anything to draw."""
    return MAKERS[name](facts, texts, county)


def _strip(facts: Facts, texts: Texts, county: Row) -> Chart | None:
    """All units against the thresholds of the seven indicators."""
    place = {"school_year": county.school_year, "county_code": county.county_code}
    rows = facts.rows("display.shown_unit_indicator", ["indicator_id", "stage", "school_code"], **place)
    drawn = [row for row in rows if row.ratio_to_threshold is not None and row.value_shown is not None]
    if not drawn:
        return None
    title = texts.text("charts.strip", units=county.units_shown, compliant=county.units_compliant_shown)
    note = _note(facts, texts, county, texts.text("charts.share"), county.units_shown) + not_drawn(rows, texts)
    return Chart("chart-strip", title, note, chart_specs.strip(drawn, _names(facts), texts))


def not_drawn(rows: Sequence[Row], texts: Texts) -> str:
    """What a chart of these figures leaves out, and why; nothing when every figure is drawn."""
    left = [row for row in rows if row.standing != "not_applicable"]
    left = [row for row in left if row.ratio_to_threshold is None or row.value_shown is None]
    withheld = sum(row.standing == rules()["standing"] for row in left)
    parts = (("withheld", withheld), ("without_value", len(left) - withheld))
    return "".join(texts.text(f"charts.{key}", count=count) for key, count in parts if count)


def _coefficients(facts: Facts, texts: Texts, county: Row) -> Chart | None:
    """Fourteen coefficients over the years, each against its limit."""
    rows = facts.rows(
        "display.shown_county_difference",
        ["indicator_id", "-stage", "school_year"],
        county_code=county.county_code,
    )
    drawn = [row for row in rows if row.value_shown is not None]
    if not drawn:
        return None
    title = texts.text(
        "charts.coefficients",
        coefficients=county.coefficients_shown,
        met=county.coefficients_met_shown,
        over=county.coefficients_over_shown,
    )
    note = _note(facts, texts, county, texts.text("charts.no_unit"), county.coefficients_shown)
    return Chart("chart-coefficients", title, note, chart_specs.coefficients(drawn, _names(facts), texts))


def _retention(facts: Facts, texts: Texts, county: Row) -> Chart | None:
    """Retention of the county over the years: the chosen formula, and the others beside it."""
    rows = facts.rows(
        "display.shown_retention",
        ["graduated_in", "formula_position"],
        county_code=county.county_code,
        school_code=None,
    )
    judged = [row for row in rows if row.is_chosen and row.graduated_in == county.school_year]
    if not judged or judged[0].value_shown is None:
        return None
    own = judged[0]
    title = texts.text(
        "charts.retention",
        year=own.graduated_in,
        value=own.value_shown,
        limit=texts.word(own, "limit"),
        standing=texts.word(own, "standing"),
    )
    note = _note(facts, texts, county, texts.text("charts.percent"), own.graduates_shown)
    return Chart("chart-retention", title, note, chart_specs.retention(rows, texts))


def _funding(facts: Facts, texts: Texts, county: Row) -> Chart | None:
    """Funds per pupil over the years, one panel for each measure and stage, with its quota where there is one."""
    rows = facts.rows(
        "display.shown_funding",
        ["measure_position", "stage", "fiscal_year"],
        county_code=county.county_code,
        school_code=None,
    )
    drawn = [row for row in rows if row.value_shown is not None]
    if not drawn:
        return None
    growth = facts.rows(
        "display.shown_finance_growth",
        ["-fiscal_year"],
        county_code=county.county_code,
        stage="all",
        indicator_id="budget_expenditure_per_pupil_growth",
    )
    told = [row for row in growth if row.value_shown is not None]
    title = (
        texts.text(
            "charts.funding",
            year=told[0].fiscal_year,
            amount=told[0].per_pupil_shown,
            change=change_in_words(texts, told[0].value_shown),
            standing=texts.word(told[0], "standing"),
        )
        if told
        else texts.text("charts.funding_without_growth")
    )
    years = {row.fiscal_year for row in drawn}
    note = _note(facts, texts, county, texts.word(drawn[0], "unit"), str(len(years)))
    return Chart("chart-funding", title, note, chart_specs.funding(drawn, texts))


def _rows(facts: Facts, texts: Texts, county: Row) -> Chart | None:
    """What became of the rows of the files."""
    if not facts.exists("quality.table_rows"):
        return None
    *parts, total = facts.rows("quality.table_rows", ["table_name"])
    if not total.rows_read:
        return None
    names = {
        part.table_name: f"{Messages(texts.language).text('tables', part.table_name)} {part.table_name}"
        for part in parts
    }
    title = texts.text(
        "charts.rows",
        tables=total.tables,
        read=total.rows_read,
        valid=total.rows_valid,
        quarantined=total.rows_quarantined,
        rejected=total.rows_rejected,
    )
    if len(facts.counties) == 1:
        title += texts.text("charts.rows_units", units=county.units_shown)
    note = _note(facts, texts, county, texts.text("charts.share_of_rows"), str(total.rows_read))
    return Chart("chart-rows", title, note, chart_specs.rows(parts, names, texts))


def _names(facts: Facts) -> dict[str, Row]:
    """The indicators in the order of the standard."""
    return {row.indicator_id: row for row in facts.rows("marts.dim_indicator", ["item_no", "indicator_id"])}


def _note(facts: Facts, texts: Texts, county: Row, unit: str, count: str) -> str:
    return texts.text(
        "charts.note",
        unit=unit,
        n=count,
        date=county.stock_date_shown,
        source=texts.text("charts.from_schools"),
        build=facts.run.build_id,
    )


MAKERS: Mapping[str, Maker] = {
    "strip": _strip,
    "coefficients": _coefficients,
    "retention": _retention,
    "funding": _funding,
    "rows": _rows,
}
