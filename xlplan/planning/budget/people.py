"""Hires, releases and training: what it costs to change headcount."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.budget.exchange import rates
from xlplan.planning.budget.labour import LANE, ROLE, pool_pay
from xlplan.planning.budget.pieces import pieces, signed, site_contracts, vendor_sites
from xlplan.planning.supply.pools import hiring_terms
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

WEEKS_MONTH = 365.25 / 12 / 7


def head_prices(plan: Plan, pools: pd.DataFrame) -> pd.DataFrame:
    """What one hire, its training, and one release cost in each piece.

    Parameters
    ----------
    pools : DataFrame
        language (or ANY), site.

    Returns
    -------
    DataFrame
        language, site, period, bill_month, weight; line (hiring, release, training), currency, price, fx. Training
        is what tblHiring states per head and week, plus the pay of in-house people until they enter production, or
        the contract's training price by the hour at vendors.
    """
    terms = hiring_terms(plan, pools.assign(role=ROLE))
    own = pools[["language", "site"]].reset_index(drop=True)
    weeks = terms["training_weeks"].fillna(0.0)
    pay = pool_pay(plan, own)
    stated = own.assign(
        currency=terms["currency"].to_numpy(),
        hiring=terms["hire_cost"].fillna(0.0).to_numpy(dtype=float),
        release=terms["release_cost"].fillna(0.0).to_numpy(dtype=float),
        training=(terms["training_cost"].fillna(0.0) * weeks).to_numpy(dtype=float),
    ).dropna(subset=["currency"])
    parts = pieces(plan)[["period", "bill_month", "weight"]]
    rows = stated.merge(parts, how="cross")
    lines = rows.melt(
        id_vars=["language", "site", "currency", "period", "bill_month", "weight"],
        value_vars=["hiring", "release", "training"],
        var_name="line",
        value_name="price",
    )
    lines["fx"] = rates(plan, lines["currency"], lines["bill_month"])
    keep = ["language", "site", "period", "bill_month", "weight", "line", "currency", "price", "fx"]
    extra = [_paid_in_training(plan, own, weeks + terms["nesting_weeks"].fillna(0.0), pay), _billed(plan, own, weeks)]
    return pd.concat([lines[keep], *(frame[keep] for frame in extra)], ignore_index=True).loc[lambda f: f["price"] > 0]


def head_lines(plan: Plan, pool_use: pd.DataFrame) -> pd.DataFrame:
    """Hiring, training and release of the plan's own decisions as budget lines, in the period that decides them."""
    moved = pool_use.loc[(pool_use["hires"] > 0) | (pool_use["releases"] > 0)]
    rows = moved[["language", "site", "vendor", "period", "hires", "releases"]].merge(
        head_prices(plan, pool_use[["language", "site"]].drop_duplicates()), on=["language", "site", "period"]
    )
    heads = np.where(rows["line"].eq("release"), rows["releases"], rows["hires"])
    return _lines(rows.assign(qty=heads * rows["weight"]))


def class_lines(plan: Plan) -> pd.DataFrame:
    """Hiring and training of given classes that start inside the plan, in the month they start."""
    rows = plan["tblClass"]
    rows = rows.loc[rows["status"].isin(["running", "approved"]) & rows["role"].eq(ROLE)]
    parts = pieces(plan)
    at = np.searchsorted(parts["first"].to_numpy(), rows["start"].to_numpy(), side="right") - 1
    inside = (at >= 0) & (rows["start"].to_numpy() <= parts["last"].max().to_datetime64())
    rows = rows.loc[inside, ["language", "site", "heads"]].reset_index(drop=True)
    begun = parts.iloc[at[inside]][["period", "bill_month"]].reset_index(drop=True)
    rows = pd.concat([rows, begun], axis=1)
    if rows.empty:
        return _lines(rows.assign(line="", currency="", price=0.0, fx=1.0, qty=0.0, vendor=""))
    prices = head_prices(plan, rows[["language", "site"]].drop_duplicates()).loc[lambda f: f["line"].ne("release")]
    vendor = plan["tblSite"].set_index("site")["vendor"]
    rows = rows.merge(prices, on=["language", "site", "period", "bill_month"])
    return _lines(rows.assign(qty=rows["heads"], vendor=rows["site"].map(vendor)))


def _paid_in_training(plan: Plan, own: pd.DataFrame, weeks: pd.Series[float], pay: pd.DataFrame) -> pd.DataFrame:
    """Pay of in-house people from the first day of training to the last of nesting."""
    contract = plan["tblSite"].set_index("site")["contract_hours_week"]
    rows = pay.loc[pay["wage"] > 0].merge(own.assign(weeks=weeks.to_numpy(dtype=float)), on=["language", "site"])
    per_week = np.where(rows["unit"].eq("paid hour"), rows["site"].map(contract).astype(float), 1 / WEEKS_MONTH)
    return rows.assign(line="training", price=rows["weeks"] * per_week * rows["wage"])


def _billed(plan: Plan, own: pd.DataFrame, weeks: pd.Series[float]) -> pd.DataFrame:
    """Training hours that a contract bills."""
    terms = signed(plan).dropna(subset=["training_price"])[["contract", "training_price", "currency"]]
    contract = plan["tblSite"].set_index("site")["contract_hours_week"]
    rows = own.assign(weeks=weeks.to_numpy(dtype=float)).loc[lambda f: f["site"].isin(vendor_sites(plan)["site"])]
    rows = rows.merge(site_contracts(plan), on="site").merge(terms, on="contract")
    rows = rows.merge(pieces(plan)[["period", "bill_month", "weight"]], on=["period", "bill_month"])
    rows["price"] = rows["weeks"] * rows["site"].map(contract).astype(float) * rows["training_price"]
    return rows.assign(line="training", fx=rates(plan, rows["currency"], rows["bill_month"]))


def _lines(rows: pd.DataFrame) -> pd.DataFrame:
    amount = rows["qty"] * rows["price"]
    unit = rows["line"].map({"hiring": "head hired", "release": "FTE released", "training": "head trained"})
    lines = rows.assign(lob=ANY, queue=None, unit=unit, amount=amount, amount_plan=amount * rows["fx"])
    keep = ["lob", *LANE, "vendor", "bill_month", "line", "currency", "unit", "qty", "price", "amount", "fx"]
    return lines.loc[lines["qty"] > 0, [*keep, "amount_plan"]].reset_index(drop=True)
