"""Plans in and out of workbook files, for Python callers and for new workbooks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlplan.errors import TableError
from xlplan.macros.checking import check, reading_of
from xlplan.tables.schema import Finding, errors

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan
    from xlplan.workbook.book import Book
    from xlplan.workbook.package.file_book import FileBook
    from xlplan.workbook.package.room import Below
    from xlplan.workbook.plans import Change


def open_book(path: str | Path, *, below: Below = "shift") -> FileBook:
    """A workbook file whose formulas of xlplan get their values when it is saved.

    Parameters
    ----------
    path : str or Path
    below : {"shift", "insert", "refuse"}, optional
        See :meth:`~xlplan.workbook.package.file_book.FileBook.open`.
    """
    from xlplan.macros.answering import CellFunctions
    from xlplan.workbook.package.file_book import FileBook

    return FileBook.open(path, below=below, functions=CellFunctions)


def fill(book: Book, plan: Plan) -> list[Change]:
    """Write all that a plan holds, inputs too, into a book made from a template."""
    from xlplan.workbook.plans import write_plan as write

    return write(book, plan, inputs=True)


@dataclass(frozen=True)
class Fit:
    """What became of a plan that was filled into a planner's own template.

    Parameters
    ----------
    stopping : list of Finding
        What the template lacks without which the plan cannot be refreshed.
    left_out : list of str
        Tables, ``table.column`` and named cells of the plan for which it has no place.
    """

    stopping: list[Finding]
    left_out: list[str]


def fit(book: Book, plan: Plan) -> Fit:
    """Compare a plan with the book that was filled with it; nothing is written."""
    from xlplan.tables import dictionary
    from xlplan.tables.typed import blank

    places, left_out = book.places(), []
    for name, frame in plan.tables.items():
        if dictionary.table(name).by_engine or frame.empty:
            continue
        if name not in places:
            left_out.append(name)
            continue
        held = [column for column in frame.columns if frame[column].notna().any()]
        left_out += [f"{name}.{column}" for column in held if column not in places[name].columns]
    cells, known = book.names(), dictionary.names()
    own = [name for name, value in plan.names.items() if not known[name].by_engine and not blank(value)]
    return Fit(errors(check(book).findings), left_out + [name for name in own if name not in cells])


def read_plan(path: str | Path) -> Plan:
    """The plan that a workbook file holds.

    Raises
    ------
    TableError
        Cells that cannot be what their column asks for, each with its address.
    WorkbookError
        No workbook that can be read.
    """
    from xlplan.workbook.package.file_book import FileBook

    reading = reading_of(FileBook.open(Path(path)))
    if errors(reading.findings):
        raise TableError(errors(reading.findings))
    return reading.plan


def write_plan(plan: Plan, path: str | Path, *, out: str | Path | None = None) -> Path:
    """Write a plan, inputs and results, into a workbook.

    Parameters
    ----------
    plan : Plan
    path : str or Path
        The workbook whose tables are filled; where there is none, a new one is made from xlplan's template.
    out : str or Path, optional
        Where to save; ``path`` itself otherwise.

    Returns
    -------
    Path
        The file written; beside the one that was asked for where that must not be overwritten now.
    """
    from xlplan.workbook.template.files import starter_template

    source = Path(path)
    book = open_book(source if source.exists() else starter_template(plan))
    fill(book, plan)
    return book.save(Path(out) if out is not None else source).path
