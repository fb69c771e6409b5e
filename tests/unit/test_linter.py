"""What the linter refuses without a table: it names the rule, what it found and what it expects.

Importing it costs next to nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from junheng.errors import UsageError
from junheng.validation import load_suite

ROOT = Path(__file__).resolve().parents[2]

Json = dict[str, Any]
NOT_NULL: Json = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "v"}}


def suite(*rules: Json) -> Json:
    return {"name": "s", "meta": {"table": "t", "keys": ["k"]}, "expectations": list(rules)}


def rule(kind: str, **kwargs: Any) -> Json:
    return {"type": f"expect_{kind}", "id": "the rule", "kwargs": {"column": "v", **kwargs}}


def with_condition(condition: Any) -> Json:
    return rule("column_values_to_not_be_null", row_condition=condition)


COMPARISON = {"type": "comparison", "column": {"name": "a"}, "operator": "==", "parameter": 1}
REFUSALS = [
    (rule("column_values_to_not_be_null", mostly=1.01), "suite_bad_value", "0 … 1"),
    (rule("column_values_to_not_be_null", mostly=-0.1), "suite_bad_value", "0 … 1"),
    (rule("column_values_to_not_be_null", mostly=True), "suite_bad_value", "0 … 1"),
    (rule("column_values_to_match_regex", regex="(?=a)"), "suite_bad_value", "invalid perl operator"),
    (rule("column_values_to_match_regex", regex="(a"), "suite_bad_value", "missing )"),
    (rule("column_values_to_match_regex_list", regex_list=["a", "["]), "suite_bad_value", "missing ]"),
    (rule("column_values_to_match_regex_list", regex_list=[]), "suite_bad_value", "regex_list"),
    (rule("column_values_to_be_in_set", value_set=[]), "suite_bad_value", "value_set"),
    (rule("column_values_to_be_in_set", value_set="abc"), "suite_bad_value", "value_set"),
    (rule("column_values_to_be_in_set"), "suite_missing_argument", "value_set"),
    (rule("column_values_to_be_between", min_value=2, max_value=1), "suite_bounds_reversed", None),
    (rule("column_values_to_be_between", min_value="2025-01-01", max_value="2024-01-01"), "suite_bounds_reversed", None),
    (rule("column_values_to_be_between", min_value={"$PARAMETER": "p"}), "suite_missing_parameter", None),
    (rule("column_kl_divergence_to_be_less_than"), "suite_unknown_type", "no row can be named"),
    (rule("column_values_to_be_increasing"), "suite_unknown_type", "no order"),
    (rule("column_value_to_be_between"), "suite_unknown_type", "expect_column_values_to_be_between"),
    (rule("column_values_to_not_be_null", minimum=1), "suite_unknown_argument", "mostly"),
    (with_condition("a == 1"), "suite_bad_value", "comparison"),
    (with_condition({"type": "pass_through", "pass_through_filter": "a == 1"}), "suite_bad_value", "comparison"),
    (with_condition({"type": "and", "conditions": []}), "suite_bad_value", "conditions"),
    (with_condition({"type": "or", "conditions": [{**COMPARISON, "operator": "="}]}), "suite_bad_value", "NOT_IN"),
    (with_condition({**COMPARISON, "operator": "IN"}), "suite_bad_value", "IN"),
    (with_condition({**COMPARISON, "column": "a"}), "suite_bad_value", "column.name"),
    ({"type": "unexpected_rows_expectation", "id": "the rule", "kwargs": {"unexpected_rows_query": "select 1"}}, "suite_bad_value", "{batch}"),
    ({**NOT_NULL, "id": "the rule", "severity": "fatal"}, "suite_bad_value", "critical"),
]  # fmt: skip


@pytest.mark.parametrize(("broken", "message_id", "expected"), REFUSALS)
def test_a_broken_rule_is_refused_by_name(broken: Json, message_id: str, expected: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        load_suite(suite(NOT_NULL, broken), {})
    assert (caught.value.message_id, caught.value.column) == (message_id, "the rule")
    assert caught.value.exit_code == 2
    if expected is not None:
        assert expected in str(caught.value.expected)


def test_a_suite_without_rules_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        load_suite(suite())
    assert caught.value.message_id == "suite_empty"


def test_two_rules_with_one_id_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        load_suite(suite({**NOT_NULL, "id": "a"}, {**NOT_NULL, "id": "a"}))
    assert caught.value.message_id == "suite_duplicate"


def test_rules_without_a_name_are_told_apart() -> None:
    assert [rule.rule_id for rule in load_suite(suite(NOT_NULL, NOT_NULL)).rules] == [
        "expect_column_values_to_not_be_null.v",
        "expect_column_values_to_not_be_null.v.2",
    ]


def test_numbers_of_a_file_are_exact(tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    written = rule("column_values_to_be_between", min_value=9007199254740993, max_value=0)
    text = json.dumps(suite(written)).replace('"max_value": 0', '"max_value": 9007199254740993.10')
    path.write_text(text, encoding="utf-8")
    (loaded,) = load_suite(path).rules
    assert loaded.kwargs["min_value"] == 9007199254740993
    assert loaded.kwargs["max_value"] == Decimal("9007199254740993.10")


IMPORT = """
import resource, sys
before = resource.getrusage(resource.RUSAGE_SELF)
import junheng.validation
after = resource.getrusage(resource.RUSAGE_SELF)
heavy = {"great_expectations", "pandas", "dbt", "sqlglot", "duckdb", "numpy", "polars"} & set(sys.modules)
print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, *sorted(heavy))
"""


def test_importing_the_library_is_quick_and_loads_no_engine() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True, cwd=ROOT / "src")
    seconds, *heavy = done.stdout.split()
    assert heavy == []
    assert float(seconds) < 0.3


def test_every_public_name_is_there() -> None:
    import junheng.validation as library

    assert {name for name in library.__all__ if getattr(library, name) is None} == set()
    with pytest.raises(AttributeError):
        _ = library.no_such_name
