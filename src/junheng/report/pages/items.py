"""政府保障与质量 / Guarantee and quality: every clause with figure, verdict and evidence, and what is behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from junheng.report.facts import Facts, Row
from junheng.report.pages.schools import by_school
from junheng.report.paths import county_page
from junheng.report.site import Page, Writer

QUIET = ("met", "not_applicable")


def pages(writer: Writer) -> Iterator[Page]:
    """One page for each county."""
    facts, year = writer.facts, writer.facts.school_year
    for county in facts.counties:
        code = county.county_code
        place = {"school_year": year, "county_code": code}
        schools = facts.rows("display.shown_school", ["school_code"], **place)
        retention = facts.rows("display.shown_retention", ["-graduated_in", "formula_position"], county_code=code)
        funding = facts.rows(
            "display.shown_funding", ["measure_position", "stage", "-fiscal_year", "school_code"], county_code=code
        )
        yield Page(
            county_page(code, "items"),
            "items.html.j2",
            writer.texts.text("items.title"),
            {
                "items": facts.rows("display.shown_county_item", ["grp_position", "item_no", "item_id"], **place),
                "behind": _by(
                    facts.rows("display.shown_county_indicator", ["item_id", "indicator_id", "stage"], **place),
                    "item_id",
                ),
                "failing": _failing(facts, code),
                "schools": {row.school_code: row for row in schools},
                "targets": facts.rows(
                    "display.shown_county_target", ["due_on_shown", "standard_id", "indicator_id", "stage"], **place
                ),
                "retention": [row for row in retention if row.school_code is None],
                "retention_of_schools": [
                    row for row in retention if row.school_code and row.is_chosen and row.graduated_in == year
                ],
                "funding": [row for row in funding if row.school_code is None],
                "funding_of_schools": [
                    row for row in funding if row.school_code and row.fiscal_year == year and row.standing not in QUIET
                ],
                "growth": facts.rows(
                    "display.shown_finance_growth", ["indicator_id", "stage", "-fiscal_year"], county_code=code
                ),
                "bands": _bands(facts, code),
            },
            county,
        )


def _failing(facts: Facts, county_code: str) -> dict[str, list[Row]]:
    """The schools that fall short of an indicator judged school by school, worst first."""
    rows = facts.rows(
        "display.shown_school_item",
        ["indicator_id", "stage", "school_code"],
        school_year=facts.school_year,
        county_code=county_code,
    )
    return _by([row for row in rows if row.standing not in QUIET], "indicator_id")


def _bands(facts: Facts, county_code: str) -> list[tuple[str, list[Row], list[list[Row]]]]:
    """Of each stage: the bands of class size, and the classes of each school in every band."""
    rows = facts.rows(
        "display.shown_class_band",
        ["-stage", "school_code"],
        school_year=facts.school_year,
        county_code=county_code,
    )
    order = [row.band_id for row in facts.rows("standards.class_bands", ["min_pupils"])]
    rows.sort(key=lambda row: order.index(row.band_id))
    found = []
    for stage, of_stage in _by(rows, "stage").items():
        schools = list(by_school(of_stage).values())
        found.append((stage, schools[0], schools))
    return found


def _by(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.values[column]].append(row)
    return dict(found)
