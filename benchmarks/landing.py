"""Landing of a national year as CSV, beside DuckDB's own CSV reader writing Parquet with the same types.

    python -m benchmarks.landing --share 0.1
    python -m benchmarks.landing --workbooks 80

One process for each: from CSV files to raw tables in a DuckDB file (hashes, encodings and every cell judged), and from
the same files to Parquet with a script that is given all types. With `--workbooks` it is a county instead: a workbook
for each school of the sample with all of its tables, and the county's own tables as CSV. Wall and processor seconds and
peak memory are the operating system's.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb
import xlsxwriter

from benchmarks import measuring
from junheng.landing.sql import literal, quoted
from junheng.raw_contract import RawTable, read_contract

STANDARDS = measuring.ROOT / "seeds" / "standards"
SCHOOLS, CLASSES, STAFF = 200_000, 4_000_000, 11_000_000
OF_A_SCHOOL = ("enrolment", "classes", "staff", "facilities", "rooms", "school_funding")
OF_THE_COUNTY = ("schools", "county_facts", "county_finance")
WORKBOOKS_GOAL = 10.0
LIMIT_SECONDS = 3600.0
STAGES = "['primary', 'junior', 'senior'][1 + h % 3]"


def columns(table: str, schools: int) -> dict[str, str]:
    """The columns of a table in the contract's names, as expressions over the row number n and a scattered number h."""
    school = f"lpad((n % {schools})::varchar, 10, '0')"
    if table == "schools":
        return {
            "school_year": "2024",
            "school_code": "lpad(n::varchar, 10, '0')",
            "school_name": "'第' || n::varchar || '小学'",
            "county_code": "(110000 + h % 500000)::varchar",
            "county_name": "'县' || (h % 2800)::varchar",
            "township": "case when h % 5 > 0 then '镇' || (h % 30000)::varchar end",
            "school_kind": "['primary', 'junior', 'nine_year', 'senior'][1 + h % 4]",
            "ownership": "['public', 'private'][1 + (h % 10 = 0)::integer]",
            "area_kind": "['urban', 'town', 'rural'][1 + h % 3]",
            "parent_code": "null::varchar",
            "opened_year": "1950 + h % 70",
            "is_boarding": "h % 4 = 0",
        }
    if table == "classes":
        return {
            "school_year": "2024",
            "school_code": school,
            "stage": STAGES,
            "grade": "1 + h % 9",
            "class_no": f"(1 + n // {schools})::varchar",
            "pupils": "20 + h % 35",
        }
    return {
        "school_year": "2024",
        "school_code": school,
        "staff_id": "'T' || lpad(n::varchar, 9, '0')",
        "stage": STAGES,
        "is_full_time_teacher": "h % 8 > 0",
        "is_on_post": "h % 9 > 0",
        "degree": "['master', 'bachelor', 'associate'][1 + h % 3]",
        "backbone_level": "['none', 'school', 'county', 'city'][1 + h // 3 % 4]",
        "subject": "['语文', '数学', '英语', '体育', '音乐', '美术'][1 + h // 7 % 6]",
        "has_certificate": "h % 50 > 0",
        "training_hours_5y": "h // 11 % 500 + (h % 2) * 0.5",
        "is_rotation_eligible": "h % 6 = 0",
        "is_rotated": "h % 60 = 0",
        "annual_pay_yuan": "(50000 + h // 13 % 9000000 / 100)::decimal(12, 2)",
    }


def generate(folder: Path, share: float) -> None:
    """Write the CSV files of a national year, or of a share of it."""
    folder.mkdir(parents=True)
    schools = int(SCHOOLS * share)
    with duckdb.connect(config={"memory_limit": "1GB"}) as connection:
        for table, rows in (("schools", schools), ("classes", int(CLASSES * share)), ("staff", int(STAFF * share))):
            chosen = ", ".join(f"{sql} as {quoted(name)}" for name, sql in columns(table, schools).items())
            numbers = f"select range as n, (hash(range) >> 4)::bigint as h from range({rows})"
            target = literal(str(folder / f"{table}.csv"))
            connection.execute(f"copy (select {chosen} from ({numbers})) to {target} (format csv, header)")


def make_workbooks(folder: Path, count: int) -> None:
    """Write a workbook with five tables for each of so many schools of the sample, and the other tables as CSV."""
    folder.mkdir(parents=True)
    raw = measuring.ROOT / "seeds" / "raw"
    with duckdb.connect() as connection:
        for name in OF_THE_COUNTY:
            shutil.copy(raw / f"{name}.csv", folder)
        codes = connection.execute(
            f"select distinct school_code from read_csv({literal(str(raw / 'schools.csv'))}, all_varchar = true)"
            f" order by 1 limit {count}"
        ).fetchall()
        for table in OF_A_SCHOOL:
            source = literal(str(raw / f"{table}.csv"))
            connection.execute(f"create table {table} as from read_csv({source}, all_varchar = true)")
        for (code,) in codes:
            book = xlsxwriter.Workbook(str(folder / f"{code}.xlsx"))
            for table in OF_A_SCHOOL:
                cursor = connection.execute(f"select * from {table} where school_code = ?", [code])
                sheet = book.add_worksheet(table)
                sheet.write_row(0, 0, [column[0] for column in cursor.description or ()])
                for number, row in enumerate(cursor.fetchall(), start=1):
                    sheet.write_row(number, 0, row)
            book.close()


def reference(folder: Path, out: Path) -> None:
    """DuckDB's own reader: every file with its types given, written as Parquet."""
    contract = read_contract(STANDARDS)
    with duckdb.connect() as connection:
        for file in sorted(folder.glob("*.csv")):
            read = (
                f"read_csv({literal(str(file))}, header = true, delim = ',', columns = {_types(contract[file.stem])})"
            )
            connection.execute(f"copy (from {read}) to {literal(str(out / file.stem))} (format parquet)")


def ours(folder: Path, out: Path) -> None:
    """Landing, as a build does it."""
    from junheng.findings import CRITICAL, Findings
    from junheng.landing.land import land
    from junheng.messages import Messages
    from junheng.workspace import workspace

    with workspace(out) as work, work.connect() as connection:
        findings = Findings(connection)
        landing = land(connection, folder, read_contract(STANDARDS), findings, Messages("en"), work.landing)
        if findings.count(CRITICAL) or not all(table.rows for table in landing.tables if table.files):
            raise SystemExit("not all rows were landed")


def measure(make: list[str], what: tuple[str, ...]) -> dict[str, measuring.Run]:
    """Each way on the same files, which a process of its own makes with these options."""
    scratch = Path(tempfile.mkdtemp(prefix="landing-"))
    try:
        command = [sys.executable, "-m", "benchmarks.landing", "--make", str(scratch / "raw"), *make]
        made = measuring.process(command, scratch, LIMIT_SECONDS)
        if made.problem:
            raise SystemExit(made.problem)
        runs = {}
        for name in what:
            out = scratch / f"out-{name}"
            out.mkdir()
            command = [sys.executable, "-m", "benchmarks.landing", f"--{name}", str(scratch / "raw"), "--out", str(out)]
            runs[name] = measuring.process(command, scratch, LIMIT_SECONDS)
            shutil.rmtree(out)
        return runs
    finally:
        shutil.rmtree(scratch)


def show(runs: dict[str, measuring.Run]) -> None:
    """Print one line for each way."""
    for name, one in runs.items():
        print(f"{name:10} wall {one.wall:7.1f} s  cpu {one.cpu:7.1f} s  peak {one.peak:6.0f} MB  {one.problem or ''}")


def main() -> None:
    """Measure, or be one of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="share of a national year")
    parser.add_argument("--workbooks", type=int, help="so many workbooks of schools instead")
    parser.add_argument("--make", type=Path)
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--ours", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.make and asked.workbooks:
        make_workbooks(asked.make, asked.workbooks)
    elif asked.make:
        generate(asked.make, asked.share)
    elif asked.reference:
        reference(asked.reference, asked.out)
    elif asked.ours:
        ours(asked.ours, asked.out)
    elif asked.workbooks:
        runs = measure(["--workbooks", str(asked.workbooks)], ("ours",))
        show(runs)
        verdict = "met" if runs["ours"].cpu <= WORKBOOKS_GOAL else "missed"
        print(f"goal for 80 workbooks: {WORKBOOKS_GOAL:.0f} s of processor time: {verdict}")
    else:
        runs = measure(["--share", str(asked.share)], ("reference", "ours"))
        show(runs)
        print(f"ratio      wall {runs['ours'].wall / runs['reference'].wall:7.2f}", end="")
        print(f"    cpu {runs['ours'].cpu / runs['reference'].cpu:7.2f}")


def _types(table: RawTable) -> str:
    return "{" + ", ".join(f"{literal(column.name)}: {literal(column.sql_type)}" for column in table.columns) + "}"


if __name__ == "__main__":
    main()
