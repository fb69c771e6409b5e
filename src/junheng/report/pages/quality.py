"""数据质量 / Data quality: the gate, every rule with all its failing rows, and how the files were read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from junheng.messages import Messages
from junheng.quality_totals import KINDS, ON_DATA
from junheng.report.facts import Row
from junheng.report.paths import rule_page, suite_page
from junheng.report.requirement import in_words
from junheng.report.rules import STATUSES, FailingRow, Rules, kind
from junheng.report.site import Page, Writer
from junheng.report.texts import catalogue
from junheng.validation.wording import in_language

# So many rows a browser still sorts and searches at once; what is beyond stands on the next page.
ROWS_OF_A_PAGE = 5000
WORDS = ("why", "how_to_fix", "who_fixes")


def pages(writer: Writer) -> Iterator[Page]:
    """The gate, every rule with what it asks, a page for each that found something, the files, the rows set aside."""
    facts = writer.facts
    rules = Rules(facts, public=writer.public)
    names = names_of_columns(writer)
    common: dict[str, Any] = {
        "rules": rules,
        "kind": kind,
        "kinds": KINDS,
        "statuses": STATUSES,
        "names": names,
        "asked": lambda required, expectation: in_words(required, writer.texts, names, expectation),
        "words_of": lambda rule: {name: in_language(rule.values[name] or "", writer.language) for name in WORDS},
    }
    accounts = facts.rows("quality.row_accounting", ["table_name"])
    yield Page(
        "quality.html",
        "quality.html.j2",
        writer.texts.text("quality.title"),
        {
            **common,
            "on_data": ON_DATA,
            "issues": facts.rows("quality.known_issue", ["rule_id", "scope"]),
            "accounts": accounts,
        },
    )
    yield Page("rules.html", "rules.html.j2", writer.texts.text("quality.rules"), common)
    yield _sources(writer, accounts)
    for suite, of_suite in rules.by_suite.items():
        title = writer.texts.text("quality.suite", suite=suite)
        yield Page(suite_page(suite), "suite.html.j2", title, {**common, "suite": suite, "of_suite": of_suite})
    for rule in rules.found:
        yield from _rule(writer, rules, rule, common)
    set_aside = {row.table_name: row.rows_quarantined for row in accounts}
    for table, rows in rules.quarantined.items():
        yield Page(
            f"quarantine/{table}.html",
            "quarantine.html.j2",
            f"{writer.texts.text('quality.quarantined')} · {Messages(writer.language).text('tables', table)}",
            {**common, "table": table, "rows": rows, "count": set_aside[table]},
        )


def _rule(writer: Writer, rules: Rules, rule: Row, common: dict[str, Any]) -> Iterator[Page]:
    rows = rules.failing(rule.rule_id)
    columns = list(dict.fromkeys(name for row in rows for name in row.keys))
    parts = [rows[start : start + ROWS_OF_A_PAGE] for start in range(0, len(rows), ROWS_OF_A_PAGE)] or [[]]
    values = {
        **common,
        "rule": rule,
        "columns": columns,
        "withheld": rules.withheld(rule),
        "total": len(rows),
        "has_sheets": any(row.sheet for row in rows),
        "has_places": any(row.row.source_file for row in rows),
        "schools": _schools(writer, rows),
    }
    for number, part in enumerate(parts, start=1):
        yield Page(
            rule_page(rule.rule_id, number),
            "rule.html.j2",
            rule.values[f"title_{writer.language}"],
            {**values, "rows": part, "number": number, "numbers": range(1, len(parts) + 1)},
        )


def _schools(writer: Writer, rows: list[FailingRow]) -> dict[str, Row]:
    """The schools of the judged year that have a page, by code."""
    if not any("school_code" in row.keys for row in rows):
        return {}
    year = writer.facts.school_year
    return {
        row.school_code: row for row in writer.facts.rows("display.shown_school", ["school_code"], school_year=year)
    }


def _sources(writer: Writer, accounts: list[Row]) -> Page:
    facts = writer.facts
    tables = ("source_file", "landing_column", "landing_conversion")
    files, columns, conversions = (
        facts.rows(f"quality.{table}", order) if facts.exists(f"quality.{table}") else []
        for table, order in zip(
            tables,
            (
                ["file", "sheet", "block"],
                ["file", "sheet", "block", "position", "column_name"],
                ["file", "sheet", "block", "column_name", "conversion"],
            ),
            strict=True,
        )
    )
    return Page(
        "sources.html",
        "sources.html.j2",
        writer.texts.text("sources.title"),
        {
            "files": files,
            "columns": columns,
            "conversions": [(row, [] if writer.public else json.loads(row.examples or "[]")) for row in conversions],
            "accounts": accounts,
            "reasons": {row.reason: _reason(writer, row.reason) for row in files if row.reason},
        },
    )


def _reason(writer: Writer, reason: str) -> str:
    """The words of a reason why a file or a sheet was not taken."""
    for section in ("reading_reasons", "findings"):
        try:
            return Messages(writer.language).text(section, reason)
        except KeyError:
            continue
    return reason


def names_of_columns(writer: Writer) -> dict[str, str]:
    """The names of columns that are keys of rows, by column."""
    rows = writer.facts.rows("standards.raw_columns", ["table_name", "position"])
    found = {row.column_name: row.values[f"name_{writer.language}"] for row in reversed(rows)}
    return {name: writer.texts.text(f"columns.{name}") for name in catalogue()["columns"]} | found
