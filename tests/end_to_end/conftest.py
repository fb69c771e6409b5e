"""The sample county with parts missing and wrong, and a copy of what is published: for tests of the command line."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from tests.conftest import Once
from tests.end_to_end.command_line import ROOT, Rows, junheng, rewrite, sample_copy
from tests.published import Published, keep, kept

OWN_STANDARD = "own_2024"
RULE = "raw.enrolment.deaths.not_negative"
NOT_BROKEN = "raw.facilities.sports_ground_area_m2.not_negative"
SPOILT = (3, 4)
LAST_DAY = "2099-12-31"
HEADER = "rule_id,scope,at_most,reason,owner,expires_on"
OWN_FILES = {
    "known_issues.csv": f"{HEADER}\n{RULE},county_code=500152,{len(SPOILT)},on its way,office,{LAST_DAY}\n"
    f"{NOT_BROKEN},*,7,on its way,office,2100-01-01\n",
    "standards.csv": "standard_id,name_zh,name_en,jurisdiction,document,valid_from,source,status\n"
    f"{OWN_STANDARD},本区目标,Own targets,500152,区政府文件,2024-01-01,区政府文件,LOCAL\n",
    "thresholds.csv": "threshold_id,standard_id,jurisdiction,indicator_id,stage,case_id,operator,value,unit,"
    "valid_from,source,status,evidence\n"
    f"own_size,{OWN_STANDARD},500152,class_size_primary,primary,ordinary,<=,48,人,2024-01-01,区政府文件,LOCAL,"
    "「小学班额48人以内」\n",
}


def negative_deaths(_header: list[str], rows: Rows) -> None:
    """Spoil two rows of the enrolment."""
    for number in SPOILT:
        rows[number]["deaths"] = "-1"


@pytest.fixture(scope="session")
def partial(once: Once, compiled: None) -> Published:
    """The sample county without two of its tables, with two wrong rows that its standards know of until the day of the
    build, and with a target of its own, built by the checkout.
    """

    def build(place: Path) -> None:
        raw = sample_copy(place / "raw")
        rewrite(raw / "enrolment.csv", negative_deaths)
        for table in ("staff", "county_facts"):
            (raw / f"{table}.csv").unlink()
        (place / "own").mkdir()
        for name, content in OWN_FILES.items():
            (place / "own" / name).write_text(content, encoding="utf-8")
        arguments = ("--raw", raw, "--standards", place / "own", "--out", place / "out", "--today", LAST_DAY, "--json")
        keep(junheng("build", "--no-report", *arguments, cwd=place), place)

    place = once("partial", build)
    return kept(place, ROOT / "src", place, place / "out")


@pytest.fixture
def published_copy(published: Published, tmp_path: Path) -> Path:
    """The output folder of `published` once more, to be built into."""
    return Path(copytree(published.out, tmp_path / "输出", symlinks=True))
