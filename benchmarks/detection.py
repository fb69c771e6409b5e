"""How many of the mistakes that are planted in generated counties the checks find, kind by kind.

    python -m benchmarks.detection --out docs/detection.md

A planted mistake is found when one of the rules that are to find it has a failing row with its key: the same row where
rule and mistake speak of the same table, else the same school or county in the same year. What landing puts right is
found when the landed cell holds the value from before. A failing row is false when nothing was planted in its school or
county.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.report import page
from junheng.checks import check_raw
from junheng.findings import Findings
from junheng.generate.generator import GenerateOptions, generate, mistakes_file
from junheng.generate.kinds import Kind, read_kinds
from junheng.generate.planting import COUNTY_TABLES
from junheng.generate.population import Size
from junheng.landing.land import land
from junheng.landing.sql import literal, quoted
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.project import packaged_project
from junheng.quality import TABLES as QUALITY
from junheng.raw_contract import read_contract
from junheng.validation.results import RuleResult

# A mistake in all schools of a county leaves no room for others: one county in so many has one.
WHOLE_COUNTY = 12
# Only a few schools of a county can have these.
RARE = ("point_without_parent", "parent_unknown", "facilities_counted_in_both_stages", "boarders_above_pupils")


@dataclass(frozen=True)
class Score:
    """What became of one kind: how many were planted and found, and the failing rows of its rules that are false."""

    kind: Kind
    planted: int
    found: int
    rows: int
    false_rows: int

    @property
    def recall(self) -> float | None:
        """Share of the planted mistakes that were found; None when there was none."""
        return self.found / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Share of the failing rows of the kind's rules that a planted mistake explains; None when there was none."""
        return 1 - self.false_rows / self.rows if self.rows else None


def judge(raw: Path, warehouse: Path) -> list[RuleResult]:
    """Land a folder and run all suites on raw tables; findings of landing are kept in `quality.landing_finding`."""
    project, messages = packaged_project(), Messages("en")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("attach ':memory:' as scratch")
        connection.execute(QUALITY)
        findings = Findings(connection)
        contract = read_contract(project.standards)
        land(connection, raw, contract, findings, messages, warehouse.with_suffix(".landing"))
        connection.execute("create table quality.landing_finding as from scratch.finding")
    return check_raw(warehouse, project.suites, project.standards)


@dataclass(frozen=True)
class Scores:
    """The score of every kind, and the critical findings that no planted mistake explains."""

    kinds: dict[str, Score]
    false_critical: list[tuple[str, str, str]]


def score(mistakes: Path, warehouse: Path) -> Scores:
    """The scores of a folder that was judged into this warehouse."""
    kinds = read_kinds()
    with duckdb.connect(str(warehouse)) as connection:
        _read(connection, mistakes, kinds)
        connection.execute(FOUND)
        for kind in kinds.values():
            if kind.repaired:
                _count_repaired(connection, kind)
        planted = dict(connection.execute("select kind, count(distinct mistake) from line group by kind").fetchall())
        found = dict(connection.execute("select kind, count(distinct mistake) from found group by kind").fetchall())
        rows = {kind: (n, false) for kind, n, false in connection.execute(ROWS).fetchall()}
        false_critical = connection.execute(FALSE_CRITICAL).fetchall()
    by_kind = {
        name: Score(kind, planted.get(name, 0), found.get(name, 0), *rows.get(name, (0, 0)))
        for name, kind in kinds.items()
    }
    return Scores(by_kind, false_critical)


# The pseudonyms of generated staff begin with the number of their school.
SCHOOL_OF_STAFF = "('0' || substr(keys->>'staff_id', 2, 5) || '0' || substr(keys->>'staff_id', 7, 3))"
# Failing rows of rules and findings of landing, with school, county and year.
FOUND = f"""
create temp table failing as
select distinct
    rule_id,
    severity,
    split_part(table_name, '.', 2) as table_name,
    replace(keys, '"', '') as plain_keys,
    coalesce(keys->>'school_year', keys->>'fiscal_year') as year,
    coalesce(keys->>'school_code', {SCHOOL_OF_STAFF}) as school_code,
    keys->>'county_code' as county_code
from quality.failing_row
union all
select
    rule_id,
    severity,
    table_name,
    replace(keys, '"', ''),
    coalesce(keys->>'school_year', keys->>'fiscal_year'),
    coalesce(keys->>'school_code', {SCHOOL_OF_STAFF}),
    keys->>'county_code'
from quality.landing_finding
where keys is not null;

create temp table found as
select distinct l.mistake, l.kind
from line as l
join expected as e on e.kind = l.kind
join failing as f on f.rule_id = e.rule_id
where
    (f.table_name = l.table_name and f.plain_keys in (replace(l.keys, '"', ''), replace(l.keys_after, '"', '')))
    or (
        (f.table_name <> l.table_name or l.action <> 'set')
        and f.year = l.school_year
        and (
            f.school_code in (l.school_code, l.code_after)
            or (f.school_code is null and f.county_code = l.county_code)
        )
    )
"""
ROWS = """
with
    rows_of as (select distinct e.kind, f.* from expected as e join failing as f on f.rule_id = e.rule_id),
    judged as (
        select
            r.kind,
            r.school_code in (select school_code from touched)
            or r.county_code in (select county_code from line)
            or left(r.school_code, 6) in (select left(school_code, 6) from touched where whole_county) as is_explained
        from rows_of as r
    )
select kind, count(*), count(*) filter (where not coalesce(is_explained, false)) from judged group by kind
"""


# Critical findings in a school or county where nothing was planted.
FALSE_CRITICAL = """
select rule_id, coalesce(school_code, county_code), year
from failing
where
    severity = 'critical'
    and coalesce(school_code, '') not in (select coalesce(school_code, '-') from touched)
    and coalesce(county_code, '') not in (select county_code from line)
    and left(coalesce(school_code, ''), 6) not in (select left(school_code, 6) from touched where whole_county)
"""


def _read(connection: duckdb.DuckDBPyConnection, mistakes: Path, kinds: Mapping[str, Kind]) -> None:
    connection.execute(
        f"""create temp table line as
        select * replace (school_year::varchar as school_year),
            coalesce(keys_after->>'school_code', school_code) as code_after
        from read_csv({literal(str(mistakes))}, all_varchar = true)"""
    )
    connection.execute(
        "create temp table touched as select distinct unnest([school_code, code_after,"
        " case when column_name = 'parent_code' then value_after end]) as school_code, false as whole_county from line"
    )
    connection.execute(
        f"insert into touched select distinct {SCHOOL_OF_STAFF}, false from line where table_name = 'staff'"
    )
    # What the planted mistake says about other schools: the one whose figures were taken, points of a missing parent.
    lists = [[kind.name for kind in kinds.values() for _ in kind.finds], [r for k in kinds.values() for r in k.finds]]
    connection.execute("create temp table expected as select unnest(?) as kind, unnest(?) as rule_id", lists)
    others = [k.name for k in kinds.values() if k.other_school or k.add or k.drop]
    whole = [k.name for k in kinds.values() if k.unit == "county" and k.table not in COUNTY_TABLES]
    connection.execute(
        "insert into touched select distinct left(s.school_code, 6) || '0001', false from line as s"
        " where s.kind in (select unnest(?)) and s.school_code is not null",
        [others],
    )
    connection.execute(
        "insert into touched select distinct school_code, true from line where kind in (select unnest(?))", [whole]
    )
    connection.execute(
        "insert into touched select distinct s.school_code, false from raw.schools as s join touched as t"
        " on s.parent_code = t.school_code"
    )


def _count_repaired(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """A cell is put right when it is landed with the value from before."""
    (column,) = kind.set
    contract = read_contract(packaged_project().standards)[kind.table]
    keys = " and ".join(f"r.{quoted(key)}::varchar = (l.keys->>{literal(key)})" for key in contract.key)
    kinds_of = {c.name: c.sql_type for c in contract.columns}
    connection.execute(
        f"insert into found select distinct l.mistake, l.kind"
        f" from line as l join raw.{quoted(kind.table)} as r on {keys}"
        f" where l.kind = {literal(kind.name)} and r.{quoted(column)} = l.value_before::{kinds_of[column]}"
    )


def even_rates(rate: float) -> list[str]:
    """Rates by kind, on the command line's terms: what can happen to few schools is asked for more often."""
    kinds = read_kinds()
    of_county = Counter(kind.table for kind in kinds.values() if kind.unit == "county")
    share = rate / sum(kind.unit == "school" for kind in kinds.values())
    asked = []
    for kind in kinds.values():
        if kind.unit == "county" and kind.table not in COUNTY_TABLES:
            one = rate / WHOLE_COUNTY
        elif kind.unit == "county":
            one = rate / of_county[kind.table]
        else:
            one = share * (1 if kind.where == "true" else 4 if kind.name in RARE else 2)
        asked.append(f"{kind.name}={one:.6f}")
    return asked


def measure(folder: Path, size: Size, rate: float) -> Scores:
    """Generate counties with mistakes in a folder, judge them, and score."""
    raw = folder / "counties"
    generate(
        GenerateOptions(size, raw, "csv", even_rates(rate)), packaged_project(), Progress(Messages("en"), quiet=True)
    )
    judge(raw, folder / "judged.duckdb")
    return score(mistakes_file(raw, "csv"), folder / "judged.duckdb")


def clean_findings(folder: Path, size: Size) -> list[RuleResult]:
    """What the rules say of counties without a planted mistake: the rules that have failing rows."""
    raw = folder / "clean"
    generate(GenerateOptions(size, raw, "parquet"), packaged_project(), Progress(Messages("en"), quiet=True))
    return [result for result in judge(raw, folder / "clean.duckdb") if result.rows_failed]


HEADER = """| mistake | | table | planted | found | recall | false rows | precision | rules |
|---|---|---|--:|--:|--:|--:|--:|---|"""


def written(scores: Mapping[str, Score]) -> str:
    """The scores as a table."""
    return "\n".join([HEADER, *(_row(one) for one in scores.values())])


def _row(one: Score) -> str:
    kind = one.kind
    rules = "<br>".join(f"`{rule}`" for rule in kind.finds)
    if kind.repaired:
        rules = "put right by landing"
    if kind.unfindable:
        rules = "cannot be found"
    name = f"`{kind.name}`{' *' if kind.domain else ''}"
    share = "" if one.recall is None else f"{100 * one.recall:.1f} %"
    exact = "" if one.precision is None or not kind.finds else f"{100 * one.precision:.1f} %"
    false = one.false_rows if kind.finds else ""
    return (
        f"| {name} | {kind.zh}<br>{kind.en} | {kind.table} | {one.planted} | {one.found} | {share} |"
        f" {false} | {exact} | {rules} |"
    )


def summary(scores: Scores) -> str:
    """Recall over all kinds that can be found."""
    able = [one for one in scores.kinds.values() if not one.kind.unfindable and one.planted]
    planted, found = sum(one.planted for one in able), sum(one.found for one in able)
    low = [one.kind.name for one in able if one.found < one.planted]
    return (
        f"{len(able)} kinds, {planted:,} planted mistakes, {found:,} found: recall {100 * found / planted:.2f} %."
        f" Kinds with one that was missed: {', '.join(f'`{name}`' for name in low) or 'none'}."
        f" Critical findings where nothing was planted: {len(scores.false_critical)}."
    )


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=400)
    parser.add_argument("--schools", type=int, default=40)
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.6)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    size = Size(asked.counties, asked.years, asked.seed, asked.schools)
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        scores = measure(folder, size, asked.rate)
        seconds = time.perf_counter() - started
        clean = clean_findings(folder, size)
    quiet = (
        "; ".join(f"`{one.rule_id}` {one.severity} {one.rows_failed}" for one in clean) or "no rule has a failing row"
    )
    text = (
        f"{asked.counties} counties of at most {asked.schools} schools over {asked.years} school years,"
        f" seed {asked.seed}, rate {asked.rate}; {seconds:.0f} s.\n\n{summary(scores)}\n\n"
        f"The same counties without a planted mistake: {quiet}.\n\n{written(scores.kinds)}"
    )
    if asked.out:
        asked.out.write_text(page(asked.out, text), encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
