"""Colours, number formats and widths: one look for every sheet, declared in the legend."""

from __future__ import annotations

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from xlplan.tables.schema import Column

INK, GREY, BLUE, GREEN = "FF1F2933", "FF6B7785", "FF0B4F9E", "FF1E7B4F"
INPUT_FILL, ENGINE_FILL, HEADER_INPUT, HEADER_ENGINE = "FFFFF9E5", "FFFFFFFF", "FFFBE7A1", "FFDCE6EE"
FONT = "Calibri"

TITLE = Font(name=FONT, size=16, bold=True, color=INK)
PURPOSE = Font(name=FONT, size=10, italic=True, color=GREY)
TABLE_TITLE = Font(name=FONT, size=11, bold=True, color=INK)
UNIT = Font(name=FONT, size=9, italic=True, color=GREY)
HEADER = Font(name=FONT, size=10, bold=True, color=INK)
INPUT = Font(name=FONT, size=10, color=BLUE)
ENGINE = Font(name=FONT, size=10, color=INK)
LINE = Side(style="thin", color="FFD5DBE1")
GRID = Border(bottom=LINE)
WRAP = Alignment(vertical="top", wrap_text=True)
TOP = Alignment(vertical="top")
# An indent counts only where the side is named: a text without it would touch the number on its left.
TEXT = Alignment(vertical="top", horizontal="left", indent=1)
LONG = Alignment(vertical="top", horizontal="left", indent=1, wrap_text=True)
LEFT = Alignment(vertical="top", horizontal="left", wrap_text=True)
CENTRE = Alignment(vertical="top", horizontal="center")
HEADER_ALIGN = Alignment(vertical="bottom", wrap_text=True)
SERIES_COLOURS = {"solid": "1F5FA8", "marker": "D9822B", "dashed": "8A96A3"}
"""A colour says what a line is: the plan, what came, a bound."""
FAIL, WARN = ("FFF8D7DA", "FF9B1C1C"), ("FFFFE8CC", "FF8A4B08")
"""Fill and ink of a failed check and of a warning."""


def fill(colour: str) -> PatternFill:
    """A solid fill."""
    return PatternFill("solid", start_color=colour, end_color=colour)


def shade(colour: str) -> PatternFill:
    """A fill for a conditional format, which takes the end colour where a cell's takes the start."""
    return PatternFill(bgColor=colour)


LONG_TEXT = {"statement", "message", "what", "found", "expected", "fix", "meaning", "reason", "method"}
TWO_DECIMALS = {"wage", "price", "unit_cost", "effective_cost", "qty"}
THREE_DECIMALS = {"fx", "rate", "mase", "cv", "cv_error", "month_fraction"}
ONE_DECIMAL_UNITS = {"FTE", "FTE per month", "agents", "heads", "seats", "days", "points"}
WHOLE_UNITS = {
    *("items", "items per week", "items per month", "seconds", "plan currency"),
    *("units", "units per window", "pricing units", "pricing units per month"),
}
"""Units of numbers too large for decimals to matter."""
MIDDLE = {"boolean", "date", "datetime", "time"}


def header_align(column: Column) -> Alignment:
    """Headers stand over their values: numbers right, texts left, dates in the middle."""
    if column.numeric:
        return Alignment(vertical="bottom", horizontal="right", wrap_text=True)
    if column.type in MIDDLE:
        return Alignment(vertical="bottom", horizontal="center", wrap_text=True)
    return Alignment(vertical="bottom", horizontal="left", indent=1, wrap_text=True)


def body_align(column: Column) -> Alignment:
    """How a value stands in its cell."""
    if column.numeric:
        return TOP
    if column.type in MIDDLE:
        return CENTRE
    return LONG if column.name in LONG_TEXT or column.name == "note" else TEXT


def number_format(column: Column) -> str:
    """The number format of a column, from its type and unit.

    Optional decimals (``0.##``) are never used: Excel leaves the point standing behind a whole number.
    """
    by_type = {
        "rate": "0.0%",
        "date": "yyyy-mm-dd",
        "datetime": "yyyy-mm-dd hh:mm",
        "time": "[hh]:mm",
        "text": "@" if column.key else "General",
        "enum": "General",
        "boolean": "General",
        "integer": "0",
    }
    if column.unit == "month":
        return "yyyy-mm"
    if column.type in by_type:
        return by_type[column.type]
    if column.unit.startswith("share"):
        return "0.0%"
    if column.name in TWO_DECIMALS or column.unit in {"as check", "erlangs"}:
        return "#,##0.00"
    if column.name in THREE_DECIMALS or column.unit == "ratio":
        return "0.000"
    if column.name == "seconds" or "hour" in column.unit or column.unit in ONE_DECIMAL_UNITS:
        return "#,##0.0"
    return "#,##0" if column.type == "money" or column.unit in WHOLE_UNITS else "General"


def width(column: Column) -> float:
    """A width in characters that shows the header on one line and any usual value on one."""
    if column.name in LONG_TEXT:
        return 46.0
    if column.unit == "SHA-256":
        return 68.0
    if column.name == "kpi":
        return 44.0
    if column.name == "note":
        return 36.0
    if column.name in {"unit", "run", "source"} or column.type == "datetime":
        return 24.0
    if column.refers_to or column.name in {"component", "name", "assumption", "link", "rule", "check", "column"}:
        return 20.0
    return float(min(max(len(column.name) + 4, 12), 26))


STACK_COLOURS = ("1F5FA8", "D9822B", "2E8B6F", "8E5EA2", "C0504D", "6B7785", "E0B93B", "4BACC6")
"""Colours of series that stand for members of one kind, such as vendors."""
