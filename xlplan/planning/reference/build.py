"""Put the reference organisation together: one plan, ready to run."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from xlplan.planning.reference import history, money, people
from xlplan.planning.reference.places import EU, LANGUAGES, SITES, VENDORS
from xlplan.planning.reference.queues import LOBS, NEW_QUEUE, QUEUES, SKILLS, SUPPORT, QueueSpec
from xlplan.tables.plan import NAME_DEFAULTS, Plan

START = dt.date(2027, 1, 4)
GRAIN = "13w+15m"
SEED = 7
HOLIDAYS = {
    "SG": "01-01 02-08 05-01 08-09 12-25", "IE": "01-01 03-17 05-03 06-07 08-02 10-25 12-25 12-26",
    "US": "01-01 01-18 05-31 07-05 09-06 11-25 12-24", "PH": "01-01 04-09 05-01 06-12 08-30 11-30 12-25 12-30",
    "MY": "01-01 02-08 05-01 08-31 09-16 12-25", "CO": "01-01 03-22 05-01 07-20 08-07 12-08 12-25",
    "PT": "01-01 04-25 05-01 06-10 08-15 10-05 12-01 12-08 12-25", "EG": "01-07 01-25 04-25 05-01 07-23 10-06",
    "VN": "01-01 02-08 02-09 04-30 05-01 09-02", "PL": "01-01 01-06 05-03 08-15 11-01 11-11 12-25",
}  # fmt: skip
"""Month and day of the days off by country; moving feasts stand on their dates of 2027."""
OPEN_SETS = {
    "24x7": [(day, 0, 1440) for day in range(1, 8)],
    "16x7": [(day, 360, 1320) for day in range(1, 8)],
    "calls": [(day, 480, 1200) for day in range(1, 7)],
}


def reference_plan(*, seed: int = SEED) -> Plan:
    """The reference organisation.

    Parameters
    ----------
    seed : int
        The same seed gives the same plan, number for number.

    Returns
    -------
    Plan
        Valid inputs for every step; about 250 workstreams and 1,000 lanes.
    """
    rng = np.random.default_rng(seed)
    start = np.datetime64(START, "D")
    streams = history.choose_streams(rng)
    weekly = history.actuals(rng, streams, start)
    heads = people.pool_heads(streams)
    day = pd.Timestamp(START)
    months = pd.date_range(day.replace(day=1), periods=20, freq="MS")
    hours = {spec.queue: _open_rows(_open_set(spec)) for spec in QUEUES}
    plan = Plan().with_names(
        **{**NAME_DEFAULTS, "PlanId": "reference", "PlanStart": START, "Grain": GRAIN, "Seed": seed}
    )
    tables: dict[str, Any] = {
        "tblLob": _lobs(),
        "tblLanguage": _languages(),
        "tblSkill": pd.DataFrame(SKILLS.items(), columns=["skill", "name"]),
        "tblQueue": _queues(),
        "tblWorkstream": {
            "queue": [stream.spec.queue for stream in streams],
            "language": [stream.language for stream in streams],
            "active": True,
        },
        "tblOpenHours": pd.concat([_open_rows(name) for name in OPEN_SETS], ignore_index=True),
        "tblReviewChain": _review_chains(),
        "tblVendor": _vendors(),
        "tblSite": _sites(),
        "tblSiteLanguage": _site_languages(heads),
        "tblSiteSkill": [(skill, site.site) for site in SITES for skill in site.skills],
        "tblSiteCapacity": people.capacity(heads, day),
        "tblHoliday": _holidays(),
        "tblRole": [(people.ROLE, "Agent", True)],
        "tblTenureBand": [(band, first, last) for band, (first, last, _, _) in people.BANDS.items()],
        "tblComponent": _components(),
        "tblShrink": people.shrinkage(months),
        "tblAttrition": people.attrition(months[0]),
        "tblRamp": people.ramp(),
        "tblHiring": people.hiring(heads),
        "tblRoster": people.roster(heads, day - pd.Timedelta(days=3)),
        "tblClass": people.classes(rng, heads, day),
        "tblPay": people.pay(months[0]),
        "tblContract": money.contracts(day),
        "tblTier": money.tiers(heads),
        "tblCommit": money.commitments(heads, months[:18]),
        "tblFx": money.fx(months),
        "tblCostCentre": money.cost_centres(),
        "tblCostMap": money.cost_map(),
        "tblCostItem": money.cost_items(months[0]),
        "tblLimit": money.limits(),
        "tblEvent": _events(),
        "tblOverride": _overrides(),
        "tblActual": weekly,
        "tblInterval": history.intervals(rng, streams, weekly, hours, start),
        "tblBacklogOpening": _backlog(rng, streams),
        "tblAssumption": _assumptions(),
    }
    shapes = {"tblSiteSkill": ["skill", "site"], "tblRole": ["role", "name", "serves_queues"]}
    shapes["tblTenureBand"] = ["tenure_band", "from_days", "to_days"]
    for name, rows in tables.items():
        frame = pd.DataFrame(rows, columns=shapes[name]) if name in shapes else pd.DataFrame(rows)
        plan = plan.with_table(name, frame)
    return plan


def _open_set(spec: QueueSpec) -> str:
    if spec.channel == "voice":
        return "calls"
    return "24x7" if spec.work_type == "clock" or spec.goal <= 12 or spec.lob == "live" else "16x7"


def _open_rows(name: str) -> pd.DataFrame:
    rows = [(name, *row) for row in OPEN_SETS[name]]
    return pd.DataFrame(rows, columns=["open_hours", "weekday", "open", "close"])


def _lobs() -> pd.DataFrame:
    rows = [
        (lob, name, f"head of {name.lower()}", lob not in SUPPORT, 2.0 if lob in {"appeals", "live"} else 1.0)
        for lob, name in LOBS.items()
    ]
    return pd.DataFrame(rows, columns=["lob", "name", "owner", "moderation", "priority_weight"])


def _languages() -> pd.DataFrame:
    rows = [(code, name, code in EU, tier) for code, (name, _, tier, _) in LANGUAGES.items()]
    return pd.DataFrame(rows, columns=["language", "name", "eu_official", "tier"])


def _queues() -> pd.DataFrame:
    rows = []
    for number, spec in enumerate(QUEUES):
        live, clock = spec.work_type == "live", spec.work_type == "clock"
        chat = spec.channel in {"chat", "messaging"}
        rows.append(
            {
                "queue": spec.queue,
                "name": spec.queue.replace("-", " "),
                "lob": spec.lob,
                "channel": spec.channel,
                "work_type": spec.work_type,
                "audience": spec.audience,
                "skill": spec.skill,
                "severity": spec.severity,
                "complexity": min(5, 1 + int(spec.aht_s // 120)),
                "security_tier": spec.security,
                "review_chain": "standard"
                if spec.channel == "review"
                else "appeals"
                if spec.channel == "appeal"
                else None,
                "target": 0.8 if live else None,
                "target_s": spec.goal if live else None,
                "patience_s": 240.0 if chat else 150.0 if spec.channel == "voice" else None,
                "concurrency": 2 if chat else None,
                "interval_min": history.INTERVAL_MIN if live else 60,
                "max_occupancy": 0.87 if live else 0.93,
                "min_crew": 1.0 if clock else None,
                "open_hours": _open_set(spec),
                "tat_h": None if live else spec.goal,
                "compliance": None if live else 0.99 if clock else 0.95,
                "clock_h": spec.goal if clock else None,
                "priority": 1 + number % 9,
                "quality_floor": 0.90 if spec.security < 3 else 0.94,
                "unmet_penalty": 400.0 if clock else 160.0 if spec.severity <= 2 else 90.0,
                "owner": "queue lead",
            }
        )
    return pd.DataFrame(rows)


def _review_chains() -> pd.DataFrame:
    rows = [("standard", 1.0, 0.04, 0.03, 0.0, 0.0, 1.3), ("appeals", 1.0, 0.10, 0.05, 0.0, 0.0, 1.2)]
    columns = ["review_chain", "reviews", "double_rate", "qa_rate", "appeal_rate", "esc_rate", "qa_aht_factor"]
    return pd.DataFrame(rows, columns=columns)


def _vendors() -> pd.DataFrame:
    rows = [
        (vendor, name, own, oversight, "with_acw", "paid", "paid" if own else "productive")
        for vendor, (name, own, oversight) in VENDORS.items()
    ]
    columns = ["vendor", "name", "in_house", "oversight_rate", "aht_basis", "shrinkage_basis", "hour_basis"]
    return pd.DataFrame(rows, columns=columns)


def _sites() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "site": site.site,
                "name": site.name,
                "vendor": site.vendor,
                "country": site.country,
                "region": site.region,
                "time_zone": site.time_zone,
                "currency": site.currency,
                "security_tier": site.security,
                "holiday_calendar": site.country,
                "contract_hours_week": site.contract_hours,
                "days_week": 5,
                "shrink_rule": "multiply",
                "whole_teams": False,
            }
            for site in SITES
        ]
    )


def _site_languages(heads: dict[tuple[str, str], int]) -> pd.DataFrame:
    rows = [
        (
            language,
            site.site,
            float(heads.get((site.site, language), 0)) if language in people.CAPPED else None,
            round(site.quality - 0.002 * place, 4),
            site.productivity,
        )
        for site in SITES
        for place, language in enumerate(site.languages)
    ]
    return pd.DataFrame(rows, columns=["language", "site", "max_heads", "quality", "productivity"])


def _holidays() -> pd.DataFrame:
    rows = [
        (country, dt.date(year, *map(int, day.split("-"))), "public holiday", 0.6)
        for country, days in HOLIDAYS.items()
        for year in (2027, 2028)
        for day in days.split()
    ]
    return pd.DataFrame(rows, columns=["holiday_calendar", "date", "name", "staff_off"])


def _components() -> pd.DataFrame:
    out = {"annual leave", "sickness"}
    rows = [
        (name, "out_of_office" if name in out else "in_office", True, name not in {"sickness", "breaks"})
        for name in people.SHRINKAGE
    ]
    return pd.DataFrame(rows, columns=["component", "place", "paid", "plannable"])


def _events() -> pd.DataFrame:
    columns = [
        "event",
        "name",
        "lob",
        "queue",
        "language",
        "start",
        "end",
        "uplift",
        "shape",
        "half_life",
        "in_history",
        "owner",
    ]
    rows = [
        ("E1", "Live shopping launch", "live", "ANY", "ANY", "2027-03-01", None, 0.12, "decay", 4.0, False, "product"),
        (
            "E2",
            "Stricter comment policy",
            "comments",
            "cm-harassment",
            "ANY",
            "2027-04-01",
            None,
            0.18,
            "step",
            None,
            False,
            "policy",
        ),
        (
            "E3",
            "Summer sale",
            "shop-buyers",
            "ANY",
            "ANY",
            "2027-07-01",
            "2027-07-31",
            0.15,
            "step",
            None,
            False,
            "commerce",
        ),
        (
            "E4",
            "Election season",
            "ads",
            "ad-political",
            "ANY",
            "2027-09-01",
            "2027-11-15",
            0.9,
            "ramp",
            4.0,
            False,
            "policy",
        ),
        ("E5", "Outage", "ANY", "ANY", "ANY", "2026-05-18", "2026-05-24", -0.45, "step", None, True, "engineering"),
    ]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


def _overrides() -> pd.DataFrame:
    day = pd.Timestamp("2026-12-14")
    rows = [
        ("O1", "ANY", "us-bugs", "ANY", "2027-02-01", "2027-03-31", "volume", "multiply", 0.92, "WFM lead", day,
         "Two known bugs are fixed in the February release", True),
        ("O2", "ANY", "sl-counterfeit", "EN", "2027-05-01", "2027-06-30", "volume", "add", 900.0, "queue lead", day,
         "Brand owner announced a sweep", True),
    ]  # fmt: skip
    columns = [
        "override", "lob", "queue", "language", "start", "end", "measure", "op", "value", "who", "decided_on", "reason",
        "active",
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


def _backlog(rng: np.random.Generator, streams: list[history.Stream]) -> pd.DataFrame:
    """tblBacklogOpening: some hours of inflow lie open, most of them young."""
    rows = []
    for stream in streams:
        if stream.spec.work_type == "live":
            continue
        items = stream.weekly / 168 * stream.spec.goal * float(rng.uniform(0.2, 0.6))
        for floor, share in ((0.0, 0.8), (stream.spec.goal / 2, 0.2)):
            rows.append(
                (stream.spec.queue, stream.language, floor, pd.Timestamp(START), float(np.round(items * share)))
            )
    return pd.DataFrame(rows, columns=["queue", "language", "age_from_h", "as_of", "items"])


def _assumptions() -> pd.DataFrame:
    rows = [
        ("A1", "Pay of own agents", "tblPay", "wage", "HR business partner", "pay review"),
        ("A2", "Shrinkage by component", "tblShrink", "rate", "WFM lead", "two years of WFM data"),
        ("A3", "Attrition by tenure", "tblAttrition", "rate", "HR business partner", "HR and vendor rosters"),
        ("A4", "Budget exchange rates", "tblFx", "rate", "treasury", "budget rates"),
        ("A5", "Prices of vendors", "tblTier", "price", "vendor manager", "signed contracts"),
        ("A6", "Occupancy of moderation", "tblQueue", "max_occupancy", "operations", "wellness policy"),
        (f"A7-{NEW_QUEUE}", "Volume of the new queue", "tblActual", "volume", "WFM lead", "26 weeks of history"),
    ]
    frame = pd.DataFrame(rows, columns=["assumption", "statement", "table", "column", "owner", "source"])
    return frame.assign(dated=START, review_by=dt.date(2027, 6, 30), confidence="medium")
