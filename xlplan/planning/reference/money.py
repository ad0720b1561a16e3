"""Contracts, rates, cost centres and limits of the reference organisation."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from xlplan.planning.reference.people import PRODUCTIVE_SHARE
from xlplan.planning.reference.places import CURRENCY_DRIFT, FX, IN_HOUSE, SITES, VENDORS
from xlplan.planning.reference.queues import LOBS

TIERS = ((0.0, 1.0), (0.55, 0.96), (0.95, 0.92))
"""Share of the expected hours at which a tier begins, and its price against the first."""
TIERED = frozenset({"A-MNL", "B-LIS"})
"""Sites whose contracts give a discount by volume; the others have one price."""
COMMITTED = 0.55


def contract_id(site: str) -> str:
    """Id of the contract of a vendor's site."""
    return f"K-{site}"


def contracts(start: pd.Timestamp) -> pd.DataFrame:
    """tblContract: one signed contract per vendor site, by the productive hour."""
    return pd.DataFrame(
        [
            {
                "contract": contract_id(site.site),
                "vendor": site.vendor,
                "site": site.site,
                "status": "signed",
                "valid_from": start - pd.DateOffset(years=1),
                "pricing_unit": "productive_hour",
                "tier_mode": "incremental",
                "billing_window": "month",
                "currency": site.currency,
                "lock_days": 45,
                "band_down": 0.1,
                "band_up": 0.1,
                "cola": 0.03 if site.currency in {"EGP", "COP"} else 0.02,
                "index_date": start + pd.DateOffset(months=6),
                "ot_factor": 1.25,
            }
            for site in SITES
            if site.vendor != IN_HOUSE
        ]
    )


def monthly_hours(heads: dict[tuple[str, str], int]) -> dict[str, float]:
    """Productive hours of a site in a month with its present people."""
    contract = {site.site: site.contract_hours for site in SITES}
    totals: dict[str, float] = defaultdict(float)
    for (site, _), count in heads.items():
        totals[site] += count * contract[site] * PRODUCTIVE_SHARE * 52 / 12
    return totals


def tiers(heads: dict[tuple[str, str], int]) -> pd.DataFrame:
    """tblTier: one price, or discounts above about half of the expected hours and near all of them."""
    hours = monthly_hours(heads)
    rows = [
        (contract_id(site.site), float(round(hours[site.site] * floor, -2)), round(site.price * factor, 4))
        for site in SITES
        if site.vendor != IN_HOUSE
        for floor, factor in (TIERS if site.site in TIERED else TIERS[:1])
    ]
    return pd.DataFrame(rows, columns=["contract", "from_units", "price"])


def commitments(heads: dict[tuple[str, str], int], months: pd.DatetimeIndex) -> pd.DataFrame:
    """tblCommit: hours paid for whether used or not."""
    hours = monthly_hours(heads)
    rows = [
        (contract_id(site.site), month, float(round(hours[site.site] * COMMITTED, -2)))
        for site in SITES
        if site.vendor != IN_HOUSE
        for month in months
    ]
    return pd.DataFrame(rows, columns=["contract", "window_start", "min_units"])


def fx(months: pd.DatetimeIndex) -> pd.DataFrame:
    """tblFx: budget rates by month."""
    rows = [
        (currency, "budget", month, rate * (1 + CURRENCY_DRIFT.get(currency, 0.0)) ** number)
        for currency, rate in FX.items()
        for number, month in enumerate(months)
    ]
    return pd.DataFrame(rows, columns=["currency", "rate_type", "month", "rate"])


def cost_centres() -> pd.DataFrame:
    """tblCostCentre: one per line of business."""
    rows = [(f"CC-{number:02d}", name, "finance partner") for number, name in enumerate(LOBS.values(), start=101)]
    return pd.DataFrame(rows, columns=["cost_centre", "name", "owner"])


def cost_map() -> pd.DataFrame:
    """tblCostMap: a line of business pays for its own work; what belongs to none goes to operations."""
    rows = [(lob, "ANY", "ANY", "ANY", f"CC-{number:02d}") for number, lob in enumerate(LOBS, start=101)]
    rows.append(("ANY", "ANY", "ANY", "ANY", "CC-101"))
    return pd.DataFrame(rows, columns=["lob", "site", "vendor", "line", "cost_centre"])


def cost_items(start: pd.Timestamp) -> pd.DataFrame:
    """tblCostItem: licences per FTE, floors of the own sites, one tool."""
    rows = [
        ("case-tool", "licence", "ANY", "ANY", "ANY", "per_fte_month", 38.0, "USD", start),
        ("quality-tool", "tooling", "ANY", "ANY", "ANY", "per_month", 42000.0, "USD", start),
    ]
    for site in SITES:
        if site.vendor == IN_HOUSE:
            rent = {"SIN": 210000.0, "DUB": 165000.0, "SJC": 240000.0}[site.site]
            rows.append(
                (f"floor-{site.site}", "fixed", "ANY", site.site, site.vendor, "per_month", rent, site.currency, start)
            )
    columns = ["item", "line", "lob", "site", "vendor", "basis", "price", "currency", "valid_from"]
    return pd.DataFrame(rows, columns=columns)


def limits() -> pd.DataFrame:
    """tblLimit: no vendor does more than a share of everything."""
    rows = [
        {
            "limit": f"cap-{vendor}",
            "kind": "max_share",
            "vendor": vendor,
            "value": 0.45,
            "reason": "Vendor concentration policy",
        }
        for vendor in VENDORS
        if vendor != IN_HOUSE
    ]
    return pd.DataFrame(rows).assign(lob="ANY", queue="ANY", language="ANY", site="ANY", country="ANY")
