"""Names that attack a page, put into a warehouse wherever the name of a school stands."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from junheng.landing.cells import literal, quoted

FORMULA = '=HYPERLINK("http://x")&<b>'
SCRIPT = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
ENTITY = "&lt;b&gt; {{ 7 * 7 }} ${7*7} \\u003c ' -- ;"
LONG_WORD = "LongestNameOfAll" + "x" * 184
LONG_CHINESE = "长" * 200
NAMES = {
    "0500152001": FORMULA,
    "0500152002": SCRIPT,
    "0500152003": ENTITY,
    "0500152004": LONG_WORD,
    "0500152005": LONG_CHINESE,
}
# The code of a school is the name of its page.
CODE, HOSTILE_CODE = "0500152006", "../..\\a\"><'#?%41&b"


def spoil(warehouse: Path) -> None:
    """Replace the names of five schools and the code of a sixth in every text of the warehouse."""
    with duckdb.connect(str(warehouse)) as connection:
        former = dict(
            connection.execute(
                "select distinct school_code, school_name from marts.dim_school where list_contains(?, school_code)",
                [list(NAMES)],
            ).fetchall()
        )
        assert former.keys() == NAMES.keys()
        changes = [(former[code], name) for code, name in NAMES.items()] + [(CODE, HOSTILE_CODE)]
        columns = connection.execute(
            """select table_schema, table_name, list(column_name order by ordinal_position)
            from information_schema.columns join information_schema.tables using (table_schema, table_name)
            where data_type = 'VARCHAR' and table_type = 'BASE TABLE' group by all order by all"""
        ).fetchall()
        for schema, table, names in columns:
            relation = f"{quoted(schema)}.{quoted(table)}"
            for name in names:
                column = changed = in_json = quoted(name)
                for old, new in changes:
                    changed = f"replace({changed}, {literal(old)}, {literal(new)})"
                    in_json = f"replace({in_json}, {literal(old)}, {literal(json.dumps(new)[1:-1])})"
                # Keys of failing rows are objects in a text.
                changed = f"case when json_valid({column}) then {in_json} else {changed} end"
                concerned = " or ".join(f"contains({column}, {literal(old)})" for old, _ in changes)
                connection.execute(f"update {relation} set {column} = {changed} where {concerned}")
