"""What the queues of a plan face: volume, capacity, goals and opening backlog as arrays by workstream and period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.planning.calendar import open_hours_per_week
from xlplan.planning.calendar.spans import read_spans
from xlplan.planning.queues.fluid import Floats
from xlplan.planning.workstreams import workstreams
from xlplan.tables.plan import Plan

KEY = ["queue", "language"]
WEEK_H = 168.0


@dataclass(frozen=True)
class Work:
    """N workstreams over T periods.

    Parameters
    ----------
    streams : DataFrame, N rows
        lob, queue, language, live (bool), limit_h (turnaround in calendar hours), target (share done in time).
    periods : DataFrame, T rows
        period, start.
    hours : ndarray of float, shape (T,)
        Length of the periods.
    volume, cv, aht_s : ndarray of float, shape (N, T)
    required, required_low, required_high, served : ndarray of float, shape (N, T)
        Reference hours; low and high at the 80 % bounds of the volume.
    items_per_hour : ndarray of float, shape (N, T)
        Items that one served hour does; see :func:`items_per_hour`.
    hours_per_fte : ndarray of float, shape (N, T)
        Reference hours that one FTE gives in the period, at the current mix of sites; NaN where unknown.
    shrinkage : ndarray of float, shape (N, T)
    opening : ndarray of float, shape (N, K)
    opening_age_h : ndarray of float, shape (K,)
        Opening backlog by age at the first moment of the plan, as :func:`~xlplan.planning.queues.walk.backlog_walk`
        takes it.
    """

    streams: pd.DataFrame
    periods: pd.DataFrame
    hours: Floats
    volume: Floats
    cv: Floats
    aht_s: Floats
    required: Floats
    required_low: Floats
    required_high: Floats
    served: Floats
    items_per_hour: Floats
    hours_per_fte: Floats
    shrinkage: Floats
    opening: Floats
    opening_age_h: Floats

    @property
    def capacity(self) -> Floats:
        """Items that the served hours can do, shape (N, T)."""
        return self.served * self.items_per_hour


def items_per_hour(
    volume: Floats,
    *,
    aht_s: Floats,
    workload: Floats,
    chain: Floats,
    backlog: Floats,
    required: Floats,
    occupancy: Floats,
) -> Floats:
    """Items that one served hour does.

    A served hour at ``occupancy`` does ``3600 x occupancy / (aht_s x chain factor)`` items, the chain factor being
    ``(workload + chain) / workload``. It never does less than the requirement counts on: required hours do the volume
    and the planned change of the backlog, also where several contacts are handled at once.

    Parameters
    ----------
    volume, aht_s, required : ndarray of float
        Items, seconds and hours of the requirement.
    workload, chain, backlog : ndarray of float
        Hours of first reviews, of the review chain, and of backlog worked off.
    occupancy : ndarray of float
        Highest occupancy of the queue, above 0 to 1.

    Examples
    --------
    Work of 100 hours at 95 % occupancy needs 105.26 hours, and they do all 1,200 items:

    >>> rate = items_per_hour(
    ...     *[np.array([1200.0])], aht_s=np.array([300.0]), workload=np.array([100.0]), chain=np.zeros(1),
    ...     backlog=np.zeros(1), required=np.array([100 / 0.95]), occupancy=np.array([0.95]),
    ... )
    >>> (rate * 100 / 0.95).round(6)
    array([1200.])
    """
    whole = workload + chain
    factor = np.divide(whole, workload, out=np.ones_like(whole), where=workload > 0)
    seconds = aht_s * factor
    able = np.divide(3600 * occupancy, seconds, out=np.zeros_like(seconds), where=seconds > 0)
    items = volume * (1 + np.divide(backlog, whole, out=np.zeros_like(whole), where=whole > 0))
    planned = np.divide(items, required, out=np.zeros_like(items), where=required > 0)
    rate: Floats = np.maximum(able, planned)
    return rate


def read_work(plan: Plan) -> Work:
    """Active workstreams with a forecast, period by period.

    Parameters
    ----------
    plan : Plan
        tblQueue, tblWorkstream, tblPeriod, tblForecast, tblReq, tblAllocation, tblBacklogOpening; what is absent is
        0 hours or 0 items.
    """
    periods = plan["tblPeriod"]
    forecast = plan["tblForecast"]
    planned = set(forecast[KEY].drop_duplicates().itertuples(index=False, name=None))
    streams = _streams(plan, planned)
    spans = read_spans(periods)
    index = pd.MultiIndex.from_frame(streams[KEY])

    def grid(rows: pd.DataFrame, column: str, blank: float = 0.0) -> Floats:
        place = index.get_indexer(pd.MultiIndex.from_frame(rows[KEY]))
        at = pd.Index(spans.period).get_indexer(rows["period"])
        inside = (place >= 0) & (at >= 0)
        table = np.full((len(streams), len(spans)), blank)
        table[place[inside], at[inside]] = rows[column].to_numpy(dtype=float, na_value=blank)[inside]
        return table

    need = plan["tblReq"]
    served = plan["tblAllocation"].groupby([*KEY, "period"], as_index=False)["served_hours"].sum()
    volume, aht = grid(forecast, "volume"), grid(forecast, "aht_s")
    per_fte = grid(need, "mix_hours_per_fte", np.nan) * grid(need, "mix_productivity", np.nan)
    opening, ages = _opening(plan, streams)
    return Work(
        streams=streams,
        periods=periods[["period", "start"]].reset_index(drop=True),
        hours=(24 * spans.lengths).astype(np.float64),
        volume=volume,
        cv=grid(forecast, "cv"),
        aht_s=aht,
        required=grid(need, "required_hours"),
        required_low=grid(need, "required_low_80"),
        required_high=grid(need, "required_high_80"),
        served=grid(served, "served_hours"),
        items_per_hour=items_per_hour(
            volume,
            aht_s=aht,
            workload=grid(need, "workload_hours"),
            chain=grid(need, "chain_hours"),
            backlog=grid(need, "backlog_hours"),
            required=grid(need, "required_hours"),
            occupancy=np.broadcast_to(streams["max_occupancy"].to_numpy(dtype=float)[:, None], volume.shape),
        ),
        hours_per_fte=np.where(per_fte > 0, per_fte, np.nan),
        shrinkage=grid(need, "mix_shrinkage"),
        opening=opening,
        opening_age_h=ages,
    )


def _streams(plan: Plan, planned: set[tuple[str, str]]) -> pd.DataFrame:
    """The workstreams with their goals; work is late after the statutory clock, or else after its turnaround."""
    queues = plan.filled("tblQueue").set_index("queue")
    rows = []
    for stream in workstreams(plan):
        if (stream.queue, stream.language) not in planned:
            continue
        queue = queues.loc[stream.queue]
        turnaround = float(queue["tat_h"])
        if queue["tat_clock"] == "open":
            turnaround *= WEEK_H / open_hours_per_week(stream.open_hours)
        clock = float(queue["clock_h"])
        first, second = (clock, turnaround) if stream.work_type == "clock" else (turnaround, clock)
        compliance = float(queue["compliance"])
        rows.append(
            {
                "lob": stream.lob,
                "queue": stream.queue,
                "language": stream.language,
                "live": stream.work_type == "live",
                "limit_h": second if np.isnan(first) else first,
                "target": 1.0 if np.isnan(compliance) else compliance,
                "max_occupancy": stream.max_occupancy,
            }
        )
    return pd.DataFrame(rows, columns=["lob", *KEY, "live", "limit_h", "target", "max_occupancy"])


def _opening(plan: Plan, streams: pd.DataFrame) -> tuple[Floats, Floats]:
    """Opening items on one grid of ages at PlanStart, each age twice: items of just that age, items up to the next.

    Counted ages grow by the time from the count to PlanStart. Live queues open with nothing.
    """
    waiting = streams.loc[~streams["live"].to_numpy(dtype=bool), KEY]
    rows = plan["tblBacklogOpening"].merge(waiting.reset_index(names="row"), on=KEY)
    since = (pd.Timestamp(plan.name("PlanStart")) - rows["as_of"]) / pd.Timedelta(hours=1)
    rows["age"] = (rows["age_from_h"] + since.clip(lower=0.0)).astype(float)
    rows = rows.sort_values(["row", "age"])
    grid = np.unique(rows["age"].to_numpy(dtype=float))
    items = np.zeros((len(streams), 2 * len(grid)))
    for row, own in rows.groupby("row"):
        ages, counts = own["age"].to_numpy(dtype=float), own["items"].to_numpy(dtype=float)
        place = np.searchsorted(grid, ages)
        items[row, 2 * place[-1]] += counts[-1]
        for first, last, count in zip(place[:-1], place[1:], counts[:-1], strict=True):
            width = np.diff(grid[first : last + 1])
            items[row, 2 * first + 1 : 2 * last : 2] += count * width / width.sum()
    return items, np.repeat(grid, 2)
