"""What a rule found, in one shape whatever engine ran it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

Severity = Literal["critical", "warning", "info"]
Status = Literal["error", "no_data", "not_applicable", "fail", "warn", "pass"]
KeyValue = str | int | bool | None

STATUSES: tuple[Status, ...] = ("error", "no_data", "not_applicable", "fail", "warn", "pass")
SAMPLE = 20
MASK = "***"
COLUMN_MISSING, NEAREST = "column_missing", ", nearest: "


@dataclass(frozen=True)
class FailingRow:
    """One row that breaks a rule: where it is, what it holds, what it should hold.

    `source_file`, `source_sheet` and `source_row` lead back to the file that was handed in; the sheet is None for a
    file without sheets, all three for rows that dbt loaded as seeds.
    """

    keys: Mapping[str, KeyValue]
    source_file: str | None
    source_sheet: str | None
    source_row: int | None
    actual: str | None
    required: str


@dataclass(frozen=True)
class RuleResult:
    """The outcome of one rule.

    `rows_checked` counts the rows the rule speaks about (values present, rows in its scope), `rows_failed` those of
    them that break it, `sample` holds the 20 with the smallest keys. `observed` is the value of a figure (rules on
    aggregates, row counts, columns). `reason` is an id of `seeds/standards/reasons.csv` for `no_data` and
    `not_applicable`, and the engine's message for `error`. `definition` is what was asked: the expectation with its
    arguments in place and, where one statement finds the failing rows, its SQL.
    """

    rule_id: str
    suite: str
    table: str
    expectation_type: str
    severity: Severity
    status: Status
    rows_checked: int
    rows_failed: int
    observed: str | None
    required: str
    sample: tuple[FailingRow, ...]
    reason: str | None
    title_zh: str
    title_en: str
    why: str
    how_to_fix: str
    who_fixes: str
    source: str
    definition: str = field(default="", compare=False)

    @property
    def success(self) -> bool:
        """Whether the rule passed: an error, missing data or an empty scope is no success."""
        return self.status == "pass"


def status_of_count(rows_failed: int, severity: Severity) -> Status:
    """`pass` when no row fails; otherwise `fail` for a critical rule and `warn` for the others."""
    return status_of(rows_failed == 0, severity)


def status_of(passes: bool, severity: Severity) -> Status:
    """The status of a rule that was judged."""
    if passes:
        return "pass"
    return "fail" if severity == "critical" else "warn"


def enough(checked: int, failed: int, mostly: Decimal | int | float | None) -> bool:
    """Whether the share of rows that pass reaches `mostly`, in exact arithmetic."""
    wanted = Decimal(1) if mostly is None else Decimal(str(mostly))
    return checked - failed >= wanted * checked


def order_of(row: FailingRow) -> tuple[Any, ...]:
    """Sort order of failing rows: by key, a missing part first, then by place in the file."""
    keys = tuple(
        (value is not None, str(value).rjust(20) if isinstance(value, int) else str(value))
        for value in row.keys.values()
    )
    return (keys, row.source_file or "", row.source_sheet or "", row.source_row or 0, row.actual or "")


@dataclass(frozen=True)
class ValidationResult:
    """All rules of one suite on one table.

    `rows` is the number of rows of the table, of the judged year where the suite is about one. `document` is the suite
    with its parameters in place. Failing rows are kept in a DuckDB table until `close`.
    """

    suite: str
    table: str
    rows: int
    results: tuple[RuleResult, ...]
    document: Mapping[str, Any] | None = None
    fetch: Callable[[], Any] | None = None
    release: Callable[[], None] | None = None

    @property
    def success(self) -> bool:
        """Whether the suite passes.

        Something was judged, nothing failed or could not be asked, no critical rule lacks its data.
        """
        return succeeded(self.results)

    @property
    def counts(self) -> dict[Status, int]:
        """How many rules have each status."""
        found = Counter(result.status for result in self.results)
        return {status: found[status] for status in STATUSES}

    def failing_rows(self) -> Any:
        """Every failing row of every rule, as a DuckDB relation.

        `.df()`, `.pl()`, `.fetchall()`, `.filter("rule_id = …")`.
        """
        if self.fetch is None:
            raise ValueError("the failing rows of this result are not kept")
        return self.fetch()

    def close(self) -> None:
        """Give the failing rows and the memory they take back."""
        if self.release is not None:
            self.release()

    def __enter__(self) -> ValidationResult:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def to_dict(self) -> dict[str, Any]:
        """Everything but the failing rows beyond the samples, in plain types."""
        rules = [
            {**asdict(replace(result, sample=())), "sample": [asdict(row) for row in result.sample]}
            for result in self.results
        ]
        return {
            "suite": self.suite,
            "table": self.table,
            "rows": self.rows,
            "success": self.success,
            "counts": self.counts,
            "results": rules,
        }

    def to_json(self) -> str:
        """`to_dict` as text; the same results give the same bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def report(self, language: str = "en") -> str:
        """What is wrong, in which rows, what to write instead and who does it, as text in `zh` or `en`."""
        from junheng.messages import Messages
        from junheng.validation.console import report_text

        return report_text([self], Messages(language))

    def to_gx(self) -> dict[str, Any]:
        """The result in the shape of Great Expectations' `ExpectationSuiteValidationResult`, without loading it."""
        from junheng.validation.gx_json import gx_document

        return gx_document(self)

    def to_junit(self, language: str = "en") -> str:
        """The result as JUnit XML, with its words in `zh` or `en`."""
        from junheng.messages import Messages
        from junheng.validation.junit import junit_document

        return junit_document([self], Messages(language))


def missing_column(name: str, near: str | None) -> str:
    """The reason of a rule that needs a column which its table lacks, with the column that may have been meant."""
    return f"{COLUMN_MISSING}: {name}{f'{NEAREST}{near}' if near else ''}"


def column_missing_in(reason: str | None) -> tuple[str, str | None] | None:
    """Column and nearest column of such a reason; None for any other."""
    kind, _, rest = (reason or "").partition(": ")
    if kind != COLUMN_MISSING:
        return None
    name, _, near = rest.partition(NEAREST)
    return name, near or None


def succeeded(results: Iterable[RuleResult]) -> bool:
    """Whether results add up to a success: see `ValidationResult.success`."""
    found = list(results)
    return (
        any(result.success for result in found)
        and all(result.status not in ("error", "fail") for result in found)
        and not any(result.status == "no_data" and result.severity == "critical" for result in found)
    )
