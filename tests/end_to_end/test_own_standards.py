"""A county's own standards: what is wrong with them is named with file, row and column; what is right counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.command_line import junheng
from tests.end_to_end.conftest import OWN_STANDARD
from tests.published import Published

HEADER = (
    "threshold_id,standard_id,jurisdiction,indicator_id,stage,case_id,operator,value,unit,valid_from,valid_to,"
    "source,status\n"
)
# A target of the sample county for an indicator that the national standard has, from 2020 on.
TARGET = "own_area,cn_2017,500152,teaching_area_per_pupil,primary,ordinary,>=,4.9,㎡/生,2020-01-01,,县政府文件,LOCAL\n"

WRONG = {
    "indicator": ("teaching_area_per_pupil", "happiness", "indicator_id", "happiness"),
    "jurisdiction": ("500152", "999999", "jurisdiction", "999999"),
    "standard": ("cn_2017", "cn_1817", "standard_id", "cn_1817"),
    "number": ("4.9", "four", "value", "four"),
    "too many decimals": ("4.9", "4.1234567", "value", "4.1234567"),
    "date": ("2020-01-01", "2020-02-30", "valid_from", "2020-02-30"),
    "operator": (">=", "~", "operator", "~"),
    "source": ("县政府文件", "", "source", ""),
}


def build(folder: Path, tmp_path: Path) -> tuple[int, str]:
    outcome = junheng("build", "--no-report", "--standards", folder, "--out", tmp_path / "out", "--quiet")
    return outcome.code, outcome.stderr


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_cell_is_named(name: str, tmp_path: Path) -> None:
    right, wrong, column, found = WRONG[name]
    folder = tmp_path / "标准"
    folder.mkdir()
    (folder / "thresholds.csv").write_text(
        HEADER + TARGET.replace("own", "one") + TARGET.replace(right, wrong), "utf-8"
    )
    code, said = build(folder, tmp_path)
    assert code == 2, said
    assert "file: " in said
    assert "thresholds.csv" in said
    assert "row: 3\n" in said
    assert f"column: {column}\n" in said
    assert not found or f"found: {found}\n" in said


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("targets.csv", "a\n", "thresholds.csv"),
        ("raw_columns.csv", "a\n", "thresholds.csv"),
        ("thresholds.csv", "threshold_id,colour\n", "colour"),
        ("thresholds.csv", "standard_id\n", "threshold_id"),
        ("thresholds.csv", HEADER + "a,b\n", "row: 2"),
        ("thresholds.csv", HEADER + TARGET + TARGET, "row: 3"),
    ],
)
def test_a_wrong_file_is_named(file: str, content: str, words: str, tmp_path: Path) -> None:
    folder = tmp_path / "standards"
    folder.mkdir()
    (folder / file).write_text(content, encoding="utf-8")
    code, said = build(folder, tmp_path)
    assert code == 2, said
    assert words in said


def test_a_county_s_own_target_counts_beside_the_national_standard(partial: Published, published: Published) -> None:
    query = (
        "select value, operator, cast(threshold as integer) as threshold, status from marts.fct_county_target"
        f" where school_year = 2024 and standard_id = '{OWN_STANDARD}'"
    )
    answer = junheng("query", "--json", "--out", partial.out, query)
    # The sample's largest primary class has 55 pupils; the target is one that no law sets.
    assert json.loads(answer.stdout) == [{"value": 55.0, "operator": "<=", "threshold": 48, "status": "not_met"}]
    assert json.loads(junheng("query", "--json", "--out", published.out, query).stdout) == []
