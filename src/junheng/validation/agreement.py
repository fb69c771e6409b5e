"""Two paths to one verdict: what a standard suite finds failing and what the mart itself says must be the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from junheng.validation.results import FailingRow, KeyValue, RuleResult, status_of_count

SUITE_FAILS, MART_FAILS = "suite: fail, mart: not", "suite: not, mart: fail"


def agreement_of(
    result: RuleResult, words: Mapping[str, Any], keys: Iterable[str], mart_failing: Iterable[Mapping[str, KeyValue]]
) -> RuleResult:
    """One result that compares the rows a rule found with those the mart judged `false`, key by key.

    Both ways of differing are failing rows. Where neither path judged anything the result is as undecided as the rule's
    own; a rule that raised agrees with nothing.
    """
    names = tuple(keys)
    of_suite = {tuple(row.keys[name] for name in names) for row in result.failing_rows}
    of_mart = {tuple(row[name] for name in names) for row in mart_failing}
    rows = [row_of(names, key, SUITE_FAILS) for key in of_suite - of_mart]
    rows += [row_of(names, key, MART_FAILS) for key in of_mart - of_suite]
    rows.sort(key=lambda row: (row.actual or "", [str(value) for value in row.keys.values()]))
    undecided = result.status == "error" or (result.status in ("no_data", "not_applicable") and not rows)
    return RuleResult(
        rule_id=f"agreement.{result.rule_id}",
        suite=f"agreement.{result.suite}",
        table=result.table,
        severity="critical",
        status=result.status if undecided else status_of_count(len(rows), "critical"),
        rows_checked=result.rows_checked,
        rows_failed=len(rows),
        failing_rows=tuple(rows),
        reason=result.reason if undecided else None,
        title_zh=words["title_zh"],
        title_en=words["title_en"],
        how_to_fix=words["how_to_fix"],
    )


def row_of(names: tuple[str, ...], key: tuple[KeyValue, ...], actual: str) -> FailingRow:
    """A row on which the two paths differ."""
    return FailingRow(dict(zip(names, key, strict=True)), None, None, actual, "suite = mart")
