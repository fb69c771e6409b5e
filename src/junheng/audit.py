"""`junheng audit`: what recomputing the published documents' figures found."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from junheng import dbt_runner
from junheng.project import packaged_project
from junheng.query import open_published

CHECKS = "select * from marts.fct_claim_check order by document, relation_id"
# Cautious: a test that compares with seeds outside the selection cannot run here.
SELECTION = (
    *("--select", "+fct_claim_check"),
    *("--indirect-selection", "cautious"),
    *("--exclude-resource-type", "unit_test"),
)


@dataclass(frozen=True)
class Audit:
    """The relations among the documents' figures, with the columns of `marts.fct_claim_check`."""

    checks: list[dict[str, Any]]

    @property
    def contradictions(self) -> int:
        """How many times a document contradicts itself."""
        return sum(check["status"] == "contradicts" for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """The audit as one JSON object."""
        counts: dict[str, int] = {}
        for check in self.checks:
            counts[check["status"]] = counts.get(check["status"], 0) + 1
        return {"exit_code": 1 if self.contradictions else 0, "counts": counts, "checks": self.checks}


def audit_documents(out: Path) -> Audit:
    """Read the checks from the published warehouse; where there is none, compute this part alone in a temporary file.

    Raises the errors of `dbt_runner.build` and of `open_published`.
    """
    warehouse = out / "warehouse.duckdb"
    if warehouse.is_file():
        return _read(warehouse)
    with tempfile.TemporaryDirectory(prefix="junheng-") as folder:
        work = Path(folder)
        run = dbt_runner.DbtRun(packaged_project().root, work / "warehouse.duckdb", work / "target", work / "logs")
        dbt_runner.build(run, SELECTION, lambda _name, _index, _total: None)
        return _read(run.warehouse)


def _read(warehouse: Path) -> Audit:
    connection: duckdb.DuckDBPyConnection = open_published(warehouse)
    try:
        cursor = connection.execute(CHECKS)
        names = [column[0] for column in cursor.description or ()]
        return Audit([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
    finally:
        connection.close()
