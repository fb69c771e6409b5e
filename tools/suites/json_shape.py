"""The JSON shape of suites and the seeds they are made from: shared by the makers of raw and standard suites."""

from __future__ import annotations

import csv
import json
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STANDARDS = ROOT / "seeds" / "standards"
GX_VERSION = "1.24.1"

Json = dict[str, Any]


def read_seed(name: str) -> list[dict[str, str]]:
    """Rows of a seed of standards."""
    with (STANDARDS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def render(suite: Json) -> str:
    """The bytes of a suite as Great Expectations writes them: sorted keys, two spaces."""
    return json.dumps(suite, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def stable_id(name: str) -> str:
    """The uuid of a suite or rule: the same name gives the same id for ever."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"junheng:{name}"))


def suite_of(name: str, meta: Json, expectations: list[Json]) -> Json:
    """A suite.

    `meta` names the table, the keys of its rows and, where one school year is judged at a time, the column of the year.
    """
    return {
        "name": name,
        "id": stable_id(name),
        "notes": None,
        "meta": {"great_expectations_version": GX_VERSION, **meta},
        "expectations": expectations,
    }


def expectation_of(expectation_type: str, kwargs: Json, severity: str, meta: Json) -> Json:
    """One expectation; its id follows from its rule id and its description from its titles."""
    return {
        "type": expectation_type,
        "id": stable_id(meta["rule_id"]),
        "severity": severity,
        "description": f"{meta['title_zh']}。 {meta['title_en']}.",
        "kwargs": kwargs,
        "meta": meta,
    }


def query_of(where: str) -> Json:
    """The arguments of a rule that brings back the rows of the batch for which `where` holds.

    Columns of the batch stand unqualified: Great Expectations puts a table in its place, or a derived table with an
    alias of its own.
    """
    return {"unexpected_rows_query": f"select * from {{batch}} where {where}"}


def literals(values: list[str]) -> str:
    """Codes as a list of SQL literals."""
    return ", ".join(f"'{value}'" for value in values)
