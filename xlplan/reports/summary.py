"""The Summary: headline figures, and the figures behind its charts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.planning.forecast.histories import known_volumes
from xlplan.tables.plan import Plan

DAYS_WEEK = 7
PAST_PERIODS = 13
"""Weeks (or months) of history that the volume chart shows before the plan."""


@dataclass(frozen=True)
class Headlines:
    """The figures that a manager asks for first; None where there is nothing to say."""

    volume: float
    aht_s: float | None
    hours: float
    peak: float
    occupancy: float | None
    service_level: float | None
    fte_mean: float
    fte_peak: float
    fte_peak_period: str
    paid_hours: float
    cost: float
    vendor_cost: float
    unmet_hours: float
    penalty: float
    breaches: float
    first_breach: str
    wape: float | None
    actual: float | None
    actual_wape: float | None
    actual_bias: float | None
    over_hours: float | None
    under_hours: float | None


def headlines(plan: Plan) -> Headlines:
    """Figures of the whole plan."""
    forecast, required = plan["tblForecast"], plan["tblReq"]
    placed, intervals = plan["tblAllocation"], plan["tblIntervalReq"]
    outcome = plan["tblOutcomePeriod"]
    gap = plan["tblGap"]
    breaking = plan["tblBlowout"].loc[lambda f: f["first_breach"].notna()]
    fte = placed.groupby("period", sort=False)["fte"].sum()
    days = plan["tblPeriod"].set_index("period")["days"].reindex(fte.index)
    volume = float(forecast["volume"].sum())
    hours = float(required["required_hours"].sum())
    items = intervals["volume"] * intervals["occurrences"]
    timed = intervals["service_level"].notna()
    tested = forecast["wape"].notna()
    actual = float(outcome["actual"].sum()) if not outcome.empty else None
    at_once = intervals.groupby(["period", "weekday", "interval_start"])["agents_whole"].sum()
    return Headlines(
        volume=volume,
        aht_s=_ratio((forecast["aht_s"] * forecast["volume"]).sum(), volume),
        hours=hours,
        peak=float(at_once.max()) if not at_once.empty else 0.0,
        occupancy=_ratio(
            float((required["occupancy"] * required["required_hours"]).sum()),
            float(required["required_hours"].loc[required["occupancy"].notna()].sum()),
        ),
        service_level=_ratio(
            float((intervals["service_level"] * items).loc[timed].sum()), float(items.loc[timed].sum())
        ),
        fte_mean=float(np.average(fte, weights=days)) if not fte.empty else 0.0,
        fte_peak=float(fte.max()) if not fte.empty else 0.0,
        fte_peak_period=str(fte.idxmax()) if not fte.empty else "",
        paid_hours=float(placed["paid_hours"].sum()),
        cost=float(plan["tblBudget"]["amount_plan"].sum()),
        vendor_cost=_vendor_cost(plan),
        unmet_hours=float(gap["unmet_hours"].sum()),
        penalty=float(gap["penalty"].sum()),
        breaches=float(len(breaking)),
        first_breach=_first_breach(breaking),
        wape=_ratio(
            float((forecast["wape"] * forecast["volume"]).loc[tested].sum()),
            float(forecast["volume"].loc[tested].sum()),
        ),
        actual=actual,
        actual_wape=_ratio(float((outcome["wape"] * outcome["actual"]).sum()), actual),
        actual_bias=_ratio(float((outcome["bias"] * outcome["actual"]).sum()), actual),
        over_hours=float(outcome["over_hours"].sum()) if actual is not None else None,
        under_hours=float(outcome["under_hours"].sum()) if actual is not None else None,
    )


def _vendor_cost(plan: Plan) -> float:
    vendors = plan["tblVendor"]
    own = vendors.loc[vendors["in_house"].fillna(True).astype(bool), "vendor"]
    bought = plan["tblBudget"].loc[lambda f: f["vendor"].isin(vendors["vendor"]) & ~f["vendor"].isin(own)]
    return float(bought["amount_plan"].sum())


def _first_breach(breaking: pd.DataFrame) -> str:
    """The workstream that breaks first, with its day and the last day to act."""
    if breaking.empty:
        return "none expected"
    row = breaking.sort_values(["first_breach", "breach_probability"], ascending=[True, False]).iloc[0]
    return f"first {row['queue']} {row['language']} in the period from {row['first_breach']:%Y-%m-%d}"


def kpi_table(plan: Plan, *, failed: int, first_failure: str = "") -> pd.DataFrame:
    """tblKpi: the headlines in the order of the sheet."""
    head = headlines(plan)
    currency = plan.name("PlanCurrency")
    periods = plan["tblPeriod"]
    span = f"{periods['start'].iloc[0]:%Y-%m-%d} to {periods['end'].iloc[-1]:%Y-%m-%d}"
    days = int(plan["tblOutcomePeriod"]["days"].sum())
    came = f"{days} days with actuals" if head.actual is not None else "no actuals in the plan's time yet"
    rows = [
        ("Volume", head.volume, "items", span),
        ("Handling time", head.aht_s, "seconds", "mean over the volume"),
        ("Hours required", head.hours, "productive hours", "on task; no shrinkage in them"),
        ("Most agents at once", head.peak, "agents", "live queues, all together"),
        ("Occupancy", head.occupancy, "share of staffed time", "on contacts; callers who hang up take none"),
        ("Service level planned", head.service_level, "share of offered", "mean over the volume"),
        ("FTE, mean", head.fte_mean, "FTE", "paid, shrinkage in them"),
        ("FTE, highest period", head.fte_peak, "FTE", head.fte_peak_period),
        ("Hours paid", head.paid_hours, "paid hours", ""),
        ("Cost", head.cost, currency, "sum of the budget lines"),
        ("Cost per item", _ratio(head.cost, head.volume), f"{currency} per item", ""),
        ("Cost of vendors", head.vendor_cost, currency, "contracts, in the cost above"),
        ("Hours unserved", head.unmet_hours, "productive hours", "required, with nobody to do them"),
        ("Penalty of unserved hours", head.penalty, currency, "not in the cost above"),
        ("Workstreams that will miss their turnaround", head.breaches, "workstreams", head.first_breach),
        ("Forecast error in back-test (WAPE)", head.wape, "share of actual", "rolling origins on the history"),
        ("Volume that came", head.actual, "items", came),
        ("Forecast error so far (WAPE)", head.actual_wape, "share of actual", ""),
        ("Forecast bias so far", head.actual_bias, "share of actual", "over is positive"),
        ("Staffed hours above need so far", head.over_hours, "productive hours", ""),
        ("Staffed hours below need so far", head.under_hours, "productive hours", ""),
        ("Checks failed", float(failed), "checks", first_failure or "all checks of severity error pass"),
    ]
    return pd.DataFrame(rows, columns=["kpi", "value", "unit", "note"])


def volume_figures(plan: Plan) -> pd.DataFrame:
    """tblKpiVolume: past periods with what came, then the plan's with its bounds, all as items in a mean week.

    Weeks and months then stand on one scale. Bounds of several workstreams are not added: their errors are taken as
    independent of each other.
    """
    periods = plan["tblPeriod"]
    rows = plan["tblForecast"].assign(
        below=lambda f: (f["volume"] - f["low_80"]) ** 2, above=lambda f: (f["high_80"] - f["volume"]) ** 2
    )
    sums = rows.groupby("period")[["volume", "below", "above"]].sum()
    forecast = pd.DataFrame(
        {
            "volume": sums["volume"],
            "low_80": (sums["volume"] - np.sqrt(sums["below"])).clip(lower=0.0),
            "high_80": sums["volume"] + np.sqrt(sums["above"]),
        }
    )
    ahead = periods[["period", "start"]].set_index("period").join(forecast).join(_whole_actuals(plan))
    measures = ["volume", "low_80", "high_80", "actual"]
    ahead[measures] = ahead[measures].mul(DAYS_WEEK / periods.set_index("period")["days"], axis=0)
    past = _past(plan, weekly=bool(periods["grain"].iloc[0] == "week"))
    ahead = ahead.reset_index()
    return pd.concat([past, ahead], ignore_index=True) if not past.empty else ahead


def period_figures(plan: Plan) -> pd.DataFrame:
    """tblKpiPeriod: hours, FTE and cost of each planned period."""
    required = plan["tblReq"].groupby("period")["required_hours"].sum()
    placed = plan["tblAllocation"].groupby("period")[["fte", "paid_hours", "cost"]].sum()
    periods = plan["tblPeriod"][["period", "start", "days"]].set_index("period")
    rows = periods.join(required).join(placed)
    return rows.assign(cost_week=rows["cost"] * DAYS_WEEK / rows["days"]).reset_index()


def _whole_actuals(plan: Plan) -> pd.Series[float]:
    """What came in periods whose forecast is covered by actuals throughout: a part of a week is no week."""
    outcome = plan["tblOutcomePeriod"]
    if outcome.empty:
        return pd.Series(dtype="float64", name="actual", index=pd.Index([], dtype="str", name="period"))
    whole = outcome.loc[outcome["within_80"].notna()]
    streams = plan["tblForecast"].groupby("period").size()
    counted = whole.groupby("period").size()
    full = counted.index[counted.eq(streams.reindex(counted.index))]
    return whole.loc[whole["period"].isin(full)].groupby("period")["actual"].sum()


def _past(plan: Plan, *, weekly: bool) -> pd.DataFrame:
    start = pd.Timestamp(plan.name("PlanStart"))
    history = known_volumes(plan).loc[lambda f: f["start"].lt(start)]
    if history.empty:
        return pd.DataFrame()
    if weekly:
        first = history["start"].dt.normalize() - pd.to_timedelta(history["start"].dt.day_of_week, unit="D")
    else:
        first = history["start"].dt.normalize().dt.to_period("M").dt.start_time
    sums = history.groupby(first)["volume"].sum().iloc[-PAST_PERIODS:]
    if not weekly:
        sums = sums * DAYS_WEEK / sums.index.days_in_month
    label = [f"{day.isocalendar()[0]}-W{day.isocalendar()[1]:02d}" if weekly else f"{day:%Y-%m}" for day in sums.index]
    return pd.DataFrame({"period": label, "start": sums.index, "actual": sums.to_numpy()})


def day_figures(plan: Plan) -> pd.DataFrame:
    """tblKpiDay: agents and volume through the day, over the open days of the plan's first weeks."""
    intervals = plan["tblIntervalReq"]
    periods = plan["tblPeriod"]
    weeks = periods.loc[periods["grain"].eq("week"), "period"]
    near = intervals.loc[intervals["period"].isin(weeks if len(weeks) else periods["period"].iloc[:1])]
    width = int(near["interval_min"].max()) if not near.empty else 30
    near = near.assign(slot=near["interval_start"].astype(int) // width * width)
    moment = near.groupby(["period", "weekday", "slot"]).agg(
        volume=("volume", "sum"), agents=("agents", "sum"), whole=("agents_whole", "sum"), often=("occurrences", "max")
    )
    if moment.empty:
        return pd.DataFrame(columns=["interval_start", "volume", "agents_mean", "agents_peak", "agents_needed"])
    moment = moment.reset_index()
    weighted = moment.assign(volume=moment["volume"] * moment["often"], agents=moment["agents"] * moment["often"])
    sums = weighted.groupby("slot")[["volume", "agents", "often"]].sum()
    outcome = plan["tblOutcome"]
    daily = outcome.assign(slot=outcome["interval_start"].astype("float64") // width * width)
    daily = daily.groupby(["date", "slot"])["agents_needed"].sum().groupby("slot").mean()
    return pd.DataFrame(
        {
            "interval_start": sums.index.astype(int),
            "volume": (sums["volume"] / sums["often"]).to_numpy(),
            "agents_mean": (sums["agents"] / sums["often"]).to_numpy(),
            "agents_peak": moment.groupby("slot")["whole"].max().reindex(sums.index).to_numpy(dtype=float),
            "agents_needed": daily.reindex(sums.index).to_numpy(dtype=float),
        }
    )


def _ratio(top: float, bottom: float | None) -> float | None:
    return float(top) / bottom if bottom and not np.isnan(top) else None
