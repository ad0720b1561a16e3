"""A review that must not be replaced: one that somebody signed, or a file that is no review at all."""

from __future__ import annotations

from pathlib import Path

from xlplan.errors import WorkbookError
from xlplan.tables.typed import blank
from xlplan.workbook.package.file_book import FileBook

SHEET = "Sign-off"
LINES = "A1:E40"
"""Roles, names, decisions, dates and comments, with room for more lines than the review is made with."""


def check_replaceable(path: Path) -> None:
    """Refuse to write a review over what nobody could compute again.

    Parameters
    ----------
    path : Path
        Where the review is to go; nothing need stand there.

    Raises
    ------
    WorkbookError
        The file that stands there is signed, or is not a review, or cannot be read.
    """
    if not path.exists():
        return
    signed = _signed(FileBook.open(path))
    if signed is None:
        raise WorkbookError("the file exists already and is no budget review", where=path.name, do="give another name")
    if signed:
        raise WorkbookError(
            f"the review that is there is signed on its sheet {SHEET} ({signed})",
            where=path.name,
            do="rename or move it, then build the review again",
        )


def _signed(book: FileBook) -> str | None:
    """The first thing that was written on the sign-off; empty if nothing was, None if there is no sign-off."""
    try:
        rows = book.read_cells(SHEET, LINES)
    except WorkbookError:
        return None
    head = next((at for at, row in enumerate(rows) if row[0] == "role"), None)
    if head is None:
        return None
    return next((str(value) for row in rows[head + 1 :] for value in row[1:] if not blank(value)), "")
