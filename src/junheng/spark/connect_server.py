"""Spark behind a Spark Connect server: no Java here, and no file system that is shared with it.

Tables go there and come back as Arrow over the connection, unless there is storage that both read and write.
"""

from __future__ import annotations

import os
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from junheng.errors import MachineError
from junheng.spark.address import REMOTE, Address
from junheng.spark.arrow_parts import SETTINGS, fetch, send
from junheng.spark.handover import given_tables
from junheng.spark.place import Place
from junheng.spark.way import Statements, require_settings, require_version
from junheng.validation.spark_settings import MEANING

# The client would try for ten minutes to reach a server that is gone; this is some 20 s.
RETRIES = 5


@dataclass
class ConnectServer:
    """A session of a server."""

    address: Address
    place: Place
    session: Any = None

    @property
    def statements(self) -> Statements:
        """Our schemas in the catalogue of the server."""
        return Statements(self._run, self.place)

    def begin(self) -> None:
        """Connect, and bring the tables there. dbt finds the session by SPARK_REMOTE."""
        os.environ[REMOTE] = self.address.url
        # dbt asks for settings that only a driver can have; the client says for each statement that it ignores them.
        warnings.filterwarnings("ignore")
        from pyspark.sql import SparkSession
        from pyspark.sql.connect.client.retries import DefaultPolicy

        self.session = SparkSession.builder.remote(self.address.url).getOrCreate()
        self.session.client.set_retry_policies([DefaultPolicy(max_retries=RETRIES)])
        require_version(self.session.version)
        for name, value in MEANING.items():
            self.session.conf.set(name, value)
        require_settings({name: self.session.conf.get(name) for name in MEANING})
        if self.place.is_shared:
            self.statements.name_given()
        else:
            for name, value in SETTINGS.items():
                self.session.conf.set(name, value)
            self._send()

    def prepare_dbt(self, credentials: Any) -> None:
        """dbt takes the session of this process."""

    def settings(self) -> dict[str, str]:
        """dbt sets these before every statement; the others hold for the session."""
        return {"spark.sql.ansi.enabled": MEANING["spark.sql.ansi.enabled"]}

    def bring(self) -> None:
        """Fetch every table that was made, unless Spark has written it where we read."""
        if self.place.is_shared:
            self.statements.keep()
            return
        for schema in self.place.made_schemas():
            for table in self.session.catalog.listTables(f"{self.place.schemas}{schema}"):
                if table.tableType == "VIEW":
                    continue
                name = f"{self.statements.schema(schema)}.`{table.name}`"
                fetch(self.session, name, self.place.made_in(schema) / table.name)

    def end(self) -> None:
        """Drop our tables and leave; a server that has died keeps what it has."""
        if self.session is not None:
            with suppress(Exception):
                self._expect_nothing_of_the_dead()
                self.statements.drop()
                self.session.stop()

    def _expect_nothing_of_the_dead(self) -> None:
        """The client would try again for each of the last things that it says."""
        from pyspark.sql.connect.client.retries import DefaultPolicy

        try:
            self.address.require_answer()
        except MachineError:
            self.session.client.set_retry_policies([DefaultPolicy(max_retries=0)])

    def _run(self, statement: str) -> None:
        self.session.sql(statement)

    def _send(self) -> None:
        for schema in self.statements.schemas():
            self._run(f"create schema if not exists {self.statements.schema(schema)}")
        for schema, name, file in given_tables(self.place):
            send(self.session, f"{self.statements.schema(schema)}.`{name}`", file)
