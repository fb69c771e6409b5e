"""Two files or sheets that each hold some of the columns of a table for the same keys: joined, and said so.

The statistics forms of buildings and of equipment are such halves. They are joined only where nothing has to be chosen:
each holds a column that the other lacks, the keys stand once in both, and no cell in which both speak differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from junheng.findings import WARNING, Finding, Findings
from junheng.landing.accounting import Accounts
from junheng.landing.places import Place
from junheng.landing.sql import quoted
from junheng.raw_contract import RawTable

JOINED = "rows_joined"


def join_halves(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    places: Sequence[Place],
    accounts: Accounts,
    findings: Findings,
) -> list[Place]:
    """Fill the rows of the first place from those of the others that are halves of them; the others leave.

    Reads `scratch.shared` and takes the joined rows out of it; `scratch.joined` gets the rows that are to be deleted.
    Joined rows are counted as repeated: they stand in the raw table in another place's row. Gives the places as they
    are then.
    """
    connection.execute("create or replace table scratch.joined (row_id bigint)")
    after = list(places)
    columns = [accounts.columns_of(place.file, place.sheet) for place in places]
    pairs = connection.execute(
        "select first_position, position, count(*) from scratch.shared where not is_same group by all order by all"
    ).fetchall()
    for first, position, rows in pairs:
        own = [column.name for column in table.columns if not column.is_key]
        more = [name for name in own if name in columns[position] - columns[first]]
        if not more or not any(name in columns[first] - columns[position] for name in own):
            continue
        both = [name for name in own if name in columns[first] & columns[position]]
        if not _fit(connection, table, f"position = {position} and first_position = {first} and not is_same", both):
            continue
        _join(connection, table, f"position = {position} and first_position = {first} and not is_same", more)
        columns[first] |= columns[position]
        after[position] = _counted(after[position], rows)
        for record in after[position].records:
            accounts.replace(record)
        place = places[position]
        findings.add(
            Finding(
                JOINED,
                WARNING,
                table.name,
                place.file,
                place.sheet,
                column=", ".join(more),
                found=f"{places[first].name}: {rows}",
            )
        )
    return after


def _fit(connection: duckdb.DuckDBPyConnection, table: RawTable, rows: str, both: Sequence[str]) -> bool:
    """Whether the keys stand once in both places, and no cell in which both speak differs."""
    raw = f"raw.{quoted(table.name)}"
    differs = " or ".join(f"landed.{quoted(name)} is distinct from earlier.{quoted(name)}" for name in both) or "false"
    (wrong,) = connection.execute(
        f"select count(*) filter ({differs}) + count(*) filter (earlier_rows > 1) + count(*)"
        " - count(distinct earlier_id)"
        f" from (from scratch.shared where {rows}) inner join {raw} as landed on landed.rowid = row_id"
        f" inner join {raw} as earlier on earlier.rowid = earlier_id"
    ).fetchone() or (1,)
    return not wrong


def _join(connection: duckdb.DuckDBPyConnection, table: RawTable, rows: str, more: Sequence[str]) -> None:
    raw = f"raw.{quoted(table.name)}"
    connection.execute(
        f"create or replace table scratch.half as select earlier_id, landed.* from scratch.shared"
        f" inner join {raw} as landed on landed.rowid = row_id where {rows}"
    )
    values = ", ".join(f"{quoted(name)} = half.{quoted(name)}" for name in more)
    connection.execute(f"update {raw} set {values} from scratch.half as half where {raw}.rowid = half.earlier_id")
    connection.execute(f"insert into scratch.joined select row_id from scratch.shared where {rows}")
    connection.execute(f"delete from scratch.shared where {rows}")


def _counted(place: Place, rows: int) -> Place:
    """The place when so many of its rows were joined to those of another: it is no repetition."""
    left = place.without(rows)
    kept = (
        replace(after, status=before.status, reason=JOINED) if after.rows_landed != before.rows_landed else after
        for before, after in zip(place.records, left.records, strict=True)
    )
    return replace(left, records=tuple(kept))
