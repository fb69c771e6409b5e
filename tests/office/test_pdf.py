"""One page of paper for each school: one A4 whatever the name, the figures those of the warehouse."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from junheng.errors import UsageError
from junheng.report import pdf
from junheng.report.facts import Facts
from junheng.report.ledger import Entry, Ledger
from junheng.report.report_command import parts_named
from tests.office.conftest import COUNTY, HOSTILE, HOSTILE_SCHOOL, LONG, LONG_SCHOOL, Written, pdf_text


def described(path: Path) -> dict[str, str]:
    done = subprocess.run(["pdfinfo", path], check=True, capture_output=True, encoding="utf-8")
    return {name: value.strip() for name, _, value in (line.partition(":") for line in done.stdout.splitlines())}


def test_every_school_has_one_page(hostile: Written) -> None:
    schools = hostile.rows("select school_code from display.shown_school where school_year = 2024")
    assert sorted(path.stem for path in hostile.pages.iterdir()) == sorted(code for (code,) in schools)
    for path in hostile.pages.iterdir():
        about = described(path)
        assert (about["Pages"], about["Page size"].endswith("(A4)")) == ("1", True), path


def test_names_appear_literally(hostile: Written) -> None:
    assert HOSTILE in pdf_text(hostile.pages / f"{HOSTILE_SCHOOL}.pdf")
    assert LONG in pdf_text(hostile.pages / f"{LONG_SCHOOL}.pdf")


def test_the_figures_are_those_of_the_warehouse(written: Written) -> None:
    code = "0500152052"
    text = pdf_text(written.pages / f"{code}.pdf")
    figures = written.rows(
        "select value_shown, ratio_pct_shown, median_shown from display.shown_unit_indicator"
        f" where school_year = 2024 and school_code = '{code}'"
    )
    sentences = written.rows(
        "select standing_zh || sentence_zh from display.shown_unit_verdict"
        f" where school_year = 2024 and school_code = '{code}'"
    )
    assert len(figures) == 14
    for row in figures:
        assert all(figure in text for figure in row)
    for (sentence,) in sentences:
        assert "".join(sentence.split()) in text


def test_a_long_ledger_still_fits_the_page(facts: Facts, tmp_path: Path) -> None:
    gaps = facts.rows("display.shown_remediation", ["indicator_id"], school_year=2024, school_code="0500152001")
    entries = {
        f"{COUNTY}/0500152001/{row.stage}/{row.indicator_id}": Entry("新建教室" * 125, "责任人" * 100) for row in gaps
    }
    pdf.write_pages(facts, tmp_path, "zh", Ledger(entries))
    path = tmp_path / COUNTY / "pdf" / "0500152001.pdf"
    assert described(path)["Pages"] == "1"
    # Lines break within words: each sign is there as often as it was written.
    assert pdf_text(path).count("新") >= 125 * len(gaps) > 400


def test_the_same_warehouse_gives_the_same_bytes(written: Written, facts: Facts, tmp_path: Path) -> None:
    pdf.write_pages(facts, tmp_path, "zh", Ledger({}))
    for path in written.pages.iterdir():
        assert (tmp_path / COUNTY / "pdf" / path.name).read_bytes() == path.read_bytes()


def test_without_the_extra_it_says_what_to_install(
    facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda _name: None)
    with pytest.raises(UsageError) as caught:
        pdf.write_pages(facts, tmp_path, "zh", Ledger({}))
    assert (caught.value.message_id, caught.value.expected) == ("pdf_extra_missing", "junheng[pdf]")
    assert "pdf" not in parts_named(None)
    assert parts_named("pdf") == ("pdf",)


def test_without_a_chinese_font_it_says_what_to_install(
    facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "chinese_font", lambda: None)
    with pytest.raises(UsageError) as caught:
        pdf.write_pages(facts, tmp_path, "zh", Ledger({}))
    assert caught.value.message_id == "pdf_font_missing"
    assert "pdf" not in parts_named(None)
