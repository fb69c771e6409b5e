"""Rules read row by row in plain Python: an independent statement of what the engine has to find."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

Row = Mapping[str, Any]


def judged(rule: Mapping[str, Any], rows: Sequence[Row], types: Mapping[str, str]) -> tuple[list[Row], list[Row]]:
    """The rows a rule judges and those of them that break it."""
    kwargs = rule["kwargs"]
    rows = [row for row in rows if selected(kwargs.get("row_condition"), row, types)]
    kind = rule["type"].removeprefix("expect_")
    if kind == "column_values_to_be_unique" or kind == "compound_columns_to_be_unique":
        return unique(kwargs, rows)
    if "column_list" in kwargs or "column_A" in kwargs:
        return members(kind, kwargs, rows)
    column = kwargs["column"]
    if kind == "column_values_to_not_be_null":
        return rows, [row for row in rows if row[column] is None]
    if kind == "column_values_to_be_null":
        return rows, [row for row in rows if row[column] is not None]
    rows = [row for row in rows if row[column] is not None]
    return rows, [row for row in rows if value_breaks(kind, kwargs, row[column], types[column])]


def exact(value: Any, kind: str) -> Any:
    """A value of a rule or a cell in a form that compares exactly; bounds of doubles are doubles."""
    if kind == "DOUBLE":
        return value if isinstance(value, float) and not math.isfinite(value) else Fraction(float(value))
    if kind == "DATE":
        return value if isinstance(value, date) else date.fromisoformat(value)
    if isinstance(value, bool) or kind in ("VARCHAR", "BOOLEAN"):
        return value.encode() if isinstance(value, str) else value
    return Fraction(value)


def finite(value: Any) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def selected(condition: Any, row: Row, types: Mapping[str, str]) -> bool:
    if condition is None:
        return True
    if condition["type"] in ("and", "or"):
        found = [selected(part, row, types) for part in condition["conditions"]]
        return all(found) if condition["type"] == "and" else any(found)
    name = condition["column"]["name"]
    cell = row[name]
    if condition["type"] == "nullity":
        return (cell is None) == condition["is_null"]
    if cell is None:
        return False
    operator, wanted = condition["operator"], condition["parameter"]
    if operator in ("IN", "NOT_IN"):
        inside = any(exact(cell, types[name]) == exact(value, types[name]) for value in wanted)
        return inside == (operator == "IN")
    left, right = exact(cell, types[name]), exact(wanted, types[name])
    order = (left > right) - (left < right)
    return {"==": order == 0, "!=": order != 0, "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[
        operator
    ]


def value_breaks(kind: str, kwargs: Mapping[str, Any], cell: Any, sql_type: str) -> bool:
    match kind:
        case "column_values_to_be_between":
            return not finite(cell) or outside(exact(cell, sql_type), kwargs, sql_type)
        case "column_value_lengths_to_be_between":
            return outside(Fraction(len(cell)), kwargs, "BIGINT")
        case "column_value_lengths_to_equal":
            return len(cell) != kwargs["value"]
        case "column_values_to_be_in_set":
            return not finite(cell) or not any(
                exact(cell, sql_type) == exact(value, sql_type) for value in kwargs["value_set"]
            )
        case "column_values_to_not_be_in_set":
            return not finite(cell) or any(
                exact(cell, sql_type) == exact(value, sql_type) for value in kwargs["value_set"]
            )
        case "column_values_to_match_regex":
            return not regex(kwargs["regex"], cell)
        case "column_values_to_not_match_regex":
            return regex(kwargs["regex"], cell)
        case "column_values_to_match_regex_list":
            found = [regex(pattern, cell) for pattern in kwargs["regex_list"]]
            return not (all(found) if kwargs.get("match_on") == "all" else any(found))
        case "column_values_to_not_match_regex_list":
            return any(regex(pattern, cell) for pattern in kwargs["regex_list"])
        case "column_values_to_match_like_pattern":
            return not like(kwargs["like_pattern"], cell)
        case "column_values_to_not_match_like_pattern":
            return like(kwargs["like_pattern"], cell)
        case "column_values_to_match_like_pattern_list":
            found = [like(pattern, cell) for pattern in kwargs["like_pattern_list"]]
            return not (all(found) if kwargs.get("match_on") == "all" else any(found))
        case "column_values_to_not_match_like_pattern_list":
            return any(like(pattern, cell) for pattern in kwargs["like_pattern_list"])
    raise AssertionError(kind)


def outside(cell: Any, kwargs: Mapping[str, Any], sql_type: str) -> bool:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is not None:
        bound = exact(low, sql_type)
        if cell < bound or (cell == bound and kwargs.get("strict_min")):
            return True
    if high is not None:
        bound = exact(high, sql_type)
        if cell > bound or (cell == bound and kwargs.get("strict_max")):
            return True
    return False


def regex(pattern: str, cell: str) -> bool:
    # In RE2 `$` is the very end, in Python also the place before a last newline.
    return re.search(pattern.replace("$", r"\Z"), cell) is not None


def like(pattern: str, cell: str) -> bool:
    parts = [".*" if sign == "%" else "." if sign == "_" else re.escape(sign) for sign in pattern]
    return re.fullmatch("".join(parts), cell, re.DOTALL) is not None


def members(kind: str, kwargs: Mapping[str, Any], rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    names = [kwargs["column_A"], kwargs["column_B"]] if "column_A" in kwargs else kwargs["column_list"]
    ignored = kwargs.get("ignore_row_if", "any_value_is_missing").replace("either", "any").replace("both", "all")
    ignored = ignored.replace("_value_is_", "_").replace("_values_are_", "_")
    checked, broken = [], []
    for row in rows:
        cells = [row[name] for name in names]
        missing = sum(cell is None for cell in cells)
        if (missing and ignored == "any_missing") or (missing == len(cells) and ignored == "all_missing"):
            continue
        checked.append(row)
        if missing or members_break(kind, kwargs, cells):
            broken.append(row)
    return checked, broken


def members_break(kind: str, kwargs: Mapping[str, Any], cells: Sequence[Any]) -> bool:
    if kind == "select_column_values_to_be_unique_within_record":
        return len(set(cells)) < len(cells)
    if not all(finite(cell) for cell in cells):
        return True
    if kind == "column_pair_values_a_to_be_greater_than_b":
        return cells[0] < cells[1] or (cells[0] == cells[1] and not kwargs.get("or_equal"))
    if kind in ("column_pair_values_to_be_equal", "multicolumn_values_to_be_equal"):
        return any(cell != cells[0] for cell in cells)
    if kind == "multicolumn_sum_to_equal":
        return sum(Fraction(cell) for cell in cells) != Fraction(kwargs["sum_total"])
    if kind == "column_pair_values_to_be_in_set":
        return not any(cells[0] == a and cells[1] == b for a, b in kwargs["value_pairs_set"])
    raise AssertionError(kind)


def unique(kwargs: Mapping[str, Any], rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    names = [kwargs["column"]] if "column" in kwargs else list(kwargs["column_list"])
    ignored = "any_value_is_missing" if "column" in kwargs else kwargs.get("ignore_row_if", "never")
    keyed = [(tuple(same_nan(row[name]) for name in names), row) for row in rows]
    if ignored == "any_value_is_missing":
        keyed = [(key, row) for key, row in keyed if None not in key]
    if ignored == "all_values_are_missing":
        keyed = [(key, row) for key, row in keyed if set(key) != {None}]
    counted = Counter(key for key, _ in keyed)
    return [row for _, row in keyed], [row for key, row in keyed if None in key or counted[key] > 1]


def same_nan(value: Any) -> Any:
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def passes(checked: int, failed: int, mostly: Decimal | int | None) -> bool:
    return Fraction(checked - failed) >= (1 if mostly is None else Fraction(mostly)) * checked
