"""`整改台账.xlsx`: every gap of a county, with columns that people fill in; read back by id (`ledger_import.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from junheng.report.excel_county import County
from junheng.report.excel_sheet import LINE_HEIGHT, Cell, Column, Sheet, sheet_name, wrapped_lines
from junheng.report.facts import Row
from junheng.report.ledger import FILLED_IN, ledger_id
from junheng.report.ledger_cells import DATES, EARLIEST, LATEST, STATUSES
from junheng.templates.style import Book

FILL = "#FFF9DB"
# The hidden row above the heads names every column, whatever the language and wherever it has moved.
ID = "junheng_id"


def computed(county: County, row: Row) -> dict[str, str]:
    """The computed cells of a gap by the names of their columns: what an import compares."""
    return _of_county(county, row) if "subject_id" in row.values else _of_unit(county, row)


def _of_unit(county: County, row: Row) -> dict[str, str]:
    word = county.texts.word
    return {
        "school_code": row.school_code,
        "school": county.school_name(row.school_code),
        "stage": word(row, "stage"),
        "indicator": word(row, "name"),
        "value": row.value_shown,
        "threshold": row.threshold_shown,
        "unit": word(row, "unit"),
        "ratio": row.ratio_pct_shown,
        "lacking": row.lacking_shown or "",
        "lacking_to_floor": row.lacking_to_floor_shown or "",
        "lacking_unit": word(row, "lacking_unit"),
    }


def _of_county(county: County, row: Row) -> dict[str, str]:
    word = county.texts.word
    return {
        "group": word(row, "grp"),
        "number": str(row.item_no),
        "stage": word(row, "stage"),
        "item": word(row, "name"),
        "value": row.value_shown or "",
        "unit": word(row, "unit"),
        "limit": word(row, "limit"),
        "verdict": f"{row.sign} {word(row, 'standing')}",
        "due": row.due_year_shown or "",
    }


def unit_columns(county: County) -> dict[str, Column]:
    """The columns of the gaps of units by their names."""
    return {
        ID: Column(ID, 12, "code"),
        "school_code": county.column("code", 15, "code"),
        "school": county.column("school", 26),
        "stage": county.column("stage", 7, "sign"),
        "indicator": county.column("indicator", 38),
        "value": county.column("value", 10, "number"),
        "threshold": county.column("threshold", 9, "number"),
        "unit": county.column("unit", 10),
        "ratio": county.column("ratio", 10, "number"),
        "lacking": county.column("lacking", 11, "number"),
        "lacking_to_floor": county.column("lacking_to_floor", 11, "number"),
        "lacking_unit": county.column("lacking_unit", 9, "sign"),
        **_columns_to_fill(county),
    }


def county_columns(county: County) -> dict[str, Column]:
    """The columns of what the county itself puts right by their names."""
    return {
        ID: Column(ID, 12, "code"),
        "group": county.column("group", 14),
        "number": county.column("number", 6, "number"),
        "stage": county.column("stage", 9, "sign"),
        "item": county.column("item", 46),
        "value": county.column("value", 10, "number"),
        "unit": county.column("unit", 9),
        "limit": county.column("limit", 18),
        "verdict": county.column("verdict", 16, "sign"),
        "due": county.column("due", 10, "number"),
        **_columns_to_fill(county),
    }


def _columns_to_fill(county: County) -> dict[str, Column]:
    return {
        "measure": county.column("measure", 36),
        "owner": county.column("owner", 14),
        "deadline": county.column("deadline", 13, "sign"),
        "status": county.column("status", 11, "sign"),
        "closed_on": county.column("closed_on", 13, "sign"),
    }


def ledger_sheets(county: County, book: Book) -> None:
    """Write the gaps of units, what the county itself puts right, and how to fill it in."""
    text = county.text
    gaps = county.rows("shown_remediation", "school_code", "-stage", "indicator_id")
    _ledger_sheet(county, book, text("sheet_ledger"), unit_columns(county), gaps)
    own = county.rows("shown_county_remediation", "grp_position", "-stage", "item_no")
    _ledger_sheet(county, book, text("sheet_county_ledger"), county_columns(county), own)
    about = Sheet.added(book, sheet_name(text("sheet_about")), [Column("", 88)])
    about.title(text("sheet_about"))
    for number in range(1, 5):
        about.title_line(text(f"about_{number}"))
    about.finish(filtered=False, landscape=False)


def _ledger_sheet(county: County, book: Book, title: str, columns: dict[str, Column], rows: Sequence[Row]) -> None:
    names = list(columns)
    sheet = Sheet.added(book, sheet_name(title), list(columns.values()))
    hidden = book.format("hidden names", font_color="#808080")
    # The first column is hidden: titles begin in the second.
    for note, form, height in (
        (f"{county.county.county_name or county.county.county_code} {title}", "title", 24),
        (county.about(), "note", LINE_HEIGHT),
        (county.text("ledger_note"), "note", LINE_HEIGHT),
    ):
        bold: dict[str, object] = {"bold": True, "font_size": 14} if form == "title" else {"font_color": "#404040"}
        sheet.sheet.write_string(sheet.row, 1, note, book.format(f"ledger {form}", **bold))
        sheet.sheet.set_row(sheet.row, height)
        sheet.row += 1
    for position, name in enumerate(names):
        sheet.sheet.write_string(sheet.row, position, name, hidden)
    sheet.sheet.set_row(sheet.row, None, None, {"hidden": True})
    sheet.row += 1
    sheet.heads()
    for position, name in enumerate(names):
        if name in FILLED_IN:
            form = book.format("fill head", bold=True, text_wrap=True, align="center", border=1, bg_color="#FFE699")
            sheet.sheet.write_string(sheet.head_row, position, columns[name].head, form)
    for row in rows:
        _line(county, sheet, columns, row)
    _validations(county, sheet, names)
    sheet.sheet.set_column(0, 0, 12, None, {"hidden": True})
    sheet.finish(columns_kept=3)
    sheet.sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True})


def _line(county: County, sheet: Sheet, columns: dict[str, Column], row: Row) -> None:
    entry, shown = county.ledger.entry(row), computed(county, row)
    lines = 1
    for position, (name, column) in enumerate(columns.items()):
        if name == ID:
            sheet.write(position, Cell(ledger_id(row)), column)
        elif name in shown:
            coloured = name in ("value", "verdict")
            sign = row.sign if name == "value" and row.value_shown is not None else ""
            sheet.write(position, Cell(shown[name], row.standing if coloured else None, sign), column)
            lines = max(lines, wrapped_lines(shown[name], column.width) if column.kind == "text" else 1)
        else:
            value = getattr(entry, name)
            _filled_in(county, sheet, position, name, value)
            lines = max(lines, wrapped_lines(value, column.width))
    sheet.sheet.set_row(sheet.row, LINE_HEIGHT * lines + 3)
    sheet.row += 1


def _filled_in(county: County, sheet: Sheet, position: int, name: str, value: str) -> None:
    """A cell that people fill in, with what they filled in before."""
    if name in DATES:
        form = sheet.cell_format("sign", FILL, "yyyy-mm-dd", locked=False)
        if value:
            sheet.sheet.write_datetime(sheet.row, position, date.fromisoformat(value), form)
            return
    else:
        form = sheet.cell_format("sign" if name == "status" else "text", FILL, locked=False)
        if value:
            shown = county.texts.text(f"ledger.{value}") if name == "status" else value
            sheet.sheet.write_string(sheet.row, position, shown, form)
            return
    sheet.sheet.write_blank(sheet.row, position, None, form)


def _validations(county: County, sheet: Sheet, names: list[str]) -> None:
    first, last = sheet.head_row + 1, max(sheet.row - 1, sheet.head_row + 1)
    place = names.index("status")
    sheet.sheet.data_validation(
        first,
        place,
        last,
        place,
        {
            "validate": "list",
            "source": [county.texts.text(f"ledger.{status}") for status in STATUSES],
            "error_message": county.text("status_error"),
        },
    )
    for name in DATES:
        place = names.index(name)
        sheet.sheet.data_validation(
            first,
            place,
            last,
            place,
            {
                "validate": "date",
                "criteria": "between",
                "minimum": EARLIEST,
                "maximum": LATEST,
                "error_message": county.text("date_error"),
            },
        )
