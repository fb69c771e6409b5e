"""Statistics forms and their layouts, as data: where in a form a value of a raw table stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from junheng.landing.plain import key, word_rows

ALL_ROWS = "*"
TOTAL = "total:"


@dataclass(frozen=True)
class FormCell:
    """Where a value stands in a layout, and which column, stage and grade of the raw table it is.

    Labels are keys of `|`-separated spellings. Without a column label the value stands to the right of the row label.
    """

    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    column: str
    stage: str
    grade: str
    year_shift: int
    status: str

    @property
    def total_of(self) -> str | None:
        """The column that the cell only holds the sum of; it is checked, not landed."""
        return self.column.removeprefix(TOTAL) if self.column.startswith(TOTAL) else None


@dataclass(frozen=True)
class Form:
    """One statistics form, or a usual layout without a number. `layout` is empty when it holds no raw rows."""

    name: str
    names: tuple[str, ...]
    layout: str
    table: str | None
    status: str

    @property
    def cells(self) -> tuple[FormCell, ...]:
        """The cells of its layout."""
        return _cells(self.layout)

    @property
    def is_confirmed(self) -> bool:
        """Whether the form and each cell of its layout are confirmed."""
        return self.status == "CONFIRMED" and all(cell.status == "CONFIRMED" for cell in self.cells)


@cache
def forms() -> tuple[Form, ...]:
    """All forms; rows of one form with several old numbers are one."""
    found: dict[str, Form] = {}
    for row in word_rows("forms"):
        name = row["form"] or row["old_form"] or row["layout"]
        names = tuple(word for word in (row["form"], row["old_form"]) if word)
        earlier = found.get(name)
        names = tuple(dict.fromkeys((*earlier.names, *names))) if earlier else names
        found[name] = Form(name, names, row["layout"], row["table_name"] or None, row["status"])
    return tuple(found.values())


def form_named(name: str) -> Form:
    """The form of a name, a number or an old number."""
    return next(form for form in forms() if name == form.name or name in form.names)


def alternatives(form: Form) -> list[str]:
    """The forms with a layout that land into the same table: what a map may say of a form without one."""
    return [other.name for other in forms() if other.layout and other.names and other.table == form.table]


@cache
def _cells(layout: str) -> tuple[FormCell, ...]:
    return tuple(
        FormCell(
            _spellings(row["row_label"]),
            _spellings(row["column_label"]),
            row["column_name"],
            row["stage"],
            row["grade"],
            int(row["year_shift"]),
            row["status"],
        )
        for row in word_rows("form_columns")
        if layout and row["layout"] == layout
    )


def _spellings(text: str) -> tuple[str, ...]:
    return tuple(word if word == ALL_ROWS else key(word) for word in text.split("|") if word)
