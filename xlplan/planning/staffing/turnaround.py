"""The turnarounds that a workstream promises, and the staff that each asks for over its typical weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.planning.staffing.columns import Floats
from xlplan.planning.staffing.deferred import constant_staff, due_intervals, refinement
from xlplan.planning.staffing.grid import Weeks
from xlplan.planning.workstreams import Workstream

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Promise:
    """Share of each cohort to have done within so many hours of a clock.

    ``statutory`` is a legal clock: it runs in calendar hours and leaves nothing late.
    """

    tat_h: float
    compliance: float
    open_clock: bool
    statutory: bool


def promises(stream: Workstream) -> list[Promise]:
    """What a deferrable or clock workstream promises: its turnaround, its statutory clock, or both."""
    found = []
    if np.isfinite(stream.tat_h):
        share = stream.compliance if np.isfinite(stream.compliance) else 1.0
        found.append(Promise(stream.tat_h, share, stream.tat_clock == "open", statutory=False))
    if np.isfinite(stream.clock_h):
        found.append(Promise(stream.clock_h, 1.0, open_clock=False, statutory=True))
    return found


@dataclass(frozen=True)
class Axis:
    """A typical week cut into T parts for one promise, Monday 00:00 first.

    Attributes
    ----------
    parts : int
        Parts of each interval of the workstream.
    step_h : float
        Length of a part in hours.
    opened, clock : ndarray, shape (T,)
        Share of each part that is open; hours by which the promise's clock advances in it.
    due : ndarray of int, shape (T,)
        Last part in which each cohort is in time.
    tat_h : float
    """

    parts: int
    step_h: float
    opened: Floats
    clock: Floats
    due: Ints
    tat_h: float

    @classmethod
    def of(cls, weeks: Weeks, promise: Promise) -> Axis:
        """Fine enough for the promise to be a whole number of parts."""
        parts = refinement(weeks.hours, promise.tat_h)
        step = weeks.hours / parts
        opened = np.repeat(weeks.opened.ravel(), parts)
        clock = opened * step if promise.open_clock else np.full(len(opened), step)
        return cls(parts, step, opened, clock, due_intervals(clock, promise.tat_h), promise.tat_h)

    def spread(self, amounts: Floats) -> Floats:
        """Amounts by interval, shape (N, 7, P), as amounts by part, shape (N, T)."""
        flat = amounts.reshape(len(amounts), -1)
        return np.repeat(flat, self.parts, axis=1) / self.parts

    def first_parts(self, first: int) -> int:
        """Parts from ``first`` on until the clock has run for one turnaround, 1 or more."""
        return max(1, int(due_intervals(np.roll(self.clock, 1 - first), self.tat_h)[0]))

    def by_age(self, buckets: Floats, first: int) -> Floats:
        """Items by the part in which they came, counted back from ``first``, shape (T,).

        Parameters
        ----------
        buckets : ndarray, shape (B, 3)
            Age from, age to and items; spread evenly over a bucket. Older than a week counts as a week.
        first : int
            Part at whose start the ages are told.
        """
        width = len(self.opened)
        items = np.zeros(width)
        for young, old, count in buckets:
            ages = np.arange(int(young / self.step_h), max(int(young / self.step_h) + 1, round(old / self.step_h)))
            np.add.at(items, (first - 1 - np.minimum(ages, width - 1)) % width, count / len(ages))
        return items


@dataclass(frozen=True)
class Work:
    """S workstreams over N periods.

    Attributes
    ----------
    streams : list of Weeks
    each : list of (int, Promise)
        G promises, with the place of their workstream.
    volume, per_item : ndarray, shape (S, N)
        Items, and hours of handling of one with its review chain.
    occupancy, crew : ndarray, shape (S, 1)
        Highest occupancy and fewest agents.
    open_hours : ndarray, shape (S, N)
        Hours open in each period.
    weekly_agents : ndarray, shape (S, N)
        Agents that the workload of each typical week asks for, however late it is done.
    first_day : ndarray of int, shape (N,)
        Weekday on which each period begins, 0 = Monday.
    days : ndarray, shape (N,)
    """

    streams: list[Weeks]
    each: list[tuple[int, Promise]]
    volume: Floats
    per_item: Floats
    occupancy: Floats
    crew: Floats
    open_hours: Floats
    weekly_agents: Floats
    first_day: Ints
    days: Floats

    @property
    def agent_hours(self) -> Floats:
        """Hours of an agent on duty that one item takes, shape (S, N)."""
        return np.asarray(self.per_item / self.occupancy)

    @classmethod
    def of(cls, periods: pd.DataFrame, streams: Sequence[Weeks], factors: Floats) -> Work:
        """Gather the workstreams; ``factors`` (S,) is the workload of an item over that of its first review."""
        per_item = np.stack([weeks.aht_s for weeks in streams]) * factors[:, None] / 3600
        occupancy = np.array([[weeks.stream.max_occupancy] for weeks in streams])
        items = np.stack([weeks.items.sum(axis=(1, 2)) for weeks in streams])
        opened = np.array([[weeks.opened.sum() * weeks.hours] for weeks in streams])
        return cls(
            streams=list(streams),
            each=[(place, promise) for place, weeks in enumerate(streams) for promise in promises(weeks.stream)],
            volume=np.stack([weeks.volume for weeks in streams]),
            per_item=per_item,
            occupancy=occupancy,
            crew=np.array([[weeks.stream.min_crew] for weeks in streams]),
            open_hours=np.stack([(weeks.clock * weeks.opened).sum(axis=(1, 2)) * weeks.hours for weeks in streams]),
            weekly_agents=items * per_item / occupancy / opened,
            first_day=periods["start"].dt.day_of_week.to_numpy(dtype=np.intp),
            days=periods["days"].to_numpy(dtype=np.float64),
        )


def promised_agents(work: Work) -> Floats:
    """Agents on duty that each promise asks for in each period, at the volume of the forecast, shape (G, N).

    A staff is worked out once for each shape of a week, opening hours and promise, and scaled by volume.
    """
    known: dict[tuple[bytes, bytes, Promise], int] = {}
    shapes: dict[int, list[tuple[int, Floats, Axis, Promise]]] = {}
    uses = []
    for place, promise in work.each:
        weeks = work.streams[place]
        axis = Axis.of(weeks, promise)
        total = weeks.share.sum(axis=(1, 2), keepdims=True)
        week = axis.spread(np.divide(weeks.share, total, out=np.zeros_like(weeks.share), where=total > 0))
        used_shapes = []
        for shape in week:
            key = (shape.tobytes(), axis.opened.tobytes(), promise)
            if key not in known:
                known[key] = len(known)
                shapes.setdefault(len(shape), []).append((known[key], shape, axis, promise))
            used_shapes.append(known[key])
        uses.append(used_shapes)
    level = np.zeros(len(known))
    for members in shapes.values():
        number, shape_of, axes, goals = zip(*members, strict=True)
        level[list(number)] = constant_staff(
            np.stack(shape_of),
            np.stack([axis.opened * axis.step_h for axis in axes]),
            np.stack([axis.due for axis in axes]),
            compliance=[promise.compliance for promise in goals],
        ).agents
    agents = np.zeros((len(work.each), work.volume.shape[1]))
    for row, ((place, _), used) in enumerate(zip(work.each, uses, strict=True)):
        agents[row] = level[used] * work.streams[place].items.sum(axis=(1, 2)) * work.agent_hours[place]
    return agents
