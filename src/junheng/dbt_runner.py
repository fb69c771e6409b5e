"""Run dbt as a process of its own: after it ends nobody holds the build file, and its log stays in a file."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from junheng.build_file import settings_of
from junheng.errors import DataError, JunhengError, MachineError, UsageError

ENTRIES = {
    "duckdb": "from dbt.cli.main import cli; cli()",
    "spark": "from junheng.spark.dbt_process import main; main()",
}
# dbt ends with the build that has started it, however that ends: its end of a pipe is closed then.
NEVER_ALONE = """import os, threading
def watch():
    os.read(0, 1)
    os._exit(1)
threading.Thread(target=watch, daemon=True).start()
"""
ONE_BY_ONE = ("--threads", "1")
SHOWN_ROWS = 3
NOTHING_TOLD: Mapping[str, str] = {}
FINISHED = frozenset({"LogModelResult", "LogSeedResult", "LogTestResult", "LogSnapshotResult"})
CONFIGURATION_SEEDS = ("seeds/standards/", "seeds/published/")
MACHINE_TROUBLE = (
    "IO Error",
    "Out of Memory",
    "Could not set lock",
    "No space left",
    "Permission denied",
    "FATAL Error",
)


@dataclass(frozen=True)
class DbtRun:
    """One run of dbt: which project, into which file, with which folders for what it writes, on which engine."""

    project: Path
    warehouse: Path
    target: Path
    logs: Path
    engine: str = "duckdb"
    memory: str | None = None


def build(
    run: DbtRun,
    selection: Sequence[str],
    on_node: Callable[[str, int, int], None],
    told: Mapping[str, str] = NOTHING_TOLD,
) -> int:
    """`dbt build` with a selection; gives the number of nodes that ran. `told` are more variables of its environment.

    A statement that does not fit in memory beside another is given one more try: all of it then runs one by one.
    Raises UsageError when a seed of standards or a test of one fails, DataError when a model or a test of data fails,
    MachineError for everything else, too little memory (that of the run) among it.
    """
    try:
        return _built(run, selection, on_node, told)
    except MachineError as error:
        if error.message_id != "memory_full":
            raise
        return _built(run, (*selection, *ONE_BY_ONE), on_node, told)


def _built(
    run: DbtRun, selection: Sequence[str], on_node: Callable[[str, int, int], None], told: Mapping[str, str]
) -> int:
    command = [*_command(run, "build", before=NEVER_ALONE), *selection]
    run.logs.mkdir(parents=True, exist_ok=True)
    said: list[str] = []
    nodes = 0
    with subprocess.Popen(
        command,
        cwd=run.target.parent,
        env=_environment(run.warehouse) | {"JUNHENG_DUCKDB": json.dumps(settings_of(run.memory))} | dict(told),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101
        try:
            for line in process.stdout:
                event = _event(line)
                if event is None:
                    said.append(line.rstrip())
                elif event["info"]["name"] in FINISHED:
                    nodes += 1
                    data = event["data"]
                    on_node(data["node_info"]["node_name"], int(data.get("index", nodes)), int(data.get("total", 0)))
                elif event["info"]["level"] == "error":
                    said.append(str(event["info"]["msg"]).strip())
            process.wait()  # before its pipe is closed
        except BaseException:
            # A build that is ended does not wait for dbt to end.
            process.kill()
            raise
    if process.returncode:
        raise _failure(run, said)
    return nodes


def docs(run: DbtRun) -> Path:
    """dbt's documentation of all models as one page, which nothing is asked of the warehouse for.

    Gives the page; manifest and catalogue, which stand in it, lie beside it. Raises MachineError.
    """
    command = [*_command(run, "docs", "generate"), "--static", "--empty-catalog", "--select", "resource_type:model"]
    run.target.mkdir(parents=True, exist_ok=True)
    run.logs.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        command,
        cwd=run.target.parent,
        env=_environment(run.warehouse),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    page = run.target / "static_index.html"
    if done.returncode or not page.is_file():
        raise MachineError("dbt_failed", found=done.stdout[-2000:], log=run.logs / "dbt.log")
    return page


def _command(run: DbtRun, *words: str, before: str = "") -> list[str]:
    """The command line that every run of dbt begins with."""
    command = [sys.executable, "-c", before + ENTRIES[run.engine], "--log-format", "json", "--log-format-file", "text"]
    command += ["--log-path", str(run.logs), "--no-version-check", *words, "--project-dir", str(run.project)]
    return [*command, "--profiles-dir", str(run.project), "--target-path", str(run.target), "--target", run.engine]


def _environment(warehouse: Path) -> dict[str, str]:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("DBT_")}
    return environment | {
        "JUNHENG_WAREHOUSE": str(warehouse),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUTF8": "1",
    }


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        return None
    return event if isinstance(event, dict) and "info" in event else None


def _failure(run: DbtRun, said: list[str]) -> JunhengError:
    """The first node that failed, as an error for whoever has to act."""
    log = run.logs / "dbt.log"
    results = _read_json(run.target / "run_results.json").get("results", [])
    failed = [result for result in results if result["status"] in ("error", "fail", "runtime error")]
    if run.engine == "spark":
        from junheng.spark.failures import in_short, spark_failure

        told = "\n".join([*(str(result.get("message")) for result in failed if result["status"] != "fail"), *said])
        if error := spark_failure(told, run.warehouse.parent, run.logs):
            return error
        said = [in_short(line) for line in said]
    if not failed:
        lines = [line for line in said if line]
        # dbt that cannot write its log ends in a traceback of many lines: the one that matters is enough.
        if full := [line for line in lines if os.strerror(errno.ENOSPC) in line]:
            return MachineError("disk_full", file=run.warehouse.parent, found=full[-1].strip())
        return MachineError("dbt_failed", found="\n".join(lines)[-2000:], log=log)
    nodes = _read_json(run.target / "manifest.json").get("nodes", {})
    first = failed[0]
    node = nodes.get(first["unique_id"], {})
    message = str(first.get("message") or "").strip()
    if "Out of Memory Error" in message:
        told = next(line for line in message.splitlines() if "Out of Memory Error" in line)
        return MachineError("memory_full", found=told.strip())
    if run.engine == "spark":
        message = in_short(message)
    elif first["status"] == "fail":
        message = "\n".join([message, *_failing_rows(run.warehouse, str(first.get("compiled_code") or ""))])
    kind = _error_class(node, nodes, message)
    return kind(
        "dbt_node_failed",
        file=node.get("original_file_path"),
        column=node.get("column_name"),
        found=message,
        node=node.get("name", first["unique_id"]),
        count=len(failed),
        log=log,
    )


def _failing_rows(warehouse: Path, test: str) -> list[str]:
    """The first rows that a failed test returns: its count alone leads nobody to the cell."""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            cursor = connection.execute(test)
            names = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchmany(SHOWN_ROWS)
    except duckdb.Error:
        return []  # the message of dbt is then all there is to say
    return [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str) for row in rows]


def _error_class(node: dict[str, Any], nodes: dict[str, Any], message: str) -> type[JunhengError]:
    if any(words in message for words in MACHINE_TROUBLE):
        return MachineError
    judged = [node] if node.get("resource_type") != "test" else _parents(node, nodes)
    paths = [str(parent.get("original_file_path", "")).replace("\\", "/") for parent in judged]
    is_configuration = bool(paths) and all(path.startswith(CONFIGURATION_SEEDS) for path in paths)
    return UsageError if is_configuration else DataError


def _parents(node: dict[str, Any], nodes: dict[str, Any]) -> list[dict[str, Any]]:
    return [nodes[parent] for parent in node.get("depends_on", {}).get("nodes", []) if parent in nodes]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return {}
    return content
