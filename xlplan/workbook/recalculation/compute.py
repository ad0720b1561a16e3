"""Values for the formula cells of a package that wait for one, as far as they can be vouched for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from xlplan.errors import SHOWN
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.formulas import has_relative, precedents, sheet_of
from xlplan.workbook.package.markup import child, is_true
from xlplan.workbook.package.names import named_cells
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.pivots import waiting_pivots
from xlplan.workbook.package.references import Area
from xlplan.workbook.package.sheet import FormulaCell, Sheet, worksheets
from xlplan.workbook.package.stale import Readers, defined_names, stale_cells
from xlplan.workbook.package.table import load_tables
from xlplan.workbook.recalculation.answers import Answers
from xlplan.workbook.recalculation.engine import Engine, EngineFault, Functions, Place, Values
from xlplan.workbook.recalculation.operands import Workings, listed, scoped_names
from xlplan.workbook.recalculation.shown import calculated_formulas, shown_values
from xlplan.workbook.recalculation.spans import is_plain, shape
from xlplan.workbook.recalculation.sums import as_cell
from xlplan.workbook.recalculation.trust import Evidence, agree, can_be_known, is_measured, written

Sheets = Mapping[str, Sheet]


@dataclass(frozen=True)
class Computed:
    """Values to show by sheet and cell, and sentences on what has none."""

    values: Values = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def compute(
    engine: Engine | None,
    package: Package,
    sheets: Sheets,
    wanted: Mapping[str, Container[Place]],
    functions: Functions | None = None,
) -> Computed:
    """Values for formula cells that show none.

    Parameters
    ----------
    engine : Engine or None
        What calculates; without one every such cell goes on waiting for Excel.
    package : Package
        The package as it now stands.
    sheets : mapping
        Its worksheets by name.
    wanted : mapping
        By sheet, the cells that are to show a value if they show none.
    functions : Functions, optional
        Functions of xlplan in the formulas; without them every such cell goes on waiting for its host.

    Returns
    -------
    Computed
        Only values that the evidence of the workbook supports (see ``trust``), and that no value without such
        support went into. The engine's faults become remarks: they never stop a save.
    """
    waiting = {
        name: {(cell.row, cell.column) for cell in sheet.facts.formulas if not cell.has_value}
        for name, sheet in sheets.items()
    }
    asked = {name: {place for place in places if place in wanted.get(name, ())} for name, places in waiting.items()}
    if not any(asked.values()):
        return Computed()
    calculation = _Calculation(package, sheets, functions)
    remarks = []
    try:
        calculation.run(engine)
    except EngineFault as fault:
        remarks.append(f"Formulas were not calculated: {fault.sentence()}.")
    shown = calculation.shown(asked)
    values = calculation.values(shown)
    remarks += calculation.failures(shown)
    left = sum(map(len, waiting.values())) - len(shown)
    if left:
        cells = "1 formula cell shows" if left == 1 else f"{left:,} formula cells show"
        remarks.append(f"{cells} no value until Excel calculates the workbook.")
    return Computed(values, tuple(remarks))


class _Calculation:
    """One calculation of a package, held against what the workbook showed when it was read."""

    def __init__(self, package: Package, sheets: Sheets, functions: Functions | None) -> None:
        self._package = package
        self._sheets = sheets
        self._formulas = calculated_formulas(package, sheets)
        self._waiting = {name: [c for c in cells if not c.has_value] for name, cells in self._formulas.items()}
        self._tables = {table.name.casefold(): table for sheet in sheets.values() for table in load_tables(sheet)}
        self._names = defined_names(package)
        self._single = _single_names(package)
        self._plain: dict[str, bool] = {}
        self._computed: Values = {}
        self._believed: dict[str, list[FormulaCell]] = {}
        self._answers = None
        if functions is not None and not package.date1904:  # serial numbers would be four years off
            tables = {name: listed(table) for name, table in self._tables.items()}
            self._answers = Answers(functions, Workings(tables, scoped_names(package)), sheets, self._formulas)

    def shown(self, wanted: Mapping[str, Container[Place]]) -> list[tuple[str, FormulaCell]]:
        """Formula cells that have a value now and are to show it."""
        return [
            (name, cell)
            for name, cells in self._believed.items()
            for cell in cells
            if (cell.row, cell.column) in wanted.get(name, ())
        ]

    def values(self, shown: Iterable[tuple[str, FormulaCell]]) -> Values:
        """Values of formula cells, and of the cells that they spill into."""
        found: Values = {}
        for name, cell in shown:
            computed = self._computed[name]
            found.setdefault(name, {}).update({place: computed[place] for place in cell.area.places()})
        return found

    def failures(self, shown: Iterable[tuple[str, FormulaCell]]) -> list[str]:
        """Sentences on functions of xlplan that gave an error: the first of them, and how many more there are."""
        told = {} if self._answers is None else self._answers.failures
        places = [(name, (cell.row, cell.column)) for name, cell in shown]
        found = [told[place] for place in places if place in told]
        more = len(found) - SHOWN
        return [*found[:SHOWN], *([f"{more:,} more cells show errors of functions of xlplan."] if more > 0 else [])]

    def run(self, engine: Engine | None) -> None:
        """Calculate what can be vouched for."""
        if _shows_rounded(self._package):
            raise EngineFault("the workbook calculates with the precision that it displays")
        if self._answers is not None:
            self._answers.learn({})
            self._settle(self._answers.values, Evidence(), {})
        if engine is not None and self._needs_engine():
            with ThreadPoolExecutor(1) as pool:  # the engine is another process, so that both run at once
                computing = pool.submit(self._calculated, engine)
                evidence = self._evidence(engine)
                computed = computing.result()
            while self._answers is not None and self._answers.learn(self._sure(computed, evidence)):
                computed = self._calculated(engine)
            own = {} if self._answers is None else self._answers.values
            shown = {name: shown_values(sheet, self._formulas[name]) for name, sheet in self._sheets.items()}
            self._settle(_joined(computed, own), evidence, shown)

    def _needs_engine(self) -> bool:
        if self._answers is not None and self._answers.waits:
            return True
        done = {} if self._answers is None else self._answers.values
        return any(
            self._can_have_value(cell) and (cell.row, cell.column) not in done.get(name, {})
            for name, cells in self._waiting.items()
            for cell in cells
        )

    def _calculated(self, engine: Engine) -> Values:
        asked = formula_cells(self._sheets)
        if self._answers is None:
            return engine.values(_bytes(self._package), asked)
        sums = self._answers.sums
        return engine.values(
            _bytes(self._package),
            asked | {sums.sheet: [(cell.row, cell.column) for cell in sums.cells()]},
            self._answers.given,
        )

    def _sure(self, computed: Values, evidence: Evidence) -> Values:
        """Values of waiting cells, and of arguments, that may be believed."""
        sums = {} if self._answers is None else {self._answers.sums.sheet: self._answers.sums.cells()}
        return {
            name: {
                (cell.row, cell.column): computed[name][cell.row, cell.column]
                for cell in cells
                if (cell.row, cell.column) in computed.get(name, {})
                and self._is_sure(name, cell, computed[name][cell.row, cell.column], evidence)
            }
            for name, cells in {**self._waiting, **sums}.items()
        }

    def _is_sure(self, name: str, cell: FormulaCell, value: CellValue, evidence: Evidence) -> bool:
        text = "" if self._answers is None else self._answers.texts.get((name, (cell.row, cell.column)), "")
        calculated = as_cell(text, (cell.row, cell.column)) if text else cell
        return self._can_have_value(calculated) and evidence.believes(name, calculated, value)

    def _settle(self, computed: Values, evidence: Evidence, shown: Mapping[str, Mapping[Place, CellValue]]) -> None:
        """Sort values into those that may be believed and those that may not, with all that read these."""
        own, given = ({}, set()) if self._answers is None else (self._answers.values, self._answers.cells)
        believed: dict[str, list[FormulaCell]] = {}
        doubtful = waiting_pivots(self._package) + (_differing(self._formulas, shown, computed, given) if shown else [])
        for name, cells in self._waiting.items():
            found = computed.get(name, {})
            for cell in cells:
                place = cell.row, cell.column
                if place in own.get(name, {}) or (place in found and self._is_sure(name, cell, found[place], evidence)):
                    believed.setdefault(name, []).append(cell)
                elif place in found or not cell.area.is_cell:  # what has no value gives none to its readers
                    doubtful.append((name, cell.area))
        for name, cells in self._reading(doubtful, believed).items():
            unsupported = {(cell.row, cell.column) for cell in cells}
            believed[name] = [cell for cell in believed[name] if (cell.row, cell.column) not in unsupported]
        self._computed, self._believed = computed, believed

    def _can_have_value(self, cell: FormulaCell) -> bool:
        """True for a formula of one cell that reads the same to every program, at every time."""
        if cell.formula.kind not in ("normal", "shared"):
            return False
        text = shape(written(cell))
        if text not in self._plain:
            self._plain[text] = bool(text) and can_be_known(text) and is_plain(text, self._single)
        return self._plain[text]

    def _evidence(self, engine: Engine) -> Evidence:
        """The engine's values of the workbook as it was read, against those that it showed."""
        evidence = Evidence()
        package = Package(self._package.archive.as_read())
        sheets = worksheets(package)
        formulas = calculated_formulas(package, sheets)
        if not any(cell.has_value for cells in formulas.values() for cell in cells):
            return evidence  # nobody ever calculated it
        computed = engine.values(package.archive.source, formula_cells(sheets))
        shown = {name: shown_values(sheet, formulas[name]) for name, sheet in sheets.items()}
        differing = _Cells(_differing(formulas, shown, computed))
        for name, own in formulas.items():
            cells = [cell for cell in own if self._can_have_value(cell) and not _plainly_reads(cell, name, differing)]
            evidence.weigh(name, cells, shown[name], computed.get(name, {}))
        return evidence

    def _reading(
        self, doubtful: Sequence[tuple[str, Area]], believed: Mapping[str, list[FormulaCell]]
    ) -> dict[str, list[FormulaCell]]:
        """Cells that read, however far back, a doubtful one."""
        named = {name: (table.sheet.name, table.area) for name, table in self._tables.items()}
        readers = Readers(named, self._names)
        for name, area in doubtful:
            readers.changed(name, area)
        return stale_cells(readers, believed) if doubtful else {}


def _joined(values: Values, others: Values) -> Values:
    return {name: {**values.get(name, {}), **others.get(name, {})} for name in values.keys() | others.keys()}


def _bytes(package: Package) -> bytes:
    return b"".join(package.archive.pieces())


def formula_cells(sheets: Sheets) -> dict[str, list[Place]]:
    """Every formula cell by sheet."""
    return {
        name: [(cell.row, cell.column) for cell in sheet.facts.formulas]
        for name, sheet in sheets.items()
        if sheet.facts.formulas
    }


def _differing(
    formulas: Mapping[str, Sequence[FormulaCell]],
    shown: Mapping[str, Mapping[Place, CellValue]],
    computed: Values,
    given: Container[tuple[str, Place]] = (),
) -> list[tuple[str, Area]]:
    """Formulas that show a value of which the engine has another: what it makes of their readers is wrong.

    What was given to the engine as a value cannot differ.
    """
    differing: list[tuple[str, Area]] = []
    for name, cells in formulas.items():
        found = computed.get(name, {})
        for cell in cells:
            place = cell.row, cell.column
            if not cell.has_value or (name, place) in given:
                continue
            # of what spills over several cells, not every one is compared
            if not cell.area.is_cell or (place in found and not agree(shown[name].get(place), found[place])):
                differing.append((name, cell.area))
    return differing


class _Cells:
    """Cells by sheet and column, to be met by areas."""

    def __init__(self, areas: Iterable[tuple[str, Area]]) -> None:
        self._rows: dict[str, dict[int, list[int]]] = {}
        self._wide: list[tuple[str, Area]] = []
        for name, area in areas:
            if area.is_cell:
                self._rows.setdefault(name.casefold(), {}).setdefault(area.left, []).append(area.top)
            else:
                self._wide.append((name.casefold(), area))
        for columns in self._rows.values():
            for rows in columns.values():
                rows.sort()

    def __bool__(self) -> bool:
        return bool(self._rows or self._wide)

    def meets(self, sheet: str, area: Area) -> bool:
        """True when one of the cells lies in the area."""
        name = sheet.casefold()
        for column, rows in self._rows.get(name, {}).items():
            if area.left <= column <= area.right:
                at = bisect_left(rows, area.top)
                if at < len(rows) and rows[at] <= area.bottom:
                    return True
        return any(other == name and area.meets(wide) for other, wide in self._wide)


def _plainly_reads(cell: FormulaCell, home: str, cells: _Cells) -> bool:
    """True when a formula names one of some cells by its address."""
    return bool(cells) and any(
        cells.meets(sheet_of(reference.prefix, home) or "", reference.area)
        for reference in precedents(cell.text).references
    )


def _single_names(package: Package) -> frozenset[str]:
    """Names (lower case) that are one value: a cell, a constant, a plain formula of measured functions."""
    single = {name.casefold() for name in named_cells(package)}
    open_names = {name: texts[0] for name, texts in defined_names(package).items() if len(texts) == 1}
    grown = True
    while grown:
        found = {
            name
            for name, text in open_names.items()
            if name not in single
            and not has_relative(text)
            and can_be_known(text)
            and is_measured(text)
            and is_plain(text, single)
        }
        single |= found
        grown = bool(found)
    return frozenset(single)


def _shows_rounded(package: Package) -> bool:
    calc = child(package.tree(package.workbook), "calcPr")
    return calc is not None and not is_true(calc.get("fullPrecision", "1"))
