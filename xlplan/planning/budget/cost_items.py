"""Fixed, tooling, licence, travel and other costs of tblCostItem, and the set-up of contracts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.budget.exchange import rates
from xlplan.planning.budget.pieces import pieces, signed
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

UNITS = {
    "per_month": "month",
    "per_fte_month": "FTE-month",
    "per_head_start": "head started",
    "per_seat_month": "seat-month",
    "per_item": "item",
    "one_off": "once",
}
SCOPE = ("lob", "site", "vendor")


def item_lines(plan: Plan) -> pd.DataFrame:
    """Cost items as budget lines.

    Returns
    -------
    DataFrame
        lob, site, vendor, bill_month, line, currency, unit, qty, price, amount, fx, amount_plan. An item counts in a
        month by its days inside the plan and the item's dates. What it multiplies is counted inside its scope: FTE
        and items from tblAllocation, heads started from tblPoolUse and tblClass, seats from tblSiteCapacity; a cost of
        heads or seats has no line of business, so that one for a single line of business counts none.
    """
    rows = plan["tblCostItem"]
    if rows.empty:
        return pd.DataFrame(columns=["lob", "site", "vendor", "bill_month", "line", "amount_plan"])
    parts = pieces(plan)
    measures = _measures(plan, parts)
    found = []
    for item in rows.to_dict("records"):
        if item["basis"] == "one_off":
            inside = parts.loc[parts["first"].le(item["valid_from"]) & parts["last"].ge(item["valid_from"])]
            counted = inside[["bill_month"]].assign(qty=1.0)
        else:
            share = _active(parts, item)
            counted = _counted(parts, item, measures).merge(
                parts[["seq", "bill_month"]].assign(active=share), on=["seq", "bill_month"]
            )
            counted = (
                counted.assign(qty=counted["qty"] * counted["active"])
                .groupby("bill_month", as_index=False)["qty"]
                .sum()
            )
        found.append(
            counted.assign(
                **{name: item[name] for name in (*SCOPE, "line", "currency", "price")}, unit=UNITS[item["basis"]]
            )
        )
    lines = pd.concat(found, ignore_index=True)
    return _priced(plan, lines.loc[lines["qty"] > 0])


def transition_lines(plan: Plan) -> pd.DataFrame:
    """One-off set-up cost of contracts that begin inside the plan, in the month in which they do."""
    parts = pieces(plan)
    rows = signed(plan).loc[lambda f: f["transition_cost"].gt(0)]
    rows = rows.loc[rows["valid_from"].between(parts["first"].min(), parts["last"].max())]
    month = rows["valid_from"].dt.to_period("M").dt.to_timestamp()
    lines = rows[["site", "vendor", "currency"]].assign(
        lob=ANY, bill_month=month, line="other", unit="once", qty=1.0, price=rows["transition_cost"]
    )
    return _priced(plan, lines)


def _priced(plan: Plan, lines: pd.DataFrame) -> pd.DataFrame:
    amount, fx = lines["qty"] * lines["price"], rates(plan, lines["currency"], lines["bill_month"])
    return lines.assign(amount=amount, fx=fx, amount_plan=amount * fx)


def _active(parts: pd.DataFrame, item: dict[str, pd.Timestamp]) -> np.ndarray:
    """Share of each piece's days on which the item is valid."""
    end = item["valid_to"] if pd.notna(item["valid_to"]) else parts["last"].max()
    begin = parts["first"].clip(lower=item["valid_from"])
    days = (parts["last"].clip(upper=end) - begin).dt.days + 1
    return np.asarray((days.clip(lower=0) / parts["days"]).to_numpy(dtype=float))


def _measures(plan: Plan, parts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What items are counted by, per piece: seq, bill_month, lob, site, vendor, qty."""
    placed = plan["tblAllocation"][["lob", "site", "vendor", "period", "fte", "items"]].merge(parts, on="period")
    heads = plan["tblPoolUse"][["site", "vendor", "period", "hires"]].merge(parts, on="period")
    seats = plan["tblSiteUse"][["site", "vendor", "period", "seats"]].merge(parts, on="period")
    keep = ["seq", "bill_month", "lob", "site", "vendor", "qty"]
    fte = placed.assign(qty=placed["fte"] * placed["month_fraction"])[keep]
    items = placed.assign(qty=placed["items"] * placed["weight"])[keep]
    hired = heads.assign(lob=ANY, qty=heads["hires"] * heads["weight"])[keep]
    given = plan["tblClass"].loc[lambda f: f["status"].isin(["running", "approved"]), ["site", "start", "heads"]]
    vendor = plan["tblSite"].set_index("site")["vendor"]
    begun = given.merge(parts, how="cross").loc[lambda f: f["start"].between(f["first"], f["last"])]
    begun = begun.assign(lob=ANY, vendor=begun["site"].map(vendor), qty=begun["heads"])[keep]
    seated = seats.assign(lob=ANY, qty=seats["seats"].fillna(0.0) * seats["month_fraction"])[keep]
    return {
        "per_fte_month": fte,
        "per_item": items,
        "per_head_start": pd.concat([hired, begun], ignore_index=True),
        "per_seat_month": seated,
    }


def _counted(parts: pd.DataFrame, item: dict[str, str], measures: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Quantity of an item by piece."""
    if item["basis"] == "per_month":
        return parts[["seq", "bill_month"]].assign(qty=parts["month_fraction"])
    rows = measures[item["basis"]]
    for column in SCOPE:
        if item[column] != ANY:
            rows = rows.loc[rows[column].eq(item[column])]
    return rows.groupby(["seq", "bill_month"], as_index=False)["qty"].sum()
