"""The report of a landing on a terminal: every file says what it is, no rule hides another, no line is too long."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.landing.accounting import Accounts, record_of_block, record_of_file
from junheng.landing.model import Block, ColumnUse, Constant, GridRows, HandedFile, Reading
from junheng.landing_printing import LandingPrinter, years_text
from junheng.landing_report import LandingReport, all_findings, read_report
from junheng.messages import Messages
from junheng.printing import print_summary
from junheng.project import packaged_project
from junheng.raw_contract import read_contract
from junheng.summary import LandingCounts, Summary
from junheng.wrapping import wrapped

CONTRACT = read_contract(packaged_project().standards)
BOOK = "2024学年上报/学校基本信息表（终稿）2024.xlsx"


def block(name: str, sheet: str | None, *, hidden: bool = False, encoding: str | None = None) -> Block:
    file = HandedFile(name, Path(name), 1, name)
    return Block(file, sheet, hidden, 1, encoding, None, (), (2,), (), GridRows([], []))


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A county with one workbook full of oddities, a clean file, a copy, a file that is none, and 41 findings."""
    with duckdb.connect() as opened:
        opened.execute("attach ':memory:' as scratch")
        opened.execute("create schema raw")
        for table in CONTRACT.values():
            columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)
            opened.execute(f"create table raw.{table.name} ({columns})")
        opened.execute("insert into raw.schools (school_year) select 2024 from range(78)")
        opened.execute("insert into raw.facilities (school_year) select 2021 from range(324)")
        findings, accounts = Findings(opened), Accounts(opened)
        book = block(BOOK, "学校名单")
        reading = Reading(
            "schools",
            (ColumnUse(0, "学校\n代码", "school_code", origin="synonym"), ColumnUse(1, "学校名称", "school_name")),
            (Constant("school_year", "2024", "file_name", "学校基本信息表2024"),),
            {2: "校长姓名", 3: "备注"},
            frozenset({2}),
        )
        counts = {"landed": 78, "rejected": 2, "title": 1, "header": 2, "total": 1, "blank": 1}
        rows = {f"rows_{part}": count for part, count in counts.items()}
        accounts.add(record_of_block(book, reading, school_years=(2024,), rows_read=85, **rows))
        accounts.add_columns(book, reading)
        accounts.add_conversions(
            book,
            "select i + 5 as row_number, 'opened_year' as column_name, 'full_width' as conversion,"
            " '１９９８' as before, '1998' as after from range(3) as numbers(i)"
            " union all select 9, 'township', 'not_reported_word', chr(12288) || '无', null",
        )
        accounts.add(
            record_of_block(block(BOOK, "填报说明", hidden=True), Reading(None), "not_read", reason="own_sheet")
        )
        gbk = block("办学条件.csv", None, encoding="gb18030")
        unit = (ColumnUse(3, "场地（万㎡）", "sports_ground_area_m2", "万㎡", Decimal(10000), "synonym"),)
        years = {"school_years": (2021, 2022, 2024)}
        accounts.add(
            record_of_block(gbk, Reading("facilities", unit), rows_read=325, rows_landed=324, rows_header=1, **years)
        )
        accounts.add_columns(gbk, Reading("facilities", unit))
        accounts.add_repeated(block("办学条件 - 副本.csv", None), accounts.records[-1].place)
        accounts.add(record_of_file(HandedFile("说明.docx", Path("x"), 1, "a"), "not_read", "file_not_read"))
        for row in range(3, 40):
            findings.add(
                Finding("text_in_number", CRITICAL, "schools", BOOK, "学校名单", row, "opened_year", "约1998", "整数")
            )
        findings.add(Finding("unknown_code", CRITICAL, "schools", BOOK, "学校名单", 17, "school_kind", "完小", "小学"))
        findings.add(Finding("column_not_read", WARNING, "schools", BOOK, "学校名单", 2, "备注"))
        findings.add(Finding("file_repeated", WARNING, "facilities", "办学条件 - 副本.csv", found="办学条件.csv"))
        findings.add(Finding("file_not_read", WARNING, file="说明.docx"))
        accounts.write(CONTRACT)
        yield opened


def report(connection: duckdb.DuckDBPyConnection, language: str = "zh") -> LandingReport:
    Findings(connection).put_into_words(Messages(language))
    return read_report(connection, CONTRACT, Messages(language), 20)


def printed(connection: duckdb.DuckDBPyConnection, language: str, width: int) -> str:
    output = io.StringIO()
    console = Console(file=output, width=width, highlight=False, markup=False, emoji=False)
    found = report(connection, language)
    LandingPrinter(Messages(language), CONTRACT, console).print("上报", found, [(CRITICAL, "结论。")])
    return output.getvalue()


def test_every_file_says_what_it_is_and_what_is_odd_about_it(connection: duckdb.DuckDBPyConnection) -> None:
    text = printed(connection, "zh", 200)
    for words in (
        "上报：4 个文件",
        "学校名单  → 学校, 2024, 78 行  错误 38  提醒 1",
        "共 85 行 = 数据 78 + 未读入 2 + 标题 1 + 表头 2 + 合计 1 + 空行 1",
        "列认作：学校 代码 → 学校标识码",
        "没有读取的列：备注",
        "个人信息，没有读取：校长姓名",
        "学年 = 2024，取自文件名「学校基本信息表2024」",
        "规划建成年份：全角字符改为半角 3 处（第 5 行 １９９８ → 1998, 第 6 行 １９９８ → 1998）",
        "乡镇街道：识别为未上报 1 处（第 9 行 “\u3000无” → （空））",
        "填报说明 (隐藏的工作表)  → 没有读取: 本系统模板里的说明页",
        "办学条件.csv  → 办学条件, 2021-2022, 2024, 324 行",
        "编码 gb18030",
        "场地（万㎡） → 运动场地面积 (万㎡ × 10000)",
        "办学条件 - 副本.csv  → 办学条件, 2021-2022, 2024, 重复，没有再取",
        "说明.docx  → 没有读取: 多余的文件，未读取",
        "没有教职工表，无法判定：教师指标",
    ):
        assert words in text, text
    # A column under its own name needs no word.
    assert "学校名称" not in text
    # Once in the list of files, once for each rule.
    assert text.count(BOOK) == 4


def test_a_rule_that_fails_often_does_not_hide_the_others(connection: duckdb.DuckDBPyConnection) -> None:
    text = printed(connection, "en", 200)
    assert "What was found: errors 38, warnings 3" in text
    assert "error: text in a number  37 places" in text
    assert text.count("found 约1998") == 5
    assert text.count("expected 整数") == 1
    assert "and 32 more places" in text
    assert text.index("text in a number") < text.index("an unknown code") < text.index("an extra column")


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_is_longer_than_the_terminal(connection: duckdb.DuckDBPyConnection, language: str, width: int) -> None:
    text = printed(connection, language, width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert text.strip().splitlines()[-1] == "结论。"


def test_the_json_is_complete_and_stable(connection: duckdb.DuckDBPyConnection) -> None:
    found = report(connection)
    content = json.loads(json.dumps(found.as_json(), default=str))
    assert list(content) == ["counts", "tables", "sources", "rules", "found_by_rule"]
    assert content["counts"]["files"] == 4
    assert content["counts"]["sources"] == 5
    assert content["counts"]["rows_read"] == 85 + 325 + 325
    assert (content["counts"]["critical"], content["counts"]["warning"]) == (38, 3)
    assert [table["table"] for table in content["tables"]] == list(CONTRACT)
    schools, staff = content["tables"][0], content["tables"][3]
    assert (schools["rows"], schools["rows_rejected"], schools["years"], schools["files"]) == (78, 2, [2024], 1)
    assert staff["is_missing"]
    assert staff["depends"]
    first = content["sources"][0]
    assert (first["file"], first["sheet"], first["table_name"], first["critical"]) == (BOOK, "学校名单", "schools", 38)
    assert [column["header"] for column in first["columns"]] == ["学校\n代码", "学校名称", "校长姓名", "备注", None]
    assert first["columns"][-1]["value"] == "2024"
    assert first["conversions"][0]["examples"][0] == {"row": 5, "from": "１９９８", "to": "1998"}
    assert len(list(all_findings(connection))) == 41
    assert next(all_findings(connection))["row"] == 3


def test_years_in_a_row_are_one_run() -> None:
    assert years_text([2021, 2022, 2024]) == "2021-2022, 2024"
    assert years_text([]) == ""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一二三四五六", ["一二三", "四五六"]),
        # No line begins with what closes a phrase.
        ("一二三，四五", ["一二", "三，四", "五"]),
        ("ab cd efgh", ["ab cd", "efgh"]),
        ("abcdefghij", ["abcdef", "ghij"]),
        ("数１２", ["数１２"]),
        ("一二１２３", ["一二", "１２３"]),
        ("", []),
    ],
)
def test_chinese_text_is_broken_where_it_may_be(text: str, lines: list[str]) -> None:
    assert [line.plain for line in wrapped(Text(text), 6, 6)] == lines


@pytest.mark.parametrize(
    ("landing", "lines"),
    [
        (LandingCounts(9), ["files: 9 landed"]),
        (
            LandingCounts(80, ("a.docx", "b.csv", "c.jpg", "d.txt"), 12, {"full_width": 2, "percent": 30}),
            [
                "files: 80 landed; 4 not taken (a.docx, b.csv, c.jpg, …); rows handed in twice 12",
                "converted: 32 cells (a percentage turned into the unit of the column 30, "
                "full-width characters made half-width 2), see quality.landing_conversion",
            ],
        ),
    ],
)
def test_the_summary_of_a_build_tells_of_the_files(
    landing: LandingCounts, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    print_summary(Summary(Path("w.duckdb"), 2024, [], {}, [], landing=landing), Messages("en"), quiet=False)
    assert capsys.readouterr().out.splitlines()[: len(lines)] == lines
