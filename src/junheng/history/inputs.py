"""What a build is made from: every file with its hash, in classes, so that a change can be told by what changed.

Contents are hashed every time. A time stamp or a size says less than it seems to: copies keep them, network drives
round them.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from junheng import __version__

# A verdict rests on the first four; the ledger stands in reports only.
CLASSES = ("data", "standards", "rules", "code", "parameters", "ledger")
PACKAGES = (
    *("dbt-core", "dbt-adapters", "dbt-duckdb", "duckdb", "great-expectations", "sqlglot", "python-calamine", "PyYAML"),
    *("altair", "vl-convert-python", "docxtpl", "python-docx", "XlsxWriter", "Jinja2"),
)
CODE_PARTS = ("models", "macros", "seeds/published", "seeds/display", "seeds/quality", "tests/dbt")
DBT_PARTS = ("models", "macros", "seeds", "tests/dbt")
CODE_FILES = ("dbt_project.yml", "profiles.yml")
STANDARDS, RULES, SAMPLE = "seeds/standards", "expectations", "seeds/raw"
# Compiled Python and what editors leave is no code.
NO_CODE = ("__pycache__", ".DS_Store")
NO_CODE_SUFFIXES = (".pyc", ".pyo", ".swp")
# The shape of the raw tables, as landing knows it.
SHAPE = ("raw_columns.csv", "raw_codes.csv")


@dataclass(frozen=True, order=True)
class Input:
    """One file, or many of one kind as one (`files` > 1). `kind` is one of CLASSES; `size` is in bytes."""

    kind: str
    name: str
    sha256: str
    size: int
    files: int = 1


@dataclass(frozen=True)
class Inputs:
    """All that a build is made from. `parameters` are what was asked of it."""

    files: tuple[Input, ...]
    parameters: Mapping[str, Any]
    versions: Mapping[str, str]

    @property
    def classes(self) -> dict[str, str]:
        """The hash of each of CLASSES."""
        texts: dict[str, list[str]] = {kind: [] for kind in CLASSES}
        for file in sorted(self.files):
            texts[file.kind].append(f"{file.name}\0{file.sha256}")
        texts["parameters"].append(_text(self.parameters))
        texts["code"].append(_text(self.versions))
        return {kind: _hash("\n".join(lines)) for kind, lines in texts.items()}

    @property
    def fingerprint(self) -> str:
        """The hash of all of it: equal when, and only when, a build would do the same again."""
        return fingerprint_of(self.classes)

    def as_json(self) -> dict[str, Any]:
        """The inputs as a JSON object."""
        return {
            "files": [asdict(file) for file in sorted(self.files)],
            "parameters": dict(self.parameters),
            "versions": dict(self.versions),
            "classes": self.classes,
        }


def fingerprint_of(classes: Mapping[str, str]) -> str:
    """One hash of the hashes of classes."""
    return _hash(_text(classes))


def inputs_of(
    project: Path,
    *,
    raw: Path | None,
    mapping: Path | None,
    standards: Path | None,
    ledger: Path,
    today: date,
    parameters: Mapping[str, Any],
    data: tuple[Input, ...] | None = None,
) -> Inputs:
    """Read and hash everything that a build with these paths would read.

    `project` is the root of the dbt project, `raw` None its sample county; `data` are files that were hashed before.
    The day of a run counts only through the known issues that have expired by then. Raises OSError for a file that
    cannot be read.
    """
    read = data if data is not None else tuple(_data(raw or project / SAMPLE))
    files = [*read, *_one("data", mapping, "map: ")]
    files += [Input("standards", *_named(path, name)) for name, path in _files(project / STANDARDS)]
    if standards is not None:
        files += [Input("standards", *_named(path, f"own: {name}")) for name, path in _files(standards)]
    files += [_together("rules", RULES, [*_files(project / RULES)])]
    files += [_together("code", part, [*_files(project / part)]) for part in CODE_PARTS]
    files += [_together("code", "project", [(name, project / name) for name in CODE_FILES])]
    files += [*_program(), *_one("ledger", ledger if ledger.is_file() else None, "")]
    expired = sorted(_expired([project / STANDARDS, *([standards] if standards else [])], today))
    return Inputs(tuple(files), {**parameters, "expired_known_issues": expired}, versions())


def landing_key(project: Path, parameters: Mapping[str, Any], mapping: Path | None) -> str:
    """The hash of everything but the files on which the raw tables rest: landed rows are the same while it is."""
    shape = [Input("standards", *_named(project / STANDARDS / name, name)) for name in SHAPE]
    of = [*_program(), *shape, *_one("data", mapping, "map: ")]
    asked = {name: parameters.get(name) for name in ("language",)}
    return _hash(_text([[file.name, file.sha256] for file in of]) + _text(versions()) + _text(asked))


def structure_hash(project: Path) -> str:
    """The hash of a dbt project but for the rows of its seeds, wherever its files are, and of what reads them.

    Of a seed its columns count, in their order: its file up to the first line's end.
    """
    read = [(f"{part}/{name}", path) for part in DBT_PARTS for name, path in _files(project / part)]
    read += [(name, project / name) for name in CODE_FILES]
    return _hash(_text([[name, _structure_of(name, path)] for name, path in sorted(read)]) + _text(versions()))


def sha256_of(path: Path) -> str:
    """The hash of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def versions() -> Mapping[str, str]:
    """The versions of what a build runs on, by the name of the package."""
    found = {"junheng": __version__, "python": python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def standards_by_id(standards: Path) -> dict[str, str]:
    """The hash of all rows of each standard, by its id, over all seeds that name one."""
    rows: dict[str, list[str]] = {}
    for path in sorted(standards.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                if row.get("standard_id"):
                    rows.setdefault(row["standard_id"], []).append(_text([path.stem, row]))
    return {standard: _hash("\n".join(sorted(texts))) for standard, texts in sorted(rows.items())}


def _data(raw: Path) -> Iterator[Input]:
    from junheng.landing.intake import DESCRIPTIONS, is_leftover

    for name, path in [(raw.name, raw)] if raw.is_file() else _files(raw):
        if not is_leftover(name) and path.suffix.lower() not in DESCRIPTIONS:
            yield Input("data", *_named(path, name))


@cache
def _program() -> tuple[Input, ...]:
    package = Path(__file__).resolve().parents[1]
    # In a wheel the project stands inside the package; it has classes of its own.
    files = [(name, path) for name, path in _files(package) if not name.startswith("project/")]
    return (_together("code", "junheng", files),)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """All files below a folder with their names, in order; links are followed, never in a circle."""
    seen: set[str] = set()
    for root, folders, names in os.walk(folder, followlinks=True, onerror=_raise):
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if name not in NO_CODE)
        for name in sorted(names):
            path = Path(root, name)
            if name not in NO_CODE and path.suffix not in NO_CODE_SUFFIXES and path.is_file():
                yield path.relative_to(folder).as_posix(), path


def _raise(error: OSError) -> None:
    raise error


def _one(kind: str, path: Path | None, before: str) -> Iterator[Input]:
    if path is not None:
        yield Input(kind, *_named(path, f"{before}{path.name}"))


def _named(path: Path, name: str) -> tuple[str, str, int]:
    return name, sha256_of(path), path.stat().st_size


def _structure_of(name: str, path: Path) -> str:
    if not (name.startswith("seeds/") and name.endswith(".csv")):
        return sha256_of(path)
    with path.open("rb") as file:
        return hashlib.sha256(file.readline().rstrip(b"\r\n")).hexdigest()


def _together(kind: str, name: str, files: Sequence[tuple[str, Path]]) -> Input:
    """Many files as one input."""
    digest = hashlib.sha256()
    size = 0
    for one, path in sorted(files):
        _, sha256, length = _named(path, one)
        digest.update(f"{one}\0{sha256}\n".encode())
        size += length
    return Input(kind, name, digest.hexdigest(), size, len(files))


def _expired(folders: Sequence[Path], today: date) -> Iterator[str]:
    """The known issues whose last day has passed; what is wrong in the file is said by whoever reads it."""
    for folder in folders:
        path = folder / "known_issues.csv"
        if not path.is_file():
            continue
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                if str(row.get("expires_on")) < today.isoformat():
                    yield f"{row.get('rule_id')} {row.get('scope')}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
