"""A session of Spark for the command line, or what is missing for one."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from junheng.errors import MachineError
from junheng.java import require_java
from junheng.validation.spark_trouble import log_file

# What a session of one's own machine does not need; whoever sets Spark up otherwise is not overruled.
LOCAL = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}


def spark_session() -> Any:
    """The session that runs already, or a new one as Spark itself is set up: `SPARK_REMOTE`, `SPARK_HOME`,
    `spark-defaults.conf`; without any of these on this machine.

    What Java prints goes to a log. Raises MachineError without PySpark, without a Java that it works on, and when Spark
    does not start.
    """
    if find_spec("pyspark") is None:
        raise MachineError("spark_missing", expected='pip install "junheng[spark]"')
    if not os.environ.get("SPARK_REMOTE"):
        os.environ.pop("SPARK_REMOTE", None)  # set to nothing PySpark takes it for an address
        require_java()
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        return running
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("junheng")
    if not os.environ.get("SPARK_REMOTE"):
        for name, value in LOCAL.items():
            builder = builder.config(name, value)
    log = log_file()
    _traces_to(log)
    try:
        with errors_to(log):
            return builder.getOrCreate()
    except Exception as error:
        raise MachineError("spark_failed", found=first_words(error), log=log) from error


def _traces_to(log: Path) -> None:
    """The bridge to Java tells the logger of everybody each call that a Java which has died does not answer, with its
    trace: that goes to the log.
    """
    handler = logging.FileHandler(log, delay=True, encoding="utf-8")

    def is_of_others(record: logging.LogRecord) -> bool:
        if "py4j" not in Path(record.pathname).parts:
            return True
        handler.handle(record)
        return False

    logging.getLogger().addFilter(is_of_others)


def first_words(error: BaseException) -> str:
    """The first line of an error of Spark."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"


@contextmanager
def errors_to(log: Path) -> Iterator[None]:
    """What programs that are started meanwhile print as errors goes to a file, for as long as they run."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
