"""Which raw table a block is, and how its columns are read. In doubt it is none, and the doubt is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from junheng.findings import CRITICAL, WARNING
from junheng.landing.constants import SHARED, constants_for
from junheng.landing.form_layouts import Form, alternatives, form_named
from junheng.landing.forms import LayoutError, doubts_of, form_of, unpivot
from junheng.landing.headers import HeaderMatch, ignored, is_personal, match_header, unit_of, units_of
from junheng.landing.mapping import NO_MAP, SKIP, LandingMap, MapEntry
from junheng.landing.model import Block, ColumnUse, Constant, Doubt, Reading
from junheng.landing.plain import key
from junheng.landing.table_names import is_cover, named_tables, tables_named
from junheng.landing.units import UnitError, factor_for, has_unit_in_name, unit_in, units, units_in_titles
from junheng.raw_contract import RawColumn, RawTable

# Doubts that leave no column to choose.
STOPPING = ("duplicate_column", "value_in_doubt")


@dataclass(frozen=True)
class Attempt:
    """A block read as one table. `refused` are columns that stand in the block with a unit that is in doubt."""

    table: RawTable
    columns: tuple[ColumnUse, ...]
    constants: tuple[Constant, ...]
    doubts: tuple[Doubt, ...]
    lacking: tuple[str, ...]
    refused: frozenset[str]

    @property
    def fits(self) -> bool:
        """Whether all columns that the table requires are there, and at least one that is more than a key."""
        return not self.lacking and self.has_figure

    @property
    def has_figure(self) -> bool:
        """Whether a column is read that says more than whose row it is."""
        return any(use.column not in (*self.table.key, *SHARED) for use in self.columns)

    @property
    def weight(self) -> tuple[int, int]:
        """How well it fits: columns read, then those of them that carry the table's own name."""
        return len(self.columns), sum(use.origin == "name" for use in self.columns)


def recognise(block: Block, contract: Mapping[str, RawTable], mapping: LandingMap = NO_MAP) -> Reading:
    """Read a block: by the map where it speaks of it, else by headers, title, and names of sheet, file and folder."""
    entry = mapping.entry_for(block)
    if block.sheet is not None and key(block.sheet) in ignored("sheet"):
        return _nothing(block, "own_sheet")
    if entry and entry.table == SKIP:
        return _nothing(block, "skipped_by_map", is_skipped=True)
    if entry and entry.form:
        return _by_form(block, form_named(entry.form), contract, entry)
    if entry and entry.table:
        return _settled(block, _attempt(block, contract[entry.table], entry))
    attempts = [_attempt(block, table, entry) for table in contract.values()]
    named = tuple(name for name in tables_named(block) if name in contract)
    fitting = sorted((attempt for attempt in attempts if attempt.fits), key=lambda one: one.weight, reverse=True)
    has_key = any(use.column in one.table.key for one in fitting[:1] for use in one.columns)
    form = None if has_key else form_of(block)
    # Rows without any key, beside the number of a form, are the rows of that form.
    if fitting and not (form and form.names):
        return _chosen(block, attempts, fitting, named)
    if form:
        return _by_form(block, form, contract, entry)
    return _unfit(block, attempts, named)


def _by_form(block: Block, form: Form, contract: Mapping[str, RawTable], entry: MapEntry | None) -> Reading:
    """Read a block as a statistics form; columns and units of a map speak of the rows that the form becomes."""
    unread = _nothing(block, "form_in_doubt")
    if not form.layout:
        if form.table:
            doubt = Doubt("form_in_doubt", CRITICAL, found=form.name, expected=", ".join(alternatives(form)))
            return replace(unread, doubts=(doubt,), candidates=(form.table,), form=None)
        doubt = Doubt("form_not_landed", WARNING, found=form.name)
        return replace(unread, reason="form_without_rows", doubts=(doubt,))
    table = contract[form.table or ""]
    try:
        rows = unpivot(block, form)
        doubts = doubts_of(block, form)
    except LayoutError as error:
        doubt = Doubt("form_layout_differs", CRITICAL, found=error.found, expected=form.name)
        return replace(unread, reason="form_layout_differs", doubts=(doubt,), candidates=(table.name,))
    reading = _settled(rows, _attempt(rows, table, entry, is_form=True))
    return replace(reading, form=form.name, doubts=(*reading.doubts, *doubts))


def _chosen(block: Block, attempts: list[Attempt], fitting: list[Attempt], named: tuple[str, ...]) -> Reading:
    """One of the tables that fit, unless they fit equally well or the name says another that has as many columns."""
    best = [attempt for attempt in fitting if attempt.weight == fitting[0].weight]
    if len(best) > 1:
        hints = named_tables(block)
        best = [attempt for attempt in best if attempt.table.name in hints[:1]] or best
    if len(best) > 1:
        names = tuple(attempt.table.name for attempt in fitting)
        doubt = Doubt("table_in_doubt", CRITICAL, found=", ".join(attempt.table.name for attempt in best))
        return _in_doubt(block, best[0], "two_tables_fit", names, (doubt,))
    chosen = best[0]
    reading = _settled(block, chosen)
    if not named or chosen.table.name in named or named[0] in (one.table.name for one in fitting):
        return reading
    both = (chosen.table.name, named[0])
    other = next(attempt for attempt in attempts if attempt.table.name == named[0])
    if len(other.columns) < len(chosen.columns):
        return replace(reading, doubts=(*reading.doubts, Doubt("name_and_headers_differ", WARNING, None, *both[::-1])))
    doubt = Doubt("table_in_doubt", CRITICAL, found=", ".join(both))
    return _in_doubt(block, chosen, "name_and_headers_differ", both, (doubt,))


def _unfit(block: Block, attempts: list[Attempt], named: tuple[str, ...]) -> Reading:
    """No table fits: say which one lacks what, or that the block is none."""
    ranked = sorted(attempts, key=lambda one: (one.table.name in named[:1], one.weight), reverse=True)
    best = ranked[0]
    words = len(best.columns)
    is_named = best.table.name in named
    anywhere = sum(any(match_header(header, one.table) for one in attempts) for header in block.headers)
    if (not is_named and anywhere < 2) or is_cover(block):
        return _nothing(block, "no_header_words")
    if not anywhere:
        doubt = Doubt("header_missing", CRITICAL, None, _headers(block), ", ".join(best.lacking))
        return _in_doubt(block, best, "columns_missing", (best.table.name,), (doubt,))
    close = tuple(
        one.table.name
        for one in ranked
        if one is best or one.table.name in named or (len(one.columns) >= words - 1 and one.has_figure)
    )
    if is_named or (words > 2 and len(best.lacking) == 1):
        return _in_doubt(block, best, "columns_missing", close, _lacking(block, best, CRITICAL))
    if words > 2:
        doubt = Doubt("table_in_doubt", CRITICAL, None, ", ".join(close), ", ".join(best.lacking))
        return _in_doubt(block, best, "columns_missing", close, (doubt,))
    doubt = Doubt("sheet_not_landed", WARNING, found=_headers(block), expected=", ".join(close))
    return _in_doubt(block, best, "columns_missing", close, (doubt,))


def _settled(block: Block, attempt: Attempt) -> Reading:
    """The reading of a block whose table is known: still none when a column is missing or two are the same.

    A column whose unit is in doubt is not read, which is an error of its own; the others are.
    """
    lacking = _lacking(block, attempt, CRITICAL)
    if lacking or any(doubt.rule_id in STOPPING for doubt in attempt.doubts):
        reason = "columns_missing" if lacking else "columns_in_doubt"
        return _in_doubt(block, attempt, reason, (attempt.table.name,), lacking)
    return replace(_in_doubt(block, attempt, None, (), ()), table=attempt.table.name)


def _in_doubt(
    block: Block, attempt: Attempt, reason: str | None, candidates: tuple[str, ...], doubts: tuple[Doubt, ...]
) -> Reading:
    read = {use.position for use in attempt.columns}
    known = {use.column for use in attempt.columns} | {constant.column for constant in attempt.constants}
    known |= attempt.refused
    unread = {place: header for place, header in enumerate(block.headers) if place not in read}
    return Reading(
        table=None,
        columns=attempt.columns,
        constants=attempt.constants,
        unread=unread,
        personal=frozenset(place for place, header in unread.items() if is_personal(header)),
        missing=tuple(
            column.name for column in attempt.table.columns if column.name not in known and not column.is_required
        ),
        reason=reason,
        candidates=candidates,
        doubts=(*attempt.doubts, *doubts),
    )


def _nothing(block: Block, reason: str, *, is_skipped: bool = False) -> Reading:
    unread = dict(enumerate(block.headers))
    personal = frozenset(place for place, header in unread.items() if is_personal(header))
    return Reading(None, unread=unread, personal=personal, is_skipped=is_skipped, reason=reason)


def _attempt(block: Block, table: RawTable, entry: MapEntry | None, *, is_form: bool = False) -> Attempt:
    """Read a block as one table, whether it fits or not."""
    columns = {column.name: column for column in table.columns}
    values = {name: value for name, value in (entry.values if entry else {}).items() if name in columns}
    in_titles = units_in_titles(line.text for line in block.titles)
    uses: dict[str, ColumnUse] = {}
    doubts: list[Doubt] = []
    refused: set[str] = set()
    for position, header in enumerate(block.headers):
        match, origin = _match(position, header, table, entry)
        if match is None or match.column in values:
            continue
        use, doubt = _use(position, header, match, origin, columns[match.column], in_titles, entry, is_form)
        if doubt:
            doubts.append(doubt)
            refused.add(match.column)
            continue
        earlier = uses.get(use.column)
        if earlier is None or _beats(use, earlier):
            uses[use.column] = use
        if earlier and earlier.origin == use.origin:
            doubts.append(Doubt("duplicate_column", CRITICAL, use.column, f"{earlier.header}, {header}"))
    given = tuple(Constant(name, value, "map", f"{name}: {value}") for name, value in values.items())
    lacking = frozenset(columns) - set(uses) - set(values)
    constants, contradictions = constants_for(block, table, lacking)
    known = set(uses) | set(values) | {constant.column for constant in constants}
    return Attempt(
        table,
        tuple(sorted(uses.values(), key=lambda use: use.position)),
        given + constants,
        (*doubts, *contradictions),
        tuple(column.name for column in table.columns if column.is_required and column.name not in known),
        frozenset(refused) - set(uses),
    )


def _beats(use: ColumnUse, earlier: ColumnUse) -> bool:
    rank = ("map", "name", "synonym")
    return rank.index(use.origin) < rank.index(earlier.origin)


def _match(position: int, header: str, table: RawTable, entry: MapEntry | None) -> tuple[HeaderMatch | None, str]:
    """The column of a header: by the map, else by its name."""
    found = match_header(header, table)
    name = entry.column_at(position, header) if entry else None
    if name:
        is_known = any(column.name == name for column in table.columns)
        unit = found.unit if found else unit_of(header)
        return (HeaderMatch(name, unit, "map"), "map") if is_known else (None, "map")
    return found, found.origin if found else ""


def _use(
    position: int,
    header: str,
    match: HeaderMatch,
    origin: str,
    column: RawColumn,
    in_titles: Mapping[str, tuple[str, ...]],
    entry: MapEntry | None,
    is_form: bool,
) -> tuple[ColumnUse, Doubt | None]:
    """How a column is read, with the unit of the map, of its header or of the title."""
    unit = match.unit
    mapped = entry.unit_at(position, header) if entry else None
    if mapped:
        unit = unit_in(mapped)
    elif len(given := _contradicting_units(header)) > 1:
        use = ColumnUse(position, header, column.name, origin=origin)
        return use, Doubt("unit_in_doubt", CRITICAL, header, ", ".join(given), column.unit)
    elif unit is None and column.unit and (is_form or not has_unit_in_name(column, header)):
        of_base = in_titles.get(units()[unit_in(column.unit) or ""].base, ())
        if len(of_base) > 1:
            names = ", ".join(units()[name].name for name in of_base)
            return ColumnUse(position, header, column.name, origin=origin), Doubt(
                "unit_in_doubt", CRITICAL, header, names, column.unit
            )
        unit = of_base[0] if of_base else None
    name = units()[unit].name if unit else None
    try:
        factor = factor_for(column, unit)
    except UnitError as doubt:
        use = ColumnUse(position, header, column.name, name, Decimal(1), origin)
        return use, Doubt(doubt.rule_id, CRITICAL, header, name, column.unit)
    return ColumnUse(position, header, column.name, name, factor, origin), None


def _contradicting_units(header: str) -> list[str]:
    """The units of one kind but of different size that a header gives, in its names or in a row of units."""
    given = {units()[unit] for unit in units_of(header)}
    return sorted(
        unit.name for unit in given if any(unit.base == one.base and unit.factor != one.factor for one in given)
    )


def _lacking(block: Block, attempt: Attempt, severity: str) -> tuple[Doubt, ...]:
    """One doubt for each required column that is not there."""
    names_zh = {column.name: column.name_zh for column in attempt.table.columns}
    return tuple(
        Doubt("missing_column", severity, name, _headers(block), f"{name} / {names_zh[name]}")
        for name in attempt.lacking
    )


def _headers(block: Block) -> str:
    """The headers of a block, for a finding."""
    return ", ".join(header for header in block.headers if header)
