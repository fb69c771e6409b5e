"""What the published documents say about themselves: known contradictions, a second computation, changed figures."""

from __future__ import annotations

import shutil
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.harness import run_again
from tests.warehouse.recomputed_claims import judge_all, rows
from tools.published_page import PAGE, found, read_checks, with_found

CHECK_MODELS = ("stg_claims", "int_relation_terms", "int_relation_sides", "fct_claim_check")

# Each was found in the words of the text; the numbers are those that the document prints.
CONTRADICTIONS = {
    # 公办小学在校生为40741人,教职工编制数为2755名,生师比为14.68:1
    "tongnan__pupils_per_post_primary": ("14.68", "14.788022"),
    # 专任教师4559人 … 在岗专任教师4602人
    "tongnan__full_time_twice": ("4602", "4559"),
    # 特殊教育学生104人,按6000元/生/年核定公用经费,共安排特殊教育学校公用经费62.43万元
    "tongnan__special_fund_product": ("62.43", "62.4"),
    # 随班就读残疾学生33人 … 约占义务教育在校生总数的0.2%; 在校学生数26568名
    "chengzhong__inclusion_rate": ("0.2", "0.124210"),
    # 小学379个 … 小学55人以上大班额15个,占比3.9%
    "chengzhong__big_rate": ("3.9", "3.957784"),
    # the same words: 14 classes are 3.69 %, 15 are 3.96 %
    "chengzhong__big_whole": ("3.9", "3.957784"),
    # 民办43所 … 全区共有民办幼儿园45所
    "chengzhong__private_kindergartens_twice": ("45", "43"),
}

NUMERALS = {"1": "一", "2": "二两兩", "3": "三", "4": "四", "5": "五", "6": "六", "7": "七", "8": "八", "9": "九"}


@pytest.fixture(scope="module")
def checks(built_sample: Path) -> dict[str, dict[str, Any]]:
    """Rows of ``fct_claim_check`` by relation id."""
    with duckdb.connect(str(built_sample), read_only=True) as connection:
        cursor = connection.execute("select * from marts.fct_claim_check")
        names = [column[0] for column in cursor.description]
        return {row["relation_id"]: row for row in (dict(zip(names, line, strict=True)) for line in cursor.fetchall())}


def test_contradictions_are_exactly_those_in_the_texts(checks: dict[str, dict[str, Any]]) -> None:
    found = {
        key: (row["printed_value"], row["computed_value"])
        for key, row in checks.items()
        if row["status"] == "contradicts"
    }
    assert {key: (float(printed), float(value)) for key, (printed, value) in found.items()} == {
        key: (float(printed), float(value)) for key, (printed, value) in CONTRADICTIONS.items()
    }


def test_a_share_cut_off_instead_of_rounded_is_called_so(checks: dict[str, dict[str, Any]]) -> None:
    assert [key for key, row in checks.items() if row["mistake"] == "truncated"] == ["chengzhong__big_rate"]


def test_coverage_by_kindergartens_and_nearby_rate_by_schools_depart_from_the_definition(
    checks: dict[str, dict[str, Any]],
) -> None:
    departing = {key for key, row in checks.items() if row["reason"] == "departs_from_standard"}
    assert departing == {"chengzhong__inclusive_rate", "tongnan__nearby_rate"}


def test_published_figures_that_agree_are_not_accused(checks: dict[str, dict[str, Any]]) -> None:
    """Tongnan: 327 / 948 = 34.49 %, 15.95 / 15.77 = +1.1 %, quota floor 5291.68 within 5974.1, retention 100.87 %."""
    assert checks["tongnan__rotation_rate"]["status"] == "holds"
    assert checks["tongnan__budget_growth"]["status"] == "holds"
    assert checks["tongnan__retention_full"]["status"] == "holds"
    floor = checks["tongnan__public_funds_floor"]
    assert (floor["status"], float(floor["computed_value"])) == ("holds", 5291.6840)


def test_every_document_has_checks_and_every_kind_is_used(checks: dict[str, dict[str, Any]]) -> None:
    per_document = Counter(row["document"] for row in checks.values())
    assert set(per_document) == {row["document"] for row in rows("published/documents.csv")}
    assert len(checks) == len(rows("published/relations.csv")) > 300
    assert {row["kind"] for row in checks.values()} == {
        "sum", "ratio", "rate", "product", "growth", "equality", "subset", "threshold", "integrality",
    }  # fmt: skip


def test_a_second_computation_in_fractions_agrees_row_by_row(checks: dict[str, dict[str, Any]]) -> None:
    expected = judge_all()
    assert {key: row["status"] for key, row in checks.items()} == {key: v.status for key, v in expected.items()}
    for key, verdict in expected.items():
        row = checks[key]
        assert (row["mistake"] == "truncated") == verdict.is_cut_off, key
        if verdict.computed is None:
            assert row["computed_value"] is None, key
        else:
            assert abs(Fraction(row["computed_value"]) - verdict.computed) <= Fraction(1, 10**6), key


def test_every_sentence_carries_the_figures(checks: dict[str, dict[str, Any]]) -> None:
    for key, row in checks.items():
        for sentence in (row["sentence_zh"], row["sentence_en"]):
            assert sentence, key
            assert "{" not in sentence, key
            assert "?" not in sentence, key
        if row["status"] == "contradicts":
            printed = f"{row['printed_value'].normalize():f}"
            assert printed in row["sentence_zh"], key
            assert printed in row["sentence_en"], key


def test_the_page_shows_what_the_mart_holds(built_sample: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_found(page, found(read_checks(built_sample)))
    assert "40741 ÷ 2755 = 14.79, printed 14.68" in page


def test_every_claim_quotes_the_figure_it_stands_for() -> None:
    for claim in rows("published/claims.csv"):
        quote = "".join(claim["quote"].split())
        written = [claim["printed"], *NUMERALS.get(claim["printed"], "")]
        assert any(figure in quote for figure in written), (claim["document"], claim["claim_id"])


def test_one_changed_figure_turns_a_holding_sum_into_a_contradiction(built_counties: Path, tmp_path: Path) -> None:
    """Every figure of every exact sum that holds is raised by one in a copy of its document, all copies in one run."""
    changed = tmp_path / built_counties.name
    shutil.copy(built_counties, changed)
    with duckdb.connect(str(changed)) as connection:
        sums = connection.execute("""
            select relations.relation_id, relations.document, terms.term_id
            from published.relations as relations
            inner join marts.fct_claim_check as checks using (relation_id)
            inner join published.relation_terms as terms using (relation_id)
            where
                relations.kind = 'sum' and relations.operator = '=' and checks.status = 'holds'
                and terms.term_kind = 'claim'
                and checks.printed_lower = checks.printed_upper and checks.computed_lower = checks.computed_upper
            order by all
        """).fetchall()
        for number, (relation_id, document, claim_id) in enumerate(sums):
            copy = f"{document}#{number}"
            for statement in (
                "insert into published.claims by name select * replace ($copy as document,"
                " case when claim_id = $claim then value + 1 else value end as value)"
                " from published.claims where document = $document",
                "insert into published.relations by name select * replace ($copy as document,"
                " $copy as relation_id) from published.relations where relation_id = $relation",
                "insert into published.relation_terms by name select * replace ($copy as relation_id)"
                " from published.relation_terms where relation_id = $relation",
            ):
                values = {"copy": copy, "claim": claim_id, "document": document, "relation": relation_id}
                connection.execute(statement, {name: values[name] for name in values if f"${name}" in statement})
    run_again(changed, CHECK_MODELS)
    with duckdb.connect(str(changed), read_only=True) as connection:
        statuses = connection.execute(
            "select status, mistake, count(*) from marts.fct_claim_check where relation_id like '%#%' group by all"
        ).fetchall()
    assert len(sums) > 100
    assert statuses == [("contradicts", "parts_do_not_add_up", len(sums))]
