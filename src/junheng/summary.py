"""The closing summary of a build, read from the published marts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from junheng.findings import Finding, as_json
from junheng.known_issues import Judged
from junheng.quarantine import Account


@dataclass(frozen=True)
class LandingCounts:
    """What became of the files: how many gave rows, the names of those that gave none, converted cells by kind."""

    files_landed: int = 0
    files_not_landed: tuple[str, ...] = ()
    rows_repeated: int = 0
    conversions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """What a build published: one entry of `counties` per county of the judged year, with the columns of
    `marts.fct_county_verdict`; `rules` counts the suites' rules by status; `status` is `unchanged` when all of it was
    published before.
    """

    warehouse: Path
    school_year: int
    counties: list[dict[str, Any]]
    rules: dict[str, int]
    warnings: list[Finding]
    accounts: Sequence[Account] = ()
    known_issues: Sequence[Judged] = ()
    landing: LandingCounts = field(default_factory=lambda: LandingCounts())
    status: str = "published"

    @property
    def quarantined(self) -> dict[str, int]:
        """How many rows of each raw table were set aside; tables without one are left out."""
        return {one.table: one.rows_quarantined for one in self.accounts if one.rows_quarantined}

    @property
    def marts(self) -> Path:
        """The folder of the Parquet files."""
        return self.warehouse.parent / "marts"

    @property
    def quality(self) -> Path:
        """The folder of what the rules found."""
        return self.warehouse.parent / "quality"

    @property
    def report(self) -> Path | None:
        """The first page of the report, when the build wrote one."""
        page = self.warehouse.parent / "report" / "index.html"
        return page if page.is_file() else None

    def as_json(self) -> dict[str, Any]:
        """The summary as one JSON object."""
        return {
            "status": self.status,
            "exit_code": 0,
            "school_year": self.school_year,
            "counties": self.counties,
            "rules": self.rules,
            "quarantined": self.quarantined,
            "known_issues": [
                {
                    "rule_id": one.issue.rule_id,
                    "scope": one.issue.scope_text,
                    "at_most": one.issue.at_most,
                    "found": one.found,
                    "state": one.state,
                    "owner": one.issue.owner,
                    "expires_on": one.issue.expires_on.isoformat(),
                }
                for one in self.known_issues
            ],
            "landing": asdict(self.landing),
            "warnings": [as_json(finding) for finding in self.warnings],
            "warehouse": str(self.warehouse),
            "marts": str(self.marts),
            "quality": str(self.quality),
            "report": str(self.report) if self.report else None,
        }


def summarise(
    warehouse: Path,
    school_year: int | None,
    warnings: list[Finding],
    accounts: Sequence[Account] = (),
    known_issues: Sequence[Judged] = (),
    *,
    status: str = "published",
) -> Summary:
    """Read the summary of one school year from a published warehouse; without a year that of the judged one."""
    connection = duckdb.connect(str(warehouse), read_only=True)
    try:
        if school_year is None:
            ((school_year,),) = connection.execute("select school_year from quality.run").fetchall()
        cursor = connection.execute(
            f"select * from marts.fct_county_verdict where school_year = {school_year} order by county_code"
        )
        names = [column[0] for column in cursor.description or ()]
        counties = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        rules = connection.execute("select status, count(*) from quality.rule_result group by status order by status")
        return Summary(
            warehouse,
            int(school_year),
            counties,
            dict(rules.fetchall()),
            warnings,
            accounts,
            known_issues,
            _landing(connection),
            status,
        )
    finally:
        connection.close()


def _landing(connection: duckdb.DuckDBPyConnection) -> LandingCounts:
    files = connection.execute(
        "select file, sum(rows_landed), sum(rows_repeated) from quality.source_file group by file order by file"
    ).fetchall()
    conversions = connection.execute(
        "select conversion, sum(cells) from quality.landing_conversion group by conversion order by conversion"
    ).fetchall()
    return LandingCounts(
        sum(1 for _, landed, _ in files if landed),
        tuple(file for file, landed, _ in files if not landed),
        sum(int(repeated) for _, _, repeated in files),
        {conversion: int(cells) for conversion, cells in conversions},
    )
