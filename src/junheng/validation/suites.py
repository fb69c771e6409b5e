"""What a suite is: a table, its keys and its rules, whose arguments may be parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from junheng.validation.results import Severity

ParameterValue = Decimal | int | str
Parameters = Mapping[str, ParameterValue]

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
