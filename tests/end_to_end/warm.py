"""A process that has loaded what the commands load, and forks for each of them: a test waits for no import.

It is started with the descriptor of a socket. With every request come three files: what to run, standard output and
standard error. The child takes on folder, environment and arguments and runs `python -m junheng`, to its own end.
Whatever depends on these is loaded by the child.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import socket
import sys
import time
from pathlib import Path

import duckdb

LOADED = (
    "junheng.check_command",
    "junheng.check_reports",
    "junheng.inspect_command",
    "junheng.printing",
    "junheng.watch.watched_build",
    "sqlglot.dialects.duckdb",
    # DuckDB loads it where it is installed.
    "pandas",
)
OF_THE_COMMAND = ("junheng.cli", "junheng.commands")
THREADS = Path("/proc/self/task")


def serve(requests: socket.socket) -> None:
    """Answer every request with the exit code of its command, until nobody is there to ask; only a child returns."""
    for name in LOADED:
        importlib.import_module(name)
    assert not [name for name in sys.modules if name.startswith(OF_THE_COMMAND)]
    # That of the module, which nobody uses, has threads: none of them would be there in a fork.
    duckdb.close()
    assert not THREADS.is_dir() or len(list(THREADS.iterdir())) == 1
    gc.freeze()
    while True:
        message, files, _, _ = socket.recv_fds(requests, 1, 3)
        if not message:
            sys.exit()
        child = os.fork()
        if child == 0:
            requests.close()
            become(*files)
            return
        for file in files:
            os.close(file)
        requests.sendall(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def become(request: int, stdout: int, stderr: int) -> None:
    """Take on what the command is started with."""
    with os.fdopen(request, encoding="utf-8") as wanted:
        folder, environment, arguments = json.load(wanted)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.path[0] = str(Path.cwd())
    sys.argv = ["junheng", *arguments]
    for file, place in ((os.open(os.devnull, os.O_RDONLY), 0), (stdout, 1), (stderr, 2)):
        os.dup2(file, place)
        os.close(file)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module("junheng", run_name="__main__", alter_sys=True)
