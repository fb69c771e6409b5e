"""What rows must have in common to be judged together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from junheng.landing.model import Reading
from junheng.raw_contract import RawColumn, RawTable

AS_IT_IS = Decimal(1)


@dataclass(frozen=True)
class Shape:
    """The raw table, the columns of it that a block has, and the factor of each one's unit."""

    table: str
    columns: tuple[tuple[str, Decimal], ...]

    def factor(self, column: str) -> Decimal:
        """The factor that turns the cells of a column into the unit of the raw table."""
        return dict(self.columns)[column]

    def present(self, table: RawTable) -> list[RawColumn]:
        """The columns of the raw table that the block has."""
        return [column for column in table.columns if column.name in dict(self.columns)]

    def scaled(self, table: RawTable) -> list[RawColumn]:
        """The columns whose header gives another unit than the raw table's."""
        return [column for column in self.present(table) if self.factor(column.name) != AS_IT_IS]


def shape_of(table: RawTable, reading: Reading) -> Shape:
    """The shape of the rows of a block that is read as a raw table."""
    factors = {constant.column: AS_IT_IS for constant in reading.constants}
    factors |= {use.column: use.factor for use in reading.columns}
    return Shape(
        table.name, tuple((column.name, factors[column.name]) for column in table.columns if column.name in factors)
    )
