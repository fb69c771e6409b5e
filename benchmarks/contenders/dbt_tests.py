"""One dbt test for each rule, in a project made for the occasion; dbt-duckdb reads the DuckDB file."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from benchmarks.checks import KEYS, TABLE, Check
from benchmarks.contenders.job import MEMORY, Job

PROJECT = """name: measured
profile: measured
version: "1.0"
config-version: 2
data_tests:
  measured:
    +store_failures: {keys}
"""
PROFILE = """measured:
  target: all
  outputs:
    all:
      type: duckdb
      path: {folder}/failures.duckdb
      threads: 2
      settings:
        memory_limit: {memory}
      attach:
        - path: {database}
          alias: source
          read_only: true
"""


def judge(job: Job) -> dict[str, int]:
    """Failing rows of each rule; they are stored by dbt where their keys are wanted."""
    folder = job.folder / "dbt"
    (folder / "tests").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT.format(keys=str(job.keys).lower()), encoding="utf-8")
    profile = PROFILE.format(folder=folder, memory=MEMORY, database=job.database)
    (folder / "profiles.yml").write_text(profile, encoding="utf-8")
    for number, check in enumerate(job.checks):
        (folder / "tests" / f"rule_{number}.sql").write_text(query(check), encoding="utf-8")
    settings = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet", "test"]
    done = subprocess.run(
        [*command, "--project-dir", folder, "--profiles-dir", folder], env=settings, capture_output=True, text=True
    )
    results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    if len(results) != len(job.checks):
        raise RuntimeError(done.stdout)
    failures = {result["unique_id"].split(".")[2]: result["failures"] for result in results}
    return {check.name: int(failures[f"rule_{number}"] or 0) for number, check in enumerate(job.checks)}


def query(check: Check) -> str:
    """The failing rows of a rule."""
    shown = ", ".join(dict.fromkeys([*KEYS, *check.columns]))
    if not check.groups:
        return f"select {shown} from source.{TABLE} where {check.broken()}\n"
    members = ", ".join(check.columns)
    return f"select {shown} from source.{TABLE} qualify count(*) over (partition by {members}) > 1\n"
