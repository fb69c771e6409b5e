"""The committed sample county is what its generator writes, and the generator's own checks can fail."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from tools.sample_county.check_consistency import mistakes
from tools.sample_county.check_published import published_figures
from tools.sample_county.dice import apportion
from tools.sample_county.indicators import share_of_facility, variation, verdict_class
from tools.sample_county.read_back import read_tables

ROOT = Path(__file__).parents[2]
RAW = ROOT / "seeds" / "raw"
TABLES = (
    "schools",
    "enrolment",
    "classes",
    "staff",
    "facilities",
    "rooms",
    "school_funding",
    "county_finance",
    "county_facts",
)


def test_the_generator_writes_the_committed_files_byte_for_byte(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.sample_county", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted([f"{table}.csv" for table in TABLES] + ["_raw.yml"])
    for name in names:
        assert (tmp_path / name).read_bytes() == (RAW / name).read_bytes(), name


@pytest.mark.parametrize("table", TABLES)
def test_the_files_follow_the_raw_contract(table: str) -> None:
    with (ROOT / "seeds" / "standards" / "raw_columns.csv").open(encoding="utf-8") as handle:
        contract = [row["column_name"] for row in csv.DictReader(handle) if row["table_name"] == table]
    content = (RAW / f"{table}.csv").read_bytes()
    assert content.decode("utf-8").splitlines()[0].split(",") == contract
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")


def _change(table: str, change: Callable[[list[dict[str, str]]], None]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        change(rows)
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    return apply


def _set(column: str, value: str, **where: str) -> Callable[[list[dict[str, str]]], None]:
    """Change one cell of the first row that fits."""

    def change(rows: list[dict[str, str]]) -> None:
        next(row for row in rows if all(row[name] == wanted for name, wanted in where.items()))[column] = value

    return change


def test_the_generator_finds_nothing_wrong_in_the_committed_files() -> None:
    tables = read_tables(RAW)
    assert mistakes(tables) == []
    figures = published_figures(tables)
    assert len(figures) > 70
    assert [name for name, found, expected in figures if found != expected] == []


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (_change("enrolment", _set("pupils", "401", school_year="2024")), "do not add up"),
        (_change("enrolment", _set("entrants", "9", school_year="2022", grade="1")), "entrants of"),
        (_change("classes", lambda rows: rows.append(dict(rows[0]))), "2 rows with the key"),
        (_change("staff", _set("degree", "", is_full_time_teacher="true")), "lacks degree"),
        (_change("staff", _set("is_rotated", "true", is_rotation_eligible="false")), "without being eligible"),
        (_change("facilities", _set("indoor_sports_area_m2", "99999")), "larger than its teaching area"),
        (_change("facilities", _set("equipment_value_wan", "1.5", school_year="2023")), "equipment_value_wan"),
        (_change("school_funding", _set("public_funds_budget_yuan", "71000.00")), "71000 of"),
        (_change("school_funding", _set("training_spend_yuan", "1.00")), "less than 5 %"),
        (_change("rooms", _set("school_code", "0500152999")), "no school of that year"),
        (_change("county_finance", _set("budget_expenditure_yuan", "1.00", fiscal_year="2022", stage="all")), "fell"),
    ],
)
def test_the_generator_finds_a_mistake_in_its_own_files(
    tmp_path: Path, break_it: Callable[[Path], None], words: str
) -> None:
    shutil.copytree(RAW, tmp_path / "raw")
    break_it(tmp_path / "raw")
    assert any(words in sentence for sentence in mistakes(read_tables(tmp_path / "raw")))


@pytest.mark.parametrize(
    ("break_it", "figure"),
    [
        (
            _change("facilities", _set("multimedia_rooms", "1", school_code="0500152022", school_year="2024")),
            "classes of units",
        ),
        (_change("staff", _set("annual_pay_yuan", "1.00", school_year="2024")), "mean pay"),
        (_change("county_facts", _set("value", "1", school_year="2024", fact_id="veto_school_choice")), "vetoes"),
        (_change("enrolment", _set("deaths", "9", school_year="2022", grade="8")), "cohort deaths"),
    ],
)
def test_the_generator_finds_a_published_figure_missed(
    tmp_path: Path, break_it: Callable[[Path], None], figure: str
) -> None:
    shutil.copytree(RAW, tmp_path / "raw")
    break_it(tmp_path / "raw")
    wrong = [name for name, found, expected in published_figures(read_tables(tmp_path / "raw")) if found != expected]
    assert figure in wrong


def test_variation_gives_the_published_worked_example() -> None:
    books = [(45, 279), (37, 137), (89, 935), (76, 160), (55, 402)]
    assert f"{variation([(pupils, Fraction(resource)) for pupils, resource in books]):.5f}" == "0.51526"


def test_split_gives_the_published_worked_example() -> None:
    pupils = {"primary": 166, "junior": 210, "senior": 0, "special": 0}
    shares = [share_of_facility("nine_year", pupils, stage) for stage in ("primary", "junior")]
    assert [f"{float(23226 * share):.2f}" for share in shares] == ["9711.63", "13514.37"]
    assert sum(shares) == 1


def test_verdict_class_takes_an_exact_85_percent() -> None:
    values = {
        "high_degree_teachers_per_100": Fraction("4.2"), "backbone_teachers_per_100": Fraction(1),
        "pe_arts_teachers_per_100": Fraction("0.9"), "teaching_area_per_pupil": Fraction("4.5"),
        "sports_area_per_pupil": Fraction("6.375"), "equipment_value_per_pupil": Fraction(2000),
        "multimedia_rooms_per_100": Fraction("2.3"),
    }  # fmt: skip
    assert verdict_class("primary", values) == "six_met_other_at_floor"
    values["sports_area_per_pupil"] -= Fraction(1, 10**9)
    assert verdict_class("primary", values) == "six_met_other_below_floor"


def test_apportion_adds_up_and_refuses_weights_of_nothing() -> None:
    assert apportion(10, [1.0, 1.0, 1.0]) == [4, 3, 3]
    assert apportion(0, [0.0]) == [0]
    with pytest.raises(ValueError, match="cannot split 3"):
        apportion(3, [0.0, 0.0])
