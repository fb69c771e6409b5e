"""What is kept of a project, and what keeps it from being kept; none of it needs dbt."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import duckdb
import pytest

from junheng.compiled_project import CACHE, KEPT, CompiledProject, after_models, before_models
from junheng.history.inputs import structure_hash

ROOT = Path(__file__).parents[2]
Change = Callable[[dict[str, Any], list[dict[str, Any]]], None]


def node(kind: str, name: str, *parents: str, **config: Any) -> dict[str, Any]:
    known = {
        "seed": {"materialized": "seed", "column_types": {"x": "int"}},
        "model": {"materialized": "table", "persist_docs": {}, "grants": {}},
        "test": {"severity": "ERROR", "error_if": "!= 0", "fail_calc": "count(*)", "limit": None},
    }[kind]
    return {
        **{"resource_type": kind, "name": name, "schema": "marts", "package_name": "p"},
        **{
            "original_file_path": f"{kind}s/{name}.{'csv' if kind == 'seed' else 'sql'}",
            "raw_code": "select 1",
            "compiled_code": "select 1 where false",
        },
        **{"depends_on": {} if kind == "seed" else {"nodes": [*parents]}, "config": known | config},
    }


def write_limits(folder: Path, *values: str) -> None:
    """The file of the seed, in the project at `folder`."""
    (folder / "seeds").mkdir(parents=True, exist_ok=True)
    (folder / "seeds/limits.csv").write_text("\n".join(("x", *values, "")))


def target_in(folder: Path, change: Change = lambda _manifest, _results: None) -> Path:
    """What dbt leaves of a seed, a model on it, a test of each and a test of both."""
    nodes = {
        "seed.limits": node("seed", "limits") | {"root_path": str(folder)},
        "model.figures": node("model", "figures", "seed.limits"),
        "test.of_limits": node("test", "of_limits", "seed.limits")
        | {"compiled_code": 'select x from "warehouse"."marts"."limits" where x < 0'},
        "test.of_figures": node("test", "of_figures", "model.figures", "seed.limits"),
    }
    macro = {
        "package_name": "p",
        "macro_sql": "{% macro twice(x) %} {{ adapter.dispatch('twice', 'p')(x) }} {% endmacro %}",
    }
    manifest = {"metadata": {"project_name": "p"}, "macros": {"macro.p.twice": macro}, "nodes": nodes}
    results = [
        {"unique_id": name, "status": "pass", "timing": [{"completed_at": f"2026-01-01T00:00:0{second}Z"}]}
        for second, name in enumerate([*nodes, "exposure.page"])
    ]
    results[-1]["status"] = "no-op"
    write_limits(folder, "1")
    change(manifest, results)
    target = folder / "target"
    (target / "run/p/models").mkdir(parents=True)
    (target / "run/p/models/figures.sql").write_text(
        'create table "warehouse"."marts"."figures__dbt_tmp" as (select x + 1 as y from "warehouse"."marts"."limits")'
    )
    (target / "manifest.json").write_text(json.dumps(manifest))
    (target / "run_results.json").write_text(json.dumps({"results": results}))
    return target


def built(folder: Path, *, value: int = 1) -> Path:
    """The build file that dbt has left."""
    folder.mkdir(exist_ok=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts; create table marts.limits as select 1::int as x")
        connection.execute(f"create table marts.figures as select {value + 1} as y")
    return folder / "warehouse.duckdb"


def no_word(_name: str, _place: int, _nodes: int) -> None:
    return


def test_what_is_kept_runs_on_an_empty_file(tmp_path: Path) -> None:
    kept = CompiledProject(tmp_path / "cache" / "x.duckdb", tmp_path)
    kept.keep(built(tmp_path / "a"), target_in(tmp_path))
    said: list[tuple[str, int, int]] = []
    warehouse = tmp_path / "warehouse.duckdb"
    # The test of the seed alone is not among them.
    assert kept.run(warehouse, lambda *word: said.append(word)) == 3
    assert said == [("limits", 1, 3), ("figures", 2, 3), ("of_figures", 3, 3)]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("from marts.figures").fetchall() == [(2,)]
    with duckdb.connect(str(kept.file), read_only=True) as connection:
        # Each waits for what it reads, a test for all that it compares.
        reads = connection.execute("select name, reads from plan order by place").fetchall()
        assert reads == [("limits", []), ("figures", [0]), ("of_limits", [0]), ("of_figures", [0, 1])]
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["x.duckdb"]


@pytest.mark.parametrize(
    ("value", "ran"),
    [("7", ["limits", "figures", "of_limits", "of_figures"]), ("-1", None), ("seven", None), ("", None)],
)
def test_a_seed_with_other_rows_is_loaded_and_tested_and_what_is_wrong_with_it_is_left_to_dbt(
    tmp_path: Path, value: str, ran: list[str] | None
) -> None:
    kept = CompiledProject(tmp_path / "cache" / "x.duckdb", tmp_path)
    kept.keep(built(tmp_path / "a"), target_in(tmp_path))
    write_limits(tmp_path, *([value] if value else ["1,2"]))
    said: list[str] = []
    nodes = kept.run(tmp_path / "warehouse.duckdb", lambda name, _place, _nodes: said.append(name))
    assert nodes == (len(ran) if ran else None)
    if ran:
        assert sorted(said) == sorted(ran)
        with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
            assert connection.execute("from marts.figures").fetchall() == [(8,)]


def test_a_seed_that_is_gone_is_left_to_dbt(tmp_path: Path) -> None:
    kept = CompiledProject(tmp_path / "cache" / "x.duckdb", tmp_path)
    kept.keep(built(tmp_path / "a"), target_in(tmp_path))
    (tmp_path / "seeds/limits.csv").unlink()
    assert kept.run(tmp_path / "warehouse.duckdb", no_word) is None


def test_a_seed_that_was_written_while_dbt_ran_is_not_kept(tmp_path: Path) -> None:
    kept = CompiledProject(tmp_path / "cache" / "x.duckdb", tmp_path)
    target = target_in(tmp_path)
    write_limits(tmp_path, "1", "2")
    kept.keep(built(tmp_path / "a"), target)
    assert list((tmp_path / "cache").iterdir()) == []


def of_two_runs(folder: Path) -> list[Path]:
    """What dbt leaves of a seed and a staging model with its test, and of the test of a model made elsewhere."""

    def first(manifest: dict[str, Any], results: list[dict[str, Any]]) -> None:
        manifest["nodes"]["model.figures"]["original_file_path"] = "models/staging/figures.sql"
        manifest["nodes"]["model.verdict"] = node("model", "verdict", "model.figures")
        manifest["nodes"]["test.of_verdict"] = node("test", "of_verdict", "model.verdict")

    def second(manifest: dict[str, Any], results: list[dict[str, Any]]) -> None:
        first(manifest, results)
        results[:] = [results[3] | {"unique_id": "test.of_verdict"}]

    targets = [target_in(folder / "first", first), target_in(folder / "second", second)]
    made = 'create view "warehouse"."marts"."figures__dbt_tmp" as (select x + 1 as y from "warehouse"."marts"."limits")'
    (targets[0] / "run/p/models/staging").mkdir()
    (targets[0] / "run/p/models/staging/figures.sql").write_text(made)
    return targets


def test_what_runs_around_the_models_of_another_engine_is_kept_in_parts(tmp_path: Path) -> None:
    kept = CompiledProject(tmp_path / "cache" / "x.duckdb", tmp_path / "first")
    assert kept.schemas() is None
    kept.keep(built(tmp_path / "a"), *of_two_runs(tmp_path))
    assert kept.schemas() == {"marts"}
    warehouse = tmp_path / "warehouse.duckdb"
    said: list[str] = []
    assert kept.run(warehouse, lambda *word: said.append(word[0]), part=before_models) == 3
    assert kept.run(warehouse, lambda *word: said.append(word[0]), part=after_models) == 1
    assert said == ["limits", "figures", "of_figures", "of_verdict"]
    # Who has no other engine lacks the model.
    assert kept.run(tmp_path / "other.duckdb", no_word) is None


def set_node(name: str, **config: Any) -> Change:
    return lambda manifest, _results: manifest["nodes"][name]["config"].update(config)


def ask(text: str) -> Change:
    return lambda manifest, _results: manifest["nodes"]["model.figures"].update(raw_code=text)


def in_macro(text: str, name: str = "macro.p.twice") -> Change:
    return lambda manifest, _results: manifest["macros"].update({name: {"package_name": "p", "macro_sql": text}})


NOT_KEPT: dict[str, Change] = {
    "a test that failed": lambda _manifest, results: results[3].update(status="fail"),
    "a test that warned": lambda _manifest, results: results[3].update(status="warn"),
    "a model that was skipped": lambda _manifest, results: results[1].update(status="skipped"),
    "a test that only warns": set_node("test.of_figures", severity="WARN"),
    "a test with a limit of its own": set_node("test.of_figures", error_if="> 5"),
    "a test that counts otherwise": set_node("test.of_figures", fail_calc="sum(n)"),
    "a model with a hook": set_node("model.figures", **{"post-hook": [{"sql": "select 1"}]}),
    "a seed with a hook": set_node("seed.limits", **{"pre-hook": [{"sql": "select 1"}]}),
    "a seed whose types rest on its rows": set_node("seed.limits", column_types={}),
    "a seed with another separator": set_node("seed.limits", delimiter=";"),
    "a seed that is loaded row by row": set_node("seed.limits", fast=False),
    "an incremental model": set_node("model.figures", materialized="incremental"),
    "rights that are granted": set_node("model.figures", grants={"select": ["x"]}),
    "comments that are written": set_node("model.figures", persist_docs={"relation": True}),
    "a model that asks the database": ask("{{ run_query('select 1') }}"),
    "a model that asks the environment": ask("{{ env_var('X') }}"),
    "a model that knows the time": ask("select '{{ run_started_at }}'"),
    "a model that knows the day": ask("select '{{ modules.datetime.date.today() }}'"),
    "a macro that asks the database": in_macro("{% call statement('x') %} select 1 {% endcall %}"),
    "a macro that looks at tables": in_macro("{{ adapter.get_columns_in_relation(x) }}"),
    "a model that dbt wrote otherwise": lambda manifest, _: manifest["nodes"]["model.figures"].update(schema="other"),
}


@pytest.mark.parametrize("name", NOT_KEPT)
def test_what_cannot_be_run_without_dbt_is_not_kept(tmp_path: Path, name: str) -> None:
    kept = CompiledProject(tmp_path / "cache" / "x.duckdb", tmp_path)
    kept.keep(built(tmp_path / "a"), target_in(tmp_path, NOT_KEPT[name]))
    assert not kept.file.exists()
    assert not (tmp_path / "cache").exists() or list((tmp_path / "cache").iterdir()) == []


def test_macros_of_another_engine_are_never_called(tmp_path: Path) -> None:
    kept = CompiledProject(tmp_path / "x.duckdb", tmp_path)
    spark = in_macro("{{ run_query('x') }}", "macro.p.spark__twice")
    kept.keep(built(tmp_path / "a"), target_in(tmp_path, spark))
    assert kept.file.is_file()


def test_a_target_that_is_not_whole_and_a_folder_that_cannot_be_written_keep_nothing(tmp_path: Path) -> None:
    kept = CompiledProject(tmp_path / "x.duckdb", tmp_path)
    kept.keep(built(tmp_path / "a"), tmp_path)
    assert not kept.file.exists()
    (tmp_path / "file").touch()
    CompiledProject(tmp_path / "file" / "x.duckdb", tmp_path).keep(
        tmp_path / "a" / "warehouse.duckdb", target_in(tmp_path)
    )


def test_the_last_ones_are_kept(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    warehouse, target = built(tmp_path / "a"), target_in(tmp_path)
    for number in range(KEPT + 3):
        file = cache / f"{number}.duckdb"
        CompiledProject(file, tmp_path).keep(warehouse, target)
        os.utime(file, (number, number))
    assert {path.stem for path in cache.iterdir()} == {str(number) for number in range(3, KEPT + 3)}


def test_the_place_is_that_of_the_output_or_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CACHE, raising=False)
    own = CompiledProject.of(ROOT, tmp_path / "out").file
    assert own.parent == tmp_path / "out" / ".cache"
    monkeypatch.setenv(CACHE, str(tmp_path / "shared"))
    assert CompiledProject.of(ROOT, tmp_path / "out").file == tmp_path / "shared" / own.name


PARTS = ("models", "macros", "seeds", "tests/dbt")
FILES = ("dbt_project.yml", "profiles.yml")


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """A copy of the project in another place."""
    copy = tmp_path / "另一处 copy"
    for name in PARTS:
        copytree(ROOT / name, copy / name)
    for name in FILES:
        (copy / name).write_bytes((ROOT / name).read_bytes())
    return copy


@pytest.mark.parametrize("part", [*PARTS, *FILES])
def test_a_letter_of_the_project_makes_it_another_one_and_its_place_does_not(project_copy: Path, part: str) -> None:
    assert structure_hash(project_copy) == structure_hash(ROOT)
    changed = project_copy / part
    found = sorted(path for path in changed.rglob("*") if path.suffix in (".yml", ".sql"))
    file = changed if changed.is_file() else found[0]
    file.write_bytes(file.read_bytes() + b" ")
    assert structure_hash(project_copy) != structure_hash(ROOT)


def test_rows_of_a_seed_make_no_other_project_and_its_columns_do(project_copy: Path) -> None:
    seed = project_copy / "seeds/standards/thresholds.csv"
    header, *rows = seed.read_bytes().splitlines(keepends=True)
    seed.write_bytes(header + b"".join(rows[:3]))
    assert structure_hash(project_copy) == structure_hash(ROOT)
    first, *names = header.rstrip().split(b",")
    seed.write_bytes(b",".join((*names, first)) + b"\n" + b"".join(rows))
    assert structure_hash(project_copy) != structure_hash(ROOT)
    seed.rename(seed.with_name("limits.csv"))
    assert structure_hash(project_copy) != structure_hash(ROOT)
