"""Bad input: the exit code, the place, and that nothing published changes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.command_line import Rows, fingerprint, junheng, rewrite, sample_copy
from tests.published import Published


def missing_column(header: list[str], _rows: Rows) -> list[str]:
    return [name for name in header if name != "pupils"]


def unknown_code(_header: list[str], rows: Rows) -> None:
    rows[3]["stage"] = "kindergarten"


def text_in_number(_header: list[str], rows: Rows) -> None:
    rows[3]["pupils"] = "约40人"


def duplicate_key(_header: list[str], rows: Rows) -> None:
    rows.append(dict(rows[3]))


BAD: dict[str, tuple[Callable[[list[str], Rows], list[str] | None], str, str]] = {
    "missing column": (missing_column, "1", "pupils"),
    "unknown code": (unknown_code, "5", "stage"),
    "text in a number": (text_in_number, "5", "pupils"),
    "duplicate key": (duplicate_key, "5", "school_year, school_code, stage, grade"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_data_is_refused_at_its_place_and_what_is_published_stays(
    name: str, published_copy: Path, tmp_path: Path
) -> None:
    change, row, column = BAD[name]
    raw = sample_copy(tmp_path / "raw")
    rewrite(raw / "enrolment.csv", change)
    before = fingerprint(published_copy)
    outcome = junheng("build", "--no-report", "--raw", raw, "--out", published_copy)
    assert outcome.code == 1
    for words in (
        "file: enrolment.csv",
        f"row: {row}\n",
        f"column: {column}\n",
        "found: ",
        "expected: ",
        "what to do: ",
    ):
        assert words in outcome.stderr, outcome.stderr
    assert outcome.stdout == ""
    assert fingerprint(published_copy) == before
    assert list((published_copy / ".build").iterdir()) == []
    (rejected,) = [folder for folder in (published_copy / "rejected").iterdir() if str(folder) in outcome.stderr]
    with (rejected / "findings.csv").open(encoding="utf-8", newline="") as lines:
        found = [entry for entry in csv.DictReader(lines) if entry["severity"] == "critical"]
    assert (found[0]["file"], found[0]["row"], found[0]["column_name"]) == ("enrolment.csv", row, column)
    as_json = json.loads((rejected / "findings.json").read_text(encoding="utf-8"))
    assert len([entry for entry in as_json if entry["severity"] == "critical"]) == len(found)


def test_a_refusal_as_json_names_the_place_and_nothing_else_is_printed(tmp_path: Path) -> None:
    raw = sample_copy(tmp_path / "raw")
    rewrite(raw / "enrolment.csv", text_in_number)
    outcome = junheng("build", "--no-report", "--raw", raw, "--out", tmp_path / "out", "--json", "--lang", "zh")
    assert outcome.code == 1
    content = json.loads(outcome.stdout)
    assert content["status"] == "failed"
    assert content["exit_code"] == 1
    (finding,) = content["findings"]
    assert finding["file"] == "enrolment.csv"
    assert (finding["row"], finding["column"], finding["found"]) == (5, "pupils", "约40人")
    assert not (tmp_path / "out" / "warehouse.duckdb").exists()


def test_a_table_that_is_missing_warns_and_what_depends_on_it_is_no_data(partial: Published) -> None:
    assert {"staff", "county_facts"} == {
        warning["table"] for warning in partial.summary["warnings"] if warning["rule_id"] == "table_missing"
    }
    assert all(": " in warning["title"] for warning in partial.summary["warnings"])
    query = "select status, count(*) as units from marts.fct_unit_verdict where school_year = 2024 group by status"
    answer = junheng("query", "--json", "--out", partial.out, query)
    assert json.loads(answer.stdout) == [{"status": "no_data", "units": 79}]


USAGE: dict[str, tuple[list[str], str]] = {
    "unknown option": (["build", "--county", "x"], "--county"),
    "unknown engine": (["build", "--target", "flink"], "an unknown engine to compute on"),
    "no such folder": (["build", "--raw", "nowhere"], "file: nowhere"),
    "year that is not in the data": (["build", "--school-year", "1999"], "expected: 2021, 2022, 2023, 2024"),
    "year that is no number": (["build", "--school-year", "x"], "school-year"),
    "unknown language": (["build", "--lang", "fr"], "fr"),
    "folder of standards that is missing": (["build", "--standards", "nowhere"], "file: nowhere"),
    "query without a warehouse": (["query", "select 1"], "junheng build"),
    "json and csv": (["query", "select 1", "--json", "--csv"], "--csv"),
}


@pytest.mark.parametrize("name", USAGE)
def test_wrong_usage_ends_with_two(name: str, tmp_path: Path) -> None:
    arguments, words = USAGE[name]
    outcome = junheng(*arguments, "--out", tmp_path / "out", cwd=tmp_path)
    assert outcome.code == 2, outcome.stderr
    assert words in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert not (tmp_path / "out" / "warehouse.duckdb").exists()


def test_a_folder_without_tables_ends_with_one(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    outcome = junheng("build", "--no-report", "--raw", tmp_path / "raw", "--out", tmp_path / "out")
    assert outcome.code == 1
    assert "schools.csv" in outcome.stderr


def test_an_output_folder_that_is_a_file_ends_with_two(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    assert junheng("build", "--no-report", "--out", tmp_path / "out").code == 2


def test_an_output_folder_that_cannot_be_made_ends_with_three(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    outcome = junheng("build", "--no-report", "--out", tmp_path / "file" / "out")
    assert outcome.code == 3, outcome.stderr
