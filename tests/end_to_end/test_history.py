"""Builds one after the other: nothing is done twice, changes have causes, other standards make a result apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.faults.county import write_county
from tests.end_to_end.command_line import Outcome, Rows, junheng, rewrite
from tests.end_to_end.conftest import OWN_FILES

# That of the standards of `partial`, with which the county is judged again: what dbt made of them is there.
COUNTY = "500152"
MADE_UP = "990006"


@dataclass(frozen=True)
class Place:
    """The raw tables of a small county and where it is built."""

    raw: Path
    out: Path

    def build(self, *arguments: str) -> dict[str, Any]:
        """A build that is only done when something has changed."""
        asked = ("build", "--no-report", "--raw", self.raw, "--out", self.out, "--if-changed", "--json")
        return answer(junheng(*asked, *arguments))

    def history(self) -> list[dict[str, Any]]:
        return list(answer(junheng("history", "--out", self.out, "--json"))["runs"])

    def diff(self, before: str, after: str) -> dict[str, Any]:
        return answer(junheng("diff", before, after, "--out", self.out, "--json"))


def answer(outcome: Outcome) -> dict[str, Any]:
    assert outcome.code == 0, outcome.stderr
    content: dict[str, Any] = json.loads(outcome.stdout)
    return content


def tables(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the raw tables and the marts."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema in ('raw', 'marts') order by all"
        ).fetchall()
        return {
            f"{schema}.{name}": connection.execute(f'from "{schema}"."{name}" order by all').fetchall()
            for schema, name in names
        }


def half_the_area(header: list[str], rows: Rows) -> None:
    for row in rows:
        row["teaching_area_m2"] = str(float(row["teaching_area_m2"]) / 2)


@pytest.fixture(scope="module")
def built(compiled: None, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Built once; builds of the tests below follow in their order."""
    folder = tmp_path_factory.mktemp("历史 目录")
    place = Place(write_county(folder / "原始 表"), folder / "输出")
    for path in place.raw.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace(MADE_UP, COUNTY), encoding="utf-8")
    assert place.build()["status"] == "published"
    return place


def test_nothing_is_done_when_nothing_has_changed(built: Place) -> None:
    before = (built.out / "current").resolve()
    summary = built.build()
    assert summary["status"] == "unchanged"
    assert (built.out / "current").resolve() == before
    assert [run["status"] for run in built.history()] == ["unchanged", "published"]


def test_one_changed_file_is_read_again_and_the_result_is_that_of_a_whole_build(built: Place, tmp_path: Path) -> None:
    rewrite(built.raw / "facilities.csv", half_the_area)
    outcome = junheng("build", "--no-report", "--raw", built.raw, "--out", built.out, "--if-changed", lang="en")
    assert outcome.code == 0, outcome.stderr
    files = len(list(built.raw.iterdir()))
    assert f"1 of {files} files read again" in outcome.stderr
    whole = answer(junheng("build", "--no-report", "--raw", built.raw, "--out", tmp_path / "out", "--json"))
    assert whole["status"] == "published"
    assert tables(built.out / "warehouse.duckdb") == tables(tmp_path / "out" / "warehouse.duckdb")


def test_what_changed_is_told_with_its_cause_and_its_file(built: Place) -> None:
    found = built.diff("previous", "current")
    assert found["inputs"] == {
        **{"classes": ["data"], "tables": ["facilities"]},
        **{"standards": [], "files": ["facilities.csv"]},
    }
    changed = [one for one in found["verdicts"] if one["kind"] == "indicator"]
    assert {one["id"] for one in changed} == {"teaching_area_per_pupil"}
    assert {tuple(one["causes"]) for one in found["verdicts"]} == {("data",)}


@pytest.mark.usefixtures("partial")
def test_other_standards_make_a_result_apart_and_leave_everything_else_as_it_was(built: Place, tmp_path: Path) -> None:
    for name, content in OWN_FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    published = (built.out / "current").resolve()
    before = tables(built.out / "warehouse.duckdb")
    records = {run["run_id"]: run for run in built.history()}
    asked = ("--standards", tmp_path, "--name", "新标准 试算", "--no-report", "--out", built.out)
    refused = junheng("rejudge", *asked)
    assert refused.code == 2, "a space is no part of a name"
    asked = ("--standards", tmp_path, "--name", "新标准试算", "--no-report", "--out", built.out)
    summary = answer(junheng("rejudge", *asked, "--json"))
    assert (summary["status"], summary["name"]) == ("rejudged", "新标准试算")
    assert (built.out / "current").resolve() == published
    assert tables(built.out / "warehouse.duckdb") == before
    again = {run["run_id"]: run for run in built.history()}
    assert {name: again[name] for name in records} == records
    (added,) = [run for name, run in again.items() if name not in records]
    assert (added["status"], added["name"]) == ("rejudged", "新标准试算")
    found = built.diff("current", "新标准试算")
    assert found["inputs"]["classes"] == ["standards"]
    assert {tuple(one["causes"]) for one in found["verdicts"]} <= {("standards",)}
    rejudged = tables(built.out / "rejudged" / "新标准试算" / "warehouse.duckdb")
    assert {name: rows for name, rows in rejudged.items() if name.startswith("raw.")} == {
        name: rows for name, rows in before.items() if name.startswith("raw.")
    }
    assert rejudged["marts.fct_county_target"] != before["marts.fct_county_target"]


WRONG: dict[str, Callable[[Place], tuple[str | Path, ...]]] = {
    "a name that is taken": lambda place: ("--name", "新标准试算", "--standards", place.raw),
    "a name that leads elsewhere": lambda place: ("--name", "../x", "--standards", place.raw),
    "a name that is a number": lambda place: ("--name", "12", "--standards", place.raw),
    "a build that is not there": lambda place: ("--name", "x", "--standards", place.raw, "--build", "999"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_judged_again_is_refused(built: Place, name: str) -> None:
    runs = len(built.history())
    outcome = junheng("rejudge", "--out", built.out, "--no-report", *WRONG[name](built))
    assert outcome.code == 2, outcome.stderr
    assert len(built.history()) == runs
