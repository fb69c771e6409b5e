"""What a report hands to machines: report.json and its schema, CSV, Parquet, checksums, README, dbt's documentation."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from junheng.report.dbt_docs import CHANGING, steady, write_dbt_docs
from junheng.report.facts import Facts
from junheng.report.machine import KINDS, columns, files, kind_of, readme, tables, write_data, write_index
from junheng.report.texts import catalogue
from tests.conftest import __file__ as conftest

ROOT = Path(conftest).parents[1]
FORMULAS = ('=HYPERLINK("http://x")&<b>', "+1", "-1", "@sum", "\tx", "\rx")
LONG = "很" * 200
NAMES = (*FORMULAS, LONG, 'a "quoted", name', "two\nlines", "", "1", "ends with =1")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    """A small published warehouse: names that are hostile, every type of a mart, NULL in every column."""
    path = tmp_path_factory.mktemp("data") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        for schema in ("marts", "display", "quality", "raw"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table quality.run (build_id varchar, started_at timestamp, finished_at timestamp, school_year int)"
        )
        connection.execute("insert into quality.run values ('b1', '2024-10-01 08:00:00', '2024-10-01 08:01:00', 2024)")
        connection.execute("create table raw.staff (staff_id varchar)")
        connection.execute(
            "create table display.shown_county_verdict (school_year int, name varchar, share double, big bigint,"
            " is_met boolean, county_code varchar default '500152', school_year_shown varchar default '2024-2025')"
        )
        connection.execute(
            "create table marts.fct_x (name varchar, share double, amount decimal(18, 2), big bigint, is_met boolean,"
            " due_on date)"
        )
        for number, name in enumerate(NAMES):
            share = number / 3
            connection.execute(
                "insert into display.shown_county_verdict (school_year, name, share, big, is_met)"
                " values (2024, ?, ?, ?, ?)",
                [name, share, number, number > 3],
            )
            connection.execute(
                "insert into marts.fct_x values (?, ?, ?, ?, ?, ?)",
                [name, share, Decimal(-number) / 4, 2**60 + number, number > 3, date(2024, 9, 1)],
            )
        connection.execute("insert into display.shown_county_verdict (school_year) values (null)")
        connection.execute("insert into marts.fct_x values (null, null, null, null, null, null)")
        connection.execute("create table marts.fct_empty (name varchar, big bigint)")
    with Facts(path) as found:
        yield found


@pytest.fixture(scope="module")
def folder(facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("report")
    write_data(facts, target)
    write_index(facts, target)
    return target


def document(folder: Path, name: str = "report.json") -> Any:
    return json.loads((folder / "data" / name).read_text(encoding="utf-8"))


def test_report_json_is_what_its_schema_says(folder: Path) -> None:
    schema = document(folder, "report.schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document(folder), schema)


@pytest.mark.parametrize("broken", ["type", "column", "more", "table", "head", "version"])
def test_a_broken_report_json_is_refused(folder: Path, broken: str) -> None:
    content = document(folder)
    record = content["tables"]["shown_county_verdict"][0]
    match broken:
        case "type":
            record["share"] = "0.5"
        case "column":
            del record["name"]
        case "more":
            record["surprise"] = 1
        case "table":
            del content["tables"]["shown_county_verdict"]
        case "head":
            del content["school_year"]
        case "version":
            content["version"] = 2
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, document(folder, "report.schema.json"))


def test_report_json_has_the_rows_of_display_and_no_other(facts: Facts, folder: Path) -> None:
    content = document(folder)
    assert set(content["tables"]) == {"shown_county_verdict"}
    rows = facts.connection.execute("from display.shown_county_verdict order by all").fetchall()
    assert [tuple(row.values()) for row in content["tables"]["shown_county_verdict"]] == rows
    assert (content["build_id"], content["school_year"]) == ("b1", 2024)
    assert content["built_at"] == "2024-10-01T08:00:00"


def test_parquet_is_the_table(facts: Facts, folder: Path) -> None:
    found = {path.stem for path in (folder / "data/parquet").iterdir()}
    assert found == {f"{schema}.{name}" for schema, name in tables(facts)}
    assert found == {"marts.fct_x", "marts.fct_empty", "display.shown_county_verdict"}
    for schema, name in tables(facts):
        with duckdb.connect() as reader:
            file = f"'{folder}/data/parquet/{schema}.{name}.parquet'"
            kinds = [row[:2] for row in reader.execute(f"describe from {file}").fetchall()]
            rows = reader.execute(f"from {file}").fetchall()
        assert kinds == columns(facts, schema, name)
        assert rows == facts.connection.execute(f"from {schema}.{name} order by all").fetchall()


def test_csv_is_the_table_once_the_apostrophe_is_taken_off(facts: Facts, folder: Path) -> None:
    for schema, name in tables(facts):
        path = folder / f"data/csv/{schema}.{name}.csv"
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == [column for column, _ in columns(facts, schema, name)]
        found = [[unguarded(cell) for cell in row] for row in rows]
        assert found == [
            ["" if value is None else cell(value) for value in row]
            for row in facts.connection.execute(f"from {schema}.{name} order by all").fetchall()
        ]


def unguarded(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in "=+-@\t\r" else text


def cell(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_no_text_of_a_csv_is_a_formula_and_a_negative_number_stays_one(folder: Path) -> None:
    with (folder / "data/csv/marts.fct_x.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["name"] for row in rows}
    assert {f"'{name}" for name in FORMULAS} <= names
    assert not [name for name in names if name.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "ends with =1" in names
    assert LONG in names
    assert "-0.50" in {row["amount"] for row in rows}


def test_checksums_verify_and_a_changed_file_does_not(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    lines = (copy / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    named = dict(reversed(line.split("  ", 1)) for line in lines)
    present = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    assert set(named) == present - {"SHA256SUMS"}
    for name, found in named.items():
        assert hashlib.sha256((copy / name).read_bytes()).hexdigest() == found
    check = ["sha256sum", "--quiet", "-c", "SHA256SUMS"]
    assert subprocess.run(check, cwd=copy, capture_output=True).returncode == 0
    (copy / "data/report.json").write_text("{}", encoding="utf-8")
    assert subprocess.run(check, cwd=copy, capture_output=True).returncode != 0


def test_readme_names_every_kind_of_file_in_both_languages(facts: Facts, tmp_path: Path) -> None:
    examples = (
        *("index.html", "zh/a.html", "en/a.html", "assets/report.css", "data/parquet/a.parquet", "data/csv/a.csv"),
        *("data/report.json", "data/report.schema.json", "data/dbt.html", "a.docx", "tables/a.xlsx", "schools/a.pdf"),
        "parts.json",
    )
    for name in examples:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    assert {kind_of(name) for name in examples} >= {kind for _, kind in KINDS if kind not in ("console", "ledger")}
    text = readme(facts, tmp_path)
    for _, kind in KINDS:
        if kind in {kind_of(name) for name in examples}:
            for language in ("zh", "en"):
                assert catalogue()["readme"][kind][language].format(files=1) in text
    assert "b1" in text
    assert "2024" in text


def test_readme_says_nothing_of_files_that_are_not_there(facts: Facts, folder: Path) -> None:
    text = readme(facts, folder)
    assert catalogue()["readme"]["csv"]["en"].format(files=3) in text
    assert catalogue()["readme"]["dbt"]["en"] not in text
    assert catalogue()["readme"]["index"]["zh"] not in text


def test_every_file_of_the_folder_has_a_kind(folder: Path) -> None:
    known = {"README.txt"}
    assert [
        path
        for path in files(folder)
        if path.name not in known and kind_of(path.relative_to(folder).as_posix()) is None
    ] == []


def test_the_same_warehouse_gives_the_same_bytes(facts: Facts, folder: Path, tmp_path: Path) -> None:
    write_data(facts, tmp_path)
    write_index(facts, tmp_path)
    first = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    second = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert first == second


def test_dbt_documentation_is_one_file_without_the_machine_and_without_the_run(facts: Facts, tmp_path: Path) -> None:
    write_dbt_docs(facts, tmp_path)
    text = (tmp_path / "data/dbt.html").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["dbt.html"]
    assert "fct_unit_verdict" in text
    for place in (str(ROOT), str(Path.home()), str(tmp_path.parent), "junheng-dbt-"):
        assert place not in text, place
    times = set(re.findall(r'"(?:generated_at|created_at|invocation_started_at)": ?("[^"]*"|[0-9.]+)', text))
    assert times <= {'"2024-10-01T08:00:00"'}
    assert not re.findall(r'"invocation_id": ?"', text)


def test_what_changes_from_run_to_run_is_taken_out_at_every_depth(facts: Facts) -> None:
    found = steady({"a": [{"created_at": 1.5, "user_id": "me", "name": "x"}], "root_path": "/somewhere"}, facts)
    assert found == {
        "a": [{"created_at": facts.built_at.isoformat(), "user_id": None, "name": "x"}],
        "root_path": None,
    }
    assert "generated_at" in CHANGING
