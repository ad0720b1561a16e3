"""Formulas: cells in, cells out, answered from memory where the same was asked before."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from xlplan.hosts.calc.addin.process import Worker, WorkerFailed
from xlplan.hosts.calc.addin.why import Cells, asked_in
from xlplan.hosts.calc.addin.wire import error_number

Rows = tuple[tuple[Any, ...], ...]

CELLS_KEPT = 2_000_000
"""Cells of arguments and answers that are remembered, all calls together."""

WHOLE_COLUMN = 1_048_576


class Functions:
    """What the formulas of all open documents call.

    Parameters
    ----------
    worker : Worker
        Where the engine is.
    seconds : float
        Time limit of one call.
    log : logging.Logger
        Takes the sentence behind every error.
    """

    def __init__(self, worker: Worker, seconds: float, log: logging.Logger) -> None:
        self._worker = worker
        self._seconds = seconds
        self._log = log
        self._answers: OrderedDict[Any, tuple[Rows, int]] = OrderedDict()
        self._cells = 0
        self._failures: dict[str, str] = {}

    def call(self, name: str, arguments: Sequence[Any]) -> Rows:
        """The answer of a function, as rows; an error is the NaN that stands for it."""
        given = _without_tail(arguments)
        key = (name, given)
        known = self._answers.get(key)
        if known is not None:
            self._answers.move_to_end(key)
            return known[0]
        try:
            rows, code, sentence = self._worker.ask(("call", name, given), seconds=self._seconds)
        except WorkerFailed as failed:
            self._note(name, "#VALUE!", str(failed))
            return ((error_number("#VALUE!"),),)  # not remembered: the next time it may work
        if code:
            self._note(name, code, sentence)
        self._remember(key, rows)
        return rows

    def why(self, name: str, address: Any, formula: str, cells: Cells) -> Rows:
        """Why the cell at an address shows an error.

        A call does not know the address of its cell. So the formula that stands at the address is looked at, and what
        it asks is asked again; where an argument is a calculation, the last error of the function has to do.

        Parameters
        ----------
        name : str
            The function's own name.
        address : object
            What the planner gave.
        formula : str
            What stands there.
        cells : callable
            Looks up a reference in the formula.
        """
        plain, note = [], ""
        for asked in asked_in(formula, cells):
            if asked.arguments is not None:
                plain.append((asked.name, _without_tail(asked.arguments)))
            elif asked.name in self._failures:
                note = note or f"{asked.name}: {self._failures[asked.name]}"
        try:
            rows: Rows = self._worker.ask(("why", name, address, plain, note), seconds=self._seconds)
        except WorkerFailed as failed:
            return ((str(failed),),)
        return rows

    def _note(self, name: str, code: str, sentence: str) -> None:
        self._log.warning("%s %s: %s", name, code, sentence)
        self._failures[name] = sentence

    def _remember(self, key: Any, rows: Rows) -> None:
        size = _size(rows) + sum(_size(argument) for argument in key[1])
        if size > CELLS_KEPT // 4:
            return
        self._answers[key] = (rows, size)
        self._cells += size
        while self._cells > CELLS_KEPT:
            _, (_, gone) = self._answers.popitem(last=False)
            self._cells -= gone


def _size(value: Any) -> int:
    return len(value) * len(value[0]) if isinstance(value, tuple) and value else 1


def _without_tail(arguments: Sequence[Any]) -> tuple[Any, ...]:
    """Whole columns end at the last row in which any of them holds something; blanks at the end are left out."""
    given = list(arguments)
    while given and given[-1] is None:
        given.pop()
    whole = [place for place, value in enumerate(given) if isinstance(value, tuple) and len(value) >= WHOLE_COLUMN]
    last = max((_filled(given[place]) for place in whole), default=0)
    for place in whole:
        given[place] = given[place][: max(last, 1)]
    return tuple(given)


def _filled(rows: Rows) -> int:
    for last in range(len(rows), 0, -1):
        if any(value not in (None, "") for value in rows[last - 1]):
            return last
    return 0
