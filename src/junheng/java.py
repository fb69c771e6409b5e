"""The Java of this machine, which Spark runs on: the one that would be started, and whether Spark runs on it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from junheng.errors import MachineError

# Spark 4 begins with Java 17. From Java 24 on there is no security manager, and the Hadoop in Spark 4.1 cannot open a
# file without one ("getSubject is not supported"; seen on Java 25).
OLDEST, TOO_NEW = 17, 24
WANTED = "Java 17, 21"


@dataclass(frozen=True)
class Java:
    """A program that runs Java, and its main version: 17; 8 for `1.8`. None when it cannot be run."""

    command: str
    version: int | None

    @property
    def runs_spark(self) -> bool:
        """Whether Spark works on it."""
        return self.version is not None and OLDEST <= self.version < TOO_NEW


def java_here() -> Java | None:
    """The Java that Spark would start: that of JAVA_HOME, or else the first on the PATH. None without one."""
    home = os.environ.get("JAVA_HOME")
    command = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    return Java(command, _version(command)) if command else None


def require_java() -> None:
    """Raise MachineError when there is no Java, or none that Spark works on."""
    java = java_here()
    if java is None or java.version is None:
        home = os.environ.get("JAVA_HOME")
        raise MachineError("spark_needs_java", found=f"JAVA_HOME={home}" if home else "-", expected=WANTED)
    if not java.runs_spark:
        is_old = java.version < OLDEST
        raise MachineError(
            "java_too_old" if is_old else "java_too_new",
            found=f"Java {java.version}",
            expected=WANTED,
            file=java.command,
        )


def _version(command: str) -> int | None:
    try:
        done = subprocess.run(
            [command, "-version"], capture_output=True, text=True, errors="replace", timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', done.stdout + done.stderr)
    return int(found[1]) if found and done.returncode == 0 else None
