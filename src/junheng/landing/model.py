"""What the parts of landing hand to each other: a file, a block of it, and how its columns are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True)
class HandedFile:
    """One file that was handed in.

    `name` is what a reader sees: the path below the folder handed in, with `/`; for a member of a ZIP
    `archive.zip/folder/member.csv`. `path` is where its bytes are now: the file itself, or an unpacked copy. `kind`
    is what its bytes say, whatever its name: `text`, `parquet`, `xlsx`, `xls`, `et` or `ods`.
    """

    name: str
    path: Path
    size: int
    sha256: str
    kind: str = "text"


@dataclass(frozen=True)
class Merge:
    """Merged cells of a worksheet. Rows are numbers as a spreadsheet shows them, columns are positions from 0."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class Sheet:
    """A worksheet as text: the rows that are not blank, all of one width; `rows[i]` is row `numbers[i]` of the sheet.

    The position of a cell in its row is its column: 0 is A. Merged cells hold their text in the first one only.
    """

    name: str
    is_hidden: bool
    rows: Sequence[Sequence[str | None]]
    numbers: Sequence[int]
    merges: tuple[Merge, ...] = ()


@dataclass(frozen=True)
class Line:
    """A row of a sheet that is no data: a title, a note. `text` joins its cells."""

    row: int
    text: str


@dataclass(frozen=True)
class TextRows:
    """Records of a text file that DuckDB reads. `path` is UTF-8 without BOM and with one kind of line end.

    `skip` records precede the data (the header is among them; an empty line is a record); `first_row` is the number of
    the first record after the header.
    """

    path: Path
    delimiter: str
    skip: int
    first_row: int
    has_quote: bool = True
    has_blank_line: bool = True


@dataclass(frozen=True)
class ParquetRows:
    """Records of a Parquet file; the first record is row 1."""

    path: Path


@dataclass(frozen=True)
class GridRows:
    """Rows of a worksheet as text, one list per row, all as wide as the header; None is an empty cell.

    `rows[i]` stands in row `numbers[i]` of the worksheet.
    """

    rows: Sequence[Sequence[str | None]]
    numbers: Sequence[int]


Rows = TextRows | ParquetRows | GridRows


@dataclass(frozen=True)
class Block:
    """One table in a file: a CSV or Parquet file has one, a worksheet may have several.

    `headers` has one text for each column of the file, the levels of a merged header joined by ` / ` from top to
    bottom, without repetition; empty for a column without one. Numbers of rows are those that a spreadsheet shows.
    `blank_rows` counts the empty rows of the block that are not in `rows`. `merges` are cells merged over several data
    rows: only the first one has the text until `merged.fill_down` says what that means.
    """

    file: HandedFile
    sheet: str | None
    is_hidden: bool
    number: int
    encoding: str | None
    delimiter: str | None
    titles: tuple[Line, ...]
    header_rows: tuple[int, ...]
    headers: tuple[str, ...]
    rows: Rows
    blank_rows: int = 0
    merges: tuple[Merge, ...] = ()


@dataclass(frozen=True)
class ColumnUse:
    """How one column of a block is read: as which column of the raw table, and times which factor.

    `unit` is the unit that the header gives, as written; `factor` turns it into the unit of the raw table.
    `origin` says why: `name`, `synonym`, `map`.
    """

    position: int
    header: str
    column: str
    unit: str | None = None
    factor: Decimal = Decimal(1)
    origin: str = "name"


@dataclass(frozen=True)
class Constant:
    """A column that stands in no cell of the block but holds for all of it.

    `origin` is `file_name`, `sheet_name`, `title` or `map`; `source` the text it was taken from.
    """

    column: str
    value: str
    origin: str
    source: str


@dataclass(frozen=True)
class Doubt:
    """What stands against reading a block, or one column of it, as it is: a finding without its place.

    `rule_id` is that of the finding; `column` a column of the raw table, or a header; `row` None is the header's.
    """

    rule_id: str
    severity: str
    column: str | None = None
    found: str | None = None
    expected: str | None = None
    row: int | None = None


@dataclass(frozen=True)
class Reading:
    """What a block is: which raw table, which columns. `table` None: none, or in doubt (`reason` is a message id).

    `candidates` are the tables that it may be, the likeliest first; without a table the columns are those of the first.
    `missing` are columns of the table that stand nowhere and may be missing. `doubts` become findings.
    With a `form` everything said here is said of the block that `forms.unpivot` makes.

    `unread` are positions of columns that are not read, with their headers; `personal` those of them that hold
    personal data: their cells are shown nowhere. `form` is the statistics form that was recognised.
    """

    table: str | None
    columns: tuple[ColumnUse, ...] = ()
    constants: tuple[Constant, ...] = ()
    unread: Mapping[int, str] = field(default_factory=dict)
    personal: frozenset[int] = frozenset()
    missing: tuple[str, ...] = ()
    form: str | None = None
    is_skipped: bool = False
    reason: str | None = None
    candidates: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
