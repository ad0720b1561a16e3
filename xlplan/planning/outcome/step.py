"""Outcome: forecast and agents against the volumes that came after PlanStart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.calendar import iso_weekday, period_index
from xlplan.planning.forecast.histories import DayGrid, day_grid
from xlplan.planning.staffing.live import LiveRows
from xlplan.planning.steps import Step
from xlplan.planning.workstreams import Workstream, workstreams
from xlplan.tables.dictionary import table
from xlplan.tables.plan import Plan

KEY = ["queue", "language"]


def run(plan: Plan) -> dict[str, pd.DataFrame]:
    """TblOutcome and tblOutcomePeriod; both empty until actuals from PlanStart on are in the history."""
    by_interval, by_period = [], []
    for stream in workstreams(plan):
        intervals = _intervals(plan, stream)
        if intervals is not None:
            by_interval.append(intervals)
            by_period.append(_summed(plan, stream, intervals))
        else:
            by_period.append(_periods(plan, stream))
    return {
        "tblOutcome": _joined(by_interval, "tblOutcome"),
        "tblOutcomePeriod": _joined(by_period, "tblOutcomePeriod"),
    }


def _joined(frames: list[pd.DataFrame], name: str) -> pd.DataFrame:
    columns = [column.name for column in table(name).columns]
    frames = [frame[columns] for frame in frames if not frame.empty]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _intervals(plan: Plan, stream: Workstream) -> pd.DataFrame | None:
    """One row per interval with actuals; None where the workstream has no interval history in the plan's time.

    Work that waits has no agents by interval, and is compared by period.
    """
    if stream.work_type != "live":
        return None
    periods = plan["tblPeriod"]
    start, end = (np.datetime64(periods[name].iloc[place], "D") for name, place in (("start", 0), ("end", -1)))
    rows = plan["tblInterval"]
    own = rows["queue"].eq(stream.queue) & rows["language"].eq(stream.language) & rows["volume"].notna()
    days = rows["start"].to_numpy(dtype="datetime64[D]")
    rows = rows.loc[own & (days >= start) & (days <= end)]
    if rows.empty:
        return None
    last = np.datetime64(rows["start"].max(), "D")
    grid = day_grid(rows, stream, last=last)
    known = np.asarray(~np.isnan(grid.volume).all(axis=1))
    planned = plan["tblIntervalReq"].loc[lambda f: f["queue"].eq(stream.queue) & f["language"].eq(stream.language)]
    came = _long(grid, known, periods)
    if grid.interval_min == 1440 and not planned["interval_min"].eq(1440).all():
        return None
    found = came.merge(planned, on=["period", "weekday", "interval_start"], how="left", suffixes=("", "_plan"))
    for column in ("volume", "agents_whole", "occurrences"):
        found[column] = found[column].fillna(0.0)
    found = found.loc[found["occurrences"].gt(0) | found["actual"].gt(0)].reset_index(drop=True)
    found["aht_s"] = found["period"].map(_aht(plan, stream))
    return _measured(plan, found, stream)


def _long(grid: DayGrid, known: np.ndarray, periods: pd.DataFrame) -> pd.DataFrame:
    days = grid.days[known]
    volume = grid.volume[known]
    row, slot = np.nonzero(~np.isnan(volume))
    dates = days[row]
    return pd.DataFrame(
        {
            "date": dates.astype("datetime64[us]"),
            "period": periods["period"].to_numpy()[period_index(dates, periods)],
            "weekday": iso_weekday(dates),
            "interval_start": slot * grid.interval_min,
            "minutes": grid.interval_min,
            "actual": volume[row, slot],
        }
    )


def _aht(plan: Plan, stream: Workstream) -> dict[str, float]:
    forecast = plan["tblForecast"].loc[lambda f: f["queue"].eq(stream.queue) & f["language"].eq(stream.language)]
    return dict(forecast[["period", "aht_s"]].itertuples(index=False, name=None))


def _measured(plan: Plan, found: pd.DataFrame, stream: Workstream) -> pd.DataFrame:
    """Agents that the true volume needed, and the service that the planned agents gave it."""
    planned = found["agents_whole"].to_numpy(dtype=float)
    actual, aht = found["actual"].to_numpy(dtype=float), found["aht_s"].to_numpy(dtype=float)
    minutes = found["minutes"].to_numpy(dtype=float)
    open_now = found["occurrences"].to_numpy(dtype=float) > 0
    needed = np.zeros(len(found))
    level = np.full(len(found), np.nan)
    model = LiveRows.of(plan, stream, aht_s=aht, interval_min=minutes)
    needed[open_now] = model.only(open_now).agents(actual[open_now], whole=True).agents
    some = open_now & (actual > 0)
    level[some], _ = model.only(some).gives(planned[some], actual[some])
    return pd.DataFrame(
        {
            "queue": stream.queue,
            "language": stream.language,
            "date": found["date"],
            "interval_start": found["interval_start"],
            "forecast": found["volume"],
            "actual": actual,
            "error": found["volume"] - actual,
            "agents_planned": planned.astype(int),
            "agents_needed": needed.astype(int),
            "over_under": (planned - needed).astype(int),
            "service_level": level,
            "period": found["period"],
            "hours": minutes / 60,
        }
    )


def _summed(plan: Plan, stream: Workstream, rows: pd.DataFrame) -> pd.DataFrame:
    """TblOutcomePeriod of a workstream from its intervals."""
    hours = rows["hours"]
    parts = rows.assign(
        absolute=rows["error"].abs(),
        naive=_naive_error(plan, stream, rows),
        planned=rows["agents_planned"] * hours,
        needed=rows["agents_needed"] * hours,
        over=rows["over_under"].clip(lower=0) * hours,
        under=(-rows["over_under"]).clip(lower=0) * hours,
        answered=rows["service_level"] * rows["actual"],
        timed=rows["actual"].where(rows["service_level"].notna(), 0.0),
    )
    order = {period: place for place, period in enumerate(plan["tblPeriod"]["period"])}
    sums = parts.groupby("period").sum(numeric_only=True).sort_index(key=lambda index: index.map(order))
    days = parts.groupby("period")["date"].nunique()
    actual = sums["actual"].where(sums["actual"] > 0)
    forecast = plan["tblForecast"].loc[lambda f: f["queue"].eq(stream.queue) & f["language"].eq(stream.language)]
    bounds = forecast.set_index("period")
    whole = (bounds["volume"].reindex(sums.index) - sums["forecast"]).abs() < 1e-6 * sums["forecast"].clip(lower=1)
    inside = sums["actual"].between(bounds["low_80"].reindex(sums.index), bounds["high_80"].reindex(sums.index))
    return pd.DataFrame(
        {
            "queue": stream.queue,
            "language": stream.language,
            "period": sums.index,
            "days": days.reindex(sums.index).to_numpy(),
            "forecast": sums["forecast"].to_numpy(),
            "actual": sums["actual"].to_numpy(),
            "wape": (sums["absolute"] / actual).to_numpy(),
            "bias": (sums["error"] / actual).to_numpy(),
            "naive_wape": (sums["naive"] / actual).where(sums["naive"].notna() & (sums["naive"] > 0)).to_numpy(),
            "within_80": inside.astype("boolean").where(whole).to_numpy(),
            "hours_planned": sums["planned"].to_numpy(),
            "hours_needed": sums["needed"].to_numpy(),
            "over_hours": sums["over"].to_numpy(),
            "under_hours": sums["under"].to_numpy(),
            "service_level": (sums["answered"] / sums["timed"].where(sums["timed"] > 0)).to_numpy(),
        }
    )


def _naive_error(plan: Plan, stream: Workstream, rows: pd.DataFrame) -> np.ndarray:
    """Absolute error of the same weekday and interval of the last week that had it before PlanStart."""
    start = pd.Timestamp(plan.name("PlanStart"))
    past = plan["tblInterval"]
    own = past["queue"].eq(stream.queue) & past["language"].eq(stream.language) & past["volume"].notna()
    past = past.loc[own & past["start"].lt(start)]
    grid = day_grid(past, stream, last=np.datetime64(start - pd.Timedelta(days=1), "D"))
    latest: dict[int, np.ndarray] = {}
    for day, volume in zip(iso_weekday(grid.days).tolist(), grid.volume, strict=True):
        if not np.isnan(volume).all():
            latest[day] = np.nan_to_num(volume)
    slot = (rows["interval_start"] // grid.interval_min).astype(int)
    weekday = iso_weekday(rows["date"].to_numpy(dtype="datetime64[D]"))
    guess = np.array([latest[d][s] if d in latest else 0.0 for d, s in zip(weekday.tolist(), slot, strict=True)])
    return np.abs(guess - rows["actual"].to_numpy(dtype=float))


def _periods(plan: Plan, stream: Workstream) -> pd.DataFrame:
    """TblOutcomePeriod of a workstream whose history is by the plan's own periods; hours by its productivity."""
    rows = _whole_periods(plan, stream)
    if rows.empty:
        return pd.DataFrame(columns=[column.name for column in table("tblOutcomePeriod").columns])
    forecast = plan["tblForecast"].loc[lambda f: f["queue"].eq(stream.queue) & f["language"].eq(stream.language)]
    required = plan["tblReq"][[*KEY, "period", "required_hours"]]
    rows = rows.merge(forecast[[*KEY, "period", "volume", "low_80", "high_80"]], on="period")
    rows = rows.merge(required, on=[*KEY, "period"])
    actual = rows["actual"].where(rows["actual"] > 0)
    # Hours follow volume in proportion here: without intervals there is no queue to simulate.
    needed = rows["required_hours"] * rows["actual"] / rows["volume"].where(rows["volume"] > 0)
    needed = needed.fillna(0.0)
    gap = rows["required_hours"] - needed
    return pd.DataFrame(
        {
            **{name: rows[name] for name in (*KEY, "period", "days", "actual")},
            "forecast": rows["volume"],
            "wape": (rows["volume"] - rows["actual"]).abs() / actual,
            "bias": (rows["volume"] - rows["actual"]) / actual,
            "naive_wape": np.nan,
            "within_80": rows["actual"].between(rows["low_80"], rows["high_80"]),
            "hours_planned": rows["required_hours"],
            "hours_needed": needed,
            "over_hours": gap.clip(lower=0),
            "under_hours": (-gap).clip(lower=0),
            "service_level": np.nan,
        }
    )


def _whole_periods(plan: Plan, stream: Workstream) -> pd.DataFrame:
    """period, days and actual of the periods that the history covers throughout, by weeks and months or by days."""
    periods = plan["tblPeriod"][["period", "start", "end", "days"]]
    history = plan["tblActual"]
    own = history["queue"].eq(stream.queue) & history["language"].eq(stream.language) & history["volume"].notna()
    rows = history.loc[own].merge(periods, on="start")
    exact = np.where(rows["grain"].eq("week"), rows["days"].eq(7), rows["days"].ge(28))
    found = rows.loc[exact, ["period", "days", "volume"]].rename(columns={"volume": "actual"})
    if not found.empty:
        return found
    history = plan["tblInterval"]
    own = history["queue"].eq(stream.queue) & history["language"].eq(stream.language) & history["volume"].notna()
    by_day = history.loc[own].groupby(history["start"].dt.normalize())["volume"].sum()
    known = by_day.index.to_numpy(dtype="datetime64[D]")
    dates = np.arange(
        periods["start"].iloc[0].to_datetime64().astype("datetime64[D]"),
        periods["end"].iloc[-1].to_datetime64().astype("datetime64[D]") + 1,
    )
    inside = np.isin(known, dates)
    if not inside.any():
        return found
    # A weekday on which nothing ever comes has no rows; any other is missing once the history has ended before it.
    missing = np.isin(iso_weekday(dates), iso_weekday(known)) & (dates > known.max())
    whole = np.bincount(period_index(dates, plan["tblPeriod"]), missing, len(periods)) == 0
    group = period_index(known[inside], plan["tblPeriod"])
    summed = np.bincount(group, by_day.to_numpy(dtype=float)[inside], len(periods))
    return periods.assign(actual=summed).loc[whole, ["period", "days", "actual"]]


STEP = Step(
    name="outcome",
    says="plan against actuals",
    needs=("tblQueue", "tblWorkstream"),
    gives=("tblOutcome", "tblOutcomePeriod"),
    run=run,
)
