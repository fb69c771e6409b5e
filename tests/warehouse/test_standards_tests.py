"""Every dbt test of the standards can fail: each is run on a copy of the seeds that breaks what it is there for.

The seeds are loaded once; each breakage is made inside a transaction, the test's own compiled SQL is run, and the
transaction is rolled back.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.warehouse.harness import PROJECT

SEEDS = PROJECT / "seeds/standards"

# singular test -> statements, each of which alone has to make it fail
BREAKAGES: dict[str, list[str]] = {
    "balance_mirrors_resource": [
        "delete from indicators where indicator_id = 'cv_sports_area_per_pupil'",
        "delete from indicators where indicator_id = 'sports_area_per_pupil'",
        "update parameters set value = 8 where parameter_id = 'resource_indicator_count'",
    ],
    "cases_and_exemptions_agree": [
        "delete from exemptions where exemption_id = 'school_size__built_by_2010'",
        "delete from thresholds where case_id = 'rural_small'",
        "delete from thresholds where indicator_id = 'school_size' and case_id = 'ordinary' and jurisdiction = 'CN'",
        "update exemptions set opened_year_max = null where exemption_id = 'school_size__built_by_2010'",
    ],
    "choices_are_known": [
        "update county_choices set value = 'guess' where choice_id = 'retention_formula'",
        "delete from county_choices where choice_id = 'include_private'",
        "update county_choices set value = 'raw' where choice_id = 'retention_formula'",
        "update county_choices set value = 'unweighted_sample' where choice_id = 'difference_recipe'",
    ],
    "class_bands_cover_every_size": [
        "update class_bands set min_pupils = 57 where band_id = 'big'",
        "update class_bands set min_pupils = 55 where band_id = 'big'",
        "update class_bands set max_pupils = 99 where band_id = 'super_big'",
        "update class_bands set min_pupils = 2 where band_id = 'standard'",
        "update class_bands set max_pupils = null where band_id = 'big'",
    ],
    "evaluation_items_are_complete": [
        "delete from evaluation_items where item_id = 'government_15'",
        "update evaluation_items set item_no = 5 where item_id = 'quality_09'",
        "update indicators set item_id = null where item_id = 'veto_06'",
        "update evaluation_items set grp = 'other' where grp = 'social'",
    ],
    "every_indicator_has_a_threshold": [
        "delete from thresholds where indicator_id = 'teacher_pay_ratio'",
        "delete from funding_quotas where quota_item = 'boarding_supplement'",
        "update indicators set direction = 'document_review' where indicator_id = 'rotation_rate'",
        "update indicators set direction = 'at_least' where indicator_id = 'planning_layout'",
    ],
    "floor_ratio_where_the_rule_asks": [
        "update thresholds set floor_ratio = null where indicator_id = 'sports_area_per_pupil' and stage = 'primary'",
        "update thresholds set floor_ratio = 0.85 where indicator_id = 'rotation_rate'",
        "update thresholds set floor_ratio = 85 where indicator_id = 'school_resource_compliance'",
    ],
    "funding_quotas_are_one_per_region": [
        "update funding_quotas set valid_from = '2019-01-01' where quota_id = 'public_funds_quota__primary__all__2020'",
        "update funding_quotas set valid_to = '2019-01-01' where quota_id = 'public_funds_quota__junior__east__2016'",
        "update funding_quotas set valid_to = null where quota_id = 'special_ed_quota__special__2016'",
    ],
    "local_rows_are_marked_local": [
        "update thresholds set status = 'CONFIRMED' where indicator_id = 'local_dadukou_training_hours_3y'",
        "update thresholds set status = 'LOCAL' where threshold_id = 'cn_2017__rotation_rate__all'",
        "update thresholds set evidence = 'recalled' where indicator_id = 'local_taikang_named_teachers'",
        "update thresholds set evidence = null where indicator_id = 'local_taikang_named_teachers'",
    ],
    "lookups_cover_the_raw_codes": [
        "delete from degree_levels where degree = 'master'",
        "update backbone_levels set backbone_level = 'town' where backbone_level = 'city'",
        "update facility_split_weights set school_kind = 'college' where school_kind = 'nine_year'",
    ],
    "numbers_given_twice_agree": [
        "update parameters set value = 35 where parameter_id = 'small_class_limit'",
        "update exemptions set migrant_share_above = 60 where indicator_id = 'school_size' and position = 2",
        "delete from parameters where parameter_id = 'application_years'",
        "update thresholds set floor_ratio = 0.9 where indicator_id = 'sports_area_per_pupil' and stage = 'primary'",
    ],
    "operator_agrees_with_direction": [
        "update thresholds set operator = '<=' where threshold_id = 'cn_2017__rotation_rate__all'",
        "update thresholds set operator = '<=' where indicator_id = 'naea_school_gap'",
        "update thresholds set operator = null where threshold_id = 'cn_2017__rotation_rate__all'",
        "update indicators set direction = 'document_review' where indicator_id = 'rotation_rate'",
    ],
    "regions_are_those_of_the_province": [
        "update jurisdictions set region = 'east' where jurisdiction = '500152'",
        "update jurisdictions set region = null where jurisdiction = '500000'",
        "update jurisdictions set region = 'east' where jurisdiction = 'CN'",
        "delete from jurisdictions where jurisdiction = '410000'",
    ],
    "retention_formulas_are_coefficients": [
        "update retention_formulas set numerator_suspended = 2 where is_default",
        "update retention_formulas set numerator_deaths = null where is_default",
        "update retention_formulas set denominator_transfers_in = 0, denominator_transfers_out = 0",
    ],
    "split_weights_cover_the_stages": [
        "delete from facility_split_weights where school_kind = 'twelve_year' and stage = 'senior'",
        "update facility_split_weights set weight = 1.1 where school_kind = 'nine_year'",
        "update facility_split_weights set weight = 0 where school_kind = 'nine_year' and stage = 'junior'",
        "update facility_split_weights set stage = 'junior' where school_kind = 'primary'",
    ],
    "threshold_agrees_with_its_standard": [
        "update thresholds set valid_from = '2016-01-01' where threshold_id = 'cn_2017__rotation_rate__all'",
        "update thresholds set valid_from = null where threshold_id = 'cn_2017__rotation_rate__all'",
        "update thresholds set jurisdiction = 'CN' where standard_id = 'taikang_2023'",
        "update standards set valid_to = '2030-01-01' where standard_id = 'dadukou_2025'",
    ],
    "threshold_unit_agrees_with_indicator": [
        "update thresholds set unit = '万元/生' where indicator_id = 'equipment_value_per_pupil'",
        "update indicators set unit_zh = null where indicator_id = 'rotation_rate'",
    ],
    "unconfirmed_rows_say_what": [
        "update indicators set status_note = ' ' where indicator_id = 'pupils_per_post'",
        "update thresholds set evidence = null where indicator_id = 'pupils_per_post'",
        "update funding_quotas set evidence = null where quota_item = 'heating'",
    ],
    "unit_indicators_have_both_stages": [
        "delete from thresholds where threshold_id = 'cn_2017__cv_sports_area_per_pupil__junior'",
        "update thresholds set stage = 'all' where threshold_id = 'cn_2017__sports_area_per_pupil__primary'",
        "delete from thresholds where indicator_id = 'school_resource_compliance'",
    ],
    "verdict_classes_agree_with_the_school_rule": [
        "update verdict_classes set is_compliant = true where class_id = 'five_met'",
        "update verdict_classes set is_compliant = false where class_id = 'six_met_other_at_floor'",
        "update verdict_classes set other_at_floor = null where class_id = 'six_met_other_at_floor'",
        "update thresholds set value = 5 where indicator_id = 'school_resource_compliance'",
    ],
    "verdict_classes_cover_every_case": [
        "delete from verdict_classes where class_id = 'five_met'",
        "update verdict_classes set other_at_floor = null where class_id = 'six_met_other_at_floor'",
        "update verdict_classes set met_max = 5 where class_id = 'fewer_than_five'",
        "update parameters set value = 8 where parameter_id = 'resource_indicator_count'",
    ],
}


class LoadedSeeds:
    """The loaded seeds and the compiled data tests on them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tests: dict[str, dict[str, Any]]) -> None:
        self.connection, self.tests = connection, tests

    def failures(self, test_name: str, *breakages: str) -> int:
        """Rows that a test returns after the statements, which are taken back at the end."""
        self.connection.execute("begin")
        try:
            for statement in breakages:
                self.connection.execute(statement)
            sql = f"select count(*) from ({self.tests[test_name]['compiled_code']})"
            return int(self.connection.execute(sql).fetchall()[0][0])
        finally:
            self.connection.execute("rollback")


@pytest.fixture(scope="module")
def tested(built_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoadedSeeds]:
    """Seeds of the standards, built with all their tests passing; of the tests those that look at nothing else."""
    target = built_sample.parent / "target"
    ran = {
        result["unique_id"]: result
        for result in json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    }
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    seeds = {key for key, node in nodes.items() if node["original_file_path"].startswith("seeds/standards/")}
    tests = {
        nodes[key]["name"]: nodes[key] | {"compiled_code": result["compiled_code"]}
        for key, result in ran.items()
        if key.startswith("test.") and set(nodes[key]["depends_on"]["nodes"]) <= seeds
    }
    warehouse = tmp_path_factory.mktemp("standards") / built_sample.name
    shutil.copy(built_sample, warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("use standards")
        # Packaged without rows: one that is right, so that its tests have something to find broken.
        connection.execute("insert into known_issues values ('raw.x', '*', 1, 'known', 'bureau', '2030-01-01')")
        yield LoadedSeeds(connection, tests)


def generic_breakages(test: dict[str, Any]) -> list[list[str]]:
    """Ways to break what a generic test protects, from its own arguments; each is a list of statements."""
    kind, arguments = test["test_metadata"]["name"], test["test_metadata"]["kwargs"]
    table = test["attached_node"].split(".")[-1]
    first = f"where rowid = (select min(rowid) from {table})"
    column = arguments.get("column_name")
    copied = [f"create temp table copied as select * from {table} {first}", f"insert into {table} select * from copied"]
    if kind == "unique_key":
        return [copied, *([f"update {table} set {key} = null {first}"] for key in arguments["columns"])]
    if kind == "filled":
        return [[f"update {table} set {name} = null {first}"] for name in arguments["columns"]]
    if kind in ("accepted_values", "relationships"):
        return [[f"update {table} set {column} = 'nonsense' {first}"]]
    if kind == "one_default":
        return [
            [f"update {table} set {column} = true"],
            [f"update {table} set {column} = false"],
            [f"update {table} set {column} = null {first}"],
        ]
    if kind == "validity_without_overlap":
        return [copied, [f"update {table} set valid_from = '2020-01-01', valid_to = '2020-01-01' {first}"]]
    if kind == "validity_without_gap":
        return [
            [
                f"create temp table copied as select * from {table} {first}",
                "update copied set valid_from = '2000-01-01', valid_to = '2010-01-01'",
                f"update {table} set valid_from = '2010-01-02' {first}",
                f"insert into {table} select * from copied",
            ]
        ]
    raise AssertionError(f"no breakage is known for the generic test {kind}")


def test_every_generic_test_can_fail(tested: LoadedSeeds) -> None:
    generic = {name: test for name, test in tested.tests.items() if test.get("test_metadata")}
    assert len(generic) > 80
    silent = []
    for name, test in generic.items():
        assert tested.failures(name) == 0, f"{name} fails on the seeds as they are"
        silent += [f"{name}: {way[-1]}" for way in generic_breakages(test) if tested.failures(name, *way) == 0]
    assert silent == []


@pytest.mark.parametrize("test_name", sorted(BREAKAGES))
def test_singular_test_can_fail(tested: LoadedSeeds, test_name: str) -> None:
    assert tested.failures(test_name) == 0
    silent = [statement for statement in BREAKAGES[test_name] if tested.failures(test_name, statement) == 0]
    assert silent == []


def test_no_singular_test_is_left_out(tested: LoadedSeeds) -> None:
    singular = {path.stem for path in (PROJECT / "tests/dbt/standards").glob("*.sql")}
    assert singular == set(BREAKAGES)
    assert singular <= set(tested.tests)


def test_every_column_of_a_seed_is_typed_and_described_in_both_languages() -> None:
    described = yaml.safe_load((SEEDS / "_standards.yml").read_text(encoding="utf-8"))["seeds"]
    by_name = {seed["name"]: seed for seed in described}
    files = {path.stem: path for path in SEEDS.glob("*.csv")}
    assert set(by_name) == set(files)
    for name, path in files.items():
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert list(by_name[name]["config"]["column_types"]) == header, name
        assert [column["name"] for column in by_name[name]["columns"]] == header, name
        for entry in [by_name[name], *by_name[name]["columns"]]:
            chinese, _, english = entry["description"].partition("。 ")
            assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), entry
            assert english[:1].isascii(), entry
            assert english.strip(), entry


def test_text_in_a_number_stops_the_seeds(tmp_path: Path) -> None:
    project = tmp_path / "text_in_a_number"
    for folder in ("macros", "seeds/standards", "tests/dbt/generic"):
        shutil.copytree(PROJECT / folder, project / folder)
    for file in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / file, project / file)
    thresholds = project / "seeds/standards/thresholds.csv"
    text = thresholds.read_text(encoding="utf-8")
    assert ",>=,4.2," in text
    thresholds.write_text(text.replace(",>=,4.2,", ",>=,4.2人,", 1), encoding="utf-8")
    environment = os.environ | {
        "JUNHENG_WAREHOUSE": str(tmp_path / "rules.duckdb"),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    command = [sys.executable, "-m", "dbt.cli.main", "seed", "--select", "thresholds", "--profiles-dir", "."]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "4.2人" in done.stdout
