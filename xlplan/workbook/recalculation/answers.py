"""What functions of xlplan answer in the formulas of a package, as far as the values of their arguments are known."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlplan.workbook.book import CellValue, ErrorValue, Formula
from xlplan.workbook.package.references import quote_sheet
from xlplan.workbook.package.sheet import FormulaCell, Sheet
from xlplan.workbook.recalculation.calls import Call, answered, innermost, is_whole, literal
from xlplan.workbook.recalculation.engine import Answer, Functions, Place, Values
from xlplan.workbook.recalculation.holding import Held
from xlplan.workbook.recalculation.operands import Constant, Region, Workings
from xlplan.workbook.recalculation.sums import Sums, placeless
from xlplan.workbook.recalculation.trust import written

PATIENCE_S = 60.0
"""After so long the formulas that are left wait for Excel."""

AT_ONCE = 1_000
"""Calls of one function that are asked together."""

BLANK = Constant(((None,),))


class _HopelessError(Exception):
    """A formula that cannot be answered here, whatever else becomes known."""


@dataclass
class _Asked:
    """A call, what its arguments are (a row of the sheet of sums for one to calculate), and what it gave."""

    call: Call
    operands: list[Constant | Region | int]
    answer: Answer | None = None


@dataclass
class _Pending:
    """A formula cell that waits for answers; ``text`` has those that came so far."""

    sheet: str
    cell: FormulaCell
    text: str
    asked: list[_Asked] = field(default_factory=list)


class Answers:
    """Answers for the formula cells of a package that call functions of xlplan.

    Arguments that are constants and cells are read; those that have to be calculated (``B2/60``) are given to the
    engine as formulas of a sheet of their own, as are formulas around a call once the call is answered. So it goes in
    rounds: what the engine computed lets more calls be answered, and what they gave lets the engine compute more.

    Parameters
    ----------
    functions : Functions
        Who answers.
    workings : Workings
        Tables and names of the workbook.
    sheets : mapping
        Its worksheets by name.
    """

    def __init__(self, functions: Functions, workings: Workings, sheets: Mapping[str, Sheet]) -> None:
        self._functions = functions
        self._workings = workings
        self.sums = Sums({name.casefold() for name in sheets})
        self._until = time.monotonic() + PATIENCE_S
        self.values: Values = {}
        """What cells of such formulas show, by sheet and cell, those of arrays among them."""
        self.given: dict[str, dict[Place, CellValue]] = {self.sums.sheet: self.sums.given}
        """What the engine has to find in cells instead of what stands there."""
        self.failures: dict[tuple[str, Place], str] = {}
        """Sentences on answers that are errors, by formula cell."""
        self.texts: dict[tuple[str, Place], str] = {}
        """Formulas around calls, with the answers in place of the calls."""
        own = [(name, cell) for name, sheet in sheets.items() for cell in _calling(sheet, functions.names)]
        self.cells = {(name, (cell.row, cell.column)) for name, cell in own}
        """Formula cells in which such functions are called."""
        self._held = Held(sheets)
        self._pending = [_Pending(name, cell, cell.text) for name, cell in own if not cell.has_value]
        self._give_shown([(name, cell) for name, cell in own if cell.has_value])
        self._pending = [pending for pending in self._pending if self._looked(pending)]

    def _give_shown(self, cells: Sequence[tuple[str, FormulaCell]]) -> None:
        """Formulas that show their value are that value to the engine, which does not know their functions."""
        self._held.hold([Region(name, cell.area) for name, cell in cells])
        for name, cell in cells:
            for place in cell.area.places():
                self.given.setdefault(name, {})[place] = self._held.value(name, place)

    @property
    def waits(self) -> bool:
        """True when an engine could bring more to light."""
        return bool(self._pending or self.texts)

    # -- rounds ------------------------------------------------------------------------------------------

    def learn(self, computed: Values) -> bool:
        """Take in what the engine computed; True when the engine is now given more than before.

        Parameters
        ----------
        computed : mapping
            Values by sheet and cell that may be believed: of waiting cells, and of the sums.
        """
        before = self._size()
        for name, cells in computed.items():
            if name == self.sums.sheet:
                self.sums.values.update((row, value) for (row, _), value in cells.items())
            else:
                self._held.learn(name, cells)
        moved = True
        while moved and self._pending:  # an answer may be what another call waits for
            self._held.hold([o for p in self._pending for a in p.asked for o in a.operands if isinstance(o, Region)])
            moved = self._ask()
            self._pending = [pending for pending in self._pending if self._goes_on(pending)]
        return self._size() > before

    def _size(self) -> int:
        return sum(map(len, self.given.values()))

    def _ask(self) -> bool:
        """Have all calls answered whose arguments are known, a function at a time; True when there was one."""
        ready: dict[str, list[tuple[_Asked, list[object]]]] = {}
        for pending in self._pending:
            for asked in pending.asked:
                last = self._held.last(operand for operand in asked.operands if isinstance(operand, Region))
                arguments = [self._argument(operand, last) for operand in asked.operands]
                if asked.answer is None and not any(argument is _UNKNOWN for argument in arguments):
                    ready.setdefault(asked.call.name, []).append((asked, arguments))
        for name, calls in ready.items():
            for start in range(0, len(calls), AT_ONCE):
                some = calls[start : start + AT_ONCE]
                late = time.monotonic() > self._until
                found = [None] * len(some) if late else self._functions.answers(name, [cells for _, cells in some])
                for (asked, _), answer in zip(some, found, strict=True):
                    asked.answer = answer or NEVER
        return bool(ready)

    def _goes_on(self, pending: _Pending) -> bool:
        """Take in what calls of a formula gave; False when the formula need not be looked at again."""
        answers = {asked.call: asked.answer for asked in pending.asked if asked.answer is not None}
        if NEVER in answers.values():
            return False
        if len(answers) < len(pending.asked):
            return True
        for call, answer in answers.items():
            if pending.text == pending.cell.text and is_whole(pending.text, call):
                self._show(pending, call, answer)
                return False
        spelled = {call: literal(answer.rows) for call, answer in answers.items()}
        pending.text = answered(pending.text, spelled)
        return all(spelled.values()) and self._looked(pending)

    def _argument(self, operand: Constant | Region | int, last: int) -> object:
        """The cells of an argument; whole columns end at a last row, as in what hosts hand over."""
        if isinstance(operand, int):
            return self.sums.values.get(operand, _UNKNOWN)
        if isinstance(operand, Region):
            if self._held.is_unknown(operand):
                return _UNKNOWN
            rows: Sequence[Sequence[CellValue]] = self._held.rows(operand, last)
        else:
            rows = operand.rows
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else [list(row) for row in rows]

    def _show(self, pending: _Pending, call: Call, answer: Answer) -> None:
        area, rows = pending.cell.area, answer.rows
        if pending.cell.formula.kind in ("normal", "shared"):
            rows = [rows[0][:1]]  # as Excel does, of a formula of one cell
        elif (len(rows), len(rows[0])) != (area.bottom - area.top + 1, area.right - area.left + 1):
            return  # only Excel knows whether it spills or is cut
        values = [value for row in rows for value in row]
        shown = {place: "" if value is None else value for place, value in zip(area.places(), values, strict=True)}
        self.values.setdefault(pending.sheet, {}).update(shown)
        self.given.setdefault(pending.sheet, {}).update(shown)
        self._held.learn(pending.sheet, shown)
        failed = next((value for value in values if isinstance(value, ErrorValue)), None)
        if failed is not None:
            where = f"{quote_sheet(pending.sheet)}!{area}"
            anchor = pending.sheet, (pending.cell.row, pending.cell.column)
            self.failures[anchor] = f"{where} shows {failed.code} of {call.name} ({answer.why})."

    # -- what a formula asks -----------------------------------------------------------------------------

    def _looked(self, pending: _Pending) -> bool:
        """Find the next calls of a formula; False when there is nothing to answer, now or ever."""
        pending.asked = []
        calls = innermost(pending.text, self._functions.names)
        place = pending.cell.row, pending.cell.column
        whole = len(calls) == 1 and is_whole(pending.text, calls[0])
        if pending.cell.formula.kind not in ("normal", "shared") and not whole:
            return False
        if not calls:
            if pending.text != pending.cell.text:
                self.texts[pending.sheet, place] = pending.text
                self.given.setdefault(pending.sheet, {})[place] = Formula(pending.text)
            return False
        try:
            pending.asked = [
                _Asked(call, [self._operand(text, pending.sheet, place) for text in call.arguments]) for call in calls
            ]
        except _HopelessError:
            return False
        return True

    def _operand(self, text: str, sheet: str, place: Place) -> Constant | Region | int:
        found = self._workings.operand(text, sheet, place) if text else BLANK
        if isinstance(found, Region):
            known = self._held.region(found)
            if known is None:
                raise _HopelessError
            return known
        if found is not None:
            return found
        alone = placeless(text, sheet, place, self._workings)
        row = None if alone is None else self.sums.row(alone)
        if row is None:
            raise _HopelessError
        return row


class _Unknown:
    """Stands for a value that is not known yet."""


_UNKNOWN = _Unknown()
NEVER = Answer([])
"""Stands for an answer that will not come."""


def _calling(sheet: Sheet, names: frozenset[str]) -> list[FormulaCell]:
    """Formula cells that call one of some functions."""
    maybe = re.compile("|".join(sorted({re.escape(name[:3]) for name in names})), re.IGNORECASE)
    return [cell for cell in sheet.facts.formulas if maybe.search(written(cell)) and innermost(cell.text, names)]
