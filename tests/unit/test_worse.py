"""`--fail-on worse`: what is gone, unknown or beyond its tolerance is worse; what is not in the seed may not be."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.errors import UsageError
from junheng.history.worse import MEASURES, SEED, read_tolerances, worse_than_last
from junheng.project import packaged_project

YEAR = 2024
COLUMNS = (
    "units_compliant",
    "units_no_data",
    "coefficients_met",
    "government_met",
    "government_remediation",
    "quality_met",
    "quality_remediation",
)
GOOD: dict[str, Any] = {"verdict": "met", "severities": (), "rows": 100} | dict.fromkeys(COLUMNS, 5)


def warehouse(path: Path, **changed: Any) -> Path:
    """A warehouse with what is compared. `county` None: no verdict at all."""
    given = GOOD | {"county": "500152"} | changed
    with duckdb.connect(str(path)) as connection:
        for schema in ("marts", "quality", "raw"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table marts.fct_county_verdict (county_code varchar, school_year int, verdict varchar,"
            f" {', '.join(f'{name} int' for name in COLUMNS)})"
        )
        if given["county"]:
            values = [given["county"], YEAR, given["verdict"], *(given[name] for name in COLUMNS)]
            marks = ", ".join("?" for _ in values)
            connection.execute(f"insert into marts.fct_county_verdict values ({marks})", values)
        connection.execute("create table quality.failing_row (rule_id varchar, severity varchar)")
        for rule_id, severity in given["severities"]:
            connection.execute("insert into quality.failing_row values (?, ?)", [rule_id, severity])
        connection.execute(f"create table raw.schools as select i from range({given['rows']}) t(i)")
    return path


def compared(tmp_path: Path, standards: Path | None = None, **changed: Any) -> list[str] | None:
    former = warehouse(tmp_path / "former.duckdb")
    with duckdb.connect(str(warehouse(tmp_path / "warehouse.duckdb", **changed))) as connection:
        worse = worse_than_last(connection, former, YEAR, standards or packaged_project().standards)
    return None if worse is None else [one.measure for one in worse]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"verdict": "not_met"}, ["county_verdict"]),
        ({"verdict": "no_data"}, ["county_verdict"]),
        ({"verdict": "unheard_of"}, ["county_verdict"]),
        ({"verdict": None}, ["county_verdict"]),
        ({"units_compliant": 4}, ["units_compliant"]),
        ({"units_compliant": 6}, []),
        ({"units_no_data": None}, ["units_no_data"]),
        ({"units_no_data": 6}, ["units_no_data"]),
        ({"quality_met": None}, ["items_met"]),
        ({"severities": (("raw.schools.x", "critical"),)}, ["findings_critical"]),
        ({"severities": (("standard.x.y", "critical"),)}, ["findings_standard"]),
        ({"severities": (("plausibility.x", "warning"),)}, ["findings_warning"]),
        ({"rows": 95}, []),
        ({"rows": 94}, ["rows_landed"]),
        ({"county": "500153"}, ["county_verdict", "units_compliant", "units_no_data", "coefficients_met", "items_met"]),
        ({"county": None}, ["county_verdict", "units_compliant", "units_no_data", "coefficients_met", "items_met"]),
    ],
)
def test_what_is_worse(changed: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    assert compared(tmp_path, **changed) == expected


def test_a_measure_that_the_seed_leaves_out_may_not_be_worse(tmp_path: Path) -> None:
    (tmp_path / SEED).write_text("measure,allowed,allowed_pct\n", encoding="utf-8")
    assert compared(tmp_path, standards=tmp_path, rows=99, units_compliant=4) == ["units_compliant", "rows_landed"]


def test_without_a_verdict_of_the_year_there_is_nothing_to_compare(tmp_path: Path) -> None:
    former = warehouse(tmp_path / "former.duckdb", county=None)
    with duckdb.connect(str(warehouse(tmp_path / "warehouse.duckdb"))) as connection:
        assert worse_than_last(connection, former, YEAR, packaged_project().standards) is None


@pytest.mark.parametrize(("column", "cell"), [("allowed", "many"), ("allowed", "NaN"), ("allowed_pct", "-1")])
def test_a_tolerance_that_is_none_is_refused_at_its_place(column: str, cell: str, tmp_path: Path) -> None:
    cells = {"measure": "rows_landed", "allowed": "0", "allowed_pct": "0"} | {column: cell}
    (tmp_path / SEED).write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        read_tolerances(tmp_path)
    assert (refused.value.row, refused.value.column, refused.value.found) == (2, column, cell)


def test_every_measure_has_its_tolerance() -> None:
    tolerances = read_tolerances(packaged_project().standards)
    assert set(tolerances) == set(MEASURES)
    assert tolerances["county_verdict"].allowed == Decimal(0)
