"""Random small tables and random rules.

The engine finds what a reading row by row finds, and the shared scan what each rule alone finds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from junheng.validation import load_suite, validate
from junheng.validation.results import RuleResult
from tests.warehouse import naive

Json = dict[str, Any]

TYPES = {
    "k": "INTEGER", "i": "BIGINT", "j": "SMALLINT", "m": "DECIMAL(6,2)", "n": "DECIMAL(20,4)", "d": "DOUBLE", "s": "VARCHAR", "select": "VARCHAR",
    'q"uo te': "BOOLEAN", "日期": "DATE",
}  # fmt: skip
WHOLE = st.sampled_from([-(2**63), -1, 0, 1, 2, 3, 2**53, 2**53 + 1, 2**63 - 1])
SMALL = st.sampled_from([-32768, -1, 0, 1, 2, 3, 32767])
CENTS = st.sampled_from([Decimal(text) for text in ("-9999.99", "-0.01", "0.00", "0.01", "0.10", "1.00", "2.50")])
FINE = st.sampled_from([Decimal(text) for text in ("0.0000", "0.0001", "0.0100", "1.0000", "9007199254740993.0001")])
DOUBLE = st.sampled_from([-1.5, 0.0, 0.1, 1.0, 2.0, 1e300, math.nan, math.inf, -math.inf])
TEXT = st.sampled_from(["", "a", "A", "ab", "a\n", "ab\n", "汉字", "𝔘", "it's", "100%", "a_b", "12", "x\\y"])
DAY = st.sampled_from([date(2024, 2, 29), date(2024, 9, 1), date(1999, 12, 31)])
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "i": WHOLE, "j": SMALL, "m": CENTS, "n": FINE, "d": DOUBLE, "s": TEXT, "select": TEXT, 'q"uo te': st.booleans(), "日期": DAY,
}  # fmt: skip
BOUNDS: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.one_of(WHOLE, CENTS, FINE, st.just(10**30), st.just(Decimal("0.005"))) for name in "ijmn"},
    "d": st.sampled_from([-2, 0, Decimal("0.1"), 1, Decimal("1e300")]),
    "s": TEXT,
    "select": TEXT,
    'q"uo te': st.booleans(),
    "日期": st.sampled_from(["2024-02-29", "2024-09-01", "2000-01-01"]),
}
REGEXES = st.sampled_from(["^a", "b$", "^a$", "a", "[0-9]+", "^.$", "汉"])
LIKES = st.sampled_from(["a%", "%b", "_", "100%", "a_b", "%", "A", "x\\y"])
NUMBERS, TEXTS = ("i", "j", "m", "n", "d"), ("s", "select")


@st.composite
def rows(draw: st.DrawFn) -> list[Json]:
    count = draw(st.integers(1, 8))
    return [
        {"k": number, **{name: draw(st.one_of(st.none(), cells)) for name, cells in CELLS.items()}}
        for number in range(count)
    ]


@st.composite
def conditions(draw: st.DrawFn, depth: int = 1) -> Json:
    if depth and draw(st.integers(0, 3)) == 0:
        parts = st.lists(conditions(depth=depth - 1), min_size=1, max_size=3)
        return {"type": draw(st.sampled_from(["and", "or"])), "conditions": draw(parts)}
    name = draw(st.sampled_from([name for name in CELLS if name != "d"]))
    if draw(st.booleans()):
        return {"type": "nullity", "column": {"name": name}, "is_null": draw(st.booleans())}
    operator = draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "IN", "NOT_IN"]))
    value = draw(st.lists(BOUNDS[name], min_size=1, max_size=3)) if "IN" in operator else draw(BOUNDS[name])
    return {"type": "comparison", "column": {"name": name}, "operator": operator, "parameter": value}


@st.composite
def ranges(draw: st.DrawFn, bounds: st.SearchStrategy[Any], *, strict: bool = True) -> Json:
    low, high = draw(st.one_of(st.none(), bounds)), draw(bounds)
    if low is not None and low > high:
        low, high = high, low
    found = {"min_value": low, "max_value": high}
    if strict:
        found |= {"strict_min": draw(st.booleans()), "strict_max": draw(st.booleans())}
    return {name: value for name, value in found.items() if value is not None}


@st.composite
def value_rules(draw: st.DrawFn) -> Json:
    name = draw(st.sampled_from(list(CELLS)))
    kinds = ["to_not_be_null", "to_be_null", "to_be_in_set", "to_not_be_in_set", "to_be_between", "to_be_unique"]
    if name in TEXTS:
        kinds += [
            "to_match_regex", "to_not_match_regex", "to_match_regex_list", "to_not_match_regex_list", "to_match_like_pattern",
            "to_not_match_like_pattern", "to_match_like_pattern_list", "to_not_match_like_pattern_list", "lengths", "length",
        ]  # fmt: skip
    kind = draw(st.sampled_from(kinds))
    kwargs: Json = {"column": name}
    if "_set" in kind:
        kwargs["value_set"] = draw(st.lists(BOUNDS[name], min_size=1, max_size=4))
    elif kind == "to_be_between":
        kwargs |= draw(ranges(BOUNDS[name]))
    elif kind == "lengths":
        return {"type": "expect_column_value_lengths_to_be_between", "kwargs": kwargs | draw(ranges(st.integers(0, 3)))}
    elif kind == "length":
        return {"type": "expect_column_value_lengths_to_equal", "kwargs": {**kwargs, "value": draw(st.integers(0, 3))}}
    elif kind.endswith("_list"):
        argument = "regex_list" if "regex" in kind else "like_pattern_list"
        kwargs[argument] = draw(st.lists(REGEXES if "regex" in kind else LIKES, min_size=1, max_size=3))
        if "not" not in kind:
            kwargs["match_on"] = draw(st.sampled_from(["any", "all"]))
    elif "match" in kind:
        kwargs["regex" if "regex" in kind else "like_pattern"] = draw(REGEXES if "regex" in kind else LIKES)
    return {"type": f"expect_column_values_{kind}", "kwargs": kwargs}


@st.composite
def member_rules(draw: st.DrawFn) -> Json:
    pair = draw(st.booleans())
    family = draw(st.sampled_from([("i", "j", "m"), ("i", "j"), ("m", "n", "j"), TEXTS]))
    if pair:
        left, right = draw(st.sampled_from([(a, b) for a in family for b in family if a != b]))
        kwargs: Json = {"column_A": left, "column_B": right}
        kind = draw(st.sampled_from(["a_to_be_greater_than_b", "to_be_equal", "to_be_in_set"]))
        if kind == "a_to_be_greater_than_b":
            kwargs["or_equal"] = draw(st.booleans())
        if kind == "to_be_in_set":
            kwargs["value_pairs_set"] = draw(
                st.lists(st.tuples(BOUNDS[left], BOUNDS[right]).map(list), min_size=1, max_size=3)
            )
        kwargs["ignore_row_if"] = draw(
            st.sampled_from(["both_values_are_missing", "either_value_is_missing", "neither"])
        )
        return {"type": f"expect_column_pair_values_{kind}", "kwargs": kwargs}
    columns = draw(st.permutations(family))[: draw(st.integers(2, len(family)))]
    kwargs = {"column_list": list(columns)}
    kwargs["ignore_row_if"] = draw(st.sampled_from(["all_values_are_missing", "any_value_is_missing", "never"]))
    kinds = [
        "multicolumn_values_to_be_equal", "select_column_values_to_be_unique_within_record", "compound_columns_to_be_unique",
    ]  # fmt: skip
    kind = draw(st.sampled_from([*kinds, *(["multicolumn_sum_to_equal"] if family != TEXTS else [])]))
    if kind == "multicolumn_sum_to_equal":
        kwargs["sum_total"] = draw(st.one_of(st.integers(-1, 5), CENTS, st.just(2**53 + 1)))
    return {"type": f"expect_{kind}", "kwargs": kwargs}


@st.composite
def suites(draw: st.DrawFn) -> Json:
    found = []
    for number in range(draw(st.integers(4, 14))):
        rule = draw(st.one_of(value_rules(), value_rules(), member_rules()))
        if draw(st.integers(0, 2)) == 0:
            rule["kwargs"]["row_condition"] = draw(conditions())
        if draw(st.booleans()):
            rule["kwargs"]["mostly"] = draw(st.sampled_from([0, Decimal("0.5"), Decimal("0.9"), 1]))
        found.append({**rule, "id": f"rule {number}", "severity": draw(st.sampled_from(["critical", "warning"]))})
    return {"name": "random", "meta": {"table": "t", "keys": ["k"]}, "expectations": found}


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def fill(connection: duckdb.DuckDBPyConnection, table: list[Json]) -> None:
    columns = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}" {kind}' for name, kind in TYPES.items())
    connection.execute(f"create or replace table t ({columns})")
    marks = ", ".join("?" * len(TYPES))
    connection.executemany(f"insert into t values ({marks})", [[row[name] for name in TYPES] for row in table])


def keys_by_rule(rows_found: list[tuple[Any, ...]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for rule_id, keys in rows_found:
        found.setdefault(rule_id, []).append(json.loads(keys)["k"])
    return {rule_id: sorted(keys) for rule_id, keys in found.items()}


MANY = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@MANY
@given(table=rows(), suite=suites())
def test_the_engine_finds_what_a_reading_row_by_row_finds(
    connection: duckdb.DuckDBPyConnection, table: list[Json], suite: Json
) -> None:
    fill(connection, table)
    with validate(connection, suite) as result:
        stored = keys_by_rule(result.failing_rows().project("rule_id, keys").fetchall())
    for rule, found in zip(suite["expectations"], result.results, strict=True):
        checked, broken = naive.judged(rule, table, TYPES)
        assert found.status != "error", found.reason
        if not checked:
            assert found.status in ("no_data", "not_applicable")
            continue
        keys = sorted(row["k"] for row in broken)
        assert (found.rows_checked, found.rows_failed) == (len(checked), len(broken)), rule
        assert stored.get(found.rule_id, []) == keys
        assert [row.keys["k"] for row in found.sample] == keys[:20]
        good = naive.passes(len(checked), len(broken), rule["kwargs"].get("mostly"))
        assert found.status == ("pass" if good else "fail" if found.severity == "critical" else "warn")


@settings(MANY, max_examples=40)
@given(table=rows(), suite=suites())
def test_the_shared_scan_finds_what_each_rule_alone_finds(
    connection: duckdb.DuckDBPyConnection, table: list[Json], suite: Json
) -> None:
    fill(connection, table)
    together = validate(connection, suite).results
    loaded = load_suite(suite)
    alone: list[RuleResult] = []
    for rule in loaded.rules:
        alone += validate(connection, replace(loaded, rules=(rule,))).results
    assert list(together) == alone


@settings(MANY, max_examples=40)
@given(table=rows())
def test_the_order_of_the_rows_does_not_matter(connection: duckdb.DuckDBPyConnection, table: list[Json]) -> None:
    suite = {
        "name": "order",
        "meta": {"table": "t", "keys": ["k"]},
        "expectations": [
            {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "s"}},
            {"type": "expect_column_values_to_be_between", "kwargs": {"column": "i", "min_value": 2}},
        ],
    }
    outcomes = []
    order: Callable[[list[Json]], list[Json]]
    for order in (list, lambda found: found[::-1]):
        fill(connection, order(table))
        outcomes.append(validate(connection, suite).to_json())
    assert outcomes[0] == outcomes[1]
