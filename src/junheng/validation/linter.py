"""What a suite is refused for: what Great Expectations would drop or misread in silence.

A misspelt type is dropped by Great Expectations with a log line, a suite under the wrong name loads under the other
one, a reversed range passes or fails everything. All of these end here, before any scan, as a UsageError (exit 2) that
names the file and the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from junheng.errors import UsageError
from junheng.validation.catalogue import ACCEPTED, REFUSED
from junheng.validation.suites import Parameters, Rule, Suite, is_parameter

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
CONDITIONS = {
    "comparison": ("column", "operator", "parameter"),
    "nullity": ("column", "is_null"),
    "and": ("conditions",),
    "or": ("conditions",),
}
OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "IN", "NOT_IN")


def lint_name(path: Path, folder: Path, name: str) -> None:
    """Refuse a name that is not the path: Great Expectations would load the suite under the other one.

    Raises UsageError.
    """
    expected = ".".join(path.relative_to(folder).with_suffix("").parts)
    # A folder below the root of the suites may be named alone (expectations/raw): its own name leads the path.
    if name not in (expected, f"{folder.resolve().name}.{expected}"):
        raise UsageError("suite_name_mismatch", file=path, found=name, expected=expected)


def lint_personal(path: Path, meta: Mapping[str, Any]) -> None:
    """Refuse a mark of personal data that would mark nothing. Raises UsageError."""
    marked = meta.get("personal", [])
    if not isinstance(marked, list) or not all(isinstance(name, str) for name in marked):
        raise bad_value(path, "personal", f"personal = {marked!r}", '["column", …]')


def lint_expectation(path: Path, expectation: Mapping[str, Any]) -> None:
    """Refuse an expectation that lacks a field, or of which the type or an argument is not known. Raises UsageError."""
    meta = expectation.get("meta") or {}
    missing = [] if meta.get("unwritten") else [field for field in META_OF_RULE if not meta.get(field)]
    missing += [field for field in ("id", "type", "severity", "description") if not expectation.get(field)]
    named = str(meta.get("rule_id") or expectation.get("id") or expectation.get("type"))
    if missing:
        raise UsageError("suite_missing_field", file=path, column=named, expected=", ".join(missing))
    if expectation["severity"] not in SEVERITIES:
        raise bad_value(path, named, expectation["severity"], ", ".join(SEVERITIES))
    kwargs = expectation.get("kwargs") or {}
    kind = str(expectation["type"])
    accepted = ACCEPTED.get(kind)
    if accepted is None:
        raise UsageError("suite_unknown_type", file=path, column=named, found=kind, expected=instead_of(kind))
    unknown = sorted(set(kwargs) - accepted.arguments)
    if unknown:
        raise UsageError(
            "suite_unknown_argument",
            file=path,
            column=named,
            found=", ".join(unknown),
            expected=", ".join(sorted(accepted.arguments)),
        )
    absent = sorted(accepted.required - set(kwargs))
    if absent:
        raise UsageError("suite_missing_argument", file=path, column=named, expected=", ".join(absent))


def instead_of(kind: str) -> str | None:
    """Why a type is refused, or the known type that is most like it."""
    from difflib import get_close_matches

    return REFUSED.get(kind) or next(iter(get_close_matches(kind, ACCEPTED, n=1)), None)


def refuse_duplicates(suites: Iterable[Suite]) -> None:
    """Refuse an id or a rule id that is used twice. Raises UsageError."""
    seen: dict[str, Path] = {}
    for suite in suites:
        names = [f"id {suite.document.get('id')}"]
        for rule in suite.rules:
            names += [f"id {rule.document['id']}", f"rule_id {rule.rule_id}"]
        for name in names:
            if name in seen:
                raise UsageError("suite_duplicate", file=suite.path, found=name, expected=str(seen[name]))
            seen[name] = suite.path


def lint_values(path: Path, rule: Rule, parameters: Parameters | None) -> None:
    """Refuse values that make no sense whatever the table looks like; without parameters, those that are written out.

    Raises UsageError.
    """
    try:
        wanted = rule.parameter_names()
    except ValueError as error:
        expected = "name | name + 0.1 | name - 0.1"
        raise UsageError(
            "suite_bad_value", file=path, column=rule.rule_id, found=str(error), expected=expected
        ) from error
    if parameters is None:
        kwargs = {name: value for name, value in rule.kwargs.items() if not is_parameter(value)}
    else:
        missing = sorted(wanted - set(parameters))
        if missing:
            raise UsageError("suite_missing_parameter", file=path, column=rule.rule_id, found=", ".join(missing))
        kwargs = rule.filled(parameters)
    for name in ("value_set", "value_pairs_set", "regex_list", "like_pattern_list", "type_list", "column_list"):
        if name in kwargs and not (isinstance(kwargs[name], list) and kwargs[name]):
            raise bad_value(path, rule.rule_id, f"{name} = {kwargs[name]!r}", name)
    query = kwargs.get("unexpected_rows_query")
    if query is not None and "{batch}" not in query:
        # Without it the query would read other rows than those that are judged.
        raise bad_value(path, rule.rule_id, query, "{batch}")
    for pattern in kwargs.get("regex_list") or [kwargs[name] for name in ("regex",) if name in kwargs]:
        lint_regex(path, rule.rule_id, pattern)
    mostly = kwargs.get("mostly")
    if mostly is not None and (isinstance(mostly, bool | str) or not 0 <= mostly <= 1):
        raise bad_value(path, rule.rule_id, f"mostly = {mostly}", "0 … 1")
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is not None and high is not None and isinstance(low, str) == isinstance(high, str) and low > high:
        raise UsageError("suite_bounds_reversed", file=path, column=rule.rule_id, found=f"{low} > {high}")
    if kwargs.get("row_condition") is not None:
        lint_condition(path, rule.rule_id, kwargs["row_condition"])


def lint_regex(path: Path, rule_id: str, pattern: Any) -> None:
    """Refuse a pattern that DuckDB's expressions (RE2) do not know, such as a look-ahead. Raises UsageError."""
    import duckdb
    from sqlglot import exp

    # A literal, not a bound value: to bind one, DuckDB imports pandas.
    tried = exp.select(exp.func("regexp_matches", exp.Literal.string(""), exp.Literal.string(str(pattern))))
    try:
        duckdb.execute(tried.sql("duckdb"))
    except duckdb.Error as error:
        raise bad_value(path, rule_id, pattern, str(error).splitlines()[0]) from error


def lint_condition(path: Path, rule_id: str, condition: Any) -> None:
    """Refuse a row condition that is not in the typed form of Great Expectations 1.9 and later. Raises UsageError."""
    kind = condition.get("type") if isinstance(condition, Mapping) else None
    fields = CONDITIONS.get(str(kind))
    if fields is None or not isinstance(condition, Mapping) or not all(field in condition for field in fields):
        # A condition as text means something else on every engine, and Great Expectations has given it up.
        raise bad_value(path, rule_id, f"row_condition = {condition!r}", ", ".join(CONDITIONS))
    if kind in ("and", "or"):
        if not condition["conditions"]:
            raise bad_value(path, rule_id, f"row_condition = {condition!r}", "conditions")
        for part in condition["conditions"]:
            lint_condition(path, rule_id, part)
        return
    if not isinstance(condition["column"], Mapping) or "name" not in condition["column"]:
        raise bad_value(path, rule_id, f"row_condition = {condition!r}", "column.name")
    if kind == "comparison":
        operator, value = condition["operator"], condition["parameter"]
        if operator not in OPERATORS:
            raise bad_value(path, rule_id, str(operator), " ".join(OPERATORS))
        if (operator in ("IN", "NOT_IN")) != isinstance(value, list):
            raise bad_value(path, rule_id, f"{operator} {value!r}", operator)


def bad_value(path: Path, rule_id: str, found: object, expected: str) -> UsageError:
    """The error for a wrong value of a rule."""
    return UsageError("suite_bad_value", file=path, column=rule_id, found=str(found), expected=expected)
