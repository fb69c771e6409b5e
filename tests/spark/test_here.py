"""What runs here around the models on Spark: without dbt where it is kept, and by dbt where it fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng import dbt_runner
from junheng.compiled_project import CompiledProject
from junheng.project import packaged_project
from junheng.spark.here import AFTER, BEFORE, Here
from junheng.workspace import Workspace, workspace
from tests.end_to_end.test_compiled_project import landed_again
from tests.published import Published

MADE = ("intermediate", "marts", "display")


def here_in(work: Workspace, kept: Path) -> Here:
    return Here(packaged_project(), CompiledProject(kept, packaged_project().root), work, lambda *_word: None, None)


def bring_models(published: Published, warehouse: Path) -> None:
    """Tables of models, as another engine has made them; those of seeds are there already."""
    listed = "select schema_name, table_name from duckdb_tables() where database_name = 'published'"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"attach '{published.out / 'warehouse.duckdb'}' as published (read_only)")
        for schema, name in connection.execute(listed).fetchall():
            if schema in MADE:
                connection.execute(f'create schema if not exists "{schema}"')
                connection.execute(
                    f'create table if not exists "{schema}"."{name}" as from published."{schema}"."{name}"'
                )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What dbt is asked for; it does nothing and says that it has run seven nodes."""
    found: list[tuple[str, ...]] = []

    def build(run: dbt_runner.DbtRun, selection: tuple[str, ...], *_: Any) -> int:
        run.target.mkdir(exist_ok=True)
        nodes = {"m": {"resource_type": "model", "schema": "marts"}, "s": {"resource_type": "seed", "schema": "x"}}
        (run.target / "manifest.json").write_text(json.dumps({"nodes": nodes}))
        (run.target / "partial_parse.msgpack").touch()
        found.append(selection)
        return 7

    monkeypatch.setattr(dbt_runner, "build", build)
    return found


def test_both_parts_are_run_without_dbt_and_a_test_that_fails_is_left_to_it(
    published: Published, tmp_path: Path, asked: list[tuple[str, ...]]
) -> None:
    with workspace(tmp_path / "out") as work:
        landed_again(published, work.folder)
        here = here_in(work, published.compiled)
        assert here.before_models() > 40
        assert here.schemas >= set(MADE)
        bring_models(published, work.warehouse)
        assert here.after_models() > 100
        assert asked == []
        with duckdb.connect(str(work.warehouse)) as connection:
            connection.execute("insert into marts.fct_unit_verdict from marts.fct_unit_verdict")
        assert here.after_models() == 7
        assert asked == [AFTER]


def test_nothing_kept_is_done_by_dbt_which_parses_once(tmp_path: Path, asked: list[tuple[str, ...]]) -> None:
    with workspace(tmp_path / "out") as work:
        here = here_in(work, tmp_path / "nothing.duckdb")
        assert (here.before_models(), here.schemas, here.after_models()) == (7, {"marts"}, 7)
        assert asked == [BEFORE, AFTER]
        assert (work.folder / "target-tests" / "partial_parse.msgpack").is_file()
