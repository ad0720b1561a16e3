"""The functions as xlwings finds them: this module's ``XP_...`` names, made from the registry when it is imported.

Excel's VBA calls ``CallUDF("xlplan.hosts.excel.udfs", "XP_AGENTS", cells)``. The cells come as COM sends them: numbers
as float, dates as serial numbers, a blank as None, an error as a whole number, a range as rows of those; the last one
is the address of the calling cell with its workbook. xlwings itself is told the workbook whose VBA calls.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

import xlwings

from xlplan.functions import errorlog
from xlplan.functions.cellvalues import CellError
from xlplan.functions.registry import Function, call, functions
from xlplan.functions.results import Remembered
from xlplan.hosts.excel.errors import MISSING, code_of, marked
from xlplan.workbook.book import ErrorValue, serial

if TYPE_CHECKING:
    from xlplan.workbook.live_xlwings import LiveBook
    from xlplan.workbook.source import BookSource

CELL = "calling_cell"

REMEMBERED = Remembered()
"""Answers of all open workbooks."""


def received(cell: Any) -> Any:
    """A cell or a range as the registry takes it; whole numbers of COM are errors or a missing argument."""
    if isinstance(cell, list | tuple):
        return [received(item) for item in cell]
    if type(cell) is int:
        if cell == MISSING:
            return None
        code = code_of(cell)
        return float(cell) if code is None else ErrorValue(code)
    return cell


def returned(value: Any) -> Any:
    """A result as COM takes it: plain values, dates as serial numbers, errors as marked texts."""
    if isinstance(value, list | tuple):
        return [returned(item) for item in value]
    if isinstance(value, CellError | ErrorValue):
        return marked(value.code)
    if isinstance(value, dt.date | dt.time):
        return serial(value)
    return "" if value is None else value


def _as_rows(value: Any) -> list[list[Any]]:
    """xlwings' raw way out wants rows."""
    if isinstance(value, list):
        return [row if isinstance(row, list) else [row] for row in value]
    return [[value]]


def _answer(function: Function, arguments: list[Any], caller: str) -> Any:
    """The answer or its error: remembered, unless it is about the errors themselves."""
    if function.reads == "log":
        try:
            return call(function.name, *arguments, cell=caller)
        except CellError as error:
            return error
    own = errorlog.parts(caller)[0]
    plan = _plan(own) if function.reads == "plan" else None
    book = plan.key if plan is not None else ""
    answer = REMEMBERED.answer(function.name, arguments, lambda: call(function.name, *arguments, plan=plan), book=book)
    errorlog.record(caller, function.name, answer)
    return answer


def _plan(book: str) -> BookSource:
    """The plan of the calling cell's workbook; Excel answers reads while it calculates."""
    from xlplan.workbook.live_xlwings import LiveBook
    from xlplan.workbook.source import BookSource

    def opened() -> LiveBook:
        host = xlwings.Book.caller()
        return LiveBook(host if book in {"", host.name} else host.app.books[book])

    return BookSource(opened, label=book or "this workbook")


def _udf(function: Function) -> Callable[..., Any]:
    """The function as xlwings calls it; a failure comes back as a marked error, and XP_WHY knows the sentence."""

    def run(*cells: Any) -> list[list[Any]]:
        *arguments, caller = cells
        return _as_rows(returned(_answer(function, [received(cell) for cell in arguments], caller or "")))

    kind = Parameter.POSITIONAL_OR_KEYWORD
    parameters = [
        Parameter(argument.name, kind, default=None if argument.optional else Parameter.empty)
        for argument in function.arguments
    ]
    vars(run)["__signature__"] = Signature([*parameters, Parameter(CELL, kind, default="")])
    run.__name__ = run.__qualname__ = function.name
    run.__doc__ = f"{function.summary} Returns {function.returns}."
    marked_run: Any = xlwings.ret(convert="raw")(run)
    for parameter in (*(argument.name for argument in function.arguments), CELL):
        marked_run = xlwings.arg(parameter, convert="raw")(marked_run)
    return marked_run


globals().update({name: _udf(function) for name, function in functions().items()})
