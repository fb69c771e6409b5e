"""总览 / Overview: the verdict of a county on one page."""

from __future__ import annotations

from collections.abc import Iterator

from junheng.report.order import STAGES, by_stage_and_indicator, indicator_order
from junheng.report.paths import county_page
from junheng.report.rules import Rules
from junheng.report.site import Page, Writer


def pages(writer: Writer) -> Iterator[Page]:
    """One overview for each county."""
    facts, year = writer.facts, writer.facts.school_year
    for county in facts.counties:
        code = county.county_code
        units = facts.rows(
            "display.shown_unit_verdict", ["class_position", "school_code", "stage"], school_year=year, county_code=code
        )
        indicators = facts.rows(
            "display.shown_unit_indicator",
            ["indicator_id", "school_code", "stage"],
            school_year=year,
            county_code=code,
        )
        yield Page(
            county_page(code, "index"),
            "overview.html.j2",
            writer.texts.text("overview.title"),
            {
                "rules": Rules(facts, public=writer.public),
                "classes": facts.rows(
                    "display.shown_county_class", ["stage", "class_position"], school_year=year, county_code=code
                ),
                "coefficients": by_stage_and_indicator(
                    facts.rows("display.shown_county_difference", ["indicator_id"], school_year=year, county_code=code),
                    facts,
                ),
                "items": facts.rows(
                    "display.shown_county_item", ["grp_position", "item_no"], school_year=year, county_code=code
                ),
                "units": units,
                "cells": {(row.school_code, row.stage, row.indicator_id): row for row in indicators},
                "indicators": [
                    one for one in indicator_order(facts) if any(row.indicator_id == one for row in indicators)
                ],
                "lacking": {
                    (row.school_code, row.stage, row.indicator_id): row
                    for row in facts.rows(
                        "display.shown_remediation", ["school_code"], school_year=year, county_code=code
                    )
                },
                "stages": STAGES,
                "names": {row.indicator_id: row for row in facts.rows("marts.dim_indicator", ["indicator_id"])},
                "schools": {
                    row.school_code: row
                    for row in facts.rows("display.shown_school", ["school_code"], school_year=year, county_code=code)
                },
            },
            county,
        )
