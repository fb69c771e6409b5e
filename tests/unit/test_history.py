"""The history takes every run, whatever happens while it is written, and gives it back as it was."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from junheng.errors import DataError, UsageError
from junheng.history import recording
from junheng.history.choosing import run_named
from junheng.history.database import refresh
from junheng.history.inputs import Inputs, inputs_of
from junheng.history.record import RunRecord, read_record
from junheng.history.recording import Recorder, add_missing, add_run, recorded
from junheng.history.rollback import roll_back
from junheng.history.store import History
from junheng.history.unchanged import published_from
from junheng.lock import only_one
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.publish import publish
from junheng.published import Output
from junheng.workspace import Workspace, workspace
from tests.unit.small_warehouse import small_warehouse

MESSAGES = Messages("en")
PROJECT = Path(__file__).parents[2]


def run(number: int, status: str = "published") -> RunRecord:
    return RunRecord(f"run-{number}", status, f"2026-01-{number:02d}T02:00:00.000Z", build_id=f"run-{number}")


def in_database(out: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(out / "runs.duckdb"), read_only=True) as connection:
        return connection.execute("select run_number, run_id, status from run order by 1").fetchall()


def recorder(work: Workspace, inputs: Inputs | None = None) -> Recorder:
    progress = Progress(MESSAGES, quiet=True)
    return Recorder(work, progress, MESSAGES, date(2026, 1, 1), {"with_report": False}, inputs=inputs)


def build(out: Path, inputs: Inputs | None = None, *, area: str = "5.0000", dies: bool = False) -> str:
    """A build as far as the history sees it; it dies before the switch when that is asked."""
    with workspace(out) as work:
        one = recorder(work, inputs)
        with recorded(one):
            with one.progress.step("land") as step:
                step.rows = 2
            small_warehouse(work.warehouse, area=area)
            with duckdb.connect(str(work.warehouse)) as connection:
                connection.execute("create table quality.failing_row (rule_id varchar, severity varchar)")
            for part in ("marts", "quality"):
                (work.folder / part).mkdir()
            one.stage(work.warehouse)
            if dies:
                raise KeyboardInterrupt
            publish(work, 5)
        return work.build_id


def test_runs_are_added_in_order_and_the_database_holds_them(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        add_run(tmp_path, run(number, "refused" if number == 2 else "published"))
    assert [one.run_id for one in History(tmp_path).runs()] == ["run-1", "run-2", "run-3"]
    assert in_database(tmp_path) == [(1, "run-1", "published"), (2, "run-2", "refused"), (3, "run-3", "published")]


def test_a_published_build_is_kept_with_all_it_found(tmp_path: Path) -> None:
    build_id = build(tmp_path)
    (kept,) = History(tmp_path).runs()
    assert kept.record is not None
    assert (kept.record.status, kept.record.build_id, kept.record.exit_code) == ("published", build_id, 0)
    assert [(step["step"], step["rows"]) for step in kept.record.steps] == [("land", 2)]
    assert kept.record.counties[0]["verdict"] == "not_met"
    with duckdb.connect(str(tmp_path / "runs.duckdb"), read_only=True) as connection:
        counts = [
            connection.execute(f"select count(*) from {table}").fetchone()
            for table in ("verdict", "rule_result", "county_result", "step")
        ]
    assert counts == [(5,), (2,), (1,), (1,)]


def test_a_reader_of_the_database_stops_no_build(tmp_path: Path) -> None:
    add_run(tmp_path, run(1))
    with duckdb.connect(str(tmp_path / "runs.duckdb"), read_only=True) as reader:
        add_run(tmp_path, run(2))
        assert reader.execute("select count(*) from run").fetchone() == (1,)
    assert len(in_database(tmp_path)) == 2


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_a_database_that_is_broken_or_gone_is_made_again(tmp_path: Path, content: bytes | None) -> None:
    for number in (1, 2):
        add_run(tmp_path, run(number))
    file = tmp_path / "runs.duckdb"
    file.unlink() if content is None else file.write_bytes(content)
    add_run(tmp_path, run(3))
    assert [row[1] for row in in_database(tmp_path)] == ["run-1", "run-2", "run-3"]


def test_what_somebody_took_out_of_the_database_comes_back(tmp_path: Path) -> None:
    for number in (1, 2):
        add_run(tmp_path, run(number))
    with duckdb.connect(str(tmp_path / "runs.duckdb")) as connection:
        connection.execute("delete from run where run_number = 1")
    refresh(tmp_path)
    assert len(in_database(tmp_path)) == 2


def test_half_a_run_is_no_run(tmp_path: Path) -> None:
    add_run(tmp_path, run(1))
    (tmp_path / "history" / ".new-killed").mkdir()
    (tmp_path / "history" / ".new-killed" / "run.json").write_text("{", encoding="utf-8")
    assert len(History(tmp_path).runs()) == 1
    add_run(tmp_path, run(2))
    assert sorted(path.name for path in (tmp_path / "history").iterdir()) == ["000001-run-1", "000002-run-2"]


def test_a_damaged_run_hides_no_other(tmp_path: Path) -> None:
    for number in (1, 2):
        add_run(tmp_path, run(number))
    (tmp_path / "history" / "000001-run-1" / "run.json").write_text("{", encoding="utf-8")
    add_run(tmp_path, run(3))
    assert [one.record and one.record.run_id for one in History(tmp_path).runs()] == [None, "run-2", "run-3"]
    assert [row[0] for row in in_database(tmp_path)] == [2, 3]


def test_a_run_of_another_version_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "history" / "000001-old"
    folder.mkdir(parents=True)
    old = {"run_id": "old", "status": "published", "started_at": "2020-01-01T00:00:00.000Z", "schema_version": 0}
    (folder / "run.json").write_text(json.dumps(old | {"unheard_of": [1]}), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 'county' as kind, 2020 as school_year, '500152' as county_code, 'met' as verdict, 1 as new)"
            f" to '{folder / 'verdict.parquet'}' (format parquet)"
        )
    assert read_record(folder).steps == ()
    refresh(tmp_path)
    with duckdb.connect(str(tmp_path / "runs.duckdb"), read_only=True) as connection:
        assert connection.execute("select run_number, verdict, status from verdict").fetchall() == [(1, "met", None)]


def test_a_build_that_died_after_the_switch_is_added_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        for name in ("_add_done", "_add_ended"):
            killed.setattr(recording, name, lambda *_: None)
        build_id = build(tmp_path)
    assert History(tmp_path).runs() == []
    (tmp_path / ".build" / "20260101T020000Z-dead00").mkdir()
    with workspace(tmp_path) as work, recorded(recorder(work)):
        pass
    first, second, *_ = [one.record for one in History(tmp_path).runs()]
    assert first is not None
    assert (first.status, first.build_id, first.is_recovered) == ("published", build_id, True)
    assert second is not None
    assert (second.status, second.run_id, second.started_at) == (
        "died",
        "20260101T020000Z-dead00",
        "2026-01-01T02:00:00.000Z",
    )
    assert run_named(tmp_path, build_id).has_results


def test_a_build_that_was_finished_and_never_switched_to_is_called_that(tmp_path: Path) -> None:
    build_id = build(tmp_path)
    shutil.copytree(tmp_path / "builds" / f"000001-{build_id}", tmp_path / "builds" / "000002-later")
    add_missing(tmp_path)
    last = History(tmp_path).last()
    assert last is not None
    assert last.record is not None
    assert (last.record.status, last.record.build_id) == ("interrupted", "later")


def test_a_kept_build_of_an_earlier_version_is_added_with_its_results(tmp_path: Path) -> None:
    build_id = build(tmp_path)
    shutil.rmtree(tmp_path / "history")
    shutil.rmtree(tmp_path / "builds" / f"000001-{build_id}" / "run")
    add_missing(tmp_path)
    assert run_named(tmp_path, "current").has_results


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(DataError("no_schools"), "failed", 1), (OSError("disk"), "failed", 3), (KeyboardInterrupt(), "failed", 130)],
)
def test_a_run_that_fails_is_kept(tmp_path: Path, error: BaseException, status: str, code: int) -> None:
    with pytest.raises(type(error)), workspace(tmp_path) as work, recorded(recorder(work)):
        raise error
    (kept,) = History(tmp_path).runs()
    assert kept.record is not None
    assert (kept.record.status, kept.record.exit_code) == (status, code)


def test_a_history_that_cannot_be_written_is_said_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(recording, "add_run", refuse)
        build_id = build(tmp_path)
    published = Output(tmp_path).published()
    assert published is not None
    assert published.build_id == build_id
    assert "No space left on device" in capsys.readouterr().err
    build(tmp_path)
    assert [one.record and one.record.status for one in History(tmp_path).runs()] == ["published", "published"]


def sample(tmp_path: Path, today: date = date(2026, 1, 1), **parameters: object) -> Inputs:
    raw = tmp_path / "raw"
    if not raw.is_dir():
        raw.mkdir()
        (raw / "schools.csv").write_text("school_code\n1\n", encoding="utf-8")
        (raw / "staff.csv").write_text("staff_id\n1\n", encoding="utf-8")
    own = tmp_path / "own"
    return inputs_of(
        PROJECT,
        raw=raw,
        mapping=None,
        standards=own if own.is_dir() else None,
        ledger=tmp_path / "out" / "ledger.csv",
        today=today,
        parameters=parameters,
    )


def changed(before: Inputs, after: Inputs) -> set[str]:
    return {kind for kind in before.classes if before.classes[kind] != after.classes[kind]}


def test_each_kind_of_input_changes_its_own_class(tmp_path: Path) -> None:
    former = sample(tmp_path)
    assert sample(tmp_path).fingerprint == former.fingerprint
    (tmp_path / "raw" / "schools.csv").write_text("school_code\n2\n", encoding="utf-8")
    assert changed(former, sample(tmp_path)) == {"data"}
    former = sample(tmp_path)
    (tmp_path / "raw" / "staff.csv").rename(tmp_path / "raw" / "staff_2.csv")
    assert changed(former, sample(tmp_path)) == {"data"}
    former = sample(tmp_path)
    (tmp_path / "raw" / "~$staff.csv").write_text("left by an office program", encoding="utf-8")
    assert changed(former, sample(tmp_path)) == set()
    (tmp_path / "own").mkdir()
    known = "rule_id,scope,at_most,reason,owner,expires_on\nraw.a,*,1,x,y,2026-06-30\n"
    (tmp_path / "own" / "known_issues.csv").write_text(known, encoding="utf-8")
    assert changed(former, sample(tmp_path)) == {"standards"}
    former = sample(tmp_path)
    assert changed(former, sample(tmp_path, quarantine=True)) == {"parameters"}
    # Another day is no change, the day after which a known issue counts no longer is one.
    assert changed(former, sample(tmp_path, date(2026, 6, 30))) == set()
    assert changed(former, sample(tmp_path, date(2026, 7, 1))) == {"parameters"}
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "ledger.csv").write_text("id\n", encoding="utf-8")
    assert changed(former, sample(tmp_path)) == {"ledger"}


def test_only_a_published_build_of_the_same_inputs_counts_as_done(tmp_path: Path) -> None:
    out = tmp_path / "out"
    same = sample(tmp_path)
    assert published_from(out, same) is None
    with pytest.raises(KeyboardInterrupt):
        build(out, same, dies=True)
    assert published_from(out, same) is None
    first = build(out, same)
    found = published_from(out, same)
    assert found is not None
    assert found.build_id == first
    (tmp_path / "raw" / "schools.csv").write_text("school_code\n2\n", encoding="utf-8")
    other = sample(tmp_path)
    assert published_from(out, other) is None
    second = build(out, other)
    # Somebody goes back to the first: neither the inputs of the second nor those of the first are anything new.
    with only_one(out):
        assert roll_back(out, None, MESSAGES).build_id == first
    last = History(out).last()
    assert last is not None
    assert last.record is not None
    assert (last.record.status, last.record.from_build) == ("rolled_back", second)
    for inputs in (same, other):
        found = published_from(out, inputs)
        assert found is not None
        assert found.build_id == first
    shutil.rmtree(out / "marts", ignore_errors=True)
    (out / "marts").unlink(missing_ok=True)
    assert published_from(out, same) is None


def test_words_for_runs(tmp_path: Path) -> None:
    first, second = build(tmp_path), build(tmp_path, area="4.0000")
    add_run(tmp_path, replace(run(9, "unchanged"), build_id=second))
    for word, expected in (("current", second), ("previous", first), (first, first), ("1", first), ("3", second)):
        assert run_named(tmp_path, word).run_id == expected
    with pytest.raises(UsageError) as caught:
        run_named(tmp_path, "nonsense")
    assert caught.value.message_id == "no_such_run"
