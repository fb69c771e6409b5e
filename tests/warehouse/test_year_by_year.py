"""Judged year by year a rule says the same of every row as judged at once, whatever is missing in the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from junheng.validation import load_suite, year_by_year
from junheng.validation.failing_rows import FailingRows
from junheng.validation.plan import plan_of
from junheng.validation.results import RuleResult
from junheng.validation.rule_engine import EngineRun
from junheng.validation.session import DuckSession
from junheng.validation.sources import described, table_named, temporary_table

COLUMNS = ("year", "id", "place", "amount")
ALIKE = "p.id = t.id and p.year = t.year - 1"
GUARDED = "p.year is not null and p.id is not null"
BOTH = "o.year is not null and o.place is not null"
# Conditions on the judged row, each a rule of its own.
CONDITIONS = {
    "found last year": "(year - 1, id) in (select p.year, p.id from raw.judged as p)",
    "found next year, grouped": "(year + 1, place) in (select p.year, p.place from raw.judged as p"
    " group by p.year, p.place having count(*) > 1)",
    "missed last year": "year is not null and id is not null"
    f" and (year - 1, id) not in (select p.year, p.id from raw.judged as p where {GUARDED})",
    "missed last year, NULL or not": "(year - 1, id) not in (select p.year, p.id from raw.judged as p)",
    "missed, only the look-up is known": "(year - 1, id) not in"
    f" (select p.year, p.id from raw.judged as p where {GUARDED})",
    "under or": "amount = 1 or (year, amount) in (select o.year, o.amount from raw.other as o)",
    "under not": "not (amount = 1 and (year, amount) in (select o.year, o.amount from raw.other as o))",
    "two at once": "(year, id) in (select o.year, o.id from raw.other as o)"
    f" and year is not null and place is not null"
    f" and (year, place) not in (select o.year, o.place from raw.other as o where {BOTH})",
    "the same as last year": "(year, place) in (select n.year, n.place from raw.judged as n left join raw.judged as p"
    " on p.id = n.id and p.year = n.year - 1 and p.amount = n.amount group by n.year, n.place"
    " having count(*) = count(p.id))",
    "two years back": "(year, id) in (select n.year, n.id from raw.judged as n join raw.judged as p on p.id = n.id"
    " and n.year - 1 = p.year join raw.other as o on o.year = p.year - 1 and o.id = p.id)",
    "the first of a year": "(year, amount) in (select o.year, o.amount from raw.other as o order by all limit 1)",
    "the first of each place": "(year, place) in (select distinct on (o.place) o.year, o.place from raw.other as o"
    " order by all)",
    "each once": "(year, place) in (select distinct o.year, o.place from raw.other as o)",
    "as many as there are years": "amount in (select count(*) over (partition by o.year) from raw.other as o)",
    "the place in the table": "rowid < 0 and (year, id) in (select o.year, o.id from raw.other as o)",
}
QUERIES = {
    "joined": f"select t.* from {{batch}} as t join raw.judged as p on {ALIKE} where t.amount < p.amount",
    "left joined": f"select t.* from {{batch}} as t left join raw.judged as p on {ALIKE} where p.amount is null",
    "joined to groups": "select t.* from {batch} as t join (select p.year, p.place, sum(p.amount) as amount"
    " from raw.judged as p group by p.year, p.place) as s on s.year = t.year - 1 and s.place = t.place"
    " where s.amount > t.amount",
    "left joined twice": "select t.* from {batch} as t left join raw.judged as p"
    " on t.place = p.year and p.year = t.year left join raw.other as o on o.year = p.year + 1 where o.id is null",
    "grouped": "select t.year, t.id, min(t.amount) as actual_value from {batch} as t join raw.other as o"
    " on o.year = t.year group by t.year, t.id having count(*) > 1",
    "distinct": "select distinct t.year, t.id from {batch} as t join raw.other as o on o.year = t.year",
    "numbered": "select t.* from {batch} as t join raw.other as o on o.year = t.year"
    " qualify row_number() over (order by t.year, t.id, t.place, t.amount, o.id, o.place, o.amount) = 1",
    "right joined": "select t.year, t.id from {batch} as t right join raw.other as o"
    " on o.year = t.year and o.id = t.id",
    "joined to itself": "select t.* from {batch} as t join {batch} as p on p.year = t.year - 1 and p.id = t.id",
}
AT_ONCE = {
    "missed last year, NULL or not",
    "missed, only the look-up is known",
    "under not",
    "the first of a year",
    "the first of each place",
    "as many as there are years",
    "the place in the table",
    "grouped",
    "distinct",
    "numbered",
    "right joined",
    "joined to itself",
}
RULES: list[dict[str, Any]] = [
    {
        "type": "unexpected_rows_expectation",
        "kwargs": {"unexpected_rows_query": query},
        "meta": {"rule_id": name, "scope": None},
    }
    for name, query in {
        **{name: f"select * from {{batch}} where {condition}" for name, condition in CONDITIONS.items()},
        **QUERIES,
    }.items()
]
RULES += [
    {
        "type": "expect_compound_columns_to_be_unique",
        "kwargs": {"column_list": [*COLUMNS[:2]], "ignore_row_if": ignored},
        "meta": {"rule_id": f"key, {ignored}"},
    }
    for ignored in ("never", "any_value_is_missing", "all_values_are_missing")
]
RULES.append({"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}, "meta": {"rule_id": "ids"}})
for rule in RULES:
    rule["meta"] = {name: value for name, value in rule["meta"].items() if value is not None}
SUITE = load_suite({"name": "s", "meta": {"table": "raw.judged", "keys": ["year", "id"]}, "expectations": RULES})

few = st.one_of(st.none(), st.integers(1, 3))
rows = st.lists(st.tuples(st.one_of(st.none(), st.integers(2020, 2023)), few, few, few), max_size=14)
Rows = list[tuple[int | None, ...]]


@contextmanager
def tables(judged: Rows, other: Rows) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        for name, found in (("judged", judged), ("other", other)):
            connection.execute(f"create table raw.{name} ({', '.join(f'{column} integer' for column in COLUMNS)})")
            if found:
                connection.executemany(f"insert into raw.{name} values (?, ?, ?, ?)", found)
        yield connection


def judge(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, RuleResult], list[tuple[Any, ...]], EngineRun]:
    """The results, all failing rows, and the run itself."""
    relation = table_named(SUITE.table)
    store = FailingRows(connection, temporary_table(), temporary=True)
    run = EngineRun(DuckSession(connection), relation, plan_of(SUITE, described(connection, relation), {}), store)
    results = {result.rule_id: result for result in run.run()}
    return results, connection.execute("from temp.main.failing_row order by all").fetchall(), run


def by_year(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, RuleResult], list[tuple[Any, ...]], EngineRun]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(year_by_year, "ROWS_AT_ONCE", -1)
        return judge(connection)


@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(judged=rows, other=rows)
def test_results_and_failing_rows_are_the_same(judged: Rows, other: Rows) -> None:
    with tables(judged, other) as connection:
        whole, failing, _ = judge(connection)
        parts, failing_of_parts, _ = by_year(connection)
    assert [name for name, result in whole.items() if result.status == "error"] == []
    assert parts == whole
    assert failing_of_parts == failing


FULL: Rows = [(year, number, number, 1) for year in (2020, 2021) for number in range(3)]


def test_exactly_the_rules_that_look_into_a_known_year_are_divided() -> None:
    with tables(FULL, FULL) as connection:
        plan = plan_of(SUITE, described(connection, table_named(SUITE.table)), {})
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(year_by_year, "ROWS_AT_ONCE", -1)
            parts = [*year_by_year.divided(DuckSession(connection), plan, table_named(SUITE.table))]
    assert set(parts[0][0].rules) == {*AT_ONCE, "ids"}
    assert len(parts) == 3
    assert all(set(part.rules) == set(plan.rules) - {*AT_ONCE, "ids"} for part, _ in parts[1:])


def test_each_look_up_and_each_join_reads_the_years_it_needs() -> None:
    with tables(FULL, FULL) as connection:
        _, _, run = by_year(connection)
        texts = " ".join(run.statements)
    for needed in ("p.year = 2019", "p.year = 2020", "n.year = 2021", "s.year = 2020", "o.year = 2018"):
        assert needed in texts


def test_small_tables_are_judged_at_once() -> None:
    with tables(FULL, FULL) as connection:
        _, _, run = judge(connection)
        assert "2020" not in " ".join(run.statements)


def test_a_rule_that_raises_in_one_year_is_an_error_and_has_no_failing_rows() -> None:
    query = (
        "select t.* from {batch} as t join raw.judged as p on p.id = t.id and p.year = t.year"
        " where if(t.year = 2021, error('later'), true)"
    )
    raising = load_suite(
        {
            "name": "s",
            "meta": {"table": "raw.judged", "keys": ["year", "id"]},
            "expectations": [
                {
                    "type": "unexpected_rows_expectation",
                    "kwargs": {"unexpected_rows_query": query},
                    "meta": {"rule_id": "raises"},
                }
            ],
        }
    )
    with tables(FULL, FULL) as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(year_by_year, "ROWS_AT_ONCE", -1)
        relation = table_named(raising.table)
        store = FailingRows(connection, temporary_table(), temporary=True)
        plan = plan_of(raising, described(connection, relation), {})
        (result,) = EngineRun(DuckSession(connection), relation, plan, store).run()
        assert (result.status, result.rows_failed) == ("error", 0)
        assert connection.execute("from temp.main.failing_row").fetchall() == []
