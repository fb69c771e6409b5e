"""Expectations that judge each row by itself, as SQL.

Which rows a rule speaks about, which of them break it, what they hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from sqlglot import exp

from junheng.validation.columns import Column, column_of
from junheng.validation.conditions import condition_of
from junheng.validation.expressions import (
    RuleProblemError,
    all_of,
    any_of,
    as_text,
    call,
    cast,
    col,
    compare,
    in_set,
    is_null,
    literal,
    negated,
    not_finite,
    not_null,
    plus,
    text,
    with_value,
)
from junheng.validation.suites import Rule

Arguments = Mapping[str, Any]
Columns = Mapping[str, Column]
# The decimals of DuckDB have 38 digits; sums of more members are brought to this many places.
DIGITS = 38
FAST_DIGITS = 18
LENGTH = column_of("length", "BIGINT")


@dataclass(frozen=True)
class RowRule:
    """A rule as conditions on one row.

    `condition` selects the rows the rule is about (None: all); `present` those of them that hold something to judge
    (None: all); `broken` is true for a failing row and false or NULL for every other one of those. `reads` names the
    columns whose values `actual` shows.
    """

    rule: Rule
    condition: exp.Expr | None
    present: exp.Expr | None
    broken: exp.Expr
    actual: exp.Expr
    required: exp.Expr | None = None
    reads: frozenset[str] = field(default_factory=frozenset)

    @property
    def scope(self) -> exp.Expr | None:
        """The rows that are judged."""
        return all_of((self.condition, self.present))

    @property
    def fails(self) -> exp.Expr:
        """True for the rows that break the rule."""
        return (
            self.broken
            if self.condition is None
            else exp.And(this=self.condition, expression=exp.Paren(this=self.broken))
        )


def row_rule(rule: Rule, arguments: Arguments, columns: Columns) -> RowRule:
    """Compile one row-level rule. Raises RuleProblemError when its values cannot be compared with its columns."""
    condition = condition_of(arguments["row_condition"], columns) if arguments.get("row_condition") else None
    if "column_A" in arguments or "column_list" in arguments:
        return _of_members(rule, arguments, columns, condition)
    column = columns[arguments["column"]]
    broken = VALUE_RULES[rule.expectation_type](column, arguments)
    about_nulls = rule.expectation_type in ABOUT_NULLS
    present = None if about_nulls else not_null(col(column))
    return RowRule(rule, condition, present, broken, as_text(col(column)), reads=frozenset({column.name}))


def _of_members(rule: Rule, arguments: Arguments, columns: Columns, condition: exp.Expr | None) -> RowRule:
    pair = "column_A" in arguments
    names = [arguments["column_A"], arguments["column_B"]] if pair else list(arguments["column_list"])
    members = [columns[name] for name in names]
    if len(members) < 2:
        raise RuleProblemError("two or more columns are needed")
    broken = MEMBER_RULES[rule.expectation_type](members, arguments)
    ignored = arguments.get("ignore_row_if") or ("either_value_is_missing" if pair else "any_value_is_missing")
    nulls = [is_null(col(member)) for member in members]
    present: exp.Expr | None = None
    if ignored in ("either_value_is_missing", "any_value_is_missing"):
        present = exp.and_(*(not_null(col(member)) for member in members), copy=False)
        if len(members) > 2 or any(member.kind == "float" for member in members):
            # Two members may decide although a third one is missing.
            broken = exp.and_(present.copy(), broken, copy=False)
    else:
        # A row that is not ignored although a member is missing cannot satisfy the rule.
        broken = exp.or_(*nulls, broken, copy=False)
        if ignored in ("both_values_are_missing", "all_values_are_missing"):
            present = any_of(not_null(col(member)) for member in members)
            broken = exp.and_(present.copy(), broken, copy=False)
    actual = shown(members)
    return RowRule(rule, condition, present, broken, actual, reads=frozenset(names))


def shown(members: Sequence[Column]) -> exp.Expr:
    """The cells of several columns as one text: `a = 1, b = null`."""
    parts: list[exp.Expr] = []
    for index, member in enumerate(members):
        parts.append(text(f"{', ' if index else ''}{member.name} = "))
        parts.append(call("coalesce", as_text(col(member)), text("null")))
    return call("concat", *parts)


def _outside(column: Column, arguments: Arguments) -> exp.Expr:
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if low is None and high is None:
        raise RuleProblemError("min_value or max_value is needed")
    return any_of(
        (
            compare(column, "<=" if arguments.get("strict_min") else "<", low) if low is not None else None,
            compare(column, ">=" if arguments.get("strict_max") else ">", high) if high is not None else None,
            # Two finite bounds leave NaN and the infinities outside anyhow.
            not_finite(column) if low is None or high is None else None,
        )
    )


def _length(column: Column) -> exp.Expr:
    if column.kind != "text":
        raise RuleProblemError(f"{column.name} ({column.type}) is not text")
    return call("length", as_text(col(column)))


def _length_outside(column: Column, arguments: Arguments) -> exp.Expr:
    length = _length(column)
    return with_value(_outside(LENGTH, arguments), LENGTH, length)


def _length_differs(column: Column, arguments: Arguments) -> exp.Expr:
    return with_value(compare(LENGTH, "!=", arguments["value"]), LENGTH, _length(column))


def _matches(column: Column, pattern: str) -> exp.Expr:
    _length(column)
    return call("regexp_matches", as_text(col(column)), text(pattern))


def _like(column: Column, pattern: str, escape: str | None) -> exp.Expr:
    _length(column)
    like: exp.Expr = exp.Like(this=as_text(col(column)), expression=text(pattern))
    return exp.Escape(this=like, expression=text(escape)) if escape else like


def _regexes(column: Column, arguments: Arguments) -> list[exp.Expr]:
    return [_matches(column, pattern) for pattern in arguments["regex_list"]]


def _likes(column: Column, arguments: Arguments) -> list[exp.Expr]:
    return [_like(column, pattern, arguments.get("escape")) for pattern in arguments["like_pattern_list"]]


def _not_on(matches: Iterable[exp.Expr], arguments: Arguments) -> exp.Expr:
    missed = [negated(match) for match in matches]
    if arguments.get("match_on") == "all":
        return any_of(missed)
    found = all_of(missed)
    if found is None:
        raise RuleProblemError("a pattern is needed")
    return found


def _not_in_format(column: Column, arguments: Arguments) -> exp.Expr:
    if column.kind != "text":
        raise RuleProblemError(f"{column.name} ({column.type}) is not text")
    parsed = call("try_strptime", as_text(col(column)), text(arguments["strftime_format"]))
    return exp.and_(not_null(col(column)), is_null(parsed), copy=False)


VALUE_RULES: Mapping[str, Callable[[Column, Arguments], exp.Expr]] = {
    "expect_column_values_to_not_be_null": lambda column, _: is_null(col(column)),
    "expect_column_values_to_be_null": lambda column, _: not_null(col(column)),
    "expect_column_values_to_be_between": _outside,
    "expect_column_values_to_be_in_set": lambda column, a: in_set(column, a["value_set"], inside=False),
    "expect_column_values_to_not_be_in_set": lambda column, a: any_of(
        (in_set(column, a["value_set"]), not_finite(column))
    ),
    "expect_column_value_lengths_to_be_between": _length_outside,
    "expect_column_value_lengths_to_equal": _length_differs,
    "expect_column_values_to_match_regex": lambda column, a: negated(_matches(column, a.get("regex") or "")),
    "expect_column_values_to_not_match_regex": lambda column, a: _matches(column, a["regex"]),
    "expect_column_values_to_match_regex_list": lambda column, a: _not_on(_regexes(column, a), a),
    "expect_column_values_to_not_match_regex_list": lambda column, a: any_of(_regexes(column, a)),
    "expect_column_values_to_match_like_pattern": lambda column, a: negated(
        _like(column, a["like_pattern"], a.get("escape"))
    ),
    "expect_column_values_to_not_match_like_pattern": lambda column, a: _like(
        column, a["like_pattern"], a.get("escape")
    ),
    "expect_column_values_to_match_like_pattern_list": lambda column, a: _not_on(_likes(column, a), a),
    "expect_column_values_to_not_match_like_pattern_list": lambda column, a: any_of(_likes(column, a)),
    "expect_column_values_to_match_strftime_format": _not_in_format,
}
ABOUT_NULLS = ("expect_column_values_to_not_be_null", "expect_column_values_to_be_null")


def _same_kind(members: Sequence[Column]) -> None:
    first = members[0]
    for other in members[1:]:
        if not (first.is_number and other.is_number) and first.kind != other.kind:
            raise RuleProblemError(f"{first.name} ({first.type}) cannot be compared with {other.name} ({other.type})")


def _exact(members: Sequence[Column]) -> list[exp.Expr]:
    """The members in one type that holds all of them exactly; a double among exact numbers makes doubles of all."""
    _same_kind(members)
    kinds = {member.kind for member in members}
    if len({member.type for member in members}) == 1:
        return [col(member) for member in members]
    if "decimal" in kinds and kinds <= {"integer", "decimal"}:
        scale = max(member.scale for member in members)
        return [cast(col(member), f"DECIMAL({DIGITS},{scale})") for member in members]
    return [col(member) for member in members]


def _unordered(members: Sequence[Column]) -> list[exp.Expr | None]:
    return [not_finite(member) for member in members]


def _not_greater(members: Sequence[Column], arguments: Arguments) -> exp.Expr:
    left, right = _exact(members)
    kind: type[exp.Binary] = exp.LT if arguments.get("or_equal") else exp.LTE
    return any_of((kind(this=left, expression=right), *_unordered(members)))


def _differ(members: Sequence[Column], _: Arguments) -> exp.Expr:
    first, *others = _exact(members)
    return any_of((*(exp.NEQ(this=first.copy(), expression=other) for other in others), *_unordered(members)))


def _pair_outside(members: Sequence[Column], arguments: Arguments) -> exp.Expr:
    left, right = members
    pairs = [
        all_of((compare(left, "==", a), compare(right, "==", b)))
        for a, b in arguments["value_pairs_set"]
        if a is not None and b is not None
    ]
    inside = any_of(pairs)
    both = all_of((not_null(col(left)), not_null(col(right))))
    return exp.and_(both, exp.Not(this=exp.Paren(this=inside)), copy=False)


def _sum_differs(members: Sequence[Column], arguments: Arguments) -> exp.Expr:
    for member in members:
        if not member.is_number:
            raise RuleProblemError(f"{member.name} ({member.type}) is not a number")
    kinds = {member.kind for member in members}
    if "float" in kinds:
        total = Column("sum", "DOUBLE", "float")
        added = plus([cast(col(member), "DOUBLE") for member in members])
        return any_of((exp.NEQ(this=added, expression=literal(arguments["sum_total"], total)), *_unordered(members)))
    scale = max(member.scale for member in members)
    # Sums that fit into 64 bits are many times faster than those of 128.
    largest = sum(max(member.largest, -member.smallest) * 10 ** (scale - member.scale) for member in members)
    digits = FAST_DIGITS if largest < 10**FAST_DIGITS else DIGITS
    exact = Column("sum", f"DECIMAL({digits},{scale})", "decimal", scale, 1 - 10**digits, 10**digits - 1)
    added = plus([cast(col(member), exact.type) for member in members])
    return with_value(compare(exact, "!=", arguments["sum_total"]), exact, added)


def _repeat(members: Sequence[Column], _: Arguments) -> exp.Expr:
    pairs = combinations(members, 2)
    return any_of(exp.EQ(this=left, expression=right) for left, right in (_exact(pair) for pair in pairs))


MEMBER_RULES: Mapping[str, Callable[[Sequence[Column], Arguments], exp.Expr]] = {
    "expect_column_pair_values_a_to_be_greater_than_b": _not_greater,
    "expect_column_pair_values_to_be_equal": _differ,
    "expect_column_pair_values_to_be_in_set": _pair_outside,
    "expect_multicolumn_sum_to_equal": _sum_differs,
    "expect_multicolumn_values_to_be_equal": _differ,
    "expect_select_column_values_to_be_unique_within_record": _repeat,
}
