"""What a plan's waiting work carries in: the backlog at its start, and what each period leaves to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlplan.planning.staffing.carry import Start, carried_shortfall, first_sum
from xlplan.planning.staffing.columns import Floats
from xlplan.planning.staffing.grid import Weeks
from xlplan.planning.staffing.replay import cyclic_backlog
from xlplan.planning.staffing.turnaround import Axis, Promise, Work
from xlplan.tables.plan import Plan

WEEK_H = 168.0
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
    count, width = level.shape[1], len(block[0][3].opened)
    places = [place for _, place, *_ in block]
    axes, goals = [axis for *_, axis in block], [promise for _, _, promise, _ in block]
    came = np.stack([axis.spread(work.streams[place].items) for place, axis in zip(places, axes, strict=True)])
    came *= (ratio * work.per_item)[places][:, :, None]
    first = np.tile(work.first_day * (width // 7), (len(block), 1))
    hours = np.stack([axis.opened * axis.step_h for axis in axes])[:, None, :] * np.ones((1, count, 1))
    per_agent = hours * work.occupancy[places][:, :, None]
    able = per_agent * level[places][:, :, None]
    left = cyclic_backlog(came.reshape(-1, width), able.reshape(-1, width)).reshape(came.shape)
    before, open_before = np.empty_like(came), np.empty(came.shape[:2])
    before[:, 1:] = came[:, :-1]
    last = (first[:, 1:, None] - 1) % width
    open_before[:, 1:] = np.take_along_axis(left[:, :-1], last, axis=2)[:, :, 0]
    for row, (place, axis) in enumerate(zip(places, axes, strict=True)):
        before[row, 0] = axis.by_age(opening[place], int(first[row, 0])) * work.per_item[place, 0]
    open_before[:, 0] = before[:, 0].sum(axis=1)
    short = carried_shortfall(
        Start(
            first=first.ravel(),
            due=np.repeat(np.stack([axis.due for axis in axes]), count, axis=0),
            compliance=np.repeat([promise.compliance for promise in goals], count),
            arrivals=came.reshape(-1, width),
            arrivals_before=before.reshape(-1, width),
            open_before=open_before.ravel(),
            per_agent=per_agent.reshape(-1, width),
            level=level[places].ravel(),
        )
    ).reshape(len(block), count)
    span = np.array([axis.first_parts(int(begin[0])) for axis, begin in zip(axes, first, strict=True)])
    normal = np.array([_normal_h(work.streams[place], goal) for place, goal in zip(places, goals, strict=True)])
    begin = first[:, 0]
    usual = np.maximum(
        normal / WEEK_H * came[:, 0].sum(axis=1), left[np.arange(len(block)), 0, (begin + span - 1) % width]
    )
    at_level = first_sum(per_agent[:, 0], begin, span) * level[places, 0]
    above = open_before[:, 0] + first_sum(came[:, 0], begin, span) - at_level - usual
    short[:, 0] = np.maximum(short[:, 0], above)
    open_soon = first_sum(hours.reshape(-1, width), first.ravel(), np.repeat(span, count)).reshape(short.shape)
    agents = np.divide(
        short / work.occupancy[places], open_soon, out=np.zeros_like(short), where=(open_soon > 0) & (short > 0)
    )
    return _over_periods(short, span * np.array([axis.step_h for axis in axes]), work.days), agents


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
