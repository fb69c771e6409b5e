"""`junheng build` on the sample county: what is published, and that it is what dbt alone computes."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from junheng.project import PARTS
from tests.end_to_end.command_line import ROOT, SAMPLE, fingerprint, junheng, rewrite, sample_copy
from tests.published import Published


def marts(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    rows = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts' and database_name = ? order by 1",
        [database],
    ).fetchall()
    return [name for (name,) in rows]


def test_a_landed_folder_gives_the_marts_of_the_same_rows_as_seeds(published: Published, built_sample: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published.out / 'warehouse.duckdb'}' as landed (read_only)")
        connection.execute(f"attach '{built_sample}' as seeded (read_only)")
        names = marts(connection, "seeded")
        assert len(names) >= 12
        assert marts(connection, "landed") == names
        for name in names:
            for one, other in (("landed", "seeded"), ("seeded", "landed")):
                query = f"select count(*) from (from {one}.marts.{name} except all from {other}.marts.{name})"
                assert connection.execute(query).fetchone() == (0,), (name, one)


def test_the_wheel_carries_the_project_and_writes_nothing_beside_it(published: Published) -> None:
    project = published.installed / "junheng" / "project"
    for part in PARTS:
        packaged, checkout = project / part, ROOT / part
        assert packaged.exists()
        files = [path.relative_to(checkout) for path in checkout.rglob("*") if path.is_file()]
        in_wheel = {path.relative_to(packaged) for path in packaged.rglob("*") if path.is_file()}
        assert {path for path in files if path.suffix in {".sql", ".yml", ".csv", ".json"}} == in_wheel
    assert list(published.working_directory.iterdir()) == []


def test_raw_tables_keep_file_and_row(published: Published) -> None:
    with duckdb.connect(str(published.out / "warehouse.duckdb"), read_only=True) as connection:
        query = "select count(*), min(_source_row), max(_source_row), any_value(_source_file) from raw.staff"
        count, first, last, file = connection.execute(query).fetchone() or ()
    assert (first, last, file) == (2, count + 1, "staff.csv")


def test_json_is_the_only_thing_on_standard_output(published: Published) -> None:
    summary = published.summary
    assert summary["status"] == "published"
    assert summary["school_year"] == 2024
    (county,) = summary["counties"]
    # 潼南自评报告：79个单元，五类53、3、13、6、4。
    assert county["units"] == 79
    classes = ("all_met", "six_met_other_at_floor", "six_met_other_below_floor", "five_met", "fewer_than_five")
    assert [county[name] for name in classes] == [53, 3, 13, 6, 4]
    assert Path(summary["warehouse"]).is_file()
    assert published.outcome.stderr == ""


def test_marts_and_quality_are_published_as_parquet_and_nothing_else_is_left(published: Published) -> None:
    with duckdb.connect(str(published.out / "warehouse.duckdb"), read_only=True) as connection:
        names = marts(connection, "warehouse")
        for name in names:
            in_file = connection.execute(
                f"select count(*) from '{_glob(published.out)}/marts/{name}.parquet'"
            ).fetchone()
            assert in_file == connection.execute(f"select count(*) from marts.{name}").fetchone()
    assert published.summary["landing"]["files_landed"] == len(list(SAMPLE.glob("*.csv")))
    assert published.summary["landing"]["files_not_landed"] == []
    quality = {path.stem for path in (published.out / "quality").iterdir()}
    aside = {f"quarantine_{path.stem}" for path in SAMPLE.glob("*.csv")}
    assert quality == aside | {
        *("run", "rule_result", "failing_row", "known_issue", "quarantined_row", "row_accounting", "run_history"),
        *("source_file", "landing_column", "landing_conversion", "rejected_row", "last_build", "verdict_change"),
        *("rule_count", "gate", "table_rows"),
    }
    parts = {"warehouse.duckdb", "marts", "quality", "report"}
    own = {"builds", "current", "history", "logs", "runs.duckdb", ".build", ".lock"}
    assert {path.name for path in published.out.iterdir()} == parts | own
    assert list((published.out / ".build").iterdir()) == []


def _glob(path: Path) -> str:
    return str(path).replace("[", "[[]").replace("'", "''")


def test_build_id_and_times_stand_in_quality_run_and_nowhere_else(published: Published) -> None:
    with duckdb.connect(str(published.out / "warehouse.duckdb"), read_only=True) as connection:
        ((build_id, versions, hashes),) = connection.execute(
            "select build_id, versions, input_hashes from quality.run"
        ).fetchall()
        assert {"junheng", "dbt-core", "duckdb", "great-expectations"} <= set(json.loads(versions))
        assert len(json.loads(hashes)) == 9
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where schema_name in ('marts', 'quality', 'raw') and data_type in ('VARCHAR', 'TIMESTAMP')"
        ).fetchall()
        for schema, table, column in columns:
            found = connection.execute(
                f'select count(*) from {schema}."{table}" where cast("{column}" as varchar) like ?', [f"%{build_id}%"]
            ).fetchone()
            assert found == (0,) or (schema, table) == ("quality", "run")
    assert (published.out / "logs" / build_id / "dbt.log").stat().st_size > 0


def test_every_rule_has_a_result_and_every_failing_row_its_rule(published: Published) -> None:
    with duckdb.connect(str(published.out / "warehouse.duckdb"), read_only=True) as connection:
        results = connection.execute("select rule_id, status, rows_failed from quality.rule_result").fetchall()
        failing = dict(connection.execute("select rule_id, count(*) from quality.failing_row group by all").fetchall())
    assert len(results) > 100
    assert {status for _, status, _ in results} >= {"pass", "fail"}
    assert {rule: rows for rule, _, rows in results if rows} == failing


def test_a_second_build_of_an_earlier_year_publishes_the_same_marts(published: Published, tmp_path: Path) -> None:
    raw = sample_copy(tmp_path / "raw")
    # The order of rows and columns, a byte-order mark and Windows line ends change nothing.
    for path in raw.glob("*.csv"):
        rewrite(path, lambda header, rows: (rows.reverse(), header[::-1])[1])
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    outcome = junheng(
        "build", "--no-report", "--raw", raw, "--out", tmp_path / "out", "--school-year", "2023", "--lang", "zh"
    )
    assert outcome.code == 0, outcome.stderr
    assert "2023-2024学年" in outcome.stdout
    for step in ("读入数据", "检查数据", "计算", "复核结果", "发布"):
        assert step in outcome.stderr
    before, after = fingerprint(published.out), fingerprint(tmp_path / "out")
    assert {name: after[name] for name in after if name.startswith("marts/")} == {
        name: before[name] for name in before if name.startswith("marts/")
    }


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("build", "--help"), ("query", "--help")])
def test_help_and_version_answer(arguments: tuple[str, ...]) -> None:
    outcome = junheng(*arguments)
    assert outcome.code == 0
    assert outcome.stdout.strip()
