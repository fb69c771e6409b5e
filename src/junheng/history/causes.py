"""Why a verdict is another one: what differs between the inputs of two builds, and which of that can be the cause.

Nothing is guessed. Where several kinds of input have changed, a cause is ruled out only when it cannot have done it;
those that are left are all named.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from junheng.history.changes import VerdictChange
from junheng.history.record import RunRecord

# In the order in which they are told. `rules` decide only which rows are set aside.
CAUSES = ("data", "standards", "rules", "code", "parameters")
UNKNOWN = "unknown"
# Verdicts that change because of the figures they are made of.
WHOLES = ("unit", "county")


@dataclass(frozen=True)
class Differences:
    """What differs between the inputs of two builds.

    `classes` are those of CAUSES that differ, in order; None when one of the builds did not keep its fingerprints.
    `tables` are the raw tables whose files differ, None when that is not known.
    """

    classes: tuple[str, ...] | None
    tables: frozenset[str] | None
    standards: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def differences(before: RunRecord, after: RunRecord) -> Differences:
    """Compare what two runs were given."""
    return Differences(
        _classes(before, after),
        _tables(before, after),
        _other(before.standards, after.standards),
        _other(_files(before), _files(after)),
    )


def causes(changes: Sequence[VerdictChange], found: Differences, *, quarantine: bool) -> list[tuple[str, ...]]:
    """For each change the causes that are possible, in the order of CAUSES; `unknown` when nothing is known of them.

    An empty tuple: the inputs are the same, so the verdict should be.
    """
    if found.classes is None:
        return [(UNKNOWN,)] * len(changes)
    possible = tuple(cause for cause in found.classes if cause != "rules" or quarantine)
    own = [_of_one(change, possible, found.tables) for change in changes]
    parts = _of_parts(changes, own)
    of_wholes = [parts.get((change.kind, _place(change, change.kind)), set()) for change in changes]
    return [
        tuple(cause for cause in CAUSES if cause in made_of) or of_change
        for of_change, made_of in zip(own, of_wholes, strict=True)
    ]


def _classes(before: RunRecord, after: RunRecord) -> tuple[str, ...] | None:
    if not before.fingerprints or not after.fingerprints:
        return None
    return tuple(
        cause
        for cause in CAUSES
        if before.fingerprints.get(cause) != after.fingerprints.get(cause) and not _is_unasked(cause, before, after)
    )


def _is_unasked(cause: str, before: RunRecord, after: RunRecord) -> bool:
    """Whether only such parameters differ as no verdict rests on: language, whether a report is written."""
    if cause != "parameters":
        return False
    silent = ("language", "with_report", "fail_on", "worse", "is_sample")
    asked = [
        # The year that was judged, whether it was asked for or is the last one of the data.
        {name: value for name, value in run.parameters.items() if name not in silent} | {"school_year": run.school_year}
        for run in (before, after)
    ]
    return asked[0] == asked[1]


def _tables(before: RunRecord, after: RunRecord) -> frozenset[str] | None:
    one, other = before.landing.get("tables"), after.landing.get("tables")
    if not one or not other or _maps(before) != _maps(after):
        return None
    return frozenset(name for name in {*one, *other} if one.get(name) != other.get(name))


def _maps(run: RunRecord) -> list[str]:
    return [str(file["sha256"]) for file in run.inputs if str(file["name"]).startswith("map: ")]


def _files(run: RunRecord) -> Mapping[str, str]:
    return {str(file["name"]): str(file["sha256"]) for file in run.inputs if file.get("kind") != "ledger"}


def _other(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))


def _of_one(change: VerdictChange, possible: tuple[str, ...], tables: frozenset[str] | None) -> tuple[str, ...]:
    """Rule out what cannot have changed one figure."""
    if len(possible) < 2 or change.before is None or change.after is None or change.kind in WHOLES:
        return possible
    before, after = change.before, change.after
    left = list(possible)
    is_same_value = (before.value, before.numerator, before.denominator) == (
        after.value,
        after.numerator,
        after.denominator,
    )
    if is_same_value and before.value is not None and before.threshold != after.threshold:
        # The school is as it was and another limit stands beside it: limits come from the standards (or the program).
        left = [cause for cause in left if cause in ("standards", "code")]
        left = ["standards"] if "standards" in left else left
    rests_on = _input_tables().get(change.id or "")
    if "data" in left and tables is not None and rests_on is not None and not tables & rests_on:
        left.remove("data")
    return tuple(left) or possible


def _of_parts(
    changes: Sequence[VerdictChange], own: Sequence[tuple[str, ...]]
) -> Mapping[tuple[str, tuple[object, ...]], set[str]]:
    """The causes of all figures that a unit's, and a county's, verdict is made of."""
    found: dict[tuple[str, tuple[object, ...]], set[str]] = {}
    for change, of_change in zip(changes, own, strict=True):
        if change.kind not in WHOLES:
            found.setdefault(("county", _place(change, "county")), set()).update(of_change)
        if change.kind == "indicator":
            found.setdefault(("unit", _place(change, "unit")), set()).update(of_change)
    return found


def _place(change: VerdictChange, kind: str) -> tuple[object, ...]:
    if kind == "county":
        return change.school_year, change.county_code
    return change.school_year, change.county_code, change.school_code, change.stage


@cache
def _input_tables() -> Mapping[str, frozenset[str]]:
    with (Path(__file__).parent / "input_tables.toml").open("rb") as file:
        return {name: frozenset(entry["tables"]) for name, entry in tomllib.load(file).items()}
