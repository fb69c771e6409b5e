"""What a rule found, in one shape whatever engine ran it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning", "info"]
Status = Literal["error", "no_data", "not_applicable", "fail", "warn", "pass"]
KeyValue = str | int | bool | None


@dataclass(frozen=True)
class FailingRow:
    """One row that breaks a rule: where it is, what it holds, what it should hold.

    `source_file` and `source_row` lead back to the file that was handed in; they are None for rows that dbt loaded as
    seeds.
    """

    keys: Mapping[str, KeyValue]
    source_file: str | None
    source_row: int | None
    actual: str | None
    required: str


@dataclass(frozen=True)
class RuleResult:
    """The outcome of one rule.

    `rows_checked` counts the rows the rule speaks about (values present, rows in its scope); `reason` is an id of
    `seeds/standards/reasons.csv` for `no_data` and `not_applicable`, and the engine's message for `error`.
    """

    rule_id: str
    suite: str
    table: str
    severity: Severity
    status: Status
    rows_checked: int
    rows_failed: int
    failing_rows: tuple[FailingRow, ...]
    reason: str | None
    title_zh: str
    title_en: str
    how_to_fix: str


def status_of_count(rows_failed: int, severity: Severity) -> Status:
    """`pass` when no row fails; otherwise `fail` for a critical rule and `warn` for the others."""
    if rows_failed == 0:
        return "pass"
    return "fail" if severity == "critical" else "warn"
