"""Billing: the units that an hour on a lane, and an hour of overtime, bills to each window."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.budget.contract import PRICING_UNITS, units_per_hour
from xlplan.planning.budget.pieces import pieces, runs, signed, site_contracts
from xlplan.planning.budget.terms import MONTHS, Windows, window_start
from xlplan.tables.plan import Plan

HOURLY = ("productive_hour", "paid_hour")
"""Pricing units under which an overtime hour bills its factor; a price per item is the same at any hour."""


def lane_contracts(plan: Plan, lanes: pd.DataFrame) -> pd.DataFrame:
    """The contract of every vendor lane in every piece.

    Parameters
    ----------
    lanes : DataFrame
        lane, site, contract (blank = the site's).

    Returns
    -------
    DataFrame
        lane, period, seq, bill_month, contract; blank where none is valid.
    """
    found = lanes.rename(columns={"contract": "stated"}).merge(site_contracts(plan), on="site")
    contracts, parts = signed(plan), pieces(plan)
    valid = runs(contracts, parts["first"]) & runs(contracts, parts["last"])
    row, piece = np.nonzero(valid)
    running = pd.MultiIndex.from_arrays(
        [
            contracts["contract"].to_numpy()[row],
            parts["period"].to_numpy()[piece],
            parts["bill_month"].to_numpy()[piece],
        ]
    )
    stated = found["stated"].notna()
    runs_here = pd.MultiIndex.from_frame(found[["stated", "period", "bill_month"]]).isin(running)
    own = found["stated"].where(pd.Series(runs_here, index=found.index))
    found["contract"] = own.where(stated, found["contract"])
    return found[["lane", "period", "seq", "bill_month", "contract"]]


def lane_units(plan: Plan, lanes: pd.DataFrame, windows: Windows) -> pd.DataFrame:
    """Units that one hour on each lane bills.

    Parameters
    ----------
    plan : Plan
        With tblReq and tblFteHours.
    lanes : DataFrame
        lane, queue, language, site, productivity, rate_multiplier, contract.
    windows : Windows

    Returns
    -------
    DataFrame
        lane, period, seq, bill_month, contract, window (row of ``windows.frame``), units per hour of the period.
    """
    found = lane_contracts(plan, lanes[["lane", "site", "contract"]]).dropna(subset=["contract"])
    found = found.merge(lanes.drop(columns="contract"), on="lane")
    found = found.merge(pieces(plan)[["period", "bill_month", "weight", "month_fraction"]], on=["period", "bill_month"])
    hours = plan["tblFteHours"][["site", "period", "paid_hours", "productive_hours", "shrinkage"]]
    found = found.merge(hours, on=["site", "period"])
    work = plan["tblReq"][["queue", "language", "period", "volume", "aht_s", "required_hours"]]
    found = found.merge(work, on=["queue", "language", "period"])
    found = _windowed(plan, found, windows)
    billable = _billable(plan, found)
    items = (found["volume"] / found["required_hours"].where(found["required_hours"] > 0)).fillna(0.0)
    productive = found["productive_hours"].where(found["productive_hours"] > 0)
    terms = found["contract"].map(signed(plan).set_index("contract")["outcome_rate"]).fillna(1.0)
    units = np.zeros(len(found))
    for kind in PRICING_UNITS:
        own = found["pricing_unit"].eq(kind).to_numpy(dtype=bool)
        if own.any():
            units[own] = units_per_hour(
                kind,
                billable=billable[own],
                paid_per_productive=(found["paid_hours"] / productive).fillna(0.0)[own],
                # Weights are applied below, so that the whole period's month fraction belongs here.
                fte_months=(found["month_fraction"] / found["weight"] / productive).fillna(0.0)[own],
                items=(items * found["productivity"])[own] * (terms[own] if kind == "outcome" else 1.0),
                aht_s=found.loc[own, "aht_s"],
            )
    found["units"] = units * found["weight"] * found["rate_multiplier"]
    return found[["lane", "period", "seq", "bill_month", "contract", "window", "units"]]


def overtime_units(plan: Plan, windows: Windows) -> pd.DataFrame:
    """Units that one overtime hour bills beyond those of any hour: ``ot_factor - 1``, by site and piece.

    Returns
    -------
    DataFrame
        site, period, seq, bill_month, contract, window, units.
    """
    found = site_contracts(plan).dropna(subset=["contract"])
    found = found.merge(pieces(plan)[["period", "bill_month", "weight"]], on=["period", "bill_month"])
    found = _windowed(plan, found, windows)
    factor = found["contract"].map(signed(plan).set_index("contract")["ot_factor"]).fillna(1.0).astype(float)
    found["units"] = (factor - 1) * found["weight"] * found["pricing_unit"].isin(HOURLY)
    found = found.loc[found["units"] > 0]
    return found[["site", "period", "seq", "bill_month", "contract", "window", "units"]].reset_index(drop=True)


def _windowed(plan: Plan, rows: pd.DataFrame, windows: Windows) -> pd.DataFrame:
    terms = signed(plan)[["contract", "billing_window", "pricing_unit"]]
    rows = rows.merge(terms, on="contract")
    rows["window_start"] = window_start(rows["bill_month"], rows["billing_window"].map(MONTHS).astype(int))
    numbers = windows.frame[["contract", "window_start"]].assign(window=np.arange(len(windows.frame)))
    return rows.merge(numbers, on=["contract", "window_start"])


def _billable(plan: Plan, rows: pd.DataFrame) -> np.ndarray:
    """Lost hours that may be billed, per productive hour.

    Shrinkage of s leaves s / (1 - s) lost hours per productive hour; components have them in proportion to their
    rates, whichever way the site combines them.
    """
    allowed = plan["tblBillable"]
    result = np.zeros(len(rows))
    if allowed.empty:
        return result
    shrink = plan["tblShrink"].dropna(subset=["rate"]).sort_values("month")
    share: dict[tuple[str, str, pd.Timestamp], float] = {}
    for key in rows[["contract", "site", "bill_month"]].drop_duplicates().itertuples(index=False, name=None):
        contract, site, month = key
        current = shrink.loc[shrink["site"].eq(site) & shrink["month"].le(month)].groupby("component")["rate"].last()
        billed = allowed.loc[allowed["contract"].eq(contract)].set_index("component")["share"]
        total = float(current.sum())
        share[key] = float((current * billed.reindex(current.index).fillna(0.0)).sum()) / total if total > 0 else 0.0
    part = np.array([share[key] for key in rows[["contract", "site", "bill_month"]].itertuples(index=False, name=None)])
    lost = (rows["shrinkage"] / (1 - rows["shrinkage"])).to_numpy(dtype=float)
    return np.asarray(part * lost)
