"""Plans with forecast, requirement and placement already there, so that a test sets just what it is about."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from xlplan.planning.calendar.step import STEP as CALENDAR
from xlplan.planning.queues.step import STEP
from xlplan.planning.supply.step import STEP as SUPPLY
from xlplan.tables.plan import Plan

START = dt.date(2026, 3, 30)
WEEK = dt.timedelta(weeks=1)
AHT_S = 360.0
OCCUPANCY = 0.9
PER_FTE = 28.0
"""Productive hours of an FTE in a week: 40 less 30 % shrinkage."""


def build(
    volume: list[float],
    *,
    served: list[float] | float = 1.0,
    grain: str | None = None,
    queue: dict[str, Any] | None = None,
    tables: dict[str, list[dict[str, Any]]] | None = None,
    need: dict[str, Any] | None = None,
    cv: float = 0.1,
) -> Plan:
    """One queue ``work`` in DE at one site; ``served`` is the share of the required hours."""
    grain = grain or f"{len(volume)}w"
    given: dict[str, list[dict[str, Any]]] = {
        "tblSite": [{"site": "HQ", "vendor": "In-house", "contract_hours_week": 40.0}],
        "tblShrink": [{"site": "HQ", "component": "all", "month": START.replace(day=1), "rate": 0.3}],
        "tblOpenHours": [{"open_hours": "week", "weekday": day, "open": 480, "close": 960} for day in range(1, 6)],
        "tblQueue": [
            {
                "queue": "work",
                "channel": "ticket",
                "work_type": "deferrable",
                "tat_h": 24.0,
                "compliance": 0.9,
                "open_hours": "week",
                "max_occupancy": OCCUPANCY,
                **(queue or {}),
            }
        ],
        "tblWorkstream": [{"queue": "work", "language": "DE", "active": True}],
        **(tables or {}),
    }
    plan = Plan.empty().with_names(PlanId="queues", PlanStart=START, Grain=grain)
    for name, records in given.items():
        plan = plan.with_table(name, pd.DataFrame(records))
    for name, frame in CALENDAR.run(plan).items():
        plan = plan.with_table(name, frame)
    plan = plan.with_table("tblWalk", SUPPLY.run(plan)["tblWalk"])
    items = np.array(volume)
    workload = items * AHT_S / 3600
    required = workload / OCCUPANCY
    key = {"queue": "work", "language": "DE", "period": plan["tblPeriod"]["period"]}
    req = pd.DataFrame(
        {
            **key,
            "volume": items,
            "aht_s": AHT_S,
            "workload_hours": workload,
            "chain_hours": 0.0,
            "backlog_hours": 0.0,
            "model": "workload",
            "agents_peak": 1.0,
            "exposure_hours": 0.0,
            "wellness_hours": 0.0,
            "binding": "model",
            "required_hours": required,
            "required_low_80": required * (1 - 1.2815515655446004 * cv),
            "required_high_80": required * (1 + 1.2815515655446004 * cv),
            "mix_hours_per_fte": PER_FTE,
            "mix_shrinkage": 0.3,
            "mix_productivity": 1.0,
            "gross_fte": required / PER_FTE,
            "support_fte": 0.0,
            **(need or {}),
        }
    )
    hours = req["required_hours"] * np.array(served)
    forecast = dict.fromkeys(("event_effect", "ai_effect", "chain_inflow", "overlay_effect"), 0.0)
    bounds = dict.fromkeys(("base", "volume", "low_80", "high_80", "low_95", "high_95"), items)
    return (
        plan.with_table(
            "tblForecast",
            pd.DataFrame(
                {**key, **bounds, **forecast, "override_effect": 0.0, "cv": cv, "aht_s": req["aht_s"], "method": "test"}
            ),
        )
        .with_table("tblReq", req)
        .with_table(
            "tblAllocation",
            pd.DataFrame(
                {
                    **key,
                    "site": "HQ",
                    "vendor": "In-house",
                    "hours": hours,
                    "paid_hours": hours / 0.7,
                    "served_hours": hours,
                    "items": items,
                    "fte": hours / PER_FTE,
                    "share": 1.0,
                    "moved_in_hours": 0.0,
                    "cost": hours * 30.0,
                    "locked": False,
                }
            ),
        )
    )


def queues(plan: Plan) -> Plan:
    """The plan with tblBacklog, tblAge and tblBlowout."""
    for name, frame in STEP.run(plan).items():
        plan = plan.with_table(name, frame)
    return plan
