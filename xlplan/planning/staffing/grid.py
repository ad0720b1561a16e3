"""The typical weeks of a workstream: when it is open, how often each interval occurs, and what arrives in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.planning.calendar import open_mask, typical_week_occurrences
from xlplan.planning.staffing.columns import Floats
from xlplan.planning.workstreams import Workstream
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

WEEKDAYS = np.arange(1, 8)


@dataclass(frozen=True)
class Weeks:
    """One workstream over N periods, by weekday (Monday first) and P intervals of its own length.

    Attributes
    ----------
    stream : Workstream
    interval_min : int
    opened : ndarray, shape (7, P)
        Share of each interval in which it is open.
    clock : ndarray, shape (N, 7, P)
        How often each interval occurs in each period, open or not; closed dates left out.
    share : ndarray, shape (N, 7, P)
        Relative volume of one occurrence.
    volume, aht_s : ndarray, shape (N,)
        The forecast of each period.
    low_80, high_80 : ndarray, shape (N,)
        Bounds of the volume.
    """

    stream: Workstream
    interval_min: int
    opened: Floats
    clock: Floats
    share: Floats
    volume: Floats
    aht_s: Floats
    low_80: Floats
    high_80: Floats

    @property
    def hours(self) -> float:
        """Length of an interval in hours."""
        return self.interval_min / 60

    @property
    def items(self) -> Floats:
        """Items in one occurrence of each interval, shape (N, 7, P): with ``clock`` they sum to the volume."""
        weight = (self.share * self.clock).sum(axis=(1, 2))
        scale = np.divide(self.volume, weight, out=np.zeros_like(weight), where=weight > 0)
        items: Floats = self.share * scale[:, None, None]
        return items


def weeks(plan: Plan, streams: Sequence[Workstream]) -> list[Weeks]:
    """The typical weeks of every workstream, in their order.

    Live work arrives while it is answered; all other work whenever its profile says.
    """
    periods = plan["tblPeriod"]
    names = periods["period"].tolist()
    profiles = dict(iter(plan["tblProfile"].groupby(["queue", "language"], sort=False)))
    columns = ["volume", "aht_s", "low_80", "high_80"]
    forecasts = {
        key: rows.set_index("period")[columns].reindex(names)
        for key, rows in plan["tblForecast"].groupby(["queue", "language"], sort=False)
    }
    occurrences: dict[tuple[str, int, bytes], Floats] = {}
    found = []
    for stream in streams:
        profile = profiles.get((stream.queue, stream.language))
        interval = stream.interval_min if profile is None else int(profile["interval_min"].iloc[0])
        closed = stream.closed_dates
        key = (stream.time_zone, interval, closed.tobytes())
        if key not in occurrences:
            occurrences[key] = typical_week_occurrences(
                periods, interval_min=interval, time_zone=stream.time_zone, closed_dates=closed
            )
        opened = open_mask(stream.open_hours, WEEKDAYS, interval_min=interval)
        share = _shares(profile, names, interval)
        if stream.work_type == "live":
            share = share * (opened > 0)
        forecast = forecasts[stream.queue, stream.language]
        found.append(
            Weeks(
                stream,
                interval,
                opened,
                occurrences[key],
                share,
                *(forecast[name].to_numpy(dtype=np.float64) for name in columns),
            )
        )
    return found


def _shares(profile: pd.DataFrame | None, periods: Sequence[str], interval: int) -> Floats:
    """Shape (N, 7, P): a period's own profile, or the one for ANY."""
    width = 1440 // interval
    if profile is None:
        return np.zeros((len(periods), 7, width))
    codes, keys = pd.factorize(profile["period"])
    shapes = np.zeros((len(keys) + 1, 7, width))
    weekday = profile["weekday"].to_numpy(dtype=int) - 1
    slot = profile["interval_start"].to_numpy(dtype=int) // interval
    shapes[codes, weekday, slot] = profile["share"].to_numpy(dtype=float)
    place = {key: row for row, key in enumerate(keys)}
    general = place.get(ANY, len(keys))  # the last shape is empty
    return shapes[[place.get(period, general) for period in periods]]
