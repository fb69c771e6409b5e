"""Plant mistakes: which school or county has which, what its rows become, and the list of them.

A school has at most one mistake over all years, and so has each table of a county: what a rule finds can be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from junheng.generate.kinds import Kind
from junheng.generate.population import COUNTY, SCHOOL, TABLES
from junheng.landing.sql import literal, quoted
from junheng.raw_contract import RawTable

Contract = Mapping[str, RawTable]
COPIED_SCHOOL = 1
COUNTY_TABLES = ("county_finance", "county_facts")
LINE = """create or replace table mistake (
    mistake varchar, kind varchar, action varchar, table_name varchar, school_year bigint, county_code varchar,
    school_code varchar, column_name varchar, value_before varchar, value_after varchar,
    keys varchar, keys_after varchar
)"""
# A number in [0, 1) of 53 bits, so that rates for a whole nation may be small.
DRAWN = "(bits(concat('mistake/', {topic})) >> 11)::double / 9007199254740992"
UNITS = {
    "school": ("school_year", "s.place", "s.number"),
    "county": ("(select distinct county, school_year from school_year)", "null::bigint", "s.county"),
}


def plant(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    kinds: Mapping[str, Kind],
    rates: Mapping[str, float],
    *,
    is_text: bool,
) -> None:
    """Make the tables `changed_<table>` (what rows become) and `mistake` (one line for each cell or row)."""
    connection.execute(LINE)
    connection.execute("create or replace table plan (county bigint, place bigint, school_year bigint, kind varchar)")
    of_county = [kinds[name] for name in rates if kinds[name].unit == "county"]
    of_school = [kinds[name] for name in rates if kinds[name].unit == "school"]
    _choose(connection, of_county, rates, "true")
    whole = ", ".join(literal(kind.name) for kind in of_county if kind.table not in COUNTY_TABLES) or "''"
    # The school whose figures others may copy stays as it is.
    spared = f"s.place <> {COPIED_SCHOOL} and s.county not in (select county from plan where kind in ({whole}))"
    _choose(connection, of_school, rates, spared)
    for table in TABLES:
        _Spoiler(connection, contract[table], is_text).spoil([k for k in kinds.values() if k.table == table])


def spoilt(table: RawTable, *, is_text: bool) -> str:
    """The statement for the rows of a table with the mistakes that were planted in it."""
    names = [quoted(column.name) for column in table.columns]
    keys = " and ".join(f"c.{_before(key)} is not distinct from r.{quoted(key)}" for key in table.key)
    cast = "::varchar" if is_text else ""
    cells = ", ".join(f"case when c.kind is null then r.{name}{cast} else c.{name} end as {name}" for name in names)
    changed = f"changed_{table.name}"
    return (
        f"select {cells} from clean_{table.name} as r"
        f" left join (select * from {changed} where action <> 'add') as c on {keys}"
        f" where c.kind is null or c.action = 'set'"
        f" union all select {', '.join(names)} from {changed} where action = 'add'"
    )


def _choose(
    connection: duckdb.DuckDBPyConnection, kinds: Sequence[Kind], rates: Mapping[str, float], spared: str
) -> None:
    """Draw for every unit and kind; where several come up, the one that came up most clearly."""
    years = "select getvariable('first_year') as first_year, getvariable('running_year') as running_year"
    connection.execute(
        "create or replace temp table drawn (county bigint, place bigint, school_year bigint, kind varchar,"
        " table_name varchar, luck double)"
    )
    for kind in kinds:
        source, place, number = UNITS[kind.unit]
        topic = f"{literal(kind.name + '/')}, {number}, '/', s.school_year"
        connection.execute(
            f"insert into drawn select s.county, {place}, s.school_year, {literal(kind.name)}, {literal(kind.table)},"
            f" {DRAWN.format(topic=topic)} / {rates[kind.name]!r} as luck from {source} as s, ({years})"
            f" where luck < 1 and ({kind.where}) and ({spared})"
        )
    # What a county states in one table does not touch the other.
    own = "case when place is null then table_name end"
    connection.execute(
        "insert into plan select county, place, school_year, kind from drawn"
        f" qualify row_number() over (partition by county, place, {own} order by luck, kind, school_year) = 1"
        " order by county, place, school_year"
    )


def _before(key: str) -> str:
    return quoted(f"{key}_before")


class _Spoiler:
    """Spoils the planned rows of one table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: RawTable, is_text: bool) -> None:
        self.connection = connection
        self.table = table
        self.is_text = is_text
        self.year = TABLES[table.name]
        self.columns = [column.name for column in table.columns]
        self.types = {column.name: column.sql_type for column in table.columns}

    def spoil(self, kinds: Sequence[Kind]) -> None:
        """Fill `changed_<table>` and the list of mistakes."""
        self._create()
        named = ", ".join(literal(kind.name) for kind in kinds) or "''"
        self.connection.execute(f"create or replace temp table here as from plan where kind in ({named})")
        count = self.connection.execute("select count(*) from here").fetchone()
        if not count or not count[0]:
            return
        # Rows of the planned schools and counties, of the planned year and the one before.
        self.connection.execute(
            f"create or replace temp table near as select r.*, p.kind, p.school_year as planned_year"
            f" from clean_{self.table.name} as r join here as p on p.county = r.{COUNTY}"
            f" and (p.place is null or p.place = r.{SCHOOL})"
            f" and r.{self.year} in (p.school_year, p.school_year - 1)"
        )
        for kind in kinds:
            self._spoil_by(kind)

    def _create(self) -> None:
        columns = [f"{_before(key)} {self.types[key]}" for key in self.table.key]
        columns += [f"{quoted(name)} {self._stored(name)}" for name in self.columns]
        places = f"{COUNTY} bigint, {SCHOOL} bigint, planned_year bigint"
        self.connection.execute(
            f"create or replace table changed_{self.table.name}"
            f" (kind varchar, action varchar, {places}, {', '.join(columns)})"
        )

    def _stored(self, name: str) -> str:
        return "varchar" if self.is_text else self.types[name]

    def _spoil_by(self, kind: Kind) -> None:
        if kind.again:
            now = f"from near as r where kind = {literal(kind.name)} and {self.year} = planned_year"
            last = f"from near as r where kind = {literal(kind.name)} and {self.year} = planned_year - 1"
            self._insert(kind, "drop", now, {})
            self._insert(kind, "add", last, {self.year: "r.planned_year"})
        else:
            action = "drop" if kind.drop else "add" if kind.add else "set"
            self._insert(kind, action, self._chosen(kind), kind.set)
        self._list(kind)

    def _chosen(self, kind: Kind) -> str:
        """The rows of a kind that are spoilt, as a FROM clause."""
        keys = ", ".join(f"r.{quoted(key)}" for key in self.table.key)
        unit = f"partition by r.{COUNTY}, r.{SCHOOL}, r.planned_year"
        was_here = "false"
        if "was_here" in kind.among:
            was_here = (
                "exists (select 1 from near as b where b.staff_id = r.staff_id"
                " and b.school_year = r.school_year - 1 and b.kind = r.kind)"
            )
        rows = (
            f"(select r.*, {was_here} as was_here from near as r"
            f" where kind = {literal(kind.name)} and {self.year} = planned_year)"
        )
        count = f"count(*) over ({unit})"
        draw = f"sixteen(bits(concat('row/', r.kind, '/', r.{COUNTY}, '/', coalesce(r.{SCHOOL}, 0))), 0)"
        one = f"qualify row_number() over ({unit} order by {keys}) = 1 + {draw} % {count}"
        rows = f"(select r.* from {rows} as r where {kind.among} {'' if kind.all else one}) as r"
        if not kind.other_school:
            return f"from {rows}"
        return (
            f"from {rows} join clean_{self.table.name} as o on o.{COUNTY} = r.{COUNTY}"
            f" and o.{SCHOOL} = {COPIED_SCHOOL} and o.{self.year} = r.{self.year}"
        )

    def _insert(self, kind: Kind, action: str, source: str, new: Mapping[str, str]) -> None:
        cells = [f"r.{quoted(key)}" for key in self.table.key]
        for name in self.columns:
            value = f"({new.get(name, f'r.{quoted(name)}')})"
            # What only text can hold is kept as it is; anything else is a value of its column first.
            typed = value if kind.csv and name in new else f"cast({value} as {self.types[name]})"
            cells.append(f"cast({typed} as {self._stored(name)})")
        places = f"r.{COUNTY}, r.{SCHOOL}, r.planned_year"
        self.connection.execute(
            f"insert into changed_{self.table.name}"
            f" select {literal(kind.name)}, {literal(action)}, {places}, {', '.join(cells)} {source}"
        )

    def _list(self, kind: Kind) -> None:
        """Add the lines of a kind: a cell that was changed, or a row that was left out or is there twice."""
        changed = f"(select * from changed_{self.table.name} where kind = {literal(kind.name)})"
        place = f"c.{SCHOOL}, '/'" if kind.unit == "school" else "''"
        common = (
            f"concat(c.kind, '/', n.county_code, '/', {place}, c.planned_year), c.kind, c.action,"
            f" {literal(self.table.name)}, c.planned_year, n.county_code, {self._school()}"
        )
        keys = _json({key: f"c.{_before(key)}" for key in self.table.key})
        after = _json({key: f"c.{quoted(key)}" for key in self.table.key})
        joined = f"from {changed} as c join county as n on n.county = c.{COUNTY}"
        on = " and ".join(f"r.{quoted(key)} is not distinct from c.{_before(key)}" for key in self.table.key)
        for name in kind.set:
            before, value = f"r.{quoted(name)}::varchar", f"c.{quoted(name)}::varchar"
            near = f"(select * from near where kind = {literal(kind.name)})"
            self.connection.execute(
                f"insert into mistake select {common}, {literal(name)}, {before}, {value}, {keys}, {after} {joined}"
                f" join {near} as r on {on} where {before} is distinct from {value} order by {keys}"
            )
        if not kind.set:
            self.connection.execute(
                f"insert into mistake select {common}, null, null, null, {keys}, {after} {joined} order by {keys}"
            )

    def _school(self) -> str:
        return (
            f"c.{_before('school_code')}"
            if "school_code" in self.table.key
            else ("c.school_code::varchar" if "school_code" in self.columns else "null")
        )


def _json(cells: Mapping[str, str]) -> str:
    return f"json_object({', '.join(f'{literal(name)}, {value}' for name, value in cells.items())})::varchar"
