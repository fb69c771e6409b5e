"""`junheng check` on a user's own files: what it finds, what it writes, how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import duckdb
import pytest

from tests.end_to_end.command_line import Outcome, junheng
from tests.published import Published
from tests.unit.results_sample import rule

HEADER = "id,code,pupils"
GOOD = [f"{number},A{number:02},{number}" for number in range(1, 31)]
BAD = [f"{number},A{number:02},-{number}" for number in range(31, 61)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose name would mislead a shell, a URL and a glob."""
    made = tmp_path / "数据 目录 [1] 100%"
    made.mkdir()
    return made


def suite(folder: Path, stem: str, *rules: dict[str, Any], **document: Any) -> Path:
    path = folder / f"{stem}.json"
    content = {"name": stem, "meta": {"table": "town.pupils", "keys": ["id"]}, "expectations": list(rules)} | document
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def not_negative(severity: str = "critical") -> dict[str, Any]:
    return rule("pupils.not_negative", "expect_column_values_to_be_between", severity, column="pupils", min_value=0)


def csv_file(folder: Path, lines: list[str], name: str = "学生 表.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return path


def check(*arguments: str | Path, lang: str = "en") -> Outcome:
    return junheng("check", *arguments, "--lang", lang)


def statuses(outcome: Outcome) -> dict[str, str]:
    return {
        found["rule_id"]: found["status"] for one in json.loads(outcome.stdout)["suites"] for found in one["results"]
    }


def test_a_table_that_is_right_passes(folder: Path) -> None:
    outcome = check(suite(folder, "pupils", not_negative()), "--data", csv_file(folder, GOOD))
    assert outcome.code == 0, outcome.stderr
    assert outcome.stdout.splitlines()[-1] == "passed"
    assert "1 rules: pass 1" in outcome.stdout


def test_the_report_says_what_where_and_who(folder: Path) -> None:
    outcome = check(suite(folder, "pupils", not_negative()), "--data", csv_file(folder, GOOD + BAD), lang="zh")
    assert outcome.code == 1
    lines = [" ".join(line.split()) for line in outcome.stdout.splitlines()]
    assert lines[0] == "pupils：表 town.pupils，60 行"
    assert lines[1] == "未通过 规则pupils.not_negative 60 行中有 30 行"
    assert lines[2] == "id 实际 应为"
    assert lines[4] == "31 -31 min_value = 0"
    for words in ("另有 25 行（--failing-rows 可写出全部）", "处理: 改正它。", "由谁处理: 学校。", "未通过"):
        assert words in lines


def test_csv_parquet_and_duckdb_give_the_same_results(folder: Path) -> None:
    path = suite(folder, "pupils", not_negative())
    data = csv_file(folder, GOOD + BAD)
    database = folder / "库.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema town")
        lines = connection.from_csv_auto(str(data).replace("[", "[[]"))
        lines.create("town.pupils")
        connection.execute("create view other as select * from town.pupils")
        lines.write_parquet(str(folder / "表.parquet"))
    given: list[list[str | Path]] = [
        ["--data", data],
        ["--data", folder / "表.parquet"],
        ["--data", database],
        ["--warehouse", database],
        ["--warehouse", database, "--table", "other"],
    ]
    outcomes = [check(path, *one, "--json") for one in given]
    assert [outcome.code for outcome in outcomes] == [1] * 5
    assert len({outcome.stdout for outcome in outcomes}) == 1
    found = json.loads(outcomes[0].stdout)["suites"][0]["results"][0]
    assert (found["rows_checked"], found["rows_failed"], len(found["sample"])) == (60, 30, 20)
    assert found["sample"][0] == {
        "keys": {"id": 31},
        "source_file": None,
        "source_sheet": None,
        "source_row": None,
        "actual": "-31",
        "required": "min_value = 0",
    }


def test_every_report_is_written(folder: Path) -> None:
    out = folder / "报告"
    outcome = check(
        suite(folder, "pupils", not_negative()),
        suite(folder, "codes", rule("code.given", "expect_column_values_to_not_be_null", column="code")),
        *("--data", csv_file(folder, GOOD + BAD)),
        *("--junit", out / "junit.xml", "--gx-json", out / "gx.json", "--failing-rows", out / "错行.parquet"),
    )
    assert outcome.code == 1
    assert outcome.stdout.count("written: ") == 3
    root = Xml.parse(out / "junit.xml").getroot()  # noqa: S314 - our own file
    assert [child.attrib["name"] for child in root] == ["pupils", "codes"]
    documents = json.loads((out / "gx.json").read_text(encoding="utf-8"))
    assert [document["success"] for document in documents] == [False, True]
    with duckdb.connect() as connection:
        query = "select count(*), min(actual), max(keys), any_value(rule_id) from read_parquet(?)"
        row = connection.execute(query, [str(out / "错行.parquet").replace("[", "[[]")]).fetchone()
    assert row == (30, "-31", '{"id":60}', "pupils.not_negative")
    assert sorted(path.name for path in out.iterdir()) == ["gx.json", "junit.xml", "错行.parquet"]


def test_failing_rows_as_csv_and_one_suite_as_one_object(folder: Path) -> None:
    outcome = check(
        suite(folder, "pupils", not_negative()),
        *("--data", csv_file(folder, BAD[:2]), "--failing-rows", folder / "f.csv", "--gx-json", folder / "gx.json"),
    )
    assert outcome.code == 1
    lines = (folder / "f.csv").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "suite,rule_id,table_name,severity,keys,source_file,source_sheet,source_row,actual,required",
        'pupils,pupils.not_negative,town.pupils,critical,"{""id"":31}",,,,-31,min_value = 0',
        'pupils,pupils.not_negative,town.pupils,critical,"{""id"":32}",,,,-32,min_value = 0',
    ]
    assert json.loads((folder / "gx.json").read_text(encoding="utf-8"))["suite_name"] == "pupils"


def test_data_docs(folder: Path) -> None:
    outcome = check(
        suite(folder, "pupils", not_negative()),
        *("--data", csv_file(folder, BAD), "--data-docs", folder / "文档"),
    )
    assert outcome.code == 1, outcome.stderr
    assert (folder / "文档" / "index.html").is_file()
    page = next((folder / "文档").glob("validations/**/*.html")).read_text(encoding="utf-8")
    assert "30 unexpected values found" in page


def test_a_warning_does_not_fail_the_command(folder: Path) -> None:
    outcome = check(suite(folder, "pupils", not_negative("warning")), "--data", csv_file(folder, BAD), "--json")
    assert outcome.code == 0
    assert statuses(outcome) == {"pupils.not_negative": "warn"}


@pytest.mark.parametrize("severity", ["critical", "warning"])
def test_a_table_without_rows_is_no_pass(folder: Path, severity: str) -> None:
    given = rule("code.given", "expect_column_values_to_not_be_null", severity, column="code")
    outcome = check(suite(folder, "codes", given), "--data", csv_file(folder, []), "--json")
    assert outcome.code == 1
    assert statuses(outcome) == {"code.given": "no_data"}


def test_a_file_without_a_byte_is_unreadable(folder: Path) -> None:
    empty = folder / "空.csv"
    empty.touch()
    outcome = check(suite(folder, "pupils", not_negative()), "--data", empty)
    assert outcome.code == 1
    for words in ("the data file cannot be read", str(empty), "0 bytes", "what to do: "):
        assert words in outcome.stderr


def test_a_file_in_another_encoding_is_unreadable(folder: Path) -> None:
    path = folder / "gbk.csv"
    path.write_bytes(f"{HEADER}\n1,实验小学,3\n".encode("gbk"))
    # No rule reads the column that is spoilt.
    outcome = check(suite(folder, "pupils", not_negative()), "--data", path)
    assert outcome.code == 1
    for words in ("the data file cannot be read", "row: 2", "expected: UTF-8"):
        assert words in outcome.stderr


def test_a_table_that_the_database_lacks_is_no_pass(folder: Path) -> None:
    database = folder / "a.duckdb"
    duckdb.connect(str(database)).close()
    outcome = check(suite(folder, "pupils", not_negative("warning")), "--warehouse", database, "--json")
    assert outcome.code == 1
    found = json.loads(outcome.stdout)["suites"][0]["results"][0]
    assert (found["status"], found["reason"]) == ("no_data", "table_missing")


def test_a_missing_column_hurts_no_other_rule_and_is_no_pass(folder: Path) -> None:
    path = suite(
        folder,
        "pupils",
        rule("pupil.given", "expect_column_values_to_not_be_null", "info", column="pupil"),
        not_negative(),
    )
    data = csv_file(folder, GOOD)
    outcome = check(path, "--data", data, "--json", "--junit", folder / "junit.xml", "--gx-json", folder / "gx.json")
    assert outcome.code == 2
    assert statuses(outcome) == {"pupil.given": "error", "pupils.not_negative": "pass"}
    found = json.loads(outcome.stdout)["suites"][0]
    assert (found["success"], found["results"][0]["reason"]) == (False, "column_missing: pupil, nearest: pupils")
    root = Xml.parse(folder / "junit.xml").getroot()  # noqa: S314 - our own file
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["errors"]) == ("2", "0", "1")
    document = json.loads((folder / "gx.json").read_text(encoding="utf-8"))
    assert (document["success"], [one["success"] for one in document["results"]]) == (False, [False, True])
    for lang, words, end in (
        ("zh", "表里没有列 pupil；最接近的是 pupils", "未通过"),
        ("en", "the table has no column pupil; the nearest is pupils", "not passed"),
    ):
        report = check(path, "--data", data, lang=lang)
        assert words in report.stdout
        assert report.stdout.splitlines()[-1] == end


def test_a_mark_of_personal_data_on_a_missing_column_refuses_its_suite_and_no_other(folder: Path) -> None:
    meta = {"table": "town.pupils", "keys": ["id"], "personal": ["pupil"]}
    given = rule("name.given", "expect_column_values_to_not_be_null", column="code")
    other = suite(folder, "names", given, meta=meta)
    outcome = check(
        other,
        suite(folder, "pupils", not_negative()),
        *("--data", csv_file(folder, BAD), "--json"),
        *("--junit", folder / "junit.xml", "--gx-json", folder / "gx.json"),
    )
    assert outcome.code == 2
    assert statuses(outcome) == {"pupils.not_negative": "fail"}
    (error,) = json.loads(outcome.stdout)["errors"]
    assert (error["error"], error["file"], error["found"]) == ("suite_unknown_column", str(other), "pupil")
    assert "what to do: " in outcome.stderr
    # Whoever reads only the reports does not take the refused suite for a pass.
    root = Xml.parse(folder / "junit.xml").getroot()  # noqa: S314 - our own file
    assert [(one.attrib["name"], one.attrib["failures"], one.attrib["errors"]) for one in root] == [
        ("pupils", "1", "0"),
        ("names", "0", "1"),
    ]
    documents = json.loads((folder / "gx.json").read_text(encoding="utf-8"))
    assert [(one["suite_name"], one["success"]) for one in documents] == [("pupils", False), ("names", False)]


def test_a_look_up_needs_the_other_table(folder: Path) -> None:
    query = "select * from {batch} where code not in (select code from town.schools)"
    path = suite(
        folder, "pupils", rule("known", "unexpected_rows_expectation", unexpected_rows_query=query), not_negative()
    )
    data = csv_file(folder, GOOD)
    outcome = check(path, "--data", data, "--json")
    assert (outcome.code, statuses(outcome)) == (1, {"known": "no_data", "pupils.not_negative": "pass"})
    assert json.loads(outcome.stdout)["suites"][0]["results"][0]["reason"] == "table_missing"
    database = folder / "库.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema town; create table town.schools as select 'A01' as code")
        connection.from_csv_auto(str(data).replace("[", "[[]")).create("town.pupils")
    outcome = check(path, "--warehouse", database, "--json")
    assert (outcome.code, statuses(outcome)) == (1, {"known": "fail", "pupils.not_negative": "pass"})


def test_a_header_without_rows_is_no_data_for_rules_on_numbers(folder: Path) -> None:
    outcome = check(suite(folder, "pupils", not_negative()), "--data", csv_file(folder, []), "--json")
    assert (outcome.code, statuses(outcome)) == (1, {"pupils.not_negative": "no_data"})
    assert json.loads(outcome.stdout)["suites"][0]["results"][0]["reason"] == "table_empty"


def test_a_rule_that_cannot_be_asked_hurts_no_other_and_is_no_pass(folder: Path) -> None:
    query = "select nowhere(id) from {batch}"
    broken = rule("broken", "unexpected_rows_expectation", "info", unexpected_rows_query=query)
    path = suite(folder, "pupils", broken, not_negative())
    outcome = check(path, "--data", csv_file(folder, GOOD), "--json")
    assert outcome.code == 2
    assert statuses(outcome) == {"broken": "error", "pupils.not_negative": "pass"}
    report = check(path, "--data", csv_file(folder, GOOD))
    assert "nowhere" in report.stdout
    assert report.stdout.splitlines()[-1] == "not passed"


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "no_rules": ({"expectations": []}, "the suite has no rule"),
    "type": (
        {"expectations": [rule("r", "expect_column_values_to_be_betwen", column="id")]},
        "an unknown type of rule",
    ),
    "argument": (
        {"expectations": [rule("r", "expect_column_values_to_not_be_null", column="id", min=1)]},
        "a rule has an unknown argument",
    ),
    "bounds": (
        {"expectations": [rule("r", "expect_column_values_to_be_between", column="id", min_value=2, max_value=1)]},
        "a rule's minimum is above its maximum",
    ),
    "twice": (
        {"expectations": [rule("r", "expect_column_values_to_not_be_null", column="id")] * 2},
        "an id is used twice",
    ),
    "personal": (
        {"meta": {"table": "t", "personal": "name"}, "expectations": [not_negative()]},
        "a rule has a wrong value",
    ),
}


@pytest.mark.parametrize("defect", BROKEN)
def test_a_broken_suite_ends_before_any_scan(folder: Path, defect: str) -> None:
    document, words = BROKEN[defect]
    path = suite(folder, defect, **document)
    good = suite(folder, "pupils", not_negative())
    outcome = check(good, path, "--data", csv_file(folder, BAD), "--junit", folder / "junit.xml")
    assert outcome.code == 2
    for part in (words, f"file: {path}", "what to do: "):
        assert part in outcome.stderr
    assert outcome.stdout == ""
    assert not (folder / "junit.xml").exists()


@pytest.fixture
def locked(folder: Path) -> Iterator[Path]:
    """A DuckDB file that another process holds open for writing."""
    path = folder / "占用.duckdb"
    code = f"import duckdb; c = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"open\n"
    yield path
    holder.communicate(b"\n")


@pytest.mark.parametrize("option", ["--warehouse", "--data"])
def test_a_locked_file_is_the_machines_fault(folder: Path, locked: Path, option: str) -> None:
    outcome = check(suite(folder, "pupils", not_negative()), option, locked)
    assert outcome.code == 3
    for words in ("the DuckDB file cannot be opened", str(locked), "what to do: close the program"):
        assert words in outcome.stderr


def test_reports_that_cannot_be_written(folder: Path) -> None:
    data = csv_file(folder, GOOD)
    outcome = check(suite(folder, "pupils", not_negative()), "--data", data, "--junit", data / "junit.xml")
    assert outcome.code == 3
    assert "the report cannot be written" in outcome.stderr


def test_command_lines_that_make_no_sense(folder: Path) -> None:
    path, data = suite(folder, "pupils", not_negative()), csv_file(folder, GOOD)
    wrong: dict[str, list[str | Path]] = {
        "no suite is named": ["--data", data],
        "give exactly one of --data and --warehouse": [path],
        "there is no such suite": ["raw.stuff", "--data", data],
        "there is no such data file": [path, "--data", folder / "none.csv"],
        "data of an unknown kind": [path, "--data", path],
        "an unknown engine": [path, "--data", data, "--engine", "flink"],
        "cannot be written in this format": [path, "--data", data, "--failing-rows", "rows.xlsx"],
        "the folder holds no suite": [folder.parent / "empty", "--data", data],
        "the file of parameters cannot be read": [path, "--data", data, "--parameters", data],
        "--lint reads suites only": ["--lint", path, "--data", data],
    }
    (folder.parent / "empty").mkdir()
    for words, arguments in wrong.items():
        outcome = check(*arguments)
        assert (outcome.code, words in outcome.stderr) == (2, True), (words, outcome)
    assert "raw.staff" in check("raw.stuff", "--data", data).stderr


def test_parameters_come_from_a_file(folder: Path) -> None:
    limit = rule("limit", "expect_column_values_to_be_between", column="pupils", max_value={"$PARAMETER": "most"})
    path, data = suite(folder, "pupils", limit), csv_file(folder, GOOD)
    outcome = check(path, "--data", data)
    assert outcome.code == 2
    assert "give its value with --parameters" in outcome.stderr
    parameters = folder / "p.json"
    parameters.write_text('{"most": 29.5}', encoding="utf-8")
    outcome = check(path, "--data", data, "--parameters", parameters, "--json")
    assert outcome.code == 1
    found = json.loads(outcome.stdout)["suites"][0]["results"][0]
    assert (found["rows_failed"], found["sample"][0]["keys"]) == (1, {"id": 30})


def test_packaged_suites_on_a_published_warehouse(published: Published) -> None:
    warehouse = published.out / "warehouse.duckdb"
    outcome = check("raw", "--warehouse", warehouse, "--json")
    assert outcome.code == 0, outcome.stderr
    suites = [one["suite"] for one in json.loads(outcome.stdout)["suites"]]
    assert "raw.staff" in suites
    assert len(suites) >= 9
    bounds = check("plausibility.facilities", "--warehouse", warehouse, "--json")
    assert set(statuses(bounds).values()) <= {"pass", "warn", "not_applicable"}
    assert "pass" in statuses(bounds).values()
    standard = check("standard.unit_indicator", "--warehouse", warehouse, "--school-year", "2024", "--json")
    # Schools of the sample fall short of the standard.
    assert standard.code == 1
    assert set(statuses(standard).values()) == {"pass", "fail"}


def test_lint_of_the_packaged_suites() -> None:
    outcome = check("--lint", "--json")
    assert outcome.code == 0, outcome.stderr
    content = json.loads(outcome.stdout)
    assert content["suites"] >= 14
    assert content["rules"] >= 120
    assert check("--lint", "raw.staff").stdout.startswith("1 suites with ")


def test_lint_lists_every_file_that_is_wrong(folder: Path) -> None:
    suites = folder / "suites"
    suites.mkdir()
    suite(suites, "good", not_negative())
    suite(suites, "type", **BROKEN["type"][0])
    suite(suites, "bounds", **BROKEN["bounds"][0])
    (suites / "text.json").write_text('{"name": ', encoding="utf-8")
    suite(suites, "misnamed", rule("m", "expect_column_values_to_not_be_null", column="id"), name="other")
    suite(suites, "shared", not_negative())
    outcome = check("--lint", suites, "--json")
    assert outcome.code == 2
    content = json.loads(outcome.stdout)
    errors = {Path(error["file"]).stem: error["error"] for error in content["errors"]}
    assert errors == {
        "type": "suite_unknown_type",
        "bounds": "suite_bounds_reversed",
        "text": "suite_unreadable",
        "misnamed": "suite_name_mismatch",
        "shared": "suite_duplicate",
    }
    assert (content["suites"], content["rules"]) == (1, 1)
    report = check("--lint", suites)
    assert report.code == 2
    assert report.stderr.count("what to do: ") == 5
    assert "expect_column_values_to_be_between" in report.stderr


def test_lint_without_parameters_still_looks_at_the_rest(folder: Path) -> None:
    limit = {"$PARAMETER": "most"}
    path = suite(folder, "p", rule("r", "expect_column_values_to_be_between", column="id", max_value=limit, mostly=2))
    outcome = check("--lint", path)
    assert outcome.code == 2
    assert "mostly = 2" in outcome.stderr


@pytest.mark.parametrize(("lang", "words"), [("zh", "要检查的 CSV、Parquet 或 DuckDB 文件"), ("en", "file to judge")])
def test_help_in_both_languages(lang: str, words: str) -> None:
    assert words in check("--help", lang=lang).stdout
