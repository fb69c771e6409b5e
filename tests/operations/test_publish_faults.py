"""Whatever happens to a publisher, before whichever file operation: readers see one build, and the next succeeds."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from junheng.build import build
from junheng.build_options import BuildOptions
from junheng.errors import MachineError
from junheng.history.database import NAME, refresh
from junheng.history.record import RunRecord
from junheng.history.recording import add_run
from junheng.history.store import History
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.published import PARTS, Output
from junheng.workspace import workspace
from tests.unit.test_published import PowerCutError, seen, staged

# What the interpreter tells of before it asks the system to do it.
CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.truncate", "shutil.rmtree"})


class Operations:
    """Counts the operations that change files, and stops the one with a number."""

    def __init__(self) -> None:
        self.is_watching = False
        self.done = 0
        self.stop = -1
        self.error: BaseException = PowerCutError()
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.is_watching:
            return
        writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
        if not writes and event not in CHANGES:
            return
        if self.done == self.stop:
            self.is_watching = False
            raise self.error
        self.done += 1

    @contextmanager
    def watched(self, stop: int, error: BaseException) -> Iterator[None]:
        self.done, self.stop, self.error, self.is_watching = 0, stop, error, True
        try:
            yield
        finally:
            self.is_watching = False


@pytest.fixture(scope="session")
def operations() -> Operations:
    # A hook of the interpreter cannot be taken away again: there is one.
    return Operations()


def full() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


def left_behind(out: Path) -> list[str]:
    return sorted(path.name for path in [*out.glob(".link-*"), *out.glob("builds/aside-*"), *out.glob(".fresh-*")])


@pytest.mark.parametrize("fault", [PowerCutError, full])
@pytest.mark.parametrize("former", [0, 1, 3])
def test_before_every_single_file_operation(
    former: int, fault: type[PowerCutError], operations: Operations, tmp_path: Path
) -> None:
    stop = 0
    while True:
        out = tmp_path / str(stop)
        out.mkdir()
        for number in range(former):
            Output(out).publish(staged(out, f"old{number}"), f"old{number}", keep=2)
        new = staged(out, "new")
        before = f"old{former - 1}" if former else "nothing"
        try:
            with operations.watched(stop, fault()):
                Output(out).publish(new, "new", keep=2)
        except (PowerCutError, MachineError):
            assert operations.done == stop
        assert seen(out) in ({before}, {"new"}), stop
        assert not fault_was_swallowed(out, operations, stop)
        Output(out).publish(staged(out, "next"), "next", keep=2)
        assert seen(out) == {"next"}
        assert left_behind(out) == []
        # No rest of a build: what is there is what is kept.
        kept = {build.folder for build in Output(out).kept()}
        assert set((out / "builds").iterdir()) == kept
        assert len(kept) <= 2
        if operations.done < stop:
            break
        stop += 1
    assert stop > 5


def fault_was_swallowed(out: Path, operations: Operations, stop: int) -> bool:
    """Plain files instead of links: a full disk was taken for a system without links."""
    return operations.done == stop and any((out / part).exists() and not (out / part).is_symlink() for part in PARTS)


@pytest.mark.parametrize("fault", [PowerCutError, full])
def test_history_before_every_single_file_operation(
    fault: type[PowerCutError], operations: Operations, tmp_path: Path
) -> None:
    stop = 0
    while True:
        out = tmp_path / str(stop)
        out.mkdir()
        add_run(out, RunRecord("first", "published", "2026-01-01T00:00:00Z"))
        try:
            with operations.watched(stop, fault()):
                add_run(out, RunRecord("second", "published", "2026-01-02T00:00:00Z"))
        except (PowerCutError, OSError):
            pass
        runs = [run.run_id for run in History(out).runs()]
        assert runs in (["first"], ["first", "second"]), stop
        assert all(run.record for run in History(out).runs())
        with duckdb.connect(str(out / NAME), read_only=True) as connection:
            told = connection.execute("select run_id from run order by run_number").fetchall()
        assert told in ([("first",)], [("first",), ("second",)])
        add_run(out, RunRecord("third", "published", "2026-01-03T00:00:00Z"))
        assert [run.run_id for run in History(out).runs()] == [*runs, "third"]
        assert [path.name for path in out.iterdir() if path.name.startswith((".runs", ".new"))] == []
        assert not list(out.glob("history/.new-*"))
        if operations.done < stop:
            break
        stop += 1
    assert stop > 5


def warehouse(place: Path, word: str) -> Path:
    folder = staged(place, word)
    (folder / "warehouse.duckdb").unlink()
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create table build as select ? as word, range as n from range(200000)", [word])
    return folder


def test_a_reader_goes_on_in_the_build_that_it_has_opened(tmp_path: Path) -> None:
    question = "select any_value(word), count(*) from build"
    output = Output(tmp_path)
    output.publish(warehouse(tmp_path, "old"), "old", keep=1)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as reader:
        output.publish(warehouse(tmp_path, "new"), "new", keep=1)
        # The old file is removed, and read all the same.
        assert [build.build_id for build in output.kept()] == ["new"]
        assert reader.execute(question).fetchall() == [("old", 200000)]
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as reader:
        assert reader.execute(question).fetchall() == [("new", 200000)]


PUBLISHER = """
import sys
from pathlib import Path
from junheng.publish import publish
from junheng.published import PARTS
from junheng.workspace import workspace
for number in range(5):
    with workspace(Path(sys.argv[1]), wait=60) as work:
        work.warehouse.write_text(work.build_id)
        for part in PARTS[1:]:
            (work.folder / part).mkdir()
            (work.folder / part / "file").write_text(work.build_id)
        publish(work, 3)
"""


def test_builds_that_run_at_once_publish_one_after_the_other(tmp_path: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", PUBLISHER, tmp_path]) for _ in range(3)]
    while any(process.poll() is None for process in running):
        # One build, whole, whenever a reader looks. The link is followed once: it may change between two parts.
        try:
            now = (tmp_path / "current").resolve(strict=True)
            words = {(now / name).read_text() for name in ("warehouse.duckdb", "marts/file", "quality/file")}
        except FileNotFoundError:
            continue
        assert words == {now.name.split("-", 1)[1]}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert [build.number for build in Output(tmp_path).kept()] == [13, 14, 15]
    assert len(seen(tmp_path)) == 1


def test_what_others_have_broken_is_in_nobodys_way(tmp_path: Path) -> None:
    Output(tmp_path).publish(staged(tmp_path, "old"), "old", keep=2)
    killed = ".build/20260101T000000Z-aaaaaa"
    for folder in (f"{killed}/staged", "builds/000099-broken/marts", "history/.new-x", "builds/mine"):
        (tmp_path / folder).mkdir(parents=True)
    for file in (".build/rest", f"{killed}/warehouse.duckdb", ".link-current", ".link-marts"):
        (tmp_path / file).write_bytes(b"broken")
    for file in (".lock", NAME, ".runs-new.duckdb", ".runs-new.duckdb.wal"):
        (tmp_path / file).write_bytes(b"\x00broken")
    with workspace(tmp_path) as work:
        assert work.died == ("20260101T000000Z-aaaaaa", "rest")
        add_run(tmp_path, RunRecord("run", "published", "2026-01-01T00:00:00Z"))
        Output(tmp_path).publish(staged(tmp_path, "new"), "new", keep=2)
    assert seen(tmp_path) == {"new"}
    with duckdb.connect(str(tmp_path / NAME), read_only=True) as connection:
        assert connection.execute("select run_id from run").fetchall() == [("run",)]
    assert left_behind(tmp_path) == []
    # A folder of somebody else stays; the rest of a build goes.
    assert (tmp_path / "builds" / "mine").is_dir()
    assert not (tmp_path / "builds" / "000099-broken").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="a folder that is closed to everybody is known on Linux only")
def test_a_folder_that_the_system_keeps_closed_is_told(tmp_path: Path) -> None:
    closed = Path("/sys/kernel")  # nobody may write here, not even the administrator
    for out in (closed, closed / "out"):
        with pytest.raises(MachineError) as refused, workspace(out):
            pass
        assert refused.value.message_id == "out_not_writable"
        assert refused.value.exit_code == 3


@pytest.mark.parametrize(
    "error", [full(), duckdb.IOException("IO Error: Could not write file: No space left on device")]
)
def test_a_disk_that_becomes_full_is_called_so(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object) -> None:
        raise error

    monkeypatch.setattr("junheng.build._build", fill)
    messages = Messages("zh")
    with pytest.raises(MachineError) as ended:
        build(BuildOptions(tmp_path, tmp_path), messages, Progress(messages, quiet=True))
    assert ended.value.message_id == "disk_full"
    assert "磁盘写满" in messages.error(ended.value)


def test_a_clock_that_goes_back_changes_no_order(tmp_path: Path) -> None:
    ids = ["20260301T000000Z-aaaaaa", "20260101T000000Z-bbbbbb", "20250101T000000Z-cccccc"]
    output, history = Output(tmp_path), History(tmp_path)
    for build_id in ids:
        output.publish(staged(tmp_path, build_id), build_id, keep=3)
        started = f"{build_id[:4]}-{build_id[4:6]}-01T00:00:00Z"
        history.append(RunRecord(build_id, "published", started, finished_at="2024-01-01T00:00:00Z"))
    assert [build.build_id for build in output.kept()] == ids
    assert [run.run_id for run in history.runs()] == ids
    last = history.last("published")
    assert last is not None
    assert last.run_id == ids[-1]
    assert output.roll_back().build_id == ids[1]
    output.publish(staged(tmp_path, "next"), "next", keep=2)
    assert [build.build_id for build in output.kept()] == [ids[2], "next"]
    refresh(tmp_path)
    with duckdb.connect(str(tmp_path / NAME), read_only=True) as connection:
        told = connection.execute("select run_id from run order by run_number").fetchall()
    assert told == [(build_id,) for build_id in ids]
