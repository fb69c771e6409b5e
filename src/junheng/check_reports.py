"""The files that `junheng check` writes beside its answer."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from junheng.errors import MachineError, UsageError
from junheng.landing.cells import literal
from junheng.messages import Messages
from junheng.validation.failing_rows import NAMES
from junheng.validation.gx_json import gx_refusal
from junheng.validation.sources import Limits, own_connection

if TYPE_CHECKING:
    from junheng.table_check import Checked
    from junheng.validation import ValidationResult

FAILING_ROW_FORMATS = {".parquet": "format parquet", ".csv": "format csv, header"}
NOTHING = f"select {', '.join(f'null::varchar as {name}' for name in NAMES)} where false"


@dataclass(frozen=True)
class Reports:
    """Files to write."""

    junit: Path | None = None
    gx_json: Path | None = None
    data_docs: Path | None = None
    failing_rows: Path | None = None


def refuse_reports(reports: Reports) -> None:
    """Refuse files that could not be written, before anything is judged. Raises UsageError."""
    failing = reports.failing_rows
    if failing is not None and failing.suffix.lower() not in FAILING_ROW_FORMATS:
        raise UsageError("failing_rows_format", file=failing, expected=", ".join(FAILING_ROW_FORMATS))


def write_reports(found: Checked, reports: Reports, messages: Messages) -> list[Path]:
    """Write the files that are wanted; gives their paths. Raises MachineError for one that cannot be written."""
    written: list[Path] = []
    if reports.junit is not None:
        from junheng.validation.junit import junit_document

        written.append(write_text(reports.junit, junit_document(found.results, messages, found.refused)))
    if reports.gx_json is not None:
        documents = [result.to_gx() for result in found.results]
        documents += [gx_refusal(name, messages.error(error)) for name, error in found.refused.items()]
        content = documents[0] if len(documents) == 1 else documents
        written.append(write_text(reports.gx_json, f"{json.dumps(content, ensure_ascii=False, indent=2)}\n"))
    if reports.failing_rows is not None:
        written.append(write_failing_rows(found.results, reports.failing_rows))
    if reports.data_docs is not None:
        from junheng.validation.data_docs import write_data_docs

        written.append(write_data_docs(found.results, reports.data_docs))
    return written


def write_text(path: Path, text: str) -> Path:
    """Write a report. Raises MachineError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise MachineError("report_not_written", file=path, found=error.strerror) from error
    return path


def write_failing_rows(results: Sequence[ValidationResult], path: Path) -> Path:
    """Write every failing row of every rule as Parquet or CSV, by suite, rule and key.

    The rows do not pass through Python. Raises MachineError.
    """
    limits = Limits(keep_order=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder, own_connection(limits) as connection:
            parts = [str(Path(folder) / f"{number}.parquet") for number in range(len(results))]
            for result, part in zip(results, parts, strict=True):
                result.failing_rows().write_parquet(part)
            whole = str(Path(folder) / "whole")
            everything = f"select * from read_parquet([{', '.join(map(literal, parts))}])" if parts else NOTHING
            options = FAILING_ROW_FORMATS[path.suffix.lower()]
            connection.execute(f"copy ({everything}) to {literal(whole)} ({options})")
            Path(whole).replace(path)
    except (OSError, duckdb.Error) as error:
        raise MachineError("report_not_written", file=path, found=str(error).splitlines()[0]) from error
    return path
