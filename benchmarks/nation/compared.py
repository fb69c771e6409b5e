"""What a contender has found, held against the marts: python -m benchmarks.nation.compared WAREHOUSE RESULTS.

Whole numbers, decimals, verdicts and words must be the same. Three kinds of figures are doubles, because they are
quotients or roots: they may differ by 1e-12 of their size, the error of adding some hundred doubles in another order.
A figure that the marts do not compute (no data, not applicable) must not be among the results.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

TOLERANCE = 1e-12
SHOWN = 3


@dataclass(frozen=True)
class Comparison:
    """A table of results and the rows of a mart that it has to be."""

    name: str
    mart: str
    keys: Sequence[str]
    exact: Sequence[str]
    doubles: Sequence[str]


UNIT = ("school_year", "county", "school", "stage")
COMPARISONS = (
    Comparison(
        "unit_indicator",
        """select school_year, county_code as county, school_code as school, stage, indicator_id,
        cast(numerator * 100000000 as bigint) as numerator_e8, cast(denominator * 10000 as bigint) as denominator_e4,
        is_met, value from marts.fct_unit_indicator where status in ('pass', 'fail')""",
        (*UNIT, "indicator_id"),
        ("numerator_e8", "denominator_e4", "is_met"),
        ("value",),
    ),
    Comparison(
        "unit_verdict",
        """select school_year, county_code as county, school_code as school, stage, met_count, verdict_class,
        is_compliant, other_ratio from marts.fct_unit_verdict where status in ('pass', 'fail')""",
        UNIT,
        ("met_count", "verdict_class", "is_compliant"),
        ("other_ratio",),
    ),
    Comparison(
        "county_difference",
        """select school_year, county_code as county, stage, indicator_id, is_met, mean, cv
        from marts.fct_county_difference where status in ('pass', 'fail')""",
        ("school_year", "county", "stage", "indicator_id"),
        ("is_met",),
        ("mean", "cv"),
    ),
    Comparison(
        "retention_rate",
        """select graduated_in, county_code as county, school_code as school, formula, numerator, denominator, is_met,
        retention_pct from marts.fct_retention where status in ('pass', 'fail')""",
        ("graduated_in", "county", "school", "formula"),
        ("numerator", "denominator", "is_met"),
        ("retention_pct",),
    ),
    Comparison(
        "funding",
        """select fiscal_year, county_code as county, school_code as school, stage, measure, amount_yuan as amount,
        pupils, required_yuan as required, is_met, per_pupil_yuan as per_pupil from marts.fct_funding_per_pupil
        where status in ('pass', 'fail') or reason = 'no_standard'""",
        ("fiscal_year", "county", "school", "stage", "measure"),
        ("amount", "pupils", "required", "is_met"),
        ("per_pupil",),
    ),
)


def differences(warehouse: Path, results: Path) -> Iterator[tuple[str, int, list[str]]]:
    """Every table of results that is there: its name, the rows that were compared, and what differs (a few of it)."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for comparison in COMPARISONS:
            files = sorted(results.glob(f"{comparison.name}.parquet")) or []
            if not files:
                continue
            source = files[0] / "*.parquet" if files[0].is_dir() else files[0]
            compared = connection.sql(joined(comparison, source))
            (rows,) = compared.aggregate("count(*)").fetchone() or (0,)
            wrong = compared.filter("is_wrong").limit(SHOWN)
            named = [dict(zip(wrong.columns, row, strict=True)) for row in wrong.fetchall()]
            yield comparison.name, rows, [str({key: str(value) for key, value in row.items()}) for row in named]


def joined(comparison: Comparison, source: Path) -> str:
    """Every row of either side, and whether it is wrong."""
    same = " and ".join(f"m.{key} is not distinct from r.{key}" for key in comparison.keys)
    different = [f"m.{column} is distinct from r.{column}" for column in comparison.exact]
    different += [
        f"(m.{column} is null) <> (r.{column} is null)"
        f" or abs(m.{column} - r.{column}) > {TOLERANCE} * greatest(abs(m.{column}), 1e-300)"
        for column in comparison.doubles
    ]
    columns = ", ".join(
        f"m.{column} as mart_{column}, r.{column} as result_{column}"
        for column in (*comparison.keys, *comparison.exact, *comparison.doubles)
    )
    return f"""
        with m as (select *, 1 as is_there from ({comparison.mart})),
        r as (select *, 1 as is_there from read_parquet('{source}'))
        select {columns},
        m.is_there is null or r.is_there is null or coalesce({" or ".join(f"({one})" for one in different)}, false)
            as is_wrong
        from m full outer join r on {same}"""


def main() -> None:
    """Print what was compared as JSON; end with 1 when anything differs or nothing was compared."""
    found = [*differences(Path(sys.argv[1]), Path(sys.argv[2]))]
    print(json.dumps([{"table": name, "rows": rows, "different": wrong} for name, rows, wrong in found]))
    rows = sum(rows for _, rows, _ in found)
    sys.exit(1 if rows == 0 or any(wrong for _, _, wrong in found) else 0)


if __name__ == "__main__":
    main()
