"""Files of a storage that Spark reads and this machine does not mount (`s3a://`, `hdfs://`), copied here as they are.

Bytes are copied, not rows: whatever the format, a finding leads back to the file that lies there.
"""

from __future__ import annotations

import re
import shutil
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from junheng.errors import DataError, JunhengError, MachineError, UsageError
from junheng.validation.spark_start import first_words, spark_session
from junheng.validation.spark_trouble import log_file, machine_trouble, trouble_told

# So much of a file is sent at a time. Spark reads a file whole, and none of more than 2 GB.
PART = 8 << 20
LARGEST = (1 << 31) - 1
# What a path of Spark's may not mean.
PATTERN = re.compile(r"([\\{}\[\]*?,])")


def fetch(address: str, out: Path, on_file: Callable[[str, int], None] = lambda _name, _size: None) -> dict[Path, int]:
    """Copy the file, or all files below the folder, at `address` into the new or empty folder `out`.

    Names below the address stay; hidden files (`_SUCCESS`, `.x.crc`) and those without any byte are not taken. Gives
    each file with its bytes. `out` is there afterwards with all files, or as it was.

    Raises UsageError when `out` is in use or there is nothing at the address, DataError for a file of more than 2 GB,
    MachineError without Spark, and when Spark or the disk refuses.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError("fetch_folder_in_use", file=out)
    spark = spark_session()
    there = out.resolve()  # `.` has no name
    making = there.with_name(f".{there.name}.part")
    try:
        with trouble_told():
            found = _files(spark, address)
            names = names_below(path for path, _ in found)
            shutil.rmtree(making, ignore_errors=True)
            for path, size in found:
                on_file(names[path], size)
                _copy(spark, path, size, making / names[path])
        if there.exists():
            there.rmdir()
        making.rename(there)
        return {out / names[path]: size for path, size in found}
    except ConnectionError:
        raise
    except OSError as error:
        raise MachineError("fetch_not_written", file=out, found=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)


def names_below(paths: Iterable[str]) -> dict[str, str]:
    """The names of files below the folder that holds all of them; of one file its own."""
    parts = {path: path.split("/") for path in paths}
    if not parts:
        return {}
    first, last = min(parts.values()), max(parts.values())
    deepest = min(len(one) for one in parts.values()) - 1
    shared = next((at for at in range(deepest) if first[at] != last[at]), deepest)
    return {path: "/".join(one[shared:]) for path, one in parts.items()}


def _files(spark: Any, address: str) -> list[tuple[str, int]]:
    """Address and bytes of every file, in the order of their names; nothing of them is read."""
    every = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    with _refused_in_words(address):
        found = sorted((row[0], row[1]) for row in every.load(address).select("path", "length").collect())
    if not found:
        raise UsageError("fetch_nothing", found=address)
    for path, size in found:
        if size > LARGEST:
            raise DataError("fetch_too_large", found=f"{path}: {size:,}", expected=f"≤ {LARGEST:,}")
    return found


def _copy(spark: Any, path: str, size: int, target: Path) -> None:
    """Copy one file, a part at a time. Raises MachineError when it does not arrive whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    parts = (
        f"posexplode(transform(sequence(0, cast((length(content) - 1) / {PART} as int)),"
        f" part -> substring(content, part * {PART} + 1, {PART}))) as (place, part)"
    )
    one = spark.read.format("binaryFile").load(PATTERN.sub(r"\\\1", path)).where("length > 0").selectExpr(parts)
    arrived = 0
    with target.open("wb") as file, _refused_in_words(path):
        for place, (number, part) in enumerate(one.toLocalIterator()):
            if place != number:
                break
            arrived += file.write(part)
    if arrived != size:
        raise MachineError("fetch_incomplete", file=target, found=f"{arrived:,}", expected=f"{size:,}")


@contextmanager
def _refused_in_words(address: str) -> Iterator[None]:
    """What Spark says of a storage: a class that it lacks, a name, a right. The trace goes to the log."""
    try:
        yield
    except (JunhengError, OSError):
        raise
    except Exception as error:
        if getattr(error, "getCondition", lambda: None)() == "PATH_NOT_FOUND":
            raise UsageError("fetch_nothing", found=address) from error
        if machine_trouble(error):
            raise
        with log_file().open("a", encoding="utf-8") as log:
            traceback.print_exc(file=log)
        found = f"{address}: {first_words(error)}"
        raise MachineError("fetch_refused", found=found, log=log_file()) from error
