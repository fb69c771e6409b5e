"""Every macro that is written twice gives the same on both engines, bit for bit, on figures that are hard for one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from junheng.validation.spark_settings import settings_for_now
from tests.warehouse.macros import sql_of

CHANCE = random.Random(20171)  # noqa: S311 - drawn figures, no secret
ANSI = "spark.sql.ansi.enabled"
SPACES = "\u0020\u00a0\u1680\u2000\u2007\u200a\u202f\u205f\u3000"


@pytest.fixture(autouse=True)
def settings(spark: Any) -> Iterator[None]:
    """The settings of a build on Spark."""
    with settings_for_now(spark, {"spark.sql.decimalOperations.allowPrecisionLoss": "false", ANSI: "true"}):
        yield


def doubles() -> list[float]:
    """Ties, values between two decimals, quotients, and figures beyond 53 bits of digits."""
    ties = [number / 2 for number in range(-9, 10)] + [0.5 + number / 2**20 for number in range(-3, 4)]
    drawn = [CHANCE.choice((1, -1)) * CHANCE.random() * 10 ** CHANCE.uniform(-9, 11) for _ in range(1500)]
    return [0.0, 1e-9, 0.1, 2 / 3, 98.765432109876, 12345678901.234568, *ties, *drawn]


def decimals(precision: int, scale: int) -> list[Decimal]:
    """Decimals of every length, half of them below zero."""
    lengths = [CHANCE.randint(1, precision) for _ in range(400)]
    whole = [CHANCE.choice((1, -1)) * CHANCE.randrange(10**length) for length in lengths]
    return [Decimal(f"{number}e-{scale}") for number in (0, 1, -1, *whole)]


def both(spark: Any, expression: str, kind: str, values: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """What the expression over a column `x` gives on DuckDB, and on Spark with ANSI on and off (which must agree)."""
    texts = [str(value) for value in values]
    with duckdb.connect() as connection:
        rows = "select unnest(?) as t, unnest(range(?)) as n"
        sql = (
            f"with r as (select n, cast(t as {kind}) as x from ({rows})) select {sql_of(expression)} from r order by n"
        )
        here = [row[0] for row in connection.execute(sql, [texts, len(texts)]).fetchall()]
    spark.createDataFrame(list(enumerate(texts)), "n int, t string").createOrReplaceTempView("given")
    there: list[list[Any]] = []
    for ansi in ("true", "false"):
        spark.conf.set(ANSI, ansi)
        sql = sql_of(expression, engine="spark")
        found = spark.sql(
            f"with r as (select n, cast(t as {kind}) as x from given) select {sql} as y from r order by n"
        )
        there.append([row.y for row in found.collect()])
    assert there[0] == there[1]
    return here, there[0]


@pytest.mark.parametrize(("precision", "scale"), [(18, 4), (26, 8), (38, 12)])
def test_the_double_of_a_decimal_is_the_nearest_one(spark: Any, precision: int, scale: int) -> None:
    values = decimals(precision, scale)
    here, there = both(spark, "nearest_double('x')", f"decimal({precision}, {scale})", values)
    assert here == there == [float(Fraction(value)) for value in values]


@pytest.mark.parametrize(("precision", "scale"), [(28, 9), (38, 12), (38, 18), (20, 4)])
def test_the_decimal_of_a_double_is_the_same(spark: Any, precision: int, scale: int) -> None:
    here, there = both(spark, f"decimal_of_double('x', {precision}, {scale})", "double", doubles())
    assert here == there
    assert len(set(here)) > 900


@pytest.mark.parametrize("digits", [0, 1, 4, 8])
def test_half_to_even_is_the_same(spark: Any, digits: int) -> None:
    ties = [Decimal(f"{number}5e-{digits + 1}") for number in range(-25, 26)]
    edges = [Decimal(f"{sign}{whole}") for sign in ("", "-") for whole in ("999999.999999999", "1000000", "1000002.5")]
    values = [*ties, *edges, *decimals(17, 9), *decimals(27, 9)]
    expected = [value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN) for value in values]
    here, there = both(spark, f"rounded('x', '{digits}')", "decimal(28, 10)", values)
    assert here == there == expected
    assert len(set(here[:51])) < 51  # neighbours meet at the even one
    here, there = both(spark, f"rounded_small('x', '{digits}')", "decimal(28, 10)", values)
    assert here == there == [y if abs(x) < 10**6 else None for x, y in zip(values, expected, strict=True)]


def test_a_figure_beside_a_limit_is_written_the_same(spark: Any) -> None:
    values = [Decimal("4.2") + Decimal(n).scaleb(-power) for power in range(1, 10) for n in (-5, -4, -1, 0, 1, 5, 6)]
    values += [Decimal(f"{whole}.{part}") for whole in (1_000_000, 10**12) for part in ("4", "5", "500000001")]
    limits = "[['4.2', \"'>='\", 'x >= 4.2'], ['1000000', \"'<'\", 'x < 1000000']]"
    here, there = both(spark, f"shown_against('x', '1', {limits})", "decimal(28, 10)", values)
    assert here == there
    assert {len(text.partition(".")[2]) for text in here} == {*range(1, 10)}


@pytest.mark.parametrize(("places", "scale"), [(2, 2), (8, 8), (9, 9)])
def test_text_of_a_decimal_is_written_out(spark: Any, places: int, scale: int) -> None:
    values = [Decimal(0).scaleb(-scale), Decimal(1).scaleb(-scale), *decimals(24, scale)]
    here, there = both(spark, f"decimal_text('x', {places})", f"decimal(28, {scale})", values)
    assert here == there == [f"{value:.{scale}f}" for value in values]
    here, there = both(spark, "plain_number('x')", f"decimal(28, {scale})", values)
    assert here == there
    assert "E" not in "".join(here)


def test_text_loses_the_spaces_around_it_and_only_those(spark: Any) -> None:
    values = [f"{space}实验 小学{space}" for space in SPACES] + ["\t学校\n", SPACES, "", "a\u200bb "]
    here, there = both(spark, "clean_text('x')", "string", values)
    assert here == there
    assert here[:9] == ["实验 小学"] * 9
    assert here[10] is None


def test_squares_quotients_and_dates_are_the_same(spark: Any) -> None:
    here, there = both(spark, "squared('x')", "double", doubles())
    assert here == there
    here, there = both(spark, "quotient('x', 'cast(7 as decimal(18, 4))')", "decimal(26, 8)", decimals(26, 8))
    assert here == there
    here, there = both(spark, "school_year_date('x')", "int", [24, 1999, 2024])
    assert [str(day) for day in here] == [str(day) for day in there] == ["0024-09-01", "1999-09-01", "2024-09-01"]


def test_cells_of_seeds_reach_spark_as_they_are(spark: Any) -> None:
    cells = ["None", "null", "9007199254740993", "a\\nb", "it's", '"', "\\u0041", "行\n二", "%s ${x}", ""]
    literals = [sql_of(f"spark_text({cell!r})", engine="spark") for cell in cells]
    assert [spark.sql(f"select {literal} as y").first().y for literal in literals] == cells
    assert spark.sql(f"select {sql_of('spark_text(none)', engine='spark')} as y").first().y is None
