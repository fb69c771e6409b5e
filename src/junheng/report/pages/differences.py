"""差异系数 / Differences: the coefficients against their limits, and which units make them."""

from __future__ import annotations

from collections.abc import Iterator

from junheng.report.order import by_stage_and_indicator
from junheng.report.paths import county_page
from junheng.report.site import Page, Writer


def pages(writer: Writer) -> Iterator[Page]:
    """One page for each county: the judged year, former years, the share of each unit, and what if."""
    facts, year = writer.facts, writer.facts.school_year
    for county in facts.counties:
        code = county.county_code
        place = {"school_year": year, "county_code": code}
        rows = by_stage_and_indicator(facts.rows("display.shown_county_difference", ["indicator_id"], **place), facts)
        shares: dict[tuple[str, str], list[object]] = {}
        for row in facts.rows("display.shown_difference_share", ["position", "school_code"], **place):
            shares.setdefault((row.stage, row.indicator_id), []).append(row)
        what_if = facts.rows("display.shown_difference_what_if", ["stage", "indicator_id"], **place)
        every_year = facts.rows(
            "display.shown_county_difference", ["-stage", "indicator_id", "school_year"], county_code=code
        )
        history: dict[tuple[str, str], list[object]] = {}
        for row in every_year:
            history.setdefault((row.stage, row.indicator_id), []).append(row)
        yield Page(
            county_page(code, "differences"),
            "differences.html.j2",
            writer.texts.text("differences.title"),
            {
                "rows": rows,
                "shares": shares,
                "what_if": {(row.stage, row.indicator_id): row for row in what_if},
                "years": sorted({row.school_year for row in every_year}),
                "history": history,
            },
            county,
        )
