"""跨县比较 / Counties: verdicts, units, coefficients and items of several counties side by side."""

from __future__ import annotations

from collections.abc import Iterator

from junheng.report.facts import Row
from junheng.report.order import by_stage_and_indicator
from junheng.report.site import Page, Writer


def pages(writer: Writer) -> Iterator[Page]:
    """One page, the first of the site, when there are several counties."""
    facts, year = writer.facts, writer.facts.school_year
    if len(facts.counties) < 2:
        return
    words = facts.rows("display.display_words", ["position"], kind="county_verdict")
    place = {row.word: row.position for row in words}
    counts = {row.county_code: row for row in facts.rows("marts.fct_county_verdict", ["county_code"], school_year=year)}

    def worst_first(county: Row) -> tuple[int, float, str]:
        count = counts[county.county_code]
        share = count.units_compliant / count.units if count.units else 0.0
        return -place.get(county.verdict, 0), share, county.county_code

    counties = sorted(facts.counties, key=worst_first)
    classes = facts.rows("display.shown_county_class", ["-stage", "class_position"], school_year=year)
    differences = by_stage_and_indicator(
        facts.rows("display.shown_county_difference", ["indicator_id", "county_code"], school_year=year), facts
    )
    items = facts.rows("display.shown_county_item", ["grp_position", "item_no", "item_id"], school_year=year)
    yield Page(
        "counties.html",
        "counties.html.j2",
        writer.texts.text("counties.title"),
        {
            "counties": counties,
            "classes": _side_by_side(classes, "stage", "verdict_class"),
            "differences": _side_by_side(differences, "stage", "indicator_id"),
            "items": _side_by_side(items, "item_id"),
        },
    )


def _side_by_side(rows: list[Row], *keys: str) -> list[tuple[Row, dict[str, Row]]]:
    """For each key: a row with its names, and the row of each county."""
    found: dict[tuple[object, ...], dict[str, Row]] = {}
    for row in rows:
        found.setdefault(tuple(row.values[key] for key in keys), {})[row.county_code] = row
    return [(next(iter(of_counties.values())), of_counties) for of_counties in found.values()]
