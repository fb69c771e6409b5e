"""What the rules found, from the schema `quality`: for the gate line of the overview and the pages of data quality."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from junheng.quality_totals import KINDS, ON_DATA
from junheng.report.facts import Facts, Row

STATUSES = ("error", "fail", "warn", "no_data", "not_applicable", "pass")
FOUND = ("error", "fail", "warn")
# Keys that point at one person.
PERSONAL_KEYS = frozenset({"staff_id"})
PERSONAL_TABLE = "raw.staff"


@dataclass(frozen=True)
class FailingRow:
    """One row that breaks a rule, its keys parsed."""

    keys: dict[str, Any]
    row: Row

    @property
    def sheet(self) -> str:
        """The worksheet; empty for a file without sheets."""
        return self.row.values.get("source_sheet") or ""


class Rules:
    """Every rule of the build with its rows."""

    def __init__(self, facts: Facts, *, public: bool = False) -> None:
        self.facts = facts
        self.public = public

    @cached_property
    def results(self) -> list[Row]:
        """All rules: those that found something first."""
        rows = self.facts.rows("quality.rule_result", ["suite", "rule_id"])
        return sorted(rows, key=lambda row: (STATUSES.index(row.status), KINDS.index(kind(row))))

    @cached_property
    def found(self) -> list[Row]:
        """The rules that have a page of their own."""
        return [row for row in self.results if row.status in FOUND]

    @cached_property
    def by_suite(self) -> dict[str, list[Row]]:
        """The rules of every suite, in the order of their ids."""
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for row in sorted(self.results, key=lambda row: (row.suite, row.rule_id)):
            found[row.suite].append(row)
        return dict(found)

    @cached_property
    def counts(self) -> dict[tuple[str, str], int]:
        """How many rules of a kind ended in a status; what is not there did not occur."""
        return {(row.kind, row.status): row.rules for row in self.facts.rows("quality.rule_count", ["kind", "status"])}

    @cached_property
    def gate(self) -> Row:
        """The rules on the data, those that failed or warn, and their rows."""
        return self.facts.rows("quality.gate", ["rules"])[0]

    @cached_property
    def _by_rule(self) -> dict[str, list[FailingRow]]:
        found: defaultdict[str, list[FailingRow]] = defaultdict(list)
        for row in self.facts.rows("quality.failing_row", ["rule_id", "keys", "source_file", "source_row"]):
            found[row.rule_id].append(FailingRow(json.loads(row.keys or "{}"), row))
        for rows in found.values():
            rows.sort(key=_order)
        return dict(found)

    def failing(self, rule_id: str) -> list[FailingRow]:
        """The rows that break a rule, in the order of their keys; in a public report without those on persons."""
        rows = self._by_rule.get(rule_id, [])
        return [row for row in rows if not (self.public and PERSONAL_KEYS & row.keys.keys())]

    def withheld(self, rule: Row) -> int:
        """How many rows a public report leaves out because they point at persons."""
        if not self.public or rule.table_name != PERSONAL_TABLE:
            return 0
        return int(rule.rows_failed) - len(self.failing(rule.rule_id))

    @cached_property
    def quarantined(self) -> dict[str, list[Row]]:
        """The rows that were set aside, by table; tables without one are left out. A public report lists none."""
        found = {}
        for account in self.facts.rows("quality.row_accounting", ["table_name"]):
            if account.rows_quarantined:
                table = f"quality.quarantine_{account.table_name}"
                rows = [] if self.public else self.facts.rows(table, ["_source_file", "_source_row"])
                found[account.table_name] = rows
        return found


def kind(row: Row) -> str:
    """The kind of a rule: the first part of the name of its suite."""
    name = str(row.suite).partition(".")[0]
    return name if name in KINDS else ON_DATA[0]


def _order(row: FailingRow) -> tuple[Any, ...]:
    keys = tuple(
        (value is not None, f"{value:>20}" if isinstance(value, int) else str(value)) for value in row.keys.values()
    )
    return keys, row.row.source_file or "", row.sheet, row.row.source_row or 0, row.row.actual or ""
