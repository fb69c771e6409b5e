"""What Spark needs on this machine, asked before anything is read: its Python packages, and Java."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from junheng.errors import MachineError

PACKAGES = {"pyspark": "pyspark", "dbt.adapters.spark": "dbt-spark"}
OLDEST_JAVA = 17


def require_spark() -> None:
    """Raise MachineError when pyspark, dbt-spark or a Java that runs them is missing, and when Spark is only remote."""
    missing = [name for module, name in PACKAGES.items() if not _is_there(module)]
    if missing:
        raise MachineError("spark_extra_missing", found=", ".join(missing))
    if remote := os.environ.get("SPARK_REMOTE"):
        raise MachineError("spark_remote", found=remote)
    java = java_command()
    version = java_version(java) if java else None
    if version is None:
        home = os.environ.get("JAVA_HOME")
        raise MachineError(
            "spark_needs_java", found=f"JAVA_HOME={home}" if home else "-", expected=f"Java ≥ {OLDEST_JAVA}"
        )
    if version < OLDEST_JAVA:
        raise MachineError("java_too_old", found=f"Java {version}", expected=f"Java ≥ {OLDEST_JAVA}", file=java)


def java_command() -> str | None:
    """The Java that Spark would start: that of JAVA_HOME, or else the first on the PATH."""
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin" / "java") if home else shutil.which("java")


def java_version(command: str) -> int | None:
    """The main version of a Java: 17; 8 for `1.8`. None when it cannot be run."""
    try:
        done = subprocess.run(
            [command, "-version"], capture_output=True, text=True, errors="replace", timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', done.stdout + done.stderr)
    return int(found[1]) if found and done.returncode == 0 else None


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
