"""Reading what Great Expectations returns: errors in two shapes, figures and cells as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from junheng.validation.results import KeyValue


def exception_of(outcome: Any) -> str | None:
    """The first line of what a rule raised, or None.

    Great Expectations writes it in two shapes: flat, or under the id of each metric that failed.
    """
    info = outcome.exception_info or {}
    shapes = [info] if "raised_exception" in info else [value for value in info.values() if isinstance(value, Mapping)]
    messages = sorted(str(shape.get("exception_message")) for shape in shapes if shape.get("raised_exception"))
    if messages:
        return messages[0].strip().splitlines()[0]
    return None


def for_gx(value: Any) -> Any:
    """An argument in types that Great Expectations reads: it knows no decimals."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else float(value)
    if isinstance(value, Mapping):
        return {name: for_gx(part) for name, part in value.items()}
    return [for_gx(part) for part in value] if isinstance(value, list | tuple) else value


def plain(value: object) -> str | None:
    """A cell as text: decimals without an exponent, booleans as SQL writes them."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def figure(value: object) -> str | None:
    """The observed value of a rule as text."""
    if isinstance(value, Mapping):
        if set(value) == {"quantiles", "values"}:
            pairs = zip(value["quantiles"], value["values"], strict=True)
            return ", ".join(f"{place}: {plain(found)}" for place, found in pairs)
        return ", ".join(f"{name}: {figure(found)}" for name, found in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(plain(part) or "null" for part in value)
    return plain(value)


def key_value(value: object) -> KeyValue:
    """A part of a key as it is stored beside a finding."""
    return value if value is None or isinstance(value, str | int) else plain(value)


def members_shown(row: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """The judged cells of a failing row: one cell alone, several as `a = 1, b = null`."""
    if len(names) == 1:
        return plain(row.get(names[0]))
    return ", ".join(f"{name} = {'null' if row.get(name) is None else plain(row[name])}" for name in names) or None
