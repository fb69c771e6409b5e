"""The SQL console carries the marts, no row of a person, and libraries as their makers published them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from junheng.report.console import (
    OF_PERSONS,
    console_tables,
    county_database,
    database_script,
    examples,
)
from junheng.report.facts import Facts
from junheng.report.site import HERE, Writer
from junheng.report.texts import Texts, catalogue
from tests.unit.report_sample import HOSTILE, LONG, published

COUNTY = "500152"
# As they came from the registry: echarts 6.1.0, zrender 6.1.0 (inside echarts), sql.js 1.16.0.
VENDORED = {
    "echarts-LICENSE-d3.txt": "e1211892da0b0e0585b7aebe8f98c1274fba15bafe47fa1f4ee8a7a502c06304",
    "echarts-LICENSE.txt": "634293835b43a6dd2094fa39182a3d9a6b9ca43b7fdb9ac354e8037af2a3093a",
    "echarts-NOTICE.txt": "d491d358344f842685c1b1585970999db65fe30ecf7ef3867af8814f4016c016",
    "echarts.common.min.js": "61f13280aba3161f77fc801bf5f9c786f55f10432153a0683fc5cc0700b013d5",
    "sql-wasm-inline.js": "3dbb4026a62c9e7acdbbc713e2f9009c4902ea624295fc3bb0aab4b1ad0e6ee8",
    "sql.js-LICENSE.txt": "60a3f6e4d7b29b4321359e683b36cf198d24f58e24582070f56e6fa89d5ee2be",
    "zrender-LICENSE.txt": "a681e9d183c72b4af4856935893805eb48c08f0f5a3f260203db7444c20fb98a",
}


@pytest.fixture(scope="module")
def warehouse(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(built_sample, tmp_path_factory.mktemp("console"))


@pytest.fixture(scope="module")
def facts(warehouse: Path) -> Iterator[Facts]:
    with Facts(warehouse) as opened:
        yield opened


@pytest.fixture(scope="module")
def database(facts: Facts) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(county_database(facts, COUNTY))
    yield connection
    connection.close()


def test_every_table_has_the_rows_of_the_judged_year(facts: Facts, database: sqlite3.Connection) -> None:
    tables = console_tables(facts)
    assert {"fct_unit_indicator", "fct_county_verdict", "shown_school", "dim_school"} <= {one.name for one in tables}
    for table in tables:
        where = " and ".join(
            condition
            for column, condition in (
                ("school_year", "school_year = 2024"),
                ("county_code", f"county_code = '{COUNTY}'"),
            )
            if table.has(column)
        )
        expected = facts.connection.execute(
            f'select count(*) from {table.schema}."{table.name}" where {where or "true"}'
        ).fetchone()
        assert database.execute(f'select count(*) from "{table.name}"').fetchone() == expected, table.name


def test_sums_are_those_of_the_marts(facts: Facts, database: sqlite3.Connection) -> None:
    for query in (
        "select sum(value), sum(numerator), sum(is_met::int), min(threshold) from {}fct_unit_indicator {}",
        "select sum(gap_to_threshold), count(distinct school_code), max(ratio_to_threshold) from {}fct_remediation {}",
        "select sum(cv), sum(mean), min(threshold), count(*) from {}fct_county_difference {}",
    ):
        expected = facts.connection.execute(query.format("marts.", "where school_year = 2024")).fetchone()
        found = database.execute(query.replace("::int", "").format("", "")).fetchone()
        assert expected is not None
        assert found == pytest.approx([float(value) for value in expected], rel=1e-12)


def test_it_knows_the_published_verdict(database: sqlite3.Connection) -> None:
    assert database.execute("select sum(is_compliant), count(*) from fct_unit_verdict").fetchone() == (56, 79)
    high = "select round(cv, 2) from fct_county_difference where cv > threshold order by cv"
    assert database.execute(high).fetchall() == [(0.55,), (0.7,)]


def test_no_table_tells_of_persons(facts: Facts, database: sqlite3.Connection) -> None:
    columns = {column for table in console_tables(facts) for column, _ in table.columns}
    assert not columns & OF_PERSONS
    staff = facts.connection.execute("select staff_id from raw.staff limit 3").fetchall()
    dump = "\n".join(database.iterdump())
    assert staff
    assert not [one for (one,) in staff if one in dump]


def test_hostile_names_are_literal(database: sqlite3.Connection) -> None:
    names = {name for (name,) in database.execute("select school_name from shown_school")}
    assert {HOSTILE, LONG} <= names


def test_same_warehouse_same_bytes_and_script_opens(facts: Facts) -> None:
    database = county_database(facts, COUNTY)
    assert county_database(facts, COUNTY) == database
    script = database_script("</script>", database)
    assert "</script" not in script
    packed = re.search(r'= "([^"]+)";', script)
    assert packed
    assert gzip.decompress(base64.b64decode(packed.group(1))) == database
    assert len(script) < 1_000_000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_examples_answer(database: sqlite3.Connection, language: str) -> None:
    for name, query in examples(language).items():
        assert database.execute(query).fetchall(), name
        assert f"example_{name}" in catalogue()["console"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_points_of_the_interactive_plot_are_those_of_the_warehouse(facts: Facts, tmp_path: Path, language: str) -> None:
    from junheng.report.pages.strip import pages

    (page,) = pages(Writer(facts, Texts(language), tmp_path))
    script = (tmp_path / page.values["source"]).read_text(encoding="utf-8")
    data = json.loads(script.removeprefix('"use strict";\nself.junhengStrip = ').rstrip(";\n"))
    rows = facts.rows("display.shown_unit_indicator", ["school_code"], school_year=2024)
    assert len(data["points"]) == sum(row.ratio_to_threshold is not None for row in rows) == 553
    assert {HOSTILE, LONG} <= {point["school"] for point in data["points"]}
    worst = min(data["points"], key=lambda point: point["share"])
    assert worst["standing"] == "below_floor"
    assert all(point["link"].endswith(f"{point['code']}.html") for point in data["points"])


@pytest.mark.parametrize("name", sorted(VENDORED))
def test_vendored_files_are_unchanged(name: str) -> None:
    content = (HERE / "assets" / "vendor" / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == VENDORED[name]


def test_every_vendored_library_has_its_licence() -> None:
    vendor = HERE / "assets" / "vendor"
    assert {file.name for file in vendor.iterdir()} == set(VENDORED)
    assert "Apache License" in (vendor / "echarts-LICENSE.txt").read_text(encoding="utf-8")
    assert "Apache Software Foundation" in (vendor / "echarts-NOTICE.txt").read_text(encoding="utf-8")
    assert "BSD 3-Clause" in (vendor / "zrender-LICENSE.txt").read_text(encoding="utf-8")
    assert "MIT license" in (vendor / "sql.js-LICENSE.txt").read_text(encoding="utf-8")
