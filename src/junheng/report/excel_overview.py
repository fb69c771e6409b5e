"""The first sheet, the verdict in numbers, and the last, what the rules found."""

from __future__ import annotations

from junheng.report.excel_county import County
from junheng.report.excel_sheet import Column, Sheet, sheet_name
from junheng.templates.style import Book
from junheng.validation.wording import in_language


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
    standings = {row.word: row for row in county.facts.rows("display.display_words", ["word"], kind="standing")}
    for part, standing, count in (
        ("part_resources", "met", shown.units_compliant_shown),
        ("part_resources", "not_met", shown.units_not_compliant_shown),
        ("part_resources", "no_data", shown.units_no_data_shown),
        ("part_coefficients", "met", shown.coefficients_met_shown),
        ("part_coefficients", "not_met", shown.coefficients_over_shown),
        ("part_coefficients", "no_data", shown.coefficients_no_data_shown),
    ):
        if count != "0":
            sheet.line([text(part), standings[standing].values[county.texts.language], count], parts)
    for row in county.rows("shown_county_group", "grp_position", "standing_position"):
        sheet.line([word(row, "grp"), word(row, "standing"), row.items_shown], parts)
    sheet.finish(filtered=False, landscape=False)


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
    sheet = county.sheet(book, "sheet_quality", columns)
    for row in county.facts.rows("quality.rule_result", ["-rows_failed", "severity", "rule_id"]):
        sheet.line(
            [
                row.table_name,
                county.texts.word(row, "title"),
                text(row.severity),
                text(row.status),
                str(row.rows_checked) if row.rows_checked is not None else None,
                str(row.rows_failed) if row.rows_failed is not None else None,
                in_language(row.how_to_fix or "", county.texts.language),
                row.rule_id,
            ]
        )
    sheet.finish(columns_kept=2)
