"""An XLS or ET file before it is opened: its records tell where cells are, which are errors, how numbers are shown."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from junheng.landing.limits import Limits
from junheng.landing.number_formats import PERCENT, shown_format
from junheng.landing.ole_file import stream_of
from junheng.landing.sheet_facts import SheetFacts, WorkbookRefusedError, check_extent

NUMBER, RK, MULRK, LABEL, LABELSST, FORMULA, BOOLERR, RSTRING = 0x203, 0x27E, 0xBD, 0x204, 0xFD, 0x06, 0x205, 0xD6
BOF, EOF, BOUNDSHEET, FILEPASS, XF, FORMAT, SUPBOOK = 0x809, 0x0A, 0x85, 0x2F, 0xE0, 0x41E, 0x1AE
CELLS = frozenset({NUMBER, RK, MULRK, LABEL, LABELSST, FORMULA, BOOLERR, RSTRING})
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
BUILT_IN = {9: PERCENT, 10: PERCENT}
BIFF8 = 0x600


def scan_xls(path: Path, limits: Limits) -> tuple[list[SheetFacts], list[str]]:
    """What is in the sheets, in their order, and the other files that they link to. Raises WorkbookRefusedError."""
    if path.stat().st_size > limits.workbook_bytes:
        raise WorkbookRefusedError("workbook_too_large", expected=f"≤ {limits.workbook_bytes}")
    stream = stream_of(path.read_bytes(), ("Workbook", "Book"))
    if stream is None:
        raise WorkbookRefusedError("workbook_damaged", "Workbook")
    scan = _Scan(limits)
    for offset, kind, body in _records(stream):
        scan.record(offset, kind, body)
    sheets = [scan.by_offset.get(offset, SheetFacts()) for offset in scan.offsets]
    if len(sheets) > limits.workbook_sheets:
        raise WorkbookRefusedError("workbook_too_many_sheets", str(len(sheets)), str(limits.workbook_sheets))
    check_extent(sheets, limits, lambda _index: None)
    return sheets, scan.outside


def _records(stream: bytes) -> Iterator[tuple[int, int, memoryview]]:
    view = memoryview(stream)
    at = 0
    while at + 4 <= len(view):
        kind, length = struct.unpack_from("<HH", view, at)
        yield at, kind, view[at + 4 : at + 4 + length]
        at += 4 + length


class _Scan:
    """One workbook, record by record. The first part declares formats and sheets, each further one is a sheet."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.offsets: list[int] = []
        self.by_offset: dict[int, SheetFacts] = {}
        self.outside: list[str] = []
        self.codes = dict(BUILT_IN)
        self.styles: list[int] = []
        self.is_biff8 = True
        self.depth = 0
        self.cells = 0
        self.facts: SheetFacts | None = None

    def record(self, offset: int, kind: int, body: memoryview) -> None:
        """Take one record in."""
        if kind in CELLS:
            if self.depth == 1 and self.facts is not None and len(body) >= 6:
                self._cell(kind, body)
        elif kind == BOF:
            self.depth += 1
            if self.depth == 1:
                self.is_biff8 = len(body) >= 2 and int.from_bytes(body[:2], "little") == BIFF8
                self.facts = self.by_offset.setdefault(offset, SheetFacts())
        elif kind == EOF:
            self.depth = max(self.depth - 1, 0)
        elif kind == FILEPASS:
            raise WorkbookRefusedError("workbook_encrypted")
        elif kind == BOUNDSHEET and len(body) >= 4:
            self.offsets.append(int.from_bytes(body[:4], "little"))
        elif kind == XF and len(body) >= 4:
            self.styles.append(int.from_bytes(body[2:4], "little"))
        elif kind == FORMAT and len(body) >= 5:
            shown = shown_format(_text(body[2:], self.is_biff8))
            if shown:
                self.codes[int.from_bytes(body[:2], "little")] = shown
        elif kind == SUPBOOK and len(body) > 4:
            name = re.sub(r"[\x00-\x1f]+", "/", _text(body[2:], self.is_biff8)).strip("/ ")
            if name:
                self.outside.append(name)

    def _cell(self, kind: int, body: memoryview) -> None:
        facts = self.facts
        if facts is None:
            return
        row, first, style = struct.unpack_from("<HHH", body)
        last = int.from_bytes(body[-2:], "little") if kind == MULRK else first
        facts.reach(row, max(first, last), abs(last - first) + 1)
        self.cells += abs(last - first) + 1
        if self.cells > self.limits.workbook_cells:
            raise WorkbookRefusedError("workbook_too_large", expected=f"≤ {self.limits.workbook_cells}")
        if kind == BOOLERR and len(body) >= 8 and body[7]:
            facts.texts[row, first] = ERRORS.get(body[6], "#VALUE!")
        elif kind == FORMULA and len(body) >= 14 and body[6] == 2 and bytes(body[12:14]) == b"\xff\xff":
            facts.texts[row, first] = ERRORS.get(body[8], "#VALUE!")
        if kind == MULRK:
            for column in range(first, last + 1):
                at = 4 + 6 * (column - first)
                if at + 2 <= len(body):
                    self._show(facts, row, column, int.from_bytes(body[at : at + 2], "little"))
        elif kind in (NUMBER, RK, FORMULA):
            self._show(facts, row, first, style)

    def _show(self, facts: SheetFacts, row: int, column: int, style: int) -> None:
        how = self.codes.get(self.styles[style]) if style < len(self.styles) else None
        if how:
            facts.shown[row, column] = how


def _text(body: memoryview, is_biff8: bool) -> str:
    """A text with its length in front; of older files only the letters of ASCII matter."""
    if not is_biff8 or len(body) < 3:
        return bytes(body[1:]).decode("ascii", errors="replace")
    length, flags = struct.unpack_from("<HB", body)
    raw = bytes(body[3 : 3 + length * (2 if flags & 1 else 1)])
    return raw.decode("utf-16-le" if flags & 1 else "latin-1", errors="replace")
