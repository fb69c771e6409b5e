"""Suites of expectations on tables: `validate` judges one table by one suite, `run_suites` a whole warehouse.

Importing this module loads neither an engine nor sqlglot, pandas or Great Expectations: every name is fetched on first
use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from junheng.validation.api import run_suites, validate
    from junheng.validation.results import FailingRow, RuleResult, ValidationResult
    from junheng.validation.sources import Limits
    from junheng.validation.suite_files import load_suite, load_suites
    from junheng.validation.suites import Rule, Suite

__all__ = [
    "FailingRow",
    "Limits",
    "Rule",
    "RuleResult",
    "Suite",
    "ValidationResult",
    "load_suite",
    "load_suites",
    "run_suites",
    "validate",
]

MODULES = {
    "api": ("run_suites", "validate"),
    "results": ("FailingRow", "RuleResult", "ValidationResult"),
    "sources": ("Limits",),
    "suite_files": ("load_suite", "load_suites"),
    "suites": ("Rule", "Suite"),
}
HOMES = {name: module for module, names in MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
