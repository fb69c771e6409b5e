"""`junheng inspect`: it says what a build would say, before anything is built, and leaves nothing behind."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from tests.end_to_end.command_line import SAMPLE, Rows, junheng, rewrite, sample_copy


def spoil(_header: list[str], rows: Rows) -> None:
    rows[3]["pupils"] = "约40人"
    rows[4]["pupils"] = "-5"


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample county with a wrong cell, a negative number, a copy, a file that is none, and without staff."""
    raw = sample_copy(tmp_path_factory.mktemp("messy") / "上报")
    rewrite(raw / "enrolment.csv", spoil)
    copyfile(raw / "rooms.csv", raw / "rooms_副本.csv")
    (raw / "说明.docx").write_bytes(b"no table")
    (raw / "staff.csv").unlink()
    facilities = (raw / "facilities.csv").read_text(encoding="utf-8")
    (raw / "facilities.csv").write_bytes(facilities.replace("school_year", "学年").encode("gb18030"))
    return raw


@pytest.fixture(scope="module")
def inspected(messy: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """The JSON of the messy folder, and what `--out` wrote."""
    out = tmp_path_factory.mktemp("inspected")
    outcome = junheng("inspect", messy, "--json", "--out", out / "检查")
    assert outcome.code == 1, outcome.stderr
    assert outcome.stderr == ""
    content: dict[str, Any] = json.loads(outcome.stdout)
    return content, out / "检查"


def places(findings: list[dict[str, Any]], severity: str) -> set[tuple[Any, ...]]:
    return {
        (one["rule_id"], one.get("file"), one.get("sheet"), one.get("row"), one.get("column"), one.get("found"))
        for one in findings
        if one["severity"] == severity
    }


def test_it_says_what_every_file_is(inspected: tuple[dict[str, Any], Path]) -> None:
    content, _ = inspected
    sources = {source["file"]: source for source in content["sources"]}
    assert content["status"] == "would_be_refused"
    assert {file: source["table_name"] for file, source in sources.items() if source["status"] == "landed"} == {
        path.name: path.stem for path in SAMPLE.glob("*.csv") if path.stem != "staff"
    }
    assert sources["rooms_副本.csv"]["status"] == "repeated"
    assert sources["说明.docx"]["status"] == "not_read"
    facilities = sources["facilities.csv"]
    assert facilities["encoding"].lower() in ("gb18030", "gbk")
    assert facilities["columns"][0]["header"] == "学年"
    assert facilities["school_years"] == [2021, 2022, 2023, 2024]
    for source in content["sources"]:
        assert source["rows_read"] == sum(
            rows for name, rows in source.items() if name.startswith("rows_") and name != "rows_read"
        )
    missing = {table["table"]: table["depends"] for table in content["tables"] if table["is_missing"]}
    assert list(missing) == ["staff"]
    assert missing["staff"]


def test_it_finds_the_wrong_cell_and_what_the_rules_say(inspected: tuple[dict[str, Any], Path]) -> None:
    content, _ = inspected
    critical = places(content["findings"], "critical")
    assert ("text_in_number", "enrolment.csv", None, 5, "pupils", "约40人") in critical
    assert ("raw.enrolment.pupils.not_negative", "enrolment.csv", None, 6, "pupils", "-5") in critical
    assert content["counts"]["critical"] == sum(one["severity"] == "critical" for one in content["findings"])
    assert "file_repeated" in {one["rule_id"] for one in content["findings"]}
    assert content["rules"]["fail"] >= 1


def test_what_is_written_is_what_is_told(inspected: tuple[dict[str, Any], Path]) -> None:
    content, out = inspected
    assert content["written"]["out"] == str(out)
    assert len(json.loads((out / "findings.json").read_text(encoding="utf-8"))) == len(content["findings"])
    with (out / "source_file.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert [row["file"] for row in csv.DictReader(lines)] == sorted(s["file"] for s in content["sources"])
    # The wrong row goes back to its school.
    assert content["written"]["returns"] == str(out / "returns")
    assert len(list((out / "returns").glob("05001520*.xlsx"))) == 1
    assert {path.name for path in out.glob("landing_*.parquet")} == {
        "landing_column.parquet",
        "landing_conversion.parquet",
    }


def test_a_build_refuses_for_the_same_cells(
    inspected: tuple[dict[str, Any], Path], messy: Path, tmp_path: Path
) -> None:
    outcome = junheng("build", "--no-report", "--raw", messy, "--out", tmp_path / "out")
    assert outcome.code == 1
    (rejected,) = (tmp_path / "out" / "rejected").iterdir()
    found = json.loads((rejected / "findings.json").read_text(encoding="utf-8"))
    built = places([{**one, "column": one.get("column_name")} for one in found], "critical")
    assert built
    # A build stops at the first of its steps that finds something; inspect goes on.
    assert built <= places(inspected[0]["findings"], "critical")
    assert (rejected / "source_file.csv").exists()


def test_the_report_ends_with_one_sentence_and_exit_1(messy: Path, tmp_path: Path) -> None:
    outcome = junheng("inspect", messy, "--lang", "zh", cwd=tmp_path, environment={"COLUMNS": "80"})
    assert outcome.code == 1
    assert "结论：有" in outcome.stdout.splitlines()[-1] + outcome.stdout.splitlines()[-2]
    for words in ("说明.docx  → 没有读取", "rooms_副本.csv  → 专用教室", "第 5 行  在校生数", "没有教职工表，无法判定"):
        assert words in outcome.stdout, outcome.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_good_folder_ends_with_0_and_its_draft_lands_as_a_map(tmp_path: Path) -> None:
    draft = tmp_path / "map.yml"
    outcome = junheng("inspect", SAMPLE, "--draft", draft, "--quiet")
    assert outcome.code == 0, outcome.stdout
    assert outcome.stdout.rstrip().splitlines()[-1].startswith("No errors")
    assert outcome.stderr == ""
    content = draft.read_text(encoding="utf-8")
    assert all(f"{path.stem}.csv" in content for path in SAMPLE.glob("*.csv"))
    again = junheng("inspect", SAMPLE, "--draft", draft)
    assert again.code == 2
    assert draft.read_text(encoding="utf-8") == content
    mapped = junheng("inspect", SAMPLE, "--map", draft, "--no-rules", "--json")
    assert mapped.code == 0, mapped.stderr
    assert json.loads(mapped.stdout)["rules"] == {}


def test_one_file_is_enough_to_be_inspected(tmp_path: Path) -> None:
    outcome = junheng("inspect", SAMPLE / "classes.csv", "--json")
    content = json.loads(outcome.stdout)
    assert outcome.code == 1
    assert {one["rule_id"] for one in content["findings"] if one["severity"] == "critical"} == {"schools_missing"}
    assert [source["file"] for source in content["sources"]] == ["classes.csv"]


def test_a_path_that_is_none_is_exit_2(tmp_path: Path) -> None:
    outcome = junheng("inspect", tmp_path / "nothing", "--json")
    assert outcome.code == 2
    assert json.loads(outcome.stdout)["status"] == "failed"
