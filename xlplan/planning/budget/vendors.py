"""Invoices of vendors: units of the placed work, priced by the contract engine, and shared out again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.budget.billing import lane_units, overtime_units
from xlplan.planning.budget.contract import invoice
from xlplan.planning.budget.labour import LANE
from xlplan.planning.budget.pieces import vendor_sites
from xlplan.planning.budget.terms import Windows
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

INVOICE = ["contract", "window_start", "units", "tier_from", "price", "amount", "shortfall_pay", "effective_rate"]


def billed_work(plan: Plan, work: pd.DataFrame, lanes: pd.DataFrame, windows: Windows) -> pd.DataFrame:
    """Units of every lane, piece and window.

    Parameters
    ----------
    work : DataFrame
        Lanes placed, with overtime, see :func:`xlplan.planning.budget.labour.work_rows`.
    lanes : DataFrame
        See :func:`lane_facts`.

    Returns
    -------
    DataFrame
        The lane's keys, vendor, lob, bill_month, window, billed units.
    """
    outside = set(vendor_sites(plan)["site"])
    own = lanes.loc[lanes["site"].isin(outside)].reset_index(drop=True)
    own = own.assign(lane=np.arange(len(own)))
    rows = work.merge(own[["lane", "queue", "language", "site"]], on=["queue", "language", "site"])
    regular = rows.merge(lane_units(plan, own, windows).drop(columns="seq"), on=["lane", "period"])
    regular["units"] *= regular["hours"]
    extra = rows.loc[rows["overtime_hours"] > 0].merge(
        overtime_units(plan, windows).drop(columns="seq"), on=["site", "period"]
    )
    extra["units"] *= extra["overtime_hours"]
    keep = ["lob", *LANE, "vendor", "bill_month", "window", "units"]
    return pd.concat([regular[keep], extra[keep]], ignore_index=True).astype({"window": int, "units": float})


def lane_facts(plan: Plan, lanes: pd.DataFrame) -> pd.DataFrame:
    """What a contract asks of lanes: productivity, rate_multiplier and contract, blanks resolved but the contract.

    Parameters
    ----------
    lanes : DataFrame
        queue, language, site.
    """
    stated = plan["tblLane"][["queue", "language", "site", "productivity", "rate_multiplier", "contract"]]
    served = plan.filled("tblSiteLanguage")[["language", "site", "productivity"]]
    found = lanes[["queue", "language", "site"]].merge(stated, on=["queue", "language", "site"], how="left")
    found = found.merge(served.rename(columns={"productivity": "usual"}), on=["language", "site"], how="left")
    found["productivity"] = found["productivity"].fillna(found["usual"]).fillna(1.0).astype(float)
    found["rate_multiplier"] = found["rate_multiplier"].fillna(1.0).astype(float)
    return found.drop(columns="usual")


def invoices(windows: Windows, billed: pd.DataFrame) -> pd.DataFrame:
    """tblInvoicePlan: one row per contract and window, whether used or not."""
    units = np.bincount(billed["window"], weights=billed["units"], minlength=len(windows.cards))
    priced = [invoice(card, float(own)) for card, own in zip(windows.cards, units, strict=True)]
    covered = windows.frame["coverage"].to_numpy(dtype=float)
    floors = [card.floors[found.tier] for card, found in zip(windows.cards, priced, strict=True)]
    return windows.frame[["contract", "window_start"]].assign(
        units=[found.units for found in priced],
        tier_from=np.array(floors, dtype=float) / covered,
        price=[found.price for found in priced],
        amount=[found.amount for found in priced],
        shortfall_pay=[found.shortfall_pay for found in priced],
        effective_rate=[found.effective_rate for found in priced],
    )


def vendor_lines(windows: Windows, billed: pd.DataFrame, priced: pd.DataFrame) -> pd.DataFrame:
    """Invoices as budget lines.

    Parameters
    ----------
    windows : Windows
    billed : DataFrame
        See :func:`billed_work`.
    priced : DataFrame
        tblInvoicePlan, in the order of the windows.

    Returns
    -------
    DataFrame
        The used part by lane and month, in proportion to units; what only the commitment makes payable as
        ``commitment_shortfall`` of no line of business, over the window's months by days.
    """
    facts = windows.frame.assign(
        used=(priced["amount"] - priced["shortfall_pay"]).to_numpy(),
        short=priced["shortfall_pay"].to_numpy(),
        total=priced["units"].to_numpy(),
    )
    used = billed.loc[billed["units"] > 0].merge(
        facts[["currency", "fx", "used", "total"]], left_on="window", right_index=True
    )
    used = used.assign(line="vendor", unit="billed unit", qty=used["units"], price=used["used"] / used["total"])
    short = windows.months.merge(facts.drop(columns="days"), left_on="window", right_index=True)
    short = short.loc[short["short"] > 0]
    part = short["days"] / short.groupby("window")["days"].transform("sum")
    nobody = dict.fromkeys(("queue", "language", "period"))
    short = short.assign(
        **nobody, lob=ANY, line="commitment_shortfall", unit="share of commitment", qty=part, price=short["short"]
    )
    keep = ["lob", *LANE, "vendor", "bill_month", "line", "currency", "unit", "qty", "price", "fx"]
    lines = pd.concat([used[keep], short[keep]], ignore_index=True)
    lines["amount"] = lines["qty"] * lines["price"]
    lines["amount_plan"] = lines["amount"] * lines["fx"]
    return lines
