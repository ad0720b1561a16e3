"""The plan's own calendar: its periods, their billing months, and the hours of one FTE at each site."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.calendar.fte_hours import productive_hours
from xlplan.planning.calendar.periods import build_periods
from xlplan.planning.calendar.shares import bill_weights
from xlplan.planning.staffing.shrinkage import Rule, combined_shrinkage
from xlplan.planning.steps import Step
from xlplan.tables.plan import Plan


def run(plan: Plan) -> dict[str, pd.DataFrame]:
    """tblPeriod, tblPeriodBill and tblFteHours from the named cells, the sites and their shrinkage."""
    periods = build_periods(
        plan.name("PlanStart"), plan.name("Grain"), fiscal_pattern=plan.names.get("FiscalPattern") or "calendar"
    )
    months = pd.DatetimeIndex(bill_weights(periods)["bill_month"].unique()).sort_values()
    hours = []
    for site in plan.filled("tblSite").to_dict("records"):
        holidays = plan["tblHoliday"].loc[lambda f, s=site: f["holiday_calendar"].eq(s["holiday_calendar"])]
        days_off = holidays.assign(staff_off=holidays["staff_off"].fillna(0.0))
        exceptions = plan["tblSiteCalendar"].loc[lambda f, s=site: f["site"].eq(s["site"])]
        one = productive_hours(
            periods,
            contract_hours_week=site["contract_hours_week"],
            days_week=site["days_week"],
            shrinkage_by_month=site_shrinkage(plan, site["site"], site["shrink_rule"], months),
            holidays=days_off if not days_off.empty else None,
            overrides=exceptions if not exceptions.empty else None,
        )
        one.insert(0, "site", site["site"])
        hours.append(one)
    return {
        "tblPeriod": periods,
        "tblPeriodBill": bill_weights(periods),
        "tblFteHours": pd.concat(hours, ignore_index=True),
    }


def site_shrinkage(plan: Plan, site: str, rule: Rule, months: pd.DatetimeIndex) -> pd.Series[float]:
    """Combined shrinkage of a site by month, 0 up to below 1.

    Each component's rate applies from its month on, until a later row; a component has none before its first row.
    """
    rows = plan["tblShrink"].loc[lambda f: f["site"].eq(site) & f["rate"].notna()].sort_values("month")
    parts = []
    for _, own in rows.groupby("component"):
        place = np.searchsorted(own["month"].to_numpy(), months.to_numpy(dtype="datetime64[us]"), side="right") - 1
        rates = own["rate"].to_numpy(dtype=float)
        parts.append(np.where(place >= 0, rates[np.maximum(place, 0)], 0.0))
    combined = combined_shrinkage(parts, rule=rule) if parts else np.zeros(len(months))
    return pd.Series(combined, index=months)


STEP = Step(
    name="calendar",
    says="periods and hours per FTE",
    needs=("tblSite",),
    gives=("tblPeriod", "tblPeriodBill", "tblFteHours"),
    run=run,
)
