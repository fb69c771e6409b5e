"""No shown figure contradicts its verdict: the macros that write figures as text, around every threshold."""

from __future__ import annotations

import csv
import operator
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache

import duckdb
import pytest

from tests.warehouse.harness import PROJECT
from tests.warehouse.macros import sql_of

OPERATORS: dict[str, Callable[[object, object], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}
NINTH = Decimal("1e-9")


@dataclass(frozen=True)
class Case:
    """A figure as the marts hold it, how many digits it is shown with, and the limits it was judged against."""

    exact: Fraction
    digits: int
    operator: str
    limit: Decimal
    floor: Decimal | None = None

    @property
    def value(self) -> Decimal:
        """The figure at ten places, of which the last is 0: what `exact_decimal` leaves of it."""
        scaled = abs(self.exact) * 10**9
        whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
        return Decimal(whole if self.exact >= 0 else -whole).scaleb(-9)

    def limits(self) -> Iterator[tuple[Decimal, bool]]:
        """Every limit with its verdict, which is that of the figure before any rounding."""
        for limit in (self.limit, self.floor):
            if limit is not None:
                yield limit, OPERATORS[self.operator](self.exact, Fraction(limit))

    def agrees(self, shown: Decimal) -> bool:
        return all(OPERATORS[self.operator](shown, limit) is verdict for limit, verdict in self.limits())

    def expected(self) -> str:
        """The shortest text, from so many digits on, that says the same as the verdict."""
        for places in range(self.digits, 9):
            shown = self.value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
            if self.agrees(shown):
                return text(shown)
        nearest = self.value.quantize(NINTH)
        return text(next(shown for shown in (nearest, nearest + NINTH, nearest - NINTH) if self.agrees(shown)))


def text(number: Decimal) -> str:
    return f"{abs(number) if number == 0 else number:f}"


@cache
def thresholds() -> tuple[tuple[str, Decimal, Decimal | None], ...]:
    """Every operator, limit and floor of the standards."""
    with (PROJECT / "seeds/standards/thresholds.csv").open(encoding="utf-8") as file:
        rows = [
            (
                row["operator"],
                Decimal(row["value"]),
                Decimal(row["value"]) * Decimal(row["floor_ratio"]) if row["floor_ratio"] else None,
            )
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(set(rows), key=str))


def around(number: Decimal) -> Iterator[Fraction]:
    """A limit, what lies beside it by a tenth to a billionth and less, ties of every rounding, and its like far off."""
    exact = Fraction(number)
    yield exact
    for power in range(1, 14):
        for step in (1, 5, 9):
            yield exact + Fraction(step, 10**power)
            yield exact - Fraction(step, 10**power)
    for places in range(9):
        for odd in (1, 3, 5, 7, -1, -3, -5):
            yield exact + Fraction(odd, 2 * 10**places)
    for far in (0, -number, number * 1000, number + 10**12, Decimal("999999999999.995"), Decimal("-0.0049")):
        yield Fraction(far)
    # where figures cease to be small, ties among them
    for half in (-1, 0, 1):
        yield 10**6 + Fraction(half, 2)
        yield 10**6 + Fraction(2 * half - 1, 200)
        yield -(10**6) + Fraction(half, 10**9)
        yield 10**7 + Fraction(2 * half + 1, 2)


def cases() -> list[Case]:
    numbers = random.Random(5)  # noqa: S311 - the same cases in every run
    found = {
        Case(value, digits, compared, limit, floor)
        for compared, limit, floor in thresholds()
        for near in (limit, floor)
        if near is not None
        for value in around(near)
        for digits in (0, 1, 2)
    }
    # quotients as the marts have them: a count of things over a count of pupils, near the limit
    for compared, limit, floor in thresholds():
        for _ in range(60):
            pupils = numbers.randint(1, 9000)
            things = int(limit * pupils) + numbers.randint(-2, 2)
            found.add(Case(Fraction(things, pupils), numbers.choice((0, 1, 2)), compared, limit, floor))
    return sorted(found, key=repr)


def shown(rows: Sequence[Case], sql: str) -> list[str]:
    """The texts that an expression over value, digits, operator, limit, floor and their verdicts gives, in order."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table t (n int, value decimal(28, 10), digits int, op varchar, lim decimal(18, 6), is_met boolean,"
            " low decimal(20, 8), is_floor_met boolean)"
        )
        columns: list[list[object]] = [[] for _ in range(8)]
        for n, case in enumerate(rows):
            verdicts = [verdict for _, verdict in case.limits()]
            floor = str(case.floor) if case.floor is not None else None
            row = [n, str(case.value), case.digits, case.operator, str(case.limit), verdicts[0]]
            for column, cell in zip(columns, [*row, floor, verdicts[1] if floor else None], strict=True):
                column.append(cell)
        types = ("int[]", "varchar[]", "int[]", "varchar[]", "varchar[]", "boolean[]", "varchar[]", "boolean[]")
        lists = ", ".join(f"unnest(?::{kind})" for kind in types)
        connection.execute(f"insert into t select {lists}", columns)
        return [str(row[0]) for row in connection.execute(f"select {sql} from t order by n").fetchall()]


AGAINST = "shown_against('value', 'digits', [['lim', 'op', 'is_met'], ['low', 'op', 'is_floor_met']])"


@pytest.fixture(scope="module")
def generated() -> list[Case]:
    return cases()


def test_the_text_satisfies_the_operator_exactly_when_the_verdict_does(generated: list[Case]) -> None:
    assert len(generated) > 30_000
    texts = shown(generated, sql_of(AGAINST))
    assert [case for case, found in zip(generated, texts, strict=True) if not case.agrees(Decimal(found))] == []


def test_the_text_is_the_shortest_that_does_rounded_half_to_even(generated: list[Case]) -> None:
    texts = shown(generated, sql_of(AGAINST))
    wrong = [(case, found) for case, found in zip(generated, texts, strict=True) if found != case.expected()]
    assert wrong == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/ {{ unit }} as bigint", "/ {{ unit }} + 1e-4 as bigint"),
        ("range({{ digits }}, 9)", "range({{ digits }}, {{ digits }} + 1)"),
        ("= ({{ verdict }})", "is not null"),
        ("and not ({{ verdict }})\n        then -1", "and not ({{ verdict }})\n        then 0"),
        ("* 0.5) as decimal(18, 0)) * 2", "* 1.0) as decimal(18, 0)) * 1"),
    ],
    ids=[
        "half up",
        "one digit more is never taken",
        "no verdict binds",
        "nine digits are taken as enough",
        "large ones are counted from an odd number",
    ],
)
def test_a_wrong_macro_is_noticed(generated: list[Case], old: str, new: str) -> None:
    texts = shown(generated, sql_of(AGAINST, [(old, new)]))
    assert any(found != case.expected() for case, found in zip(generated, texts, strict=True))


@pytest.mark.parametrize("digits", range(5))
def test_a_figure_without_a_limit_is_rounded_half_to_even(generated: list[Case], digits: int) -> None:
    texts = shown(generated, sql_of(f"shown_number('value', '{digits}')"))
    for case, found in zip(generated, texts, strict=True):
        assert found == text(case.value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)), case


def test_a_double_that_ends_within_nine_places_is_itself_again() -> None:
    numbers = random.Random(7)  # noqa: S311 - the same cases in every run
    written = [f"{numbers.randint(-(10**6), 10**6)}.{numbers.randint(0, 10**9 - 1):09d}" for _ in range(20_000)]
    written = [number[: len(number) - numbers.randint(0, 8)] for number in written]
    with duckdb.connect() as connection:
        sql = f"select {sql_of('exact_decimal(' + repr('v') + ')')} from (select unnest(?::double[]) as v)"
        found = [row[0] for row in connection.execute(sql, [[float(number) for number in written]]).fetchall()]
    assert found == [Decimal(number) for number in written]


def test_a_verdict_that_is_not_there_binds_nothing() -> None:
    sql = sql_of("shown_against('v', 'd', [['lim', 'op', 'verdict']])")
    with duckdb.connect() as connection:
        row = connection.execute(
            f"select {sql} from (select 4.1951::decimal(28, 10) as v, 2 as d, 4.2::decimal(18, 6) as lim, '>=' as op,"
            " null::boolean as verdict)"
        ).fetchone()
    assert row == ("4.20",)
