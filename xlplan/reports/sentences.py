"""What came out, in five sentences that a manager understands."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from xlplan.reports.summary import headlines
from xlplan.tables.plan import Plan


def sentences(plan: Plan, *, failed: int, where: str, what: str = "the plan") -> list[str]:
    """Need, staff, cost, forecast quality, checks and place.

    Parameters
    ----------
    plan : Plan
        After a run.
    failed : int
        Checks of severity error that fail.
    where : str
        The workbook.
    what : str, optional
        What that workbook holds.
    """
    if not plan["tblRoster"].empty:
        return _organisation(plan, failed=failed, where=where, what=what)
    head = headlines(plan)
    periods = plan["tblPeriod"]
    currency = plan.name("PlanCurrency")
    first, last = periods["start"].iloc[0], periods["end"].iloc[-1]
    handling = f" at {head.aht_s:,.0f} seconds each" if head.aht_s else ""
    # work that may wait has no agents at once
    at_once = f" and up to {head.peak:,.0f} agents at once" if head.peak else ""
    said = [
        f"From {day(first)} to {day(last)} the plan expects {head.volume:,.0f} items{handling}.",
        f"They take {head.hours:,.0f} hours on task{at_once}, which is "
        f"{head.fte_mean:,.1f} paid FTE on average and {head.fte_peak:,.1f} in {head.fte_peak_period}.",
        f"That costs {currency} {head.cost:,.0f}, or {currency} {head.cost / head.volume:,.2f} per item."
        if head.volume
        else f"That costs {currency} {head.cost:,.0f}.",
    ]
    if head.actual_wape is not None and head.actual_bias is not None:
        lean = "over" if head.actual_bias > 0 else "under"
        said.append(
            f"Of what came since, {head.actual:,.0f} items, the forecast was off by {head.actual_wape:.1%} of the "
            f"volume ({abs(head.actual_bias):.1%} {lean}), leaving {head.over_hours:,.0f} staffed hours too many at "
            f"some times and {head.under_hours:,.0f} too few at others."
        )
    elif head.wape is not None:
        said.append(f"Forecasts like this one were off by {head.wape:.1%} of the volume when tested on the history.")
    else:
        said.append("The history is too short to test the forecast on it.")
    said.append(f"{_verdict(failed)}; {what} is in {where}.")
    return said


def partial(plan: Plan, command: str, *, where: str) -> list[str]:
    """What a part of the plan came to, and what in the workbook is older than it.

    Parameters
    ----------
    plan : Plan
        After the steps that were run.
    command : str
        ``forecast`` or ``allocate``.
    where : str
        The workbook.
    """
    forecast, currency = plan["tblForecast"], plan.name("PlanCurrency")
    periods = plan["tblPeriod"]
    said = [
        f"From {day(periods['start'].iloc[0])} to {day(periods['end'].iloc[-1])} the forecast expects "
        f"{forecast['volume'].sum():,.0f} items."
    ]
    if command == "forecast":
        older = "staffing, allocation, budget and queues"
        tested = forecast.dropna(subset=["wape"])
        weight = tested["volume"].sum()
        if weight:
            wape = (tested["wape"] * tested["volume"]).sum() / weight
            said.append(f"Forecasts like this one were off by {wape:.1%} of the volume when tested on the history.")
    else:
        older = "budget and queues"
        placed, unmet = plan["tblAllocation"]["hours"].sum(), plan["tblGap"]["unmet_hours"].sum()
        said.append(f"{placed:,.0f} productive hours are placed at sites; for {unmet:,.0f} there is nobody.")
        solved = plan["tblSolve"]
        if not solved.empty:
            said.append(_solved(solved.iloc[-1], currency))
    said.append(f"In {where}, {older} still show the run before: press Refresh plan to carry this through.")
    return said


def _solved(row: pd.Series[Any], currency: str) -> str:
    """How the solve ended, of its last row in tblSolve; a cost only where there is a solution."""
    status = str(row["status"])
    if pd.isna(row["cost"]):
        return f"The solve ended ({status}) without a solution: what stands here is no allocation to use."
    if status in ("optimal", "gap_reached"):
        return f"The allocation is proven to {row['gap']:.2%} of the best: {currency} {row['cost']:,.0f}."
    return f"The solve ended ({status}) before a proof: {currency} {row['cost']:,.0f}."


def _others(count: int) -> str:
    if count == 0:
        return "no other does"
    return "one other follows" if count == 1 else f"{count} others follow"


def _share(share: float) -> str:
    return f"{share:.1%}" if share >= 0.0005 else "less than 0.1%"


def day(date: dt.date) -> str:
    """A date as a sentence says it: 6 July 2026."""
    return f"{date.day} {date:%B %Y}"


def _verdict(failed: int) -> str:
    if not failed:
        return "All checks pass"
    return f"{failed} checks fail: see the sheet Checks" if failed > 1 else "1 check fails: see the sheet Checks"


def _organisation(plan: Plan, *, failed: int, where: str, what: str) -> list[str]:
    """Need, gap, cost, the first workstream that breaks its promise, checks."""
    head = headlines(plan)
    periods, currency = plan["tblPeriod"], plan.name("PlanCurrency")
    streams, sites = len(plan["tblForecast"].drop_duplicates(["queue", "language"])), plan["tblSite"]["site"].nunique()
    said = [
        f"From {day(periods['start'].iloc[0])} to {day(periods['end'].iloc[-1])} {streams} workstreams at "
        f"{sites} sites expect {head.volume:,.0f} items, which take {head.hours:,.0f} productive hours and "
        f"{head.fte_mean:,.0f} FTE on average, most in {head.fte_peak_period}."
    ]
    gap = plan["tblGap"].groupby(["queue", "language"])["unmet_hours"].sum().sort_values(ascending=False)
    if head.unmet_hours > 0.5:
        queue, language = gap.index[0]
        said.append(
            f"For {head.unmet_hours:,.0f} of these hours ({_share(head.unmet_hours / head.hours)}) there is nobody, "
            f"most of all in {queue} {language} with {gap.iloc[0]:,.0f}; they are priced at {currency} "
            f"{head.penalty:,.0f} of penalties, which are not in the cost."
        )
    else:
        said.append("All of these hours are placed at a site that may and can do them.")
    share = head.vendor_cost / head.cost if head.cost else 0.0
    said.append(f"The plan costs {currency} {head.cost:,.0f}, {share:.0%} of it at vendors.")
    breaking = plan["tblBlowout"].loc[lambda f: f["first_breach"].notna()]
    if breaking.empty:
        said.append("No workstream is expected to miss its goal.")
    else:
        row = breaking.sort_values(["first_breach", "breach_probability"], ascending=[True, False]).iloc[0]
        said.append(
            f"{row['queue']} {row['language']} is the first to miss its goal, in the period from "
            f"{day(row['first_breach'])}; {_others(len(breaking) - 1)}."
        )
    said.append(f"{_verdict(failed)}; {what} is in {where}.")
    return said
