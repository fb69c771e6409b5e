"""Suites of Great Expectations as files: read, and refused where Great Expectations would misread them in silence.

A misspelt type is dropped by Great Expectations with a log line, a suite under the wrong name loads under the other
one, a reversed range passes or fails everything. All of these end here, before any scan, as a UsageError (exit 2) that
names the file and the rule.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from junheng.errors import UsageError
from junheng.validation.results import Severity

ParameterValue = Decimal | int | str
Parameters = Mapping[str, ParameterValue]

META_OF_RULE = (
    "rule_id",
    "table",
    "keys",
    "title_zh",
    "title_en",
    "why",
    "how_to_fix",
    "who_fixes",
    "source",
    "required",
)
SEVERITIES = ("critical", "warning", "info")
# Fields of the schemas that stand beside `kwargs` in a suite, or that only Great Expectations Cloud reads.
ENVELOPE = frozenset({"id", "meta", "notes", "result_format", "description", "catch_exceptions", "rendered_content"})
ENVELOPE |= {"severity", "windows", "batch_id", "metadata"}
LARGEST_EXACT = 2**53
PARAMETER = re.compile(r"([A-Za-z]\w*)(?: ([+-]) (\d+(?:\.\d+)?))?")


@dataclass(frozen=True)
class Rule:
    """One expectation of a suite. `kwargs` may hold parameters that are not filled in yet."""

    rule_id: str
    expectation_type: str
    severity: Severity
    kwargs: Mapping[str, Any]
    meta: Mapping[str, Any]
    document: Mapping[str, Any]

    def parameter_names(self) -> set[str]:
        """The parameters this rule takes its values from."""
        return {parameter_of(value)[0] for value in self.kwargs.values() if is_parameter(value)}

    def filled(self, parameters: Parameters) -> dict[str, Any]:
        """`kwargs` with the parameters in place."""
        return {name: fill(value, parameters) for name, value in self.kwargs.items()}


@dataclass(frozen=True)
class Suite:
    """One suite: its file, the table it judges and its rules."""

    path: Path
    name: str
    table: str
    keys: tuple[str, ...]
    year_column: str | None
    rules: tuple[Rule, ...]
    document: Mapping[str, Any]


@dataclass(frozen=True)
class ExpectationShape:
    """What Great Expectations accepts for one type of expectation."""

    arguments: frozenset[str]
    required: frozenset[str]


def is_parameter(value: object) -> bool:
    """Whether an argument is `{"$PARAMETER": name}`."""
    return isinstance(value, Mapping) and set(value) == {"$PARAMETER"}


def parameter_of(value: Mapping[str, str]) -> tuple[str, Decimal]:
    """Name and addition of a parameter.

    Of the expressions of Great Expectations, suites use `limit + 0.01` and `limit - 0.01` only: ValueError for others.
    """
    match = PARAMETER.fullmatch(value["$PARAMETER"])
    if match is None:
        raise ValueError(value["$PARAMETER"])
    name, sign, amount = match.groups()
    return name, Decimal(f"{sign}{amount}") if sign else Decimal(0)


def fill(value: Any, parameters: Parameters) -> Any:
    """An argument with its parameter, if it is one, in place."""
    if not is_parameter(value):
        return value
    name, addition = parameter_of(value)
    found = parameters[name]
    return found + addition if addition and not isinstance(found, str) else found


def load_suites(folder: Path, parameters: Parameters) -> list[Suite]:
    """Read and lint every suite under a folder, in the order of their names.

    Raises UsageError for the first defect: unreadable JSON, name that is not the path, no rules, unknown type or
    argument, missing argument or text, id or rule id used twice, parameter without a value, minimum above maximum.
    """
    paths = sorted(folder.rglob("*.json"))
    if not paths:
        raise UsageError("suite_none", file=folder)
    suites = [_read(path, folder) for path in paths]
    _refuse_duplicates(suites)
    for suite in suites:
        for rule in suite.rules:
            _lint_values(suite.path, rule, parameters)
    return suites


def _read(path: Path, folder: Path) -> Suite:
    try:
        document = json.loads(path.read_bytes().decode("utf-8"))
        name, expectations, meta = document["name"], document["expectations"], document["meta"]
        table, keys = meta["table"], tuple(meta["keys"])
    except (UnicodeDecodeError, json.JSONDecodeError, TypeError, KeyError, OSError) as error:
        raise UsageError("suite_unreadable", file=path, found=f"{type(error).__name__}: {error}") from error
    expected = ".".join(path.relative_to(folder).with_suffix("").parts)
    # A folder below the root of the suites may be named alone (expectations/raw): its own name leads the path.
    if name not in (expected, f"{folder.name}.{expected}"):
        raise UsageError("suite_name_mismatch", file=path, found=str(name), expected=expected)
    if not expectations:
        raise UsageError("suite_empty", file=path)
    rules = tuple(_rule(path, expectation) for expectation in expectations)
    return Suite(path, name, table, keys, meta.get("year_column"), rules, document)


def _rule(path: Path, expectation: Mapping[str, Any]) -> Rule:
    meta = expectation.get("meta") or {}
    missing = [field for field in META_OF_RULE if not meta.get(field)]
    missing += [field for field in ("id", "type", "severity", "description") if not expectation.get(field)]
    named = str(meta.get("rule_id") or expectation.get("id") or expectation.get("type"))
    if missing:
        raise UsageError("suite_missing_field", file=path, column=named, expected=", ".join(missing))
    if expectation["severity"] not in SEVERITIES:
        raise UsageError(
            "suite_bad_value",
            file=path,
            column=named,
            found=str(expectation["severity"]),
            expected=", ".join(SEVERITIES),
        )
    kwargs = expectation.get("kwargs") or {}
    shape = known_expectations().get(expectation["type"])
    if shape is None:
        raise UsageError("suite_unknown_type", file=path, column=named, found=str(expectation["type"]))
    unknown = sorted(set(kwargs) - shape.arguments)
    if unknown:
        raise UsageError(
            "suite_unknown_argument",
            file=path,
            column=named,
            found=", ".join(unknown),
            expected=", ".join(sorted(shape.arguments)),
        )
    absent = sorted(shape.required - set(kwargs))
    if absent:
        raise UsageError("suite_missing_argument", file=path, column=named, expected=", ".join(absent))
    return Rule(named, expectation["type"], expectation["severity"], kwargs, meta, expectation)


def _refuse_duplicates(suites: Iterable[Suite]) -> None:
    seen: dict[str, Path] = {}
    for suite in suites:
        names = [f"id {suite.document.get('id')}"]
        for rule in suite.rules:
            names += [f"id {rule.document['id']}", f"rule_id {rule.rule_id}"]
        for name in names:
            if name in seen:
                raise UsageError("suite_duplicate", file=suite.path, found=name, expected=str(seen[name]))
            seen[name] = suite.path


def _lint_values(path: Path, rule: Rule, parameters: Parameters) -> None:
    try:
        missing = sorted(rule.parameter_names() - set(parameters))
    except ValueError as error:
        raise UsageError(
            "suite_bad_value",
            file=path,
            column=rule.rule_id,
            found=str(error),
            expected="name | name + 0.1 | name - 0.1",
        ) from error
    if missing:
        raise UsageError("suite_missing_parameter", file=path, column=rule.rule_id, found=", ".join(missing))
    kwargs = rule.filled(parameters)
    if kwargs.get("value_set") == []:
        raise UsageError(
            "suite_bad_value", file=path, column=rule.rule_id, found="value_set = []", expected="value_set"
        )
    query = kwargs.get("unexpected_rows_query")
    if query is not None and "{batch}" not in query:
        # Without it Great Expectations would read other rows than those that are judged.
        raise UsageError("suite_bad_value", file=path, column=rule.rule_id, found=query, expected="{batch}")
    bounds = [kwargs.get("min_value"), kwargs.get("max_value")]
    for bound in bounds:
        # Great Expectations turns bounds into doubles, which hold no larger whole numbers exactly.
        if isinstance(bound, int | Decimal) and abs(Decimal(bound)) > LARGEST_EXACT:
            raise UsageError("suite_bad_value", file=path, column=rule.rule_id, found=str(bound), expected="<= 2^53")
    low, high = (Decimal(str(bound)) if isinstance(bound, int | float | Decimal) else None for bound in bounds)
    if low is not None and high is not None and low > high:
        raise UsageError("suite_bounds_reversed", file=path, column=rule.rule_id, found=f"{low} > {high}")


@cache
def known_expectations() -> dict[str, ExpectationShape]:
    """The types and arguments that the installed Great Expectations knows, from the schemas it ships.

    Read without importing it.
    """
    spec = find_spec("great_expectations")
    if spec is None or not spec.submodule_search_locations:
        raise UsageError("suite_engine_missing", expected="great-expectations")
    shapes = {}
    for path in (Path(spec.submodule_search_locations[0]) / "expectations" / "core" / "schemas").glob("Expect*.json"):
        shapes.update(_shape(path))
    shapes.update(_shape(path.with_name("UnexpectedRowsExpectation.json")))
    return shapes


def _shape(path: Path) -> dict[str, ExpectationShape]:
    schema = json.loads(path.read_text(encoding="utf-8"))
    properties = schema["properties"]
    name = properties["metadata"]["properties"]["expectation_type"]["const"]
    return {name: ExpectationShape(frozenset(properties) - ENVELOPE, frozenset(schema.get("required", ())) - ENVELOPE)}
