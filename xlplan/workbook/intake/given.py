"""What somebody hands over for a table: a CSV file, or columns in Python, row by row and with the place of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from xlplan.errors import PlanError
from xlplan.tables.typed import blank, show
from xlplan.workbook.intake.csv_table import CsvFile
from xlplan.workbook.intake.reading import kinds_of_values
from xlplan.workbook.intake.spelling import Kind, Spelling

if TYPE_CHECKING:
    import pandas as pd

Watch = Callable[[float], None]
Columns = Mapping[str, Sequence[Any]]


class Given(Protocol):
    """Rows for a table."""

    @property
    def label(self) -> str:
        """What to call it in a sentence."""

    @property
    def header(self) -> tuple[str, ...]:
        """Names of its columns."""

    def rows(self, watch: Watch | None = None) -> Iterator[tuple[int, Sequence[Any]]]:
        """Every row with its number, by which :meth:`where` finds it again."""

    def where(self, number: int) -> str:
        """Place of a row in words; empty where its number in the table says enough."""

    def kinds(self, columns: Iterable[int], spelling: Spelling) -> dict[int, frozenset[Kind]]:
        """What columns hold, by position, where the workbook does not tell."""


class GivenFile:
    """Rows of a CSV file."""

    def __init__(self, file: CsvFile) -> None:
        self._file = file
        self.label = file.path.name
        self.header = file.header

    def rows(self, watch: Watch | None = None) -> Iterator[tuple[int, Sequence[Any]]]:
        """Every row with the line on which it begins."""
        yield from self._file.lines(watch)

    def where(self, number: int) -> str:
        """File and line."""
        return f"{self.label} line {number}"

    def kinds(self, columns: Iterable[int], spelling: Spelling) -> dict[int, frozenset[Kind]]:
        """Numbers where every filled cell is plainly one; text otherwise."""
        filled = dict.fromkeys(columns, False)
        numbers = set(filled)
        for line in self._file.lines() if filled else ():
            for column in filled:
                text = line.cells[column]
                if text.strip():
                    filled[column] = True
                    if column in numbers and not spelling.plain(text):
                        numbers.discard(column)
        return {
            column: frozenset({"number" if seen and column in numbers else "text"}) for column, seen in filled.items()
        }


class GivenColumns:
    """Columns of a DataFrame or a mapping."""

    def __init__(self, columns: pd.DataFrame | Mapping[str, Iterable[Any]], *, label: str = "data") -> None:
        self.label = label
        self._columns = {str(name): _listed(name, columns[name]) for name in columns}
        self.header = tuple(self._columns)
        sizes = {len(values) for values in self._columns.values()}
        if len(sizes) > 1 or len(self.header) != len(list(columns)):
            found = ", ".join(f"{name} {len(values)}" for name, values in self._columns.items())
            raise PlanError(
                f"the columns do not fit each other (rows: {found})", where=label, do="give each once, as long"
            )

    def rows(self, watch: Watch | None = None) -> Iterator[tuple[int, Sequence[Any]]]:
        """Every row with its number, 1 = first."""
        yield from enumerate(zip(*self._columns.values(), strict=True), start=1)

    def where(self, number: int) -> str:
        """Nothing: the table's own row is the row that was given."""
        return ""

    def kinds(self, columns: Iterable[int], spelling: Spelling) -> dict[int, frozenset[Kind]]:
        """The kinds of the values themselves: text stays text here."""
        return {column: kinds_of_values(self._columns[self.header[column]]) for column in columns}


def given(data: object, *, encoding: str = "", separator: str = "") -> Given:
    """What was handed over: the path of a CSV file, a DataFrame or a mapping of columns.

    Raises
    ------
    PlanError
        It is none of these, or its columns do not make a table.
    """
    import pandas as pd

    if isinstance(data, str | Path):
        return GivenFile(CsvFile.open(Path(data), encoding=encoding, separator=separator))
    if isinstance(data, pd.DataFrame | Mapping):
        return GivenColumns(data)
    raise PlanError(f"data is a {type(data).__name__}", do="give the path of a CSV file, a DataFrame or a mapping")


def _listed(name: object, values: Any) -> list[Any]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise PlanError(f"found {show(values)}, expected a list of values", where=str(name), do="write [value]")
    plain = getattr(values, "tolist", None)  # numpy and pandas values as Python's own
    return [None if blank(value) else value for value in (plain() if callable(plain) else values)]
