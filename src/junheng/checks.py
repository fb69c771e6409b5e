"""The suites as steps of the build: the gate on raw data, and the second path to the verdict on the marts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from junheng.errors import MachineError, UsageError
from junheng.findings import CRITICAL, WARNING, Finding, Findings, keys_text
from junheng.landing.cells import quoted
from junheng.landing.records import path_literal

if TYPE_CHECKING:
    from junheng.validation.results import RuleResult


def check_raw(warehouse: Path, suites: Path, standards: Path) -> list[RuleResult]:
    """Run the raw suites on a closed build file. Raises UsageError for a suite that is wrong."""
    from junheng.validation import run_suites

    # Rules look codes up in the standards, which dbt loads later: they stand in the file for the time of the check.
    _execute(warehouse, _standards_as_text(standards))
    try:
        results = run_suites(warehouse, suites, parameters={})
    finally:
        _execute(warehouse, ["drop schema standards cascade"])
    refuse_errors(results)
    return results


def check_marts(warehouse: Path, suites: Path, school_year: int) -> list[RuleResult]:
    """Run the suites of the national standard on the marts of one school year; none in a year without a standard.

    Raises MachineError when a rule and the mart disagree on a row: one of the two paths to the verdict is wrong.
    """
    from junheng.validation import run_suites
    from junheng.validation.parameters import load_parameters

    try:
        parameters = load_parameters(warehouse, school_year)
    except UsageError as error:
        if error.message_id == "no_thresholds":
            return []
        raise
    results = run_suites(warehouse, suites, parameters=parameters, school_year=school_year)
    refuse_errors(results)
    refuse_disagreement(results)
    return results


def refuse_disagreement(results: Sequence[RuleResult]) -> None:
    """Raise MachineError when a rule and the mart judge a row differently, naming rule and row."""
    for result in results:
        if result.rule_id.startswith("agreement.") and result.status == "fail":
            row = result.failing_rows[0]
            raise MachineError(
                "paths_disagree",
                column=result.rule_id,
                found=f"{keys_text(dict(row.keys))}: {row.actual}",
                expected=row.required,
            )


def record_findings(results: Sequence[RuleResult], findings: Findings, language: str) -> None:
    """Turn every failing row of the raw suites into a finding with its file and row."""
    for result in results:
        if result.status not in ("fail", "warn"):
            continue
        of_rule = Finding(
            rule_id=result.rule_id,
            severity=CRITICAL if result.status == "fail" else WARNING,
            table=result.table.removeprefix("raw."),
            title=result.title_zh if language == "zh" else result.title_en,
            action=in_language(result.how_to_fix, language),
        )
        findings.add_all(
            replace(
                of_rule,
                file=row.source_file,
                row=row.source_row,
                column=_column(result.rule_id, row.keys),
                found=row.actual or ", ".join(str(value) for value in row.keys.values()),
                expected=row.required,
                keys=keys_text(dict(row.keys)),
            )
            for row in result.failing_rows
        )
        if not result.failing_rows:  # a rule about the table as a whole
            findings.add(of_rule)


def in_language(text: str, language: str) -> str:
    """The half of a text that is in a language: suites write Chinese sentences, a space, English sentences."""
    halves = re.split(r"(?<=[\u3002\uff1b\uff01\uff1f]) (?=[A-Z])", text, maxsplit=1)
    return halves[0] if language == "zh" else halves[-1]


def refuse_errors(results: Sequence[RuleResult]) -> None:
    """Raise MachineError for a rule that could not be asked: that is never a pass."""
    for result in results:
        if result.status == "error":
            raise MachineError("rule_error", column=result.rule_id, found=result.reason)


def _column(rule_id: str, keys: Mapping[str, object]) -> str:
    """The column a raw rule speaks of: the third part of its id, or the key of the table."""
    part = rule_id.split(".")[2]
    return ", ".join(keys) if part == "key" else part


def _standards_as_text(standards: Path) -> list[str]:
    statements = ["create schema standards"]
    for seed in sorted(standards.glob("*.csv")):
        read = f"read_csv({path_literal(seed)}, all_varchar = true, header = true, nullstr = '')"
        statements.append(f"create table standards.{quoted(seed.stem)} as select * from {read}")
    return statements


def _execute(warehouse: Path, statements: Sequence[str]) -> None:
    connection = duckdb.connect(str(warehouse))
    try:
        for statement in statements:
            connection.execute(statement)
    finally:
        connection.close()
