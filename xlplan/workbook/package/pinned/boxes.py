"""Where an object drawn over cells goes when cells move: pictures, charts, controls, linked objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlplan.workbook.package.references import LAST_ROW

CellAfter = Callable[[int, int], tuple[int, int]]
"""Row and column of a cell when cells have moved, both counted from 1."""


@dataclass(frozen=True, slots=True)
class Box:
    """The cells that an object lies over, counted from 1, and what the planner chose for it.

    ``moves`` and ``sizes`` are Excel's three choices: both is "move and size with cells", only ``moves`` is "move
    but don't size", neither is "don't move or size". Rows move and columns do not: a table grows downwards.
    """

    top: int
    left: int
    bottom: int
    right: int
    moves: bool = True
    sizes: bool = True

    @classmethod
    def of_edges(
        cls, upper: tuple[int, int], lower: tuple[int, int], on_line: tuple[bool, bool], *, moves: bool, sizes: bool
    ) -> Box:
        """Box of two corners as files hold them: row and column from 0, each with a distance into its cell.

        A lower edge with no distance (``on_line``, for row and column) lies on the line above its cell and covers
        nothing of it, so that rows coming in at that line do not stretch the object.
        """
        top, left = upper[0] + 1, upper[1] + 1
        bottom, right = lower[0] + 1 - on_line[0], lower[1] + 1 - on_line[1]
        return cls(top, left, max(top, bottom), max(left, right), moves, sizes)

    def shifts(self, cell_after: CellAfter, carried: int | None = None) -> tuple[int, int]:
        """Rows by which the upper and the lower edge move.

        The cell under the upper left corner takes the object along. The lower edge goes its own way only where both
        lower corners do: an object that is wider than the cells that move keeps its height. ``carried`` is for what
        something else takes along, whatever was chosen for it: a note's box stays beside the note's cell.

        >>> def below_row_9(row, column):
        ...     return (row + 5 if row > 9 and column <= 3 else row), column
        >>> Box(12, 2, 20, 3).shifts(below_row_9), Box(4, 2, 12, 3).shifts(below_row_9)
        ((5, 5), (0, 5))
        >>> Box(12, 2, 20, 8).shifts(below_row_9), Box(4, 2, 12, 8).shifts(below_row_9)
        ((5, 5), (0, 0))
        """
        if carried is not None:
            return (self._within_sheet(carried),) * 2
        if not self.moves:
            return 0, 0
        upper = cell_after(self.top, self.left)[0] - self.top
        lower = self._lower_shift(cell_after) if self.sizes else upper
        if (upper and not lower) or self.top + upper > self.bottom + lower:
            lower = upper
        return self._within_sheet(upper), self._within_sheet(lower)

    def _lower_shift(self, cell_after: CellAfter) -> int:
        right = cell_after(self.bottom, self.right)[0]
        return right - self.bottom if right == cell_after(self.bottom, self.left)[0] else 0

    def _within_sheet(self, shift: int) -> int:
        if shift > 0:
            return min(shift, max(LAST_ROW - self.bottom, 0))
        return max(shift, min(1 - self.top, 0))
