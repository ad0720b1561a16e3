"""Which sheets, tables and columns a kind of workbook has, and what its Summary shows.

A layout is plain data. Columns are named where a workbook shows fewer than the dictionary knows: nobody meets forty
columns of a queue on the first day, and a column that is absent reads as blank.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


def columns(line: str) -> tuple[str, ...]:
    """Column names from a line of them."""
    return tuple(line.split())


@dataclass(frozen=True)
class TableSpec:
    """A table on a sheet: its dictionary name, the columns shown (all if empty) and the blank rows to begin with."""

    table: str
    columns: tuple[str, ...] = ()
    rows: int = 1


@dataclass(frozen=True)
class ChartSpec:
    """A chart over columns of one table, ``category`` along the axis."""

    kind: Literal["line", "column"]
    title: str
    table: str
    category: str
    series: tuple[tuple[str, str, str], ...]
    """(column, legend, look): look is one of solid, dashed, marker."""
    y_title: str
    x_title: str
    category_format: str
    anchor: str
    value_format: str = "#,##0"


@dataclass(frozen=True)
class GridSpec:
    """A view with a column per period or vendor: room kept for it, its place marked by a named cell.

    ``index`` are the headers of the first columns; ``rows`` and ``columns`` the most that it can hold beside them.
    """

    name: str
    title: str
    unit: str
    index: tuple[str, ...]
    rows: int
    columns: int
    number_format: str
    heat: bool = False
    """Colour the cells: red is short, blue is over."""


@dataclass(frozen=True)
class SheetSpec:
    """One sheet: tables side by side, so that each can grow with nothing below it."""

    name: str
    kind: Literal["control", "input", "working", "output"]
    purpose: str
    tables: tuple[TableSpec, ...] = ()
    charts: tuple[ChartSpec, ...] = ()
    grid: GridSpec | None = None
    names: bool = False
    landscape: bool = True
    """Portrait suits long, narrow tables such as a history."""


@dataclass(frozen=True)
class Kpi:
    """A headline of the Summary: its unit and how the figure is shown."""

    name: str
    unit: str
    number_format: str


WHOLE, TENTH, PERCENT, MONEY = "#,##0", "#,##0.0", "0.0%", "#,##0.00"

KPIS = (
    Kpi("Volume", "items", WHOLE),
    Kpi("Handling time", "seconds", WHOLE),
    Kpi("Hours required", "productive hours", WHOLE),
    Kpi("Most agents at once", "agents", WHOLE),
    Kpi("Occupancy", "share of staffed time", PERCENT),
    Kpi("Service level planned", "share of offered", PERCENT),
    Kpi("FTE, mean", "FTE", TENTH),
    Kpi("FTE, highest period", "FTE", TENTH),
    Kpi("Hours paid", "paid hours", WHOLE),
    Kpi("Cost", "plan currency", WHOLE),
    Kpi("Cost per item", "plan currency", MONEY),
    Kpi("Cost of vendors", "plan currency", WHOLE),
    Kpi("Hours unserved", "productive hours", WHOLE),
    Kpi("Penalty of unserved hours", "plan currency", WHOLE),
    Kpi("Workstreams that will miss their turnaround", "workstreams", WHOLE),
    Kpi("Forecast error in back-test (WAPE)", "share of actual", PERCENT),
    Kpi("Volume that came", "items", WHOLE),
    Kpi("Forecast error so far (WAPE)", "share of actual", PERCENT),
    Kpi("Forecast bias so far", "share of actual", PERCENT),
    Kpi("Staffed hours above need so far", "productive hours", WHOLE),
    Kpi("Staffed hours below need so far", "productive hours", WHOLE),
    Kpi("Checks failed", "checks", WHOLE),
)


@dataclass(frozen=True)
class Layout:
    """A kind of workbook."""

    file: str
    title: str
    purpose: str
    sheets: tuple[SheetSpec, ...]
