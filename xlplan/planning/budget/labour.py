"""Pay: what one FTE and one overtime hour of a pool cost in each piece of the calendar, and the lines that follow."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.budget.exchange import rates
from xlplan.planning.budget.money import pay_rates
from xlplan.planning.budget.pieces import pieces, vendor_sites
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

ROLE = "agent"
LANE = ["queue", "language", "site", "period"]


def pool_pay(plan: Plan, pools: pd.DataFrame) -> pd.DataFrame:
    """Pay of pools by piece.

    Parameters
    ----------
    plan : Plan
        With tblPeriod, tblPeriodBill and tblFteHours.
    pools : DataFrame
        language (or ANY), site.

    Returns
    -------
    DataFrame
        One row per pool and piece: language, site, period, seq, bill_month, weight, currency, fx; unit and qty_per_fte,
        the paid hours or FTE-months of one FTE; wage; overtime, the price of one overtime hour. At a vendor's site the
        contract pays, so that the wage is 0 and overtime only has its premium. All in the row's currency.

    Raises
    ------
    PlanError
        An in-house site without pay, or a currency without a rate.
    """
    parts = pieces(plan)
    months = pd.DatetimeIndex(parts["bill_month"].unique()).sort_values()
    outside = set(vendor_sites(plan)["site"])
    home = plan.filled("tblSite").set_index("site")["currency"].fillna(plan.name("PlanCurrency"))
    stated = plan["tblPay"].loc[lambda f: f["role"].eq(ROLE)]
    paid = set(stated["site"])
    special = set(stated[["language", "site"]].itertuples(index=False, name=None))
    # Pools without pay of their own share that of ANY language: one look-up serves them all.
    wanted = pools[["language", "site"]].drop_duplicates()
    pairs = wanted.itertuples(index=False, name=None)
    wanted = wanted.assign(source=[language if (language, site) in special else ANY for language, site in pairs])
    found = []
    for source, site in wanted[["source", "site"]].drop_duplicates().itertuples(index=False, name=None):
        if site in outside and site not in paid:
            rows = pd.DataFrame({"wage": 0.0, "per": "month", "ot_premium": 0.0, "currency": home[site]}, index=months)
        else:
            rows = pay_rates(plan, site=site, language=source, role=ROLE, months=months)
        rows = rows.rename_axis("bill_month").reset_index().assign(source=source, site=site)
        if site in outside:
            rows["wage"] = 0.0
        found.append(rows)
    pay = parts.merge(wanted.merge(pd.concat(found, ignore_index=True), on=["source", "site"]), on="bill_month")
    pay = pay.merge(plan["tblFteHours"][["site", "period", "paid_hours"]], on=["site", "period"])
    hourly = pay["per"].eq("hour").to_numpy(dtype=bool)
    paid_hours = (pay["paid_hours"] * pay["weight"]).to_numpy(dtype=float)
    month = pay["month_fraction"].to_numpy(dtype=float)
    pay["unit"] = np.where(hourly, "paid hour", "FTE-month")
    pay["qty_per_fte"] = np.where(hourly, paid_hours, month)
    base = np.divide(pay["wage"] * month, paid_hours, out=np.zeros(len(pay)), where=paid_hours > 0)
    pay["overtime"] = np.where(hourly, pay["wage"], base) + pay["ot_premium"]
    pay["fx"] = rates(plan, pay["currency"], pay["bill_month"])
    columns = ["language", "site", "period", "seq", "bill_month", "weight", "currency", "fx", "unit", "qty_per_fte"]
    return pay[[*columns, "wage", "overtime"]]


def work_rows(plan: Plan, allocation: pd.DataFrame, pool_use: pd.DataFrame) -> pd.DataFrame:
    """Placed work with its pool and its part of the pool's overtime.

    Returns
    -------
    DataFrame
        The lanes of ``allocation`` (lob, queue, language, site, vendor, period, hours) with pool (the pool's
        language), overtime_hours and regular_fte, the FTE at work in regular hours. Overtime is shared by hours.
    """
    own = pool_use[["language", "site", "period", "overtime_hours", "hours_used"]]
    exact = own.rename(columns={"language": "pool"})
    languages = set(pool_use[["site", "language"]].itertuples(index=False, name=None))
    rows = allocation[["lob", *LANE, "vendor", "hours"]].copy()
    pairs = rows[["site", "language"]].itertuples(index=False, name=None)
    rows["pool"] = [language if (site, language) in languages else ANY for site, language in pairs]
    rows = rows.merge(exact, on=["pool", "site", "period"], how="left")
    share = (rows["hours"] / rows["hours_used"].where(rows["hours_used"] > 0)).fillna(0.0)
    rows["overtime_hours"] = rows["overtime_hours"].fillna(0.0) * share
    per_fte = plan["tblFteHours"].set_index(["site", "period"])["productive_hours"]
    productive = per_fte.reindex(pd.MultiIndex.from_frame(rows[["site", "period"]])).to_numpy(dtype=float)
    regular = (rows["hours"] - rows["overtime_hours"]).clip(lower=0).to_numpy(dtype=float)
    rows["regular_fte"] = np.divide(regular, productive, out=np.zeros(len(rows)), where=productive > 0)
    return rows.drop(columns=["hours_used"])


def labour_lines(pay: pd.DataFrame, work: pd.DataFrame, pool_use: pd.DataFrame) -> pd.DataFrame:
    """Pay and overtime as budget lines.

    Parameters
    ----------
    pay : DataFrame
        See :func:`pool_pay`.
    work : DataFrame
        See :func:`work_rows`.
    pool_use : DataFrame
        tblPoolUse.

    Returns
    -------
    DataFrame
        Rows with the lane's keys and a line of business, and for people paid beyond the work placed rows of lob ANY.
    """
    used = work.groupby(["pool", "site", "period"], as_index=False)["regular_fte"].sum()
    idle = pool_use.rename(columns={"language": "pool"}).merge(used, on=["pool", "site", "period"], how="left")
    spare = (idle["fte"] - idle["regular_fte"].fillna(0.0)).clip(lower=0)
    idle = idle.assign(
        lob=ANY, queue=None, language=None, regular_fte=spare.where(spare > 1e-9, 0.0), overtime_hours=0.0
    )
    columns = ["lob", *LANE, "vendor", "pool", "regular_fte", "overtime_hours"]
    everyone = pd.concat([work[columns], idle.loc[idle["regular_fte"] > 0, columns]], ignore_index=True)
    rows = everyone.merge(pay.rename(columns={"language": "pool"}), on=["pool", "site", "period"])
    labour = rows.assign(line="labour", qty=rows["regular_fte"] * rows["qty_per_fte"], price=rows["wage"])
    overtime = rows.assign(
        line="overtime", qty=rows["overtime_hours"] * rows["weight"], price=rows["overtime"], unit="overtime hour"
    )
    at_vendor = labour["wage"].eq(0) & labour["line"].eq("labour")
    lines = pd.concat([labour.loc[~at_vendor], overtime.loc[overtime["qty"] > 0]], ignore_index=True)
    lines["amount"] = lines["qty"] * lines["price"]
    lines["amount_plan"] = lines["amount"] * lines["fx"]
    keep = ["lob", *LANE, "vendor", "bill_month", "line", "currency", "unit", "qty", "price", "amount", "fx"]
    return lines[[*keep, "amount_plan"]]
