"""The plan behind the examples of functions that read one: the sample plan, with a vendor, euros and a contract."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any

from xlplan.functions.plan.state import PlanInMemory

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan


def example_inputs() -> Plan:
    """What a planner would have typed."""
    from xlplan.tables.plan import Plan

    plan = Plan.sample()
    for name, columns in _tables().items():
        plan = plan.with_table(name, columns)
    return plan


@cache
def example_plan() -> PlanInMemory:
    """The plan after a run, with the results of its checks.

    Examples
    --------
    >>> from xlplan.functions import call
    >>> call("XP_RESULT", "share", [["support", "EN", "Acme-LIS", "2026-W15"]], "plan 1", plan=example_plan())
    0.4
    """
    import pandas as pd

    from xlplan.planning.pipeline import run
    from xlplan.planning.tie_outs import tie_outs

    plan = run(example_inputs())
    checks = [
        {"check": tie.check, "what": tie.what, "tolerance": tie.tolerance, "failures": tie.failures,
         "severity": tie.severity, "status": "pass" if tie.passed else "fail"}
        for tie in tie_outs(plan)
    ]  # fmt: skip
    return PlanInMemory(plan.with_table("tblCheck", pd.DataFrame(checks)), label="the example")


def _tables() -> dict[str, dict[str, list[Any]]]:
    january, april = dt.date(2026, 1, 1), dt.date(2026, 4, 1)
    return {
        "tblVendor": {
            "vendor": ["In-house", "Acme"],
            "name": ["Own staff", "Acme"],
            "in_house": [True, False],
            "aht_basis": ["with_acw"] * 2,
            "shrinkage_basis": ["paid"] * 2,
            "hour_basis": ["productive"] * 2,
        },
        "tblSite": {
            "site": ["HQ", "Acme-LIS"],
            "vendor": ["In-house", "Acme"],
            "contract_hours_week": [40, 40],
            "currency": ["USD", "EUR"],
        },
        "tblShrink": {
            "site": ["HQ", "HQ", "Acme-LIS"],
            "component": ["leave and sickness", "breaks, training, meetings", "all"],
            "month": [january] * 3,
            "rate": [0.16, 0.14, 0.25],
        },
        "tblLane": {
            "queue": ["support"] * 2,
            "language": ["EN"] * 2,
            "site": ["HQ", "Acme-LIS"],
            "locked_share": [0.6, 0.4],
        },
        "tblContract": {
            "contract": ["Acme"],
            "vendor": ["Acme"],
            "site": ["ANY"],
            "status": ["signed"],
            "valid_from": [january],
            "pricing_unit": ["productive_hour"],
            "tier_mode": ["incremental"],
            "billing_window": ["month"],
            "currency": ["EUR"],
        },
        "tblTier": {"contract": ["Acme", "Acme"], "from_units": [0, 600], "price": [21.0, 19.0]},
        "tblBonusMalus": {
            "contract": ["Acme"] * 3,
            "measure": ["service_level"] * 3,
            "from_result": [0.0, 0.75, 0.85],
            "rate": [-0.05, 0.0, 0.02],
        },
        "tblFx": {
            "currency": ["EUR", "EUR"],
            "rate_type": ["budget", "spot"],
            "month": [january, april],
            "rate": [1.1, 1.2],
        },
    }
