"""`junheng history`: the last runs, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from junheng.errors import UsageError
from junheng.history.causes import CAUSES
from junheng.history.record import RunRecord
from junheng.history.store import History, KeptRun
from junheng.messages import Messages
from junheng.terminal import json_text, visible

SHOWN_COUNTIES = 2


def history(out: Path, limit: int, messages: Messages, *, as_json: bool) -> None:
    """Print the last `limit` runs of an output folder. Raises UsageError when there is no history."""
    runs = History(out).runs()
    if not runs:
        raise UsageError("no_history", file=out)
    shown = list(reversed(runs))[:limit]
    changed = _changed(runs)
    if as_json:
        content = {"runs": [_as_json(run, changed) for run in shown], "total": len(runs)}
        print(json_text(content))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("number", "time", "status", "result", "changed", "run"):
        table.add_column(messages.text("history", name), no_wrap=name in ("number", "time", "run"), overflow="fold")
    for run in shown:
        table.add_row(*map(visible, _row(run, changed, messages)))
    Console(highlight=False, markup=False).print(table)
    print(messages.text("history", "count", shown=len(shown), total=len(runs)))


def _row(run: KeptRun, changed: Mapping[int, tuple[str, ...]], messages: Messages) -> list[str]:
    record = run.record
    if record is None:
        return [str(run.number), "", messages.text("history", "unreadable"), "", "", run.run_id]
    status = messages.text("run_statuses", record.status)
    if record.name:
        status = f"{status} {record.name}"
    causes = " ".join(messages.text("causes", cause) for cause in changed.get(run.number, ()))
    return [
        str(run.number),
        record.started_at[:16].replace("T", " "),
        status,
        _result(record, messages),
        causes,
        record.run_id,
    ]


def _result(record: RunRecord, messages: Messages) -> str:
    """The verdict on the counties of the judged year, or what stopped the run."""
    if record.status in ("refused", "failed") and record.error:
        critical = record.findings.get("critical")
        found = messages.text("history", "findings", count=critical) if critical else ""
        return f"{record.error} {found}".strip()
    if record.status == "rolled_back":
        return f"{record.from_build} → {record.build_id}"
    counties = [one for one in record.counties if one.get("school_year") == record.school_year]
    lines = [
        f"{one.get('county_name') or one.get('county_code')} {messages.text('verdicts', str(one['verdict']))}"
        f" {one.get('units_compliant')}/{one.get('units')}"
        for one in counties[:SHOWN_COUNTIES]
    ]
    return "\n".join([*lines, *(["…"] if len(counties) > SHOWN_COUNTIES else [])])


def _changed(runs: list[KeptRun]) -> dict[int, tuple[str, ...]]:
    """What differs between the inputs of each published build and those of the one before."""
    published = [run for run in runs if run.record is not None and run.record.status == "published"]
    found = {}
    for before, after in pairwise(published):
        if before.record is None or after.record is None or not before.record.fingerprints:
            continue
        one, other = before.record.fingerprints, after.record.fingerprints
        found[after.number] = tuple(cause for cause in CAUSES if one.get(cause) != other.get(cause))
    return found


def _as_json(run: KeptRun, changed: Mapping[int, tuple[str, ...]]) -> dict[str, Any]:
    if run.record is None:
        return {"number": run.number, "run_id": run.run_id, "status": "unreadable"}
    return {**run.record.as_json(), "seconds": run.record.seconds, "changed": list(changed.get(run.number, ()))}
