"""A small plan that is always valid: what tests, examples and the template's trial run start from."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from xlplan.tables.plan import NAME_DEFAULTS, Plan

FIRST = dt.datetime(2026, 1, 5)
WEEKS = 13
INTERVAL_MIN = 30
OPEN_MIN, CLOSE_MIN = 8 * 60, 18 * 60


def sample() -> Plan:
    """One live support queue with thirteen weeks of half-hours, planned for the four weeks after them."""
    plan = Plan(tables={}).with_names(**{**NAME_DEFAULTS, "PlanId": "sample", "Grain": "4w"})
    plan = plan.with_names(PlanStart=(FIRST + dt.timedelta(weeks=WEEKS)).date())
    for name, columns in _tables().items():
        plan = plan.with_table(name, columns)
    return plan


def _tables() -> dict[str, dict[str, list[Any]]]:
    starts = [
        FIRST + dt.timedelta(days=day, minutes=minute)
        for day in range(7 * WEEKS)
        if day % 7 < 5
        for minute in range(OPEN_MIN, CLOSE_MIN, INTERVAL_MIN)
    ]
    january = dt.date(2026, 1, 1)
    rows = len(starts)
    return {
        "tblQueue": {
            "queue": ["support"],
            "lob": ["User support"],
            "channel": ["voice"],
            "work_type": ["live"],
            "target": [0.8],
            "target_s": [20],
            "patience_s": [180],
            "interval_min": [INTERVAL_MIN],
            "open_hours": ["office"],
        },
        "tblWorkstream": {"queue": ["support"], "language": ["EN"], "active": [True]},
        "tblOpenHours": {
            "open_hours": ["office"] * 5,
            "weekday": [1, 2, 3, 4, 5],
            "open": [OPEN_MIN] * 5,
            "close": [CLOSE_MIN] * 5,
        },
        "tblSite": {"site": ["HQ"], "vendor": ["In-house"], "contract_hours_week": [40]},
        "tblShrink": {
            "site": ["HQ", "HQ"],
            "component": ["leave and sickness", "breaks, training, meetings"],
            "month": [january, january],
            "rate": [0.16, 0.14],
        },
        "tblPay": {
            "language": ["ANY"],
            "site": ["HQ"],
            "role": ["agent"],
            "valid_from": [january],
            "wage": [25.0],
            "per": ["hour"],
        },
        "tblAht": {"queue": ["support"], "language": ["ANY"], "month": [january], "aht_s": [300]},
        "tblInterval": {
            "queue": ["support"] * rows,
            "language": ["EN"] * rows,
            "start": starts,
            "interval_min": [INTERVAL_MIN] * rows,
            "volume": [_volume(start) for start in starts],
        },
    }


def _volume(start: dt.datetime) -> int:
    """A weekday with a morning and an afternoon peak, busiest on Mondays, growing slowly."""
    hour = start.hour + start.minute / 60
    day = 1.25 - 0.06 * start.weekday()
    shape = 40 + 30 * math.exp(-((hour - 10.5) ** 2) / 2) + 20 * math.exp(-((hour - 15) ** 2) / 3)
    growth = 1 + 0.002 * (start - FIRST).days / 7
    ripple = 1 + 0.05 * math.sin(1.7 * start.toordinal() + hour)
    return round(day * shape * growth * ripple)
