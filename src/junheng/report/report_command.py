"""`junheng report`: write what was asked for into the report folder of a published warehouse."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp

from junheng.errors import MachineError, UsageError
from junheng.findings import Finding
from junheng.lock import only_one
from junheng.report.contract import require_this_version
from junheng.report.downloads import write_downloads
from junheng.report.facts import Facts
from junheng.report.ledger import Ledger
from junheng.report.machine import write_data, write_index
from junheng.report.public import PublicFacts
from junheng.report.written import Kept, basis, kept_parts, names_of, take_over, write_record

# What a report is called while it is written, and the one before it while the two change places.
MADE, FORMER = ".report-", "-former"


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
    former: Path | None = None,
) -> Kept:
    """Write the parts into an empty folder, with what else is kept of a `former` report, and what is in it.

    `ledger` holds what people filled in. Gives what was kept and what not. Raises UsageError for a warehouse that is
    none of this version and for a kept file that somebody has changed.
    """
    shown = ledger.for_the_public() if options.public else ledger
    with PublicFacts(warehouse) if options.public else Facts(warehouse) as facts:
        now = basis(facts, shown)
        kept = kept_parts(former, now, options.only) if former else Kept({}, {})
        written: dict[str, Sequence[str]] = {}
        for part in PARTS:
            if part.name in options.only:
                before = names_of(folder)
                say(part.name, part.write(facts, folder, options, shown))
                written[part.name] = sorted(names_of(folder) - before)
        for name, files in kept.parts.items():
            take_over(former or folder, folder, files)
            written[name] = files
        if "site" in written:
            write_downloads(facts, folder)
        write_record(
            replace(now, parts={part.name: written[part.name] for part in PARTS if part.name in written}), folder
        )
        write_index(facts, folder)
        return kept


@dataclass(frozen=True)
class Report:
    """A report that was written: its folder, what of the ledger could not be taken, and what stayed of the former."""

    folder: Path
    problems: Sequence[Finding]
    kept: Kept


def write_report(
    options: ReportOptions,
    say: Callable[[str, int], None] = lambda _part, _files: None,
    wait: float = 0,
    on_wait: Callable[[str], None] = lambda _holder: None,
) -> Report:
    """Write the report beside the published warehouse; the former one is replaced when all of it is written.

    No build runs meanwhile; `wait` seconds are waited for one. Raises UsageError without a warehouse of this version,
    MachineError when the disk refuses or another process holds the output folder.
    """
    if not (options.out / "warehouse.duckdb").is_file():
        raise UsageError("warehouse_missing", file=options.out / "warehouse.duckdb")
    target = options.out / "report"
    try:
        with only_one(options.out, wait, on_wait):
            # Beside the warehouse it tells of: the report belongs to its build.
            warehouse = (options.out / "warehouse.duckdb").resolve()
            target = warehouse.parent / "report"
            require_this_version(warehouse)
            _put_right(target)
            ledger = Ledger.of(options.out)
            made = Path(mkdtemp(prefix=MADE, dir=warehouse.parent))
            try:
                kept = write_parts(warehouse, made, options, ledger, say, target)
                made.chmod(0o755)
                _take_place(made, target)
            finally:
                shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise MachineError("report_not_written", file=target, found=error.strerror) from error
    return Report(target, ledger.problems, kept)


def _take_place(made: Path, target: Path) -> None:
    former = made.with_name(f"{made.name}{FORMER}")
    if target.exists():
        target.replace(former)
    made.replace(target)
    shutil.rmtree(former, ignore_errors=True)


def _put_right(target: Path) -> None:
    """Remove what a command that was killed has left; killed between two renames, the former report comes back."""
    for left in sorted(target.parent.glob(f"{MADE}*")):
        if left.name.endswith(FORMER) and not target.exists():
            left.replace(target)
        else:
            shutil.rmtree(left, ignore_errors=True)
