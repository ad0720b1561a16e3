"""Data taken in for a table: each column by its header, each cell as what the column holds; nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xlplan.errors import PlanError, TableError
from xlplan.tables import dictionary
from xlplan.tables.checks import check, conform
from xlplan.tables.schema import Finding, Table, errors
from xlplan.tables.typed import show
from xlplan.workbook.book import CellValue, TablePlace
from xlplan.workbook.cells import decode
from xlplan.workbook.intake.given import Given
from xlplan.workbook.intake.matching import matched
from xlplan.workbook.intake.reading import MISFIT, ColumnReader
from xlplan.workbook.intake.spelling import Spelling
from xlplan.workbook.package.kinds import column_kinds
from xlplan.workbook.package.references import LAST_ROW

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlplan.workbook.package.file_book import FileBook

MOST_FINDINGS = 10_000
"""After so many cells that do not fit, the rest of the data is not looked at."""


class Intake:
    """One table, the data for it, and the cells that the two make.

    Parameters
    ----------
    book : FileBook
        Only read.
    table : str
        Name of the table.
    data : Given
        What was handed over.
    spelling : Spelling
        How its texts spell numbers and dates.
    """

    def __init__(self, book: FileBook, table: str, data: Given, spelling: Spelling) -> None:
        self._book = book
        self._data = data
        self._spelling = spelling
        self.place: TablePlace = book.read(table).place
        self._known: Table | None = dictionary.tables().get(self.place.name)
        self._columns: dict[int, str] = {}
        self.by_formula: tuple[str, ...] = ()
        self._readers: dict[int, ColumnReader] = {}
        self.values: dict[str, list[CellValue]] = {}
        self._numbers: list[int] = []
        self.findings: list[Finding] = []

    @property
    def rows(self) -> int:
        """Rows that were taken in."""
        return len(self._numbers)

    @property
    def holds(self) -> dict[str, str]:
        """What each column was taken for, in words."""
        return {name: self._readers[at].says for at, name in self._columns.items()}

    # -- columns -------------------------------------------------------------------------------------------------------

    def match(self, skip: tuple[str, ...]) -> None:
        """Find the table's column for each of the data's, and what it holds."""
        self._columns, self.by_formula = matched(self._data, self.place, skip)
        known = self._known
        strangers = any(not _is_known(name, known) for name in self._columns.values())
        told = column_kinds(self._book.table(self.place.name)) if strangers else {}
        untold = [at for at, name in self._columns.items() if not _is_known(name, known) and not told[name]]
        shown = self._data.kinds(untold, self._spelling)
        for at, name in self._columns.items():
            if known is not None and name in known:
                self._readers[at] = ColumnReader.of(known[name], self._spelling)
            else:
                self._readers[at] = ColumnReader(shown.get(at) or told[name], self._spelling)

    # -- values --------------------------------------------------------------------------------------------------------

    def read(self, progress: Callable[[str, float], None] | None, *, empty: bool) -> None:
        """Take in all rows; what does not fit stops here."""
        columns: dict[int, list[CellValue]] = {at: [] for at in self._columns}
        steps = [(at, self._readers[at].read, columns[at].append) for at in self._columns]

        def watch(share: float) -> None:
            if progress is not None:
                progress(f"reading {self._data.label}", share)

        ragged: tuple[Finding, ...] = ()
        try:
            for number, cells in self._data.rows(watch):
                self._refuse_too_many()
                self._numbers.append(number)
                for at, read, append in steps:
                    value: Any = read(cells[at])
                    if value is MISFIT:
                        self._misfit(at, cells[at])
                        value = None
                    append(value)
                if len(self.findings) >= MOST_FINDINGS:
                    break
        except TableError as error:
            ragged = error.findings
        if ragged or self.findings:
            raise TableError([*ragged, *self.findings])
        if not self._numbers and not empty:
            raise PlanError(
                f"{self._data.label} holds no row",
                where=f"table {self.place.name}",
                do="add --empty (empty=True) if the table is to be emptied",
            )
        self.values = {name: columns[at] for at, name in self._columns.items()}
        self._check_by_dictionary()

    def _refuse_too_many(self) -> None:
        room = LAST_ROW - self.place.header_row
        if len(self._numbers) >= room:
            raise PlanError(
                f"{self._data.label} has more than the {room:,} rows that fit below row {self.place.header_row}",
                where=f"table {self.place.name}",
                do="leave out what is not needed, or sum it up first",
            )

    def _misfit(self, at: int, value: object) -> None:
        name, reader = self._columns[at], self._readers[at]
        expects, fix = reader.expects, reader.fix(value)
        if self._known is not None and name in self._known:
            expects = self._known[name].expects
        found = show(value)
        row = len(self._numbers)
        self.findings.append(
            Finding("type", "error", self.place.name, name, row, found, expects, fix, self._where(row))
        )

    def _where(self, row: int) -> str:
        return self._data.where(self._numbers[row - 1])

    def _check_by_dictionary(self) -> None:
        """What the dictionary has to say about the columns that were given, before anything is written."""
        table = self._known
        if table is None:
            return
        mine = {name: decode(v, table[name], date1904=self._book.date1904) for name, v in self.values.items()
                if name in table}  # fmt: skip
        frame, misfits = conform(mine, table)
        found = misfits + check(frame, table, misfits=misfits)
        whole_key = set(table.key) <= set(mine)
        about = [f for f in found if f.column in mine and f.row is not None and (f.rule != "duplicate" or whole_key)]
        self.findings = [replace(f, sheet=self._where(f.row)) if f.row else f for f in about]
        if errors(self.findings):
            raise TableError(errors(self.findings))


def _is_known(name: str, table: Table | None) -> bool:
    return table is not None and name in table
