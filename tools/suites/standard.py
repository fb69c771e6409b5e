"""Suites of the national standard, from `thresholds.csv`, `indicators.csv` and `standard.toml`.

A rule never holds a number of the law: it names a parameter (`<indicator>__<stage>`) that is filled from the
warehouse's own seeds when the suite runs. Only the direction of the comparison is written into the suite.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from suites.json_shape import Json, expectation_of, read_seed, suite_of

RULES = Path(__file__).with_name("standard.toml")
STANDARD = "cn_2017"
# What a double may be off at its threshold. The marts judge exact decimals, the suites the value, a double: one that is
# exactly at its threshold may come out a hair beyond it. Far below the smallest step between two real values.
DUST_OF_VALUES = "0.0000000001"
# A difference coefficient has no exact decimal: the mart allows the same.
DUST_OF_COEFFICIENTS = "0.000000000001"
UNIT_KEYS = ["school_year", "county_code", "school_code", "stage"]
CLASS_SIZES = ("class_size_primary", "class_size_junior")
SCHOOL_ITEMS = (
    *CLASS_SIZES,
    "school_size",
    "school_size_nine_year",
    "music_room_ratio",
    "art_room_ratio",
    "training_fund_share",
    "small_school_funding",
)
COUNTY_GROUPS = {"government", "quality", "social", "veto", "application"}
# The seven thresholds, exact: the value is multiplied out and never divided.
SCHOOL_RULE = """
with batch_rows as (select * from {{batch}}),
valid_thresholds as (
    select t.indicator_id, t.stage, t.value, t.floor_ratio, t.valid_from, t.valid_to
    from standards.thresholds as t
    where t.jurisdiction = 'CN' and t.standard_id = '{standard}' and t.case_id = 'ordinary' and t.stage = '{stage}'
),
judged as (
    select
        u.school_year, u.county_code, u.school_code, u.stage,
        count(*) as indicators,
        count(*) filter (where u.numerator * i.scale >= v.value * u.denominator) as met,
        count(*) filter (
            where u.numerator * i.scale >= cast(v.value * v.floor_ratio as decimal(14, 6)) * u.denominator
        ) as at_floor
    from marts.fct_unit_indicator as u, standards.indicators as i, valid_thresholds as v
    where
        u.stage = '{stage}'
        and u.indicator_id = i.indicator_id
        and u.indicator_id = v.indicator_id
        and v.valid_from <= cast(concat(cast(u.school_year as string), '-09-01') as date)
        and (v.valid_to is null or v.valid_to > cast(concat(cast(u.school_year as string), '-09-01') as date))
        and u.numerator is not null
        and u.denominator > 0
    group by u.school_year, u.county_code, u.school_code, u.stage
)
select
    t.*,
    concat(cast(j.met as string), ' / ', cast(j.indicators as string), ', ', cast(j.at_floor as string)) as actual_value
from batch_rows as t, judged as j, valid_thresholds as r
where
    {scope}
    and t.school_year = j.school_year and t.county_code = j.county_code
    and t.school_code = j.school_code and t.stage = j.stage
    and r.indicator_id = 'school_resource_compliance'
    and r.valid_from <= cast(concat(cast(t.school_year as string), '-09-01') as date)
    and (r.valid_to is null or r.valid_to > cast(concat(cast(t.school_year as string), '-09-01') as date))
    and j.indicators = {indicators}
    and (j.met < r.value or j.at_floor < j.indicators)
"""


class Words:
    """Texts of the rules, with the names of indicators and stages filled in."""

    def __init__(self) -> None:
        self.texts = tomllib.loads(RULES.read_text(encoding="utf-8"))

    def of(self, family: str, indicator: dict[str, str], stage: str) -> Json:
        """The text fields of a rule."""
        stage_zh, stage_en = self.texts["stages"][stage]
        facts = {
            "name_zh": indicator["name_zh"],
            "name_en": indicator["name_en"],
            "stage_zh": stage_zh,
            "stage_en": stage_en,
        }
        return {field: text.format(**facts) for field, text in self.texts[family].items()}

    def agreement(self, condition: str) -> Json:
        """What the mart says of the same rows; `condition` holds for those that it finds failing."""
        return {**self.texts["agreement"], "mart_fails": condition}


def standard_suites() -> list[Json]:
    """The suites of the national standard."""
    thresholds = [
        row
        for row in read_seed("thresholds.csv")
        if (row["jurisdiction"], row["standard_id"], row["case_id"]) == ("CN", STANDARD, "ordinary") and row["value"]
    ]
    indicators = {row["indicator_id"]: row for row in read_seed("indicators.csv")}
    rows = [(indicators[row["indicator_id"]], row) for row in current(thresholds)]
    words = Words()
    return [
        unit_indicator(words, rows),
        school_rule(words, rows),
        county_difference(words, rows),
        retention(words, rows),
        county_indicator(words, rows),
        school_item(words, rows),
        class_size(words, rows),
        teachers(words, indicators),
    ]


def current(thresholds: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    """One row for each indicator and stage.

    The values come with the year, the direction must be the same in all of them.
    """
    seen: dict[tuple[str, str], str] = {}
    for row in thresholds:
        key = (row["indicator_id"], row["stage"])
        if key not in seen:
            yield row
        if seen.setdefault(key, row["operator"]) != row["operator"]:
            raise SystemExit(f"thresholds.csv: the operator of {key} changes with the year")


def unit_indicator(words: Words, rows: list[tuple[Json, Json]]) -> Json:
    """Each of the seven indicators in each stage, on the value of the unit."""
    rules = []
    for indicator, row in rows:
        if indicator["grp"] == "resource":
            name, stage = indicator["indicator_id"], row["stage"]
            condition = all_of(
                equals("indicator_id", name), equals("stage", stage), differs("status", "not_applicable")
            )
            where = f"t.indicator_id = '{name}' and t.stage = '{stage}' and t.is_met = false"
            rules.append(between(words, "unit_indicator", "value", indicator, row, condition, where))
    keys = [*UNIT_KEYS, "indicator_id"]
    return suite("unit_indicator", "marts.fct_unit_indicator", keys, "school_year", rules)


def school_rule(words: Words, rows: list[tuple[Json, Json]]) -> Json:
    """Six of seven met and the other at its floor, recomputed from the exact numerators."""
    rules = []
    for indicator, row in rows:
        if indicator["grp"] == "school_rule":
            name, stage = indicator["indicator_id"], row["stage"]
            scope = f"t.stage = '{stage}' and t.status <> 'not_applicable'"
            count = sum(other["grp"] == "resource" and threshold["stage"] == stage for other, threshold in rows)
            query = SCHOOL_RULE.format(standard=STANDARD, stage=stage, scope=scope, indicators=count)
            parameter = parameter_of(row)
            meta = {
                "required": f"met >= ${parameter} / {count}, at floor (${parameter}__floor) = {count}",
                "scope": scope,
                "agreement": words.agreement(f"t.stage = '{stage}' and t.is_compliant = false"),
            }
            kwargs = {"unexpected_rows_query": " ".join(query.split())}
            rules.append(rule(words, "school_rule", "unexpected_rows_expectation", kwargs, indicator, row, meta, name))
    return suite("school_rule", "marts.fct_unit_verdict", UNIT_KEYS, "school_year", rules)


def county_difference(words: Words, rows: list[tuple[Json, Json]]) -> Json:
    """The 14 difference coefficients."""
    rules = []
    for indicator, row in rows:
        if indicator["grp"] == "balance":
            name, stage = indicator["indicator_id"].removeprefix("cv_"), row["stage"]
            condition = all_of(equals("indicator_id", name), equals("stage", stage))
            where = f"t.indicator_id = '{name}' and t.stage = '{stage}' and t.is_met = false"
            rules.append(between(words, "county_difference", "cv", indicator, row, condition, where))
    keys = ["school_year", "county_code", "stage", "indicator_id"]
    return suite("county_difference", "marts.fct_county_difference", keys, "school_year", rules)


def retention(words: Words, rows: list[tuple[Json, Json]]) -> Json:
    """Three-year retention of the county under the formula that it chose."""
    rules = [
        between(
            words,
            "retention",
            "retention_pct",
            indicator,
            row,
            all_of(equals("is_chosen", True), {"type": "nullity", "column": {"name": "school_code"}, "is_null": True}),
            "t.is_chosen and t.school_code is null and t.is_met = false",
        )
        for indicator, row in rows
        if indicator["indicator_id"] == "junior_retention_3y"
    ]
    return suite("retention", "marts.fct_retention", ["graduated_in", "county_code", "formula"], "graduated_in", rules)


def county_indicator(words: Words, rows: list[tuple[Json, Json]]) -> Json:
    """Every other figure of the county that has a threshold."""
    rules = []
    for indicator, row in rows:
        counted = indicator["level"] == "county" and indicator["judged_by"] in {"computed", "reported"}
        if counted and indicator["grp"] in COUNTY_GROUPS:
            name = indicator["indicator_id"]
            condition = all_of(equals("indicator_id", name), differs("status", "not_applicable"))
            where = f"t.indicator_id = '{name}' and t.is_met = false"
            rules.append(between(words, "county_indicator", "value", indicator, row, condition, where))
    keys = ["school_year", "county_code", "indicator_id", "stage"]
    return suite("county_indicator", "marts.fct_county_indicator", keys, "school_year", rules)


def school_item(words: Words, rows: list[tuple[Json, Json]]) -> Json:
    """What is judged school by school beside the seven indicators, where no exemption applies."""
    rules = []
    for indicator, row in rows:
        if indicator["indicator_id"] in SCHOOL_ITEMS:
            name = indicator["indicator_id"]
            condition = all_of(
                equals("indicator_id", name), equals("case_id", "ordinary"), differs("status", "not_applicable")
            )
            where = f"t.indicator_id = '{name}' and t.case_id = 'ordinary' and t.is_met = false"
            rules.append(between(words, "school_item", "value", indicator, row, condition, where))
    return suite("school_item", "marts.fct_school_item", [*UNIT_KEYS, "indicator_id"], "school_year", rules)


def class_size(words: Words, rows: list[tuple[Json, Json]]) -> Json:
    """Every class, so that each one above the limit is named."""
    rules = []
    for indicator, row in rows:
        if indicator["indicator_id"] in CLASS_SIZES:
            limit = {"max_value": {"$PARAMETER": parameter_of(row)}}
            kwargs = {"column": "pupils", "row_condition": equals("stage", row["stage"]), **limit}
            meta = {"required": f"{row['operator']} ${parameter_of(row)}"}
            kind, name = "expect_column_values_to_be_between", indicator["indicator_id"]
            rules.append(rule(words, "class_size", kind, kwargs, indicator, row, meta, name))
    keys = ["school_year", "school_code", "stage", "grade", "class_no"]
    return suite("class_size", "raw.classes", keys, "school_year", rules)


def teachers(words: Words, indicators: dict[str, Json]) -> Json:
    """Every full-time teacher, so that each one without certificate or training is named."""
    hours = next(row for row in read_seed("parameters.csv") if row["parameter_id"] == "training_hours")
    taught = equals("is_full_time_teacher", True)
    certificate = indicators["teacher_cert_rate"], {"stage": "all", "source": indicators["teacher_cert_rate"]["source"]}
    kind = "expect_column_values_to_be_in_set"
    kwargs: Json = {"column": "has_certificate", "value_set": [True], "row_condition": taught}
    rules = [rule(words, "teachers", kind, kwargs, *certificate, {"required": "true"}, "teacher_cert_rate")]
    training = indicators["teacher_360h_rate"], {"stage": "all", "source": hours["source"]}
    kind = "expect_column_values_to_be_between"
    limit = {"$PARAMETER": "training_hours__all"}
    kwargs = {"column": "training_hours_5y", "min_value": limit, "row_condition": taught}
    meta = {"required": ">= $training_hours__all"}
    rules.append(rule(words, "teachers", kind, kwargs, *training, meta, "teacher_360h_rate"))
    return suite("teachers", "raw.staff", ["school_year", "staff_id"], "school_year", rules)


def suite(name: str, table: str, keys: list[str], year_column: str, rules: list[Json]) -> Json:
    """A standard suite: judged one school year at a time, because thresholds belong to a year."""
    for made in rules:
        made["meta"] |= {"table": table, "keys": keys}
    return suite_of(f"standard.{name}", {"table": table, "keys": keys, "year_column": year_column}, rules)


def between(
    words: Words, family: str, column: str, indicator: Json, row: Json, condition: Json, mart_fails: str
) -> Json:
    """A value held against its threshold on the side that the operator says."""
    dust = DUST_OF_COEFFICIENTS if column == "cv" else DUST_OF_VALUES
    above = {"$PARAMETER": f"{parameter_of(row)} + {dust}"}
    below = {"$PARAMETER": f"{parameter_of(row)} - {dust}"}
    bounds: dict[str, Json] = {
        ">=": {"min_value": below},
        "<=": {"max_value": above},
        "<": {"max_value": below, "strict_max": True},
        "=": {"min_value": below, "max_value": above},
    }
    kwargs = {"column": column, "row_condition": condition, **bounds[row["operator"]]}
    meta = {"required": f"{row['operator']} ${parameter_of(row)}", "agreement": words.agreement(mart_fails)}
    kind = "expect_column_values_to_be_between"
    return rule(words, family, kind, kwargs, indicator, row, meta, indicator["indicator_id"])


def rule(words: Words, family: str, kind: str, kwargs: Json, indicator: Json, row: Json, meta: Json, name: str) -> Json:
    """One rule of a standard suite.

    Falling short of the standard is a finding, never a gate: that is decided by the suite's name, not here.
    """
    facts = {
        "rule_id": f"standard.{family}.{name}.{row['stage']}",
        "source": row["source"],
        **words.of(family, indicator, row["stage"]),
    }
    facts["clause"] = indicator["item_id"] or f"{indicator['grp']}_{int(indicator['item_no']):02}"
    if "agreement" in meta:
        meta["agreement"] = {
            field: text.replace("{title_zh}", facts["title_zh"]).replace("{title_en}", facts["title_en"])
            for field, text in meta["agreement"].items()
        }
    return expectation_of(kind, kwargs, "critical", {**facts, **meta})


def parameter_of(row: Json) -> str:
    """The parameter that holds a threshold."""
    return f"{row['indicator_id']}__{row['stage']}"


def all_of(*conditions: Json) -> Json:
    """Rows for which every condition holds."""
    return {"type": "and", "conditions": list(conditions)}


def equals(column: str, value: str | bool) -> Json:
    """Rows whose column holds the value."""
    return {"type": "comparison", "column": {"name": column}, "operator": "==", "parameter": value}


def differs(column: str, value: str) -> Json:
    """Rows whose column holds another value."""
    return {"type": "comparison", "column": {"name": column}, "operator": "!=", "parameter": value}
