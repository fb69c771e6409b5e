"""OpenLineage events of a build: which files went in, which tables came out, what the rules say of each.

Two jobs: `build` reads the files and writes the tables; `check`, a child of its run, reads the tables and carries what
every rule found. Made with the classes of openlineage-python (the extra `lineage`), which validate what they hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from junheng import __version__
from junheng.errors import UsageError
from junheng.landing.sql import quoted
from junheng.watch.outcome import CRITICAL, INTERRUPTED, PUBLISHED, UNCHANGED, Outcome, RuleLine

if TYPE_CHECKING:
    from openlineage.client.event_v2 import RunEvent

NAMESPACE = "junheng"
PRODUCER = f"urn:junheng:{__version__}"
SCHEMAS = ("raw", "marts")


@dataclass(frozen=True)
class Table:
    """A table of the published warehouse: its columns with their types, and its rows."""

    name: str
    columns: Sequence[tuple[str, str]]
    rows: int


@dataclass(frozen=True)
class LineageRun:
    """One build as a run of OpenLineage. `raw` is the folder or file that was handed in."""

    out: Path
    raw: Path
    run_id: str = field(default_factory=lambda: _new_id())

    def started(self) -> list[RunEvent]:
        """The event that a build has begun."""
        return [self._event("START", "build", self.run_id, {}, [], [])]

    def ended(self, outcome: Outcome) -> list[RunEvent]:
        """The events that a build has ended, and of the check that belongs to it when there was one."""
        from openlineage.client.facet_v2 import error_message_run, parent_run

        facets: dict[str, Any] = {}
        if outcome.status not in (PUBLISHED, UNCHANGED):
            what = outcome.error.message_id if outcome.error else outcome.defect or outcome.status
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(what, "python")
        states = {PUBLISHED: "COMPLETE", UNCHANGED: "COMPLETE", INTERRUPTED: "ABORT"}
        state = states.get(outcome.status, "FAIL")
        if outcome.status == UNCHANGED:  # nothing was read and nothing written
            return [self._event(state, "build", self.run_id, facets, [], [])]
        tables = tables_of(outcome.warehouse) if outcome.warehouse else []
        outputs = [self._output(table) for table in tables]
        events = [self._event(state, "build", self.run_id, facets, self._files(outcome), outputs)]
        if outcome.rules:
            parent = parent_run.ParentRunFacet(
                parent_run.Run(self.run_id), parent_run.Job(namespace=NAMESPACE, name="build")
            )
            run_id = _new_id()
            judged = self._judged(outcome.rules, tables)
            events.append(self._event("START", "check", run_id, {"parent": parent}, [], []))
            events.append(self._event("COMPLETE", "check", run_id, {"parent": parent}, judged, []))
        return events

    def _event(
        self, state: str, job: str, run_id: str, facets: dict[str, Any], inputs: list[Any], outputs: list[Any]
    ) -> RunEvent:
        from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
        from openlineage.client.facet_v2 import job_type_job, processing_engine_run

        engine = processing_engine_run.ProcessingEngineRunFacet(version=duckdb.__version__, name="duckdb")
        kind = job_type_job.JobTypeJobFacet(processingType="BATCH", integration="JUNHENG", jobType="COMMAND")
        return RunEvent(
            eventTime=datetime.now(UTC).isoformat(),
            eventType=RunState[state],
            run=Run(run_id, {"processing_engine": engine, **facets}),
            job=Job(NAMESPACE, job, {"jobType": kind}),
            inputs=inputs,
            outputs=outputs,
            producer=PRODUCER,
        )

    def _files(self, outcome: Outcome) -> list[Any]:
        from openlineage.client.event_v2 import InputDataset
        from openlineage.client.facet_v2 import dataset_version_dataset, input_statistics_input_dataset

        folder = self.raw if self.raw.is_dir() else self.raw.parent
        return [
            InputDataset(
                "file",
                str(folder / file.file),
                facets={"version": dataset_version_dataset.DatasetVersionDatasetFacet(file.sha256)}
                if file.sha256
                else {},
                inputFacets={
                    "inputStatistics": input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
                        rowCount=file.rows
                    )
                },
            )
            for file in outcome.files
        ]

    def _output(self, table: Table) -> Any:
        from openlineage.client.event_v2 import OutputDataset
        from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics

        return OutputDataset(
            self._namespace,
            f"warehouse.{table.name}",
            facets=_schema(table),
            outputFacets={"outputStatistics": statistics.OutputStatisticsOutputDatasetFacet(rowCount=table.rows)},
        )

    def _judged(self, rules: Sequence[RuleLine], tables: Sequence[Table]) -> list[Any]:
        from openlineage.client.event_v2 import InputDataset
        from openlineage.client.facet_v2 import data_quality_assertions_dataset as quality

        known = {table.name: table for table in tables}
        by_table: dict[str, list[Any]] = defaultdict(list)
        for rule in rules:
            by_table[rule.table].append(
                quality.Assertion(
                    assertion=rule.rule_id,
                    # Neither a warning nor a rule without data is a success: the status says which it was.
                    success=rule.status == "pass",
                    severity="error" if rule.severity == CRITICAL else "warn",
                    name=rule.rule_id,
                    description=rule.title_en,
                    params={
                        "status": rule.status,
                        "rows_checked": rule.rows_checked,
                        "rows_failed": rule.rows_failed,
                        "title_zh": rule.title_zh,
                    },
                )
            )
        return [
            InputDataset(
                self._namespace,
                f"warehouse.{name}",
                facets=_schema(known[name]) if name in known else {},
                inputFacets={"dataQualityAssertions": quality.DataQualityAssertionsDatasetFacet(assertions)},
            )
            for name, assertions in sorted(by_table.items())
        ]

    @property
    def _namespace(self) -> str:
        """As dbt's own integration names a DuckDB file."""
        return f"duckdb://{(self.out / 'warehouse.duckdb').absolute()}"


def require_openlineage() -> None:
    """Raise UsageError when the extra is not installed."""
    try:
        import openlineage.client.facet_v2
    except ImportError as error:
        raise UsageError("lineage_extra_missing", expected="junheng[lineage]") from error
    openlineage.client.facet_v2.set_producer(PRODUCER)


def as_json(event: RunEvent) -> str:
    """An event as one line of JSON."""
    from openlineage.client.serde import Serde

    line: str = Serde.to_json(event)
    return line


def tables_of(warehouse: Path) -> list[Table]:
    """The raw tables and marts of a warehouse, by name."""
    columns: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()"
            " where database_name = current_database() and list_contains($schemas, schema_name)"
            " order by schema_name, table_name, column_index",
            {"schemas": list(SCHEMAS)},
        ).fetchall()
        for table, column, kind in found:
            columns[table].append((column, kind))
        rows = {table: _count(connection, table) for table in columns}
    return [Table(table, described, rows[table]) for table, described in sorted(columns.items())]


def _schema(table: Table) -> dict[str, Any]:
    from openlineage.client.facet_v2 import schema_dataset

    fields = [schema_dataset.SchemaDatasetFacetFields(name=name, type=kind) for name, kind in table.columns]
    return {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)}


def _new_id() -> str:
    from openlineage.client.uuid import generate_new_uuid

    return str(generate_new_uuid())


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """The rows of `schema.table`."""
    schema, name = table.split(".", 1)
    row = connection.execute(f"select count(*) from {quoted(schema)}.{quoted(name)}").fetchone()
    return int(row[0]) if row else 0
