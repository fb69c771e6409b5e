"""Template workbooks as a person and a reader find them: headers, lists, limits, protection, nothing overwritten."""

from __future__ import annotations

import csv
import os
import time
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from junheng.cli import app
from junheng.errors import UsageError
from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.raw_contract import RawColumn, plain_name, read_contract
from junheng.templates.fields import exact_number, read_tables
from junheng.templates.workbooks import TemplateOptions, write_templates

PROJECT = packaged_project()
CONTRACT = read_contract(PROJECT.standards)
ZH = Messages("zh")
GUIDE = "填报说明"
OF_A_COUNTY = ["county_finance", "county_facts"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Chinese templates, as written without any option."""
    folder = tmp_path_factory.mktemp("templates")
    write_templates(PROJECT, TemplateOptions(folder), ZH)
    return folder


def title(table: str) -> str:
    return ZH.text("tables", table)


def sheet(folder: Path, table: str) -> Worksheet:
    book: Workbook = load_workbook(folder / f"{title(table)}.xlsx")
    return book[title(table)]


def headers(one: Worksheet) -> list[str]:
    return [str(cell.value) for cell in one[1]]


def column(table: str, name: str) -> tuple[int, RawColumn]:
    columns = CONTRACT[table].columns
    position = next(index for index, one in enumerate(columns) if one.name == name)
    return position, columns[position]


def validation(one: Worksheet, position: int) -> DataValidation | None:
    cell = one.cell(2, position + 1).coordinate
    return next((rule for rule in one.data_validations.dataValidation if cell in rule.cells), None)


def test_one_workbook_for_each_table_and_one_for_a_school(folder: Path) -> None:
    names = {path.stem for path in folder.iterdir()}
    assert names == {title(table) for table in CONTRACT} | {"一校一表"}
    school = load_workbook(folder / "一校一表.xlsx")
    assert school.sheetnames == [GUIDE, *(title(table) for table in CONTRACT if table not in OF_A_COUNTY)]


@pytest.mark.parametrize("table", CONTRACT)
def test_headers_name_every_column_in_order_with_its_unit(folder: Path, table: str) -> None:
    expected = [
        one.name_zh + (f"（{one.unit}）" if one.unit else "") + ("*" if one.is_required else "")
        for one in CONTRACT[table].columns
    ]
    assert headers(sheet(folder, table)) == expected
    assert headers(load_workbook(folder / "一校一表.xlsx")[title("staff")])[0] == "学年*"


@pytest.mark.parametrize("table", CONTRACT)
def test_sheets_for_data_are_empty_below_the_header(folder: Path, table: str) -> None:
    one = sheet(folder, table)
    assert (one.max_row, one.max_column) == (1, len(CONTRACT[table].columns))


@pytest.mark.parametrize("table", CONTRACT)
def test_every_header_says_what_it_means(folder: Path, table: str) -> None:
    for cell, of_contract in zip(sheet(folder, table)[1], CONTRACT[table].columns, strict=True):
        assert cell.comment is not None
        assert "类型" in cell.comment.text
        assert ("必填" in cell.comment.text) == of_contract.is_required
        assert of_contract.unit is None or f"单位: {of_contract.unit}" in cell.comment.text


def test_the_notes_name_the_columns_of_the_contract_and_no_others() -> None:
    import junheng.templates

    notes = Path(junheng.templates.__file__).parent / "columns.csv"
    with notes.open(encoding="utf-8", newline="") as lines:
        named = [(row["table_name"], row["column_name"]) for row in csv.DictReader(lines)]
    assert named == [(table, one.name) for table, raw in CONTRACT.items() for one in raw.columns]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_examples_are_values_that_the_column_takes(language: str) -> None:
    for table in read_tables(PROJECT, Messages(language), None).values():
        for field in table.fields:
            assert field.example or not (field.column.is_required or field.column.is_key)
            if field.example and field.choices and field.is_strict:
                assert field.example in [choice.word for choice in field.choices]
            elif field.example and not field.is_text:
                assert exact_number(field.example) is not None


def test_lists_hold_the_chinese_words_of_the_codes(folder: Path) -> None:
    book = load_workbook(folder / "学校.xlsx")
    position, kind = column("schools", "school_kind")
    rule = validation(book["学校"], position)
    assert rule is not None
    assert (rule.type, rule.errorStyle or "stop", rule.allow_blank) == ("list", "stop", True)
    name, _, cells = rule.formula1.replace("$", "").replace("'", "").partition("!")
    words = [cell.value for (cell,) in book[name][cells]]
    assert words == [zh for zh, _ in kind.labels.values()]
    assert len(words) == 9


def test_yes_and_no_are_a_list(folder: Path) -> None:
    position, _ = column("schools", "is_boarding")
    rule = validation(sheet(folder, "schools"), position)
    assert rule is not None
    assert rule.formula1 == '"是,否"'


@pytest.mark.parametrize(
    ("table", "name", "kind", "limits"),
    [
        ("schools", "school_year", "whole", ("2000", "2100")),
        ("enrolment", "grade", "whole", ("1", "12")),
        ("enrolment", "pupils", "whole", ("0", None)),
        ("facilities", "teaching_area_m2", "decimal", ("0", None)),
        ("school_funding", "total_spend_yuan", "decimal", ("0", None)),
    ],
)
def test_numbers_have_limits(folder: Path, table: str, name: str, kind: str, limits: tuple[str, str | None]) -> None:
    position, _ = column(table, name)
    rule = validation(sheet(folder, table), position)
    assert rule is not None
    assert (rule.type, rule.formula1, rule.formula2) == (kind, *limits)


def test_a_subject_outside_the_list_may_be_kept(folder: Path) -> None:
    position, _ = column("staff", "subject")
    rule = validation(sheet(folder, "staff"), position)
    assert rule is not None
    assert rule.errorStyle == "warning"


def test_headers_are_locked_and_data_cells_are_not(folder: Path) -> None:
    one = sheet(folder, "schools")
    assert one.protection.sheet
    assert one.protection.password is None
    # In the file a protected action is 1: these are allowed.
    assert not any((one.protection.sort, one.protection.insertRows, one.protection.formatCells))
    assert one["A1"].protection.locked
    formats = {name: one.column_dimensions[name] for name in ("A", "B")}
    assert not any(dimension.protection.locked for dimension in formats.values())
    assert formats["B"].number_format == "@"
    assert formats["A"].number_format == "0"


def test_printing_and_panes(folder: Path) -> None:
    one = sheet(folder, "schools")
    assert one.page_setup.orientation == "landscape"
    assert one.print_title_rows == "$1:$1"
    assert one.freeze_panes == "C2"


def test_instructions_hold_the_example_and_are_protected(folder: Path) -> None:
    one = load_workbook(folder / "学校.xlsx")[GUIDE]
    example = next(cell for row in one.iter_rows() for cell in row if cell.value == "示例小学")
    assert example.font.italic
    assert example.font.color.rgb == "FF7F7F7F"
    assert one.protection.sheet


def test_what_a_template_carries_beside_data_is_known_to_landing(folder: Path) -> None:
    import junheng.landing

    with (Path(junheng.landing.__file__).parent / "words" / "ignored.csv").open(encoding="utf-8", newline="") as lines:
        known = {plain_name(row["word"]) for row in csv.DictReader(lines) if row["kind"] == "sheet"}
    for language in ("zh", "en"):
        assert plain_name(Messages(language).text("templates", "guide")) in known


def test_the_same_call_gives_the_same_bytes(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        write_templates(PROJECT, TemplateOptions(tmp_path), ZH)
    finally:
        monkeypatch.setenv("TZ", before or "UTC")
        time.tzset()
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_a_school_year_limits_the_years_and_is_in_the_examples(tmp_path: Path) -> None:
    write_templates(PROJECT, TemplateOptions(tmp_path, school_year=2025, tables=["rooms"]), ZH)
    one = sheet(tmp_path, "rooms")
    rule = validation(one, 0)
    assert rule is not None
    assert (rule.formula1, rule.formula2) == ("2022", "2025")
    assert "2025–2026" in one["A1"].comment.text


def test_english_templates_have_the_names_of_the_contract(tmp_path: Path) -> None:
    write_templates(PROJECT, TemplateOptions(tmp_path), Messages("en"))
    assert {path.stem for path in tmp_path.iterdir()} == {*CONTRACT, "school"}
    book = load_workbook(tmp_path / "facilities.xlsx")
    assert book.sheetnames == ["instructions", "facilities"]
    assert headers(book["facilities"])[:3] == ["school_year*", "school_code*", "teaching_area_m2 (㎡)"]


@pytest.mark.parametrize("words", [["学校, staff"], ["schools", "教职工"]])
def test_tables_are_chosen_by_either_name(tmp_path: Path, words: list[str]) -> None:
    write_templates(PROJECT, TemplateOptions(tmp_path, tables=words), ZH)
    assert {path.stem for path in tmp_path.iterdir()} == {"学校", "教职工", "一校一表"}
    assert load_workbook(tmp_path / "一校一表.xlsx").sheetnames == [GUIDE, "学校", "教职工"]


def test_an_unknown_table_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        write_templates(PROJECT, TemplateOptions(tmp_path / "new", tables=["schools,pupils"]), ZH)
    assert (raised.value.message_id, raised.value.found) == ("template_table_unknown", "pupils")
    assert not (tmp_path / "new").exists()


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    filled = tmp_path / "教职工.xlsx"
    filled.write_bytes(b"filled in")
    with pytest.raises(UsageError) as raised:
        write_templates(PROJECT, TemplateOptions(tmp_path), ZH)
    assert raised.value.message_id == "template_exists"
    assert [path.name for path in tmp_path.iterdir()] == ["教职工.xlsx"]
    assert filled.read_bytes() == b"filled in"
    write_templates(PROJECT, TemplateOptions(tmp_path, force=True), ZH)
    assert load_workbook(filled).sheetnames == [GUIDE, "教职工"]


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["template", str(tmp_path / "t"), "--lang", "zh", "--tables", "rooms"])
    assert done.exit_code == 0
    assert str(tmp_path / "t" / "专用教室.xlsx") in done.output
    again = CliRunner().invoke(app, ["template", str(tmp_path / "t"), "--lang", "zh", "--tables", "rooms"])
    assert again.exit_code == 2


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("9734.0000", 9734), ("429.8", 429.8), ("0.1", 0.1), ("12345678901234.5678", None)],
)
def test_a_number_is_only_a_number_where_no_digit_is_lost(text: str, number: float | None) -> None:
    assert exact_number(text) == number
