"""Calls of xlplan's own functions within formulas: found, taken apart, and put back as the values they gave."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlplan.workbook.book import CellValue, ErrorValue
from xlplan.workbook.package.formulas import LONGEST, Name, Token, join, tokens

_ADDIN = "_XLL."


class Call(NamedTuple):
    """A call within a formula: its name, the texts of its arguments, and which tokens of the formula it takes up."""

    name: str
    arguments: tuple[str, ...]
    first: int
    last: int


@dataclass
class _Bracket:
    """An open bracket: the function it belongs to, where its arguments begin, whether a call was met inside."""

    name: str
    cuts: list[int]
    holds_call: bool = False


def innermost(formula: str, names: Container[str]) -> list[Call]:
    """Calls in whose arguments no other call stands.

    Parameters
    ----------
    formula : str
        Text after the equals sign.
    names : container of str
        The functions looked for, in capitals.

    Returns
    -------
    list of Call
        From left to right; none when the brackets do not match.

    Examples
    --------
    >>> [(call.name, call.arguments) for call in innermost("ROUND(XP_A(B2:B9,XP_B(C1, 80%)),0)", {"XP_A", "XP_B"})]
    [('XP_B', ('C1', '80%'))]
    """
    parts = tokens(formula)
    found: list[Call] = []
    open_brackets: list[_Bracket] = []
    for at, token in enumerate(parts):
        if token in ("(", "{"):
            open_brackets.append(_Bracket(_function(parts, at, names), [at]))
        elif token == "," and open_brackets:
            open_brackets[-1].cuts.append(at)
        elif token in (")", "}"):
            if not open_brackets:
                return []
            closed = open_brackets.pop()
            if closed.name and not closed.holds_call:
                found.append(Call(closed.name, _arguments(parts, closed.cuts, at), closed.cuts[0] - 1, at))
            if open_brackets:
                open_brackets[-1].holds_call |= closed.holds_call or bool(closed.name)
    return [] if open_brackets else found


def is_whole(formula: str, call: Call) -> bool:
    """True when a formula is this call and nothing else."""
    parts = tokens(formula)
    return not (join(parts[: call.first]) + join(parts[call.last + 1 :])).strip()


def answered(formula: str, answers: Mapping[Call, str]) -> str:
    """The formula with calls replaced by what they gave, as :func:`literal` spells it."""
    parts: list[Token] = list(tokens(formula))
    for call in sorted(answers, key=lambda call: call.first, reverse=True):
        parts[call.first : call.last + 1] = [answers[call]]
    return join(parts)


def literal(rows: Sequence[Sequence[CellValue]]) -> str:
    """Values as a formula spells them: one constant, or an array of them; empty when that would be too long.

    >>> literal([[14.5]]), literal([[1, "a"], [True, None]])
    ('14.5', '{1,"a";TRUE,""}')
    """
    if len(rows) == 1 and len(rows[0]) == 1:
        text = _constant(rows[0][0])
        return f"({text})" if text.startswith("-") else text
    if sum(map(len, rows)) * 2 > LONGEST:
        return ""
    return "{" + ";".join(",".join(map(_constant, row)) for row in rows) + "}"


def _function(parts: Sequence[Token], at: int, names: Container[str]) -> str:
    before = parts[at - 1] if at else ""
    if not isinstance(before, Name) or before.prefix or parts[at] != "(":
        return ""
    name = before.text.upper().removeprefix(_ADDIN)
    return name if name in names else ""


def _arguments(parts: tuple[Token, ...], cuts: Sequence[int], end: int) -> tuple[str, ...]:
    texts = [join(parts[first + 1 : last]).strip() for first, last in zip(cuts, [*cuts[1:], end], strict=True)]
    return () if texts == [""] else tuple(texts)


def _constant(value: CellValue) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, ErrorValue):
        return value.code
    if isinstance(value, int | float):
        return repr(value).upper()
    return '"' + str("" if value is None else value).replace('"', '""') + '"'
