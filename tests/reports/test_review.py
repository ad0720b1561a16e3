"""The drawn review: charts that start at 0, pages that hold a chart whole, headers that keep to one line."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from xlplan.reports.review.blocks import Block, Chart, Sheet
from xlplan.reports.review.draw import draw


def drawn(tmp_path: Path, *, rows: int, charts: int) -> Worksheet:
    """A sheet with one table and some charts of it."""
    frame = pd.DataFrame({"period": [f"P{row}" for row in range(rows)], "breach_probability_of_all": 552.0})
    block = Block("People", frame, {"breach_probability_of_all": "tenth"})
    pictures = (Chart(0, "line", "People", "period", ("breach_probability_of_all",), "FTE"),) * charts
    path = tmp_path / "review.xlsx"
    draw([Sheet("One", "One", "What?", (block,), pictures)], path, footer="stamp")
    return openpyxl.load_workbook(path)["One"]


@pytest.mark.parametrize(
    ("rows", "charts", "tall"),
    [(4, 2, 1), (4, 1, 1), (40, 2, 1), (200, 2, 0), (4, 3, 0), (4, 0, 0)],
)
def test_a_page_breaks_through_no_chart(tmp_path: Path, rows: int, charts: int, tall: int) -> None:
    """One page where it stays readable; a long table, and a sheet without charts, take the pages that they need."""
    sheet = drawn(tmp_path, rows=rows, charts=charts)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, tall)


def test_charts_start_at_0(tmp_path: Path) -> None:
    (chart,) = drawn(tmp_path, rows=4, charts=1)._charts
    assert chart.y_axis.scaling.min == 0


def test_a_header_of_one_word_keeps_to_one_line(tmp_path: Path) -> None:
    assert drawn(tmp_path, rows=4, charts=0).column_dimensions["B"].width > len("breach_probability_of_all")
