"""Formulas: cells in, cells out, answered from memory where the same was asked before."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from xlplan.hosts.calc.addin.document import Document
from xlplan.hosts.calc.addin.process import Worker, WorkerFailed
from xlplan.hosts.calc.addin.why import Cells, asked_in
from xlplan.hosts.calc.addin.wire import error_number

Rows = tuple[tuple[Any, ...], ...]

CELLS_KEPT = 2_000_000
"""Cells of arguments and answers that are remembered, all calls together."""

WHOLE_COLUMN = 1_048_576

QUESTIONS = 64
"""More than a function asks of a plan."""

FAILURES = 1_000
"""Cells that are looked at for the log of errors."""

Failure = tuple[str, str, str, str]
"""Cell, function, code, sentence."""


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
    readers : collection of str, optional
        Names of the functions that read the plan.
    """

    def __init__(
        self, worker: Worker, seconds: float, log: logging.Logger, readers: Collection[str] = frozenset()
    ) -> None:
        self._worker = worker
        self._readers = readers
        self._seconds = seconds
        self._log = log
        self._answers: OrderedDict[Any, tuple[Rows, str, str, int]] = OrderedDict()
        self._cells = 0
        self._failures: dict[str, tuple[str, str]] = {}

    def call(self, name: str, arguments: Sequence[Any]) -> Rows:
        """The answer of a function, as rows; an error is the NaN that stands for it."""
        given = _without_tail(arguments)

        def computed() -> tuple[Rows, str, str]:
            answer: tuple[Rows, str, str] = self._worker.ask(("call", name, given), seconds=self._seconds)
            return answer

        return self._answered((name, given, ""), computed)

    def read(self, name: str, arguments: Sequence[Any], document: Document) -> Rows:
        """The answer of a function that reads the plan in a document."""
        given = _without_tail(arguments)

        def computed() -> tuple[Rows, str, str]:
            facts = document.plan_facts()
            known: dict[str, Callable[..., Any]] = {"columns": document.columns, "named": document.named}
            answers: dict[Any, Any] = {}
            for _ in range(QUESTIONS):
                question, answer = self._worker.ask(("read", name, given, facts, answers), seconds=self._seconds)
                if question is None:
                    found: tuple[Rows, str, str] = answer
                    return found
                word, *about = question
                answers = {question: known[word](*about)}
            raise WorkerFailed(f"{name} asks too much of the plan; please report it")

        return self._answered((name, given, document.key), computed)

    def _answered(self, key: Any, compute: Callable[[], tuple[Rows, str, str]]) -> Rows:
        known = self._answers.get(key)
        if known is not None:
            self._answers.move_to_end(key)
            return known[0]
        try:
            rows, code, sentence = compute()
        except WorkerFailed as failed:
            self._note(key[0], "#VALUE!", str(failed))
            return ((error_number("#VALUE!"),),)  # not remembered: the next time it may work
        if code:
            self._note(key[0], code, sentence)
        self._remember(key, rows, code, sentence)
        return rows

    def failures(self, document: Document) -> list[Failure]:
        """What fails in a document now: of an array formula its first cell."""
        found: dict[Any, Failure] = {}
        for address, formula, look_up in document.failing(FAILURES):
            for asked, code, sentence in self._failed_in(formula, look_up, document):
                place = (address.rpartition("!")[0], formula) if formula.startswith("{") else address
                found.setdefault(place, (address, asked, code, sentence))
        return list(found.values())

    def _failed_in(self, formula: str, cells: Cells, document: Document) -> Iterator[tuple[str, str, str]]:
        """Function, code and sentence of the first call in a formula that fails."""
        for asked in asked_in(formula, cells):
            if asked.name == "XP_WHY":
                continue
            if asked.arguments is None:
                code, sentence = self._failures.get(asked.name, ("", ""))
            else:
                code, sentence = self._remembered(asked.name, asked.arguments, document)
            if code:
                yield asked.name, code, sentence
                return

    def _remembered(self, name: str, arguments: Sequence[Any], document: Document) -> tuple[str, str]:
        """Code and sentence of what a function said last of these arguments; empty when it did not fail."""
        key = (name, _without_tail(arguments), document.key if name in self._readers else "")
        _, code, sentence, _ = self._answers.get(key, ((), "", "", 0))
        return code, sentence

    def why(self, name: str, address: Any, formula: str, cells: Cells, document: Document) -> Rows:
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
        document : Document
            Where the cell is.
        """
        plain, note = [], ""
        for asked in asked_in(formula, cells):
            if asked.arguments is not None and asked.name in self._readers:
                self.read(asked.name, asked.arguments, document)
                code, sentence = self._remembered(asked.name, asked.arguments, document)
                note = note or (f"{asked.name}: {sentence}" if code else "")
            elif asked.arguments is not None:
                plain.append((asked.name, _without_tail(asked.arguments)))
            elif asked.name in self._failures:
                note = note or f"{asked.name}: {self._failures[asked.name][1]}"
        try:
            rows: Rows = self._worker.ask(("why", name, address, plain, note), seconds=self._seconds)
        except WorkerFailed as failed:
            return ((str(failed),),)
        return rows

    def _note(self, name: str, code: str, sentence: str) -> None:
        self._log.warning("%s %s: %s", name, code, sentence)
        self._failures[name] = (code, sentence)

    def _remember(self, key: Any, rows: Rows, code: str, sentence: str) -> None:
        size = _size(rows) + sum(_size(argument) for argument in key[1])
        if size > CELLS_KEPT // 4:
            return
        self._answers[key] = (rows, code, sentence, size)
        self._cells += size
        while self._cells > CELLS_KEPT:
            _, (*_, gone) = self._answers.popitem(last=False)
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
