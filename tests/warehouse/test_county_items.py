"""The county's items and verdict, on a county that meets everything and on variants that miss exactly one thing."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.history import causes
from tests.warehouse.complete_county import (
    YEAR,
    Tables,
    complete,
    with_campus,
    with_cells,
    with_empty_school,
    with_fact,
    without_table,
)
from tests.warehouse.harness import build_counties

INPUT_TABLES = tomllib.loads((Path(causes.__file__).parent / "input_tables.toml").read_text(encoding="utf-8"))
MISSING = ["enrolment", "classes", "staff", "facilities", "rooms", "school_funding", "county_finance", "county_facts"]
# what depends on each raw table: at least these items have no data without it
DEPENDENT = {
    "enrolment": {"government_04", "government_06", "quality_01"},
    "classes": {"government_03", "government_05"},
    "staff": {"government_09", "government_11", "government_12"},
    "facilities": set(),
    "rooms": {"government_03"},
    "school_funding": {"government_06", "government_07", "quality_04"},
    "county_finance": {"government_08"},
    "county_facts": {
        *(f"government_{number:02}" for number in (1, 2, 10, 13, 14, 15)),
        *(f"quality_{number:02}" for number in (2, 3, 5, 6, 7, 8, 9)),
        *(f"veto_{number:02}" for number in range(1, 7)),
        "social_01",
        "application_01",
        "application_02",
    },
}
TAIKANG = "411627"  # a county with a plan of its own
DUE = {"status": "remediation", "due_year": 2026}


def overfull(county: str, **claim: Any) -> Tables:
    """One class of 46 in the first primary school, with the county's own conclusion beside it."""
    tables = with_cells(county, "classes", {"pupils": 46}, school_code=county + "1", class_no="0")
    tables["county_facts"].append({"school_year": YEAR, "county_code": county, "fact_id": "class_size_primary"} | claim)
    return tables


def taikang() -> Tables:
    """The complete county under Taikang's code, with the money of the year before."""
    tables = with_fact(TAIKANG, "disabled_enrolment_rate", value=96)
    this_year = tables["county_finance"][0]
    tables["county_finance"].append(this_year | {"fiscal_year": YEAR - 1, "budget_expenditure_yuan": 1000001})
    return tables


# county -> its rows, the verdict, and the item that differs from the complete county with its status and reason
CASES: dict[str, tuple[Tables, str, tuple[str, str, str | None] | None]] = {
    "991001": (complete("991001"), "met", None),
    "991002": (with_empty_school("991002"), "met", None),
    "991003": (with_campus("991003"), "met", None),
    "991004": (overfull("991004", status="met"), "not_met", ("government_05", "not_met", None)),
    "991005": (overfull("991005", **DUE), "met_after_remediation", ("government_05", "remediation", None)),
    "991006": (overfull("991006", status="remediation"), "not_met", ("government_05", "not_met", None)),
    "991007": (with_fact("991007", "naea_level", status="pending"), "pending", ("quality_09", "pending", None)),
    "991008": (
        with_fact("991008", "naea_level", status="met"),
        "no_data",
        ("quality_09", "no_data", "claim_without_figures"),
    ),
    "991009": (with_fact("991009", "moral_culture"), "no_data", ("quality_06", "no_data", "no_county_fact")),
    "991010": (with_fact("991010", "veto_falsification", value=1), "not_met", ("veto_06", "not_met", None)),
    "991011": (
        with_fact("991011", "naea_school_gap", value=Decimal("0.15")),
        "not_met",
        ("quality_09", "not_met", None),
    ),
    "991012": (
        with_cells("991012", "county_finance", {"civil_servant_mean_pay_yuan": Decimal("100000.01")}),
        "not_met",
        ("government_08", "not_met", None),
    ),
    "991013": (
        with_cells("991013", "staff", {"has_certificate": None}, staff_id="9910131-0"),
        "no_data",
        ("government_12", "no_data", "no_certificate_flag"),
    ),
    "991014": (
        with_cells("991014", "staff", {"training_hours_5y": Decimal("359.9")}, staff_id="9910144-0"),
        "not_met",
        ("government_09", "not_met", None),
    ),
    "991015": (
        with_cells("991015", "school_funding", {"training_spend_yuan": Decimal("3599.99")}, school_code="9910152"),
        "not_met",
        ("quality_04", "not_met", None),
    ),
    "991016": (
        with_cells("991016", "rooms", {"area_m2": Decimal("95.9")}, school_code="9910162", room_id="music"),
        "not_met",
        ("government_03", "not_met", None),
    ),
    "991017": (
        with_cells("991017", "school_funding", {"public_funds_budget_yuan": 71999}, school_code="9910172"),
        "not_met",
        ("government_06", "not_met", None),
    ),
    "991018": (
        with_cells("991018", "enrolment", {"graduates": 94}, graduates=95),
        "not_met",
        ("quality_01", "not_met", None),
    ),
    "991019": (with_fact("991019", "nearby_rate_junior", value=94), "not_met", ("government_13", "not_met", None)),
    "991020": (with_fact("991020", "apply_basic_balance_3y", value=2), "not_met", ("application_01", "not_met", None)),
    "991021": (with_fact("991021", "social_recognition", value=84), "not_met", ("social_01", "not_met", None)),
    "991022": (
        with_cells("991022", "school_funding", {"public_funds_budget_yuan": 59999}, school_code="9910224"),
        "not_met",
        ("government_07", "not_met", None),
    ),
}
CASES |= {f"99110{number}": (without_table(f"99110{number}", name), "", None) for number, name in enumerate(MISSING)}
Items = dict[str, dict[str, tuple[str, str | None]]]


@pytest.fixture(scope="module")
def query(compiled: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    together: Tables = defaultdict(list)
    for tables in [*(tables for tables, _, _ in CASES.values()), taikang()]:
        for table, rows in tables.items():
            together[table].extend(rows)
    warehouse: Path = build_counties(tmp_path_factory.mktemp("items"), together)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def items(query: Any) -> Items:
    """County -> item -> status and reason."""
    found: Items = defaultdict(dict)
    for county, item, status, reason in query(
        f"select county_code, item_id, status, reason from marts.fct_county_item where school_year = {YEAR}"
    ):
        found[county][item] = (status, reason)
    return found


@pytest.fixture(scope="module")
def verdicts(query: Any) -> dict[str, tuple[str, str, str | None]]:
    """County -> verdict, status and reason."""
    rows = query(
        f"select county_code, verdict, status, reason from marts.fct_county_verdict where school_year = {YEAR}"
    )
    return {county: (verdict, status, reason) for county, verdict, status, reason in rows}


def test_complete_county_meets_every_item(items: Items, verdicts: Any, query: Any) -> None:
    assert verdicts["991001"] == ("met", "pass", None)
    assert len(items["991001"]) == 15 + 9 + 1 + 6 + 2
    assert set(items["991001"].values()) == {("met", None)}
    counts = query(
        f"""select units, units_compliant, coefficients, coefficients_met from marts.fct_county_verdict
        where county_code = '991001' and school_year = {YEAR}"""
    )
    assert counts == [(3, 3, 14, 14)]


@pytest.mark.parametrize("county", [county for county, (_, verdict, _) in CASES.items() if verdict])
def test_one_change_changes_one_item_and_the_verdict(county: str, items: Items, verdicts: Any) -> None:
    _, verdict, change = CASES[county]
    expected = dict(items["991001"])
    if change is not None:
        item, status, reason = change
        expected[item] = (status, reason)
    assert items[county] == expected
    assert verdicts[county][0] == verdict
    assert (verdicts[county][1] == "pass") == (verdict == "met")


@pytest.mark.parametrize("number", range(len(MISSING)))
def test_missing_table_is_no_data_and_never_a_pass(number: int, items: Items, verdicts: Any) -> None:
    county, table = f"99110{number}", MISSING[number]
    for item, (status, reason) in items[county].items():
        if item in DEPENDENT[table]:
            assert (status, reason is not None) == ("no_data", True), item
        else:
            assert status in ("met", "no_data"), item
    assert verdicts[county][:2] == ("no_data", "no_data")
    assert verdicts[county][2] is not None


def test_missing_table_leaves_no_school_with_a_verdict(query: Any) -> None:
    """What is judged per school from a missing table has no value of zero and no verdict."""
    rows = query(
        """select distinct indicator_id, status, is_met, shortfall from marts.fct_school_item
        where (county_code = '991101' and indicator_id like 'class_size%')
            or (county_code = '991104' and indicator_id like '%_room_ratio')
            or (county_code = '991105' and indicator_id in ('training_fund_share'))"""
    )
    assert {row[0] for row in rows} == {
        "class_size_primary",
        "class_size_junior",
        "music_room_ratio",
        "art_room_ratio",
        "training_fund_share",
    }
    assert {row[1:] for row in rows} == {("no_data", None, None)}


def test_campus_counts_for_itself_only_in_size(query: Any) -> None:
    """A campus is a site of its own for the size of schools, and part of its parent for everything else."""
    rows = query(
        f"""select school_code, numerator from marts.fct_school_item where school_year = {YEAR}
            and county_code = '991003' and school_code like '9910031%' and indicator_id = 'school_size' order by 1"""
    )
    assert rows == [("9910031", Decimal("300.0000")), ("9910031b", Decimal("100.0000"))]
    others = """select indicator_id, right(school_code, 1), stage, numerator, denominator, threshold, status, reason
        from marts.fct_school_item where county_code = '{}' and indicator_id <> 'school_size' order by all"""
    assert query(others.format("991003")) == query(others.format("991001"))


def test_bands_add_up_to_all_classes(query: Any) -> None:
    rows = query(
        """select county_code, school_code, stage from marts.fct_class_band
        group by all having sum(classes) + max(classes_without_size) <> max(classes_total)"""
    )
    assert rows == []
    assert query("select count(*) from marts.fct_class_band") > [(0,)]


def test_targets_of_a_county_with_a_plan(query: Any) -> None:
    """Taikang asks for 97 % of disabled children where the standard asks for 95 %; money must not fall."""
    rows = query(
        f"""select indicator_id, value, threshold, status, reason from marts.fct_county_target
        where standard_id = 'taikang_2023' and school_year = {YEAR} and stage = 'all' and indicator_id in (
            'disabled_enrolment_rate', 'private_share_county', 'teacher_pay_ratio', 'budget_expenditure_growth',
            'local_taikang_big_classes'
        ) order by 1"""
    )
    assert [(name, threshold, status, reason) for name, _, threshold, status, reason in rows] == [
        ("budget_expenditure_growth", 0, "not_met", None),
        ("disabled_enrolment_rate", 97, "not_met", None),
        ("local_taikang_big_classes", 0, "no_data", "no_county_fact"),
        ("private_share_county", 5, "met", None),
        ("teacher_pay_ratio", 1, "met", None),
    ]
    national = query(
        f"""select status from marts.fct_county_indicator
        where county_code = '{TAIKANG}' and school_year = {YEAR} and indicator_id = 'disabled_enrolment_rate'"""
    )
    assert national == [("met",)]
    others = query(
        f"""select distinct indicator_id, status from marts.fct_county_target
        where county_code <> '{TAIKANG}' and school_year = {YEAR} order by 1"""
    )
    asked_of_every_county = [
        ("inclusive_kg_coverage", "no_data"),
        ("preschool_ger3", "no_data"),
        ("private_share_county", "met"),
        ("public_kg_share", "no_data"),
        ("pupils_per_post", "no_data"),
    ]
    assert [row for row in others if row[0] != "private_share_county" or row[1] == "met"] == asked_of_every_county


FIGURES = """
    select
        school_year, school_code[7:] as school, stage, indicator_id,
        (status, value, threshold, numerator, denominator) as figure
    from marts.fct_unit_indicator where county_code = '{county}'
"""


@pytest.mark.parametrize("number", range(len(MISSING)), ids=MISSING)
def test_a_figure_of_a_school_rests_on_the_tables_that_causes_name_and_on_no_other(query: Any, number: int) -> None:
    """What `junheng diff` rules out: a table without which no figure of an indicator is another one."""
    whole, without = (FIGURES.format(county=county) for county in ("991001", f"99110{number}"))
    changed = query(f"""
        select distinct indicator_id
        from ({whole}) as whole full join ({without}) as without using (school_year, school, stage, indicator_id)
        where whole.figure is distinct from without.figure
    """)
    named = {indicator for indicator, entry in INPUT_TABLES.items() if MISSING[number] in entry["tables"]}
    assert {indicator for (indicator,) in changed} == named


@pytest.mark.parametrize(
    "table", ["shown_county_item", "shown_county_indicator", "shown_county_group", "shown_county_verdict"]
)
def test_what_rules_a_county_out_has_occurred_or_not_and_is_never_met(query: Any, table: str) -> None:
    words = ("veto_zh", "veto_en") if table == "shown_county_verdict" else ("standing_zh", "standing_en")
    of_veto = "true" if table == "shown_county_verdict" else "grp = 'veto'"
    found = query(
        f"select distinct {', '.join(words)} from display.{table}"
        f" where {of_veto} and county_code in ('991001', '991010', '991107') order by all"
    )
    assert found == [
        ("发生", "occurred"),
        ("未发生", "did not occur"),
        ("未报或不可计算", "not reported or not computable"),
    ]
