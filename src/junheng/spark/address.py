"""Where Spark is: one address says whether it runs in this process, behind Spark Connect or behind a Thrift server."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from junheng.errors import MachineError, UsageError

MASTER = "JUNHENG_SPARK_MASTER"
REMOTE = "SPARK_REMOTE"
Way = Literal["session", "connect", "thrift"]
WAYS: Mapping[str, Way] = {"sc": "connect", "thrift": "thrift"}
PORTS = {"sc": 15002, "thrift": 10000, "spark": 7077}
# How a Thrift server may ask who somebody is; a password never stands in the address.
SIGNING_IN = ("auth", "kerberos_service_name", "use_ssl")
SECONDS_TO_ANSWER = 5.0


@dataclass(frozen=True)
class Address:
    """`url` is what the user has written; empty when nothing is set, or when Spark's own settings say it."""

    url: str

    @classmethod
    def told(cls, environment: Mapping[str, str] = os.environ) -> Address:
        """What the environment says: JUNHENG_SPARK_MASTER, or else Spark's own SPARK_REMOTE. Raises UsageError."""
        address = cls((environment.get(MASTER) or environment.get(REMOTE) or "").strip())
        if address.way == "thrift":
            address.signing_in()
        return address

    @property
    def way(self) -> Way:
        """`session`: this process is the driver; `connect` and `thrift`: a server is."""
        return WAYS.get(self.scheme, "session")

    @property
    def scheme(self) -> str:
        """`sc`, `thrift`, `spark`, `k8s`; empty for `local[*]` and `yarn`."""
        return self.url.split("://", 1)[0].lower() if "://" in self.url else ""

    @property
    def places(self) -> list[tuple[str, int]]:
        """Host and port of everything that may answer; none where only Spark knows. Raises UsageError."""
        if self.scheme not in PORTS:
            return []
        found = []
        for one in re.split(r"[/;?]", self.url.split("://", 1)[1])[0].split(","):
            try:
                parts = urlsplit(f"//{one}")
                host, port = parts.hostname, parts.port
            except ValueError:
                host, port = None, None
            if not host:
                raise UsageError("spark_address", found=self.url, expected=f"{self.scheme}://host:{PORTS[self.scheme]}")
            found.append((host, port or PORTS[self.scheme]))
        return found

    @property
    def user(self) -> str | None:
        """The name before the `@` of a Thrift address."""
        return urlsplit(self.url).username

    def signing_in(self) -> dict[str, str]:
        """What an address of Thrift says after its `?`, by the names of dbt-spark. Raises UsageError."""
        asked = parse_qs(urlsplit(self.url).query, keep_blank_values=True)
        unknown = sorted(set(asked) - set(SIGNING_IN))
        if unknown or urlsplit(self.url).password is not None:
            found = ", ".join(unknown) or "password"
            raise UsageError("spark_address", found=found, expected=f"?{'=…&'.join(SIGNING_IN)}=…")
        return {name: values[-1] for name, values in asked.items()}

    def require_answer(self) -> None:
        """Raise MachineError when nobody answers there: Spark itself would try for a minute and then say less."""
        refused = []
        for host, port in self.places:
            try:
                socket.create_connection((host, port), timeout=SECONDS_TO_ANSWER).close()
            except OSError as error:
                refused.append(f"{host}:{port}: {error.strerror or error}")
            else:
                return
        if refused:
            raise MachineError("spark_no_answer", found="; ".join(refused), expected=self.url)
