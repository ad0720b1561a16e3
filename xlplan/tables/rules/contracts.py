"""Rules on contracts: priced, in a known currency, one at a time, without gaps."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pandas as pd

from xlplan.tables.rules import Rule
from xlplan.tables.schema import ANY, Finding

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

WINDOW = {"month": 1, "quarter": 3, "year": 12}


def prices(plan: Plan) -> list[Finding]:
    """Every signed contract has prices from the first unit on."""
    contracts, tiers = plan["tblContract"], plan["tblTier"]
    lowest = tiers.groupby("contract")["from_units"].min()
    found = []
    for row, (name, status) in enumerate(contracts[["contract", "status"]].itertuples(index=False)):
        if status != "signed" or not isinstance(name, str):
            continue
        if name not in lowest.index:
            fix = f"add a row to tblTier: {name}, 0, the price of a unit"
            found.append(_finding("tiers", "tblContract", "contract", row, f"no price of {name}", "a tier from 0", fix))
        elif lowest[name] > 0:
            at = int(tiers.loc[tiers["contract"].eq(name), "from_units"].idxmin())
            what = f"{name} whose first tier begins at {lowest[name]:g}"
            found.append(_finding("tiers", "tblTier", "from_units", at, what, "a first tier from 0", "type 0"))
    return found


def windows(plan: Plan) -> list[Finding]:
    """Commitments are of whole billing windows."""
    kind = plan["tblContract"].drop_duplicates("contract").set_index("contract")["billing_window"]
    found = []
    for row, (name, start) in enumerate(plan["tblCommit"][["contract", "window_start"]].itertuples(index=False)):
        span = WINDOW.get(kind.get(name, ""), 0)
        if not span or pd.isna(start):
            continue
        first = pd.Timestamp(start.year, (start.month - 1) // span * span + 1, 1)
        if start != first:
            expected = f"the first day of a {kind[name]}"
            fix = f"type {first:%Y-%m-%d}"
            found.append(_finding("commit", "tblCommit", "window_start", row, f"{start:%Y-%m-%d}", expected, fix))
    return found


def currencies(plan: Plan) -> list[Finding]:
    """Currencies of contracts and of hiring have a rate from the plan's first month on."""
    home, kind, start = (plan.names.get(name) for name in ("PlanCurrency", "RateType", "PlanStart"))
    if home is None or kind is None:
        return []  # told by itself: to which currency, by which rate, nobody can say
    rates = plan["tblFx"].loc[lambda f: f["rate_type"].eq(kind)]
    if start is not None:
        rates = rates.loc[rates["month"].le(pd.Timestamp(start))]
    known = set(rates["currency"].dropna()) | {home}
    expected = f"{home}, or a currency with a {kind} rate in tblFx from the plan's first month on"
    return [
        _finding(
            "fx_contract", table, "currency", row, f"{currency} without a rate", expected,
            f"add rows to tblFx: {currency}, {kind}, the first month, {home} per 1 {currency}",
        )
        for table in ("tblContract", "tblHiring")
        for row, currency in enumerate(plan[table]["currency"])
        if isinstance(currency, str) and currency not in known
    ]  # fmt: skip


def gaps(plan: Plan) -> list[Finding]:
    """Sites of vendors have a signed contract in every month of the plan: without one, no work goes there."""
    found = []
    for row, site, missing, _ in _by_site(plan):
        if missing:
            listed = ", ".join(f"{month:%Y-%m}" for month in missing[:5])
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
            what = f"no signed contract at {site} in {listed}{more}"
            fix = "add or extend a contract in tblContract; until then no work is placed there"
            expected = "a contract for every month"
            found.append(_finding("contract_gap", "tblSite", "site", row, what, expected, fix, "warning"))
    return found


def rivals(plan: Plan) -> list[Finding]:
    """One signed contract at a time bills a site."""
    found = []
    for row, site, _, doubled in _by_site(plan):
        if doubled:
            month, names = doubled[0]
            what = f"{' and '.join(names[:3])} at {site} in {month:%Y-%m}"
            fix = "end one before the other begins, or name the contract of each lane's site alone"
            found.append(_finding("contract_rival", "tblSite", "site", row, what, "one contract at a time", fix))
    return found


def lane_contracts(plan: Plan) -> list[Finding]:
    """A lane's own contract is signed and of the site's vendor."""
    contracts = plan["tblContract"].drop_duplicates("contract").set_index("contract")
    vendor = plan["tblSite"].drop_duplicates("site").set_index("site")["vendor"]
    found = []
    lanes = plan["tblLane"]
    for row, (site, name) in enumerate(lanes[["site", "contract"]].itertuples(index=False)):
        if not isinstance(name, str) or name not in contracts.index:
            continue
        own = contracts.loc[name]
        if own["status"] != "signed":
            what, expected = f"{name}, which is {own['status']}", "a signed contract"
        elif own["vendor"] != vendor.get(site):
            what, expected = f"{name} of {own['vendor']} at {site}", f"a contract of {vendor.get(site)}"
        elif own["site"] not in {site, ANY}:
            what, expected = f"{name}, which is for {own['site']}", f"a contract for {site}"
        else:
            continue
        found.append(
            _finding("lane_contract", "tblLane", "contract", row, what, expected, "type another, or leave it blank")
        )
    return found


def _by_site(
    plan: Plan,
) -> list[tuple[int, str, list[pd.Timestamp], list[tuple[pd.Timestamp, list[str]]]]]:
    """Vendor sites with the months without a contract, and those with two of equal right."""
    months = _months(plan)
    vendors = plan["tblVendor"]
    outside = set(vendors.loc[vendors["in_house"].eq(False).fillna(False).astype(bool), "vendor"])
    signed = plan["tblContract"].loc[lambda f: f["status"].eq("signed")]
    found = []
    for row, site in enumerate(plan["tblSite"].to_dict("records")):
        if site["vendor"] not in outside:
            continue
        own = signed.loc[signed["vendor"].eq(site["vendor"]) & signed["site"].isin([site["site"], ANY])]
        missing, doubled = [], []
        for month in months:
            closed = (pd.notna(site["valid_to"]) and site["valid_to"] < month) or (
                pd.notna(site["valid_from"]) and site["valid_from"] > month
            )
            runs = own.loc[own["valid_from"].le(month) & (own["valid_to"].isna() | own["valid_to"].ge(month))]
            if runs.empty and not closed:
                missing.append(month)
            special = runs.loc[runs["site"].eq(site["site"])]
            claims = special if not special.empty else runs
            if len(claims) > 1:
                doubled.append((month, claims["contract"].tolist()))
        found.append((row, site["site"], missing, doubled))
    return found


def _months(plan: Plan) -> list[pd.Timestamp]:
    """First days of the plan's months, the first being PlanStart itself."""
    start, grain = plan.names.get("PlanStart"), plan.names.get("Grain")
    if not isinstance(start, dt.date) or not isinstance(grain, str):
        return []
    weeks, months = (sum(map(int, re.findall(rf"(\d+){unit}", grain))) for unit in "wm")
    begin = pd.Timestamp(start)
    end = begin + pd.DateOffset(weeks=weeks, months=months)
    return [begin, *pd.date_range(begin + pd.offsets.MonthBegin(1), end, freq="MS", inclusive="left")]


def _finding(
    rule: str, table: str, column: str, row: int, found: str, expected: str, fix: str, severity: str = "error"
) -> Finding:
    return Finding(rule, severity, table, column, row + 1, found, expected, fix)  # type: ignore[arg-type]


RULES = (
    Rule("tiers", "Every signed contract is priced from the first unit on", "error", prices),
    Rule("commit", "Commitments stand at the first day of a billing window", "error", windows),
    Rule("fx_contract", "Currencies of contracts and hiring have a rate", "error", currencies),
    Rule("contract_gap", "Vendor sites have a contract in every month", "warning", gaps),
    Rule("contract_rival", "One contract at a time bills a vendor site", "error", rivals),
    Rule("lane_contract", "Contracts named by lanes are signed and fit", "error", lane_contracts),
)
