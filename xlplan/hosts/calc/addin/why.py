"""What the formula in a cell asks of xlplan: its XP_ calls with their arguments, as far as those are plain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Cells = Callable[[str], Any]
"""Values of a range or a name, as rows or as one value; raises LookupError when there is none."""

_CALL = re.compile(r"\bXP[_.]([A-Z_]+)\(", re.IGNORECASE)
_NUMBER = re.compile(r"([-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)(%?)")
_TRUTHS = {"TRUE": 1.0, "TRUE()": 1.0, "FALSE": 0.0, "FALSE()": 0.0}


class Asked(NamedTuple):
    """One call in a formula; no arguments are known when one of them is a calculation."""

    name: str
    arguments: tuple[Any, ...] | None


def asked_in(formula: str, cells: Cells) -> Iterator[Asked]:
    """The calls in a formula, from left to right.

    Parameters
    ----------
    formula : str
        As LibreOffice's API gives it: English names, arguments parted by semicolons.
    cells : callable
        Looks up a reference.
    """
    for call in _CALL.finditer(formula):
        texts = _arguments(formula, call.end())
        try:
            yield Asked(f"XP_{call[1].upper()}", tuple(_value(text.strip(), cells) for text in texts))
        except LookupError:
            yield Asked(f"XP_{call[1].upper()}", None)


def _arguments(formula: str, start: int) -> list[str]:
    """Texts between the parenthesis that was opened before ``start`` and the one that closes it.

    >>> _arguments('XP_F(A1;"a;b";SUM(1;2))+1', 5)
    ['A1', '"a;b"', 'SUM(1;2)']
    """
    found, depth, quote = [""], 0, ""
    for letter in formula[start:]:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == ")" and not depth:
            break
        elif letter == ";" and not depth:
            found.append("")
            continue
        depth += (letter in "({") - (letter in ")}") if not quote else 0
        found[-1] += letter
    return [] if found == [""] else found


def _value(text: str, cells: Cells) -> Any:
    """A constant, or what stands where a reference leads.

    >>> _value("80%", dict), _value('"multiply"', dict), _value("", dict)
    (0.8, 'multiply', None)
    """
    if not text:
        return None
    if text.upper() in _TRUTHS:
        return _TRUTHS[text.upper()]
    number = _NUMBER.fullmatch(text)
    if number:
        return float(number[1]) / (100 if number[2] else 1)
    if re.fullmatch(r'"(?:[^"]|"")*"', text):
        return text[1:-1].replace('""', '"')
    return cells(text)
