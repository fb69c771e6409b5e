"""What is kept of a project gives the same tables as dbt; where it cannot, dbt does it all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copyfile, copytree

import duckdb
import pytest

from junheng.compiled_project import CompiledProject
from tests.end_to_end.command_line import ROOT, junheng
from tests.published import FAILS, Published, keep_what_fails

TABLES = """
    select table_schema, table_name, table_type from information_schema.tables
    where table_catalog = 'warehouse' and table_schema <> 'raw' order by all
"""
LANDED_TABLES = """
    select table_name from information_schema.tables where table_catalog = 'published' and table_schema = ?
"""
LANDED = ("raw", "quality")
# Written by the build itself, after the models.
OF_THE_RUN = "quality"


def landed_again(published: Published, folder: Path) -> Path:
    """A build file with the raw tables and the rows set aside of `published`, and nothing else."""
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        source = str((published.out / "warehouse.duckdb").resolve()).replace("'", "''")
        connection.execute(f"attach '{source}' as published (read_only)")
        for schema in LANDED:
            connection.execute(f"create schema {schema}")
            for (name,) in connection.execute(LANDED_TABLES, [schema]).fetchall():
                connection.execute(f'create table {schema}."{name}" as from published.{schema}."{name}"')
    return warehouse


@pytest.fixture(scope="module")
def again(published: Published, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The sample's build file without dbt and within little memory, and the number of nodes that ran."""
    warehouse = landed_again(published, tmp_path_factory.mktemp("compiled"))
    nodes = CompiledProject(published.compiled, ROOT).run(warehouse, lambda _name, _place, _nodes: None, "200MB")
    assert nodes is not None
    return warehouse, nodes


def test_every_table_is_the_one_that_dbt_made_row_for_row(published: Published, again: tuple[Path, int]) -> None:
    of_dbt_file = str(published.out / "warehouse.duckdb")
    # Views name their database, so each file is opened by itself.
    with duckdb.connect(str(again[0]), read_only=True) as ours, duckdb.connect(of_dbt_file, read_only=True) as of_dbt:
        of_models = [table for table in of_dbt.execute(TABLES).fetchall() if table[0] != OF_THE_RUN]
        assert [table for table in ours.execute(TABLES).fetchall() if table[0] != OF_THE_RUN] == of_models
        assert {kind for _, _, kind in of_models} == {"BASE TABLE", "VIEW"}
        for schema, name, _ in of_models:
            described = f'describe "{schema}"."{name}"'
            assert ours.execute(described).fetchall() == of_dbt.execute(described).fetchall(), name
            rows = f'from "{schema}"."{name}" order by all'
            assert ours.execute(rows).fetchall() == of_dbt.execute(rows).fetchall(), name
        assert "fct_county_verdict" in {name for schema, name, _ in of_models if schema == "marts"}


def test_tests_of_data_are_run_and_those_of_the_project_alone_are_not(
    published: Published, again: tuple[Path, int]
) -> None:
    with duckdb.connect(str(published.compiled), read_only=True) as kept:
        counts = dict(kept.execute("select kind, count(*) from plan where not only_seeds group by all").fetchall())
        of_seeds = {name for (name,) in kept.execute("select name from plan where only_seeds").fetchall()}
        tested = {name for (name,) in kept.execute("select name from plan where kind = 'test'").fetchall()}
    assert sum(counts.values()) == again[1]
    assert counts["test"] > 100
    assert any(name.startswith("unique_key_fct_unit_verdict") for name in tested - of_seeds)
    assert "evaluation_items_are_complete" in of_seeds


def spoil(published: Published, folder: Path, statement: str) -> CompiledProject:
    """A copy of what is kept, changed by a statement."""
    copy = folder / "kept.duckdb"
    copyfile(published.compiled, copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(statement)
    return CompiledProject(copy, ROOT)


LAST = "where place = (select max(place) from plan where kind ="
FAILING = {
    "a test that fails": f"update plan set sql = 'select 1' {LAST} 'test')",
    "a model that fails": f"update plan set sql = 'select no_such_column' {LAST} 'model')",
    "a seed that is gone": "drop table standards.thresholds",
    "no step at all": "delete from plan",
    "no plan at all": "drop table plan",
}


@pytest.mark.parametrize("statement", FAILING.values(), ids=FAILING.keys())
def test_what_fails_is_left_to_dbt(published: Published, tmp_path: Path, statement: str) -> None:
    kept = spoil(published, tmp_path, statement)
    assert kept.run(landed_again(published, tmp_path), lambda _name, _place, _nodes: None) is None


def test_a_file_that_is_no_database_is_left_to_dbt(published: Published, tmp_path: Path) -> None:
    (tmp_path / "kept.duckdb").write_bytes(b"no database" * 1000)
    kept = CompiledProject(tmp_path / "kept.duckdb", ROOT)
    assert kept.run(landed_again(published, tmp_path), lambda _name, _place, _nodes: None) is None
    assert CompiledProject(tmp_path / "missing", ROOT).run(tmp_path / "x", lambda _name, _place, _nodes: None) is None


def test_too_little_memory_is_said_and_not_left_to_dbt(published: Published, tmp_path: Path) -> None:
    kept = CompiledProject(published.compiled, ROOT)
    with pytest.raises(duckdb.OutOfMemoryException):
        kept.run(landed_again(published, tmp_path), lambda _name, _place, _nodes: None, "60MB")
    cache = {"JUNHENG_CACHE": str(published.compiled.parent)}
    out = Path(copytree(published.out, tmp_path / "输出", symlinks=True))
    before = {path: path.stat().st_mtime_ns for path in (out / "builds").rglob("*")}
    outcome = junheng("build", "--no-report", "--memory", "60MB", "--lang", "en", "--out", out, environment=cache)
    assert outcome.code == 3
    assert "--memory" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert before
    assert {path: path.stat().st_mtime_ns for path in (out / "builds").rglob("*")} == before
    assert not [*(out / ".build").glob("*")]


WRITABLE: dict[str, Callable[[Path], None]] = {
    "by the group": lambda path: path.chmod(0o664),
    "by everybody": lambda path: path.chmod(0o646),
}


@pytest.mark.parametrize("open_up", WRITABLE.values(), ids=WRITABLE.keys())
def test_what_others_can_write_is_not_run(
    published: Published, tmp_path: Path, open_up: Callable[[Path], None]
) -> None:
    copyfile(published.compiled, tmp_path / "kept.duckdb")
    open_up(tmp_path / "kept.duckdb")
    kept = CompiledProject(tmp_path / "kept.duckdb", ROOT)
    assert kept.run(landed_again(published, tmp_path), lambda _name, _place, _nodes: None) is None


def test_a_failing_test_of_data_is_told_by_dbt_after_all(published: Published, tmp_path: Path) -> None:
    """What was kept said that a mart is wrong: dbt, which finds nothing wrong, has the last word, and keeps it anew."""
    keep_what_fails(tmp_path / "cache")
    (before,) = (tmp_path / "cache").iterdir()
    assert before.name == published.compiled.name
    warehouse = landed_again(published, tmp_path)
    assert CompiledProject(before, ROOT).run(warehouse, lambda _name, _place, _nodes: None) is None
    with duckdb.connect(str(warehouse)) as connection:  # what dbt found there
        assert connection.execute("from marts.fct_county_verdict").fetchall() == [(1,)]
        assert connection.execute("select count(*) > 20 from standards.thresholds").fetchone() == (True,)
    with duckdb.connect(str(published.compiled), read_only=True) as connection:
        assert connection.execute("select count(*) from plan where sql = ?", [FAILS]).fetchone() == (0,)
