"""整改台账 / Remediation: every unit and indicator below its threshold, with what is lacking."""

from __future__ import annotations

from collections.abc import Iterator

from junheng.report.paths import county_page
from junheng.report.site import Page, Writer


def pages(writer: Writer) -> Iterator[Page]:
    """One ledger for each county: what it puts right itself, then the gaps of its schools, the worst first."""
    facts, year = writer.facts, writer.facts.school_year
    for county in facts.counties:
        place = {"school_year": year, "county_code": county.county_code}
        rows = facts.rows(
            "display.shown_remediation", ["ratio_to_threshold", "school_code", "stage", "indicator_id"], **place
        )
        of_county = facts.rows("display.shown_county_remediation", ["grp_position", "-stage", "item_no"], **place)
        yield Page(
            county_page(county.county_code, "ledger"),
            "ledger.html.j2",
            writer.texts.text("remediation.title"),
            {"rows": rows, "of_county": of_county, "ledger": writer.ledger},
            county,
        )
