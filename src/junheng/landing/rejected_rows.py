"""Rows that cannot be landed: each wrong cell is a finding, and the rows stand in `quality.rejected_row`.

A row there has the texts of its cells (`cells`), the rules that they break (`reasons`) and what its good cells say
(`known`): whose row it is, so that quarantine knows which school lacks it and a workbook can be sent back to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from junheng.findings import CRITICAL, TABLE
from junheng.landing.accounting import without_persons
from junheng.landing.cells import decimals
from junheng.landing.keys import PSEUDONYMS
from junheng.landing.outcome import OpenBlock
from junheng.landing.read_rows import having, read_of
from junheng.landing.records import KEPT_OF_LINE
from junheng.landing.sql import literal, quoted
from junheng.messages import Messages
from junheng.raw_contract import RawColumn, RawTable

QUOTED_CELL = '"([^"]|"")*"'
CREATE = """
create schema if not exists quality;
create or replace table quality.rejected_row (
    table_name varchar, source_file varchar, source_sheet varchar, source_row bigint, cells json, reasons varchar[],
    known json
);
"""


class RejectedRows:
    """Takes the rows out of `scratch.read_row` that have a cell with a problem, or that are no records."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, messages: Messages) -> None:
        self.connection = connection
        self.messages = messages
        connection.execute(CREATE)

    def reject(self, table: RawTable, columns: Sequence[RawColumn], blocks: Mapping[int, OpenBlock]) -> None:
        """Report all that is wrong in the cells; `scratch.rejected` gets the places of rows that cannot be landed."""
        self.connection.execute(
            "create or replace table scratch.rejected (_block integer, _id bigint, rule_id varchar)"
        )
        self._reject_records(table, blocks)
        self._reject_cells(table, columns)
        self._keep(table, columns, blocks)

    def _reject_cells(self, table: RawTable, columns: Sequence[RawColumn]) -> None:
        names = {column.name for column in columns}
        key = ", ".join(f"{literal(name)}, {quoted(name)}" for name in table.key if name in names)
        for column in having(self.connection, columns, "problem is not null"):
            wrong = f"{read_of(column)}.problem is not null and _reject is null"
            self.connection.execute(
                f"insert into scratch.rejected select _block, _id, {read_of(column)}.problem"
                f" from scratch.read_row where {wrong}"
            )
            self.connection.execute(
                f"insert into {TABLE} (rule_id, severity, table_name, file, sheet,"
                ' "row", column_name, found, expected, keys)'
                f" select {read_of(column)}.problem, '{CRITICAL}', $table, _source_file, _source_sheet, _source_row,"
                f" $column, {without_persons(quoted(column.name))}, $expected, json_object({key})"
                f" from scratch.read_row where {wrong}",
                {"table": table.name, "column": column.name, "expected": expected_text(column, self.messages)},
            )

    def _keep(self, table: RawTable, columns: Sequence[RawColumn], blocks: Mapping[int, OpenBlock]) -> None:
        """Write the rows into `quality.rejected_row`."""
        texts = ", ".join(f"{literal(column.name)}, {quoted(column.name)}" for column in columns)
        # What the other cells of the row say of whom it belongs to; of a line that is no record nothing is known.
        known = ", ".join(
            f"{literal(column.name)}, {read_of(column)}.value" for column in columns if column.name not in PSEUDONYMS
        )
        personal = [str(number) for number, one in blocks.items() if one.reading.personal]
        is_hidden = f"_reject is not null and _block in ({', '.join(personal) or 'null'})"
        self.connection.execute(
            "insert into quality.rejected_row select $table, _source_file, _source_sheet, _source_row,"
            f" case when ({is_hidden}) is not true then json_object({texts}) end, reasons,"
            f" case when _reject is null then json_object({known}) end"
            " from scratch.read_row inner join"
            " (select _id, list_sort(list(distinct rule_id)) as reasons"
            " from scratch.rejected group by all) using (_id) order by _block, _source_row, _id",
            {"table": table.name},
        )

    def _reject_records(self, table: RawTable, blocks: Mapping[int, OpenBlock]) -> None:
        """Records that are not records: wrong number of cells, broken quotes."""
        self.connection.execute(
            "insert into scratch.rejected select _block, _id, _reject from scratch.read_row where _reject is not null"
        )
        numbers = self.connection.execute(
            "select distinct _block from scratch.read_row where _reject is not null"
        ).fetchall()
        for (number,) in numbers:
            expected = self.messages.text("expected", "cells", count=len(blocks[number].block.headers))
            # The cells of such a line stand under wrong headers: any may name a person, so they are only counted.
            before, after = self.messages.text("expected", "cells_found").split("{count}")
            line = "array_to_string(_cells, $delimiter)"
            count = f"len(string_split(regexp_replace({line}, {literal(QUOTED_CELL)}, '', 'g'), $delimiter))"
            shown = f"{literal(before)} || {count} || {literal(after)}"
            self.connection.execute(
                f'insert into {TABLE} (rule_id, severity, table_name, file, sheet, "row", found, expected)'
                f" select _reject, '{CRITICAL}', $table, _source_file, _source_sheet, _source_row,"
                " case when $delimiter is not null and _reject <> 'broken_record'"
                f" and strlen({line}) < {KEPT_OF_LINE} then {shown} end,"
                " case when _reject <> 'broken_record' then $expected end"
                " from scratch.read_row where _reject is not null and _block = $number",
                {
                    "table": table.name,
                    "delimiter": blocks[number].block.delimiter,
                    "expected": expected,
                    "number": number,
                },
            )


def expected_text(column: RawColumn, messages: Messages) -> str:
    """What a cell of a column may hold, in words."""
    if column.data_type == "code":
        codes: dict[str, list[str]] = {}
        for word, code in column.codes.items():
            codes.setdefault(code, []).append(word)
        return ", ".join(" / ".join(dict.fromkeys(words)) for words in codes.values())
    return messages.text("expected", column.data_type, decimals=decimals(column))
