"""A file of volumes as phone systems export it: headers in any case, dates and numbers as the file spells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlplan.errors import TableError
from xlplan.workbook.intake.reading import MISFIT, ColumnReader
from xlplan.workbook.intake.spelling import Kind, Spelling

if TYPE_CHECKING:
    import pandas as pd

    from xlplan.tables.schema import Finding

COLUMNS: dict[str, Kind] = {"unique_id": "text", "ds": "datetime", "y": "number", "language": "text"}
"""The columns that a plan is made from, and what they hold."""


def read_volumes_file(
    path: Path,
    *,
    queues: Sequence[str] = (),
    encoding: str = "",
    separator: str = "",
    decimal: str = "",
    dates: str = "",
) -> pd.DataFrame:
    """Volumes by queue, language and start, checked row by row.

    Parameters
    ----------
    path : Path
        A CSV file with the columns unique_id, ds, y and perhaps language; capitals and spaces do not count.
    queues : sequence of str, optional
        The series to keep; all otherwise.
    encoding, separator : str, optional
        Where the file does not show them.
    decimal, dates : str, optional
        How the file spells numbers and dates; see :class:`Spelling`.

    Raises
    ------
    TableError
        A finding per bad row, with the option that would read it where there is one.
    PlanError
        The file cannot be read, or holds no volume.
    """
    from xlplan.planning.starter import read_volumes
    from xlplan.workbook.intake.csv_table import read_csv

    spelling = Spelling(decimal, dates)
    given = _headed(read_csv(path, encoding=encoding, separator=separator))
    table = given.copy()
    for name in ("ds", "y"):
        if name in table and (decimal or dates):
            table[name] = _read(given[name], ColumnReader([COLUMNS[name]], spelling))
    try:
        return read_volumes(table, name=path.name, queues=queues)
    except TableError as error:
        raise TableError([_with_option(finding, given, spelling) for finding in error.findings]) from error


def _headed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its headers as the plan has them; where two could be meant, neither is renamed."""
    known = {_folded(column): column for column in COLUMNS}
    meant = {str(name): known[_folded(str(name))] for name in table.columns if _folded(str(name)) in known}
    several = {column for column in meant.values() if list(meant.values()).count(column) > 1}
    return table.rename(columns={name: column for name, column in meant.items() if column not in several})


def _folded(header: str) -> str:
    """A header without capitals, spaces and underscores."""
    return "".join(header.split()).casefold().replace("_", "")


def _read(texts: pd.Series[Any], reader: ColumnReader) -> list[Any]:
    """What the texts stand for; what stands for nothing stays the text that it is, for a finding to quote."""
    values = [reader.read(text) for text in texts]
    return [text if value is MISFIT else value for text, value in zip(texts, values, strict=True)]


def _with_option(finding: Finding, given: pd.DataFrame, spelling: Spelling) -> Finding:
    """The finding with the option that reads such a cell, where the cell is only spelled another way."""
    if finding.row is None or finding.column not in ("ds", "y"):
        return finding
    reader = ColumnReader([COLUMNS[finding.column]], spelling)
    text = given[finding.column].iloc[finding.row - 2]  # row 2 of the file is the first below its header
    if reader.read(text) is not MISFIT:
        return finding
    fix = reader.fix(text)
    return replace(finding, fix=fix) if "--" in fix else finding
