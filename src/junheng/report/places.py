"""Where the figures of a school come from: table, columns, file and rows; and what the rules found in its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from junheng.quality_totals import ON_DATA
from junheng.report.facts import Facts, Row
from junheng.report.rules import FailingRow, Rules, kind

# The columns of the raw tables that the seven resources rest on (`models/intermediate/int_unit_resources.sql`).
COLUMNS = {
    "high_degree_teachers_per_100": ("staff", ("is_full_time_teacher", "degree")),
    "backbone_teachers_per_100": ("staff", ("is_full_time_teacher", "backbone_level")),
    "pe_arts_teachers_per_100": ("staff", ("is_full_time_teacher", "subject")),
    "teaching_area_per_pupil": ("facilities", ("teaching_area_m2", "indoor_sports_area_m2")),
    "sports_area_per_pupil": ("facilities", ("sports_ground_area_m2", "indoor_sports_area_m2")),
    "equipment_value_per_pupil": ("facilities", ("equipment_value_wan",)),
    "multimedia_rooms_per_100": ("facilities", ("multimedia_rooms",)),
}
PUPILS = ("enrolment", ("pupils",))
# Rows of this table are persons: the file is named, the row is not.
OF_PERSONS = "staff"


@dataclass(frozen=True)
class Place:
    """Columns of a raw table, the rows of a file that they were read from, and the indicators that rest on them."""

    table: str
    columns: tuple[str, ...]
    file: str
    sheet: str
    rows: str
    indicators: tuple[str, ...]


class Places:
    """The raw rows behind the judged year, by school. A warehouse without raw tables (a public one) has none."""

    def __init__(self, facts: Facts) -> None:
        year = facts.school_year
        sites = facts.rows("marts.dim_school", ["school_code"], school_year=year)
        self.institutions = {row.school_code: row.institution_code or row.school_code for row in sites}
        self._rows: dict[str, defaultdict[str | None, list[Row]]] = {}
        for table in ("facilities", "enrolment"):
            found: defaultdict[str | None, list[Row]] = defaultdict(list)
            # Raw tables that were not landed from files, but seeded, do not know their rows.
            if "_source_row" in facts.columns(f"raw.{table}"):
                for row in facts.rows(f"raw.{table}", ["_source_file", "_source_row"], school_year=year):
                    found[self.institutions.get(row.school_code)].append(row)
            self._rows[table] = found
        landed = "_source_row" in facts.columns(f"raw.{OF_PERSONS}")
        files = facts.rows("quality.source_file", ["file"], table_name=OF_PERSONS) if landed else []
        self._files_of_persons = list(dict.fromkeys(row.file for row in files))

    def of(self, school_code: str, indicators: Iterable[str]) -> list[Place]:
        """What the resources of a school and its pupils were read from."""
        used: defaultdict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
        for indicator in dict.fromkeys(indicators):
            if indicator in COLUMNS:
                used[COLUMNS[indicator]].append(indicator)
                used[PUPILS].append(indicator)
        places = []
        for (table, columns), resting in sorted(used.items()):
            if table == OF_PERSONS:
                places += [Place(table, columns, file, "", "", tuple(resting)) for file in self._files_of_persons]
                continue
            by_file: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
            for row in self._rows[table][school_code]:
                by_file[row._source_file or "", row._source_sheet or ""].append(row._source_row)
            for (file, sheet), numbers in sorted(by_file.items()):
                places.append(Place(table, columns, file, sheet, spans(numbers), tuple(resting)))
        return places

    def findings(self, rules: Rules) -> dict[str, list[tuple[Row, FailingRow]]]:
        """The rows of each school that break a rule on the data, with the rule."""
        found: defaultdict[str, list[tuple[Row, FailingRow]]] = defaultdict(list)
        for rule in rules.found:
            if kind(rule) in ON_DATA:
                for row in rules.failing(rule.rule_id):
                    code = row.keys.get("school_code")
                    if code is not None:
                        found[self.institutions.get(str(code), str(code))].append((rule, row))
        return dict(found)


def spans(numbers: Iterable[int | None]) -> str:
    """Row numbers in order, runs of them as `first–last`."""
    runs: list[list[int]] = []
    for number in sorted({number for number in numbers if number is not None}):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)
