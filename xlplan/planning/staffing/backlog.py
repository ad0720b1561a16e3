"""What a plan's waiting work carries in: the backlog at its start, and what each period leaves to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlplan.planning.staffing.carry import Start, carried_shortfall, first_sum
from xlplan.planning.staffing.columns import Floats
from xlplan.planning.staffing.grid import Weeks
from xlplan.planning.staffing.replay import cyclic_backlog
from xlplan.planning.staffing.turnaround import Axis, Ints, Promise, Work
from xlplan.tables.plan import Plan

WEEK_H = 168.0
# A shortfall this small beside a week's work is the last digits of a sum.
_NOISE = 1e-12
# Parts of weeks that are worked on at a time: their temporaries stay well below a hundred megabytes.
_BLOCK = 1_000_000


def opening_backlog(plan: Plan, streams: Sequence[Weeks]) -> list[Floats]:
    """Open items of each workstream at the start of the plan: rows of age from, age to (hours) and items.

    A bucket reaches to the next one's floor; all items of the last one are taken to be as old as its floor.
    """
    rows = plan["tblBacklogOpening"].sort_values("age_from_h")
    own = dict(iter(rows.groupby(["queue", "language"], sort=False)))
    found = []
    for weeks in streams:
        buckets = own.get((weeks.stream.queue, weeks.stream.language))
        if buckets is None:
            found.append(np.zeros((0, 3)))
            continue
        floor = buckets["age_from_h"].to_numpy(dtype=float)
        found.append(np.column_stack([floor, [*floor[1:], floor[-1]], buckets["items"].to_numpy(dtype=float)]))
    return found


@dataclass(frozen=True)
class Carried:
    """Shape (S, N): hours of handling to work off beyond the level, and the agents that do it at the start."""

    work: Floats
    agents: Floats


def carried_work(work: Work, level: Floats, ratio: Floats, opening: Sequence[Floats]) -> Carried:
    """What is carried into each period and would be late at its level.

    The plan's first period also brings its backlog down to what is normal within the first turnaround; where that
    reaches into later periods, so does the work.

    Parameters
    ----------
    work : Work
    level : ndarray, shape (S, N)
        Agents on duty whenever it is open.
    ratio : ndarray, shape (S, N)
        Volume over that of the forecast.
    opening : sequence of ndarray, length S
        As ``opening_backlog`` gives it.
    """
    short = np.zeros((len(work.each), work.volume.shape[1]))
    agents = np.zeros_like(short)
    blocks: dict[int, list[list[tuple[int, int, Promise, Axis]]]] = {}
    for row, (place, promise) in enumerate(work.each):
        axis = Axis.of(work.streams[place], promise)
        together = blocks.setdefault(len(axis.opened), [[]])
        if len(together[-1]) * short.shape[1] * len(axis.opened) > _BLOCK:
            together.append([])
        together[-1].append((row, place, promise, axis))
    for block in (block for together in blocks.values() for block in together if block):
        rows = [row for row, *_ in block]
        short[rows], agents[rows] = _block(work, level, ratio, opening, block)
    result = Carried(np.zeros_like(level), np.zeros_like(level))
    for row, (place, _) in enumerate(work.each):
        result.work[place] = np.maximum(result.work[place], short[row])
        result.agents[place] = np.maximum(result.agents[place], agents[row])
    return result


def _block(
    work: Work,
    level: Floats,
    ratio: Floats,
    opening: Sequence[Floats],
    block: Sequence[tuple[int, int, Promise, Axis]],
) -> tuple[Floats, Floats]:
    """Shortfall and agents, shape (B, N), of promises whose weeks have as many parts."""
    width = len(block[0][3].opened)
    places = [place for _, place, *_ in block]
    axes, goals = [axis for *_, axis in block], [promise for _, _, promise, _ in block]
    came = np.stack([axis.spread(work.streams[place].items) for place, axis in zip(places, axes, strict=True)])
    came *= (ratio * work.per_item)[places][:, :, None]
    hours = np.stack([axis.opened * axis.step_h for axis in axes])
    week = _Block(
        came=came,
        per_agent=hours * work.occupancy[places],
        level=level[places],
        due=np.stack([axis.due for axis in axes]),
        compliance=np.array([promise.compliance for promise in goals]),
        first=work.first_day * (width // 7),
        idle=((level * work.open_hours * work.occupancy - work.volume * ratio * work.per_item)[places]).clip(0.0),
    )
    span = np.array([axis.first_parts(int(week.first[0])) for axis in axes])
    normal = np.array([_normal_h(work.streams[place], goal) for place, goal in zip(places, goals, strict=True)])
    old = np.stack([axis.by_age(opening[place], int(week.first[0])) for place, axis in zip(places, axes, strict=True)])
    short = week.shortfall(old * work.per_item[places, :1], normal / WEEK_H, span)
    agents = np.zeros_like(short)
    for period, first in enumerate(week.first):
        soon = first_sum(hours, np.full(len(block), first), span)
        extra = short[:, period] / work.occupancy[places, 0]
        agents[:, period] = np.divide(extra, soon, out=np.zeros_like(soon), where=soon > 0)
    return _over_periods(short, span * np.array([axis.step_h for axis in axes]), work.days), agents


@dataclass(frozen=True)
class _Block:
    """B promises over N periods, weeks of T parts; work in hours of handling.

    ``came`` (B, N, T), ``per_agent`` and ``due`` (B, T), ``level`` and ``idle`` (B, N: what the level could do in the
    period beyond its work), ``compliance`` (B,), ``first`` (N,).
    """

    came: Floats
    per_agent: Floats
    level: Floats
    due: Ints
    compliance: Floats
    first: Ints
    idle: Floats

    def shortfall(self, old: Floats, normal: Floats, span: Ints) -> Floats:
        """Work beyond the level in each period, shape (B, N), carried from one period to the next.

        Parameters
        ----------
        old : ndarray, shape (B, T)
            The opening backlog by the part of the week before in which it came.
        normal : ndarray, shape (B,)
            Backlog that is normal, in weeks of inflow.
        span : ndarray of int, shape (B,)
            Parts of the first turnaround, at whose end no more than that is open.
        """
        size, count, width = self.came.shape
        able = self.per_agent[:, None, :] * self.level[:, :, None]
        left = cyclic_backlog(self.came.reshape(-1, width), able.reshape(-1, width)).reshape(self.came.shape)
        short = np.zeros((size, count))
        before, open_before = old, old.sum(axis=1)
        for period, first in enumerate(self.first):
            begin = np.full(size, first)
            short[:, period] = carried_shortfall(
                Start(
                    first=begin,
                    due=self.due,
                    compliance=self.compliance,
                    arrivals=self.came[:, period],
                    arrivals_before=before,
                    open_before=open_before,
                    per_agent=self.per_agent,
                    level=self.level[:, period],
                )
            )
            if period == 0:
                usual = normal * self.came[:, 0].sum(axis=1)
                usual = np.maximum(usual, left[np.arange(size), 0, (first + span - 1) % width])
                gain = first_sum(self.came[:, 0], begin, span) - first_sum(able[:, 0], begin, span)
                short[:, 0] = np.maximum(short[:, 0], open_before + gain - usual)
            noise = _NOISE * (open_before + self.came[:, period].sum(axis=1))
            short[:, period] = np.where(short[:, period] > noise, short[:, period], 0.0)
            # What is open beyond the period's own cycle stays, but for extra work and time that would be idle.
            beyond = open_before - left[:, period, (first - 1) % width] - short[:, period] - self.idle[:, period]
            following = self.first[(period + 1) % count]
            before, open_before = self.came[:, period], left[:, period, (following - 1) % width] + beyond.clip(0.0)
        return short


def _normal_h(weeks: Weeks, promise: Promise) -> float:
    """Backlog that is normal, in hours of inflow."""
    stated = weeks.stream.normal_backlog_h
    return float(stated if np.isfinite(stated) else promise.tat_h * promise.compliance)


def _over_periods(short: Floats, span_h: Floats, days: Floats) -> Floats:
    """The first period's work spread evenly over the hours that it has, which may reach into later periods."""
    ends = np.cumsum(days) * 24
    inside = np.clip(np.minimum(ends, span_h[:, None]) - (ends - days * 24), 0.0, None)
    spread = short[:, :1] * inside / inside.sum(axis=1, keepdims=True)
    spread[:, 1:] += short[:, 1:]
    return spread
