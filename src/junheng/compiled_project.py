"""What dbt has made of a project: the statements of every model and test, what each reads, and the tables of its seeds.

They rest on the files of the project and on the versions alone, never on the data of a county: so they are kept under
the hash of these, and a later build with the same project runs them without asking dbt, whose own work is four fifths
of the time that it takes for a county. Tests that look only at rows that come with the project have passed for good.
Whatever goes wrong is left to dbt, which then does all of it and says what is wrong. A build whose models run on
another engine takes and keeps the parts that run here: what comes before the models, and the tests of them.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from junheng.build_file import open_build_file
from junheng.history.inputs import project_hash
from junheng.side_by_side import run_side_by_side

CACHE = "JUNHENG_CACHE"
# As many projects as are used in turn from one folder, a former version of the program among them.
KEPT = 8
# dbt builds beside what is there and renames; a new file has nothing there.
BESIDE = '__dbt_tmp"'
# With one of these the SQL of a model may depend on more than the files of the project.
ASKS_MORE = re.compile(
    r"\b((run_query|statement|load_result|load_relation|env_var)\s*\(|adapter\s*\.\s*get_"
    r"|(invocation_id|run_started_at)\b|modules\s*\.)"
)
NODES = (
    "create table plan (place integer primary key, kind varchar, schema_name varchar, name varchar, sql varchar,"
    " reads integer[], is_first boolean)"
)
# What does not grow with the data: seeds, the views on the raw tables, and the tests that look at these alone.
FIRST = ("seeds/", "models/staging/")
OnNode = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Node:
    """One step: a seed to copy, a model to create, a test that has to give no row.

    `reads` are the places of the steps whose tables it reads; `is_first`: it needs no model that grows with the data.
    A model that another engine has made is without SQL.
    """

    kind: str
    schema: str
    name: str
    sql: str
    reads: list[int]
    is_first: bool


def before_models(node: Node) -> bool:
    """What the models of another engine begin with."""
    return node.is_first


def after_models(node: Node) -> bool:
    """The tests of models that another engine has made."""
    return node.kind == "test" and not node.is_first


Part = Callable[[Node], bool]


class NotKept(Exception):  # noqa: N818
    """Something of the project cannot be run without dbt."""


@dataclass(frozen=True)
class CompiledProject:
    """The file that holds it; it is there after a build in which everything has passed."""

    file: Path

    @classmethod
    def of(cls, project: Path, out: Path) -> CompiledProject:
        """What is kept of the project at `project` (its root) for builds into `out`.

        `JUNHENG_CACHE` names one folder for builds into several output folders.
        """
        folder = Path(os.environ.get(CACHE) or out / ".cache").absolute()
        return cls(folder / f"{project_hash(project)}.duckdb")

    def run(
        self, warehouse: Path, on_node: OnNode, memory: str | None = None, part: Part = lambda _node: True
    ) -> int | None:
        """Run all or a part of it on a build file whose raw tables are there, within `memory`; gives how many nodes.

        None when nothing is kept or anything fails: dbt then does it from the beginning. Raises OutOfMemoryException of
        DuckDB: dbt would have no more.
        """
        if not _is_ours(self.file):
            return None
        try:
            with open_build_file(warehouse, memory) as connection:
                connection.execute(f"attach '{_quoted(self.file)}' as kept (read_only)")
                nodes = {place: node for place, node in enumerate(_nodes(connection)) if part(node)}
                _require(all(node.sql or node.kind == "seed" for node in nodes.values()))
                for schema in sorted({node.schema for node in nodes.values() if node.kind != "test"}):
                    connection.execute(f'create schema if not exists "{schema}"')
                steps = {place: [read for read in node.reads if read in nodes] for place, node in nodes.items()}
                numbers = count(1)
                run_side_by_side(
                    connection,
                    steps,
                    lambda cursor, place: _run(cursor, nodes[place]),
                    lambda place: on_node(nodes[place].name, next(numbers), len(nodes)),
                )
                connection.execute("detach kept")
        except duckdb.OutOfMemoryException:
            raise
        except (duckdb.Error, NotKept):
            return None
        return len(nodes)

    def schemas(self) -> set[str] | None:
        """The schemas of models; None when nothing is kept."""
        if not _is_ours(self.file):
            return None
        try:
            with duckdb.connect() as connection:
                connection.execute(f"attach '{_quoted(self.file)}' as kept (read_only)")
                return {node.schema for node in _nodes(connection) if node.kind == "model"}
        except (duckdb.Error, NotKept):
            return None

    def keep(self, warehouse: Path, *targets: Path) -> None:
        """Keep what dbt has left in its folders after everything has passed, the first run first.

        Where that is impossible, nothing is kept.
        """
        new = self.file.with_suffix(f".{os.getpid()}")
        try:
            nodes = _of_targets(targets)
            new.parent.mkdir(parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            _write(new, warehouse, nodes)
            new.chmod(0o644)
            new.replace(self.file)
            _forget_old(self.file.parent)
        except (OSError, duckdb.Error, NotKept):
            with suppress(OSError):
                new.unlink(missing_ok=True)


def _is_ours(file: Path) -> bool:
    """Whether the file is there and only we (or root) can have written it: its statements are run as they stand."""
    try:
        found = file.stat()
    except OSError:
        return False
    if os.name != "posix":
        return True
    return found.st_uid in (0, os.getuid()) and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _run(connection: duckdb.DuckDBPyConnection, node: Node) -> None:
    if node.kind == "test":
        (wrong,) = connection.execute(f"select count(*) from ({node.sql})").fetchone() or (None,)
        if wrong != 0:
            raise NotKept
    elif node.kind == "seed":
        connection.execute(f'create table "{node.schema}"."{node.name}" as from kept."{node.schema}"."{node.name}"')
    else:
        try:
            connection.execute(node.sql)
        except duckdb.OutOfMemoryException:
            # dbt makes a table first and fills it then: nothing of it may be there when it is run again.
            connection.execute(f'drop table if exists "{node.schema}"."{node.name}"')
            raise


def _nodes(connection: duckdb.DuckDBPyConnection) -> list[Node]:
    rows = connection.execute(
        "select kind, schema_name, name, sql, reads, is_first from kept.plan order by place"
    ).fetchall()
    if not rows:
        raise NotKept
    return [Node(*row) for row in rows]


def _write(file: Path, warehouse: Path, nodes: list[Node]) -> None:
    with duckdb.connect(str(file), config={"python_enable_replacements": "false"}) as connection:
        connection.execute(f"attach '{_quoted(warehouse)}' as built (read_only)")
        for node in nodes:
            if node.kind == "seed":
                connection.execute(f'create schema if not exists "{node.schema}"')
                table = f'"{node.schema}"."{node.name}"'
                connection.execute(f"create table {table} as from built.{table}")
        connection.execute(NODES)
        rows = [[place, *astuple(node)] for place, node in enumerate(nodes)]
        connection.executemany("insert into plan values (?, ?, ?, ?, ?, ?, ?)", rows)


def _of_targets(targets: Sequence[Path]) -> list[Node]:
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
    kept = [name for name in sorted(ran, key=lambda name: (ran[name], name)) if not _asks_only(nodes[name], seeds)]
    places = {name: place for place, name in enumerate(kept, start)}
    for name in kept:
        parents = nodes[name]["depends_on"].get("nodes", [])  # a seed has none
        reads = sorted(places[parent] for parent in {*parents} & places.keys())
        node = nodes[name]
        told = (node["resource_type"], node["schema"], node["name"], _sql(target, node))
        yield Node(*told, reads, _is_first(nodes, name))


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


def _hooks(config: Mapping[str, Any]) -> bool:
    return bool(config.get("pre-hook") or config.get("post-hook"))


def _require_files_only(jinja: str) -> None:
    _require(ASKS_MORE.search(jinja) is None)


def _require(holds: bool) -> None:
    if not holds:
        raise NotKept


def _forget_old(folder: Path) -> None:
    for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)[:-KEPT]:
        old.unlink(missing_ok=True)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
