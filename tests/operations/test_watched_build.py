"""A build that is watched ends as it would have ended; what is told of it holds no value of the data and no secret."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from junheng.build_options import BuildOptions
from junheng.errors import DataError, MachineError, UsageError
from junheng.gate import RefusedError
from junheng.lock import only_one
from junheng.messages import Messages
from junheng.progress import Progress
from junheng.published import Output
from junheng.summary import Summary
from junheng.watch import watched_build as module
from junheng.watch.notices import before
from junheng.watch.watched_build import watched_build
from junheng.watch.watchers import watch
from tests.end_to_end.command_line import ROOT, junheng
from tests.operations.loopback import Webhook, webhook

SCHEMA = json.loads((ROOT / "docs" / "log-json.schema.json").read_text(encoding="utf-8"))
# What the specification of OpenLineage (2-0-2) asks of every event.
_FACETS = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["_producer", "_schemaURL"],
        "properties": {"_producer": {"type": "string"}, "_schemaURL": {"type": "string"}},
    },
}
_NAMED = {
    "type": "object",
    "required": ["namespace", "name"],
    "properties": {
        "namespace": {"type": "string"},
        "name": {"type": "string"},
        "facets": _FACETS,
        "inputFacets": _FACETS,
        "outputFacets": _FACETS,
    },
}
RUN_EVENT = {
    "type": "object",
    "required": ["eventType", "eventTime", "run", "job", "inputs", "outputs", "producer", "schemaURL"],
    "properties": {
        "eventType": {"enum": ["START", "COMPLETE", "ABORT", "FAIL"]},
        "eventTime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$"},
        "run": {
            "type": "object",
            "required": ["runId"],
            "properties": {"runId": {"type": "string", "format": "uuid"}, "facets": _FACETS},
        },
        "job": _NAMED,
        "inputs": {"type": "array", "items": _NAMED},
        "outputs": {"type": "array", "items": _NAMED},
    },
}
NEXT = "20991231T000000Z-cccccc"
# A person's name and a number that no law knows: they must stand nowhere outside of `rejected/`.
PERSON, NUMBER = "欧阳某某", "31415926535"


@pytest.fixture
def server() -> Iterator[Webhook]:
    with webhook() as state:
        yield state


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """Data that is refused while it is landed: quick, and every cell of it is hostile."""
    raw = tmp_path / "原始 数据"
    raw.mkdir()
    header = "school_year,school_code,school_name,county_code,county_name,school_kind"
    row = f"not a year,{NUMBER},{PERSON},500152,{PERSON},{PERSON}"
    (raw / "schools.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    return raw


def settings(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch, on: str = "") -> Path:
    monkeypatch.setenv("ROBOT", f"{url}/send?key=VERYSECRET")
    path = folder / "notify.toml"
    path.write_text(f'language = "zh"\n{on}\n[[channel]]\nkind = "webhook"\nurl.env = "ROBOT"\n', encoding="utf-8")
    return path


def run(options: BuildOptions, folder: Path, notify: Path | None = None) -> tuple[list[str], module.Watch]:
    """Build in this process, watched by everybody; gives what was said aside."""
    messages = Messages("en")
    said: list[str] = []
    watchers = watch(options, said.append, notify, folder / "log.jsonl", str(folder / "lineage.jsonl"))
    watchers.pauses = (0.0, 0.0)
    watched_build(options, messages, Progress(messages, quiet=True), watchers)
    return said, watchers


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def log_of(folder: Path) -> list[dict[str, Any]]:
    found = lines(folder / "log.jsonl")
    for line in found:
        jsonschema.validate(line, SCHEMA, format_checker=jsonschema.FormatChecker())
    return found


def test_a_refused_build_is_told_and_nothing_of_the_data_with_it(
    wrong: Path, tmp_path: Path, server: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "输出"
    notify = settings(tmp_path, server.url, monkeypatch)
    with pytest.raises(RefusedError):
        run(BuildOptions(wrong, out), tmp_path, notify)
    (asked,) = server.asked
    told = asked.json
    assert (told["event"], told["status"], told["exit_code"]) == ("refused", "refused", 1)
    assert told["new_rules"] == sorted(one["rule_id"] for one in told["critical"]) != []
    assert "已发布的结果没有改动" in told["text"]
    log = log_of(tmp_path)
    assert [line["event"] for line in log if line["event"].startswith("build")] == ["build_started", "build_finished"]
    finished = next(line for line in log if line["event"] == "build_finished")
    assert (finished["status"], finished["exit_code"], finished["error"]) == ("refused", 1, "refused")
    failed = next(line for line in log if line["event"] == "step_finished")
    assert (failed["step"], failed["status"]) == ("land", "failed")
    assert {line["rule_id"] for line in log if line["event"] == "finding"} >= set(told["new_rules"])
    lineage = lines(tmp_path / "lineage.jsonl")
    assert [event["eventType"] for event in lineage] == ["START", "FAIL"]
    written = [path for path in out.rglob("*") if path.is_file() and "rejected" not in path.parts]
    written += [tmp_path / "log.jsonl", tmp_path / "lineage.jsonl"]
    contents = [path.read_bytes() for path in written] + [asked.body]
    assert any("deliveries" in path.name for path in written)
    for content in contents:
        assert not any(word.encode() in content for word in (PERSON, NUMBER, "not a year", "VERYSECRET"))


def test_what_was_wrong_before_is_not_new(
    wrong: Path, tmp_path: Path, server: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        notify = settings(tmp_path, server.url, monkeypatch, 'on = ["new_critical"]')
        with pytest.raises(RefusedError):
            run(BuildOptions(wrong, out), tmp_path, notify)
    # Two builds of the same second are told apart by chance only: what counts is that the first was told.
    assert len(server.asked) == 1
    assert before(out).critical == set(server.asked[0].json["new_rules"])


def test_a_message_that_fails_changes_no_exit_code_and_is_said_and_kept(
    wrong: Path, tmp_path: Path, server: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers = [(500, {})]
    out = tmp_path / "out"
    notify = settings(tmp_path, server.url, monkeypatch)
    done = junheng("build", "--raw", wrong, "--out", out, "--notify", notify, "--log-json", "-", "--json")
    assert done.code == 1
    assert json.loads(done.stdout)["error"] == "refused"
    # Every line of standard error is one of the log.
    log = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["reason"] for line in log if line["event"] == "delivery"] == ["http"]
    (kept,) = lines(out / "logs" / "deliveries.jsonl")
    assert (kept["sent"], kept["code"], kept["attempts"]) == (False, 500, 3)
    assert "VERYSECRET" not in done.stdout + done.stderr
    # What is wrong before there is a log is said in words.
    notify.write_text("channel = 3", encoding="utf-8")
    done = junheng("build", "--out", out, "--notify", notify, "--log-json", "-")
    assert (done.code, "[[channel]]" in done.stderr) == (2, True)


def test_a_build_that_cannot_begin_is_told(
    wrong: Path, tmp_path: Path, server: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    notify = settings(tmp_path, server.url, monkeypatch)
    with only_one(out), pytest.raises(MachineError):
        run(BuildOptions(wrong, out), tmp_path, notify)
    told = server.asked[0].json
    assert (told["event"], told["error"], told["exit_code"]) == ("failed", "locked", 3)
    # Who holds the lock is a fact of the machine: whoever is told can end it.
    assert "pid " in told["text"]
    assert log_of(tmp_path)[-1]["event"] == "delivery"


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (ValueError(PERSON), 1)])
def test_an_end_that_nobody_expected_is_told(
    error: BaseException, code: int, tmp_path: Path, server: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Summary:
        raise error

    monkeypatch.setattr(module, "build", fail)
    notify = settings(tmp_path, server.url, monkeypatch)
    with pytest.raises(type(error)):
        run(BuildOptions(tmp_path, tmp_path / "out"), tmp_path, notify)
    told = server.asked[0].json
    assert (told["event"], told["exit_code"]) == ("failed", code)
    assert PERSON not in server.asked[0].body.decode()
    assert log_of(tmp_path)[-1]["event"] == "delivery"


def test_a_defect_in_telling_changes_nothing_of_the_build(
    wrong: Path, tmp_path: Path, server: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError(PERSON)

    monkeypatch.setattr(module, "errands", fail)
    said: list[str] = []
    notify = settings(tmp_path, server.url, monkeypatch)
    watchers = watch(BuildOptions(wrong, tmp_path / "out"), said.append, notify, None, None)
    messages = Messages("en")
    with pytest.raises(RefusedError):
        watched_build(BuildOptions(wrong, tmp_path / "out"), messages, Progress(messages, quiet=True), watchers)
    assert said == ["notify: not delivered, a defect of the program; tries: 1"]


@pytest.fixture
def changeable(published_sample: Path, tmp_path: Path) -> Path:
    """A copy of the published sample that may be changed, without its report."""
    out = tmp_path / "发布 输出"
    shutil.copytree(published_sample, out, symlinks=True, ignore=shutil.ignore_patterns("report"))
    return out


def publish_as(monkeypatch: pytest.MonkeyPatch, out: Path, change: str) -> None:
    """Put in place of a build one that publishes the same warehouse, changed by a statement."""

    def build(options: BuildOptions, messages: Messages, progress: Progress) -> Summary:
        with progress.step("publish"):
            staged = out / "staged"
            staged.mkdir()
            shutil.copy(out / "warehouse.duckdb", staged / "warehouse.duckdb")
            with duckdb.connect(str(staged / "warehouse.duckdb")) as connection:
                connection.execute(change)
                connection.execute(f"update quality.run set build_id = '{NEXT}'")
            Output(out).publish(staged, NEXT, keep=1)
        return Summary(out / "warehouse.duckdb", 2024, [], {}, [])

    monkeypatch.setattr(module, "build", build)


def test_a_verdict_that_changes_is_told_also_when_the_former_build_is_gone(
    changeable: Path, tmp_path: Path, server: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_as(monkeypatch, changeable, "update marts.fct_county_verdict set verdict = 'met' where school_year = 2024")
    said, _ = run(BuildOptions(None, changeable), tmp_path, settings(tmp_path, server.url, monkeypatch))
    told = server.asked[0].json
    assert told["event"] == "verdict_changed"
    (change,) = told["changes"]
    assert change.endswith("2024-2025学年：未达标 → 达标")
    assert said == []
    finished = next(line for line in log_of(tmp_path) if line["event"] == "build_finished")
    assert (finished["status"], finished["exit_code"]) == ("published", 0)
    assert finished["rules"]["pass"] > 300


def test_a_build_like_the_one_before_is_told_to_nobody_who_did_not_ask(
    changeable: Path, tmp_path: Path, server: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_as(monkeypatch, changeable, "select 1")
    run(BuildOptions(None, changeable), tmp_path, settings(tmp_path, server.url, monkeypatch))
    assert server.asked == []
    run(BuildOptions(None, changeable), tmp_path, settings(tmp_path, server.url, monkeypatch, 'on = ["published"]'))
    assert [asked.json["event"] for asked in server.asked] == ["published"]


def test_falling_short_of_the_standard_is_no_error_of_the_data(changeable: Path) -> None:
    with duckdb.connect(str((changeable / "warehouse.duckdb").resolve()), read_only=True) as connection:
        rows = connection.execute("select count(*) from quality.rule_result where status = 'fail'").fetchone()
    assert rows is not None
    assert rows[0] > 0
    assert before(changeable).critical == frozenset()


def test_lineage_names_files_tables_columns_rows_and_rules(
    changeable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openlineage.client.event_v2 import RunEvent

    publish_as(monkeypatch, changeable, "select 1")
    run(BuildOptions(None, changeable), tmp_path)
    events = lines(tmp_path / "lineage.jsonl")
    assert [(event["job"]["name"], event["eventType"]) for event in events] == [
        ("build", "START"),
        ("build", "COMPLETE"),
        ("check", "START"),
        ("check", "COMPLETE"),
    ]
    for event in events:
        assert event["schemaURL"] == RunEvent._get_schema()
        jsonschema.validate(event, RUN_EVENT, format_checker=jsonschema.FormatChecker())
    built, checked = events[1], events[3]
    assert len(built["inputs"]) == 9
    assert all(one["namespace"] == "file" and Path(one["name"]).is_file() for one in built["inputs"])
    tables = {one["name"]: one for one in built["outputs"]}
    verdicts = tables["warehouse.marts.fct_county_verdict"]
    assert verdicts["namespace"] == f"duckdb://{changeable / 'warehouse.duckdb'}"
    assert verdicts["outputFacets"]["outputStatistics"]["rowCount"] == 4
    assert ("verdict", "VARCHAR") in {(one["name"], one["type"]) for one in verdicts["facets"]["schema"]["fields"]}
    assertions = [
        one for item in checked["inputs"] for one in item["inputFacets"]["dataQualityAssertions"]["assertions"]
    ]
    with duckdb.connect(str((changeable / "warehouse.duckdb").resolve()), read_only=True) as connection:
        counts = connection.execute("select count(*), count(*) filter (status = 'pass') from quality.rule_result")
        assert counts.fetchone() == (len(assertions), sum(one["success"] for one in assertions))
    assert checked["run"]["facets"]["parent"]["run"]["runId"] == built["run"]["runId"]


def test_lineage_is_posted_with_its_key_and_a_failure_is_said(
    tmp_path: Path, server: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Summary:
        raise DataError("no_known_file")

    monkeypatch.setattr(module, "build", fail)
    monkeypatch.setenv("JUNHENG_LINEAGE_KEY", "VERYSECRET")
    server.answers = [(201, b""), (500, b"")]
    said: list[str] = []
    watchers = watch(BuildOptions(tmp_path, tmp_path / "out"), said.append, None, None, server.url)
    watchers.pauses = (0.0, 0.0)
    assert watchers.lineage is not None
    watchers.lineage.pauses = (0.0, 0.0)
    messages = Messages("en")
    progress = Progress(messages, quiet=True)
    with pytest.raises(DataError):
        watched_build(BuildOptions(tmp_path, tmp_path / "out"), messages, progress, watchers)
    assert [asked.path for asked in server.asked] == ["/api/v1/lineage"] * 4
    assert {asked.headers["Authorization"] for asked in server.asked} == {"Bearer VERYSECRET"}
    assert [asked.json["eventType"] for asked in server.asked] == ["START", "FAIL", "FAIL", "FAIL"]
    assert said == ["openlineage: not delivered, the answer has the HTTP status (500); tries: 3"]


@pytest.mark.parametrize("address", ["https://user:VERYSECRET@lineage.example", "http://lineage.example", "https://"])
def test_an_address_of_lineage_that_gives_a_secret_away_is_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUNHENG_LINEAGE_KEY", "VERYSECRET")
    with pytest.raises(UsageError) as raised:
        watch(BuildOptions(tmp_path, tmp_path / "out"), print, None, None, address)
    assert "VERYSECRET" not in Messages("en").error(raised.value)


def test_a_log_that_cannot_be_written_ends_the_command_before_the_build(tmp_path: Path) -> None:
    with pytest.raises(MachineError) as raised:
        watch(BuildOptions(tmp_path, tmp_path / "out"), print, None, tmp_path / "no folder" / "log", None)
    assert raised.value.message_id == "log_not_writable"
