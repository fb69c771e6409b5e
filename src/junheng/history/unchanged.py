"""`--if-changed`: whether a build would only do again what is published."""

from __future__ import annotations

from pathlib import Path

from junheng.history.inputs import Inputs, fingerprint_of
from junheng.history.record import RunRecord, read_record
from junheng.history.store import History
from junheng.landing.taken import Former, read_former
from junheng.publish import RUN
from junheng.published import PARTS, Output, PublishedBuild


def published_from(out: Path, inputs: Inputs) -> PublishedBuild | None:
    """The published build, when it was made from these inputs and is all there.

    After a rollback nothing has changed either while the inputs are those of the build that was rolled back: a nightly
    build does not undo what somebody has decided. A refused build never counts.
    """
    published = Output(out).published()
    if published is None:
        return None
    record = _record(published.folder / RUN)
    if record is None or not _is_whole(out, record):
        return None
    made_from = [fingerprint_of(record.fingerprints)]
    last = History(out).last("published", "rolled_back")
    if last and last.record and last.record.status == "rolled_back" and last.record.build_id == published.build_id:
        made_from += [fingerprint_of(one) for one in _rolled_back(out, last.record)]
    return published if inputs.fingerprint in made_from else None


def former_landing(out: Path, key: str) -> Former | None:
    """What the landing of the published build can spare the next one; None when program, contract or map differ."""
    published = Output(out).published()
    return read_former(published.folder / RUN, published.folder / "warehouse.duckdb", key) if published else None


def record_of(build: PublishedBuild) -> RunRecord | None:
    """What a build says of the run that made it; None for one of a version that wrote nothing down."""
    return _record(build.folder / RUN)


def _rolled_back(out: Path, last: RunRecord) -> list[dict[str, str]]:
    return [
        dict(run.record.fingerprints)
        for run in History(out).runs()
        if run.record and run.record.status == "published" and run.record.build_id == last.from_build
    ]


def _is_whole(out: Path, record: RunRecord) -> bool:
    wanted = [part for part in PARTS if part != "report" or record.parameters.get("with_report")]
    return bool(record.fingerprints) and all((out / part).exists() for part in wanted)


def _record(folder: Path) -> RunRecord | None:
    try:
        return read_record(folder)
    except (OSError, ValueError):
        return None
