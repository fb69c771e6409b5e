"""The file of a build while it is written: every step that writes it opens it with the same settings."""

from __future__ import annotations

from pathlib import Path

import duckdb

# Row groups that are not full stay as they are: by default some are joined each time the file is closed, all rows of
# them written once more, which costs a national year 20 s of CPU. Texts are stored with the compression that is cheap
# both ways; FSST is dear to write and makes few files smaller.
STORAGE = {"max_vacuum_tasks": "0", "disabled_compression_methods": "fsst,dict_fsst"}
# Names in SQL are tables, never variables of this program.
NO_VARIABLES = {"python_enable_replacements": "false"}


def settings_of(memory: str | None) -> dict[str, str]:
    """How DuckDB writes the file, within `memory` as DuckDB reads it (`2GB`; None leaves its own limit)."""
    return STORAGE | ({"memory_limit": memory} if memory else {})


def open_build_file(path: Path, memory: str | None = None) -> duckdb.DuckDBPyConnection:
    """Open the file to write, with `settings_of(memory)`. Raises duckdb.Error."""
    return duckdb.connect(str(path), config={**NO_VARIABLES, **settings_of(memory)})
