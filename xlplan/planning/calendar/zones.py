"""Time zones as stretches of constant offset, and offsets as text.

On the local clock a stretch runs from ``local_from`` to ``local_to``: where two neighbours overlap the clock was put
back and the time is ambiguous, where they leave a gap it was put forward and the time never existed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import Ints

FIRST_YEAR, LAST_YEAR = 1970, 2199
SECOND_US = 1_000_000
_EVER = 2**62
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})(?::(\d{2}))?")


@dataclass(frozen=True)
class Segments:
    """Stretches of constant offset, in microseconds since 1970-01-01.

    Parameters
    ----------
    offset : ndarray of int, shape (k,)
        Local minus UTC.
    utc_from : ndarray of int, shape (k,)
        First instant in UTC.
    local_from, local_to : ndarray of int, shape (k,)
        First local clock reading, and the one at which the segment's clock stops; both rise.
    """

    offset: Ints
    utc_from: Ints
    local_from: Ints
    local_to: Ints


def segments(time_zone: str, low: np.datetime64, high: np.datetime64) -> Segments:
    """Find the constant stretches of a zone's clock around a span of time.

    Raises
    ------
    PlanError
        The zone is unknown, or a year lies outside 1970-2199.
    """
    first, last = (int(stamp.astype("datetime64[Y]").astype(np.int64)) + 1970 for stamp in (low, high))
    if first < FIRST_YEAR or last > LAST_YEAR:
        raise PlanError(f"found dates in {first} to {last}, expected years {FIRST_YEAR} to {LAST_YEAR}", where="dates")
    # A year to either side: local and UTC dates differ at New Year.
    parts = [_year_changes(time_zone, year) for year in range(first - 1, last + 2)]
    starts = [start for part in parts for start, _ in part]
    offsets = [offset for part in parts for _, offset in part]
    keep = [row for row in range(len(offsets)) if row == 0 or offsets[row] != offsets[row - 1]]
    offset = np.array([offsets[row] for row in keep], dtype=np.int64) * SECOND_US
    utc_from = np.array([starts[row] for row in keep], dtype=np.int64) * SECOND_US
    utc_to = np.append(utc_from[1:], _EVER)
    return Segments(offset, utc_from, utc_from + offset, utc_to + offset)


@lru_cache(maxsize=4096)
def _year_changes(time_zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """Seconds since 1970 and offset in seconds: at New Year (UTC), and after every clock change of the year."""
    zone = _zone(time_zone)

    def offset(second: int) -> int:
        there = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).astimezone(zone).utcoffset()
        return int(there.total_seconds()) if there is not None else 0

    start, stop = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year, year + 1))
    changes = [(start, offset(start))]
    for day in range(start, stop, 86400):
        low, high = day, min(day + 86400, stop)
        if offset(high) == changes[-1][1]:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == changes[-1][1] else (low, middle)
        changes.append((high, offset(high)))
    return tuple(changes)


def _zone(time_zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(time_zone)
    # KeyError: not found; ValueError, TypeError: no key at all; OSError: a folder of zones such as "America".
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise PlanError(
            f"found the time zone {time_zone!r}, expected an IANA name",
            where="time_zone",
            do="type a name such as Europe/Berlin or UTC",
        ) from error


def offset_text(seconds: int) -> str:
    """Write an offset as tblInterval.utc_offset does.

    >>> offset_text(20700), offset_text(-12600)
    ('+05:45', '-03:30')
    """
    minutes, rest = divmod(abs(int(seconds)), 60)
    text = f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{rest:02d}" if rest else text


def offset_seconds(text: str) -> int:
    """Read an offset such as ``+02:00``; ``Z`` is UTC.

    >>> offset_seconds("+05:45"), offset_seconds("Z")
    (20700, 0)
    """
    if text == "Z":
        return 0
    match = _OFFSET.fullmatch(str(text))
    if match is None or int(match[2]) > 26 or int(match[3]) > 59 or int(match[4] or 0) > 59:
        raise PlanError(f"found {text!r}, expected an offset from UTC", where="utc_offset", do="type +02:00 or -03:30")
    size = int(match[2]) * 3600 + int(match[3]) * 60 + int(match[4] or 0)
    return -size if match[1] == "-" else size
