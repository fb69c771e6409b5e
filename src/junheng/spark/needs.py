"""What Spark needs, asked before anything is read: Python packages, Java where the driver runs here, an answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec

from junheng.errors import MachineError
from junheng.java import require_java
from junheng.spark.address import Address, Way
from junheng.spark.place import STORAGE

# Module → package, for each way to Spark.
PACKAGES = {"pyspark": "pyspark", "dbt.adapters.spark": "dbt-spark"}
MORE_PACKAGES: Mapping[Way, Mapping[str, str]] = {
    "session": {},
    "connect": {
        "pyarrow": "pyarrow",
        "pandas": "pandas",
        "grpc": "grpcio",
        "grpc_status": "grpcio-status",
        "google.rpc": "googleapis-common-protos",
        "zstandard": "zstandard",
    },
    "thrift": {
        "pyhive": "PyHive",
        "past": "future",
        "thrift": "thrift",
        "thrift_sasl": "thrift-sasl",
        "puresasl": "pure-sasl",
    },
}
EXTRAS: Mapping[Way, str] = {"session": "spark", "connect": "spark-connect", "thrift": "spark-thrift"}


def require_spark() -> None:
    """Raise MachineError when a package, Java or storage is missing that the way to Spark needs, or nobody answers.

    Raises UsageError for an address that cannot be read.
    """
    address = Address.told()
    needed = PACKAGES | dict(MORE_PACKAGES[address.way])
    missing = [name for module, name in needed.items() if not _is_there(module)]
    if missing:
        install = f'pip install "junheng[{EXTRAS[address.way]}]"'
        raise MachineError("spark_extra_missing", found=", ".join(missing), expected=install)
    if address.way == "thrift" and not os.environ.get(STORAGE):
        raise MachineError("spark_needs_storage", found=f"{STORAGE}=", expected=address.url)
    if address.way == "session":
        require_java()
    address.require_answer()


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
