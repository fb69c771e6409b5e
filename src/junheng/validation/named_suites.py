"""Suites as a user names them on the command line: by the name of a packaged one, by file, by folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from junheng.errors import MachineError, UsageError
from junheng.project import packaged_project
from junheng.validation.linter import lint_name, lint_values
from junheng.validation.suite_files import load_suite, read_suite
from junheng.validation.suites import Parameters, Suite

SUFFIX = ".json"


@dataclass(frozen=True)
class SuiteFile:
    """A file and the folder that gives it its name; None when it was named alone.

    `packaged` suites have to say everything of every rule.
    """

    path: Path
    folder: Path | None
    packaged: bool = False

    def load(self, parameters: Parameters | None) -> Suite:
        """Read and lint the file. Raises UsageError for its first defect, MachineError when it cannot be opened."""
        try:
            if self.packaged and self.folder is not None:
                suite = read_suite(self.path, self.folder)
                for rule in suite.rules:
                    lint_values(self.path, rule, parameters)
                return suite
            suite = load_suite(self.path, parameters)
        except PermissionError as error:
            raise MachineError("file_unreadable", file=self.path, found=error.strerror) from error
        if self.folder is not None:
            lint_name(self.path, self.folder, suite.name)
        return suite


def suite_files(named: Sequence[str]) -> list[SuiteFile]:
    """The files behind names; without any name, every packaged suite. A file that is named twice comes once.

    A packaged name is a suite (`raw.staff`) or a folder of them (`raw`); write `./raw` for a folder of your own of
    that name.

    Raises UsageError for a name that is neither a packaged suite nor a file or folder, and for a folder without suites.
    """
    found: dict[Path, SuiteFile] = {}
    for file in (file for name in named for file in _files_of(name)) if named else _packaged():
        found.setdefault(file.path.resolve(), file)
    return list(found.values())


def load_named_suites(named: Sequence[str], parameters: Parameters | None) -> list[Suite]:
    """Read and lint the suites behind names. Raises UsageError for the first defect."""
    suites = [file.load(parameters) for file in suite_files(named)]
    refuse_shared_names(suites)
    return suites


def refuse_shared_names(suites: Iterable[Suite]) -> None:
    """Refuse a name or an id that two suites share: their results could not be told apart. Raises UsageError."""
    seen: dict[tuple[str, str], Path] = {}
    for suite in suites:
        for kind, name in names_in(suite):
            other = seen.setdefault((kind, name), suite.path)
            if other != suite.path:
                raise UsageError("suite_duplicate", file=suite.path, found=f"{kind} {name}", expected=str(other))


def names_in(suite: Suite) -> Iterable[tuple[str, str]]:
    """What a suite and its rules are called, as far as the file says it."""
    yield "name", suite.name
    if suite.document.get("id"):
        yield "id", str(suite.document["id"])
    for expectation in suite.document["expectations"]:
        if expectation.get("id"):
            yield "id", str(expectation["id"])
        if (expectation.get("meta") or {}).get("rule_id"):
            yield "rule_id", str(expectation["meta"]["rule_id"])


def read_parameters(path: Path) -> dict[str, Decimal | int | str]:
    """Parameters from a JSON object of names with numbers or texts; numbers with a point are decimals.

    Raises UsageError for a file that is not there or is anything else.
    """
    try:
        content: Any = json.loads(path.read_bytes().decode("utf-8-sig"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UsageError("parameters_unreadable", file=path, found=f"{type(error).__name__}: {error}") from error
    if not isinstance(content, dict):
        raise UsageError("parameters_unreadable", file=path, found=type(content).__name__)
    for name, value in content.items():
        if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
            raise UsageError("parameters_unreadable", file=path, column=name, found=json.dumps(value, default=str))
    return content


def _packaged(name: str | None = None) -> list[SuiteFile]:
    """Packaged suites: all of them, one, or those of a folder."""
    root = packaged_project().suites
    paths = sorted(root.rglob(f"*{SUFFIX}"))
    files = [SuiteFile(path, root, packaged=True) for path in paths]
    if name is None:
        return files
    return [file for file in files if f"{_name(file.path, root)}.".startswith(f"{name}.")]


def _name(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts)


def _files_of(name: str) -> list[SuiteFile]:
    is_name = not name.endswith(SUFFIX) and Path(name).name == name and not name.startswith(".")
    if is_name and (packaged := _packaged(name)):
        return packaged
    path = Path(name)
    if path.is_dir():
        paths = sorted(path.rglob(f"*{SUFFIX}"))
        if not paths:
            raise UsageError("suite_none", file=path)
        return [SuiteFile(found, path) for found in paths]
    if path.is_file():
        return [SuiteFile(path, None)]
    root = packaged_project().suites
    known = [_name(file.path, root) for file in _packaged()]
    near = get_close_matches(name, known, n=3) or sorted({known_name.split(".")[0] for known_name in known})
    raise UsageError("suite_not_found", found=name, expected=", ".join(near))
