"""`--fail-on standard`: only counties that are shown to meet the standard let a build pass."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from junheng.findings import Findings
from junheng.gate import RefusedError, refuse_county
from junheng.messages import Messages
from junheng.quality import write_rule_results
from junheng.workspace import workspace

YEAR = 2024


@pytest.mark.parametrize(
    ("verdicts", "short"),
    [
        ([("500152", YEAR, "met")], []),
        ([("500152", YEAR, "met_after_remediation")], []),
        ([("500152", YEAR, "not_met")], ["500152 2024"]),
        ([("500152", YEAR, "no_data")], ["500152 2024"]),
        ([("500152", YEAR, "met"), ("500153", YEAR, "not_met")], ["500153 2024"]),
        ([("500152", YEAR - 1, "met")], ["* 2024"]),
        ([], ["* 2024"]),
    ],
)
def test_a_county_that_is_not_shown_to_meet_the_standard_refuses_the_build(
    verdicts: list[tuple[str, int, str]], short: list[str], tmp_path: Path
) -> None:
    with workspace(tmp_path / "输出") as work, work.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_county_verdict (county_code varchar, school_year int, verdict varchar)"
        )
        connection.executemany(
            "insert into marts.fct_county_verdict values (?, ?, ?)", verdicts or [(None, None, None)]
        )
        connection.execute("create schema if not exists quality")
        write_rule_results(connection, [], [])
        findings = Findings(connection)
        with pytest.raises(RefusedError) if short else nullcontext():
            refuse_county(work, findings, Messages("en"), YEAR, [], [])
        if short:
            kept = json.loads((work.rejected / "findings.json").read_text(encoding="utf-8"))
            assert [finding["keys"] for finding in kept] == short
        else:
            assert not work.rejected.exists()
