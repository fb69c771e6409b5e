"""What dbt has left in its folder after a run in which everything has passed: each step with its statement.

A step is kept only where its statement rests on the files of the project alone; whatever else is found is refused.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# dbt builds beside what is there and renames; a new file has nothing there.
BESIDE = '__dbt_tmp"'
# With one of these the SQL of a model may depend on more than the files of the project.
ASKS_MORE = re.compile(
    r"\b((run_query|statement|load_result|load_relation|env_var)\s*\(|adapter\s*\.\s*get_"
    r"|(invocation_id|run_started_at)\b|modules\s*\.)"
)
# What does not grow with the data: seeds, the views on the raw tables, and the tests that look at these alone.
FIRST = ("seeds/", "models/staging/")


@dataclass(frozen=True)
class Node:
    """One step: a seed to copy, a model to create, a test that has to give no row.

    `reads` are the places of the steps whose tables it reads; `is_first`: it needs no model that grows with the data;
    `only_seeds`: a test that reads nothing but seeds. `file` is that of a seed, below the project, `sha256` its hash
    when it is kept. A seed and a model that another engine has made are without SQL.
    """

    kind: str
    schema: str
    name: str
    sql: str
    reads: list[int]
    is_first: bool
    only_seeds: bool = False
    file: str = ""
    sha256: str = ""


class NotKept(Exception):  # noqa: N818
    """Something of the project cannot be run without dbt."""


def nodes_of(targets: Sequence[Path]) -> list[Node]:
    """The nodes of all runs; models that none of them made are without SQL. Raises NotKept, OSError."""
    found: list[Node] = []
    for target in targets:
        found += [*_of_target(target, len(found))]
    made = {(node.schema, node.name) for node in found if node.kind == "model"}
    nodes = _read(targets[-1] / "manifest.json")["nodes"].values()
    models = ((node["schema"], node["name"]) for node in nodes if node["resource_type"] == "model")
    return found + [Node("model", *model, "", [], is_first=False) for model in models if model not in made]


def _of_target(target: Path, start: int) -> Iterator[Node]:
    """The nodes that dbt ran, in the order in which they ended, from a place. Raises NotKept, OSError."""
    manifest = _read(target / "manifest.json")
    results = _read(target / "run_results.json")["results"]
    own = manifest["metadata"]["project_name"]
    for name, macro in manifest["macros"].items():
        # Those of another engine are never called here.
        if macro["package_name"] == own and not name.startswith(f"macro.{own}.spark__"):
            _require_files_only(macro["macro_sql"])
    nodes = manifest["nodes"]  # exposures, which do nothing, are not among them
    ran = {result["unique_id"]: _ended(result) for result in results if result["unique_id"] in nodes}
    seeds = {name for name in ran if nodes[name]["resource_type"] == "seed"}
    in_order = sorted(ran, key=lambda name: (ran[name], name))
    places = {name: place for place, name in enumerate(in_order, start)}
    for name in in_order:
        parents = nodes[name]["depends_on"].get("nodes", [])  # a seed has none
        reads = sorted(places[parent] for parent in {*parents} & places.keys())
        node = nodes[name]
        told = (node["resource_type"], node["schema"], node["name"], _sql(target, node))
        file = node["original_file_path"] if name in seeds else ""
        yield Node(*told, reads, _is_first(nodes, name), _asks_only(node, seeds), file)


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _is_first(nodes: Mapping[str, Any], name: str) -> bool:
    """Whether a node needs no model but those on the raw tables."""
    node = nodes.get(name)
    if node is None:
        return False
    if node["resource_type"] == "test":
        return all(_is_first(nodes, parent) for parent in node["depends_on"]["nodes"])
    return Path(node["original_file_path"]).as_posix().startswith(FIRST)


def _asks_only(node: Mapping[str, Any], seeds: set[str]) -> bool:
    """Whether a node is a test of nothing but seeds."""
    return node["resource_type"] == "test" and set(node["depends_on"]["nodes"]) <= seeds


def _ended(result: Mapping[str, Any]) -> str:
    if result["status"] not in ("success", "pass"):
        raise NotKept
    return max((step["completed_at"] for step in result["timing"]), default="")


def _sql(target: Path, node: Mapping[str, Any]) -> str:
    """The statement of a node. Raises NotKept, OSError."""
    kind = node["resource_type"]
    config = node["config"]
    if kind == "seed":
        _require(config["materialized"] == "seed" and not _hooks(config))
        # Other contents are then loaded as these were, into the same columns.
        _require(config.get("delimiter", ",") == "," and config.get("fast", True) is True)
        _require({*_header(Path(node["root_path"], node["original_file_path"]))} <= {*config["column_types"]})
        return ""
    _require_files_only(node["raw_code"])
    if kind == "test":
        asked = (config["severity"], config["error_if"], config["fail_calc"], config["limit"])
        _require(asked == ("ERROR", "!= 0", "count(*)", None))
        return str(node["compiled_code"])
    _require(kind == "model" and config["materialized"] in ("table", "view") and not _hooks(config))
    _require(not config["persist_docs"] and not config["grants"])
    place = target / "run" / node["package_name"] / node["original_file_path"]
    sql: str = place.read_text(encoding="utf-8")
    _require(f'"{node["schema"]}"."{node["name"]}{BESIDE}' in sql)
    return sql.replace(BESIDE, '"')


def _header(seed: Path) -> list[str]:
    with seed.open(encoding="utf-8-sig", newline="") as lines:
        return next(csv.reader(lines), [])


def _hooks(config: Mapping[str, Any]) -> bool:
    return bool(config.get("pre-hook") or config.get("post-hook"))


def _require_files_only(jinja: str) -> None:
    _require(ASKS_MORE.search(jinja) is None)


def _require(holds: bool) -> None:
    if not holds:
        raise NotKept
