"""`junheng query` reads and cannot do anything else; `junheng audit` tells whether a document contradicts itself."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.end_to_end.command_line import fingerprint, junheng
from tests.published import Published

COUNT = "select count(*) as units from marts.fct_unit_verdict where school_year = 2024"


def test_answers_as_table_json_and_csv(published: Published) -> None:
    assert json.loads(junheng("query", COUNT, "--out", published.out, "--json").stdout) == [{"units": 79}]
    answer = junheng("query", COUNT, "--out", published.out, "--csv").stdout
    assert list(csv.reader(io.StringIO(answer))) == [["units"], ["79"]]
    assert "79" in junheng("query", COUNT, "--out", published.out).stdout


@pytest.mark.parametrize(
    "sql",
    [
        "create table marts.x as select 1",
        "copy (select 1) to 'x.csv'",
        "select * from read_csv('/etc/passwd')",
        "select 1; select 2",
        "selec 1",
    ],
)
def test_what_is_not_reading_is_refused(sql: str, published: Published, tmp_path: Path) -> None:
    before = fingerprint(published.out)
    outcome = junheng("query", sql, "--out", published.out, cwd=tmp_path)
    assert outcome.code == 2, outcome
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
    assert len(outcome.stderr.splitlines()) <= 4
    assert fingerprint(published.out) == before
    assert list(tmp_path.iterdir()) == []


def test_audit_reads_the_published_warehouse_and_computes_without_one(published: Published, tmp_path: Path) -> None:
    outcome = junheng("audit", "--out", published.out, "--json")
    assert outcome.code == 1
    audit = json.loads(outcome.stdout)
    assert audit["counts"]["contradicts"] > 0
    alone = junheng("audit", "--out", tmp_path / "nothing", "--json")
    assert alone.code == 1
    assert json.loads(alone.stdout) == audit
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("lang", "words"), [("en", "contradicts"), ("zh", "矛盾")])
def test_audit_in_words(published: Published, lang: str, words: str) -> None:
    outcome = junheng("audit", "--out", published.out, "--lang", lang)
    assert outcome.code == 1
    # 潼南自评报告：40741名学生、2755个岗位，印作14.68:1。
    assert "14.79" in outcome.stdout
    assert "14.68" in outcome.stdout
    assert words in outcome.stdout
