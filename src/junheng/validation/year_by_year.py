"""Rules that look into other rows of a large table are judged year by year: memory then holds one year of it, not all.

A teacher is looked for in the year before, a key is repeated within its year. Which year a look-up or a join reads
follows from the year of the judged row, which a database does not see: here it is written beside it. What a rule says
of a row is the same either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlglot import exp

from junheng.validation.columns import Column
from junheng.validation.expressions import col, is_null, sql, whole
from junheng.validation.lookups import ROW_ID
from junheng.validation.plan import Compiled, Plan
from junheng.validation.queries import CLAUSES, QueryRule, is_batch
from junheng.validation.row_rules import RowRule
from junheng.validation.session import Session
from junheng.validation.sources import narrowed, row_alias
from junheng.validation.unique import UniqueRule
from junheng.validation.unknown import beside, is_known, offers_no_null, only_true_counts, sought

# A look-up holds a hundred bytes of each row: tables with more rows than a nation has teachers in two years.
ROWS_AT_ONCE = 20_000_000
# A first key with more values than this holds no years.
MOST_YEARS = 60
# The clauses of a query whose rows are not each made from one judged row.
NOT_ROW_BY_ROW = tuple(clause for clause in CLAUSES if clause != "joins")
# The clauses of a look-up before which rows cannot be left out.
CUT_OFF = ("limit", "offset", "qualify", "windows", "sample", "laterals", "with_")
# Joins that keep each row of the first table, or drop it.
KEEPING = ("", "LEFT", "INNER")

Known = dict[str, int]


def divided(session: Session, plan: Plan, source: exp.Expr) -> Iterator[tuple[Plan, exp.Expr]]:
    """The parts in which a plan is judged: rules with the rows they are asked of, first those asked of all rows.

    Without a large table that is read for a rule, or without years, that is one part. Raises the errors of the session.
    """
    year = _year_of(plan)
    large = session.tables_with_more_rows(ROWS_AT_ONCE) if year is not None else set()
    alike = {name for name, rule in plan.rules.items() if large and _reads_one_of(large, rule, source)}
    alike = {name for name in alike if year is not None and _looks_further(plan.rules[name], year)}
    if year is None or not alike:
        yield plan, source
        return
    years = session.fetch(session.text(exp.select(col(year)).distinct().from_(source.copy()).order_by(col(year))))
    if not 1 < len(years) <= MOST_YEARS:
        yield plan, source
        return
    yield _with_rules(plan, {name: rule for name, rule in plan.rules.items() if name not in alike}), source
    for (value,) in years:
        rules = {name: plan.rules[name] for name in plan.rules if name in alike and name not in session.problems}
        if value is None:
            query = exp.select(exp.Star()).from_(source.copy()).where(is_null(col(year)))
            yield _with_rules(plan, rules), exp.Subquery(this=query, alias=row_alias())
        else:
            of_year = {name: _at(rule, year, value) for name, rule in rules.items()}
            yield _with_rules(plan, of_year), narrowed(source, year.name, value)


def _with_rules(plan: Plan, rules: Mapping[str, Compiled]) -> Plan:
    return replace(plan, rules=rules)


def _year_of(plan: Plan) -> Column | None:
    """The first key of a table, where it is a whole number: all tables of this project begin with their year."""
    column = plan.columns.get(plan.suite.keys[0]) if plan.suite.keys else None
    return column if column is not None and column.kind == "integer" else None


def _looks_further(rule: Compiled, year: Column) -> bool:
    """Whether a rule needs other rows of its table, of a year that is known from the judged row."""
    if isinstance(rule, UniqueRule):
        return year in rule.members
    told = _at(rule, year, 0)
    # The place of a row in its table is gone where only one year is read.
    return told != rule and not any(
        column.name.lower() == ROW_ID for tree in _trees(told) for column in tree.find_all(exp.Column)
    )


def _trees(rule: Compiled) -> list[exp.Expr]:
    """All that a rule asks, as SQL."""
    if isinstance(rule, QueryRule):
        return [rule.query]
    trees = (rule.fails, rule.actual, rule.required) if isinstance(rule, RowRule) else ()
    return [tree for tree in trees if tree is not None]


def _reads_one_of(large: set[str], rule: Compiled, source: exp.Expr) -> bool:
    """Whether one of the tables beside the judged row is large; for a key, that is the judged one itself."""
    tables: list[exp.Expr] = [
        table for tree in _trees(rule) for table in tree.find_all(exp.Table) if not is_batch(table)
    ]
    return any(table.name in large for table in (tables or [source]))


def _at(rule: Compiled, year: Column, value: int) -> Compiled:
    """A rule for the rows of one year, which reads no more than it needs of other years."""
    if isinstance(rule, RowRule):
        return _row_rule_at(rule, year, value)
    return _query_at(rule, year, value) if isinstance(rule, QueryRule) else rule


def _row_rule_at(rule: RowRule, year: Column, value: int) -> RowRule:
    condition = None if rule.condition is None else _lookups_at(rule.condition, year, value)
    fails = _lookups_at(rule.fails, year, value)
    # What the condition says of NULL holds for what it is joined to.
    broken = fails if condition is None else fails.expression.this
    if condition == rule.condition and broken == rule.broken:
        return rule
    return replace(rule, condition=condition, broken=broken)


def _lookups_at(condition: exp.Expr, year: Column, value: int) -> exp.Expr:
    """A condition on the judged row, of which only true counts, whose look-ups read the years that they need."""
    known = {sql(col(year)): value, year.name: value}
    told = condition.copy()
    root = exp.Where(this=told)
    for lookup in list(root.find_all(exp.In)):
        query = lookup.args.get("query")
        if query is None or lookup.find_ancestor(exp.Select) is not None or not _is_decided(lookup, {*known}):
            continue
        select = query.unnest()
        values = sought(lookup)
        if not isinstance(select, exp.Select) or len(select.expressions) != len(values) or _is_cut_off(select):
            continue
        offered: Known = {}
        for wanted, column in zip(values, select.expressions, strict=True):
            number = _number(wanted, known)
            if number is not None and _is_of_every_row(select, column.unalias()):
                offered[sql(column.unalias())] = number
                select.where(exp.EQ(this=column.unalias().copy(), expression=whole(number)), copy=False)
        _tell_joins(select, offered)
    return told


def _is_decided(lookup: exp.In, known: set[str]) -> bool:
    """Whether rows of another year change nothing, not even by a NULL in them."""
    around = lookup.parent
    while isinstance(around, exp.Paren):
        around = around.parent
    if not isinstance(around, exp.Not):
        return only_true_counts(lookup)
    known = known | beside(around)
    return offers_no_null(lookup) and all(is_known(value, known) for value in sought(lookup))


def _is_cut_off(select: exp.Select) -> bool:
    """Whether a look-up picks rows by what others hold, so that none can be left out beforehand."""
    distinct = select.args.get("distinct")
    picks = distinct is not None and distinct.args.get("on") is not None
    return picks or any(select.args.get(clause) for clause in CUT_OFF) or select.find(exp.Window) is not None


def _is_of_every_row(select: exp.Select, column: exp.Expr) -> bool:
    """Whether a column of a result can be asked for before the rows are grouped."""
    if not isinstance(column, exp.Column) or isinstance(column.this, exp.Star):
        return False
    group = select.args.get("group")
    return group is None or column in group.expressions


def _query_at(rule: QueryRule, year: Column, value: int) -> QueryRule:
    """A query that joins other tables to the judged rows, told which years of them it needs."""
    select = rule.query
    joins = select.args.get("joins") or []
    if not isinstance(select, exp.Select) or not joins or any(select.args.get(clause) for clause in NOT_ROW_BY_ROW):
        return rule
    source = select.args.get("from_")
    batches = [table for table in select.find_all(exp.Table) if is_batch(table)]
    if source is None or len(batches) != 1 or batches[0] is not source.this or not all(map(_keeps_rows, joins)):
        return rule
    if select.args.get("with_") or any(_is_of_many_rows(part) for part in select.expressions):
        return rule
    told = select.copy()
    _tell_joins(told, {sql(exp.column(year.name, table=source.this.alias_or_name)): value})
    return rule if told == select else replace(rule, query=told)


def _keeps_rows(join: exp.Join) -> bool:
    return (join.side or join.kind or "").upper() in KEEPING and not join.args.get("using") and not join.method


def _is_of_many_rows(part: exp.Expr) -> bool:
    return any(node.find_ancestor(exp.Select) is None for node in part.copy().find_all(exp.AggFunc, exp.Window))


def _tell_joins(select: exp.Select, known: Known) -> None:
    """Write beside `x.year = y.year - 1` which year that is, where y's is known."""
    for join in select.args.get("joins") or ():
        on = join.args.get("on")
        if on is None or not _keeps_rows(join):
            continue
        told = []
        for part in list(on.flatten()) if isinstance(on, exp.And) else [on]:
            if not isinstance(part, exp.EQ):
                continue
            for column, other in ((part.this, part.expression), (part.expression, part.this)):
                # A column of the joined table: one of the others is only known where rows match.
                if not isinstance(column, exp.Column) or column.table != join.this.alias_or_name:
                    continue
                number = _number(other, known)
                if number is not None:
                    told.append(exp.EQ(this=column.copy(), expression=whole(number)))
                    known[sql(column)] = number
        if told:
            join.set("on", exp.and_(on.copy(), *told))


def _number(value: exp.Expr, known: Mapping[str, int]) -> int | None:
    """The whole number that an expression on known columns gives; None for any other."""
    match value:
        case exp.Column():
            return known.get(sql(value))
        case exp.Paren():
            return _number(value.this, known)
        case exp.Literal():
            return int(value.name) if value.is_int else None
        case exp.Add() | exp.Sub():
            left, right = _number(value.this, known), _number(value.expression, known)
            if left is None or right is None:
                return None
            return left + right if isinstance(value, exp.Add) else left - right
    return None
