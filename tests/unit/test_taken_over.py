"""A landing that takes over what has not changed gives, table by table, what a full one gives."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.findings import TABLE, Findings
from junheng.landing.land import land
from junheng.landing.outcome import Landing
from junheng.landing.taken import Former, read_former, write_former
from junheng.messages import Messages
from junheng.project import packaged_project
from junheng.quarantine import account, prepare
from junheng.raw_contract import read_contract

CONTRACT = read_contract(packaged_project().standards)
MESSAGES = Messages("en")
LINES = 150


@dataclass(frozen=True)
class Landed:
    """A landing and all tables that it left, as lists of rows."""

    landing: Landing
    warehouse: Path
    folder: Path
    tables: dict[str, list[tuple[Any, ...]]]

    def former(self) -> Former | None:
        write_former(self.folder, "key", self.landing.handed, self.landing.blocks, self.landing.findings)
        return read_former(self.folder, self.warehouse, "key")


def land_folder(raw: Path, place: Path, former: Former | None = None) -> Landed:
    place.mkdir(parents=True)
    warehouse = place / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"attach '{place / 'scratch.duckdb'}' as scratch")
        findings = Findings(connection)
        landing = land(connection, raw, CONTRACT, findings, MESSAGES, place / "landing", former=former)
        prepare(connection, CONTRACT)
        account(connection, landing.tables)
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('raw', 'quality')"
            " and database_name = 'warehouse' order by 1"
        ).fetchall()
        tables = {name: connection.execute(f"from {name} order by all").fetchall() for (name,) in names}
        tables["findings"] = connection.execute(f"from {TABLE} order by all").fetchall()
        for name in CONTRACT:  # as they stand: nobody sorts raw tables
            tables[f"raw.{name} as it stands"] = connection.execute(f"from raw.{name}").fetchall()
    return Landed(landing, warehouse, place, tables)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first lines of the sample county, staff in two files, and a description that is no table."""
    folder = tmp_path_factory.mktemp("raw")
    for path in packaged_project().sample.glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / path.name).write_text("".join(lines[:LINES]), encoding="utf-8")
    header, *staff = (folder / "staff.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "staff.csv").write_text("".join([header, *staff[:80]]), encoding="utf-8")
    (folder / "staff_2.csv").write_text("".join([header, *staff[70:]]), encoding="utf-8")
    (folder / "notes.txt").write_text("nothing in here is a table", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def first(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Landed:
    return land_folder(raw, tmp_path_factory.mktemp("first") / "out")


def last_line_away(path: Path) -> None:
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")


def without_leading_zeros(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(",0500", ",500"), encoding="utf-8")


def gone(path: Path) -> None:
    path.unlink()


def spoilt(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "2024,not a row\n", encoding="utf-8")


def named_after_another_year(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    path.rename(path.with_name(f"2019年_{path.name}"))


CASES: list[dict[str, Callable[[Path], None]]] = [
    {"schools.csv": last_line_away},
    {"rooms.csv": without_leading_zeros, "classes.csv": last_line_away},
    {"staff_2.csv": gone, "facilities.csv": spoilt},
    {"enrolment.csv": named_after_another_year, "county_finance.csv": gone},
]


@pytest.mark.parametrize("changes", CASES, ids=lambda one: " ".join(one))
def test_changed_files_give_what_a_full_landing_gives(
    raw: Path, first: Landed, tmp_path: Path, changes: dict[str, Callable[[Path], None]]
) -> None:
    changed = Path(shutil.copytree(raw, tmp_path / "raw"))
    for name, change in changes.items():
        change(changed / name)
    full = land_folder(changed, tmp_path / "full")
    again = land_folder(changed, tmp_path / "again", first.former())
    assert again.landing.taken
    assert again.tables == full.tables
    assert [(table.name, table.rows, table.sha256) for table in again.landing.tables] == [
        (table.name, table.rows, table.sha256) for table in full.landing.tables
    ]
    # What is kept for the landing after this one is whole, too.
    kept, expected = again.former(), full.former()
    assert kept is not None
    assert expected is not None
    assert kept.files == expected.files
    for part in ("blocks", "findings", "records"):
        assert sorted(map(repr, getattr(kept, part))) == sorted(map(repr, getattr(expected, part)))


def test_only_the_changed_file_is_read_again(raw: Path, first: Landed, tmp_path: Path) -> None:
    changed = Path(shutil.copytree(raw, tmp_path / "raw"))
    last_line_away(changed / "rooms.csv")
    again = land_folder(changed, tmp_path / "again", first.former())
    assert {file.name for file in again.landing.handed} - again.landing.taken == {"rooms.csv"}
    # The rows that stand in both files of staff were compared after their codes were looked at.
    last_line_away(changed / "schools.csv")
    again = land_folder(changed, tmp_path / "more", first.former())
    read = {file.name for file in again.landing.handed} - again.landing.taken
    assert read == {"rooms.csv", "schools.csv", "staff.csv", "staff_2.csv"}


def test_a_table_whose_codes_were_put_right_is_read_again_with_other_schools(raw: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(raw, tmp_path / "raw"))
    without_leading_zeros(folder / "rooms.csv")
    former = land_folder(folder, tmp_path / "former")
    assert any(row[4] == "leading_zeros_restored" for row in former.tables["quality.landing_conversion"])
    schools = folder / "schools.csv"
    schools.write_text(schools.read_text(encoding="utf-8").replace(",0500152001,", ",00500152001,"), encoding="utf-8")
    full = land_folder(folder, tmp_path / "full")
    again = land_folder(folder, tmp_path / "again", former.former())
    assert again.tables == full.tables
    assert "rooms.csv" not in again.landing.taken
    assert "classes.csv" in again.landing.taken


def test_nothing_is_taken_over_where_it_is_in_doubt(raw: Path, first: Landed, tmp_path: Path) -> None:
    write_former(first.folder, "key", first.landing.handed, first.landing.blocks, first.landing.findings)
    assert read_former(first.folder, first.warehouse, "another program") is None
    twice = Path(shutil.copytree(raw, tmp_path / "twice"))
    shutil.copyfile(twice / "rooms.csv", twice / "rooms_copy.csv")
    again = land_folder(twice, tmp_path / "again", first.former())
    assert again.landing.taken == frozenset()
    assert again.tables == land_folder(twice, tmp_path / "full").tables
    assert again.former() is None
