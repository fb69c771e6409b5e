"""From the layout of a statistics form to rows of a raw table.

Forms and layouts are data (`form_layouts.py`), each with a status. A layout that is not confirmed is used, and every
block that is read by it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from junheng.findings import CRITICAL, WARNING
from junheng.landing.constants import places
from junheng.landing.form_layouts import ALL_ROWS, Form, FormCell, form_named, forms
from junheng.landing.headers import LEVELS, candidates, level_key, unit_of
from junheng.landing.headers import parts as header_parts
from junheng.landing.layout_rows import Grid, NoGridError, grid_of
from junheng.landing.model import Block, Doubt, GridRows, Line, Reading
from junheng.landing.plain import key, tidy, word_rows
from junheng.landing.table_names import named_tables


class LayoutError(Exception):
    """A layout that is not found in the block as it is written down. `found` says what stands twice or nowhere."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


def form_of(block: Block) -> Form | None:
    """The form whose number stands beside a block; two numbers name none. A layout without one goes by its headers."""
    near, far = places(block)
    texts = [tidy(place.text) for place in (*near, *far)]
    found = [
        form for form in forms() if any(re.search(_number_pattern(name), text) for name in form.names for text in texts)
    ]
    if found:
        return found[0] if len(found) == 1 else None
    return next((form for form in forms() if not form.names and _is_likely(form, block)), None)


def unpivot(block: Block, form: Form | str) -> Block:
    """The block as rows of a raw table: headers of the raw table, numbers of the rows that the values stand in.

    Rows of the layout that hold no value of a raw row are kept among the titles by their labels. Raises LayoutError
    for a block that does not have the layout, or has a label of it twice.
    """
    form = form_named(form) if isinstance(form, str) else form
    try:
        grid = grid_of(block)
    except NoGridError as error:
        raise LayoutError(form.name) from error
    if all(not cell.column_labels for cell in form.cells):
        return _card(block, grid, form)
    matched = _matched(form, block.headers)
    columns = [(place, cell) for place, cell in matched if not cell.total_of]
    if not columns:
        raise LayoutError(", ".join(header for header in block.headers if header))
    return _from_list(block, grid, matched) if _is_list(form, block) else _from_form(block, grid, columns)


def as_read(block: Block, reading: Reading) -> Block:
    """The block that a reading speaks of: the rows that a form becomes, or the block itself."""
    return unpivot(block, reading.form) if reading.form and reading.table else block


def doubts_of(block: Block, form: Form) -> tuple[Doubt, ...]:
    """What is to be said of a block read by a form: its layout is not confirmed, values are left out, wrong totals."""
    doubts = [] if form.is_confirmed else [Doubt("form_layout_unconfirmed", WARNING, found=form.name)]
    for header in block.headers:
        if any(cell.year_shift and set(_keys(header)) & set(cell.column_labels) for cell in form.cells):
            doubts.append(Doubt("form_value_of_other_year", WARNING, header))
    return (*doubts, *_wrong_totals(block, form))


def _number_pattern(name: str) -> str:
    """The number of a form, with or without space between its letters and its digits."""
    letters, digits = re.fullmatch(r"(\D+)(\d+)", tidy(name)).groups()  # type: ignore[union-attr]
    return rf"{re.escape(letters)}[\s_-]*{digits}(?!\d)"


def _wrong_totals(block: Block, form: Form) -> Iterator[Doubt]:
    """Where a total of the layout is not the sum of its parts."""
    columns = _matched(form, block.headers)
    totals = [(place, cell) for place, cell in columns if cell.total_of]
    for number, row in grid_of(block).rows if totals else []:
        labels = {level_key(text) for text in row if text}
        for at, total in totals:
            parts = [row[place] for place, cell in columns if cell.column == total.total_of]
            numbers = [_number(text) for text in parts if text]
            whole = _number(row[at])
            is_read = _is_list(form, block) or bool(labels & set(total.row_labels))
            if not is_read or whole is None or not numbers or None in numbers:
                continue
            found = sum((value for value in numbers if value is not None), Decimal(0))
            if found != whole:
                yield Doubt("form_total_differs", CRITICAL, block.headers[at], row[at], f"{found:f}", number)


def _number(text: str | None) -> Decimal | None:
    plain = tidy(text or "").replace(",", "")
    return Decimal(plain) if re.fullmatch(r"\d+(?:\.\d+)?", plain) else None


def _is_likely(form: Form, block: Block) -> bool:
    """Whether a layout without a number is that of a block: two columns of it, and a word that says what they count."""
    try:
        columns = _matched(form, block.headers)
    except LayoutError:
        return False
    parts = [cell for _, cell in columns if not cell.total_of]
    says_what = any(
        level_key(block.headers[place].split(LEVELS)[0]) not in header_parts("total")
        for place, cell in columns
        if cell.total_of
    )
    return len(parts) > 1 and (says_what or named_tables(block)[:1] == (form.table,))


def _is_list(form: Form, block: Block) -> bool:
    """Whether every row is a school: the layout says so, or there is a column with the code of the school."""
    if any(ALL_ROWS in cell.row_labels for cell in form.cells):
        return True
    codes = {key(row["synonym"]) for row in word_rows("headers") if row["column_name"] == "school_code"}
    return any(set(_keys(header)) & codes for header in block.headers)


def _matched(form: Form, headers: tuple[str, ...]) -> list[tuple[int, FormCell]]:
    """Columns of the block with the cells of the layout that stand in them. Two columns for one cell: LayoutError."""
    found: list[tuple[int, FormCell]] = []
    for cell in form.cells:
        hits = [place for place, header in enumerate(headers) if set(_keys(header)) & set(cell.column_labels)]
        if cell.year_shift or not hits:
            continue
        if len(hits) > 1:
            raise LayoutError(", ".join(headers[place] for place in hits))
        found.append((hits[0], cell))
    return sorted(found, key=lambda hit: hit[0])


def _keys(header: str) -> list[str]:
    """The keys of a header, all its levels together: a level that is left out may say that it counts something else."""
    return [way.name for way in candidates(header) if not way.left_out]


def _from_list(block: Block, grid: Grid, matched: list[tuple[int, FormCell]]) -> Block:
    """Every row is a school: one raw row for each filled stage and grade, the columns beside them repeated."""
    columns = {place: cell for place, cell in matched if not cell.total_of}
    others = [place for place in range(len(block.headers)) if place not in dict(matched)]
    names = sorted({cell.column for cell in columns.values()})
    has_grade = any(cell.grade for cell in columns.values())
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    spare: list[Line] = []
    for number, row in grid.rows:
        filled = {place: cell for place, cell in columns.items() if row[place]}
        beside = [row[place] for place in others]
        for target in dict.fromkeys((cell.stage, cell.grade) for cell in filled.values()):
            values = {cell.column: row[at] for at, cell in filled.items() if (cell.stage, cell.grade) == target}
            rows.append([*beside, *(target if has_grade else ()), *(values.get(name) for name in names)])
            numbers.append(number)
        if not filled:
            spare.append(Line(number, _label(row)))
    keys = ["stage", "grade"] if has_grade else []
    units_of = {cell.column: _with_unit(cell.column, block.headers[place]) for place, cell in columns.items()}
    return _block(
        block,
        [*(block.headers[place] for place in others), *keys, *(units_of[name] for name in names)],
        rows,
        numbers,
        spare,
    )


def _from_form(block: Block, grid: Grid, columns: list[tuple[int, FormCell]]) -> Block:
    """A few rows with labels: the values of all cells with one stage and grade are one raw row."""
    labelled = [(number, row, {level_key(text) for text in row if text}) for number, row in grid.rows]
    values: dict[tuple[str, str], dict[str, str | None]] = {}
    used: dict[tuple[str, str], int] = {}
    for position, cell in columns:
        hits = [(number, row) for number, row, labels in labelled if labels & set(cell.row_labels)]
        if len(hits) > 1:
            raise LayoutError(", ".join(_label(row) for _, row in hits))
        if hits:
            number, row = hits[0]
            values.setdefault((cell.stage, cell.grade), {})[cell.column] = row[position]
            used[cell.stage, cell.grade] = number
    names = sorted({name for row_values in values.values() for name in row_values})
    headers = {cell.column: _with_unit(cell.column, block.headers[place]) for place, cell in columns}
    places_used = [place for place, row_values in values.items() if any(row_values.values())]
    has_grade = any(cell.grade for _, cell in columns)
    beside: list[list[str | None]] = [list(place) if has_grade else [] for place in places_used]
    rows = [
        [*left, *(values[place].get(name) for name in names)] for left, place in zip(beside, places_used, strict=True)
    ]
    numbers = [used[place] for place in places_used]
    spare = [Line(number, _label(row)) for number, row, _ in labelled if number not in numbers]
    return _block(
        block, [*(["stage", "grade"] if has_grade else []), *(headers[name] for name in names)], rows, numbers, spare
    )


def _card(block: Block, grid: Grid, form: Form) -> Block:
    """Labels with their values to the right of them, wherever they stand, are one raw row."""
    values: dict[str, str | None] = {}
    first = grid.rows[0][0] if grid.rows else 0
    for _, row in [*grid.header, *grid.rows]:
        for position, text in enumerate(row):
            label = level_key(text) if text else ""
            cell = next((cell for cell in form.cells if label in cell.row_labels), None)
            value = next((right for right in row[position + 1 :] if right), None)
            if cell is None or value is None:
                continue
            if values.get(cell.column, value) != value:
                raise LayoutError(text or "")
            values[cell.column] = value
    spare = [Line(number, _label(row)) for number, row in grid.rows if number != first]
    rows = [list(values.values())] if values else []
    return _block(block, list(values), rows, [first] if values else [], spare)


def _with_unit(column: str, header: str) -> str:
    """The column with the unit that the form's header gives it."""
    unit = unit_of(header)
    return f"{column} ({unit})" if unit else column


def _block(
    block: Block, headers: list[str], rows: list[list[str | None]], numbers: list[int], spare: list[Line]
) -> Block:
    titles = (*block.titles, *spare)
    return replace(block, titles=titles, headers=tuple(headers), rows=GridRows(rows, numbers))


def _label(row: list[str | None]) -> str:
    return next((text for text in row if text), "")
