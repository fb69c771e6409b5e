"""The catalogue against the schemas of the installed Great Expectations: each type is run or refused."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from junheng.validation.catalogue import ACCEPTED, REFUSED
from junheng.validation.column_figures import COLUMN_FIGURES
from junheng.validation.distinct import COMPILERS
from junheng.validation.row_rules import MEMBER_RULES, VALUE_RULES
from junheng.validation.shapes import JUDGES
from junheng.validation.table_figures import TABLE_FIGURES

# Fields that stand beside `kwargs` in a suite, or that only Great Expectations Cloud reads.
ENVELOPE = {
    "id",
    "meta",
    "notes",
    "result_format",
    "description",
    "catch_exceptions",
    "rendered_content",
    "severity",
    "windows",
    "batch_id",
    "metadata",
    "library_metadata",
}


def core() -> Path:
    spec = find_spec("great_expectations")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "expectations" / "core"


def schemas() -> dict[str, dict[str, Any]]:
    found = {}
    for path in (core() / "schemas").glob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        kind = schema.get("properties", {}).get("metadata", {}).get("properties", {}).get("expectation_type", {})
        if "const" in kind and (path.name.startswith("Expect") or path.name == "UnexpectedRowsExpectation.json"):
            found[kind["const"]] = schema
    return found


SCHEMAS = schemas()


def test_the_installed_schemas_are_found() -> None:
    assert len(SCHEMAS) > 50
    assert "expect_column_values_to_be_between" in SCHEMAS


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_every_public_type_is_run_or_refused_with_a_reason(kind: str) -> None:
    assert (kind in ACCEPTED) != (kind in REFUSED)
    if kind in REFUSED:
        assert len(REFUSED[kind]) > 20


@pytest.mark.parametrize("kind", sorted(set(SCHEMAS) & set(ACCEPTED)))
def test_arguments_are_those_of_the_schema(kind: str) -> None:
    schema = SCHEMAS[kind]
    assert set(ACCEPTED[kind].arguments) == set(schema["properties"]) - ENVELOPE
    # The schema lets some types go without what they judge by; a rule without it would judge nothing.
    assert set(schema.get("required", ())) - ENVELOPE <= set(ACCEPTED[kind].required)


def test_types_that_are_not_public_are_refused_too() -> None:
    modules = {path.stem for path in core().glob("expect_*.py")}
    assert modules - set(ACCEPTED) == set(REFUSED)
    assert set(ACCEPTED) - modules == {"unexpected_rows_expectation"}


def test_every_type_has_its_compiler() -> None:
    by_kind: dict[str, set[str]] = {}
    for name, accepted in ACCEPTED.items():
        by_kind.setdefault(accepted.kind, set()).add(name)
    assert by_kind["row"] == set(VALUE_RULES) | set(MEMBER_RULES)
    assert by_kind["aggregate"] == set(COLUMN_FIGURES) | set(TABLE_FIGURES)
    assert by_kind["distinct"] == set(COMPILERS)
    assert by_kind["shape"] == set(JUDGES)


def test_the_page_lists_what_the_catalogue_says() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, root / "tools" / "validation_page.py", "--check"], check=False)
    assert done.returncode == 0, "run python tools/validation_page.py"
