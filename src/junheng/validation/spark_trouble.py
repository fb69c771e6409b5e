"""A Spark that dies while rules are judged is a matter of the machine: it ends the run, and is no result of a rule."""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from junheng.errors import JunhengError, MachineError
from junheng.spark.failures import OF_THE_MACHINE, spark_failure

# What the socket to Java raises when nobody is there any more.
GONE = (ConnectionError, EOFError)


def log_file() -> Path:
    """Where Java's own words go, and the traces of what went wrong."""
    return Path(tempfile.gettempdir()) / f"junheng-spark-{os.getpid()}.log"


def machine_trouble(error: BaseException) -> MachineError | None:
    """The error that an exception of Spark stands for; None when it is about a statement."""
    said = f"{type(error).__name__}: {error}"
    trouble = spark_failure(said, None, log_file(), OF_THE_MACHINE)
    if trouble is None and isinstance(error, GONE):
        return MachineError("spark_lost", found=said, log=log_file())
    return trouble


@contextmanager
def trouble_told() -> Iterator[None]:
    """Raise MachineError for a Spark that is gone, is out of memory or has no room; the trace goes to the log.

    What fails after that, because there is nothing left to be tidied up, says nothing new.
    """
    try:
        yield
    except Exception as error:
        first = next((one for one in _chain(error) if isinstance(one, MachineError)), None)
        trouble = first or machine_trouble(error)
        if isinstance(error, JunhengError) or trouble is None:
            raise
        with log_file().open("a", encoding="utf-8") as log:
            traceback.print_exc(file=log)
        raise trouble from error


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and those during which it was raised."""
    at: BaseException | None = error
    while at is not None:
        yield at
        at = at.__context__
