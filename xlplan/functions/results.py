"""Answers that are remembered, so that a recalculation with unchanged inputs computes nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from xlplan.functions.cellvalues import CellError

CELLS_KEPT = 2_000_000
"""Cells of arguments and answers that are remembered, all calls together."""


class Remembered:
    """Answers by what was asked: the function, its arguments, and the workbook where the answer depends on it.

    Errors are answers too, but not of a function that reads a plan: a workbook that could not be read, because its
    program was busy, can be read the next time. The answers that were not used for longest go first.

    Parameters
    ----------
    limit : int, optional
        Cells of arguments and answers to keep; one call that is larger than a quarter of it never is.
    """

    def __init__(self, limit: int = CELLS_KEPT) -> None:
        self._limit = limit
        self._answers: OrderedDict[Any, tuple[Any, int]] = OrderedDict()
        self._cells = 0

    def answer(self, name: str, arguments: Sequence[Any], compute: Callable[[], Any], *, book: str = "") -> Any:
        """The remembered answer, or a new one.

        Parameters
        ----------
        name : str
            The function.
        arguments : sequence
            Cells and rows of cells, as the function takes them.
        compute : callable
            Gives the answer; a :class:`CellError` that it raises is the answer.
        book : str, optional
            Where the plan is, for functions that read one; empty for all others.
        """
        key = (name, book, _fixed(arguments))
        known = self._answers.get(key)
        if known is not None:
            self._answers.move_to_end(key)
            return known[0]
        try:
            answer = compute()
        except CellError as error:
            if book:
                return error
            answer = error
        self._keep(key, answer, _size(arguments) + _size(answer))
        return answer

    def _keep(self, key: Any, answer: Any, size: int) -> None:
        if size > self._limit // 4:
            return
        self._answers[key] = (answer, size)
        self._cells += size
        while self._cells > self._limit:
            _, (_, gone) = self._answers.popitem(last=False)
            self._cells -= gone


def _fixed(value: Any) -> Any:
    """Something to look up by, in which 1 is not TRUE."""
    if isinstance(value, list | tuple):
        return tuple(map(_fixed, value))
    return ("TRUE" if value else "FALSE", bool) if isinstance(value, bool) else value


def _size(value: Any) -> int:
    return sum(map(_size, value)) if isinstance(value, list | tuple) else 1
