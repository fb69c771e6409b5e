"""Awkward data under every type of expectation: both engines agree, or the difference is listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from junheng.validation import ValidationResult, validate
from junheng.validation.catalogue import ACCEPTED
from tests.conformance.awkward import TABLES, awkward_connection
from tests.conformance.cases import CASES, spark_cases, suite_of
from tests.conformance.outcomes import differences, failing_rows, known_differences
from tests.conformance.spark_session import awkward_frame

# On one row only what depends on the number of rows is of interest.
ONE_ROW = {kind: several for kind, several in CASES.items() if ACCEPTED[kind].kind not in ("row", "shape", "query")}
# Without rows arguments hardly matter, but for what counts the rows of the whole table.
ON_EMPTY = {kind: several if "row_count" in kind else several[:1] for kind, several in spark_cases().items()}
CASES_OF = {"awkward": CASES, "one row": ONE_ROW, "empty": CASES}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of awkward values."""
    with awkward_connection() as found:
        yield found


def assert_conformant(engine: str, data: str, ours: ValidationResult, theirs: ValidationResult) -> None:
    """Verdicts, counts and failing rows are the same but for the listed differences, each of which occurs."""
    found = differences(ours.results, theirs.results)
    assert found == known_differences(engine, data)
    agreed = [result.rule_id for result in ours.results if result.rule_id not in found]
    assert failing_rows(ours, agreed) == failing_rows(theirs, agreed)


def test_every_type_of_expectation_passes_and_fails_somewhere(connection: duckdb.DuckDBPyConnection) -> None:
    assert set(CASES) == set(ACCEPTED)
    results = validate(connection, suite_of(CASES, "awkward")).results
    verdicts: dict[str, set[str]] = {kind: set() for kind in CASES}
    for result in results:
        verdicts[result.expectation_type].add(result.status)
    assert {kind for kind, found in verdicts.items() if not {"pass", "fail"} <= found} == set()


@pytest.mark.parametrize("data", TABLES)
def test_great_expectations_on_duckdb_agrees(connection: duckdb.DuckDBPyConnection, data: str) -> None:
    suite = suite_of(CASES_OF[data], data)
    theirs = validate(connection, suite, engine="gx")
    # Each run forgets the failing rows of the one before.
    rows = failing_rows(theirs, [result.rule_id for result in theirs.results])
    ours = validate(connection, suite)
    found = differences(ours.results, theirs.results)
    assert found == known_differences("duckdb", data)
    agreed = [result.rule_id for result in ours.results if result.rule_id not in found]
    assert failing_rows(ours, agreed) == [row for row in rows if row[0] in agreed]


def test_great_expectations_on_spark_agrees(connection: duckdb.DuckDBPyConnection, spark: Any) -> None:
    suite = suite_of(spark_cases(), "awkward")
    ours = validate(connection, suite)
    theirs = validate(awkward_frame(spark, "awkward"), suite, engine="gx")
    assert_conformant("spark", "awkward", ours, theirs)
    suite = suite_of(ON_EMPTY, "empty")
    empty = validate(awkward_frame(spark, "empty"), suite, engine="gx")
    assert differences(validate(connection, suite).results, empty.results) == known_differences("spark", "empty")
