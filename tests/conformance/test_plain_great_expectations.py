"""A user of Great Expectations without junheng: the folder loads as it is shipped, and runs on another engine."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.validation import run_suites
from junheng.validation.parameters import load_bounds, load_parameters
from tests.conformance.outcomes import Outcome

ROOT = Path(__file__).resolve().parents[2]
YEAR = 2024
RAW, STANDARD = "raw.rooms", "standard.county_difference"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suites and the configuration, copied to where no junheng is."""
    copy = tmp_path_factory.mktemp("a user's project")
    shutil.copytree(ROOT / "expectations", copy / "expectations")
    (copy / "gx").mkdir()
    shutil.copy(ROOT / "gx" / "great_expectations.yml", copy / "gx")
    return copy


def plain_context(folder: Path) -> Any:
    import great_expectations as gx

    return gx.get_context(mode="file", project_root_dir=str(folder))


def test_every_suite_loads_complete_and_nothing_is_written_beside_it(folder: Path) -> None:
    before = {path: path.read_bytes() for path in (folder / "expectations").rglob("*") if path.is_file()}
    suites = {suite.name: suite for suite in plain_context(folder).suites.all()}
    documents = [json.loads(content) for content in before.values()]
    assert set(suites) == {document["name"] for document in documents}
    for document in documents:
        # Great Expectations drops a rule that it cannot read with a log line.
        loaded = Counter(rule.configuration.type for rule in suites[document["name"]].expectations)
        assert loaded == Counter(rule["type"] for rule in document["expectations"])
    after = {path: path.read_bytes() for path in (folder / "expectations").rglob("*") if path.is_file()}
    assert after == before


def test_suites_run_on_plain_spark_with_parameters_filled_in(
    built_sample: Path, folder: Path, tmp_path: Path, spark: Any
) -> None:
    parameters = {**load_bounds(built_sample), **load_parameters(built_sample, YEAR)}
    numbers = {name: float(value) for name, value in parameters.items()}
    ours = {
        result.rule_id: result
        for result in run_suites(built_sample, ROOT / "expectations", parameters=parameters, school_year=YEAR)
    }
    tables = {
        "raw.schools": "select * from raw.schools",
        RAW: "select * from raw.rooms",
        STANDARD: f"select * from marts.fct_county_difference where school_year = {YEAR}",
    }
    with duckdb.connect(str(built_sample), read_only=True) as connection:
        for name, query in tables.items():
            connection.execute(f"copy ({query}) to '{tmp_path / name}.parquet' (format parquet)")
    context = plain_context(folder)
    asset = context.data_sources.add_spark("frames").add_dataframe_asset("frames")
    definition = asset.add_batch_definition_whole_dataframe("all")
    # One rule of the raw suite looks the schools up.
    spark.sql("create database raw")
    spark.sql(f"create view raw.schools as select * from parquet.`{tmp_path / 'raw.schools.parquet'}`")
    try:
        for name in (RAW, STANDARD):
            frame = spark.read.parquet(str(tmp_path / f"{name}.parquet"))
            batch = definition.get_batch({"dataframe": frame})
            found = batch.validate(context.suites.get(name), expectation_parameters=numbers)
            judged = {row.expectation_config.meta["rule_id"]: row for row in found.results}
            assert len(judged) > 3
            for rule_id, row in judged.items():
                # Plain Great Expectations calls a rule without anything to judge a success.
                silent = ours[rule_id].status in ("no_data", "not_applicable")
                assert row.success == (silent or ours[rule_id].success), (Outcome.of(ours[rule_id]), row)
    finally:
        spark.sql("drop database raw cascade")
