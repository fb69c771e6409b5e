"""A small table, and suites on it in which every status comes up once."""

from __future__ import annotations

from typing import Any

import duckdb

ROWS = """
    select * from (values
        (1, 'A1', 3, '张三', null, 'x'), (2, 'A2', -4, '李四', null, 'x'),
        (3, null, 5, '王五', null, e'x\\n'), (3, 'B\u202e', 99, null, null, '<&>')
    ) as t (id, code, pupils, name, nothing, text)
"""
WORDS = {"why": "数错了。 It counts wrong.", "source": "test"}


def connection() -> duckdb.DuckDBPyConnection:
    """The table `town.pupils` in a database of its own."""
    opened = duckdb.connect()
    opened.execute(f"create schema town; create table town.pupils as {ROWS}")
    return opened


def rule(rule_id: str, kind: str, severity: str = "critical", **kwargs: Any) -> dict[str, Any]:
    """One expectation with the words that a suite of this project has."""
    return {
        "type": kind,
        "severity": severity,
        "description": f"规则{rule_id}。 Rule {rule_id}.",
        "kwargs": kwargs,
        "meta": {
            "rule_id": rule_id,
            "title_zh": f"规则{rule_id}",
            "title_en": f"Rule {rule_id}",
            "how_to_fix": "改正它。 Correct it.",
            "who_fixes": "学校。 The school.",
            **WORDS,
        },
    }


def suite(*rules: dict[str, Any], **meta: Any) -> dict[str, Any]:
    """A suite on the table."""
    return {
        "name": "town.pupils",
        "id": "5e3a1a0e-6a39-4c52-9d3c-0d8f5b3d9a10",
        "meta": {"table": "town.pupils", "keys": ["id"], **meta},
        "expectations": list(rules),
    }


def every_status() -> dict[str, Any]:
    """Eight rules: passed, failed (three forms), warned, without data (critical and not), not applicable, error."""
    return suite(
        rule("passes", "expect_column_values_to_not_be_null", column="pupils"),
        rule("fails", "expect_column_values_to_be_between", column="pupils", min_value=0, max_value=50),
        rule("unique", "expect_column_values_to_be_unique", column="id"),
        rule("figure", "expect_column_sum_to_be_between", column="pupils", min_value=0, max_value=100),
        rule("query", "unexpected_rows_expectation", unexpected_rows_query="select * from {batch} where code is null"),
        rule("warns", "expect_column_values_to_be_in_set", "warning", column="text", value_set=["x", "<&>"]),
        rule("no_values", "expect_column_values_to_be_between", column="nothing", min_value=0),
        rule("no_values_warning", "expect_column_values_to_be_between", "warning", column="nothing", min_value=0),
        rule(
            "not_applicable",
            "expect_column_values_to_not_be_null",
            column="code",
            row_condition={"type": "comparison", "column": {"name": "id"}, "operator": ">", "parameter": 100},
        ),
        rule(
            "error",
            "unexpected_rows_expectation",
            unexpected_rows_query="select * from {batch} where id in (select id from nowhere)",
        ),
    )
