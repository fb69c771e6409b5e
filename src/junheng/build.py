"""`junheng build`: from a folder of raw tables to a published warehouse. Read it as the table of contents."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from junheng import dbt_runner
from junheng.build_options import BuildOptions
from junheng.checks import check_conservation, check_marts, check_raw, data_rules, record_findings
from junheng.compiled_project import CompiledProject
from junheng.errors import MachineError
from junheng.findings import WARNING, Finding, Findings
from junheng.gate import SHOWN_FINDINGS, WORSE, refuse, refuse_county, refuse_worse
from junheng.history.of_build import recorder_of
from junheng.history.recording import Recorder, recorded
from junheng.history.since_last import write_changes
from junheng.history.trend import write_run_history
from junheng.history.unchanged import former_landing, published_from
from junheng.history.worse import findings_of, worse_than_last
from junheng.judged_year import judged_year, require_schools
from junheng.known_issues import Judged, KnownIssue, apply_known_issues, read_known_issues, refuse_unknown_rules
from junheng.landing.kept import take_kept
from junheng.landing.land import land
from junheng.landing.mapping import NO_MAP, read_map
from junheng.landing.outcome import LandedTable, Landing
from junheng.memory import memory_limit
from junheng.messages import Messages
from junheng.old_logs import forget_old
from junheng.preflight import require_room
from junheng.progress import Progress, Step
from junheng.project import Project, packaged_project
from junheng.publish import REPORT, export_tables, publish
from junheng.quality import RunFacts, write_quality
from junheng.quarantine import Account, account, not_about_rows, prepare, set_aside, set_rejected_aside
from junheng.raw_contract import RawTable, read_contract
from junheng.standards import project_with_standards
from junheng.summary import Summary, summarise
from junheng.workspace import Workspace, workspace

if TYPE_CHECKING:
    from junheng.validation.results import RuleResult

# Unit tests prove the SQL, not the data; raw tables and rows that are set aside are our work.
SELECTION = ("--exclude-resource-type", "unit_test", "--exclude", "path:seeds/raw", "path:seeds/quality")


@dataclass
class Found:
    """What the rules have found so far."""

    results: list[RuleResult] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    about_ledger: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Build:
    """What every step of one build needs."""

    options: BuildOptions
    project: Project
    contract: dict[str, RawTable]
    issues: list[KnownIssue]
    memory: str | None
    today: date
    work: Workspace
    messages: Messages
    progress: Progress
    recorder: Recorder


def build(options: BuildOptions, messages: Messages, progress: Progress) -> Summary:
    """Land, check, transform, check, publish; with `if_changed` nothing of it when the published build is up to date.

    Raises RefusedError (exit 1), UsageError (2) or MachineError (3); the published warehouse is then as it was.
    """
    try:
        return _build(options, messages, progress)
    except (duckdb.Error, OSError) as error:
        found = str(error).strip()
        is_full = getattr(error, "errno", None) == errno.ENOSPC or os.strerror(errno.ENOSPC) in found
        if isinstance(error, duckdb.OutOfMemoryException) and not is_full:
            raise MachineError("memory_full", found=found.splitlines()[0]) from error
        raise MachineError("disk_full" if is_full else "engine", found=found) from error


def _build(options: BuildOptions, messages: Messages, progress: Progress) -> Summary:
    def on_wait(holder: str) -> None:
        progress.say(messages.text("summary", "waiting", holder=holder))

    # The day of the run decides which known issues still count; nothing else in a build knows of today.
    today = options.today or date.today()
    with workspace(options.out, options.wait, on_wait) as work:
        progress.build_id = work.build_id
        packaged = packaged_project()
        recorder = recorder_of(options, packaged, work, today, messages, progress)
        with recorded(recorder):
            if options.if_changed and (summary := _unchanged(recorder)):
                return summary
            return _build_all(options, packaged, recorder)


def _unchanged(recorder: Recorder) -> Summary | None:
    """The summary of the published build, when it was made from the same inputs."""
    out = recorder.work.out
    published = published_from(out, recorder.inputs) if recorder.inputs else None
    if published is None:
        return None
    recorder.status, recorder.build_id = "unchanged", published.build_id
    return summarise(out / "warehouse.duckdb", None, [], status="unchanged")


def _build_all(options: BuildOptions, packaged: Project, recorder: Recorder) -> Summary:
    work, messages, progress = recorder.work, recorder.messages, recorder.progress
    forget_old(work.out)
    require_room(work.out, options.raw or packaged.sample, with_report=options.with_report)
    if options.target == "spark":
        from junheng.spark.needs import require_spark

        require_spark()
    project = project_with_standards(packaged, options.standards, work.folder)
    recorder.standards = project.standards
    issues = read_known_issues(project.standards)
    if options.with_suites and issues:
        refuse_unknown_rules(issues, data_rules(project.suites))
    contract = read_contract(project.standards)
    memory = memory_limit(options.memory)
    run = Build(options, project, contract, issues, memory, recorder.today, work, messages, progress, recorder)
    landed, warnings = _land(run)
    with work.connect() as connection:
        school_year = judged_year(connection, options.school_year)
    recorder.school_year = school_year
    found = Found()
    if options.with_suites:
        _check_raw(run, landed, school_year, found)
    _transform(run)
    if options.with_suites:
        _check_marts(run, school_year, found)
    warehouse = _publish(run, landed, found, school_year)
    return summarise(warehouse, school_year, [*warnings, *found.about_ledger], found.accounts, found.judged)


def _land(run: Build) -> tuple[list[LandedTable], list[Finding]]:
    with run.progress.step("land") as step, run.work.connect() as connection:
        findings = Findings(connection)
        landing = _landed(run, connection, findings, step)
        landed = list(landing.tables)
        step.rows = sum(table.rows for table in landed)
        if landing.taken:
            read = len(landing.handed) - len(landing.taken)
            step.detail = run.messages.text("summary", "files_read_again", read=read, files=len(landing.handed))
        run.recorder.note_landing(landing)
        prepare(connection, run.contract)
        if run.options.quarantine:
            set_rejected_aside(connection, run.contract)
        refuse(run.work, findings, run.messages, "critical")
        findings.put_into_words(run.messages)
        return landed, findings.first(WARNING, SHOWN_FINDINGS)


def _landed(run: Build, connection: duckdb.DuckDBPyConnection, findings: Findings, step: Step) -> Landing:
    """The raw tables: read from files, or as a kept build has them."""
    options = run.options
    if options.kept:
        return take_kept(connection, options.kept.warehouse, run.contract)
    path = options.raw or run.project.sample
    mapping = read_map(options.mapping, run.contract) if options.mapping else NO_MAP
    former = former_landing(run.work.out, run.recorder.landing_key) if options.if_changed else None
    folder = run.work.landing
    return land(connection, path, run.contract, findings, run.messages, folder, mapping, step.say, former)


def _check_raw(run: Build, landed: Sequence[LandedTable], school_year: int, found: Found) -> None:
    """Judge the raw tables; wrong rows stop the build, or are set aside when that was asked for."""
    with run.progress.step("check_raw") as step:
        results = check_raw(run.work.warehouse, run.project.suites, run.project.standards, run.memory)
        step.detail = run.messages.text("summary", "rules", rules=len(results))
        with run.work.connect() as connection:
            results = _with_known_issues(run, connection, results, found)
            left = not_about_rows(connection, results) if run.options.quarantine else results
            _gate(run, connection, left, found)
            if run.options.quarantine:
                set_aside(connection, run.contract, results)
            found.accounts = account(connection, landed)
            if run.options.quarantine:
                require_schools(connection, school_year)


def _transform(run: Build) -> None:
    with run.progress.step("transform") as step:

        def on_node(name: str, index: int, total: int) -> None:
            step.say(f"{index}/{total} {name}")

        step.detail = run.messages.text("summary", "nodes", nodes=_transformed(run, on_node))


def _transformed(run: Build, on_node: Callable[[str, int, int], None]) -> int:
    """Everything from the raw tables to the marts, on the engine that was asked for; gives the number of nodes."""
    work, kept = run.work, run.options.kept
    compiled = CompiledProject.of(run.project.root, kept.out if kept else work.out)
    if run.options.target == "spark":
        from junheng.spark.transform import transform_on_spark

        return transform_on_spark(run.project, compiled, work, on_node, run.memory)
    nodes = compiled.run(work.warehouse, on_node, run.memory)
    if nodes is None:
        dbt = dbt_runner.DbtRun(run.project.root, work.warehouse, work.folder / "target", work.logs, memory=run.memory)
        nodes = dbt_runner.build(dbt, SELECTION, on_node)
        compiled.keep(work.warehouse, dbt.target)
    return nodes


def _check_marts(run: Build, school_year: int, found: Found) -> None:
    """Judge the marts: nothing lost on the way, both paths to the verdict agree; the county, when that was asked."""
    with run.progress.step("check_marts") as step:
        conserved = check_conservation(run.work.warehouse, run.project.suites, run.memory)
        standard = check_marts(run.work.warehouse, run.project.suites, school_year, run.memory)
        step.detail = run.messages.text("summary", "rules", rules=len(conserved) + len(standard))
        with run.work.connect() as connection:
            conserved = _with_known_issues(run, connection, conserved, found)
            found.results += standard
            _gate(run, connection, conserved, found)
            if run.options.fail_on == "standard":
                findings = Findings(connection)
                refuse_county(run.work, findings, run.messages, school_year, found.results, found.judged)
            if run.options.worse:
                _refuse_worse(run, connection, school_year, found)


def _refuse_worse(run: Build, connection: duckdb.DuckDBPyConnection, school_year: int, found: Found) -> None:
    """Refuse what is worse than the published build; without one there is nothing to be worse than."""
    published = run.work.out / "warehouse.duckdb"
    standards = run.project.standards
    worse = worse_than_last(connection, published, school_year, standards) if published.is_file() else None
    if worse is None:
        run.progress.say(run.messages.text("worse", "nothing_to_compare"))
        return
    findings = Findings(connection)
    refuse_worse(run.work, findings, run.messages, findings_of(worse, run.messages), found.results, found.judged)


def _with_known_issues(
    run: Build, connection: duckdb.DuckDBPyConnection, results: list[RuleResult], found: Found
) -> list[RuleResult]:
    results, judged = apply_known_issues(connection, results, run.issues, run.today)
    found.results += results
    found.judged += judged
    return results


def _gate(run: Build, connection: duckdb.DuckDBPyConnection, results: list[RuleResult], found: Found) -> None:
    """Refuse when one of these results has to stop the build; what all rules have found is then kept."""
    findings = Findings(connection)
    record_findings(results, findings, run.messages.language)
    refuse(run.work, findings, run.messages, run.options.fail_on, found.results, found.judged)


def _publish(run: Build, landed: Sequence[LandedTable], found: Found, school_year: int) -> Path:
    with run.progress.step("publish") as step:
        facts = RunFacts(school_year, run.today, _fail_on(run.options), run.options.quarantine)
        write_quality(run.work, landed, found.results, found.judged, facts)
        write_run_history(run.work.warehouse, run.work.out, school_year, run.recorder.landing["rows"])
        kept = run.options.kept.warehouse if run.options.kept else None
        write_changes(run.work.warehouse, run.work.out, run.recorder.record("published", 0), school_year, kept)
        rows = export_tables(run.work)
        if run.options.with_report:
            found.about_ledger = _report(run, step)
        step.rows = rows
        run.recorder.stage(run.work.warehouse)
        return publish(run.work, run.options.keep)


def _fail_on(options: BuildOptions) -> str:
    return f"{options.fail_on},{WORSE}" if options.worse else options.fail_on


def _report(run: Build, step: Step) -> list[Finding]:
    """Write the reports of the finished build file; they are published together with it.

    Gives what of the ledger could not be taken: that is told and stops nothing.
    """
    from junheng.report.ledger import Ledger, in_words
    from junheng.report.report_command import ReportOptions, build_parts, write_parts

    folder = run.work.folder / REPORT
    folder.mkdir()
    options = ReportOptions(run.work.out, build_parts(), run.messages.language)
    ledger = Ledger.of(run.work.out)
    write_parts(run.work.warehouse, folder, options, ledger, lambda part, _files: step.say(part))
    return in_words(ledger.problems, run.messages)[:SHOWN_FINDINGS]
