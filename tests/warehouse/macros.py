"""The project's macros without dbt: what one of them makes of an expression, for one engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jinja2 import Environment, StrictUndefined

from tests.warehouse.harness import PROJECT

MACROS = ("clean_text", "exact", "judge", "shown", "spark_seeds", "text", "time")


def sql_of(expression: str, changes: Sequence[tuple[str, str]] = (), engine: str = "duckdb") -> str:
    """What the project's macros make of an expression; `changes` breaks them, to show that a test can fail."""
    source = "".join((PROJECT / f"macros/{name}.sql").read_text(encoding="utf-8") for name in MACROS)
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    environment = Environment(undefined=StrictUndefined, extensions=["jinja2.ext.do"])  # noqa: S701 - SQL

    class Adapter:
        """As dbt: the macro of the engine, or else the one for all."""

        def dispatch(self, name: str, _project: str) -> Callable[..., str]:
            own: Any = getattr(macros, f"{engine}__{name}", None)
            return own or getattr(macros, f"default__{name}")

    environment.globals |= {"adapter": Adapter(), "return": lambda text: text}
    macros = environment.from_string(source).module
    return environment.from_string(f"{source}{{{{ {expression} }}}}").render().strip()
