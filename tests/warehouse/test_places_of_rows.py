"""Every failing row leads back to its file, sheet and row, as far as the table says them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import duckdb
import pytest

from junheng.known_issues import KnownIssue, apply_known_issues
from junheng.validation import run_suites, validate
from tests.unit.results_sample import rule, suite

PLACES = "source_file, source_sheet, source_row"
# The same row number on two sheets of one workbook; a text file has no sheet.
ROWS = [("1", -1, "b.xlsx", "初中", 2), ("1", -2, "b.xlsx", "小学", 2), ("1", -3, "a.csv", None, 9)]
RULES = (
    rule("row", "expect_column_values_to_be_between", column="pupils", min_value=0),
    rule("query", "unexpected_rows_expectation", unexpected_rows_query="select * from {batch} order by id limit 10"),
)
ENGINES: list[Any] = ["duckdb", "gx"]


def connection(columns: str, rows: list[tuple[Any, ...]]) -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    opened.execute(f"create schema town; create table town.pupils (id varchar, pupils integer{columns})")
    opened.executemany(f"insert into town.pupils values ({', '.join('?' * len(rows[0]))})", rows)
    return opened


@pytest.fixture
def with_sheets() -> duckdb.DuckDBPyConnection:
    return connection(", _source_file varchar, _source_sheet varchar, _source_row bigint", ROWS)


@pytest.mark.parametrize("engine", ENGINES)
def test_file_sheet_and_row_are_stored_and_shown(with_sheets: duckdb.DuckDBPyConnection, engine: Any) -> None:
    with validate(with_sheets, suite(*RULES), engine=engine) as result:
        for found in result.results:
            assert [(row.source_file, row.source_sheet, row.source_row) for row in found.sample] == [
                ("a.csv", None, 9),
                ("b.xlsx", "初中", 2),
                ("b.xlsx", "小学", 2),
            ]
        stored = result.failing_rows().filter("rule_id = 'row'").project(f"{PLACES}, actual").fetchall()
        assert sorted(stored) == [("a.csv", None, 9, "-3"), ("b.xlsx", "初中", 2, "-1"), ("b.xlsx", "小学", 2, "-2")]
        located = result.to_gx()["results"][0]["result"]["partial_unexpected_index_list"]
        assert "source_sheet" not in located[0]
        assert [row["source_sheet"] for row in located[1:]] == ["初中", "小学"]
        failure = next(Xml.fromstring(result.to_junit()).iter("failure")).text or ""  # noqa: S314 - our own text
        assert " a.csv:9 " in failure
        assert " b.xlsx:初中:2 " in failure
        report = result.report("zh")
        assert "工作表" in report
        assert "小学" in report


@pytest.mark.parametrize("engine", ENGINES)
def test_what_the_table_does_not_say_is_null(engine: Any) -> None:
    opened = connection(", _source_file varchar, _source_row bigint", [("1", -1, "a.csv", 2)])
    with validate(opened, suite(*RULES), engine=engine) as result:
        assert set(result.failing_rows().project(PLACES).fetchall()) == {("a.csv", None, 2)}
        assert "sheet" not in result.report("en")
    with validate(connection("", [("1", -1)]), suite(*RULES), engine=engine) as result:
        assert set(result.failing_rows().project(PLACES).fetchall()) == {(None, None, None)}


def test_a_known_issue_finds_its_row_on_the_right_sheet(tmp_path: Path) -> None:
    """The scope names a column that is not in the key: it is read from the judged row."""
    (tmp_path / "suites/town").mkdir(parents=True)
    database = tmp_path / "w.duckdb"
    with duckdb.connect(str(database)) as opened:
        opened.execute(
            "create schema town; create table town.pupils (id varchar, pupils integer, school_code varchar,"
            " _source_file varchar, _source_sheet varchar, _source_row bigint);"
            "insert into town.pupils values ('1', -1, 'A', 'b.xlsx', '初中', 2), ('2', -2, 'B', 'b.xlsx', '小学', 2)"
        )
    from json import dumps

    document = suite(RULES[0])
    for expectation in document["expectations"]:
        expectation["id"] = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
        expectation["meta"] |= {"table": "town.pupils", "keys": ["id"], "required": ">= 0"}
    (tmp_path / "suites/town/pupils.json").write_text(dumps(document), encoding="utf-8")
    results = run_suites(database, tmp_path / "suites", parameters={}, store=True)
    issue = KnownIssue("row", "school_code=B", (("school_code", "B"),), 1, "known", "bureau", date(2030, 1, 1))
    with duckdb.connect(str(database)) as opened:
        _, (judged,) = apply_known_issues(opened, results, [issue], date(2026, 1, 1))
        assert (judged.found, judged.state) == (1, "applied")
        severities = opened.execute("select source_sheet, severity from quality.failing_row order by 1").fetchall()
    assert severities == [("初中", "critical"), ("小学", "warning")]
