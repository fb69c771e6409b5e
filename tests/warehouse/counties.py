"""Small counties, each made to show one rule. Every county has its own code, so that one build serves all tests."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

YEAR = 2024
FIRST_GRADE = {"primary": 1, "junior": 7, "senior": 10, "special": 1}
Tables = dict[str, list[dict[str, Any]]]


class County:
    """Collects raw rows of one county. Quantities are of a whole site; areas in ㎡, equipment in yuan."""

    def __init__(self, code: str, year: int = YEAR) -> None:
        self.code = code
        self.year = year
        self.tables: Tables = defaultdict(list)

    def school(self, code: str, kind: str, parent: str | None = None, **cells: Any) -> str:
        """Add a school, campus or teaching point; returns its code."""
        row = {
            "school_year": self.year,
            "school_code": code,
            "school_name": f"合成{code}",
            "county_code": self.code,
            "school_kind": kind,
            "ownership": "public",
            "area_kind": "rural",
            "parent_code": parent,
            "opened_year": 2000,
        }
        self.tables["schools"].append(row | cells)
        return code

    def pupils(self, school: str, stage: str, pupils: int | None) -> None:
        """All pupils of a stage in its first grade."""
        self.tables["enrolment"].append(
            {
                "school_year": self.year,
                "school_code": school,
                "stage": stage,
                "grade": FIRST_GRADE[stage],
                "pupils": pupils,
            }
        )

    def teachers(self, school: str, stage: str, count: int, **cells: Any) -> None:
        """Full-time teachers; by default each is a bachelor, of county backbone level, and teaches music."""
        for _ in range(count):
            number = len(self.tables["staff"])
            row = {
                "school_year": self.year,
                "school_code": school,
                "staff_id": f"{self.code}-{number}",
                "stage": stage,
                "is_full_time_teacher": True,
                "degree": "bachelor",
                "backbone_level": "county",
                "subject": "音乐",
            }
            self.tables["staff"].append(row | cells)

    def facilities(self, school: str, *, teaching: Any, sports: Any, equipment: Any, rooms: Any) -> None:
        """One row of facilities without indoor sports rooms."""
        self.tables["facilities"].append(
            {
                "school_year": self.year,
                "school_code": school,
                "teaching_area_m2": teaching,
                "indoor_sports_area_m2": 0,
                "sports_ground_area_m2": sports,
                "equipment_value_wan": None if equipment is None else Decimal(equipment) / 10000,
                "multimedia_rooms": rooms,
            }
        )

    def plain_primary(self, code: str, pupils: int = 1000, **changes: Any) -> str:
        """A primary school of which every indicator stands exactly on its threshold, but for the given changes."""
        amounts: dict[str, Any] = {"teachers": pupils * 42 // 1000, "rooms": pupils * 23 // 1000}
        amounts |= {"teaching": Decimal("4.5") * pupils, "sports": Decimal("7.5") * pupils, "equipment": 2000 * pupils}
        amounts |= changes
        self.school(code, "primary")
        self.pupils(code, "primary", pupils)
        self.teachers(code, "primary", amounts.pop("teachers"))
        self.facilities(code, **amounts)
        return code


def coefficient_example() -> County:
    """The published example of the difference coefficient: pupils and books, here as equipment in yuan."""
    county = County("990001")
    for number, (pupils, books) in enumerate([(45, 279), (37, 137), (89, 935), (76, 160), (55, 402)]):
        county.plain_primary(f"10{number}", pupils, teachers=1, equipment=books, rooms=1)
    return county


def coefficient_example_in_other_units() -> County:
    """The same schools in another order, the amounts in another unit (a hundred times)."""
    county = County("990002")
    for number, (pupils, books) in enumerate([(55, 402), (76, 160), (45, 279), (89, 935), (37, 137)]):
        county.plain_primary(f"20{number}", pupils, teachers=1, equipment=100 * books, rooms=1)
    return county


def shared_facilities() -> County:
    """A nine-year school (the published 166 + 210 pupils, 23 226 books), a complete secondary, a twelve-year school."""
    county = County("990003")
    for code, kind, stages, equipment in [
        ("301", "nine_year", {"primary": 166, "junior": 210}, 23226),
        ("302", "complete_secondary", {"junior": 300, "senior": 200}, 54000),
        ("303", "twelve_year", {"primary": 100, "junior": 200, "senior": 300}, 71600),
    ]:
        county.school(code, kind)
        for stage, pupils in stages.items():
            county.pupils(code, stage, pupils)
            county.teachers(code, stage, 5)
        county.facilities(code, teaching=100, sports=100, equipment=equipment, rooms=10)
    return county


def with_teaching_point() -> County:
    """A primary school and its teaching point, each with rows of its own."""
    county = County("990004")
    county.plain_primary("401", 200)
    county.school("402", "teaching_point", parent="401")
    county.pupils("402", "primary", 30)
    county.teachers("402", "primary", 3, degree="associate")
    county.facilities("402", teaching=120, sports="90.5", equipment=50000, rooms=2)
    return county


def entered_merged() -> County:
    """The same school with its teaching point, entered as one."""
    county = County("990005")
    county.plain_primary("501", 230, teachers=8, teaching=1020, sports="1590.5", equipment=450000, rooms=6)
    county.teachers("501", "primary", 3, degree="associate")
    return county


def on_the_line() -> County:
    """Exactly on the thresholds, exactly 85 % of one, a hair below 85 %, five met, four met."""
    county = County("990006")
    county.plain_primary("601")
    county.plain_primary("602", equipment=1700 * 1000)
    county.plain_primary("603", equipment=1700 * 1000 - 1)
    county.plain_primary("604", equipment=1999 * 1000, rooms=22)
    county.plain_primary("605", equipment=1999 * 1000, rooms=22, sports=7499)
    return county


def with_empty_school() -> County:
    """The same as on_the_line, and a school that has no pupils."""
    county = County("990007")
    for row in on_the_line().tables["schools"]:
        county.tables["schools"].append(row | {"county_code": county.code, "school_code": "7" + row["school_code"]})
    for table in ("enrolment", "staff", "facilities"):
        for row in on_the_line().tables[table]:
            changes = {"school_code": "7" + row["school_code"]}
            changes |= {"staff_id": "7" + row["staff_id"]} if table == "staff" else {}
            county.tables[table].append(row | changes)
    county.school("7699", "primary")
    county.pupils("7699", "primary", 0)
    return county


def close_to_the_limit() -> County:
    """Two equal schools at 1 ± d of the mean: the coefficient is d. 0.5 exactly for areas, 0.501787 for equipment."""
    county = County("990008")
    county.plain_primary("801", sports=15000, equipment=1501787)
    county.plain_primary("802", sports=5000, equipment=498213)
    return county


def with_holes() -> County:
    """Schools each lacking one thing (901: facilities of its teaching point): a gap is never 0 and never met."""
    county = County("990009")
    county.plain_primary("901")
    county.plain_primary("902", equipment=None)
    county.plain_primary("903", teachers=0)
    county.plain_primary("904")
    county.teachers("904", "primary", 1, degree=None)
    county.plain_primary("905")
    county.pupils("905", "junior", None)
    county.school("906", "primary")
    county.school("907", "teaching_point", parent="901")
    county.pupils("907", "primary", 20)
    county.teachers("907", "primary", 1)
    return county


def left_out() -> County:
    """Schools that are not judged, each with its reason, beside one that is."""
    county = County("990010")
    county.plain_primary("A01")
    county.school("A02", "special")
    county.pupils("A02", "special", 60)
    county.school("A03", "vocational")
    county.school("A04", "senior")
    county.pupils("A04", "senior", 900)
    county.school("A05", "teaching_point")
    county.pupils("A05", "primary", 49)
    county.school("A06", "teaching_point")
    county.pupils("A06", "primary", 50)
    return county


COUNTIES = [
    coefficient_example,
    coefficient_example_in_other_units,
    shared_facilities,
    with_teaching_point,
    entered_merged,
    on_the_line,
    with_empty_school,
    close_to_the_limit,
    with_holes,
    left_out,
]


def all_tables() -> Tables:
    """The rows of every small county together."""
    together: Tables = defaultdict(list)
    for make in COUNTIES:
        for table, rows in make().tables.items():
            together[table].extend(rows)
    return together
