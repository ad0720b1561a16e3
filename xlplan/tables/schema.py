"""Column, Table and Finding: what a table of the plan may hold, and what a check says when it does not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from xlplan.tables.allowed import Allowed

Type = Literal["text", "enum", "number", "rate", "money", "integer", "boolean", "date", "datetime", "time"]
Kind = Literal["control", "input", "working", "output"]
Severity = Literal["error", "warning", "info"]

NAMES = "(names)"
"""The table name under which the named cells of the Control sheet stand."""

ANY = "ANY"
"""Typed in a key column where a rule is general; the row with most other keys wins."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name, type, unit, meaning : str
        As the sheet header and the reference page show them. Rates are fractions 0-1; times of day are minutes
        after midnight inside Python; dates are ``datetime64[us]``.
    key : bool
        Part of the table's key.
    role : str
        Who owns it: control and input columns are the planner's, working and output columns the engine's.
    allowed : Allowed
        Range, choices, pattern or comparison with another column.
    any_allowed : bool
        ``ANY`` may stand in place of an id.
    refers_to : str
        ``tblX.column`` that holds the ids.
    required : bool
        Never blank. A column that is not required may also be absent from the workbook.
    blank : str
        What a blank means.
    plausible : Allowed
        A value outside is a warning: right perhaps, but mostly a slip of the unit.
    note : str
        Anything else that the reference page should say of the values.
    """

    name: str
    type: Type
    unit: str
    meaning: str
    key: bool
    role: Kind
    allowed: Allowed
    any_allowed: bool
    refers_to: str
    required: bool
    blank: str
    plausible: Allowed
    note: str

    @property
    def numeric(self) -> bool:
        """True for number, rate, money and integer."""
        return self.type in {"number", "rate", "money", "integer"}

    @property
    def by_engine(self) -> bool:
        """True when the engine writes the column."""
        return self.role in {"working", "output"}

    @property
    def expects(self) -> str:
        """What the cell should hold, in words."""
        noun = {
            "text": "text",
            "enum": "one of",
            "number": "a number",
            "rate": "a share between 0 and 1",
            "money": "an amount",
            "integer": "a whole number",
            "boolean": "TRUE or FALSE",
            "date": "a date",
            "datetime": "a date with a time",
            "time": "a time of day",
        }[self.type]
        if self.refers_to:
            noun = f"an id of {self.refers_to}" + (" or ANY" if self.any_allowed else "")
        words = self.allowed.words(self.type)
        if self.type == "rate":
            words = words.removeprefix("0 to 1").removeprefix(" and ")
        if words and self.type == "text" and not self.refers_to:
            noun = words
        elif words:
            noun = f"{noun} {words}" if self.type == "enum" else f"{noun}, {words}"
        return f"{noun} ({self.unit})" if self.numeric and self.unit not in {"", "share"} else noun

    @property
    def fix(self) -> str:
        """What to type, in words."""
        say = f"type {self.expects}"
        if not self.required and self.blank:
            say += f", or leave it blank ({self.blank})"
        return say


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, where it lives and who writes it."""

    name: str
    sheet: str
    kind: Kind
    rows: int
    meaning: str
    columns: tuple[Column, ...]
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def by_engine(self) -> bool:
        """True when the engine writes the rows of the table."""
        return self.kind in {"working", "output"}

    def __getitem__(self, name: str) -> Column:
        return self.by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self.by_name


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, with the place and the mend.

    Parameters
    ----------
    rule : str
        Short id of the rule, such as ``range`` or ``history_gap``.
    severity : str
        ``error`` stops a refresh, ``warning`` and ``info`` do not.
    table, column : str
        Table and column concerned (column may be empty for a whole table).
    row : int, optional
        Body row, 1 = first.
    found, expected, fix : str
        What stands there, what may stand there, what to type.
    sheet, cell : str
        Where in the workbook, filled in by the layer that knows.
    """

    rule: str
    severity: Severity
    table: str
    column: str = ""
    row: int | None = None
    found: str = ""
    expected: str = ""
    fix: str = ""
    sheet: str = ""
    cell: str = ""

    def at(self, sheet: str, cell: str) -> Finding:
        """The finding with its place in the workbook."""
        return replace(self, sheet=sheet, cell=cell)

    @property
    def where(self) -> str:
        """Place in words: ``Queues!F7 (tblQueue.patience_s, row 3)``; a named cell goes by its name alone."""
        if self.table == NAMES:
            name = f"named cell {self.column}"
        else:
            name = f"{self.table}.{self.column}" if self.column else self.table
        if self.row is not None:
            name += f", row {self.row}"
        if self.sheet and self.cell:
            return f"{self.sheet}!{self.cell} ({name})"
        return f"{self.sheet} ({name})" if self.sheet else name

    def sentence(self) -> str:
        """The finding in one line.

        >>> Finding("range", "error", "tblQueue", "patience_s", 3, "-5", "a number, > 0", "type 180").sentence()
        'tblQueue.patience_s, row 3: found -5, expected a number, > 0; type 180'
        """
        return f"{self.where}: found {self.found}, expected {self.expected}; {self.fix}"


def errors(findings: list[Finding]) -> list[Finding]:
    """The findings that stop a refresh."""
    return [finding for finding in findings if finding.severity == "error"]
