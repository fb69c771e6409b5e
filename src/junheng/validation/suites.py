"""Suites of Great Expectations as files.

Read them, and refuse what Great Expectations would drop or misread in silence.

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
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from junheng.errors import UsageError
from junheng.validation.catalogue import ACCEPTED, REFUSED
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
WORDS = ("title_zh", "title_en", "why", "how_to_fix", "who_fixes", "source")
CONDITIONS = {
    "comparison": ("column", "operator", "parameter"),
    "nullity": ("column", "is_null"),
    "and": ("conditions",),
    "or": ("conditions",),
}
PARAMETER = re.compile(r"([A-Za-z]\w*)(?: ([+-]) (\d+(?:\.\d+)?))?")
OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "IN", "NOT_IN")


@dataclass(frozen=True)
class Rule:
    """One expectation of a suite. `kwargs` may hold parameters that are not filled in yet."""

    rule_id: str
    expectation_type: str
    severity: Severity
    kwargs: Mapping[str, Any]
    meta: Mapping[str, Any]
    document: Mapping[str, Any]

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a failing row."""
        return tuple(self.meta["keys"])

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

    @cached_property
    def personal(self) -> frozenset[str]:
        """Columns with personal data: their values are shown as stars."""
        return frozenset(self.document.get("meta", {}).get("personal") or ())


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
    suites = [read_suite(path, folder) for path in paths]
    _refuse_duplicates(suites)
    for suite in suites:
        for rule in suite.rules:
            lint_values(suite.path, rule, parameters)
    return suites


def load_suite(source: Path | str | Mapping[str, Any], parameters: Parameters | None = None) -> Suite:
    """Read and lint one suite: a file, or a document as Great Expectations writes it.

    What a suite of this project must say of each rule in `meta` may be missing here: a rule is then called by its id or
    type, and `meta.keys` of the suite are the keys of failing rows.

    Without `parameters` the rules that take some are read without looking at their values: `validate` looks when it has
    them.

    Raises UsageError for the first defect, as `load_suites` does.
    """
    path = Path("suite") if isinstance(source, Mapping) else Path(source)
    document = in_decimals(source) if isinstance(source, Mapping) else _document(path)
    try:
        meta = document.get("meta") or {}
        name, expectations = str(document["name"]), list(document["expectations"])
        table, keys = str(meta.get("table") or ""), tuple(meta.get("keys") or ())
    except (AttributeError, KeyError, TypeError) as error:
        raise UsageError("suite_unreadable", file=path, found=f"{type(error).__name__}: {error}") from error
    if not expectations:
        raise UsageError("suite_empty", file=path)
    lint_personal(path, meta)
    rules = tuple(_rule(path, expectation) for expectation in _completed(expectations, table, keys))
    suite = Suite(path, name, table, keys, meta.get("year_column"), rules, document)
    _refuse_duplicates([suite])
    for rule in suite.rules:
        lint_values(path, rule, parameters)
    return suite


def in_decimals(value: Any) -> Any:
    """A document with its doubles as the decimals that they are written as, as if it had been read from a file."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {name: in_decimals(part) for name, part in value.items()}
    return [in_decimals(part) for part in value] if isinstance(value, list | tuple) else value


def _completed(
    expectations: Iterable[Mapping[str, Any]], table: str, keys: tuple[str, ...]
) -> Iterable[Mapping[str, Any]]:
    """Expectations with the fields that suites of this project write out."""
    seen: set[str] = set()
    for expectation in expectations:
        meta = dict(expectation.get("meta") or {})
        kind, kwargs = str(expectation.get("type")), expectation.get("kwargs") or {}
        told = expectation.get("description") or " ".join(
            [kind, *(str(kwargs[name]) for name in kwargs if "column" in name)]
        )
        name = str(
            meta.get("rule_id")
            or expectation.get("id")
            or ".".join([kind, *map(str, filter(None, [kwargs.get("column")]))])
        )
        if not meta.get("rule_id") and not expectation.get("id"):
            name = next(
                made for number in count(1) if (made := name if number == 1 else f"{name}.{number}") not in seen
            )
        seen.add(name)
        yield {
            **expectation,
            "id": expectation.get("id") or name,
            "severity": expectation.get("severity") or "critical",
            "description": told,
            "meta": {
                **{word: told if word.startswith("title") else "" for word in WORDS},
                "table": table,
                "keys": list(keys),
                "required": "",
                **meta,
                "rule_id": name,
                "unwritten": True,
            },
        }


def _document(path: Path) -> Mapping[str, Any]:
    """A suite file: numbers with a point are decimals, whole numbers are kept whole."""
    try:
        document = json.loads(path.read_bytes().decode("utf-8"), parse_float=Decimal)
        document["name"], document["expectations"]
    except (UnicodeDecodeError, json.JSONDecodeError, TypeError, KeyError, OSError) as error:
        raise UsageError("suite_unreadable", file=path, found=f"{type(error).__name__}: {error}") from error
    if not isinstance(document, Mapping):
        raise UsageError("suite_unreadable", file=path, found=type(document).__name__)
    return document


def read_suite(path: Path, folder: Path) -> Suite:
    """Read one suite of this project, which says everything of every rule; its values are not looked at.

    Raises UsageError.
    """
    document = _document(path)
    try:
        name, expectations, meta = document["name"], document["expectations"], document["meta"]
        table, keys = meta["table"], tuple(meta["keys"])
    except (TypeError, KeyError) as error:
        raise UsageError("suite_unreadable", file=path, found=f"{type(error).__name__}: {error}") from error
    lint_name(path, folder, str(name))
    if not expectations:
        raise UsageError("suite_empty", file=path)
    lint_personal(path, meta)
    rules = tuple(_rule(path, expectation) for expectation in expectations)
    return Suite(path, name, table, keys, meta.get("year_column"), rules, document)


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


def _rule(path: Path, expectation: Mapping[str, Any]) -> Rule:
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
    return Rule(named, kind, expectation["severity"], kwargs, meta, expectation)


def instead_of(kind: str) -> str | None:
    """Why a type is refused, or the known type that is most like it."""
    from difflib import get_close_matches

    return REFUSED.get(kind) or next(iter(get_close_matches(kind, ACCEPTED, n=1)), None)


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
