"""Arguments that have to be calculated first: formulas for the engine, on a sheet of their own."""

from __future__ import annotations

from collections.abc import Container

from xlplan.workbook.book import CellValue, Formula
from xlplan.workbook.package.celltext import FormulaText
from xlplan.workbook.package.formulas import Name, Reference, Token, join, tokens
from xlplan.workbook.package.references import LAST_ROW, quote_sheet
from xlplan.workbook.package.sheet import FormulaCell
from xlplan.workbook.recalculation.engine import Place
from xlplan.workbook.recalculation.operands import Workings, structured
from xlplan.workbook.recalculation.spans import bare, words

_PLACED = words("ROW COLUMN CELL FORMULATEXT SHEET INDIRECT")
"""Functions that tell where their own cell stands, or take an address as seen from there."""


class Sums:
    """Expressions such as ``B2/60``, each calculated once, however many calls have it.

    Parameters
    ----------
    taken : container of str
        Names of the workbook's sheets in lower case.
    """

    def __init__(self, taken: Container[str]) -> None:
        self.sheet = "sums"
        while self.sheet in taken:
            self.sheet += "_"
        self.given: dict[Place, CellValue] = {}
        """The formulas, by their place on the sheet."""
        self.values: dict[int, CellValue] = {}
        """What is known of them, by row."""
        self._rows: dict[str, int] = {}

    def row(self, text: str) -> int | None:
        """The row in which an expression is calculated; None when the sheet is full."""
        if text not in self._rows:
            if len(self._rows) == LAST_ROW:
                return None
            self._rows[text] = len(self._rows) + 1
            self.given[self._rows[text], 1] = Formula(text)
        return self._rows[text]

    def cells(self) -> list[FormulaCell]:
        """The expressions whose value is not known yet, as cells."""
        return [as_cell(text, (row, 1)) for text, row in self._rows.items() if row not in self.values]


def as_cell(text: str, place: Place) -> FormulaCell:
    """A plain formula that waits for its value."""
    return FormulaCell(*place, FormulaText("normal", "", "", text, ""), None, has_value=False)


def placeless(text: str, sheet: str, place: Place, workings: Workings) -> str | None:
    """An expression that means the same wherever it stands: references with their sheet, tables as cells.

    Parameters
    ----------
    text : str
        The expression.
    sheet, place : str and tuple of int
        Where its formula stands: sheet, row and column.
    workings : Workings
        What it may name.

    Returns
    -------
    str or None
        None where it cannot be said without its place.
    """
    parts: list[Token] = []
    for token in tokens(text):
        if isinstance(token, Reference) and not token.prefix:
            parts.append(Reference(f"{quote_sheet(sheet)}!", token.first, token.last, token.written))
        elif isinstance(token, Name) and (bare(token.text) in _PLACED if token.call else workings.is_local(token.text)):
            return None
        elif isinstance(token, str) and token.startswith("["):
            named = bool(parts) and isinstance(parts[-1], Name)
            table = workings.table(parts.pop() if named else "", sheet, place)
            found = None if table is None else structured(table, token, place[0])
            if found is None:
                return None
            parts.append(f"{quote_sheet(found.sheet)}!{found.area}")
        else:
            parts.append(token)
    return join(parts)
