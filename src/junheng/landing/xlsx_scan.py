"""An XLSX file before it is opened: sizes counted while unpacking, no entities, no sheet that fills the memory."""

from __future__ import annotations

import posixpath
import re
import zipfile
from itertools import pairwise
from typing import Any

from junheng.landing.archive import BROKEN
from junheng.landing.limits import Limits
from junheng.landing.number_formats import Shown, shown_format
from junheng.landing.sheet_facts import SheetFacts, WorkbookRefusedError, check_extent, uncalculated
from junheng.landing.xml_part import DoneError, attributes_of, local, read_xml

CHUNK = 1 << 20
# Number formats that need no declaration, of those that matter here.
BUILT_IN = {"9": "0%", "10": "0.00%"}
OUTSIDE_PARTS = re.compile(r"^xl/(externalLinks/externalLink\d*\.xml|connections\.xml)$")
LARGEST = 1 << 31


def scan_xlsx(archive: zipfile.ZipFile, limits: Limits) -> tuple[dict[str, SheetFacts], list[str]]:
    """What is in the sheets, by their names, and the parts that link to other files.

    Raises WorkbookRefusedError.
    """
    names = archive.namelist()
    if len({name.lower() for name in names}) < len(names):
        raise WorkbookRefusedError("workbook_damaged", "parts of one name")
    check_size(archive, limits)
    parts = _sheet_parts(archive)
    if len(parts) > limits.workbook_sheets:
        raise WorkbookRefusedError("workbook_too_many_sheets", str(len(parts)), str(limits.workbook_sheets))
    styles, texts = _part(archive, "xl/styles.xml"), _part(archive, "xl/sharedStrings.xml")
    formats = _formats(archive, styles) if styles else {}
    lengths = _shared_lengths(archive, texts) if texts else []
    found: dict[str, SheetFacts] = {}
    budget = limits.workbook_cells
    for name in names:
        if not name.lower().endswith((".xml", ".rels")) and name not in parts.values():
            continue
        facts = _scan_part(archive, name, formats, lengths, budget)
        if facts is not None:
            budget -= facts.cells
            for sheet in [sheet for sheet, part in parts.items() if part == name]:
                found[sheet] = facts
    check_extent(list(found.values()), limits, lambda index: list(found)[index])
    if sum(facts.text_bytes for facts in found.values()) > limits.workbook_text_bytes:
        raise WorkbookRefusedError("workbook_too_large", expected=f"≤ {limits.workbook_text_bytes}")
    return found, [name for name in names if OUTSIDE_PARTS.match(name)]


def check_size(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Unpack everything once and count. Raises WorkbookRefusedError."""
    size = 0
    for info in archive.infolist():
        try:
            with archive.open(info) as part:
                while chunk := part.read(CHUNK):
                    size += len(chunk)
                    if size > limits.workbook_bytes:
                        raise WorkbookRefusedError("workbook_too_large", expected=f"≤ {limits.workbook_bytes}")
        except BROKEN as error:
            raise WorkbookRefusedError("workbook_damaged", f"{info.filename}: {type(error).__name__}") from error


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of each sheet by the sheet's name."""
    workbook, relations = _part(archive, "xl/workbook.xml"), _part(archive, "xl/_rels/workbook.xml.rels")
    if workbook is None or relations is None:
        raise WorkbookRefusedError("workbook_damaged", "xl/workbook.xml")
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(name: str, pairs: dict[str, str]) -> None:
        if local(name) == "sheet":
            attributes = attributes_of(pairs)
            sheets[attributes.get("name", "")] = attributes.get("id", "")

    def relation(name: str, pairs: dict[str, str]) -> None:
        if local(name) == "Relationship":
            attributes = attributes_of(pairs)
            targets[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))

    read_xml(archive, workbook, sheet)
    read_xml(archive, relations, relation)
    return {name: _part(archive, targets.get(target, "").lstrip("/")) or "" for name, target in sheets.items()}


def _part(archive: zipfile.ZipFile, name: str) -> str | None:
    """The part of a name, in whatever case the archive writes it."""
    return next((part for part in archive.namelist() if part.lower() == name.lower()), None)


def _formats(archive: zipfile.ZipFile, part: str) -> dict[str, Shown]:
    """Styles of cells, by number, that change what a number says."""
    codes = dict(BUILT_IN)
    styles: list[str] = []
    path: list[str] = []

    def start(name: str, pairs: dict[str, str]) -> None:
        path.append(local(name))
        if path[-1] == "numFmt":
            attributes = attributes_of(pairs)
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif path[-2:] == ["cellXfs", "xf"]:
            styles.append(attributes_of(pairs).get("numFmtId", ""))

    def prepare(parser: Any) -> None:
        parser.EndElementHandler = lambda _name: path.pop()

    read_xml(archive, part, start, prepare)
    shown = {str(number): shown_format(codes.get(code, "")) for number, code in enumerate(styles)}
    return {number: how for number, how in shown.items() if how}


def _shared_lengths(archive: zipfile.ZipFile, part: str) -> list[int]:
    """The size of each shared text: one long text in a million cells fills the memory."""
    starts: list[int] = []
    parsers: list[Any] = []

    def start(name: str, _pairs: dict[str, str]) -> None:
        if name == "si" or local(name) == "si":
            starts.append(parsers[0].CurrentByteIndex)

    read_xml(archive, part, start, parsers.append)
    starts.append(archive.getinfo(part).file_size)
    return [after - before for before, after in pairwise(starts)]


def _scan_part(
    archive: zipfile.ZipFile, name: str, formats: dict[str, Shown], lengths: list[int], budget: int
) -> SheetFacts | None:
    """The facts of a worksheet; None for any other part, of which only the beginning is read."""
    scan = _SheetScan(formats, lengths, budget)
    read_xml(archive, name, scan.start, scan.prepare)
    scan.finish_cell()
    return scan.facts if scan.is_sheet else None


class _SheetScan:
    """One worksheet, element by element."""

    def __init__(self, formats: dict[str, Shown], lengths: list[int], budget: int) -> None:
        self.facts = SheetFacts()
        self.formats = formats
        # Only texts that are long enough to matter are looked up cell by cell.
        self.lengths = lengths if max(lengths, default=0) > 2000 else []
        self.budget = budget
        self.is_sheet: bool | None = None
        self.row = -1
        self.column = -1
        self.columns: dict[str, int] = {}
        self.formulas: dict[str, str] = {}
        self.reference: str | None = None
        self.digits = ""
        self.kind = ""
        self.style = ""
        self.has_value = self.has_formula = self.is_open = False
        self.shared = ""
        self.text: list[str] = []
        self.formula: list[str] = []
        self.parser: Any = None

    def prepare(self, parser: Any) -> None:
        self.parser = parser

    def start(self, name: str, pairs: dict[str, str]) -> None:
        if ":" in name:
            name = local(name)
        if name == "c":
            if self.is_open:
                self.finish_cell()
            self.is_open = True
            self.column += 1
            self.reference = pairs.get("r")
            self.kind = pairs.get("t", "")
            self.style = pairs.get("s", "")
            return
        if name == "v":
            self.has_value = True
            if self.has_formula or self.kind == "e" or (self.lengths and self.kind == "s"):
                self.parser.CharacterDataHandler = self.text.append
        elif name == "f":
            self.has_formula = True
            attributes = attributes_of(pairs)
            self.shared = attributes.get("si", "") if attributes.get("t") == "shared" else ""
            self.parser.CharacterDataHandler = self.formula.append
        elif name == "is":
            self.has_value = True
        elif name == "row":
            self.finish_cell()
            number = pairs.get("r", "")
            self.row = int(number) - 1 if number.isdecimal() else self.row + 1
            self.digits = number
            self.column = -1
        elif self.is_sheet is None:
            self.is_sheet = name == "worksheet"
            if not self.is_sheet:
                raise DoneError

    def finish_cell(self) -> None:
        """The cell is over: note what its value does not say."""
        if not self.is_open:
            return
        self.is_open = False
        if self.reference is not None:
            self._move(self.reference)
        if not (self.has_value or self.has_formula):
            return
        facts = self.facts
        facts.cells += 1
        if self.row > facts.last_row:
            facts.last_row = self.row
        if self.column > facts.last_column:
            facts.last_column = self.column
        if facts.cells > self.budget:
            raise WorkbookRefusedError("workbook_too_large", expected=f"≤ {self.budget}")
        if self.has_formula or self.text or self.kind == "e":
            self._finish_special((self.row, self.column))
        if self.style in self.formats and self.kind in ("", "n"):
            facts.shown[self.row, self.column] = self.formats[self.style]
        self.has_value = self.has_formula = False

    def _finish_special(self, place: tuple[int, int]) -> None:
        self.parser.CharacterDataHandler = None
        text, formula = "".join(self.text).strip(), "".join(self.formula).strip()
        self.text.clear()
        self.formula.clear()
        if self.kind == "e":
            self.facts.texts[place] = text or "#VALUE!"
        elif self.kind == "s" and text.isdecimal() and int(text) < len(self.lengths):
            self.facts.text_bytes += self.lengths[int(text)]
        if self.has_formula:
            if formula and self.shared:
                self.formulas[self.shared] = formula
            formula = formula or self.formulas.get(self.shared, "")
            self.facts.add_formula(place, formula)
            if not text and self.kind not in ("e", "str"):
                self.facts.texts[place] = uncalculated(formula)

    def _move(self, reference: str) -> None:
        letters = reference.rstrip("0123456789")
        column = self.columns.get(letters)
        if column is None:
            column = self.columns[letters] = _column(letters)
        digits = reference[len(letters) :]
        if digits != self.digits:
            if not digits:
                raise WorkbookRefusedError("workbook_damaged", reference[:20])
            self.row = min(int(digits[:10]), LARGEST) - 1
            self.digits = digits
        self.column = column


def _column(letters: str) -> int:
    if not (letters.isascii() and letters.isalpha()):
        raise WorkbookRefusedError("workbook_damaged", letters[:20])
    column = 0
    for letter in letters.upper():
        column = min(column * 26 + ord(letter) - 64, LARGEST)
    return column - 1
