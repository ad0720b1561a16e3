"""The last error of each cell, so that a formula can be asked why it failed."""

from __future__ import annotations

from collections import OrderedDict

from xlplan.functions.cellvalues import CellError

KEPT = 10_000
_noted: OrderedDict[str, tuple[str, CellError]] = OrderedDict()


def normal(address: str) -> str:
    """One spelling of an address: ``'My sheet'!$B$7`` and ``my sheet!b7`` are the same cell."""
    sheet, _, cell = address.rpartition("!")
    return f"{sheet.strip().strip(chr(39)).casefold()}!{cell.replace('$', '').strip().upper()}"


def note(address: str, function: str, error: CellError) -> None:
    """Remember the error of a cell; the oldest are forgotten beyond ten thousand."""
    key = normal(address)
    _noted.pop(key, None)
    _noted[key] = (function, error)
    if len(_noted) > KEPT:
        _noted.popitem(last=False)


def forget(address: str) -> None:
    """The cell has a value now."""
    _noted.pop(normal(address), None)


def noted(address: str) -> tuple[str, CellError] | None:
    """Function and error of a cell, if it failed."""
    return _noted.get(normal(address))
