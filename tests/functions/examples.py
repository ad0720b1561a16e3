"""The examples of the catalogue as formulas of a workbook, and what they have to show."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from xlplan import macros
from xlplan.functions import CellError, call, errorlog, functions
from xlplan.functions.plan.example import example_plan
from xlplan.functions.registry import Function
from xlplan.workbook.book import column_letters
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.source import BookSource
from xlplan.workbook.template.files import template_path


@cache
def planned() -> FileBook:
    """A planning workbook with the plan of the examples."""
    book = FileBook.open(template_path("plan_organisation.xlsx"))
    macros.fill(book, example_plan().plan.with_names(Stamp="plan 1"))
    return book


def called(name: str, *arguments: Any) -> list[list[Any]]:
    """What call() gives, as cells show it."""
    try:
        result = call(name, *arguments, plan=BookSource(planned, label="examples"))
    except CellError as error:
        return [[error.code]]
    rows = result if isinstance(result, list) else [[result]]
    return [[item.code if isinstance(item, CellError) else item for item in row] for row in rows]


def example(function: Function) -> list[list[Any]]:
    """What the example of the catalogue gives."""
    if function.name == "XP_WHY":  # it asks about a failure, so there has to be one
        with pytest.raises(CellError):
            call("XP_AGENTS", -1, 180, 30, 0.8, 20, cell=function.example[0])
    answer = called(function.name, *function.example)
    if function.name == "XP_WHY":
        errorlog.forget(function.example[0])
    return answer


def area(rows: list[list[Any]]) -> str:
    """Where an answer of this shape stands on the page of its function."""
    return f"T1:{column_letters(19 + len(rows[0]))}{len(rows)}"


def example_workbook(path: Path) -> Path:
    """The formula of every function, as the catalogue shows it, each on a page of its own.

    It is the workbook of the plan that some of the functions read; openpyxl saves it, so that no formula has a value.
    """
    planned().save(path)
    book = openpyxl.load_workbook(path)
    for function in functions().values():
        page = book.create_sheet(function.name.lower())
        for text, value in zip(re.search(r"\((.*)\)", function.formula)[1].split(","), function.example, strict=True):
            if re.fullmatch(r"[A-Z]\d+(:[A-Z]\d+)?", text):
                for cells, row in zip(page[f"{text}:{text}" if ":" not in text else text], _rows(value), strict=True):
                    for cell, given in zip(cells, row, strict=True):
                        cell.value = given
        where = area(example(function))
        page["T1"] = function.formula if where == "T1:T1" else ArrayFormula(where, function.formula)
    broken = book.create_sheet("Sheet1")
    broken["B7"] = "=XP_AGENTS(-1,180,30,80%,20)"
    book.save(path)
    return path


def _rows(value: Any) -> list[list[Any]]:
    return value if isinstance(value, list) else [[value]]
