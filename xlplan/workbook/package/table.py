"""A named table: the part that says where it stands and what its columns are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from xlplan.errors import WorkbookError
from xlplan.workbook.book import TablePlace
from xlplan.workbook.package.follow import TableMove
from xlplan.workbook.package.formulas import has_relative, moved
from xlplan.workbook.package.markup import DAMAGED, child, find_all, from_coded, is_true, local
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import Area
from xlplan.workbook.package.sheet import Facts, FormulaCell, Sheet


@dataclass
class Table:
    """A named table on a sheet."""

    name: str
    sheet: Sheet
    part: str
    root: etree._Element
    _noted: tuple[Facts, Area, dict[int, str]] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def package(self) -> Package:
        return self.sheet.package

    @property
    def area(self) -> Area:
        """Header, body and totals."""
        text = self.root.get("ref") or ""
        try:
            return Area.parse(text)
        except WorkbookError:
            raise WorkbookError(f"its area is {text[:40]!r}", where=f"table {self.name}", do=DAMAGED) from None

    @property
    def headers(self) -> int:
        return self._count("headerRowCount", 1)

    @property
    def totals(self) -> int:
        return self._count("totalsRowCount", 0)

    def _count(self, name: str, otherwise: int) -> int:
        text = self.root.get(name, str(otherwise))
        if text not in ("0", "1"):
            raise WorkbookError(f"its {name} is {text[:20]!r}", where=f"table {self.name}", do=DAMAGED)
        return int(text)

    @property
    def body(self) -> Area:
        """Body rows, one at least: an empty table keeps one blank row."""
        area = self.area
        return Area(area.top + self.headers, area.left, area.bottom - self.totals, area.right)

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names as the planner sees them."""
        return tuple(from_coded(column.get("name") or "") for column in self._columns())

    def _columns(self) -> list[etree._Element]:
        listed = child(self.root, "tableColumns")
        return [] if listed is None else [c for c in listed if local(c) == "tableColumn"]

    @property
    def calculated(self) -> dict[int, str]:
        """Formula of each calculated column by its index.

        A column is calculated because the table says so, or because every cell of it holds the same formula, as the
        first row has it: what other programs than Excel leave.
        """
        return {index: text for index, text in self._filled_throughout().items() if text} | self.declared

    @property
    def declared(self) -> dict[int, str]:
        """Formula of each column that the table itself calls calculated, by its index."""
        found = {}
        for index, column in enumerate(self._columns()):
            formula = child(column, "calculatedColumnFormula")
            if formula is not None and formula.text:
                found[index] = formula.text.removeprefix("=")
        return found

    def _filled_throughout(self) -> dict[int, str]:
        """Columns with a formula in every body cell, by index: its text in the first row, empty where they differ."""
        body, facts = self.body, self.sheet.facts
        if self._noted is None or self._noted[0] is not facts or self._noted[1] != body:
            columns: dict[int, list[FormulaCell]] = {}
            for cell in facts.formulas:
                if body.holds(cell.row, cell.column):
                    columns.setdefault(cell.column - body.left, []).append(cell)
            height = body.bottom - body.top + 1
            whole = {index: _common(cells) for index, cells in columns.items() if len(cells) == height}
            self._noted = facts, body, whole
        return self._noted[2]

    @property
    def arrays(self) -> set[int]:
        """Indexes of the calculated columns whose formula is an array formula, one in each cell."""
        formulas = [child(column, "calculatedColumnFormula") for column in self._columns()]
        return {i for i, formula in enumerate(formulas) if formula is not None and is_true(formula.get("array"))}

    @property
    def filters(self) -> list[etree._Element]:
        """The filters that hide rows, by column; one without criteria only says how its button looks."""
        return [column for column in find_all(self.root, "filterColumn") if len(column)]

    @property
    def refusal(self) -> str:
        """Why the body cannot be replaced, whatever the rows; empty when it can."""
        if self.root.get("tableType") == "queryTable" or self.package.related(self.part, "queryTable"):
            return "is filled by a query, and the next refresh of the query would undo what is written"
        return ""

    @property
    def place(self) -> TablePlace:
        """Where the table stands, as the Book tells it."""
        body, columns = self.body, self.columns
        formulas = self.calculated.keys() | self._filled_throughout().keys()
        calculated = tuple(columns[index] for index in sorted(formulas) if index < len(columns))
        rows = body.bottom - body.top + 1
        return TablePlace(self.name, self.sheet.name, body.top - 1, body.left, columns, rows, calculated)

    def waiting(self) -> tuple[tuple[int, str], ...]:
        """Body row (0 = first) and column of the formulas in it that show no value."""
        body, columns = self.body, self.columns
        places = sorted(self.sheet.waiting_places())
        return tuple((row - body.top, columns[column - body.left]) for row, column in places if body.holds(row, column))

    def check(self) -> None:
        """Refuse a table whose part contradicts itself."""
        area, body = self.area, self.body
        if body.bottom < body.top:
            raise WorkbookError(
                f"its area {area} has no body row", where=f"table {self.name}", do="give it one blank row in Excel"
            )
        if len(self.columns) != area.right - area.left + 1:
            raise WorkbookError(
                f"its area {area} is {area.right - area.left + 1} wide, but it names {len(self.columns)} columns",
                where=f"table {self.name}",
                do=DAMAGED,
            )

    def match(self, columns: Mapping[str, Sequence[object]]) -> tuple[dict[int, Sequence[object]], int]:
        """Given columns by index, and how many rows they have."""
        own = self.columns
        exact = {name: [index] for index, name in reversed(list(enumerate(own)))}
        alike: dict[str, list[int]] = {}
        for index, name in enumerate(own):
            alike.setdefault(name.casefold(), []).append(index)
        found = {name: exact.get(name) or alike.get(name.casefold(), []) for name in columns}
        unknown = [name for name, at in found.items() if len(at) != 1]
        if unknown:
            raise WorkbookError(
                f"no column named {', '.join(map(repr, unknown[:5]))}",
                where=f"table {self.name}",
                do=f"its columns are {', '.join(own)}",
            )
        values = {found[name][0]: _as_list(given) for name, given in columns.items()}
        lengths = {len(given) for given in values.values()}
        if len(lengths) > 1 or len(values) != len(columns):
            sizes = ", ".join(f"{name} {len(given)}" for name, given in list(columns.items())[:5])
            raise WorkbookError(
                f"the columns do not fit each other (rows: {sizes})",
                where=f"table {self.name}",
                do="give each column once, all of one length",
            )
        return values, lengths.pop() if lengths else self.body.bottom - self.body.top + 1

    def move(self, rows: int) -> TableMove:
        """How the table changes when its body gets this many rows (an empty body keeps one blank row)."""
        body = self.body
        return TableMove(
            self.sheet.name, self.area.top, body.top, body.left, body.right, body.bottom,
            body.top + max(rows, 1) - 1, self.totals,
        )  # fmt: skip

    def settle(self, move: TableMove) -> None:
        """Write the table's new area; its filter and sort order no longer describe its rows and go."""
        area = self.area
        changed = self.root.attrib.pop("insertRow", None) is not None
        for element in [*self.filters, *find_all(self.root, "sortState")]:
            parent = element.getparent()
            if element.get("hiddenButton") or element.get("showButton"):
                del element[:]  # what it says of the column's button stays true
            elif parent is not None:
                parent.remove(element)
            changed = True
        if move.shift:
            self.root.set("ref", Area(area.top, area.left, area.bottom + move.shift, area.right).range_text())
            for element in find_all(self.root, "autoFilter"):
                if element.get("ref"):
                    element.set("ref", move.area_after(Area.parse(element.get("ref") or "")).range_text())
            self._follow_formulas(move)
            changed = True
        if changed:
            self.package.store(self.part)

    def follow(self, move: TableMove) -> None:
        """Follow the move of another table: into which rows this one is pushed, and what its formulas refer to."""
        if not move.shift:
            return
        changed = self._follow_formulas(move)
        if self.sheet.name == move.sheet:
            for element in find_all(self.root, "table", "autoFilter", "sortState", "sortCondition"):
                old = element.get("ref") or ""
                new = move.sqref_after(old)
                if new != old:
                    element.set("ref", new)
                    changed = True
        if changed:
            self.package.store(self.part)

    def _follow_formulas(self, move: TableMove) -> bool:
        """Send the formulas of columns and totals after their cells; True when any of them changed."""
        changed = False
        for element in find_all(self.root, "calculatedColumnFormula", "totalsRowFormula"):
            text = element.text or ""
            after = move.formula_after(text, self.sheet.name)
            if after != text:
                element.text = after
                changed = True
        return changed


def _as_list(values: Sequence[object]) -> Sequence[object]:
    """numpy arrays and pandas Series as lists of Python values, which are far quicker to write."""
    plain = getattr(values, "tolist", None)
    return plain() if callable(plain) else values


def _common(cells: Sequence[FormulaCell]) -> str:
    """The formula that all cells of a column hold, as the first of them has it; empty where they differ."""
    first = cells[0]
    text = first.text
    relative = has_relative(text)
    for cell in cells:
        if cell.formula.kind not in ("normal", "shared"):
            return ""
        leans = cell.anchor is not None and cell.anchor[:2] == (first.row, first.column)
        if not leans and cell.text != (moved(text, cell.row - first.row, 0) if relative else text):
            return ""
    return text


def load_tables(sheet: Sheet) -> list[Table]:
    """Tables of one sheet.

    Raises
    ------
    WorkbookError
        When a table's part is missing.
    """
    tables = []
    for relationship in sheet.package.relationships(sheet.part):
        if relationship.kind == "table" and not relationship.external:
            root = sheet.package.tree(relationship.target)
            name = root.get("displayName") or root.get("name") or ""
            tables.append(Table(name, sheet, relationship.target, root))
    return tables
