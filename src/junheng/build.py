"""`junheng build`: from a folder of raw tables to a published warehouse. Read it as the table of contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from junheng import dbt_runner
from junheng.checks import record_findings, run_checks
from junheng.errors import DataError, UsageError
from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.landing.land import LandedTable, land_folder
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.project import Project, packaged_project
from junheng.publish import export_tables, publish
from junheng.quality import write_quality
from junheng.raw_contract import read_contract
from junheng.standards import project_with_standards, suite_parameters
from junheng.summary import Summary, summarise
from junheng.workspace import Workspace, workspace

if TYPE_CHECKING:
    import duckdb

    from junheng.validation.results import RuleResult

# Unit tests prove the SQL, tests of the sample know the sample's figures; raw tables are landed, not seeded.
SELECTION = (
    *("--exclude-resource-type", "unit_test"),
    *("--exclude", "path:seeds/raw", "tag:sample"),
)
SHOWN_FINDINGS = 20


@dataclass(frozen=True)
class BuildOptions:
    """What the user asked for. `raw` None is the sample county."""

    raw: Path | None
    out: Path
    school_year: int | None = None
    standards: Path | None = None
    with_suites: bool = True


class RefusedError(DataError):
    """A build that critical findings stopped: nothing is published, the findings are kept."""

    def __init__(self, findings: list[Finding], total: int, rejected: Path) -> None:
        super().__init__("refused", count=total, rejected=rejected)
        self.findings = findings
        self.total = total
        self.rejected = rejected


def build(options: BuildOptions, messages: Messages, progress: Progress) -> Summary:
    """Land, check, transform, check, publish.

    Raises RefusedError (exit 1), UsageError (2) or MachineError (3); the published warehouse is then as it was.
    """
    with workspace(options.out) as work:
        project = project_with_standards(packaged_project(), options.standards, work.folder)
        landed, warnings = _land(options, project, work, messages, progress)
        results = _check_raw(options, project, work, messages, progress) if options.with_suites else []
        _transform(project, work, progress)
        if options.with_suites:
            results += _check_marts(options, project, work, progress)
        warehouse = _publish(options, work, landed, results, progress)
    return summarise(warehouse, options.school_year, warnings)


def _land(
    options: BuildOptions, project: Project, work: Workspace, messages: Messages, progress: Progress
) -> tuple[list[LandedTable], list[Finding]]:
    contract = read_contract(project.standards)
    with progress.step("land") as step, work.connect() as connection:
        findings = Findings(connection)
        folder = options.raw or project.sample
        landed = land_folder(connection, folder, contract, findings, messages, step.say)
        step.rows = sum(table.rows for table in landed)
        _refuse_if_critical(findings, work, messages)
        _require_school_year(connection, options.school_year)
        findings.put_into_words(messages)
        return landed, findings.first(WARNING, SHOWN_FINDINGS)


def _check_raw(
    options: BuildOptions, project: Project, work: Workspace, messages: Messages, progress: Progress
) -> list[RuleResult]:
    with progress.step("check_raw") as step:
        results = run_checks(work.warehouse, project.suites / "raw", suite_parameters(project), None)
        step.rows = sum(result.rows_failed for result in results)
        with work.connect() as connection:
            findings = Findings(connection)
            record_findings(results, findings, messages.language)
            _refuse_if_critical(findings, work, messages)
        return results


def _transform(project: Project, work: Workspace, progress: Progress) -> None:
    with progress.step("transform") as step:
        run = dbt_runner.DbtRun(project.root, work.warehouse, work.folder / "target", work.logs)
        nodes = dbt_runner.build(run, SELECTION, lambda name, index, total: step.say(f"{index}/{total} {name}"))
        step.detail = progress.messages.text("summary", "nodes", nodes=nodes)


def _check_marts(options: BuildOptions, project: Project, work: Workspace, progress: Progress) -> list[RuleResult]:
    with progress.step("check_marts") as step:
        results = run_checks(
            work.warehouse, project.suites / "standard", suite_parameters(project), options.school_year
        )
        step.rows = sum(result.rows_checked for result in results)
        return results


def _publish(
    options: BuildOptions,
    work: Workspace,
    landed: Sequence[LandedTable],
    results: Sequence[RuleResult],
    progress: Progress,
) -> Path:
    with progress.step("publish") as step:
        write_quality(work, landed, results, options.school_year)
        step.rows = export_tables(work)
        return publish(work)


def _refuse_if_critical(findings: Findings, work: Workspace, messages: Messages) -> None:
    count = findings.count(CRITICAL)
    if count:
        findings.put_into_words(messages)
        findings.write(work.rejected)
        raise RefusedError(findings.first(CRITICAL, SHOWN_FINDINGS), count, work.rejected)


def _require_school_year(connection: duckdb.DuckDBPyConnection, school_year: int | None) -> None:
    rows = connection.execute("select distinct school_year from raw.schools order by school_year").fetchall()
    years = [year for (year,) in rows]
    if school_year is not None and school_year not in years:
        expected = ", ".join(str(year) for year in years)
        raise UsageError("school_year_not_in_data", found=str(school_year), expected=expected)
