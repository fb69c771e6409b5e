"""dbt in a process with a way to Spark: it is opened, the tables handed over are named there, then dbt runs."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from junheng.spark.address import MASTER, REMOTE, Address
from junheng.spark.connect_server import ConnectServer
from junheng.spark.driver_here import DriverHere
from junheng.spark.place import Place
from junheng.spark.thrift_server import ThriftServer
from junheng.spark.way import Way

WAYS: dict[str, Callable[[Address, Place], Way]] = {
    "session": DriverHere,
    "connect": ConnectServer,
    "thrift": ThriftServer,
}


def main() -> None:
    """Run dbt with the arguments of this process on Spark."""
    place = Place.told()
    way = way_to(Address.told(), place)
    try:
        with _told(place):
            way.begin()
        _set_dbt_up(way)
        from dbt.cli.main import cli

        try:
            cli()
        except SystemExit as ended:
            if not ended.code:
                with _told(place):
                    way.bring()
            raise
    finally:
        way.end()


def way_to(address: Address, place: Place) -> Way:
    """The way to an address; what else names a Spark must not be in its way."""
    for name in (MASTER, REMOTE):
        os.environ.pop(name, None)
    return WAYS[address.way](address, place)


@contextmanager
def _told(place: Place) -> Iterator[None]:
    """Whatever Spark raises ends this process: in words for the build, with its trace in the log."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - told in words by the build
        place.log.parent.mkdir(parents=True, exist_ok=True)
        with place.log.open("a", encoding="utf-8") as log:
            traceback.print_exc(file=log)
        print(f"{type(error).__name__}: {error}", flush=True)
        sys.exit(1)


def _set_dbt_up(way: Way) -> None:
    """Tell dbt where Spark is, and the settings: it turns ANSI off, where too large a number would be NULL."""
    from dbt.adapters.spark.connections import SparkCredentials

    prepare = SparkCredentials.__post_init__

    def prepare_and_set(self: Any) -> None:
        way.prepare_dbt(self)
        prepare(self)
        self.server_side_parameters = way.settings()

    SparkCredentials.__post_init__ = prepare_and_set  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
