"""Which of an engine's values may be shown: Excel's own stored values are the judge.

A workbook that Excel has calculated carries its own examination. The engine calculates it as it was read, and is
compared cell by cell with what Excel stored. Where the two differ, the functions of that formula are believed nowhere
in this workbook, unless the formula reads another cell on which they differ, and may only pass that on. A cell whose
stored value the engine reproduced is believed again with other inputs. A formula without such a past is believed when
every function in it is one that was measured, or agreed elsewhere in this workbook.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from xlplan.workbook.book import CellValue, ErrorValue
from xlplan.workbook.package.formulas import Name, Reference, tokens
from xlplan.workbook.package.sheet import FormulaCell
from xlplan.workbook.recalculation.engine import Place
from xlplan.workbook.recalculation.spans import bare, shape, words

MEASURED_FUNCTIONS = words(
    """
    ABS AND AVERAGE AVERAGEIF AVERAGEIFS CEILING CHOOSE COLUMN COLUMNS CONCATENATE COUNT COUNTA COUNTBLANK COUNTIF
    COUNTIFS DATE DAY DAYS EDATE EOMONTH EXACT EXP FALSE FIND FLOOR HLOOKUP HOUR IF IFERROR IFNA INDEX INT ISBLANK
    ISERROR ISNA ISNUMBER ISTEXT LARGE LEFT LEN LN LOOKUP LOWER MATCH MAX MAXIFS MEDIAN MID MIN MINIFS MINUTE MOD MONTH
    MROUND NA NETWORKDAYS NOT OR POWER PRODUCT RANK REPT RIGHT ROUND ROUNDDOWN ROUNDUP ROW ROWS SEARCH SECOND SIGN SMALL
    SQRT SUBSTITUTE SUBTOTAL SUM SUMIF SUMIFS SUMPRODUCT TIME TRIM TRUE TRUNC UPPER VLOOKUP WEEKDAY WEEKNUM WORKDAY
    XLOOKUP YEAR
    """
)
"""Functions whose values were compared with those of Excel in real workbooks, or with LibreOffice's.

TEXT, VALUE, DATEVALUE and the like are not among them: their results depend on the language of whoever reads.
"""

ERRORS_OF_DATA = frozenset(("#DIV/0!", "#N/A"))
"""Errors that come from the numbers; every other may be the engine's own shortcoming."""

NEVER = words(
    "CELL INFO GETPIVOTDATA HYPERLINK RTD WEBSERVICE FILTERXML STOCKHISTORY IMAGE TRANSLATE DETECTLANGUAGE PHONETIC "
    "CALL REGISTER.ID EVALUATE EUROCONVERT SQL.REQUEST TODAY NOW RAND RANDBETWEEN RANDARRAY FORMULATEXT SHEETS"
)
"""Functions whose result depends on the reader, the moment, a service or a pivot that waits for its refresh.

SHEETS would count the sheet of sums, too.
"""

NEWER = words("DAYS IFNA MAXIFS MINIFS XLOOKUP")
"""Measured functions that Excel knows in a file under their prefixed name only."""

_RELATIVE, _ABSOLUTE = 1e-9, 1e-9
_OPERATORS = frozenset("+-*/^&=<>%")


@lru_cache(maxsize=1 << 14)
def functions(formula: str) -> frozenset[str]:
    """Functions of a formula by their names in Excel; of one without any, its operators."""
    found = tokens(formula)
    names = frozenset(bare(token.text) for token in found if isinstance(token, Name) and token.call)
    signs = frozenset(token for token in found if isinstance(token, str) and token in _OPERATORS)
    return names or signs or frozenset("=")


@lru_cache(maxsize=1 << 14)
def can_be_known(formula: str) -> bool:
    """True when a formula reads this workbook alone and calls nothing whose result changes by itself."""
    found = tokens(formula)
    if any(isinstance(token, Reference | Name) and "[" in token.prefix for token in found):
        return False
    if any(isinstance(token, Name) and token.call and token.text.upper() in NEWER for token in found):
        return False
    used = functions(formula)
    return not used & NEVER and not any(name.startswith(("XP_", "_XLL.", "CUBE")) for name in used)


def is_measured(formula: str) -> bool:
    """True when all functions of a formula are measured ones."""
    return functions(formula) <= MEASURED_FUNCTIONS | _OPERATORS


def agree(shown: CellValue, computed: CellValue) -> bool:
    """True when two values of a cell are one and the same to a reader.

    >>> agree(0.3, 0.1 + 0.2), agree(1, True), agree("a", "A"), agree(None, "")
    (True, False, False, True)
    """
    if isinstance(shown, bool) or isinstance(computed, bool):
        return shown is computed
    if isinstance(shown, int | float) and isinstance(computed, int | float):
        return math.isclose(shown, computed, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
    if isinstance(shown, str | None) and isinstance(computed, str | None):
        return (shown or "").replace("\r\n", "\n") == (computed or "").replace("\r\n", "\n")
    return shown == computed


def written(cell: FormulaCell) -> str:
    """The formula as it stands in the file; a shared one as its anchor has it."""
    return cell.formula.text if cell.anchor is None else cell.anchor[2]


@dataclass
class Evidence:
    """What the workbook, as it was read, says about the engine."""

    agreed: set[tuple[str, Place, str]] = field(default_factory=set)
    good: set[str] = field(default_factory=set)
    bad: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)

    def weigh(
        self,
        sheet: str,
        cells: Iterable[FormulaCell],
        shown: Mapping[Place, CellValue],
        computed: Mapping[Place, CellValue],
    ) -> None:
        """Compare what formula cells of a sheet show with what the engine computes."""
        for cell in cells:
            place, text = (cell.row, cell.column), shape(written(cell))
            if not cell.has_value:
                self.waiting |= functions(text)
            elif place in computed:
                if agree(shown.get(place), computed[place]):
                    self.agreed.add((sheet, place, text))
                    self.good |= functions(text)
                else:
                    self.bad |= functions(text)

    def believes(self, sheet: str, cell: FormulaCell, value: CellValue) -> bool:
        """True when a value that the engine computed for a formula may be shown."""
        text = shape(written(cell))
        used = functions(text)
        if used & self.bad or (isinstance(value, ErrorValue) and value.code not in ERRORS_OF_DATA):
            return False
        if (sheet, (cell.row, cell.column), text) in self.agreed:
            return True
        # a function that waits somewhere may have been refused there before, by evidence that is gone
        known = MEASURED_FUNCTIONS | (self.good - self.waiting)
        return used <= known | _OPERATORS
