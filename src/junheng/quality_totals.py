"""Totals of the schema `quality`, counted once when a build is finished: reports show them and count nothing."""

from __future__ import annotations

import duckdb

# The kinds of rules: the first part of the name of their suite. The first ones judge the data; the others judge the
# county and hold the two paths to its verdict beside each other.
ON_DATA = ("raw", "plausibility", "reconciliation")
KINDS = (*ON_DATA, "standard", "agreement")

# Needs rule_result. A suite of a county's own is one on raw tables.
_RULES = f"""
create or replace table quality.rule_count as
select
    case when split_part(suite, '.', 1) in {KINDS} then split_part(suite, '.', 1) else '{ON_DATA[0]}' end as kind,
    status, count(*) as rules, coalesce(sum(rows_failed), 0)::bigint as rows_failed
from quality.rule_result group by all order by all;
create or replace table quality.gate as
select
    coalesce(sum(rules), 0)::bigint as rules,
    coalesce(sum(rules) filter (where status in ('fail', 'error')), 0)::bigint as failed,
    coalesce(sum(rows_failed) filter (where status = 'fail'), 0)::bigint as failed_rows,
    coalesce(sum(rules) filter (where status = 'warn'), 0)::bigint as warned,
    coalesce(sum(rows_failed) filter (where status = 'warn'), 0)::bigint as warned_rows
from quality.rule_count where kind in {ON_DATA};
"""
# What became of the rows of the files, by raw table; the row without a table is the sum of `tables` of them.
# `rows_other` are titles, headers, notes, totals and what was handed in twice.
_ROWS = """
create or replace table quality.table_rows as
with
    files as (
        select table_name, sum(rows_rejected)::bigint as rejected,
            sum(rows_read - rows_landed - rows_rejected)::bigint as other
        from {files} group by table_name
    ),
    of_tables as (
        select accounts.table_name, accounts.rows_valid, accounts.rows_quarantined,
            accounts.rows_valid + accounts.rows_quarantined as rows_landed,
            coalesce(files.rejected, 0) as rows_rejected,
            greatest(coalesce(files.other, 0), 0) as rows_other
        from quality.row_accounting as accounts left join files on accounts.table_name = files.table_name
    )
select table_name, count(*) as tables,
    sum(rows_valid + rows_quarantined + rows_rejected + rows_other)::bigint as rows_read,
    sum(rows_landed)::bigint as rows_landed, sum(rows_valid)::bigint as rows_valid,
    sum(rows_quarantined)::bigint as rows_quarantined, sum(rows_rejected)::bigint as rows_rejected,
    sum(rows_other)::bigint as rows_other
from of_tables group by grouping sets ((table_name), ()) order by table_name
"""
_FILES = "(select * from quality.source_file where status = 'landed')"
_NO_FILES = "(select '' as table_name, 0 as rows_read, 0 as rows_landed, 0 as rows_rejected where false)"


def write_totals(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the totals of what is there; raises duckdb.Error."""
    there = {
        str(name)
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'quality'"
        ).fetchall()
    }
    if "rule_result" in there:
        connection.execute(_RULES)
    if "row_accounting" in there:
        connection.execute(_ROWS.format(files=_FILES if "source_file" in there else _NO_FILES))
