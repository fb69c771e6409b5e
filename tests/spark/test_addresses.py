"""One address says where Spark is; what is wrong with it is told before anything is read."""

from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from junheng.errors import MachineError, UsageError
from junheng.spark import needs
from junheng.spark.address import MASTER, REMOTE, Address
from junheng.spark.dbt_process import way_to
from junheng.spark.place import STORAGE, Place
from junheng.spark.thrift_server import PASSWORD, ThriftServer
from junheng.spark.way import Statements, require_settings, require_version
from junheng.validation.spark_settings import MEANING


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (MASTER, REMOTE, STORAGE, PASSWORD):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("url", "way", "places"),
    [
        ("", "session", []),
        ("local[*]", "session", []),
        ("yarn", "session", []),
        ("k8s://https://host:6443", "session", []),
        ("spark://one,two:7078", "session", [("one", 7077), ("two", 7078)]),
        ("sc://host/;token=x;use_ssl=true", "connect", [("host", 15002)]),
        ("sc://[::1]:15003", "connect", [("::1", 15003)]),
        ("thrift://user@host?auth=LDAP", "thrift", [("host", 10000)]),
    ],
)
def test_an_address_says_the_way_and_the_place(url: str, way: str, places: list[tuple[str, int]]) -> None:
    address = Address.told({MASTER: url, REMOTE: "sc://another"} if url else {})
    assert (address.url, address.way, address.places) == (url, way, places)


def test_spark_s_own_variable_counts_where_ours_is_not_set() -> None:
    assert Address.told({REMOTE: "sc://host"}).way == "connect"


@pytest.mark.parametrize("url", ["thrift://user:secret@host", "thrift://host?password=secret", "thrift://host?pool=x"])
def test_what_does_not_belong_into_an_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as raised:
        Address.told({MASTER: url})
    assert raised.value.message_id == "spark_address"
    assert "secret" not in str(raised.value.facts())


@pytest.mark.parametrize("url", ["spark://", "sc://host:port", "thrift://:10000"])
def test_an_address_without_a_host_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="spark_address"):
        Address(url).require_answer()


def test_nobody_at_the_address_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        Address(f"spark://127.0.0.1:1,127.0.0.1:{port}").require_answer()
    with pytest.raises(MachineError) as raised:
        Address(f"sc://127.0.0.1:{port}").require_answer()
    assert raised.value.message_id == "spark_no_answer"
    assert f"127.0.0.1:{port}" in str(raised.value.found)


@pytest.mark.parametrize(
    ("url", "extra", "module"),
    [("sc://h", "spark-connect", "grpc"), ("thrift://h", "spark-thrift", "pyhive"), ("local[1]", "spark", "pyspark")],
)
def test_packages_that_are_missing_are_named(
    url: str, extra: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MASTER, url)
    monkeypatch.setattr(needs, "_is_there", lambda name: name != module)
    with pytest.raises(MachineError) as raised:
        needs.require_spark()
    assert raised.value.message_id == "spark_extra_missing"
    assert f"junheng[{extra}]" in str(raised.value.expected)


def test_a_thrift_server_needs_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MASTER, "thrift://127.0.0.1:1")
    monkeypatch.setattr(needs, "_is_there", lambda name: True)
    with pytest.raises(MachineError, match="spark_needs_storage"):
        needs.require_spark()
    monkeypatch.setenv(STORAGE, "/shared")
    with pytest.raises(MachineError, match="spark_no_answer"):
        needs.require_spark()


def test_builds_have_schemas_of_their_own_on_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Place.of_build("20261122T1-ab", tmp_path, tmp_path).schemas == ""
    monkeypatch.setenv(MASTER, "sc://host")
    place = Place.of_build("20261122T1-ab", tmp_path, tmp_path)
    assert (place.schemas, place.is_shared) == ("junheng_20261122t1_ab_", False)
    assert place.public("junheng_20261122t1_ab_marts") == "marts"
    assert Place.told(place.tell()) == place
    monkeypatch.setenv(STORAGE, str(tmp_path / "shared"))
    assert Place.of_build("b", tmp_path, tmp_path).is_shared


def test_a_server_is_told_where_files_are_and_left_clean(tmp_path: Path) -> None:
    place = Place(tmp_path / "原始 '表", tmp_path / "log", "b_")
    (place.given / "raw").mkdir(parents=True)
    (place.given / "raw" / "schools.parquet").touch()
    place.made_in("b_marts").mkdir(parents=True)
    said: list[str] = []
    statements = Statements(said.append, place)
    statements.name_given()
    made = place.made_in("marts") / "dim_school" / "rows.parquet"
    made.parent.mkdir()
    made.write_text("rows")
    statements.keep()
    # A server deletes the files of the tables that it drops.
    place.made.mkdir()
    statements.drop()
    assert made.read_text() == "rows"
    folder = f"file://{tmp_path}/原始 \\'表"
    assert said == [
        f"create schema if not exists `b_marts` location '{folder}/made/marts.db'",
        "create schema if not exists `b_raw`",
        f"create table `b_raw`.`schools` using parquet location '{folder}/given/raw/schools.parquet'",
        "drop schema if exists `b_marts` cascade",
        "drop schema if exists `b_raw` cascade",
    ]


def test_dbt_is_told_where_a_thrift_server_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "secret")
    address = Address("thrift://user@host:10001?auth=LDAP&use_ssl=true")
    way = way_to(address, Place(tmp_path, tmp_path / "log"))
    assert isinstance(way, ThriftServer)
    told = SimpleNamespace()
    way.prepare_dbt(told)
    assert (told.method, told.host, told.port, told.user) == ("thrift", "host", 10001, "user")
    assert (told.auth, told.password, told.use_ssl) == ("LDAP", "secret", True)
    assert way.settings()["set:hiveconf:spark.sql.ansi.enabled"] == "true"


def test_a_server_that_means_something_else_is_refused() -> None:
    require_settings(dict(MEANING))
    with pytest.raises(RuntimeError, match=r"SPARK_SETTINGS: spark\.sql\.ansi\.enabled=false"):
        require_settings({**MEANING, "spark.sql.ansi.enabled": "false"})
    require_version("4.1.4")
    with pytest.raises(RuntimeError, match="SPARK_TOO_OLD"):
        require_version("3.5.1")
