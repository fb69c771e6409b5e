"""A county's own standards: rows for the seeds of standards, judged cell by cell, merged into a copy of the project.

What a seed may hold is read from dbt's own description of it (types, keys, references, accepted values), so that the
two cannot disagree; dbt's tests of the seeds then judge the merged whole.
"""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from junheng.errors import MachineError, UsageError
from junheng.project import PARTS, Project

# The shape of the raw tables belongs to the program, not to a county.
NOT_A_COUNTYS = frozenset({"raw_columns", "raw_codes"})
Row = dict[str, str]
NumberedRows = list[tuple[int, Row]]


@dataclass(frozen=True)
class SeedShape:
    """What dbt's description says of one seed."""

    name: str
    types: dict[str, str]
    key: tuple[str, ...]
    filled: frozenset[str]
    references: dict[str, tuple[str, str]] = field(default_factory=dict)
    accepted: dict[str, tuple[str, ...]] = field(default_factory=dict)


def project_with_standards(project: Project, folder: Path | None, work: Path) -> Project:
    """The project itself, or a copy under `work` whose standards hold the county's rows too.

    A row with the key of a packaged row replaces it. Raises UsageError with file, row and column for whatever is wrong.
    """
    if folder is None:
        return project
    if not folder.is_dir():
        raise UsageError("standards_folder_missing", file=folder)
    shapes = read_shapes(project.standards)
    files = {path: _shape_of(path, shapes) for path in sorted(folder.iterdir()) if not path.name.startswith(".")}
    if not files:
        raise UsageError("standards_folder_empty", file=folder)
    own = {shape.name: (path, _read(path, shape)) for path, shape in files.items()}
    copy = _copy(project, work / "project")
    for name, (_, rows) in own.items():
        _merge(copy.standards / f"{name}.csv", shapes[name], rows)
    for name, (path, rows) in own.items():
        _require_references(path, shapes[name], rows, copy.standards)
    return copy


def read_shapes(standards: Path) -> dict[str, SeedShape]:
    """The shapes of all seeds that a county may add to, from the `.yml` files beside them."""
    import yaml

    shapes = {}
    for path in sorted(standards.glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for seed in document.get("seeds") or []:
            if seed["name"] not in NOT_A_COUNTYS:
                shapes[seed["name"]] = _shape(seed)
    return shapes


def _shape(seed: dict[str, Any]) -> SeedShape:
    types = dict(seed["config"]["column_types"])
    tests = _tests(seed)
    key = _key(tests)
    if not key:
        raise MachineError("seed_without_key", column=seed["name"])
    shape = SeedShape(seed["name"], types, tuple(key), frozenset(tests.get("filled", {}).get("columns", ())))
    for column in seed.get("columns") or []:
        of_column = _tests(column)
        if "accepted_values" in of_column:
            shape.accepted[column["name"]] = tuple(str(value) for value in of_column["accepted_values"]["values"])
        if "relationships" in of_column:
            target = re.search(r"ref\('(\w+)'\)", of_column["relationships"]["to"])
            if target:
                shape.references[column["name"]] = (target.group(1), of_column["relationships"]["field"])
    return shape


def _key(tests: dict[str, dict[str, Any]]) -> list[str]:
    """The first key that is declared; a seed of dated rows without one is told apart by group and first day."""
    if "unique_key" in tests:
        return list(tests["unique_key"]["columns"])
    group = tests.get("validity_without_overlap", {}).get("group_by", [])
    return [*group, "valid_from"] if group else []


def _tests(node: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Arguments of each generic test by its name; of several tests of a name the first one counts."""
    arguments: dict[str, dict[str, Any]] = {}
    for test in node.get("data_tests") or []:
        for name, body in test.items() if isinstance(test, dict) else ():
            arguments.setdefault(name, dict((body or {}).get("arguments") or {}))
    return arguments


def _shape_of(path: Path, shapes: dict[str, SeedShape]) -> SeedShape:
    if path.suffix.lower() != ".csv" or path.stem not in shapes:
        expected = ", ".join(f"{name}.csv" for name in shapes)
        raise UsageError("standards_file_unknown", file=path, expected=expected)
    return shapes[path.stem]


def _read(path: Path, shape: SeedShape) -> NumberedRows:
    """The rows of a county's file with their numbers (header = 1), every cell judged."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines)
            header = [name.strip() for name in next(reader, [])]
            records = [(number, record) for number, record in enumerate(reader, start=2) if any(record)]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("standards_file_unreadable", file=path, found=str(error), expected="CSV, UTF-8") from error
    for name in header:
        if name not in shape.types:
            raise UsageError(
                "standards_column_unknown", file=path, row=1, column=name, found=name, expected=", ".join(shape.types)
            )
    for name in (*shape.key, *sorted(shape.filled)):
        if name not in header:
            raise UsageError("standards_column_missing", file=path, row=1, column=name, found=", ".join(header))
    rows: NumberedRows = []
    seen: set[tuple[str, ...]] = set()
    for number, record in records:
        if len(record) != len(header):
            raise UsageError(
                "standards_row_length", file=path, row=number, found=str(len(record)), expected=str(len(header))
            )
        row = {name: cell.strip() for name, cell in zip(header, record, strict=True)}
        for name, cell in row.items():
            _judge(path, number, name, cell, shape)
        key = tuple(row[name] for name in shape.key)
        if key in seen:
            raise UsageError(
                "standards_key_twice", file=path, row=number, column=", ".join(shape.key), found=", ".join(key)
            )
        seen.add(key)
        rows.append((number, row))
    return rows


def _judge(path: Path, number: int, name: str, cell: str, shape: SeedShape) -> None:
    if not cell:
        if name in shape.filled:
            raise UsageError("standards_cell_empty", file=path, row=number, column=name)
        return
    if not _fits(cell, shape.types[name]):
        raise UsageError(
            "standards_cell_wrong", file=path, row=number, column=name, found=cell, expected=shape.types[name]
        )
    accepted = shape.accepted.get(name)
    if accepted and cell not in accepted:
        raise UsageError(
            "standards_value_unknown", file=path, row=number, column=name, found=cell, expected=", ".join(accepted)
        )


def _fits(cell: str, sql_type: str) -> bool:
    """Whether a cell is exactly a value of its type: no digit is rounded away, dates are year-month-day."""
    kind = sql_type.replace(" ", "").lower()
    try:
        if kind == "date":
            return re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell) is not None and bool(date.fromisoformat(cell))
        if kind in ("int", "integer", "bigint"):
            return re.fullmatch(r"[+-]?\d+", cell) is not None
        if kind == "boolean":
            return cell.lower() in ("true", "false")
        if decimal_type := re.fullmatch(r"decimal\((\d+),(\d+)\)", kind):
            precision, scale = (int(part) for part in decimal_type.groups())
            number = Decimal(cell)
            is_exact = number.is_finite() and number == round(number, scale)
            return is_exact and abs(number) < Decimal(10) ** (precision - scale)
    except (ValueError, InvalidOperation):
        return False
    return True


def _copy(project: Project, target: Path) -> Project:
    """Copy the project's parts; what is only read from a wheel becomes writable here."""
    for part in PARTS:
        source = project.root / part
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target / part, copy_function=shutil.copyfile)
        elif source.exists():
            shutil.copyfile(source, target / part)
    return Project(target)


def _merge(seed: Path, shape: SeedShape, rows: NumberedRows) -> None:
    with seed.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        header = list(reader.fieldnames or shape.types)
        merged = {tuple(row[name] for name in shape.key): row for row in reader}
    for _, row in rows:
        merged[tuple(row[name] for name in shape.key)] = {name: row.get(name, "") for name in header}
    with seed.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(merged.values())


def _require_references(path: Path, shape: SeedShape, rows: NumberedRows, standards: Path) -> None:
    for column, (seed, target) in shape.references.items():
        source = standards / f"{seed}.csv"
        if not source.is_file():
            continue
        with source.open(encoding="utf-8-sig", newline="") as lines:
            known = {row[target] for row in csv.DictReader(lines)}
        for number, row in rows:
            if row.get(column) and row[column] not in known:
                raise UsageError(
                    "standards_id_unknown",
                    file=path,
                    row=number,
                    column=column,
                    found=row[column],
                    expected=f"{seed}.{target}",
                )
