"""The output folder: may it be written, is there room, who is building, what is published, what was left behind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import duckdb

from junheng.doctor.check import BAD, NOTE, OK, Check
from junheng.errors import MachineError
from junheng.lock import holder
from junheng.old_logs import BUILD_ID, REJECTED
from junheng.preflight import in_words, needs, require_rights
from junheng.published import Output

# Names of what a build or a publisher that was killed leaves behind.
LEFT = (".link-*", ".fresh-*", ".former-*", "builds/aside-*", ".report-*")
DAY = 24 * 3600


def checks(out: Path, raw: Path) -> Iterator[Check]:
    """Everything about the output folder and the one for temporary files."""
    yield _rights(out, raw)
    yield from _room(out, raw)
    if not out.is_dir():
        return
    who = holder(out)
    yield Check("lock", NOTE if who else OK, who or "-", "lock")
    yield _published(out)
    yield _refused(out)
    left = _left_behind(out, building=who is not None)
    yield Check("left_behind", NOTE if left else OK, ", ".join(left) or "-", "left_behind")


def _rights(out: Path, raw: Path) -> Check:
    if out.exists() and not out.is_dir():
        return Check("out", BAD, str(out), "out_is_a_file")
    try:
        require_rights(_there(out) if not out.exists() else out, raw)
    except MachineError as error:
        return Check("out", BAD, f"{error.file} ({error.found})", error.message_id)
    return Check("out", OK, str(out.absolute()))


def _room(out: Path, raw: Path) -> Iterator[Check]:
    for what, need in zip(("room", "temporary"), needs(out if out.exists() else _there(out), raw), strict=False):
        found = f"{in_words(need.free)} / {in_words(need.needed)} ({need.folder})"
        yield Check(what, OK if need.is_met else BAD, found, "room")


def _published(out: Path) -> Check:
    """The published build can be opened, and it is not of tomorrow."""
    output = Output(out)
    warehouse = out / "warehouse.duckdb"
    if not warehouse.exists():
        return Check("published", NOTE, "-", "nothing_published")
    try:
        with duckdb.connect(str(warehouse.resolve()), read_only=True) as connection:
            row = connection.execute("select build_id, school_year, finished_at from quality.run").fetchone()
            late = connection.execute(
                "select finished_at > (now() at time zone 'UTC') + interval 1 hour from quality.run"
            ).fetchone()
    except duckdb.Error as error:
        return Check("published", BAD, str(error).splitlines()[0], "published_unreadable")
    if row is None:
        return Check("published", BAD, str(warehouse), "published_unreadable")
    found = f"{row[0]}, {row[1]}, {row[2]:%Y-%m-%d %H:%M} UTC; {len(output.kept())}"
    return Check("published", NOTE, found, "clock") if late and late[0] else Check("published", OK, found)


def _refused(out: Path) -> Check:
    """Whether the last build that was refused is younger than what is published."""
    refused = [path.name for path in (out / REJECTED).glob("*") if BUILD_ID.fullmatch(path.name)]
    published = Output(out).published()
    last = max(refused, default=None)
    if last and (published is None or last > published.build_id):
        return Check("refused", NOTE, str(out / REJECTED / last), "refused")
    return Check("refused", OK, "-")


def _left_behind(out: Path, *, building: bool) -> list[str]:
    found = [path for pattern in LEFT for path in out.glob(pattern)]
    if not building:
        found += (out / ".build").glob("*")
    yesterday = time.time() - DAY
    for path in Path(gettempdir()).glob("junheng-*"):
        try:
            if path.stat().st_mtime < yesterday:
                found.append(path)
        except OSError:
            continue
    return sorted(str(path) for path in found)


def _there(path: Path) -> Path:
    """The nearest folder above that exists."""
    return next(parent for parent in path.absolute().parents if parent.exists())
