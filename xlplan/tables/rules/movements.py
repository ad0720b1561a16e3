"""Rules on decided movements: both ends are known, and the heads are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from xlplan.tables.rules import Rule
from xlplan.tables.schema import Finding
from xlplan.tables.typed import show

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

POOL = ["language", "site", "role"]


def movement(plan: Plan) -> list[Finding]:
    """Movements have a receiver unless they ramp down, and take from a pool that has heads or gets some."""
    start = plan.names.get("PlanStart")
    pools: set[tuple[str, ...]] = set()
    for name in ("tblRoster", "tblClass"):
        pools |= set(plan[name][POOL].itertuples(index=False, name=None))
    rows = plan["tblMovement"]
    decided = rows["status"].isin(["approved", "done"])
    receivers = rows.loc[decided, ["to_language", "to_site", "to_role"]].dropna()
    pools |= set(receivers.itertuples(index=False, name=None))
    found = []

    def wrong(position: int, column: str, value: str, expected: str, fix: str) -> None:
        found.append(Finding("movement", "error", "tblMovement", column, position + 1, value, expected, fix))

    for position in decided.to_numpy(dtype=bool).nonzero()[0].tolist():
        row = rows.iloc[position]
        ends = [row["to_language"], row["to_site"], row["to_role"]]
        named = sum(isinstance(end, str) for end in ends)
        giver = (row["from_language"], row["from_site"], row["from_role"])
        if row["kind"] == "rampdown":
            if named:
                wrong(
                    position, "to_site", "a receiver", "a blank: a ramp-down leaves the plan", "type transfer as kind"
                )
            if pd.notna(row["return_on"]):
                wrong(position, "return_on", show(row["return_on"]), "a blank: nobody comes back", "clear the cell")
        elif named < 3:
            expected = "the site, language and role that receive"
            wrong(
                position,
                "to_site",
                f"a {row['kind']} without a receiver",
                expected,
                "fill to_site, to_language, to_role",
            )
        elif tuple(ends) == giver:
            wrong(position, "to_site", "the pool that gives", "another pool that receives", "change one of the two")
        if giver not in pools and start is not None and row["start"] >= pd.Timestamp(start):
            expected = "a pool of tblRoster or tblClass, or one that an earlier movement fills"
            wrong(position, "from_site", " ".join(map(str, giver)), expected, "correct the pool, or add its heads")
    return found


def movement_heads(plan: Plan) -> list[Finding]:
    """Movements that take more heads than the pool ever gets; the walk moves those that are there."""
    rows = plan["tblMovement"].reset_index(names="row")
    rows = rows.loc[rows["status"].isin(["approved", "done"])]
    there: dict[tuple[str, ...], float] = {}
    for name in ("tblRoster", "tblClass"):
        for pool, heads in plan[name].groupby(POOL)["heads"].sum().items():
            there[pool] = there.get(pool, 0.0) + float(heads)
    found = []
    for row in rows.sort_values("start", kind="stable").to_dict("records"):
        giver = (row["from_language"], row["from_site"], row["from_role"])
        receiver = (row["to_language"], row["to_site"], row["to_role"])
        if row["heads"] > there.get(giver, 0.0) + 1e-9:
            found.append(
                Finding(
                    "movement_heads",
                    "warning",
                    "tblMovement",
                    "heads",
                    int(row["row"]) + 1,
                    f"{show(row['heads'])} heads from {' '.join(map(str, giver))}",
                    f"{there.get(giver, 0.0):g} at most: the roster and classes of the pool less earlier movements",
                    "lower the heads, or correct the pool; the walk moves no more than are there",
                )
            )
        moved = min(row["heads"], there.get(giver, 0.0))
        there[giver] = there.get(giver, 0.0) - moved
        there[receiver] = there.get(receiver, 0.0) + moved
    return found


RULES = (
    Rule("movement", "Decided movements have both ends", "error", movement),
    Rule("movement_heads", "Decided movements take no more heads than there are", "warning", movement_heads),
)
