"""Uniqueness: which key sets have to be grouped, and which rows break them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.conditions import condition_of
from junheng.validation.expressions import (
    ROW,
    all_of,
    any_of,
    as_text,
    call,
    col,
    identifier,
    is_null,
    not_null,
    text,
)
from junheng.validation.figures import count_all
from junheng.validation.row_rules import RowRule, shown
from junheng.validation.suites import Rule

SIZE = "group size"
TIMES = " ×"


@dataclass(frozen=True)
class UniqueRule:
    """A rule that a set of columns is unique among the rows that meet `condition`.

    `present` selects the rows that are judged; of these a row with a missing part fails, as do all rows that share
    their key with another one.
    """

    rule: Rule
    members: tuple[Column, ...]
    condition: exp.Expr | None
    present: exp.Expr | None

    @property
    def scope(self) -> exp.Expr | None:
        """The rows that are judged."""
        return all_of((self.condition, self.present))

    @property
    def incomplete(self) -> exp.Expr:
        """The judged rows that lack a part of the key."""
        found = all_of((self.scope, exp.Paren(this=any_of(is_null(col(member)) for member in self.members))))
        return found if found is not None else exp.false()

    def repeated(self, source: exp.Expr) -> exp.Select:
        """The keys that come more than once, with how often."""
        complete = all_of((self.condition, *(not_null(col(member)) for member in self.members)))
        columns = [col(member) for member in self.members]
        query = exp.select(*columns, exp.alias_(count_all(), SIZE, quoted=True)).from_(source.copy()).where(complete)
        return query.group_by(*columns).having(exp.GT(this=count_all(), expression=exp.Literal.number(1)))

    def as_row_rule(self, size: str) -> RowRule:
        """The same rule as a condition on one row of `with_sizes`, in which `size` says how often its key comes if it
        comes more than once.
        """
        broken = any_of((self.incomplete, not_null(col(size))))
        reads = frozenset(member.name for member in self.members)
        actual = as_text(col(self.members[0])) if len(self.members) == 1 else shown(self.members)
        if len(self.members) > 1 and reads == set(self.rule.keys):
            # The values stand beside it as the key of the row: how often they come says more. A missing part is shown.
            times = exp.DPipe(this=as_text(col(size)), expression=text(TIMES))
            actual = call("coalesce", times, actual)
        return RowRule(self.rule, self.condition, self.present, broken, actual, reads=reads)


def with_sizes(source: exp.Expr, repeats: Sequence[tuple[exp.Table, Sequence[Column]]]) -> exp.Expr:
    """The judged rows, and for each table of repeated keys a column of its name.

    How often the key comes, NULL for a key that comes once.

    A join to a small table reads the rows as they pass; a subquery that refers to the row would be run over a copy of
    all of them.
    """
    if not repeats:
        return source
    row = exp.Column(this=exp.Star(), table=identifier(ROW))
    sizes = [
        exp.alias_(exp.Column(this=identifier(SIZE), table=identifier(table.name)), table.name, quoted=True)
        for table, _ in repeats
    ]
    query = exp.select(row, *sizes).from_(source.copy())
    for table, members in repeats:
        joined = table.copy()
        joined.set("alias", exp.TableAlias(this=identifier(table.name)))
        same = all_of(
            exp.EQ(this=exp.Column(this=identifier(member.name), table=identifier(table.name)), expression=col(member))
            for member in members
        )
        query = query.join(joined, on=same, join_type="left")
    return exp.Subquery(this=query, alias=exp.TableAlias(this=identifier(ROW)))


def unique_rule(rule: Rule, arguments: Mapping[str, Any], columns: Mapping[str, Column]) -> UniqueRule:
    """Compile one rule of uniqueness. Raises RuleProblemError.

    A single column is a rule on values: NULL is not judged. A set of columns is a key: a missing part fails, unless
    `ignore_row_if` skips the row.
    """
    condition = condition_of(arguments["row_condition"], columns) if arguments.get("row_condition") else None
    names = [arguments["column"]] if "column" in arguments else list(arguments["column_list"])
    members = tuple(columns[name] for name in names)
    ignored = "any_value_is_missing" if "column" in arguments else arguments.get("ignore_row_if")
    present: exp.Expr | None = None
    if ignored == "any_value_is_missing":
        present = all_of(not_null(col(member)) for member in members)
    elif ignored == "all_values_are_missing":
        present = exp.Paren(this=any_of(not_null(col(member)) for member in members))
    return UniqueRule(rule, members, condition, present)
