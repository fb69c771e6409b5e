"""指标 / Indicators: one page per resource indicator with all units, worst first."""

from __future__ import annotations

from collections.abc import Iterator

from junheng.report.charts import not_drawn
from junheng.report.facts import Row
from junheng.report.paths import county_page
from junheng.report.site import Page, Writer
from junheng.report.swarm import lanes


def pages(writer: Writer) -> Iterator[Page]:
    """The list of indicators of each county, then a page for each."""
    facts, year = writer.facts, writer.facts.school_year
    names = {row.indicator_id: row for row in facts.rows("marts.dim_indicator", ["indicator_id"])}
    for county in facts.counties:
        place = {"school_year": year, "county_code": county.county_code}
        rows = facts.rows("display.shown_unit_indicator", ["stage", "place_from_worst", "school_code"], **place)
        schools = {row.school_code: row for row in facts.rows("display.shown_school", ["school_code"], **place)}
        coefficients = facts.rows("display.shown_county_difference", ["-stage", "indicator_id"], **place)
        summaries = {
            (row.stage, row.indicator_id): row
            for row in facts.rows("display.shown_indicator_summary", ["stage_position", "item_no"], **place)
        }
        indicators = sorted({row.indicator_id for row in rows}, key=lambda one: (names[one].item_no or 0, one))
        yield Page(
            county_page(county.county_code, "indicators"),
            "indicators.html.j2",
            writer.texts.text("indicators.title"),
            {
                "indicators": [names[one] for one in indicators],
                "rows": rows,
                "coefficients": coefficients,
                "summaries": summaries,
                "units": {indicator: row for (_, indicator), row in summaries.items()},
            },
            county,
        )
        things = {row.word: row for row in facts.rows("display.display_words", ["position"], kind="lacking")}
        for one in indicators:
            yield Page(
                county_page(county.county_code, f"indicator-{one}"),
                "indicator.html.j2",
                names[one].values[f"name_{writer.language}"],
                {
                    "indicator": names[one],
                    "rows": [row for row in rows if row.indicator_id == one],
                    "coefficients": [row for row in coefficients if row.indicator_id == one],
                    "not_drawn": lambda left: not_drawn(left, writer.texts),
                    "schools": schools,
                    "things_words": things,
                    "weighted": {
                        row.stage
                        for row in rows
                        if row.indicator_id == one
                        and row.denominator_shown
                        and row.denominator_shown != row.pupils_shown
                    },
                    "drawings": drawings([row for row in rows if row.indicator_id == one]),
                    "summaries": {stage: row for (stage, indicator), row in summaries.items() if indicator == one},
                },
                county,
            )


def drawings(rows: list[Row]) -> dict[str, tuple[list[Row], list[int]]]:
    """What the strip plot of each stage draws: the rows that have a value, and the lane of each."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.ratio_to_threshold is not None and row.value_shown is not None:
            found.setdefault(row.stage, []).append(row)
    return {
        stage: (drawn, lanes([row.ratio_to_threshold for row in drawn], width=0.042, most=6))
        for stage, drawn in found.items()
    }
