"""The rules that every contender judges: as a suite of expectations, and as the condition a person writes in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

TABLE = "measured"
KEYS = ("id",)
STAGES = ("primary", "junior", "nine_year")
STATES = ("open", "merged", "planned")
KINDS = ("town", "county_town", "village")
YEARS = tuple(range(2016, 2026))


@dataclass(frozen=True)
class Check:
    """One rule.

    `kind` names what it asks of `columns`; `value` holds its bounds, set, pattern or total; `only` is a row condition
    `column = value`.
    """

    kind: str
    columns: tuple[str, ...]
    value: Any = None
    only: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """A name that is unique in the suite."""
        parts = [self.kind, *self.columns]
        if self.value is not None and self.kind != "regex":
            parts.append(
                "_".join(str(part) for part in (self.value if isinstance(self.value, tuple) else (self.value,)))
            )
        if self.only:
            parts.append(f"of_{self.only[1]}")
        return ".".join(parts)

    @property
    def column(self) -> str:
        """The column of a rule on one column."""
        return self.columns[0]

    @property
    def groups(self) -> bool:
        """Whether the rule compares rows with each other."""
        return self.kind in ("unique", "key")

    def broken(self) -> str:
        """The condition for a failing row, as a person would write it; rules that group rows have none."""
        condition = self._broken()
        return f"{self.only[0]} = '{self.only[1]}' and ({condition})" if self.only else condition

    def _broken(self) -> str:
        column = self.column
        match self.kind:
            case "not_null":
                return f"{column} is null"
            case "between":
                low, high = (sql_value(bound) for bound in self.value)
                return f"{column} not between {low} and {high}"
            case "in_set":
                return f"{column} not in ({', '.join(sql_value(value) for value in self.value)})"
            case "regex":
                return f"not regexp_matches({column}, '{self.value}')"
            case "length":
                return f"length({column}) not between {self.value[0]} and {self.value[1]}"
            case "at_least":
                return f"{column} < {self.columns[1]}"
            case "sum":
                return f"{' + '.join(self.columns)} <> {self.value}"
        raise ValueError(self.kind)

    def expectation(self) -> dict[str, Any]:
        """The rule as Great Expectations writes it."""
        kind, arguments = self._expectation()
        if self.only:
            arguments["row_condition"] = {
                "type": "comparison",
                "column": {"name": self.only[0]},
                "operator": "==",
                "parameter": self.only[1],
            }
            arguments["condition_parser"] = "great_expectations"
        return {
            "type": kind,
            "id": str(uuid5(NAMESPACE_URL, self.name)),
            "severity": "critical",
            "description": self.name,
            "meta": {"rule_id": self.name},
            "kwargs": arguments,
        }

    def _expectation(self) -> tuple[str, dict[str, Any]]:
        column = {"column": self.column}
        match self.kind:
            case "not_null":
                return "expect_column_values_to_not_be_null", column
            case "between":
                low, high = (str(bound) if isinstance(bound, date) else bound for bound in self.value)
                return "expect_column_values_to_be_between", {**column, "min_value": low, "max_value": high}
            case "in_set":
                return "expect_column_values_to_be_in_set", {**column, "value_set": list(self.value)}
            case "regex":
                return "expect_column_values_to_match_regex", {**column, "regex": self.value}
            case "length":
                bounds = {"min_value": self.value[0], "max_value": self.value[1]}
                return "expect_column_value_lengths_to_be_between", {**column, **bounds}
            case "at_least":
                pair = {"column_A": self.column, "column_B": self.columns[1], "or_equal": True}
                ignored = {"ignore_row_if": "either_value_is_missing"}
                return "expect_column_pair_values_a_to_be_greater_than_b", {**pair, **ignored}
            case "sum":
                members = {"column_list": list(self.columns), "sum_total": self.value}
                return "expect_multicolumn_sum_to_equal", {**members, "ignore_row_if": "any_value_is_missing"}
            case "unique":
                return "expect_column_values_to_be_unique", column
            case "key":
                return "expect_compound_columns_to_be_unique", {"column_list": list(self.columns)}
        raise ValueError(self.kind)


def sql_value(value: Any) -> str:
    """A value in SQL."""
    if isinstance(value, date):
        return f"date '{value}'"
    return f"'{value}'" if isinstance(value, str) else str(value)


def suite(checks: Sequence[Check], name: str) -> dict[str, Any]:
    """The rules as a suite document."""
    return {
        "name": name,
        "id": str(uuid5(NAMESPACE_URL, name)),
        "meta": {"table": TABLE, "keys": list(KEYS)},
        "expectations": [check.expectation() for check in checks],
    }


NUMBERS: Mapping[str, tuple[int, int]] = {
    "school_year": (2000, 2030),
    "grade": (1, 9),
    "class_no": (1, 10),
    "pupils": (0, 70),
    "girls": (0, 60),
    "boys": (0, 60),
    "boarders": (0, 60),
    "teachers": (1, 9),
    "teachers_senior": (0, 9),
    "volumes": (0, 5000),
    "area": (10, 5000),
    "area_teaching": (5, 5000),
    "equipment": (0, 1000000),
    "score": (0, 100),
    "share": (0, 1),
}
TEXTS: Mapping[str, tuple[str, tuple[int, int]]] = {
    "school_code": ("^S[0-9]{7}$", (8, 8)),
    "county_code": ("^[1-6][0-9]{5}$", (6, 6)),
    "phone": ("^1[3-9][0-9]{9}$", (11, 11)),
    "email": ("^[a-z0-9]+@[a-z]+[.]cn$", (6, 40)),
    "school_name": ("^[A-Z]", (3, 40)),
}
SETS: Mapping[str, tuple[Any, ...]] = {
    "stage": STAGES,
    "state": STATES,
    "kind": KINDS,
    "school_year": YEARS,
    "grade": tuple(range(1, 10)),
}
DATES: Mapping[str, tuple[date, date]] = {
    "opened_on": (date(1950, 1, 1), date(2016, 12, 31)),
    "counted_on": (date(2016, 1, 1), date(2026, 12, 31)),
}
PAIRS = (
    ("pupils", "girls"),
    ("pupils", "boys"),
    ("pupils", "boarders"),
    ("teachers", "teachers_senior"),
    ("area", "area_teaching"),
    ("counted_on", "opened_on"),
)
KEY = ("school_code", "school_year", "grade", "class_no")
NARROW = (
    "not_null.id",
    "not_null.school_code",
    "not_null.stage",
    "not_null.pupils",
    "between.school_year.2000_2030",
    "between.grade.1_9",
    "between.pupils.0_70",
    "between.girls.0_60",
    "between.area.10_5000",
    "between.pupils.0_70.of_primary",
    "in_set.stage.primary_junior_nine_year",
    "in_set.school_year",
    "regex.school_code",
    "regex.phone",
    "length.school_code.8_8",
    "at_least.pupils.girls",
    "unique.id",
    "key.school_code.school_year.grade.class_no",
)


def wide() -> list[Check]:
    """One hundred rules on 24 columns: 98 on single rows, a unique column and a compound key."""
    found = [Check("not_null", (name,)) for name in ("id", *NUMBERS, *TEXTS, "stage", "state", "kind", *DATES)]
    found = [check for check in found if check.column not in ("phone", "email")]
    found += [Check("between", (name,), bounds) for name, bounds in (*NUMBERS.items(), *DATES.items())]
    found += [Check("in_set", (name,), values) for name, values in SETS.items()]
    found += [Check("regex", (name,), pattern) for name, (pattern, _) in TEXTS.items()]
    found += [Check("length", (name,), bounds) for name, (_, bounds) in TEXTS.items()]
    found += [Check("at_least", pair) for pair in PAIRS]
    found += [Check("sum", ("girls", "boys", "empty_seats"), 70)]
    found += [Check("unique", ("id",)), Check("key", KEY)]
    conditional = [check for check in found if check.kind == "between" and check.column in NUMBERS]
    found += [replace(check, only=("stage", stage)) for stage in STAGES for check in conditional]
    return found[:100]


def narrow() -> list[Check]:
    """Eighteen of these rules, of every kind but the sum, on ten columns."""
    every = {check.name.split(".2016_")[0]: check for check in wide()}
    return [every[name] for name in NARROW]


def columns_of(checks: Sequence[Check]) -> list[str]:
    """The columns that some rules name, in the order of their first mention."""
    named = [name for check in checks for name in (*check.columns, *(check.only[:1] if check.only else ()))]
    return list(dict.fromkeys([*KEYS, *named]))


def rules(shape: str) -> list[Check]:
    """The rules for the wide or the narrow table."""
    return {"wide": wide, "narrow": narrow}[shape]()
