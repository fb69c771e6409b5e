"""Suites of Great Expectations as files: reading them, and refusing what is wrong before any scan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from junheng.errors import UsageError
from junheng.validation.linter import lint_expectation, lint_name, lint_personal, lint_values, refuse_duplicates
from junheng.validation.suites import Parameters, Rule, Suite

WORDS = ("title_zh", "title_en", "why", "how_to_fix", "who_fixes", "source")


def load_suites(folder: Path, parameters: Parameters) -> list[Suite]:
    """Read and lint every suite under a folder, in the order of their names.

    Raises UsageError for the first defect: unreadable JSON, name that is not the path, no rules, unknown type or
    argument, missing argument or text, id or rule id used twice, parameter without a value, minimum above maximum.
    """
    paths = sorted(folder.rglob("*.json"))
    if not paths:
        raise UsageError("suite_none", file=folder)
    suites = [read_suite(path, folder) for path in paths]
    refuse_duplicates(suites)
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
    refuse_duplicates([suite])
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


def _rule(path: Path, expectation: Mapping[str, Any]) -> Rule:
    lint_expectation(path, expectation)
    meta = expectation.get("meta") or {}
    named = str(meta.get("rule_id") or expectation["id"])
    kind, kwargs = str(expectation["type"]), expectation.get("kwargs") or {}
    return Rule(named, kind, expectation["severity"], kwargs, meta, expectation)
