"""The models on Spark: seeds and staging here, raw tables handed over, marts and all that leads to them brought back.

The tests of data then run here, on the very tables that are published: the way back is tested with them.
"""

from __future__ import annotations

import shutil

from junheng import dbt_runner
from junheng.compiled_project import CompiledProject, OnNode
from junheng.project import Project
from junheng.spark.handover import hand_over, make_folders, seeds_in, tables_of, take_back
from junheng.spark.here import Here, manifest
from junheng.spark.place import Place
from junheng.workspace import Workspace

# What fails there is the machine or a defect of a model: the others would only wait for a server that is gone.
THERE = ("--select", "path:models", "--resource-type", "model", "--fail-fast")


def transform_on_spark(
    project: Project, compiled: CompiledProject, work: Workspace, on_node: OnNode, memory: str | None = None
) -> int:
    """Run the project for the build file, its models on Spark; gives the number of nodes.

    What runs here keeps within `memory`, and is taken from what is kept of the project. Raises the errors of
    `dbt_runner.build`, OutOfMemoryException of DuckDB, and MachineError when a table does not come back.
    """
    place = Place.of_build(work.build_id, work.folder, work.logs)
    here = Here(project, compiled, work, on_node, memory)
    there = dbt_runner.DbtRun(project.root, work.warehouse, work.folder / "target-spark", work.logs, engine="spark")
    try:
        nodes = here.before_models()
        with work.connect() as connection:
            hand_over(connection, seeds_in(connection, project.root / "seeds"), place)
        make_folders(place, here.schemas)
        nodes += dbt_runner.build(there, THERE, on_node, place.tell())
        with work.connect() as connection:
            take_back(connection, place, tables_of(manifest(there)))
        nodes += here.after_models()
    finally:
        shutil.rmtree(place.folder, ignore_errors=True)
    return nodes
