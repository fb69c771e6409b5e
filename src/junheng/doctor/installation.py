"""What is installed: versions against what this version asks for, extras, the project, fonts, Java."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, version

from packaging.requirements import Requirement

from junheng import __version__
from junheng.doctor.check import BAD, NOTE, OK, Check
from junheng.errors import JunhengError
from junheng.java import java_here
from junheng.project import packaged_project

SHOWN = ("duckdb", "dbt-core", "dbt-duckdb", "great-expectations")
EXTRAS = {"pdf": "typst", "notify": "apprise", "lineage": "openlineage-python", "spark": "pyspark"}
OLDEST_PYTHON = (3, 11)


def checks() -> Iterator[Check]:
    """Everything about the installation."""
    yield Check("junheng", OK, __version__)
    here = platform.python_version()
    yield Check("python", OK if sys.version_info >= OLDEST_PYTHON else BAD, f"{here} ({sys.executable})", "python")
    yield _packages()
    yield from _extras()
    yield _project()
    yield _fonts()
    if _version("pyspark"):
        yield _java()


def _packages() -> Check:
    """The versions of what is needed, and those that are none this version was made for."""
    try:
        needed = [Requirement(text) for text in distribution("junheng").requires or []]
    except PackageNotFoundError:
        needed = []
    wrong = []
    for one in needed:
        if one.marker is not None and not one.marker.evaluate({"extra": ""}):
            continue
        there = _version(one.name)
        if there is None or not one.specifier.contains(there, prereleases=True):
            wrong.append(f"{one.name} {there or '-'} ({one.specifier})")
    if wrong:
        return Check("packages", BAD, "; ".join(wrong), "packages")
    found = ", ".join(f"{name} {_version(name)}" for name in SHOWN)
    return Check("packages", OK, found) if needed else Check("packages", NOTE, found, "no_metadata")


def _extras() -> Iterator[Check]:
    for extra, package in EXTRAS.items():
        there = _version(package)
        yield Check(f"extra_{extra}", OK if there else NOTE, f"{package} {there or '-'}", f"extra_{extra}")


def _project() -> Check:
    try:
        return Check("project", OK, str(packaged_project().root))
    except JunhengError as error:
        return Check("project", BAD, str(error.file), "project")


def _fonts() -> Check:
    """A Chinese font: pages of paper (PDF) need one."""
    from junheng.report.pdf import FONTS, chinese_font

    if _version("typst"):
        font = chinese_font()
    else:
        tool = shutil.which("fc-list")
        listed = _said([tool, ":", "family"]) if tool else ""
        font = next((name for name in FONTS if name in listed), None)
    return Check("fonts", OK if font else NOTE, font or "-", "fonts")


def _java() -> Check:
    java = java_here()
    found = f"{java.version or '-'} ({java.command})" if java else "-"
    return Check("java", OK if java and java.runs_spark else NOTE, found, "java")


def _said(command: list[str]) -> str:
    """What a program of the system prints; nothing when it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
