"""The raw contract as data: every table and column is there, with a type, and every code has its words."""

from __future__ import annotations

import pytest

from junheng.messages import catalogue
from junheng.project import packaged_project
from junheng.raw_contract import SQL_TYPES, plain_name, read_contract

CONTRACT = read_contract(packaged_project().standards)
TABLES = {
    "schools": ("school_year", "school_code"),
    "enrolment": ("school_year", "school_code", "stage", "grade"),
    "classes": ("school_year", "school_code", "stage", "grade", "class_no"),
    "staff": ("school_year", "staff_id"),
    "facilities": ("school_year", "school_code"),
    "rooms": ("school_year", "school_code", "room_id"),
    "school_funding": ("fiscal_year", "school_code"),
    "county_finance": ("fiscal_year", "county_code", "stage"),
    "county_facts": ("school_year", "county_code", "fact_id"),
}


def test_the_nine_tables_and_their_keys() -> None:
    assert {name: table.key for name, table in CONTRACT.items()} == TABLES


@pytest.mark.parametrize("table", CONTRACT.values(), ids=lambda table: table.name)
def test_columns_have_types_codes_and_unambiguous_names(table) -> None:  # type: ignore[no-untyped-def]
    for column in table.columns:
        assert column.data_type in SQL_TYPES
        assert bool(column.codes) == (column.data_type == "code")
        assert column.is_required or not column.is_key
    names = [plain_name(name) for column in table.columns for name in (column.name, column.name_zh)]
    assert len(set(names)) == len(names)


def test_every_table_has_a_chinese_name_and_says_what_depends_on_it() -> None:
    assert set(catalogue()["tables"]) == set(CONTRACT)
    assert set(catalogue()["depends_on_table"]) == set(CONTRACT) - {"schools"}
