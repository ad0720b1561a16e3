"""Rules on sites: shrinkage, pay, currencies and places for the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from xlplan.tables.rules import Rule
from xlplan.tables.schema import Finding
from xlplan.tables.typed import show

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan


def shrinkage(plan: Plan) -> list[Finding]:
    """Shrinkage of a site leaves some time for work: added components stay below 1."""
    found = []
    rules = plan.filled("tblSite").set_index("site")["shrink_rule"].to_dict()
    shrink = plan["tblShrink"].reset_index(names="row").dropna(subset=["rate"])
    for (site, month), _ in shrink.groupby(["site", "month"]):
        upto = shrink.loc[shrink["site"].eq(site) & shrink["month"].le(month)]
        current = upto.sort_values("month").groupby("component").last()
        total = current["rate"].sum() if rules.get(site) == "add" else 1 - (1 - current["rate"]).prod()
        if total >= 1:
            row = int(shrink.loc[shrink["site"].eq(site) & shrink["month"].eq(month), "row"].iloc[0]) + 1
            found.append(
                Finding(
                    "shrinkage",
                    "error",
                    "tblShrink",
                    "rate",
                    row,
                    f"shrinkage of {site} that comes to {show(float(total))} from {month:%Y-%m}",
                    "less than 1 in all: somebody has to be at work",
                    "lower a component; rates are shares, so 30 % is 0.30",
                )
            )
    return found


def some_shrinkage(plan: Plan) -> list[Finding]:
    """Every site loses some paid time: leave, sickness, breaks."""
    start = plan.names.get("PlanStart")
    if start is None:
        return []
    rows = plan["tblShrink"]
    due = rows.loc[rows["rate"].gt(0) & rows["month"].le(pd.Timestamp(start))]
    stated = plan["tblSiteCalendar"].loc[lambda f: f["hours_per_fte"].notna(), "site"]
    covered = set(due["site"]) | set(stated)
    return [
        Finding(
            "no_shrinkage",
            "warning",
            "tblSite",
            "site",
            position + 1,
            f"no shrinkage at {site} on {pd.Timestamp(start):%Y-%m-%d}",
            "leave, sickness and breaks: without them every paid hour is worked",
            f"add rows to tblShrink: {site}, leave and sickness, {pd.Timestamp(start):%Y-%m-01}, 0.16",
        )
        for position, site in enumerate(plan["tblSite"]["site"])
        if isinstance(site, str) and site not in covered
    ]


def pay(plan: Plan) -> list[Finding]:
    """In-house sites have a wage for agents on the first day of the plan."""
    start = plan.names.get("PlanStart")
    if start is None:
        return []
    wages = plan["tblPay"]
    due = wages.loc[wages["role"].eq("agent") & wages["valid_from"].le(pd.Timestamp(start))]
    paid = set(due["site"])
    vendors = plan["tblVendor"]
    bpo = set(vendors.loc[vendors["in_house"].eq(False).fillna(False).to_numpy(dtype=bool), "vendor"])
    return [
        Finding(
            "pay",
            "error",
            "tblSite",
            "site",
            position + 1,
            f"no pay of agents at {site.site} on {pd.Timestamp(start):%Y-%m-%d}",
            "a row in tblPay that is valid from PlanStart or earlier",
            f"add a row to tblPay: ANY, {site.site}, agent, {pd.Timestamp(start):%Y-%m-%d}, the wage",
        )
        for position, site in enumerate(plan["tblSite"].itertuples(index=False))
        if isinstance(site.site, str) and site.vendor not in bpo and site.site not in paid
    ]


def exchange(plan: Plan) -> list[Finding]:
    """Every currency has a rate to the plan currency, of the plan's kind and from its first month on."""
    home, kind, start = (plan.names.get(name) for name in ("PlanCurrency", "RateType", "PlanStart"))
    if home is None or kind is None:
        return []  # told by itself: to which currency, by which rate, nobody can say
    rates = plan["tblFx"].loc[lambda f: f["rate_type"].eq(kind)]
    if start is not None:
        rates = rates.loc[rates["month"].le(pd.Timestamp(start))]
    known = set(rates["currency"].dropna()) | {home}
    since = "month" if start is None else f"{pd.Timestamp(start).replace(day=1):%Y-%m-%d}"
    found = []
    for name in ("tblSite", "tblPay", "tblCostItem"):
        for position, currency in enumerate(plan[name]["currency"]):
            if isinstance(currency, str) and currency not in known:
                found.append(
                    Finding(
                        "fx",
                        "error",
                        name,
                        "currency",
                        position + 1,
                        f"{currency} without a rate",
                        f"{home}, or a currency with a {kind} rate in tblFx from the plan's first month on",
                        f"add rows to tblFx: {currency}, {kind}, {since}, {home} per 1 {currency}",
                    )
                )
    return found


def place(plan: Plan) -> list[Finding]:
    """Every plan has a site to work at."""
    if not plan["tblSite"]["site"].dropna().empty or plan["tblQueue"].empty:
        return []
    fix = "add a row to tblSite: site, vendor, time zone, currency, contract hours per week"
    return [Finding("site", "error", "tblSite", "site", None, "no site", "at least one site", fix)]


def calendars(plan: Plan) -> list[Finding]:
    """Holiday calendars that are named have days."""
    known = set(plan["tblHoliday"]["holiday_calendar"].dropna())
    found = []
    for name in ("tblSite", "tblLanguage", "tblWorkstream"):
        for position, calendar in enumerate(plan[name]["holiday_calendar"]):
            if isinstance(calendar, str) and calendar not in known:
                found.append(
                    Finding(
                        "calendar",
                        "error",
                        name,
                        "holiday_calendar",
                        position + 1,
                        show(calendar),
                        "a calendar with rows in tblHoliday",
                        "add its days to tblHoliday, or leave the cell blank for no days off",
                    )
                )
    return found


def pay_months(plan: Plan) -> list[Finding]:
    """Pay that changes during the plan does so with a month."""
    start = plan.names.get("PlanStart")
    if start is None:
        return []
    from_day = plan["tblPay"]["valid_from"]
    late = from_day.gt(pd.Timestamp(start)) & from_day.dt.day.gt(1)
    return [
        Finding(
            "pay_month",
            "warning",
            "tblPay",
            "valid_from",
            position + 1,
            f"{day:%Y-%m-%d}",
            "the first of a month: pay counts by whole months, and this row counts from "
            f"{day + pd.offsets.MonthBegin():%Y-%m-%d}",
            f"type {day:%Y-%m}-01, or {day + pd.offsets.MonthBegin():%Y-%m-%d}",
        )
        for position, day in enumerate(from_day)
        if late.iloc[position]
    ]


RULES = (
    Rule("site", "The plan has a site", "error", place),
    Rule("shrinkage", "Shrinkage leaves time for work at every site", "error", shrinkage),
    Rule("no_shrinkage", "Every site has some shrinkage", "warning", some_shrinkage),
    Rule("calendar", "Holiday calendars that are named have days", "error", calendars),
    Rule("pay", "Every in-house site has pay from PlanStart", "error", pay),
    Rule("pay_month", "Pay that changes during the plan does so with a month", "warning", pay_months),
    Rule("fx", "Every currency has a rate", "error", exchange),
)
