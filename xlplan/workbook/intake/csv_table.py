"""A comma-separated file as a table of texts: each row as it stands, nothing guessed at."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from xlplan.errors import PlanError, TableError
from xlplan.tables.schema import Finding

if TYPE_CHECKING:
    import pandas as pd

OTHER_SEPARATORS = ";\t|"
AS_UTF8 = "save it as CSV UTF-8 (comma delimited)"
ONE_LINE = "put one row on each line; a cell with a comma in it stands between double quotes"


def read_csv(path: Path) -> pd.DataFrame:
    """Read a file with a header; blank cells become None, and blank rows at its end are left out.

    Row ``n`` of the table is row ``n + 2`` of the file. Text such as NA or nan stays text: it may be an id.

    Raises
    ------
    PlanError
        No file, no text in UTF-8, another separator, a header that names a column twice.
    TableError
        Rows with more or fewer cells than the header.
    """
    import pandas as pd

    rows = _rows(path)
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise PlanError("the file is empty", where=path.name, do="give a header and a row for each volume")
    header, body = [cell.strip() for cell in rows[0]], rows[1:]
    separator = next((mark for mark in OTHER_SEPARATORS if len(header) == 1 and mark in header[0]), "")
    if separator:
        found = f"its cells are separated by {separator!r}"
        raise PlanError(found, where=path.name, do="save it with commas between them")
    twice = [name for name in header if header.count(name) > 1]
    if twice:
        raise PlanError(f"two columns are named {twice[0]!r}", where=path.name, do="rename or delete one of them")
    expected = f"{len(header)}, as in the header"
    ragged = [
        Finding("ragged", "error", path.name, "", number, f"{len(row)} cells", expected, ONE_LINE)
        for number, row in enumerate(body, start=2)
        if row and len(row) != len(header)
    ]
    if ragged:
        raise TableError(ragged)
    blank = [None] * len(header)
    return pd.DataFrame([[cell or None for cell in row] or blank for row in body], columns=header, dtype="str")


def _rows(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise PlanError("the file is no text in UTF-8", where=path.name, do=AS_UTF8) from error
    except csv.Error as error:
        raise PlanError(f"the file is no CSV ({error})", where=path.name, do=AS_UTF8) from error
    except OSError as error:
        raise PlanError(f"{path} cannot be read ({error.strerror})", do="check its name and folder") from error
