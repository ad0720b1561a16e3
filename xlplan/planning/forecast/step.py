"""The forecast of a plan: volume by workstream and period with bounds, and the shape of its weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.planning.calendar import interval_occurrences, iso_weekday, open_mask, period_index
from xlplan.planning.forecast.day_members import DAY_MEMBERS
from xlplan.planning.forecast.effects import day_factors, overridden
from xlplan.planning.forecast.engine import Forecasts, ForecastSpec, forecast_series
from xlplan.planning.forecast.histories import DayGrid, Series, history, week_shape
from xlplan.planning.forecast.intraday import forecast_days
from xlplan.planning.handling_time import handling_times
from xlplan.planning.staffing.review_chain import chain_inflow
from xlplan.planning.steps import Step
from xlplan.planning.workstreams import Workstream, workstreams
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

Floats = NDArray[np.float64]
Dates = NDArray[np.datetime64]

LEVELS = (0.8, 0.95)
SEASON = {"week": 52, "month": 12}
LONGEST_CHAIN = 20
"""Queues that one item may pass, appeal upon escalation; chains do not loop."""
FAR_DAYS = 13 * 7
"""Days ahead for which each week gets a shape of its own; later periods share the last of them."""


@dataclass(frozen=True)
class Outlook:
    """What the history says of one workstream, before anything that the planner adds.

    ``days`` (D,) volume of each planned date; ``shape`` (D, P) share of the date's volume by interval; ``low`` and
    ``high`` (N,) per level are ratios to the period's volume.
    """

    days: Floats
    shape: Floats
    low: dict[float, Floats]
    high: dict[float, Floats]
    method: str
    wape: float
    bias: float
    naive_wape: float


def run(plan: Plan) -> dict[str, pd.DataFrame]:
    """TblForecast and tblProfile of every active workstream."""
    streams = workstreams(plan)
    periods = plan["tblPeriod"]
    start = np.datetime64(plan.name("PlanStart"), "D")
    last = periods["end"].iloc[-1].to_datetime64().astype("datetime64[D]")
    dates = np.arange(start, last + np.timedelta64(1, "D"))
    group = period_index(dates, periods)
    histories = [history(plan, stream, before=start) for stream in streams]
    weeks = {
        row: _arrivals(plan, streams[row], start) for row, known in enumerate(histories) if isinstance(known, Series)
    }
    outlooks = _outlooks(streams, histories, weeks, dates, group, len(periods))

    base = np.stack([np.bincount(group, outlook.days, len(periods)) for outlook in outlooks])
    factors = [day_factors(plan, stream, dates) for stream in streams]
    days = [outlook.days * factor for outlook, factor in zip(outlooks, factors, strict=True)]
    effect = np.stack([np.bincount(group, day, len(periods)) for day in days]) - base
    volume, inflow = _with_chains(plan, streams, periods, base + effect)
    aht = overridden(plan, streams, periods, _handling(plan, streams, periods, dates, group), measure="aht_s")
    forecast = [
        _forecast_rows(stream, outlook, periods, base[row], effect[row], inflow[row], volume[row], aht[row])
        for row, (stream, outlook) in enumerate(zip(streams, outlooks, strict=True))
    ]
    profile = [
        _profile_rows(
            stream,
            [(ANY, weeks[row])]
            if row in weeks
            else _typical_weeks(stream, days[row], outlooks[row].shape, periods, dates, group),
        )
        for row, stream in enumerate(streams)
    ]
    return {
        "tblForecast": pd.concat(forecast, ignore_index=True),
        "tblProfile": pd.concat(profile, ignore_index=True),
    }


def _with_chains(
    plan: Plan, streams: Sequence[Workstream], periods: pd.DataFrame, own: Floats
) -> tuple[Floats, Floats]:
    """Final volumes, (S, N), and what of them the review chains of other queues send.

    A chain sends what its queue finally gets, overrides and the inflow from chains before it included.
    """
    inflow = np.zeros_like(own)
    for _ in range(LONGEST_CHAIN):
        volume = overridden(plan, streams, periods, own + inflow, measure="volume")
        sent = chain_inflow(plan, volume, streams=streams)
        if np.allclose(sent, inflow, rtol=1e-12, atol=0.0):
            return volume, inflow
        inflow = sent
    return overridden(plan, streams, periods, own + inflow, measure="volume"), inflow


def _outlooks(
    streams: Sequence[Workstream],
    histories: Sequence[DayGrid | Series],
    weeks: Mapping[int, Floats],
    dates: Dates,
    group: NDArray[np.intp],
    periods: int,
) -> list[Outlook]:
    """Interval histories one by one; weekly and monthly ones together, one batch per grain."""
    found: dict[int, Outlook] = {}
    for grain in ("week", "month"):
        batch = [(row, past) for row, past in enumerate(histories) if isinstance(past, Series) and past.grain == grain]
        for method in dict.fromkeys(streams[row].method for row, _ in batch):
            chosen = [(row, known) for row, known in batch if streams[row].method == method]
            steps = max(1, *(_steps_ahead(known, dates[-1]) for _, known in chosen))
            spec = ForecastSpec(season=SEASON[grain], horizon=steps, method=method, levels=LEVELS)
            made = forecast_series(
                [known.volume for _, known in chosen], spec, names=[streams[row].label for row, _ in chosen]
            )
            for place, (row, known) in enumerate(chosen):
                found[row] = _from_series(streams[row], known, weeks[row], made, place, dates, group, periods)
    for row, grid in enumerate(histories):
        if isinstance(grid, DayGrid):
            found[row] = _from_days(streams[row], grid, dates, group, periods)
    return [found[row] for row in range(len(streams))]


def _from_days(stream: Workstream, known: DayGrid, dates: Dates, group: NDArray[np.intp], periods: int) -> Outlook:
    closed = np.isin(known.days, stream.closed_dates)
    volume = np.where(closed[:, None], np.nan, known.volume)
    made = forecast_days(
        volume,
        weekday=iso_weekday(known.days),
        future_weekday=iso_weekday(dates),
        method=stream.method if stream.method in DAY_MEMBERS else "auto",
        levels=LEVELS,
    )
    mean = made.mean
    if stream.work_type == "live" and known.interval_min < 1440:
        mean = np.where(open_mask(stream.open_hours, dates, interval_min=known.interval_min) > 0, mean, 0.0)
    totals = mean.sum(axis=1)
    sums = replace(made, mean=mean).sums(group, levels=LEVELS)
    flat = np.full(mean.shape, 1.0 / mean.shape[1])
    shape = np.where(totals[:, None] > 0, mean / np.where(totals > 0, totals, 1.0)[:, None], flat)
    if known.interval_min == 1440:
        shape = _day_shapes(_open_week(stream), dates)
    low, high = {}, {}
    for level in LEVELS:
        low[level], high[level] = (_ratio(bound, sums.mean, periods) for bound in sums.bounds[level])
    return Outlook(totals, shape, low, high, made.method, made.wape, made.bias, made.naive_wape)


def _from_series(
    stream: Workstream,
    known: Series,
    week: Floats,
    made: Forecasts,
    place: int,
    dates: Dates,
    group: NDArray[np.intp],
    periods: int,
) -> Outlook:
    """Weeks or months spread over their days by the shape of the week, and summed to periods again."""
    if known.grain == "week":
        step = (dates - known.starts[-1]).astype(int) // 7 - 1
    else:
        step = (dates.astype("datetime64[M]") - known.starts[-1].astype("datetime64[M]")).astype(int) - 1
    step = np.maximum(step, 0)
    weight = _day_weights(stream, week, dates)
    whole = _whole_steps(stream, known, week, dates)
    days = made.mean[place][step] * np.divide(weight, whole, out=np.zeros(len(dates)), where=whole > 0)
    low, high = {}, {}
    mean = np.bincount(group, days, periods)
    for level in LEVELS:
        # A period of several steps: relative bounds of its steps, weighted by volume, hold errors fully together.
        edges = []
        for bound in made.bounds[level]:
            relative = np.divide(
                bound[place][step], made.mean[place][step], out=np.ones(len(dates)), where=made.mean[place][step] > 0
            )
            summed = np.bincount(group, days * relative, periods)
            edges.append(np.divide(summed, mean, out=np.ones(periods), where=mean > 0))
        low[level], high[level] = edges
    return Outlook(
        days,
        _day_shapes(week, dates),
        low,
        high,
        made.method[place],
        float(made.wape[place]),
        float(made.bias[place]),
        float(made.naive_wape[place]),
    )


def _steps_ahead(known: Series, last: np.datetime64) -> int:
    if known.grain == "week":
        return int((last - known.starts[-1]).astype(int) // 7)
    return int((last.astype("datetime64[M]") - known.starts[-1].astype("datetime64[M]")).astype(int))


def _day_weights(stream: Workstream, week: Floats, dates: Dates) -> Floats:
    """Relative volume of each date; a closed date has none."""
    volume = week.sum(axis=1)[iso_weekday(dates) - 1]
    return np.where(np.isin(dates, stream.closed_dates), 0.0, volume)


def _whole_steps(stream: Workstream, known: Series, week: Floats, dates: Dates) -> Floats:
    """Relative volume of the whole week or month that each date lies in, beyond the horizon too."""
    if known.grain == "week":
        first = known.starts[-1] + 7 * ((dates - known.starts[-1]).astype(int) // 7)
        stop = first + 7
    else:
        first = dates.astype("datetime64[M]").astype("datetime64[D]")
        stop = (dates.astype("datetime64[M]") + 1).astype("datetime64[D]")
    span = np.arange(first.min(), stop.max())
    running = np.concatenate([[0.0], np.cumsum(_day_weights(stream, week, span))])
    return running[(stop - span[0]).astype(int)] - running[(first - span[0]).astype(int)]


def _arrivals(plan: Plan, stream: Workstream, start: np.datetime64) -> Floats:
    """Volume of a typical week by weekday and interval, (7, P): from its intervals, or flat where there are none."""
    shape = week_shape(plan, stream, before=start)
    return _open_week(stream) if shape is None else shape


def _open_week(stream: Workstream) -> Floats:
    """Flat over the hours in which work arrives: live work while it is answered, the rest around the clock."""
    mask = open_mask(stream.open_hours, np.arange(1, 8), interval_min=stream.interval_min)
    return mask if stream.work_type == "live" else np.ones_like(mask)


def _day_shapes(week: Floats, dates: Dates) -> Floats:
    """Share of each date's volume by interval, (D, P)."""
    shape = week[iso_weekday(dates) - 1]
    total = shape.sum(axis=1, keepdims=True)
    return np.where(total > 0, shape / np.where(total > 0, total, 1.0), 1.0 / shape.shape[1])


def _ratio(bound: Floats, mean: Floats, periods: int) -> Floats:
    ratio = np.ones(periods)
    np.divide(bound, mean, out=ratio, where=mean > 0)
    return ratio


def _handling(
    plan: Plan, streams: Sequence[Workstream], periods: pd.DataFrame, dates: Dates, group: NDArray[np.intp]
) -> Floats:
    """Handling time by workstream and period, events included."""
    rows = []
    for stream in streams:
        at = handling_times(plan, stream)
        factor = np.bincount(group, day_factors(plan, stream, dates, measure="aht_s"), len(periods))
        rows.append([at(day) for day in periods["start"]] * factor / np.bincount(group, minlength=len(periods)))
    return np.asarray(rows, dtype=float)


def _forecast_rows(
    stream: Workstream,
    outlook: Outlook,
    periods: pd.DataFrame,
    base: Floats,
    effect: Floats,
    inflow: Floats,
    volume: Floats,
    aht: Floats,
) -> pd.DataFrame:
    high, low = outlook.high[0.8], outlook.low[0.8]
    spread = np.maximum(high - 1, 1 - low) / 1.2816  # an 80 % bound lies 1.2816 standard deviations out
    return pd.DataFrame(
        {
            "lob": stream.lob,
            "queue": stream.queue,
            "language": stream.language,
            "period": periods["period"].to_numpy(),
            "base": base,
            "event_effect": effect,
            "ai_effect": 0.0,
            "chain_inflow": inflow,
            "overlay_effect": 0.0,
            "override_effect": volume - (base + effect + inflow),
            "volume": volume,
            "low_80": volume * low,
            "high_80": volume * high,
            "low_95": volume * outlook.low[0.95],
            "high_95": volume * outlook.high[0.95],
            "cv": np.where(volume > 0, spread, np.nan),
            "aht_s": aht,
            "method": outlook.method,
            "wape": outlook.wape,
            "bias": outlook.bias,
            "naive_wape": outlook.naive_wape,
        }
    )


def _typical_weeks(
    stream: Workstream, days: Floats, shape: Floats, periods: pd.DataFrame, dates: Dates, group: NDArray[np.intp]
) -> list[tuple[str, Floats]]:
    """Items by weekday and interval, (7, P), of each near period's mean week, and of the later ones together."""
    weekday = iso_weekday(dates)
    real = interval_occurrences(dates, 1440 // shape.shape[1], time_zone=stream.time_zone)
    near = (dates - dates[0]).astype(int) < FAR_DAYS
    keys = np.where(near, group, -1)
    found = []
    for key in dict.fromkeys(keys.tolist()):
        inside = keys == key
        week, often = np.zeros((7, shape.shape[1])), np.zeros((7, shape.shape[1]))
        np.add.at(week, weekday[inside] - 1, days[inside, None] * shape[inside])
        np.add.at(often, weekday[inside] - 1, real[inside] * (days[inside, None] > 0))
        typical = np.divide(week, often, out=np.zeros_like(week), where=often > 0)
        if not typical.any():  # nothing is expected, yet what an override adds comes while the queue is open
            typical = _open_week(stream)
        found.append((ANY if key < 0 else str(periods["period"].iloc[key]), typical))
    return found


def _profile_rows(stream: Workstream, weeks: Sequence[tuple[str, Floats]]) -> pd.DataFrame:
    """Share of a typical week by weekday and interval: one row where anything arrives."""
    frames = []
    for period, week in weeks:
        at, slot = np.nonzero(week)
        interval = 1440 // week.shape[1]
        frames.append(
            pd.DataFrame(
                {
                    "queue": stream.queue,
                    "language": stream.language,
                    "period": period,
                    "weekday": at + 1,
                    "interval_start": slot * interval,
                    "interval_min": interval,
                    "share": week[at, slot] / max(week.sum(), np.finfo(float).tiny),
                    "aht_index": 1.0,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


STEP = Step(
    name="forecast",
    says="forecast of volume and handling time",
    needs=("tblQueue", "tblWorkstream", "tblOpenHours", "tblPeriod"),
    gives=("tblForecast", "tblProfile"),
    run=run,
)
