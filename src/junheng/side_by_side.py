"""Statements of which none reads the table of another run side by side: one alone leaves processors idle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from queue import SimpleQueue

import duckdb

# As many as dbt runs at once (profiles.yml): each is given what memory the others leave.
AT_ONCE = 2
# Seconds after which what is to end is told once more.
AGAIN = 0.1
Run = Callable[[duckdb.DuckDBPyConnection, int], None]


def run_side_by_side(
    connection: duckdb.DuckDBPyConnection, steps: Mapping[int, Iterable[int]], run: Run, on_done: Callable[[int], None]
) -> None:
    """Run every step once all those are done that it reads; tells each as it ends.

    `steps` says for each number what it reads; `run` runs one on a cursor of the connection. What a step raises ends
    the others and is raised. Raises CycleError when steps read each other.
    """
    order = TopologicalSorter(steps)
    order.prepare()
    idle: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
    cursors = [connection.cursor() for _ in range(AT_ONCE)]
    for cursor in cursors:
        idle.put(cursor)

    def run_one(step: int) -> int:
        cursor = idle.get()
        try:
            run(cursor, step)
        finally:
            idle.put(cursor)
        return step

    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="statement")
    running: set[Future[int]] = set()
    try:
        while order.is_active():
            running |= {pool.submit(run_one, step) for step in sorted(order.get_ready())}
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for step in sorted(future.result() for future in ended):
                order.done(step)
                on_done(step)
    finally:
        # Nothing of the file may be open when the caller closes its own connection.
        for future in running:
            future.cancel()
        while running:
            # Again and again: a statement that has not quite begun does not notice.
            for cursor in cursors:
                cursor.interrupt()
            running = wait(running, timeout=AGAIN).not_done
        pool.shutdown()
        for cursor in cursors:
            cursor.close()
