"""Formulas of xlplan show the same in a closed file as in a real LibreOffice that computes them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.hosts.calc.office import Office
from tests.workbook.package.build import Raw, Workbook, formula
from xlplan.hosts.calc.addin.wire import error_code
from xlplan.macros.answering import CellFunctions
from xlplan.workbook.freeze import freeze

pytestmark = pytest.mark.xdist_group("office")

FORMULAS = [
    "XP_AGENTS(Plan!B2,Plan!C2,30,80%,20)",
    "XP_AGENTS(Plan!B2*1.1,Plan!C2/2,30,0.8,20)",
    "XP_AGENTS(B1:B1,180,30,80%,20)",  # a blank; alone it would be 0 in Calc
    "XP_WAPE(Plan!B:B,Plan!D:D)",
    "XP_AGENTS(Plan!A2,180,30,80%,20)",  # a text
    "XP_AGENTS(-5,180,30,80%,20)",
    "XP_AGENTS(Plan!B2,180,30,80,20)",  # a percentage without its sign
    "XP_AGENTS(Plan!B2,180,30,80%)",
    "XP_AGENTS(Plan!B2,180,30,80%,)",
    "ROUND(XP_OCCUPANCY(Plan!B2,Plan!B3),3)",
    "IF(XP_AGENTS(Plan!B2,180,30,80%,20)>10,\"many\",\"few\")",
    "IFERROR(XP_AGENTS(-5,180,30,80%,20),0)+1",
    "XP_AGENTS(XP_AGENTS(Plan!B2,180,30,80%,20)*10,180,30,80%,20)",
    "SUM(XP_WORKLOAD_HOURS(Plan!B2:B5,Plan!C2:C5))",
    "XP_WORKLOAD_HOURS(SUM(Plan!B2:B5),180)*2",
    "XP_WAPE(Plan!B2:B5,Plan!D2:D5)",
    "XP_WAPE(Plan!B2:B5,{100;200;300;400})",
    "XP_WAPE(Plan!B2:B9,Plan!D2:D9)",
    "XP_WAPE(Plan!B2:B5,Plan!D2:D4)",
    "XP_WAPE(volumes,Plan!D2:D5)",
    "XP_AGENTS(peak,180,30,goal,20)",
    "-XP_AGENTS(Plan!B2,180,30,80%,20)^2",
    "XP_AGENTS(Plan!B2,180,30,80%,20)&\" agents\"",
    "XP_AGENTS(Plan!E2,180,30,80%,20)",  # an error
    "XP_AGENTS(MAX(Plan!B2:B5),Plan!C2,30,goal,20)",
    "XP_GROSS_UP(A1,30%)",
    "XP_GROSS_UP(A1*2,0.3)",
    "COUNT(XP_WORKLOAD_HOURS(Plan!B2:B5,180))",
    "XP_NOSUCH(1)",
]  # fmt: skip
ARRAYS = [
    ("XP_AGENTS(Plan!B2:B5,Plan!C2:C5,30,80%,20)", 4),
    ("XP_AGENTS(tblPlan[volume],tblPlan[aht],30,80%,20)", 4),
    ("XP_AGENTS(Plan!A2:B5,180,30,80%,20)", 0),
    ("XP_WORKLOAD_HOURS(Plan!E3:E4,180)", 2),
]


def workbook(path: Path) -> Path:
    book = Workbook()
    plan = book.sheet("Plan")
    rows: list[list[object]] = [["a", 100, 180, 90], ["b", 220, 240.5, 210], ["c", 35, 600, 40], ["d", 400, 95, 390]]
    book.table(plan, "tblPlan", ["queue", "volume", "aht", "came"], rows)
    plan.put(2, 5, formula("1/0"), None).put(3, 5, 10).put(4, 5, "x")
    book.names.update({"volumes": "Plan!$B$2:$B$5", "peak": "Plan!$B$5", "goal": "0.9"})
    calc = book.sheet("Calc")
    for row, text in enumerate(FORMULAS, start=1):
        calc.put(row, 1, formula(text))
    arrays = book.sheet("Arrays")
    for column, (text, height) in enumerate(ARRAYS, start=1):
        if height:
            name = "ABCD"[column - 1]
            arrays.put(1, column, Raw(f'><f t="array" ref="{name}1:{name}{height}">{text}</f></c>'))
    return book.save(path)


def same(closed: Any, live: Any) -> bool:
    if isinstance(live, float) and math.isnan(live):
        live = error_code(live)
    if isinstance(live, int | float) and isinstance(closed, int | float):
        return math.isclose(live, closed, rel_tol=1e-12)
    return closed == live


def test_closed_files_show_what_calc_shows(office: Office, tmp_path: Path) -> None:
    source = workbook(tmp_path / "plan.xlsx")
    freeze(source, tmp_path / "values.xlsx", CellFunctions)
    shown = openpyxl.load_workbook(tmp_path / "values.xlsx")
    document = office.document(source)
    try:
        live = [row[0] for row in document.cells(f"A1:A{len(FORMULAS)}", "Calc")]
        blocks = document.cells("A1:D4", "Arrays")
    finally:
        document.close()
    closed = [shown["Calc"].cell(row, 1).value for row in range(1, len(FORMULAS) + 1)]
    known = [(text, here, there) for text, here, there in zip(FORMULAS, closed, live, strict=True) if here is not None]
    assert [(text, here, there) for text, here, there in known if not same(here, there)] == []
    assert len(known) >= 24
    for row, cells in enumerate(blocks, start=1):
        for column, there in enumerate(cells, start=1):
            here = shown["Arrays"].cell(row, column).value
            assert same(here, there) or (here is None and there in (None, "")), (row, column, here, there)
