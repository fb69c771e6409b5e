"""Every rule of the national standard passes the row that meets it, exactly at the limit, and names the row that does
not.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from junheng.validation import run_suites
from junheng.validation.parameters import load_parameters
from junheng.validation.results import RuleResult
from tests.suites.county import HERE, ROOT, contract

SUITES = ROOT / "expectations" / "standard"
YEAR = 2024
TYPED = {"thresholds", "parameters", "indicators"}
FIXTURES = yaml.safe_load((HERE / "fixtures" / "standard.yml").read_text(encoding="utf-8"))
RULES = sorted(
    expectation["meta"]["rule_id"]
    for path in SUITES.glob("*.json")
    for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]
)


def declared(table: str) -> dict[str, str]:
    """Columns of a raw table or of a mart, with their types by contract."""
    schema, name = table.split(".")
    if schema == "raw":
        return contract()[name]
    model = yaml.safe_load((ROOT / "models" / "marts" / f"{name}.yml").read_text(encoding="utf-8"))["models"][0]
    return {column["name"]: column["data_type"] for column in model["columns"]}


def write_rows(path: Path) -> Path:
    """A warehouse with the two rows of every fixture and what stands beside them."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for fixture in FIXTURES:
        rows[fixture["table"]] += [fixture["meets"], fixture["fails"]]
        for table, members in fixture.get("beside", {}).items():
            rows[table] += members
    with duckdb.connect(str(path)) as connection:
        for schema in ("raw", "marts", "standards"):
            connection.execute(f"create schema {schema}")
        for seed in TYPED:
            source = str(ROOT / "seeds" / "standards" / f"{seed}.csv")
            connection.execute(f"create table standards.{seed} as select * from read_csv(?, header = true)", [source])
        for seed in ("thresholds", "parameters"):
            connection.execute(f"alter table standards.{seed} alter value type decimal(18, 6)")
        connection.execute("alter table standards.thresholds alter floor_ratio type decimal(6, 4)")
        for table, members in rows.items():
            columns = declared(table)
            connection.execute(
                f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
            )
            for row in members:
                marks = ", ".join("?" * len(row))
                connection.execute(
                    f"insert into {table} ({', '.join(row)}) values ({marks})",
                    [None if cell is None else str(cell) for cell in row.values()],
                )
    return path


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The judged warehouse."""
    return write_rows(tmp_path_factory.mktemp("standard") / "w.duckdb")


@pytest.fixture(scope="module")
def results(database: Path) -> dict[str, RuleResult]:
    """Results by rule id."""
    found = run_suites(database, SUITES, parameters=load_parameters(database, YEAR), school_year=YEAR, store=True)
    return {result.rule_id: result for result in found}


@pytest.mark.parametrize("fixture", FIXTURES, ids=[fixture["rule"] for fixture in FIXTURES])
def test_the_limit_is_met_and_what_is_beyond_is_named(fixture: dict[str, Any], results: dict[str, RuleResult]) -> None:
    result = results[f"standard.{fixture['rule']}"]
    assert result.status == "fail", result.reason
    assert result.rows_checked == 2
    assert [dict(row.keys) for row in result.sample] == [
        {name: fixture["fails"][name] for name in result.sample[0].keys}
    ]


def test_every_rule_has_its_two_rows() -> None:
    assert sorted(f"standard.{fixture['rule']}" for fixture in FIXTURES) == RULES
