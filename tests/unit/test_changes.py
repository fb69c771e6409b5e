"""What changed between two builds is told whole, and nothing that did not."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from junheng.errors import MachineError
from junheng.history.changes import changes_between, count_by_kind
from junheng.history.results import results_of_warehouse, write_results
from tests.unit.small_warehouse import small_warehouse


def test_nothing_changed_between_two_equal_builds(tmp_path: Path) -> None:
    changes = changes_between(small_warehouse(tmp_path / "a.duckdb"), small_warehouse(tmp_path / "b.duckdb"))
    assert not changes
    assert changes.as_json()["verdicts"] == []


def test_verdicts_from_what_to_what(tmp_path: Path) -> None:
    before = small_warehouse(tmp_path / "a.duckdb", verdict="met", area="5.0000")
    after = small_warehouse(tmp_path / "b.duckdb", verdict="not_met", area="4.4999")
    changes = changes_between(before, after)
    assert [
        (
            change.kind,
            change.school_code,
            change.id,
            change.before and change.before.verdict,
            change.after and change.after.verdict,
        )
        for change in changes.verdicts
    ] == [
        ("county", None, None, "met", "not_met"),
        ("unit", "0500152001", None, "all_met", "six_met_other_below_floor"),
        ("indicator", "0500152001", "teaching_area_per_pupil", "pass", "fail"),
    ]
    indicator = changes.verdicts[2]
    assert indicator.name == "第一小学"
    assert indicator.before is not None
    assert indicator.after is not None
    assert (indicator.before.value, indicator.after.value) == ("5.0000", "4.4999")
    assert count_by_kind(changes.verdicts) == {"county": 1, "unit": 1, "indicator": 1}


def test_another_value_with_the_same_verdict_is_a_changed_figure(tmp_path: Path) -> None:
    before, after = small_warehouse(tmp_path / "a.duckdb"), small_warehouse(tmp_path / "b.duckdb", area="5.0001")
    changes = changes_between(before, after)
    assert changes.verdicts == []
    assert changes.figures == 1
    assert changes


def test_new_critical_findings_are_told_from_old_ones(tmp_path: Path) -> None:
    clean = small_warehouse(tmp_path / "a.duckdb")
    one, two = (small_warehouse(tmp_path / f"{n}.duckdb", rule="fail", failed=n) for n in (1, 2))
    assert [rule.rule_id for rule in changes_between(clean, one).new_critical] == ["raw.schools.key"]
    assert [rule.failed_after for rule in changes_between(one, two).new_critical] == [2]
    for less in (changes_between(two, one), changes_between(one, clean)):
        assert less.rules
        assert less.new_critical == []


def test_what_is_new_or_gone_is_a_change_and_other_years_are_only_named(tmp_path: Path) -> None:
    before, after = small_warehouse(tmp_path / "a.duckdb"), small_warehouse(tmp_path / "b.duckdb")
    with duckdb.connect(str(after)) as connection:
        connection.execute("delete from marts.fct_unit_verdict where school_code = '0500152002'")
        connection.execute(
            "insert into marts.fct_county_verdict select 2025, * exclude (school_year) from marts.fct_county_verdict"
        )
        connection.execute("insert into raw.schools select * from range(3)")
    changes = changes_between(before, after)
    (gone,) = changes.verdicts
    assert (gone.kind, gone.school_code, gone.after) == ("unit", "0500152002", None)
    assert changes.years_new == [2025]
    assert [(row.table, row.before, row.after) for row in changes.rows] == [
        ("marts.fct_county_verdict", 1, 2),
        ("marts.fct_unit_verdict", 2, 1),
        ("raw.schools", 2, 5),
    ]


def test_what_the_history_kept_compares_like_the_warehouse(tmp_path: Path) -> None:
    before, after = small_warehouse(tmp_path / "a.duckdb", area="4.0000"), small_warehouse(tmp_path / "b.duckdb")
    kept = tmp_path / "kept"
    kept.mkdir()
    with duckdb.connect() as connection:
        results_of_warehouse(connection, before, "kept")
        write_results(connection, "kept", kept)
    assert changes_between(kept, after) == changes_between(before, after)
    assert changes_between(kept, after).verdicts


def test_a_file_that_is_no_warehouse_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.duckdb").write_bytes(b"no database at all")
    with pytest.raises(MachineError):
        changes_between(small_warehouse(tmp_path / "a.duckdb"), tmp_path / "broken.duckdb")
