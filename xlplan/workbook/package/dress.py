"""Dates that come into cells without a format: they get one, as Excel gives it to a date that is typed."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy

from lxml import etree

from xlplan.workbook.package.edits import assembled
from xlplan.workbook.package.grow import add_part, free_part, point
from xlplan.workbook.package.markup import child, find_all, local, namespace
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.rows import Row, attributes
from xlplan.workbook.package.table import Table
from xlplan.workbook.package.values import native

DATE, TIME, DATE_AND_TIME = "14", "20", "22"
"""Built-in number formats, which every spreadsheet shows as its user writes dates."""

GENERAL = "0"
STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_STYLES = (
    '<styleSheet xmlns="{}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def dress(table: Table, values: Mapping[int, Sequence[object]]) -> None:
    """Give the first body cell of a column the format of a date, where dates come and none is set.

    New rows look like the first. A cell that shows a value keeps its format, whatever it is.

    Parameters
    ----------
    table : Table
        The table that is about to be filled.
    values : mapping
        New values by column index.
    """
    wanted = {table.body.left + index: code for index, given in values.items() if (code := _format_of(given))}
    if not wanted:
        return
    sheet, top = table.sheet, table.body.top
    row, cells = next(sheet.rows(top, top), (Row(top, f' r="{top}"', ""), []))
    standing = {cell.column: cell for cell in cells}
    styles = {}
    for column, code in wanted.items():
        cell = standing.get(column)
        if cell is not None and sheet.codec.filled(cell.payload):
            continue
        style = cell.style if cell is not None and cell.style else sheet.default_style(row.attributes, column)
        number = _with_format(table.package, int(attributes(style).get("s", "0")) if style else 0, code)
        if number is not None:
            styles[column] = f' s="{number}"'
    if not styles:
        return
    texts = {cell.column: cell.raw for cell in cells}
    texts |= {column: sheet.grammar.cell(top, column, style, "/>") for column, style in styles.items()}
    dressed = assembled(sheet, row, texts, added=not styles.keys() <= standing.keys())

    def edit(rows: Iterator[Row]) -> Iterator[Row]:
        waiting = True
        for other in rows:
            if waiting and other.number >= top:
                waiting = False
                yield dressed
                if other.number == top:
                    continue
            yield other
        if waiting:
            yield dressed

    sheet.rewrite(edit, touched=table.area)


def _format_of(values: Sequence[object]) -> str:
    """The format of the first value that is a date or a time; empty where the column holds something else."""
    first = next((value for value in values if native(value) not in (None, "")), None)
    if isinstance(first, dt.datetime):
        return DATE_AND_TIME
    if isinstance(first, dt.date):
        return DATE
    return TIME if isinstance(first, dt.time) else ""


def _with_format(package: Package, style: int, code: str) -> int | None:
    """Number of the cell format like another, with a number format; None where that one has a number format."""
    part = next(iter(package.related(package.workbook, "styles")), "") or _new_styles(package)
    formats = child(package.tree(part), "cellXfs")
    known = [entry for entry in (formats if formats is not None else ()) if local(entry) == "xf"]
    if formats is None or style >= len(known) or known[style].get("numFmtId", GENERAL) != GENERAL:
        return None
    new = deepcopy(known[style])
    new.set("numFmtId", code)
    new.set("applyNumberFormat", "1")
    new.tail = None
    for number, entry in enumerate(known):
        if _text(entry) == _text(new):
            return number
    formats.append(new)
    formats.set("count", str(len(known) + 1))
    package.store(part)
    return len(known)


def _new_styles(package: Package) -> str:
    """A part with the one format that every cell of a workbook without formats has."""
    root = package.tree(package.workbook)
    ids = (str(key) for sheet in find_all(root, "sheet") for key in sheet.attrib if str(key).endswith("}id"))
    relations = next(ids)[1:].partition("}")[0]  # of the dialect, transitional or strict
    part = posixpath.join(posixpath.dirname(package.workbook), "styles.xml")  # where some readers look for it only
    if package.archive.has(part):
        part = free_part(package, part.replace(".xml", "{}.xml"))
    add_part(package, part, _STYLES.format(namespace(root)).encode(), STYLES_TYPE)
    point(package, package.workbook, f"{relations}/styles", part)
    return part


def _text(element: etree._Element) -> bytes:
    return etree.tostring(element, with_tail=False)
