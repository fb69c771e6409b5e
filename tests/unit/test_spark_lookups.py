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


def test_a_hashed_look_up_is_made_beforehand_with_its_negation() -> None:
    tree = decided(sqlglot.parse_one(f"{KNOWN} and (not (x, y) in ({FULL}))", read="duckdb"))
    lookups: dict[str, str] = {}
    left = without_lookups(tree, lookups).sql("spark")
    (made,) = lookups
    assert made.startswith("NOT COALESCE((x, y) IN (SELECT")
    assert made.endswith(", FALSE)")
    assert "SELECT" not in left
