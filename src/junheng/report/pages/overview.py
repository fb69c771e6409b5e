"""总览 / Overview: the verdict of a county on one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from junheng.history.wording import cause_words, verdict_word
from junheng.messages import Messages
from junheng.report.facts import Row
from junheng.report.order import STAGES, by_stage_and_indicator, indicator_order
from junheng.report.paths import county_page
from junheng.report.rules import Rules
from junheng.report.site import Page, Writer

# Changes that are listed, from the county down; those of single figures of units are counted with their units.
LISTED = ("county", "unit", "difference", "county_indicator", "item")


@dataclass(frozen=True)
class Change:
    """A verdict that the last build judged otherwise: what it is about, as `kind` and its row, and words."""

    kind: str
    about: Row
    before: str
    after: str
    causes: str


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
        classes = facts.rows(
            "display.shown_county_class", ["stage", "class_position"], school_year=year, county_code=code
        )
        items = facts.rows("display.shown_county_item", ["grp_position", "item_no"], school_year=year, county_code=code)
        yield Page(
            county_page(code, "index"),
            "overview.html.j2",
            writer.texts.text("overview.title"),
            {
                "rules": Rules(facts, public=writer.public),
                "classes": classes,
                **_since_last(writer, code, {row.verdict_class: writer.texts.word(row, "class") for row in classes}),
                "coefficients": by_stage_and_indicator(
                    facts.rows("display.shown_county_difference", ["indicator_id"], school_year=year, county_code=code),
                    facts,
                ),
                "items": items,
                "item_names": {row.item_id: writer.texts.word(row, "name") for row in items},
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


def _since_last(writer: Writer, county_code: str, classes: Mapping[str, str]) -> Mapping[str, Any]:
    """What the build has judged otherwise than the one before; nothing where the warehouse does not tell.

    `classes` are the words of the classes of units.
    """
    facts, messages = writer.facts, Messages(writer.language)

    def word(kind: str, verdict: str | None) -> str:
        of_class = classes.get(verdict) if kind == "unit" and verdict else None
        return of_class or verdict_word(kind, verdict, messages)

    of_county = {"school_year": facts.school_year, "county_code": county_code}
    if writer.public or not facts.exists("quality.last_build"):
        return {"last_build": None, "changes": []}
    last = next(iter(facts.rows("quality.last_build", ["county_code"], **of_county)), None)
    if last is None or last.standing != "compared":
        return {"last_build": last, "changes": []}
    rows = facts.rows("quality.verdict_change", ["position"], **of_county)
    changes = [
        Change(
            row.kind,
            row,
            word(row.kind, row.verdict_before),
            word(row.kind, row.verdict_after),
            cause_words(row.causes.split(",") if row.causes else (), messages),
        )
        for row in rows
        if row.kind in LISTED
    ]
    inputs = last.changed_inputs.split(",") if last.changed_inputs else ()
    return {
        "last_build": last,
        "kinds": (*LISTED, "indicator"),
        "changes": sorted(changes, key=lambda change: LISTED.index(change.kind)),
        "changed_inputs": [messages.text("causes", cause) for cause in inputs],
    }
