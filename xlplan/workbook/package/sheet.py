"""One worksheet: its rows as a stream of text, the little around them as a tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from lxml import etree

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.celltext import CellText, FormulaText
from xlplan.workbook.package.formulas import moved
from xlplan.workbook.package.markup import DAMAGED, child, find_all, is_true, parse, plain_chunks
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import LAST_COLUMN, Area, cell_address, parse_areas
from xlplan.workbook.package.rows import Cell, Grammar, Row, RowStream, attributes
from xlplan.workbook.package.strings import SharedStrings

MOST_FORMULAS = 2_000_000
LONGEST_FORMULAS = 64 << 20
"""Formulas of one sheet: most cells, and most characters of texts that differ, shared ones as if written out."""

_MARK = "\ue000rows\ue001"
_BATCH = 1 << 19
MOST_CELLS = 10_000_000
"""Most cells read in one piece; a hostile file may claim a table of 17 billion."""

_WHOLE = re.compile("[0-9]{1,7}")
_DIMENSION = re.compile(r"""(<(?:[\w.-]+:)?dimension\s[^>]*?ref=["'])([^"']*)(["'])""")


class FormulaCell(NamedTuple):
    """A formula and its place; a shared one that leans on another cell names that anchor."""

    row: int
    column: int
    formula: FormulaText
    anchor: tuple[int, int, str] | None
    has_value: bool

    @property
    def text(self) -> str:
        """The formula as this cell computes it."""
        if self.anchor is None:
            return self.formula.text
        row, column, text = self.anchor
        return moved(text, self.row - row, self.column - column)

    @property
    def area(self) -> Area:
        """Cells that show the formula's result: more than its own for array formulas and data tables."""
        if self.formula.kind in ("array", "dataTable") and self.formula.area:
            return Area.parse(self.formula.area)
        return Area(self.row, self.column, self.row, self.column)


@dataclass
class Facts:
    """What one pass over a sheet's rows says."""

    head: str = ""
    tail: str = ""
    formulas: list[FormulaCell] = field(default_factory=list)


class Sheet:
    """A worksheet of an open package."""

    def __init__(self, package: Package, name: str, part: str, strings: SharedStrings) -> None:
        self.package = package
        self.name = name
        self.part = part
        self.where = f"{package.where}, sheet {name}"
        self._strings = strings
        self._facts: Facts | None = None
        self._spelled: tuple[Grammar, CellText] | None = None

    # -- reading -----------------------------------------------------------------------------------------

    def stream(self) -> RowStream:
        """The sheet's text from its start."""
        stream = RowStream(self._chunks(), self.where)
        self._spell(stream.grammar)
        return stream

    @property
    def grammar(self) -> Grammar:
        """How its rows and cells are written, as its first words tell."""
        return (self._spelled or self._spell(self.stream().grammar))[0]

    @property
    def codec(self) -> CellText:
        """How the values and formulas of its cells are written."""
        return (self._spelled or self._spell(self.stream().grammar))[1]

    def _spell(self, grammar: Grammar) -> tuple[Grammar, CellText]:
        if self._spelled is None or self._spelled[0] is not grammar:
            self._spelled = grammar, CellText(grammar.prefix, self._strings, date1904=self.package.date1904)
        return self._spelled

    def _chunks(self) -> Iterable[bytes]:
        archive, part = self.package.archive, self.part
        look = archive.look(part)
        if look.fault:
            raise WorkbookError(f"part {part} is not well-formed XML ({look.fault})", where=self.where, do=DAMAGED)
        chunks = archive.chunks(part)
        return chunks if look.plain else plain_chunks(chunks)

    def rows(self, top: int, bottom: int) -> Iterator[tuple[Row, list[Cell]]]:
        """Rows from ``top`` to ``bottom`` that the sheet holds, with their cells."""
        for row in self.stream().rows():
            if row.number > bottom:
                return
            if row.number >= top:
                yield row, self.grammar.cells(row, self.where)

    def read(self, area: Area) -> list[list[CellValue]]:
        """Values of an area, column by column.

        Raises
        ------
        WorkbookError
            When the area is too large to be real, or a cell in it makes no sense.
        """
        if area.size > MOST_CELLS:
            raise WorkbookError(
                f"{area} claims {area.size:,} cells; at most {MOST_CELLS:,} are read at once",
                where=self.where,
                do="make it as large as its data",
            )
        height = area.bottom - area.top + 1
        columns: list[list[CellValue]] = [[None] * height for _ in range(area.left, area.right + 1)]
        styles: dict[str, tuple[int, int]] = {}
        for row, cells in self.rows(area.top, area.bottom):
            at = row.number - area.top
            for cell in cells:
                if area.left <= cell.column <= area.right:
                    columns[cell.column - area.left][at] = self.value(row.number, cell)
                    if cell.style not in styles:
                        styles[cell.style] = row.number, cell.column
        self._check_styles(styles)
        return columns

    def _check_styles(self, styles: dict[str, tuple[int, int]]) -> None:
        known = None
        for style, (row, column) in styles.items():
            if style:
                known = self._count_styles() if known is None else known
                number = attributes(style)["s"]
                if len(number) > 7 or int(number) >= known:
                    raise WorkbookError(
                        f"the cell names format {number[:20]}, which is not there",
                        where=self.address(row, column),
                        do=DAMAGED,
                    )

    def _count_styles(self) -> int:
        for part in self.package.related(self.package.workbook, "styles"):
            formats = child(self.package.tree(part), "cellXfs")
            return 0 if formats is None else len(formats)
        return 1

    def value(self, row: int, cell: Cell) -> CellValue:
        """Value of a cell.

        Raises
        ------
        WorkbookError
            With the cell's address, when its text makes no sense.
        """
        try:
            return self.codec.decode(cell.payload)
        except WorkbookError as error:
            raise self.fault(row, cell.column, error) from None

    def fault(self, row: int, column: int, error: WorkbookError) -> WorkbookError:
        """The error with the cell's address."""
        return WorkbookError(error.what, where=self.address(row, column), do=error.do)

    def address(self, row: int, column: int) -> str:
        """``Sheet!B7`` for a sentence."""
        return f"{self.name}!{cell_address(row, column)}"

    @property
    def facts(self) -> Facts:
        """Formulas, head and tail of the sheet as it now stands."""
        if self._facts is None:
            facts = Facts()
            stream = self.stream()
            for _ in self._noting(stream.rows(), facts):
                pass
            facts.head, facts.tail = stream.head, stream.tail
            self._facts = facts
        return self._facts

    def formula_places(self) -> set[tuple[int, int]]:
        """Row and column of every formula cell."""
        return {(cell.row, cell.column) for cell in self.facts.formulas}

    def waiting_places(self) -> set[tuple[int, int]]:
        """Row and column of every cell that shows no value until its formula is calculated."""
        return {place for cell in self.facts.formulas if not cell.has_value for place in cell.area.places()}

    def _noting(self, rows: Iterable[Row], facts: Facts) -> Iterator[Row]:
        """The same rows, their formulas noted as they pass."""
        mark = self.codec.formula_mark
        anchors: dict[str, tuple[int, int, str]] = {}
        early: dict[str, list[int]] = {}  # members of a shared formula that stand before the cell with its text
        alike: dict[FormulaText, FormulaText] = {}  # a column of equal formulas is kept once
        length = 0
        for row in rows:
            if mark in row.text:
                for cell in self.grammar.cells(row, self.where):
                    formula = self.codec.formula(cell.payload)
                    if formula is None:
                        continue
                    if formula.kind in ("array", "dataTable"):
                        self._check_areas(row.number, cell.column, formula)
                    if formula not in alike:
                        alike[formula] = formula
                        length += len(formula.text)
                    formula = alike[formula]
                    anchor = None
                    if formula.kind == "shared":
                        if formula.text:
                            anchors[formula.shared] = (row.number, cell.column, formula.text)
                            for at in early.pop(formula.shared, ()):
                                facts.formulas[at] = facts.formulas[at]._replace(anchor=anchors[formula.shared])
                                length += len(formula.text)
                        else:
                            anchor = anchors.get(formula.shared)
                            length += len(anchor[2]) if anchor else 0
                            if anchor is None:
                                early.setdefault(formula.shared, []).append(len(facts.formulas))
                    valued = self.codec.has_value(cell.payload)
                    facts.formulas.append(FormulaCell(row.number, cell.column, formula, anchor, valued))
                if len(facts.formulas) > MOST_FORMULAS or length > LONGEST_FORMULAS:
                    most = f"{MOST_FORMULAS:,} formulas, or {LONGEST_FORMULAS >> 20} million characters of them"
                    what, do = f"it holds more than {most}", "keep some of them as values, or split the sheet"
                    raise WorkbookError(what, where=self.where, do=do)
            yield row

    def _check_areas(self, row: int, column: int, formula: FormulaText) -> None:
        """Refuse an array formula or data table that names cells which are none."""
        given = attributes(formula.attributes)
        try:
            for key in ("ref", "r1", "r2"):
                if given.get(key):
                    Area.parse(given[key])
        except WorkbookError as error:
            raise self.fault(row, column, error) from None

    @cached_property
    def _column_styles(self) -> list[tuple[int, int, str]]:
        styles = []
        for column in find_all(self.skeleton(), "col"):
            style, first, last = (column.get(name) or "0" for name in ("style", "min", "max"))
            if style != "0" and all(_WHOLE.fullmatch(text) for text in (style, first, last)):
                styles.append((int(first), min(int(last), LAST_COLUMN), f' s="{style}"'))
        return styles

    def default_style(self, row_attributes: str, column: int) -> str:
        """Style attribute that a new cell takes from its row or its column, as in Excel."""
        given = attributes(row_attributes)
        if is_true(given.get("customFormat")) and "s" in given:
            return f' s="{given["s"]}"'
        return next((style for first, last, style in self._column_styles if first <= column <= last), "")

    # -- around the rows ---------------------------------------------------------------------------------

    def skeleton(self) -> etree._Element:
        """Tree of the sheet without its rows, made anew on each call."""
        text = self.facts.head + self.facts.tail
        if text.startswith("<?xml"):  # already text: its old encoding declaration no longer holds
            text = text[text.index("?>") + 2 :].lstrip()
        return parse(text.encode(), part=self.part, where=self.where)

    @property
    def merges(self) -> list[Area]:
        """Merged areas."""
        if "mergeCell" not in self.facts.tail:
            return []
        try:
            return [a for merge in find_all(self.skeleton(), "mergeCell") for a in parse_areas(merge.get("ref") or "")]
        except WorkbookError as error:
            raise WorkbookError(f"among its merged cells, {error.what}", where=self.where, do=DAMAGED) from None

    # -- writing -----------------------------------------------------------------------------------------

    def rewrite(
        self,
        edit: Callable[[Iterator[Row]], Iterator[Row]] | None = None,
        *,
        skeleton: etree._Element | None = None,
        touched: Area | None = None,
        worthwhile: Callable[[], bool] = lambda: True,
    ) -> None:
        """Write the sheet's part anew.

        Parameters
        ----------
        edit : callable, optional
            Turns the rows as they stand into the rows to write.
        skeleton : element, optional
            The changed tree around the rows; without it that text stays as it is.
        touched : Area, optional
            Cells that may be new, which the sheet's ``dimension`` must cover.
        worthwhile : callable, optional
            Asked when all rows have passed; when it says no, nothing is changed.
        """
        old = self.facts
        head, tail = (old.head, old.tail) if skeleton is None else _split(skeleton)
        if touched is not None:
            head = _widened(head, touched)
        facts = Facts(head, tail)
        stream = self.stream()

        def text() -> Iterator[bytes]:
            yield head.encode()
            rows = stream.rows() if edit is None else edit(stream.rows())
            batch: list[str] = []
            size = 0
            for row in self._noting(rows, facts):
                batch.append(self.grammar.row(row))
                size += len(batch[-1])
                if size > _BATCH:
                    yield "".join(batch).encode()
                    batch, size = [], 0
            yield "".join(batch).encode()
            yield tail.encode()

        packed = self.package.archive.pack(self.part, text())
        if worthwhile():
            self.package.archive.put(self.part, packed)
            self._facts = facts
            self.__dict__.pop("_column_styles", None)


def worksheets(package: Package) -> dict[str, Sheet]:
    """The worksheets of a package by name."""
    strings = package.related(package.workbook, "sharedStrings")
    texts = SharedStrings(package.archive, strings[0] if strings else None)
    return {
        entry.name: Sheet(package, entry.name, entry.part, texts)
        for entry in package.sheets
        if entry.kind == "worksheet"
    }


def _split(skeleton: etree._Element) -> tuple[str, str]:
    data = child(skeleton, "sheetData")
    if data is None:
        raise ValueError("a sheet's tree without sheetData")
    data.text = _MARK
    text = etree.tostring(skeleton.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)
    data.text = None
    head, _, tail = text.decode().partition(_MARK)
    return head, tail


def _widened(head: str, touched: Area) -> str:
    match = _DIMENSION.search(head)
    if match is None:
        return head
    try:
        wide = Area.parse(match[2]).union(touched)
    except WorkbookError:
        return head
    return head if str(wide) == match[2] else f"{head[: match.start(2)]}{wide}{head[match.end(2) :]}"
