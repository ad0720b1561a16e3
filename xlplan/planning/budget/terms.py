"""Terms: the rate card of every contract in every billing window of the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.errors import PlanError
from xlplan.planning.budget.contract import RateCard, indexation
from xlplan.planning.budget.exchange import rates
from xlplan.planning.budget.pieces import pieces, runs, signed
from xlplan.tables.plan import Plan

MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Windows:
    """Every contract x billing window that the plan touches.

    Parameters
    ----------
    frame : DataFrame
        contract, vendor, site, window_start, currency, fx, coverage; one row per card.
    cards : tuple of RateCard
    months : DataFrame
        window (row of ``frame``), bill_month, days: the months of each window inside the plan and the contract.
    """

    frame: pd.DataFrame
    cards: tuple[RateCard, ...]
    months: pd.DataFrame


def window_start(month: pd.Series[pd.Timestamp], months: pd.Series[int]) -> pd.Series[pd.Timestamp]:
    """First day of the calendar window of so many months (1, 3, 12) that holds each month."""
    back = (month.dt.month - 1) % months
    return (month.dt.to_period("M") - back.to_numpy()).dt.to_timestamp().astype("datetime64[us]")


def contract_windows(plan: Plan) -> Windows:
    """Rate cards of the signed contracts over the plan's horizon.

    A window of which the plan or the contract covers only a part has that part of its tiers' floors and of its
    minimum, by days: what happened before PlanStart is not the plan's to bill. Prices are indexed month by month and
    averaged over the window's months; an invoice has one exchange rate, that of its window's first month in the plan.

    Raises
    ------
    PlanError
        A contract without tiers, or without an exchange rate.
    """
    contracts, parts = signed(plan), pieces(plan)
    row, piece = np.nonzero(runs(contracts, parts["first"]) & runs(contracts, parts["last"]))
    touched = pd.concat(
        [
            contracts.iloc[row][["contract", "vendor", "site", "currency", "billing_window"]].reset_index(drop=True),
            parts.iloc[piece][["bill_month", "days"]].reset_index(drop=True),
        ],
        axis=1,
    )
    touched["window_start"] = window_start(touched["bill_month"], touched["billing_window"].map(MONTHS).astype(int))
    key = ["contract", "window_start"]
    months = touched.groupby([*key, "bill_month"], as_index=False)["days"].sum()
    frame = touched.groupby(key, as_index=False).agg(
        vendor=("vendor", "first"),
        site=("site", "first"),
        currency=("currency", "first"),
        billing_window=("billing_window", "first"),
        first_month=("bill_month", "min"),
        days=("days", "sum"),
    )
    ends = [
        start + pd.DateOffset(months=MONTHS[kind]) for start, kind in frame[["window_start", "billing_window"]].values
    ]
    length = (pd.Series(ends, dtype="datetime64[us]") - frame["window_start"]).dt.days
    frame["coverage"] = frame["days"] / length
    frame["fx"] = rates(plan, frame["currency"], frame["first_month"])
    months["window"] = months.merge(frame[key].assign(window=np.arange(len(frame))), on=key)["window"].to_numpy()
    cards = tuple(_cards(plan, contracts, frame, months))
    return Windows(frame, cards, months[["window", "bill_month", "days"]])


def index_dates(contracts: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """First date of indexation; the anniversary of valid_from where none is stated."""
    return contracts["index_date"].fillna(contracts["valid_from"] + pd.DateOffset(years=1))


def _cards(plan: Plan, contracts: pd.DataFrame, frame: pd.DataFrame, months: pd.DataFrame) -> list[RateCard]:
    tiers = {name: rows.sort_values("from_units") for name, rows in plan["tblTier"].groupby("contract")}
    terms = contracts.assign(index_date=index_dates(contracts)).set_index("contract")
    commits = plan["tblCommit"].set_index(["contract", "window_start"])[["min_units", "min_amount"]].fillna(0.0)
    cards = []
    for number, window in enumerate(frame.to_dict("records")):
        name = window["contract"]
        if name not in tiers:
            raise PlanError(
                f"contract {name} has no price", where="tblTier", do=f"add a row to tblTier: {name}, 0, the price"
            )
        own = terms.loc[name]
        due = pd.DatetimeIndex(months.loc[months["window"].eq(number), "bill_month"])
        factor = float(indexation(float(own["cola"]), own["index_date"], due).mean())
        at = (name, window["window_start"])
        units, amount = commits.loc[at].tolist() if at in commits.index else (0.0, 0.0)
        covered = float(window["coverage"])
        cards.append(
            RateCard(
                floors=tuple((tiers[name]["from_units"] * covered).tolist()),
                prices=tuple((tiers[name]["price"] * factor).tolist()),
                all_units=own["tier_mode"] == "all_units",
                min_units=units * covered,
                min_amount=amount * covered,
                fx=float(window["fx"]),
            )
        )
    return cards
