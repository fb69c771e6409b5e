"""A small raw county as rows: good ones, and for every raw rule at least one row that breaks it and says so."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]
STANDARDS = ROOT / "seeds" / "standards"
RAW_SUITES = ROOT / "expectations" / "raw"
YEAR = 2024
SQL_TYPES = {
    "integer": "integer",
    "count": "bigint",
    "measure": "decimal(18,4)",
    "money": "decimal(18,2)",
    "number": "decimal(24,6)",
    "boolean": "boolean",
    "text": "varchar",
    "code": "varchar",
}

Row = dict[str, Any]
Tables = dict[str, list[Row]]

SCHOOL: Row = {
    "school_year": YEAR,
    "school_code": "A",
    "school_name": "中心校",
    "county_code": "500152",
    "county_name": "潼南区",
    "township": "桂林街道",
    "school_kind": "nine_year",
    "ownership": "public",
    "area_kind": "town",
    "parent_code": None,
    "opened_year": 1998,
    "is_boarding": True,
}
GOOD: dict[str, Row] = {
    "schools": SCHOOL,
    "enrolment": {
        "school_year": YEAR,
        "school_code": "A",
        "stage": "primary",
        "grade": 1,
        "pupils": 40,
        "entrants": 40,
        "graduates": 0,
        "transfers_in": 1,
        "transfers_out": 0,
        "suspended": 0,
        "resumed": 0,
        "deaths": 0,
        "boarders": 3,
        "migrant_pupils": 2,
        "disabled_pupils": 0,
    },
    "classes": {
        "school_year": YEAR,
        "school_code": "A",
        "stage": "primary",
        "grade": 1,
        "class_no": "01",
        "pupils": 40,
    },
    "staff": {
        "school_year": YEAR,
        "school_code": "A",
        "staff_id": "T1",
        "stage": "primary",
        "is_full_time_teacher": True,
        "is_on_post": True,
        "degree": "bachelor",
        "backbone_level": "county",
        "subject": "音乐",
        "has_certificate": True,
        "training_hours_5y": "360",
        "is_rotation_eligible": False,
        "is_rotated": False,
        "annual_pay_yuan": "98000.50",
    },
    "facilities": {
        "school_year": YEAR,
        "school_code": "A",
        "teaching_area_m2": "1200.5",
        "indoor_sports_area_m2": "0",
        "sports_ground_area_m2": "3000",
        "equipment_value_wan": "35.2",
        "multimedia_rooms": 12,
    },
    "rooms": {"school_year": YEAR, "school_code": "A", "room_id": "R1", "room_kind": "music", "area_m2": "96"},
    "school_funding": {
        "fiscal_year": YEAR,
        "school_code": "A",
        "public_funds_budget_yuan": "100000",
        "public_funds_spend_yuan": "90000",
        "training_spend_yuan": "5000",
        "total_spend_yuan": "900000",
    },
    "county_finance": {
        "fiscal_year": YEAR,
        "county_code": "500152",
        "stage": "all",
        "budget_expenditure_yuan": "1000000",
        "pupils": 400,
        "teacher_mean_pay_yuan": "100000",
        "civil_servant_mean_pay_yuan": "99000",
    },
    "county_facts": {
        "school_year": YEAR,
        "county_code": "500152",
        "fact_id": "social_recognition",
        "value": "92.5",
        "status": "met",
        "due_year": None,
        "evidence": "问卷",
    },
}


@dataclass
class County:
    """Rows of the raw tables and, for each rule, the keys of the rows that break it."""

    tables: Tables
    broken: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: str, breaks: tuple[str, ...] = (), *, base: Row | None = None, **cells: Any) -> None:
        """Add a good row with some cells changed; `breaks` are the rules of its table that it breaks."""
        row = {
            **(base or GOOD[table]),
            **cells,
            "_source_file": f"{table}.xlsx",
            "_source_sheet": "表1",
            "_source_row": len(self.tables[table]) + 2,
        }
        self.tables[table].append(row)
        for rule in breaks:
            self.broken[f"raw.{table}.{rule}"].append(tuple(row[key] for key in keys_of(table)))

    def add_school(self, code: str, **cells: Any) -> str:
        """Add a good school and return its code."""
        self.add("schools", school_code=code, **cells)
        return code


def contract() -> dict[str, list[dict[str, str]]]:
    """The raw contract, table by table."""
    tables: dict[str, list[dict[str, str]]] = {}
    with (STANDARDS / "raw_columns.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            tables.setdefault(row["table_name"], []).append(row)
    return tables


def keys_of(table: str) -> list[str]:
    """Key columns of a raw table."""
    return [column["column_name"] for column in contract()[table] if column["is_key"] == "true"]


def raw_rule_ids() -> Iterator[str]:
    """Every rule id in the committed raw suites."""
    for path in sorted(RAW_SUITES.glob("*.json")):
        for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
            yield expectation["meta"]["rule_id"]


def good_county() -> County:
    """A county in which every rule finds something to check and nothing to blame."""
    county = County({table: [] for table in contract()})
    for table in county.tables:
        county.add(table)
    county.add_school("A-point", school_kind="teaching_point", parent_code="A")
    county.add("county_facts", fact_id="school_size", value=None, status="remediation", due_year=2026)
    for table in ("enrolment", "classes"):
        county.add(table, stage="junior", grade=7)
    return county


def broken_county() -> County:
    """The good county and one row for every way to break a raw rule; each is wrong in one cell."""
    county = good_county()
    for rule_id in raw_rule_ids():
        _, table, subject, rule = rule_id.split(".")
        if rule in {"required", "code", "not_negative", "year", "six_digits"}:
            _break_cell(county, table, subject, rule)
    _break_keys(county)
    _break_references(county)
    _break_grades(county)
    county.add("staff", ("subject.known_subject",), staff_id="teaches nothing known", subject="炼金术")
    return county


def _break_cell(county: County, table: str, column: str, rule: str) -> None:
    name = f"{table} {column} {rule}"
    bad = {"required": None, "code": "nonsense", "not_negative": -1, "year": 20242025, "six_digits": "50015"}[rule]
    breaks: tuple[str, ...] = (f"{column}.{rule}",)
    if rule == "required" and column in keys_of(table):
        breaks += ("key.unique",)  # a key with a missing part identifies nothing
    cells: Row = {column: bad}
    if table == "schools":
        cells = {"school_code": name, **cells}
    elif table == "staff":
        cells = {"staff_id": name, **cells}
    elif table == "county_finance":
        cells = {"fiscal_year": 2001 + len(county.tables[table]), **cells}
    elif table == "county_facts":
        cells = {"fact_id": name, **cells}
    else:
        cells = {"school_code": county.add_school(name), **cells}
    if rule == "year" and table not in {"schools", "county_finance", "county_facts"}:
        # A school is looked up in its year: a year that does not exist has no schools.
        breaks += ("school_code.known_school",)
    county.add(table, breaks, **cells)


def _break_keys(county: County) -> None:
    for table in county.tables:
        key = {"schools": "school_code", "staff": "staff_id", "county_facts": "fact_id"}.get(table)
        cells: Row = (
            {"fiscal_year": 2098} if table == "county_finance" else {key or "school_code": f"{table} key twice"}
        )
        if key is None and "school_code" in cells:
            county.add_school(cells["school_code"])
        for _ in range(2):
            county.add(table, ("key.unique",), **cells)


def _break_references(county: County) -> None:
    for table in ("enrolment", "classes", "facilities", "rooms", "school_funding"):
        county.add(table, ("school_code.known_school",), school_code="no such school")
    county.add("staff", ("school_code.known_school",), staff_id="at no school", school_code="no such school")
    county.add_school("opened 2025", school_year=2025)
    county.add("facilities", ("school_code.known_school",), school_code="opened 2025")
    county.add("school_funding", school_code="opened 2025", fiscal_year=2026)
    county.add("school_funding", ("school_code.known_school",), school_code="opened 2025", fiscal_year=2027)
    county.add("county_finance", ("county_code.known_county",), county_code="999999")
    county.add("county_facts", ("county_code.known_county",), county_code="999999")
    county.add("schools", ("parent_code.parent_exists",), school_code="parent unknown", parent_code="no such school")
    county.add("schools", ("parent_code.parent_exists",), school_code="parent of 2025 only", parent_code="opened 2025")
    county.add("schools", ("parent_code.parent_is_no_child",), school_code="grandchild", parent_code="A-point")
    county.add("schools", ("parent_code.parent_is_no_child",), school_code="own parent", parent_code="own parent")
    primary = county.add_school("primary only", school_kind="primary")
    for table in ("enrolment", "classes"):
        county.add(table, ("stage.kind_offers_stage",), school_code=primary, stage="junior", grade=7)
    county.add(
        "staff",
        ("stage.kind_offers_stage",),
        school_code=primary,
        stage="senior",
        staff_id="senior in a primary school",
    )


def _break_grades(county: County) -> None:
    for table in ("enrolment", "classes"):
        code = county.add_school(f"{table} grades")
        county.add(table, ("grade.grade_fits_stage",), school_code=code, grade=0)
        county.add(table, ("grade.grade_fits_stage",), school_code=code, grade=7)
        county.add(table, ("grade.grade_fits_stage",), school_code=code, grade=10, stage="junior")
        county.add(table, ("grade.grade_fits_stage",), school_code=code, grade=13, stage="special")
        county.add(table, ("grade.junior_from_grade_seven",), school_code=code, grade=6, stage="junior")
        county.add(table, school_code=code, grade=6)


def write_warehouse(path: Path, tables: Tables, *, with_source: bool = True) -> Path:
    """A DuckDB file with the raw tables."""
    columns_of = contract()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw")
        for table, rows in tables.items():
            columns = [(column["column_name"], SQL_TYPES[column["data_type"]]) for column in columns_of[table]]
            if with_source:
                columns += [("_source_file", "varchar"), ("_source_sheet", "varchar"), ("_source_row", "bigint")]
            connection.execute(f"create table raw.{table} ({', '.join(f'{name} {kind}' for name, kind in columns)})")
            if rows:
                places = ", ".join("?" for _ in columns)
                connection.executemany(
                    f"insert into raw.{table} values ({places})", [[row[name] for name, _ in columns] for row in rows]
                )
    return path
