"""Pieces: the part of a period that bills to one month, and the contract that a vendor's site works under there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY


def pieces(plan: Plan) -> pd.DataFrame:
    """Every period by billing month.

    Returns
    -------
    DataFrame
        period, seq (0 = first), bill_month, weight (sums to 1 per period), days, first and last day, month_fraction
        of the piece.
    """
    periods = plan["tblPeriod"][["period", "start", "end"]]
    found = plan["tblPeriodBill"].merge(periods.assign(seq=np.arange(len(periods))), on="period")
    month_end = found["bill_month"] + pd.offsets.MonthEnd(0)
    found["first"] = found[["start", "bill_month"]].max(axis=1)
    found["last"] = pd.concat([found["end"], month_end], axis=1).min(axis=1)
    found["weight"], found["days"] = found["weight"].astype(float), found["days"].astype(int)
    # By the days of the month itself: what weeks bill to a full month is one month, not 0.99 or 1.01 of it.
    found["month_fraction"] = found["days"] / found["bill_month"].dt.days_in_month
    ordered = found.sort_values(["seq", "bill_month"], ignore_index=True)
    return ordered[["period", "seq", "bill_month", "weight", "days", "first", "last", "month_fraction"]]


def signed(plan: Plan) -> pd.DataFrame:
    """The signed contracts, blanks resolved."""
    rows = plan.filled("tblContract")
    return rows.loc[rows["status"].eq("signed")].reset_index(drop=True)


def vendor_sites(plan: Plan) -> pd.DataFrame:
    """Sites of vendors that are not in-house: site, vendor. A vendor that tblVendor does not name is in-house."""
    vendors = plan["tblVendor"]
    outside = vendors.loc[vendors["in_house"].eq(False).fillna(False).astype(bool), "vendor"]
    return plan["tblSite"].loc[lambda f: f["vendor"].isin(outside), ["site", "vendor"]].reset_index(drop=True)


def runs(contracts: pd.DataFrame, day: pd.Series[pd.Timestamp]) -> np.ndarray:
    """Whether each contract is valid on each day, shape (contracts, days)."""
    begin = contracts["valid_from"].to_numpy(dtype="datetime64[D]")[:, None]
    end = contracts["valid_to"].fillna(pd.Timestamp.max.floor("D")).to_numpy(dtype="datetime64[D]")[:, None]
    days = day.to_numpy(dtype="datetime64[D]")[None, :]
    return np.asarray((begin <= days) & (days <= end))


def site_contracts(plan: Plan) -> pd.DataFrame:
    """The contract of every vendor site in every piece.

    Returns
    -------
    DataFrame
        site, period, seq, bill_month, contract (blank = a gap) and rivals, the number of contracts that claim the
        piece with equal right. The site's own contract goes before one for ANY site; the one that runs on the piece's
        first day before one that begins later in it.
    """
    parts, contracts = pieces(plan), signed(plan)
    valid = np.stack([runs(contracts, parts["first"]), runs(contracts, parts["last"])]).astype(int)
    found = []
    for site, vendor in vendor_sites(plan).itertuples(index=False, name=None):
        own = contracts["site"].eq(site).to_numpy(dtype=bool)
        fits = contracts["vendor"].eq(vendor).to_numpy(dtype=bool) & (
            own | contracts["site"].eq(ANY).to_numpy(dtype=bool)
        )
        right = np.where(fits[:, None], (4 * valid[0] + valid[1]) * np.where(own, 2, 1)[:, None], 0)
        best = right.max(axis=0, initial=0)
        # A contract that covers neither edge of the piece, or only part of a piece that no other completes, is a gap.
        whole = (fits[:, None] & (valid[0] > 0)).any(axis=0) & (fits[:, None] & (valid[1] > 0)).any(axis=0)
        names = contracts["contract"].to_numpy(dtype=object)
        chosen = names[right.argmax(axis=0)] if len(names) else np.full(len(parts), None, dtype=object)
        found.append(
            parts[["period", "seq", "bill_month"]].assign(
                site=site,
                contract=pd.Series(chosen, dtype=object).where(pd.Series(whole)).to_numpy(),
                rivals=np.where(best > 0, (right == best).sum(axis=0), 0),
            )
        )
    columns = ["site", "period", "seq", "bill_month", "contract", "rivals"]
    nobody = parts.iloc[:0].assign(site="", contract=None, rivals=0)
    return pd.concat(found, ignore_index=True)[columns] if found else nobody[columns]
