"""Local clocks and UTC: every conversion by the zone's own clock changes, doubtful hours named, never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import STAMP, Ints, Stamps, as_stamps, rows_of
from xlplan.planning.calendar.zones import SECOND_US, offset_seconds, offset_text, segments


@dataclass(frozen=True)
class UtcTimes:
    """Local times turned to UTC, and the positions (0 = first) that could not be.

    Parameters
    ----------
    utc : ndarray of datetime64[us], shape (n,)
        NaT at every position named below.
    utc_offset : ndarray of str, shape (n,)
        Offset used, such as ``+02:00``; None where there is none.
    ambiguous : ndarray of int
        The clock showed this time twice and no offset says which: type ``utc_offset``.
    nonexistent : ndarray of int
        The clock jumped over this time.
    contradicted : ndarray of int
        The stated offset is not one that the zone had at this local time.
    """

    utc: Stamps
    utc_offset: NDArray[np.object_]
    ambiguous: Ints
    nonexistent: Ints
    contradicted: Ints

    @property
    def complete(self) -> bool:
        """True when every time has its UTC."""
        return not (self.ambiguous.size or self.nonexistent.size or self.contradicted.size)


@dataclass(frozen=True)
class LocalTimes:
    """UTC turned to local times; always possible.

    Parameters
    ----------
    local : ndarray of datetime64[us], shape (n,)
    utc_offset : ndarray of str, shape (n,)
    repeated : ndarray of bool, shape (n,)
        The local clock shows this time twice: only there is ``utc_offset`` needed in a key.
    """

    local: Stamps
    utc_offset: NDArray[np.object_]
    repeated: NDArray[np.bool_]


def to_utc(local: Any, time_zone: str, *, utc_offset: Sequence[str | None] | None = None) -> UtcTimes:
    """Turn local clock times into UTC.

    Parameters
    ----------
    local : array-like of date-times without a zone, shape (n,)
    time_zone : str
        IANA name.
    utc_offset : sequence of str, shape (n,), optional
        Stated offsets such as ``+02:00``; blank where the local time has only one.

    Returns
    -------
    UtcTimes

    Raises
    ------
    PlanError
        Blank times, an unknown zone, an offset that is no offset, or another number of offsets than of times.

    Examples
    --------
    >>> times = ["2026-03-29T02:30", "2026-10-25T02:30", "2026-10-25T02:30", "2026-07-01T12:00"]
    >>> found = to_utc(np.array(times, "datetime64[us]"), "Europe/Berlin", utc_offset=[None, None, "+01:00", None])
    >>> found.nonexistent.tolist(), found.ambiguous.tolist()
    ([0], [1])
    >>> found.utc[2:].astype("datetime64[m]").astype(str).tolist()
    ['2026-10-25T01:30', '2026-07-01T10:00']
    """
    stamps = as_stamps(local, where="local time")
    count = len(stamps)
    stated = np.full(count, None, dtype=object) if utc_offset is None else np.asarray(list(utc_offset), dtype=object)
    if len(stated) != count:
        raise PlanError(f"found {len(stated)} offsets for {count} times, expected one each", where="utc_offset")
    if count == 0:
        nowhere = np.array([], dtype=np.int64)
        return UtcTimes(stamps, stated, nowhere, nowhere, nowhere)
    parts = segments(time_zone, stamps.min(), stamps.max())
    clock = stamps.astype(np.int64)
    # The first segment that has not yet stopped, and the last that has begun.
    first = np.searchsorted(parts.local_to, clock, side="right")
    last = np.searchsorted(parts.local_from, clock, side="right") - 1

    said = ~pd.isna(stated) & (stated != "")
    wanted = np.zeros(count, dtype=np.int64)
    code, texts = pd.factorize(stated[said])
    wanted[said] = np.array([offset_seconds(text) * SECOND_US for text in texts], dtype=np.int64)[code]
    by_first = said & (first <= last) & (parts.offset[first] == wanted)
    by_last = said & (first <= last) & (parts.offset[last] == wanted)
    chosen = np.where(by_first | (~said & (first == last)), first, np.where(by_last, last, -1))

    known = chosen >= 0
    offset = parts.offset[chosen]
    utc = np.where(known, (clock - offset).astype(STAMP), np.datetime64("NaT", "us"))
    return UtcTimes(
        utc,
        _texts(offset, known),
        np.flatnonzero(~said & (first < last)),
        np.flatnonzero(first > last),
        np.flatnonzero(said & ~known & (first <= last)),
    )


def to_local(utc: Any, time_zone: str) -> LocalTimes:
    """Turn UTC into local clock times.

    Parameters
    ----------
    utc : array-like of date-times without a zone, shape (n,)
    time_zone : str
        IANA name.

    Returns
    -------
    LocalTimes

    Raises
    ------
    PlanError
        Blank times or an unknown zone.

    Examples
    --------
    >>> there = to_local(np.array(["2026-10-25T00:30", "2026-10-25T01:30"], "datetime64[us]"), "Europe/Berlin")
    >>> there.local.astype("datetime64[m]").astype(str).tolist(), there.utc_offset.tolist()
    (['2026-10-25T02:30', '2026-10-25T02:30'], ['+02:00', '+01:00'])
    """
    stamps = as_stamps(utc, where="utc")
    if not len(stamps):
        return LocalTimes(stamps, np.array([], dtype=object), np.array([], dtype=bool))
    parts = segments(time_zone, stamps.min(), stamps.max())
    instant = stamps.astype(np.int64)
    offset = parts.offset[np.searchsorted(parts.utc_from, instant, side="right") - 1]
    clock = instant + offset
    readings = np.searchsorted(parts.local_from, clock, side="right") - np.searchsorted(
        parts.local_to, clock, side="right"
    )
    return LocalTimes(clock.astype(STAMP), _texts(offset, np.ones(len(clock), dtype=bool)), readings > 1)


def utc_or_error(local: Any, time_zone: str, *, utc_offset: Sequence[str | None] | None = None) -> Stamps:
    """Turn local clock times into UTC, shape (n,), or raise where any of them is doubtful.

    Raises
    ------
    PlanError
        Rows whose time is ambiguous, never existed, or contradicts the stated offset.
    """
    found = to_utc(local, time_zone, utc_offset=utc_offset)
    for rows, what, do in (
        (found.nonexistent, "times that the clock jumped over", "correct the time"),
        (found.ambiguous, "times that the clock showed twice", "type utc_offset, such as +02:00, on these rows"),
        (found.contradicted, "offsets that the zone did not have then", "correct utc_offset or the time"),
    ):
        if rows.size:
            mask = np.zeros(len(found.utc), dtype=bool)
            mask[rows] = True
            raise PlanError(f"found {what} in row {rows_of(mask)}", where=time_zone, do=do)
    return found.utc


def _texts(offset: Ints, known: NDArray[np.bool_]) -> NDArray[np.object_]:
    values, inverse = np.unique(offset, return_inverse=True)
    names = np.array([offset_text(int(value) // SECOND_US) for value in values], dtype=object)
    texts = names[inverse]
    texts[~known] = None
    return texts
