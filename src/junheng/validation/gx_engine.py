"""Great Expectations as the engine: one result for every rule, and every failing row with its keys.

Great Expectations itself gives results in the order of its graph, caps failing rows at 200, lets empty data pass and
has no status of its own for a rule that raised. This module sets each of these right; whether a row breaks a rule is
left to Great Expectations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from string import Template
from typing import Any

from junheng.errors import UsageError
from junheng.validation.gx_session import GxSession, gx_session, quoted
from junheng.validation.results import SAMPLE, FailingRow, KeyValue, RuleResult, Status, order_of, status_of_count
from junheng.validation.suites import Parameters, Rule, Suite

SOURCE_COLUMNS = ("_source_file", "_source_row")
ROW_COUNT = "expect_table_row_count_to_be_between"
UNEXPECTED_ROWS = "unexpected_rows_expectation"


class SuiteRun:
    """One suite on the rows that it judges: all rows of its table, or those of one school year."""

    def __init__(self, session: GxSession, suite: Suite, parameters: Parameters, school_year: int | None) -> None:
        self.session = session
        self.suite = suite
        self.parameters = parameters
        self.columns = session.columns(suite.table)
        self.failing: dict[str, tuple[FailingRow, ...]] = {}
        self.selection = f"select * from {quoted(suite.table)}"
        if suite.year_column and school_year is not None:
            self.selection += f" where {quoted(suite.year_column)} = {int(school_year)}"
        self.rows = self._count("true") if self.columns else 0

    def results(self) -> list[RuleResult]:
        """One result for each rule, in the order of the suite.

        Raises UsageError when a rule names a column that the table does not have.
        """
        if not self.columns:
            return [self._unasked(rule, "no_data", "table_missing") for rule in self.suite.rules]
        self._refuse_unknown_columns()
        # Great Expectations calls every rule on an empty table a success: only the rule that counts rows may speak
        # there.
        asked = [rule for rule in self.suite.rules if self.rows or rule.expectation_type == ROW_COUNT]
        found: dict[str, list[Any]] = defaultdict(list)
        message = None
        if asked:
            try:
                for outcome in self._validate(asked):
                    found[outcome.expectation_config.meta["rule_id"]].append(outcome)
            except Exception as error:  # noqa: BLE001 - whatever stops the engine is an error of every rule, never a pass
                message = first_line(error)
        return [
            self._judged(rule, found[rule.rule_id], message)
            if rule in asked
            else self._unasked(rule, "no_data", "table_empty")
            for rule in self.suite.rules
        ]

    def _validate(self, rules: Iterable[Rule]) -> list[Any]:
        # Great Expectations stores bounds as doubles whatever they are given as. Harmless here: `value` and `cv` are
        # doubles themselves, the standard suites allow for what a double may be off, and the counts and amounts of the
        # raw tables are compared with 0. The linter refuses whole numbers that a double cannot hold.
        floats = {
            name: float(value) if isinstance(value, Decimal) else value for name, value in self.parameters.items()
        }
        index = [*self.suite.keys, *(column for column in SOURCE_COLUMNS if column in self.columns)]
        result_format = {
            "result_format": "COMPLETE",
            "unexpected_index_column_names": index,
            # The number of failing rows that come back with their keys: by default 20, here all.
            "partial_unexpected_count": self.rows + 1,
            # This query loses the row condition of its rule.
            "return_unexpected_index_query": False,
        }
        document = {**self.suite.document, "expectations": [dict(rule.document) for rule in rules]}
        return self.session.validate(self.selection, document, floats, result_format)

    def _judged(self, rule: Rule, outcomes: list[Any], message: str | None) -> RuleResult:
        if message is not None:
            return self._unasked(rule, "error", message)
        if len(outcomes) != 1:
            return self._unasked(rule, "error", f"{len(outcomes)} results for one rule")
        raised = exception_of(outcomes[0])
        if raised is not None:
            return self._unasked(rule, "error", raised)
        result = outcomes[0].result
        try:
            if rule.expectation_type == ROW_COUNT:
                status = status_of_count(int(not outcomes[0].success), rule.severity)
                return self._made(rule, status, self.rows, int(not outcomes[0].success), (), None, str(self.rows))
            if rule.expectation_type == UNEXPECTED_ROWS:
                return self._of_query(rule, result)
        except Exception as error:  # noqa: BLE001 - a rule whose rows cannot be read is an error of its own
            return self._unasked(rule, "error", first_line(error))
        return self._of_column(rule, result)

    def _of_column(self, rule: Rule, result: Mapping[str, Any]) -> RuleResult:
        if "unexpected_index_list" not in result:
            return self._unasked(rule, "error", f"no failing rows come with {rule.expectation_type}")
        checked = int(result["element_count"]) - int(result.get("missing_count") or 0)
        if checked == 0:
            return self._unasked(rule, "no_data", "no_values")
        column = rule.kwargs.get("column")
        rows = result["unexpected_index_list"] or []
        return self._result(
            rule, checked, int(result["unexpected_count"]), [self._failing(rule, row, column) for row in rows]
        )

    def _of_query(self, rule: Rule, result: Mapping[str, Any]) -> RuleResult:
        scope = rule.meta.get("scope")
        checked = self._count(scope) if scope else self.rows
        if checked == 0:
            return self._unasked(rule, "not_applicable", "nothing_in_scope")
        failed = int(result["observed_value"])
        rows: list[dict[str, Any]] = []
        if failed:
            # Great Expectations brings 200 rows of a query; all of them are wanted.
            query = str(rule.filled(self.parameters)["unexpected_rows_query"])
            rows = self.session.query(query.format(batch=f"({self.selection}) as subselect"))
        column = rule.meta.get("actual")
        return self._result(rule, checked, failed, [self._failing(rule, row, column) for row in rows])

    def _failing(self, rule: Rule, row: Mapping[str, Any], column: str | None) -> FailingRow:
        required = row.get("required_value") or self._required(rule)
        source_row = row.get("_source_row")
        return FailingRow(
            keys={key: key_value(row[key]) for key in self.suite.keys},
            source_file=row.get("_source_file"),
            source_row=int(source_row) if source_row is not None else None,
            actual=plain(row.get("actual_value", row.get(column) if column else None)),
            required=str(required),
        )

    def _result(self, rule: Rule, checked: int, failed: int, rows: Iterable[FailingRow]) -> RuleResult:
        listed = tuple(sorted(rows, key=order_of))
        if len(listed) != failed:
            return self._unasked(rule, "error", f"{failed} rows fail, {len(listed)} came back")
        return self._made(rule, status_of_count(failed, rule.severity), checked, failed, listed, None)

    def _unasked(self, rule: Rule, status: Status, reason: str) -> RuleResult:
        return self._made(rule, status, 0, 0, (), reason)

    def _made(
        self,
        rule: Rule,
        status: Status,
        checked: int,
        failed: int,
        rows: tuple[FailingRow, ...],
        reason: str | None,
        observed: str | None = None,
    ) -> RuleResult:
        meta = rule.meta
        self.failing[rule.rule_id] = rows
        return RuleResult(
            rule_id=rule.rule_id,
            suite=self.suite.name,
            table=self.suite.table,
            expectation_type=rule.expectation_type,
            observed=observed,
            required=self._required(rule),
            severity=rule.severity,
            status=status,
            rows_checked=checked,
            rows_failed=failed,
            sample=rows[:SAMPLE],
            reason=reason,
            title_zh=meta["title_zh"],
            title_en=meta["title_en"],
            how_to_fix=meta["how_to_fix"],
            why=meta["why"],
            who_fixes=meta["who_fixes"],
            source=meta["source"],
        )

    def _required(self, rule: Rule) -> str:
        texts = {name: plain(value) for name, value in self.parameters.items()}
        return Template(rule.meta["required"]).safe_substitute(texts)

    def _count(self, condition: str) -> int:
        rows = self.session.query(f"select count(*) as n from ({self.selection}) as t where {condition}")
        return int(rows[0]["n"])

    def _refuse_unknown_columns(self) -> None:
        for rule in self.suite.rules:
            named = [*self.suite.keys, rule.kwargs.get("column"), rule.meta.get("actual")]
            unknown = sorted({str(name) for name in named if name is not None} - set(self.columns))
            if unknown:
                raise UsageError(
                    "suite_unknown_column",
                    file=self.suite.path,
                    column=rule.rule_id,
                    found=", ".join(unknown),
                    expected=f"{self.suite.table} ({', '.join(self.columns)})",
                )


def exception_of(outcome: Any) -> str | None:
    """The first line of what a rule raised, or None.

    Great Expectations writes it in two shapes: flat, or under the id of each metric that failed.
    """
    info = outcome.exception_info or {}
    shapes = [info] if "raised_exception" in info else [value for value in info.values() if isinstance(value, Mapping)]
    messages = sorted(str(shape.get("exception_message")) for shape in shapes if shape.get("raised_exception"))
    if messages:
        return messages[0].strip().splitlines()[0]
    return None if outcome.result else "no result"


def first_line(error: Exception) -> str:
    """An exception in one line."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"


def plain(value: object) -> str | None:
    """A cell as text: decimals without an exponent, booleans as SQL writes them."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def key_value(value: object) -> KeyValue:
    """A part of a key as it is stored beside a finding."""
    return value if value is None or isinstance(value, str | int) else plain(value)


def run_with_gx(
    database: Path, suites: Sequence[Suite], parameters: Parameters, school_year: int | None
) -> list[tuple[list[RuleResult], dict[str, tuple[FailingRow, ...]]]]:
    """For each suite the results of its rules and all failing rows by rule."""
    found = []
    with gx_session(database) as session:
        for suite in suites:
            run = SuiteRun(session, suite, parameters, school_year)
            found.append((run.results(), run.failing))
    return found
