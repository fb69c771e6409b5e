"""What Spark and Java say when they fail, in words: who has to do what; the long text stays in the log."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from junheng.errors import MachineError

# What is found in the text → the id of the message; the first that fits.
SIGNS = {
    "spark_memory": r"OutOfMemoryError|Java heap space|GC overhead limit|SparkOutOfMemory|UNABLE_TO_ACQUIRE_MEMORY"
    r"|Container killed .*memory|exit code 137",
    "disk_full": re.escape(os.strerror(errno.ENOSPC)),
    "spark_needs_java": r"JAVA_HOME is not set|JAVA_NOT_FOUND|java: (command )?not found",
    "java_too_old": r"UnsupportedClassVersionError|class file version",
    "java_too_new": r"getSubject is not supported",
    "spark_too_old": r"SPARK_TOO_OLD",
    "spark_settings": r"SPARK_SETTINGS",
    "spark_no_answer": r"masters are unresponsive|Could not connect to any of|TTransportException"
    r"|failed to connect to all|StatusCode\.UNAVAILABLE",
    "spark_lost": r"ExecutorLostFailure|executor .*(lost|exited)|Lost executor|Py4JNetworkError|Connection refused"
    r"|SparkContext was shut ?down|stopped SparkContext|Answer from Java side is empty|Connection reset by peer"
    r"|Socket closed|Broken pipe",
    "spark_storage": r"PATH_NOT_FOUND|UNABLE_TO_INFER_SCHEMA|FAILED_READ_FILE|FileNotFoundException|Permission denied"
    r"|AccessControlException|Mkdirs failed",
    "spark_not_started": r"Exception in thread|Could not parse Master|UnknownHostException|Cannot assign requested"
    r"|JAVA_GATEWAY_EXITED",
}
# Those that no statement is to blame for, whatever it says.
OF_THE_MACHINE = ("spark_memory", "disk_full", "spark_no_answer", "spark_lost")
STACK = re.compile(
    r"^\s*(at |Suppressed: |Caused by: .*OriginalTryStackTrace|\.\.\. \d+ more|File \""
    r"|During handling of the above exception|The above exception was the direct cause)"
)
SHOWN_LINES, SHOWN_LETTERS = 4, 600


def spark_failure(
    text: str, folder: Path | None, log: Path, among: Collection[str] = SIGNS.keys()
) -> MachineError | None:
    """The error that fits what Spark or Java has said; None when nothing of this machine is the matter."""
    for message_id, sign in SIGNS.items():
        if message_id in among and re.search(sign, text):
            return MachineError(message_id, file=folder, found=in_short(text, sign), log=log)
    return None


def in_short(text: str, sign: str = "") -> str:
    """The line that says it and those that follow it, without what only a programmer reads."""
    told = (line for line in _without_traces(text) if line.strip() and not STACK.match(line))
    lines = [line.strip().removeprefix(": ") for line in told]
    start = next((place for place, line in enumerate(lines) if sign and re.search(sign, line)), 0)
    return "\n".join(lines[start : start + SHOWN_LINES])[:SHOWN_LETTERS]


def _without_traces(text: str) -> Iterator[str]:
    """The lines that are not part of a trace of Python: those below its first line that are indented more."""
    trace: int | None = None
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        if line.lstrip().startswith("Traceback (most recent call last)"):
            trace = depth
        elif trace is None or (line.strip() and depth <= trace):
            trace = None
            yield line
