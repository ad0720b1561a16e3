"""What the text of an argument stands for: a constant, or cells of the workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from xlplan.workbook.book import CellValue, ErrorValue
from xlplan.workbook.package.formulas import Name, Reference, Token, sheet_of, tokens
from xlplan.workbook.package.markup import find_all
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import Area
from xlplan.workbook.package.table import Table
from xlplan.workbook.recalculation.engine import Place

DEEPEST = 8
"""Names that stand for names are followed so far."""

WHOLE = ""
"""In place of a sheet: the whole workbook."""

_NUMBER = re.compile(r"([+-]*)((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?)(%*)")
_TEXT = re.compile(r'"((?:[^"]|"")*)"')
_ITEM = re.compile(r'\s*("(?:[^"]|"")*"|[^",;]+?)\s*([,;]|$)')
_PART = re.compile(r"\[((?:[^\[\]']|'.)*)\]\s*([,:]?)\s*")
_ROWS = {"#all": (0, 3), "#headers": (0, 1), "#data": (1, 2), "#totals": (2, 3)}
"""Which of header, body and totals an item names: from, and up to but not with."""


class Region(NamedTuple):
    """Cells of a sheet."""

    sheet: str
    area: Area


@dataclass(frozen=True)
class Constant:
    """What an argument says itself: rows of values."""

    rows: tuple[tuple[CellValue, ...], ...]


class Listed(NamedTuple):
    """A table as formulas name it: its sheet, header to totals, body, and columns in small letters."""

    sheet: str
    area: Area
    body: Area
    columns: tuple[str, ...]


def listed(table: Table) -> Listed:
    """A table as formulas name it."""
    return Listed(table.sheet.name, table.area, table.body, tuple(name.casefold() for name in table.columns))


@dataclass(frozen=True)
class Workings:
    """What formulas of a workbook may name.

    Parameters
    ----------
    tables : mapping
        Tables by name in lower case.
    names : mapping
        Texts of every defined name, by name and by the sheet that has it, both in lower case; see
        :func:`scoped_names`.
    """

    tables: Mapping[str, Listed]
    names: Mapping[str, Mapping[str, str]]

    def operand(self, text: str, sheet: str, place: Place, *, deep: int = 0) -> Constant | Region | None:
        """The cells or the constant that an argument is; None for anything that has to be calculated.

        Parameters
        ----------
        text : str
            The argument, without blanks around it.
        sheet, place : str and tuple of int
            Where its formula stands: sheet, row and column.
        """
        said = constant(text)
        if said is not None:
            return said
        parts = [part for part in tokens(text) if not (isinstance(part, str) and part.isspace())]
        if len(parts) == 1 and isinstance(parts[0], Reference):
            found = sheet_of(parts[0].prefix, sheet)
            return None if found is None else Region(found, parts[0].area)
        if not parts:
            return None
        name, brackets = parts[0], parts[-1]
        if len(parts) == 1 and isinstance(name, Name) and not name.prefix and not name.call:
            return self._named(name.text.casefold(), sheet.casefold(), deep)
        if len(parts) > 2 or not isinstance(brackets, str) or not brackets.startswith("["):
            return None
        table = self.table(name if len(parts) == 2 else "", sheet, place)
        return None if table is None else structured(table, brackets, place[0])

    def table(self, name: Token, sheet: str, place: Place) -> Listed | None:
        """The table that a structured reference names; without a name, the one in which its formula stands."""
        if isinstance(name, Name):
            return None if name.prefix or name.call else self.tables.get(name.text.casefold())
        own = (table for table in self.tables.values() if table.sheet == sheet and table.area.holds(*place))
        return None if name else next(own, None)

    def is_local(self, name: str) -> bool:
        """True when a sheet has a name of its own, so that it depends on where a formula stands what it means."""
        return any(self.names.get(name.casefold(), ()))

    def _named(self, name: str, sheet: str, deep: int) -> Constant | Region | None:
        if name in self.tables:
            return Region(self.tables[name].sheet, self.tables[name].body)
        scopes = self.names.get(name, {})
        found = scopes.get(sheet, scopes.get(WHOLE))
        if found is None or deep == DEEPEST or (deep and self.is_local(name)):
            return None
        text = found.strip().removeprefix("=").strip()
        parts: tuple[Token, ...] = tokens(text)
        if any(isinstance(part, Reference) and (part.relative or not part.prefix) for part in parts):
            return None  # it means another cell in every formula
        return self.operand(text, "", (0, 0), deep=deep + 1)


def scoped_names(package: Package) -> dict[str, dict[str, str]]:
    """Texts of the defined names, by name and by the sheet that has it, in lower case; see :data:`WHOLE`."""
    sheets = [sheet.name.casefold() for sheet in package.sheets]
    names: dict[str, dict[str, str]] = {}
    for entry in find_all(package.tree(package.workbook), "definedName"):
        own = entry.get("localSheetId")
        scope = WHOLE if own is None else sheets[int(own)] if own.isdecimal() and int(own) < len(sheets) else own
        names.setdefault((entry.get("name") or "").casefold(), {})[scope] = entry.text or ""
    return names


def constant(text: str) -> Constant | None:
    """A number, a text, TRUE, FALSE, an error, or an array of them; None for any other text.

    >>> constant("80%"), constant("-1e3"), constant('{1,"a";TRUE,#N/A}').rows[0]
    (Constant(rows=((0.8,),)), Constant(rows=((-1000.0,),)), (1, 'a'))
    """
    if text.startswith("{") and text.endswith("}"):
        return _array(text[1:-1])
    value = _single(text)
    return None if value is None else Constant(((value,),))


def _array(text: str) -> Constant | None:
    rows: list[list[CellValue]] = [[]]
    at, after = 0, ","
    while after:
        item = _ITEM.match(text, at)
        value = _single(item[1]) if item is not None else None
        if item is None or value is None:
            return None
        rows[-1].append(value)
        at, after = item.end(), item[2]
        if after == ";":
            rows.append([])
    return Constant(tuple(map(tuple, rows))) if len(set(map(len, rows))) == 1 else None


def _single(text: str) -> CellValue:
    number = _NUMBER.fullmatch(text)
    if number is not None:
        signs, digits, percents = number.groups()
        size = float(digits) / 100 ** len(percents)
        size = -size if signs.count("-") % 2 else size
        return int(size) if size.is_integer() and abs(size) < 1e15 and "e" not in digits.lower() else size
    quoted = _TEXT.fullmatch(text)
    if quoted is not None:
        return quoted[1].replace('""', '"')
    word = text.upper().removesuffix("()")
    if word in ("TRUE", "FALSE"):
        return word == "TRUE"
    parts = tokens(text)
    return ErrorValue(text.upper()) if text.startswith("#") and len(parts) == 1 and len(text) > 1 else None


def structured(table: Listed, brackets: str, row: int) -> Region | None:
    """Cells of a table that a structured reference names.

    Parameters
    ----------
    table : Listed
    brackets : str
        What follows the table's name: ``[volume]``, ``[[#This Row],[volume]]``, ``[[#Headers],[#Data],[a]:[b]]``.
    row : int
        Row of the formula, for ``#This Row``.

    Returns
    -------
    Region or None
        None where the table has no such cells.
    """
    items, columns = _items(brackets[1:-1].strip())
    if items is None or columns is None:
        return None
    area, body = table.area, table.body
    if any(column.casefold() not in table.columns for column in columns):
        return None
    places = [table.columns.index(column.casefold()) for column in columns] or [0, len(table.columns) - 1]
    left, right = area.left + min(places), area.left + max(places)
    if items == ["#this row"]:
        return Region(table.sheet, Area(row, left, row, right)) if body.top <= row <= body.bottom else None
    if any(item not in _ROWS for item in items):
        return None
    edges = (area.top, body.top, body.bottom + 1, area.bottom + 1)
    spans = [_ROWS[item] for item in items or ["#data"]]
    top, end = edges[min(first for first, _ in spans)], edges[max(last for _, last in spans)]
    return Region(table.sheet, Area(top, left, end - 1, right)) if top < end else None


def _items(text: str) -> tuple[list[str] | None, list[str] | None]:
    """Items such as ``#data`` in small letters, and the names of the first and last column; None where unclear."""
    items: list[str] = []
    if text.startswith("@"):
        items, text = ["#this row"], text[1:].strip()
    if not text.startswith("["):
        if text.startswith("#"):
            return [text.casefold()], []
        return items, [_unescaped(text)] if text else []
    columns: list[str] = []
    at, between = 0, ""
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            return None, None
        if part[1].startswith("#"):
            items.append(part[1].casefold())
        elif columns and between != ":":
            return None, None
        else:
            columns.append(_unescaped(part[1]))
        at, between = part.end(), part[2]
    return (items, columns) if len(columns) <= 2 else (None, None)


def _unescaped(name: str) -> str:
    return re.sub(r"'(.)", r"\1", name)
