"""Generated counties: the same from the same seed, whatever else is generated; wrong only where the list says so."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from junheng.errors import UsageError
from junheng.generate.generator import Generated, GenerateOptions, generate, mistakes_file
from junheng.generate.kinds import rates, read_kinds
from junheng.generate.population import TABLES, Size
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.project import packaged_project
from junheng.raw_contract import read_contract
from junheng.validation.suite_files import read_suite

LANDING_RULES = {"not_a_school_year", "required_cell_empty", "unknown_code"}
SMALL = 8


def made(out: Path, size: Size, file_format: str = "parquet", *mistakes: str) -> Generated:
    """Counties in a folder."""
    options = GenerateOptions(size, out, file_format, mistakes)
    return generate(options, packaged_project(), Progress(Messages("en"), quiet=True))


def rows(folder: Path, table: str, where: str = "true") -> list[tuple[object, ...]]:
    """Rows of a generated table, in their order."""
    with duckdb.connect() as connection:
        return connection.execute(f"from '{folder}/{table}.parquet' where {where}").fetchall()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two counties over two years, in a folder with a Chinese name and a space."""
    out = tmp_path_factory.mktemp("generated") / "两个 县"
    made(out, Size(2, 2, 5, SMALL))
    return out


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(two: Path, tmp_path: Path) -> None:
    made(tmp_path / "again", Size(2, 2, 5, SMALL))
    made(tmp_path / "other", Size(2, 2, 6, SMALL))
    for table in TABLES:
        first = (two / f"{table}.parquet").read_bytes()
        assert first == (tmp_path / "again" / f"{table}.parquet").read_bytes()
        assert first != (tmp_path / "other" / f"{table}.parquet").read_bytes()


def test_a_county_and_a_year_are_the_same_whatever_else_is_generated(two: Path, tmp_path: Path) -> None:
    made(tmp_path / "more", Size(3, 3, 5, SMALL))
    for table, year in TABLES.items():
        column = "county_code" if table.startswith("county_") else "staff_id" if table == "staff" else "school_code"
        listed = ", ".join(sorted(f"'{row[0]}'" for row in _values(two, table, column)))
        theirs = rows(tmp_path / "more", table, f"{column} in ({listed}) and {year} >= 2023")
        assert theirs == rows(two, table), table


def _values(folder: Path, table: str, column: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(f"select distinct {column} from '{folder}/{table}.parquet'").fetchall()


def test_tables_have_the_columns_of_the_contract_and_rows_in_their_order(two: Path) -> None:
    contract = read_contract(packaged_project().standards)
    with duckdb.connect() as connection:
        for name in TABLES:
            described = connection.execute(f"describe from '{two}/{name}.parquet'").fetchall()
            assert [row[0] for row in described] == [column.name for column in contract[name].columns]
        places = [(row[3], row[0], row[1]) for row in rows(two, "schools")]
    order = {code: number for number, code in enumerate(dict.fromkeys(place[0] for place in places))}
    assert places == sorted(places, key=lambda place: (order[place[0]], place[1], place[2]))


def test_a_cohort_moves_up_with_all_its_movements(two: Path) -> None:
    with duckdb.connect() as connection:
        gaps = connection.execute(
            f"""select max(abs(n.pupils - p.pupils - p.transfers_in + p.transfers_out
            + p.suspended - p.resumed + p.deaths))
            from '{two}/enrolment.parquet' as p join '{two}/enrolment.parquet' as n
            on n.school_code = p.school_code and n.stage = p.stage and n.grade = p.grade + 1
            and n.school_year = p.school_year + 1 where p.pupils < 200"""
        ).fetchone()
        classes = connection.execute(
            f"""select count(*) from (select school_year, school_code, stage, grade, sum(pupils) as pupils
            from '{two}/classes.parquet' group by all)
            full join '{two}/enrolment.parquet' as e using (school_year, school_code, stage, grade, pupils)
            where e.migrant_pupils is null"""
        ).fetchone()
    assert gaps is not None
    assert gaps[0] <= 2
    assert classes == (0,)


def test_only_the_listed_cells_differ_from_the_clean_county(tmp_path: Path) -> None:
    size = Size(3, 2, 5, 12)
    made(tmp_path / "clean", size, "csv")
    spoilt = made(tmp_path / "spoilt", size, "csv", "0.9")
    assert spoilt.mistakes_file == mistakes_file(spoilt.out, "csv")
    assert {path.name for path in spoilt.out.iterdir()} == {f"{table}.csv" for table in TABLES}
    contract = read_contract(packaged_project().standards)
    with duckdb.connect() as connection:
        connection.execute(f"create table line as from read_csv('{spoilt.mistakes_file}', all_varchar = true)")
        listed = 0
        for table in TABLES:
            read = "read_csv('{}', all_varchar = true)"
            before, after = (read.format(tmp_path / name / f"{table}.csv") for name in ("clean", "spoilt"))
            gone = connection.execute(f"select count(*) from (from {before} except all from {after})").fetchone()
            keys = ", ".join(f"keys->>'{key}'" for key in contract[table].key)
            said = connection.execute(
                f"select count(distinct ({keys})) filter (where action <> 'add') from line where table_name = '{table}'"
            ).fetchone()
            assert gone == said, table
            listed += said[0] if said else 0
    assert listed > 10


def test_what_is_out_of_range_or_in_the_way_is_refused(two: Path, tmp_path: Path) -> None:
    for size in (Size(0, 1, 1), Size(1, 21, 1), Size(1, 1, 1, 7)):
        with pytest.raises(UsageError, match="generate_size"):
            made(tmp_path / "size", size)
    with pytest.raises(UsageError, match="generate_folder_in_use"):
        made(two, Size(1, 1, 1))
    with pytest.raises(UsageError, match="generate_format"):
        made(tmp_path / "format", Size(1, 1, 1), "xlsx")
    assert list(tmp_path.iterdir()) == []


def test_rates_are_for_all_kinds_or_for_one() -> None:
    kinds = read_kinds()
    able = [kind for kind in kinds.values() if not kind.csv]
    asked = rates(["0.5", "pupils_negative=0.25"], kinds, is_text=False)
    assert set(asked) == {kind.name for kind in able}
    assert asked["area_negative"] == 0.5 / len(able)
    assert asked["pupils_negative"] == 0.25
    for wrong, message in (("pupils=0.1", "unknown"), ("2", "rate"), ("many", "rate"), ("digits_full_width=1", "text")):
        with pytest.raises(UsageError, match=f"mistake_.*{message}"):
            rates([wrong], kinds, is_text=False)


def test_every_kind_names_rules_that_exist_or_says_why_none_can() -> None:
    suites = packaged_project().suites
    known = {
        rule.rule_id
        for folder in ("raw", "plausibility")
        for path in (suites / folder).rglob("*.json")
        for rule in read_suite(path, suites / folder).rules
    }
    kinds = read_kinds()
    assert len(kinds) > 90
    for kind in kinds.values():
        assert set(kind.finds) <= known | LANDING_RULES, kind.name
        assert [bool(kind.finds), kind.repaired, kind.unfindable is not None].count(True) == 1, kind.name
