"""The small language of the dictionary's ``allowed`` column, parsed once into a test and into words.

``a;b;c`` choices · ``lo..hi`` · ``>= x`` ``> x`` ``<= x`` ``< x`` ``<> x`` · ``lo < x <= hi`` · a comparison with
another column of the row such as ``>= valid_from`` · a named pattern such as ``first of month`` · several of them
joined by ``and`` (``or ANY`` after a pattern lets ANY pass).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

NUMBER = r"-?\d+(?:\.\d+)?"
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "<>": operator.ne,
}
# Two columns of one row are compared with this slack: sums of shares and re-read decimals differ in the last bits.
SLACK = 1e-9

TEXT_PATTERNS = {
    "id": (r"[A-Za-z0-9_-]+", "letters, digits, - and _"),
    "currency code": (r"[A-Z]{3}", "three capitals such as EUR"),
    "country code": (r"[A-Z]{2}", "two capitals such as DE"),
    "country code or ANY": (r"[A-Z]{2}|ANY", "two capitals such as DE, or ANY"),
    "sha256": (r"[0-9a-f]{64}", "64 hexadecimal digits"),
    "ISO week": (r"\d{4}-W(0[1-9]|[1-4]\d|5[0-3])", "a week such as 2026-W07"),
    "period id": (
        r"\d{4}-(W(0[1-9]|[1-4]\d|5[0-3])|(0[1-9]|1[0-2])s?)",
        "a period such as 2026-W07 or 2026-03",
    ),
    "grain": (r"[1-9]\d*w(\+[1-9]\d*m)?|[1-9]\d*m", "a pattern such as 13w, 18m or 13w+15m"),
    "utc offset": (r"[+-]\d{2}:\d{2}", "an offset such as +02:00"),
    "seven Y or N": (r"[YN]{7}", "seven letters Y or N, Monday first"),
}
DATE_PATTERNS = {
    "first of month": "the first day of a month",
    "Monday or first of month": "a Monday or the first day of a month",
}
_TEXT_TESTS = {name: re.compile(pattern) for name, (pattern, _) in TEXT_PATTERNS.items()}


@dataclass(frozen=True)
class Clause:
    """One condition: ``kind`` names it, ``values`` are its operands."""

    kind: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Allowed:
    """A parsed ``allowed`` cell."""

    text: str
    clauses: tuple[Clause, ...]

    @property
    def choices(self) -> tuple[str, ...]:
        """The choices of an enum, or nothing."""
        return next((clause.values for clause in self.clauses if clause.kind == "choices"), ())

    @property
    def columns(self) -> tuple[str, ...]:
        """Other columns that the values are compared with."""
        return tuple(clause.values[1] for clause in self.clauses if clause.kind == "column")

    def words(self, type_: str = "number") -> str:
        """The rule in words, empty when anything goes."""
        clauses = list(self.clauses)
        said = []
        if [clause.values[0] for clause in clauses[:2]] == [">=", "<="] and clauses[0].kind == clauses[
            1
        ].kind == "number":
            low, high = (_operand(clause.values[1], type_) for clause in clauses[:2])
            said.append(f"{low} to {high}")
            del clauses[:2]
        return " and ".join(said + [_words(clause, type_) for clause in clauses])

    def bad(self, values: pd.Series[Any], frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Rows whose value breaks the rule; blanks never do.

        Parameters
        ----------
        values : Series
            Typed values of the column.
        frame : DataFrame
            The table, for comparisons with other columns; an absent column compares with nothing.
        """
        import numpy as np

        broken = np.zeros(len(values), dtype=bool)
        for clause in self.clauses:
            broken |= _breaks(clause, values, frame)
        return broken & values.notna().to_numpy(dtype=bool)


@cache
def parse(text: str, *, columns: frozenset[str] = frozenset()) -> Allowed:
    """Parse an ``allowed`` cell.

    Parameters
    ----------
    text : str
        The cell.
    columns : frozenset of str
        Columns of the same table that it may compare with.

    Raises
    ------
    ValueError
        The text is not of the language; the dictionary itself is wrong.

    >>> parse("0 < x <= 1").words()
    'above 0 and at most 1'
    """
    if not text:
        return Allowed("", ())
    return Allowed(text, tuple(clause for part in text.split(" and ") for clause in _clauses(part, columns)))


def _clauses(part: str, columns: frozenset[str]) -> list[Clause]:
    if part in TEXT_PATTERNS or part in DATE_PATTERNS:
        return [Clause("pattern", (part,))]
    if match := re.fullmatch(rf"({NUMBER})\.\.({NUMBER})", part):
        return [Clause("number", (">=", match[1])), Clause("number", ("<=", match[2]))]
    if match := re.fullmatch(rf"({NUMBER}) (<=?) x (<=?) ({NUMBER})", part):
        return [Clause("number", (">" + match[2][1:], match[1])), Clause("number", (match[3], match[4]))]
    if match := re.fullmatch(rf"([<>]=?|<>) ({NUMBER})", part):
        return [Clause("number", (match[1], match[2]))]
    if match := re.fullmatch(r"divides (\d+)", part):
        return [Clause("divides", (match[1],))]
    if (match := re.fullmatch(r"([<>]=?) (\w+)", part)) and match[2] in columns:
        return [Clause("column", (match[1], match[2]))]
    if ";" in part:
        return [Clause("choices", tuple(part.split(";")))]
    raise ValueError(f"the dictionary's allowed cell {part!r} is not of the language of tables/allowed.py")


def _operand(text: str, type_: str) -> str:
    return f"{int(text) // 60:02d}:{int(text) % 60:02d}" if type_ == "time" else text


def _words(clause: Clause, type_: str) -> str:
    first, *rest = clause.values
    if clause.kind == "choices":
        return ", ".join(clause.values)
    if clause.kind == "pattern":
        return DATE_PATTERNS.get(first) or TEXT_PATTERNS[first][1]
    if clause.kind == "divides":
        return f"a divisor of {first}"
    if type_ in {"date", "datetime"}:
        verbs = {">=": "on or after", ">": "after", "<=": "on or before", "<": "before"}
    else:
        verbs = {">=": "at least", ">": "above", "<=": "at most", "<": "below", "<>": "not"}
    return f"{verbs[first]} {_operand(rest[0], type_) if clause.kind == 'number' else rest[0]}"


def _breaks(clause: Clause, values: pd.Series[Any], frame: pd.DataFrame) -> NDArray[np.bool_]:
    import numpy as np
    import pandas as pd

    first, *rest = clause.values
    if clause.kind == "choices":
        return ~values.isin(clause.values).to_numpy(dtype=bool)
    if clause.kind == "divides":
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.mod(float(first), numbers) != 0)
    if clause.kind == "number":
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(~COMPARE[first](numbers, float(rest[0])))
    if clause.kind == "column":
        if rest[0] not in frame:
            return np.zeros(len(values), dtype=bool)
        other = frame[rest[0]]
        if pd.api.types.is_numeric_dtype(values):
            left = values.to_numpy(dtype=float, na_value=np.nan)
            right = other.to_numpy(dtype=float, na_value=np.nan)
            slack = SLACK * np.maximum(1.0, np.abs(right))
            left = left + (slack if first.startswith(">") else -slack)
            return np.asarray(~COMPARE[first](left, right) & ~np.isnan(right))
        return np.asarray(~COMPARE[first](values, other).to_numpy(dtype=bool) & other.notna().to_numpy(dtype=bool))
    if first in DATE_PATTERNS:
        fits = values.dt.day.eq(1)
        if first.startswith("Monday"):
            fits |= values.dt.day_of_week.eq(0)
        return ~fits.to_numpy(dtype=bool, na_value=False)
    test = _TEXT_TESTS[first]
    return np.array([not (isinstance(v, str) and test.fullmatch(v)) for v in values], dtype=bool)
