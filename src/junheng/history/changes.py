"""What changed between two builds: verdicts, what rules found, rows of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from junheng.history.results import KINDS, results_of_folder, results_of_warehouse

KEY = ("kind", "school_year", "county_code", "school_code", "stage", "id")
CRITICAL = "critical"


@dataclass(frozen=True)
class Judged:
    """A verdict as one of the two builds has it. `value` and what belongs to it are exact decimals as text."""

    verdict: str
    status: str
    reason: str | None
    value: str | None
    threshold: str | None
    numerator: str | None
    denominator: str | None


@dataclass(frozen=True)
class VerdictChange:
    """A verdict that is another one now. `before` None: it is new; `after` None: it is gone. `kind` is one of KINDS.

    `id` is the item or the indicator; `name` that of the school or the county, where there is one.
    """

    kind: str
    school_year: int
    county_code: str
    school_code: str | None
    stage: str | None
    id: str | None
    name: str | None
    before: Judged | None
    after: Judged | None


@dataclass(frozen=True)
class RuleChange:
    """A rule that found something else. Status and rows are None where the rule was not asked."""

    rule_id: str
    table: str
    severity: str
    status_before: str | None
    status_after: str | None
    failed_before: int | None
    failed_after: int | None

    @property
    def is_new_critical(self) -> bool:
        """Whether a critical rule fails that did not, or fails for more rows."""
        failed_more = self.status_before == "fail" and (self.failed_after or 0) > (self.failed_before or 0)
        return (
            self.severity == CRITICAL and self.status_after == "fail" and (self.status_before != "fail" or failed_more)
        )


@dataclass(frozen=True)
class RowChange:
    """A table `schema.name` with another number of rows; None where the table is not there."""

    table: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Changes:
    """All of it. Verdicts of school years that only one of the two builds judged are not listed, only the years are.

    `figures` counts verdicts that are the same with another value behind them.
    """

    verdicts: Sequence[VerdictChange]
    rules: Sequence[RuleChange]
    rows: Sequence[RowChange]
    figures: int
    years_gone: Sequence[int]
    years_new: Sequence[int]

    def __bool__(self) -> bool:
        return bool(self.verdicts or self.rules or self.rows or self.figures or self.years_gone or self.years_new)

    @property
    def new_critical(self) -> list[RuleChange]:
        """The critical rules that fail now and did not, or fail for more rows."""
        return [rule for rule in self.rules if rule.is_new_critical]

    def as_json(self) -> dict[str, Any]:
        """The changes as a JSON object."""
        return {
            "verdicts": [asdict(change) for change in self.verdicts],
            "rules": [asdict(change) for change in self.rules],
            "rows": [asdict(change) for change in self.rows],
            "figures": self.figures,
            "school_years_gone": list(self.years_gone),
            "school_years_new": list(self.years_new),
        }


def changes_between(before: Path, after: Path) -> Changes:
    """What changed from one build to another; each is a warehouse, or a folder in which the history keeps a run.

    Raises MachineError for one that cannot be read.
    """
    with duckdb.connect() as connection:
        connection.execute("set autoinstall_known_extensions = false")
        for schema, path in (("before", before), ("after", after)):
            load = results_of_folder if path.is_dir() else results_of_warehouse
            load(connection, path, schema)
        years = {schema: _years(connection, schema) for schema in ("before", "after")}
        verdicts, figures = _verdicts(connection, years["before"] & years["after"])
        return Changes(
            verdicts,
            _rules(connection),
            _rows(connection),
            figures,
            sorted(years["before"] - years["after"]),
            sorted(years["after"] - years["before"]),
        )


def _years(connection: duckdb.DuckDBPyConnection, schema: str) -> set[int]:
    return {
        int(year) for (year,) in connection.execute(f"select distinct school_year from {schema}.verdict").fetchall()
    }


def _verdicts(connection: duckdb.DuckDBPyConnection, years: set[int]) -> tuple[list[VerdictChange], int]:
    fields = ("verdict", "status", "reason", "value", "threshold", "numerator", "denominator")
    same_key = " and ".join(f"before.{name} is not distinct from after.{name}" for name in KEY)
    keys = ", ".join(f"coalesce(before.{name}, after.{name}) as {name}" for name in KEY)
    is_other = (
        "before.verdict is distinct from after.verdict or before.status is distinct from after.status"
        " or before.kind is null or after.kind is null"
    )
    values = " or ".join(f"before.{name} is distinct from after.{name}" for name in fields[2:])
    joined = (
        "(select * from before.verdict where list_contains($years, school_year)) as before full join"
        f" (select * from after.verdict where list_contains($years, school_year)) as after on {same_key}"
    )
    sides = ", ".join(f"{side}.{name}" for side in ("before", "after") for name in fields)
    order = f"list_position({list(KINDS)!r}, kind)"
    rows = connection.execute(
        f"select * from (select {keys}, coalesce(after.name, before.name) as name, {sides} from {joined}"
        f" where {is_other}) as changed order by county_code, school_year desc, {order}, school_code nulls first,"
        " stage desc nulls first, id nulls first",
        {"years": sorted(years)},
    ).fetchall()
    same = connection.execute(
        f"select count(*) from {joined} where not ({is_other}) and ({values})", {"years": sorted(years)}
    ).fetchone()
    key = len(KEY) + 1
    changes = []
    for row in rows:
        kind, year, county, school, stage, identity, name = row[:key]
        before, after = _judged(row[key : key + len(fields)]), _judged(row[key + len(fields) :])
        changes.append(VerdictChange(kind, year, county, school, stage, identity, name, before, after))
    return changes, int(same[0]) if same else 0


def _judged(values: Sequence[Any]) -> Judged | None:
    return None if values[0] is None and values[1] is None else Judged(*values)


def _rules(connection: duckdb.DuckDBPyConnection) -> list[RuleChange]:
    rows = connection.execute(
        "select coalesce(after.rule_id, before.rule_id) as rule_id, coalesce(after.table_name, before.table_name),"
        " coalesce(after.severity, before.severity), before.status, after.status, before.rows_failed,"
        " after.rows_failed from before.rule_result as before full join after.rule_result as after"
        " on before.rule_id = after.rule_id where before.status is distinct from after.status"
        " or before.rows_failed is distinct from after.rows_failed order by all"
    ).fetchall()
    return [RuleChange(*row) for row in rows]


def _rows(connection: duckdb.DuckDBPyConnection) -> list[RowChange]:
    rows = connection.execute(
        "select coalesce(after.table_name, before.table_name) as table_name, before.row_count, after.row_count"
        " from before.row_count as before full join after.row_count as after using (table_name)"
        " where before.row_count is distinct from after.row_count order by all"
    ).fetchall()
    return [RowChange(*row) for row in rows]


def count_by_kind(verdicts: Sequence[VerdictChange]) -> Mapping[str, int]:
    """How many verdicts of each kind changed, in the order of KINDS."""
    counts = {kind: sum(change.kind == kind for change in verdicts) for kind in KINDS}
    return {kind: count for kind, count in counts.items() if count}
