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

    `steps` says for each number what it reads; `run` runs one on a cursor of the connection, all of it or nothing. A
    step for which memory was too little beside another is run once more alone. Anything else that a step raises, or
    that again, ends the others and is raised. Raises CycleError when steps read each other.
    """
    order = TopologicalSorter(steps)
    order.prepare()
    idle: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
    cursors = [connection.cursor() for _ in range(AT_ONCE)]
    for cursor in cursors:
        idle.put(cursor)

    def run_one(step: int) -> None:
        cursor = idle.get()
        try:
            run(cursor, step)
        finally:
            idle.put(cursor)

    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="statement")
    running: dict[Future[None], int] = {}
    ready: list[int] = []
    alone: set[int] = set()
    try:
        while order.is_active():
            ready += sorted(order.get_ready())
            while ready and len(running) < (1 if alone else AT_ONCE):
                step = ready.pop(0)
                running[pool.submit(run_one, step)] = step
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                step = running.pop(future)
                try:
                    future.result()
                except duckdb.OutOfMemoryException:
                    if step in alone:
                        raise
                    alone.add(step)
                    ready.insert(0, step)
                    continue
                alone.discard(step)
                order.done(step)
                on_done(step)
    finally:
        # Nothing of the file may be open when the caller closes its own connection.
        for future in running:
            future.cancel()
        left = {*running}
        while left:
            # Again and again: a statement that has not quite begun does not notice.
            for cursor in cursors:
                cursor.interrupt()
            left = wait(left, timeout=AGAIN).not_done
        pool.shutdown()
        for cursor in cursors:
            cursor.close()
