"""`junheng check`: suites on a table of the user's own, and what the command writes and answers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from junheng.errors import JunhengError, MachineError, UsageError
from junheng.landing.cells import literal
from junheng.messages import Messages
from junheng.validation import ValidationResult, validate
from junheng.validation.failing_rows import NAMES
from junheng.validation.gx_json import gx_refusal
from junheng.validation.linter import lint_values
from junheng.validation.named_suites import load_named_suites, read_parameters, refuse_shared_names, suite_files
from junheng.validation.sources import DATABASES, Limits, own_connection

if TYPE_CHECKING:
    from junheng.validation.results import RuleResult
    from junheng.validation.suites import Parameters, Suite

FAILING_ROW_FORMATS = {".parquet": "format parquet", ".csv": "format csv, header"}
ENGINES = ("duckdb", "gx")
NOTHING = f"select {', '.join(f'null::varchar as {name}' for name in NAMES)} where false"
# What a rule cannot help: it is the machine's, not the suite's.
MACHINE_ERRORS = (
    "IOException",
    "OutOfMemoryException",
    "ConnectionException",
    "InternalException",
    "FatalException",
    "InterruptException",
    "PermissionException",
    "TransactionException",
    "HTTPException",
    "OperationalError",
    "MemoryError",
    "OSError",
)


@dataclass(frozen=True)
class CheckOptions:
    """What to judge by which suites: one of `data` and `warehouse` is given."""

    suites: Sequence[str]
    data: Path | None = None
    warehouse: Path | None = None
    table: str | None = None
    parameters: Path | None = None
    school_year: int | None = None
    engine: str = "duckdb"


@dataclass(frozen=True)
class Reports:
    """Files to write."""

    junit: Path | None = None
    gx_json: Path | None = None
    data_docs: Path | None = None
    failing_rows: Path | None = None


@dataclass
class Checked:
    """One result for each suite that could be asked, in the order of the suites, and why the others could not."""

    results: list[ValidationResult] = field(default_factory=list)
    refused: dict[str, JunhengError] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """The gravest of what was found: 3 environment, 2 configuration, 1 data, 0 none of them."""
        codes = [error.exit_code for error in self.refused.values()]
        codes += [exit_code_of(rule) for result in self.results for rule in result.results]
        # A table about which nothing could be said has not passed.
        codes += [int(not any(is_judged(rule) for rule in result.results)) for result in self.results]
        return max(codes, default=2)

    def as_json(self, messages: Messages) -> dict[str, Any]:
        """Everything as one JSON object."""
        from junheng.printing import error_as_json

        return {
            "success": self.exit_code == 0,
            "exit_code": self.exit_code,
            "suites": [result.to_dict() for result in self.results],
            "errors": [error_as_json(error, messages) for error in self.refused.values()],
        }


def exit_code_of(rule: RuleResult) -> int:
    """What one rule adds: an error is never 0, a critical rule that fails or lacks its data is 1, a warning is 0."""
    if rule.status == "error":
        return 3 if (rule.reason or "").partition(":")[0] in MACHINE_ERRORS else 2
    return int(rule.status == "fail" or (rule.status == "no_data" and rule.severity == "critical"))


def is_judged(rule: RuleResult) -> bool:
    """Whether a rule said something about the table."""
    return rule.status in ("pass", "warn", "fail", "error")


@contextmanager
def checked(options: CheckOptions) -> Iterator[Checked]:
    """Judge a table by suites; the failing rows can be read until the end of the block.

    A suite that does not fit the table is refused and the others are judged.

    Raises UsageError for a wrong command line or any defect of a suite, before any scan; DataError for a data file that
    cannot be read; MachineError for a file that cannot be opened.
    """
    parameters, suites = asked(options)
    with ExitStack() as stack:
        file = options.warehouse or options.data
        if file is None:
            raise UsageError("check_without_data")
        is_database = options.warehouse is not None or file.suffix.lower() in DATABASES
        data = stack.enter_context(opened(file)) if is_database else file
        found = Checked()
        for suite in suites:
            try:
                result = validate(
                    data,
                    suite,
                    parameters=parameters,
                    table=options.table,
                    engine=engine_of(options),
                    school_year=options.school_year,
                )
            except UsageError as error:
                if error.message_id != "suite_unknown_column":
                    raise
                found.refused[suite.name] = error
            else:
                stack.callback(result.close)
                found.results.append(result)
        yield found


def asked(options: CheckOptions) -> tuple[Parameters, list[Suite]]:
    """Parameters and suites of a command line. Raises UsageError."""
    if not options.suites:
        raise UsageError("check_without_suite")
    if (options.data is None) == (options.warehouse is None):
        raise UsageError("check_without_data")
    engine_of(options)
    suites = load_named_suites(options.suites, None)
    wanted = {name for suite in suites for rule in suite.rules for name in rule.parameter_names()}
    parameters: dict[str, Any] = {}
    if any(name.startswith("plausible__") for name in wanted):
        parameters.update(bounds(options.warehouse))
    if options.warehouse is not None and options.school_year is not None and options.parameters is None:
        from junheng.validation.parameters import load_parameters

        parameters.update(load_parameters(options.warehouse, options.school_year))
    if options.parameters is not None:
        parameters.update(read_parameters(options.parameters))
    for suite in suites:
        for rule in suite.rules:
            lint_values(suite.path, rule, parameters)
    return parameters, suites


def bounds(warehouse: Path | None) -> dict[str, Any]:
    """The bounds of the plausibility suites: those of the warehouse, or the packaged ones where it has none."""
    from junheng.validation.parameters import load_bounds, packaged_bounds

    if warehouse is None:
        return dict(packaged_bounds())
    try:
        return dict(load_bounds(warehouse))
    except UsageError as error:
        if error.message_id != "standards_missing":
            raise
        return dict(packaged_bounds())


def engine_of(options: CheckOptions) -> Literal["duckdb", "gx"]:
    """The engine, if it is one. Raises UsageError."""
    if options.engine == "gx":
        return "gx"
    if options.engine != "duckdb":
        raise UsageError("engine_unknown", found=options.engine, expected=", ".join(ENGINES))
    return "duckdb"


@contextmanager
def opened(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB file, only to be read. Raises UsageError when there is none, MachineError when it cannot be opened."""
    if not warehouse.is_file():
        raise UsageError("data_missing", file=warehouse)
    try:
        connection = duckdb.connect(str(warehouse), read_only=True, config=Limits().settings())
    except duckdb.Error as error:
        raise MachineError("database_unreadable", file=warehouse, found=str(error).splitlines()[0]) from error
    try:
        yield connection
    finally:
        connection.close()


def lint(named: Sequence[str], parameters: Path | None) -> tuple[list[Suite], list[JunhengError]]:
    """Read every suite; those that are right, and the first defect of each that is not.

    Raises UsageError when there is no suite to read.
    """
    values = read_parameters(parameters) if parameters is not None else None
    suites: list[Suite] = []
    defects: list[JunhengError] = []
    for file in suite_files(named):
        try:
            suite = file.load(values)
            refuse_shared_names([*suites, suite])
            suites.append(suite)
        except JunhengError as error:
            defects.append(error)
    return suites, defects


def refuse_reports(reports: Reports) -> None:
    """Refuse files that could not be written, before anything is judged. Raises UsageError."""
    failing = reports.failing_rows
    if failing is not None and failing.suffix.lower() not in FAILING_ROW_FORMATS:
        raise UsageError("failing_rows_format", file=failing, expected=", ".join(FAILING_ROW_FORMATS))


def write_reports(found: Checked, reports: Reports, messages: Messages) -> list[Path]:
    """Write the files that are wanted; gives their paths. Raises MachineError for one that cannot be written."""
    written: list[Path] = []
    if reports.junit is not None:
        from junheng.validation.junit import junit_document

        written.append(write_text(reports.junit, junit_document(found.results, messages, found.refused)))
    if reports.gx_json is not None:
        documents = [result.to_gx() for result in found.results]
        documents += [gx_refusal(name, messages.error(error)) for name, error in found.refused.items()]
        content = documents[0] if len(documents) == 1 else documents
        written.append(write_text(reports.gx_json, f"{json.dumps(content, ensure_ascii=False, indent=2)}\n"))
    if reports.failing_rows is not None:
        written.append(write_failing_rows(found.results, reports.failing_rows))
    if reports.data_docs is not None:
        from junheng.validation.data_docs import write_data_docs

        written.append(write_data_docs(found.results, reports.data_docs))
    return written


def write_text(path: Path, text: str) -> Path:
    """Write a report. Raises MachineError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise MachineError("report_not_written", file=path, found=error.strerror) from error
    return path


def write_failing_rows(results: Sequence[ValidationResult], path: Path) -> Path:
    """Write every failing row of every rule as Parquet or CSV, by suite, rule and key.

    The rows do not pass through Python. Raises MachineError.
    """
    limits = Limits(keep_order=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder, own_connection(limits) as connection:
            parts = [str(Path(folder) / f"{number}.parquet") for number in range(len(results))]
            for result, part in zip(results, parts, strict=True):
                result.failing_rows().write_parquet(part)
            whole = str(Path(folder) / "whole")
            everything = f"select * from read_parquet([{', '.join(map(literal, parts))}])" if parts else NOTHING
            options = FAILING_ROW_FORMATS[path.suffix.lower()]
            connection.execute(f"copy ({everything}) to {literal(whole)} ({options})")
            Path(whole).replace(path)
    except (OSError, duckdb.Error) as error:
        raise MachineError("report_not_written", file=path, found=str(error).splitlines()[0]) from error
    return path
