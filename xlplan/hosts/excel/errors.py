"""Errors of cells as Excel numbers them, as COM sends them, and as a text that VBA turns into a true error."""

from __future__ import annotations

NUMBERS = {
    "#NULL!": 2000,
    "#DIV/0!": 2007,
    "#VALUE!": 2015,
    "#REF!": 2023,
    "#NAME?": 2029,
    "#NUM!": 2036,
    "#N/A": 2042,
    "#GETTING_DATA": 2043,
    "#SPILL!": 2045,
    "#CONNECT!": 2046,
    "#BLOCKED!": 2047,
    "#UNKNOWN!": 2048,
    "#FIELD!": 2049,
    "#CALC!": 2050,
}
"""What CVErr takes."""

SENT_FROM = -2146828288
"""COM sends an error as this number plus that of CVErr."""
MISSING = -2147352572
"""COM sends this for an argument that was left out."""
MARK = "#xlplan-error:"
"""Begins the text that stands for an error on its way back: COM has no error value that Python could give."""

_CODES = {number + SENT_FROM: code for code, number in NUMBERS.items()}


def code_of(sent: int) -> str | None:
    """Error code of a number that COM sent, if it is one.

    >>> code_of(-2146826246), code_of(7)
    ('#N/A', None)
    """
    return _CODES.get(sent)


def marked(code: str) -> str:
    """The text that VBA turns into the error.

    >>> marked("#NUM!")
    '#xlplan-error:2036'
    """
    return f"{MARK}{NUMBERS.get(code, NUMBERS['#VALUE!'])}"
