"""What runs here before and after the models on Spark: with the statements kept of the project, or else by dbt."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from typing import Any

from junheng import dbt_runner
from junheng.compiled_project import CompiledProject, OnNode, after_models, before_models
from junheng.project import Project
from junheng.spark.handover import schemas_of
from junheng.workspace import Workspace

# What does not grow with the data stays here: seeds with their tests, and the views on the raw tables.
BEFORE = (
    *("--select", "path:seeds", "path:models/staging", "--indirect-selection", "cautious"),
    *("--exclude-resource-type", "unit_test", "--exclude", "path:seeds/raw", "path:seeds/quality"),
)
AFTER = ("--select", "path:models", "--resource-type", "test")
# What dbt has parsed, in the folder of a run.
PARSED = "partial_parse.msgpack"


@dataclass
class Here:
    """Both parts of one build. `schemas` are those of all models, once the first part has run."""

    project: Project
    compiled: CompiledProject
    work: Workspace
    on_node: OnNode
    memory: str | None
    schemas: set[str] = field(default_factory=set)
    by_dbt: bool = False

    def before_models(self) -> int:
        """Seeds and staging with their tests; gives the number of nodes. Raises the errors of `dbt_runner.build`."""
        nodes = self.compiled.run(self.work.warehouse, self.on_node, self.memory, before_models)
        self.schemas = self.compiled.schemas() or set()
        if nodes is None or not self.schemas:
            self.by_dbt = True
            nodes = dbt_runner.build(self._run("target"), BEFORE, self.on_node)
            self.schemas = schemas_of(manifest(self._run("target")))
        return nodes

    def after_models(self) -> int:
        """The tests of data on the tables that came back; gives their number. Raises the errors of `dbt_runner.build`.

        What dbt has done of both parts is kept for the next build.
        """
        nodes = None
        if not self.by_dbt:
            nodes = self.compiled.run(self.work.warehouse, self.on_node, self.memory, after_models)
        if nodes is None:
            before, after = self._run("target"), self._run("target-tests")
            if self.by_dbt:
                after.target.mkdir()
                shutil.copyfile(before.target / PARSED, after.target / PARSED)
            nodes = dbt_runner.build(after, AFTER, self.on_node)
            if self.by_dbt:
                self.compiled.keep(self.work.warehouse, before.target, after.target)
        return nodes

    def _run(self, target: str) -> dbt_runner.DbtRun:
        work = self.work
        return dbt_runner.DbtRun(self.project.root, work.warehouse, work.folder / target, work.logs, memory=self.memory)


def manifest(run: dbt_runner.DbtRun) -> dict[str, Any]:
    """What dbt says of the nodes of a run. Raises OSError."""
    found: dict[str, Any] = json.loads((run.target / "manifest.json").read_text(encoding="utf-8"))
    return found
