"""Writing some parts of a report again: the others stay, or go and are named; nothing is mixed or half done."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from junheng.errors import MachineError, UsageError
from junheng.lock import only_one
from junheng.report import report_command, site
from junheng.report.facts import Facts
from junheng.report.ledger import Entry, Ledger
from junheng.report.pages import overview
from junheng.report.report_command import Report, ReportOptions, write_report


@pytest.fixture
def out(published_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output folder with the published warehouse; its site has one page for each county and language."""
    monkeypatch.setattr(site, "makers", lambda: (overview.pages,))
    folder = tmp_path / "输出 目录"
    folder.mkdir()
    shutil.copyfile(published_sample / "warehouse.duckdb", folder / "warehouse.duckdb")
    return folder


@pytest.fixture
def quick(out: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same with one small file for all workbooks: what stands in it is not the question."""

    def workbooks(_facts: Facts, folder: Path, language: str, _ledger: Ledger) -> int:
        return len([(folder / "county.xlsx").write_text(language, encoding="utf-8")])

    monkeypatch.setattr("junheng.report.excel.write_workbooks", workbooks)
    return out


def write(out: Path, *parts: str, public: bool = False) -> Report:
    return write_report(ReportOptions(out, parts, "zh", public))


def hashes(out: Path) -> dict[str, str]:
    folder = out / "report"
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def sums(out: Path) -> dict[str, str]:
    lines = (out / "report" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: found for found, _, name in (line.partition("  ") for line in lines)}


def is_as_it_says(out: Path) -> bool:
    found = hashes(out)
    del found["SHA256SUMS"]
    return sums(out) == found


def test_parts_written_one_by_one_are_what_is_written_at_once(out: Path) -> None:
    write(out, "site", "docx", "xlsx")
    at_once = hashes(out)
    assert is_as_it_says(out)
    shutil.rmtree(out / "report")
    write(out, "docx")
    (before,) = (out / "report").rglob("*.docx")
    stamp = before.stat().st_mtime_ns
    write(out, "xlsx")
    report = write(out, "site")
    assert (dict(report.kept.left_out), sorted(report.kept.parts)) == ({}, ["docx", "xlsx"])
    assert before.stat().st_mtime_ns == stamp
    assert hashes(out) == at_once
    page = (out / "report" / "zh" / "downloads.html").read_text(encoding="utf-8")
    assert before.name in page


@pytest.mark.parametrize("first", [False, True])
def test_what_is_for_the_public_and_what_is_not_never_stand_together(out: Path, *, first: bool) -> None:
    write(out, "xlsx", public=first)
    report = write(out, "site", public=not first)
    assert report.kept.left_out == {"xlsx": "is_public"}
    assert [name for name in hashes(out) if name.endswith(".xlsx")] == []
    assert is_as_it_says(out)
    assert ("公开" in (out / "report" / "README.txt").read_text(encoding="utf-8")) is not first
    assert ("* 不公开" in (out / "report" / "zh" / "downloads.html").read_text(encoding="utf-8")) is not first


def test_parts_of_another_build_ledger_or_program_go_and_are_named(quick: Path) -> None:
    write(quick, "xlsx")
    Ledger({"500152/0500152011/primary/multimedia_rooms_per_100": Entry(measure="添置")}).write(quick / "ledger.csv")
    assert write(quick, "site").kept.left_out == {"xlsx": "ledger"}
    with duckdb.connect(str(quick / "warehouse.duckdb")) as connection:
        connection.execute("update quality.run set build_id = 'another'")
    assert write(quick, "xlsx").kept.left_out == {"site": "build_id"}
    record = quick / "report" / "parts.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"program": "0.0.1"}), encoding="utf-8")
    assert write(quick, "site").kept.left_out == {"xlsx": "program"}
    record.unlink()
    assert write(quick, "xlsx").kept.left_out == {"*": "unknown"}
    assert [name for name in hashes(quick) if name.endswith(".html")] == []


def test_a_file_that_somebody_changed_is_not_lost(quick: Path) -> None:
    write(quick, "xlsx")
    book = next((quick / "report").rglob("*.xlsx"))
    book.write_bytes(book.read_bytes() + b"our own words")
    before = hashes(quick)
    with pytest.raises(UsageError) as caught:
        write(quick, "site")
    assert (caught.value.message_id, caught.value.file) == ("report_file_changed", str(book))
    assert hashes(quick) == before
    book.unlink()
    assert write(quick, "site").kept.left_out == {"xlsx": "incomplete"}
    assert is_as_it_says(quick)


def test_the_report_waits_for_a_build_and_a_killed_one_is_put_right(
    quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(quick, "xlsx")
    before = hashes(quick)
    with only_one(quick), pytest.raises(MachineError) as caught:
        write(quick, "xlsx")
    assert caught.value.message_id == "locked"

    def killed(_made: Path, target: Path) -> None:
        target.replace(target.parent / ".report-1-former")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(report_command, "_take_place", killed)
        with pytest.raises(KeyboardInterrupt):
            write(quick, "xlsx")
    assert not (quick / "report").exists()
    (quick / ".report-2").mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(report_command, "write_parts", lambda *_: (_ for _ in ()).throw(OSError(28, "No space")))
        with pytest.raises(MachineError):
            write(quick, "xlsx")
    assert hashes(quick) == before
    assert list(quick.glob(".report-*")) == []


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ("drop table quality.gate", "quality.gate.failed"),
        ("alter table display.shown_retention drop column limit_zh", "display.shown_retention.limit_zh"),
        ("alter table standards.parameters drop column source", "standards.parameters.source"),
    ],
)
def test_a_warehouse_of_an_earlier_version_is_refused_before_anything_is_written(
    out: Path, change: str, missing: str
) -> None:
    with duckdb.connect(str(out / "warehouse.duckdb")) as connection:
        connection.execute(change)
    for public in (False, True):
        with pytest.raises(UsageError) as refused:
            write(out, "docx", public=public)
        assert (refused.value.message_id, refused.value.expected) == ("warehouse_too_old", missing)
    assert not (out / "report").exists()
