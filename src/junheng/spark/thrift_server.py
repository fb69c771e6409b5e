"""Spark behind a Thrift server (HiveServer2): no Java here; tables go and come through storage that both see."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from getpass import getuser
from typing import Any

from junheng.spark.address import PORTS, Address
from junheng.spark.place import Place
from junheng.spark.way import Statements, require_settings, require_version
from junheng.validation.spark_settings import MEANING

PASSWORD = "JUNHENG_SPARK_PASSWORD"  # noqa: S105 - the name of a variable
# The server takes settings of a session in this form only; a bare name it ignores without a word.
SETTING = "set:hiveconf:{}"


@dataclass
class ThriftServer:
    """A connection to a server."""

    address: Address
    place: Place
    connection: Any = None

    @property
    def statements(self) -> Statements:
        """Our schemas in the catalogue of the server."""
        return Statements(self._run, self.place)

    def begin(self) -> None:
        """Connect as dbt does, look at the settings, name the tables."""
        from dbt.adapters.contracts.connection import Connection, ConnectionState, Identifier
        from dbt.adapters.spark.connections import SparkConnectionManager, SparkCredentials

        credentials = SparkCredentials(host="", schema="default", method="thrift")  # type: ignore[arg-type]
        self.prepare_dbt(credentials)
        credentials.server_side_parameters = self.settings()
        asked = Connection(
            type=Identifier("spark"), name="junheng", credentials=credentials, state=ConnectionState.INIT
        )
        self.connection = SparkConnectionManager.open(asked).handle
        require_version(str(self._rows("select version()")[0][0]))
        require_settings({name: str(self._rows(f"set {name}")[0][1]) for name in MEANING})
        self.statements.name_given()

    def prepare_dbt(self, credentials: Any) -> None:
        """dbt connects to the server."""
        from dbt.adapters.spark.connections import SparkConnectionMethod

        ((host, port),) = self.address.places
        signing_in = self.address.signing_in()
        credentials.method = SparkConnectionMethod.THRIFT
        credentials.host, credentials.port = host, port or PORTS["thrift"]
        credentials.user = self.address.user or getuser()
        credentials.auth = signing_in.get("auth")
        credentials.kerberos_service_name = signing_in.get("kerberos_service_name")
        credentials.use_ssl = signing_in.get("use_ssl", "").lower() in ("1", "true")
        credentials.password = os.environ.get(PASSWORD) or None

    def settings(self) -> dict[str, str]:
        """Every connection of dbt is a session of its own."""
        return {SETTING.format(name): value for name, value in MEANING.items()}

    def bring(self) -> None:
        """Spark has written to the storage itself."""
        self.statements.keep()

    def end(self) -> None:
        """Drop our tables and leave; a server that has died keeps what it has."""
        if self.connection is not None:
            with suppress(Exception):
                self.statements.drop()
                self.connection.close()

    def _run(self, statement: str) -> None:
        self.connection.cursor().execute(statement)

    def _rows(self, statement: str) -> list[Any]:
        cursor = self.connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall())
