"""Suites of expectations on a warehouse: `run_suites` is the one way in.

The engine is Great Expectations itself. It takes seconds to import, so nothing here imports it before a suite runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from junheng.validation.results import RuleResult
    from junheng.validation.suites import Parameters


def run_suites(
    database: Path, suites: Path, *, parameters: Parameters, school_year: int | None = None
) -> list[RuleResult]:
    """Run every suite under a folder on a DuckDB warehouse, which is opened read-only and given back.

    `parameters` fill the `$PARAMETER`s of the suites (`parameters.load_parameters`); `school_year` narrows the suites
    that name a year column to that year. Each rule gives one result, in the order of suites and rules; the rules of a
    standard suite are followed by one `agreement.*` result each, which fails where suite and mart differ.
    No other connection of this process may hold the file open for writing.

    Raises UsageError (exit 2) for a defect in a suite, before any scan.
    """
    from junheng.validation.suites import load_suites

    loaded = load_suites(suites, parameters)

    from junheng.validation.gx_engine import SuiteRun
    from junheng.validation.gx_session import gx_session

    with gx_session(database) as session:
        runs = [SuiteRun(session, suite, parameters, school_year) for suite in loaded]
        found = []
        for run in runs:
            results = run.results()
            found += [*results, *run.agreements(results)]
        return found
