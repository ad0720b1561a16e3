"""One answer for every cell of ranges that fit together, each cell with an error of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from xlplan.errors import PlanError
from xlplan.functions.cellvalues import NA, VALUE, CellError, Grid, is_blank


def each(answer: Callable[..., Any], ranges: dict[str, Grid]) -> Any:
    """Answer cell by cell.

    Parameters
    ----------
    answer : callable
        Given one cell of every range; returns a value, or raises for this cell alone.
    ranges : dict
        Rows of cells by argument; one row, column or cell stands for as many as the others have.

    Returns
    -------
    object or list of lists
        A single value, or rows; a cell that fails holds its error.

    Raises
    ------
    CellError
        Ranges do not fit, or the one answer there is fails.
    """
    height, width = common_shape(ranges)
    if height == width == 1:
        return _raising(answer, [cells[0][0] for cells in ranges.values()])
    return [
        [_kept(answer, [_at(cells, row, column) for cells in ranges.values()]) for column in range(width)]
        for row in range(height)
    ]


def common_shape(ranges: dict[str, Grid]) -> tuple[int, int]:
    """Rows and columns of the answer to ranges that fit together; a single row, column or cell fits all.

    Raises
    ------
    CellError
        They do not fit: with the size of every range, single cells left out.
    """
    rows = {len(cells) for cells in ranges.values()} - {1}
    columns = {len(cells[0]) for cells in ranges.values()} - {1}
    if len(rows) > 1 or len(columns) > 1:
        sizes = {name: f"{len(cells)}x{len(cells[0])}" for name, cells in ranges.items()}
        shapes = ", ".join(f"{name} {size}" for name, size in sizes.items() if size != "1x1")
        raise CellError(VALUE, f"ranges do not fit: {shapes}; give ranges of one length, or single cells")
    return (rows or {1}).pop(), (columns or {1}).pop()


def by_row(answer: Callable[[Sequence[Any]], Any], rows: Grid) -> Any:
    """Answer row by row: one value for one row, else a column of them."""
    if len(rows) == 1:
        return _raising(answer, [rows[0]])
    return [[_kept(answer, [row])] for row in rows]


def needed(name: str, cell: Any, what: str) -> Any:
    """The cell, unless it is blank or holds an error.

    Raises
    ------
    CellError
        Saying what to type.
    """
    if is_blank(cell):
        raise CellError(VALUE, f"{name} is blank; type {what}")
    return cell


def _at(cells: Grid, row: int, column: int) -> Any:
    return cells[row if len(cells) > 1 else 0][column if len(cells[0]) > 1 else 0]


def _raising(answer: Callable[..., Any], cells: Sequence[Any]) -> Any:
    """What the plan lacks is no number out of range: it is not available."""
    try:
        return answer(*cells)
    except PlanError as error:
        raise CellError(NA, error.sentence()) from error


def _kept(answer: Callable[..., Any], cells: Sequence[Any]) -> Any:
    try:
        return _raising(answer, cells)
    except CellError as error:
        return error
