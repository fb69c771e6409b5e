"""Whole builds on Spark behind a server, compared with DuckDB's; and the server killed in the middle of another.

    python -m benchmarks.spark_servers --out FOLDER [--raw PATH] [--ways connect connect-storage thrift]

The server is started from the jars of pyspark on the loopback address. What has to come of each way: every mart is the
same bytes as on DuckDB, every table the same rows, and nothing is left in the storage or the catalogue of the server;
with the server gone (SIGKILL) the build ends with exit 3, in words, with what is published as it was. Prints what it
found, and exits with 1 when anything is different. Needs the extras `spark-connect` and `spark-thrift`.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.same_tables import differences
from benchmarks.spark_processes import build, end, java, published, reached, wait_until_it_answers
from benchmarks.spark_tuned import TUNED, as_options

MADE_BEFORE_IT_IS_KILLED = 5


@dataclass(frozen=True)
class Server:
    """How a server is started, and by which address it is reached."""

    program: str
    port: int
    scheme: str
    conf: Mapping[str, str]
    # What follows the name of the program.
    more: tuple[str, ...] = ()
    with_storage: bool = False

    def told(self, storage: Path) -> dict[str, str]:
        """What a build has to know."""
        address = {"JUNHENG_SPARK_MASTER": f"{self.scheme}://127.0.0.1:{self.port}"}
        return address | {"JUNHENG_SPARK_STORAGE": str(storage) if self.with_storage else ""}


CONNECT = "org.apache.spark.sql.connect.service.SparkConnectServer"
THRIFT = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
GRPC = {"spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": "17002"}
HIVE = ("--hiveconf", "hive.server2.thrift.bind.host=127.0.0.1", "--hiveconf", "hive.server2.thrift.port=17003")
WAYS = {
    "connect": Server(CONNECT, 17002, "sc", GRPC),
    "connect-storage": Server(CONNECT, 17002, "sc", GRPC, with_storage=True),
    "thrift": Server(THRIFT, 17003, "thrift", {}, HIVE, with_storage=True),
}


@contextmanager
def running(server: Server, work: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The server, once it answers; its tables and its log are in the folder."""
    conf = TUNED | dict(server.conf) | {"spark.sql.warehouse.dir": (work / "warehouse").as_uri()}
    arguments = ("--master", "local[2]", "--driver-memory", "2g", *as_options(conf), "--class", server.program)
    with java("spark-submit", *arguments, "spark-internal", *server.more, log=work / "server.log") as process:
        wait_until_it_answers(process, server.port, work / "server.log")
        yield process


def processor_seconds() -> float:
    """Of all processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@dataclass(frozen=True)
class Trial:
    """One way, beside the output of DuckDB in `expected`."""

    server: Server
    expected: Path
    work: Path
    raw: str | None

    def whole(self) -> list[str]:
        """A whole build; gives what is wrong with it."""
        before = processor_seconds()
        with running(self.server, self.work):
            process = self.build()
            said = process.communicate()[0]
            of_build = processor_seconds() - before
            left = self.left()
        of_server = processor_seconds() - before - of_build
        print(f"exit {process.returncode}; processor: {of_build:.0f} s build, {of_server:.0f} s server", flush=True)
        if process.returncode:
            return [said]
        here, there = published(self.expected), published(self.work / "output")
        wrong = [f"{name}: other bytes" for name in sorted(here | there) if here.get(name) != there.get(name)]
        count, different = differences(self.expected, self.work / "output")
        print(f"{len(here)} files of marts and {count} tables compared", flush=True)
        wrong += [f"{name}: {what}" for name, what in different.items()]
        return wrong + [f"left: {path}" for path in left]

    def killed(self) -> list[str]:
        """The server is killed while models run; gives what is wrong then."""
        before = published(self.work / "output")
        with running(self.server, self.work) as server:
            process = self.build()
            is_killed = reached(process, lambda: len(self.made()), MADE_BEFORE_IT_IS_KILLED)
            end(server)
            begun = time.perf_counter()
            said = process.communicate()[0]
        print(said)
        print(f"server killed; exit {process.returncode} after {time.perf_counter() - begun:.0f} s more", flush=True)
        # What it had made itself stays where it was.
        for path in (self.work / "warehouse").glob("junheng_*"):
            shutil.rmtree(path)
        return [
            *([] if is_killed else ["the build had ended before"]),
            *([] if process.returncode == 3 else [f"exit {process.returncode}"]),
            *(["a trace on the screen"] if "\tat " in said or "Traceback" in said else []),
            *([] if published(self.work / "output") == before else ["what is published is different"]),
            *[f"left: {path}" for path in self.left()],
        ]

    def build(self) -> subprocess.Popen[str]:
        """Begin it."""
        told = self.server.told(self.work / "storage")
        return build(self.work / "output", self.raw, "--quarantine", "--target", "spark", environment=told)

    def made(self) -> list[Path]:
        """The intermediate tables that are there."""
        found = list((self.work / "warehouse").glob("junheng_*_intermediate.db/*/_SUCCESS"))
        return found + list((self.work / "storage").glob("junheng-*/made/intermediate.db/*/_SUCCESS"))

    def left(self) -> list[Path]:
        """What a build has left behind."""
        return [*(self.work / "storage").iterdir(), *(self.work / "warehouse").glob("junheng_*")]


def main() -> int:
    """Run it and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--raw")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    asked = parser.parse_args()
    out = asked.out.absolute()
    expected = out / "duckdb"
    first = build(expected, asked.raw, "--quarantine")
    said = first.communicate()[0]
    if first.returncode:
        print(said)
        return 1
    wrong = []
    for name in asked.ways:
        trial = Trial(WAYS[name], expected, out / name, asked.raw)
        (trial.work / "storage").mkdir(parents=True)
        for what in (trial.whole, trial.killed):
            print(f"== {name}, {what.__name__}", flush=True)
            found = what()
            wrong += found
            print("\n".join(found) or "as it should be", flush=True)
            if found and what == trial.whole:
                break
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
