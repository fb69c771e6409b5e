"""Every type of expectation on small columns: which rows fail, what is observed. The tables are the specification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from junheng.validation import RuleResult, validate
from junheng.validation.catalogue import ACCEPTED

BIG = 2**53 + 1
NAN, INFINITY = float("nan"), float("inf")
D = Decimal


@dataclass(frozen=True)
class Case:
    """Columns `v` (and `w`, `x`), a rule, the positions (from 0) of the rows that fail."""

    kind: str
    sql_type: str
    v: Sequence[Any]
    kwargs: dict[str, Any]
    fails: Sequence[int]
    w: Sequence[Any] = ()
    x: Sequence[Any] = ()
    column: bool = True
    checked: int | None = None


def pair(
    kind: str, v: Sequence[Any], w: Sequence[Any], fails: Sequence[int], sql_type: str = "INTEGER", **kwargs: Any
) -> Case:
    arguments = {"column_A": "v", "column_B": "w", **kwargs}
    return Case(f"column_pair_values_{kind}", sql_type, v, arguments, fails, w=w, column=False)


def many(
    kind: str,
    v: Sequence[Any],
    w: Sequence[Any],
    x: Sequence[Any],
    fails: Sequence[int],
    sql_type: str = "INTEGER",
    **kwargs: Any,
) -> Case:
    arguments = {"column_list": ["v", "w", "x"], **kwargs}
    return Case(kind, sql_type, v, arguments, fails, w=w, x=x, column=False)


BETWEEN, IN_SET, NOT_IN_SET = (
    "column_values_to_be_between",
    "column_values_to_be_in_set",
    "column_values_to_not_be_in_set",
)
LENGTHS, REGEX, LIKE = (
    "column_value_lengths_to_be_between",
    "column_values_to_match_regex",
    "column_values_to_match_like_pattern",
)
UNIQUE, COMPOUND = "column_values_to_be_unique", "compound_columns_to_be_unique"
ROWS = [
    Case("column_values_to_not_be_null", "INTEGER", [1, None, 2], {}, [1], checked=3),
    Case("column_values_to_be_null", "INTEGER", [1, None, 2], {}, [0, 2], checked=3),
    Case(BETWEEN, "INTEGER", [0, 1, 5, 6, None], {"min_value": 1, "max_value": 5}, [0, 3]),
    Case(BETWEEN, "INTEGER", [1, 2, 4, 5], {"min_value": 1, "max_value": 5, "strict_min": True, "strict_max": True}, [0, 3]),
    Case(BETWEEN, "INTEGER", [0, 1], {"min_value": D("0.5")}, [0]),
    Case(BETWEEN, "INTEGER", [0, 1], {"max_value": D("0.5")}, [1]),
    Case(BETWEEN, "INTEGER", [0, 1], {"min_value": D("0.5"), "strict_min": True}, [0]),
    Case(BETWEEN, "TINYINT", [-128, 127], {"min_value": -200, "max_value": 126}, [1]),
    Case(BETWEEN, "TINYINT", [-128, 127, None], {"min_value": 200}, [0, 1]),
    Case(BETWEEN, "TINYINT", [-128, 127, None], {"max_value": 10**40}, []),
    Case(BETWEEN, "BIGINT", [BIG - 1, BIG, BIG + 1], {"min_value": BIG, "max_value": BIG}, [0, 2]),
    Case(BETWEEN, "HUGEINT", [2**100, 2**100 + 1], {"max_value": 2**100}, [1]),
    Case(BETWEEN, "UHUGEINT", [2**127 + 5, 2**127 + 6], {"max_value": 2**127 + 5}, [1]),
    Case(BETWEEN, "DECIMAL(4,2)", [D("0.01"), D("0.02")], {"min_value": D("0.015")}, [0]),
    Case(BETWEEN, "DECIMAL(38,2)", [D("9007199254740993.01"), D("9007199254740993.02")], {"max_value": D("9007199254740993.01")}, [1]),
    Case(BETWEEN, "DOUBLE", [0.1, 0.09, NAN, INFINITY, -INFINITY, None], {"min_value": D("0.1")}, [1, 2, 3, 4]),
    Case(BETWEEN, "DOUBLE", [0.1, 0.11, NAN, -INFINITY], {"max_value": D("0.1")}, [1, 2, 3]),
    Case(BETWEEN, "FLOAT", [0.1, 0.25], {"max_value": D("0.1")}, [1]),
    Case(BETWEEN, "DATE", [date(2024, 9, 1), date(2023, 12, 31)], {"min_value": "2024-01-01"}, [1]),
    Case(BETWEEN, "TIMESTAMP", ["2024-01-01 00:00:00", "2024-01-01 00:00:01"], {"max_value": "2024-01-01"}, [1]),
    Case(BETWEEN, "VARCHAR", ["a", "b", "B"], {"min_value": "a"}, [2]),
    Case(BETWEEN, "INTEGER", [1, 5], {"max_value": "4"}, [1]),
    Case(IN_SET, "INTEGER", [1, 2, None], {"value_set": [1, D("2.5"), 10**30]}, [1]),
    Case(IN_SET, "INTEGER", [1, None], {"value_set": [D("2.5")]}, [0]),
    Case(IN_SET, "BIGINT", [BIG, BIG - 1], {"value_set": [BIG]}, [1]),
    Case(IN_SET, "DECIMAL(4,2)", [D("0.10"), D("0.11")], {"value_set": [D("0.1")]}, [1]),
    Case(IN_SET, "VARCHAR", ["a", "A", "it's", ""], {"value_set": ["a", "it's", None]}, [1, 3]),
    Case(IN_SET, "BOOLEAN", [True, False], {"value_set": [True]}, [1]),
    Case(IN_SET, "DATE", ["2024-01-01", "2024-01-02"], {"value_set": ["2024-01-01"]}, [1]),
    Case(IN_SET, "DOUBLE", [0.1, 0.2, NAN], {"value_set": [D("0.1")]}, [1, 2]),
    Case(NOT_IN_SET, "INTEGER", [1, 2, None], {"value_set": [1]}, [0]),
    Case(NOT_IN_SET, "DOUBLE", [0.1, 0.2, NAN], {"value_set": [D("0.1")]}, [0, 2]),
    Case(LENGTHS, "VARCHAR", ["", "汉字", "abc", None], {"min_value": 1, "max_value": 2}, [0, 2]),
    Case(LENGTHS, "VARCHAR", ["a", "ab"], {"min_value": 1, "strict_min": True}, [0]),
    Case("column_value_lengths_to_equal", "VARCHAR", ["汉", "ab"], {"value": 1}, [1]),
    Case(REGEX, "VARCHAR", ["a1", "b1", "xa1", None], {"regex": "^a"}, [1, 2]),
    Case(REGEX, "VARCHAR", ["a1", "a1\n"], {"regex": "^a1$"}, [1]),
    Case("column_values_to_not_match_regex", "VARCHAR", ["a1", "b1"], {"regex": "a"}, [0]),
    Case("column_values_to_match_regex_list", "VARCHAR", ["ab", "a", "c"], {"regex_list": ["a", "b"]}, [2]),
    Case("column_values_to_match_regex_list", "VARCHAR", ["ab", "a"], {"regex_list": ["a", "b"], "match_on": "all"}, [1]),
    Case("column_values_to_not_match_regex_list", "VARCHAR", ["ab", "c"], {"regex_list": ["x", "b"]}, [0]),
    Case(LIKE, "VARCHAR", ["abc", "Abc", "xab"], {"like_pattern": "a%"}, [1, 2]),
    Case(LIKE, "VARCHAR", ["100%", "100x"], {"like_pattern": "100!%", "escape": "!"}, [1]),
    Case("column_values_to_not_match_like_pattern", "VARCHAR", ["abc", "b"], {"like_pattern": "a__"}, [0]),
    Case("column_values_to_match_like_pattern_list", "VARCHAR", ["ab", "b"], {"like_pattern_list": ["a%", "%b"], "match_on": "all"}, [1]),
    Case("column_values_to_not_match_like_pattern_list", "VARCHAR", ["ab", "c"], {"like_pattern_list": ["a%", "x"]}, [0]),
    Case("column_values_to_match_strftime_format", "VARCHAR", ["2024-02-29", "2023-02-29", "x", None], {"strftime_format": "%Y-%m-%d"}, [1, 2]),
    pair("a_to_be_greater_than_b", [2, 1, 0, None, 1], [1, 1, 1, 1, None], [1, 2]),
    pair("a_to_be_greater_than_b", [1, 0, None], [1, 1, None], [1], or_equal=True),
    pair("a_to_be_greater_than_b", [2, None, None], [1, 1, None], [1], ignore_row_if="both_values_are_missing"),
    pair("a_to_be_greater_than_b", [2, None, None], [1, 1, None], [1, 2], ignore_row_if="neither"),
    pair("a_to_be_greater_than_b", [NAN, 2.0, INFINITY, NAN], [1.0, 1.0, 1.0, None], [0, 2], "DOUBLE"),
    pair("to_be_equal", [1, 1, None], [1, 2, 1], [1]),
    pair("to_be_equal", [BIG, BIG], [BIG, BIG - 1], [1], "BIGINT"),
    pair("to_be_in_set", [1, 1, None], [2, 3, 2], [1], value_pairs_set=[[1, 2]]),
    many("multicolumn_sum_to_equal", [1, 1, None], [2, 2, 2], [3, 4, 3], [1], sum_total=6),
    many("multicolumn_sum_to_equal", [D("0.1")] * 2, [D("0.2")] * 2, [D(0), D("0.01")], [1], "DECIMAL(4,2)", sum_total=D("0.3")),
    many("multicolumn_sum_to_equal", [2**62] * 2, [2**62] * 2, [2**62, 0], [1], "BIGINT", sum_total=3 * 2**62),
    many("multicolumn_values_to_be_equal", [1, 1, 1], [1, 1, 2], [1, 2, None], [1]),
    many("multicolumn_values_to_be_equal", [1, None], [1, None], [None, None], [0], ignore_row_if="all_values_are_missing"),
    many("select_column_values_to_be_unique_within_record", [1, 1, 1, 1], [2, 1, 2, 1], [3, 3, 1, None], [1, 2]),
    Case(UNIQUE, "VARCHAR", ["a", "b", "a", None, None, "A"], {}, [0, 2], checked=4),
    Case(COMPOUND, "INTEGER", [1, 1, 2, None], {"column_list": ["v", "w"]}, [0, 1, 3], w=[1, 1, 1, 1], column=False, checked=4),
    Case(COMPOUND, "INTEGER", [1, 1, None, None], {"column_list": ["v", "w"], "ignore_row_if": "any_value_is_missing"}, [0, 1], w=[1, 1, 1, 1], column=False, checked=2),
    Case(COMPOUND, "INTEGER", [1, None, None], {"column_list": ["v", "w"], "ignore_row_if": "all_values_are_missing"}, [1], w=[1, 1, None], column=False, checked=2),
    Case("column_value_z_scores_to_be_less_than", "INTEGER", [0] * 20 + [100, None], {"threshold": 3, "double_sided": True}, [20], checked=21),
    Case("column_value_z_scores_to_be_less_than", "INTEGER", [0] * 20 + [-100], {"threshold": 3, "double_sided": False}, []),
    Case("column_value_z_scores_to_be_less_than", "INTEGER", [7, 7, 7], {"threshold": 1, "double_sided": True}, []),
    Case("column_values_to_not_be_outliers", "INTEGER", [1, 2, 3, 4, 100], {}, [4]),
    Case("column_values_to_not_be_outliers", "DOUBLE", [1, 2, 3, 4, NAN], {}, [4]),
    Case("column_values_to_not_be_outliers", "INTEGER", [0] * 20 + [100], {"method": "std", "multiplier": 3}, [20]),
]  # fmt: skip


def fill(connection: duckdb.DuckDBPyConnection, sql_type: str, *columns: Sequence[Any]) -> None:
    filled = [column or [None] * len(columns[0]) for column in columns]
    connection.execute(f"create or replace table t (k integer, v {sql_type}, w {sql_type}, x {sql_type})")
    connection.executemany(
        "insert into t values (?, ?, ?, ?)", [[k, *cells] for k, cells in enumerate(zip(*filled, strict=True))]
    )


def judge(connection: duckdb.DuckDBPyConnection, kind: str, kwargs: dict[str, Any], **more: Any) -> RuleResult:
    suite = {
        "name": "one",
        "meta": {"table": "t", "keys": ["k"]},
        "expectations": [
            {"type": f"expect_{kind}" if kind != "unexpected_rows_expectation" else kind, "kwargs": kwargs, **more}
        ],
    }
    with validate(connection, suite) as result:
        (found,) = result.results
    return found


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def name_of(case: Any) -> str:
    return f"{case.kind}-{case.sql_type}"


@pytest.mark.parametrize("case", ROWS, ids=name_of)
def test_a_row_rule_finds_exactly_the_rows_that_break_it(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    fill(connection, case.sql_type, case.v, case.w, case.x)
    found = judge(connection, case.kind, {**({"column": "v"} if case.column else {}), **case.kwargs})
    assert (found.reason, [row.keys["k"] for row in found.sample]) == (None, list(case.fails))
    assert found.rows_failed == len(case.fails)
    assert found.status == ("fail" if case.fails else "pass")
    if case.checked is not None:
        assert found.rows_checked == case.checked


@dataclass(frozen=True)
class Figure:
    """A rule on a figure of column `v`: what is observed, whether it passes."""

    kind: str
    sql_type: str
    v: Sequence[Any]
    kwargs: dict[str, Any]
    passes: bool
    observed: str | None
    column: bool = field(default=True)


MIN, MAX, SUM, MEAN = (f"column_{name}_to_be_between" for name in ("min", "max", "sum", "mean"))
MEDIAN, STDEV, QUANTILES = (
    "column_median_to_be_between",
    "column_stdev_to_be_between",
    "column_quantile_values_to_be_between",
)
QUARTERS = {"quantiles": [D("0.25"), D("0.5")], "value_ranges": [[1, 1], [2, None]]}
DISTINCT, COMMON = "column_distinct_values", "column_most_common_value_to_be_in_set"
FIGURES = [
    Figure(MIN, "BIGINT", [BIG, BIG + 1, None], {"min_value": BIG}, True, str(BIG)),
    Figure(MIN, "BIGINT", [BIG - 1], {"min_value": BIG}, False, str(BIG - 1)),
    Figure(MIN, "BIGINT", [BIG], {"min_value": BIG, "strict_min": True}, False, str(BIG)),
    Figure(MAX, "DECIMAL(4,2)", [D("0.01")], {"max_value": D("0.005")}, False, "0.01"),
    Figure(MAX, "DATE", ["2024-01-01"], {"max_value": "2024-01-01"}, True, "2024-01-01"),
    Figure(MAX, "DOUBLE", [1.0, NAN], {"max_value": 2}, False, "1.0 (1 NaN or infinite)"),
    Figure(MAX, "VARCHAR", ["b"], {"max_value": "a"}, False, "b"),
    Figure(SUM, "BIGINT", [2**62, 2**62, 2**62], {"min_value": 3 * 2**62, "max_value": 3 * 2**62}, True, str(3 * 2**62)),
    Figure(SUM, "DECIMAL(4,2)", [D("0.1"), D("0.2")], {"max_value": D("0.3")}, True, "0.30"),
    Figure(SUM, "DOUBLE", [INFINITY, 1.0], {"min_value": 0}, False, "1.0 (1 NaN or infinite)"),
    Figure(MEAN, "BIGINT", [BIG, BIG + 1], {"min_value": D(f"{BIG}.5"), "max_value": D(f"{BIG}.5")}, True, "9007199254740993.5"),
    Figure(MEAN, "INTEGER", [1, 1, 2], {"max_value": D("1.3333")}, False, "1.33333333333333"),
    Figure(MEDIAN, "BIGINT", [BIG, BIG + 1], {"min_value": D(f"{BIG}.5"), "max_value": D(f"{BIG}.5")}, True, "9007199254740993.5"),
    Figure(MEDIAN, "DECIMAL(4,2)", [D("0.01"), D("0.02")], {"max_value": D("0.0149")}, False, "0.015"),
    Figure(STDEV, "INTEGER", [1, 3], {"min_value": D("1.41"), "max_value": D("1.42")}, True, "1.41421356237"),
    Figure(STDEV, "INTEGER", [1], {"max_value": 5}, False, "one value has no standard deviation"),
    Figure(STDEV, "DOUBLE", [1, 2, INFINITY], {"max_value": 5}, False, "0.707106781187 (1 NaN or infinite)"),
    Figure(QUANTILES, "INTEGER", [1, 2, 3, 4], {"quantile_ranges": QUARTERS}, True, "0.25: 1, 0.5: 2"),
    Figure(QUANTILES, "INTEGER", [2, 2, 3, 4], {"quantile_ranges": QUARTERS}, False, "0.25: 2, 0.5: 2"),
    Figure("column_proportion_of_non_null_values_to_be_between", "INTEGER", [1, None, 1], {"min_value": D("0.67")}, False, "0.666666666666667"),
    Figure("table_row_count_to_be_between", "INTEGER", [1, 2], {"min_value": 3}, False, "2", column=False),
    Figure("table_row_count_to_equal", "INTEGER", [1, 2], {"value": 2}, True, "2", column=False),
    Figure("table_row_count_to_equal_other_table", "INTEGER", [1, 2], {"other_table_name": "main.three"}, False, "2 / 3", column=False),
    Figure("column_unique_value_count_to_be_between", "INTEGER", [1, 1, 2, None], {"max_value": 1}, False, "2"),
    Figure("column_unique_value_count_to_be_between", "INTEGER", [1, 1, 2, None], {"max_value": 2}, True, "2"),
    Figure("column_proportion_of_unique_values_to_be_between", "INTEGER", [1, 1, 2, None], {"min_value": D("0.7")}, False, "0.666666666666667"),
    Figure(f"{DISTINCT}_to_be_in_set", "VARCHAR", ["a", "c", "b", "c"], {"value_set": ["a"]}, False, "b, c"),
    Figure(f"{DISTINCT}_to_be_in_set", "VARCHAR", ["a", None], {"value_set": ["a", "b"]}, True, None),
    Figure(f"{DISTINCT}_to_contain_set", "BIGINT", [1, BIG], {"value_set": [BIG - 1, 1]}, False, f"missing: {BIG - 1}"),
    Figure(f"{DISTINCT}_to_contain_set", "INTEGER", [1, 2, 3], {"value_set": [1, 2]}, True, "complete"),
    Figure(f"{DISTINCT}_to_equal_set", "INTEGER", [1, 3], {"value_set": [1, 2]}, False, "3; missing: 2"),
    Figure(f"{DISTINCT}_to_equal_set", "INTEGER", [1, 2, 2], {"value_set": [1, 2]}, True, "complete"),
    Figure(COMMON, "VARCHAR", ["a", "a", "b"], {"value_set": ["a"]}, True, "a"),
    Figure(COMMON, "VARCHAR", ["a", "a", "b"], {"value_set": ["b"]}, False, "a"),
    Figure(COMMON, "INTEGER", [1, 2], {"value_set": [1, 2]}, False, "1, 2"),
    Figure(COMMON, "INTEGER", [1, 2], {"value_set": [2], "ties_okay": True}, True, "1, 2"),
    Figure("column_to_exist", "INTEGER", [1], {"column": "v", "column_index": 1}, True, "1", column=False),
    Figure("column_to_exist", "INTEGER", [1], {"column": "v", "column_index": 0}, False, "1", column=False),
    Figure("column_to_exist", "INTEGER", [1], {"column": "gone"}, False, "k, v, w, x", column=False),
    Figure("column_type_to_be", "BIGINT", [1], {"type_": "int8"}, True, "BIGINT"),
    Figure("column_type_to_be", "BIGINT", [1], {"type_": "INTEGER"}, False, "BIGINT"),
    Figure("column_values_to_be_of_type", "DECIMAL(4,2)", [1], {"type_": "DECIMAL"}, True, "DECIMAL(4,2)"),
    Figure("column_values_to_be_of_type", "DECIMAL(4,2)", [1], {"type_": "DECIMAL(5,2)"}, False, "DECIMAL(4,2)"),
    Figure("column_values_to_be_in_type_list", "VARCHAR", ["a"], {"type_list": ["INTEGER", "TEXT"]}, True, "VARCHAR"),
    Figure("table_column_count_to_be_between", "INTEGER", [1], {"min_value": 5}, False, "4", column=False),
    Figure("table_column_count_to_equal", "INTEGER", [1], {"value": 4}, True, "4", column=False),
    Figure("table_columns_to_match_ordered_list", "INTEGER", [1], {"column_list": ["v", "k", "w", "x"]}, False, "k, v, w, x", column=False),
    Figure("table_columns_to_match_set", "INTEGER", [1], {"column_set": ["v", "k"], "exact_match": False}, True, "k, v, w, x", column=False),
    Figure("table_columns_to_match_set", "INTEGER", [1], {"column_set": ["v", "k"]}, False, "k, v, w, x", column=False),
]  # fmt: skip


@pytest.mark.parametrize("case", FIGURES, ids=name_of)
def test_a_figure_is_observed_and_judged_exactly(connection: duckdb.DuckDBPyConnection, case: Figure) -> None:
    connection.execute("create or replace table main.three as select unnest([1, 2, 3]) as v")
    fill(connection, case.sql_type, case.v, (), ())
    found = judge(connection, case.kind, {**({"column": "v"} if case.column else {}), **case.kwargs})
    assert (found.reason, found.status, found.observed) == (None, "pass" if case.passes else "fail", case.observed)
    assert found.sample == ()
    assert found.rows_failed == (0 if case.passes else 1)


def test_every_type_has_a_case_that_passes_and_one_that_fails() -> None:
    passing = {f"expect_{case.kind}" for case in ROWS if len(case.fails) < len(case.v)}
    failing = {f"expect_{case.kind}" for case in ROWS if case.fails}
    passing |= {f"expect_{case.kind}" for case in FIGURES if case.passes}
    failing |= {f"expect_{case.kind}" for case in FIGURES if not case.passes}
    other = {"unexpected_rows_expectation"}  # test_engine_queries.py
    assert set(ACCEPTED) - passing - failing == other
    assert set(ACCEPTED) - failing - other <= {
        "expect_column_values_to_be_in_type_list",
        "expect_table_row_count_to_equal",
        "expect_table_column_count_to_equal",
    }


WRONG = [
    ("VARCHAR", "column_values_to_be_between", {"min_value": 1}),
    ("DATE", "column_values_to_be_between", {"min_value": "no date"}),
    ("DATE", "column_values_to_be_between", {"min_value": 5}),
    ("INTEGER", "column_values_to_be_in_set", {"value_set": ["a"]}),
    ("VARCHAR", "column_values_to_be_in_set", {"value_set": [1]}),
    ("INTEGER", "column_values_to_be_in_set", {"value_set": [True]}),
    ("INTEGER", "column_values_to_match_regex", {"regex": "a"}),
    ("INTEGER", "column_value_lengths_to_equal", {"value": 1}),
    ("VARCHAR", "column_sum_to_be_between", {"min_value": 1}),
    ("VARCHAR", "column_values_to_not_be_outliers", {}),
    ("INTEGER", "column_values_to_be_between", {}),
    ("INTEGER", "column_type_to_be", {"type_": "NO_SUCH_TYPE"}),
]


@pytest.mark.parametrize(("sql_type", "kind", "kwargs"), WRONG)
def test_a_rule_at_odds_with_its_column_is_an_error_and_never_a_pass(
    connection: duckdb.DuckDBPyConnection, sql_type: str, kind: str, kwargs: dict[str, Any]
) -> None:
    fill(connection, sql_type, [None, None], (), ())
    connection.execute("insert into t (k) values (7)")
    found = judge(connection, kind, {"column": "v", **kwargs})
    assert (found.status, found.rows_checked, found.sample) == ("error", 0, ())
    assert found.reason
