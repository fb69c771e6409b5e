"""Spark with its driver in this process: on this machine, or on a cluster.

The tables live in a catalogue of the session, in memory: nothing is left in a metastore, and two builds never meet.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from junheng.spark.address import Address
from junheng.spark.handover import given_tables
from junheng.spark.place import Place
from junheng.spark.way import named
from junheng.validation.spark_settings import MEANING

# With one of these somebody has set Spark up: where it runs is then theirs to say.
SET_UP = ("SPARK_HOME", "SPARK_CONF_DIR", "PYSPARK_SUBMIT_ARGS", "MASTER")
LOG = """rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {log}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{HH:mm:ss}} %p %c{{1}}: %m%n%ex
"""


@dataclass
class DriverHere:
    """A session of this process."""

    address: Address
    place: Place
    session: Any = None

    def begin(self) -> None:
        """Start the session of the Spark that somebody has set up, or else one that listens to nobody outside."""
        self.place.made.mkdir(parents=True, exist_ok=True)
        _log_to(self.place)
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.appName("junheng")
        settings = MEANING | {
            "spark.sql.catalogImplementation": "in-memory",
            "spark.sql.warehouse.dir": named(self.place.made),
            "spark.ui.showConsoleProgress": "false",
        }
        master = self.address.url
        if not master and not any(os.environ.get(name) for name in SET_UP):
            master = "local[*]"
        if master:
            builder = builder.master(master)
        if master.startswith("local"):
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
            settings["spark.ui.enabled"] = "false"
        for name, value in settings.items():
            builder = builder.config(name, value)
        self.session = builder.getOrCreate()
        for schema, name, file in given_tables(self.place):
            self.session.sql(f"create schema if not exists `{schema}`")
            self.session.catalog.createTable(f"`{schema}`.`{name}`", path=named(file), source="parquet")

    def prepare_dbt(self, credentials: Any) -> None:
        """dbt takes the session of this process."""

    def settings(self) -> dict[str, str]:
        """dbt sets these before every statement; the others hold for the session."""
        return {"spark.sql.ansi.enabled": MEANING["spark.sql.ansi.enabled"]}

    def bring(self) -> None:
        """Spark has written to the folder itself."""

    def end(self) -> None:
        """Stop the session; one that has died is gone already."""
        if self.session is not None:
            with suppress(Exception):
                self.session.stop()


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
