"""The plan of an open document as a formula reads it: what is not known yet is asked for between two calls.

A formula cannot wait in the middle of its call: to read a table, LibreOffice may have to calculate formulas in it, and
those would find the worker at work. So the call ends with a question, and is repeated with the answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from xlplan.errors import WorkbookError
from xlplan.hosts.calc.addin.wire import error_code
from xlplan.tables import dictionary
from xlplan.workbook.book import ErrorValue
from xlplan.workbook.live_calc import EPOCHS
from xlplan.workbook.source import typed_name, typed_table

Question = tuple[Any, ...]
"""What the document is asked: a word of :class:`xlplan.hosts.calc.addin.document.Document` and its arguments."""


class Wanted(Exception):
    """The call needs something of the document that it was not given."""

    def __init__(self, question: Question) -> None:
        self.question = question
        super().__init__(repr(question))


class AskedPlan:
    """A plan of which the answers so far are known.

    Parameters
    ----------
    facts : mapping
        key, label, epoch and stamp of the document.
    answers : mapping
        By question.
    """

    def __init__(self, facts: Mapping[str, Any], answers: Mapping[Question, Any]) -> None:
        self.key, self.label = str(facts["key"]), str(facts["label"])
        self._stamp, self._epoch = facts["stamp"], tuple(facts["epoch"])
        self._answers = answers

    def table(self, name: str) -> pd.DataFrame | None:
        """A table of the document; the planner's own columns are not looked at."""
        columns = tuple(column.name for column in dictionary.table(name).columns)
        found: Mapping[str, Sequence[Any]] | None = self._answer("columns", name, columns)
        if found is None:
            return None
        cells = {column: [_cell(value) for value in values] for column, values in found.items()}
        return typed_table(name, cells, date1904=self._date1904)

    def name(self, name: str) -> Any:
        """The value of a named cell; the Stamp comes with every call."""
        value = self._stamp if name == "Stamp" else self._answer("named", name)
        return typed_name(name, _cell(value), date1904=self._date1904)

    @property
    def _date1904(self) -> bool:
        if self._epoch not in EPOCHS:
            raise WorkbookError(
                f"its dates count from {dt.date(*self._epoch)}",
                where=self.label,
                do="choose 12/30/1899 under Tools > Options > LibreOffice Calc > Calculate",
            )
        return EPOCHS[self._epoch]

    def _answer(self, *question: Any) -> Any:
        if question not in self._answers:
            raise Wanted(question)
        return self._answers[question]


def _cell(value: Any) -> Any:
    """A value as the other workbooks have it: errors by their code, whole numbers as such."""
    if not isinstance(value, float):
        return value
    if value != value:
        return ErrorValue(error_code(value))
    return int(value) if value.is_integer() and abs(value) < 1e15 else value
