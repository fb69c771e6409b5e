"""A build on a standalone cluster of several worker processes, one of which is killed in the middle of it.

    python -m benchmarks.spark_cluster --out FOLDER [--raw PATH] [--workers 2]

A master and workers listen on the loopback address. The build is published first on DuckDB, then again on the cluster;
while its models run, a worker and its executor are killed. Either the build finishes, and every mart is the same bytes,
or it ends with exit 3, and what was published is as it was. Says which, and exits with 1 when it is neither.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from benchmarks.spark_processes import build, end, java, published, reached, wait_until_it_answers

MASTER_PORT = 17077
SUBMIT = "--executor-memory 1g --driver-memory 1g --conf spark.ui.enabled=false --conf spark.sql.shuffle.partitions=2"


def daemon(role: str, *arguments: str, work: Path) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """A process of the cluster."""
    name = "master.Master" if role == "master" else "worker.Worker"
    own = ("--host", "127.0.0.1", "--webui-port", "0")
    log = work / f"{role}.log"
    return java("spark-class", f"org.apache.spark.deploy.{name}", *own, *arguments, log=log, memory="256m")


def main() -> int:
    """Run it and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--raw")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    out = asked.out.absolute()
    first = build(out / "output", asked.raw)
    print(first.communicate()[0])
    if first.returncode:
        return 1
    before = published(out / "output")
    storage = out / "storage"
    storage.mkdir(parents=True)
    address = f"spark://127.0.0.1:{MASTER_PORT}"
    with ExitStack() as held:
        master = held.enter_context(daemon("master", "--port", str(MASTER_PORT), work=out))
        wait_until_it_answers(master, MASTER_PORT, out / "master.log")
        limits = ("--cores", "1", "--memory", "1g")
        workers = [
            held.enter_context(
                daemon(f"worker-{number}", *limits, "--work-dir", str(out / f"worker-{number}"), address, work=out)
            )
            for number in range(asked.workers)
        ]
        told = {
            "JUNHENG_SPARK_MASTER": address,
            "JUNHENG_SPARK_STORAGE": str(storage),
            "PYSPARK_SUBMIT_ARGS": f"{SUBMIT} pyspark-shell",
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        started = time.perf_counter()
        process = build(out / "output", asked.raw, "--target", "spark", environment=told)
        made = "junheng-*/made/*.db/*/*.parquet"
        is_killed = reached(process, lambda: len(list(storage.glob(made))), least=10)
        if is_killed:
            end(workers[0])
        print(process.communicate()[0])
        seconds = time.perf_counter() - started
    same = published(out / "output") == before
    print(f"worker killed: {is_killed}; exit {process.returncode} after {seconds:.0f} s; marts unchanged: {same}")
    left = list(storage.iterdir())
    print(f"left in the storage: {left}")
    return 0 if is_killed and same and not left and process.returncode in (0, 3) else 1


if __name__ == "__main__":
    sys.exit(main())
