"""The population of generated counties, as tables and views of a DuckDB file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import duckdb

from junheng.landing.sql import literal

# The nine raw tables, and the year column of each, in the order in which they are written.
TABLES = {
    "schools": "school_year",
    "enrolment": "school_year",
    "classes": "school_year",
    "staff": "school_year",
    "facilities": "school_year",
    "rooms": "school_year",
    "school_funding": "fiscal_year",
    "county_finance": "fiscal_year",
    "county_facts": "school_year",
}
# Columns of the clean views that tell where a row comes from; they are not written.
COUNTY, SCHOOL = "county_no", "school_no"
RUNNING_YEAR = 2024
MOST_COUNTIES = 31 * 19 * 99
MOST_YEARS = 20
MOST_SCHOOLS = 130
SCRIPTS = ("01_chance", "02_schools", "03_pupils", "04_staff", "05_tables", "06_money")
MEMORY = "300MB"


@dataclass(frozen=True)
class Size:
    """How many counties over how many school years, the latest of which is the running one; and the seed.

    Counties have 20 to 130 schools, cut off at `most_schools`; the first eight are one of every kind.
    """

    counties: int
    years: int
    seed: int
    most_schools: int = MOST_SCHOOLS


def populate(connection: duckdb.DuckDBPyConnection, size: Size, standards: Path) -> None:
    """Draw counties, schools, pupils and staff into an open DuckDB file; afterwards the views `clean_<table>` stand.

    Memory is bounded; what does not fit is written beside the file.
    """
    connection.execute(f"set memory_limit = '{MEMORY}'")
    connection.execute("set preserve_insertion_order = true")
    # Rows keep their order where the left side of a join is read and the right one looked up, as it is written.
    connection.execute("set disabled_optimizers = 'build_side_probe_side,join_order'")
    variables = {
        "seed": str(size.seed),
        "counties": size.counties,
        "most_schools": size.most_schools,
        "first_year": RUNNING_YEAR - size.years + 1,
        "last_year": RUNNING_YEAR,
        "running_year": RUNNING_YEAR,
    }
    for name, value in variables.items():
        shown = literal(value) if isinstance(value, str) else str(value)
        connection.execute(f"set variable {name} = {shown}")
    _read_words(connection, standards)
    for name in SCRIPTS:
        connection.execute(script(name))


def script(name: str) -> str:
    """The text of an SQL file of this package."""
    return (resources.files("junheng.generate") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _read_words(connection: duckdb.DuckDBPyConnection, standards: Path) -> None:
    """Read the names that stand in seeds and in the lists of this package."""
    here = resources.files("junheng.generate")
    with (
        resources.as_file(here / "facts.csv") as facts,
        resources.as_file(here / "subjects.csv") as subjects,
        resources.as_file(here / "words.csv") as words,
    ):
        connection.execute(f"create or replace table words as {_csv(words)}")
        connection.execute(
            f"create or replace table fact as select *, row_number() over () as line from ({_csv(facts)})"
        )
        connection.execute(
            f"""create or replace table subjects as
            select
                stage,
                list(subject order by line) filter (where is_pe_or_arts = 'true') as pe_arts,
                list(subject order by line) filter (where is_pe_or_arts = 'false') as others
            from (select *, row_number() over () as line from ({_csv(subjects)}))
            group by stage"""
        )
    kinds = _csv(standards / "raw_codes.csv")
    connection.execute(
        f"create or replace table kind_name as select code, name_zh from ({kinds}) where column_name = 'school_kind'"
    )
    provinces = _csv(standards / "jurisdictions.csv")
    connection.execute(
        f"create or replace table province as select jurisdiction as code from ({provinces}) where level = 'province'"
    )


def _csv(path: Path) -> str:
    return f"select * from read_csv({literal(str(path))}, all_varchar = true, header = true, nullstr = '')"
