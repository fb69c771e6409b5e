"""What does not fit into memory goes to a folder that is gone afterwards, and never beside the user's files."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.check_reports import Reports, write_reports
from junheng.messages import Messages
from junheng.table_check import CheckOptions, checked
from junheng.validation import Limits, validate

ROWS = 500_000
# Every row fails, and its key is long: what is kept of it is many times the memory that is allowed.
RULE = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "v", "max_value": -1}}
UNIQUE = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "k"}}
SUITE: dict[str, Any] = {"name": "s", "meta": {"table": "t", "keys": ["k"]}, "expectations": [RULE, UNIQUE]}
MEMORY = "100MB"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory, and a folder for what is temporary."""
    folder, temporary = tmp_path / "here", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "t.parquet"
    duckdb.sql(f"select md5(i::varchar) || md5((i + 1)::varchar) as k, i as v from range({ROWS}) r (i)").write_parquet(
        str(path)
    )
    return path


@pytest.mark.parametrize("form", ["file", "database", "frame"])
def test_a_run_that_spilled_leaves_nothing_behind(form: str, here: Path, data: Path) -> None:
    source: Any = data
    if form == "database":
        source = data.with_suffix(".duckdb")
        with duckdb.connect(str(source)) as connection:
            connection.execute(f"create table t as from '{data}'")
    elif form == "frame":
        columns = duckdb.sql(f"from '{data}'").fetchnumpy()
        source = importlib.import_module("polars").DataFrame({"k": columns["k"].tolist(), "v": columns["v"]})
    before = sorted(path.name for path in data.parent.iterdir())
    limits = Limits(memory=MEMORY, threads=2)
    folder = limits.temporary_folder
    assert folder is not None
    with validate(source, SUITE, limits=limits) as result:
        assert [found.rows_failed for found in result.results] == [ROWS, 0]
        assert list(folder.iterdir()), "nothing was spilled: the test proves nothing"
        assert result.failing_rows().aggregate("count(*), max(length(keys))").fetchall() == [(ROWS, 72)]
    assert not folder.exists()
    assert list(folder.parent.iterdir()) == []
    assert list(here.iterdir()) == []
    assert sorted(path.name for path in data.parent.iterdir()) == before


def test_a_run_that_ends_in_an_error_leaves_nothing_behind(here: Path, data: Path) -> None:
    limits = Limits(memory=MEMORY, threads=2)
    broken = data.with_name("broken.parquet")
    broken.write_bytes(data.read_bytes()[:-3000] + b"0" * 3000)
    with pytest.raises(Exception, match=r"data_unreadable|engine"):
        validate(broken, SUITE, limits=limits)
    assert limits.temporary_folder is not None
    assert list(limits.temporary_folder.parent.iterdir()) == []
    assert list(here.iterdir()) == []


def test_two_runs_do_not_share_a_folder() -> None:
    assert Limits().temporary_folder != Limits().temporary_folder


def test_the_command_writes_all_failing_rows_and_nothing_beside_them(
    here: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("junheng.table_check.Limits", lambda **more: Limits(memory=MEMORY, threads=2, **more))
    suite = tmp_path / "s.json"
    suite.write_text(json.dumps(SUITE), encoding="utf-8")
    out = tmp_path / "out"
    with checked(CheckOptions([str(suite)], data=data)) as found:
        write_reports(found, Reports(failing_rows=out / "rows.parquet"), Messages("en"))
    rows = f"from '{out / 'rows.parquet'}'"
    assert duckdb.sql(f"select count(*) from ({rows})").fetchall() == [(ROWS,)]
    first = duckdb.sql(f"select keys from ({rows}) limit 3").fetchall()
    assert first == duckdb.sql(f"select keys from ({rows}) order by rule_id, keys limit 3").fetchall()
    assert [path.name for path in out.iterdir()] == ["rows.parquet"]
    assert list(here.iterdir()) == []
    assert list((tmp_path / "temporary").iterdir()) == []
