"""The last error of each cell: a formula can be asked why it failed, and a button can write the errors down."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any, NamedTuple

from xlplan.functions.cellvalues import CellError

KEPT = 10_000
OF_ONE_ANSWER = 1_000
"""Failing cells of one array whose errors are kept."""

Key = tuple[str, str, str]
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


class Entry(NamedTuple):
    """An error of a formula, as a row of tblLog says it: where, of what, which, and what to type."""

    cell: str
    function: str
    code: str
    sentence: str


class _Noted(NamedTuple):
    """An error and the address under which a planner knows the cell."""

    address: str
    function: str
    error: CellError


_noted: OrderedDict[Key, _Noted] = OrderedDict()
_answers: dict[Key, list[Key]] = {}
"""Cells that failed, by the cell whose formula filled them."""


def parts(address: str) -> tuple[str, str, str]:
    """Book, sheet and cell of an address; the book stands in brackets and may be left out.

    >>> parts("'[My plan.xlsm]Queues'!$B$7")
    ('My plan.xlsm', 'Queues', 'B7')
    """
    sheet, _, cell = address.rpartition("!")
    sheet = sheet.strip()
    if sheet[:1] == sheet[-1:] == "'" and len(sheet) > 1:
        sheet = sheet[1:-1].replace("''", "'")
    book = ""
    if sheet.startswith("[") and "]" in sheet:
        book, _, sheet = sheet[1:].partition("]")
    return book, sheet, cell.replace("$", "").strip().upper()


def record(caller: str, function: str, answer: Any) -> None:
    """Keep what failed in the answer of a calling cell, and forget what failed there before.

    Parameters
    ----------
    caller : str
        Its address; without one nothing can be kept.
    function : str
        Name of the function.
    answer : object
        A :class:`CellError`, or the answer with such errors in its rows.
    """
    if not caller:
        return
    forget(caller)
    if isinstance(answer, CellError):
        note(caller, function, answer)
        return
    failed = [
        (_beside(caller, row, column), item)
        for row, items in enumerate(answer if isinstance(answer, list) else [])
        for column, item in enumerate(items)
        if isinstance(item, CellError)
    ][:OF_ONE_ANSWER]
    for address, error in failed:
        note(address, function, error)
    if failed:
        # The formula's own cell explains the array as a whole, even where it holds a value itself.
        note(caller, function, failed[0][1], address=failed[0][0])
        _answers[_key(caller)] = [_key(address) for address, _ in failed]


def note(cell: str, function: str, error: CellError, *, address: str = "") -> None:
    """Remember the error of a cell; the oldest are forgotten beyond ten thousand."""
    key = _key(cell)
    _noted.pop(key, None)
    _noted[key] = _Noted(address or cell, function, error)
    if len(_noted) > KEPT:
        gone, _ = _noted.popitem(last=False)
        _answers.pop(gone, None)


def forget(cell: str) -> None:
    """The cell has another answer now."""
    key = _key(cell)
    for own in (key, *_answers.pop(key, ())):
        _noted.pop(own, None)


def noted(address: str, *, beside: str = "") -> tuple[str, CellError] | None:
    """Function and error of a cell, if it failed; an address without a book is in the book of ``beside``."""
    found = _noted.get(_key(address, book=parts(beside)[0]))
    return None if found is None else (found.function, found.error)


def entries(book: str = "") -> list[Entry]:
    """What fails now, sheet by sheet and cell by cell.

    Parameters
    ----------
    book : str, optional
        Name of a workbook: its cells, and those of which the host knew no workbook. All otherwise.
    """
    wanted = book.casefold()
    found: dict[Key, Entry] = {}
    for key, failure in _noted.items():
        if not wanted or key[0] in {"", wanted}:
            _, sheet, cell = parts(failure.address)
            place = _key(failure.address)
            found[place] = Entry(f"{sheet}!{cell}", failure.function, failure.error.code, failure.error.sentence)
    return [found[place] for place in sorted(found, key=lambda place: (place[1], _order(place[2]), place[0]))]


def _key(address: str, *, book: str = "") -> Key:
    """One spelling of an address: ``'My sheet'!$B$7`` and ``my sheet!b7`` are the same cell."""
    own, sheet, cell = parts(address)
    return (own or book).casefold(), sheet.casefold(), cell


def _beside(address: str, down: int, right: int) -> str:
    """Address of the cell so many rows and columns away."""
    head, mark, cell = address.rpartition("!")
    found = _CELL.fullmatch(cell.replace("$", "").strip().upper())
    if found is None or not (down or right):
        return address
    number = right
    for place, letter in enumerate(reversed(found[1])):
        number += (ord(letter) - 64) * 26**place
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{head}{mark}{letters}{int(found[2]) + down}"


def _order(cell: str) -> tuple[int, str, int]:
    """Cells of a sheet column by column, from top to bottom."""
    found = _CELL.fullmatch(cell)
    return (len(found[1]), found[1], int(found[2])) if found else (0, cell, 0)
