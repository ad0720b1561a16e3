"""Put: any data into any named table of a workbook, with the care of a refresh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlplan.tables.schema import Finding
from xlplan.workbook.book import Saved

if TYPE_CHECKING:
    import pandas as pd

    from xlplan.planning.steps import Progress
    from xlplan.workbook.intake.table import Intake
    from xlplan.workbook.package.file_book import FileBook
    from xlplan.workbook.package.room import Below
    from xlplan.workbook.package.slide import Slide


@dataclass(frozen=True)
class Taken:
    """A column of the data, and what its cells were taken for."""

    column: str
    holds: str


@dataclass(frozen=True)
class Put:
    """Result of Put.

    Parameters
    ----------
    table, sheet : str
        The table and where it stands.
    rows_before, rows_after, cells : int
        Rows of its body, and cells whose value changed.
    columns : tuple of Taken
        The columns that were written.
    kept, calculated, left_out : tuple of str
        Columns that kept their values row by row, those that a formula fills, and which of these the data has, too.
    moved : tuple of str
        What had to make room, in sentences.
    findings : list of Finding
        Warnings about what was written.
    saved : Saved
        Where the workbook was written.
    """

    table: str
    sheet: str
    rows_before: int
    rows_after: int
    cells: int
    columns: tuple[Taken, ...]
    kept: tuple[str, ...]
    calculated: tuple[str, ...]
    left_out: tuple[str, ...]
    moved: tuple[str, ...]
    findings: list[Finding] = field(repr=False)
    saved: Saved

    def sentences(self) -> list[str]:
        """What was done, and where."""
        rows = f"{self.rows_after:,} rows" if self.rows_after != 1 else "1 row"
        before = f", {self.rows_before:,} before" if self.rows_before != self.rows_after else ""
        said = [
            *self.saved.sentences(),
            f"{self.table} on {self.sheet} has {rows}{before}; {self.cells:,} cells changed in {self.saved.path}.",
            f"Taken for {self._taken()}.",
        ]
        if self.kept:
            said.append(f"Not given, so each row keeps what stood in it: {', '.join(self.kept)}.")
        if self.calculated:
            said.append(f"Filled by their formulas: {', '.join(self.calculated)}.")
        if self.left_out:
            said.append(f"So what the data has for {', '.join(self.left_out)} was left out.")
        return [*said, *self.moved]

    def _taken(self) -> str:
        kinds = dict.fromkeys(taken.holds for taken in self.columns)
        named = {kind: ", ".join(taken.column for taken in self.columns if taken.holds == kind) for kind in kinds}
        return "; for ".join(f"{kind}: {columns}" for kind, columns in named.items())


def put(
    path: str | Path,
    table: str,
    data: str | Path | pd.DataFrame | Mapping[str, Sequence[Any]],
    *,
    out: str | Path | None = None,
    below: Below = "shift",
    decimal: str = "",
    dates: str = "",
    encoding: str = "",
    separator: str = "",
    skip: Iterable[str] = (),
    empty: bool = False,
    progress: Progress | None = None,
) -> Put:
    """Write data into a named table of a workbook; everything else in the file stays as it is.

    The columns are found by their headers, whatever their order. Columns of the table that the data lacks keep what
    stands in them, or are filled down by their formula.

    Parameters
    ----------
    path : str or Path
        The workbook.
    table : str
        Name of the table.
    data : str, Path, DataFrame or mapping
        A CSV file, or columns by name.
    out : str or Path, optional
        Where to save; the workbook itself otherwise.
    below : {"shift", "insert", "refuse"}
        What to do with what stands below a table that needs its rows.
    decimal : str, optional
        ``.`` or ``,`` where numbers have marks between thousands or a decimal comma.
    dates : str, optional
        How dates are spelled beside 2026-01-31, such as ``dd/mm/yyyy``.
    encoding, separator : str, optional
        Of a CSV file that does not show them.
    skip : iterable of str, optional
        Columns of the data that are not to be written.
    empty : bool, optional
        Data without rows empties the table; otherwise it is refused.
    progress : callable, optional
        See :data:`xlplan.planning.steps.Progress`.

    Raises
    ------
    TableError
        Values that cannot stand in their column: a finding each; nothing was written.
    PlanError
        Data that cannot be read, or columns that the table does not have.
    WorkbookError
        A workbook that cannot be read or written without losing something; nothing was written.
    """
    from xlplan.macros.files import open_book
    from xlplan.workbook.intake.given import given
    from xlplan.workbook.intake.spelling import Spelling
    from xlplan.workbook.intake.table import Intake

    book = open_book(path, below=below)
    taken = Intake(book, table, given(data, encoding=encoding, separator=separator), Spelling(decimal, dates))
    taken.match(tuple(skip))
    taken.read(progress, empty=empty)
    done = _write(book, taken)
    if progress is not None:
        progress("saving", 1.0)
    return replace(done, saved=book.save(Path(out) if out is not None else Path(path)))


def _write(book: FileBook, taken: Intake) -> Put:
    """Write the values into the table, unless a cell of it is locked."""
    from xlplan.workbook.snapshots import Rehearsal

    place, values = taken.place, taken.values
    Rehearsal(book).write(place.name, values)
    slid = len(book.slides)
    cells = book.write(place.name, values)
    rows = taken.rows
    return Put(
        table=place.name,
        sheet=place.sheet,
        rows_before=place.rows,
        rows_after=rows,
        cells=cells,
        columns=tuple(Taken(name, holds) for name, holds in taken.holds.items()),
        kept=tuple(n for n in place.columns if n not in values and n not in place.calculated) if rows else (),
        calculated=tuple(name for name in place.calculated if name not in values),
        left_out=taken.by_formula,
        moved=tuple(_moved(sheet, slide) for sheet, slide in book.slides[slid:]),
        findings=taken.findings,
        saved=Saved(Path()),
    )


def _moved(sheet: str, slide: Slide) -> str:
    if slide.whole:
        return f"{slide.rows:,} rows were inserted on {sheet} above row {slide.top}."
    return f"What stood below on {sheet} moved down by {slide.rows:,} rows."
