"""What functions of xlplan answer in the formulas of a package, as far as the values of their arguments are known."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
"""Calls of one function that are asked together, at most."""

MOST_CELLS = 1_000_000
"""Cells of their arguments, unless it is one call that has more."""

LARGEST_CALL = 5_000_000
"""Cells of the arguments of one call; one with more waits for Excel."""

BLANK = Constant(((None,),))


class _HopelessError(Exception):
    """A formula that cannot be answered here, whatever else becomes known."""


@dataclass
class _Asked:
    """A call, what its arguments are (a row of the sheet of sums for one to calculate), and what it gave."""

    call: Call
    operands: list[Constant | Region | int]
    answer: Answer | None = None

    @property
    def regions(self) -> list[Region]:
        """The arguments that are cells."""
        return [operand for operand in self.operands if isinstance(operand, Region)]


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
    formulas : mapping
        Formula cells by sheet.
    """

    def __init__(
        self,
        functions: Functions,
        workings: Workings,
        sheets: Mapping[str, Sheet],
        formulas: Mapping[str, Sequence[FormulaCell]],
    ) -> None:
        self._functions = functions
        self._names = frozenset(name for name in functions.names if name.casefold() not in workings.names)
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
        own = [(name, cell) for name, cells in formulas.items() for cell in _calling(cells, self._names)]
        self.cells = {(name, (cell.row, cell.column)) for name, cell in own}
        """Formula cells in which such functions are called."""
        self._formula_cells = {(name, cell.row, cell.column) for name, cells in formulas.items() for cell in cells}
        self._held = Held(sheets, formulas)
        self._unread: list[Region] = []
        self._pending = [_Pending(name, cell, cell.text) for name, cell in own if not cell.has_value]
        self._give_shown([(name, cell) for name, cell in own if cell.has_value])
        self._pending = [pending for pending in self._pending if self._looked(pending)]

    def _give_shown(self, cells: Sequence[tuple[str, FormulaCell]]) -> None:
        """Formulas that show their value are that value to the engine, which does not know their functions."""
        self._held.hold([Region(name, cell.area) for name, cell in cells])
        for name, cell in cells:
            if not self._held.is_unknown(Region(name, cell.area)):
                shown = {place: self._held.value(name, place) for place in cell.area.places()}
                self.given.setdefault(name, {}).update(shown)

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
            self._held.hold(self._unread)
            self._unread = []
            moved = self._ask()
            self._pending = [pending for pending in self._pending if self._goes_on(pending)]
        return self._size() > before

    def _size(self) -> int:
        return sum(map(len, self.given.values()))

    def _ask(self) -> bool:
        """Have all calls answered whose arguments are known, a function at a time; True when there was one."""
        ready: dict[str, dict[str, list[_Asked]]] = {}
        for pending in self._pending:
            for asked in pending.asked:
                if asked.answer is None and all(map(self._is_known, asked.operands)):
                    ready.setdefault(asked.call.name, {}).setdefault(repr(asked.operands), []).append(asked)
        for name, calls in ready.items():
            for some in self._portions(calls.values()):
                late = time.monotonic() > self._until
                given = [] if late else [self._arguments(alike[0]) for alike in some]
                found = [None] * len(some) if late else self._functions.answers(name, given)
                for alike, answer in zip(some, found, strict=True):
                    for asked in alike:
                        asked.answer = answer or NEVER
        return bool(ready)

    def _portions(self, calls: Iterable[list[_Asked]]) -> Iterator[list[list[_Asked]]]:
        """Calls that are asked together, equal ones as one, so that they neither take too long nor too much memory."""
        some: list[list[_Asked]] = []
        room = MOST_CELLS
        for alike in calls:
            regions = alike[0].regions
            size = sum(self._held.size(region, self._held.last(regions)) for region in regions)
            if some and (len(some) == AT_ONCE or size > room):
                yield some
                some, room = [], MOST_CELLS
            if size > LARGEST_CALL:
                for asked in alike:
                    asked.answer = NEVER
            else:
                some.append(alike)
                room -= size
        if some:
            yield some

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

    def _is_known(self, operand: Constant | Region | int) -> bool:
        if isinstance(operand, Region):
            return not self._held.is_unknown(operand)
        return not isinstance(operand, int) or operand in self.sums.values

    def _arguments(self, asked: _Asked) -> list[object]:
        """The cells of each argument; whole columns end at a last row, as in what hosts hand over."""
        last = self._held.last(asked.regions)
        found: list[object] = []
        for operand in asked.operands:
            if isinstance(operand, int):
                found.append(self.sums.values[operand])
                continue
            rows = self._held.rows(operand, last) if isinstance(operand, Region) else operand.rows
            is_single = len(rows) == 1 and len(rows[0]) == 1
            found.append(rows[0][0] if is_single else [list(row) for row in rows])
        return found

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
        calls = innermost(pending.text, self._names)
        place = pending.cell.row, pending.cell.column
        if pending.cell.formula.kind not in ("normal", "shared"):
            whole = len(calls) == 1 and is_whole(pending.text, calls[0])
            others = ((pending.sheet, *cell) for cell in pending.cell.area.places() if cell != place)
            if not whole or any(cell in self._formula_cells for cell in others):
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
            self._unread.append(known)
            return known
        if found is not None:
            return found
        alone = placeless(text, sheet, place, self._workings)
        row = None if alone is None else self.sums.row(alone)
        if row is None:
            raise _HopelessError
        return row


NEVER = Answer([])
"""Stands for an answer that will not come."""


def _calling(cells: Iterable[FormulaCell], names: frozenset[str]) -> list[FormulaCell]:
    """Formula cells that call one of some functions."""
    maybe = re.compile("|".join(sorted({re.escape(name[:3]) for name in names})), re.IGNORECASE)
    return [cell for cell in cells if maybe.search(written(cell)) and innermost(cell.text, names)]
