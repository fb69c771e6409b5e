"""dbt in a process with a Spark of its own: the session is made, the tables handed over are named, then dbt runs in it.

The tables live in a catalogue of the session, in memory: nothing is left in a metastore, and two builds never meet.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Any

from junheng.spark.handover import given_tables
from junheng.spark.place import Place

MASTER = "JUNHENG_SPARK_MASTER"
# With one of these somebody has set Spark up: where it runs is then theirs to say.
SET_UP = ("SPARK_HOME", "SPARK_CONF_DIR", "PYSPARK_SUBMIT_ARGS", "MASTER")
# What a statement means must not hang on how somebody has set Spark up.
MEANING = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.parser.quotedRegexColumnNames": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.variable.substitute": "false",
    "spark.ui.showConsoleProgress": "false",
}
LOG = """rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {log}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{HH:mm:ss}} %p %c{{1}}: %m%n%ex
"""


def main() -> None:
    """Run dbt with the arguments of this process on a Spark of its own."""
    place = Place.told()
    try:
        session = start(place)
        for schema, name, file in given_tables(place):
            session.sql(f"create schema if not exists `{schema}`")
            session.catalog.createTable(f"`{schema}`.`{name}`", path=_named(file), source="parquet")
    except Exception as error:  # noqa: BLE001 - whatever keeps Spark from starting is told in words by the build
        with place.log.open("a", encoding="utf-8") as log:
            traceback.print_exc(file=log)
        print(f"{type(error).__name__}: {error}", flush=True)
        sys.exit(1)
    _keep_ansi()
    from dbt.cli.main import cli

    try:
        cli()
    finally:
        session.stop()


def start(place: Place) -> Any:
    """A session of the Spark that somebody has set up, or else one on this machine that listens to nobody outside."""
    place.made.mkdir(parents=True, exist_ok=True)
    _log_to(place)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("junheng")
    settings = MEANING | {"spark.sql.warehouse.dir": _named(place.made)}
    master = os.environ.get(MASTER)
    if not master and not any(os.environ.get(name) for name in SET_UP):
        master = "local[*]"
    if master:
        builder = builder.master(master)
    if master and master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        settings["spark.ui.enabled"] = "false"
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _named(path: Path) -> str:
    """A path as Spark takes it: of this file system, whatever the default one is, and not percent-encoded."""
    return f"file://{path.as_posix()}"


def _log_to(place: Place) -> None:
    """Let Java write its log into a file: what a user has to know of it is told in a few words."""
    place.log.parent.mkdir(parents=True, exist_ok=True)
    settings = place.folder / "log4j2.properties"
    # Java reads files of properties as Latin-1, with \\uXXXX for the rest.
    codes = place.log.as_posix().encode("utf-16-be")
    units = (int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2))
    settings.write_text(LOG.format(log="".join(chr(unit) if unit < 128 else f"\\u{unit:04x}" for unit in units)))
    before = os.environ.get("SPARK_SUBMIT_OPTS", "")
    os.environ["SPARK_SUBMIT_OPTS"] = f"{before} -Dlog4j2.configurationFile={settings.as_uri()}".strip()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)


def _keep_ansi() -> None:
    """dbt-spark turns ANSI off before every statement of a session: a number too large would be NULL, not an error."""
    from dbt.adapters.spark.connections import SparkCredentials

    prepare = SparkCredentials.__post_init__

    def prepare_and_keep(self: Any) -> None:
        prepare(self)
        self.server_side_parameters["spark.sql.ansi.enabled"] = "true"

    SparkCredentials.__post_init__ = prepare_and_keep  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
