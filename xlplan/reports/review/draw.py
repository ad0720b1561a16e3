"""Draw a review: blocks to sheets with formats, units, totals, charts, print set-up."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlplan.errors import WorkbookError
from xlplan.reports.review.blocks import NUMBERS, Block, Chart, Sheet
from xlplan.tables.typed import blank
from xlplan.workbook.book import CellValue, Formula, Saved
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.template import styles
from xlplan.workbook.template.build import repeatable
from xlplan.workbook.template.charts import dress

FORMATS = {
    "text": "@",
    "long": "@",
    "whole": "#,##0;[Red]-#,##0;–",
    "tenth": "#,##0.0;[Red]-#,##0.0;–",
    "money": "#,##0;[Red]-#,##0;–",
    "rate": "#,##0.00;[Red]-#,##0.00;–",
    "percent": "0.0%;[Red]-0.0%;–",
    "date": "yyyy-mm-dd",
    "month": "yyyy-mm",
}
WIDTHS = {
    "text": 17,
    "long": 70,
    "whole": 14,
    "tenth": 13,
    "money": 15,
    "rate": 13,
    "percent": 12,
    "date": 13,
    "month": 11,
}
TOP = 4
CHART_ROWS = 25
"""Rows that a chart covers, with a little room below."""
ONE_PAGE = 60
"""Rows of a sheet with charts that are still readable on one page."""
TOTAL_FONT = Font(name=styles.FONT, size=10, bold=True, color=styles.INK)
TOTAL_LINE = Border(top=Side(style="thin", color=styles.INK), bottom=Side(style="double", color=styles.INK))


def draw(sheets: Sequence[Sheet], path: Path, *, footer: str) -> Saved:
    """Write the review to ``path``: all of it, or nothing; beside a file that must not be overwritten now.

    Totals are SUM formulas with their values beside them, so that a viewer that computes nothing shows them too.

    Parameters
    ----------
    sheets : sequence of Sheet
    path : Path
    footer : str
        Printed at the foot of every page, such as the plan's stamp.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    totals: dict[str, dict[str, CellValue]] = {}
    for spec in sheets:
        sheet = book.create_sheet(spec.name)
        totals[spec.name] = _sheet(sheet, spec, footer)
    book.properties.creator = "xlplan"
    book.properties.title = sheets[0].title
    book.properties.created = book.properties.modified = dt.datetime(2026, 1, 1)
    try:
        skeleton = repeatable(book)
    except OSError as error:  # openpyxl writes each sheet into the temporary folder first
        raise WorkbookError(
            f"the review cannot be drawn ({error.strerror or error})",
            where=path.name,
            do="free some space in the temporary folder of this computer",
        ) from error
    review = FileBook.of(skeleton, path.name)
    for name, cells in totals.items():
        if cells:
            review.write_cells(name, cells)
    return review.save(path)


def _sheet(sheet: Worksheet, spec: Sheet, footer: str) -> dict[str, CellValue]:
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = "1F5FA8"
    sheet.cell(1, 1, spec.title).font = styles.TITLE
    sheet.cell(2, 1, spec.answers).font = styles.PURPOSE
    sheet.row_dimensions[1].height = 24
    row = TOP
    formulas: dict[str, CellValue] = {}
    placed: list[tuple[int, int]] = []
    for block in spec.blocks:
        first, last, found = _block(sheet, block, row)
        placed.append((first, last))
        formulas |= found
        row = last + (2 if block.total else 1) + 2
    width = max((len(block.frame.columns) + bool(block.row_total) for block in spec.blocks), default=1)
    for number, chart in enumerate(spec.charts):
        _chart(
            sheet,
            chart,
            spec.blocks[chart.block],
            placed[chart.block],
            f"{get_column_letter(width + 2)}{4 + CHART_ROWS * number}",
        )
    _print(sheet, placed[0][0] if len(spec.blocks) == 1 and placed else 0, footer)
    if spec.charts and max(row, TOP + CHART_ROWS * len(spec.charts)) <= ONE_PAGE:
        sheet.page_setup.fitToHeight = 1  # else the page breaks through the last chart
    return formulas


def _block(sheet: Worksheet, block: Block, row: int) -> tuple[int, int, dict[str, CellValue]]:
    """Draw one block from ``row`` on; returns its first and last body row, and its formulas."""
    frame = block.frame
    names = [str(name) for name in frame.columns]
    sheet.cell(row, 1, block.title).font = styles.TABLE_TITLE
    if block.note:
        sheet.cell(row + 1, 1, block.note).font = styles.PURPOSE
    head = row + (2 if block.note else 1)
    if block.units:
        for number, name in enumerate(names, start=1):
            cell = sheet.cell(head, number, block.units.get(name, ""))
            cell.font, cell.alignment = styles.UNIT, _align(block.formats.get(name, "text"), wrap=True)
        head += 1
    shown = [*names, block.row_total] if block.row_total else names
    for number, name in enumerate(shown, start=1):
        cell = sheet.cell(head, number, name)
        kind = block.formats.get(name, "money" if name == block.row_total else "text")
        cell.font, cell.fill = styles.HEADER, styles.fill(styles.HEADER_ENGINE)
        cell.alignment = _align(kind, wrap=True)
        letter = get_column_letter(number)
        longest = frame[names[number - 1]].astype("str").str.len().max() if number <= len(names) and len(frame) else 0
        body = min(int(longest or 0) + 2, 32) if kind == "text" else 0
        wanted = max(WIDTHS[kind], body, len(name) + 2 if " " not in name else 0)  # a header of one word does not wrap
        sheet.column_dimensions[letter].width = max(sheet.column_dimensions[letter].width or 0, wanted)
    first, last = head + 1, head + max(len(frame), 1)
    for number, name in enumerate(names, start=1):
        kind = block.formats.get(name, "text")
        for place, value in enumerate(frame[name]):
            _value(sheet, first + place, number, value, kind)
    return first, last, _totals(sheet, block, names, first, last)


def _value(sheet: Worksheet, row: int, column: int, value: Any, kind: str) -> None:
    cell = sheet.cell(row, column)
    if not blank(value):
        cell.value = value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
        if kind in NUMBERS:
            cell.value = float(value)
        elif isinstance(value, str):
            cell.data_type = "s"  # a text that begins with = stays text
    cell.font, cell.border, cell.number_format = styles.ENGINE, styles.GRID, FORMATS[kind]
    cell.alignment = _align(kind, wrap=kind == "long")


def _totals(sheet: Worksheet, block: Block, names: list[str], first: int, last: int) -> dict[str, CellValue]:
    """Total row and total column: formulas with the values they come to."""
    formulas: dict[str, CellValue] = {}
    frame = block.frame
    if frame.empty:
        return formulas
    numeric = [name for name in names if name in block.total]
    if block.row_total:
        column = len(names) + 1
        left, right = (get_column_letter(names.index(name) + 1) for name in (numeric[0], numeric[-1]))
        for place, value in enumerate(frame[numeric].sum(axis=1)):
            row = first + place
            _value(sheet, row, column, float(value), "money")
            formulas[f"{get_column_letter(column)}{row}"] = Formula(f"SUM({left}{row}:{right}{row})", float(value))
    if block.total:
        row = last + 1
        for column in range(1, len(names) + 1 + bool(block.row_total)):
            cell = sheet.cell(row, column, "Total" if column == 1 else None)
            cell.font, cell.border = TOTAL_FONT, TOTAL_LINE
        sums = {name: float(frame[name].sum()) for name in numeric}
        if block.row_total:
            sums[block.row_total] = sum(sums.values())
        for name, value in sums.items():
            column = len(names) + 1 if name == block.row_total else names.index(name) + 1
            kind = "money" if name == block.row_total else block.formats.get(name, "money")
            _value(sheet, row, column, value, kind)
            sheet.cell(row, column).font, sheet.cell(row, column).border = TOTAL_FONT, TOTAL_LINE
            letter = get_column_letter(column)
            formulas[f"{letter}{row}"] = Formula(f"SUM({letter}{first}:{letter}{last})", value)
    return formulas


def _align(kind: str, *, wrap: bool) -> Alignment:
    side = "right" if kind in NUMBERS else "center" if kind in {"date", "month"} else "left"
    return Alignment(horizontal=side, vertical="top", wrap_text=wrap, indent=0 if side != "left" else 1)


def _chart(sheet: Worksheet, spec: Chart, block: Block, rows: tuple[int, int], anchor: str) -> None:
    names = [str(name) for name in block.frame.columns]
    chart: LineChart | BarChart = LineChart() if spec.kind == "line" else BarChart()
    if spec.kind == "stacked":
        chart.grouping, chart.overlap = "stacked", 100
    for number, name in enumerate(spec.series):
        column = names.index(name) + 1
        series = Series(Reference(sheet, min_col=column, min_row=rows[0], max_row=rows[1]), title=name)
        series.graphicalProperties.line.solidFill = styles.STACK_COLOURS[number % len(styles.STACK_COLOURS)]
        if spec.kind != "line":
            series.graphicalProperties.solidFill = styles.STACK_COLOURS[number % len(styles.STACK_COLOURS)]
        else:
            series.smooth = False
            series.marker.symbol = "none"
        chart.series.append(series)
    category = names.index(spec.category) + 1
    chart.set_categories(Reference(sheet, min_col=category, min_row=rows[0], max_row=rows[1]))
    dress(chart, spec.title, x_title="", y_title=spec.y_title)
    chart.x_axis.number_format = FORMATS[block.formats.get(spec.category, "text")]
    chart.y_axis.scaling.min = 0  # from anywhere else, a change of a tenth looks like a leap
    sheet.add_chart(chart, anchor)


def _print(sheet: Worksheet, first: int, footer: str) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if first:
        sheet.freeze_panes = sheet.cell(first, 2)
        sheet.print_title_rows = f"{first - 1}:{first - 1}"
    sheet.oddFooter.left.text, sheet.oddFooter.center.text = "&F", re.sub("&", "&&", footer)
    sheet.oddFooter.right.text = "page &P of &N"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.5, 0.8, 0.4
