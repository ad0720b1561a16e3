"""Opening hours as volumes show them: weekdays and times at which contacts come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Spans = list[tuple[int, int]]

DAY_MIN = 1440
USUAL = 0.5
"""A weekday, or a time of day, is worked when contacts came on at least this share of its dates."""
INSIDE = 0.95
"""Hours that hold less of the volume than this are no opening hours: the contacts are too few to tell by dates."""
NIGHT_MIN = 120
"""A pause at least so long, in a day worked at both midnights, is the closed part of an overnight service."""


def observed_hours(volumes: pd.DataFrame, *, interval_min: int) -> pd.DataFrame:
    """Opening hours of one queue from its interval volumes.

    Parameters
    ----------
    volumes : DataFrame
        start (local time), volume; rows without volume say nothing.
    interval_min : int
        Length of the intervals.

    Returns
    -------
    DataFrame
        weekday, open, close as tblOpenHours holds them; overnight hours as an evening and a morning.

    Examples
    --------
    >>> late = pd.date_range("2026-01-05 22:00", periods=4, freq="h")
    >>> weeks = [day for week in range(3) for day in late + pd.Timedelta(weeks=week)]
    >>> observed_hours(pd.DataFrame({"start": weeks, "volume": 5.0}), interval_min=60)
       weekday  open  close
    0        1  1320   1440
    1        2     0    120
    """
    busy = volumes.loc[volumes["volume"].gt(0)].groupby("start", as_index=False)["volume"].sum()
    weekday = busy["start"].dt.day_of_week.to_numpy() + 1
    minute = (busy["start"].dt.hour * 60 + busy["start"].dt.minute).to_numpy()
    amount = busy["volume"].to_numpy(dtype=float)
    rows = []
    for day, dates in worked_days(busy["start"]).items():
        own = weekday == day
        for begin, end in _spans(minute[own], amount[own], dates, interval_min):
            rows.append((day, begin, end))
    return pd.DataFrame(rows, columns=["weekday", "open", "close"])


def worked_days(starts: pd.Series[Any]) -> dict[int, int]:
    """Dates with contacts by ISO weekday, for the weekdays that are usually worked."""
    dates = pd.DatetimeIndex(starts.dt.normalize().unique())
    weekday, count = np.unique(dates.day_of_week + 1, return_counts=True)
    usual = count >= USUAL * count.max()
    return dict(zip(weekday[usual].tolist(), count[usual].tolist(), strict=True))


def _spans(minute: NDArray[np.int_], amount: NDArray[np.float64], dates: int, width: int) -> Spans:
    slots, count = np.unique(minute, return_counts=True)
    spans = _covering(slots[count >= USUAL * dates], width)
    inside = np.zeros(len(minute), dtype=bool)
    for begin, end in spans:
        inside |= (minute >= begin) & (minute < end)
    return spans if amount[inside].sum() >= INSIDE * amount.sum() else _covering(slots, width)


def _covering(slots: NDArray[np.int_], width: int) -> Spans:
    """From the first slot to the last, or two spans around the pause of an overnight service."""
    if not len(slots):
        return []
    first, last = int(slots[0]), int(slots[-1]) + width
    if first > 0 or last < DAY_MIN or len(slots) < 2:
        return [(first, last)]
    pause = np.diff(slots) - width
    widest = int(pause.argmax())
    if pause[widest] < NIGHT_MIN:
        return [(first, last)]
    return [(first, int(slots[widest]) + width), (int(slots[widest + 1]), last)]
