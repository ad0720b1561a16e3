"""People: roster by tenure, leavers, classes, shrinkage, seats and pay of every site."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from xlplan.planning.reference.history import Stream
from xlplan.planning.reference.places import IN_HOUSE, SITES, SiteSpec
from xlplan.planning.reference.queues import BLOWS_OUT

ROLE = "agent"
BANDS = {"0-90 d": (0, 90, 0.12, 2.2), "91-180 d": (91, 180, 0.13, 1.4), "181+ d": (181, None, 0.75, 0.8)}
"""Tenure band: first day, last day, share of heads, attrition against the site's mean."""
SHRINKAGE = {
    "annual leave": (0.085, 0.035),
    "sickness": (0.045, 0.010),
    "breaks": (0.060, 0.0),
    "training and coaching": (0.050, 0.0),
    "meetings": (0.025, 0.0),
}
"""Component: mean rate, how far it swings over the year."""
PRODUCTIVE_SHARE = 0.74
COVER_HOURS = 168.0
"""A clock queue has somebody on duty in every hour of the week, whatever comes."""
STAFFED = 1.17
"""People against the work of the last weeks: room for growth, leave peaks and whole heads."""
SHORT = {"TH": 1.05, "AR": 1.02}
"""Languages with fewer."""
CAPPED = {"AR"}
"""Languages in which no site finds more people than it has."""


def eligible(stream: Stream, site: SiteSpec) -> bool:
    """True when a site has the language, the skill and the clearance of a workstream."""
    return (
        stream.language in site.languages and stream.spec.skill in site.skills and stream.spec.security <= site.security
    )


def pool_heads(streams: list[Stream]) -> dict[tuple[str, str], int]:
    """Heads by site and language: what the work needs, spread over the sites that may do it, BPO first."""
    fte: dict[tuple[str, str], float] = defaultdict(float)
    for stream in streams:
        sites = [site for site in SITES if eligible(stream, site)]
        weight = np.array([0.5 if site.vendor == IN_HOUSE else 1.0 for site in sites])
        hours = stream.weekly * 1.06 * stream.spec.aht_s / 3600 / (0.80 if stream.spec.work_type == "live" else 0.92)
        if stream.spec.work_type == "clock":
            hours = max(hours, COVER_HOURS)
        factor = SHORT.get(stream.language, STAFFED)
        for site, share in zip(sites, weight / weight.sum(), strict=True):
            per_fte = site.contract_hours * PRODUCTIVE_SHARE * site.productivity
            fte[(site.site, stream.language)] += factor * share * hours / per_fte
    return {pool: max(int(np.ceil(value)), 2) for pool, value in fte.items()}


def roster(heads: dict[tuple[str, str], int], as_of: pd.Timestamp) -> pd.DataFrame:
    """tblRoster: totals by pool and tenure band."""
    rows: list[tuple[object, ...]] = []
    for (site, language), total in heads.items():
        young = [round(total * share) for _, _, share, _ in list(BANDS.values())[:2]]
        for band, count in zip(BANDS, [*young, total - sum(young)], strict=True):
            rows.append((language, site, ROLE, band, as_of, float(count), float(count), "HR and vendor rosters"))
    columns = ["language", "site", "role", "tenure_band", "as_of", "heads", "fte", "source"]
    return pd.DataFrame(rows, columns=columns)


def attrition(month: pd.Timestamp) -> pd.DataFrame:
    """tblAttrition: yearly rates by site and tenure band."""
    rows = [
        ("ANY", site.site, "ANY", band, month, min(site.attrition_year * factor, 0.95), "year")
        for site in SITES
        for band, (_, _, _, factor) in BANDS.items()
    ]
    return pd.DataFrame(rows, columns=["language", "site", "role", "tenure_band", "month", "rate", "per"])


def ramp() -> pd.DataFrame:
    """tblRamp: two curves over the first weeks in production."""
    curves = {"moderation": [0.6, 0.75, 0.85, 0.95], "support": [0.5, 0.65, 0.75, 0.85, 0.9, 0.95]}
    return pd.DataFrame(
        [(curve, week, share) for curve, shares in curves.items() for week, share in enumerate(shares, start=1)],
        columns=["ramp_curve", "tenure_week", "productivity"],
    )


def hiring(heads: dict[tuple[str, str], int]) -> pd.DataFrame:
    """tblHiring: terms of every pool."""
    currency = {site.site: site.currency for site in SITES}
    own = {site.site for site in SITES if site.vendor == IN_HOUSE}
    price = {site.site: site.price for site in SITES}
    rows: list[dict[str, object]] = []
    for site, language in heads:
        month = price[site] if site in own else price[site] * 120
        rows.append(
            {
                "language": language,
                "site": site,
                "role": ROLE,
                "recruit_weeks": 8 if site in own else 4,
                "training_weeks": 3,
                "nesting_weeks": 2,
                "training_yield": 0.92,
                "nesting_yield": 0.95,
                "nesting_productivity": 0.4,
                "ramp_curve": "moderation",
                "class_min": 4,
                "class_max": 24,
                "hire_cost": round(month * (0.5 if site in own else 0.15)),
                "release_cost": round(month * (1.5 if site in own else 0.3)),
                "currency": currency[site],
            }
        )
    return pd.DataFrame(rows)


def classes(rng: np.random.Generator, heads: dict[tuple[str, str], int], start: pd.Timestamp) -> pd.DataFrame:
    """tblClass: running and approved classes that replace about the leavers of the first months."""
    spec = {site.site: site for site in SITES}
    rows: list[tuple[object, ...]] = []
    for (site, language), total in heads.items():
        leavers = total * spec[site].attrition_year / 4
        if leavers < 4 or len(rows) >= 60 or (language == BLOWS_OUT[1]):
            continue
        recruit = 8 if spec[site].vendor == IN_HOUSE else 4
        offset = int(rng.integers(-4, 0)) if rng.random() < 0.5 else recruit + int(rng.integers(0, 5))
        status = "running" if offset < 0 else "approved"
        size = float(min(max(round(leavers), 4), 24))
        rows.append((f"C{len(rows) + 1:03d}", language, site, ROLE, status, start + pd.Timedelta(weeks=offset), size))
    return pd.DataFrame(rows, columns=["class_id", "language", "site", "role", "status", "start", "heads"])


def shrinkage(months: pd.DatetimeIndex) -> pd.DataFrame:
    """tblShrink: every component of every site by month, leave and sickness with a season."""
    rows: list[tuple[object, ...]] = []
    for number, site in enumerate(SITES):
        for component, (mean, swing) in SHRINKAGE.items():
            for month in months:
                phase = 8 if component == "annual leave" else 1
                season = swing * np.cos(2 * np.pi * (month.month - phase) / 12)
                rows.append((site.site, component, month, round(mean + season + 0.001 * (number % 4), 4)))
    return pd.DataFrame(rows, columns=["site", "component", "month", "rate"])


def capacity(heads: dict[tuple[str, str], int], start: pd.Timestamp) -> pd.DataFrame:
    """tblSiteCapacity: seats a little above heads, recruiters and overtime to match."""
    totals: dict[str, int] = defaultdict(int)
    for (site, _), count in heads.items():
        totals[site] += count
    return pd.DataFrame(
        [
            {
                "site": site.site,
                "valid_from": start,
                "seats": float(round(1.15 * totals[site.site])),
                "training_seats": float(max(24, round(0.10 * totals[site.site]))),
                "trainers": float(max(2, round(0.012 * totals[site.site]))),
                "max_hires_month": float(max(6, round(0.05 * totals[site.site]))),
                "max_releases_month": float(max(3, round(0.03 * totals[site.site]))),
                "max_overtime_share": 0.06,
            }
            for site in SITES
        ]
    )


def pay(month: pd.Timestamp) -> pd.DataFrame:
    """tblPay: loaded pay in-house, nothing beside the contract at vendors; overtime has a premium everywhere."""
    rows: list[tuple[object, ...]] = []
    for site in SITES:
        own = site.vendor == IN_HOUSE
        wage = site.price if own else 0.0
        premium = site.price / 160 * 0.5 if own else site.price * 0.4
        rows.append(("ANY", site.site, ROLE, month, wage, "month", round(premium, 2), site.currency))
    columns = ["language", "site", "role", "valid_from", "wage", "per", "ot_premium", "currency"]
    return pd.DataFrame(rows, columns=columns)
