"""The sample county in school year 2024 against the published figures of Tongnan.

The figures are those of Tongnan's self-assessment of 2025-05-06. They are recomputed here in SQL on the CSV files,
without the generator's own arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from pathlib import Path

import duckdb
import pytest

RAW = Path(__file__).parents[2] / "seeds" / "raw"
INDICATORS = ("degree", "backbone", "arts", "area", "sports", "equipment", "media")
THRESHOLDS = {
    "primary": dict(zip(INDICATORS, ("4.2", "1", "0.9", "4.5", "7.5", "2000", "2.3"), strict=True)),
    "junior": dict(zip(INDICATORS, ("5.3", "1", "0.9", "5.8", "10.2", "2500", "2.4"), strict=True)),
}
PER_100 = {"degree", "backbone", "arts", "media"}

UNITS = (Path(__file__).parent / "sample_county_units.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    """The nine files as tables of text."""
    connection = duckdb.connect()
    for path in sorted(RAW.glob("*.csv")):
        connection.read_csv(str(path), all_varchar=True, header=True).create(path.stem)
    yield connection
    connection.close()


def one(raw: duckdb.DuckDBPyConnection, sql: str) -> tuple[object, ...]:
    """The single row that a query gives."""
    rows = raw.sql(sql).fetchall()
    assert len(rows) == 1
    return rows[0]


@dataclass(frozen=True)
class UnitValues:
    """Pupils and exact indicator values of a unit."""

    pupils: int
    stage: str
    values: dict[str, Fraction]


@pytest.fixture(scope="module")
def units(raw: duckdb.DuckDBPyConnection) -> list[UnitValues]:
    """All primary and junior units of 2024."""
    relation = raw.sql(UNITS)
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    weighted: dict[str, int] = {}
    for row in rows:
        weighted[row["unit"]] = weighted.get(row["unit"], 0) + row["pupils"] * row["weight"]
    found = []
    for row in rows:
        if row["stage"] == "senior":
            continue
        share = Fraction(row["pupils"] * row["weight"], weighted[row["unit"]])
        amount = {name: Fraction(row[name]) for name in ("degree", "backbone", "arts")}
        amount |= {name: Fraction(row[name]) * share for name in ("area", "sports", "equipment", "media")}
        values = {name: value * (100 if name in PER_100 else 1) / row["pupils"] for name, value in amount.items()}
        found.append(UnitValues(row["pupils"], row["stage"], values))
    return found


def test_it_is_called_synthetic_wherever_it_is_named(raw: duckdb.DuckDBPyConnection) -> None:
    sql = "select count(*) from schools where school_name not like '合成%' or county_name not like '%（合成样例）'"
    assert one(raw, sql) == (0,)


def test_network(raw: duckdb.DuckDBPyConnection, units: list[UnitValues]) -> None:
    sql = """
        select school_kind, count(*) from schools
        where school_year = '2024' and parent_code is null group by all
    """
    assert dict(raw.sql(sql).fetchall()) == {
        "primary": 50, "nine_year": 7, "teaching_point": 1, "junior": 12, "complete_secondary": 2, "special": 1,
    }  # fmt: skip
    assert [sum(unit.stage == stage for unit in units) for stage in ("primary", "junior")] == [58, 21]
    small = """
        select count(*) from (
            select school_code from enrolment where school_year = '2024'
            group by school_code having sum(cast(pupils as int)) < 100
        )
    """
    assert one(raw, small) == (13,)


def test_pupils_and_staff(raw: duckdb.DuckDBPyConnection) -> None:
    pupils = """
        select stage, sum(cast(pupils as int)), sum(cast(pupils as int)) filter (ownership = 'public')
        from enrolment join schools using (school_year, school_code)
        where school_year = '2024' and stage <> 'senior' group by all order by 2 desc
    """
    assert raw.sql(pupils).fetchall() == [
        ("primary", 43408, 40741), ("junior", 22382, 20052), ("special", 104, 104),
    ]  # fmt: skip
    staff = """
        select stage, count(*), count(*) filter (is_full_time_teacher = 'true')
        from staff where school_year = '2024' and stage <> 'senior' group by all order by 2 desc
    """
    assert raw.sql(staff).fetchall() == [("primary", 2859, 2769), ("junior", 1818, 1767), ("special", 24, 23)]
    disabled = """
        select sum(cast(migrant_pupils as int)), sum(cast(disabled_pupils as int))
        from enrolment where school_year = '2024'
    """
    assert one(raw, disabled) == (2377, 337)


def test_classes(raw: duckdb.DuckDBPyConnection) -> None:
    sql = """
        with unit as (
            select coalesce(parent_code, school_code) as unit, stage, max(cast(pupils as int)) as largest, count(*) as n
            from classes join schools using (school_year, school_code)
            where school_year = '2024' and stage in ('primary', 'junior') group by all
        )
        select
            sum(n), count(*) filter (stage = 'primary' and largest <= 45),
            count(*) filter (stage = 'junior' and largest <= 50)
        from unit
    """
    assert one(raw, sql) == (1547, 44, 17)


def test_five_classes_of_units(units: list[UnitValues]) -> None:
    counts = [0, 0, 0, 0, 0]
    for unit in units:
        limits = {name: Fraction(text) for name, text in THRESHOLDS[unit.stage].items()}
        ratios = sorted(unit.values[name] / limits[name] for name in limits if unit.values[name] < limits[name])
        if len(ratios) == 1:
            counts[1 if ratios[0] >= Fraction(85, 100) else 2] += 1
        else:
            counts[{0: 0, 2: 3}.get(len(ratios), 4)] += 1
    assert counts == [53, 3, 13, 6, 4]


def test_an_exact_85_percent_is_in_the_sample(units: list[UnitValues]) -> None:
    assert Fraction("6.375") in [unit.values["sports"] for unit in units if unit.stage == "primary"]


@pytest.mark.parametrize("stage", ["primary", "junior"])
@pytest.mark.parametrize("name", INDICATORS)
def test_difference_coefficients(units: list[UnitValues], stage: str, name: str) -> None:
    members = [(unit.pupils, unit.values[name]) for unit in units if unit.stage == stage]
    total = sum(pupils for pupils, _ in members)
    mean = sum(pupils * value for pupils, value in members) / total
    coefficient = sqrt(sum(pupils * (value - mean) ** 2 for pupils, value in members) / total) / mean
    published = {("primary", "sports"): "0.55", ("primary", "media"): "0.70"}
    if (stage, name) in published:
        assert f"{coefficient:.2f}" == published[(stage, name)]
    else:
        assert coefficient < {"primary": 0.50, "junior": 0.45}[stage]


def test_rooms_and_sizes(raw: duckdb.DuckDBPyConnection) -> None:
    short = """
        with site as (
            select school_code, coalesce(parent_code, school_code) as unit from schools where school_year = '2024'
        ),
        need as (
            select unit, (count(*) + 11) // 12 as needed
            from classes join site using (school_code) where school_year = '2024' group by unit
        ),
        fit as (
            select site.unit, count(*) filter (room_kind = 'music') as music, count(*) filter (room_kind = 'art') as art
            from rooms join site using (school_code)
            join schools as head on head.school_code = site.unit and head.school_year = rooms.school_year
            where rooms.school_year = '2024' and (
                cast(opened_year as int) <= 2016
                or cast(area_m2 as int) >= case room_kind when 'music' then 96 else 90 end
            ) group by site.unit
        )
        select school_kind, cast(opened_year as int) > 2016 as is_new, count(*)
        from need join schools on schools.school_code = need.unit and school_year = '2024'
        left join fit using (unit)
        where school_kind <> 'special' and least(coalesce(music, 0), coalesce(art, 0)) < needed
        group by all order by 2, 3 desc
    """
    assert raw.sql(short).fetchall() == [
        ("primary", False, 6), ("junior", False, 3), ("primary", True, 2), ("junior", True, 1),
    ]  # fmt: skip
    over = """
        with size as (
            select school_code, sum(cast(pupils as int)) as size
            from enrolment where school_year = '2024' and stage in ('primary', 'junior') group by all
        ),
        judged as (
            select school_kind, size, cast(opened_year as int) <= 2010 as is_old,
                if(school_kind = 'nine_year', 2500, 2000) as small, if(school_kind = 'nine_year', 3000, 2400) as large
            from size join schools using (school_code) where school_year = '2024'
        )
        select school_kind, count(*), count(*) filter (not (is_old and size <= large))
        from judged where size > small group by all order by 2 desc
    """
    assert raw.sql(over).fetchall() == [("primary", 5, 5), ("junior", 4, 2), ("nine_year", 1, 1)]


def test_retention_of_the_cohort_of_2024(raw: duckdb.DuckDBPyConnection) -> None:
    sql = """
        select
            sum(cast(entrants as int)), sum(cast(graduates as int)), sum(cast(transfers_in as int)),
            sum(cast(transfers_out as int)), sum(cast(suspended as int)), sum(cast(resumed as int)),
            sum(cast(deaths as int))
        from enrolment
        where stage = 'junior' and cast(grade as int) - cast(school_year as int) = 7 - 2021
    """
    assert one(raw, sql) == (8010, 8212, 439, 307, 89, 93, 4)
    blank = "select count(graduates) from enrolment where school_year = '2024'"
    assert one(raw, blank) == (0,)


def test_people(raw: duckdb.DuckDBPyConnection) -> None:
    rotation = """
        select
            count(*) filter (is_rotation_eligible = 'true'), count(*) filter (is_rotated = 'true'),
            count(*) filter (is_rotated = 'true' and is_rotation_eligible = 'true'),
            count(*) filter (is_rotated = 'true' and backbone_level in ('county', 'city', 'province', 'national'))
        from staff where school_year = '2024'
    """
    assert one(raw, rotation) == (948, 327, 327, 122)
    teachers = """
        select
            min(cast(training_hours_5y as int)) >= 360, bool_and(has_certificate = 'true'),
            cast(avg(cast(annual_pay_yuan as decimal(18, 2))) as decimal(18, 2))
        from staff where school_year = '2024' and is_full_time_teacher = 'true' and stage <> 'senior'
    """
    assert one(raw, teachers) == (True, True, Decimal("157989.00"))


def test_money(raw: duckdb.DuckDBPyConnection) -> None:
    funds = """
        select
            sum(cast(public_funds_budget_yuan as decimal(18, 2))),
            sum(cast(public_funds_budget_yuan as decimal(18, 2))) filter (school_kind = 'special'),
            bool_and(cast(training_spend_yuan as decimal(18, 2)) * 20
                >= cast(public_funds_budget_yuan as decimal(18, 2)))
        from school_funding join schools using (school_code)
        where fiscal_year = '2024' and school_year = '2024'
    """
    assert one(raw, funds) == (Decimal("59741000.00"), Decimal("624300.00"), True)
    floor = """
        with need as (
            select
                school_code,
                sum(cast(pupils as int) * case stage
                    when 'primary' then 720 when 'junior' then 940 when 'special' then 6000 else 0 end)
                + 300 * sum(cast(boarders as int))
                + 720 * greatest(0, 100 - sum(cast(pupils as int))) as floor
            from enrolment where school_year = '2024' group by all
        )
        select count(*) from need join school_funding using (school_code)
        where fiscal_year = '2024' and cast(public_funds_budget_yuan as decimal(18, 2)) < floor
    """
    assert one(raw, floor) == (0,)
    growth = """
        select now.stage, round(100 * (now.y / now.n / (old.y / old.n) - 1), 2)
        from (select stage, cast(budget_expenditure_yuan as double) as y, cast(pupils as double) as n
              from county_finance where fiscal_year = '2024') as now
        join (select stage, cast(budget_expenditure_yuan as double) as y, cast(pupils as double) as n
              from county_finance where fiscal_year = '2023') as old using (stage)
        where stage in ('primary', 'junior') order by 1
    """
    assert raw.sql(growth).fetchall() == [("junior", 4.66), ("primary", 1.55)]
    county = """
        select
            fiscal_year,
            cast(budget_expenditure_yuan as decimal(18, 2)),
            cast(teacher_mean_pay_yuan as decimal(18, 2)),
            cast(civil_servant_mean_pay_yuan as decimal(18, 2))
        from county_finance where stage = 'all' and fiscal_year >= '2023' order by 1 desc
    """
    latest, former = raw.sql(county).fetchall()
    assert latest == ("2024", Decimal(1595000000), Decimal(157989), Decimal(156259))
    assert former[:2] == ("2023", Decimal(1577000000))


def test_facts(raw: duckdb.DuckDBPyConnection) -> None:
    values = dict(
        raw.sql("select fact_id, cast(value as decimal(24, 6)) from county_facts where school_year = '2024'").fetchall()
    )
    assert (values["quality_hs_quota_share_numerator"], values["quality_hs_quota_share_denominator"]) == (2243, 3100)
    assert values["quality_hs_quota_rural_share"] == Decimal("56.53")
    assert values["disabled_enrolment_rate_numerator"] == values["disabled_enrolment_rate_denominator"] == 552
    assert values["migrant_public_share_numerator"] == values["migrant_public_share_denominator"] == 2377
    remediation = """
        select fact_id, due_year from county_facts where school_year = '2024' and status = 'remediation' order by all
    """
    assert raw.sql(remediation).fetchall() == [
        ("art_room_ratio", "2026"), ("class_size_junior", "2027"), ("class_size_primary", "2027"),
        ("music_room_ratio", "2026"), ("school_size", "2026"), ("school_size_nine_year", "2026"),
    ]  # fmt: skip
