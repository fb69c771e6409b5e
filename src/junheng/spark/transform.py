"""The models on Spark: seeds and staging here, raw tables handed over, marts and all that leads to them brought back.

The tests of data then run here, on the very tables that are published: the way back is tested with them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

from junheng import dbt_runner
from junheng.project import Project
from junheng.spark.handover import hand_over, make_folders, seeds_of, tables_of, take_back
from junheng.spark.place import Place
from junheng.workspace import Workspace

OnNode = Callable[[str, int, int], None]
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
# What does not grow with the data stays here: seeds with their tests, and the views on the raw tables.
HERE = ("--select", "path:seeds", "path:models/staging", "--indirect-selection", "cautious", *NO_UNIT_TESTS)
NOT_OURS = ("--exclude", "path:seeds/raw", "path:seeds/quality")
# What fails there is the machine or a defect of a model: the others would only wait for a server that is gone.
THERE = ("--select", "path:models", "--resource-type", "model", "--fail-fast")
TESTS = ("--select", "path:models", "--resource-type", "test")


def transform_on_spark(project: Project, work: Workspace, on_node: OnNode) -> int:
    """Run dbt for the build file, its models on Spark; gives the number of nodes.

    Raises the errors of `dbt_runner.build`; MachineError too when a table does not come back.
    """
    place = Place.of_build(work.build_id, work.folder, work.logs)
    here = dbt_runner.DbtRun(project.root, work.warehouse, work.folder / "target", work.logs)
    there = dbt_runner.DbtRun(project.root, work.warehouse, work.folder / "target-spark", work.logs, engine="spark")
    try:
        nodes = dbt_runner.build(here, (*HERE, *NOT_OURS), on_node)
        with work.connect() as connection:
            hand_over(connection, seeds_of(_manifest(here)), place)
        make_folders(place, _manifest(here))
        nodes += dbt_runner.build(there, THERE, on_node, place.tell())
        with work.connect() as connection:
            take_back(connection, place, tables_of(_manifest(there)))
        nodes += dbt_runner.build(here, TESTS, on_node)
    finally:
        shutil.rmtree(place.folder, ignore_errors=True)
    return nodes


def _manifest(run: dbt_runner.DbtRun) -> dict[str, object]:
    found: dict[str, object] = json.loads((run.target / "manifest.json").read_text(encoding="utf-8"))
    return found
