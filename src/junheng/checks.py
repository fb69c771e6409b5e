"""The suites as a step of the build: the gate on raw data, and the second path to the verdict on the marts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from junheng.errors import MachineError
from junheng.findings import CRITICAL, WARNING, Finding, Findings, keys_text

if TYPE_CHECKING:
    from junheng.validation.results import RuleResult


def run_checks(
    warehouse: Path, suites: Path, parameters: Mapping[str, Decimal | int | str], school_year: int | None
) -> list[RuleResult]:
    """Run the suites of a folder against a closed build file. Raises UsageError for a suite that is wrong."""
    from junheng.validation import run_suites

    return run_suites(warehouse, suites, parameters=parameters, school_year=school_year)


def record_findings(results: Sequence[RuleResult], findings: Findings, language: str) -> None:
    """Turn every failing row of raw suites into a finding with its file and row.

    Raises MachineError for a rule that could not be asked: an error is never a pass.
    """
    for result in results:
        if result.status == "error":
            raise MachineError("rule_error", column=result.rule_id, found=result.reason)
        severity = CRITICAL if result.severity == "critical" else WARNING
        title = result.title_zh if language == "zh" else result.title_en
        for row in result.failing_rows:
            findings.add(
                Finding(
                    rule_id=result.rule_id,
                    severity=severity,
                    table=result.table,
                    file=row.source_file,
                    row=row.source_row,
                    column=_column(result.rule_id, row.keys),
                    found=row.actual,
                    expected=row.required,
                    keys=keys_text(dict(row.keys)),
                    title=title,
                    action=in_language(result.how_to_fix, language),
                )
            )


def in_language(text: str, language: str) -> str:
    """The half of a text whose first sentence is Chinese and whose second is English that is in a language."""
    halves = re.split(r"(?<=[\u3002\uff1b\uff01\uff1f]) (?=[A-Z])", text, maxsplit=1)
    return halves[0] if language == "zh" else halves[-1]


def _column(rule_id: str, keys: Mapping[str, object]) -> str:
    """The column a rule speaks of: the last but one part of its id, or the key of the table."""
    part = rule_id.split(".")[-2]
    return ", ".join(keys) if part == "key" else part
