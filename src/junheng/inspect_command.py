"""`junheng inspect`: land what was handed in into a temporary file, judge it as a build does, and tell all of it."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from junheng.check_reports import write_text
from junheng.checks import check_raw, data_rules, record_findings
from junheng.errors import MachineError, UsageError
from junheng.findings import CRITICAL, WARNING, Findings
from junheng.gate import SHOWN_FINDINGS, landing_tables, write_table
from junheng.known_issues import apply_known_issues, read_known_issues, refuse_unknown_rules
from junheng.landing.land import land
from junheng.landing.map_draft import draft
from junheng.landing.mapping import NO_MAP, read_map
from junheng.landing.outcome import Landing
from junheng.landing_printing import LandingPrinter
from junheng.landing_report import LandingReport, all_findings, read_report
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.project import Project, packaged_project
from junheng.quality import write_rule_results
from junheng.quarantine import prepare
from junheng.raw_contract import RawTable, read_contract
from junheng.returns import write_returns
from junheng.standards import project_with_standards
from junheng.workspace import Workspace, workspace

ACCEPTED, REFUSED = "would_be_published", "would_be_refused"


@dataclass(frozen=True)
class InspectOptions:
    """What the user asked for: what to look at, by which map, and what to write."""

    path: Path
    mapping: Path | None = None
    draft: Path | None = None
    out: Path | None = None
    standards: Path | None = None
    with_rules: bool = True
    force: bool = False
    today: date | None = None


@dataclass(frozen=True)
class Inspection:
    """What was found, and the open file in which all of it stands."""

    connection: duckdb.DuckDBPyConnection
    contract: dict[str, RawTable]
    landing: Landing
    report: LandingReport


def inspect(options: InspectOptions, messages: Messages, progress: Progress, *, as_json: bool) -> int:
    """Tell what the files are and what is wrong with them; gives 1 when a build would be refused, else 0.

    Nothing is built and nothing published. Raises DataError (1), UsageError (2) and MachineError (3) as a build does.
    """
    if options.draft and options.draft.exists() and not options.force:
        raise UsageError("draft_exists", file=options.draft)
    try:
        with _inspected(options, messages, progress) as found:
            written = _write(options, found, messages)
            if as_json:
                _print_json(options, found, written)
            else:
                closing = [*_written(written, messages), *_closing(found.report, messages)]
                LandingPrinter(messages, found.contract).print(str(options.path), found.report, closing)
            return 1 if found.report.critical else 0
    except (duckdb.Error, OSError) as error:
        raise MachineError("engine", found=str(error).strip()) from error


@contextmanager
def _inspected(options: InspectOptions, messages: Messages, progress: Progress) -> Iterator[Inspection]:
    """Land and judge; the file with all that was found stays open for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="junheng-") as folder, workspace(Path(folder)) as work:
        project = project_with_standards(packaged_project(), options.standards, work.folder)
        contract = read_contract(project.standards)
        with progress.step("land") as step, work.connect() as connection:
            findings = Findings(connection)
            mapping = read_map(options.mapping, contract) if options.mapping else NO_MAP
            landed = land(connection, options.path, contract, findings, messages, work.landing, mapping, step.say)
            step.rows = sum(table.rows for table in landed.tables)
            prepare(connection, contract)
            findings.put_into_words(messages)
            has_schools = bool(connection.execute("select 1 from raw.schools limit 1").fetchone())
        rules: dict[str, int] = {}
        # Without schools every rule that looks a school up would fail, and say nothing that is not said already.
        if options.with_rules and has_schools:
            with progress.step("check_raw") as step:
                rules = _judge(options, work, project, messages)
                step.detail = messages.text("summary", "rules", rules=sum(rules.values()))
        with work.connect() as connection:
            report = read_report(connection, contract, messages, SHOWN_FINDINGS)
            report.rules = rules
            yield Inspection(connection, contract, landed, report)


def _judge(options: InspectOptions, work: Workspace, project: Project, messages: Messages) -> dict[str, int]:
    """Ask the suites on raw tables as a build does; gives the number of rules by status."""
    issues = read_known_issues(project.standards)
    if issues:
        refuse_unknown_rules(issues, data_rules(project.suites))
    results = check_raw(work.warehouse, project.suites, project.standards)
    with work.connect() as connection:
        results, judged = apply_known_issues(connection, results, issues, options.today or date.today())
        record_findings(results, Findings(connection), messages.language)
        write_rule_results(connection, results, judged)
    counts: dict[str, int] = {}
    for result in results:
        counts[result.status] = counts.get(result.status, 0) + 1
    return dict(sorted(counts.items()))


def _write(options: InspectOptions, found: Inspection, messages: Messages) -> dict[str, Path]:
    """Write what was asked for; gives the paths by what they are."""
    written: dict[str, Path] = {}
    if options.draft:
        write_text(options.draft, draft(found.landing.readings, messages))
        written["draft"] = options.draft
    if options.out:
        Findings(found.connection).write(options.out)
        for table in landing_tables(found.connection):
            write_table(found.connection, options.out, table)
        written["out"] = options.out
        returned = write_returns(Findings(found.connection), options.out / "returns", messages)
        if returned:
            written["returns"] = returned.folder
    return written


def _closing(report: LandingReport, messages: Messages) -> Iterator[tuple[str, str]]:
    """The last lines, each with a severity: where the whole list is, and whether a build would be refused."""

    def line(key: str, **params: object) -> str:
        return messages.text("inspect", key, **params)

    critical, warnings = f"{report.critical:,}", f"{report.warnings:,}"
    if report.critical + report.warnings > len(report.shown):
        yield "", line("whole_list")
    if report.rules and report.rows["rejected"]:
        yield "", line("rules_on_part")
    if report.critical:
        yield CRITICAL, line("refused", critical=critical)
    elif report.warnings:
        yield WARNING, line("accepted_with_warnings", warnings=warnings)
    else:
        yield "landed", line("accepted")


def _written(written: dict[str, Path], messages: Messages) -> Sequence[tuple[str, str]]:
    return [("", messages.text("inspect", f"written_{what}", path=path)) for what, path in written.items()]


def _print_json(options: InspectOptions, found: Inspection, written: dict[str, Path]) -> None:
    """One document; the findings come last, and never stand in memory all at once."""
    report = found.report
    content: dict[str, Any] = {
        "status": REFUSED if report.critical else ACCEPTED,
        "exit_code": 1 if report.critical else 0,
        "path": str(options.path),
        **report.as_json(),
        "written": {what: str(path) for what, path in written.items()},
    }
    head = json.dumps(content, ensure_ascii=False, indent=2, default=str).removesuffix("\n}")
    sys.stdout.write(f'{head},\n  "findings": [')
    for number, finding in enumerate(all_findings(found.connection)):
        sys.stdout.write(f"{',' if number else ''}\n    {json.dumps(finding, ensure_ascii=False, default=str)}")
    sys.stdout.write("\n  ]\n}\n")
