"""`junheng build`: from a folder of raw tables to a published warehouse. Read it as the table of contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from junheng import dbt_runner
from junheng.checks import check_marts, check_raw, record_findings
from junheng.errors import DataError, MachineError, UsageError
from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.landing.land import LandedTable, land_folder
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.project import Project, packaged_project
from junheng.publish import export_tables, publish
from junheng.quality import write_quality
from junheng.raw_contract import read_contract
from junheng.standards import project_with_standards
from junheng.summary import Summary, summarise
from junheng.workspace import Workspace, workspace

if TYPE_CHECKING:
    from junheng.validation.results import RuleResult

# Unit tests prove the SQL, not the data; raw tables are landed, not seeded.
SELECTION = ("--exclude-resource-type", "unit_test", "--exclude", "path:seeds/raw")
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
    try:
        return _build(options, messages, progress)
    except (duckdb.Error, OSError) as error:
        raise MachineError("engine", found=str(error).strip()) from error


def _build(options: BuildOptions, messages: Messages, progress: Progress) -> Summary:
    with workspace(options.out) as work:
        project = project_with_standards(packaged_project(), options.standards, work.folder)
        landed, warnings = _land(options, project, work, messages, progress)
        school_year = _judged_year(options, work)
        results = _check_raw(project, work, messages, progress) if options.with_suites else []
        _transform(project, work, progress)
        if options.with_suites:
            results += _check_marts(project, work, school_year, progress)
        warehouse = _publish(work, landed, results, school_year, progress)
    return summarise(warehouse, school_year, warnings)


def _land(
    options: BuildOptions, project: Project, work: Workspace, messages: Messages, progress: Progress
) -> tuple[list[LandedTable], list[Finding]]:
    contract = read_contract(project.standards)
    with progress.step("land") as step, work.connect() as connection:
        findings = Findings(connection)
        folder = options.raw or project.sample
        landed = land_folder(connection, folder, contract, findings, messages, work.spare, step.say)
        step.rows = sum(table.rows for table in landed)
        _refuse_if_critical(findings, work, messages)
        findings.put_into_words(messages)
        return landed, findings.first(WARNING, SHOWN_FINDINGS)


def _check_raw(project: Project, work: Workspace, messages: Messages, progress: Progress) -> list[RuleResult]:
    with progress.step("check_raw") as step:
        results = check_raw(work.warehouse, project.suites / "raw", project.standards)
        step.detail = messages.text("summary", "rules", rules=len(results))
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


def _check_marts(project: Project, work: Workspace, school_year: int, progress: Progress) -> list[RuleResult]:
    with progress.step("check_marts") as step:
        results = check_marts(work.warehouse, project.suites / "standard", school_year)
        step.detail = progress.messages.text("summary", "rules", rules=len(results))
        return results


def _publish(
    work: Workspace,
    landed: Sequence[LandedTable],
    results: Sequence[RuleResult],
    school_year: int,
    progress: Progress,
) -> Path:
    with progress.step("publish") as step:
        write_quality(work, landed, results, school_year)
        step.rows = export_tables(work)
        return publish(work)


def _refuse_if_critical(findings: Findings, work: Workspace, messages: Messages) -> None:
    count = findings.count(CRITICAL)
    if count:
        findings.put_into_words(messages)
        findings.write(work.rejected)
        raise RefusedError(findings.first(CRITICAL, SHOWN_FINDINGS), count, work.rejected)


def _judged_year(options: BuildOptions, work: Workspace) -> int:
    """The school year that was asked for, or the latest of the data."""
    with work.connect() as connection:
        rows = connection.execute("select distinct school_year from raw.schools order by school_year").fetchall()
    years = [int(year) for (year,) in rows]
    if not years:
        raise DataError("no_schools", file="schools.csv")
    if options.school_year is None:
        return years[-1]
    if options.school_year not in years:
        expected = ", ".join(str(year) for year in years)
        raise UsageError("school_year_not_in_data", found=str(options.school_year), expected=expected)
    return options.school_year
