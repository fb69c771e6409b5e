"""What must hold in clean raw tables of every year, apart from any published figure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from fractions import Fraction

from tools.sample_county import targets
from tools.sample_county.indicators import FACILITY_INDICATORS
from tools.sample_county.money import BOARDER_SUPPLEMENT, QUOTA
from tools.sample_county.plan import GRADES
from tools.sample_county.read_back import RawTables
from tools.sample_county.write import read_contract

MOVEMENT_SIGN = {"transfers_in": 1, "transfers_out": -1, "suspended": -1, "resumed": 1, "deaths": -1}


def mistakes(tables: RawTables) -> list[str]:
    """Sentences about rows that a careful reader of the files would send back; empty when the sample is clean."""
    found = [*_keys(tables)]
    for year in targets.YEARS:
        found += [*_pupils(tables, year), *_staff(tables, year), *_facilities(tables, year), *_funding(tables, year)]
    for year in targets.YEARS[1:]:
        found += [*_cohorts(tables, year), *_changes(tables, year)]
    return found


def _keys(tables: RawTables) -> Iterable[str]:
    for name, columns in read_contract().items():
        keys = [column["column_name"] for column in columns if column["is_key"] == "true"]
        for key, count in Counter(tuple(row[k] for k in keys) for row in tables.of(name)).items():
            if count > 1:
                yield f"{name}: {count} rows with the key {key}"
    known = {(row["school_year"], row["school_code"]) for row in tables.of("schools")}
    for name, rows in tables.rows.items():
        for row in rows:
            code, parent = row.get("school_code"), row.get("parent_code")
            year = row.get("school_year", row.get("fiscal_year"))
            if any(c and (year, c) not in known for c in (code, parent)):
                yield f"{name}: {year} {code} {parent} is no school of that year"
            if code and not (len(code) == 10 and code.isdigit()):
                yield f"{name}: {code} is no code of ten digits"


def _pupils(tables: RawTables, year: int) -> Iterable[str]:
    in_classes: dict[tuple[str, str, int], int] = defaultdict(int)
    for row in tables.of("classes", year):
        in_classes[(row["school_code"], row["stage"], row["grade"])] += row["pupils"]
        if not 2 <= row["pupils"] <= 58:
            yield f"classes {year}: a class of {row['pupils']} in {row['school_code']}"
    for row in tables.of("enrolment", year):
        cell = (row["school_code"], row["stage"], row["grade"])
        if in_classes.pop(cell, 0) != row["pupils"]:
            yield f"enrolment {year}: classes of {cell} do not add up"
        first, last = GRADES[row["stage"]][0], GRADES[row["stage"]][-1]
        if row["entrants"] != (row["pupils"] if row["grade"] == first else None):
            yield f"enrolment {year}: entrants of {cell}"
        if (row["graduates"] is None) != (row["grade"] != last or year == targets.LAST_YEAR):
            yield f"enrolment {year}: graduates of {cell}"
        if row["pupils"] <= 0 or any(
            (row[c] or 0) > row["pupils"] for c in ("boarders", "migrant_pupils", "disabled_pupils")
        ):
            yield f"enrolment {year}: more boarders, migrants or disabled than pupils in {cell}"
    if in_classes:
        yield f"classes {year}: without enrolment {sorted(in_classes)[:3]}"


def _staff(tables: RawTables, year: int) -> Iterable[str]:
    for row in tables.of("staff", year):
        if row["is_full_time_teacher"] and not all(row[c] for c in ("degree", "backbone_level", "subject")):
            yield f"staff {year}: {row['staff_id']} lacks degree, backbone level or subject"
        if row["is_rotated"] and not row["is_rotation_eligible"]:
            yield f"staff {year}: {row['staff_id']} rotated without being eligible"
        if not row["is_full_time_teacher"] and row["backbone_level"] != "none":
            yield f"staff {year}: {row['staff_id']} is backbone but no full-time teacher"
    schools = {row["school_code"] for row in tables.of("schools", year)}
    for code in schools - {row["school_code"] for row in tables.of("staff", year) if row["is_full_time_teacher"]}:
        yield f"staff {year}: no full-time teacher in {code}"


def _facilities(tables: RawTables, year: int) -> Iterable[str]:
    rows = {row["school_code"]: row for row in tables.of("facilities", year)}
    for row in tables.of("schools", year):
        if row["school_code"] not in rows:
            yield f"facilities {year}: none of {row['school_code']}"
    for code, row in rows.items():
        if row["indoor_sports_area_m2"] >= row["teaching_area_m2"]:
            yield f"facilities {year}: sports hall of {code} larger than its teaching area"
        if any(
            row[c] <= 0
            for c in ("teaching_area_m2", "sports_ground_area_m2", "equipment_value_wan", "multimedia_rooms")
        ):
            yield f"facilities {year}: {code} has no {FACILITY_INDICATORS}"


def _funding(tables: RawTables, year: int) -> Iterable[str]:
    needs: dict[str, Fraction] = defaultdict(Fraction)
    pupils: dict[str, int] = defaultdict(int)
    for row in tables.of("enrolment", year):
        code, quota = row["school_code"], QUOTA[year]
        if row["stage"] in quota:
            needs[code] += quota[row["stage"]] * row["pupils"]
            needs[code] += (quota["special"] - quota[row["stage"]]) * (row["disabled_pupils"] or 0)
            pupils[code] += row["pupils"]
        needs[code] += BOARDER_SUPPLEMENT[year] * row["boarders"]
    for row in tables.of("school_funding", year):
        code, budget = row["school_code"], row["public_funds_budget_yuan"]
        floor = needs[code] + QUOTA[year]["primary"] * max(0, 100 - pupils[code])
        if budget < floor:
            yield f"school_funding {year}: {code} gets {budget} of {floor} yuan"
        if row["training_spend_yuan"] * 100 < budget * 5:
            yield f"school_funding {year}: {code} spends less than 5 % on training"
        if not row["training_spend_yuan"] <= row["public_funds_spend_yuan"] <= row["total_spend_yuan"]:
            yield f"school_funding {year}: spending of {code} is not nested"


def _stocks(tables: RawTables, year: int) -> dict[tuple[str, str, int], int]:
    return {(r["school_code"], r["stage"], r["grade"]): r["pupils"] for r in tables.of("enrolment", year)}


def _cohorts(tables: RawTables, year: int) -> Iterable[str]:
    """A grade is what the grade below was a year before, plus and minus what moved; 2 % is left for the unrecorded."""
    stock = _stocks(tables, year)
    for row in tables.of("enrolment", year - 1):
        now = stock.get((row["school_code"], row["stage"], row["grade"] + 1))
        if now is None:
            continue
        expected = row["pupils"] + sum(sign * row[name] for name, sign in MOVEMENT_SIGN.items())
        if abs(now - expected) > 1 + row["pupils"] * Fraction(2, 100):
            yield f"enrolment {year}: {row['school_code']} grade {row['grade'] + 1} has {now}, expected {expected}"


def _changes(tables: RawTables, year: int) -> Iterable[str]:
    for table, column, tolerance in (
        ("enrolment", "pupils", Fraction(12, 100)),
        ("facilities", "teaching_area_m2", Fraction(18, 100)),
        ("facilities", "sports_ground_area_m2", Fraction(18, 100)),
        ("facilities", "equipment_value_wan", Fraction(18, 100)),
        ("school_funding", "public_funds_budget_yuan", Fraction(60, 100)),
    ):
        before, now = (_totals(tables, table, column, y) for y in (year - 1, year))
        for code, amount in before.items():
            if abs(now[code] - amount) > amount * tolerance + 12:
                yield f"{table} {year}: {column} of {code} went from {float(amount)} to {float(now[code])}"
    staff, former = ({row["staff_id"] for row in tables.of("staff", y)} for y in (year, year - 1))
    if len(staff & former) < len(former) * Fraction(9, 10):
        yield f"staff {year}: only {len(staff & former)} of {len(former)} stayed"
    finance = {(row["fiscal_year"], row["stage"]): row for row in tables.of("county_finance")}
    for stage in ("all", "primary", "junior", "special"):
        now_row, before_row = finance[(year, stage)], finance[(year - 1, stage)]
        if now_row["budget_expenditure_yuan"] < before_row["budget_expenditure_yuan"]:
            yield f"county_finance {year}: budget of {stage} fell"
        if (
            now_row["budget_expenditure_yuan"] * before_row["pupils"]
            <= before_row["budget_expenditure_yuan"] * now_row["pupils"]
        ):
            yield f"county_finance {year}: budget per pupil of {stage} did not rise"


def _totals(tables: RawTables, table: str, column: str, year: int) -> dict[str, Fraction]:
    totals: dict[str, Fraction] = defaultdict(Fraction)
    for row in tables.of(table, year):
        totals[row["school_code"]] += row[column]
    return totals
