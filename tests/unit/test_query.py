"""`junheng query` reads the published warehouse and nothing else: more than a hundred attempts at more are refused."""

from __future__ import annotations

import hashlib
import io
import json
import time
from pathlib import Path

import duckdb
import pytest

from junheng.errors import UsageError
from junheng.messages import Messages
from junheng.printing import print_rows
from junheng.query import CLOSED, LIMITS, Rows, open_published, run_query
from junheng.query_tree import REFUSED_FUNCTIONS, TABLE_FUNCTIONS
from junheng.terminal import json_text

WRITING = (
    "create table marts.y as select 1",
    "create or replace table marts.x as select 1",
    "create temp table y as select 1",
    "create view y as select 1",
    "create temp view y as from '{file}'",
    "create macro f() as 1",
    "create macro f() as table from '{file}'",
    "create schema y",
    "create type y as enum ('a')",
    "create sequence y",
    "create index y on marts.x (name)",
    "insert into marts.x values (1, 'b')",
    "insert into marts.x by name select 1 as id",
    "with y as (select 2) insert into marts.x select 2, 'b'",
    "with y as (insert into marts.x values (2, 'b') returning *) select * from y",
    "update marts.x set name = 'b'",
    "delete from marts.x",
    "merge into marts.x using (select 1 as id) as y using (id) when matched then delete",
    "truncate marts.x",
    "drop table marts.x",
    "drop schema marts cascade",
    "alter table marts.x add column y int",
    "grant select on marts.x to y",
    "comment on table marts.x is 'y'",
    "vacuum",
    "analyze",
    "checkpoint",
    "force checkpoint",
    "select * from checkpoint()",
    "select * from force_checkpoint('warehouse')",
    "begin",
    "commit",
)
READING_FILES = (
    "select * from '{file}'",
    "from '{file}'",
    'from "{file}"',
    "select * from read_csv('{file}')",
    "select * from read_csv_auto(['{file}'])",
    "select * from sniff_csv('{file}')",
    "select * from read_text('{file}')",
    "select * from read_blob('/etc/passwd')",
    "select * from glob('/etc/*')",
    "select * from read_parquet('x.parquet')",
    "select * from parquet_scan('x.parquet')",
    "select * from parquet_metadata('x.parquet')",
    "select * from parquet_schema('x.parquet')",
    "select * from read_json('x.json')",
    "select * from read_json_objects('x.json')",
    "select * from read_ndjson('x.json')",
    "select * from read_xlsx('x.xlsx')",
    "select * from st_read('x.gpkg')",
    "select * from sqlite_scan('x.db', 't')",
    "select * from postgres_scan('host=localhost', 'public', 't')",
    "select * from postgres_query('db', 'select 1')",
    "select * from mysql_query('db', 'select 1')",
    "select * from delta_scan('x')",
    "select * from iceberg_scan('x')",
    "select * from read_duckdb('other.duckdb')",
    "select * from 'https://example.com/x.parquet'",
    "select * from read_csv('s3://bucket/x.csv')",
    "select * from read_blob('{warehouse}')",
    "select * from '{warehouse}'",
    "select * from read_text('{warehouse}.wal')",
    "select * from query('select 1')",
    "select * from query_table('{file}')",
    "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "select (select content from read_text('{file}'))",
    "select 1 where exists (from read_text('{file}'))",
    "with recursive y as (from read_text('{file}')) from y",
    "explain select * from read_text('{file}')",
    "explain analyze select * from read_text('{file}')",
    "select * from /* from marts.x */ read_text('{file}') -- marts.x",
    "copy marts.x from '{file}'",
)
LEAVING = (
    "copy marts.x to '{folder}/y.csv'",
    "copy (select 1) to '{folder}/y.parquet' (format parquet)",
    "copy (select 1) to '{warehouse}'",
    "copy from database warehouse to y",
    "explain analyze copy (select 1) to '{folder}/y.csv'",
    "explain analyze copy (select 1) to '{warehouse}'",
    "explain analyze copy (select 1) to '{warehouse}.wal'",
    "explain analyze create temp table y as select 1",
    "explain analyze insert into marts.x values (1, 'b')",
    "explain /* analyze */ analyze copy (select 1) to '{warehouse}.wal'",
    "/* */ explain analyze copy (select 1) to '{warehouse}.wal'",
    "explain (analyze) copy (select 1) to '{warehouse}.wal'",
    "explain explain analyze copy (select 1) to '{warehouse}.wal'",
    "export database '{folder}/y'",
    "import database '{folder}/y'",
    "pragma import_database('{folder}/y')",
    "attach '{folder}/y.duckdb'",
    "attach ':memory:' as y",
    "attach '{warehouse}' as y (read_only false)",
    "detach warehouse",
    "use y",
    "install httpfs",
    "force install httpfs from community",
    "load httpfs",
    "load '{folder}/y.duckdb_extension'",
    "update extensions",
    "set enable_external_access = true",
    "set global enable_external_access = true",
    "pragma enable_external_access = true",
    "reset enable_external_access",
    "set lock_configuration = false",
    "set allowed_paths = ['/etc/passwd']",
    "set allowed_directories = ['/']",
    "set extension_directory = '{folder}'",
    "set secret_directory = '{folder}'",
    "set temp_directory = '{folder}'",
    "set home_directory = '{folder}'",
    "set memory_limit = '100GB'",
    "set custom_user_agent = 'y'",
    "set variable y = 1",
    "pragma enable_profiling",
    "pragma profiling_output = '{folder}/y.json'",
    "call enable_logging('QueryLog', storage = 'file', storage_config = {{'path': '{folder}'}})",
    "select * from enable_logging('QueryLog', storage = 'file', storage_config = {{'path': '{folder}'}})",
    "select * from enable_profiling()",
    "select write_log('y')",
    "select * from truncate_duckdb_logs()",
    "create secret y (type s3, key_id 'a', secret 'b')",
    "create persistent secret y (type s3, key_id 'a', secret 'b')",
    "select * from duckdb_secrets()",
    "select * from which_secret('s3://x', 's3')",
    "select getenv('HOME')",
    "select * from duckdb_extensions()",
    "select * from python_map_function(1)",
    "select * from pandas_scan(140000000000000)",
    "select * from arrow_scan(1, 2, 3)",
    "select * from WRITING",
)
ODD = (
    "",
    "-- nothing",
    "/* select 1",
    "select 1; select 2",
    "select 1; drop table marts.x",
    "select 1;; set threads = 1 -- ",
    "select $1",
    "prepare y as select 1",
    "execute y",
    "deallocate y",
    "call pragma_version()",
    "selec 1",
    "select nothing from marts.x",
    "select " + "(" * 20_000 + "1" + ")" * 20_000,
    "select 1" + "+1" * 49_000,
    "select '" + "x" * 100_001 + "'",
)
ATTEMPTS = WRITING + READING_FILES + LEAVING + ODD


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of one table beside a file with a secret."""
    folder = tmp_path_factory.mktemp("query")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.x (id integer, name varchar)")
        connection.execute("insert into marts.x values (1, 'a')")
    (folder / "secret.csv").write_text("secret\n4711\n", encoding="utf-8")
    return folder


def state(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=range(len(ATTEMPTS)))
def test_an_attempt_at_anything_else_is_refused(attempt: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    names = {"file": str(folder / "secret.csv"), "warehouse": str(folder / "warehouse.duckdb"), "folder": str(folder)}
    before = state(folder)
    with pytest.raises(UsageError) as refused:
        run_query(folder / "warehouse.duckdb", attempt.format(**names) if "{" in attempt else attempt)
    assert refused.value.exit_code == 2
    for language in ("zh", "en"):
        words = Messages(language).error(refused.value)
        assert "4711" not in words
        assert len(words.splitlines()) <= 4
    assert state(folder) == before


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("select name from marts.x", [("a",)]),
        ("from marts.x", [(1, "a")]),
        ("with y as (from marts.x) select count(*) from y", [(1,)]),
        ("select sum(range) from range(4)", [(6,)]),
        ("select unnest([1, 2])", [(1,), (2,)]),
        ("values (1)", [(1,)]),
        ("select name from marts.x -- a comment;", [("a",)]),
        ("select ';' ;", [(";",)]),
        ("select table_name from information_schema.tables", [("x",)]),
        ("select table_name from duckdb_tables()", [("x",)]),
        ("select 'a/b.csv'", [("a/b.csv",)]),
    ],
)
def test_reading_is_answered(query: str, answer: list[tuple[object, ...]], folder: Path) -> None:
    assert run_query(folder / "warehouse.duckdb", query).rows == answer


@pytest.mark.parametrize(
    "query",
    ["describe marts.x", "show all tables", "summarize marts.x", "explain select 1", "explain analyze from marts.x"],
)
def test_what_describes_is_answered(query: str, folder: Path) -> None:
    assert run_query(folder / "warehouse.duckdb", query).rows


def test_every_function_of_the_engine_with_side_effects_is_known(folder: Path) -> None:
    with open_published(folder / "warehouse.duckdb") as connection:
        found = connection.execute(
            "select distinct function_type, function_name from duckdb_functions()"
            " where function_type = 'table' or has_side_effects and function_type = 'scalar'"
        ).fetchall()
    values = {name for kind, name in found if kind == "scalar"}
    # Random numbers, identifiers, the clock, the state of the session: none reaches anything outside.
    harmless = {"random", "gen_random_uuid", "uuid", "uuidv4", "uuidv7", "setseed", "currval", "error", "getvariable"}
    harmless |= {"txid_current", "current_transaction_id", "current_connection_id", "current_query_id", "current_query"}
    harmless |= {"create_sort_key", "json_execute_serialized_sql", "sleep_ms", "stats"}
    assert values - REFUSED_FUNCTIONS <= harmless
    assert {name for kind, name in found if kind == "table"} > {"read_csv", "glob", "enable_logging", "query"}
    assert not {name for name in TABLE_FUNCTIONS if name.startswith(("read_", "parquet_", "enable_"))}


def test_the_settings_cannot_be_opened_again(folder: Path) -> None:
    with open_published(folder / "warehouse.duckdb") as connection:
        for name in CLOSED:
            with pytest.raises(duckdb.Error):
                connection.execute(f"set {name} = true")


@pytest.mark.parametrize(
    "query",
    [
        "with recursive y(a) as (select 1 union all select a from y) select count(*) from y",
        "select count(*) from range(1000000000) a, range(1000000000) b where a.range * b.range = -1",
    ],
)
def test_a_query_without_end_is_stopped(query: str, folder: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(UsageError) as stopped:
        run_query(folder / "warehouse.duckdb", query, seconds=0.3)
    assert stopped.value.message_id == "query_too_long"
    assert time.monotonic() - begun < 5
    assert "--seconds" in Messages("zh").error(stopped.value)


def test_who_does_not_stop_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given_up: list[str] = []
    monkeypatch.setattr("junheng.query.GRACE", 0.0)
    monkeypatch.setattr("junheng.query.require_harmless", lambda *_: time.sleep(0.5))
    run_query(folder / "warehouse.duckdb", "select 1", 0.1, lambda error: given_up.append(error.message_id))
    assert given_up == ["query_too_long"]


@pytest.mark.parametrize(
    ("query", "limit"),
    [("select * from range(100000000)", 1_000_000), ("select repeat('x', 3000) from range(100000)", 50_000_000)],
)
def test_an_answer_that_does_not_fit_is_refused(
    query: str, limit: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("junheng.query.LARGEST", limit)
    with pytest.raises(UsageError) as refused:
        run_query(folder / "warehouse.duckdb", query)
    assert refused.value.message_id == "query_too_large"


def test_what_does_not_fit_in_memory_is_refused_and_written_nowhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "memory_limit", "20MB")
    before = state(folder)
    with pytest.raises(UsageError) as refused:
        run_query(folder / "warehouse.duckdb", "select * from range(30000000) order by hash(range)")
    assert refused.value.message_id == "query_too_large"
    assert state(folder) == before


HOSTILE = "\x1b]0;taken\x07\x1b[2J\x9b31m校\u202eexe\x00"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_terminal_is_not_steered_by_a_name(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    rows = Rows(["name", HOSTILE], [(HOSTILE, 1)])
    print_rows(rows, Messages("en"), as_json=form == "json", as_csv=form == "csv")
    written = screen.getvalue()
    assert "校" in written
    # What steers in the name, not the bold head of the table.
    assert not [part for part in ("\x1b]", "\x1b[2J", "\x07", "\x9b", "\u202e", "\x00") if part in written]


def test_a_file_holds_what_the_data_holds(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(Rows(["name"], [(HOSTILE,)]), Messages("en"), as_json=False, as_csv=True)
    assert HOSTILE in capsys.readouterr().out
    assert json.loads(json_text({"name": HOSTILE})) == {"name": HOSTILE}


def test_an_error_does_not_steer_either() -> None:
    error = UsageError("warehouse_missing", file=Path(HOSTILE), found=HOSTILE)
    words = Messages("zh").error(error)
    assert not [letter for letter in "\x1b\x07\x9b\u202e\x00" if letter in words]
