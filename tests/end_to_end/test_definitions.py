"""What a rule's page prints as its SQL is what was asked: run by hand it finds as many rows as the rule did."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

YEAR = "-- school_year: the judged year"


def test_the_sql_of_every_rule_finds_the_rows_that_it_found(published_sample: Path) -> None:
    wrong, asked, failed = [], 0, 0
    with duckdb.connect(str(published_sample / "warehouse.duckdb"), read_only=True) as connection:
        year = connection.execute("select school_year from quality.run").fetchall()[0][0]
        rules = connection.execute(
            "select rule_id, definition, rows_failed, expectation_type from quality.rule_result"
            " where not starts_with(suite, 'agreement.')"
        ).fetchall()
        for rule_id, definition, rows_failed, expectation in rules:
            head, _, sql = definition.partition("\n")
            name, _, arguments = head.partition(" ")
            assert name == expectation
            assert isinstance(json.loads(arguments), dict)
            if not sql:
                continue
            of_year = sql.startswith(YEAR)
            query = (
                f"select count(*) from ({sql.removeprefix(YEAR)}){f' where school_year = {year}' if of_year else ''}"
            )
            ((found,),) = connection.execute(query).fetchall()
            asked += 1
            failed += found > 0
            if found != rows_failed:
                wrong.append((rule_id, found, rows_failed))
    assert wrong == []
    assert asked > 300
    assert failed > 10
