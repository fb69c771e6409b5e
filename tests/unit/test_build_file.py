"""The build file: what is written once is not written again."""

from __future__ import annotations

from pathlib import Path

from junheng.build_file import open_build_file, settings_of

BLOCKS = "select list(distinct block_id order by block_id) from pragma_storage_info('t') where block_id >= 0"


def test_closing_it_does_not_write_rows_again(tmp_path: Path) -> None:
    file = tmp_path / "warehouse.duckdb"
    with open_build_file(file) as connection:
        connection.execute("create table t as select range as a, hash(range) as b from range(400000)")
        connection.execute("checkpoint")
        before = connection.execute(BLOCKS).fetchall()
        # Groups of rows that are no longer full: by default each checkpoint joins some of them.
        connection.execute("delete from t where a % 3 > 0")
    with open_build_file(file) as connection:
        assert connection.execute(BLOCKS).fetchall() == before
        assert connection.execute("select count(*), sum(a) from t").fetchone() == (133334, sum(range(0, 400000, 3)))


def test_memory_is_a_setting_beside_those_of_the_file() -> None:
    assert settings_of("2GB") == settings_of(None) | {"memory_limit": "2GB"}
    assert "memory_limit" not in settings_of(None)
