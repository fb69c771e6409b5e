"""Statements side by side: each after what it reads, two at once, and nothing left open when one fails."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from junheng.side_by_side import AT_ONCE, run_side_by_side

SECONDS = 30
ENDLESS = "select count(*) from range(10_000_000) as a, range(10_000_000) as b where a.range * b.range = -1"


def nothing(_step: int) -> None:
    return


@st.composite
def dependent_steps(draw: st.DrawFn) -> dict[int, list[int]]:
    """Steps that read some of those before them, in any order."""
    size = draw(st.integers(0, 12))
    numbers = draw(st.permutations(range(size)))
    return {
        number: draw(st.lists(st.sampled_from(numbers[:place]), unique=True)) if place else []
        for place, number in enumerate(numbers)
    }


@settings(max_examples=40, deadline=None)
@given(steps=dependent_steps())
def test_every_step_runs_once_after_what_it_reads(steps: dict[int, list[int]]) -> None:
    with duckdb.connect() as connection:

        def run(cursor: duckdb.DuckDBPyConnection, step: int) -> None:
            for read in steps[step]:
                assert cursor.execute(f"select x from t{read}").fetchall() == [(read,)]
            cursor.execute(f"create table t{step} as select {step} as x")

        told: list[int] = []
        run_side_by_side(connection, steps, run, told.append)
        assert sorted(told) == sorted(steps)
        assert all(told.index(read) < told.index(step) for step, reads in steps.items() for read in reads)


def test_as_many_run_at_once_as_are_meant_to(tmp_path: Path) -> None:
    meeting = threading.Barrier(AT_ONCE, timeout=SECONDS)
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        # Each waits for another one: alone it would wait in vain.
        run_side_by_side(connection, {step: [] for step in range(2 * AT_ONCE)}, lambda *_: meeting.wait(), nothing)


def test_a_step_that_fails_ends_the_others_and_leaves_nothing_open(tmp_path: Path) -> None:
    file = str(tmp_path / "x.duckdb")
    begun = threading.Event()
    ended: list[str] = []

    def run(cursor: duckdb.DuckDBPyConnection, step: int) -> None:
        if step == 0:
            assert begun.wait(SECONDS)
            cursor.execute("select * from missing")
        if step == 1:
            begun.set()
            try:
                cursor.execute(ENDLESS)
            except duckdb.InterruptException:
                ended.append("interrupted")
                raise
        if step == 2:
            ended.append("run though what it reads has failed")

    with (
        duckdb.connect(file) as connection,
        pytest.raises(duckdb.CatalogException, match="missing"),
    ):
        run_side_by_side(connection, {0: [], 1: [], 2: [0]}, run, nothing)
    assert ended == ["interrupted"]
    # A file that is open in this process cannot be opened with other settings.
    duckdb.connect(file, read_only=True).close()


def test_what_the_caller_raises_ends_it_too(tmp_path: Path) -> None:
    file = str(tmp_path / "x.duckdb")

    def stop(_step: int) -> None:
        raise KeyboardInterrupt

    def run(cursor: duckdb.DuckDBPyConnection, step: int) -> None:
        cursor.execute("select 1" if step == 0 else ENDLESS)

    with duckdb.connect(file) as connection, pytest.raises(KeyboardInterrupt):
        run_side_by_side(connection, {0: [], 1: []}, run, stop)
    duckdb.connect(file, read_only=True).close()


def test_what_does_not_fit_beside_another_is_run_again_alone() -> None:
    steps: dict[int, list[int]] = {0: [], 1: [], 2: [], 3: [0]}
    active: set[int] = set()
    beside: list[tuple[int, int]] = []
    meeting = threading.Barrier(AT_ONCE)

    def run(_cursor: duckdb.DuckDBPyConnection, step: int) -> None:
        active.add(step)
        try:
            beside.append((step, len(active)))
            if len(beside) <= AT_ONCE:
                meeting.wait(SECONDS)
                raise duckdb.OutOfMemoryException("too little for two")
        finally:
            active.discard(step)

    with duckdb.connect() as connection:
        told: list[int] = []
        run_side_by_side(connection, steps, run, told.append)
    assert sorted(told) == [0, 1, 2, 3]
    # Both have failed side by side and were the only ones when they ran again.
    assert {step for step, _ in beside[:2]} == {0, 1}
    assert sorted(beside[2:4]) == [(0, 1), (1, 1)]


def test_what_does_not_fit_alone_is_raised() -> None:
    tried: list[int] = []

    def run(_cursor: duckdb.DuckDBPyConnection, step: int) -> None:
        tried.append(step)
        raise duckdb.OutOfMemoryException("too little")

    with duckdb.connect() as connection, pytest.raises(duckdb.OutOfMemoryException):
        run_side_by_side(connection, {0: [], 1: [0]}, run, nothing)
    assert tried == [0, 0]
