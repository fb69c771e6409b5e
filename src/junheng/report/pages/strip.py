"""互动分布图 / Interactive strip plot: all units of a county against the seven thresholds, to point at and to click."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from junheng.report.facts import Row
from junheng.report.paths import county_page, school_page, strip_data
from junheng.report.signs import OTHER, SHAPES
from junheng.report.site import Page, Writer
from junheng.report.swarm import lanes

STAGES = ("primary", "junior")
# Percent of the threshold: points beyond stand at the edge.
EDGE = 300


def pages(writer: Writer) -> Iterator[Page]:
    """One page for each county that has values; its points stand in a script of their own."""
    for county in writer.facts.counties:
        points = county_points(writer, county)
        if points["points"]:
            target = writer.folder / strip_data(county.county_code, writer.language)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(points, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
            target.write_text(f'"use strict";\nself.junhengStrip = {text};\n', encoding="utf-8", newline="\n")
            yield Page(
                county_page(county.county_code, "strip"),
                "strip.html.j2",
                writer.texts.text("strip.title"),
                {
                    "source": strip_data(county.county_code, writer.language),
                    "schools": sorted(
                        {(point["school"], point["code"]) for point in points["points"]}, key=lambda one: one[::-1]
                    ),
                },
                county,
            )


def county_points(writer: Writer, county: Row) -> dict[str, Any]:
    """What the script draws: texts as they are shown, and places."""
    facts, texts = writer.facts, writer.texts
    place = {"school_year": facts.school_year, "county_code": county.county_code}
    names = facts.rows("marts.dim_indicator", ["item_no", "indicator_id"])
    schools = {row.school_code: row.school_name for row in facts.rows("display.shown_school", ["school_code"], **place)}
    rows = facts.rows("display.shown_unit_indicator", ["stage", "indicator_id", "school_code"], **place)
    drawn = [row for row in rows if row.ratio_to_threshold is not None and row.value_shown is not None]
    present = {row.indicator_id for row in drawn}
    indicators = [row for row in names if row.indicator_id in present]
    points: list[dict[str, Any]] = []
    for position, indicator in enumerate(indicators):
        for stage in STAGES:
            units = [row for row in drawn if row.indicator_id == indicator.indicator_id and row.stage == stage]
            shares = [min(100 * row.ratio_to_threshold, EDGE) for row in units]
            for row, share, lane in zip(units, shares, lanes(shares, width=6, most=4), strict=True):
                points.append(
                    {
                        "code": row.school_code,
                        "indicator": position,
                        "lane": lane,
                        "link": school_page(county.county_code, row.school_code),
                        "school": schools.get(row.school_code) or row.school_code,
                        "share": round(share, 2),
                        "stage": stage,
                        "standing": row.standing,
                        "text": texts.text(
                            "strip.point",
                            value=row.value_shown,
                            unit=texts.word(row, "unit"),
                            threshold=row.threshold_shown or "…",
                            ratio=row.ratio_pct_shown or "…",
                            median=row.median_shown or "…",
                        ),
                    }
                )
    words = {row.standing: texts.word(row, "standing") for row in drawn}
    looks = {standing: SHAPES.get(standing, OTHER) for standing in words}
    order = [*SHAPES, *sorted(words.keys() - SHAPES.keys())]
    return {
        "edge": EDGE,
        "floors": sorted({100 * row.floor_ratio for row in drawn if row.floor_ratio is not None}),
        "indicators": [texts.word(row, "name") for row in indicators],
        "points": points,
        "stages": [
            {"id": stage, "name": texts.text(f"stage.{stage}")}
            for stage in STAGES
            if any(row.stage == stage for row in drawn)
        ],
        "standings": [
            {"id": one, "word": words[one], "colour": looks[one][0], "shape": looks[one][1]}
            for one in order
            if one in words
        ],
    }
