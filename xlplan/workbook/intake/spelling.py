"""Numbers, dates and truths as a file spells them: read where there is one way to read them, else refused."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from xlplan.errors import PlanError

Kind = Literal["text", "number", "percent", "date", "datetime", "time", "boolean"]
"""What the cells of a column hold."""

Value = str | float | bool | dt.datetime | dt.time
"""What a text stands for; a date is midnight, the end of a day 1."""

LARGEST_WHOLE = 2**53
EXPECTS: dict[Kind, str] = {
    "text": "text",
    "number": "a number",
    "percent": "a share such as 0.25 or 25%",
    "date": "a date",
    "datetime": "a date with a time",
    "time": "a time of day such as 09:30",
    "boolean": "TRUE or FALSE",
}
FIRST_DAY = dt.datetime(1900, 3, 1)
"""Before it, Excel counts a 29 February 1900 that never was."""

_PLAIN = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_ISO = re.compile(
    r"(?P<yyyy>[0-9]{4})-(?P<mm>[0-9]{2})-(?P<dd>[0-9]{2})"
    r"(?:[ T](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<rest>\.[0-9]{1,6})?)?)?"
)
_HALF = r"(?:[ \u00a0\u202f]?(?P<half>[AaPp])\.?[Mm]\.?)?"
_CLOCK = re.compile(rf"(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{2}})(?::(?P<second>[0-9]{{2}}))?{_HALF}")
_TIME_AFTER = (
    r"(?:[ T](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<rest>\.[0-9]{1,6})?)?" + _HALF + ")?"
)
_TOKENS = {
    "dd": r"(?P<dd>[0-9]{2})",
    "d": r"(?P<dd>[0-9]{1,2})",
    "mm": r"(?P<mm>[0-9]{2})",
    "m": r"(?P<mm>[0-9]{1,2})",
    "yyyy": r"(?P<yyyy>[0-9]{4})",
}


@dataclass(frozen=True)
class Spelling:
    """How a file spells what is no text.

    Parameters
    ----------
    decimal : str, optional
        ``.`` or ``,`` where numbers may also have marks between thousands, as in 1,234.5 or 1.234,5. Without it a
        number is digits with at most one point: who knows what 1,234 means.
    dates : str, optional
        A pattern of d or dd, m or mm and yyyy, such as ``dd/mm/yyyy``, beside 2026-01-31 which is always read.
    """

    decimal: str = ""
    dates: str = ""

    def __post_init__(self) -> None:
        if self.decimal not in ("", ".", ","):
            raise PlanError(f"the decimal mark is {self.decimal!r}", do="give . or ,")
        self._pattern  # noqa: B018 - a pattern that cannot be is said now, not at the first date

    def read(self, text: str, kind: Kind) -> Value | None:
        """What a text stands for in a column of this kind; None where it cannot be that.

        >>> Spelling().read("0.5", "number"), Spelling().read("007", "number"), Spelling().read("007", "text")
        (0.5, None, '007')
        >>> Spelling().read("1.234,5", "number"), Spelling(decimal=",").read("1.234,5", "number")
        (None, 1234.5)
        """
        if kind == "text":
            return text
        bare = text.strip()
        match kind:
            case "number":
                return self._number(bare)
            case "percent":
                return self._percent(bare)
            case "boolean":
                return {"TRUE": True, "FALSE": False}.get(bare.upper())
            case "time":
                return _time_of_day(bare)
        moment = self._moment(bare)
        return None if moment is None or (kind == "date" and moment.time() != dt.time()) else moment

    def plain(self, text: str) -> bool:
        """True for a number that cannot be anything else: no leading zeros, no marks between thousands."""
        return self._number(text.strip()) is not None

    # -- numbers -------------------------------------------------------------------------------------------------------

    def _number(self, text: str) -> float | None:
        if self.decimal:
            match = self._grouped.fullmatch(text)
            if match is None:
                return None
            text = "".join(letter for letter in match["whole"] if letter in "+-0123456789")
            text += (match["rest"] or "").replace(",", ".") + (match["power"] or "")
        elif _PLAIN.fullmatch(text) is None:
            return None
        number = float(text)
        exact = not text.lstrip("+-").isdigit() or abs(int(text)) <= LARGEST_WHOLE
        return number if exact and math.isfinite(number) else None

    def _percent(self, text: str) -> float | None:
        if not text.endswith("%"):
            return self._number(text)
        number = self._number(text[:-1].rstrip())
        return None if number is None else float(f"{number / 100:.15g}")

    @cached_property
    def _grouped(self) -> re.Pattern[str]:
        """Numbers with one kind of mark between thousands: the other mark, spaces or the Swiss apostrophe."""
        between = ("." if self.decimal == "," else ",") + "' \u00a0\u202f\u2019"
        groups = rf"[1-9][0-9]{{0,2}}(?P<mark>[{between}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*"
        decimal = re.escape(self.decimal)
        return re.compile(
            rf"(?P<whole>[+-]?(?:{groups}|0|[1-9][0-9]*))(?P<rest>{decimal}[0-9]*)?(?P<power>[eE][+-]?[0-9]{{1,3}})?"
        )

    # -- dates ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if not self.dates:
            return None
        parts = re.split(r"(d{1,2}|m{1,2}|yyyy)", self.dates.lower())
        used = sorted(part[0] for part in parts if part in _TOKENS)
        if used != ["d", "m", "y"] or any(part.isalnum() for part in parts if part not in _TOKENS):
            raise PlanError(f"the pattern of dates is {self.dates!r}", do="give one such as dd/mm/yyyy or d.m.yyyy")
        return re.compile("".join(_TOKENS.get(part, re.escape(part)) for part in parts) + _TIME_AFTER)

    def _moment(self, text: str) -> dt.datetime | None:
        match = _ISO.fullmatch(text) or (self._pattern.fullmatch(text) if self._pattern else None)
        if match is None:
            return None
        part = match.groupdict()
        hour, minute, second = (int(part[name] or 0) for name in ("hour", "minute", "second"))
        hour = _of_day(hour, part.get("half"))
        rest = round(float(part["rest"] or 0) * 1_000_000)
        try:
            moment = dt.datetime(int(part["yyyy"]), int(part["mm"]), int(part["dd"]), hour, minute, second, rest)
        except ValueError:
            return None
        return moment if moment >= FIRST_DAY else None

    def expects(self, kind: Kind) -> str:
        """What a cell of this kind should hold, in words, with an example as this file spells it."""
        if kind == "number" and self.decimal:
            return f"a number such as 1234{self.decimal}5"
        if kind not in ("date", "datetime"):
            return EXPECTS[kind]
        day = self.dates or "2026-01-31"
        return f"{EXPECTS[kind]} such as {day}{' 09:30' if kind == 'datetime' else ''}"


def _of_day(hour: int, half: str | None) -> int:
    """The hour of the day of one with AM or PM; 99 where there is none such."""
    if not half:
        return hour
    return hour % 12 + 12 * (half in "Pp") if 1 <= hour <= 12 else 99


def _time_of_day(text: str) -> dt.time | float | None:
    """A time, also one such as 2:30 PM; 24:00 is the whole day, which no time holds."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = _of_day(int(match["hour"]), match["half"]), int(match["minute"]), int(match["second"] or 0)
    if (hour, minute, second) == (24, 0, 0):
        return 1.0
    return dt.time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None
