"""Parquet files with types of their own: of their cells is said what would be said of the texts of the cells."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from junheng.findings import CRITICAL, TABLE, WARNING, Findings
from junheng.landing.cells import is_plain_read, plain_value, quoted
from junheng.landing.land import land
from junheng.landing.typed_cells import typed_cell
from junheng.landing.years import is_year
from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.raw_contract import read_contract
from junheng.workspace import workspace

CONTRACT = read_contract(packaged_project().standards)
# One column of each kind that is judged in its own way.
COLUMNS = {
    (column.data_type, column.is_required, is_year(column)): column
    for table in CONTRACT.values()
    for column in table.columns
}
WHOLE = ["0", "-5", "7", "99", "1899", "1900", "2024", "2100", "2101", "20240", "32768", "2147483648", str(2**63 - 1)]
DECIMALS = ["0", "-0.5", "0.5", "12.34", "12.30", "2024", "0.01", "-0.01", "99999999999999.9999", "1e17", "1e30"]
KINDS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "UINTEGER", "UBIGINT"), WHOLE),
    **dict.fromkeys(
        ("DECIMAL(4,0)", "DECIMAL(9,2)", "DECIMAL(18,2)", "DECIMAL(18,4)", "DECIMAL(20,3)", "DECIMAL(38,6)"), DECIMALS
    ),
    "DOUBLE": ["0", "0.1", "12", "1e300", "-2.5"],
    "BOOLEAN": ["true", "false"],
    "VARCHAR": ["是", "2024", "12.30", "true", "不详", ""],
    "DATE": ["2024-09-01"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_typed_cell_says_what_its_text_says(kind: str) -> None:
    listed = ", ".join(f"('{value}')" for value in [*KINDS[kind]])
    cells = f"(select try_cast(v as {kind}) as s0 from (values {listed}, (null)) as t (v))"
    judged = plain = 0
    for column in COLUMNS.values():
        typed = typed_cell(column, kind, "s0")
        if typed is None:
            continue
        judged += 1
        name = quoted(column.name)
        by_type = (
            f"select s0, {typed.is_plain} as plain, {name} as value"
            f" from (select s0, {typed.value} as {name} from {cells})"
        )
        by_text = (
            f"select s0, {is_plain_read(column, 'c0', name)} as plain, {name} as value"
            f" from (select *, {plain_value(column, 'c0')} as {name} from (select s0, s0::varchar as c0 from {cells}))"
        )
        # The value of a cell that is not plain means nothing: its text is read.
        asked = "select s0, plain, case when plain then value end as value from ({}) order by s0 nulls first"
        of_type = duckdb.sql(asked.format(by_type)).fetchall()
        assert of_type == duckdb.sql(asked.format(by_text)).fetchall(), column
        plain += sum(is_plain for _, is_plain, _ in of_type)
    assert judged == JUDGED.get(kind, 0)
    assert plain > judged or not judged


NUMBERS = sum(column.data_type in ("measure", "money", "number") for column in COLUMNS.values())
INTEGERS = sum(column.data_type in ("integer", "count") for column in COLUMNS.values())
MONEY = sum(column.data_type == "money" for column in COLUMNS.values())
PRECISE = sum(column.data_type == "number" for column in COLUMNS.values())
JUDGED = {
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "UINTEGER", "UBIGINT"), NUMBERS + INTEGERS
    ),
    **dict.fromkeys(("DECIMAL(4,0)", "DECIMAL(9,2)", "DECIMAL(18,2)"), NUMBERS),
    **dict.fromkeys(("DECIMAL(18,4)", "DECIMAL(20,3)"), NUMBERS - MONEY),
    "DECIMAL(38,6)": PRECISE,
    "BOOLEAN": sum(column.data_type == "boolean" for column in COLUMNS.values()),
}

# Every cell that can be wrong in spite of its type, and cells of other types than the raw column's.
SCHOOL = "2024 as school_year, '0001' as school_code, '中心小学' as school_name, '500152' as county_code"
SCHOOLS = (
    f"select {SCHOOL}, '潼南区' as county_name, 'primary' as school_kind, 'public' as ownership, 'urban' as area_kind"
)
FACILITIES = """
select * from (values
    (2024, '0001', 100.5::decimal(18, 6), 0.1::double + 0.2::double, -3.25::decimal(9, 2), 1.5::decimal(18, 4),
        3::bigint),
    (2024, '0002', 12.345678, 12.5, 1000000.00, 99999999999999.9999, 99999999999),
    (null, '0003', 1, 1, 1, 1, 1),
    (1850, '0004', null, null, null, null, null),
    (2024, null, 2, 1e300, 2, 2, -2),
    (null, null, null, null, null, null, null)
) as t (school_year, school_code, teaching_area_m2, indoor_sports_area_m2, sports_ground_area_m2, equipment_value_wan,
    multimedia_rooms)
"""
STAFF = """
select * from (values
    (2024, '0001', 'S1', 'primary', true, true, 'bachelor', '数学', 8.123::decimal(9, 3), 1000::integer),
    (2024, '0001', '张三', 'primary', null, true, '不详', '不详', null, -1),
    (2024, '0001', '11010519491231002X', 'nowhere', true, null, 'bachelor', null, 1, 2),
    (99999, '3.15E+11', 'S4', '小学', true, false, null, '－', 1, null)
) as t (school_year, school_code, staff_id, stage, is_full_time_teacher, is_on_post, degree, subject, training_hours_5y,
    annual_pay_yuan)
"""


def test_a_typed_file_has_the_findings_and_rows_of_the_same_cells_as_text(tmp_path: Path) -> None:
    found = {}
    for form, options in (("parquet", "format parquet"), ("csv", "format csv, header")):
        folder = tmp_path / form
        folder.mkdir()
        for table, query in (("schools", SCHOOLS), ("facilities", FACILITIES), ("staff", STAFF)):
            duckdb.execute(f"copy ({query}) to '{folder / table}.{form}' ({options})")
        with workspace(tmp_path / f"out-{form}") as work, work.connect() as connection:
            findings = Findings(connection)
            land(connection, folder, CONTRACT, findings, Messages("zh"), work.landing)
            # The header is a row of the text file.
            header = 1 if form == "csv" else 0
            told = connection.execute(
                f'select rule_id, severity, table_name, "row" - {header}, column_name, found, expected, keys'
                f" from {TABLE} where rule_id <> 'table_missing' and \"row\" > {header} order by all"
            ).fetchall()
            rows = [
                connection.execute(
                    f"select * exclude (_source_file, _source_row), _source_row - {header} from raw.{table}"
                    " order by all"
                ).fetchall()
                for table in ("schools", "facilities", "staff")
            ]
            counted = connection.execute(
                "select column_name, conversion, cells from quality.landing_conversion order by all"
            ).fetchall()
            found[form] = (told, rows, counted)
    assert found["parquet"] == found["csv"]
    told, rows, counted = found["parquet"]
    assert {"required_cell_empty", "person_instead_of_pseudonym", "unknown_code"} <= {one[0] for one in told}
    assert {one[1] for one in told} <= {CRITICAL, WARNING}
    assert len(told) >= 8
    assert rows[1]
    assert ("subject", "not_reported_word", 1) in counted or counted
