"""A1 references: cells and areas as numbers, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from xlplan.errors import WorkbookError
from xlplan.workbook.book import column_letters

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_PLAIN_SHEET = re.compile(r"[^\W\d][\w.]*")
_LIKE_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]{1,7}|[Rr][0-9]*[Cc]?[0-9]*|[Cc][0-9]*")


@lru_cache(maxsize=LAST_COLUMN)
def column_number(letters: str) -> int:
    """1-based number of column letters.

    >>> column_number("A"), column_number("AB"), column_number("XFD")
    (1, 28, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def cell_address(row: int, column: int) -> str:
    """Address such as ``B7``."""
    return f"{column_letters(column)}{row}"


def parse_cell(text: str) -> tuple[int, int]:
    """Row and column of an address such as ``B7`` or ``$B$7``.

    Raises
    ------
    WorkbookError
        When the text is no cell of a sheet.
    """
    match = _CELL.fullmatch(text)
    if match:
        row, column = int(match[2]), column_number(match[1])
        if 1 <= row <= LAST_ROW and column <= LAST_COLUMN:
            return row, column
    raise WorkbookError(f"{text!r} is not a cell address", do="type an address such as B7")


def parse_place(text: str) -> tuple[str, int, int]:
    """Sheet, row and column of a ``Sheet!A1`` place.

    >>> parse_place("'Team''s plan'!$B$7")
    ("Team's plan", 7, 2)
    """
    sheet, _, address = text.rpartition("!")
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet, *parse_cell(address)


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, 1-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def parse(cls, text: str) -> Area:
        """Area of a text such as ``A1:C9`` or ``B7``.

        >>> Area.parse("B2:C9")
        Area(top=2, left=2, bottom=9, right=3)
        """
        first, _, last = text.partition(":")
        top, left = parse_cell(first)
        bottom, right = parse_cell(last or first)
        return cls(min(top, bottom), min(left, right), max(top, bottom), max(left, right))

    def __str__(self) -> str:
        first = cell_address(self.top, self.left)
        if self.is_cell:
            return first
        return f"{first}:{cell_address(self.bottom, self.right)}"

    @property
    def is_cell(self) -> bool:
        return self.top == self.bottom and self.left == self.right

    @property
    def size(self) -> int:
        """Number of cells."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)

    def range_text(self) -> str:
        """The area with a colon even when it is one cell, as table references are written."""
        return f"{cell_address(self.top, self.left)}:{cell_address(self.bottom, self.right)}"

    def meets(self, other: Area) -> bool:
        """True when the two share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    def holds(self, row: int, column: int) -> bool:
        """True when the cell lies in the area."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def places(self) -> Iterator[tuple[int, int]]:
        """Row and column of every cell."""
        return product(range(self.top, self.bottom + 1), range(self.left, self.right + 1))

    def union(self, other: Area) -> Area:
        """Smallest area around both."""
        return Area(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )


def parse_areas(sqref: str) -> list[Area]:
    """Areas of a space-separated list, as ``sqref`` attributes hold it; whole columns and rows included."""
    areas = []
    for text in sqref.split():
        bare = text.replace("$", "")
        if columns := re.fullmatch(r"([A-Za-z]{1,3}):([A-Za-z]{1,3})", bare):
            areas.append(Area(1, column_number(columns[1]), LAST_ROW, column_number(columns[2])))
        elif rows := re.fullmatch(r"([0-9]{1,7}):([0-9]{1,7})", bare):
            areas.append(Area(int(rows[1]), 1, int(rows[2]), LAST_COLUMN))
        else:
            areas.append(Area.parse(text))
    return areas


def quote_sheet(name: str) -> str:
    """Sheet name as a formula writes it.

    >>> quote_sheet("Plan"), quote_sheet("Team's plan"), quote_sheet("2026"), quote_sheet("FY26")
    ('Plan', "'Team''s plan'", "'2026'", "'FY26'")
    """
    if _PLAIN_SHEET.fullmatch(name) and not _LIKE_CELL.fullmatch(name):
        return name
    return "'" + name.replace("'", "''") + "'"
