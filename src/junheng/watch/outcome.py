"""How a build ended, read from what it left: the published warehouse, or the folder of a refused one.

Only ids, counts and verdicts are read, never a value of the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from junheng.errors import JunhengError
from junheng.gate import RefusedError
from junheng.landing.cells import literal

PUBLISHED, UNCHANGED, REFUSED, FAILED, INTERRUPTED = "published", "unchanged", "refused", "failed", "interrupted"
CODE_OF_INTERRUPTION = 130
CODE_OF_DEFECT = 1
CRITICAL = "critical"
# Rules of these suites ask whether the county is good enough, not whether the data is right.
ON_THE_STANDARD = ("standard", "agreement")


@dataclass(frozen=True)
class RuleLine:
    """What a rule found: rows checked and failed; both languages of its title."""

    suite: str
    rule_id: str
    table: str
    severity: str
    status: str
    rows_checked: int | None
    rows_failed: int | None
    title_zh: str
    title_en: str

    @property
    def is_broken_critical(self) -> bool:
        """Whether rows break this rule in a way that stops a build, or would without a quarantine."""
        on_data = self.suite.partition(".")[0] not in ON_THE_STANDARD
        return on_data and self.severity == CRITICAL and self.status == "fail"

    def title(self, language: str) -> str:
        """The title in a language."""
        return self.title_zh if language == "zh" else self.title_en


@dataclass(frozen=True)
class FindingCount:
    """How often a finding was made while landing, or by a rule."""

    rule_id: str
    severity: str
    title: str
    count: int


@dataclass(frozen=True)
class SourceFile:
    """A file that was handed in: what it became. `rows` are those that were landed from it."""

    file: str
    sha256: str | None
    table: str | None
    rows: int


@dataclass(frozen=True)
class CountyVerdict:
    """The verdict on a county in one school year."""

    county_code: str
    county_name: str
    school_year: int
    verdict: str
    status: str


@dataclass(frozen=True)
class Outcome:
    """How a build ended. `defect` is the class of an exception that nobody expected."""

    status: str
    exit_code: int
    seconds: float
    build_id: str | None = None
    error: JunhengError | None = None
    defect: str | None = None
    warehouse: Path | None = None
    rules: Sequence[RuleLine] = ()
    findings: Sequence[FindingCount] = ()
    files: Sequence[SourceFile] = ()
    counties: Sequence[CountyVerdict] = ()

    @property
    def critical(self) -> frozenset[str]:
        """The ids of the critical rules that rows break, whether they stopped the build or were set aside."""
        by_rules = {rule.rule_id for rule in self.rules if rule.is_broken_critical}
        return frozenset(by_rules | {found.rule_id for found in self.findings if found.severity == CRITICAL})


def of_published(out: Path, seconds: float, status: str = PUBLISHED) -> Outcome:
    """The outcome of the build that is published in `out`, or was found `unchanged` there."""
    warehouse = (out / "warehouse.duckdb").resolve()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        run = connection.execute("select build_id, school_year from quality.run").fetchone() or (None, None)
        has_rejected = _has_table(connection, "rejected_row")
        return Outcome(
            status,
            0,
            seconds,
            run[0],
            warehouse=warehouse,
            rules=_rules(connection, "quality.rule_result"),
            findings=_set_aside(connection) if has_rejected else (),
            files=_files(connection, "quality.source_file"),
            counties=county_verdicts(connection, run[1]),
        )


def of_error(error: BaseException, build_id: str | None, seconds: float) -> Outcome:
    """The outcome of a build that ended with an exception, with what a refused one has found."""
    ended = bare(error, build_id, seconds)
    if not isinstance(error, RefusedError):
        return ended
    folder = error.rejected
    with duckdb.connect() as connection:
        return replace(
            ended,
            rules=_rules(connection, _parquet(folder / "rule_result.parquet")),
            findings=_findings(connection, folder / "findings.parquet"),
            files=_files(connection, _parquet(folder / "source_file.parquet")),
        )


def bare(error: BaseException, build_id: str | None, seconds: float) -> Outcome:
    """The outcome of an exception as far as it is known without reading anything."""
    if isinstance(error, JunhengError):
        status = REFUSED if error.exit_code == 1 else FAILED
        return Outcome(status, error.exit_code, seconds, build_id, error)
    if isinstance(error, KeyboardInterrupt):
        return Outcome(INTERRUPTED, CODE_OF_INTERRUPTION, seconds, build_id)
    return Outcome(FAILED, CODE_OF_DEFECT, seconds, build_id, defect=type(error).__name__)


def county_verdicts(connection: duckdb.DuckDBPyConnection, school_year: int | None) -> tuple[CountyVerdict, ...]:
    """The verdicts of one school year, or of all when it is None, by county and year."""
    rows = connection.execute(
        "select county_code, coalesce(county_name, ''), school_year, verdict, status from marts.fct_county_verdict"
        " where $year is null or school_year = $year order by all",
        {"year": school_year},
    ).fetchall()
    return tuple(CountyVerdict(*row) for row in rows)


def _rules(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[RuleLine, ...]:
    rows = connection.execute(
        "select suite, rule_id, table_name, severity, status, rows_checked, rows_failed, title_zh, title_en"
        f" from {relation} order by suite, rule_id"
    ).fetchall()
    return tuple(RuleLine(*row) for row in rows)


def _findings(connection: duckdb.DuckDBPyConnection, file: Path) -> tuple[FindingCount, ...]:
    rows = connection.execute(
        "select rule_id, severity, min(title), count(*)"
        f" from {_parquet(file)} group by rule_id, severity order by severity, rule_id"
    ).fetchall()
    return tuple(FindingCount(*row) for row in rows)


def _set_aside(connection: duckdb.DuckDBPyConnection) -> tuple[FindingCount, ...]:
    """Rows that could not be read and that a quarantine set aside, by what is wrong with them."""
    rows = connection.execute(
        "select rule_id, count(*) from (select unnest(reasons) as rule_id from quality.rejected_row)"
        " group by rule_id order by rule_id"
    ).fetchall()
    return tuple(FindingCount(rule_id, CRITICAL, rule_id, count) for rule_id, count in rows)


def _files(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[SourceFile, ...]:
    rows = connection.execute(
        "select file, min(sha256), case when count(distinct table_name) = 1 then min(table_name) end,"
        f" sum(rows_landed)::bigint from {relation} group by file order by file"
    ).fetchall()
    return tuple(SourceFile(*row) for row in rows)


def _has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'quality' and table_name = ?", [table]
    ).fetchone()
    return bool(found and found[0])


def _parquet(file: Path) -> str:
    return f"read_parquet({literal(str(file))})"
