"""The remediation ledger: filled in, read back by id, and shown in the next report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from junheng.errors import UsageError
from junheng.messages import Messages
from junheng.report.ledger import FILE, Entry, Ledger, in_words
from junheng.report.ledger_cells import day_of
from junheng.report.ledger_import import import_ledger
from tests.end_to_end.command_line import junheng
from tests.office.conftest import COUNTY, Written

Fill = Callable[[Worksheet, dict[str, int]], None]
FIRST = 6


@pytest.fixture
def out(written: Written, tmp_path: Path) -> Path:
    """An output folder with the published warehouse."""
    folder = tmp_path / "输出"
    folder.mkdir()
    # no symbolic link: a report is written beside the file that is really there
    (folder / "warehouse.duckdb").hardlink_to(written.warehouse.resolve())
    return folder


def filled_in(written: Written, folder: Path, fill: Fill) -> Path:
    """The ledger as someone has filled it in."""
    book = openpyxl.load_workbook(written.ledger)
    worksheet = book.worksheets[0]
    row = next(row for row in worksheet.iter_rows() if row[0].value == "junheng_id")
    fill(worksheet, {str(cell.value): cell.column for cell in row})
    path = folder / "填好的.xlsx"
    book.save(path)
    return path


def test_the_ledger_asks_for_five_things_and_locks_the_rest(written: Written) -> None:
    worksheet = openpyxl.load_workbook(written.ledger).worksheets[0]
    names = {str(cell.value): cell.column for cell in worksheet[FIRST - 2]}
    unlocked = [name for name, column in names.items() if not worksheet.cell(FIRST, column).protection.locked]
    assert unlocked == ["measure", "owner", "deadline", "status", "closed_on"]
    assert worksheet.protection.sheet
    assert worksheet.column_dimensions["A"].hidden
    assert worksheet.row_dimensions[FIRST - 2].hidden
    kinds = sorted(str(rule.type) for rule in worksheet.data_validations.dataValidation)
    assert kinds == ["date", "date", "list"]
    gaps = written.rows("select count(*) from display.shown_remediation where school_year = 2024")[0][0]
    assert worksheet.max_row == FIRST + gaps - 1


def test_what_was_filled_in_comes_back_and_stands_in_the_next_ledger(
    written: Written, out: Path, tmp_path: Path
) -> None:
    def fill(worksheet: Worksheet, names: dict[str, int]) -> None:
        for name, value in {
            "measure": "新建教室 6 间",
            "owner": "张三",
            "deadline": datetime(2026, 8, 31),
            "status": "整改中",
        }.items():
            worksheet.cell(FIRST, names[name]).value = value
        worksheet.cell(FIRST + 1, names["deadline"]).value = "2026年9月1日"
        worksheet.cell(FIRST + 1, names["status"]).value = "Done"
        worksheet.cell(FIRST + 2, names["measure"]).value = "'=1+1"

    imported = import_ledger(filled_in(written, tmp_path, fill), out)
    assert (imported.taken, imported.changed, imported.findings) == (3, 3, [])
    assert imported.rows == 41 + 5
    entries = Ledger.of(out).entries
    assert Entry("新建教室 6 间", "张三", "2026-08-31", "in_progress") in entries.values()
    assert Entry(deadline="2026-09-01", status="done") in entries.values()
    assert Entry("'=1+1") in entries.values()
    done = junheng("report", "--out", out, "--only", "xlsx", "--lang", "zh")
    assert done.code == 0, done.stderr
    again = import_ledger(out / "report" / COUNTY / "整改台账.xlsx", out)
    assert (again.taken, again.changed, again.findings) == (3, 0, [])


def test_rows_are_found_by_id_wherever_they_stand(written: Written, out: Path, tmp_path: Path) -> None:
    def fill(worksheet: Worksheet, names: dict[str, int]) -> None:
        last = worksheet.max_row
        worksheet.cell(last, names["owner"]).value = "李四"
        worksheet.insert_rows(FIRST)
        worksheet.insert_cols(3)

    imported = import_ledger(filled_in(written, tmp_path, fill), out)
    assert imported.findings == []
    (key,) = [key for key, entry in Ledger.of(out).entries.items() if entry.owner == "李四"]
    last = written.rows(
        "select county_code || '/' || school_code || '/' || stage || '/' || indicator_id from display.shown_remediation"
        " where school_year = 2024 order by school_code desc, stage, indicator_id desc limit 1"
    )
    assert key == last[0][0]


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("deadline", "明年", "date_wrong"),
        ("deadline", "2026-02-30", "date_wrong"),
        ("closed_on", datetime(1999, 1, 1), "date_wrong"),
        ("status", "快了", "status_wrong"),
        ("measure", "长" * 501, "text_too_long"),
        ("junheng_id", "500152/none/primary/x", "id_unknown"),
    ],
)
def test_a_wrong_cell_is_located_and_its_row_not_taken(
    written: Written, out: Path, tmp_path: Path, column: str, value: object, kind: str
) -> None:
    def fill(worksheet: Worksheet, names: dict[str, int]) -> None:
        worksheet.cell(FIRST, names["owner"]).value = "张三"
        worksheet.cell(FIRST, names[column]).value = value
        worksheet.cell(FIRST + 1, names["owner"]).value = "李四"

    imported = import_ledger(filled_in(written, tmp_path, fill), out)
    (finding,) = imported.findings
    place = (finding.severity, finding.kind, finding.sheet, finding.row, finding.column)
    assert place == ("error", kind, "整改台账", FIRST, column)
    assert [entry.owner for entry in Ledger.of(out).entries.values() if entry] == ["李四"]


def test_an_id_that_stands_there_twice_or_is_missing_is_told(written: Written, out: Path, tmp_path: Path) -> None:
    def fill(worksheet: Worksheet, names: dict[str, int]) -> None:
        worksheet.cell(FIRST + 1, names["junheng_id"]).value = worksheet.cell(FIRST, names["junheng_id"]).value
        worksheet.cell(FIRST + 2, names["junheng_id"]).value = None
        worksheet.cell(FIRST + 2, names["owner"]).value = "王五"

    imported = import_ledger(filled_in(written, tmp_path, fill), out)
    errors = [(finding.kind, finding.row) for finding in imported.findings if finding.severity == "error"]
    assert errors == [("id_twice", FIRST + 1), ("id_missing", FIRST + 2)]


def test_a_computed_cell_that_was_changed_is_told_and_not_taken(written: Written, out: Path, tmp_path: Path) -> None:
    def fill(worksheet: Worksheet, names: dict[str, int]) -> None:
        worksheet.cell(FIRST, names["lacking"]).value = 0
        worksheet.cell(FIRST, names["owner"]).value = "张三"

    imported = import_ledger(filled_in(written, tmp_path, fill), out)
    (finding,) = imported.findings
    assert (finding.severity, finding.kind, finding.column, finding.found) == (
        "note",
        "computed_changed",
        "lacking",
        "0",
    )
    assert imported.taken == 1


def test_a_cleared_cell_clears_the_entry(written: Written, out: Path, tmp_path: Path) -> None:
    key = written.rows(
        "select county_code || '/' || school_code || '/' || stage || '/' || indicator_id from display.shown_remediation"
        " where school_year = 2024 order by school_code limit 1"
    )[0][0]
    other = "500152/closed/primary/pe_arts_teachers_per_100"
    Ledger({key: Entry(owner="张三"), other: Entry(owner="李四")}).write(out / FILE)
    imported = import_ledger(filled_in(written, tmp_path, lambda *_: None), out)
    assert imported.changed == 1
    # what the workbook does not speak of is kept
    assert list(Ledger.of(out).entries) == [other]


def test_a_workbook_without_ids_is_refused(written: Written, out: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.xlsx"
    shutil.copyfile(written.workbook, other)
    with pytest.raises(UsageError) as caught:
        import_ledger(other, out)
    assert caught.value.message_id == "ledger_no_ids"
    other.write_text("no workbook", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        import_ledger(other, out)
    assert caught.value.message_id == "ledger_workbook_unreadable"
    with pytest.raises(UsageError):
        import_ledger(tmp_path / "none.xlsx", out)


HEAD = "id,measure,owner,deadline,status,closed_on"


@pytest.mark.parametrize(
    ("text", "places", "owners"),
    [
        ("a,b\n1,2\n", [("columns_missing", 1, None)], []),
        (f"{HEAD},note\nx,,张三,,,,n\n", [("column_unknown", 1, "note")], ["张三"]),
        (
            "id,owner\nx,张三\n",
            [("column_missing", 1, name) for name in ("measure", "deadline", "status", "closed_on")],
            ["张三"],
        ),
        (f"{HEAD}\nx,,张三,明年,done,\ny,,李四,,,\n", [("date_wrong", 2, "deadline")], ["张三", "李四"]),
        (f"{HEAD}\nx,,张三,,快了,\n", [("status_wrong", 2, "status")], ["张三"]),
        (f"{HEAD}\nx,{'长' * 501},张三,,,\n", [("text_too_long", 2, "measure")], ["张三"]),
        (f"{HEAD}\n\nx,张三\ny,,李四,,,\n", [("cells", 3, None)], ["李四"]),
        (f"{HEAD}\nx,,张三,,,\nx,,李四,,,\n,,王五,,,\n", [("id_twice", 3, "id"), ("id_missing", 4, "id")], ["张三"]),
        (f'{HEAD}\nx,"张三,,,\n', [("unreadable", None, None)], []),
        ("", [("columns_missing", 1, None)], []),
        (f"{HEAD}\nx,建教室,张三,2026/8/31,整改中,\n", [], ["张三"]),
    ],
)
def test_what_cannot_be_read_of_the_file_is_located_and_the_rest_is_taken(
    out: Path, text: str, places: list[tuple[str, int | None, str | None]], owners: list[str]
) -> None:
    (out / FILE).write_text(text, encoding="utf-8")
    ledger = Ledger.of(out)
    found = [(one.rule_id.removeprefix("ledger_"), one.row, one.column) for one in ledger.problems]
    assert found == places
    assert [entry.owner for entry in ledger.entries.values()] == owners
    for language in ("zh", "en"):
        for one in in_words(ledger.problems, Messages(language)):
            assert one.title
            assert one.action
            assert one.file == FILE


def test_a_file_that_a_spreadsheet_has_saved_is_read(out: Path) -> None:
    (out / FILE).write_bytes(f"{HEAD}\r\nx,建教室,张三,2026/8/31,整改中,\r\n".encode("gb18030"))
    assert Ledger.of(out).entries == {"x": Entry("建教室", "张三", "2026-08-31", "in_progress")}
    assert Ledger.of(out).problems == ()


def test_a_broken_ledger_stops_no_report_and_no_import_loses_what_stands_in_it(
    written: Written, out: Path, tmp_path: Path
) -> None:
    broken = f"{HEAD}\nx,,张三,明年,,\n".encode()
    (out / FILE).write_bytes(broken)
    told = junheng("report", "--out", out, "--only", "xlsx", "--lang", "zh")
    assert told.code == 0
    assert "整改台账的日期无法识别" in told.stderr
    assert "明年" in told.stderr
    with pytest.raises(UsageError) as caught:
        import_ledger(filled_in(written, tmp_path, lambda *_: None), out)
    assert (caught.value.message_id, caught.value.row, caught.value.column) == ("ledger_broken", 2, "deadline")
    assert (out / FILE).read_bytes() == broken


def test_the_public_sees_deadlines_and_statuses_and_no_text_of_people() -> None:
    entry = Entry("找王五修", "张三", "2026-08-31", "done", "2026-08-30")
    assert Ledger({"x": entry}).for_the_public().entries == {"x": Entry("", "", "2026-08-31", "done", "2026-08-30")}


def test_what_the_county_puts_right_stands_on_a_sheet_of_its_own_and_comes_back(
    written: Written, out: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(written.ledger)
    worksheet = book["区县整改事项"]
    names = {str(cell.value): cell.column for cell in worksheet[FIRST - 2]}
    rows = written.rows(
        "select county_code || '/-/' || stage || '/' || subject_id, due_year_shown"
        " from display.shown_county_remediation where school_year = 2024 order by grp_position, stage, item_no"
    )
    found = [
        (worksheet.cell(row, names["junheng_id"]).value, worksheet.cell(row, names["due"]).value)
        for row in range(FIRST, worksheet.max_row + 1)
    ]
    assert found == [(key, float(due) if due else None) for key, due in rows]
    assert len(rows) == 5
    worksheet.cell(FIRST + 2, names["owner"]).value = "区教委基建科"
    worksheet.cell(FIRST + 2, names["value"]).value = 100
    path = tmp_path / "区县.xlsx"
    book.save(path)
    imported = import_ledger(path, out)
    assert [(one.kind, one.sheet, one.column) for one in imported.findings] == [
        ("computed_changed", "区县整改事项", "value")
    ]
    assert {key: entry.owner for key, entry in Ledger.of(out).entries.items() if entry} == {rows[2][0]: "区教委基建科"}


def test_the_command_says_what_it_took_and_ends_with_1_when_a_row_is_wrong(
    written: Written, out: Path, tmp_path: Path
) -> None:
    def fill(worksheet: Worksheet, names: dict[str, int]) -> None:
        worksheet.cell(FIRST, names["status"]).value = "快了"
        worksheet.cell(FIRST + 1, names["owner"]).value = "李四"

    path = filled_in(written, tmp_path, fill)
    told = junheng("ledger", "import", path, "--out", out, "--lang", "zh")
    assert told.code == 1
    assert f"整改台账 第 {FIRST} 行，状态：“快了”不是状态" in told.stdout
    assert "新增或改动 1 行，错误 1 处" in told.stdout
    found = json.loads(junheng("ledger", "import", path, "--out", out, "--json").stdout)
    assert (found["taken"], found["changed"], found["errors"]) == (1, 0, 1)
    assert found["findings"][0]["row"] == FIRST


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-6-3", date(2026, 6, 3)),
        ("2026/06/03", date(2026, 6, 3)),
        ("2026.6.3", date(2026, 6, 3)),
        (" 2026年6月3日 ", date(2026, 6, 3)),
        (datetime(2026, 6, 3, 12), date(2026, 6, 3)),
        (date(2026, 6, 3), date(2026, 6, 3)),
        ("2026年6月", None),
        ("三月", None),
        (46000.0, None),
        ("2026-13-01", None),
    ],
)
def test_dates_are_read_as_people_write_them(cell: object, day: date | None) -> None:
    assert day_of(cell) == day


def test_texts_that_look_like_formulas_are_guarded_in_the_file(tmp_path: Path) -> None:
    texts = ["=1+1", "'=1", "+86", "-", "@x", "plain", "'", "''"]
    ledger = Ledger({str(number): Entry(measure=text) for number, text in enumerate(texts)})
    ledger.write(tmp_path / FILE)
    lines = (tmp_path / FILE).read_text(encoding="utf-8-sig").splitlines()[1:]
    assert not [line for line in lines if line.split(",")[1].startswith(("=", "+", "-", "@"))]
    assert [entry.measure for entry in Ledger.of(tmp_path).entries.values()] == texts
