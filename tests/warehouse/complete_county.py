"""A county that meets every condition, and variants of it that miss exactly one."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

YEAR = 2024
Row = dict[str, Any]
Tables = dict[str, list[Row]]

FIRST_GRADE = {"primary": 1, "junior": 7, "special": 1}
MOVEMENTS = {"transfers_in": 0, "transfers_out": 0, "suspended": 0, "resumed": 0, "deaths": 0}
DOCUMENTS = (
    "planning_layout",
    "four_unifications",
    "post_allocation",
    "it_use",
    "moral_culture",
    "curriculum",
    "no_overload",
    "apply_monitoring_high",
)
FIGURES = {
    "nearby_rate_primary": 100,
    "nearby_rate_junior": 95,
    "quality_hs_quota_share": 50,
    "migrant_public_share": 85,
    "disabled_enrolment_rate": 95,
    "charter_and_it_management": 100,
    "naea_level": 3,
    "naea_school_gap": Decimal("0.149999"),
    "social_recognition": 85,
    "veto_exam_admission": 0,
    "veto_school_choice": 0,
    "veto_key_school_class": 0,
    "veto_unfilled_posts": 0,
    "veto_safety_discipline": 0,
    "veto_falsification": 0,
    "apply_basic_balance_3y": 3,
}
# school -> kind, stage, pupils, classes, public funds per year: quota × pupils, 100 pupils for the smallest one
SCHOOLS = {
    "1": ("primary", "primary", 400, 10, 400 * 720),
    "2": ("teaching_point", "primary", 80, 2, 100 * 720),
    "3": ("junior", "junior", 200, 4, 200 * 940),
    "4": ("special", "special", 10, 1, 10 * 6000),
}


def complete(county: str) -> Tables:
    """Two primary schools, a junior school and a special school; what can stand exactly on a threshold does."""
    tables: Tables = defaultdict(list)
    for number, (kind, stage, pupils, classes, budget) in SCHOOLS.items():
        school = county + number
        key = {"school_year": YEAR, "school_code": school}
        for year in range(YEAR - 3, YEAR + 1):
            tables["schools"].append(
                {
                    "school_year": year,
                    "school_code": school,
                    "school_name": f"合成{school}",
                    "county_code": county,
                    "school_kind": kind,
                    "ownership": "public",
                    "area_kind": "town",
                    "opened_year": 2020,
                    "is_boarding": False,
                }
            )
        grade = FIRST_GRADE[stage]
        tables["enrolment"].append(
            key | {"stage": stage, "grade": grade, "pupils": pupils, "boarders": 0, "migrant_pupils": 0} | MOVEMENTS
        )
        for number_of_class in range(classes):
            tables["classes"].append(
                key | {"stage": stage, "grade": grade, "class_no": str(number_of_class), "pupils": pupils // classes}
            )
        for number_of_teacher in range(pupils // 10):
            tables["staff"].append(
                key
                | {
                    "staff_id": f"{school}-{number_of_teacher}",
                    "stage": stage,
                    "is_full_time_teacher": True,
                    "degree": "bachelor",
                    "backbone_level": "county",
                    "subject": "音乐",
                    "has_certificate": True,
                    "training_hours_5y": 360,
                    "is_rotation_eligible": True,
                    "is_rotated": True,
                }
            )
        tables["facilities"].append(
            key
            | {
                "teaching_area_m2": 10 * pupils,
                "indoor_sports_area_m2": 0,
                "sports_ground_area_m2": 12 * pupils,
                "equipment_value_wan": Decimal(3000 * pupils) / 10000,
                "multimedia_rooms": pupils // 20,
            }
        )
        for room_kind, area in (("music", 96), ("art", 90)):
            tables["rooms"].append(key | {"room_id": room_kind, "room_kind": room_kind, "area_m2": area})
        tables["school_funding"].append(
            {
                "fiscal_year": YEAR,
                "school_code": school,
                "public_funds_budget_yuan": budget,
                "public_funds_spend_yuan": budget,
                "training_spend_yuan": Decimal(budget) * 5 / 100,
                "total_spend_yuan": budget,
            }
        )
    junior = {"school_code": county + "3", "stage": "junior", "pupils": 100, "boarders": 0} | MOVEMENTS
    for years_ago, grade, flow in (
        (3, 7, {"entrants": 100}),
        (2, 8, {}),
        (1, 9, {"graduates": 95}),
    ):
        tables["enrolment"].append(junior | {"school_year": YEAR - years_ago, "grade": grade} | flow)
    tables["county_finance"].append(
        {
            "fiscal_year": YEAR,
            "county_code": county,
            "stage": "all",
            "budget_expenditure_yuan": 1000000,
            "pupils": 690,
            "teacher_mean_pay_yuan": 100000,
            "civil_servant_mean_pay_yuan": 100000,
        }
    )
    fact = {"school_year": YEAR, "county_code": county}
    tables["county_facts"] = [fact | {"fact_id": name, "status": "met"} for name in DOCUMENTS]
    tables["county_facts"] += [fact | {"fact_id": name, "value": value} for name, value in FIGURES.items()]
    return tables


def without_table(county: str, table: str) -> Tables:
    """The complete county with one raw table missing."""
    tables = complete(county)
    del tables[table]
    return tables


def with_cells(county: str, table: str, changes: Row, **where: Any) -> Tables:
    """The complete county with cells changed in the rows that `where` describes; at least one row must fit."""
    tables = complete(county)
    fitting = [row for row in tables[table] if all(row.get(name) == value for name, value in where.items())]
    assert fitting, f"no row of {table} fits {where}"
    for row in fitting:
        row.update(changes)
    return tables


def with_fact(county: str, fact_id: str, **cells: Any) -> Tables:
    """The complete county with one fact replaced; no cells at all: the fact is not reported."""
    tables = complete(county)
    fact = {"school_year": YEAR, "county_code": county, "fact_id": fact_id}
    tables["county_facts"] = [row for row in tables["county_facts"] if row["fact_id"] != fact_id]
    if cells:
        tables["county_facts"].append(fact | cells)
    return tables


def with_empty_school(county: str) -> Tables:
    """The complete county and a school without pupils, of which nothing else is reported."""
    tables = complete(county)
    empty = next(row for row in tables["schools"] if row["school_code"] == county + "1" and row["school_year"] == YEAR)
    tables["schools"].append(empty | {"school_code": county + "9"})
    tables["enrolment"].append(
        {"school_year": YEAR, "school_code": county + "9", "stage": "primary", "grade": 1, "pupils": 0}
    )
    return tables


def with_campus(county: str) -> Tables:
    """The complete county, a quarter of its first school entered as a campus: pupils, classes, rooms, money."""
    tables = complete(county)
    main, campus = county + "1", county + "1b"
    tables["schools"] += [
        row | {"school_code": campus, "parent_code": main} for row in tables["schools"] if row["school_code"] == main
    ]
    for row in tables["classes"] + tables["rooms"]:
        if row["school_code"] == main and (row.get("class_no") in ("0", "1") or row.get("room_id") == "music"):
            row["school_code"] = campus
    for table in ("enrolment", "facilities", "school_funding"):
        row = next(row for row in tables[table] if row["school_code"] == main)
        quarter = {
            name: Decimal(value) / 4
            for name, value in row.items()
            if name == "pupils" or name == "multimedia_rooms" or name.endswith(("_m2", "_wan", "_yuan"))
        }
        tables[table].append(row | quarter | {"school_code": campus})
        row.update({name: row[name] - value for name, value in quarter.items()})
    return tables
