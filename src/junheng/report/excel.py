"""Workbooks: the supervisor's with formatted and tidy sheets, the ledger to be filled in, and one for each school."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from junheng.report.excel_sheet import Cell, Column, Sheet, sheet_name
from junheng.report.facts import Facts, Row
from junheng.report.ledger import Ledger
from junheng.report.paths import safe
from junheng.report.texts import Texts
from junheng.templates.style import Book, new_book


@dataclass(frozen=True)
class County:
    """One county and what every workbook of it needs."""

    facts: Facts
    county: Row
    texts: Texts
    ledger: Ledger

    @property
    def place(self) -> dict[str, object]:
        """The keys of its rows."""
        return {"school_year": self.facts.school_year, "county_code": self.county.county_code}

    def rows(self, table: str, *order: str, **equal: object) -> list[Row]:
        """Its rows of a display table, of the judged year."""
        return self.facts.rows(f"display.{table}", order, **self.place, **equal)

    def text(self, key: str, **params: object) -> str:
        """A text of the section `excel`."""
        return self.texts.text(f"excel.{key}", **params)

    def column(self, key: str, width: float, kind: str = "text") -> Column:
        """A column whose head is a text of the section."""
        return Column(self.text(key), width, kind)  # type: ignore[arg-type]

    @cached_property
    def schools(self) -> dict[str, Row]:
        """Every institution by its code."""
        return {row.school_code: row for row in self.rows("shown_school", "school_code")}

    @cached_property
    def indicators(self) -> list[Row]:
        """The seven indicators by stage, in their order."""
        return self.rows("shown_indicator_summary", "stage_position", "item_no")

    def school_name(self, code: str) -> str:
        """The name of a school; its code when it has none."""
        school = self.schools.get(code)
        return (school.school_name if school else None) or code

    def about(self) -> str:
        """What the figures are of."""
        county = self.county
        return self.text(
            "about",
            year=county.school_year_shown,
            date=county.stock_date_shown,
            build=self.facts.run.build_id,
        )


def write_workbooks(facts: Facts, folder: Path, language: str, ledger: Ledger) -> int:
    """Write the workbooks of every county of the judged year. Gives the number of files. Raises OSError."""
    from junheng.report.excel_ledger import ledger_sheets
    from junheng.report.excel_school import write_schools
    from junheng.report.excel_tidy import tidy_sheets

    written = 0
    for row in facts.counties:
        county = County(facts, row, Texts(language), ledger)
        target = folder / safe(row.county_code)
        target.mkdir(parents=True, exist_ok=True)
        title = f"{row.county_name or row.county_code} {county.text('file')}"
        with new_book(target / f"{county.text('file')}.xlsx", title, facts.built_at) as book:
            for sheet in (summary, units, coefficients, items, item_indicators, gaps, quality):
                sheet(county, book)
            tidy_sheets(county, book)
        title = f"{row.county_name or row.county_code} {county.text('ledger_file')}"
        with new_book(target / f"{county.text('ledger_file')}.xlsx", title, facts.built_at) as book:
            ledger_sheets(county, book)
        written += 2 + write_schools(county, target / county.text("school_folder"))
    return written


def summary(county: County, book: Book) -> None:
    """The verdict, the five classes by stage, and the conclusions of every part."""
    word, text = county.texts.word, county.text
    classes = county.rows("shown_county_class", "class_position", "stage")
    stages = [stage for stage in ("primary", "junior", "all") if any(row.stage == stage for row in classes)]
    names = {row.stage: word(row, "stage") for row in classes}
    columns = [county.column("class", 44), *(Column(names[stage], 14, "number") for stage in stages)]
    columns.append(county.column("verdict", 14, "sign"))
    sheet = Sheet.added(book, sheet_name(text("sheet_summary")), columns)
    sheet.title(word(county.county, "headline"), county.about(), text("legend"))
    sheet.section(text("classes"))
    sheet.heads()
    counts = {(row.class_position, row.stage): row.units_shown for row in classes}
    for position, row in {row.class_position: row for row in classes}.items():
        sheet.line([word(row, "class"), *(counts[position, stage] for stage in stages), row.sign])
    sheet.section(text("groups"))
    parts = [county.column("part", 44), county.column("verdict", 14, "sign"), county.column("count", 14, "number")]
    sheet.heads(parts)
    shown = county.county
    sheet.line(
        [text("part_resources"), word(shown, "resources"), shown.units_shown],
        parts,
    )
    sheet.line([text("part_coefficients"), word(shown, "coefficients"), shown.coefficients_shown], parts)
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for row in county.rows("shown_county_item", "grp_position", "item_no"):
        grouped[word(row, "grp")].append(word(row, "standing"))
    for group, standings in grouped.items():
        for standing in dict.fromkeys(standings):
            sheet.line([group, standing, str(standings.count(standing))], parts)
    sheet.finish(filtered=False, landscape=False)


def units(county: County, book: Book) -> None:
    """Every unit with its seven figures; what is not met is coloured and carries its sign."""
    word, text = county.texts.word, county.text
    seven = {row.indicator_id: row for row in county.indicators}
    columns = [
        county.column("code", 15, "code"),
        county.column("school", 26),
        county.column("township", 13),
        county.column("stage", 7, "sign"),
        county.column("class", 30),
        county.column("verdict", 10, "sign"),
        county.column("met_count", 8, "number"),
        county.column("other_ratio", 11, "number"),
        *(
            Column(text("head_unit", name=word(row, "name"), unit=word(row, "unit")), 14, "number")
            for row in seven.values()
        ),
    ]
    standards = [
        text("standard_one", stage=word(row, "stage"), name=word(row, "name"), limit=word(row, "limit"))
        for row in county.indicators
    ]
    sheet = Sheet.added(book, sheet_name(text("sheet_units")), columns)
    listed = county.texts.text("word.sentence_list").join(standards)
    sheet.title(text("sheet_units"), county.about(), text("legend"), text("standards", list=listed))
    sheet.heads()
    cells = {
        (row.school_code, row.stage, row.indicator_id): row for row in county.rows("shown_unit_indicator", "stage")
    }
    for row in county.rows("shown_unit_verdict", "-class_position", "-stage", "school_code"):
        school = county.schools.get(row.school_code)
        sheet.line(
            [
                row.school_code,
                county.school_name(row.school_code),
                school.township if school else None,
                word(row, "stage"),
                word(row, "class") or word(row, "reason"),
                Cell(f"{row.sign} {word(row, 'standing')}", row.standing),
                row.met_count_shown,
                row.other_ratio_pct_shown,
                *(_figure(cells.get((row.school_code, row.stage, indicator))) for indicator in seven),
            ]
        )
    sheet.finish(columns_kept=2)


def _figure(row: Row | None) -> Cell:
    """A figure with its colour; the sign stands after it unless it is met, and alone when there is no figure."""
    if row is None:
        return Cell("—")
    if row.value_shown is None:
        return Cell(row.sign, row.standing)
    return Cell(row.value_shown, row.standing, "" if row.standing == "met" else row.sign)


def coefficients(county: County, book: Book) -> None:
    """The difference coefficients against their limits."""
    word, text = county.texts.word, county.text
    columns = [
        county.column("stage", 8, "sign"),
        county.column("indicator", 40),
        county.column("unit", 12),
        county.column("mean", 12, "number"),
        county.column("std_dev", 12, "number"),
        county.column("coefficient", 12, "number"),
        county.column("limit", 14),
        county.column("verdict", 12, "sign"),
        county.column("units", 9, "number"),
        county.column("recipe", 28),
        county.column("flips", 12, "sign"),
        county.column("reason", 24),
    ]
    sheet = Sheet.added(book, sheet_name(text("sheet_coefficients")), columns)
    sheet.title(text("sheet_coefficients"), county.about(), text("legend"))
    sheet.heads()
    order = {row.indicator_id: row.item_no for row in county.indicators}
    rows = county.rows("shown_county_difference", "-stage", "indicator_id")
    rows.sort(key=lambda row: (row.stage != "primary", order.get(row.indicator_id, 0)))
    for row in rows:
        sheet.line(
            [
                word(row, "stage"),
                word(row, "name"),
                word(row, "unit"),
                row.mean_shown,
                row.std_dev_shown,
                Cell(row.value_shown or row.sign, row.standing),
                word(row, "limit"),
                Cell(f"{row.sign} {word(row, 'standing')}", row.standing),
                row.units_shown,
                word(row, "recipe"),
                _flag(county, row.choice_flips_verdict),
                word(row, "reason"),
            ]
        )
    sheet.finish(columns_kept=2)


def items(county: County, book: Book) -> None:
    """The items of guarantee, quality, recognition, veto and application with their conclusions."""
    word, text = county.texts.word, county.text
    columns = [
        county.column("group", 14),
        county.column("number", 6, "number"),
        county.column("item", 56),
        county.column("value", 12, "number"),
        county.column("unit", 9),
        county.column("limit", 18),
        county.column("verdict", 14, "sign"),
        county.column("due", 10, "number"),
        county.column("conclusion", 36),
        county.column("reason", 22),
    ]
    sheet = Sheet.added(book, sheet_name(text("sheet_items")), columns)
    sheet.title(text("sheet_items"), county.about(), text("legend"))
    sheet.heads()
    for row in county.rows("shown_county_item", "grp_position", "item_no"):
        sheet.line(
            [
                word(row, "grp"),
                str(row.item_no),
                word(row, "name"),
                row.value_shown,
                word(row, "unit") if row.value_shown is not None else None,
                word(row, "limit"),
                Cell(f"{row.sign} {word(row, 'standing')}", row.standing),
                row.due_year_shown,
                word(row, "conclusion"),
                word(row, "reason"),
            ]
        )
    sheet.finish(columns_kept=3)


def item_indicators(county: County, book: Book) -> None:
    """The indicators behind the items, with the parts of every rate."""
    word, text = county.texts.word, county.text
    columns = [
        county.column("group", 14),
        county.column("number", 6, "number"),
        county.column("indicator", 40),
        county.column("stage", 9, "sign"),
        county.column("numerator_name", 28),
        county.column("numerator", 12, "number"),
        county.column("denominator_name", 28),
        county.column("denominator", 12, "number"),
        county.column("value", 10, "number"),
        county.column("unit", 8),
        county.column("limit", 16),
        county.column("verdict", 14, "sign"),
        county.column("evidence", 36),
    ]
    names = {row.grp: (row.grp_position, word(row, "grp")) for row in county.rows("shown_county_item", "item_id")}
    sheet = Sheet.added(book, sheet_name(text("sheet_indicators")), columns)
    sheet.title(text("sheet_indicators"), county.about(), text("legend"))
    sheet.heads()
    rows = county.rows("shown_county_indicator", "item_no", "indicator_id", "-stage")
    for row in sorted(rows, key=lambda row: names[row.grp][0]):
        sheet.line(
            [
                names[row.grp][1],
                str(row.item_no),
                word(row, "name"),
                word(row, "stage"),
                word(row, "numerator"),
                row.numerator_shown,
                word(row, "denominator"),
                row.denominator_shown,
                row.value_shown,
                word(row, "unit") if row.value_shown is not None else None,
                word(row, "limit"),
                Cell(f"{row.sign} {word(row, 'standing')}", row.standing),
                row.evidence,
            ]
        )
    sheet.finish(columns_kept=3)


def gap_columns(county: County) -> list[Column]:
    """The columns of a list of gaps with what people filled in."""
    return [
        county.column("stage", 8, "sign"),
        county.column("indicator", 38),
        county.column("value", 10, "number"),
        county.column("threshold", 9, "number"),
        county.column("unit", 10),
        county.column("ratio", 10, "number"),
        county.column("lacking", 11, "number"),
        county.column("lacking_to_floor", 11, "number"),
        county.column("lacking_unit", 9, "sign"),
        county.column("measure", 28),
        county.column("owner", 12),
        county.column("deadline", 12, "sign"),
        county.column("status", 10, "sign"),
        county.column("closed_on", 12, "sign"),
    ]


def gap_line(county: County, row: Row) -> Sequence[Cell | str | None]:
    """The cells of one gap."""
    word, entry = county.texts.word, county.ledger.entry(row)
    return [
        word(row, "stage"),
        word(row, "name"),
        Cell(row.value_shown, row.standing, row.sign),
        row.threshold_shown,
        word(row, "unit"),
        row.ratio_pct_shown,
        row.lacking_shown,
        row.lacking_to_floor_shown,
        word(row, "lacking_unit"),
        entry.measure,
        entry.owner,
        entry.deadline,
        county.texts.text(f"ledger.{entry.status}") if entry.status else None,
        entry.closed_on,
    ]


def gaps(county: County, book: Book) -> None:
    """All gaps of the county, with what was filled in."""
    text = county.text
    columns = [county.column("code", 15, "code"), county.column("school", 26), *gap_columns(county)]
    sheet = Sheet.added(book, sheet_name(text("sheet_ledger")), columns)
    sheet.title(text("sheet_ledger"), county.about(), text("legend"))
    sheet.heads()
    for row in county.rows("shown_remediation", "school_code", "-stage", "indicator_id"):
        sheet.line([row.school_code, county.school_name(row.school_code), *gap_line(county, row)])
    sheet.finish(columns_kept=2)


def quality(county: County, book: Book) -> None:
    """Every rule with what it found, the broken ones first."""
    text = county.text
    columns = [
        county.column("table", 22),
        county.column("rule_title", 50),
        county.column("severity", 9, "sign"),
        county.column("verdict", 10, "sign"),
        county.column("rows_checked", 11, "number"),
        county.column("rows_failed", 11, "number"),
        county.column("how_to_fix", 50),
        county.column("rule", 40),
    ]
    sheet = Sheet.added(book, sheet_name(text("sheet_quality")), columns)
    sheet.title(text("sheet_quality"), county.about())
    sheet.heads()
    for row in county.facts.rows("quality.rule_result", ["-rows_failed", "severity", "rule_id"]):
        sheet.line(
            [
                row.table_name,
                county.texts.word(row, "title"),
                text(row.severity),
                text(row.status),
                str(row.rows_checked) if row.rows_checked is not None else None,
                str(row.rows_failed) if row.rows_failed is not None else None,
                row.how_to_fix,
                row.rule_id,
            ]
        )
    sheet.finish(columns_kept=2)


def _flag(county: County, value: bool | None) -> str | None:
    return None if value is None else county.text("yes" if value else "no")
