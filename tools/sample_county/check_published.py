"""Every published figure, recomputed from the CSV files as they stand on disk."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil

from tools.sample_county import targets
from tools.sample_county.indicators import INDICATORS
from tools.sample_county.read_back import RawTables, Row
from tools.sample_county.units import COUNTY_AND_UP, county_variation, institution_of, units_of

YEAR = targets.LAST_YEAR
Finding = tuple[str, object, object]  # figure, found, published


def published_figures(tables: RawTables) -> list[Finding]:
    """Each published figure with what the files give; the sample is right when the two are equal everywhere."""
    return [
        *_network(tables),
        *_pupils_and_classes(tables),
        *_people(tables),
        *_resources(tables),
        *_rooms(tables),
        *_sizes(tables),
        *_retention(tables),
        *_money(tables),
        *_facts(tables),
    ]


def _network(tables: RawTables) -> Iterable[Finding]:
    schools = [row for row in tables.of("schools", YEAR) if row["school_kind"] != "special"]
    kinds = Counter(row["school_kind"] for row in schools if not row["parent_code"])
    yield "kinds", dict(kinds), targets.KINDS
    yield "institutions", sum(kinds.values()), targets.INSTITUTIONS
    units = Counter(unit.stage for unit in units_of(tables, YEAR))
    yield "units", dict(units), targets.UNITS
    size = _pupils_by(tables, "school_code")
    small = [row for row in schools if size[row["school_code"]] < 100]
    yield "small sites", len(small), targets.SMALL_SITES
    yield "small sites in the countryside", {row["area_kind"] for row in small}, {"rural"}
    nearby = [
        row
        for row in schools
        if row["ownership"] == "public" and row["area_kind"] in ("urban", "town") and not row["is_boarding"]
    ]
    yield "public non-boarding schools in towns", len(nearby), 50


def _pupils_by(tables: RawTables, column: str, stages: tuple[str, ...] = ("primary", "junior")) -> dict[str, int]:
    pupils: dict[str, int] = defaultdict(int)
    for row in tables.of("enrolment", YEAR):
        if row["stage"] in stages:
            pupils[row[column]] += row["pupils"]
    return pupils


def _pupils_and_classes(tables: RawTables) -> Iterable[Finding]:
    stages = _pupils_by(tables, "stage", ("primary", "junior", "special"))
    yield "pupils", dict(stages), targets.PUPILS
    public = {row["school_code"] for row in tables.of("schools", YEAR) if row["ownership"] == "public"}
    for stage, expected in targets.PUBLIC_PUPILS.items():
        rows = [row for row in tables.of("enrolment", YEAR) if row["stage"] == stage and row["school_code"] in public]
        yield f"public pupils, {stage}", sum(row["pupils"] for row in rows), expected
    compulsory = [row for row in tables.of("classes", YEAR) if row["stage"] in targets.CLASS_LIMIT]
    yield "classes", len(compulsory), targets.COMPULSORY_CLASSES
    owner = institution_of(tables, YEAR)
    largest: dict[tuple[str, str], int] = defaultdict(int)
    for row in compulsory:
        unit = (owner[row["school_code"]], row["stage"])
        largest[unit] = max(largest[unit], row["pupils"])
    within = Counter(stage for (_, stage), size in largest.items() if size <= targets.CLASS_LIMIT[stage])
    yield "units within the class limit", dict(within), targets.UNITS_WITHIN_CLASS_LIMIT
    yield "migrant pupils", _sum(tables.of("enrolment", YEAR), "migrant_pupils"), targets.MIGRANT_PUPILS
    disabled = _sum(tables.of("enrolment", YEAR), "disabled_pupils")
    yield "disabled pupils in ordinary schools", disabled, targets.DISABLED_IN_ORDINARY_SCHOOLS


def _sum(rows: Iterable[Row], column: str) -> int:
    return sum(row[column] or 0 for row in rows)


def _people(tables: RawTables) -> Iterable[Finding]:
    staff = tables.of("staff", YEAR)
    compulsory = [row for row in staff if row["stage"] in targets.STAFF]
    yield "staff", dict(Counter(row["stage"] for row in compulsory)), targets.STAFF
    teachers = [row for row in compulsory if row["is_full_time_teacher"]]
    yield "full-time teachers", dict(Counter(row["stage"] for row in teachers)), targets.FULL_TIME
    on_post = Counter(row["stage"] for row in compulsory if row["is_on_post"])
    for stage, posts in targets.PUBLIC_POSTS.items():
        yield f"staff on post within the posts, {stage}", on_post[stage] <= posts, True
    rotated = [row for row in staff if row["is_rotated"]]
    yield "eligible for rotation", sum(row["is_rotation_eligible"] for row in staff), targets.ROTATION["eligible"]
    yield "rotated", len(rotated), targets.ROTATION["rotated"]
    yield "rotated are eligible", all(row["is_rotation_eligible"] for row in rotated), True
    backbone = sum(row["backbone_level"] in COUNTY_AND_UP for row in rotated)
    yield "rotated backbone", backbone, targets.ROTATION["backbone"]
    yield "all certified", all(row["has_certificate"] for row in teachers), True
    yield "all trained", all(row["training_hours_5y"] >= 360 for row in teachers), True
    yield "mean pay", sum(row["annual_pay_yuan"] for row in compulsory) / len(compulsory), targets.TEACHER_PAY_YUAN


def _resources(tables: RawTables) -> Iterable[Finding]:
    units = units_of(tables, YEAR)
    yield "classes of units", dict(Counter(unit.verdict for unit in units)), targets.UNIT_CLASSES
    for stage, limit in targets.CV_LIMIT.items():
        for indicator in INDICATORS:
            value = Decimal(county_variation(units, stage, indicator))
            published = targets.PUBLISHED_CV.get((stage, indicator))
            if published:
                rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
                yield f"difference coefficient, {stage} {indicator}", str(rounded), published
            else:
                yield f"difference coefficient within {limit}, {stage} {indicator}", value < Decimal(limit), True


def _rooms(tables: RawTables) -> Iterable[Finding]:
    owner = institution_of(tables, YEAR)
    classes = Counter(owner[row["school_code"]] for row in tables.of("classes", YEAR))
    rooms: dict[tuple[str, str], list[Fraction]] = defaultdict(list)
    for row in tables.of("rooms", YEAR):
        rooms[(owner[row["school_code"]], row["room_kind"])].append(row["area_m2"])
    short: Counter[tuple[str, str]] = Counter()
    for row in tables.of("schools", YEAR):
        if row["parent_code"] or row["school_kind"] == "special":
            continue
        needed = ceil(classes[row["school_code"]] / 12)
        is_old = row["opened_year"] <= 2016
        for kind, least in (("music", 96), ("art", 90)):
            fit = [area for area in rooms[(row["school_code"], kind)] if is_old or area >= least]
            if len(fit) < needed:
                short[(row["school_kind"], "up to 2016" if is_old else "after 2016")] += 1
                break
    yield (
        "schools short of music or art rooms",
        dict(short),
        {
            ("primary", "up to 2016"): 6,
            ("junior", "up to 2016"): 3,
            ("primary", "after 2016"): 2,
            ("junior", "after 2016"): 1,
        },
    )


def _sizes(tables: RawTables) -> Iterable[Finding]:
    pupils = _pupils_by(tables, "school_code")
    over: Counter[str] = Counter()
    not_exempt: Counter[str] = Counter()
    for row in tables.of("schools", YEAR):
        limit, exempt_limit = (2500, 3000) if row["school_kind"] == "nine_year" else (2000, 2400)
        size = pupils[row["school_code"]]
        if size > limit:
            over[row["school_kind"]] += 1
            not_exempt[row["school_kind"]] += not (row["opened_year"] <= 2010 and size <= exempt_limit)
    yield "schools over size", dict(over), {"primary": 5, "junior": 4, "nine_year": 1}
    yield "schools over size and not exempt", dict(not_exempt), {"primary": 5, "junior": 2, "nine_year": 1}


def _retention(tables: RawTables) -> Iterable[Finding]:
    by_step = {
        (year, grade): [
            row for row in tables.of("enrolment", year) if row["grade"] == grade and row["stage"] == "junior"
        ]
        for year, grade in ((2021, 7), (2022, 8), (2023, 9))
    }
    steps = [row for rows in by_step.values() for row in rows]
    yield "entrants", _sum(by_step[(2021, 7)], "entrants"), targets.COHORT_ENTRANTS
    yield "graduates", _sum(by_step[(2023, 9)], "graduates"), targets.COHORT_GRADUATES
    for name, expected in targets.COHORT_MOVEMENTS.items():
        yield f"cohort {name}", _sum(steps, name), expected
    lowest = min(_school_retention([row for row in steps if row["school_code"] == code]) for code in
                 {row["school_code"] for row in steps})  # fmt: skip
    yield "retention of every school above 95 %", lowest > Fraction("0.95"), True


def _school_retention(rows: list[Row]) -> Fraction:
    remained = _sum(rows, "graduates") - _sum(rows, "transfers_in") + _sum(rows, "transfers_out")
    remained += _sum(rows, "suspended") - _sum(rows, "resumed") + _sum(rows, "deaths")
    return Fraction(remained, _sum([row for row in rows if row["grade"] == 7], "entrants"))


def _money(tables: RawTables) -> Iterable[Finding]:
    budgets = {row["school_code"]: row["public_funds_budget_yuan"] for row in tables.of("school_funding", YEAR)}
    yield "public funds", sum(budgets.values()), targets.PUBLIC_FUNDS_YUAN
    special = [row["school_code"] for row in tables.of("schools", YEAR) if row["school_kind"] == "special"]
    yield "public funds of the special school", sum(budgets[c] for c in special), targets.SPECIAL_SCHOOL_FUNDS_YUAN
    finance = {(row["fiscal_year"], row["stage"]): row for row in tables.of("county_finance")}
    for year, amount in targets.COUNTY_BUDGET_YUAN.items():
        yield f"budget {year}", finance[(year, "all")]["budget_expenditure_yuan"], amount
    yield "pay of teachers", finance[(YEAR, "all")]["teacher_mean_pay_yuan"], targets.TEACHER_PAY_YUAN
    pay = finance[(YEAR, "all")]["civil_servant_mean_pay_yuan"]
    yield "pay of civil servants", pay, targets.CIVIL_SERVANT_PAY_YUAN
    for stage, growth in targets.GROWTH_PER_PUPIL_PERCENT.items():
        now, before = finance[(YEAR, stage)], finance[(YEAR - 1, stage)]
        ratio = (now["budget_expenditure_yuan"] / now["pupils"]) / (
            before["budget_expenditure_yuan"] / before["pupils"]
        )
        percent = Decimal(str(round(float((ratio - 1) * 100), 6))).quantize(Decimal("0.01"), ROUND_HALF_UP)
        yield f"growth per pupil, {stage}", str(percent), growth


def _facts(tables: RawTables) -> Iterable[Finding]:
    facts = {row["fact_id"]: row for row in tables.of("county_facts", YEAR)}
    for fact_id, value in {
        "quality_hs_quota_share_numerator": 2243,
        "quality_hs_quota_share_denominator": 3100,
        "quality_hs_quota_rural_share": Fraction("56.53"),
        "migrant_public_share_numerator": targets.MIGRANT_PUPILS,
        "migrant_public_share_denominator": targets.MIGRANT_PUPILS,
        "disabled_enrolment_rate_numerator": 552,
        "disabled_enrolment_rate_denominator": 552,
        "charter_and_it_management": 100,
    }.items():
        yield fact_id, facts[fact_id]["value"], value
    for fact_id, due_year in {
        "music_room_ratio": 2026,
        "art_room_ratio": 2026,
        "school_size": 2026,
        "school_size_nine_year": 2026,
        "class_size_primary": 2027,
        "class_size_junior": 2027,
    }.items():
        yield fact_id, (facts[fact_id]["status"], facts[fact_id]["due_year"]), ("remediation", due_year)
    for stage in ("primary", "junior"):
        numerator, denominator = (
            facts[f"nearby_rate_{stage}_{part}"]["value"] for part in ("numerator", "denominator")
        )
        yield f"nearby enrolment, {stage}", numerator == denominator > 0, True
    pending = {fact_id for fact_id, row in facts.items() if row["status"] == "pending"}
    yield "pending", pending, {"naea_level", "naea_school_gap", "social_recognition"}
    vetoes = [row["value"] for fact_id, row in facts.items() if fact_id.startswith("veto_")]
    yield "vetoes", vetoes, [0] * 6
