"""Rows that a county adds to the standards: the key of every seed is known, and a row with a known key replaces it."""

from __future__ import annotations

import csv
from pathlib import Path

from junheng.project import packaged_project
from junheng.standards import project_with_standards, read_shapes


def test_every_seed_is_told_apart_by_its_first_declared_key() -> None:
    shapes = read_shapes(packaged_project().standards)
    assert shapes["thresholds"].key == ("threshold_id",)
    assert shapes["exemptions"].key == ("exemption_id",), "a second uniqueness test is not the key"
    assert shapes["county_choices"].key == ("jurisdiction", "choice_id", "valid_from")


def test_a_choice_of_a_county_stands_beside_the_default(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "county_choices.csv").write_text(
        "jurisdiction,choice_id,value,valid_from,source\n500152,include_private,false,,test\n", encoding="utf-8"
    )
    merged = project_with_standards(packaged_project(), own, tmp_path).standards / "county_choices.csv"
    with merged.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["choice_id"] == "include_private"]
    assert {(row["jurisdiction"], row["value"]) for row in rows} == {("CN", "true"), ("500152", "false")}
