"""Recomputes the relations of the published documents from the seeds, in fractions: a second way to each verdict."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from pathlib import Path

SEEDS = Path(__file__).parents[2] / "seeds"
Row = dict[str, str]


@dataclass(frozen=True)
class Interval:
    """What a printed figure can stand for; an end that is None is open."""

    value: Fraction
    low: Fraction | None
    high: Fraction | None

    def __add__(self, other: Interval) -> Interval:
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(self.value + other.value, low, high)

    def times(self, other: Interval) -> Interval:
        """Product of two intervals that are nowhere below zero."""
        assert self.low is not None
        assert other.low is not None
        high = None if self.high is None or other.high is None else self.high * other.high
        return Interval(self.value * other.value, self.low * other.low, high)

    def scaled(self, factor: Fraction) -> Interval:
        """The interval times a number; a negative one swaps the ends."""
        ends = (self.low, self.high) if factor >= 0 else (self.high, self.low)
        low, high = (None if end is None else end * factor for end in ends)
        return Interval(self.value * factor, low, high)


@dataclass(frozen=True)
class Verdict:
    """Status of a relation, the recomputed value (None when it cannot be computed), and whether it looks cut off."""

    status: str
    computed: Fraction | None = None
    is_cut_off: bool = False


def rows(path: str) -> list[Row]:
    """Rows of a seed."""
    with (SEEDS / path).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def last_place(printed: str, is_round_number: bool) -> Fraction:
    """Unit of the last digit that counts; of a round number (400余) that of the last digit above zero."""
    if "." in printed:
        return Fraction(1, 10 ** len(printed.split(".")[1]))
    zeros = len(printed) - len(printed.rstrip("0")) if is_round_number else 0
    return Fraction(10**zeros)


def printed_interval(claim: Row) -> Interval | None:
    """What the words around a printed figure allow; None when nothing legible is printed."""
    if claim["qualifier"] == "range":
        return Interval(Fraction(claim["lower"]), Fraction(claim["lower"]), Fraction(claim["upper"]))
    if not claim["value"] or claim["damage"]:
        return None
    value = Fraction(claim["value"])
    qualifier = claim["qualifier"]
    place = last_place(claim["printed"], qualifier in ("about", "more_than", "nearly"))
    ends: dict[str, tuple[Fraction | None, Fraction | None]] = {
        "exact": (value, value),
        "rounded": (value - place / 2, value + place / 2),
        "about": (value - place / 2, value + place / 2),
        "more_than": (value, value + place),
        "nearly": (value - place, value),
        "at_least": (value, None),
        "at_most": (Fraction(0), value),
    }
    return Interval(value, *ends[qualifier])


def limits() -> dict[str, Fraction]:
    """Limits of the standards by the id that a term may name."""
    found: dict[str, Fraction] = {}
    for row in rows("standards/thresholds.csv"):
        if row["value"]:
            found[row["threshold_id"]] = Fraction(row["value"])
        if row["floor_ratio"]:
            found[row["threshold_id"] + "__floor_ratio"] = Fraction(row["floor_ratio"])
    for row in rows("standards/funding_quotas.csv"):
        if row["value"]:
            found[row["quota_id"]] = Fraction(row["value"])
    for row in rows("standards/parameters.csv"):
        if row["jurisdiction"] == "CN":
            found[f"{row['parameter_id']}__{row['stage']}"] = Fraction(row["value"])
    for row in rows("standards/class_bands.csv"):
        found[f"class_band__{row['band_id']}__min_pupils"] = Fraction(row["min_pupils"])
    for row in rows("standards/evaluation_items.csv"):
        if row["standard_id"] == "cn_2017":
            key = f"item_count__{row['grp']}"
            found[key] = found.get(key, Fraction(0)) + 1
    return found


def term_intervals(terms: list[Row], document: str, claims: dict[tuple[str, str], Row]) -> list[Interval | None]:
    """The interval of each term; None for a term that is missing or damaged."""
    known = limits()
    found: list[Interval | None] = []
    for term in terms:
        if term["term_kind"] == "claim":
            found.append(printed_interval(claims[document, term["term_id"]]))
        elif term["term_kind"] == "missing":
            found.append(None)
        else:
            number = known[term["term_id"]] if term["term_kind"] == "limit" else Fraction(term["constant"])
            found.append(Interval(number, number, number))
    return found


def side(terms: list[Row], intervals: list[Interval | None], roles: set[str]) -> Interval | None:
    """Sum of the products of the terms in these roles; None when there are none."""
    products: dict[str, list[tuple[Interval, int]]] = defaultdict(list)
    for term, interval in zip(terms, intervals, strict=True):
        if term["role"] in roles:
            assert interval is not None
            products[term["product_no"]].append((interval, int(term["coefficient"])))
    total: Interval | None = None
    for factors in products.values():
        product = factors[0][0]
        for factor, _ in factors[1:]:
            product = product.times(factor)
        signed = product.scaled(Fraction(prod(coefficient for _, coefficient in factors)))
        total = signed if total is None else total + signed
    return total


def compare(left: Interval, operator: str, low: Fraction | None, high: Fraction | None) -> bool | None:
    """Whether ``left operator right`` is certain (True), impossible (False) or open (None), right in [low, high]."""
    above = left.low is not None and high is not None and left.low > high
    below = left.high is not None and low is not None and left.high < low
    not_below = left.low is not None and high is not None and left.low >= high
    not_above = left.high is not None and low is not None and left.high <= low
    certain, impossible = {
        "=": (not above and not below, above or below),
        "<=": (not_above, above),
        "<": (below, not_below),
        ">=": (not_below, below),
        ">": (above, not_above),
    }[operator]
    return True if certain else False if impossible else None


def judge(relation: Row, terms: list[Row], claims: dict[tuple[str, str], Row]) -> Verdict:
    """Status and value of one relation."""
    intervals = term_intervals(terms, relation["document"], claims)
    left_terms = [term for term in terms if term["role"] == "left"]
    if any(interval is None for interval in intervals):
        return Verdict("not_checkable")
    left = side(terms, intervals, {"left"})
    divisor = side(terms, intervals, {"denominator"}) or Interval(Fraction(1), Fraction(1), Fraction(1))
    right = side(terms, intervals, {"right", "numerator", "factor"})
    scale, shift = Fraction(relation["scale"]), Fraction(relation["shift"])
    assert left is not None
    assert divisor.low is not None
    assert divisor.low > 0
    if relation["kind"] == "integrality":
        whole = Fraction(round(left.value * divisor.value / scale))
        right = Interval(whole, whole, whole)
    assert right is not None
    low = None if right.low is None or divisor.high is None else scale * right.low / divisor.high + shift
    high = None if right.high is None else scale * right.high / divisor.low + shift
    computed = scale * right.value / divisor.value + shift
    verdict = compare(left, relation["operator"], low, high)
    if relation["definition_kind"] == "scopes_differ":
        return Verdict("definition_differs", computed)
    if verdict is None:
        return Verdict("not_checkable", computed)
    if not verdict:
        is_rounded = False
        is_equation = relation["operator"] == "=" and relation["kind"] != "integrality"
        if len(left_terms) == 1 and is_equation and left_terms[0]["term_kind"] == "claim":
            claim = claims[relation["document"], left_terms[0]["term_id"]]
            place = last_place(claim["printed"], claim["qualifier"] == "about")
            is_rounded = claim["qualifier"] in ("rounded", "about") and left.value <= computed < left.value + place
        return Verdict("contradicts", computed, is_rounded)
    return Verdict("definition_differs" if relation["definition_kind"] else "holds", computed)


def judge_all() -> dict[str, Verdict]:
    """Verdict of every relation of the published documents, by relation id."""
    claims = {(claim["document"], claim["claim_id"]): claim for claim in rows("published/claims.csv")}
    terms: dict[str, list[Row]] = defaultdict(list)
    for term in rows("published/relation_terms.csv"):
        terms[term["relation_id"]].append(term)
    return {
        relation["relation_id"]: judge(relation, terms[relation["relation_id"]], claims)
        for relation in rows("published/relations.csv")
    }
