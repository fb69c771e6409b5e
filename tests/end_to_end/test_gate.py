"""What stops a build, what a stopped build leaves behind, and what known issues let through."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.command_line import Outcome, Rows, fingerprint, junheng, rewrite, sample_copy
from tests.end_to_end.conftest import HEADER, LAST_DAY, NOT_BROKEN, RULE, SPOILT, negative_deaths
from tests.published import Published

TODAY = "2026-06-30"


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Schools and enrolment of the sample, with two negative cells in the enrolment."""
    raw = sample_copy(tmp_path_factory.mktemp("spoilt") / "raw")
    for path in raw.iterdir():
        if path.name not in ("schools.csv", "enrolment.csv"):
            path.unlink()
    rewrite(raw / "enrolment.csv", negative_deaths)
    return raw


def build(raw: Path, out: Path, *entries: str, today: str = TODAY) -> Outcome:
    """Build with these known issues."""
    standards = out.parent / "standards"
    standards.mkdir(exist_ok=True)
    (standards / "known_issues.csv").write_text("\n".join([HEADER, *entries, ""]), encoding="utf-8")
    return junheng(
        "build", "--no-report", "--raw", raw, "--out", out, "--standards", standards, "--today", today, "--json"
    )


def rejected(out: Path) -> Path:
    (folder,) = (out / "rejected").iterdir()
    return folder


def test_a_refused_build_keeps_everything_it_found(spoilt: Path, tmp_path: Path) -> None:
    outcome = junheng("build", "--no-report", "--raw", spoilt, "--out", tmp_path / "out")
    assert outcome.code == 1
    folder = rejected(tmp_path / "out")
    text = (folder / "failing_row.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    with (folder / "failing_row.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["rule_id"] == RULE]
    assert [(row["source_file"], row["source_row"], row["actual"]) for row in rows] == [
        ("enrolment.csv", str(number + 2), "-1") for number in SPOILT
    ]
    with duckdb.connect() as connection:
        stored = connection.execute(f"select count(*) from '{folder}/failing_row.parquet' where rule_id = '{RULE}'")
        assert stored.fetchone() == (2,)
        rule = connection.execute(
            f"select status, rows_failed from '{folder}/rule_result.parquet' where rule_id = '{RULE}'"
        )
        assert rule.fetchone() == ("fail", 2)
    summary = (folder / "summary.txt").read_text(encoding="utf-8")
    assert "row: 5\n" in summary
    assert "nothing was published" in summary


def test_known_issues_are_warnings_and_improvement_is_reported(partial: Published) -> None:
    states = {one["rule_id"]: (one["state"], one["found"]) for one in partial.summary["known_issues"]}
    assert states == {RULE: ("applied", 2), NOT_BROKEN: ("improved", 0)}
    with duckdb.connect(str(partial.out / "warehouse.duckdb"), read_only=True) as connection:
        rule = connection.execute(
            "select status, rows_failed, owner, cast(expires_on as varchar) from quality.rule_result"
            f" where rule_id = '{RULE}'"
        )
        assert rule.fetchone() == ("warn", 2, "office", LAST_DAY)
        today = connection.execute("select cast(today as varchar), fail_on from quality.run")
        assert today.fetchone() == (LAST_DAY, "critical")


REFUSED = {
    "more than allowed": (f"{RULE},*,1,r,o,2026-12-31", "exceeded", 2),
    "expired": (f"{RULE},*,2,r,o,2026-06-29", "expired", 2),
    "another county": (f"{RULE},county_code=999999,2,r,o,2026-12-31", "improved", 0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_entries_that_do_not_cover_the_rows_let_nothing_through(name: str, spoilt: Path, tmp_path: Path) -> None:
    entry, state, found = REFUSED[name]
    outcome = build(spoilt, tmp_path / "out", entry)
    assert outcome.code == 1, outcome.stderr
    with (rejected(tmp_path / "out") / "known_issue.csv").open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["rule_id"], row["state"], row["rows_found"]) == (RULE, state, str(found))


def test_rows_that_no_entry_covers_stay_critical_beside_those_that_are(spoilt: Path, tmp_path: Path) -> None:
    with (spoilt / "enrolment.csv").open(encoding="utf-8-sig", newline="") as lines:
        row = list(csv.DictReader(lines))[SPOILT[0]]
    scope = f"school_code={row['school_code']};grade={row['grade']};school_year={row['school_year']}"
    outcome = build(spoilt, tmp_path / "out", f"{RULE},{scope},1,r,o,2026-12-31")
    assert outcome.code == 1
    content = json.loads(outcome.stdout)
    assert [finding["row"] for finding in content["findings"]] == [SPOILT[1] + 2]


WRONG = {
    "unknown rule": ("raw.enrolment.deaths.unheard_of,*,1,r,o,2026-12-31", "unheard_of"),
    "rule of the standard": ("standard.retention.junior_retention_3y.junior,*,1,r,o,2026-12-31", "standard.retention"),
    "scope that is none": (f"{RULE},here,1,r,o,2026-12-31", "scope"),
    "nothing allowed": (f"{RULE},*,0,r,o,2026-12-31", "at_most"),
    "no owner": (f"{RULE},*,1,r,,2026-12-31", "owner"),
    "no date": (f"{RULE},*,1,r,o,soon", "expires_on"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_entries_end_with_two(name: str, spoilt: Path, tmp_path: Path) -> None:
    entry, words = WRONG[name]
    outcome = build(spoilt, tmp_path / "out", entry)
    assert outcome.code == 2, outcome.stderr
    assert words in outcome.stderr


def test_warnings_stop_a_build_when_asked_and_what_is_published_stays(published_copy: Path) -> None:
    before = fingerprint(published_copy)
    outcome = junheng("build", "--no-report", "--out", published_copy, "--fail-on", "warning")
    assert outcome.code == 1, outcome.stderr
    assert "as --fail-on asks" in outcome.stderr
    assert fingerprint(published_copy) == before


@pytest.mark.usefixtures("compiled")
def test_a_county_short_of_the_standard_stops_a_build_when_asked(tmp_path: Path) -> None:
    raw = sample_copy(tmp_path / "raw")

    def without_unknown_facts(_header: list[str], rows: Rows) -> None:
        rows[:] = [row for row in rows if row["fact_id"] in known]

    with (Path(__file__).parents[2] / "seeds/standards/indicators.csv").open(encoding="utf-8", newline="") as lines:
        ids = {row["indicator_id"] for row in csv.DictReader(lines)}
    known = ids | {f"{name}_{part}" for name in ids for part in ("numerator", "denominator")}
    rewrite(raw / "county_facts.csv", without_unknown_facts)
    outcome = junheng("build", "--no-report", "--raw", raw, "--out", tmp_path / "out", "--fail-on", "standard")
    assert outcome.code == 1, outcome.stderr
    assert "500152 2024" in outcome.stderr
    assert "do not meet the standard" in outcome.stderr
    assert not (tmp_path / "out" / "warehouse.duckdb").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("--fail-on", "never"), "critical, warning, standard"), (("--today", "soon"), "YYYY-MM-DD")],
)
def test_wrong_options_end_with_two(arguments: tuple[str, str], words: str, tmp_path: Path) -> None:
    outcome = junheng("build", "--no-report", "--out", tmp_path / "out", *arguments)
    assert outcome.code == 2, outcome.stderr
    assert words in outcome.stderr
