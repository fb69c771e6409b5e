"""What a public report hides: the figures that count few persons, and those from which they could be computed.

Each function names subjects: cells, units, schools, cohorts. `masking.toml` says which columns of which tables a
subject hides; `public.py` hides them.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from junheng.report.equations import Vector, pins

Key = tuple[Any, ...]
Subjects = dict[str, set[Key]]

# Components of the retention rate that are numbers of few pupils, and how a formula uses them.
FLOWS = ("transfers_in", "transfers_out", "suspended", "resumed", "deaths")
ENDS = ("graduates", "entrants")


@cache
def rules() -> dict[str, Any]:
    """The parsed rules."""
    with (Path(__file__).parent / "masking.toml").open("rb") as file:
        return tomllib.load(file)


def is_few(amount: Any) -> bool:
    """Whether a number of persons is that of a small group; none at all is no group."""
    return amount is not None and 0 < amount < rules()["smallest_group"]


def filled(hidden: set[Key], sizes: Mapping[Key, Any], group: Iterable[Key]) -> set[Key]:
    """What is hidden of a group, with the smallest of the rest, until the sum of the group gives nothing away.

    Some that are not few are always among them: that a cell is hidden does not say that it is few.
    """
    members = sorted(group, key=lambda key: (sizes[key] is None, sizes[key] or 0, tuple(map(str, key))))
    found = {key for key in members if key in hidden}
    rest = [key for key in members if key not in hidden and sizes[key] is not None]
    if found:
        others = sum(not is_few(sizes[key]) for key in found)
        wanted = max(rules()["hidden_at_least"] - len(found), rules()["others_at_least"] - others, 0)
        found.update(rest[:wanted])
    return found


def grouped(keys: Iterable[Key], of: Callable[[Key], Key]) -> dict[Key, list[Key]]:
    """Keys by what a function makes of them."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for key in keys:
        found[of(key)].append(key)
    return found


def subjects(connection: duckdb.DuckDBPyConnection) -> Subjects:
    """Every subject that is hidden, by its kind: tuples in the order of `on` in masking.toml."""
    found: Subjects = defaultdict(set)
    _units(connection, found)
    _schools(connection, found)
    _funding(connection, found)
    _retention(connection, found)
    _county(connection, found)
    return found


def _units(connection: duckdb.DuckDBPyConnection, found: Subjects) -> None:
    """Units of few pupils, and numbers of few teachers in a unit."""
    rows = connection.execute(
        "select i.school_year, i.county_code, i.school_code, i.stage, i.indicator_id, i.numerator, i.pupils,"
        " v.verdict_class from marts.fct_unit_indicator i left join marts.fct_unit_verdict v"
        " using (school_year, school_code, stage)"
    ).fetchall()
    pupils = {row[:4]: row[6] for row in rows}
    units = {unit for unit, amount in pupils.items() if is_few(amount)}
    for group in grouped(pupils, lambda unit: (unit[0], unit[1], unit[3])).values():
        units |= filled(units, pupils, group)
    persons = set(rules()["person_indicators"])
    teachers = {row[:5]: row[5] for row in rows if row[4] in persons}
    cells = {row[:5] for row in rows if row[:4] in units}
    cells |= {cell for cell, amount in teachers.items() if is_few(amount)}
    telling = {row[:4] for row in rows if row[7] in rules()["telling_classes"]}
    groups = grouped(teachers, lambda cell: (cell[0], cell[1], cell[3], cell[4]))
    of_units = grouped(teachers, lambda cell: cell[:4])
    before = -1
    while before != len(cells):
        before = len(cells)
        for group in groups.values():
            cells |= filled(cells, teachers, group)
        by_unit = grouped(cells, lambda cell: cell[:4])
        for unit in telling & set(by_unit):
            # the class would tell how far the one hidden cell is from its threshold: two leave it open which it is
            rest = sorted(
                (cell for cell in of_units[unit] if cell not in cells), key=lambda cell: (teachers[cell] or 0, cell[4])
            )
            cells.update(rest[: max(0, 2 - len(by_unit[unit]))])
    at_least = rules()["hidden_at_least"]
    for place, group in grouped(cells, lambda cell: (cell[0], cell[1], cell[3], cell[4])).items():
        found["coefficient"].add(place)
        if len(group) < at_least:
            found["thin"].add(place)
    found["cell"] = {(year, school, stage, indicator) for year, _, school, stage, indicator in cells}
    found["unit"] = {(year, school, stage) for year, _, school, stage in units}
    found["verdict"] = {cell[:3] for cell in found["cell"]}


def _schools(connection: duckdb.DuckDBPyConnection, found: Subjects) -> None:
    """Schools whose pupils are few, on a campus, in a stage, or in what the compulsory stages leave of them."""
    rows = connection.execute(
        "select school_year, county_code, institution_code, school_code, pupils, compulsory_pupils"
        " from marts.dim_school"
    ).fetchall()
    few_units = {(year, school) for year, school, _ in found["unit"]}
    totals = {row[:3]: row[4] for row in rows if row[2] == row[3]}
    hidden: set[Key] = set()
    for year, county, institution, school, pupils, compulsory in rows:
        rest = None if pupils is None or compulsory is None else pupils - compulsory
        if any(map(is_few, (pupils, compulsory, rest))) or (year, school) in few_units:
            hidden.add((year, county, institution))
    for group in grouped(totals, lambda key: key[:2]).values():
        hidden |= filled(hidden, totals, group)
    found["school"] = {(row[0], row[3]) for row in rows if row[:3] in hidden}
    items = connection.execute(
        "select school_year, school_code, stage, indicator_id, value from marts.fct_school_item"
    ).fetchall()
    found["item"] = {
        row[:4]
        for row in items
        if (row[3] in rules()["class_sizes"] and (is_few(row[4]) or row[:2] in found["school"]))
        or (row[3] in rules()["pupil_items"] and row[:2] in found["school"])
    }


def _funding(connection: duckdb.DuckDBPyConnection, found: Subjects) -> None:
    """Money per pupil, of which the pupils or the boarders are few."""
    rows = connection.execute(
        "select fiscal_year, county_code, school_code, stage, max(pupils), max(pupils_counted), max(boarders)"
        " from marts.fct_funding_per_pupil group by all"
    ).fetchall()
    sizes = {row[:4]: row[4] for row in rows if row[2] is not None}
    hidden = set()
    for row in rows:
        rest = None if row[4] is None or row[6] is None else row[4] - row[6]
        if any(map(is_few, (*row[4:], rest))) or (row[0], row[2]) in found["school"]:
            hidden.add(row[:4])
    for place, group in grouped(sizes, lambda key: (key[0], key[1], key[3])).items():
        chosen = filled(hidden, sizes, group)
        hidden |= chosen
        if 0 < len(chosen) < rules()["hidden_at_least"]:
            hidden.add((place[0], place[1], None, place[2]))
    found["funding"] = hidden
    small = {(year, school) for year, _, school, _ in hidden if school is not None}
    funded = connection.execute(
        "select school_year, school_code, stage, indicator_id from marts.fct_school_item"
        " where indicator_id = 'small_school_funding'"
    ).fetchall()
    found["item"] |= {row for row in funded if row[:2] in small}
    found["growth"] = {
        row[:3]
        for row in connection.execute(
            "select fiscal_year, county_code, stage, pupils, previous_pupils from marts.fct_finance_growth"
        ).fetchall()
        if is_few(row[3]) or is_few(row[4])
    }


def _retention(connection: duckdb.DuckDBPyConnection, found: Subjects) -> None:
    """Cohorts with few pupils in a component, and the formulas that would give a hidden component back."""
    formulas = {
        row[0]: [
            [row[2], row[3], row[4], row[5], row[6], 0, 0],
            [row[7], row[8], 0, 0, row[9], 0, 0],
        ]
        for row in connection.execute(
            "select formula_id, position, numerator_transfers_in, numerator_transfers_out, numerator_suspended,"
            " numerator_resumed, numerator_deaths, denominator_transfers_in, denominator_transfers_out,"
            " denominator_deaths from standards.retention_formulas order by is_default desc, position"
        ).fetchall()
    }
    for sides in formulas.values():
        sides[0][5], sides[1][6] = 1, 1
    names = (*FLOWS, *ENDS)
    rows = connection.execute(
        f"select distinct graduated_in, county_code, school_code, {', '.join(names)} from marts.fct_retention"
    ).fetchall()
    cohorts = {row[:3]: dict(zip(names, row[3:], strict=True)) for row in rows}
    sizes = {key: components["entrants"] for key, components in cohorts.items() if key[2] is not None}
    hidden = {key for key, components in cohorts.items() if any(map(is_few, components.values()))}
    for group in grouped(sizes, lambda key: key[:2]).values():
        hidden |= filled(hidden | ({(*group[0][:2], None)} & hidden), sizes, group)
    for key in hidden:
        components = cohorts[key]
        few = [name for name in names if is_few(components[name])]
        if key[2] is not None:
            chosen = set(FLOWS) | (set(ENDS) if set(few) & set(ENDS) else set())
        else:
            known = sorted((name for name in names if components[name]), key=lambda name: components[name])
            chosen = set(few) | set([name for name in known if name not in few][: max(0, 2 - len(few))])
        found["component"] |= {(*key, name) for name in chosen}
        kept: list[Vector] = []
        for formula, sides in formulas.items():
            asked = [[side[names.index(name)] for name in sorted(chosen)] for side in sides]
            if pins([*kept, *asked]):
                found["formula"].add((*key, formula))
            else:
                kept += asked


def _county(connection: duckdb.DuckDBPyConnection, found: Subjects) -> None:
    """Shares of a county in which few persons are counted, or few are missing."""
    rows = connection.execute(
        "select school_year, county_code, indicator_id, item_id, numerator, denominator from marts.fct_county_indicator"
    ).fetchall()
    lines = {name: tuple(line) for line in rules()["county_shares"] for name in line}
    hidden: set[Key] = set()
    for year, county, indicator, _, numerator, denominator in rows:
        rest = None if numerator is None or denominator is None else denominator - numerator
        if indicator in lines and any(map(is_few, (numerator, denominator, rest))):
            hidden |= {(year, county, name) for name in lines[indicator]}
        if indicator in rules()["county_per_person"] and is_few(denominator):
            hidden.add((year, county, indicator))
    chosen = connection.execute(
        "select graduated_in, county_code, formula from marts.fct_retention where school_code is null and is_chosen"
    ).fetchall()
    for year, county, formula in chosen:
        if (year, county, None, formula) in found["formula"]:
            hidden.add((year, county, rules()["retention_indicator"]))
    found["county_indicator"] = hidden
    found["county_item"] = {(row[0], row[1], row[3]) for row in rows if row[:3] in hidden}
    found["fact"] = {
        (year, county, f"{indicator}{part}")
        for year, county, indicator in hidden
        for part in ("", "_numerator", "_denominator")
    }
    found["target"] = {
        row[:5]
        for row in connection.execute(
            "select t.school_year, t.county_code, t.standard_id, t.indicator_id, t.stage, t.value"
            " from marts.fct_county_target t inner join marts.dim_indicator i using (indicator_id)"
            " where i.unit_zh = '人'"
        ).fetchall()
        if is_few(row[5])
    }
    _basics(connection, found)


def _basics(connection: duckdb.DuckDBPyConnection, found: Subjects) -> None:
    """Pupils and staff of a county by stage: with one of them few, only the whole is shown."""
    rows = connection.execute(
        "select school_year, county_code, basic, stage, try_cast(value_shown as bigint) from display.shown_county_basic"
        " where basic in ('pupils', 'staff', 'full_time_teachers')"
    ).fetchall()
    amounts = {row[:4]: row[4] for row in rows}
    for key, amount in amounts.items():
        year, county, basic, stage = key
        others = amounts.get((year, county, "full_time_teachers", stage)) if basic == "staff" else None
        rest = None if amount is None or others is None else amount - others
        if is_few(amount) or is_few(rest):
            related = ("staff", "full_time_teachers") if basic != "pupils" else ("pupils",)
            found["basic"] |= {
                other for other in amounts if other[:2] == (year, county) and other[2] in related and other[3] != "all"
            }
            if stage == "all":
                found["basic"] |= {(year, county, name, "all") for name in related}
