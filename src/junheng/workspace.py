"""The work directory of one build: everything happens in it, nothing of it stays."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from junheng.build_file import open_build_file
from junheng.errors import MachineError, UsageError
from junheng.lock import only_one


@dataclass(frozen=True)
class Workspace:
    """Paths of one build under the output folder. `died` are the ids of former builds that a crash has ended."""

    build_id: str
    started_at: datetime
    out: Path
    folder: Path
    died: tuple[str, ...] = ()

    @property
    def warehouse(self) -> Path:
        """The build file: it has the published name, because views in it name their database."""
        return self.folder / "warehouse.duckdb"

    @property
    def scratch(self) -> Path:
        """The database of what is needed only while landing."""
        return self.folder / "scratch.duckdb"

    @property
    def landing(self) -> Path:
        """The folder for copies of files that cannot be read as they are."""
        return self.folder / "landing"

    @property
    def rejected(self) -> Path:
        """Where the findings of a refused build are kept."""
        return self.out / "rejected" / self.build_id

    @property
    def logs(self) -> Path:
        """Where dbt writes its log."""
        return self.out / "logs" / self.build_id

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The build file and the scratch database, closed again before anybody else opens the file."""
        connection = open_build_file(self.warehouse)
        try:
            scratch = str(self.scratch).replace("'", "''")
            connection.execute(f"attach '{scratch}' as scratch")
            yield connection
        finally:
            connection.close()


def new_build_id(started_at: datetime) -> str:
    """An id that no other run has: its time, and a part by chance."""
    return f"{started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


@contextmanager
def workspace(out: Path, wait: float = 0, on_wait: Callable[[str], None] = lambda _holder: None) -> Iterator[Workspace]:
    """Make the work directory of a new build and remove it however the build ends; no other build runs meanwhile.

    `wait` seconds are waited for another build, `on_wait` is told who it is. Raises UsageError when `out` is a file,
    MachineError when it cannot be written or another build is running.
    """
    started_at = datetime.now(UTC)
    build_id = new_build_id(started_at)
    out = out.resolve()
    if out.exists() and not out.is_dir():
        raise UsageError("out_not_a_folder", file=out)
    folder = out / ".build" / build_id
    died: tuple[str, ...] = ()
    with ExitStack() as held:
        try:
            out.mkdir(parents=True, exist_ok=True)
            held.enter_context(only_one(out, wait, on_wait))
            # Whoever left something here has died: the lock is ours.
            died = tuple(sorted(left.name for left in (out / ".build").glob("*")))
            shutil.rmtree(out / ".build", ignore_errors=True)
            folder.mkdir(parents=True)
        except OSError as error:
            raise MachineError("out_not_writable", file=out, found=error.strerror) from error
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        yield Workspace(build_id, started_at, out, folder, died)
