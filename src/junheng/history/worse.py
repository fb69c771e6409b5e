"""Worse than the last build: the published results beside those of the build that is to replace them.

How much worse is still good enough is data: the seed `last_build_tolerances`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb

from junheng.errors import MachineError, UsageError
from junheng.findings import CRITICAL, Finding
from junheng.history.recording import FINDINGS
from junheng.landing.sql import literal, quoted
from junheng.messages import Messages

SEED = "last_build_tolerances.csv"
# From the best verdict to the worst.
VERDICTS = ("met", "met_after_remediation", "pending", "no_data", "not_met")
# Whether more of it is better.
MEASURES = {
    "county_verdict": False,
    "units_compliant": True,
    "units_no_data": False,
    "coefficients_met": True,
    "items_met": True,
    "findings_critical": False,
    "findings_warning": False,
    "findings_standard": False,
    "rows_landed": True,
}
_OF_COUNTIES = {
    "county_verdict": "nullif(list_position({verdicts}, verdict), 0)",
    "units_compliant": "units_compliant",
    "units_no_data": "units_no_data",
    "coefficients_met": "coefficients_met",
    "items_met": "government_met + government_remediation + quality_met + quality_remediation",
}
Measured = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Tolerance:
    """By how much a measure may be worse: so much, or so much per cent of the former figure, whichever is more."""

    allowed: Decimal
    percent: Decimal

    def __str__(self) -> str:
        return f"(± {self.allowed:f}, {self.percent:f} %)"

    def forgives(self, before: int, loss: int) -> bool:
        """Whether a loss against the former figure is within it; exact."""
        return loss <= self.allowed or Decimal(loss) * 100 <= self.percent * before


STRICT = Tolerance(Decimal(0), Decimal(0))


@dataclass(frozen=True)
class Worse:
    """A measure that is worse than it may be. `place` is a county, or empty for the whole build; `after` None: gone."""

    measure: str
    place: str
    before: int
    after: int | None
    tolerance: Tolerance


def worse_than_last(
    connection: duckdb.DuckDBPyConnection, former: Path, school_year: int, standards: Path
) -> list[Worse] | None:
    """Compare the open build file with the published warehouse; None when that judged no such year.

    Only counties that both have are compared; one that is gone is worse. Raises UsageError for tolerances that are
    none, MachineError for a warehouse that cannot be read.
    """
    tolerances = read_tolerances(standards)
    (here,) = connection.execute("select current_database()").fetchone() or ("",)
    try:
        connection.execute(f"attach {literal(str(former.resolve()))} as former (read_only)")
        try:
            before = _measure(connection, "former", school_year)
        finally:
            connection.execute("detach former")
    except duckdb.Error as error:
        raise MachineError("warehouse_unreadable", file=former, found=str(error).splitlines()[0]) from error
    if not any(place for _, place in before):
        return None
    return list(_worse(before, _measure(connection, quoted(here), school_year), tolerances))


def read_tolerances(standards: Path) -> dict[str, Tolerance]:
    """Read the seed. Raises UsageError for a measure or a number that is none."""
    path = standards / SEED
    tolerances = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            if row["measure"] not in MEASURES:
                raise UsageError(
                    "tolerance_wrong",
                    file=path.name,
                    row=number,
                    column="measure",
                    found=row["measure"],
                    expected=", ".join(MEASURES),
                )
            tolerances[row["measure"]] = Tolerance(*(_number(row, number, name) for name in ("allowed", "allowed_pct")))
    return tolerances


def _number(row: Mapping[str, str], number: int, column: str) -> Decimal:
    try:
        value = Decimal(row[column] or 0)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        raise UsageError(
            "tolerance_wrong", file=SEED, row=number, column=column, found=row[column], expected="0, 1, 2.5, …"
        )
    return value


def findings_of(worse: Sequence[Worse], messages: Messages) -> list[Finding]:
    """What is worse, as findings of a refused build."""
    return [
        Finding(
            "worse_than_last",
            CRITICAL,
            table="fct_county_verdict",
            found=_shown(one.measure, one.after, messages),
            expected=f"{_shown(one.measure, one.before, messages)} {one.tolerance}",
            keys=one.place or None,
            title=messages.text("worse", one.measure),
            action=messages.text("finding_actions", "worse_than_last"),
        )
        for one in worse
    ]


def _shown(measure: str, value: int | None, messages: Messages) -> str:
    if value is None:
        return messages.text("diff", "nothing")
    return messages.text("verdicts", VERDICTS[value - 1]) if measure == "county_verdict" else f"{value:,}"


def _worse(before: Measured, after: Measured, tolerances: Mapping[str, Tolerance]) -> Iterator[Worse]:
    for (measure, place), former in before.items():
        # A measure that the seed leaves out may not be worse at all.
        tolerance = tolerances.get(measure, STRICT)
        now = after.get((measure, place))
        if now is None:
            yield Worse(measure, place, former, None, tolerance)
            continue
        loss = former - now if MEASURES[measure] else now - former
        if loss > 0 and not tolerance.forgives(former, loss):
            yield Worse(measure, place, former, now, tolerance)


def _measure(connection: duckdb.DuckDBPyConnection, catalog: str, school_year: int) -> Measured:
    """Every measure: of each county that was judged in the year, and of the build as a whole (place empty)."""
    found: dict[tuple[str, str], int] = {}
    columns = ", ".join(_OF_COUNTIES.values()).format(verdicts=list(VERDICTS))
    rows = connection.execute(
        f"select county_code, {columns} from {catalog}.marts.fct_county_verdict where school_year = {int(school_year)}"
        " order by county_code"
    ).fetchall()
    for county, *values in rows:
        for measure, value in zip(_OF_COUNTIES, values, strict=True):
            # What is not there is not 0: it is gone, and that is worse.
            if value is not None:
                found[measure, county] = int(value)
    counts = ", ".join(f"count(*) filter (where {where})" for where in FINDINGS.values())
    row = connection.execute(f"select {counts} from {catalog}.quality.failing_row").fetchone() or ()
    for kind, count in zip(FINDINGS, row, strict=True):
        found[f"findings_{kind}", ""] = int(count)
    tables = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'raw' and database_name = ?", [catalog.strip('"')]
    ).fetchall()
    parts = " + ".join(f"(select count(*) from {catalog}.raw.{quoted(table)})" for (table,) in tables)
    landed = connection.execute(f"select {parts or '0'}").fetchone() or (0,)
    found["rows_landed", ""] = int(landed[0])
    return found
