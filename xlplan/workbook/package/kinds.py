"""What the columns of a table hold, told by their cells: by values and number formats, never by headers."""

from __future__ import annotations

from functools import lru_cache

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue
from xlplan.workbook.intake.spelling import Kind
from xlplan.workbook.package.markup import child, find_all, local
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.rows import attributes
from xlplan.workbook.package.table import Table


def column_kinds(table: Table) -> dict[str, frozenset[Kind]]:
    """Kinds of values that stand in each column.

    Formulas and errors say nothing. A column without values is told by the format of its first cell; where that is
    General too, its kinds are empty.

    Parameters
    ----------
    table : Table
        The table as it stands.
    """
    sheet, body = table.sheet, table.body
    formats = _cell_formats(table.package)
    found: list[set[Kind]] = [set() for _ in table.columns]
    blank: dict[int, str] = {}
    first_attributes = ""
    for row, cells in sheet.rows(body.top, body.bottom):
        if row.number == body.top:
            first_attributes = row.attributes
        for cell in cells:
            at = cell.column - body.left
            if not 0 <= at < len(found):
                continue
            if row.number == body.top:
                blank[at] = cell.style
            if sheet.codec.formula_mark in cell.payload or not sheet.codec.has_value(cell.payload):
                continue
            try:
                value = sheet.codec.decode(cell.payload)
            except WorkbookError as error:
                raise sheet.fault(row.number, cell.column, error) from None
            kind = _kind(value, formats, cell.style)
            if kind is not None:
                found[at].add(kind)
    for at, kinds in enumerate(found):
        style = blank.get(at) or sheet.default_style(first_attributes, body.left + at)
        only = None if kinds else _formatted(formats, style)
        if only is not None:
            kinds.add(only)
    return {name: frozenset(kinds) for name, kinds in zip(table.columns, found, strict=True)}


def _kind(value: CellValue, formats: list[str], style: str) -> Kind | None:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "text" if value.strip() else None
    if not isinstance(value, int | float):
        return None
    kind = _formatted(formats, style)
    if kind == "date" and value != int(value):
        return "datetime"
    return "number" if kind in (None, "text") else kind


def _formatted(formats: list[str], style: str) -> Kind | None:
    """What a format shows a number as; None for General, which shows it as it is."""
    number = int(attributes(style).get("s", "0")) if style else 0
    return _format_kind(formats[number]) if number < len(formats) else None


@lru_cache(maxsize=256)
def _format_kind(code: str) -> Kind | None:
    from openpyxl.styles.numbers import is_date_format, is_datetime

    if code == "General":
        return None
    if code.strip() == "@":
        return "text"
    if is_date_format(code):
        shown = is_datetime(code)
        return "time" if shown == "time" else "date" if shown == "date" else "datetime"
    return "percent" if "%" in code else "number"


def _cell_formats(package: Package) -> list[str]:
    """Number format code of each cell format of the workbook."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    for part in package.related(package.workbook, "styles"):
        root = package.tree(part)
        entries = [entry for listed in find_all(root, "numFmts") for entry in find_all(listed, "numFmt")]
        own = {entry.get("numFmtId"): entry.get("formatCode") or "General" for entry in entries}
        formats = child(root, "cellXfs")
        ids = [e.get("numFmtId") or "0" for e in (formats if formats is not None else ()) if local(e) == "xf"]
        return [own.get(number) or BUILTIN_FORMATS.get(_whole(number), "General") for number in ids]
    return []


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0
