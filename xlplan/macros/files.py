"""Plans in and out of workbook files, for Python callers and for new workbooks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlplan.errors import TableError
from xlplan.macros.checking import reading_of
from xlplan.tables.schema import errors

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan
    from xlplan.workbook.book import Book
    from xlplan.workbook.plans import Change


def fill(book: Book, plan: Plan) -> list[Change]:
    """Write all that a plan holds, inputs too, into a book made from a template."""
    from xlplan.workbook.plans import write_plan as write

    return write(book, plan, inputs=True)


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
    from xlplan.workbook.package.file_book import FileBook
    from xlplan.workbook.template.files import starter_template

    source = Path(path)
    book = FileBook.open(source if source.exists() else starter_template(plan))
    fill(book, plan)
    return book.save(Path(out) if out is not None else source).path
