"""What must be known of a worksheet before and beside its values: its extent, and cells whose value is not the text.

The reader of workbooks gives an empty cell for an error and for a formula without a value, and a number for what the
sheet shows as a percentage or with leading zeros. The raw file knows better; it is scanned once, in constant memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from junheng.landing.limits import Limits
from junheng.landing.model import Merge
from junheng.landing.number_formats import Shown

Place = tuple[int, int]
LONGEST_FORMULA = 60
OUTSIDE = re.compile(
    r"\[\d+\]|\.xls[xmb]?\W|file:|https?:|\b(WEBSERVICE|RTD|DDE|CALL|REGISTER\.ID|IMAGE)\(|^[^\"(!]*\|", re.I
)


class WorkbookRefusedError(Exception):
    """A workbook that is not opened or not read to its end: the rule, and where."""

    def __init__(
        self,
        rule_id: str,
        found: str | None = None,
        expected: str | None = None,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(rule_id)
        self.rule_id = rule_id
        self.found = found
        self.expected = expected
        self.sheet = sheet
        self.row = row
        self.column = column


@dataclass
class SheetFacts:
    """A worksheet's extent and its special cells; places are (row, column) from 0.

    `texts` are errors and formulas without a value; `shown` turns a number into what the sheet shows of it. `outside`
    are formulas that would fetch something from elsewhere: they are never calculated here.
    """

    last_row: int = -1
    last_column: int = -1
    cells: int = 0
    texts: dict[Place, str] = field(default_factory=dict)
    shown: dict[Place, Shown] = field(default_factory=dict)
    outside: dict[Place, str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    # Bytes that the texts of all cells take together once each cell holds its own.
    text_bytes: int = 0

    @property
    def area(self) -> int:
        """Cells from A1 to the last one: the reader holds them all."""
        return (self.last_row + 1) * (self.last_column + 1)

    def reach(self, row: int, column: int, cells: int = 1) -> None:
        """A cell with a value."""
        self.cells += cells
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)

    def add_formula(self, place: Place, formula: str) -> None:
        """A formula; only what it calls matters."""
        if OUTSIDE.search(formula):
            self.outside[place] = formula[:LONGEST_FORMULA]


def uncalculated(formula: str) -> str:
    """What stands for a formula without a value: the formula, never nothing."""
    return f"={formula.lstrip('=')[:LONGEST_FORMULA] or '?'}"


def column_letters(column: int) -> str:
    """The name of a column as a spreadsheet shows it: 0 is A."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def check_extent(facts: list[SheetFacts], limits: Limits, names: Callable[[int], str | None]) -> None:
    """Raise WorkbookRefusedError for sheets that reach too far, naming the cell that does."""
    for index, sheet in enumerate(facts):
        if sheet.area > limits.sheet_area or sum(other.area for other in facts) > limits.workbook_area:
            widest = max(facts, key=lambda other: other.area)
            index = index if sheet.area > limits.sheet_area else facts.index(widest)
            far = facts[index]
            raise WorkbookRefusedError(
                "sheet_too_large",
                f"{column_letters(far.last_column)}{far.last_row + 1}",
                f"≤ {limits.sheet_area}",
                names(index),
                far.last_row + 1,
                column_letters(far.last_column),
            )
