"""The suites as steps of the build: the gate on raw data, and the second path to the verdict on the marts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from junheng.build_file import open_build_file
from junheng.errors import MachineError, UsageError
from junheng.findings import CRITICAL, WARNING, Finding, Findings, keys_text
from junheng.landing.cells import quoted
from junheng.landing.records import path_literal
from junheng.validation.results import column_missing_in
from junheng.validation.wording import in_language

if TYPE_CHECKING:
    from junheng.validation.results import RuleResult
    from junheng.validation.sources import Limits

# Suites that are asked before anything is computed.
ON_RAW = ("raw", "plausibility")
SPILLED = "spilled"


def check_raw(warehouse: Path, suites: Path, standards: Path, memory: str | None = None) -> list[RuleResult]:
    """Run the suites on raw tables on a closed build file, within `memory`.

    Raises UsageError for a suite that is wrong, MachineError for a rule that could not be asked.
    """
    from junheng.validation import run_suites
    from junheng.validation.parameters import load_bounds

    # Rules look codes up in the standards, which dbt loads later: they stand in the file for the time of the check.
    _execute(warehouse, _standards_as_text(standards))
    try:
        bounds = load_bounds(warehouse)
        limits = _limits(warehouse, memory)
        results = [
            result
            for kind in ON_RAW
            for result in run_suites(warehouse, suites / kind, parameters=bounds, store=True, limits=limits)
        ]
    finally:
        _execute(warehouse, ["drop schema standards cascade"])
    refuse_errors(results)
    return results


def check_conservation(warehouse: Path, suites: Path, memory: str | None = None) -> list[RuleResult]:
    """Run the suites on what became of the raw tables (`reconciliation/`): nothing is lost, doubled or invented."""
    from junheng.validation import run_suites

    limits = _limits(warehouse, memory)
    results = run_suites(warehouse, suites / "reconciliation", parameters={}, store=True, limits=limits)
    refuse_errors(results)
    return results


def check_marts(warehouse: Path, suites: Path, school_year: int, memory: str | None = None) -> list[RuleResult]:
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
    folder = suites / "standard"
    limits = _limits(warehouse, memory)
    results = run_suites(warehouse, folder, parameters=parameters, school_year=school_year, store=True, limits=limits)
    refuse_errors(results)
    refuse_disagreement(results)
    return results


def refuse_disagreement(results: Sequence[RuleResult]) -> None:
    """Raise MachineError when a rule and the mart judge a row differently, naming rule and row."""
    for result in results:
        if result.rule_id.startswith("agreement.") and result.status == "fail":
            row = result.sample[0]
            raise MachineError(
                "paths_disagree",
                column=result.rule_id,
                found=f"{keys_text(dict(row.keys))}: {row.actual}",
                expected=row.required,
            )


def data_rules(suites: Path) -> set[str]:
    """The ids of all rules on the data: those that a known issue may speak of."""
    from junheng.validation.suite_files import read_suite

    return {
        rule.rule_id
        for kind in (*ON_RAW, "reconciliation")
        for path in sorted((suites / kind).rglob("*.json"))
        for rule in read_suite(path, suites / kind).rules
    }


def record_findings(results: Sequence[RuleResult], findings: Findings, language: str) -> None:
    """Turn every failing row of these rules, as `quality.failing_row` holds it, into a finding with its place."""
    for result in results:
        if result.status not in ("fail", "warn"):
            continue
        of_rule = Finding(
            rule_id=result.rule_id,
            severity=CRITICAL if result.status == "fail" else WARNING,
            table=result.table.rpartition(".")[2],
            title=result.title_zh if language == "zh" else result.title_en,
            action=in_language(result.how_to_fix, language),
        )
        if result.sample:
            findings.add_failing_rows(replace(of_rule, column=_column(result.rule_id, result.sample[0].keys)))
        else:  # a rule about the table as a whole
            findings.add(replace(of_rule, found=result.observed, expected=result.required))


def refuse_errors(results: Sequence[RuleResult]) -> None:
    """Raise MachineError for a rule that could not be asked, for lack of memory or else: that is never a pass.

    Raises UsageError where it needs a column that its table lacks: the suite is wrong, the tables have all of theirs.
    """
    for result in results:
        if result.status != "error":
            continue
        reason = result.reason or ""
        if missing := column_missing_in(reason):
            raise UsageError("suite_unknown_column", column=result.rule_id, found=missing[0], expected=missing[1])
        of_memory = reason.startswith(duckdb.OutOfMemoryException.__name__)
        raise MachineError("memory_full" if of_memory else "rule_error", column=result.rule_id, found=reason)


def _column(rule_id: str, keys: Mapping[str, object]) -> str:
    """The column a raw rule speaks of: the third part of its id, or the key of the table."""
    part = rule_id.split(".")[2]
    return ", ".join(keys) if part == "key" else part


def _limits(warehouse: Path, memory: str | None) -> Limits:
    """What does not fit in `memory` is written beside the build file, and goes with it."""
    from junheng.validation.sources import Limits

    own = Limits(temporary_folder=warehouse.parent / SPILLED, keep_order=True)
    return replace(own, memory=memory) if memory else own


def _standards_as_text(standards: Path) -> list[str]:
    statements = ["create schema standards"]
    for seed in sorted(standards.glob("*.csv")):
        read = f"read_csv({path_literal(seed)}, all_varchar = true, header = true, nullstr = '')"
        statements.append(f"create table standards.{quoted(seed.stem)} as select * from {read}")
    return statements


def _execute(warehouse: Path, statements: Sequence[str]) -> None:
    connection = open_build_file(warehouse)
    try:
        for statement in statements:
            connection.execute(statement)
    finally:
        connection.close()
