"""`junheng check`: suites on a table of the user's own, and what the command answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import duckdb

from junheng.errors import JunhengError, MachineError, UsageError
from junheng.messages import Messages
from junheng.validation import ValidationResult, validate
from junheng.validation.linter import lint_values
from junheng.validation.named_suites import load_named_suites, read_parameters, refuse_shared_names, suite_files
from junheng.validation.sources import DATABASES, Limits
from junheng.validation.spark_linter import lint_for_spark
from junheng.validation.spark_trouble import trouble_told
from junheng.validation.suite_run import Engine

if TYPE_CHECKING:
    from junheng.validation.parameters import Database
    from junheng.validation.results import RuleResult
    from junheng.validation.suites import Parameters, Suite

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
    """What to judge by which suites: one of `data` and `warehouse` is given, with Spark as an address it reads."""

    suites: Sequence[str]
    data: Path | str | None = None
    warehouse: Path | str | None = None
    table: str | None = None
    parameters: Path | None = None
    school_year: int | None = None
    engine: str = "duckdb"


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
    suites = asked(options)
    with trouble_told() if options.engine == "spark" else nullcontext(), ExitStack() as stack:
        if options.engine == "spark":
            data, standards = stack.enter_context(spark_data(options))
            parameters = parameters_of(options, suites, standards)
        else:
            # A defect of a suite is told before a table is opened.
            file = None if options.warehouse is None else Path(options.warehouse)
            parameters = parameters_of(options, suites, file)
            data = file_data(options, stack)
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


def asked(options: CheckOptions) -> list[Suite]:
    """The suites of a command line. Raises UsageError."""
    if not options.suites:
        raise UsageError("check_without_suite")
    if (options.data is None) == (options.warehouse is None):
        raise UsageError("check_without_data")
    engine_of(options)
    return load_named_suites(options.suites, None)


def parameters_of(options: CheckOptions, suites: Sequence[Suite], standards: Database | None) -> Parameters:
    """The parameters of suites, by which each of them is linted; `standards` holds the seeds. Raises UsageError."""
    wanted = {name for suite in suites for rule in suite.rules for name in rule.parameter_names()}
    parameters: dict[str, Any] = {}
    if any(name.startswith("plausible__") for name in wanted):
        parameters.update(bounds(standards))
    if standards is not None and options.school_year is not None and options.parameters is None:
        from junheng.validation.parameters import load_parameters

        parameters.update(load_parameters(standards, options.school_year))
    if options.parameters is not None:
        parameters.update(read_parameters(options.parameters))
    for suite in suites:
        for rule in suite.rules:
            lint_values(suite.path, rule, parameters)
    return parameters


def bounds(standards: Database | None) -> dict[str, Any]:
    """The bounds of the plausibility suites: those of the warehouse, or the packaged ones where it has none."""
    from junheng.validation.parameters import load_bounds, packaged_bounds

    if standards is None:
        return dict(packaged_bounds())
    try:
        return dict(load_bounds(standards))
    except UsageError as error:
        if error.message_id != "standards_missing":
            raise
        return dict(packaged_bounds())


def engine_of(options: CheckOptions) -> Engine:
    """The engine, if it is one. Raises UsageError."""
    if options.engine not in get_args(Engine):
        raise UsageError("engine_unknown", found=options.engine, expected=", ".join(get_args(Engine)))
    return cast("Engine", options.engine)


@contextmanager
def spark_data(options: CheckOptions) -> Iterator[tuple[Any, Database | None]]:
    """What Spark judges, and the standards beside it. Raises MachineError when Spark does not start."""
    from junheng.validation.spark_start import spark_session
    from junheng.validation.spark_tables import folder_tables, standards_of

    spark = spark_session()
    if options.warehouse is None:
        yield str(options.data), None
        return
    with closing(folder_tables(spark, str(options.warehouse))) as tables, closing(standards_of(tables)) as standards:
        yield tables, standards


def file_data(options: CheckOptions, stack: ExitStack) -> Any:
    """A file to judge; one of DuckDB is opened until the end of the stack.

    Raises UsageError when there is none, MachineError when it cannot be opened.
    """
    file = Path(options.warehouse or options.data or "")
    is_database = options.warehouse is not None or file.suffix.lower() in DATABASES
    return stack.enter_context(opened(file)) if is_database else file


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


def lint(options: CheckOptions) -> tuple[list[Suite], list[JunhengError]]:
    """Read every suite; those that are right, and the first defect of each that is not: also what Spark cannot be
    asked, where that is the engine.

    Raises UsageError when there is no suite to read.
    """
    values = read_parameters(options.parameters) if options.parameters is not None else None
    on_spark = engine_of(options) == "spark"
    suites: list[Suite] = []
    defects: list[JunhengError] = []
    for file in suite_files(options.suites):
        try:
            suite = file.load(values)
            refuse_shared_names([*suites, suite])
            if on_spark:
                lint_for_spark(suite)
            suites.append(suite)
        except JunhengError as error:
            defects.append(error)
    return suites, defects
