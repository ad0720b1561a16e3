"""Work that waits: the hours that deferrable and clock workstreams need in each period of a plan.

A level of agents is on duty whenever it is open. It is the largest of what each promise asks of the period's typical
week, repeated for ever, and of the minimum crew; over the period it is never less than the workload. A turnaround
longer than a week asks for the workload of each period: no period borrows from the next. What is open when a period
begins, and would be late at its level, is worked off in extra hours within the first turnaround.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.planning.staffing.backlog import carried_work, opening_backlog
from xlplan.planning.staffing.columns import Floats
from xlplan.planning.staffing.grid import Weeks
from xlplan.planning.staffing.rounding import round_up
from xlplan.planning.staffing.turnaround import Work, promised_agents
from xlplan.tables.plan import Plan

_NEARLY = 1 + 1e-9


def waiting_requirement(plan: Plan, streams: Sequence[Weeks], factors: Floats) -> pd.DataFrame:
    """Hours that work which waits needs.

    Parameters
    ----------
    plan : Plan
        For tblPeriod and tblBacklogOpening.
    streams : sequence of Weeks, length S
        Deferrable and clock workstreams, at least one.
    factors : ndarray, shape (S,)
        Workload of one item with its review chain over that of its first review.

    Returns
    -------
    DataFrame
        queue, language, period, required_hours, required_low_80, required_high_80, busy_hours (of handling in all),
        backlog_hours (of handling carried in and worked off), agents_peak, binding, model; S x N rows.
    """
    work = Work.of(plan["tblPeriod"], streams, factors)
    opening = opening_backlog(plan, streams)
    asked = promised_agents(work)
    need = _need(work, asked, np.ones_like(work.per_item), opening)
    bounds = {}
    for name in ("low_80", "high_80"):
        bound = np.stack([getattr(weeks, name) for weeks in streams])
        ratio = np.divide(bound, work.volume, out=np.ones_like(bound), where=work.volume > 0)
        bounds[f"required_{name}"] = _need(work, asked, ratio, opening).hours.ravel()
    names = plan["tblPeriod"]["period"].to_numpy()
    cover = np.array([weeks.stream.work_type == "clock" for weeks in streams])[:, None] & (need.binding == "min_crew")
    promised = np.isin(np.arange(len(streams)), [place for place, _ in work.each])[:, None]
    return pd.DataFrame(
        {
            "queue": np.repeat([weeks.stream.queue for weeks in streams], len(names)),
            "language": np.repeat([weeks.stream.language for weeks in streams], len(names)),
            "period": np.tile(names, len(streams)),
            "required_hours": need.hours.ravel(),
            **bounds,
            "busy_hours": (work.volume * work.per_item + need.backlog).ravel(),
            "backlog_hours": need.backlog.ravel(),
            "agents_peak": need.peak.ravel(),
            "binding": need.binding.ravel(),
            "model": np.where(cover, "cover", np.where(promised, "deferred", "workload")).ravel(),
        }
    )


@dataclass(frozen=True)
class _Need:
    """Shape (S, N): productive hours, hours of handling carried in, most agents at once, what decided."""

    hours: Floats
    backlog: Floats
    peak: Floats
    binding: NDArray[np.str_]


def _need(work: Work, asked: Floats, ratio: Floats, opening: Sequence[Floats]) -> _Need:
    """The need at ``ratio`` (S, N) times the forecast volume; ``asked`` (G, N) is that at the forecast."""
    workload = work.volume * ratio * work.agent_hours
    by_turnaround, by_clock = np.zeros_like(workload), np.zeros_like(workload)
    for row, (place, promise) in enumerate(work.each):
        best = by_clock if promise.statutory else by_turnaround
        best[place] = np.maximum(best[place], asked[row] * ratio[place])
    even = np.divide(workload, work.open_hours, out=np.zeros_like(workload), where=work.open_hours > 0)
    # A promise includes the workload of the typical week: what asks for no more is occupancy, not a deadline.
    loose = np.maximum(work.weekly_agents * ratio, even)
    promised = np.maximum(by_turnaround, by_clock)
    level = np.maximum(np.maximum(promised, even), work.crew)
    binding = np.full(workload.shape, "max_occupancy", dtype="<U13")
    binding[by_turnaround > loose * _NEARLY] = "model"
    binding[(by_clock > loose * _NEARLY) & (by_clock > by_turnaround * _NEARLY)] = "clock"
    binding[(work.crew > np.maximum(promised, even) * _NEARLY)] = "min_crew"
    carried = carried_work(work, level, ratio, opening)
    hours = np.maximum(level * work.open_hours, workload) + carried.work / work.occupancy
    return _Need(hours, carried.work, round_up(level + carried.agents), binding)
