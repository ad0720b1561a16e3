"""The text of a sheet's rows: cut into rows and cells, and put together again, without a tree.

A tree of 100,000 x 20 cells costs a minute and two gigabytes; this text costs a few seconds.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from xlplan.errors import WorkbookError
from xlplan.workbook.book import column_letters
from xlplan.workbook.package.markup import DAMAGED
from xlplan.workbook.package.references import LAST_COLUMN, LAST_ROW, column_number

LONGEST_ROW = 16 << 20
LONGEST_SKELETON = 16 << 20

_ATTRIBUTES = r"""((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*"""
_ATTRIBUTE = re.compile(r"""\s([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class Row(NamedTuple):
    """A row: its number, its attributes as written, and the text of its cells."""

    number: int
    attributes: str
    text: str


class Cell(NamedTuple):
    """A cell: its column, its style attribute as written, what follows it, and the whole of it."""

    column: int
    style: str
    payload: str
    raw: str


def attributes(text: str) -> dict[str, str]:
    """Attributes of a tag by name.

    >>> attributes(' r="A1" t="s"')
    {'r': 'A1', 't': 's'}
    """
    return {m[1]: m[2] if m[2] is not None else m[3] for m in _ATTRIBUTE.finditer(text)}


def without(text: str, *names: str) -> str:
    """Attribute text less some attributes.

    >>> without(' r="3" spans="1:4" ht="15"', "spans")
    ' r="3" ht="15"'
    """
    return _ATTRIBUTE.sub(lambda m: "" if m[1] in names else m[0], text)


class Grammar:
    """How rows and cells are written under one namespace prefix (mostly none, sometimes ``x:``)."""

    def __init__(self, prefix: str) -> None:
        p = re.escape(prefix)
        self.prefix = prefix
        self.row_open = re.compile(rf"\s*<{p}row{_ATTRIBUTES}(/?)>")
        self.row_close = f"</{prefix}row>"
        self.end = re.compile(rf"\s*</{p}sheetData\s*>")
        # the common spelling first: it is cut about twice as fast; no cell is looked for past the next one's tag
        rest = rf"(?:[^<]++|<(?!/?{p}c[\s/>]))*+</{p}c\s*>"
        self._cell = re.compile(
            rf"(<{p}c(?:"
            rf' r="([A-Z]{{1,3}})([0-9]{{1,7}})"((?: s="[0-9]+")?)'
            rf'((?: t="[a-zA-Z]+")?(?:/>|>(?:<{p}v>[^<]*</{p}v></{p}c>|{rest})))'
            rf"|{_ATTRIBUTES}(/>|>{rest})))"
        )
        self._cell_mark = f"<{prefix}c"
        self._last: tuple[list[str], list[int]] = [], []
        """Letters and columns of the last row: in a table, those of the next one too."""

    def cells(self, row: Row, where: str) -> list[Cell]:
        """Cells of a row by column.

        Raises
        ------
        WorkbookError
            When the text is no sequence of cells of that row.
        """
        number = str(row.number)
        if len(row.text) > LAST_COLUMN and row.text.count(self._cell_mark) > 4 * LAST_COLUMN:
            raise WorkbookError(f"row {row.number} holds too many cells", where=where, do=DAMAGED)
        matches = self._cell.findall(row.text)
        letters = [match[1] for match in matches]
        known, columns = self._last
        if letters == known and {match[2] for match in matches} == {number}:
            made = tuple.__new__  # half of the time that Cell() takes
            found = [made(Cell, (c, m[3], m[4], m[0])) for c, m in zip(columns, matches, strict=True)]
        else:
            found = self._placed(row.number, matches, where)
            if all(letters):
                self._last = letters, [cell.column for cell in found]
        length = sum([len(cell.raw) for cell in found])
        if length != len(row.text) and self._cell.sub("", row.text).strip():
            raise WorkbookError(f"row {row.number} holds something that is no cell", where=where, do=DAMAGED)
        return found

    def _placed(self, row: int, matches: list[tuple[str, ...]], where: str) -> list[Cell]:
        """Cells in their columns, which must lie to the right of one another."""
        found: list[Cell] = []
        last = 0
        number = str(row)
        for raw, letters, digits, style, payload, general, ending in matches:
            if letters:
                column = column_number(letters)
            else:
                column, digits, style, payload = self._general(general, ending, last, number)
            if digits != number or not last < column <= LAST_COLUMN:
                place = f"{letters}{digits}"[:20]
                raise WorkbookError(f"row {row} holds a cell that is out of place ({place})", where=where, do=DAMAGED)
            last = column
            found.append(Cell(column, style, payload, raw))
        return found

    def _general(self, text: str, ending: str, last: int, number: str) -> tuple[int, str, str, str]:
        """A cell whose attributes stand in any order; one without an address follows the cell before it."""
        given = attributes(text)
        column, digits = last + 1, number
        if "r" in given:
            match = re.fullmatch(r"([A-Za-z]{1,3})([0-9]+)", given["r"])
            column, digits = (column_number(match[1]), match[2]) if match else (0, "")
        if not given.get("s", "0").isdecimal():
            column = 0
        style = f' s="{given["s"]}"' if "s" in given else ""
        rest = "".join(
            f' {key}="{value.replace(chr(34), "&quot;")}"' for key, value in given.items() if key not in ("r", "s")
        )
        return column, digits, style, rest + ending

    def cell(self, row: int, column: int, style: str, payload: str) -> str:
        """Text of a cell."""
        return f'<{self.prefix}c r="{column_letters(column)}{row}"{style}{payload}'

    def row(self, row: Row) -> str:
        """Text of a row."""
        if row.text:
            return f"<{self.prefix}row{row.attributes}>{row.text}{self.row_close}"
        return f"<{self.prefix}row{row.attributes}/>"

    def numbered(self, written: str, text: str, last: int, where: str) -> Row:
        """The row with its number, which must lie below the row before it."""
        if written.startswith(' r="'):
            given: str | None = written[4 : written.index('"', 4)]
        else:
            given = attributes(written).get("r")
        if given is None:
            number = last + 1
            written = f' r="{number}"{written}'
        else:
            number = int(given) if given.isascii() and given.isdigit() and len(given) <= 7 else 0
        if not last < number <= LAST_ROW:
            raise WorkbookError(
                f"row {str(given)[:20]} stands where a row after {last} and up to {LAST_ROW:,} belongs",
                where=where,
                do=DAMAGED,
            )
        return Row(number, written, text)


@lru_cache(maxsize=16)
def grammar(prefix: str) -> Grammar:
    return Grammar(prefix)


_SPACE = re.compile(r"\s*+")


def _end_of_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


_HEAD_END = re.compile(rf"<((?:[\w.-]+:)?)sheetData{_ATTRIBUTES}(/?)>")


class RowStream:
    """A sheet's text as head, rows and tail, read once from front to end.

    ``head`` ends with the opening tag of ``sheetData`` and ``tail`` begins with its closing tag; ``tail``
    is there when :meth:`rows` is exhausted.
    """

    def __init__(self, chunks: Iterable[bytes], where: str) -> None:
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._where = where
        self._texts = (decoder.decode(chunk) for chunk in chunks)
        self.tail = ""
        self._rest = ""
        for text in self._texts:
            self._rest += text
            match = _HEAD_END.search(self._rest)
            if match:
                break
            if len(self._rest) > LONGEST_SKELETON:
                raise self._fault("its head is too large")
        else:
            raise self._fault("it holds no cells part (sheetData)")
        self.grammar = grammar(match[1])
        closed = f"<{match[1]}sheetData{match[2]}>"
        self.head = self._rest[: match.start()] + closed
        self._rest = self._rest[match.end() :]
        if match[3]:
            self._rest = f"</{match[1]}sheetData>" + self._rest

    def rows(self) -> Iterator[Row]:
        """Every row in order."""
        g, where = self.grammar, self._where
        buffer, at, last = self._rest, 0, 0
        seen = 0  # how far the end of a row that has begun was looked for
        open_row, close = g.row_open, g.row_close
        while True:
            match = open_row.match(buffer, at)
            if match is not None:
                end = match.end() if match[2] else buffer.find(close, max(match.end(), seen))
                if end >= 0:
                    row = g.numbered(match[1], buffer[match.end() : end], last, where)
                    last = row.number
                    at = end if match[2] else end + len(close)
                    seen = 0
                    yield row
                    continue
                seen = len(buffer) - len(close)
            elif g.end.match(buffer, at):
                break
            else:
                at = _end_of_space(buffer, at)
            if len(buffer) - at > LONGEST_ROW:
                raise self._fault(f"the row after {last} is too long")
            more = next(self._texts, None)
            if more is None:
                raise self._fault(f"it breaks off after row {last}")
            buffer, at, seen = buffer[at:] + more, 0, max(0, seen - at)
        pieces, size = [buffer[at:]], 0
        for text in self._texts:
            pieces.append(text)
            size += len(text)
            if size > LONGEST_SKELETON:
                raise self._fault("what follows its rows is too large")
        self.tail = "".join(pieces)

    def _fault(self, what: str) -> WorkbookError:
        return WorkbookError(f"the sheet's part cannot be understood: {what}", where=self._where, do=DAMAGED)
