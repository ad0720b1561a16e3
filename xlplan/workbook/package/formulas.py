"""Formula text taken apart: which cells, names and tables it reads, and the same formula moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from xlplan.workbook.book import column_letters
from xlplan.workbook.package.references import LAST_COLUMN, LAST_ROW, Area, column_number
from xlplan.workbook.package.remembered import remembered

_LETTER = r"\w\u0080-\U0010ffff"
"""What names are made of: beyond ASCII everything, for ``\\w`` leaves out the marks over and under letters."""

# No alternative that fails has looked at more text than the one that then matches takes away, so that nonsense of
# 8,192 quotes or points costs no more than a formula does.
_TOKEN = re.compile(
    rf"""
      (?P<text>"(?:[^"]|"")*+")
    | (?P<prefix>'(?:[^']|'')++'!|\[[0-9]+\](?:[{_LETTER}.]++(?::[{_LETTER}.]++)?)?!
        |[{_LETTER}][{_LETTER}.]*+(?::[{_LETTER}.]++)?!)
    | (?P<unclosed>'(?:[^']|'')*+'?)
    | (?P<error>\#(?:REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|N/A|GETTING_DATA|SPILL!|CALC!))
    | (?P<cells>\$?[A-Za-z]{{1,3}}\$?[1-9][0-9]{{0,6}}
        (?::\$?[A-Za-z]{{1,3}}\$?[1-9][0-9]{{0,6}})?(?![{_LETTER}.(\[!]))
    | (?P<columns>\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}(?![{_LETTER}.(\[!]))
    | (?P<rows>\$?[1-9][0-9]{{0,6}}:\$?[1-9][0-9]{{0,6}}(?![{_LETTER}.(\[!]))
    | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?[{_LETTER}.]*+)
    | (?P<word>[{_LETTER}\\?][{_LETTER}.\\?]*)
    """,
    re.VERBOSE,
)
_FIRST_CORNER = re.compile(r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}(?=:)")
_CORNER = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,7})")

LONGEST = 8192
"""Excel's limit; a longer text is no formula that Excel would load, and is left alone."""

_POSITIONAL = re.compile(r"\b(?:ROW|CELL|FORMULATEXT)\s*\(", re.IGNORECASE)
"""Functions that tell where a cell stands or how a formula is spelled."""

UNBOUNDED_CALLS = frozenset(("OFFSET", "INDIRECT", "EVALUATE", "CALL", "REGISTER.ID", "XP_WHY"))
"""Functions that may read cells their text does not name; XP_WHY speaks of a cell that it is given as text.

Those that merely change with time or come from outside (TODAY, RAND, CUBEVALUE) are not made less true by a change
in the workbook.
"""


@dataclass(frozen=True, slots=True)
class Corner:
    """One corner of a reference; row or column is 0 in whole-column and whole-row references."""

    row: int
    column: int
    row_fixed: bool
    column_fixed: bool

    def moved(self, rows: int, columns: int) -> Corner:
        """The corner as a cell further down or right sees it (wrapping round the sheet, as Excel does)."""
        row = self.row if self.row_fixed or not self.row else (self.row + rows - 1) % LAST_ROW + 1
        column = self.column
        if column and not self.column_fixed:
            column = (column + columns - 1) % LAST_COLUMN + 1
        return Corner(row, column, self.row_fixed, self.column_fixed)

    def __str__(self) -> str:
        column = ("$" if self.column_fixed else "") + column_letters(self.column) if self.column else ""
        return column + (("$" if self.row_fixed else "") + str(self.row) if self.row else "")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference in a formula.

    ``prefix`` is its sheet as written, ``last`` is None for a single cell, ``written`` its text in the formula
    (empty once it has moved).
    """

    prefix: str
    first: Corner
    last: Corner | None
    written: str = ""

    def moved(self, rows: int, columns: int) -> Reference:
        last = self.last.moved(rows, columns) if self.last else None
        return Reference(self.prefix, self.first.moved(rows, columns), last)

    @property
    def area(self) -> Area:
        a, b = self.first, self.last or self.first
        rows = sorted((a.row or 1, b.row or LAST_ROW))
        columns = sorted((a.column or 1, b.column or LAST_COLUMN))
        return Area(rows[0], columns[0], rows[1], columns[1])

    @property
    def relative(self) -> bool:
        corners = (self.first, self.last or self.first)
        return any((c.row and not c.row_fixed) or (c.column and not c.column_fixed) for c in corners)

    def __str__(self) -> str:
        return self.prefix + (self.written or f"{self.first}" + (f":{self.last}" if self.last else ""))


@dataclass(frozen=True, slots=True)
class Name:
    """A word: a defined name, a table, a function (``call``) or a constant such as TRUE."""

    prefix: str
    text: str
    call: bool

    def __str__(self) -> str:
        return self.prefix + self.text


Token = str | Reference | Name


@remembered(1 << 18, weigh=len)
def tokens(formula: str) -> tuple[Token, ...]:
    """The formula as references, names and the text between them; joined they give the formula again."""
    if len(formula) > LONGEST:
        return (formula,)
    found: list[Token] = []
    at = 0
    prefix = ""
    while at < len(formula):
        match = _TOKEN.match(formula, at)
        if match is None:
            end = _bracket_end(formula, at) if formula[at] == "[" else at + 1
            found.append(prefix + formula[at:end])
            prefix, at = "", end
            continue
        kind = match.lastgroup
        if kind == "prefix" and prefix and (corner := _FIRST_CORNER.match(formula, at)):
            kind, match = "cells", corner  # of Data!A1:Data!B9; A1:Data! alone would be a span of sheets
        text, at = match[0], match.end()
        if kind == "prefix":
            found.extend([prefix] if prefix else [])
            named = bool(found) and _is_bracket(found[-1]) and not (len(found) > 1 and isinstance(found[-2], Name))
            prefix = f"{found.pop()}{text}" if named else text  # [plan.xlsx]Data! is another workbook's
            continue
        if kind in ("cells", "columns", "rows") and (reference := _reference(prefix, text)):
            if (area := _area_to(reference, found[-2:])) is not None:
                found[-2:] = [area]
            else:
                found.append(reference)
        elif kind in ("word", "cells", "columns", "rows"):
            found.append(Name(prefix, text, formula[at : at + 1] == "("))
        else:
            found.append(prefix + text)
        prefix = ""
    if prefix:
        found.append(prefix)
    return tuple(found)


def _area_to(last: Reference, before: list[Token]) -> Reference | None:
    """The area whose second corner is a reference that names its sheet anew: ``Data!A1:Data!B9``."""
    if len(before) < 2 or before[1] != ":" or not isinstance(first := before[0], Reference):
        return None
    if not last.prefix or first.prefix != last.prefix or first.last or last.last:
        return None
    return Reference(first.prefix, first.first, last.first, f"{first.written}:{last}")


def _bracket_end(formula: str, at: int) -> int:
    """End of a structured reference's brackets, where an apostrophe escapes the next character."""
    depth = 0
    while at < len(formula):
        letter = formula[at]
        if letter == "'":
            at += 1
        elif letter == "[":
            depth += 1
        elif letter == "]":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return len(formula)


def _reference(prefix: str, text: str) -> Reference | None:
    first, colon, last = text.partition(":")
    corners = [_corner(part) for part in ([first, last] if colon else [first])]
    if any(c.row > LAST_ROW or c.column > LAST_COLUMN for c in corners):
        return None
    return Reference(prefix, corners[0], corners[1] if colon else None, text)


def _corner(text: str) -> Corner:
    match = _CORNER.fullmatch(text)
    if match is None:  # the token patterns let nothing else through
        raise ValueError(text)
    dollar, letters, dollar2, digits = match.groups()
    row_fixed = bool(dollar2) or (not letters and bool(dollar))
    return Corner(int(digits or 0), column_number(letters) if letters else 0, row_fixed, bool(letters and dollar))


def sheet_of(prefix: str, home: str) -> str | None:
    """Sheet that a prefix names (the formula's own when empty), None for another workbook or a span of sheets.

    >>> sheet_of("'Team''s plan'!", "Plan"), sheet_of("", "Plan"), sheet_of("[1]Plan!", "x") is None
    ("Team's plan", 'Plan', True)
    """
    if not prefix:
        return home
    name = prefix[:-1]
    if name.startswith("'"):
        name = name[1:-1].replace("''", "'")
    if "[" in name or ":" in name:
        return None
    return name


def join(parts: tuple[Token, ...] | list[Token]) -> str:
    """Formula text of tokens."""
    return "".join(map(str, parts))


def moved(formula: str, rows: int, columns: int) -> str:
    """The formula as a cell ``rows`` down and ``columns`` right of its own would hold it.

    >>> moved("A1*$B$1+SUM('My sheet'!C1:C3)", 2, 0)
    "A3*$B$1+SUM('My sheet'!C3:C5)"
    """
    return join([t.moved(rows, columns) if isinstance(t, Reference) else t for t in tokens(formula)])


def has_relative(formula: str) -> bool:
    """True when the formula reads differently from another cell."""
    return any(isinstance(t, Reference) and t.relative for t in tokens(formula))


Rule = Callable[[Area, bool], Area]
"""From an area, and whether it is written as a single cell, to the area to refer to."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """A formula that several cells share, written as the first of them reads it (that of a conditional format).

    ``rows`` and ``columns`` lead from the first cell to the last; ``carried`` are the rows by which they move.
    """

    rows: int = 0
    columns: int = 0
    carried: int = 0


ALONE = Sharing()


def is_positional(formula: str) -> bool:
    """True when the result may depend on where cells stand, so that a move changes it."""
    return _POSITIONAL.search(formula) is not None


def redirected(formula: str, home: str, sheet: str, rule: Rule, *, sharing: Sharing | None = ALONE) -> str:
    """The formula with every reference to ``sheet`` sent through a rule.

    Parameters
    ----------
    formula : str
        Text of the formula.
    home : str
        Sheet that the formula stands on.
    sheet : str
        Sheet whose references may change.
    rule : callable
        Takes an area and whether it is written as a single cell; returns the area to refer to.
    sharing : Sharing, optional
        The cells that share the formula. A reference with relative rows follows where it goes the same way as
        seen from all of them, and else stays as far from its cell as it was. None leaves relative references
        alone: in a name they mean another place for every cell.
    """
    parts = list(tokens(formula))
    for index, token in enumerate(parts):
        if isinstance(token, Reference) and _may_follow(token, home, sheet):
            new = _redirection(token, rule, sharing)
            if new != token.area:
                parts[index] = _placed(token, new)
    return join(parts)


def reads_alike(
    formula: str, home: str, sheet: str, rule: Rule, before: tuple[int, int], after: tuple[int, int]
) -> bool:
    """True when a cell that shares a formula reads the right cells from it after a move.

    Parameters
    ----------
    formula, home, sheet, rule
        As for :func:`redirected`; the formula as its first cell has it.
    before, after : tuple of int
        Rows and columns from the first cell to this one, before and after the move.
    """
    for token in tokens(formula):
        if isinstance(token, Reference):
            seen = token.moved(*before)
            if _may_follow(token, home, sheet):
                first, here = rule(token.area, token.last is None), rule(seen.area, token.last is None)
                if _placed(token, first).moved(*after).area != here:
                    return False
            elif before != after and token.moved(*after).area != seen.area:
                return False
    return True


def _may_follow(token: Reference, home: str, sheet: str) -> bool:
    """True for a reference to the sheet; one to whole columns stays whatever moves."""
    if not token.first.row:
        return False
    target = sheet_of(token.prefix, home)
    return target is not None and (target == sheet or target.casefold() == sheet.casefold())


def _redirection(token: Reference, rule: Rule, sharing: Sharing | None) -> Area:
    """Where a reference goes."""
    area, single = token.area, token.last is None
    new = rule(area, single)
    fixed = token.first.row_fixed and (token.last or token.first).row_fixed
    if fixed or sharing == ALONE:
        return new
    if sharing is None:
        return area
    last = token.moved(sharing.rows, sharing.columns).area
    after = rule(last, single)
    if (new.top - area.top, new.bottom - area.bottom) == (after.top - last.top, after.bottom - last.bottom):
        return new
    return token.moved(sharing.carried, 0).area


def _placed(reference: Reference, area: Area) -> Reference:
    first = _corner_at(reference.first, area.top, area.left)
    last = reference.last
    if last is None and area.is_cell:
        return Reference(reference.prefix, first, None)
    return Reference(reference.prefix, first, _corner_at(last or reference.first, area.bottom, area.right))


def _corner_at(like: Corner, row: int, column: int) -> Corner:
    return Corner(row, column if like.column else 0, like.row_fixed, like.column_fixed)


@dataclass(frozen=True)
class Precedents:
    """What a formula reads; ``unbounded`` when its text does not bound it.

    ``own_table`` marks one that reads columns of the table in which it stands, which it need not name.
    """

    references: tuple[Reference, ...]
    names: frozenset[str]
    unbounded: bool
    own_table: bool = False


@remembered(1 << 19, weigh=lambda found: 2 + len(found.references) + len(found.names))
def precedents(formula: str) -> Precedents:
    """Everything that the formula's text says it reads."""
    references: list[Reference] = []
    names: set[str] = set()
    unbounded = len(formula) > LONGEST
    own_table = False
    before: Token = ""
    for token in tokens(formula):
        if isinstance(token, Reference):
            if "[" not in token.prefix:  # what another workbook holds does not change here
                unbounded |= ":" in token.prefix
                references.append(token)
        elif isinstance(token, Name):
            word = token.text.upper()
            if token.call:
                unbounded |= word.removeprefix("_XLFN.") in UNBOUNDED_CALLS or word.startswith("_XLL.")
            elif "[" not in token.prefix or token.prefix.startswith("[0]"):
                names.add(token.text.casefold())
        else:
            unbounded |= token == ":"
            own_table |= _is_bracket(token) and not isinstance(before, Name)
            unbounded |= token.startswith("'") and "!#" not in token  # a quote without end, no sheet's lost reference
        before = token
    return Precedents(tuple(references), frozenset(names), unbounded, own_table)


def _is_bracket(token: Token) -> bool:
    return isinstance(token, str) and token.startswith("[")
