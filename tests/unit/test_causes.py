"""A cause is named unless it cannot have done it; what is not known is called that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from junheng.history.causes import UNKNOWN, Differences, causes, differences
from junheng.history.changes import Judged, VerdictChange
from junheng.history.record import RunRecord

SAME = {"data": "d", "standards": "s", "rules": "r", "code": "c", "parameters": "p"}
BEFORE = RunRecord("a", "published", "2026-01-01T00:00:00.000Z", fingerprints=SAME)


def after(**classes: str) -> RunRecord:
    return replace(BEFORE, run_id="b", fingerprints=SAME | classes)


def judged(status: str, value: str | None = "5", threshold: str | None = "4") -> Judged:
    return Judged(status, status, None, value, threshold, value, "1")


def change(kind: str = "indicator", **given: Any) -> VerdictChange:
    known: dict[str, Any] = {
        **{"school_year": 2024, "county_code": "500152", "school_code": "1", "stage": "primary"},
        **{"id": "teaching_area_per_pupil", "name": "x", "before": judged("met"), "after": judged("not_met", "3")},
    }
    return VerdictChange(kind, **(known | given))


def county(**given: Any) -> VerdictChange:
    return change("county", **{"school_code": None, "stage": None, "id": None} | given)


def unit(**given: Any) -> VerdictChange:
    return change("unit", **{"id": None} | given)


def found(*classes: str, tables: frozenset[str] | None = None) -> Differences:
    return Differences(classes, tables)


@pytest.mark.parametrize("cause", ["data", "standards", "rules", "code"])
def test_what_differs_is_found_class_by_class(cause: str) -> None:
    assert differences(BEFORE, after(**{cause: "other"})).classes == (cause,)


def test_nothing_differs_between_equal_inputs_and_then_nothing_is_a_cause() -> None:
    assert differences(BEFORE, after()).classes == ()
    assert causes([change()], found(), quarantine=True) == [()]


def test_a_build_that_kept_no_fingerprints_leaves_the_cause_unknown() -> None:
    for one, other in ((replace(BEFORE, fingerprints={}), after()), (BEFORE, replace(BEFORE, fingerprints={}))):
        differing = differences(one, other)
        assert differing.classes is None
        assert causes([change(), county()], differing, quarantine=False) == [(UNKNOWN,), (UNKNOWN,)]


@pytest.mark.parametrize("name", ["language", "with_report", "fail_on", "worse", "is_sample"])
def test_parameters_on_which_no_verdict_rests_are_no_cause(name: str) -> None:
    asked = replace(after(parameters="other"), parameters={name: "changed"})
    assert differences(BEFORE, asked).classes == ()


def test_asking_for_the_year_that_is_judged_anyway_is_no_cause() -> None:
    before = replace(BEFORE, school_year=2024, parameters={"school_year": None})
    asked = replace(after(parameters="other"), school_year=2024, parameters={"school_year": 2024})
    assert differences(before, asked).classes == ()
    assert differences(before, replace(asked, school_year=2023)).classes == ("parameters",)


def test_parameters_on_which_verdicts_rest_are_a_cause() -> None:
    asked = replace(after(parameters="other"), parameters={"quarantine": True, "language": "en"})
    assert differences(BEFORE, asked).classes == ("parameters",)


def test_rules_are_a_cause_only_where_they_set_rows_aside() -> None:
    assert causes([change()], found("data", "rules"), quarantine=True) == [("data", "rules")]
    assert causes([change()], found("data", "rules"), quarantine=False) == [("data",)]


def test_the_same_figure_beside_another_limit_is_the_work_of_the_standards() -> None:
    limit = change(after=judged("not_met", threshold="6"))
    assert causes([limit], found("data", "standards", "code"), quarantine=False) == [("standards",)]
    assert causes([limit], found("data", "code"), quarantine=False) == [("code",)]


def test_another_figure_beside_another_limit_may_have_either_cause() -> None:
    both = change(after=judged("not_met", "3", "6"))
    assert causes([both], found("data", "standards"), quarantine=False) == [("data", "standards")]


def test_a_verdict_without_a_figure_may_have_any_cause() -> None:
    empty = change(before=judged("no_data", None), after=judged("not_met", None, "6"))
    assert causes([empty], found("data", "standards"), quarantine=False) == [("data", "standards")]


def test_tables_that_a_figure_does_not_rest_on_are_ruled_out() -> None:
    both = ("data", "code")
    for tables, expected in ((frozenset({"staff"}), ("code",)), (frozenset({"staff", "facilities"}), both)):
        assert causes([change()], found(*both, tables=tables), quarantine=False) == [expected]
    assert causes([change()], found(*both, tables=None), quarantine=False) == [both]
    assert causes([change(id="unheard_of")], found(*both, tables=frozenset({"staff"})), quarantine=False) == [both]


def test_the_only_class_that_differs_is_the_cause_whatever_the_tables() -> None:
    """An unexpected dependency is told as data, not hidden as no cause at all."""
    assert causes([change()], found("data", tables=frozenset({"staff"})), quarantine=False) == [("data",)]


@pytest.mark.parametrize("kind", ["new", "gone"])
def test_a_verdict_that_is_new_or_gone_may_have_any_cause(kind: str) -> None:
    one = change(**{"before" if kind == "new" else "after": None})
    differing = found("data", "standards", tables=frozenset({"staff"}))
    assert causes([one], differing, quarantine=False) == [("data", "standards")]


def test_a_unit_and_a_county_change_because_of_their_figures() -> None:
    limit = change(after=judged("not_met", threshold="6"))
    changes = [county(), unit(), limit]
    assert causes(changes, found("data", "standards"), quarantine=False) == [("standards",)] * 3


def test_a_unit_has_only_the_causes_of_its_own_figures() -> None:
    limit = change(after=judged("not_met", threshold="6"))
    other = change(school_code="2", after=judged("not_met", "3"))
    changes = [county(), unit(), unit(school_code="2"), limit, other]
    both = ("data", "standards")
    expected = [both, ("standards",), both, ("standards",), both]
    assert causes(changes, found(*both), quarantine=False) == expected


def test_a_whole_none_of_whose_figures_changed_may_have_any_cause() -> None:
    assert causes([county(county_code="500153"), change()], found("data", "code"), quarantine=False)[0] == (
        "data",
        "code",
    )


def test_files_standards_and_tables_that_differ_are_named() -> None:
    def of(sha: str, table: str, standard: str, *more: dict[str, str]) -> RunRecord:
        inputs = (
            {"kind": "data", "name": "schools.csv", "sha256": sha},
            {"kind": "ledger", "name": "l", "sha256": sha},
        )
        return replace(
            BEFORE,
            inputs=(*inputs, *more),
            standards={"cn_2017": standard, "own": "1"},
            landing={"tables": {"schools": table, "staff": "1"}},
        )

    differing = differences(of("1", "1", "1"), of("2", "2", "2"))
    assert (differing.files, differing.tables, differing.standards) == (
        ("schools.csv",),
        frozenset({"schools"}),
        ("cn_2017",),
    )
    mapped = of("2", "2", "2", {"kind": "data", "name": "map: m.yml", "sha256": "m"})
    # Another map may read the same files as other tables: nothing can be ruled out by their names.
    assert differences(of("1", "1", "1"), mapped).tables is None
