"""The published sample, a copy of it with names made to do harm, and the documents written from both."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from junheng.report.excel import write_workbooks
from junheng.report.facts import Facts
from junheng.report.ledger import Ledger
from junheng.report.pdf import write_pages
from junheng.report.word import write_word
from tests.conftest import Once

COUNTY = "500152"
HOSTILE = '=HYPERLINK("http://x")&<b>'
LONG = "超长校名" * 50
HOSTILE_SCHOOL, LONG_SCHOOL = "0500152001", "0500152002"


@dataclass(frozen=True)
class Written:
    """A warehouse and the documents that were written from it."""

    warehouse: Path
    folder: Path

    @property
    def word(self) -> Path:
        return self.folder / COUNTY / "自查自评报告.docx"

    @property
    def workbook(self) -> Path:
        return self.folder / COUNTY / "督导工作簿.xlsx"

    @property
    def ledger(self) -> Path:
        return self.folder / COUNTY / "整改台账.xlsx"

    @property
    def schools(self) -> Path:
        return self.folder / COUNTY / "学校"

    @property
    def pages(self) -> Path:
        return self.folder / COUNTY / "pdf"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the warehouse answers."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def sample_warehouse(published_sample: Path) -> Path:
    """The published sample county, built once for all processes of the test run."""
    return published_sample / "warehouse.duckdb"


@pytest.fixture(scope="session")
def written(sample_warehouse: Path, once: Once) -> Written:
    """All documents of the sample county, in Chinese."""
    return Written(sample_warehouse, once("文档 输出", lambda folder: write_all(sample_warehouse, folder)))


@pytest.fixture(scope="session")
def hostile(sample_warehouse: Path, once: Once) -> Written:
    """The same of a warehouse in which a school has a name that does harm and another one of 200 characters."""

    def write(place: Path) -> None:
        warehouse = place / "warehouse.duckdb"
        shutil.copyfile(sample_warehouse, warehouse)
        with duckdb.connect(str(warehouse)) as connection:
            for code, name in ((HOSTILE_SCHOOL, HOSTILE), (LONG_SCHOOL, LONG)):
                for table in ("shown_school", "shown_remediation", "shown_difference_share"):
                    connection.execute(
                        f"update display.{table} set school_name = ? where school_code = ?", [name, code]
                    )
        write_all(warehouse, place / "documents")

    place = once("hostile documents", write)
    return Written(place / "warehouse.duckdb", place / "documents")


def write_all(warehouse: Path, folder: Path) -> None:
    """Write every document of a warehouse."""
    with Facts(warehouse) as facts:
        write_word(facts, folder, "zh", Ledger({}))
        write_workbooks(facts, folder, "zh", Ledger({}))
        write_pages(facts, folder, "zh", Ledger({}))


@pytest.fixture
def facts(sample_warehouse: Path) -> Iterator[Facts]:
    """The sample warehouse, opened for reading."""
    with Facts(sample_warehouse) as opened:
        yield opened


def as_text(document: Path, folder: Path) -> str:
    """What LibreOffice shows of a document, as text without white space."""
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder.parent}/profile",  # one for all tests of a process
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            folder,
            document,
        ],
        check=True,
        capture_output=True,
    )
    return pdf_text(folder / f"{document.stem}.pdf")


def pdf_text(path: Path) -> str:
    """The text of a PDF without white space."""
    done = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, encoding="utf-8")
    return "".join(done.stdout.split())
