"""Build a template: the layout's sheets with named tables, styles, validations, notes, charts and print set-up."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.styles import Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table as SheetTable
from openpyxl.worksheet.table import TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from xlplan.tables import dictionary
from xlplan.tables.plan import NAME_DEFAULTS
from xlplan.tables.schema import Column, Table
from xlplan.workbook.plans import ENGINE_LOGS
from xlplan.workbook.template import styles
from xlplan.workbook.template.charts import add_chart
from xlplan.workbook.template.layout import KPIS, GridSpec, Layout, SheetSpec, TableSpec

TITLE_ROW, PURPOSE_ROW, TABLE_ROW, UNIT_ROW, HEADER_ROW = 1, 2, 4, 5, 6
FIRST_ROW = HEADER_ROW + 1
NAMES_COLUMN = 1
EPOCH = dt.datetime(2026, 1, 1)
TAB_COLOURS = {"control": "6B7785", "input": "F2C94C", "working": "9FB3C8", "output": "1F5FA8"}
MAX_CHOICES = 255
"""Excel refuses a list of choices that is longer, in characters."""
PAGE_CHARACTERS = 106
"""Characters of column width that a landscape A4 page holds at full size, in the widest of the usual fonts."""


def build(layout: Layout) -> bytes:
    """The template as the bytes of an .xlsx file; the same layout gives the same bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    about = book.create_sheet("About")
    placed: dict[str, tuple[Worksheet, dict[str, int], int]] = {}
    for spec in layout.sheets:
        sheet = book.create_sheet(spec.name)
        _head(sheet, spec.name.replace("_", " "), spec.purpose, spec.kind)
        column = _names(book, sheet) if spec.names else 1
        starts = [1, column] if spec.names else [1]
        for table_spec in spec.tables:
            columns, last = _table(sheet, table_spec, column)
            placed[table_spec.table] = (sheet, columns, last)
            column = max(columns.values()) + 2
            starts.append(column)
        if spec.grid is not None:
            _grid(book, sheet, spec.grid)
        _print_setup(sheet, spec, starts)
    for spec in layout.sheets:
        for chart in spec.charts:
            data, columns, last = placed[chart.table]
            add_chart(book[spec.name], chart, data, columns, FIRST_ROW, last)
    _lists(book, placed)
    _about(about, layout)
    book.active = book.sheetnames.index(layout.sheets[0].name)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet.title == layout.sheets[0].name
    book.properties.creator = "xlplan"
    book.properties.title = layout.title
    book.properties.created = book.properties.modified = EPOCH
    return repeatable(book)


def write_templates(folder: Path, layouts: dict[str, Layout]) -> list[Path]:
    """Build every layout into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for layout in layouts.values():
        path = folder / layout.file
        path.write_bytes(build(layout))
        paths.append(path)
    return paths


def _head(sheet: Worksheet, title: str, purpose: str, kind: str) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = TAB_COLOURS[kind]
    sheet.cell(TITLE_ROW, 1, title).font = styles.TITLE
    sheet.cell(PURPOSE_ROW, 1, purpose).font = styles.PURPOSE
    sheet.row_dimensions[TITLE_ROW].height = 24
    sheet.row_dimensions[HEADER_ROW].height = 20


def _names(book: Workbook, sheet: Worksheet) -> int:
    """The named cells of the plan, one below the other; returns the first free column."""
    for offset, text in enumerate(("name", "value", "unit", "meaning")):
        cell = sheet.cell(HEADER_ROW, NAMES_COLUMN + offset, text)
        cell.font, cell.fill, cell.alignment = styles.HEADER, styles.fill(styles.HEADER_INPUT), styles.HEADER_ALIGN
    sheet.cell(TABLE_ROW, NAMES_COLUMN, "Named cells").font = styles.TABLE_TITLE
    for row, column in enumerate(dictionary.names().values(), start=FIRST_ROW):
        sheet.cell(row, NAMES_COLUMN, column.name).font = styles.HEADER
        sheet.cell(row, NAMES_COLUMN).alignment = styles.TOP
        value = sheet.cell(row, NAMES_COLUMN + 1, NAME_DEFAULTS.get(column.name))
        _body(value, column)
        value.alignment = styles.LEFT
        unit = sheet.cell(row, NAMES_COLUMN + 2, column.unit)
        unit.font, unit.alignment = styles.UNIT, styles.TOP
        text = f"{column.meaning}. Blank: {column.blank}" if column.blank else column.meaning
        meaning = sheet.cell(row, NAMES_COLUMN + 3, text)
        meaning.font, meaning.alignment = styles.ENGINE, styles.WRAP
        book.defined_names[column.name] = DefinedName(
            column.name, attr_text=f"{sheet.title}!${get_column_letter(NAMES_COLUMN + 1)}${row}"
        )
        _validate(sheet, column, value.coordinate)
    for offset, size in enumerate((20, 34, 12, 70)):
        sheet.column_dimensions[get_column_letter(NAMES_COLUMN + offset)].width = size
    return NAMES_COLUMN + 5


def _table(sheet: Worksheet, spec: TableSpec, left: int) -> tuple[dict[str, int], int]:
    table = dictionary.table(spec.table)
    engine = table.by_engine or table.name in ENGINE_LOGS
    shown = [table[name] for name in spec.columns] or list(table.columns)
    title = sheet.cell(TABLE_ROW, left, f"{table.name}: {table.meaning}")
    title.font = styles.TABLE_TITLE
    if len(str(title.value)) > 1.1 * sum(styles.width(column) for column in shown):
        title.value = table.name  # a longer title would be cut off by the next table's
    last = HEADER_ROW + max(spec.rows, 1)
    columns: dict[str, int] = {}
    for offset, column in enumerate(shown):
        number = left + offset
        columns[column.name] = number
        letter = get_column_letter(number)
        align = styles.header_align(column)
        sheet.cell(UNIT_ROW, number, column.unit or _type_hint(column)).font = styles.UNIT
        sheet.cell(UNIT_ROW, number).alignment = align
        header = sheet.cell(HEADER_ROW, number, column.name)
        colour = styles.HEADER_ENGINE if column.by_engine or engine else styles.HEADER_INPUT
        header.font, header.fill, header.alignment = styles.HEADER, styles.fill(colour), align
        header.comment = _note(column)
        for row in range(FIRST_ROW, last + 1):
            _body(sheet.cell(row, number), column, engine=engine)
        sheet.column_dimensions[letter].width = max(sheet.column_dimensions[letter].width or 0, styles.width(column))
        area = f"{letter}{FIRST_ROW}:{letter}{last}"
        if not engine and not column.by_engine:
            _validate(sheet, column, area)
    if table.name == "tblKpi":
        _kpis(sheet, columns)
    _warnings(sheet, table, columns, last)
    sheet.column_dimensions[get_column_letter(left + len(shown))].width = 3
    area = f"{get_column_letter(left)}{HEADER_ROW}:{get_column_letter(left + len(shown) - 1)}{last}"
    named = SheetTable(displayName=table.name, name=table.name, ref=area)
    named.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    sheet.add_table(named)
    units = [len(column.unit or _type_hint(column)) / styles.width(column) for column in shown]
    lines = 1 + max((int(length) for length in units), default=0)
    sheet.row_dimensions[UNIT_ROW].height = max(sheet.row_dimensions[UNIT_ROW].height or 0, 13.0 * min(lines, 4))
    return columns, last


def _grid(book: Workbook, sheet: Worksheet, grid: GridSpec) -> None:
    """Room for a view: a named cell at its corner, formats, and colours where it is a heat-map."""
    book.defined_names[grid.name] = DefinedName(grid.name, attr_text=f"'{sheet.title}'!$A${HEADER_ROW}")
    sheet.cell(TABLE_ROW, 1, grid.title).font = styles.TABLE_TITLE
    sheet.cell(UNIT_ROW, 1, grid.unit).font = styles.UNIT
    first = len(grid.index) + 1
    last = len(grid.index) + grid.columns
    for column in range(1, last + 1):
        header = sheet.cell(HEADER_ROW, column)
        header.font, header.alignment = styles.HEADER, styles.HEADER_ALIGN
        sheet.column_dimensions[get_column_letter(column)].width = 18 if column < first else 10.5
        for row in range(FIRST_ROW, FIRST_ROW + grid.rows):
            cell = sheet.cell(row, column)
            cell.font = styles.ENGINE
            cell.number_format = "@" if column < first else grid.number_format
    for column, text in enumerate(grid.index, start=1):
        sheet.cell(HEADER_ROW, column, text)
    # Only what a refresh fills is dressed: the rest of the room stays white paper.
    end = get_column_letter(last)
    head, body = f"A{HEADER_ROW}:{end}{HEADER_ROW}", f"A{FIRST_ROW}:{end}{FIRST_ROW + grid.rows - 1}"
    band = styles.fill(styles.HEADER_ENGINE)
    sheet.conditional_formatting.add(head, FormulaRule(formula=[f"LEN(A${HEADER_ROW})>0"], fill=band))
    filled = f"AND(LEN($A{FIRST_ROW})>0,LEN(A${HEADER_ROW})>0)"
    sheet.conditional_formatting.add(body, FormulaRule(formula=[filled], border=styles.GRID))
    if grid.heat:
        area = f"{get_column_letter(first)}{FIRST_ROW}:{get_column_letter(last)}{FIRST_ROW + grid.rows - 1}"
        colours = {"start_color": "E06666", "mid_color": "FFFFFF", "end_color": "9FC5E8"}
        rule = ColorScaleRule(start_type="min", mid_type="num", mid_value=0, end_type="max", **colours)
        sheet.conditional_formatting.add(area, rule)


def _kpis(sheet: Worksheet, columns: dict[str, int]) -> None:
    for row, kpi in enumerate(KPIS, start=FIRST_ROW):
        sheet.cell(row, columns["kpi"], kpi.name).font = styles.HEADER
        sheet.cell(row, columns["value"]).number_format = kpi.number_format
        sheet.cell(row, columns["unit"], kpi.unit)


def _body(cell: Cell, column: Column, *, engine: bool = False) -> None:
    cell.number_format = styles.number_format(column)
    by_engine = engine or column.by_engine
    cell.font = styles.ENGINE if by_engine else styles.INPUT
    if not by_engine:
        cell.fill = styles.fill(styles.INPUT_FILL)
    cell.border = styles.GRID
    cell.alignment = styles.body_align(column)


def _warnings(sheet: Worksheet, table: Table, columns: dict[str, int], last: int) -> None:
    """What stops a plan stands out in red, what only deserves a look in amber."""
    marks = {"tblCheck": "status", "tblFinding": "severity", "tblRun": "status"}
    if table.name not in marks:
        return
    letters = {name: get_column_letter(number) for name, number in columns.items()}
    cell = f"${letters[marks[table.name]]}{FIRST_ROW}"
    area = f"{letters[marks[table.name]]}{FIRST_ROW}:{letters[marks[table.name]]}{last}"
    if table.name == "tblCheck":
        severity = f"${letters['severity']}{FIRST_ROW}"
        red, amber = f'AND({cell}="fail",{severity}="error")', f'{cell}="fail"'
    else:
        red, amber = f'OR({cell}="error",{cell}="checks_failed")', f'{cell}="warning"'
    for formula, (colour, ink) in ((red, styles.FAIL), (amber, styles.WARN)):
        rule = FormulaRule(formula=[formula], font=Font(color=ink), fill=styles.shade(colour), stopIfTrue=True)
        sheet.conditional_formatting.add(area, rule)


def _type_hint(column: Column) -> str:
    hints = {"boolean": "TRUE or FALSE", "date": "date", "enum": "choice", "rate": "share", "money": "amount"}
    return hints.get(column.type, "")


def _note(column: Column) -> Comment:
    lines = [column.meaning + ".", f"Expected: {column.expects}."]
    if column.blank:
        lines.append(f"Blank: {column.blank}.")
    if column.note:
        lines.append(f"Note: {column.note}.")
    note = Comment("\n".join(lines), "xlplan")
    note.width, note.height = 300, 22 + 20 * sum(1 + len(line) // 46 for line in lines)
    return note


def _validate(sheet: Worksheet, column: Column, area: str) -> None:
    rule = _rule(column)
    if rule is None or column.by_engine:
        return
    rule.allow_blank = not column.required
    rule.errorTitle = column.name
    rule.error = f"Expected {column.expects}."[:MAX_CHOICES]
    rule.showErrorMessage = True
    sheet.add_data_validation(rule)
    rule.add(area)


def _rule(column: Column) -> DataValidation | None:
    choices = ",".join(column.allowed.choices)
    if choices and len(choices) <= MAX_CHOICES:
        return DataValidation(type="list", formula1=f'"{choices}"')
    if column.type == "boolean":
        return DataValidation(type="list", formula1='"TRUE,FALSE"')
    if column.type in {"date", "datetime"}:
        return DataValidation(type="date", operator="greaterThan", formula1="61")
    if column.type == "time":
        return DataValidation(type="decimal", operator="between", formula1="0", formula2="1")
    if not column.numeric:
        return None
    kind = "whole" if column.type == "integer" else "decimal"
    limits = {clause.values[0]: clause.values[1] for clause in column.allowed.clauses if clause.kind == "number"}
    low, high = limits.get(">=", limits.get(">")), limits.get("<=", limits.get("<"))
    if low is not None and high is not None:
        return DataValidation(type=kind, operator="between", formula1=low, formula2=high)
    if low is not None:
        operator = "greaterThanOrEqual" if ">=" in limits else "greaterThan"
        return DataValidation(type=kind, operator=operator, formula1=low)
    return DataValidation(type=kind, operator="between", formula1="-1E+300", formula2="1E+300")


def _lists(book: Workbook, placed: dict[str, tuple[Worksheet, dict[str, int], int]]) -> None:
    """Drop-downs of ids: a cell that refers to a table in the workbook offers that table's ids, and warns otherwise."""
    for sheet, table, column, area in _references(placed):
        home, _, field = column.refers_to.partition(".")
        data, columns, last = placed[home]
        letter = get_column_letter(columns[field])
        rule = DataValidation(
            type="list",
            formula1=f"'{data.title}'!${letter}${FIRST_ROW}:${letter}${last}",
            allow_blank=not column.required,
            errorStyle="warning",
            errorTitle=table.name,
            error=f"Not an id of {home}. {column.fix}."[:MAX_CHOICES],
            showErrorMessage=True,
        )
        sheet.add_data_validation(rule)
        rule.add(area)


def _references(
    placed: dict[str, tuple[Worksheet, dict[str, int], int]],
) -> Iterator[tuple[Worksheet, Table, Column, str]]:
    for name, (sheet, columns, last) in placed.items():
        table = dictionary.table(name)
        for column in table.columns:
            home = column.refers_to.partition(".")[0]
            shown = column.name in columns and home in placed and home != name
            if shown and not table.by_engine and not column.by_engine:
                letter = get_column_letter(columns[column.name])
                yield sheet, table, column, f"{letter}{FIRST_ROW}:{letter}{last}"


def _print_setup(sheet: Worksheet, spec: SheetSpec, starts: list[int]) -> None:
    """One page wide; several tables side by side get a page each, in one size.

    ``starts`` holds the first column of each block, and last the column after all of them.
    """
    _page(sheet, "landscape" if spec.landscape else "portrait")
    if spec.charts:
        return
    sheet.freeze_panes = sheet.cell(FIRST_ROW, 1)
    sheet.print_title_rows = f"{TABLE_ROW}:{HEADER_ROW}"
    if len(starts) <= 2:
        return
    blocks = [range(left, after) for left, after in pairwise(starts)]
    widest = max(sum(sheet.column_dimensions[get_column_letter(n)].width for n in block) for block in blocks)
    sheet.sheet_properties.pageSetUpPr.fitToPage = False
    sheet.page_setup.scale = min(100, int(100 * PAGE_CHARACTERS / widest))
    for block in blocks[:-1]:
        sheet.col_breaks.append(Break(id=block[-1]))


def _page(sheet: Worksheet, orientation: str) -> None:
    sheet.page_setup.orientation = orientation
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.left.text, sheet.oddFooter.center.text = "&F", "&A"
    sheet.oddFooter.right.text = "page &P of &N"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.5, 0.8, 0.4


def _about(sheet: Worksheet, layout: Layout) -> None:
    _head(sheet, layout.title, layout.purpose, "control")
    sheet.row_dimensions[HEADER_ROW].height = None
    legend = (
        ("Typed by planners", styles.INPUT, styles.INPUT_FILL),
        ("Written by xlplan: overwritten by every refresh", styles.ENGINE, styles.ENGINE_FILL),
        ("Header of a column that planners type", styles.HEADER, styles.HEADER_INPUT),
        ("Header of a column that xlplan writes", styles.HEADER, styles.HEADER_ENGINE),
    )
    lines = (
        "How to refresh",
        "1  Type or paste into the cells with the input look; the note on each header says what belongs there.",
        "2  Close the file and run: xlplan check FILE, then xlplan refresh FILE",
        "3  Read Summary and Checks. A finding names its cell and what to type.",
    )
    for row, text in enumerate(lines, start=4):
        sheet.cell(row, 1, text).font = styles.TABLE_TITLE if row == 4 else styles.ENGINE
    sheet.cell(9, 1, "Legend").font = styles.TABLE_TITLE
    for row, (text, font, colour) in enumerate(legend, start=10):
        cell = sheet.cell(row, 1, text)
        cell.font, cell.fill, cell.border = font, styles.fill(colour), styles.GRID
    sheet.cell(15, 1, "Sheets").font = styles.TABLE_TITLE
    for row, spec in enumerate(layout.sheets, start=16):
        link = sheet.cell(row, 1, spec.name)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{spec.name}'!A1")
        link.font = styles.INPUT
        kind = sheet.cell(row, 2, spec.kind)
        kind.font, kind.alignment = styles.UNIT, styles.CENTRE
        kind.border = Border(left=Side(style="thick", color=TAB_COLOURS[spec.kind]))
        sheet.cell(row, 3, spec.purpose).font = styles.ENGINE
    for letter, size in (("A", 52), ("B", 12), ("C", 110)):
        sheet.column_dimensions[letter].width = size
    _page(sheet, "landscape")


def repeatable(book: Workbook) -> bytes:
    """Save with fixed dates: openpyxl stamps the clock into the zip and the properties."""
    raw = io.BytesIO()
    book.save(raw)
    fixed = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                stamp = book.properties.created.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                data = _modified(data, stamp)
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return fixed.getvalue()


def _modified(core: bytes, stamp: bytes) -> bytes:
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, core)
