"""dbt's documentation of the models as one file that opens without a server."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from junheng.dbt_runner import DbtRun, docs
from junheng.project import packaged_project
from junheng.report.facts import Facts

# What differs from run to run, or names the machine, in manifest and catalogue.
CHANGING = frozenset(
    {
        *("generated_at", "invocation_id", "invocation_started_at", "created_at", "run_started_at", "user_id"),
        *("root_path", "compiled_path", "build_path"),
    }
)


def write_dbt_docs(facts: Facts, folder: Path) -> int:
    """Write `data/dbt.html`; the same models give the same bytes.

    Raises MachineError when dbt cannot run.
    """
    scratch = Path(mkdtemp(prefix="junheng-dbt-"))
    try:
        run = DbtRun(packaged_project().root, scratch / "empty.duckdb", scratch / "target", scratch / "logs")
        page = docs(run)
        text = page.read_text(encoding="utf-8")
        for name in ("manifest.json", "catalog.json"):
            found = (page.parent / name).read_text(encoding="utf-8")
            text = text.replace(found, json.dumps(steady(json.loads(found), facts), ensure_ascii=False, sort_keys=True))
        target = folder / "data" / "dbt.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 1


def steady(content: Any, facts: Facts) -> Any:
    """A document without what changes from run to run: times become that of the build, the rest is left out."""
    if isinstance(content, dict):
        return {
            name: (facts.built_at.isoformat() if name.endswith("_at") else None)
            if name in CHANGING
            else steady(value, facts)
            for name, value in content.items()
        }
    if isinstance(content, list):
        return [steady(value, facts) for value in content]
    return content
