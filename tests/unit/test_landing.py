"""Landing of CSV files, on real files and a real database: what is read, what is refused, where findings point."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.errors import DataError, UsageError
from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.landing.land import land as land_path
from junheng.landing.outcome import Landing
from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.raw_contract import read_contract
from junheng.workspace import Workspace, workspace

CONTRACT = read_contract(packaged_project().standards)
SCHOOLS = (
    "school_year,school_code,school_name,county_code,county_name,township,school_kind,ownership,area_kind,"
    "parent_code,opened_year,is_boarding\n"
)
SCHOOL = "2024,0001,中心小学,500152,潼南区,,primary,public,urban,,1990,true\n"
FACILITIES = (
    "school_year,school_code,teaching_area_m2,indoor_sports_area_m2,sports_ground_area_m2,equipment_value_wan,"
    "multimedia_rooms\n"
)
Files = dict[str, str | bytes]


class Landed:
    """What landing a folder gave."""

    def __init__(self, work: Workspace, folder: Path, language: str = "en") -> None:
        with work.connect() as connection:
            findings = Findings(connection)
            self.landing: Landing = land_path(connection, folder, CONTRACT, findings, Messages(language), work.landing)
            findings.put_into_words(Messages(language))
            self.critical: list[Finding] = findings.first(CRITICAL, 1000)
            self.warnings: list[Finding] = findings.first(WARNING, 1000)
        self.warehouse = work.warehouse

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = duckdb.connect(str(self.warehouse), read_only=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


@pytest.fixture
def land(tmp_path: Path) -> Iterator[Callable[[Files], Landed]]:
    with workspace(tmp_path / "out") as work:

        def land_files(files: Files) -> Landed:
            folder = tmp_path / "原始 数据[1]*"
            folder.mkdir()
            for name, content in files.items():
                (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
            return Landed(work, folder)

        yield land_files


Land = Callable[[Files], Landed]


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def test_a_good_folder_lands_with_types_file_and_row(land: Land) -> None:
    landed = land({"schools.csv": SCHOOLS + SCHOOL, "facilities.csv": FACILITIES + "2024,0001,100.1234,,12.50,3.1,4\n"})
    assert landed.critical == []
    assert landed.rows("select school_code, is_boarding, township, _source_file, _source_row from raw.schools") == [
        ("0001", True, None, "schools.csv", 2)
    ]
    values = landed.rows("select teaching_area_m2, indoor_sports_area_m2, equipment_value_wan from raw.facilities")
    assert values == [(Decimal("100.1234"), None, Decimal("3.1"))]
    types = dict(landed.rows("select column_name, data_type from duckdb_columns() where table_name = 'facilities'"))
    assert types["teaching_area_m2"] == "DECIMAL(18,4)"
    assert types["multimedia_rooms"] == "BIGINT"
    assert types["school_year"] == "INTEGER"


def test_missing_tables_land_empty_and_warn(land: Land) -> None:
    landed = land({"schools.csv": SCHOOLS + SCHOOL})
    assert landed.critical == []
    assert {finding.table for finding in landed.warnings} == set(CONTRACT) - {"schools"}
    assert landed.rows("select count(*) from raw.staff") == [(0,)]
    assert {table.name for table in landed.landing.tables} == set(CONTRACT)


def test_chinese_file_name_headers_codes_and_units_are_synonyms(land: Land) -> None:
    header = (
        "学年,学校标识码,学校名称,区县代码,区县,乡镇街道,办学类型,举办者性质,城乡类型,主校标识码,规划建成年份,寄宿制\n"
    )
    landed = land(
        {
            "学校.csv": b"\xef\xbb\xbf" + (header + "2024,0001,甲,500152,潼南区,,小学,公办,乡村,,,否\n").encode(),
            "办学条件.csv": "学年,学校标识码,教学及辅助用房面积（㎡）,室内体育用房面积,"
            "运动场地面积,教学仪器设备值(万元),网络多媒体教室\n"
            "2024,0001,1,2,3,4,5\n",
        }
    )
    assert landed.critical == []
    assert landed.rows("select school_kind, ownership, area_kind, is_boarding from raw.schools") == [
        ("primary", "public", "rural", False)
    ]
    assert landed.rows("select equipment_value_wan from raw.facilities") == [(Decimal(4),)]


def test_a_header_with_another_unit_is_honoured(land: Land) -> None:
    header = FACILITIES.replace("equipment_value_wan", "教学仪器设备值(元)")
    landed = land({"schools.csv": SCHOOLS + SCHOOL, "facilities.csv": header + "2024,0001,1,2,3,45000,5\n"})
    assert landed.critical == []
    assert landed.rows("select equipment_value_wan from raw.facilities") == [(Decimal("4.5"),)]
    assert landed.rows("select unit, factor from quality.landing_column where column_name = 'equipment_value_wan'") == [
        ("元", Decimal("0.0001"))
    ]


@pytest.mark.parametrize(
    ("column", "cell", "rule_id"),
    [
        ("school_year", "明年", "not_a_school_year"),
        ("school_year", "99999999999", "not_a_school_year"),
        ("school_year", "", "required_cell_empty"),
        ("school_year", "　", "required_cell_empty"),
        ("school_name", "", "required_cell_empty"),
        ("school_kind", "kindergarten", "unknown_code"),
        ("is_boarding", "maybe", "not_a_boolean"),
        ("opened_year", "约1990", "not_a_year"),
    ],
)
def test_a_cell_that_does_not_fit_is_found_at_its_place(land: Land, column: str, cell: str, rule_id: str) -> None:
    names = SCHOOLS.strip().split(",")
    cells = SCHOOL.strip().split(",")
    cells[names.index(column)] = f'"{cell}"'
    landed = land({"schools.csv": SCHOOLS + SCHOOL + ",".join(cells) + "\n"})
    finding = only(landed.critical)
    assert (finding.rule_id, finding.file, finding.row, finding.column) == (rule_id, "schools.csv", 3, column)
    assert (finding.found or "").strip(" 　") == cell.strip(" 　")
    assert finding.expected
    assert finding.action
    assert landed.rows("select _source_row from raw.schools") == [(2,)]
    assert landed.rows("select source_row, reasons from quality.rejected_row") == [(3, [rule_id])]


@pytest.mark.parametrize(
    ("cell", "rule_id"),
    [
        ("1.23456", "too_many_decimals"),
        (".00001", "too_many_decimals"),
        ("1234567890123456", "number_too_large"),
        ("12 间", "unit_unclear"),
        ("inf", "text_in_number"),
    ],
)
def test_no_digit_of_a_measure_is_rounded_away(land: Land, cell: str, rule_id: str) -> None:
    landed = land({"schools.csv": SCHOOLS + SCHOOL, "facilities.csv": FACILITIES + f"2024,0001,{cell},,,,\n"})
    assert only(landed.critical).rule_id == rule_id


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1.2300000", "1.23"), ("+5", "5"), ("-0.5", "-0.5"), (".5", "0.5"), ("7.", "7"), (" 8 ", "8"), ("007", "7")],
)
def test_a_number_that_fits_is_taken_exactly(land: Land, cell: str, value: str) -> None:
    landed = land({"schools.csv": SCHOOLS + SCHOOL, "facilities.csv": FACILITIES + f"2024,0001,{cell},,,,\n"})
    assert landed.critical == []
    assert landed.rows("select teaching_area_m2 from raw.facilities") == [(Decimal(value),)]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("TRUE", True),
        ("1", True),
        ("是", True),
        ("false", False),
        ("0", False),
        ("否", False),
        ("", None),
    ],
)
def test_words_of_yes_and_no(land: Land, word: str, value: bool | None) -> None:
    landed = land({"schools.csv": SCHOOLS + SCHOOL.replace("true", word)})
    assert landed.critical == []
    assert landed.rows("select is_boarding from raw.schools") == [(value,)]


def test_row_numbers_count_quoted_line_breaks_once_and_blank_lines_and_empty_rows(land: Land) -> None:
    def school(code: str, name: str = "甲", year: str = "2024") -> str:
        return SCHOOL.replace("0001", code).replace("中心小学", name).replace("2024", year, 1)

    content = SCHOOLS + school("0002", '"两\n行"') + "\n" + school("0004") + ",,,,,,,,,,,\n" + "\r\n"
    content += school("0007") + school("0008", year="x")
    landed = land({"schools.csv": content})
    assert [(finding.row, finding.found) for finding in landed.critical] == [(8, "x")]


def test_source_rows_of_good_records_follow_the_file(land: Land) -> None:
    content = SCHOOLS + SCHOOL.replace("中心小学", '"两\n\n行"') + "\n\n" + SCHOOL.replace("0001", "0005")
    landed = land({"schools.csv": content})
    assert landed.critical == []
    assert landed.rows("select school_code, _source_row from raw.schools order by 1") == [("0001", 2), ("0005", 5)]
    assert landed.rows("select school_name from raw.schools where school_code = '0001'") == [("两 行",)]


def test_titles_notes_and_totals_of_a_text_file_are_no_data(land: Land) -> None:
    content = "潼南区2024年学校基本情况表\n\n" + SCHOOLS + SCHOOL + "合计,,1,,,,,,,,,\n注：以上为9月1日数据\n"
    landed = land({"schools.csv": content})
    assert landed.critical == []
    assert landed.rows("select school_code, _source_row from raw.schools") == [("0001", 4)]
    (counts,) = landed.rows(
        "select rows_read, rows_title, rows_blank, rows_header, rows_landed, rows_total, rows_note, rows_rejected"
        " from quality.source_file where table_name = 'schools'"
    )
    assert counts == (6, 1, 1, 1, 1, 1, 1, 0)


@pytest.mark.parametrize(
    ("line", "rule_id"),
    [
        ("2024,0002,乙\n", "too_few_cells"),
        (SCHOOL.strip() + ",more\n", "too_many_cells"),
        (SCHOOL.replace("中心小学", '"乙"丙'), "broken_record"),
    ],
)
def test_a_record_that_is_none_is_found_and_later_rows_keep_their_numbers(land: Land, line: str, rule_id: str) -> None:
    landed = land({"schools.csv": SCHOOLS + SCHOOL + line + SCHOOL.replace("2024", "y", 1)})
    assert [(finding.rule_id, finding.row) for finding in landed.critical] == [(rule_id, 3), ("not_a_school_year", 4)]


def test_missing_column_names_the_column_and_what_is_there(land: Land) -> None:
    landed = land({"schools.csv": SCHOOLS.replace(",school_kind", "") + SCHOOL.replace(",primary", "")})
    finding = only(landed.critical)
    assert (finding.rule_id, finding.row, finding.column) == ("missing_column", 1, "school_kind")
    assert "ownership" in (finding.found or "")
    assert "办学类型" in (finding.expected or "")


def test_a_column_given_in_both_languages_is_refused(land: Land) -> None:
    landed = land({"schools.csv": SCHOOLS.strip() + ",学年\n" + SCHOOL.strip() + ",2023\n"})
    assert only(landed.critical).rule_id == "duplicate_column"


def test_extra_columns_and_files_are_reported_not_dropped_in_silence(land: Land) -> None:
    landed = land(
        {"schools.csv": SCHOOLS.strip() + ",校徽\n" + SCHOOL.strip() + ",x\n", "说明.txt": "x", "other.csv": "a\n"}
    )
    assert landed.critical == []
    found = {(finding.rule_id, finding.file, finding.column) for finding in landed.warnings}
    assert ("column_not_read", "schools.csv", "校徽") in found
    assert ("file_not_read", "说明.txt", None) in found
    assert ("file_not_read", "other.csv", None) in found


@pytest.mark.parametrize(
    ("content", "rule_id", "row"),
    [
        (b"", "empty_file", None),
        (b"\n", "header_missing", 1),
        ((SCHOOLS + SCHOOL).encode() + b"2024,\xff\xff\n", "not_utf8", 3),
        ((SCHOOLS + SCHOOL).encode("utf-16") + b"\x00\xd8\x00", "not_utf8", 3),
        ((SCHOOLS + SCHOOL).replace("500152", "5001\x0052").encode(), "nul_bytes", 2),
        ((SCHOOLS + "2024," + "x" * (1 << 21)).encode(), "line_too_long", 2),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(land: Land, content: bytes, rule_id: str, row: int | None) -> None:
    findings = [found for found in land({"schools.csv": content}).critical if found.rule_id != "schools_missing"]
    finding = only(findings)
    assert (finding.rule_id, finding.file, finding.row) == (rule_id, "schools.csv", row)


@pytest.mark.parametrize(
    ("encoding", "delimiter", "line_end"),
    [
        ("gb18030", ",", "\r\n"),
        ("utf-8-sig", ";", "\r"),
        ("utf-16", "\t", "\r\n"),
        ("utf-16-le", "|", "\n"),
        ("utf-16-be", ",", "\r"),
    ],
)
def test_encodings_delimiters_and_line_ends(land: Land, encoding: str, delimiter: str, line_end: str) -> None:
    content = (SCHOOLS + SCHOOL).replace(",", delimiter).replace("\n", line_end)
    landed = land({"schools.csv": content.encode(encoding)})
    assert landed.critical == []
    assert landed.rows("select school_code, school_name, county_name, _source_row from raw.schools") == [
        ("0001", "中心小学", "潼南区", 2)
    ]


def test_the_undecodable_line_is_named(land: Land) -> None:
    content = (SCHOOLS + SCHOOL * 3).encode() + SCHOOL.encode("gb18030")
    finding = next(finding for finding in land({"schools.csv": content}).critical if finding.rule_id == "not_utf8")
    assert (finding.row, finding.expected) == (5, "UTF-8")


def test_two_files_feed_one_table(land: Land) -> None:
    other = SCHOOL.replace("0001", "0002")
    landed = land({"schools.csv": SCHOOLS + SCHOOL, "学校.csv": SCHOOLS + SCHOOL.replace("2024", "x", 1) + other})
    assert [(finding.file, finding.row) for finding in landed.critical] == [("学校.csv", 2)]
    assert landed.rows("select school_code, _source_file, _source_row from raw.schools order by 1") == [
        ("0001", "schools.csv", 2),
        ("0002", "学校.csv", 3),
    ]


def test_a_folder_of_nothing_but_workbooks_lands(land: Land) -> None:
    book = Path(__file__).parents[1] / "dirty" / "files" / "book_plain.xlsx"
    landed = land({"班级.xlsx": book.read_bytes()})
    assert landed.rows("select school_code, pupils, _source_row from raw.classes order by _source_row") == [
        ("0500152001", 44, 2),
        ("0500152001", 43, 3),
        ("0500152002", 48, 4),
    ]


def test_a_unit_in_the_header_costs_no_digit_and_every_cell_is_counted(land: Land) -> None:
    # Plain cells, one with separators, an empty one, one that is no number of that unit; examples are the first rows.
    cells = ["185.2958", '"1,000"', "0", "", "-3.5", "2", "1.2345678"]
    lines = [f"2024,050015200{place},{cell}" for place, cell in enumerate(cells)]
    landed = land({"经费.csv": "\n".join(["年度,学校标识码,公用经费预算（万元）", *lines, ""])})
    assert landed.rows("select _source_row, public_funds_budget_yuan from raw.school_funding order by 1") == [
        (2, Decimal("1852958.00")),
        (3, Decimal("10000000.00")),
        (4, Decimal("0.00")),
        (5, None),
        (6, Decimal("-35000.00")),
        (7, Decimal("20000.00")),
    ]
    assert [(one.rule_id, one.row) for one in landed.critical if one.row] == [("too_many_decimals", 8)]
    counted = landed.rows("select conversion, cells, examples from quality.landing_conversion order by conversion")
    assert [(conversion, cells) for conversion, cells, _ in counted] == [
        ("thousands_separator", 1),
        ("unit_of_header", 5),
    ]
    assert json.loads(counted[1][2]) == [
        {"row": 2, "from": "185.2958", "to": "1852958"},
        {"row": 3, "from": "1,000", "to": "10000000"},
        {"row": 4, "from": "0", "to": "0"},
    ]


def test_no_schools_is_critical(land: Land) -> None:
    landed = land({"facilities.csv": FACILITIES})
    assert only(landed.critical).rule_id == "schools_missing"


def test_all_findings_are_collected_not_only_the_first(land: Land) -> None:
    bad = SCHOOL.replace("2024", "x", 1).replace("public", "?")
    landed = land({"schools.csv": SCHOOLS + bad * 50, "facilities.csv": FACILITIES + "y,0001,z,,,,\n"})
    assert len(landed.critical) == 102


def test_a_folder_without_tables_or_that_does_not_exist(land: Land, tmp_path: Path) -> None:
    with pytest.raises(DataError) as nothing:
        land({"readme.md": "x"})
    assert nothing.value.message_id == "no_known_file"
    with workspace(tmp_path / "other") as work, pytest.raises(UsageError) as missing:
        Landed(work, tmp_path / "nowhere")
    assert missing.value.message_id == "raw_folder_missing"


def test_landing_reads_a_large_file_without_a_python_loop(land: Land) -> None:
    rows = "".join(f"2024,{number:06d},10.5,,,,3\n" for number in range(200_000))
    landed = land({"schools.csv": SCHOOLS + SCHOOL, "facilities.csv": FACILITIES + rows})
    assert landed.critical == []
    query = (
        "select count(*), sum(_source_row), max(_source_row) filter (where school_code = '199999') from raw.facilities"
    )
    assert landed.rows(query) == [(200_000, sum(range(2, 200_002)), 200_001)]


def test_a_long_file_keeps_the_row_of_every_record(land: Land) -> None:
    # DuckDB makes a join of a long list of words, and a join loses the order of a file that is read by several threads.
    header = (
        "school_year,school_code,staff_id,stage,is_full_time_teacher,is_on_post,degree,backbone_level,subject,"
        "has_certificate,training_hours_5y,is_rotation_eligible,is_rotated,annual_pay_yuan\n"
    )
    cells = "primary,true,true,bachelor,county,数学,true,446,false,false,162081.00"
    records = (f"2024,0001,{row},{cells}\n" for row in range(2, 200_002))
    landed = land({"schools.csv": SCHOOLS + SCHOOL, "staff.csv": header + "".join(records)})
    assert landed.rows("select count(*), count(*) filter (_source_row <> staff_id::int) from raw.staff") == [
        (200000, 0)
    ]
