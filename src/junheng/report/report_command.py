"""`junheng report`: write what was asked for into the report folder of a published warehouse."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from junheng.errors import MachineError, UsageError
from junheng.report.downloads import write_downloads
from junheng.report.facts import Facts
from junheng.report.ledger import Ledger
from junheng.report.machine import write_data, write_index
from junheng.report.public import PublicFacts


@dataclass(frozen=True)
class ReportOptions:
    """What the user asked for.

    `only` names the parts, `template` the county's own of the Word report; `public` masks small groups and leaves out
    rows on persons.
    """

    out: Path
    only: tuple[str, ...]
    language: str
    public: bool = False
    template: Path | None = None


@dataclass(frozen=True)
class Part:
    """One kind of output: its name on the command line and what writes it into the folder; gives the files written.

    What takes long or needs an extra is not written by `junheng build`; what is not available is written only when it
    is named, and then says what is missing.
    """

    name: str
    write: Callable[[Facts, Path, ReportOptions, Ledger], int]
    in_build: bool = True
    is_available: Callable[[], bool] = lambda: True


def _site(facts: Facts, folder: Path, options: ReportOptions, ledger: Ledger) -> int:
    from junheng.report.site import write_site

    return write_site(facts, folder, options.language, public=options.public, ledger=ledger)


def _docx(facts: Facts, folder: Path, options: ReportOptions, ledger: Ledger) -> int:
    from junheng.report.word import write_word

    return write_word(facts, folder, options.language, ledger, options.template)


def _xlsx(facts: Facts, folder: Path, options: ReportOptions, ledger: Ledger) -> int:
    from junheng.report.excel import write_workbooks

    return write_workbooks(facts, folder, options.language, ledger)


def _pdf(facts: Facts, folder: Path, options: ReportOptions, ledger: Ledger) -> int:
    from junheng.report.pdf import write_pages

    return write_pages(facts, folder, options.language, ledger)


def _pdf_is_available() -> bool:
    from junheng.report.pdf import is_available

    return is_available()


def _data(facts: Facts, folder: Path, _options: ReportOptions, _ledger: Ledger) -> int:
    return write_data(facts, folder)


def _dbt(facts: Facts, folder: Path, _options: ReportOptions, _ledger: Ledger) -> int:
    from junheng.report.dbt_docs import write_dbt_docs

    return write_dbt_docs(facts, folder)


PARTS: Sequence[Part] = (
    Part("site", _site),
    Part("docx", _docx),
    Part("xlsx", _xlsx),
    Part("pdf", _pdf, in_build=False, is_available=_pdf_is_available),
    Part("data", _data),
    Part("dbt", _dbt, in_build=False),
)


def parts_named(names: str | None) -> tuple[str, ...]:
    """The parts of `--only`, comma separated; all of them without it. Raises UsageError."""
    known = tuple(part.name for part in PARTS)
    if names is None:
        return tuple(part.name for part in PARTS if part.is_available())
    wanted = tuple(name.strip() for name in names.split(",") if name.strip())
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise UsageError("report_part_unknown", found=", ".join(unknown) or names, expected=", ".join(known))
    return wanted


def build_parts() -> tuple[str, ...]:
    """The parts that a build writes."""
    return tuple(part.name for part in PARTS if part.in_build)


def write_parts(
    warehouse: Path,
    folder: Path,
    options: ReportOptions,
    ledger: Ledger,
    say: Callable[[str, int], None] = lambda _part, _files: None,
) -> int:
    """Write the parts into an empty folder, and what is in it; gives the number of files.

    `ledger` holds what people filled in. Raises UsageError for a warehouse that is none of this version.
    """
    shown = ledger.for_the_public() if options.public else ledger
    with PublicFacts(warehouse) if options.public else Facts(warehouse) as facts:
        for part in PARTS:
            if part.name in options.only:
                say(part.name, part.write(facts, folder, options, shown))
        if "site" in options.only:
            write_downloads(facts, folder)
        return write_index(facts, folder)


def write_report(
    options: ReportOptions, ledger: Ledger, say: Callable[[str, int], None] = lambda _part, _files: None
) -> Path:
    """Write the report beside the published warehouse; the former one is replaced when all of it is written.

    Raises UsageError without a warehouse, MachineError when the disk refuses. Gives the folder.
    """
    warehouse = (options.out / "warehouse.duckdb").resolve()
    # Beside the warehouse it tells of: the report belongs to its build.
    target = warehouse.parent / "report"
    if not warehouse.is_file():
        raise UsageError("warehouse_missing", file=warehouse)
    try:
        made = Path(mkdtemp(prefix=".report-", dir=warehouse.parent))
        try:
            write_parts(warehouse, made, options, ledger, say)
            made.chmod(0o755)
            _take_place(made, target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise MachineError("report_not_written", file=target, found=error.strerror) from error
    return target


def _take_place(made: Path, target: Path) -> None:
    former = made.with_name(f"{made.name}-former")
    if target.exists():
        target.replace(former)
    made.replace(target)
    shutil.rmtree(former, ignore_errors=True)
