"""Results in the shape of Great Expectations' `ExpectationSuiteValidationResult`, written without loading it.

Great Expectations knows success and failure only. What it has no word for (no data, not applicable, a warning) stands
in `meta` of each result; a rule that does not apply has `success: null`, every other one that did not pass has
`success: false`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from junheng.validation.catalogue import ACCEPTED

if TYPE_CHECKING:
    from junheng.validation.results import FailingRow, RuleResult, ValidationResult
    from junheng.validation.suites import Parameters, Suite

BY_ROW = frozenset({"row", "unique", "spread"})
QUERY = "query"
QUANTILES = "expect_column_quantile_values_to_be_between"


def filled_document(suite: Suite, parameters: Parameters) -> dict[str, Any]:
    """The suite as it was judged, with every parameter in its place, in plain JSON types."""
    used = {name for rule in suite.rules for name in rule.parameter_names()}
    return {
        "name": suite.name,
        "id": suite.document.get("id"),
        "parameters": as_json({name: parameters[name] for name in sorted(used)}),
        "expectations": [
            {**as_json(dict(rule.document)), "kwargs": as_json(rule.filled(parameters))} for rule in suite.rules
        ],
    }


def gx_document(result: ValidationResult) -> dict[str, Any]:
    """A result as Great Expectations writes it: in the order of the suite, failing rows as far as the samples reach.

    Raises ValueError for a result that was not made by `validate`: it does not know the arguments of its rules.
    """
    if result.document is None:
        raise ValueError("the suite of this result is not kept")
    asked = result.document["expectations"]
    results = [
        gx_result(rule, expectation, result.rows) for rule, expectation in zip(result.results, asked, strict=True)
    ]
    evaluated = [found["success"] for found in results if found["success"] is not None]
    passed = sum(evaluated)
    return {
        "success": result.success,
        "suite_name": result.suite,
        "suite_parameters": result.document["parameters"],
        "id": result.document["id"] if is_uuid(result.document["id"]) else None,
        "results": results,
        "statistics": {
            "evaluated_expectations": len(evaluated),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(evaluated) - passed,
            "success_percent": passed * 100 / len(evaluated) if evaluated else None,
        },
        "meta": {"table": result.table, "rows": result.rows, "counts": dict(result.counts)},
    }


def gx_refusal(suite: str, message: str) -> dict[str, Any]:
    """A suite that could not be asked: no success, no results, and why."""
    numbers = dict.fromkeys(("evaluated_expectations", "successful_expectations", "unsuccessful_expectations"), 0)
    return {
        "success": False,
        "suite_name": suite,
        "suite_parameters": {},
        "id": None,
        "results": [],
        "statistics": {**numbers, "success_percent": None},
        "meta": {"error": message},
    }


def gx_result(rule: RuleResult, expectation: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """One rule as an `ExpectationValidationResult`."""
    raised = rule.status == "error"
    kept = ("type", "kwargs", "meta", "severity", "description")
    configuration = {name: expectation[name] for name in kept if expectation.get(name) is not None}
    if is_uuid(expectation.get("id")):
        configuration["id"] = expectation["id"]
    return {
        "success": None if rule.status == "not_applicable" else rule.success,
        "expectation_config": configuration,
        "result": figures(rule, expectation, rows) if rule.status in ("pass", "fail", "warn") else {},
        "meta": {
            "status": rule.status,
            "reason": rule.reason,
            "rows_checked": rule.rows_checked,
            "rows_failed": rule.rows_failed,
            "required": rule.required,
            "failing_rows": [located(row) for row in rule.sample],
        },
        "exception_info": {
            "raised_exception": raised,
            "exception_message": rule.reason if raised else None,
            "exception_traceback": rule.reason if raised else None,
        },
    }


def figures(rule: RuleResult, expectation: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """The `result` of a rule that was judged, in the form that its type has in Great Expectations."""
    kind = ACCEPTED[rule.expectation_type].kind
    if kind == QUERY:
        return {
            "observed_value": rule.rows_failed,
            "details": {"unexpected_rows": [located(row) for row in rule.sample]},
        }
    if kind not in BY_ROW:
        if rule.expectation_type == QUANTILES:
            return {"observed_value": quantiles_of(rule.observed)}
        return {"observed_value": number_or_text(rule.observed)}
    conditional = expectation["kwargs"].get("row_condition") is not None
    # Rows outside the condition are neither judged nor missing; how many of those inside it are empty is not kept.
    elements = rule.rows_checked if conditional else max(rows, rule.rows_checked)
    names = list(rule.sample[0].keys) if rule.sample else []
    return {
        "element_count": elements,
        "unexpected_count": rule.rows_failed,
        "unexpected_percent": percent(rule.rows_failed, rule.rows_checked),
        **({} if conditional else {"missing_count": elements - rule.rows_checked}),
        **({} if conditional else {"missing_percent": percent(elements - rule.rows_checked, elements)}),
        "unexpected_percent_total": percent(rule.rows_failed, elements),
        "unexpected_percent_nonmissing": percent(rule.rows_failed, rule.rows_checked),
        "partial_unexpected_list": [row.actual for row in rule.sample],
        "unexpected_index_column_names": names,
        "partial_unexpected_index_list": [located(row) for row in rule.sample],
    }


def quantiles_of(text: str | None) -> dict[str, Any]:
    """Observed quantiles (`0.25: 3, 0.5: 7`) as Great Expectations has them."""
    pairs = [part.partition(": ") for part in (text or "").split(", ") if ": " in part]
    return {
        "quantiles": [number_or_text(place) for place, _, _ in pairs],
        "values": [number_or_text(value) for _, _, value in pairs],
    }


def located(row: FailingRow) -> dict[str, Any]:
    """A failing row as one flat object: its keys, its place in the files, what it holds and what it should hold."""
    place = {"source_file": row.source_file, "source_sheet": row.source_sheet, "source_row": row.source_row}
    known = {name: value for name, value in place.items() if value is not None}
    return {**row.keys, **known, "actual_value": row.actual, "required_value": row.required}


def percent(part: int, whole: int) -> float:
    """A share in percent; 0 of nothing."""
    return part * 100 / whole if whole else 0.0


def as_json(value: Any) -> Any:
    """A value of a suite in plain JSON types; a decimal that a double cannot hold stays a text."""
    if isinstance(value, Mapping):
        return {str(name): as_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    return number_of(value) if isinstance(value, Decimal) else value


def number_of(value: Decimal) -> int | float | str:
    """A decimal as the JSON number that reads back as the same value, or else as text."""
    text = format(value, "f")
    if not value.is_finite():
        return text
    if value == value.to_integral_value():
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else text


def number_or_text(text: str | None) -> int | float | str | None:
    """The value of a figure: a number where it is one and JSON keeps it exactly."""
    if text is None:
        return None
    try:
        value = Decimal(text)
    except ArithmeticError:
        return text
    return number_of(value)


def is_uuid(text: object) -> bool:
    """Whether Great Expectations accepts a text as an id."""
    try:
        UUID(str(text))
    except ValueError:
        return False
    return True
