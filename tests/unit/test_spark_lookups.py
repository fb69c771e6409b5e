"""Look-ups that Spark can hash: only those that are never unknown where the conditions beside them hold."""

from __future__ import annotations

import pytest
import sqlglot

from junheng.validation.spark_lookups import decided, without_lookups

FULL = "select s.a, s.b from t as s where not s.a is null and not s.b is null"
KNOWN = "(not x is null and not y is null)"


@pytest.mark.parametrize(
    ("told", "is_hashed"),
    [
        (f"{KNOWN} and (not (x, y) in ({FULL}))", True),
        (f"{KNOWN} and ((not (x, y) in ({FULL})) and (not (x - 1, y) in ({FULL})))", True),
        ("not x is null and not x in (select s.a from t as s where not s.a is null)", True),
        (f"(x - 1, y) in (select u.a, u.b from u) and (not (x, y) in ({FULL}))", True),
        (f"x > 0 and z = y and (not (x, y) in ({FULL}))", True),
        (f"x > 0 and z = nullif(y, 1) and (not (x, y) in ({FULL}))", False),
        (f"x > 0 and not (y in (select u.a from u)) and (not (x, y) in ({FULL}))", False),
        (f"not x is null and (not (x, y) in ({FULL}))", False),
        (f"{KNOWN} or (not (x, y) in ({FULL}))", False),
        (f"{KNOWN} and (not (x, nullif(y, 1)) in ({FULL}))", False),
        (f"{KNOWN} and (not (x, y) in (select s.a, s.b from t as s where not s.a is null))", False),
        (f"{KNOWN} and (not (x, y) in (select s.a, s.b from t as s where not s.a is null or not s.b is null))", False),
        (f"{KNOWN} and ((x, y) in ({FULL}))", False),
        (f"not ({KNOWN}) and (not (x, y) in ({FULL}))", False),
        ("not x in (1, 2)", False),
    ],
)
def test_a_look_up_is_hashed_where_nothing_is_unknown(told: str, is_hashed: bool) -> None:
    tree = sqlglot.parse_one(told, read="duckdb")
    assert ("COALESCE" in decided(tree.copy()).sql("spark")) is is_hashed
    if not is_hashed:
        assert decided(tree.copy()) == tree


@pytest.mark.parametrize(
    ("told", "is_written_out"),
    [
        (f"select 1 from u where z = 1 or not (x, y) in ({FULL})", True),
        (f"select count_if(x > 0 and not (x, y) in ({FULL})) from u", True),
        (f"select case when not (x, y) in ({FULL}) then 1 end from u", True),
        (f"select case when x > 0 then not (x, y) in ({FULL}) end from u", False),
        (f"select case z when not (x, y) in ({FULL}) then 1 end from u", False),
        (f"select 1 from u where not (z = 1 and not (x, y) in ({FULL}))", False),
        (f"select not (x, y) in ({FULL}) from u", False),
        ("select 1 from u where not (x, y) in (select s.a, s.b from t as s where not s.a is null)", False),
    ],
)
def test_a_look_up_is_written_out_where_only_true_counts(told: str, is_written_out: bool) -> None:
    tree = sqlglot.parse_one(told, read="duckdb")
    assert ("EXISTS" in decided(tree.copy()).sql("spark")) is is_written_out
    if not is_written_out:
        assert decided(tree.copy()) == tree


def test_a_look_up_that_is_written_out_is_made_beforehand_as_a_whole() -> None:
    tree = decided(sqlglot.parse_one(f"count_if(x > 0 and (not (x, y) in ({FULL})))", read="duckdb"))
    lookups: dict[str, str] = {}
    left = without_lookups(tree, lookups).sql("spark")
    (made,) = lookups
    assert made.startswith("((NOT y IS NULL AND NOT COALESCE((x, y) IN (SELECT")
    assert ", FALSE)) OR NOT EXISTS(SELECT" in made
    assert "SELECT" not in left


def test_a_hashed_look_up_is_made_beforehand_with_its_negation() -> None:
    tree = decided(sqlglot.parse_one(f"{KNOWN} and (not (x, y) in ({FULL}))", read="duckdb"))
    lookups: dict[str, str] = {}
    left = without_lookups(tree, lookups).sql("spark")
    (made,) = lookups
    assert made.startswith("NOT COALESCE((x, y) IN (SELECT")
    assert made.endswith(", FALSE)")
    assert "SELECT" not in left
