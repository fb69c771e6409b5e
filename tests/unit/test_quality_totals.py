"""Totals of rules and rows are those of the tables they are made from."""

from __future__ import annotations

import duckdb

from junheng.quality import TABLES, shorten_figures
from junheng.quality_totals import write_totals

RULES = """
create schema quality;
create table quality.rule_result (suite varchar, status varchar, rows_failed bigint);
insert into quality.rule_result values
    ('raw.staff', 'fail', 3), ('raw.staff', 'error', 100), ('raw.schools', 'pass', 0),
    ('plausibility.staff', 'warn', 5),
    ('our_own', 'warn', 2), ('standard.units', 'fail', 40), ('agreement.units', 'pass', null);
"""
ROWS = """
create table quality.row_accounting (table_name varchar, rows_valid bigint, rows_quarantined bigint);
insert into quality.row_accounting values ('staff', 90, 10), ('rooms', 5, 0);
"""
FILES = """
create table quality.source_file (
    table_name varchar, status varchar, rows_read bigint, rows_landed bigint, rows_rejected bigint
);
insert into quality.source_file values
    ('staff', 'landed', 60, 50, 4), ('staff', 'landed', 53, 50, 1), ('rooms', 'not_landed', 99, 0, 0);
"""


def test_rules_are_counted_by_kind_and_the_gate_counts_those_on_the_data() -> None:
    with duckdb.connect() as connection:
        connection.execute(RULES)
        write_totals(connection)
        counts = connection.execute("from quality.rule_count order by kind, status").fetchall()
        assert counts == [
            ("agreement", "pass", 1, 0),
            ("plausibility", "warn", 1, 5),
            ("raw", "error", 1, 100),
            ("raw", "fail", 1, 3),
            ("raw", "pass", 1, 0),
            ("raw", "warn", 1, 2),
            ("standard", "fail", 1, 40),
        ]
        assert connection.execute("from quality.gate").fetchall() == [(5, 2, 3, 2, 7)]


def test_rows_add_up_with_and_without_the_files_they_come_from() -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create schema quality; {ROWS}")
        write_totals(connection)
        rows = "from quality.table_rows order by table_name nulls last"
        assert connection.execute(rows).fetchall() == [
            ("rooms", 1, 5, 5, 5, 0, 0, 0),
            ("staff", 1, 100, 100, 90, 10, 0, 0),
            (None, 2, 105, 105, 95, 10, 0, 0),
        ]
        connection.execute(FILES)
        write_totals(connection)
        assert connection.execute(rows).fetchall() == [
            ("rooms", 1, 5, 5, 5, 0, 0, 0),
            ("staff", 1, 113, 100, 90, 10, 5, 8),
            (None, 2, 118, 105, 95, 10, 5, 8),
        ]


def test_without_rules_and_rows_nothing_is_written() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema quality")
        write_totals(connection)
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]


def test_a_figure_of_the_marts_shows_no_digits_of_the_machine() -> None:
    figures = {
        ("marts.x", "5.925000000000001", ">= 7.5"): "5.925",
        ("marts.x", "-7.343999999999999", ">= 10.2"): "-7.344",
        ("marts.x", "0.5494074247324473", "<= 0.5"): "0.549407424732447",
        ("marts.x", "7.499999999999999", ">= 7.5"): "7.499999999999999",
        ("marts.x", "53.0", "<= 50"): "53.0",
        ("marts.x", "6 / 7, 6", "met >= 6 / 7"): "6 / 7, 6",
        ("marts.x", None, None): None,
        ("raw.x", "1234567890123456.25", "<= 5"): "1234567890123456.25",
    }
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        for table, actual, required in figures:
            connection.execute(
                "insert into quality.failing_row (table_name, actual, required) values (?, ?, ?)",
                [table, actual, required],
            )
        shorten_figures(connection)
        shown = connection.execute("select actual from quality.failing_row order by rowid").fetchall()
    assert [actual for (actual,) in shown] == list(figures.values())
