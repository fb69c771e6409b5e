"""What dbt has made of a project: the statements of every model and test, what each reads, and the tables of its seeds.

They rest on the files of the project and on the versions alone, never on the data of a county: so they are kept under
the hash of these, and a later build with the same project runs them without asking dbt, whose own work is four fifths
of the time that it takes for a county. What seeds hold, standards above all, changes no statement: a seed with other
rows is loaded as dbt loads it. Tests that look only at seeds have passed for good while these hold the same.
Whatever goes wrong is left to dbt, which then does all of it and says what is wrong. A build whose models run on
another engine takes and keeps the parts that run here: what comes before the models, and the tests of them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from itertools import count
from pathlib import Path

import duckdb

from junheng.build_file import NO_VARIABLES, open_build_file
from junheng.dbt_nodes import Node, NotKept, nodes_of
from junheng.history.inputs import sha256_of, structure_hash
from junheng.side_by_side import run_side_by_side

CACHE = "JUNHENG_CACHE"
# As many projects as are used in turn from one folder, a former version of the program among them.
KEPT = 8
NODES = (
    "create table plan (place integer primary key, kind varchar, schema_name varchar, name varchar, sql varchar,"
    " reads integer[], is_first boolean, only_seeds boolean, file varchar, sha256 varchar)"
)
OnNode = Callable[[str, int, int], None]


def before_models(node: Node) -> bool:
    """What the models of another engine begin with."""
    return node.is_first


def after_models(node: Node) -> bool:
    """The tests of models that another engine has made."""
    return node.kind == "test" and not node.is_first


Part = Callable[[Node], bool]


@dataclass(frozen=True)
class CompiledProject:
    """The file that holds it, there after a build in which everything has passed, and the root of the project."""

    file: Path
    project: Path

    @classmethod
    def of(cls, project: Path, out: Path) -> CompiledProject:
        """What is kept of the project at `project` (its root) for builds into `out`.

        `JUNHENG_CACHE` names one folder for builds into several output folders.
        """
        folder = Path(os.environ.get(CACHE) or out / ".cache").absolute()
        return cls(folder / f"{structure_hash(project)}.duckdb", project)

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
                nodes = self._to_run(_nodes(connection), part)
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
        except (OSError, duckdb.Error, NotKept):
            return None
        return len(nodes)

    def _to_run(self, nodes: Sequence[Node], part: Part) -> dict[int, Node]:
        """The steps of a part by their places, seeds that hold other rows than the kept ones with what loads them.

        Raises NotKept for a model that only another engine has made, OSError for a seed that cannot be read.
        """
        places = {place: node for place, node in enumerate(nodes) if part(node)}
        if not all(node.sql or node.kind == "seed" for node in places.values()):
            raise NotKept
        files = {place: self.project / node.file for place, node in places.items() if node.kind == "seed"}
        changed = {place: file for place, file in files.items() if sha256_of(file) != nodes[place].sha256}
        for place, file in changed.items():
            places[place] = replace(nodes[place], sql=_loads(nodes[place], "kept", file))
        return {
            place: node
            for place, node in places.items()
            if not node.only_seeds or not changed.keys().isdisjoint(node.reads)
        }

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
            nodes = nodes_of(targets)
            new.parent.mkdir(parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            _write(new, warehouse, nodes, self.project)
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
    elif node.kind == "seed" and not node.sql:
        connection.execute(f'create table "{node.schema}"."{node.name}" as from kept."{node.schema}"."{node.name}"')
    else:
        try:
            connection.execute(node.sql)
        except duckdb.OutOfMemoryException:
            # dbt makes a table first and fills it then: nothing of it may be there when it is run again.
            connection.execute(f'drop table if exists "{node.schema}"."{node.name}"')
            raise


def _nodes(connection: duckdb.DuckDBPyConnection) -> list[Node]:
    rows = connection.execute("select * exclude (place) from kept.plan order by place").fetchall()
    if not rows:
        raise NotKept
    return [Node(*row) for row in rows]


def _write(file: Path, warehouse: Path, nodes: Sequence[Node], project: Path) -> None:
    """Write the plan and the tables of seeds. Raises NotKept where a file gives other rows than dbt has loaded."""
    with duckdb.connect(str(file), config={**NO_VARIABLES}) as connection:
        connection.execute(f"attach '{_quoted(warehouse)}' as built (read_only)")
        connection.execute(NODES)
        for place, node in enumerate(nodes):
            sha256 = _keep_seed(connection, node, project / node.file) if node.kind == "seed" else ""
            row = astuple(replace(node, sha256=sha256))
            connection.execute(f"insert into plan values (?, {', '.join('?' * len(row))})", [place, *row])


def _keep_seed(connection: duckdb.DuckDBPyConnection, node: Node, file: Path) -> str:
    """Keep the table of a seed, loaded from its file; gives the hash of the file."""
    sha256 = sha256_of(file)
    connection.execute(f'create schema if not exists "{node.schema}"')
    connection.execute(_loads(node, "built", file))
    table = f'"{node.schema}"."{node.name}"'
    both = ((table, f"built.{table}"), (f"built.{table}", table))
    if any(connection.execute(f"from {one} except all from {other}").fetchone() for one, other in both):
        raise NotKept
    return sha256


def _loads(node: Node, database: str, file: Path) -> str:
    """The statements that make the table of a seed as dbt makes it; its columns are those it has in a database."""
    table = f'"{node.schema}"."{node.name}"'
    return (
        f"create table {table} as from {database}.{table} limit 0;"
        f" copy {table} from '{_quoted(file)}' (format csv, header true, delimiter ',')"
    )


def _forget_old(folder: Path) -> None:
    for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)[:-KEPT]:
        old.unlink(missing_ok=True)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
