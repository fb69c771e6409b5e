"""查询台 / SQL console: questions of one's own to the figures of the report, answered in the browser."""

from __future__ import annotations

from collections.abc import Iterator

from junheng.report.console import console_tables, county_database, database_script, examples
from junheng.report.paths import console_data
from junheng.report.site import Page, Writer


def pages(writer: Writer) -> Iterator[Page]:
    """One page; the database of each county stands in a script of its own that both languages share."""
    facts = writer.facts
    for county in facts.counties:
        target = writer.folder / console_data(county.county_code)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            script = database_script(county.county_code, county_database(facts, county.county_code))
            target.write_text(script, encoding="utf-8", newline="\n")
    yield Page(
        "console.html",
        "console.html.j2",
        writer.texts.text("console.title"),
        {
            "counties": facts.counties,
            "tables": console_tables(facts),
            "examples": examples(writer.language),
            "console_data": console_data,
        },
    )
