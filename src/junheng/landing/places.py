"""A file or a sheet as the place of rows of one raw table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from junheng.landing.accounting import REPEATED, SourceRecord

BETWEEN = " / "


@dataclass(frozen=True)
class Place:
    """A file or a sheet, and the records of the blocks of one raw table that stand on it."""

    file: str
    sheet: str | None
    records: tuple[SourceRecord, ...]

    @property
    def name(self) -> str:
        """File and sheet in one line."""
        return name_of(self.records[0])

    @property
    def years(self) -> set[int]:
        """The years of its rows."""
        return {year for record in self.records for year in record.school_years}

    def without(self, rows: int) -> Place:
        """The place when so many rows that were counted as landed are repeated."""
        # Two blocks of one raw table on one sheet: which of the two a row stood in is not kept.
        records = []
        for record in self.records:
            moved = min(rows, record.rows_landed)
            rows -= moved
            left, repeated = record.rows_landed - moved, record.rows_repeated + moved
            is_all = moved > 0 and not left and not record.rows_rejected
            status, reason = (REPEATED, "file_repeated") if is_all else (record.status, record.reason)
            records.append(replace(record, rows_landed=left, rows_repeated=repeated, status=status, reason=reason))
        return replace(self, records=tuple(records))


def comparable(places: Sequence[Place]) -> list[Place]:
    """The places that have a year in common with another one: one file for each year has nothing to compare."""
    often: dict[int, int] = {}
    for place in places:
        for year in place.years:
            often[year] = often.get(year, 0) + 1
    return [place for place in places if any(often[year] > 1 for year in place.years)]


def places_of(records: Iterable[SourceRecord]) -> list[Place]:
    """The places on which the blocks of these records stand."""
    places: dict[tuple[str, str | None], list[SourceRecord]] = {}
    for record in records:
        places.setdefault((record.file, record.sheet), []).append(record)
    return [Place(*key, tuple(members)) for key, members in places.items()]


def name_of(record: SourceRecord) -> str:
    """File and sheet of a record in one line."""
    return BETWEEN.join(part for part in (record.file, record.sheet) if part is not None)
