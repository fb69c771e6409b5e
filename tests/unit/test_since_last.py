"""A build tells what it judges otherwise than the one published before it, and its overview shows that."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.history.record import RunRecord
from junheng.history.since_last import last_build, write_changes
from junheng.report import site
from junheng.report.facts import Facts
from junheng.report.pages import overview
from junheng.report.public import PublicFacts
from tests.unit.small_warehouse import small_warehouse
from tests.unit.test_history import build

RUN = RunRecord("run-now", "published", "2026-02-01T02:00:00.000Z", fingerprints={"data": "b", "standards": "a"})
UNIT = "0500152011"


def told(warehouse: Path, out: Path, run: RunRecord = RUN, year: int = 2024, **kept: Path) -> dict[str, Any]:
    write_changes(warehouse, out, run, year, **kept)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        last = connection.execute("select standing, unit_changes, changed_inputs from quality.last_build").fetchone()
        rows = connection.execute(
            "select kind, school_code, verdict_before, verdict_after, causes from quality.verdict_change"
            " order by position"
        ).fetchall()
    return {"last": last, "rows": rows}


def test_what_is_judged_otherwise_stands_in_the_warehouse_with_its_cause(tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = small_warehouse(tmp_path / "first" / "warehouse.duckdb")
    assert told(first, out) == {"last": ("first", 0, None), "rows": []}
    build(out)
    same = small_warehouse(tmp_path / "same" / "warehouse.duckdb")
    assert told(same, out) == {"last": ("compared", 0, None), "rows": []}
    other = small_warehouse(tmp_path / "other" / "warehouse.duckdb", area="3.0000")
    unit = ("unit", "0500152001", "all_met", "six_met_other_below_floor", "unknown")
    found = told(other, out)
    assert found["last"] == ("compared", 1, None)
    assert unit in found["rows"]


def test_a_build_that_cannot_be_compared_says_why(tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_id = build(out)
    fresh = small_warehouse(tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(fresh)) as connection:
        connection.execute("update marts.fct_county_verdict set school_year = 2025")
        connection.execute("update marts.fct_unit_verdict set school_year = 2025")
        connection.execute("update marts.fct_unit_indicator set school_year = 2025")
    assert told(fresh, out, year=2025)["last"][0] == "year_new"
    with duckdb.connect(str(fresh)) as connection:
        for table in ("county_verdict", "unit_verdict", "unit_indicator"):
            connection.execute(f"update marts.fct_{table} set school_year = 2024, county_code = '500153'")
    assert told(fresh, out)["last"][0] == "county_new"
    for kept in (out / "history").glob(f"*-{build_id}/verdict.parquet"):
        kept.write_bytes(b"nothing of it")
    assert told(fresh, out) == {"last": ("unreadable", 0, None), "rows": []}


@pytest.fixture(scope="module")
def changed(published_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published sample with one unit and the county judged otherwise, from other data."""
    copy = tmp_path_factory.mktemp("changed") / "warehouse.duckdb"
    shutil.copy(published_sample / "warehouse.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "update marts.fct_unit_verdict set verdict_class = 'all_met' where school_year = 2024 and school_code = ?",
            [UNIT],
        )
        connection.execute("update marts.fct_county_verdict set verdict = 'pending' where school_year = 2024")
    former = last_build(published_sample)
    assert former is not None
    run = replace(former.record, fingerprints={**former.record.fingerprints, "data": "other"})
    found = told(copy, published_sample, run)
    assert found["rows"] == [
        ("county", None, "not_met", "pending", "data"),
        ("unit", UNIT, "six_met_other_below_floor", "all_met", "data"),
    ]
    return copy


def pages(facts: Facts, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    monkeypatch.setattr(site, "makers", lambda: (overview.pages,))
    site.write_site(facts, folder, "zh", public=facts.is_public)
    return {name: (folder / name / "500152" / "index.html").read_text(encoding="utf-8") for name in ("zh", "en")}


def test_the_overview_lists_them_and_the_public_one_does_not(
    changed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Facts(changed) as facts:
        shown = pages(facts, tmp_path / "own", monkeypatch)
        same = pages(facts, tmp_path / "again", monkeypatch)
    assert shown == same
    section = shown["zh"].split('id="since-last"')[1].split("</section>")[0]
    assert "全县 1 · 单元 1。" in section
    assert f"{UNIT}.html" in section
    assert "<td>6项达标，1项低于标准值85%</td><td>7项均达标</td><td>数据</td>" in section
    assert "<td>未达标</td><td>待定</td><td>数据</td>" in section
    assert "<td>not met</td><td>pending</td><td>data</td>" in shown["en"]
    with PublicFacts(changed) as public:
        assert not public.exists("quality.last_build")
        assert not public.exists("quality.verdict_change")
        assert "since-last" not in pages(public, tmp_path / "public", monkeypatch)["zh"]


def test_a_first_build_says_that_there_is_nothing_to_compare(
    published_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Facts(published_sample / "warehouse.duckdb") as facts:
        shown = pages(facts, tmp_path / "site", monkeypatch)
    assert "这是第一次发布" in shown["zh"]
    assert "the first build" in shown["en"]
