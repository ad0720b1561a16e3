"""Whether a formula means the same to every program: no range of cells stands where one value belongs.

In an ordinary formula Excel takes from such a range the one cell in its own row or column (``SUM(@A1:A6*2)``); newer
engines calculate with all of it. A text that leaves no room for the two readings is called plain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from functools import lru_cache
from itertools import islice

from xlplan.workbook.package.formulas import LONGEST, Name, Reference, Token, tokens

_ROW = re.compile(r"(?<![\w.$])(\$?[A-Za-z]{1,3}\$?)[1-9][0-9]*(?![\w.(])")


def words(text: str) -> frozenset[str]:
    """Names that a text lists."""
    return frozenset(text.split())


_OPERATORS = frozenset("+-*/^&=<>")
_SIGNS = frozenset("+-")

_EVERY = words(
    "SUM SUMSQ MIN MAX COUNT COUNTA AVERAGE AVERAGEA PRODUCT MEDIAN AND OR XOR GEOMEAN HARMEAN "
    "STDEV STDEV.S STDEV.P STDEVP VAR VAR.S VAR.P VARP SUMPRODUCT CORREL SLOPE INTERCEPT RSQ IRR CONCAT"
)
_Places = Callable[[int], bool]

_PLACES: dict[str, _Places] = {
    **{
        name: lambda place: place == 1
        for name in (
            "COUNTIF", "COUNTBLANK", "LARGE", "SMALL", "PERCENTILE", "PERCENTILE.INC", "PERCENTILE.EXC", "QUARTILE",
            "QUARTILE.INC", "ROWS", "COLUMNS", "INDEX", "MODE", "MODE.SNGL", "PERCENTRANK", "TRIMMEAN",
        )
    },
    **{name: lambda place: place == 2 for name in ("MATCH", "VLOOKUP", "HLOOKUP", "XMATCH", "RANK", "RANK.EQ")},
    **{name: lambda place: place in (1, 3) for name in ("SUMIF", "AVERAGEIF")},
    **{name: lambda place: place in (2, 3) for name in ("LOOKUP", "XLOOKUP", "FORECAST", "FORECAST.LINEAR", "XNPV")},
    **{name: lambda place: place == 1 or place % 2 == 0 for name in ("SUMIFS", "AVERAGEIFS", "MINIFS", "MAXIFS")},
    "COUNTIFS": lambda place: place % 2 == 1,
    **{name: lambda place: place >= 2 for name in ("SUBTOTAL", "NPV")},
    **{name: lambda place: place >= 3 for name in ("AGGREGATE", "TEXTJOIN")},
    **{name: lambda place: place == 3 for name in ("NETWORKDAYS", "WORKDAY")},
    **{name: lambda place: place == 4 for name in ("NETWORKDAYS.INTL", "WORKDAY.INTL")},
}  # fmt: skip
"""Which arguments of a function take a range as a range."""

_CELL_BY_CELL = words("SUMPRODUCT LOOKUP")
"""Functions that have always calculated within their arguments cell by cell."""

_ONE_EACH = words(
    "ABS INT ROUND ROUNDUP ROUNDDOWN MOD YEAR MONTH DAY WEEKDAY LEN LEFT RIGHT MID UPPER LOWER TRIM ISNUMBER ISTEXT "
    "ISBLANK NOT EXACT"
)
"""Functions of single values, which give one result per cell inside those."""

_MANY_RESULTS = words(
    "OFFSET INDIRECT ANCHORARRAY SEQUENCE MUNIT MAKEARRAY RANDARRAY TEXTSPLIT REGEXEXTRACT EXPAND HSTACK VSTACK "
    "FREQUENCY"
)
"""Functions whose result may be a range or an array, even when each of their arguments is a single value."""

_CELLS_ONLY = words(
    "SUBTOTAL AGGREGATE RANK RANK.EQ COUNTBLANK COUNTIF COUNTIFS SUMIF SUMIFS AVERAGEIF AVERAGEIFS MINIFS MAXIFS"
)
"""Functions that take cells of a sheet as their range: in Excel never values, such as those another function gave."""


class _NotPlainError(Exception):
    """A range stands where one value belongs, or the text cannot be followed."""


def bare(function: str) -> str:
    """Name of a function without the prefixes that files give to newer ones."""
    return function.upper().removeprefix("_XLFN.").removeprefix("_XLWS.")


@lru_cache(maxsize=1 << 16)
def shape(formula: str) -> str:
    """The formula with every reference in the first row: one text for all that was filled down a column.

    >>> shape("SUM(A7:$B$12)*LOG10(Data!C3)+Rate1")
    'SUM(A1:$B$1)*LOG10(Data!C1)+Rate1'
    """
    return _ROW.sub(r"\g<1>1", formula)


def is_plain(formula: str, single: Container[str]) -> bool:
    """True when no range stands where one value belongs.

    Parameters
    ----------
    formula : str
        Text of the formula.
    single : container of str
        Defined names (lower case) that are one cell.

    Examples
    --------
    >>> is_plain("SUM(A1:A6)*2", ()), is_plain("SUM(A1:A6*2)", ()), is_plain("SUMPRODUCT(A1:A6*2)", ())
    (True, False, True)
    >>> is_plain("tblPlan[[#This Row],[volume]]*2", ()), is_plain("tblPlan[volume]*2", ())
    (True, False)
    >>> is_plain("Volume*2", {"volume"}), is_plain("Volumes*2", {"volume"})
    (True, False)
    """
    if len(formula) > LONGEST:
        return False
    reader = _Reader([token for token in tokens(formula) if not (isinstance(token, str) and not token.strip())], single)
    try:
        many = reader.expression()
    except (_NotPlainError, RecursionError):
        return False
    return not many and reader.at_end


class _Reader:
    """Reads an expression; every method says whether what it read may be more than one value."""

    def __init__(self, found: list[Token], single: Container[str]) -> None:
        self._tokens = found
        self._single = single
        self._at = 0
        self._cell_by_cell = False

    @property
    def at_end(self) -> bool:
        return self._at == len(self._tokens)

    def _next(self) -> Token:
        return "" if self.at_end else self._tokens[self._at]

    def _take(self, wanted: str = "") -> Token:
        token = self._next()
        if token == "" or (wanted and token != wanted):
            raise _NotPlainError
        self._at += 1
        return token

    def expression(self) -> bool:
        many = self._operand()
        while self._next() in _OPERATORS:
            while self._next() in _OPERATORS:  # <> and <= are two tokens, and a sign may follow
                self._take()
            many = self._joined(many, self._operand())
        return many

    def _joined(self, *many: bool) -> bool:
        if any(many) and not self._cell_by_cell:
            raise _NotPlainError
        return any(many)

    def _operand(self) -> bool:
        signed = False
        while self._next() in _SIGNS:
            self._take()
            signed = True
        many = self._primary()
        while self._next() == ":":
            self._take()
            self._primary()
            many = True
        if self._next() == "%":
            self._take()
            signed = True
        return self._joined(many) if signed else many

    def _primary(self) -> bool:
        token = self._take()
        if isinstance(token, Reference):
            return token.last is not None
        if isinstance(token, Name):
            return self._function(token) if token.call else self._name(token)
        if token == "(":
            many = self.expression()
            self._take(")")
            return many
        if token == "{":
            while self._take() != "}":
                pass
            return True
        if token.startswith("["):
            return _of_many_rows(token)
        if not (token[0] in '"#.' or token[0].isdigit()):
            raise _NotPlainError
        return False

    def _name(self, name: Name) -> bool:
        after = self._next()
        if isinstance(after, str) and after.startswith("["):
            self._take()
            return _of_many_rows(after)
        word = name.text.casefold()
        return word not in ("true", "false") and word not in self._single

    def _is_wide(self) -> bool:
        """Whether what follows may be more than one column, of which a lookup gives several values."""
        token = self._next()
        if isinstance(token, Reference):
            return token.area.left < token.area.right
        after = self._tokens[self._at + 1] if self._at + 1 < len(self._tokens) else ""
        return not (isinstance(after, str) and after.startswith("[") and "]:[" not in after)

    def _is_value(self) -> bool:
        """Whether what follows begins with a value that the formula itself spells, be it in brackets."""
        token = next((token for token in islice(self._tokens, self._at, None) if token != "("), "")
        return isinstance(token, str) and not token.startswith("[")

    def _function(self, name: Name) -> bool:
        function = bare(name.text)
        outer = self._cell_by_cell
        self._cell_by_cell = outer or function in _CELL_BY_CELL
        takes: _Places = _PLACES.get(function, lambda _: function in _EVERY)
        self._take("(")
        place, blank, result = 1, self._next() in (",", ")"), function in _MANY_RESULTS
        while True:
            if function in _CELLS_ONLY and takes(place) and not blank and self._is_value():
                raise _NotPlainError
            whole = not blank and self._next() == "0"
            if function == "XLOOKUP" and place == 3 and self._is_wide():
                raise _NotPlainError
            many = False if blank else self.expression()
            if function == "INDEX" and place > 1 and (blank or (whole and self._next() in (",", ")"))):
                result = True  # row or column 0 stands for all of them
            if many and not takes(place):
                if not (outer or self._cell_by_cell) or function not in _ONE_EACH:
                    raise _NotPlainError
                result = True
            if self._take() == ")":
                break
            if self._tokens[self._at - 1] != ",":
                raise _NotPlainError
            place, blank = place + 1, self._next() in (",", ")")
        self._cell_by_cell = outer
        return result


def _of_many_rows(brackets: str) -> bool:
    """Whether a structured reference names more than one cell: that of the formula's own row, a header or a total."""
    text = brackets.replace(" ", "").casefold()
    return not (text.startswith(("[@", "[[#thisrow]", "[[#totals]", "[[#headers]")) and "]:[" not in text)
