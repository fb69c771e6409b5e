"""An ODS file before it is opened: one part holds all sheets, and a few bytes may repeat a cell a billion times."""

from __future__ import annotations

import zipfile
from typing import Any

from junheng.landing.limits import Limits
from junheng.landing.model import Merge
from junheng.landing.number_formats import PERCENT, has_unit, shown_in_text
from junheng.landing.sheet_facts import SheetFacts, WorkbookRefusedError, check_extent, uncalculated
from junheng.landing.xlsx_scan import check_size
from junheng.landing.xml_part import DoneError, attributes_of, local, read_xml

CONTENT, STYLES = "content.xml", "styles.xml"
LARGEST = 1 << 31


def scan_ods(archive: zipfile.ZipFile, limits: Limits) -> dict[str, SheetFacts]:
    """What is in the sheets, by their names. Raises WorkbookRefusedError."""
    check_size(archive, limits)
    scan = _ContentScan(_has_units(archive))
    read_xml(archive, CONTENT, scan.start, scan.prepare)
    if len(scan.sheets) > limits.workbook_sheets:
        raise WorkbookRefusedError("workbook_too_many_sheets", str(len(scan.sheets)), str(limits.workbook_sheets))
    check_extent(list(scan.sheets.values()), limits, lambda index: list(scan.sheets)[index])
    if sum(facts.text_bytes for facts in scan.sheets.values()) > limits.workbook_text_bytes:
        raise WorkbookRefusedError("workbook_too_large", expected=f"≤ {limits.workbook_text_bytes}")
    return scan.sheets


def _has_units(archive: zipfile.ZipFile) -> bool:
    """Whether a number format of the file puts a unit behind a number."""
    texts: list[str] = []
    is_found: list[bool] = []

    def prepare(parser: Any) -> None:
        def end(name: str) -> None:
            if local(name) == "text" and parser.CharacterDataHandler is not None:
                parser.CharacterDataHandler = None
                is_found.append(has_unit("".join(texts)))
                texts.clear()

        def start(name: str, _pairs: dict[str, str]) -> None:
            if name == "number:text":
                parser.CharacterDataHandler = texts.append
            elif local(name) in ("body", "master-styles"):
                raise DoneError

        parser.EndElementHandler = end
        parser.StartElementHandler = start

    for part in (STYLES, CONTENT):
        if part in archive.namelist():
            read_xml(archive, part, lambda _name, _pairs: None, prepare)
    return any(is_found)


class _ContentScan:
    """All sheets, element by element. `has_units`: the text that is shown of a number may say more than the number."""

    def __init__(self, has_units: bool = False) -> None:
        self.has_units = has_units
        self.sheets: dict[str, SheetFacts] = {}
        self.facts = SheetFacts()
        self.row = self.column = 0
        self.row_repeats = self.cell_repeats = 1
        self.attributes: dict[str, str] = {}
        # What a cell is, in the words of the standard and of the program that wrote it.
        self.kinds: set[str] = set()
        self.has_content = False
        self.row_texts: list[int] = []
        self.cell_start = 0
        self.text: list[str] = []
        self.parser: Any = None

    def prepare(self, parser: Any) -> None:
        self.parser = parser
        parser.EndElementHandler = self.end

    def start(self, name: str, pairs: dict[str, str]) -> None:
        name = local(name)
        if name == "table":
            self.facts = self.sheets.setdefault(attributes_of(pairs).get("name", ""), SheetFacts())
            self.row = 0
        elif name == "table-row":
            self.row_repeats = _times(attributes_of(pairs).get("number-rows-repeated"))
            self.column = 0
        elif name in ("table-cell", "covered-table-cell"):
            self.attributes = attributes_of(pairs)
            self.kinds = {value for attribute, value in pairs.items() if local(attribute) == "value-type"}
            self.cell_repeats = _times(self.attributes.get("number-columns-repeated"))
            self.has_content = "value-type" in self.attributes or "formula" in self.attributes
            self.cell_start = self.parser.CurrentByteIndex
            if self._is_number() if self.has_units else self.attributes.get("formula") and self._is_special():
                self.parser.CharacterDataHandler = self.text.append

    def end(self, name: str) -> None:
        name = local(name)
        if name in ("table-cell", "covered-table-cell"):
            if self.has_content:
                self._finish_cell()
            self.column = min(self.column + self.cell_repeats, LARGEST)
        elif name == "table-row":
            self.row = min(self.row + self.row_repeats, LARGEST)

    def _is_number(self) -> bool:
        return bool(self.kinds & {"float", "currency"}) or (bool(self.attributes.get("formula")) and self._is_special())

    def _is_special(self) -> bool:
        """Is it an error, or a formula without a value?"""
        kinds = self.kinds
        return not kinds or "error" in kinds

    def _finish_cell(self) -> None:
        last_row, last_column = self.row + self.row_repeats - 1, self.column + self.cell_repeats - 1
        self.facts.reach(last_row, last_column)
        size = self.parser.CurrentByteIndex - self.cell_start
        self.facts.text_bytes += size * min(self.row_repeats * self.cell_repeats, LARGEST)
        place = (self.row, self.column)
        formula = self.attributes.get("formula", "")
        if formula:
            self.facts.add_formula(place, formula.removeprefix("of:"))
            if self._is_special():
                text = "".join(self.text).strip()
                self.parser.CharacterDataHandler = None
                self.text.clear()
                # Programs write errors of their own kind as a number.
                text = "#VALUE!" if text.startswith("Err:") else text
                self.facts.texts[place] = text or uncalculated(formula.removeprefix("of:"))
        how = PERCENT if "percentage" in self.kinds else None
        if self.has_units and self.kinds & {"float", "currency"}:
            how = shown_in_text(self.attributes.get("value", ""), "".join(self.text))
            self.parser.CharacterDataHandler = None
            self.text.clear()
        if how:
            for row in range(self.row, min(last_row, self.row + 1000) + 1):
                for column in range(self.column, min(last_column, self.column + 1000) + 1):
                    self.facts.shown[row, column] = how
        height = _times(self.attributes.get("number-rows-spanned"))
        width = _times(self.attributes.get("number-columns-spanned"))
        if height > 1 or width > 1:
            self.facts.merges.append(Merge(self.row + 1, self.column, self.row + height, self.column + width - 1))


def _times(text: str | None) -> int:
    return min(max(int(text), 1), LARGEST) if text and text.isdecimal() else 1
