"""Texts of the data that would be SQL if they were pasted into it: names of files, headers and cells stay texts."""

from __future__ import annotations

import pytest

from tests.unit.test_landing import SCHOOLS, Land, land

__all__ = ["land"]
ATTACKS = (
    "x'); drop table raw.schools; --",
    '"; drop schema raw cascade; --',
    "' || (select 1) || '",
    "$$; {0} %s ? $1",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_is_never_sql(attack: str, land: Land) -> None:
    quoted = '"' + attack.replace('"', '""') + '"'
    name = f"schools {attack}.csv"
    rows = [
        f"2024,0001,{quoted},500152,{quoted},{quoted},primary,public,urban,,1990,true",
        # Cells that do not fit: they are told as they are.
        f"2024,0002,乙校,500152,潼南区,,{quoted},public,urban,,1990,true",
        f"2024,0003,丙校,500152,潼南区,,primary,public,urban,,{quoted},true",
        # A code without its zero, to be restored, and a code that is an attack.
        "2024,004,丁校,500152,潼南区,,primary,public,urban,,1990,true",
        f"2024,{quoted},戊校,500152,潼南区,,primary,public,urban,,1990,true",
    ]
    header = SCHOOLS.rstrip("\n")
    text = f"{header},{quoted}\n" + "".join(f"{row},x\n" for row in rows)
    landed = land({name: text, f"again {attack}.csv": text})
    tables = landed.rows("select count(*) from duckdb_tables() where schema_name = 'raw'")
    assert tables == [(9,)]
    found = landed.critical + landed.warnings
    assert {finding.file for finding in found if finding.file} & {name, f"again {attack}.csv"}
    assert attack in {finding.found for finding in found}
    names = landed.rows("select distinct school_name from raw.schools where school_code in ('1', '001', '0001')")
    assert names == [(attack,)]
