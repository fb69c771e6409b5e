"""口径与版本 / Methods: standards, thresholds, formulas, rounding, signs, versions and hashes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from junheng.report.site import Page, Writer


def pages(writer: Writer) -> Iterator[Page]:
    """One page for the whole report."""
    facts, year = writer.facts, writer.facts.school_year
    retention = facts.rows("display.shown_retention", ["formula"], graduated_in=year, is_chosen=True)
    differences = facts.rows("marts.fct_county_difference", ["recipe"], school_year=year)
    here = {"CN", *(row.county_code for row in facts.counties)}
    thresholds = facts.rows("marts.dim_threshold", ["standard_id", "indicator_id", "-stage", "case_id", "valid_from"])
    yield Page(
        "methods.html",
        "methods.html.j2",
        writer.texts.text("methods.title"),
        {
            "standards": facts.rows("standards.standards", ["jurisdiction", "standard_id"]),
            "jurisdictions": {row.jurisdiction: writer.texts.word(row, "jurisdiction_name") for row in thresholds},
            "thresholds": sorted(thresholds, key=lambda row: row.jurisdiction not in here),
            "indicators": facts.rows("marts.dim_indicator", ["grp", "item_no", "indicator_id"]),
            "parameters": facts.rows("standards.parameters", ["parameter_id", "jurisdiction", "stage"]),
            "cases": {
                row.case_id: row.values[f"name_{writer.language}"]
                for row in facts.rows("standards.exemptions", ["-exemption_id"])
            },
            "operators": {
                row.word: row.values[writer.language]
                for row in facts.rows("display.display_words", ["position"], kind="limit")
            },
            "recipes": facts.rows("standards.difference_recipes", ["recipe_id"]),
            "formulas": facts.rows("standards.retention_formulas", ["position"]),
            "chosen": {row.recipe for row in differences} | {row.formula for row in retention},
            "signs": facts.rows("display.display_words", ["position"], kind="standing"),
            "versions": sorted(json.loads(facts.run.versions or "{}").items()),
            "hashes": sorted(json.loads(facts.run.input_hashes or "{}").items()),
        },
    )
