"""What is given for a column, turned into what its cells hold; what cannot be that is refused, never bent."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from xlplan.tables.schema import Column
from xlplan.tables.typed import blank
from xlplan.workbook.book import CellValue
from xlplan.workbook.intake.spelling import FIRST_DAY, LARGEST_WHOLE, Kind, Spelling
from xlplan.workbook.package.values import LONGEST_TEXT

MISFIT = object()
"""What :meth:`ColumnReader.read` gives for a value that cannot stand in the column."""

OF_TYPE: dict[str, Kind] = {
    "text": "text",
    "enum": "text",
    "number": "number",
    "money": "number",
    "integer": "number",
    "rate": "percent",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
}
"""How the dictionary's types are written."""

ORDER: tuple[Kind, ...] = ("boolean", "date", "datetime", "time", "percent", "number", "text")
"""Where a column holds several kinds, the first that fits; no text can be two of those before text."""

SHORTEN = f"shorten it to {LONGEST_TEXT:,} characters, or take out what no keyboard types"
_NO_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class ColumnReader:
    """Values for one column.

    Parameters
    ----------
    kinds : iterable of Kind
        What the column may hold.
    spelling : Spelling
        How texts spell numbers and dates.
    """

    def __init__(self, kinds: Iterable[Kind], spelling: Spelling) -> None:
        wanted = set(kinds)
        self.kinds = tuple(kind for kind in ORDER if kind in wanted)
        self._spelling = spelling
        self._known: dict[str, Any] = {}

    @classmethod
    def of(cls, column: Column, spelling: Spelling) -> ColumnReader:
        """The reader of a column of the dictionary; any column of shares may be written in percent."""
        kind: Kind = "percent" if column.unit.startswith("share") else OF_TYPE[column.type]
        return cls([kind], spelling)

    @property
    def expects(self) -> str:
        """What a cell of the column holds, in words."""
        return " or ".join(self._spelling.expects(kind) for kind in self.kinds)

    @property
    def says(self) -> str:
        """The kinds in a word or two."""
        return " or ".join(NAMES[kind] for kind in self.kinds)

    def read(self, value: object) -> CellValue | object:
        """The cell value, None for a blank, :data:`MISFIT` for what is nothing of the column's kinds."""
        if isinstance(value, str):
            if value in self._known:
                return self._known[value]
            read = self._text(value)
            if len(self._known) < _REMEMBERED:
                self._known[value] = read
            return read
        if blank(value):
            return None
        for kind in self.kinds:
            read = _typed(value, kind)
            if read is not MISFIT:
                return read
        return MISFIT

    def _text(self, text: str) -> CellValue | object:
        if not text.strip():
            return None
        for kind in self.kinds:
            read = self._spelling.read(text, kind)
            if isinstance(read, str):
                return _cell_text(read)
            if kind == "date" and isinstance(read, dt.datetime):
                return read.date()
            if read is not None:
                return read
        return MISFIT

    def fix(self, value: object) -> str:
        """What to type, where the value is nothing of the column's kinds."""
        if "text" in self.kinds:
            return SHORTEN
        text = value.strip() if isinstance(value, str) else ""
        if "number" in self.kinds and text.endswith("%") and self._spelling.read(text, "percent") is not None:
            return f"type {self._spelling.read(text, 'percent'):g}"
        for mark in (".", ","):
            number = Spelling(decimal=mark).read(text, "number") if self.numeric and text else None
            if number is not None and self._spelling.decimal != mark:
                return f"type {number:.15g}, or say --decimal {mark} if the whole file is written so"
        if text.lstrip("0").isdecimal() and self.numeric:
            return f"type {text.lstrip('0')}, or give the cells of the column the format Text if it is an id"
        if {"date", "datetime"} & set(self.kinds) and re.fullmatch(r"\d{1,2}\D\d{1,2}\D\d{4}.*", text):
            return "type 2026-01-31, or say how the file spells dates, such as --dates dd/mm/yyyy"
        return f"type {self.expects}, or leave it blank"

    @property
    def numeric(self) -> bool:
        """True where numbers may stand."""
        return bool({"number", "percent"} & set(self.kinds))


NAMES: dict[Kind, str] = {
    "text": "text",
    "number": "numbers",
    "percent": "shares",
    "date": "dates",
    "datetime": "dates with times",
    "time": "times of day",
    "boolean": "TRUE or FALSE",
}
_REMEMBERED = 100_000


def kinds_of_values(values: Iterable[object]) -> frozenset[Kind]:
    """Kinds of typed values, where nothing else tells what a column holds."""
    found = {kind for value in values if not blank(value) and (kind := _kind_of(value)) is not None}
    return frozenset(found or {"text"})


def _kind_of(value: object) -> Kind | None:
    if isinstance(value, str):
        return "text"
    told = [kind for kind in ORDER if kind not in ("percent", "text")]
    return next((kind for kind in told if _typed(value, kind) is not MISFIT), None)


def _typed(value: Any, kind: Kind) -> CellValue | object:
    """A value that is no text, as a cell of one kind."""
    if isinstance(value, bool | np.bool_):
        return bool(value) if kind == "boolean" else MISFIT
    if isinstance(value, int | float | np.integer | np.floating):
        whole = not isinstance(value, float | np.floating)
        if not math.isfinite(value) or (whole and abs(int(value)) > LARGEST_WHOLE):
            return MISFIT
        if kind == "text":
            return str(value) if whole else f"{value:.15g}"
        return float(value) if kind in ("number", "percent") else MISFIT
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, dt.time) and value.tzinfo is None:
        return value if kind == "time" else MISFIT
    if isinstance(value, dt.date):
        return _moment(value, kind)
    return MISFIT


def _moment(value: dt.date, kind: Kind) -> CellValue | object:
    moment = value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
    if kind not in ("date", "datetime") or moment.tzinfo is not None or moment < FIRST_DAY:
        return MISFIT
    if kind == "datetime":
        return moment
    return moment.date() if moment.time() == dt.time() else MISFIT


def _cell_text(text: str) -> CellValue | object:
    """Text as a cell holds it: lines end as Excel ends them; too long, or with characters of no cell, it is none."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    length = len(text) + sum(letter > "\uffff" for letter in text)  # Excel counts UTF-16 units
    return MISFIT if length > LONGEST_TEXT or _NO_CELL.search(text) else text
