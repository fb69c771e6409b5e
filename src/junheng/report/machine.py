"""For machines: Parquet and CSV of marts and display, `report.json` with its schema, dbt's documentation, checksums."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from junheng.landing.cells import literal, quoted
from junheng.report.facts import Facts
from junheng.report.masking import rules
from junheng.report.texts import Texts

SCHEMAS = ("marts", "display")
VERSION = 1
BOM = "\ufeff"
# A cell that a spreadsheet would take for a formula; it gets an apostrophe before it, as README says.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
JSON_TYPES = {"VARCHAR": "string", "INTEGER": "integer", "BIGINT": "integer", "BOOLEAN": "boolean", "DOUBLE": "number"}
CHUNK = 1 << 20
SUMS = "SHA256SUMS"


def write_data(facts: Facts, folder: Path) -> int:
    """Write `data/` of the report folder; gives the number of files."""
    data = folder / "data"
    (data / "parquet").mkdir(parents=True)
    (data / "csv").mkdir()
    for schema, table in tables(facts):
        _write_parquet(facts, data / "parquet" / f"{schema}.{table}.parquet", schema, table)
        _write_csv(facts, data / "csv" / f"{schema}.{table}.csv", schema, table)
    _write_json(data / "report.json", report_json(facts))
    _write_json(data / "report.schema.json", report_schema(facts))
    return len([path for path in data.rglob("*") if path.is_file()])


def tables(facts: Facts) -> list[tuple[str, str]]:
    """The tables that are handed out, by schema and name."""
    found = facts.connection.execute(
        "select table_schema, table_name from information_schema.tables where table_schema in ('marts', 'display')"
        " order by table_schema desc, table_name"
    ).fetchall()
    return [(str(schema), str(name)) for schema, name in found]


def columns(facts: Facts, schema: str, table: str) -> list[tuple[str, str]]:
    """Names and types of a table's columns."""
    rows = facts.connection.execute(f"describe {quoted(schema)}.{quoted(table)}").fetchall()
    return [(str(row[0]), str(row[1])) for row in rows]


def _sorted(schema: str, table: str) -> str:
    return f"select * from {quoted(schema)}.{quoted(table)} order by all"


def _write_parquet(facts: Facts, path: Path, schema: str, table: str) -> None:
    # The connection to the published file may write nothing: another one writes the rows.
    names = columns(facts, schema, table)
    rows = facts.connection.execute(_sorted(schema, table)).fetchall()
    with duckdb.connect(":memory:") as writer:
        writer.execute(f"create table rows ({', '.join(f'{quoted(name)} {kind}' for name, kind in names)})")
        if rows:
            lists = [list(column) for column in zip(*rows, strict=True)]
            casts = ", ".join(f"unnest(?::{kind}[])" for _, kind in names)
            writer.execute(f"insert into rows select {casts}", lists)
        writer.execute(f"copy rows to {literal(str(path))} (format parquet)")


def _write_csv(facts: Facts, path: Path, schema: str, table: str) -> None:
    cursor = facts.connection.execute(_sorted(schema, table))
    names = [column[0] for column in cursor.description or ()]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM)
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(names)
        while rows := cursor.fetchmany(10_000):
            writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    """A value as a spreadsheet may open it: text that looks like a formula stays text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def report_json(facts: Facts) -> dict[str, Any]:
    """The display tables of the judged year and of the years before as one document."""
    run = facts.run
    return {
        "version": VERSION,
        "build_id": run.build_id,
        "built_at": facts.built_at.isoformat(),
        "school_year": facts.school_year,
        "tables": {table: _records(facts, table) for schema, table in tables(facts) if schema == "display"},
    }


def _records(facts: Facts, table: str) -> list[dict[str, Any]]:
    cursor = facts.connection.execute(_sorted("display", table))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def report_schema(facts: Facts) -> dict[str, Any]:
    """The JSON schema of `report.json`: every table, every column, nothing else."""
    found: dict[str, Any] = {}
    for schema, table in tables(facts):
        if schema != "display":
            continue
        fields = {name: {"type": [JSON_TYPES[kind], "null"]} for name, kind in columns(facts, schema, table)}
        record = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
        found[table] = {"type": "array", "items": record}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "junheng report",
        "type": "object",
        "properties": {
            "version": {"const": VERSION},
            "build_id": {"type": "string"},
            "built_at": {"type": "string"},
            "school_year": {"type": "integer"},
            "tables": {
                "type": "object",
                "properties": found,
                "required": list(found),
                "additionalProperties": False,
            },
        },
        "required": ["version", "build_id", "built_at", "school_year", "tables"],
        "additionalProperties": False,
    }


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def write_index(facts: Facts, folder: Path) -> int:
    """Write `README.txt`, in both languages, and `SHA256SUMS` over every other file; gives the number of files."""
    (folder / "README.txt").write_text(BOM + readme(facts, folder), encoding="utf-8", newline="\r\n")
    lines = [f"{digest(path)}  {path.relative_to(folder).as_posix()}" for path in files(folder)]
    (folder / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return len(lines) + 1


def files(folder: Path) -> Sequence[Path]:
    """Every file of the report but the list of checksums, in a fixed order."""
    found: Iterable[Path] = (path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


# What a file is, by how its path begins or ends; the first that fits. The words stand in texts.toml, page `readme`.
KINDS: tuple[tuple[str, str], ...] = (
    ("index.html", "index"),
    ("zh/", "pages_zh"),
    ("en/", "pages_en"),
    ("assets/", "assets"),
    ("data/parquet/", "parquet"),
    ("data/csv/", "csv"),
    ("data/report.schema.json", "schema"),
    ("data/report.json", "json"),
    ("data/dbt.html", "dbt"),
    ("parts.json", "parts"),
    (".docx", "docx"),
    (".xlsx", "xlsx"),
    (".pdf", "pdf"),
)


def kind_of(path: str) -> str | None:
    """The key of the text that says what a file is."""
    for mark, kind in KINDS:
        if path.startswith(mark) or (mark.startswith(".") and path.endswith(mark)):
            return kind
    return None


def readme(facts: Facts, folder: Path) -> str:
    """What each file of the folder is, in Chinese and English."""
    counts: dict[str, int] = {}
    for path in files(folder):
        kind = kind_of(path.relative_to(folder).as_posix())
        if kind:
            counts[kind] = counts.get(kind, 0) + 1
    order = [kind for _, kind in KINDS if kind in counts]
    parts = []
    for language in ("zh", "en"):
        texts = Texts(language)
        lines = [texts.text("readme.title"), ""]
        lines += [texts.text(f"readme.{kind}", files=counts[kind]) for kind in order]
        lines += ["", texts.text("readme.spreadsheet"), texts.text("readme.checksums")]
        if facts.is_public:
            lines += [texts.text("readme.public", few=rules()["smallest_group"])]
        lines += [texts.text("readme.build", build=facts.run.build_id, year=facts.school_year_shown)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
