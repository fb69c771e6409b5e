"""The year that a table is named after, held against the years of its rows: last year's table under a new name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from junheng.findings import CRITICAL, WARNING, Finding, Findings
from junheng.landing.accounting import Accounts, SourceRecord, year_column
from junheng.landing.constants import Place, places, years_in
from junheng.landing.model import Block, Reading
from junheng.raw_contract import RawTable


@dataclass(frozen=True)
class Named:
    """The years that the texts around a block name, the texts, and whether these are only names of folders."""

    years: frozenset[int]
    texts: tuple[str, ...]
    is_folder: bool


class NamedYears:
    """What titles and names said of the blocks of one landing. Nothing is kept of a block that names no year."""

    def __init__(self) -> None:
        self._named: dict[tuple[str, str | None, int | None], Named] = {}

    def note(self, block: Block, reading: Reading, contract: Mapping[str, RawTable]) -> None:
        """Keep the years that title, sheet and file of a block name; without one there, that of the nearest folder.

        A block that takes its year from there has nothing to differ from.
        """
        if reading.table is None:
            return
        column = year_column(contract[reading.table])
        if any(constant.column == column for constant in reading.constants):
            return
        near, far = places(block)
        for around, is_folder in ((near, False), *(((place,), True) for place in far)):
            if named := _named(around, is_fiscal=column == "fiscal_year", is_folder=is_folder):
                self._named[block.file.name, block.sheet, block.number] = named
                return

    def report(self, accounts: Accounts, findings: Findings) -> None:
        """Report each block none of whose rows is of a year that it is named after.

        It is critical when no row of the table is of that year at all: someone believes that the year was handed in.
        The name of a folder may mean many things and is never more than a warning.
        """
        handed_in: dict[str, set[int]] = {}
        for record in accounts.records:
            if record.table_name is not None:
                handed_in.setdefault(record.table_name, set()).update(record.school_years)
        for record in accounts.records:
            named = self._named.get(record.place)
            if named and record.table_name and record.rows_landed and not named.years & set(record.school_years):
                is_lost = not named.is_folder and not named.years & handed_in[record.table_name]
                findings.add(_finding(record, named, CRITICAL if is_lost else WARNING))


def _named(around: tuple[Place, ...], *, is_fiscal: bool, is_folder: bool) -> Named | None:
    years = {place.text: years_in(place.text, is_fiscal=is_fiscal) for place in around}
    texts = tuple(text for text, found in years.items() if found)
    if not texts:
        return None
    return Named(frozenset(int(year) for found in years.values() for year in found), texts, is_folder)


def _finding(record: SourceRecord, named: Named, severity: str) -> Finding:
    return Finding(
        "file_name_year_differs",
        severity,
        record.table_name,
        record.file,
        record.sheet,
        found=", ".join(str(year) for year in record.school_years),
        expected=f"{', '.join(str(year) for year in sorted(named.years))} ({'; '.join(named.texts)})",
    )
