"""A CSV file as a planner meets it: texts, row by row; its encoding and separator found out, its faults named.

Nothing is guessed at. UTF-8 is checked, UTF-16 says itself by its first bytes, any other encoding has to be named. The
separator is the one mark that stands in the header; where there are several, it has to be named.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from xlplan.errors import PlanError, TableError
from xlplan.tables.schema import Finding
from xlplan.tables.typed import show

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
AS_UTF8 = "save it as CSV UTF-8 (comma delimited)"
ONE_LINE = "put one row on each line; a cell with a separator in it stands between double quotes"
LONGEST_HEADER = 1 << 16
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SAYS_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)


class Line(NamedTuple):
    """A row of the file: the line on which it begins, and its cells."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class CsvFile:
    """A CSV file that was looked into: how it is to be read, and its header.

    Parameters
    ----------
    path : Path
    encoding : str
        As Python names it.
    separator : str
        One character.
    header : tuple of str
        Without spaces around the names.
    """

    path: Path
    encoding: str
    separator: str
    header: tuple[str, ...]

    @classmethod
    def open(cls, path: Path, *, encoding: str = "", separator: str = "") -> CsvFile:
        """Look into a file.

        Parameters
        ----------
        path : Path
        encoding : str, optional
            Where it is not UTF-8, such as ``cp1252``.
        separator : str, optional
            Where the header does not show it: the character, or its name in :data:`SEPARATORS`.

        Raises
        ------
        PlanError
            No file, no text in that encoding, a doubtful separator, a header with a blank or with a name twice.
        """
        separator = next((mark for mark, name in SEPARATORS.items() if name == separator), separator)
        if separator and separator not in SEPARATORS:
            known = ", ".join(SEPARATORS.values())
            raise PlanError(f"the separator is {separator!r}", where=path.name, do=f"give one of {known}")
        found = encoding if encoding.lower() not in ("", "utf-8", "utf8") else _encoding(path)
        top = _top(path, found)
        separator = separator or _separator(path, top)
        lines = _lines(path, found, separator)
        header = next((line.cells for line in lines if any(cell.strip() for cell in line.cells)), None)
        if header is None:
            raise PlanError("the file is empty", where=path.name, do="give a header and a row below it")
        names = tuple(name.strip() for name in header)
        _check_header(path, names)
        return cls(path, found, separator, names)

    def lines(self, watch: Callable[[float], None] | None = None) -> Iterator[Line]:
        """The rows below the header, each with as many cells as the header; blank rows at the end are left out.

        Parameters
        ----------
        watch : callable, optional
            Told from time to time which share of the file is read.

        Raises
        ------
        PlanError
            Text that is not in the file's encoding, or no CSV.
        TableError
            Rows with more or fewer cells than the header: all of them, after the last row.
        """
        expected = f"{len(self.header)}, as in the header"
        ragged: list[Finding] = []
        blank = [""] * len(self.header)
        waiting: list[Line] = []
        below = False
        for number, cells in _lines(self.path, self.encoding, self.separator, watch):
            if not below:
                below = any(cell.strip() for cell in cells)
            elif not any(cells):
                waiting.append(Line(number, blank))
            elif len(cells) != len(self.header):
                found = f"{len(cells)} cells"
                ragged.append(Finding("ragged", "error", self.path.name, "", number, found, expected, ONE_LINE))
            else:
                yield from waiting
                waiting.clear()
                yield Line(number, cells)
        if ragged:
            raise TableError(ragged)


def read_csv(path: Path, *, encoding: str = "", separator: str = "") -> pd.DataFrame:
    """Read a file with a header; blank cells become None, and blank rows at its end are left out.

    Row ``n`` of the table is row ``n + 2`` of the file. Text such as NA or nan stays text: it may be an id. For
    ``encoding`` and ``separator`` see :meth:`CsvFile.open`.

    Raises
    ------
    PlanError
        No file, no text in UTF-8 or UTF-16, a doubtful separator, a header that names a column twice.
    TableError
        Rows with more or fewer cells than the header.
    """
    import pandas as pd

    file = CsvFile.open(path, encoding=encoding, separator=separator)
    body = [[cell or None for cell in line.cells] for line in file.lines()]
    return pd.DataFrame(body, columns=list(file.header), dtype="str")


# ---- what the file is -----------------------------------------------------------------------------------------------


def _encoding(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise _unreadable(path, error) from error
    named = next((name for mark, name in _MARKS if start.startswith(mark)), "")
    if not named and b"\0" in start:
        raise PlanError("the file is no text in UTF-8", where=path.name, do=AS_UTF8)
    return named or "utf-8"


def _top(path: Path, encoding: str) -> str:
    """The file's first line that is not blank; a quoted cell in it may go over several."""
    try:
        with _text(path, encoding) as file:
            top = file.read(LONGEST_HEADER).lstrip("\r\n")
    except UnicodeError as error:
        raise _no_text(path, encoding, 1) from error
    quoted = False
    for place, letter in enumerate(top):
        quoted ^= letter == '"'
        if letter in "\r\n" and not quoted:
            return top[:place]
    return top


def _separator(path: Path, top: str) -> str:
    """The one mark between the names of the header; a first line ``sep=;`` says it for Excel."""
    says = _SAYS_SEPARATOR.fullmatch(top)
    if says:
        return says[1]
    quoted, found = False, Counter[str]()
    for letter in top:
        quoted ^= letter == '"'
        found[letter] += letter in SEPARATORS and not quoted
    marks = [mark for mark in SEPARATORS if found[mark]]
    if len(marks) > 1:
        names = " and ".join(SEPARATORS[mark] for mark in marks)
        do = f"say which with --separator, such as --separator {SEPARATORS[marks[0]]}"
        raise PlanError(f"its header could be separated by {names}", where=path.name, do=do)
    return marks[0] if marks else ","


def _check_header(path: Path, names: tuple[str, ...]) -> None:
    if "" in names:
        number = names.index("") + 1
        raise PlanError(f"column {number} has no name", where=path.name, do="name it in the first row, or delete it")
    folded = Counter(name.casefold() for name in names)
    twice = next((name for name in names if folded[name.casefold()] > 1), "")
    if twice:
        raise PlanError(f"two columns are named {twice!r}", where=path.name, do="rename or delete one of them")


# ---- its rows -------------------------------------------------------------------------------------------------------


def _lines(path: Path, encoding: str, separator: str, watch: Callable[[float], None] | None = None) -> Iterator[Line]:
    """All rows of a file but a first ``sep=;``, each with the line on which it begins."""
    with _text(path, encoding) as file:
        size = max(path.stat().st_size, 1)
        rows = csv.reader(file, delimiter=separator, strict=True)
        began = 1
        try:
            for count, cells in enumerate(rows):
                if not (count == 0 and _SAYS_SEPARATOR.fullmatch(separator.join(cells))):
                    yield Line(began, cells)
                began = rows.line_num + 1
                if watch is not None and count % 10_000 == 0:
                    watch(min(cast(io.BufferedReader, file.buffer).tell() / size, 1.0))
        except UnicodeError as error:
            raise _no_text(path, encoding, began) from error
        except csv.Error as error:
            what = f"the file is no CSV ({error})"
            raise PlanError(what, where=f"{path.name} line {began}", do=f"{AS_UTF8}; look for a stray quote") from error


def _text(path: Path, encoding: str) -> io.TextIOWrapper:
    try:
        return path.open(encoding=encoding, newline="")
    except OSError as error:
        raise _unreadable(path, error) from error
    except LookupError as error:
        do = "give a name such as utf-8, cp1252 or utf-16"
        raise PlanError(f"no encoding is named {encoding!r}", where=path.name, do=do) from error


def _unreadable(path: Path, error: OSError) -> PlanError:
    return PlanError(f"{path} cannot be read ({error.strerror})", do="check its name and folder")


def _no_text(path: Path, encoding: str, line: int) -> PlanError:
    """Say where the text stops making sense, and what it would say in the encoding of western Windows."""
    if encoding not in ("utf-8", "utf-8-sig"):
        return PlanError(f"the file is no text in {encoding}", where=path.name, do=AS_UTF8)
    said = ""
    with path.open("rb") as file:
        raw = next((text for number, text in enumerate(file, start=1) if number >= line and not _is_utf8(text)), b"")
    with suppress(UnicodeDecodeError):
        said = f", or say --encoding cp1252 if {show(raw.decode('cp1252').strip())} reads well"
    return PlanError("the file is no text in UTF-8", where=path.name, do=f"{AS_UTF8}{said}")


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
