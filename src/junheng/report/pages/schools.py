"""学校 / Schools: one page per school (一校一策) — verdict, what is missing, and how every figure was computed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from junheng.report.facts import Row
from junheng.report.pages.quality import names_of_columns
from junheng.report.paths import county_page, school_page
from junheng.report.places import Places
from junheng.report.requirement import in_words
from junheng.report.rules import FailingRow, Rules
from junheng.report.site import Page, Writer


def pages(writer: Writer) -> Iterator[Page]:
    """The list of schools of each county, then a page for each school."""
    places = Places(writer.facts)
    findings = places.findings(Rules(writer.facts, public=writer.public))
    for county in writer.facts.counties:
        yield from _county(writer, county, places, findings)


def _county(
    writer: Writer, county: Row, places: Places, findings: dict[str, list[tuple[Row, FailingRow]]]
) -> Iterator[Page]:
    facts, year, code = writer.facts, writer.facts.school_year, county.county_code
    place = {"school_year": year, "county_code": code}
    schools = facts.rows("display.shown_school", ["worst_ratio", "school_code"], **place)
    units = by_school(facts.rows("display.shown_unit_verdict", ["school_code", "-stage"], **place))
    yield Page(
        county_page(code, "schools"),
        "schools.html.j2",
        writer.texts.text("schools.title"),
        {"schools": schools, "units": units},
        county,
    )
    indicators = by_school(facts.rows("display.shown_unit_indicator", ["-stage", "ratio_to_threshold"], **place))
    items = by_school(facts.rows("display.shown_school_item", ["indicator_id", "stage"], **place))
    gaps = by_school(facts.rows("display.shown_remediation", ["-stage", "ratio_to_threshold"], **place))
    history = by_school(facts.rows("display.shown_unit_verdict", ["-stage", "-school_year"], county_code=code))
    names = {row.indicator_id: row for row in facts.rows("marts.dim_indicator", ["indicator_id"])}
    named = names_of_columns(writer)
    columns = {
        (row.table_name, row.column_name): row
        for row in facts.rows("standards.raw_columns", ["table_name", "position"])
    }
    for school in schools:
        own = school.school_code
        yield Page(
            school_page(code, own),
            "school.html.j2",
            school.school_name or own,
            {
                "school": school,
                "units": units[own],
                "indicators": indicators[own],
                "items": items[own],
                "gaps": gaps[own],
                "ledger": writer.ledger,
                "history": history[own],
                "names": names,
                "places": places.of(own, [row.indicator_id for row in indicators[own]]),
                "columns": columns,
                "findings": findings.get(own, []),
                "asked": lambda required, expectation: in_words(required, writer.texts, named, expectation),
            },
            county,
        )


def by_school(rows: Sequence[Row]) -> defaultdict[str | None, list[Row]]:
    """Rows by school, each in its order; a school without any has an empty list."""
    found: defaultdict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.school_code].append(row)
    return found
