"""The planner's own gates: where a workstream's field says so, a site's field must hold."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

ORDER: dict[str, Callable[[Any, Any], Any]] = {"<=": operator.le, ">=": operator.ge}


def planner_gates(plan: Plan, rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Lanes that each active row of tblGate blocks.

    Parameters
    ----------
    plan : Plan
    rows : DataFrame
        Workstream x site with the fields of tblQueue, ``needs`` (clearance needed), and the site's vendor, country,
        region and ``holds`` (clearance held).

    Returns
    -------
    dict of str to ndarray of bool
        By gate, in the order of the table. A blank field satisfies no comparison but ``<>``.
    """
    gates = plan["tblGate"]
    gates = gates.loc[gates["active"].fillna(False).astype(bool)]
    if gates.empty:
        return {}
    vendors = plan["tblVendor"].set_index("vendor")["in_house"]
    served = plan["tblSiteLanguage"][["language", "site", "quality", "csat"]]
    lanes = plan["tblLane"][["queue", "language", "site", "quality", "csat"]]
    facts = rows.merge(served, on=["language", "site"], how="left").merge(
        lanes, on=["queue", "language", "site"], how="left", suffixes=("_usual", "")
    )
    site = facts.assign(
        security_tier=facts["holds"],
        in_house=facts["vendor"].map(vendors).fillna(True).map({True: "TRUE", False: "FALSE"}),
        quality=facts["quality"].fillna(facts["quality_usual"]),
        csat=facts["csat"].fillna(facts["csat_usual"]),
    )
    work = facts.assign(security_tier=facts["needs"])
    return {
        gate["gate"]: _holds(work[gate["queue_field"]], gate["queue_op"], gate["queue_value"])
        & ~_holds(site[gate["site_field"]], gate["site_op"], gate["site_value"])
        for gate in gates.to_dict("records")
    }


def _holds(values: pd.Series[Any], op: str, right: str) -> np.ndarray:
    """Whether each value compares so with a typed one: as numbers where the column holds numbers."""
    numeric = pd.api.types.is_numeric_dtype(values)
    if op in ORDER:
        left = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
        with np.errstate(invalid="ignore"):
            return np.asarray(ORDER[op](left, float(right)))
    wanted: list[Any] = [part.strip() for part in right.split(";")] if op == "in" else [right.strip()]
    if numeric:
        wanted = [float(part) for part in wanted]
    match = values.isin(wanted).to_numpy(dtype=bool)
    return ~match if op == "<>" else match
